//! What of a frame goes into the journal.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::{
    Attachment, Condition, Event, EventId as AlarmId, Kind, Phase, Private, Reference,
};
use bytes::Bytes;
use climax_rf::layout::{Decoded, EventCondition, EventRule, Received};

use super::super::record::{self, Arrival, Message};
use crate::journal::{Answer, ContentHash, Entry, TransportFacts, Verdict};

/// What the journal calls lines with a layout.
pub(super) const PROTOCOL: &str = "layout";

/// What one frame says, of which each is an entry of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Saying<'f> {
    /// An event of the layout that has a kind.
    Event(&'f EventRule, Kind),
    /// An event that the layout does not know.
    Unmapped,
    /// Nothing that anybody is sent for: a sign of life, an event without a kind.
    Data,
}

impl Saying<'_> {
    /// What the journal knows it by among those of its frame.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Event(rule, _) => &rule.name,
            Self::Unmapped => "unmapped",
            Self::Data => "data",
        }
    }
}

/// What a frame says; never nothing.
pub(super) fn sayings(decoded: &Decoded) -> Vec<Saying<'_>> {
    let mut declared = false;
    let mut found = Vec::new();
    for rule in decoded.events() {
        declared = true;
        let kind = rule.kind.as_deref().and_then(Kind::from_name);
        found.extend(kind.map(|kind| Saying::Event(rule, kind)));
    }
    if found.is_empty() {
        found.push(match declared || decoded.event_code().is_none() {
            true => Saying::Data,
            // Whatever it is, a person looks at it.
            false => Saying::Unmapped,
        });
    }
    found
}

/// What is known of a frame beside what it says.
#[derive(Debug)]
pub(super) struct Case<'c> {
    pub(super) arrival: Arrival,
    pub(super) line: &'c str,
    pub(super) double_of: Option<AlarmId>,
    pub(super) window: Duration,
    pub(super) transport: TransportFacts,
    /// Whether the layout declares an answer.
    pub(super) answers: bool,
}

/// The entry of one saying of a frame, which will be answered once it is stored.
pub(super) fn accepted(
    case: Case<'_>,
    received: &Received,
    saying: Saying<'_>,
) -> Result<Entry, serde_json::Error> {
    let hash = ContentHash::of(&received.raw);
    let short: String = hash.as_bytes()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let arrival = case.arrival;
    let message = Message {
        protocol: PROTOCOL,
        sender: case.line.to_owned(),
        // A double is kept by itself. What is sent again because nobody answered is found by this.
        source_ref: (case.double_of.is_none()).then(|| format!("{short} {}", saying.name())),
        content_hash: hash,
        duplicate_window: case.window,
        raw: Bytes::copy_from_slice(&received.raw),
        transport: case.transport,
        answer: Answer {
            bytes: Bytes::new(),
            summary: Cow::Borrowed(match case.answers {
                true => "ack",
                false => "none, the layout has no answer",
            }),
        },
    };
    let decoded = &received.decoded;
    let (kind, detail, condition) = match saying {
        Saying::Event(rule, kind) => (kind, Some(rule.name.clone()), rule.condition),
        Saying::Unmapped => {
            let code = decoded.event_code().map(ToString::to_string);
            (Kind::Unmapped, code, EventCondition::Active)
        }
        Saying::Data => {
            let json = serde_json::to_string(&serde_json::json!({ "layout": decoded }))?;
            return Ok(record::data(arrival, Verdict::Accepted, json, message));
        }
    };
    let mut event = Event::new(arrival.alarm_id(), kind, arrival.alarm_time());
    event.detail = detail;
    event.device.controller = Some(case.line.to_owned());
    event.device.device = decoded.device().map(ToString::to_string);
    event.device.kind_code = decoded
        .device_type_number()
        .map(|number| number.to_string());
    if condition == EventCondition::Cleared {
        event.phase = Phase::End;
        event.condition = Condition::Cleared;
    } else if let Some(first) = case.double_of {
        event.phase = Phase::Update;
        event.correlation.updates = Some(Reference::Event(first));
    }
    let fields = serde_json::to_string(decoded)?;
    event.attachments = vec![Attachment::Text(Private::new(fields))];
    record::accepted(arrival, &mut event, message)
}
