//! SCAIP over HTTPS: what is posted, held against the receiver on SIP, and what is answered.

use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::https::{self, Failure, Incoming, Next, Outcome, Received, RefusedPost, Reply, Status};
use scaip::receiver::{self, Event, Receiver, ReceiverWarning};
use scaip::{
    DecodeOptions, Decoded, EncodeError, EncodeOptions, Reference, Response, StatusNumber, Text,
    decode_response,
};

use crate::wire::{path, text};

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    strict_bodies: bool,
    strict_content_type: bool,
    accept_unknown: bool,
    accept_scaip_root: bool,
    content_type: u8,
    status: u16,
    number: u8,
    text: u8,
}

const CONTENT_TYPES: [&str; 6] = [
    https::CONTENT_TYPE,
    "Application/SCAIP+XML",
    "application/scaip+xml; charset=\"utf-8\"",
    "text/plain",
    "application/xml;a=b",
    "",
];

/// Posts the body and reads it as an answer.
pub fn scaip_https(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(settings) = Settings::arbitrary(&mut input) else {
        return;
    };
    let (named, other) = (text(&mut input), text(&mut input));
    let body = input.take_rest();
    let content_type = match usize::from(settings.content_type) {
        0 => None,
        place if place <= CONTENT_TYPES.len() => Some(CONTENT_TYPES[place - 1]),
        _ => Some(&*named),
    };
    let mut config = https::Config::default();
    config.strict_content_type = settings.strict_content_type;
    config.accept_unknown_message_types = settings.accept_unknown;
    if settings.strict_bodies {
        config.decode = DecodeOptions::strict();
    }
    config.decode.accept_scaip_root = settings.accept_scaip_root;
    let received = https::receive(content_type.map(str::as_bytes), body, &config);
    let _ = format!("{received:?}");
    same_on_sip(content_type, body, &config, &received);
    match &received {
        Received::Request(incoming) => answered(incoming, &config, settings.number, settings.text),
        Received::Refused(refusal) => refused(refusal),
    }
    read(settings.status, &named, &other, body);
}

/// The receiver on SIP comes to the same decision about the same body.
fn same_on_sip(
    content_type: Option<&str>,
    body: &[u8],
    config: &https::Config,
    received: &Received,
) {
    let breaks = |value: &str| value.contains(|sign: char| sign.is_ascii_control() && sign != '\t');
    if content_type.is_some_and(breaks) || body.len() > config.body_limit() {
        // A line that SIP passes over and HTTP servers refuse, or more than anybody reads.
        return;
    }
    let mut settings = receiver::Config::new([5; 16]);
    settings.decode = config.decode;
    settings.strict_content_type = config.strict_content_type;
    settings.accept_unknown_message_types = config.accept_unknown_message_types;
    let mut receiver = Receiver::new(settings).expect("the settings are good");
    let content_type = content_type.map(|value| format!("Content-Type: {value}\r\n"));
    let head = format!(
        "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK77\r\n\
         Max-Forwards: 70\r\n\
         From: <sip:40211870@example.net>;tag=1\r\n\
         To: <sip:alarm@example.net>\r\n\
         Call-ID: a1\r\n\
         CSeq: 1 MESSAGE\r\n\
         {}Content-Length: {}\r\n\r\n",
        content_type.unwrap_or_default(),
        body.len()
    );
    let message = [head.as_bytes(), body].concat();
    let now = Instant::now();
    receiver.handle_datagram(now, path(0), message.into());
    match (receiver.poll_event(now), received) {
        (Some(Event::Request(theirs)), Received::Request(ours)) => {
            assert_eq!(theirs.decoded.message(), ours.decoded.message());
            assert_eq!(theirs.decoded.warnings(), ours.decoded.warnings());
            assert_eq!(theirs.decoded.root(), ours.decoded.root());
            let mut warnings = theirs.warnings;
            // There is no From here.
            warnings.retain(|warning| *warning != ReceiverWarning::FromUnlikeController);
            assert_eq!(warnings, ours.warnings);
        }
        (Some(Event::Refused(theirs)), Received::Refused(ours)) => {
            assert_eq!(theirs.reason, ours.reason);
            assert_eq!(theirs.status.get(), ours.status.code());
            assert_eq!(theirs.status_number, ours.status_number);
            assert_eq!(theirs.reference, ours.reference);
            assert_eq!(theirs.controller_id, ours.controller_id);
            assert_eq!(
                theirs.answer.map(|answer| answer.0),
                ours.answer.as_ref().map(|answer| answer.0.clone())
            );
        }
        (theirs, ours) => panic!("{theirs:?} on SIP, {ours:?} here"),
    }
}

/// The answer of the application is read as what it is.
fn answered(incoming: &Incoming, config: &https::Config, number: u8, length: u8) {
    let request = incoming.decoded.message();
    let number = StatusNumber::new(u16::from(number % 11));
    let mut response = Response::new(Reference::new("another"), number);
    if length > 0 {
        response.status_text = Some(Text::new("x".repeat(usize::from(length))));
    }
    match incoming.answer(&response, &config.encode) {
        Ok(body) => {
            assert!(length <= 128);
            let response = outcome(&request.reference, &body, number);
            assert_eq!(response.root(), incoming.decoded.root(), "not in kind");
        }
        Err(error) => {
            assert!(matches!(error, EncodeError::TooLong(_)), "{error}");
            assert!(length > 128, "{error}");
        }
    }
    // What was read is posted anew, unless it breaks the limits of writing.
    if let Ok(post) = https::post(request, &EncodeOptions::new()) {
        let content_type = Some(post.content_type.as_bytes());
        let again = https::receive(content_type, &post.body, &https::Config::default());
        match again {
            Received::Request(again) => {
                assert_eq!(again.decoded.message(), request);
                assert_eq!(again.warnings, []);
            }
            Received::Refused(refusal) => {
                let unknown = receiver::RefusalReason::UnknownMessageType;
                assert_eq!(refusal.reason, unknown, "what is written is taken");
                assert!(config.accept_unknown_message_types);
            }
        }
    }
}

/// Reads an answer as the one who posted.
fn outcome(
    sent: &Reference<'_>,
    body: &[u8],
    number: StatusNumber,
) -> Decoded<'static, Response<'static>> {
    let reply = Reply {
        status: 200,
        retry_after: None,
        body,
    };
    let mut options = DecodeOptions::lenient();
    options.accept_scaip_root = true;
    let response = match https::read_answer(sent, &reply, &options) {
        Outcome::Accepted(response) => {
            assert!(number.is_accepted());
            response
        }
        Outcome::Refused { response, next } => {
            assert!(!number.is_accepted());
            let expected = match number.number() {
                1 => Next::Shorten,
                4 | 6 => Next::Wait,
                _ => Next::NextReceiver,
            };
            assert_eq!(next, expected);
            response
        }
        other => panic!("{other:?} for {}", body.escape_ascii()),
    };
    assert_eq!(response.message().status_number, number);
    *response
}

/// A refusal is never positive, and what it says can be read.
fn refused(refusal: &RefusedPost) {
    let answer = refusal.answer.as_ref();
    assert_eq!(refusal.status == Status::Ok, answer.is_some());
    assert_eq!(refusal.status_number.is_some(), answer.is_some());
    if let (Some(answer), Some(number)) = (answer, refusal.status_number) {
        assert!(!number.is_accepted(), "a refusal that accepts");
        let reference = refusal.reference.as_ref().expect("it was echoed");
        outcome(reference, &answer.0, number);
    }
}

/// Any answer at all, held against its parts.
fn read(status: u16, reference: &str, retry_after: &str, body: &[u8]) {
    let options = DecodeOptions::lenient();
    let decoded = decode_response(body, &options);
    // The right reference, if there is one, or any.
    let right = decoded.as_ref().ok().filter(|_| status % 2 == 0);
    let reference = match right {
        Some(decoded) => decoded.message().reference.clone().into_owned(),
        None => Reference::new(reference.to_owned()),
    };
    let status = status / 2 % 700;
    let reply = Reply {
        status,
        retry_after: Some(retry_after.as_bytes()).filter(|value| !value.is_empty()),
        body,
    };
    let passing = matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504);
    let outcome = https::read_answer(&reference, &reply, &options);
    let _ = format!("{outcome:?} {reply:?}");
    match outcome {
        Outcome::TryLater { failure, after } => {
            assert_eq!(failure, Failure::Status(status));
            assert!(passing);
            let seconds = retry_after.trim().parse::<u32>().ok();
            let seconds = seconds.filter(|_| !retry_after.contains('+'));
            let expected = seconds.map(|seconds| Duration::from_secs(seconds.into()));
            assert_eq!(after, expected);
        }
        Outcome::TryNext(Failure::Status(number)) => {
            assert_eq!(number, status);
            assert!(!passing && !(200..300).contains(&status));
        }
        Outcome::TryNext(Failure::Unreadable(kind)) => {
            assert_eq!(decoded.map_err(|error| error.kind).err(), Some(kind));
        }
        Outcome::TryNext(Failure::Reference) => {
            let theirs = decoded.expect("it was read");
            assert_ne!(theirs.message().reference, reference);
        }
        Outcome::Accepted(response) | Outcome::Refused { response, .. } => {
            assert!((200..300).contains(&status));
            let theirs = decoded.expect("it was read");
            assert_eq!(theirs.message(), response.message());
            assert_eq!(response.message().reference, reference);
            let number = response.message().status_number;
            let read_as_accepted = matches!(
                https::read_answer(&reference, &reply, &options),
                Outcome::Accepted(_)
            );
            assert_eq!(number.is_accepted(), read_as_accepted);
        }
        other => panic!("an outcome that is not known here: {other:?}"),
    }
}
