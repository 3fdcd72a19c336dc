//! What of a message goes into the journal.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::{Class, Event, EventId as AlarmId, Profile, Timestamp as AlarmTime};
use bytes::Bytes;
use scaip::receiver::{RefusalReason, RefusedRequest};
use scaip::sip::{RawBytes, SipError};
use scaip::{
    ControllerId, Decoded, EncodeOptions, Reference, Request, Response, encode_response, https,
};
use serde_json::json;

use super::origin::Origin;
use crate::journal::{Answer, ContentHash, Entry, EventId, Lane, Verdict};
use crate::time::Timestamp;

/// The entry of an alarm that will be accepted once it is stored.
pub(super) fn accepted(
    decoded: &Decoded<'static, Request<'static>>,
    raw: Bytes,
    origin: &Origin,
    profile: Profile,
    response: &Response<'_>,
    duplicate_window: Duration,
) -> Result<Entry, serde_json::Error> {
    let id = EventId::new();
    let received_at = Timestamp::now();
    let request = decoded.message();
    let mut event = scaip::alarm::event_of(
        decoded,
        profile,
        AlarmId(u128::from_be_bytes(*id.as_bytes())),
        AlarmTime::from_micros(received_at.as_micros()).unwrap_or(AlarmTime::UNIX_EPOCH),
    );
    // The journal keeps the bytes beside the event, whole, and gives them out with it.
    event.raw = None;
    Ok(Entry {
        id,
        lane: lane(&event),
        protocol: "scaip",
        verdict: Verdict::Accepted,
        sender: request.controller_id.as_str().to_owned(),
        source_ref: Some(request.reference.as_str().to_owned()),
        content_hash: ContentHash::of(decoded.raw()),
        duplicate_window,
        received_at,
        event: serde_json::to_string(&event)?,
        kind: Some(Cow::Borrowed(event.kind.name())),
        class: Some(Cow::Borrowed(event.class.name())),
        priority: Some(Cow::Borrowed(event.priority.name())),
        raw,
        transport: origin.facts(),
        answer: answer(response, Cow::Borrowed("snu 0")),
    })
}

/// People wait for these; the rest may wait for them.
///
/// Within a lane the order of arrival holds, so whatever speaks of an alarm goes with the alarms:
/// a reset (class control) must not come before or long after what it resets. An alarm may
/// overtake an earlier heartbeat, test or information of its sender, never another alarm or reset.
fn lane(event: &Event) -> Lane {
    match event.class {
        Class::Supervision | Class::Test | Class::Info => Lane::Routine,
        _ => Lane::Care,
    }
}

/// The evidence of a SIP request that was refused.
pub(super) fn refused(refusal: &RefusedRequest, origin: &Origin) -> Entry {
    let summary = match refusal.status_number {
        Some(number) => format!("snu {}", number.number()),
        None => format!("SIP {}", refusal.status.get()),
    };
    let said = Said {
        controller: refusal.controller_id.as_ref(),
        reference: refusal.reference.as_ref(),
        answer: refusal.answer.as_ref(),
        summary,
    };
    refused_for(&refusal.reason, said, origin, refusal.raw.0.clone())
}

/// The evidence of a posted request that was refused. `raw` is the body: the head may hold a token.
pub(super) fn refused_post(refusal: &https::RefusedPost, origin: &Origin, raw: Bytes) -> Entry {
    let summary = match refusal.status_number {
        Some(number) => format!("snu {}", number.number()),
        None => format!("HTTP {}", refusal.status.code()),
    };
    let said = Said {
        controller: refusal.controller_id.as_ref(),
        reference: refusal.reference.as_ref(),
        answer: refusal.answer.as_ref(),
        summary,
    };
    refused_for(&refusal.reason, said, origin, raw)
}

/// The evidence of a request whose client certificate speaks for somebody else.
pub(super) fn unlike_certificate(
    request: &Request<'_>,
    response: &Response<'_>,
    origin: &Origin,
    raw: Bytes,
) -> Entry {
    let event = json!({ "refused": "certificate-unlike-controller" });
    let summary = format!("snu {}", response.status_number.number());
    let mut entry = evidence(origin, &event, summary, raw);
    request.controller_id.as_str().clone_into(&mut entry.sender);
    entry.source_ref = Some(request.reference.as_str().to_owned());
    let summary = std::mem::take(&mut entry.answer.summary);
    entry.answer = answer(response, summary);
    entry
}

/// What is known of a refused request, and what its sender was told.
struct Said<'r> {
    controller: Option<&'r ControllerId<'static>>,
    reference: Option<&'r Reference<'static>>,
    answer: Option<&'r RawBytes>,
    summary: String,
}

fn refused_for(reason: &RefusalReason, said: Said<'_>, origin: &Origin, raw: Bytes) -> Entry {
    let mut event = json!({ "refused": reason.code() });
    if let RefusalReason::Decode(error) = reason {
        event["detail"] = error.kind.to_string().into();
        event["offset"] = error.offset.into();
    }
    let mut entry = evidence(origin, &event, said.summary, raw);
    if let Some(controller) = said.controller {
        controller.as_str().clone_into(&mut entry.sender);
    }
    let reference = said.reference.or(match reason {
        // What no answer may carry back is evidence all the same.
        RefusalReason::Decode(error) => error.reference.as_ref(),
        _ => None,
    });
    entry.source_ref = reference.map(|reference| reference.as_str().to_owned());
    if let Some(answer) = said.answer {
        entry.answer.bytes = answer.0.clone();
    }
    entry
}

/// The evidence of bytes that are no SIP message.
pub(super) fn bad(origin: &Origin, error: SipError, answered: Option<u16>, raw: Bytes) -> Entry {
    let event = json!({ "refused": "not-sip", "detail": error.to_string() });
    let summary = answered.map_or_else(|| "none".to_owned(), |status| format!("SIP {status}"));
    evidence(origin, &event, summary, raw)
}

fn evidence(origin: &Origin, event: &serde_json::Value, summary: String, raw: Bytes) -> Entry {
    Entry {
        id: EventId::new(),
        lane: Lane::Routine,
        protocol: "scaip",
        verdict: Verdict::Refused,
        // Who it says it is may be unreadable; where it came from is known.
        sender: origin.remote.ip().to_string(),
        source_ref: None,
        content_hash: ContentHash::of(&raw),
        duplicate_window: Duration::ZERO,
        received_at: Timestamp::now(),
        event: event.to_string(),
        kind: None,
        class: None,
        priority: None,
        raw,
        transport: origin.facts(),
        answer: Answer {
            bytes: Bytes::new(),
            summary: summary.into(),
        },
    }
}

fn answer(response: &Response<'_>, summary: Cow<'static, str>) -> Answer {
    let mut bytes = Vec::with_capacity(128);
    // The reference is echoed outside its pattern too, so this holds for every request taken.
    let written = encode_response(response, &EncodeOptions::new(), &mut bytes);
    debug_assert!(written.is_ok(), "{written:?}");
    Answer {
        bytes: bytes.into(),
        summary,
    }
}
