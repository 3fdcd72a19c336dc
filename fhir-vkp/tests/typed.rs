//! Types of fhir-sdk from what was read, and what they lose (FHIR reference 12).
#![cfg(feature = "fhir-sdk")]

mod documents;

use documents::DOCUMENTS;
use fhir_sdk::r4b::resources::Resource as Any;
use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeOptions, Decoded, decode};
use fhir_vkp::typed::{self, TypedError};

fn read(text: &str) -> Decoded<'_> {
    decode(text.as_bytes(), DecodeOptions::lenient()).expect("read")
}

fn lost<T>(typed: &typed::Typed<'_, T>) -> Vec<String> {
    for finding in &typed.lost {
        assert_eq!(finding.kind, FindingKind::LostByTypedModel);
    }
    typed
        .lost
        .iter()
        .map(|found| found.path.to_string())
        .collect()
}

#[test]
fn clean_documents_lose_nothing() {
    for text in DOCUMENTS.into_iter().filter(|text| !text.contains("36.60")) {
        let decoded = read(text);
        let typed = typed::any(decoded.resource()).expect("typed");
        assert_eq!(lost(&typed), [""; 0]);
        assert_eq!(typed.original, text.trim());
    }
}

#[test]
fn decimals_that_are_rewritten_are_reported() {
    let decoded = read(include_str!("documents/measurements.json"));
    let bundle = decoded.bundle().expect("a Bundle");
    let observation = bundle.resources().next().expect("one");
    let typed = typed::observation(observation).expect("typed");
    assert_eq!(lost(&typed), ["Observation.valueQuantity.value"]);
    assert!(typed.original.contains("36.60"));
}

#[test]
fn what_vanishes_or_is_rewritten_is_reported() {
    let decoded = read(
        r#"{"resourceType": "DetectedIssue", "status": "final", "vendor": 1,
            "identifiedDateTime": "2026-03-14T02:17:41.1234567+00:00",
            "code": {"text": "x", "hint": "y"}}"#,
    );
    let typed = typed::detected_issue(decoded.resource()).expect("typed");
    assert_eq!(
        lost(&typed),
        [
            "DetectedIssue.?",
            "DetectedIssue.identifiedDateTime",
            "DetectedIssue.code.?"
        ]
    );
}

#[test]
fn a_date_time_without_offset_does_not_vanish() {
    let decoded = read(
        r#"{"resourceType": "DetectedIssue", "status": "final", "identifiedDateTime": "2026-03-14T02:17"}"#,
    );
    let typed = typed::detected_issue(decoded.resource()).expect("typed");
    assert!(
        typed.value.identified.is_some(),
        "completed for the typed model"
    );
    assert_eq!(lost(&typed), ["DetectedIssue.identifiedDateTime"]);
}

#[test]
fn an_unknown_code_costs_its_element_and_not_the_resource() {
    let decoded = read(
        r#"{"resourceType": "DetectedIssue", "status": "final", "severity": "Kritisk", "detail": "x"}"#,
    );
    let typed = typed::detected_issue(decoded.resource()).expect("typed");
    assert_eq!(typed.value.detail.as_deref(), Some("x"));
    assert_eq!(lost(&typed), ["DetectedIssue.severity"]);
}

#[test]
fn without_a_mandatory_element_there_is_no_typed_value_and_the_error_names_it() {
    for text in [
        r#"{"resourceType": "DetectedIssue", "status": "open"}"#,
        r#"{"resourceType": "DetectedIssue"}"#,
        r#"{"resourceType": "DetectedIssue", "status": ""}"#,
    ] {
        let decoded = read(text);
        let error = typed::detected_issue(decoded.resource()).expect_err("no status");
        let TypedError::Missing(missing) = &error else {
            panic!("{error}");
        };
        assert_eq!(missing[0].path.as_str(), "DetectedIssue.status");
        assert!(!format!("{error} {error:?}").contains("open"));
    }
}

#[test]
fn both_choices_give_one_value_and_a_loss() {
    let decoded = read(
        r#"{"resourceType": "DetectedIssue", "status": "final",
            "identifiedPeriod": {"start": "2026-01-01"}, "identifiedDateTime": "2026-03-14"}"#,
    );
    let typed = typed::detected_issue(decoded.resource()).expect("typed");
    assert_eq!(lost(&typed), ["DetectedIssue.identifiedPeriod"]);
}

#[test]
fn repaired_deviations_are_typed() {
    let decoded = read(
        "\u{feff}{\"resourceType\": \"Patient\", \"name\": {\"given\": \"A\", \"family\": \"\"}, \"identifier\":
            {\"system\": \"x\", \"value\": 17}, \"birthDate\": \"1928-06-17T00:00:00\", \"active\": \"true\",
            \"gender\": null, \"telecom\": [], \"active\": true}",
    );
    let typed = typed::patient(decoded.resource()).expect("typed");
    assert_eq!(typed.value.active, Some(true));
    assert_eq!(typed.value.identifier.len(), 1);
    assert!(typed.value.birth_date.is_some());
    assert_eq!(lost(&typed), ["Patient.birthDate"]);
}

#[test]
fn entries_are_typed_one_by_one() {
    let text = include_str!("documents/alarm.json")
        .replace("\"moderate\"", "\"gul\"")
        .replace(r#""status": "finished""#, r#""status": "ferdig""#);
    let decoded = read(&text);
    let bundle = decoded.bundle().expect("a Bundle");
    let typed: Vec<_> = bundle.resources().map(typed::any).collect();
    assert!(matches!(
        &typed[0].as_ref().expect("typed").value,
        Any::Composition(_)
    ));
    assert!(matches!(
        &typed[1].as_ref().expect("typed").value,
        Any::DetectedIssue(_)
    ));
    assert!(
        matches!(&typed[2], Err(TypedError::Missing(_))),
        "one bad entry"
    );
    assert!(matches!(
        &typed[3].as_ref().expect("typed").value,
        Any::Device(_)
    ));
}

#[test]
fn a_contained_resource_that_nobody_knows_costs_only_itself() {
    let decoded = read(
        r##"{"resourceType": "MedicationStatement", "status": "active",
            "contained": [{"resourceType": "Foo", "id": "a"}, {"resourceType": "Medication", "id": "m"}],
            "medicationReference": {"reference": "#m"}, "subject": {"display": "x"}}"##,
    );
    let typed = typed::medication_statement(decoded.resource()).expect("typed");
    assert_eq!(typed.value.contained.len(), 1);
    assert_eq!(lost(&typed), ["MedicationStatement.contained[0]"]);
}

#[test]
fn another_type_is_refused_by_name() {
    let decoded = read(r#"{"resourceType": "Device"}"#);
    let error = typed::patient(decoded.resource()).expect_err("a Device");
    assert_eq!(
        error,
        TypedError::OtherType {
            expected: "Patient"
        }
    );
    let decoded = read(r#"{"resourceType": "Flag"}"#);
    assert_eq!(typed::any(decoded.resource()), Err(TypedError::UnknownType));
}

#[test]
fn debug_shows_no_value() {
    let decoded = read(include_str!("documents/patient.json"));
    let typed = typed::patient(decoded.resource()).expect("typed");
    assert!(!format!("{typed:?}").contains("NATTUGLE"));
}
