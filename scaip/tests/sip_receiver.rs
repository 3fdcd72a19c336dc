//! The endpoint as a receiver over UDP. Numbers are those of SCAIP reference 15.
#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod sip_support;

use std::time::{Duration, Instant};

use scaip::sip::{
    Config, ConfigError, Endpoint, Event, Message, Method, Path, RequestId, RespondError, Response,
    SipError, SipLimits, SipWarning, StatusCode, WriteError, write_response,
};
use sip_support::*;

fn take(endpoint: &mut Endpoint) -> (RequestId, Message) {
    match endpoint.poll_event() {
        Some(Event::Request { id, message, .. }) => (id, message),
        other => panic!("no request but {other:?}"),
    }
}

fn ok(endpoint: &mut Endpoint, now: Instant, id: RequestId) {
    endpoint
        .respond(now, id, &Response::new(StatusCode::OK))
        .unwrap();
}

fn warnings(text: &str) -> Vec<SipWarning> {
    let mut endpoint = endpoint();
    endpoint.handle_datagram(Instant::now(), unit(), text.to_owned().into());
    take(&mut endpoint).1.warnings().to_vec()
}

#[test]
fn answers_only_after_the_caller_has_said_so() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    assert!(transmits(&mut endpoint).is_empty());
    let (id, message) = take(&mut endpoint);
    assert_eq!(message.body(), BODY);
    assert!(message.warnings().is_empty(), "{message:?}");
    ok(&mut endpoint, now, id);
    let answer = only(&mut endpoint);
    let expected = "SIP/2.0 200 OK\r\n\
        Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;received=192.0.2.7;rport=40123\r\n\
        From: <sip:40211870@example.net>;tag=1\r\n\
        To: <sip:alarm@example.net>;tag=";
    assert!(answer.starts_with(expected), "{answer}");
    let end = "\r\nCall-ID: a\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n";
    assert!(answer.ends_with(end), "{answer}");
    let again = endpoint.respond(now, id, &Response::new(StatusCode::OK));
    assert_eq!(again, Err(RespondError::NotWaiting));
}

#[test]
fn test_35_a_retransmission_gets_the_same_answer_and_raises_nothing() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    let (id, _) = take(&mut endpoint);
    let early = events(&mut endpoint);
    assert!(
        matches!(early[..], [Event::Retransmission { answered: false, id: first, .. }] if first == id)
    );
    ok(&mut endpoint, now, id);
    let first = only(&mut endpoint);
    let late = now + Duration::from_millis(31_999);
    endpoint.handle_timeout(late);
    endpoint.handle_datagram(late, unit(), alarm("a").into());
    assert_eq!(only(&mut endpoint), first);
    assert!(matches!(
        events(&mut endpoint)[..],
        [Event::Retransmission { answered: true, .. }]
    ));
    assert_eq!(endpoint.counters().requests(), 1);
    assert_eq!(endpoint.counters().retransmissions(), 2);
}

#[test]
fn a_finished_transaction_is_kept_for_timer_j_and_no_longer() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    let (id, _) = take(&mut endpoint);
    let answered = now + Duration::from_secs(3);
    ok(&mut endpoint, answered, id);
    let end = answered + Duration::from_secs(32);
    assert_eq!(endpoint.poll_timeout(), Some(end));
    endpoint.handle_timeout(end);
    assert_eq!(endpoint.poll_timeout(), None);
    assert_eq!(endpoint.load(), (0, 0, 0));
    assert!(endpoint.poll_event().is_none());
}

#[test]
fn test_36_every_new_alarm_counts_though_the_branch_stays_the_same() {
    let now = Instant::now();
    let same = |call: &str, body: &str| request("MESSAGE", "z9hG4bK1", call, body);
    let other_number = same("a", BODY).replace("CSeq: 1", "CSeq: 2");
    let other_body = same("a", "<mrq><ref>2</ref></mrq>");
    let mut endpoint = endpoint();
    let elsewhere = Path::udp(server_address(), "192.0.2.8:40123".parse().unwrap());
    let arrivals = [
        (unit(), same("a", BODY)),
        (unit(), same("b", BODY)),
        (unit(), other_number),
        (unit(), other_body),
        (elsewhere, same("a", BODY)),
    ];
    for (path, text) in &arrivals {
        endpoint.handle_datagram(now, *path, text.clone().into());
        let (id, message) = take(&mut endpoint);
        let reused = message.warnings().contains(&SipWarning::BranchReused);
        assert_eq!(reused, *path == unit() && *text != arrivals[0].1);
        ok(&mut endpoint, now, id);
    }
    assert_eq!(endpoint.counters().requests(), 5);
    assert_eq!(endpoint.counters().new_despite_branch(), 3);
    let answers = transmits(&mut endpoint);
    assert!(text(&answers[1]).contains("Call-ID: b\r\n"));
    assert!(text(&answers[2]).contains("CSeq: 2 MESSAGE\r\n"));
    // And each repetition is still known.
    for (path, text) in arrivals {
        endpoint.handle_datagram(now, path, text.into());
    }
    assert_eq!(endpoint.counters().retransmissions(), 5);
}

#[test]
fn requests_without_a_branch_or_with_a_foreign_one_are_matched_all_the_same() {
    let now = Instant::now();
    for (via, warning) in [
        ("10.0.0.7:5062", SipWarning::MissingBranch),
        ("10.0.0.7:5062;branch=1", SipWarning::ForeignBranch),
        ("10.0.0.7:5062;branch", SipWarning::MissingBranch),
        (";;;", SipWarning::ViaUnreadable),
    ] {
        let make = |call| alarm(call).replace("10.0.0.7:5062;branch=z9hG4bK77;rport", via);
        let mut endpoint = endpoint();
        endpoint.handle_datagram(now, unit(), make("a").into());
        endpoint.handle_datagram(now, unit(), make("a").into());
        endpoint.handle_datagram(now, unit(), make("b").into());
        let (id, message) = take(&mut endpoint);
        assert_eq!(message.warnings(), [warning]);
        ok(&mut endpoint, now, id);
        let lead = format!("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {via}");
        let answer = only(&mut endpoint);
        assert!(answer.starts_with(&lead), "{answer}");
        assert_eq!(endpoint.counters().requests(), 2);
    }
}

#[test]
fn test_37_from_without_tag_without_user_or_unreadable_is_answered() {
    let from = "From: <sip:40211870@example.net>;tag=1";
    for (other, expected) in [
        (
            "From: <sip:40211870@example.net>",
            Some(SipWarning::MissingFromTag),
        ),
        ("From: <sip:99999@example.net>;tag=1", None),
        ("From: <sip:@example.net>;tag=1", None),
        ("From: sip:example.net;tag=1", None),
        ("From: nobody", Some(SipWarning::FromUnreadable)),
        ("From:", Some(SipWarning::FromUnreadable)),
    ] {
        let now = Instant::now();
        let mut endpoint = endpoint();
        endpoint.handle_datagram(now, unit(), alarm("a").replace(from, other).into());
        let (id, message) = take(&mut endpoint);
        assert_eq!(message.warnings(), expected.as_slice(), "{other}");
        ok(&mut endpoint, now, id);
        let echoed = if other == "From:" {
            "From: \r\n"
        } else {
            other
        };
        assert!(only(&mut endpoint).contains(echoed));
    }
}

#[test]
fn test_37_without_rport_the_answer_still_goes_to_the_source_port() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").replace(";rport", "").into());
    let (id, message) = take(&mut endpoint);
    assert!(message.warnings().is_empty());
    ok(&mut endpoint, now, id);
    let answer = endpoint.poll_transmit().unwrap();
    assert_eq!(answer.path.remote, unit_address());
    assert!(!answer.close_after);
    assert!(text(&answer).contains("branch=z9hG4bK77;received=192.0.2.7\r\n"));
}

#[test]
fn test_39_the_answer_goes_to_the_source_port_and_received_and_rport_are_filled_in() {
    let now = Instant::now();
    for (via, expected) in [
        ("192.0.2.7;branch=z9hG4bK1", "192.0.2.7;branch=z9hG4bK1"),
        (
            "unit.example.net;branch=z9hG4bK1",
            "unit.example.net;branch=z9hG4bK1;received=192.0.2.7",
        ),
        (
            "192.0.2.7;rport;branch=z9hG4bK1",
            "192.0.2.7;branch=z9hG4bK1;received=192.0.2.7;rport=40123",
        ),
        (
            "a;received=203.0.113.9;rport=1;x=\"y;z\"",
            "a;x=\"y;z\";received=192.0.2.7;rport=40123",
        ),
        (
            "a;branch=z9hG4bK1, SIP/2.0/TCP b;branch=2",
            "a;branch=z9hG4bK1;received=192.0.2.7, SIP/2.0/TCP b;branch=2",
        ),
    ] {
        let mut endpoint = endpoint();
        let request = alarm("a").replace("10.0.0.7:5062;branch=z9hG4bK77;rport", via);
        endpoint.handle_datagram(now, unit(), request.into());
        let (id, _) = take(&mut endpoint);
        ok(&mut endpoint, now, id);
        let answer = endpoint.poll_transmit().unwrap();
        assert_eq!(answer.path, unit());
        let line = format!("Via: SIP/2.0/UDP {expected}\r\n");
        assert!(text(&answer).contains(&line), "{}", text(&answer));
    }
}

#[test]
fn an_ipv4_address_from_a_dual_stack_socket_is_written_as_ipv4() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let remote = "[::ffff:192.0.2.7]:40123".parse().unwrap();
    let path = Path::udp(server_address(), remote);
    endpoint.handle_datagram(now, path, alarm("a").into());
    let (id, _) = take(&mut endpoint);
    ok(&mut endpoint, now, id);
    let answer = endpoint.poll_transmit().unwrap();
    assert_eq!(answer.path.remote, remote);
    assert!(text(&answer).contains(";received=192.0.2.7;rport=40123\r\n"));
}

#[test]
fn every_via_is_copied_in_order_and_an_existing_to_tag_is_kept() {
    let now = Instant::now();
    let request = alarm("a")
        .replace(
            "Max-Forwards",
            "v: SIP/2.0/TLS second;branch=2\r\nVIA : SIP/2.0/UDP third\r\nMax-Forwards",
        )
        .replace(
            "alarm@example.net>\r\n",
            "alarm@example.net>;tag=theirs\r\n",
        );
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), request.into());
    let (id, _) = take(&mut endpoint);
    ok(&mut endpoint, now, id);
    let answer = only(&mut endpoint);
    let vias: Vec<_> = answer.lines().filter(|l| l.starts_with("Via")).collect();
    assert_eq!(
        vias[1..],
        ["Via: SIP/2.0/TLS second;branch=2", "Via: SIP/2.0/UDP third"]
    );
    assert!(answer.contains("\r\nTo: <sip:alarm@example.net>;tag=theirs\r\n"));
}

#[test]
fn compact_forms_folds_blanks_and_letter_case_are_read_alike() {
    let odd = format!(
        "\r\n\r\nMESSAGE sip:alarm@example.net sip/2.0\r\n\
         v:SIP/2.0/UDP 10.0.0.7:5062\r\n ;branch=z9hG4bK77\r\n\t;rport\r\n\
         MAX-forwards : 70\r\n\
         f  :\t<sip:40211870@example.net>;tag=1  \r\n\
         t:\r\n <sip:alarm@example.net>\r\n\
         i: a\r\n\
         cseq: 1\r\n  MESSAGE\r\n\
         X-Unknown: kept\r\n\
         c: application/scaip+xml\r\n\
         l: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), odd.into());
    let (id, message) = take(&mut endpoint);
    assert!(message.warnings().is_empty(), "{message:?}");
    assert_eq!(message.top_via().unwrap().branch(), Some(&b"z9hG4bK77"[..]));
    assert_eq!(message.cseq(), 1);
    assert_eq!(message.to().unwrap().uri.user, Some("alarm"));
    assert_eq!(message.header_named("x-unknown"), Some(&b"kept"[..]));
    assert!(
        message
            .content_type()
            .unwrap()
            .unwrap()
            .is("application/scaip+xml")
    );
    assert_eq!(message.headers().count(), 9);
    assert_eq!(message.body(), BODY);
    ok(&mut endpoint, now, id);
    // What is echoed is unfolded.
    assert!(only(&mut endpoint).contains("CSeq: 1    MESSAGE\r\n"));
}

#[test]
fn each_tolerated_deviation_is_named() {
    let base = alarm("a");
    let cases = [
        (base.replace("\r\n", "\n"), SipWarning::BareLineFeed),
        (
            base.replace("Max-Forwards: 70\r\n", ""),
            SipWarning::MissingMaxForwards,
        ),
        (
            base.replace("Max-", "Contact: <sip:a@b>\r\nMax-"),
            SipWarning::ContactInMessage,
        ),
        (
            base.replace("Max-", "Require: x\r\nMax-"),
            SipWarning::RequireIgnored,
        ),
        (
            base.replace("Max-", "no colon here\r\n folded\r\nMax-"),
            SipWarning::HeaderIgnored { offset: 94 },
        ),
        (
            base.replace("Max-", "X: a\0b\r\nMax-"),
            SipWarning::HeaderIgnored { offset: 94 },
        ),
        (
            base.replace("MESSAGE sip:alarm@example.net", "MESSAGE alarm"),
            SipWarning::RequestUriUnreadable,
        ),
        (base.replace("To: <sip:", "To: <"), SipWarning::ToUnreadable),
    ];
    for (text, expected) in cases {
        assert_eq!(warnings(&text), [expected], "{text}");
    }
    let twice = base.replace("Call-ID: a", "Call-ID: a\r\nCall-ID: b");
    let name = scaip::sip::HeaderName::CallId;
    assert_eq!(warnings(&twice), [SipWarning::HeaderRepeated { name }]);
}

#[test]
fn test_42_on_udp_a_content_length_that_does_not_fit_yields_to_the_datagram() {
    let length = format!("Content-Length: {}\r\n", BODY.len());
    let actual = BODY.len() as u64;
    let mismatch = |stated| SipWarning::ContentLengthMismatch { stated, actual };
    for (header, expected) in [
        ("Content-Length: 0\r\n", mismatch(0)),
        ("Content-Length: 5\r\n", mismatch(5)),
        ("Content-Length: 5000\r\n", mismatch(5000)),
        (
            "Content-Length: 18446744073709551615\r\n",
            mismatch(u64::MAX),
        ),
        (
            "Content-Length: 184467440737095516150\r\n",
            mismatch(u64::MAX),
        ),
        (
            "Content-Length: many\r\n",
            SipWarning::ContentLengthUnreadable,
        ),
        (
            "Content-Length: -1\r\n",
            SipWarning::ContentLengthUnreadable,
        ),
        ("", SipWarning::ContentLengthMissing),
    ] {
        let mut endpoint = endpoint();
        let text = alarm("a").replace(&length, header);
        endpoint.handle_datagram(Instant::now(), unit(), text.into());
        let (_, message) = take(&mut endpoint);
        assert_eq!(message.body(), BODY, "{header}");
        assert_eq!(message.warnings(), [expected]);
    }
}

#[test]
fn test_43_a_message_above_1300_bytes_is_taken_over_udp() {
    let body = "x".repeat(2000);
    let mut endpoint = endpoint();
    let text = request("MESSAGE", "z9hG4bK1", "a", &body);
    endpoint.handle_datagram(Instant::now(), unit(), text.into());
    assert_eq!(take(&mut endpoint).1.body(), body);
}

#[test]
fn test_44_options_is_answered_and_other_methods_are_refused() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let ask = |method: &str| request(method, "z9hG4bK1", "a", "");
    endpoint.handle_datagram(now, unit(), ask("OPTIONS").into());
    let answer = only(&mut endpoint);
    assert!(answer.starts_with("SIP/2.0 200 OK\r\n"));
    assert!(answer.contains("\r\nAllow: MESSAGE, OPTIONS\r\nAccept: application/scaip+xml\r\n"));
    for method in [
        "INVITE",
        "REGISTER",
        "BYE",
        "CANCEL",
        "SUBSCRIBE",
        "NOVEL",
        "message",
    ] {
        endpoint.handle_datagram(now, unit(), ask(method).into());
        let first = only(&mut endpoint);
        assert!(
            first.starts_with("SIP/2.0 405 Method Not Allowed\r\n"),
            "{method}"
        );
        assert!(first.contains("\r\nAllow: MESSAGE, OPTIONS\r\n"));
        // Without a transaction the answer to a repetition has the same tag.
        endpoint.handle_datagram(now, unit(), ask(method).into());
        assert_eq!(only(&mut endpoint), first);
    }
    endpoint.handle_datagram(now, unit(), ask("ACK").into());
    assert!(transmits(&mut endpoint).is_empty());
    assert!(endpoint.poll_event().is_none());
    assert_eq!(endpoint.poll_timeout(), None, "nothing is kept for these");
    assert_eq!(
        (
            endpoint.counters().answered_here(),
            endpoint.counters().acks()
        ),
        (15, 1)
    );
}

#[test]
fn further_methods_are_handed_up_when_listed_but_never_invite() {
    let mut config = Config::new([7; 16]);
    config.methods = vec![
        Method::Message,
        Method::Register,
        Method::Options,
        Method::Invite,
    ];
    let mut endpoint = Endpoint::new(config).unwrap();
    let now = Instant::now();
    for method in ["REGISTER", "OPTIONS"] {
        endpoint.handle_datagram(now, unit(), request(method, "z9hG4bK1", "a", "").into());
        assert_eq!(take(&mut endpoint).1.method_text(), Some(method.as_bytes()));
    }
    endpoint.handle_datagram(now, unit(), request("INVITE", "z9hG4bK1", "a", "").into());
    assert!(only(&mut endpoint).contains("Allow: MESSAGE, REGISTER, OPTIONS\r\n"));
}

#[test]
fn what_cannot_be_read_is_answered_where_it_can_be_and_always_told() {
    let base = alarm("a");
    let cases = [
        (base.replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia"), Some(505)),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: one MESSAGE"),
            Some(400),
        ),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: 1 OPTIONS"),
            Some(400),
        ),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: 4294967296 MESSAGE"),
            Some(400),
        ),
        (
            base.replace("MESSAGE sip:alarm@example.net SIP/2.0", "MESSAGE"),
            Some(400),
        ),
        (
            base.replace("MESSAGE sip:alarm@example.net SIP/2.0", "MESSAGE SIP/2.0"),
            Some(400),
        ),
        (base.replace("Call-ID: a\r\n", ""), None),
        (base.replace("Via", "Vio"), None),
        (base.replace("From", "Form"), None),
        (base.replace("To:", "Too:"), None),
        (base.replace("CSeq", "Seq"), None),
        (
            base.replace("CSeq: 1 MESSAGE", "CSeq: 1 ACK")
                .replace("MESSAGE sip", "ACK sip")
                .replace("2.0\r\nVia", "3.0\r\nVia"),
            None,
        ),
        (
            base.split("\r\nContent-Type").next().unwrap().to_owned(),
            None,
        ),
        ("SIP/2.0 2000 OK\r\n\r\n".to_owned(), None),
        ("SIP/2.0 099 OK\r\n\r\n".to_owned(), None),
        (
            "GET / HTTP/1.1\r\nHost: example.net\r\n\r\n".to_owned(),
            None,
        ),
        ("junk".to_owned(), None),
        ("\0\u{1}\u{2}".to_owned(), None),
    ];
    for (text, status) in cases {
        let mut endpoint = endpoint();
        endpoint.handle_datagram(Instant::now(), unit(), text.clone().into());
        let Some(Event::Bad {
            answered,
            raw,
            path,
            ..
        }) = endpoint.poll_event()
        else {
            panic!("{text}")
        };
        assert_eq!(answered.map(StatusCode::get), status, "{text}");
        assert_eq!((raw.0, path), (text.into(), unit()));
        let lines = statuses(&mut endpoint);
        assert_eq!(lines.len(), usize::from(status.is_some()));
        assert_eq!(endpoint.counters().bad(), 1);
    }
}

#[test]
fn a_cut_head_is_answered_400_if_the_needed_headers_came_through() {
    let mut endpoint = endpoint();
    let text = alarm("a");
    let cut = text.find("\r\n\r\n").unwrap();
    endpoint.handle_datagram(Instant::now(), unit(), text[..cut].to_owned().into());
    assert_eq!(statuses(&mut endpoint), ["SIP/2.0 400 Bad Request"]);
}

#[test]
fn each_limit_holds_at_its_edge() {
    let limits = |change: fn(&mut SipLimits)| {
        let mut limits = SipLimits::default();
        change(&mut limits);
        limits
    };
    let text = alarm("a");
    let head = text.find("\r\n\r\n").unwrap() + 4;
    let whole = text.len();
    let parse =
        |limits| Message::parse_datagram(text.clone().into(), &limits).map_err(|r| r.error());
    assert_eq!((head, whole, BODY.len()), (269, 326, 57));
    assert!(
        parse(limits(|l| {
            l.head = 269;
            l.headers = 8;
            l.body = 57;
            l.message = 326;
        }))
        .is_ok()
    );
    assert_eq!(
        parse(limits(|l| l.head = 268)).unwrap_err(),
        SipError::HeadTooLarge { limit: 268 }
    );
    assert_eq!(
        parse(limits(|l| l.headers = 7)).unwrap_err(),
        SipError::TooManyHeaders { limit: 7 }
    );
    assert_eq!(
        parse(limits(|l| l.body = 56)).unwrap_err(),
        SipError::BodyTooLarge {
            length: 57,
            limit: 56
        }
    );
    assert_eq!(
        parse(limits(|l| l.message = 325)).unwrap_err(),
        SipError::MessageTooLarge {
            length: 326,
            limit: 325
        }
    );
}

#[test]
fn a_body_over_the_limit_is_answered_413_and_told() {
    let mut config = Config::new([7; 16]);
    config.limits.body = 10;
    let mut endpoint = Endpoint::new(config).unwrap();
    endpoint.handle_datagram(Instant::now(), unit(), alarm("a").into());
    assert_eq!(
        statuses(&mut endpoint),
        ["SIP/2.0 413 Request Entity Too Large"]
    );
    assert!(matches!(
        events(&mut endpoint)[..],
        [Event::Bad {
            error: SipError::BodyTooLarge {
                length: 57,
                limit: 10
            },
            answered: Some(_),
            ..
        }]
    ));
}

#[test]
fn overload_turns_new_alarms_away_and_still_answers_old_ones() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    let (id, _) = take(&mut endpoint);
    ok(&mut endpoint, now, id);
    let first = only(&mut endpoint);
    endpoint.set_overloaded(true);
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    assert_eq!(only(&mut endpoint), first);
    let _ = events(&mut endpoint);
    endpoint.handle_datagram(now, unit(), alarm("b").into());
    let answer = only(&mut endpoint);
    assert!(answer.starts_with("SIP/2.0 503 Service Unavailable\r\n"));
    assert!(answer.contains("\r\nRetry-After: 5\r\n"));
    assert!(endpoint.poll_event().is_none());
    endpoint.handle_datagram(now, unit(), request("OPTIONS", "z9hG4bK1", "o", "").into());
    assert_eq!(statuses(&mut endpoint), ["SIP/2.0 200 OK"]);
    endpoint.set_overloaded(false);
    endpoint.handle_datagram(now, unit(), alarm("b").into());
    take(&mut endpoint);
    assert_eq!(endpoint.counters().overloaded(), 1);
}

#[test]
fn a_table_full_of_unfinished_requests_answers_503_and_of_finished_ones_makes_room() {
    let now = Instant::now();
    let mut config = Config::new([7; 16]);
    config.server_transactions = 2;
    let mut endpoint = Endpoint::new(config).unwrap();
    for call in ["a", "b", "c"] {
        endpoint.handle_datagram(now, unit(), alarm(call).into());
    }
    let (a, _) = take(&mut endpoint);
    let (_b, _) = take(&mut endpoint);
    assert!(endpoint.poll_event().is_none());
    let answer = only(&mut endpoint);
    assert!(answer.starts_with("SIP/2.0 503") && answer.contains("Call-ID: c\r\n"));
    ok(&mut endpoint, now, a);
    endpoint.handle_datagram(now, unit(), alarm("c").into());
    take(&mut endpoint);
    let counters = endpoint.counters();
    assert_eq!(
        (counters.full(), counters.evicted(), counters.requests()),
        (1, 1, 3)
    );
}

#[test]
fn a_queue_that_is_not_drained_drops_datagrams_and_counts_them() {
    let now = Instant::now();
    let mut config = Config::new([7; 16]);
    config.queue = 3;
    let mut endpoint = Endpoint::new(config).unwrap();
    for call in 0..5 {
        endpoint.handle_datagram(now, unit(), alarm(&call.to_string()).into());
    }
    assert_eq!(events(&mut endpoint).len(), 3);
    assert_eq!(endpoint.counters().undrained(), 2);
    endpoint.handle_datagram(now, unit(), alarm("3").into());
    take(&mut endpoint);
}

#[test]
fn a_request_nobody_answers_expires_and_can_come_again() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    let (id, _) = take(&mut endpoint);
    let end = now + Duration::from_secs(32);
    assert_eq!(endpoint.poll_timeout(), Some(end));
    endpoint.handle_timeout(end);
    assert!(matches!(events(&mut endpoint)[..], [Event::Expired { id: gone }] if gone == id));
    let late = endpoint.respond(end, id, &Response::new(StatusCode::OK));
    assert_eq!(late, Err(RespondError::NotWaiting));
    endpoint.handle_datagram(end, unit(), alarm("a").into());
    let (second, _) = take(&mut endpoint);
    assert_ne!(id, second);
    // The old name does not answer the new request.
    assert!(
        endpoint
            .respond(end, id, &Response::new(StatusCode::OK))
            .is_err()
    );
    ok(&mut endpoint, end, second);
}

#[test]
fn answers_carry_headers_and_bodies_and_refuse_injection() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    endpoint.handle_datagram(now, unit(), alarm("a").into());
    let (id, _) = take(&mut endpoint);
    let attempt = |endpoint: &mut Endpoint, headers: &[(&str, &str)]| {
        endpoint.respond(
            now,
            id,
            &Response {
                headers,
                ..Response::new(StatusCode::OK)
            },
        )
    };
    for (headers, expected) in [
        ([("X", "a\r\nVia: b")], "control byte"),
        ([("X", "a\0")], "control byte"),
        ([("X\r\nY", "a")], "no token"),
        ([("", "a")], "no token"),
        ([("l", "7")], "written by the endpoint"),
    ] {
        let error = attempt(&mut endpoint, &headers).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(matches!(error, RespondError::Write(_)));
    }
    let typed = Response {
        content_type: "text/plain\r\nX: y",
        body: b"x",
        ..Response::new(StatusCode::OK)
    };
    assert!(matches!(
        endpoint.respond(now, id, &typed),
        Err(RespondError::Write(WriteError::ControlByte {
            offset: 10,
            ..
        }))
    ));
    let trying = Response::new(StatusCode::new(100).unwrap());
    assert_eq!(
        endpoint.respond(now, id, &trying),
        Err(RespondError::Provisional)
    );
    assert!(transmits(&mut endpoint).is_empty());
    let refusal = Response {
        headers: &[("Accept", "application/scaip+xml")],
        content_type: "text/plain",
        body: b"no",
        ..Response::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    };
    endpoint.respond(now, id, &refusal).unwrap();
    assert!(only(&mut endpoint).ends_with(
        "\r\nAccept: application/scaip+xml\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno"
    ));
}

#[test]
fn overload_concerns_alarms_only() {
    let mut config = Config::new([7; 16]);
    config.methods = vec![Method::Message, Method::Register];
    let mut endpoint = Endpoint::new(config).unwrap();
    endpoint.set_overloaded(true);
    let register = request("REGISTER", "z9hG4bK1", "a", "");
    endpoint.handle_datagram(Instant::now(), unit(), register.into());
    assert_eq!(take(&mut endpoint).1.method(), Some(Method::Register));
}

#[test]
fn a_control_byte_on_a_folded_line_takes_the_whole_header_with_it() {
    let text = alarm("a").replace("Max-", "X: a\r\n b\0c\r\n d\r\nMax-");
    assert_eq!(warnings(&text), [SipWarning::HeaderIgnored { offset: 94 }]);
    let mut endpoint = endpoint();
    endpoint.handle_datagram(Instant::now(), unit(), text.into());
    assert_eq!(take(&mut endpoint).1.header_named("X"), None);
}

#[test]
fn a_buffer_is_as_before_when_writing_fails() {
    let request = Message::parse_datagram(alarm("a").into(), &SipLimits::default()).unwrap();
    let mut out = b"before".to_vec();
    let bad = Response {
        headers: &[("X", "a\nb")],
        ..Response::new(StatusCode::OK)
    };
    assert!(write_response(&mut out, &request, unit_address(), b"t", &bad).is_err());
    assert_eq!(out, b"before");
    let good = Response::new(StatusCode::OK);
    write_response(&mut out, &request, unit_address(), b"t", &good).unwrap();
    assert!(out.starts_with(b"beforeSIP/2.0 200 OK\r\n"));
}

#[test]
fn keep_alives_on_udp_raise_nothing() {
    let mut endpoint = endpoint();
    for blank in ["", "\r\n", "\r\n\r\n", "\0", "\0\0\0\0"] {
        endpoint.handle_datagram(Instant::now(), unit(), blank.into());
    }
    assert_eq!(endpoint.counters().keep_alives(), 5);
    assert!(endpoint.poll_event().is_none() && endpoint.poll_transmit().is_none());
}

#[test]
fn settings_that_accept_nothing_are_refused() {
    let with = |change: fn(&mut Config)| {
        let mut config = Config::new([0; 16]);
        change(&mut config);
        Endpoint::new(config).err()
    };
    assert_eq!(with(|_| ()), None);
    assert_eq!(
        with(|c| c.accept = "a\r\nb".into()),
        Some(ConfigError::Accept)
    );
    assert_eq!(
        with(|c| c.queue = 0),
        Some(ConfigError::Zero { setting: "queue" })
    );
    assert_eq!(
        with(|c| c.timers.t4 = Duration::MAX),
        Some(ConfigError::TooLong {
            setting: "timers.t4"
        })
    );
    assert_eq!(
        with(|c| c.timers.t1 = Duration::ZERO),
        Some(ConfigError::Zero {
            setting: "timers.t1"
        })
    );
}

#[test]
fn debug_output_shows_no_person_and_no_text() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let secret = alarm("a").replace("From: <", "From: \"Kari Nordmann\" <");
    endpoint.handle_datagram(now, unit(), secret.clone().into());
    endpoint.handle_datagram(now, unit(), secret.replace("CSeq: 1", "CSeq: x").into());
    let mut shown = format!("{endpoint:?}");
    for event in events(&mut endpoint) {
        shown += &format!("{event:?}");
        if let Event::Request { message, id, .. } = event {
            shown += &format!(
                "{:?}{:?}{:?}",
                message.from(),
                message.request_uri(),
                message.top_via()
            );
            ok(&mut endpoint, now, id);
        }
    }
    shown += &format!("{:?}", transmits(&mut endpoint));
    let rejected =
        Message::parse_datagram(secret.replace("CSeq", "Q").into(), &SipLimits::default());
    shown += &format!("{:?}", rejected.unwrap_err());
    shown += &format!("{:?}", Config::new([0xab; 16]));
    for hidden in ["40211870", "Kari", "<mrq", "171, 171"] {
        assert!(!shown.contains(hidden), "{hidden} in {shown}");
    }
    assert!(shown.contains("call_id: a"));
}
