//! Nothing that comes in makes the endpoint panic, grow without bound, or write what it should not.
#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod sip_support;

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use scaip::sip::{
    CSeq, Config, ConnectionId, Endpoint, Event, Framed, HeaderName, MediaType, Message,
    NameAddress, OutgoingMessage, RequestId, Response, SipLimits, StatusCode, StreamFramer,
    Transport, Uri, Via, parse_number, parse_retry_after,
};
use sip_support::*;

/// Replaces, inserts and removes bytes of a good message.
fn mutate(mut text: Vec<u8>, changes: &[(usize, u8, u8)]) -> Vec<u8> {
    for (place, kind, byte) in changes {
        let at = place % (text.len() + 1);
        match kind % 4 {
            0 if at < text.len() => text[at] = *byte,
            1 => text.insert(at, *byte),
            2 if at < text.len() => {
                text.remove(at);
            }
            _ => text.truncate(text.len().max(40).min(text.len() - at / 8)),
        }
    }
    text
}

/// Touches everything a caller can read.
fn look(message: &Message) {
    let _ = (
        message.from(),
        message.to(),
        message.top_via(),
        message.content_type(),
    );
    let _ = (
        message.request_uri(),
        message.reason(),
        message.body(),
        message.raw(),
    );
    let _ = format!("{message:?}");
    assert!(message.body().len() <= message.raw().len());
    for (name, value) in message.headers() {
        let blank = |b: Option<&u8>| b.is_some_and(|b| *b == b' ' || *b == b'\t');
        assert!(!name.is_empty());
        assert!(!blank(value.first()) && !blank(value.last()));
        assert!(!value.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_datagrams_never_panic_and_every_answer_is_well_formed(
        changes in vec((any::<usize>(), any::<u8>(), any::<u8>()), 0..12),
        method in prop_oneof![Just("MESSAGE"), Just("OPTIONS"), Just("SIP/2.0")],
    ) {
        let raw = mutate(request(method, "z9hG4bK1", "a", BODY).into_bytes(), &changes);
        let now = Instant::now();
        let mut endpoint = endpoint();
        endpoint.handle_datagram(now, unit(), raw.into());
        while let Some(event) = endpoint.poll_event() {
            let _ = format!("{event:?}");
            if let Event::Request { id, message, .. } = event {
                look(&message);
                endpoint.respond(now, id, &Response::new(StatusCode::OK)).unwrap();
            }
        }
        for answer in transmits(&mut endpoint) {
            let back = Message::parse_datagram(answer.bytes.clone(), &SipLimits::default());
            let back = back.unwrap_or_else(|r| {
                // Only what was echoed may still be odd.
                assert!(matches!(r.error(), scaip::sip::SipError::BadCSeq { .. }), "{r:?}");
                Message::parse_datagram(alarm("x").into(), &SipLimits::default()).unwrap()
            });
            look(&back);
        }
    }

    #[test]
    fn random_bytes_never_panic_any_reader(raw in vec(any::<u8>(), 0..300)) {
        let _ = Message::parse_datagram(raw.clone().into(), &SipLimits::default());
        let _ = Via::parse(&raw);
        let _ = NameAddress::parse(HeaderName::From, &raw);
        let _ = Uri::parse(&raw);
        let _ = CSeq::parse(&raw);
        let _ = MediaType::parse(&raw);
        let _ = parse_number(HeaderName::MaxForwards, &raw);
        let _ = parse_retry_after(&raw);
        let mut framer = StreamFramer::new(SipLimits::default());
        framer.push(&raw);
        for _ in 0..raw.len() {
            let _ = framer.poll();
        }
        assert!(matches!(framer.poll(), Framed::NeedMore));
    }

    #[test]
    fn header_like_text_never_panics_any_reader(
        raw in "[ \t]{0,2}[a-zA-Z0-9\"\\\\<>@:;=,./ ?\\[\\]\u{d8}-]{0,60}",
    ) {
        let raw = raw.as_bytes();
        if let Ok(via) = Via::parse(raw) {
            let _ = (via.branch(), via.received(), via.rport());
        }
        if let Ok(address) = NameAddress::parse(HeaderName::From, raw) {
            let _ = (address.tag(), address.parameters.iter().count());
        }
        let _ = (Uri::parse(raw), CSeq::parse(raw), MediaType::parse(raw));
        let _ = parse_retry_after(raw);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Datagram(u8, u8, Vec<(usize, u8, u8)>),
    Open,
    Close(u8),
    Stream(u8, u8, usize),
    Wait(u16),
    Timer,
    Respond(u8, u16),
    Send(u8),
    Answer(u8, u16),
    Fail(u8),
    Overload(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let changes = vec((any::<usize>(), any::<u8>(), any::<u8>()), 0..3);
    prop_oneof![
        4 => (0..4_u8, 0..3_u8, changes).prop_map(|(c, p, m)| Step::Datagram(c, p, m)),
        1 => Just(Step::Open),
        1 => any::<u8>().prop_map(Step::Close),
        4 => (any::<u8>(), 0..4_u8, 0..400_usize).prop_map(|(i, c, l)| Step::Stream(i, c, l)),
        2 => any::<u16>().prop_map(Step::Wait),
        2 => Just(Step::Timer),
        3 => (any::<u8>(), 90..700_u16).prop_map(|(i, s)| Step::Respond(i, s)),
        3 => any::<u8>().prop_map(Step::Send),
        3 => (any::<u8>(), 100..700_u16).prop_map(|(i, s)| Step::Answer(i, s)),
        1 => any::<u8>().prop_map(Step::Fail),
        1 => any::<bool>().prop_map(Step::Overload),
    ]
}

fn pick<T>(list: &[T], index: u8) -> Option<&T> {
    list.get(usize::from(index) % list.len().max(1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_order_of_steps_keeps_the_books_and_ends_at_rest(steps in vec(step(), 0..80)) {
        let start = Instant::now();
        let mut now = start;
        let mut config = Config::new([3; 16]);
        config.server_transactions = 6;
        config.client_transactions = 5;
        config.connections = 3;
        config.queue = 8;
        let mut endpoint = Endpoint::new(config).unwrap();
        let mut open: Vec<ConnectionId> = Vec::new();
        let mut asked: Vec<RequestId> = Vec::new();
        let (mut requests, mut names, mut ended) = (Vec::new(), Vec::new(), 0_usize);
        let mut finish = false;
        let mut steps = steps.into_iter();
        loop {
            match steps.next() {
                Some(Step::Datagram(call, port, changes)) => {
                    let mut path = unit();
                    path.remote.set_port(5060 + u16::from(port));
                    let raw = mutate(alarm(&call.to_string()).into_bytes(), &changes);
                    endpoint.handle_datagram(now, path, raw.into());
                }
                Some(Step::Open) => {
                    let id = endpoint.connection_opened(Transport::Tcp, server_address(), unit_address());
                    open.extend(id);
                }
                Some(Step::Close(index)) => {
                    if let Some(id) = pick(&open, index) {
                        endpoint.connection_closed(*id);
                    }
                }
                Some(Step::Stream(index, call, length)) => {
                    if let Some(id) = pick(&open, index) {
                        let text = alarm(&call.to_string());
                        endpoint.handle_stream(now, *id, &text.as_bytes()[..length.min(text.len())]);
                    }
                }
                Some(Step::Wait(milliseconds)) => now += Duration::from_millis(milliseconds.into()),
                Some(Step::Timer) => endpoint.handle_timeout(now),
                Some(Step::Respond(index, status)) => {
                    if let (Some(id), Some(status)) = (pick(&asked, index), StatusCode::new(status)) {
                        let _ = endpoint.respond(now, *id, &Response::new(status));
                    }
                }
                Some(Step::Send(index)) => {
                    let connection = pick(&open, index).and_then(|id| endpoint.connection_path(*id));
                    let path = connection.unwrap_or(unit());
                    let message = OutgoingMessage::scaip("sip:1@a", "sip:b@c", b"x");
                    names.extend(endpoint.send_message(now, &path, &message).map(|sent| sent.id));
                }
                Some(Step::Answer(index, status)) => {
                    if let Some(request) = pick(&requests, index) {
                        let request: &Message = request;
                        let mut out = Vec::new();
                        let status = StatusCode::new(status).unwrap();
                        scaip::sip::write_response(
                            &mut out, request, server_address(), b"t", &Response::new(status),
                        ).unwrap();
                        endpoint.handle_datagram(now, unit(), out.into());
                    }
                }
                Some(Step::Fail(index)) => {
                    if let Some(id) = pick(&names, index) {
 endpoint.transport_failed(*id);
}
                }
                Some(Step::Overload(on)) => endpoint.set_overloaded(on),
                None => match endpoint.poll_timeout() {
                    Some(at) => {
                        now = now.max(at);
                        endpoint.handle_timeout(now);
                    }
                    None => finish = true,
                },
            }
            while let Some(transmit) = endpoint.poll_transmit() {
                if transmit.message.is_some() {
                    requests.push(Message::parse_datagram(transmit.bytes, &SipLimits::default()).unwrap());
                }
                if transmit.close_after {
                    assert_eq!(endpoint.connection_path(transmit.path.connection.unwrap()), None);
                }
            }
            while let Some(event) = endpoint.poll_event() {
                match event {
                    Event::Request { id, .. } => asked.push(id),
                    Event::Delivered { .. } | Event::Refused { .. } | Event::Undelivered { .. } => ended += 1,
                    _ => {}
                }
            }
            let (server, client, connections) = endpoint.load();
            assert!(server <= 6 && client <= 5 && connections <= 3);
            if finish {
                break;
            }
        }
        // Every message sent was told about once, and nothing is left.
        assert_eq!(ended, names.len());
        let (server, client, _) = endpoint.load();
        assert_eq!((server, client), (0, 0));
        assert!(now - start <= Duration::from_secs(80 * 66 + 100));
    }
}
