//! Where answers go and what they carry, and which methods get one.

use scaip::sip::{
    Message, Method, Path, RespondError, Response, SipLimits, StatusCode, WriteError,
    write_response,
};

use crate::bench::{Bench, heard};
use crate::sip_support::{BODY, alarm, request, server_address, text, unit, unit_address};

#[test]
fn answers_only_after_the_caller_has_said_so() {
    let mut bench = Bench::new();
    bench.hear(alarm("a"));
    assert!(bench.transmits().is_empty());
    let (id, message) = bench.take();
    assert_eq!(message.body(), BODY);
    assert!(message.warnings().is_empty(), "{message:?}");
    let answer = bench.ok_to(id);
    let expected = "SIP/2.0 200 OK\r\n\
        Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bK77;received=192.0.2.7;rport=40123\r\n\
        From: <sip:40211870@example.net>;tag=1\r\n\
        To: <sip:alarm@example.net>;tag=";
    assert!(answer.starts_with(expected), "{answer}");
    let end = "\r\nCall-ID: a\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n";
    assert!(answer.ends_with(end), "{answer}");
    let again = bench.respond(id, &Response::new(StatusCode::OK));
    assert_eq!(again, Err(RespondError::NotWaiting));
}

#[test]
fn test_37_without_rport_the_answer_still_goes_to_the_source_port() {
    let (mut bench, id, message) = heard(alarm("a").replace(";rport", ""));
    assert!(message.warnings().is_empty());
    bench.ok(id);
    let answer = bench.endpoint.poll_transmit().unwrap();
    assert_eq!(answer.path.remote, unit_address());
    assert!(!answer.close_after);
    assert!(text(&answer).contains("branch=z9hG4bK77;received=192.0.2.7\r\n"));
}

#[test]
fn test_39_the_answer_goes_to_the_source_port_and_received_and_rport_are_filled_in() {
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
        let request = alarm("a").replace("10.0.0.7:5062;branch=z9hG4bK77;rport", via);
        let (mut bench, id, _) = heard(request);
        bench.ok(id);
        let answer = bench.endpoint.poll_transmit().unwrap();
        assert_eq!(answer.path, unit());
        let line = format!("Via: SIP/2.0/UDP {expected}\r\n");
        assert!(text(&answer).contains(&line), "{}", text(&answer));
    }
}

#[test]
fn an_ipv4_address_from_a_dual_stack_socket_is_written_as_ipv4() {
    let mut bench = Bench::new();
    let remote = "[::ffff:192.0.2.7]:40123".parse().unwrap();
    let path = Path::udp(server_address(), remote);
    bench.hear_from(path, alarm("a"));
    let (id, _) = bench.take();
    bench.ok(id);
    let answer = bench.endpoint.poll_transmit().unwrap();
    assert_eq!(answer.path.remote, remote);
    assert!(text(&answer).contains(";received=192.0.2.7;rport=40123\r\n"));
}

#[test]
fn every_via_is_copied_in_order_and_an_existing_to_tag_is_kept() {
    let request = alarm("a")
        .replace(
            "Max-Forwards",
            "v: SIP/2.0/TLS second;branch=2\r\nVIA : SIP/2.0/UDP third\r\nMax-Forwards",
        )
        .replace(
            "alarm@example.net>\r\n",
            "alarm@example.net>;tag=theirs\r\n",
        );
    let (mut bench, id, _) = heard(request);
    let answer = bench.ok_to(id);
    let vias: Vec<_> = answer.lines().filter(|l| l.starts_with("Via")).collect();
    assert_eq!(
        vias[1..],
        ["Via: SIP/2.0/TLS second;branch=2", "Via: SIP/2.0/UDP third"]
    );
    assert!(answer.contains("\r\nTo: <sip:alarm@example.net>;tag=theirs\r\n"));
}

#[test]
fn test_44_options_is_answered_and_other_methods_are_refused() {
    let mut bench = Bench::new();
    let ask = |method: &str| request(method, "z9hG4bK1", "a", "");
    let answer = bench.answer_to(ask("OPTIONS"));
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
        let first = bench.answer_to(ask(method));
        assert!(
            first.starts_with("SIP/2.0 405 Method Not Allowed\r\n"),
            "{method}"
        );
        assert!(first.contains("\r\nAllow: MESSAGE, OPTIONS\r\n"));
        // Without a transaction the answer to a repetition has the same tag.
        assert_eq!(bench.answer_to(ask(method)), first);
    }
    bench.hear(ask("ACK"));
    assert!(bench.transmits().is_empty());
    assert!(bench.endpoint.poll_event().is_none());
    assert_eq!(
        bench.endpoint.poll_timeout(),
        None,
        "nothing is kept for these"
    );
    assert_eq!(
        (
            bench.endpoint.counters().answered_here(),
            bench.endpoint.counters().acks()
        ),
        (15, 1)
    );
}

#[test]
fn further_methods_are_handed_up_when_listed_but_never_invite() {
    let methods = vec![
        Method::Message,
        Method::Register,
        Method::Options,
        Method::Invite,
    ];
    let mut bench = Bench::with(|config| config.methods = methods);
    for method in ["REGISTER", "OPTIONS"] {
        bench.hear(request(method, "z9hG4bK1", "a", ""));
        assert_eq!(bench.take().1.method_text(), Some(method.as_bytes()));
    }
    let refused = bench.answer_to(request("INVITE", "z9hG4bK1", "a", ""));
    assert!(refused.contains("Allow: MESSAGE, REGISTER, OPTIONS\r\n"));
}

#[test]
fn answers_carry_headers_and_bodies_and_refuse_injection() {
    let (mut bench, id, _) = heard(alarm("a"));
    let attempt = |bench: &mut Bench, headers: &[(&str, &str)]| {
        let ok = Response::new(StatusCode::OK);
        bench.respond(id, &Response { headers, ..ok })
    };
    for (headers, expected) in [
        ([("X", "a\r\nVia: b")], "control byte"),
        ([("X", "a\0")], "control byte"),
        ([("X\r\nY", "a")], "no token"),
        ([("", "a")], "no token"),
        ([("l", "7")], "written by the endpoint"),
    ] {
        let error = attempt(&mut bench, &headers).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(matches!(error, RespondError::Write(_)));
    }
    let typed = Response {
        content_type: "text/plain\r\nX: y",
        body: b"x",
        ..Response::new(StatusCode::OK)
    };
    assert!(matches!(
        bench.respond(id, &typed),
        Err(RespondError::Write(WriteError::ControlByte {
            offset: 10,
            ..
        }))
    ));
    let trying = Response::new(StatusCode::new(100).unwrap());
    assert_eq!(bench.respond(id, &trying), Err(RespondError::Provisional));
    assert!(bench.transmits().is_empty());
    let refusal = Response {
        headers: &[("Accept", "application/scaip+xml")],
        content_type: "text/plain",
        body: b"no",
        ..Response::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
    };
    bench.respond(id, &refusal).unwrap();
    assert!(bench.only().ends_with(
        "\r\nAccept: application/scaip+xml\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno"
    ));
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
