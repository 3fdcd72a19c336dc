//! Seeds that are SIP messages, and operations of transactions.

use super::{Operations, Seed, milliseconds, texts};

const ALARM: &str = "MESSAGE sip:alarm@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;rport\r\nMax-Forwards: 70\r\nFrom: <sip:40211870@example.net>;tag=1\r\nTo: <sip:alarm@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\nContent-Length: 11\r\n\r\n<mrq></mrq>";

pub(super) fn datagrams() -> Vec<Seed> {
    let mut seeds = vec![("alarm", ALARM.as_bytes().to_vec())];
    for (name, from, to) in [
        ("no_content_length", "Content-Length: 11\r\n", ""),
        (
            "content_length_too_large",
            "Content-Length: 11",
            "Content-Length: 99",
        ),
        (
            "content_length_unreadable",
            "Content-Length: 11",
            "Content-Length: -1",
        ),
        ("bare_line_feeds", "\r\n", "\n"),
        ("compact_names", "Call-ID", "i"),
        (
            "folded_header",
            "<sip:alarm@example.net>\r\n",
            "\r\n <sip:alarm@example.net>\r\n",
        ),
        ("no_branch", ";branch=z9hG4bK77", ""),
        ("no_from_tag", ";tag=1", ""),
        ("old_branch", "z9hG4bK77", "1"),
        (
            "no_via",
            "Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;rport\r\n",
            "",
        ),
        (
            "two_vias",
            "Max-Forwards: 70",
            "Via: SIP/2.0/TCP [2001:db8::1]:5061;branch=z9hG4bK1;received=192.0.2.9, SIP/2.0/UDP a",
        ),
        ("quoted_name", "From: <", "From: \"A \\\"b\\\" <c>\" <"),
        (
            "address_without_brackets",
            "<sip:40211870@example.net>",
            "sip:40211870@example.net",
        ),
        ("options", "MESSAGE", "OPTIONS"),
        ("ack", "MESSAGE", "ACK"),
        ("unknown_method", "MESSAGE", "FRUMP"),
        ("wrong_version", "net SIP/2.0", "net SIP/3.0"),
        ("cseq_of_another_method", "1 MESSAGE", "1 INVITE"),
        ("cseq_too_large", "CSeq: 1 ", "CSeq: 99999999999 "),
        ("scaip_uri", "To: <sip:", "To: <scaips:"),
        ("charset", "scaip+xml", "scaip+xml;charset=\"utf-8\""),
        (
            "retry_after",
            "Max-Forwards: 70",
            "Retry-After: 18000 (in a \\) meeting);duration=3600",
        ),
    ] {
        seeds.push((name, ALARM.replace(from, to).into_bytes()));
    }
    seeds.extend(texts(&[
        ("ok", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\nFrom: <sip:a@example.net>;tag=1\r\nTo: <sip:b@example.net>;tag=2\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n"),
        ("busy", "SIP/2.0 503 Service Unavailable\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nCSeq: 1 MESSAGE\r\nRetry-After: 5\r\n\r\n"),
        ("keep_alive", "\r\n\r\n"),
        (
            "carriage_return_first",
            "\rSIP/2.0 200 OK\r\nVia: x\r\nCSeq: 1 MESSAGE\r\nl: 0\r\n\r\n",
        ),
        ("line_end_first", "\r\nMESSAGE"),
        ("no_end_of_head", "MESSAGE sip:a SIP/2.0\r\nVia: x"),
        ("via_value", "SIP/2.0/UDP [2001:db8::1]:5062;rport=1;received=192.0.2.1;branch=z9hG4bK1"),
        ("address_value", "\"N\" <sip:a:b@[2001:db8::1]:5060;transport=tcp?x=y>;tag=1;q=\"a;b\""),
        ("media_type_value", "application/scaip+xml; charset=\"utf-8\""),
    ]));
    seeds
}

pub(super) fn streams() -> Vec<Seed> {
    let cut = |cuts: [u8; 8], text: String| [&cuts[..], text.as_bytes()].concat();
    let one = ALARM.to_owned();
    let two = ALARM.replace("a1", "a2");
    vec![
        ("one_message", cut([255; 8], one.clone())),
        ("two_messages_in_bytes", cut([0; 8], one.clone() + &two)),
        (
            "keep_alives_between",
            cut(
                [3, 0, 9, 1, 200, 4, 7, 50],
                format!("\r\n\r\n{one}\r\n\r\n\r\n{two}"),
            ),
        ),
        (
            "bare_line_feeds",
            cut([10, 90, 2, 0, 0, 0, 7, 1], one.replace("\r\n", "\n") + &two),
        ),
        (
            "no_content_length",
            cut([20; 8], one.replace("Content-Length: 11\r\n", "")),
        ),
        (
            "lengths_differ",
            cut(
                [20; 8],
                one.replace("Content-Length: 11", "Content-Length: 11\r\nl: 12"),
            ),
        ),
        (
            "length_overflow",
            cut(
                [20; 8],
                one.replace("Content-Length: 11", "Content-Length: 18446744073709551615"),
            ),
        ),
        (
            "length_above_limit",
            cut(
                [20; 8],
                one.replace("Content-Length: 11", "Content-Length: 129"),
            ),
        ),
        (
            "unreadable_then_good",
            cut([20; 8], one.replace("CSeq: 1 MESSAGE\r\n", "") + &two),
        ),
        (
            "head_too_large",
            cut(
                [99; 8],
                one.replace("Max-Forwards: 70", &format!("X: {}", "x".repeat(500))),
            ),
        ),
        (
            "too_many_headers",
            cut(
                [99; 8],
                one.replace("Max-Forwards: 70", &["X: y"; 12].join("\r\n")),
            ),
        ),
        ("binary", cut([1; 8], "\0\u{16}\u{3}\u{1}\r\n\n\r\n".into())),
    ]
}

/// The variants are those of `Operation` in `src/transactions.rs`, in order.
pub(super) fn transactions() -> Vec<Seed> {
    let list = || Operations::new(&[], 14);
    let minute = |mut list: Operations| {
        for _ in 0..2 {
            list = list.then(6, &milliseconds(33_000)).then(7, &[]);
        }
        list
    };
    let [ok_low, ok_high] = 200_u16.to_le_bytes();
    let [busy_low, busy_high] = 503_u16.to_le_bytes();
    vec![
        (
            "request_answered",
            list()
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "request_repeated_before_and_after_the_answer",
            list()
                .then(0, &[0, 1, 0, 0])
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, ok_low, ok_high])
                .then(0, &[0, 1, 0, 0])
                .done(),
        ),
        (
            "request_expires",
            minute(list().then(0, &[0, 1, 0, 0]))
                .then(0, &[0, 1, 0, 0])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "same_branch_for_two_alarms",
            list()
                .then(0, &[0, 1, 0, 0])
                .then(0, &[1, 1, 1, 0])
                .then(8, &[0, ok_low, ok_high])
                .then(8, &[1, ok_low, ok_high])
                .done(),
        ),
        (
            "damaged_request",
            list()
                .then(1, &[0, 40, 0, 2, 0])
                .then(1, &[0, 200, 0, 0, b'\n'])
                .done(),
        ),
        (
            "other_methods",
            list()
                .then(2, &[0, 0])
                .then(2, &[1, 0])
                .then(2, &[2, 0])
                .then(2, &[4, 1])
                .done(),
        ),
        (
            "stream_in_two_pieces",
            list()
                .then(3, &[])
                .then(5, &[0, 0, 100, 0])
                .then(6, &milliseconds(33_000))
                .then(7, &[])
                .done(),
        ),
        (
            "stream_answered_after_close",
            list()
                .then(3, &[])
                .then(5, &[0, 0, 255, 3])
                .then(4, &[0])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "message_delivered",
            list()
                .then(9, &[0])
                .then(10, &[0, ok_low, ok_high])
                .then(10, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "message_refused",
            list()
                .then(9, &[0])
                .then(10, &[0, busy_low, busy_high])
                .done(),
        ),
        (
            "message_repeated_and_given_up",
            minute(
                list()
                    .then(9, &[0])
                    .then(6, &milliseconds(500))
                    .then(7, &[]),
            )
            .done(),
        ),
        (
            "message_fails",
            list()
                .then(9, &[0])
                .then(11, &[0])
                .then(10, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "provisional_answer",
            list()
                .then(9, &[0])
                .then(10, &[0, 100, 0])
                .then(6, &milliseconds(4_000))
                .then(7, &[])
                .done(),
        ),
        (
            "overloaded",
            list()
                .then(12, &[1])
                .then(0, &[0, 1, 0, 0])
                .then(12, &[0])
                .then(0, &[0, 1, 0, 0])
                .done(),
        ),
        (
            "outputs_held",
            (0..12)
                .fold(list().then(13, &[1]), |list, number| {
                    list.then(0, &[number, number, 0, 0])
                })
                .then(13, &[0])
                .done(),
        ),
        (
            "expiry_while_outputs_are_held",
            list()
                .then(13, &[1])
                .then(0, &[0, 1, 0, 0])
                .then(6, &milliseconds(33_000))
                .then(13, &[0])
                .then(13, &[1])
                .then(7, &[])
                .then(8, &[0, ok_low, ok_high])
                .done(),
        ),
        (
            "more_requests_than_room",
            (0..9)
                .fold(list(), |list, number| {
                    list.then(0, &[number, number / 4, 0, number])
                })
                .done(),
        ),
    ]
}
