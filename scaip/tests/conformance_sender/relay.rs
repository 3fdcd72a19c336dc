//! Messages of other parties: unchanged, in time, and not mixed up.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use scaip::sender::{AlarmId, Config, Event, FailureReason, Relayed, SubmitError};
use scaip::sip::Transport;
use scaip::{DecodeOptions, decode_request};

use crate::sender_support::{Bench, arc, config, mrs, receiver, seconds, unit};

fn odd(reference: &str, unit: &str) -> Vec<u8> {
    let mut body =
        b"<?xml version='1.0' encoding='ISO-8859-1'?>\n<mrq><!-- x --><dte>R\xf8yk</dte><new/>"
            .to_vec();
    body.extend_from_slice(
        format!("<cid> {unit}</cid><dty>3</dty><ref>{reference}</ref></mrq>\n").as_bytes(),
    );
    body
}

fn relayed(body: &[u8], time: u64) -> Relayed {
    Relayed::new(
        &decode_request(body, &DecodeOptions::lenient()).unwrap(),
        seconds(time),
    )
}

/// Takes somebody's message to bring it on within so many seconds.
fn relay(bench: &mut Bench, body: &[u8], time: u64) -> AlarmId {
    bench.sender.relay(bench.now, relayed(body, time)).unwrap()
}

fn bench(count: usize) -> Bench {
    let mut bench = Bench::new(config(count));
    bench.lenient = true;
    bench
}

fn given_up(bench: &Bench) -> Vec<(AlarmId, FailureReason, Option<u32>)> {
    let found = |event: &Event| match event {
        Event::GivenUp {
            alarm,
            reason,
            response,
        } => {
            let said = response.as_ref();
            let said = said.map(|said| said.response.message().status_number.number());
            Some((*alarm, *reason, said))
        }
        _ => None,
    };
    bench.events.iter().filter_map(found).collect()
}

#[test]
fn the_bytes_leave_as_they_are_and_the_ref_is_theirs() {
    let mut bench = bench(2);
    let body = odd("a-1", "40211870");
    let id = relay(&mut bench, &body, 15);
    assert_eq!(bench.sender.relayed_body(id).unwrap(), body);
    let first = bench.one();
    assert_eq!(first.message.body(), body);
    assert_eq!(bench.sender.status(id).unwrap().reference.as_str(), "a-1");
    bench.answer(&first, 503);
    let second = bench.one();
    assert_eq!((second.to(), second.message.body()), (1, body.into()));
    bench.respond(&second, 0);
    assert_eq!(bench.accepted(), [(id, 1)]);
    bench.rest();
}

#[test]
fn a_cid_that_is_no_user_of_a_uri_is_escaped_and_known_again() {
    for (unit, written) in [
        ("+47 5550100", "+47%205550100"),
        ("h\u{fc}tte@1", "h%C3%BCtte%401"),
    ] {
        let mut bench = bench(1);
        let body = format!("<mrq><ref>1</ref><cid>{unit}</cid><dty>3</dty></mrq>");
        let id = relay(&mut bench, body.as_bytes(), 15);
        let sent = bench.one();
        let from = sent.header("From").unwrap();
        assert!(from.contains(&format!("<sip:{written}@")), "{from}");
        bench.answer(&sent, 200);
        bench.message_to(written, 0, &mrs("1", 0));
        assert_eq!(bench.accepted(), [(id, 0)]);
    }
}

#[test]
fn no_verdict_is_acted_on_but_the_last_one_is_handed_back() {
    for snu in [1_u32, 2, 3, 4, 5, 6, 7, 8, 99] {
        let mut bench = bench(2);
        let body = odd("1", "40211870");
        let id = relay(&mut bench, &body, 15);
        let first = bench.one();
        bench.respond(&first, 5);
        let second = bench.one();
        assert_eq!(second.message.body(), body);
        bench.respond(&second, snu);
        bench.none();
        let [(alarm, reason, said)] = given_up(&bench)[..] else {
            panic!("{:?}", bench.events)
        };
        assert_eq!((alarm, said), (id, Some(snu)));
        assert!(matches!(reason, FailureReason::Response(_)));
        assert!(!bench.has(|event| matches!(
            event,
            Event::Shortened { .. } | Event::Held { .. } | Event::AllFailed { .. }
        )));
        bench.rest();
    }
}

#[test]
fn silent_receivers_share_the_time_and_it_ends_when_it_was_to_end() {
    let mut bench = bench(3);
    let start = bench.now;
    let id = relay(&mut bench, &odd("1", "40211870"), 15);
    for (n, at) in [(0, 0), (1, 5), (2, 10)] {
        let sent = bench.until(n, seconds(15));
        assert_eq!(bench.now - start, seconds(at));
        // The 200 does not give more time.
        bench.answer(&sent, 200);
    }
    let _ = bench.pass(seconds(6));
    assert_eq!(given_up(&bench), [(id, FailureReason::NoResponse, None)]);
    // They are remembered: the whole time is for one that may answer.
    let start = bench.now;
    let _ = relay(&mut bench, &odd("2", "40211870"), 15);
    let first = bench.one();
    bench.answer(&first, 500);
    assert_eq!(bench.now, start);
}

#[test]
fn without_any_time_nothing_is_sent_and_it_is_given_up() {
    let mut bench = bench(1);
    let id = relay(&mut bench, &odd("1", "40211870"), 0);
    bench.none();
    assert_eq!(given_up(&bench), [(id, FailureReason::AskedToWait, None)]);
}

#[test]
fn messages_of_several_units_with_one_ref_are_told_apart_by_whom_the_answer_is_to() {
    let mut bench = bench(1);
    let first = relay(&mut bench, &odd("1", "40211870"), 15);
    let second = relay(&mut bench, &odd("1", "40211871"), 15);
    let again = bench
        .sender
        .relay(bench.now, relayed(&odd("1", "40211870"), 15));
    assert_eq!(again, Err(SubmitError::ReferenceInUse));
    let sent = bench.sent();
    for one in &sent {
        bench.answer(one, 200);
    }
    // To nobody in particular: it is nobody's yes.
    bench.message_to("alarm", 0, &mrs("1", 0));
    assert!(bench.accepted().is_empty());
    bench.message_to("40211871", 0, &mrs("1", 0));
    assert_eq!(bench.accepted(), [(second, 0)]);
    // Nor now that one of the two is over: it may be that one's, repeated.
    bench.message_to("alarm", 0, &mrs("1", 0));
    bench.message_to("40211871", 0, &mrs("1", 0));
    assert_eq!(bench.accepted().len(), 1);
    bench.message_to("40211870", 0, &mrs("1", 0));
    assert_eq!(bench.accepted(), [(second, 0), (first, 0)]);
    bench.none();
    bench.rest();
}

#[test]
fn an_answer_in_the_200_is_that_of_its_own_request() {
    let mut bench = bench(1);
    let first = relay(&mut bench, &odd("1", "40211870"), 15);
    let second = relay(&mut bench, &odd("1", "40211871"), 15);
    let sent = bench.sent();
    bench.answer_with(&sent[1], &mrs("1", 0));
    bench.answer_with(&sent[0], &mrs("1", 5));
    assert_eq!(bench.accepted(), [(second, 0)]);
    assert_eq!(given_up(&bench)[0].0, first);
}

#[test]
fn an_answer_to_an_unlikely_address_counts_while_there_is_no_doubt() {
    let mut bench = bench(1);
    let id = relay(&mut bench, &odd("1", "40211870"), 15);
    let sent = bench.one();
    bench.answer(&sent, 200);
    bench.message_to("somebody", 0, &mrs("1", 0));
    assert_eq!(bench.accepted(), [(id, 0)]);
}

#[test]
fn the_same_message_can_be_relayed_again_and_one_to_a_certain_receiver_goes_nowhere_else() {
    let mut bench = bench(2);
    let body = odd("1", "40211870");
    let _ = relay(&mut bench, &body, 15);
    let sent = bench.one();
    bench.respond(&sent, 0);
    let second = bench.sender.receiver_named("arc1").unwrap();
    let only = relayed(&body, 15).only_to(second);
    let id = bench.sender.relay(bench.now, only).unwrap();
    let sent = bench.one();
    assert_eq!((sent.to(), sent.message.body()), (1, body.into()));
    bench.answer(&sent, 500);
    bench.none();
    assert_eq!(given_up(&bench)[0].0, id);
}

/// An `mrs` in a MESSAGE over UDP from any address, addressed to the unit.
fn from_anywhere(bench: &mut Bench, from: SocketAddr, body: &str) {
    static SERIAL: AtomicU32 = AtomicU32::new(0);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let bytes = format!(
        "MESSAGE sip:40211870@relay.example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP {from};branch=z9hG4bKforged{serial}\r\n\
         From: <sip:alarm@arc0.example.net>;tag=1\r\n\
         To: <sip:40211870@relay.example.net>\r\n\
         Call-ID: forged\r\n\
         CSeq: 1 MESSAGE\r\n\
         Content-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    bench.hand_in(from, bytes);
}

fn unknown(bench: &Bench) -> usize {
    bench.count(|event| matches!(event, Event::UnknownResponse { .. }))
}

#[test]
fn a_relayed_message_is_not_accepted_by_an_mrs_from_anywhere() {
    let body = odd("17", "40211870");
    let elsewhere = "203.0.113.66:5060".parse().unwrap();
    // Not sent to anybody yet.
    let config_tls = Config::new([5; 16], unit(), vec![receiver(0, Transport::Tls)]);
    let mut bench = Bench::new(config_tls);
    bench.lenient = true;
    let id = relay(&mut bench, &body, 15);
    bench.none();
    for from in [elsewhere, arc(0)] {
        from_anywhere(&mut bench, from, &mrs("17", 0));
    }
    bench.connect("arc0");
    let sent = bench.one();
    // The right host, but over UDP for what went over TLS.
    for from in [elsewhere, arc(0)] {
        from_anywhere(&mut bench, from, &mrs("17", 0));
        from_anywhere(&mut bench, from, "<mrs><ref>17</ref></mrs>");
    }
    assert_eq!((bench.accepted(), unknown(&bench)), (vec![], 4));
    assert!(bench.failures().is_empty());
    bench.answer_with(&sent, &mrs("17", 0));
    bench.none();
    assert_eq!(bench.accepted(), [(id, 0)]);
}

#[test]
fn a_relayed_message_is_accepted_only_by_a_receiver_that_was_asked() {
    let mut bench = bench(2);
    let body = odd("17", "40211870");
    let id = relay(&mut bench, &body, 15);
    let sent = bench.one();
    assert_eq!(sent.to(), 0);
    bench.message(1, &mrs("17", 0));
    assert_eq!((bench.accepted(), unknown(&bench)), (vec![], 1));
    // Another port of the same host is good enough.
    let port = SocketAddr::new(arc(0).ip(), 40_000);
    from_anywhere(&mut bench, port, &mrs("17", 0));
    assert_eq!(bench.accepted(), [(id, 0)]);
}

#[test]
fn alarms_of_our_own_are_answered_from_anywhere_unless_that_is_set() {
    for strict in [false, true] {
        let mut config = config(1);
        config.known_sources_only = strict;
        let mut bench = Bench::new(config);
        let id = bench.submit();
        let sent = bench.one();
        let elsewhere = "203.0.113.66:5060".parse().unwrap();
        from_anywhere(&mut bench, elsewhere, &sent.mrs(0));
        assert_eq!(bench.accepted().is_empty(), strict);
        if strict {
            assert_eq!(unknown(&bench), 1);
            bench.respond(&sent, 0);
        }
        assert_eq!(bench.accepted(), [(id, 0)]);
    }
}
