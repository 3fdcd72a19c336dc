//! Notes of every shape: what is written is strict, reads back, and holds nothing empty (FHIR reference 5, 11, 13).

use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::encode::{self, EncodeError, MAX_BYTES};
use fhir_vkp::note::{AlarmNote, BatchEntry};
use fhir_vkp::request::Document;
use fhir_vkp::{AlertCode, FindingKind};
use serde_json::Value;

use super::luck::Luck;

/// Writes one of everything.
pub fn fhir_write(data: &[u8]) {
    let mut luck = Luck::new(data);
    match luck.below(6) {
        0 | 1 => alarm(&luck.alarm_note()),
        2 => {
            if let Some(note) = luck.dispense_note() {
                written(|out| encode::dispense_document(&note, out));
                written(|out| encode::medication_dispense(note.dispenses.first(), out));
            }
        }
        3 => {
            let patient = luck.patient();
            written(|out| encode::patient(&patient, out));
        }
        4 => {
            let subject = luck.person();
            let entries: Vec<_> = (0..luck.below(4))
                .map(|_| BatchEntry::new(luck.measurement(), subject.clone()))
                .collect();
            written(|out| encode::measurement_batch(&entries, out));
            if let Some(entry) = entries.first() {
                written(|out| encode::observation(&entry.measurement, &subject, out));
            }
        }
        _ => {
            let (subject, answers) = (luck.person(), luck.questionnaire());
            written(|out| encode::questionnaire_response(&answers, &subject, out));
        }
    }
}

fn alarm(note: &AlarmNote) {
    written(|out| encode::composition(&note.journal, out));
    written(|out| encode::encounter(note, out));
    let Some(json) = written(|out| encode::alarm_document(note, out)) else {
        return;
    };
    let document = Document::from_json(json.clone()).expect("a document that is sent");
    assert!(
        document.identifier().is_some(),
        "a repeat could not be recognised"
    );
    let decoded = decode(&json, DecodeOptions::lenient()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    let alarms = bundle.alarms();
    let mut codes: Vec<AlertCode> = note.alarms.iter().map(|alarm| alarm.code).collect();
    let mut read: Vec<AlertCode> = alarms
        .iter()
        .filter_map(|one| one.issue.alert_code())
        .collect();
    // The same record twice is written once.
    codes.sort_by_key(|code| code.code());
    read.sort_by_key(|code| code.code());
    read.dedup();
    codes.dedup();
    assert_eq!(codes, read);
    for alarm in &alarms {
        let original = note.alarms.iter().any(|one| {
            alarm.issue.alert_code() == Some(one.code) && alarm.issue.severity() == one.severity
        });
        assert!(original, "an alarm that nobody raised");
    }
}

/// What is written, checked; or why nothing was, with the buffer as it was.
fn written(write: impl Fn(&mut Vec<u8>) -> Result<(), EncodeError>) -> Option<Vec<u8>> {
    let mut out = b"kept".to_vec();
    if let Err(error) = write(&mut out) {
        assert_eq!(out, b"kept", "half of it is left: {error}");
        assert!(!error.to_string().is_empty());
        return None;
    }
    let json = out.split_off(4);
    assert_eq!(out, b"kept");
    assert!(json.len() <= MAX_BYTES);
    let value: Value = serde_json::from_slice(&json).unwrap_or_else(|error| {
        // A decimal may be more than a float holds.
        assert!(
            error.to_string().starts_with("number out of range"),
            "{error}"
        );
        Value::from(1)
    });
    assert!(!has_empty(&value), "something empty is written");
    let read = decode(&json, DecodeOptions::lenient()).expect("what was written is read");
    for finding in read.findings() {
        // A wrong check digit is told, and written all the same.
        assert_eq!(finding.kind, FindingKind::CheckDigit, "{finding}");
    }
    assert_eq!(
        read.resource().to_json().as_bytes(),
        json,
        "read otherwise than written"
    );
    assert!(read.resource().is_as_written() && read.resource().unknown_members().is_empty());
    let mut again = Vec::new();
    write(&mut again).expect("written before");
    assert!(again == json, "the same note gives other bytes");
    Some(json)
}

fn has_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty() || values.iter().any(has_empty),
        Value::Object(members) => members.is_empty() || members.values().any(has_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
