//! SIP messages out of datagrams and out of streams.

use std::time::Instant;

use bytes::Bytes;
use scaip::sip::{
    CSeq, Config, Endpoint, Event, Framed, HeaderName, MediaType, Message, Method, NameAddress,
    RequestId, Response, SipError, SipLimits, SipWarning, StatusCode, StreamFramer, Uri, Via,
    parse_number, parse_retry_after, write_response,
};

use crate::wire::{look, path, unit};

/// Small, so that inputs of a few hundred bytes reach them.
const TIGHT: SipLimits = SipLimits {
    head: 512,
    headers: 12,
    body: 128,
    message: 600,
};

/// Reads a datagram, and its parts with every reader of a header.
pub fn sip_datagram(data: &[u8]) {
    headers(data);
    let raw = Bytes::copy_from_slice(data);
    for limits in [SipLimits::default(), TIGHT] {
        match Message::parse_datagram(raw.clone(), &limits) {
            Ok(message) => {
                assert_eq!(message.raw(), &raw);
                assert!(message.body().len() <= limits.body && data.len() <= limits.message);
                assert!(message.headers().count() <= limits.headers);
                look(&message);
                as_a_stream(&message, &limits);
                answer(&message);
            }
            Err(rejected) => {
                assert_eq!(rejected.raw(), &raw);
                let _ = format!("{rejected} {rejected:?}");
                if let Some(status) = rejected.answer() {
                    assert!(!status.is_success() && !status.is_provisional());
                }
            }
        }
    }
    through_an_endpoint(raw);
}

fn headers(data: &[u8]) {
    if let Ok(via) = Via::parse(data) {
        let _ = (via.branch(), via.received(), via.rport());
    }
    if let Ok(address) = NameAddress::parse(HeaderName::From, data) {
        let _ = (address.tag(), address.parameters.iter().count());
    }
    let _ = (Uri::parse(data), CSeq::parse(data), MediaType::parse(data));
    let _ = parse_number(HeaderName::MaxForwards, data);
    let _ = parse_retry_after(data);
}

/// A datagram that states its length is the same message on a stream.
fn as_a_stream(message: &Message, limits: &SipLimits) {
    let unsure = message.warnings().iter().any(|warning| {
        matches!(
            warning,
            SipWarning::ContentLengthMissing
                | SipWarning::ContentLengthMismatch { .. }
                | SipWarning::ContentLengthUnreadable
        )
    });
    if unsure {
        return;
    }
    let mut framer = StreamFramer::new(*limits);
    // A carriage return alone before the start line is passed over in a datagram only.
    let start = message.raw().iter();
    let start = start.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    framer.push(&message.raw()[start.count()..]);
    let found = framer.poll();
    let Framed::Message(framed) = found else {
        panic!("a datagram is a message and a stream is not: {found:?}");
    };
    assert!(framed.headers().eq(message.headers()));
    assert_eq!(framed.body(), message.body());
    assert_eq!(framed.method(), message.method());
    assert_eq!(framed.status(), message.status());
    // Offsets count from the start line on a stream.
    assert_eq!(framed.warnings().len(), message.warnings().len());
    assert!(!framer.is_partial());
}

/// Whatever can be answered gets an answer that can be read.
fn answer(request: &Message) {
    if request.method().is_none() {
        return;
    }
    let mut out = Vec::new();
    let ok = Response::new(StatusCode::OK);
    if write_response(&mut out, request, unit(0), b"t", &ok).is_ok() {
        // A head at the limit grows a little when it is echoed.
        let limits = SipLimits {
            head: 64 * 1024,
            headers: 1024,
            ..SipLimits::default()
        };
        let back = Message::parse_datagram(out.into(), &limits).expect("an answer can be read");
        assert_eq!(back.status(), Some(StatusCode::OK));
        assert_eq!(back.call_id(), request.call_id());
        assert_eq!(back.cseq(), request.cseq());
        look(&back);
    }
}

/// Nothing positive leaves before the caller says so; the second copy is a repetition.
fn through_an_endpoint(raw: Bytes) {
    let now = Instant::now();
    let mut endpoint = Endpoint::new(Config::new([7; 16])).expect("the settings are good");
    endpoint.handle_datagram(now, path(0), raw.clone());
    let asked = one_request(&mut endpoint);
    refuse_positive(&mut endpoint);
    if let Some(id) = asked {
        endpoint.handle_datagram(now, path(0), raw.clone());
        assert_eq!(one_request(&mut endpoint), None, "raised twice");
        assert!(endpoint.poll_transmit().is_none(), "nothing to repeat yet");
        endpoint
            .respond(now, id, &Response::new(StatusCode::OK))
            .expect("the request waits");
        let first = endpoint.poll_transmit().expect("the answer").bytes;
        endpoint.handle_datagram(now, path(0), raw);
        assert_eq!(one_request(&mut endpoint), None, "raised twice");
        let again = endpoint.poll_transmit().expect("the answer again").bytes;
        assert_eq!(first, again);
    }
}

fn one_request(endpoint: &mut Endpoint) -> Option<RequestId> {
    let mut asked = None;
    while let Some(event) = endpoint.poll_event() {
        let _ = format!("{event:?}");
        if let Event::Request { id, message, .. } = event {
            assert_eq!(message.method(), Some(Method::Message));
            assert_eq!(asked.replace(id), None);
        }
    }
    asked
}

fn refuse_positive(endpoint: &mut Endpoint) {
    while let Some(transmit) = endpoint.poll_transmit() {
        let limits = SipLimits {
            head: 64 * 1024,
            headers: 1024,
            ..SipLimits::default()
        };
        match Message::parse_datagram(transmit.bytes, &limits) {
            Ok(answer) => {
                let status = answer.status().expect("only answers leave");
                let options = answer.cseq_method() == Method::Options;
                assert!(!status.is_success() || options, "positive before respond");
            }
            // Only what was echoed may still be odd.
            Err(rejected) => assert!(matches!(rejected.error(), SipError::BadCSeq { .. })),
        }
    }
}

/// What a framer found, as far as it may not depend on how the stream was cut.
#[derive(Debug, PartialEq)]
enum Found {
    Message(Bytes, Vec<SipWarning>),
    Unreadable(Bytes, SipError),
    Wrong(SipError, Option<StatusCode>),
    /// A head beyond the limits. When it breaks two of them, the one that is met first in time
    /// is named, and how much of the head there is for an answer depends on it.
    HeadBeyondLimits,
}

fn drain(framer: &mut StreamFramer, pushed: usize, found: &mut Vec<Found>) {
    let mut polls = 0;
    loop {
        polls += 1;
        assert!(polls <= pushed + 2, "polling does not end");
        found.push(match framer.poll() {
            Framed::Message(message) => {
                look(&message);
                Found::Message(message.raw().clone(), message.warnings().to_vec())
            }
            Framed::Unreadable(rejected) => {
                Found::Unreadable(rejected.raw().clone(), rejected.error())
            }
            Framed::Wrong(rejected) => match rejected.error() {
                SipError::HeadTooLarge { .. } | SipError::TooManyHeaders { .. } => {
                    Found::HeadBeyondLimits
                }
                error => Found::Wrong(error, rejected.answer()),
            },
            Framed::KeepAlive => continue,
            Framed::NeedMore => return,
            other => panic!("a finding that is not known here: {other:?}"),
        });
    }
}

/// Cuts a stream into messages: whole, in pieces as the first eight bytes say, and byte by byte.
/// The pieces make no difference.
pub fn sip_stream(data: &[u8]) {
    let (cuts, stream) = data.split_at(data.len().min(8));
    for limits in [SipLimits::default(), TIGHT] {
        let mut whole = Vec::new();
        let mut framer = StreamFramer::new(limits);
        framer.push(stream);
        drain(&mut framer, stream.len(), &mut whole);
        assert!(framer.buffered() <= limits.message + 4);

        let mut single = Vec::new();
        let mut framer = StreamFramer::new(limits);
        for byte in stream {
            framer.push(&[*byte]);
            drain(&mut framer, stream.len(), &mut single);
            assert!(framer.buffered() <= limits.message + 4);
        }
        assert_eq!(whole, single);

        let mut pieces = Vec::new();
        let mut framer = StreamFramer::new(limits);
        let mut rest = stream;
        for length in cuts.iter().cycle() {
            let (piece, more) = rest.split_at(rest.len().min(usize::from(*length) + 1));
            framer.push(piece);
            drain(&mut framer, stream.len(), &mut pieces);
            rest = more;
            if rest.is_empty() {
                break;
            }
        }
        assert_eq!(whole, pieces);
    }
}
