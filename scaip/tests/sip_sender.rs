//! The endpoint as a sender: client transactions on a clock of the test's own.
#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod sip_support;

use std::time::{Duration, Instant};

use scaip::sip::{
    Config, Endpoint, Event, Message, OutgoingMessage, SendError, Sent, SipLimits, StatusCode,
    UDP_SAFE_LENGTH, UndeliveredReason, WriteError,
};
use sip_support::*;

const MESSAGE: OutgoingMessage<'static> = OutgoingMessage::scaip(
    "sip:40211870@example.net",
    "sip:alarm@example.net",
    b"<mrs/>",
);

fn send(endpoint: &mut Endpoint, now: Instant) -> (Sent, String) {
    let sent = endpoint.send_message(now, &unit(), &MESSAGE).unwrap();
    let transmit = endpoint.poll_transmit().unwrap();
    assert_eq!(transmit.message, Some(sent.id));
    assert_eq!(transmit.bytes.len(), sent.length);
    (sent, text(&transmit))
}

/// An answer to a request as a peer that copies headers gives it.
fn answer(request: &str, status: &str) -> String {
    let mut out = format!("SIP/2.0 {status}\r\n");
    for line in request.split("\r\n") {
        if ["Via:", "From:", "To:", "Call-ID:", "CSeq:"]
            .iter()
            .any(|n| line.starts_with(n))
        {
            out += line;
            out += "\r\n";
        }
    }
    out + "Content-Length: 0\r\n\r\n"
}

#[test]
fn a_message_is_written_as_rfc_3428_wants_it_and_reads_back_without_warning() {
    let mut endpoint = endpoint();
    let (_, request) = send(&mut endpoint, Instant::now());
    let message = Message::parse_datagram(request.clone().into(), &SipLimits::default()).unwrap();
    assert!(message.warnings().is_empty(), "{message:?}");
    assert!(request.starts_with(
        "MESSAGE sip:40211870@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK"
    ));
    assert_eq!(message.to().unwrap().tag(), None);
    assert_eq!(message.from().unwrap().uri.user, Some("alarm"));
    assert!(
        message
            .content_type()
            .unwrap()
            .unwrap()
            .is("application/scaip+xml")
    );
    assert_eq!(message.body(), "<mrs/>");
    assert!(request.contains("\r\nMax-Forwards: 70\r\n") && !request.contains("Contact"));
}

#[test]
fn identifiers_come_from_the_seed_and_differ_between_messages() {
    let now = Instant::now();
    let (first, second) = (&mut endpoint(), &mut endpoint());
    assert_eq!(send(first, now).1, send(second, now).1);
    assert_ne!(send(first, now).1, {
        let mut other = Endpoint::new(Config::new([8; 16])).unwrap();
        let _ = send(&mut other, now);
        send(&mut other, now).1
    });
    let (a, b) = (send(first, now).1, send(first, now).1);
    let field = |text: &str, name: &str| {
        text.lines()
            .find(|l| l.starts_with(name))
            .map(str::to_owned)
    };
    for name in ["Via", "From", "Call-ID"] {
        assert_ne!(field(&a, name), field(&b, name));
    }
}

#[test]
fn every_2xx_is_a_delivery_and_every_other_final_answer_a_refusal() {
    for (line, status) in [
        ("200 OK", 200),
        ("202 Accepted", 202),
        ("302 Moved Temporarily", 302),
        ("401", 401),
        ("486 Busy Here", 486),
        ("503 Service Unavailable", 503),
        ("603 Decline", 603),
    ] {
        let now = Instant::now();
        let mut endpoint = endpoint();
        let (sent, request) = send(&mut endpoint, now);
        endpoint.handle_datagram(now, unit(), answer(&request, "100 Trying").into());
        assert!(endpoint.poll_event().is_none());
        endpoint.handle_datagram(now, unit(), answer(&request, line).into());
        endpoint.handle_datagram(now, unit(), answer(&request, line).into());
        let told = events(&mut endpoint);
        match &told[..] {
            [
                Event::Delivered {
                    id, status: got, ..
                },
            ] if status < 300 => {
                assert_eq!((*id, got.get()), (sent.id, status));
            }
            [
                Event::Refused {
                    id,
                    status: got,
                    response,
                },
            ] if status >= 300 => {
                assert_eq!((*id, got.get()), (sent.id, status));
                assert_eq!(response.status(), Some(*got));
            }
            other => panic!("{line}: {other:?}"),
        }
        assert_eq!(endpoint.counters().stray_responses(), 1);
        // Timer K, then nothing.
        assert_eq!(endpoint.poll_timeout(), Some(now + Duration::from_secs(5)));
        endpoint.handle_timeout(now + Duration::from_secs(5));
        assert_eq!(endpoint.poll_timeout(), None);
    }
}

#[test]
fn the_body_of_a_200_is_handed_over() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let (_, request) = send(&mut endpoint, now);
    let reply = answer(&request, "200 OK").replace("Length: 0\r\n\r\n", "Length: 5\r\n\r\n<mrs>");
    endpoint.handle_datagram(now, unit(), reply.into());
    let Some(Event::Delivered { response, .. }) = endpoint.poll_event() else {
        panic!()
    };
    assert_eq!(response.body(), "<mrs>");
}

#[test]
fn unanswered_messages_are_repeated_by_timer_e_and_given_up_by_timer_f() {
    let start = Instant::now();
    let mut endpoint = endpoint();
    let (sent, request) = send(&mut endpoint, start);
    let mut times = Vec::new();
    while let Some(at) = endpoint.poll_timeout() {
        endpoint.handle_timeout(at);
        for transmit in transmits(&mut endpoint) {
            assert_eq!(text(&transmit), request);
            times.push((at - start).as_millis());
        }
    }
    assert_eq!(
        times,
        [
            500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500
        ]
    );
    assert!(matches!(
        events(&mut endpoint)[..],
        [Event::Undelivered { id, reason: UndeliveredReason::Timeout }] if id == sent.id
    ));
    // An answer after that is stray.
    endpoint.handle_datagram(start, unit(), answer(&request, "200 OK").into());
    assert!(endpoint.poll_event().is_none());
}

#[test]
fn a_caller_who_comes_late_sends_once_and_not_in_a_burst() {
    let start = Instant::now();
    let mut endpoint = endpoint();
    let _ = send(&mut endpoint, start);
    endpoint.handle_timeout(start + Duration::from_secs(20));
    assert_eq!(transmits(&mut endpoint).len(), 1);
    endpoint.handle_timeout(start + Duration::from_secs(40));
    assert!(transmits(&mut endpoint).is_empty());
    assert!(matches!(
        events(&mut endpoint)[..],
        [Event::Undelivered { .. }]
    ));
}

#[test]
fn timers_follow_the_settings() {
    let start = Instant::now();
    let mut config = Config::new([7; 16]);
    config.timers.t1 = Duration::from_millis(100);
    config.timers.t2 = Duration::from_millis(300);
    let mut endpoint = Endpoint::new(config).unwrap();
    let _ = send(&mut endpoint, start);
    let mut times = Vec::new();
    while let Some(at) = endpoint.poll_timeout() {
        endpoint.handle_timeout(at);
        times.extend(
            transmits(&mut endpoint)
                .iter()
                .map(|_| (at - start).as_millis()),
        );
        if endpoint.poll_event().is_some() {
            assert_eq!(at - start, Duration::from_millis(6400));
        }
    }
    assert_eq!(times[..4], [100, 300, 600, 900]);
}

#[test]
fn answers_that_are_not_ours_change_nothing() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let (_, request) = send(&mut endpoint, now);
    let good = answer(&request, "200 OK");
    let branch = good.split("branch=").nth(1).unwrap()[..55].to_owned();
    let forged = branch[..54].to_owned() + if branch.ends_with('0') { "1" } else { "0" };
    for bad in [
        good.replace(&branch, &forged),
        good.replace(&branch, "z9hG4bK77"),
        good.replace(";branch=", ";twig="),
        good.replace("1 MESSAGE", "1 OPTIONS"),
    ] {
        endpoint.handle_datagram(now, unit(), bad.into());
        assert!(endpoint.poll_event().is_none());
    }
    assert_eq!(endpoint.counters().stray_responses(), 4);
    endpoint.handle_datagram(now, unit(), good.into());
    assert!(matches!(
        endpoint.poll_event(),
        Some(Event::Delivered { .. })
    ));
}

#[test]
fn an_answer_is_taken_from_wherever_it_comes() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let (_, request) = send(&mut endpoint, now);
    let mut path = unit();
    path.remote.set_port(9);
    endpoint.handle_datagram(now, path, answer(&request, "200 OK").into());
    assert!(matches!(
        endpoint.poll_event(),
        Some(Event::Delivered { .. })
    ));
}

#[test]
fn a_reported_transport_failure_ends_the_message_at_once() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let (sent, _) = send(&mut endpoint, now);
    endpoint.transport_failed(sent.id);
    endpoint.transport_failed(sent.id);
    assert!(matches!(
        events(&mut endpoint)[..],
        [Event::Undelivered { id, reason: UndeliveredReason::Transport }] if id == sent.id
    ));
    assert_eq!(endpoint.poll_timeout(), None);
}

#[test]
fn test_43_above_1300_bytes_on_udp_is_sent_and_said() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let base = send(&mut endpoint, now).0.length - MESSAGE.body.len();
    // The digits of Content-Length grow from one to three.
    let fits = vec![b'x'; UDP_SAFE_LENGTH - base - 2];
    let mut outcome = |body: &[u8]| {
        let message = OutgoingMessage { body, ..MESSAGE };
        endpoint.send_message(now, &unit(), &message).unwrap()
    };
    let sent = outcome(&fits);
    assert_eq!((sent.length, sent.oversize), (1300, false));
    let sent = outcome(&[&fits[..], b"x"].concat());
    assert_eq!((sent.length, sent.oversize), (1301, true));
    assert_eq!(transmits(&mut endpoint).len(), 2);
}

#[test]
fn test_50_a_challenge_can_be_answered_with_the_same_call_id_and_tag() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let (_, request) = send(&mut endpoint, now);
    let challenge = answer(&request, "401 Unauthorized").replace(
        "Content-Length",
        "WWW-Authenticate: Digest realm=\"x\"\r\nContent-Length",
    );
    endpoint.handle_datagram(now, unit(), challenge.into());
    let Some(Event::Refused {
        status, response, ..
    }) = endpoint.poll_event()
    else {
        panic!()
    };
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let tag = response.from().unwrap().tag().unwrap();
    let again = OutgoingMessage {
        call_id: std::str::from_utf8(response.call_id()).ok(),
        from_tag: std::str::from_utf8(tag).ok(),
        cseq: response.cseq() + 1,
        headers: &[("Authorization", "Digest username=\"x\"")],
        ..MESSAGE
    };
    let _sent = endpoint.send_message(now, &unit(), &again).unwrap();
    let second = only(&mut endpoint);
    for name in ["Call-ID", "From"] {
        let line = |text: &str| {
            text.lines()
                .find(|l| l.starts_with(name))
                .map(str::to_owned)
        };
        assert_eq!(line(&request), line(&second));
    }
    assert!(second.contains("CSeq: 2 MESSAGE\r\n") && second.contains("\r\nAuthorization: Digest"));
}

#[test]
fn nothing_can_be_injected_into_a_message() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let bad = [
        OutgoingMessage {
            request_uri: "sip:a@b\r\nX: y",
            ..MESSAGE
        },
        OutgoingMessage {
            request_uri: "sip:a@b SIP/2.0",
            ..MESSAGE
        },
        OutgoingMessage {
            request_uri: "40211870",
            ..MESSAGE
        },
        OutgoingMessage {
            request_uri: "http://a",
            ..MESSAGE
        },
        OutgoingMessage {
            to: "sip:a@b>;x=y",
            ..MESSAGE
        },
        OutgoingMessage {
            to: "\"x\" <sip:a@b>",
            ..MESSAGE
        },
        OutgoingMessage {
            from: "sip:\0@b",
            ..MESSAGE
        },
        OutgoingMessage {
            from: "sip:",
            ..MESSAGE
        },
        OutgoingMessage {
            from_tag: Some("a;b=c"),
            ..MESSAGE
        },
        OutgoingMessage {
            from_tag: Some(""),
            ..MESSAGE
        },
        OutgoingMessage {
            call_id: Some("a b"),
            ..MESSAGE
        },
        OutgoingMessage {
            call_id: Some("a\nb"),
            ..MESSAGE
        },
        OutgoingMessage {
            content_type: "text",
            ..MESSAGE
        },
        OutgoingMessage {
            headers: &[("Via", "x")],
            ..MESSAGE
        },
        OutgoingMessage {
            headers: &[("X", "a\rb")],
            ..MESSAGE
        },
    ];
    for (index, message) in bad.iter().enumerate() {
        let error = endpoint.send_message(now, &unit(), message).unwrap_err();
        assert!(matches!(error, SendError::Write(_)), "{index}: {error}");
    }
    let error = endpoint.send_message(now, &unit(), &bad[0]).unwrap_err();
    assert!(matches!(
        error,
        SendError::Write(WriteError::ControlByte { offset: 7, .. })
    ));
    assert!(transmits(&mut endpoint).is_empty());
    assert_eq!((endpoint.load().1, endpoint.poll_timeout()), (0, None));
}

#[test]
fn scaip_spellings_of_uris_are_written_as_sip() {
    let mut endpoint = endpoint();
    let message = OutgoingMessage {
        to: "SCAIPS:alarm@example.net:5061",
        ..OutgoingMessage::scaip("scaip:1@example.net", "tel:+4740211870", b"")
    };
    let _sent = endpoint
        .send_message(Instant::now(), &unit(), &message)
        .unwrap();
    let request = only(&mut endpoint);
    assert!(request.starts_with("MESSAGE sip:1@example.net SIP/2.0\r\n"));
    assert!(request.contains("\r\nTo: <sips:alarm@example.net:5061>\r\n"));
    assert!(request.contains("\r\nFrom: <tel:+4740211870>;tag="));
    assert!(!request.contains("Content-Type"), "no body, no type");
}

#[test]
fn messages_under_way_are_bounded() {
    let now = Instant::now();
    let mut config = Config::new([7; 16]);
    config.client_transactions = 1;
    let mut endpoint = Endpoint::new(config).unwrap();
    let _ = send(&mut endpoint, now);
    let second = endpoint.send_message(now, &unit(), &MESSAGE);
    assert_eq!(second, Err(SendError::Full { limit: 1 }));
}
