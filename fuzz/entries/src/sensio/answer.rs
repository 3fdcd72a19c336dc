//! Answers of any server, and errors that stand for none (Partner API reference 8).

use std::time::{Duration, SystemTime};

use arbitrary::{Arbitrary, Unstructured};
use sensio_partner::{
    BODY_LIMIT, Call, Class, Effect, ErrorBody, ErrorShape, Outcome, PAUSE_LIMIT, Refusal, queue,
};
use serde_json::Value;

use super::is_telling;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    call: u8,
    status: u16,
    /// Names by their place in [`NAMES`].
    headers: Vec<(u8, &'a [u8])>,
    /// Times that the body comes, for long ones.
    times: u8,
    body: &'a [u8],
}

const NAMES: [&str; 12] = [
    "Retry-After",
    "Date",
    "RateLimit",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "x-ratelimit-remaining",
    "X-RateLimit-Reset",
    "X-Request-Id",
    "X-Correlation-Id",
    "Content-Type",
    "Server",
];

const CALLS: [Call; 6] = [
    Call::Token,
    Call::PostEvent,
    Call::PutEvent,
    Call::DeleteEvent,
    Call::PutStatus,
    Call::PutStatuses,
];

/// Reads an answer.
pub fn sensio_answer(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let call = CALLS[usize::from(input.call) % CALLS.len()];
    // The usual statuses come more often than by chance.
    let status = if input.status < 32_768 {
        input.status % 700
    } else {
        input.status
    };
    let names = |place: u8| NAMES[usize::from(place) % NAMES.len()];
    let headers = || {
        input
            .headers
            .iter()
            .map(|(place, value)| (names(*place), *value))
    };
    let body = input.body.repeat(usize::from(input.times % 40) + 1);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_332_425);
    let outcome = Outcome::read(call, status, headers(), &body, now);

    assert_eq!((outcome.call, outcome.status), (call, Some(status)));
    assert_eq!(outcome.class, class(call, status), "{call} {status}");
    assert!(outcome.pause.is_none_or(|pause| pause <= PAUSE_LIMIT));
    assert_eq!(outcome.body(), &body[..body.len().min(BODY_LIMIT)]);
    assert_eq!(outcome.is_truncated(), body.len() > BODY_LIMIT);
    for text in [&outcome.request_id, &outcome.content_type]
        .into_iter()
        .flatten()
    {
        assert!((1..=128).contains(&text.len()));
        assert!(text.bytes().all(|b| b.is_ascii_graphic() || b == b' '));
    }
    // A plain number of seconds is granted as it is, up to the limit; the last one counts.
    let last = headers().rfind(|(name, _)| *name == "Retry-After");
    if let Some((_, value)) = last {
        let seconds = std::str::from_utf8(value)
            .ok()
            .filter(|v| v.bytes().all(|b| b.is_ascii_digit()));
        if let Some(seconds) = seconds.and_then(|value| value.parse().ok()) {
            assert_eq!(
                outcome.pause,
                Some(Duration::from_secs(seconds).min(PAUSE_LIMIT))
            );
        }
    }
    // The name of a header is read in any case.
    let upper: Vec<_> = headers()
        .map(|(name, value)| (name.to_uppercase(), value))
        .collect();
    let upper = upper.iter().map(|(name, value)| (name.as_str(), *value));
    assert!(Outcome::read(call, status, upper, &body, now) == outcome);

    said(&outcome.error_body(), outcome.body());
    let printed = format!("{outcome:?} {outcome} {:?}", outcome.error_body());
    if let Some(text) = std::str::from_utf8(&body)
        .ok()
        .filter(|text| is_telling(text))
    {
        assert!(!printed.contains(text), "a body is printed");
    }
    queued(&outcome);
    assert_eq!(
        outcome.clone().into_result().is_ok(),
        outcome.class.is_done()
    );
}

/// The table of Partner API reference 8.2 and 4.4, as a list.
fn class(call: Call, status: u16) -> Class {
    let event = matches!(call, Call::PostEvent | Call::PutEvent | Call::DeleteEvent);
    let refused = Class::Permanent(Refusal::Refused);
    if (200..300).contains(&status) {
        return Class::Done(Effect::Accepted);
    }
    match status {
        404 if call == Call::DeleteEvent => Class::Done(Effect::WasNotActive),
        404 if call == Call::PutEvent => Class::Permanent(Refusal::NoActiveEvent),
        404 if call == Call::Token => Class::Permanent(Refusal::NotFound),
        404 => Class::Permanent(Refusal::UnknownDevice),
        410 if call == Call::Token => Class::Permanent(Refusal::NotFound),
        410 if event && call != Call::PostEvent => class(call, 404),
        409 if call == Call::PostEvent => Class::Done(Effect::AlreadyActive),
        401 if call != Call::Token => Class::Token,
        403 => Class::Permission,
        407 => Class::Configuration,
        408 | 425 | 429 => Class::Transient,
        413 => Class::TooLarge,
        500 => Class::ServerFault,
        _ if status / 100 == 5 => Class::Transient,
        _ if status / 100 == 4 => refused,
        _ => Class::Configuration,
    }
}

/// The shape of an error body beside what serde_json says.
fn said(read: &ErrorBody, body: &[u8]) {
    let body = body
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii();
    let json = serde_json::from_slice::<Value>(body).ok();
    let is_json = matches!(
        read.shape,
        ErrorShape::ProblemDetails
            | ErrorShape::Message
            | ErrorShape::OAuth
            | ErrorShape::JsonText
            | ErrorShape::Json
    );
    assert_eq!(read.shape == ErrorShape::Empty, body.is_empty());
    assert_eq!(is_json, json.is_some(), "{:?}", read.shape);
    assert_eq!(
        json.is_some_and(|json| json.is_string()),
        read.shape == ErrorShape::JsonText
    );
    assert!(read.members.len() <= 32);
    let text = matches!(read.shape, ErrorShape::Text | ErrorShape::JsonText);
    assert!(!text || read.title.is_some());
}

/// The queue is told nothing that was not said: done is done, and what asks for a pause gets it.
fn queued(outcome: &Outcome) {
    let told = queue::Outcome::from(outcome);
    let done = matches!(
        told,
        queue::Outcome::Done | queue::Outcome::AlreadyActive | queue::Outcome::WasNotActive
    );
    assert_eq!(done, outcome.class.is_done());
    if let queue::Outcome::Repeat { after } = told {
        assert_eq!(after, outcome.pause);
        assert_eq!(outcome.class, Class::Transient);
    }
    if let queue::Outcome::Permanent { status } = told {
        assert_eq!(status, outcome.status);
    }
}
