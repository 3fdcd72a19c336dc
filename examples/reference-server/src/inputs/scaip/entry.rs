//! What of a message goes into the journal.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::{Class, Event, EventId as AlarmId, Profile, Timestamp as AlarmTime};
use bytes::Bytes;
use scaip::receiver::{Incoming, Refusal, RefusalReason};
use scaip::sip::{Path, SipError, Transport};
use scaip::{EncodeOptions, Response, encode_response};
use serde_json::json;

use crate::journal::{Answer, ContentHash, Entry, EventId, Lane, TransportFacts, Verdict};
use crate::time::Timestamp;

/// The entry of an alarm that will be accepted once it is stored.
pub(super) fn accepted(
    incoming: &Incoming,
    profile: Profile,
    response: &Response<'_>,
    duplicate_window: Duration,
) -> Result<Entry, serde_json::Error> {
    let id = EventId::new();
    let received_at = Timestamp::now();
    let request = incoming.decoded.message();
    let mut event = scaip::alarm::event_of(
        &incoming.decoded,
        profile,
        AlarmId(u128::from_be_bytes(*id.as_bytes())),
        AlarmTime::from_micros(received_at.as_micros()).unwrap_or(AlarmTime::UNIX_EPOCH),
    );
    // The journal keeps the bytes beside the event, whole, and gives them out with it.
    event.raw = None;
    let raw = incoming.raw.0.clone();
    Ok(Entry {
        id,
        lane: lane(&event),
        protocol: "scaip",
        verdict: Verdict::Accepted,
        sender: request.controller_id.as_str().to_owned(),
        source_ref: Some(request.reference.as_str().to_owned()),
        content_hash: ContentHash::of(incoming.decoded.raw()),
        duplicate_window,
        received_at,
        event: serde_json::to_string(&event)?,
        kind: Some(Cow::Borrowed(event.kind.name())),
        class: Some(Cow::Borrowed(event.class.name())),
        priority: Some(Cow::Borrowed(event.priority.name())),
        raw,
        transport: transport(&incoming.path),
        answer: answer(response),
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

/// The evidence of a request that was refused.
pub(super) fn refused(refusal: &Refusal) -> Entry {
    let mut event = json!({ "refused": refusal.reason.code() });
    if let RefusalReason::Decode(error) = &refusal.reason {
        event["detail"] = error.kind.to_string().into();
        event["offset"] = error.offset.into();
    }
    let summary = match refusal.status_number {
        Some(number) => format!("snu {}", number.number()),
        None => format!("SIP {}", refusal.status.get()),
    };
    let mut entry = evidence(&refusal.path, &event, summary, refusal.raw.0.clone());
    if let Some(controller) = &refusal.controller_id {
        controller.as_str().clone_into(&mut entry.sender);
    }
    let reference = refusal.reference.as_ref().or(match &refusal.reason {
        // What no answer may carry back is evidence all the same.
        RefusalReason::Decode(error) => error.reference.as_ref(),
        _ => None,
    });
    entry.source_ref = reference.map(|reference| reference.as_str().to_owned());
    if let Some(answer) = &refusal.answer {
        entry.answer.bytes = answer.0.clone();
    }
    entry
}

/// The evidence of bytes that are no SIP message.
pub(super) fn bad(path: &Path, error: SipError, answered: Option<u16>, raw: Bytes) -> Entry {
    let event = json!({ "refused": "not-sip", "detail": error.to_string() });
    let summary = answered.map_or_else(|| "none".to_owned(), |status| format!("SIP {status}"));
    evidence(path, &event, summary, raw)
}

fn evidence(path: &Path, event: &serde_json::Value, summary: String, raw: Bytes) -> Entry {
    Entry {
        id: EventId::new(),
        lane: Lane::Routine,
        protocol: "scaip",
        verdict: Verdict::Refused,
        // Who it says it is may be unreadable; where it came from is known.
        sender: path.remote.ip().to_string(),
        source_ref: None,
        content_hash: ContentHash::of(&raw),
        duplicate_window: Duration::ZERO,
        received_at: Timestamp::now(),
        event: event.to_string(),
        kind: None,
        class: None,
        priority: None,
        raw,
        transport: transport(path),
        answer: Answer {
            bytes: Bytes::new(),
            summary: summary.into(),
        },
    }
}

fn transport(path: &Path) -> TransportFacts {
    let name = match path.transport {
        Transport::Udp => "udp",
        Transport::Tcp => "tcp",
        Transport::Tls => "tls",
    };
    TransportFacts {
        transport: Cow::Borrowed(name),
        peer: path.remote.to_string(),
        local: path.local.to_string(),
    }
}

fn answer(response: &Response<'_>) -> Answer {
    let mut bytes = Vec::with_capacity(128);
    // The reference is echoed outside its pattern too, so this holds for every request taken.
    let written = encode_response(response, &EncodeOptions::new(), &mut bytes);
    debug_assert!(written.is_ok(), "{written:?}");
    Answer {
        bytes: bytes.into(),
        summary: Cow::Borrowed("snu 0"),
    }
}
