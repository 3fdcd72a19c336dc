//! Answers of any server, and bodies that stand for none (FHIR reference 9).

use std::time::{Duration, SystemTime};

use arbitrary::{Arbitrary, Unstructured};
use fhir_vkp::OutcomeCode;
use fhir_vkp::answer::{
    BODY_LIMIT, BatchAnswer, Class, JournalState, JournalStatus, MatchedBy, OperationOutcome,
    Outcome, PAUSE_LIMIT, Refusal, next_link,
};
use fhir_vkp::request::{Action, BaseAddress, Call, Document, JftRequests, Request, Service};
use serde_json::Value;

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

const NAMES: [&str; 10] = [
    "Retry-After",
    "Date",
    "Location",
    "DPoP-Nonce",
    "WWW-Authenticate",
    "X-Request-Id",
    "x-correlation-id",
    "Request-Id",
    "Content-Type",
    "Server",
];

const ACTIONS: [Action; 8] = [
    Action::Discover,
    Action::Token,
    Action::Write,
    Action::Status,
    Action::Search,
    Action::Page,
    Action::Acknowledge,
    Action::Batch,
];

/// Reads an answer.
pub fn fhir_answer(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let call = Call {
        service: Service::Jft,
        action: ACTIONS[usize::from(input.call) % ACTIONS.len()],
    };
    // The usual statuses come more often than by chance.
    let status = if input.status < 32_768 {
        input.status % 700
    } else {
        input.status
    };
    let headers = || {
        input
            .headers
            .iter()
            .map(|(place, value)| (NAMES[usize::from(*place) % NAMES.len()], *value))
    };
    let body = match input.times % 40 {
        0 => input.body.to_vec(),
        times => [input.body, &b" ".repeat(usize::from(times) * 2_000)].concat(),
    };
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_332_425);
    let outcome = Outcome::read(call, status, headers(), body.clone(), now);

    assert_eq!((outcome.call, outcome.status), (call, Some(status)));
    assert_eq!(
        outcome.class,
        class(&outcome, status, &body, headers()),
        "{call} {status}"
    );
    assert!(outcome.pause.is_none_or(|pause| pause <= PAUSE_LIMIT));
    let limit = Outcome::limit(call, status);
    assert_eq!(outcome.body(), &body[..body.len().min(limit)]);
    if !matches!(call.action, Action::Search | Action::Page | Action::Batch) {
        assert_eq!(limit, BODY_LIMIT);
    }
    let printable = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    for text in [
        outcome.request_id.as_deref(),
        outcome.location(),
        outcome.dpop_nonce(),
    ] {
        assert!(text.is_none_or(|text| !text.is_empty() && printable(text)));
    }
    // The name of a header is read in any case.
    let upper: Vec<_> = headers()
        .map(|(name, value)| (name.to_uppercase(), value))
        .collect();
    let upper = upper.iter().map(|(name, value)| (name.as_str(), *value));
    assert!(Outcome::read(call, status, upper, body.clone(), now) == outcome);

    let printed = format!("{outcome:?} {outcome} {:?}", outcome.operation_outcome());
    if let Ok(text) = std::str::from_utf8(input.body) {
        let telling = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        assert!(!telling || !printed.contains(text), "a body is printed");
    }
    followed(&outcome);
    bodies(&body);
    if outcome.class == Class::Done {
        let class = outcome.clone().broken_off().class;
        let alone = matches!(call.action, Action::Write | Action::Acknowledge);
        assert_eq!(class.is_done(), alone, "half an answer");
    }
}

/// The table of the classes, as a list.
fn class<'h>(
    outcome: &Outcome,
    status: u16,
    body: &[u8],
    headers: impl Iterator<Item = (&'h str, &'h [u8])>,
) -> Class {
    let action = outcome.call.action;
    let needs_body = !matches!(action, Action::Write | Action::Acknowledge);
    let start = body
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii_start();
    let is_object = start.starts_with(b"{") && body.len() <= Outcome::limit(outcome.call, status);
    let asked = headers
        .filter(|(name, value)| *name == "WWW-Authenticate" && std::str::from_utf8(value).is_ok())
        .any(|(_, value)| String::from_utf8_lossy(value).contains("use_dpop_nonce"));
    let kept = outcome.body();
    let error = serde_json::from_slice::<Value>(kept.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(kept));
    let named = error.is_ok_and(|error| error["error"] == "use_dpop_nonce");
    let nonce = outcome.dpop_nonce().is_some() && (asked || named);
    let read = OperationOutcome::read(kept);
    let says_nothing = read.as_ref().is_none_or(|read| read.issues.is_empty());
    let code = read.and_then(|read| read.code());
    let creates = matches!(action, Action::Write | Action::Batch);
    match status {
        200..=299 if needs_body && !is_object => Class::Malformed,
        200..=299 => Class::Done,
        400 | 401 if nonce => Class::NonceWanted,
        401 if action == Action::Token => Class::Refused(Refusal::Uncoded),
        401 => Class::Token,
        413 => Class::TooLarge,
        408 | 425 | 429 | 501..=599 => Class::Transient,
        500 => Class::ServerFault,
        407 => Class::Configuration,
        400..=499 => match (code, status) {
            (Some(OutcomeCode::TIMEOUT), _) => Class::Transient,
            (Some(code), _) => Class::Refused(Refusal::Coded(code)),
            (None, 403) => Class::Permission,
            (None, 405 | 406 | 415) if creates => Class::Configuration,
            (None, 404 | 410) if creates && says_nothing => Class::Configuration,
            (None, 404 | 410) => Class::Refused(Refusal::NotFound),
            (None, 409 | 412) => Class::Refused(Refusal::Conflict),
            (None, 406 | 415) => Class::Refused(Refusal::MediaType),
            (None, _) => Class::Refused(Refusal::Uncoded),
        },
        _ => Class::Configuration,
    }
}

/// No address that a server hands out leads a token to another one.
fn followed(outcome: &Outcome) {
    let base = |text| BaseAddress::new(text).expect("an address");
    let (write, read) = ("https://write.example.net", "https://read.example.net");
    let jft = JftRequests::new(base(write), base(read));
    let Some(location) = outcome.location() else {
        return;
    };
    let ours = |url: &str| {
        [write, read]
            .iter()
            .any(|own| url.starts_with(&format!("{own}/")))
    };
    if let Ok(address) = jft.status_address(location) {
        assert!(ours(address.as_str()), "a token would go elsewhere");
        let request = jft.status(&address).expect("checked before");
        assert!(
            request.url() == address.as_str()
                && (location.len() < 16 || !format!("{request:?}").contains(location))
        );
        let next: Result<Request, _> = request.next_page(location);
        assert!(next.is_ok_and(|next| ours(next.url())));
    }
}

fn bodies(body: &[u8]) {
    if let Ok(status) = JournalStatus::read(body) {
        let object: Value =
            serde_json::from_slice(body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body))
                .expect("a status is JSON");
        let members = object.as_object().expect("an object");
        let says = |name: &str, ends: &dyn Fn(&Value) -> bool| {
            members
                .iter()
                .any(|(member, value)| member.eq_ignore_ascii_case(name) && ends(value))
        };
        let text = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
        if status.state() == JournalState::Journaled {
            let said = says("journaled", &text) || says("journalingAcknowledged", &text);
            assert!(said, "journaled out of thin air");
        }
        assert!(status.findings.len() <= 16);
        let _ = format!("{status:?}");
    }
    let _ = (
        next_link(body),
        Document::from_json(body).map(|read| read.resource()),
    );
    const REQUEST: &[u8] = br#"{"resourceType":"Bundle","type":"batch","entry":[
        {"fullUrl":"urn:uuid:1"},{"fullUrl":"urn:uuid:2"},{"resource":{"resourceType":"Observation"}}]}"#;
    if let Ok(answer) = BatchAnswer::read(REQUEST, body) {
        assert_eq!(answer.entries.len(), 3);
        for entry in &answer.entries {
            let position = entry.matched_by == Some(MatchedBy::Position);
            assert!(position || entry.matched_by.is_none() || entry.full_url.is_some());
            assert!(entry.status.is_none() || entry.matched_by.is_some());
        }
    }
}
