//! How stored alarms look in JSON.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::journal::{AlarmDetail, AlarmRecord, EventId, Sequence, Verdict};
use crate::patients::PatientView;
use crate::time::Timestamp;

#[derive(Debug, Serialize)]
pub(super) struct AlarmView {
    sequence: Sequence,
    id: EventId,
    protocol: String,
    verdict: Verdict,
    sender: String,
    #[serde(rename = "ref")]
    source_ref: Option<String>,
    received_at: Timestamp,
    stored_at: Timestamp,
    kind: Option<String>,
    class: Option<String>,
    priority: Option<String>,
    /// Sequence of the earlier alarm whose reference this one used for other content.
    reuses: Option<Sequence>,
    repeats: u64,
    last_repeat_at: Option<Timestamp>,
    answer: String,
    /// As the input wrote it.
    event: Box<RawValue>,
}

impl From<AlarmRecord> for AlarmView {
    fn from(record: AlarmRecord) -> Self {
        Self {
            sequence: record.sequence,
            id: record.id,
            protocol: record.protocol,
            verdict: record.verdict,
            sender: record.sender,
            source_ref: record.source_ref,
            received_at: record.received_at,
            stored_at: record.stored_at,
            kind: record.kind,
            class: record.class,
            priority: record.priority,
            reuses: record.reuses,
            repeats: record.repeats,
            last_repeat_at: record.last_repeat_at,
            answer: record.answer_summary,
            event: raw_json(record.event),
        }
    }
}

/// The stored text as it is. The journal takes any text; one that is not JSON becomes a string,
/// so that it cannot spoil the answer around it.
fn raw_json(text: String) -> Box<RawValue> {
    let quoted = || to_raw_value(&text).unwrap_or_else(|_| RawValue::NULL.to_owned());
    match serde_json::from_str::<&RawValue>(&text) {
        Ok(_) => RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned()),
        Err(_) => quoted(),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct DetailView {
    #[serde(flatten)]
    alarm: AlarmView,
    content_hash: String,
    transport: TransportView,
    answer_given: AnswerView,
    notes: Vec<NoteView>,
    /// Whom it is about, where a look-up was made and its answer is still kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    patient: Option<PatientView>,
    raw: BytesView,
}

/// What was found out later.
#[derive(Debug, Serialize)]
struct NoteView {
    at: Timestamp,
    text: String,
}

#[derive(Debug, Serialize)]
struct TransportView {
    transport: String,
    peer: String,
    local: String,
}

#[derive(Debug, Serialize)]
struct AnswerView {
    summary: String,
    #[serde(flatten)]
    bytes: BytesView,
    delivery: Option<DeliveryView>,
}

#[derive(Debug, Serialize)]
struct DeliveryView {
    attempts: u64,
    delivered: u64,
    last_at: Timestamp,
    last_detail: String,
}

/// Bytes: as text where they are UTF-8, and always as they are.
#[derive(Debug, Serialize)]
struct BytesView {
    length: usize,
    text: Option<String>,
    hex: String,
}

impl From<&[u8]> for BytesView {
    fn from(bytes: &[u8]) -> Self {
        Self {
            length: bytes.len(),
            text: std::str::from_utf8(bytes).ok().map(ToOwned::to_owned),
            hex: hex(bytes),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl DetailView {
    pub(super) fn new(detail: AlarmDetail, patient: Option<PatientView>) -> Self {
        Self {
            patient,
            content_hash: hex(detail.content_hash.as_bytes()),
            transport: TransportView {
                transport: detail.transport.transport.into_owned(),
                peer: detail.transport.peer,
                local: detail.transport.local,
            },
            answer_given: AnswerView {
                summary: detail.answer.summary.into_owned(),
                bytes: detail.answer.bytes.as_ref().into(),
                delivery: detail.delivery.map(|delivery| DeliveryView {
                    attempts: delivery.attempts,
                    delivered: delivery.delivered,
                    last_at: delivery.last_at,
                    last_detail: delivery.last_detail,
                }),
            },
            notes: detail
                .notes
                .into_iter()
                .map(|note| NoteView {
                    at: note.at,
                    text: note.text,
                })
                .collect(),
            raw: detail.raw.0.as_slice().into(),
            alarm: detail.record.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_handed_on_as_it_is_and_anything_else_as_a_string() {
        let kept = "{\"a\": 1.50, \"a\": 2}";
        assert_eq!(raw_json(kept.into()).get(), kept);
        assert_eq!(raw_json("not \"json\"".into()).get(), r#""not \"json\"""#);
        assert_eq!(raw_json(String::new()).get(), r#""""#);
    }
}
