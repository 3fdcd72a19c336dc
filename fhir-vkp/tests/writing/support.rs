//! Notes to write, and what was written.

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::note::{AlarmNote, RecordId, Text};
use fhir_vkp::{DateTime, Identifier, Person, UuidNames};
use serde_json::Value;

use crate::samples;

pub(crate) fn id(id: &str) -> RecordId {
    RecordId::new(&UuidNames::new("https://alarm.example.net"), id).expect("an id")
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).expect("a text")
}

pub(crate) fn time(text: &str) -> DateTime {
    DateTime::parse(text).expect("a date-time").0
}

pub(crate) fn minimal() -> AlarmNote {
    samples::minimal_alarm().expect("a note")
}

pub(crate) fn local_patient() -> Person {
    identifier("https://epj.example.net/patient", "4711").into()
}

pub(crate) fn identifier(system: &str, value: &str) -> Identifier {
    Identifier::new(system, value).expect("identifier")
}

pub(crate) fn bytes(note: &AlarmNote) -> Result<Vec<u8>, EncodeError> {
    let mut out = b"kept".to_vec();
    let result = encode::alarm_document(note, &mut out);
    let rest = out.strip_prefix(b"kept").expect("what was there stays");
    assert!(
        result.is_ok() || rest.is_empty(),
        "nothing is written on failure"
    );
    result.map(|()| rest.to_vec())
}

pub(crate) fn read(json: &[u8]) -> Value {
    serde_json::from_slice(json).expect("JSON")
}

pub(crate) fn document(note: &AlarmNote) -> Value {
    read(&bytes(note).expect("written"))
}

/// The first resource of a Bundle of one type.
pub(crate) fn resource<'v>(bundle: &'v Value, kind: &str) -> &'v Value {
    resources(bundle, kind)[0]
}

/// The resources of a Bundle of one type.
pub(crate) fn resources<'v>(bundle: &'v Value, kind: &str) -> Vec<&'v Value> {
    let entries = bundle["entry"].as_array().expect("entries");
    let resources = entries.iter().map(|entry| &entry["resource"]);
    resources
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}
