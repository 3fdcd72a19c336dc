//! The endpoint over TCP and TLS. Numbers are those of SCAIP reference 15.
#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod sip_support;

use std::time::{Duration, Instant};

use proptest::prelude::{ProptestConfig, proptest};
use scaip::sip::{
    Config, Endpoint, Event, Framed, OutgoingMessage, RespondError, Response, SendError, SipError,
    SipLimits, SipWarning, StatusCode, StreamFramer, Transport, UndeliveredReason,
};
use sip_support::*;

fn answer_all(endpoint: &mut Endpoint, now: Instant) -> Vec<String> {
    let mut calls = Vec::new();
    while let Some(event) = endpoint.poll_event() {
        if let Event::Request { id, message, .. } = event {
            assert_eq!(message.body(), BODY);
            calls.push(String::from_utf8_lossy(message.call_id()).into_owned());
            endpoint
                .respond(now, id, &Response::new(StatusCode::OK))
                .unwrap();
        }
    }
    calls
}

#[test]
fn test_39_the_answer_goes_back_on_the_same_connection() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let first = tcp(&mut endpoint);
    let second = endpoint
        .connection_opened(Transport::Tls, server_address(), unit_address())
        .unwrap();
    assert_ne!(first, second);
    for (connection, transport) in [(second, Transport::Tls), (first, Transport::Tcp)] {
        endpoint.handle_stream(now, connection, alarm("a").as_bytes());
        answer_all(&mut endpoint, now);
        let answer = endpoint.poll_transmit().unwrap();
        assert_eq!(answer.path.connection, Some(connection));
        assert_eq!(answer.path.transport, transport);
        assert!(!answer.close_after);
    }
    assert_eq!(endpoint.poll_timeout(), None, "Timer J is zero on streams");
}

#[test]
fn test_45_several_messages_in_one_segment_are_taken_in_order() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let segment = format!("{}\r\n{}{}", alarm("a"), alarm("b"), alarm("c"));
    endpoint.handle_stream(now, id, segment.as_bytes());
    assert_eq!(answer_all(&mut endpoint, now), ["a", "b", "c"]);
    assert_eq!(transmits(&mut endpoint).len(), 3);
}

#[test]
fn test_45_a_message_split_at_any_byte_is_taken_once() {
    let now = Instant::now();
    for text in [alarm("a"), alarm("a").replace("\r\n", "\n")] {
        for split in 0..=text.len() {
            let mut endpoint = endpoint();
            let id = tcp(&mut endpoint);
            endpoint.handle_stream(now, id, &text.as_bytes()[..split]);
            let early = answer_all(&mut endpoint, now).len();
            assert_eq!(early, usize::from(split == text.len()), "split at {split}");
            endpoint.handle_stream(now, id, &text.as_bytes()[split..]);
            assert_eq!(early + answer_all(&mut endpoint, now).len(), 1);
            assert_eq!(endpoint.poll_timeout(), None, "nothing half-read is left");
        }
    }
}

#[test]
fn test_45_one_message_in_single_bytes() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    for byte in alarm("a").bytes().chain(alarm("b").bytes()) {
        endpoint.handle_stream(now, id, &[byte]);
    }
    assert_eq!(answer_all(&mut endpoint, now), ["a", "b"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_cutting_of_a_stream_gives_the_same_findings(
        kinds in proptest::collection::vec(0_u8..5, 1..8),
        cuts in proptest::collection::vec(1_usize..200, 1..60),
    ) {
        let mut stream = Vec::new();
        for (index, kind) in kinds.iter().enumerate() {
            let call = index.to_string();
            stream.extend_from_slice(match kind {
                0 => alarm(&call),
                1 => alarm(&call).replace("\r\n", "\n"),
                2 => alarm(&call).replace("CSeq: 1", "CSeq: x"),
                3 => request("MESSAGE", "z9hG4bK1", &call, ""),
                _ => format!("{}\r\n\r\n", request("OPTIONS", "z9hG4bK1", &call, "x")),
            }.as_bytes());
        }
        let findings = |pieces: &mut dyn Iterator<Item = &[u8]>| {
            let mut framer = StreamFramer::new(SipLimits::default());
            let (mut found, mut pings) = (Vec::new(), 0);
            for piece in pieces {
                framer.push(piece);
                loop {
                    match framer.poll() {
                        Framed::Message(m) => found.push(Ok(m.raw().clone())),
                        Framed::Unreadable(r) => found.push(Err((r.error(), r.raw().clone()))),
                        Framed::KeepAlive => pings += 1,
                        Framed::NeedMore => break,
                        other => panic!("{other:?}"),
                    }
                }
            }
            assert!(!framer.is_partial());
            (found, pings)
        };
        let whole = findings(&mut std::iter::once(&stream[..]));
        assert_eq!(whole.0.len(), kinds.len());
        let mut rest = &stream[..];
        let mut next = cuts.iter().cycle();
        let mut pieces = std::iter::from_fn(|| {
            let cut = (*next.next()?).min(rest.len());
            let (piece, after) = rest.split_at(cut);
            rest = after;
            (!piece.is_empty()).then_some(piece)
        });
        assert_eq!(findings(&mut pieces), whole);
    }
}

#[test]
fn test_42_content_length_missing_unreadable_or_doubled_on_a_stream_is_answered_400_and_closed() {
    let length = format!("Content-Length: {}\r\n", BODY.len());
    for (header, expected) in [
        ("", SipError::ContentLengthMissing),
        (
            "Content-Length: x\r\n",
            SipError::BadContentLength { offset: 0 },
        ),
        (
            "Content-Length: 5\r\nl: 6\r\n",
            SipError::ConflictingContentLength,
        ),
    ] {
        let now = Instant::now();
        let mut endpoint = endpoint();
        let id = tcp(&mut endpoint);
        let text = alarm("a").replace(&length, header);
        endpoint.handle_stream(now, id, text.as_bytes());
        let Some(Event::Bad {
            error, answered, ..
        }) = endpoint.poll_event()
        else {
            panic!("{header}")
        };
        match (error, expected) {
            (SipError::BadContentLength { .. }, SipError::BadContentLength { .. }) => {}
            _ => assert_eq!(error, expected),
        }
        assert_eq!(answered, Some(StatusCode::BAD_REQUEST));
        let answer = endpoint.poll_transmit().unwrap();
        assert!(answer.close_after && text_of(&answer).starts_with("SIP/2.0 400"));
        // The connection is gone for the endpoint.
        endpoint.handle_stream(now, id, alarm("b").as_bytes());
        assert!(endpoint.poll_event().is_none());
        assert_eq!(endpoint.load().2, 0);
    }
}

fn text_of(transmit: &scaip::sip::Transmit) -> String {
    text(transmit)
}

#[test]
fn test_42_equal_content_lengths_are_taken_with_a_warning() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let twice = alarm("a").replace("Content-Type", "l: 57\r\nContent-Type");
    endpoint.handle_stream(now, id, twice.as_bytes());
    let Some(Event::Request { message, .. }) = endpoint.poll_event() else {
        panic!()
    };
    let name = scaip::sip::HeaderName::ContentLength;
    assert_eq!(message.warnings(), [SipWarning::HeaderRepeated { name }]);
    assert_eq!(message.body(), BODY);
}

#[test]
fn test_42_a_content_length_too_small_leaves_junk_that_ends_the_connection() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let text = alarm("a").replace("Length: 57", "Length: 10") + "\r\n\r\n";
    endpoint.handle_stream(now, id, text.as_bytes());
    let events = events(&mut endpoint);
    assert!(matches!(&events[0], Event::Request { message, .. } if message.body_len() == 10));
    assert!(matches!(events[1], Event::Bad { answered: None, .. }));
    let last = transmits(&mut endpoint).pop().unwrap();
    assert!(last.close_after && last.bytes.is_empty());
}

trait BodyLength {
    fn body_len(&self) -> usize;
}

impl BodyLength for scaip::sip::Message {
    fn body_len(&self) -> usize {
        self.body().len()
    }
}

#[test]
fn test_42_a_content_length_too_large_waits_and_is_ended_in_time() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let text = alarm("a").replace("Length: 57", "Length: 58");
    endpoint.handle_stream(now, id, text.as_bytes());
    assert!(endpoint.poll_event().is_none());
    let end = now + Duration::from_secs(32);
    assert_eq!(endpoint.poll_timeout(), Some(end));
    endpoint.handle_timeout(end - Duration::from_millis(1));
    assert!(endpoint.poll_event().is_none());
    endpoint.handle_timeout(end);
    let events = events(&mut endpoint);
    let [
        Event::Bad {
            error: SipError::Unfinished,
            raw,
            ..
        },
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(raw.0, text);
    let last = endpoint.poll_transmit().unwrap();
    assert!(last.close_after && last.bytes.is_empty());
    assert_eq!((endpoint.poll_timeout(), endpoint.load().2), (None, 0));
}

#[test]
fn a_drip_of_bytes_does_not_renew_the_time_of_a_message() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let text = alarm("a");
    for (second, byte) in (0_u64..40).zip(text.bytes()) {
        let at = now + Duration::from_secs(second);
        endpoint.handle_timeout(at);
        endpoint.handle_stream(at, id, &[byte]);
    }
    assert_eq!(endpoint.load().2, 0);
    assert_eq!(endpoint.counters().closed(), 1);
}

#[test]
fn a_length_of_the_greatest_integer_does_not_overflow() {
    for length in [
        "18446744073709551615",
        "99999999999999999999999999",
        "65537",
    ] {
        let now = Instant::now();
        let mut endpoint = endpoint();
        let id = tcp(&mut endpoint);
        let text = alarm("a").replace("Length: 57", &format!("Length: {length}"));
        endpoint.handle_stream(now, id, text.as_bytes());
        let answer = endpoint.poll_transmit().unwrap();
        assert!(answer.close_after && text_of(&answer).starts_with("SIP/2.0 413"));
        assert!(matches!(
            endpoint.poll_event(),
            Some(Event::Bad {
                error: SipError::BodyTooLarge { .. },
                answered: Some(_),
                ..
            })
        ));
    }
}

#[test]
fn an_endless_head_is_ended_at_its_limit() {
    for filler in ["X: y\r\n", "junk", "\n\t", " "] {
        let now = Instant::now();
        let mut endpoint = endpoint();
        let id = tcp(&mut endpoint);
        let mut sent = 0;
        endpoint.handle_stream(now, id, b"MESSAGE sip:a@b SIP/2.0\r\n");
        while endpoint.load().2 == 1 {
            endpoint.handle_stream(now, id, filler.as_bytes());
            sent += filler.len();
            assert!(sent < 17_000, "{filler:?}");
        }
        assert_eq!(endpoint.counters().bad(), 1);
    }
}

#[test]
fn a_head_in_single_bytes_takes_linear_time() {
    // 4 MB of head in single bytes: searching from the start each time would take 10^13 steps.
    let limits = SipLimits {
        head: 8 << 20,
        headers: usize::MAX,
        ..SipLimits::default()
    };
    let mut framer = StreamFramer::new(limits);
    for _ in 0..1 << 20 {
        for byte in b"a:\r\n" {
            framer.push(&[*byte]);
            assert!(matches!(framer.poll(), Framed::NeedMore));
        }
    }
    assert_eq!(framer.buffered(), 4 << 20);
}

#[test]
fn test_43_a_message_above_1300_bytes_is_taken_and_sent_over_tcp() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let body = "x".repeat(60_000);
    let text = request("MESSAGE", "z9hG4bK1", "a", &body);
    endpoint.handle_stream(now, id, text.as_bytes());
    assert!(
        matches!(endpoint.poll_event(), Some(Event::Request { message, .. }) if message.body() == body)
    );
    let path = endpoint.connection_path(id).unwrap();
    let message = OutgoingMessage::scaip("sip:1@a", "sip:b@c", body.as_bytes());
    let sent = endpoint.send_message(now, &path, &message).unwrap();
    assert!(!sent.oversize && sent.length > 60_000);
}

#[test]
fn pings_are_answered_with_pongs_however_they_are_cut() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let ping = |endpoint: &mut Endpoint, pieces: &[&str]| {
        for piece in pieces {
            endpoint.handle_stream(now, id, piece.as_bytes());
        }
        transmits(endpoint).iter().map(text).collect::<String>()
    };
    assert_eq!(ping(&mut endpoint, &["\r\n\r\n"]), "\r\n");
    assert_eq!(ping(&mut endpoint, &["\r", "\n", "\r", "\n"]), "\r\n");
    assert_eq!(ping(&mut endpoint, &["\r\n"]), "", "half a ping, or a pong");
    endpoint.handle_stream(now, id, alarm("a").as_bytes());
    assert_eq!(answer_all(&mut endpoint, now), ["a"]);
    let _ = transmits(&mut endpoint);
    assert_eq!(
        ping(&mut endpoint, &["\r\n\r\n\r\n\r\n\r\n\r\n"]),
        "\r\n",
        "a run counts once"
    );
}

#[test]
fn an_unreadable_message_does_not_end_the_connection() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let segment = alarm("a").replace("CSeq: 1", "CSeq: x") + &alarm("b");
    endpoint.handle_stream(now, id, segment.as_bytes());
    assert_eq!(answer_all(&mut endpoint, now), ["b"]);
    assert_eq!(
        statuses(&mut endpoint),
        ["SIP/2.0 400 Bad Request", "SIP/2.0 200 OK"]
    );
}

#[test]
fn a_closed_connection_is_told_and_its_messages_are_undelivered() {
    let now = Instant::now();
    let mut endpoint = endpoint();
    let id = tcp(&mut endpoint);
    let path = endpoint.connection_path(id).unwrap();
    endpoint.handle_stream(now, id, alarm("a").as_bytes());
    let Some(Event::Request { id: request, .. }) = endpoint.poll_event() else {
        panic!()
    };
    let message = OutgoingMessage::scaip("sip:1@a", "sip:b@c", b"x");
    let sent = endpoint.send_message(now, &path, &message).unwrap();
    endpoint.connection_closed(id);
    endpoint.connection_closed(id);
    assert!(matches!(
        events(&mut endpoint)[..],
        [Event::Undelivered { id, reason: UndeliveredReason::Transport }] if id == sent.id
    ));
    let ok = Response::new(StatusCode::OK);
    assert_eq!(
        endpoint.respond(now, request, &ok),
        Err(RespondError::ConnectionClosed)
    );
    assert_eq!(
        endpoint.send_message(now, &path, &message),
        Err(SendError::NotConnected)
    );
    assert_eq!(endpoint.load(), (0, 0, 0));
}

#[test]
fn connections_are_bounded() {
    let mut config = Config::new([7; 16]);
    config.connections = 2;
    let mut endpoint = Endpoint::new(config).unwrap();
    let first = tcp(&mut endpoint);
    tcp(&mut endpoint);
    let open =
        |e: &mut Endpoint| e.connection_opened(Transport::Tcp, server_address(), unit_address());
    assert!(open(&mut endpoint).is_err());
    endpoint.connection_closed(first);
    assert!(open(&mut endpoint).is_ok());
}

#[test]
fn a_stream_that_is_not_drained_is_closed() {
    let now = Instant::now();
    let mut config = Config::new([7; 16]);
    config.queue = 2;
    let mut endpoint = Endpoint::new(config).unwrap();
    let id = tcp(&mut endpoint);
    let segment = alarm("a") + &alarm("b") + &alarm("c");
    endpoint.handle_stream(now, id, segment.as_bytes());
    // The third of the segment finds no room and is told so.
    assert_eq!(statuses(&mut endpoint), ["SIP/2.0 503 Service Unavailable"]);
    endpoint.handle_stream(now, id, alarm("d").as_bytes());
    let last = transmits(&mut endpoint).pop().unwrap();
    assert!(last.close_after);
    assert_eq!(endpoint.counters().undrained(), 1);
    assert_eq!(events(&mut endpoint).len(), 2);
}
