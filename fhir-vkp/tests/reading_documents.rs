//! Rules 9 to 13 of FHIR reference 13, by number, the other lines of 14.8, and what is no FHIR at all.

mod reading;

use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeErrorKind, DecodeOptions, Limits, decode};
use fhir_vkp::view::{Composition, Patient, When};
use reading::{ALARM, findings, issue, lenient, with};

#[test]
fn rule_9_resources_are_found_by_type_in_a_bundle_of_any_type() {
    for kind in [
        "document",
        "transaction",
        "collection",
        "batch",
        "searchset",
        "message",
        "history",
    ] {
        let text = ALARM.replace(r#""type": "document""#, &format!(r#""type": "{kind}""#));
        let decoded = lenient(&text);
        assert_eq!(findings(&decoded), [], "{kind}");
        let bundle = decoded.bundle().expect("a Bundle");
        assert_eq!(bundle.bundle_type(), Some(kind));
        assert_eq!(bundle.alarms().len(), 1);
        assert_eq!(bundle.of_type("Device").count(), 1);
    }
}

#[test]
fn rule_9_a_document_without_its_frame_is_read() {
    with(
        r#"{"resourceType": "Bundle", "type": "document", "entry": [
            {"fullUrl": "urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2b01", "resource": {"resourceType": "Device"}},
            {"fullUrl": "urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2b01", "resource": {"resourceType": "Composition",
                "status": "final", "type": {"text": "x"}, "date": "2026-05-01", "title": "x", "author": [{"display": "x"}]}}]}"#,
        &[
            (FindingKind::DuplicateFullUrl, "Bundle.entry[1].fullUrl"),
            (FindingKind::CompositionNotFirst, "Bundle.entry[0]"),
            (FindingKind::MissingBundleIdentifier, "Bundle.identifier"),
            (FindingKind::MissingTimestamp, "Bundle.timestamp"),
        ],
        |decoded| {
            let bundle = decoded.bundle().expect("a Bundle");
            assert_eq!(bundle.of_type("Composition").count(), 1);
        },
    );
}

#[test]
fn rule_10_the_resource_type_may_stand_last() {
    with(
        r#"{"status": "final", "resourceType": "DetectedIssue"}"#,
        &[],
        |decoded| assert_eq!(decoded.resource().resource_type(), "DetectedIssue"),
    );
}

#[test]
fn rule_10_of_repeated_keys_the_last_wins() {
    issue(
        r#""detail": "a", "x": 1, "detail": "b", "x": 2, "detail": "c""#,
        &[
            (FindingKind::UnknownMember, "DetectedIssue.?"),
            (FindingKind::DuplicateKey, "DetectedIssue.detail"),
            (FindingKind::UnknownMember, "DetectedIssue.?"),
            (FindingKind::DuplicateKey, "DetectedIssue.detail"),
            (FindingKind::DuplicateKey, "DetectedIssue.?"),
        ],
        |issue| {
            assert_eq!(issue.detail(), Some("c"));
            assert_eq!(
                issue.resource().to_json(),
                r#"{"resourceType":"DetectedIssue","status":"final","x":2,"detail":"c"}"#
            );
            assert!(issue.resource().original().contains(r#""a""#));
        },
    );
}

#[test]
fn rule_10_a_byte_order_mark_is_skipped() {
    let text = "\u{feff}{\"resourceType\": \"Patient\"}";
    let decoded = lenient(text);
    assert_eq!(
        decoded.findings().as_slice()[0].kind,
        FindingKind::ByteOrderMark
    );
    assert_eq!(decoded.original(), &text[3..]);
}

#[test]
fn rule_11_narratives_may_be_plain_text_or_hold_entities() {
    for (div, shown) in [
        ("A &amp; B", "A & B"),
        (r"linje 1\r\nlinje 2", "linje 1\nlinje 2"),
        (
            r#"<div xmlns=\"http://www.w3.org/1999/xhtml\">Bl&aring; d&#248;r</div>"#,
            "Blå dør",
        ),
    ] {
        let text = format!(
            r#"{{"resourceType": "Composition", "status": "final", "type": {{"text": "x"}},
                "date": "2026-05-01", "title": "x", "author": [{{"display": "x"}}],
                "section": [{{"text": {{"status": "additional", "div": "{div}"}}}}]}}"#
        );
        with(&text, &[], |decoded| {
            let note = Composition::of(decoded.resource()).expect("a note");
            let section = note.sections().next().expect("a section");
            assert_eq!(section.plain_text().as_deref(), Some(shown));
        });
    }
}

#[test]
fn rule_12_numbers_and_strings_are_converted_with_their_digits() {
    with(
        r#"{"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "identifier": [{"system": "x", "value": 7.50}]}"#,
        &[(
            FindingKind::StringAsNumber,
            "Observation.identifier[0].value",
        )],
        |decoded| assert!(decoded.resource().to_json().contains(r#""value":"7.50""#)),
    );
    with(
        r#"{"resourceType": "Observation", "status": "final", "code": {"text": "x"},
            "valueQuantity": {"value": "36.60"}}"#,
        &[(
            FindingKind::NumberAsString,
            "Observation.valueQuantity.value",
        )],
        |decoded| assert!(decoded.resource().to_json().contains(r#""value":36.60"#)),
    );
    with(
        r#"{"resourceType": "Patient", "active": "true"}"#,
        &[(FindingKind::BooleanAsString, "Patient.active")],
        |decoded| {
            let patient = Patient::of(decoded.resource()).expect("a patient");
            assert_eq!(patient.active(), Some(true));
        },
    );
}

#[test]
fn a_value_of_another_type_is_kept_and_reported() {
    issue(
        r#""code": "4.1", "patient": [{"display": "x"}], "author": [{"display": "a"}, {"display": "b"}]"#,
        &[
            (FindingKind::WrongType, "DetectedIssue.code"),
            (FindingKind::ArrayForSingle, "DetectedIssue.patient"),
            (FindingKind::WrongType, "DetectedIssue.author"),
        ],
        |issue| {
            assert_eq!(
                issue.patient().and_then(|patient| patient.display()),
                Some("x")
            );
            assert!(issue.resource().to_json().contains(r#""code":"4.1""#));
        },
    );
}

#[test]
fn control_characters_and_half_surrogates_in_strings_are_reported_and_written_well() {
    issue(
        "\"detail\": \"a\tb\\ud800\", \"code\": {\"text\": \"\\ud83d\\ude00\"}",
        &[(FindingKind::InvalidString, "DetectedIssue.detail")],
        |issue| {
            assert_eq!(issue.detail(), Some("a\tb\u{fffd}"));
            assert_eq!(issue.code().and_then(|code| code.text()), Some("😀"));
            assert!(issue.resource().to_json().contains(r"a\tb"));
        },
    );
}

#[test]
fn strings_that_json_does_not_allow_are_reported_where_nobody_looks_too() {
    use FindingKind::{InvalidString, UnknownMember, UnknownResource};
    let members = "\"x-vendor\": {\"a\": [\"\u{0}\"]}, \"code\": {\"text\": \"x\"}";
    issue(
        members,
        &[
            (UnknownMember, "DetectedIssue.?"),
            (InvalidString, "DetectedIssue.?"),
        ],
        |issue| assert!(issue.resource().to_json().contains(r"\u0000")),
    );
    with(
        "{\"resourceType\": \"Basic\", \"a\": \"\t\"}",
        &[(UnknownResource, "Basic"), (InvalidString, "Basic")],
        |decoded| assert!(decoded.resource().to_json().contains(r"\t")),
    );
}

#[test]
fn missing_mandatory_elements_are_reported() {
    with(
        r#"{"resourceType": "MedicationDispense", "dosageInstruction": [{"timing": {"repeat": {}}}]}"#,
        &[
            (
                FindingKind::EmptyObject,
                "MedicationDispense.dosageInstruction[0].timing.repeat",
            ),
            (FindingKind::MissingElement, "MedicationDispense.status"),
            (FindingKind::MissingElement, "MedicationDispense.medication"),
        ],
        |_| {},
    );
}

#[test]
fn rule_13_limits_refuse_with_a_clear_error() {
    let refuse = |text: &str, limits: Limits| {
        let options = DecodeOptions::lenient().with_limits(limits);
        decode(text.as_bytes(), options).expect_err("a limit")
    };
    let error = refuse(
        ALARM,
        Limits {
            bytes: 100,
            ..Limits::DEFAULT
        },
    );
    assert_eq!(error.kind, DecodeErrorKind::TooLarge { limit: 100 });
    let error = refuse(
        ALARM,
        Limits {
            depth: 7,
            ..Limits::DEFAULT
        },
    );
    assert_eq!(error.kind, DecodeErrorKind::TooDeep { limit: 7 });
    assert_eq!(
        error.path.as_str(),
        "Resource.entry[0].resource.type.coding[0].system"
    );
    let error = refuse(
        ALARM,
        Limits {
            values: 50,
            ..Limits::DEFAULT
        },
    );
    assert_eq!(error.kind, DecodeErrorKind::TooManyValues { limit: 50 });

    let deep = "[".repeat(100_000);
    let error = refuse(&format!(r#"{{"a": {deep}"#), Limits::DEFAULT);
    assert_eq!(error.kind, DecodeErrorKind::TooDeep { limit: 144 });
    let unbounded = Limits {
        depth: usize::MAX,
        ..Limits::DEFAULT
    };
    let error = refuse(&format!(r#"{{"a": {deep}"#), unbounded);
    assert_eq!(error.kind, DecodeErrorKind::TooDeep { limit: 256 });

    let mut members: Vec<String> = (0..50).map(|n| format!(r#""a{n}": 1"#)).collect();
    members.push(r#""resourceType": "Patient""#.to_owned());
    let text = format!("{{{}}}", members.join(","));
    let few = Limits {
        findings: 10,
        ..Limits::DEFAULT
    };
    let decoded = decode(text.as_bytes(), DecodeOptions::lenient().with_limits(few)).expect("read");
    assert_eq!(decoded.findings().as_slice().len(), 10);
    assert_eq!(decoded.findings().more(), 40);
}

fn note_with_sections(depth: usize) -> String {
    let mut sections = String::new();
    for _ in 0..depth {
        sections.push_str(r#""section": [{"title": "x","#);
    }
    sections.push_str(r#""extension": [{"url": "x"}]"#);
    sections.push_str(&"}]".repeat(depth));
    format!(
        r#"{{"resourceType": "Composition", "status": "final", "type": {{"text": "x"}},
            "date": "2026-05-01", "title": "x", "author": [{{"display": "x"}}], {sections}}}"#
    )
}

#[test]
fn rule_13_sections_are_read_to_the_limit_and_a_deeper_tree_costs_only_its_entry() {
    let note = note_with_sections(64);
    let bundle = format!(
        r#"{{"resourceType": "Bundle", "type": "collection", "entry": [{{"resource": {note}}}]}}"#
    );
    let decoded = lenient(&bundle);
    let bundle = decoded.bundle().expect("a Bundle");
    let view = bundle.resources().find_map(Composition::of);
    assert_eq!(view.map(|note| note.all_sections().len()), Some(64));

    let options = DecodeOptions::lenient();
    let deep = note_with_sections(65);
    let error = decode(deep.as_bytes(), options).expect_err("too deep");
    assert_eq!(error.kind, DecodeErrorKind::SectionsTooDeep { limit: 64 });
    assert!(decode(note_with_sections(64).as_bytes(), options).is_ok());

    let bundle = format!(
        r#"{{"resourceType": "Bundle", "type": "collection", "entry": [
            {{"resource": {deep}}}, {{"resource": {{"resourceType": "Device"}}}}]}}"#
    );
    let decoded = decode(bundle.as_bytes(), options).expect("the other entry is good");
    let bundle = decoded.bundle().expect("a Bundle");
    let refused: Vec<bool> = bundle.resources().map(|r| r.is_refused()).collect();
    assert_eq!(refused, [true, false]);
}

#[test]
fn line_both_choices_the_date_time_wins() {
    issue(
        r#""identifiedPeriod": {"start": "2026-01-01"}, "identifiedDateTime": "2026-03-14""#,
        &[(FindingKind::TwoChoices, "DetectedIssue.identifiedPeriod")],
        |issue| assert!(matches!(issue.identified(), Some(When::At(_)))),
    );
}

#[test]
fn line_an_entry_of_an_unknown_type_is_kept_raw_and_the_others_are_read() {
    let text = r#"{"resourceType": "Bundle", "type": "collection", "entry": [
        {"resource": {"resourceType": "Foo", "bar": [1, 2.50], "status": ""}},
        {"resource": {"resourceType": "Device", "serialNumber": "1"}}]}"#;
    with(
        text,
        &[(FindingKind::UnknownResource, "Bundle.entry[0].resource")],
        |decoded| {
            let bundle = decoded.bundle().expect("a Bundle");
            let first = bundle.resources().next().expect("an entry");
            assert!(!first.is_known());
            assert_eq!(
                first.original(),
                r#"{"resourceType": "Foo", "bar": [1, 2.50], "status": ""}"#
            );
            assert_eq!(bundle.of_type("Device").count(), 1);
        },
    );
}

#[test]
fn line_https_loinc_is_loinc() {
    let text = ALARM.replace("http://loinc.org", "https://loinc.org");
    with(
        &text,
        &[(
            FindingKind::SystemAlias,
            "Bundle.entry[0].resource.type.coding[0].system",
        )],
        |decoded| {
            let bundle = decoded.bundle().expect("a Bundle");
            let note = bundle
                .resources()
                .find_map(Composition::of)
                .expect("a note");
            let code = note
                .type_()
                .and_then(|t| t.code_in(fhir_vkp::CodeSystem::LOINC));
            assert_eq!(code, Some("34133-9"));
        },
    );
}

#[test]
fn signs_of_stu3_are_named() {
    for (text, path) in [
        (
            r#"{"resourceType": "Bundle", "type": "message", "entry": [{"resource":
                {"resourceType": "MessageHeader", "receiver": {"display": "x"}}}]}"#,
            "Bundle.entry[0].resource",
        ),
        (r#"{"resourceType": "Flag"}"#, "Flag"),
        (
            r#"{"resourceType": "Patient", "meta": {"profile":
                ["http://ehelse.no/fhir/StructureDefinition/vkp-Patient-v05"]}}"#,
            "Patient.meta.profile[0]",
        ),
    ] {
        let decoded = lenient(text);
        assert!(decoded.is_older_release(), "{text}");
        assert_eq!(
            findings(&decoded)[0],
            (FindingKind::OlderRelease, path.to_owned())
        );
    }
    assert!(!lenient(ALARM).is_older_release());
}

#[test]
fn bodies_that_are_not_fhir_json_are_named() {
    let kind = |body: &[u8]| {
        let error = decode(body, DecodeOptions::lenient()).expect_err("no resource");
        error.kind
    };
    assert_eq!(kind(b""), DecodeErrorKind::Empty);
    assert_eq!(kind(b" \r\n"), DecodeErrorKind::Empty);
    assert_eq!(kind(b"\xef\xbb\xbf"), DecodeErrorKind::Empty);
    assert_eq!(
        kind(br#"<?xml version="1.0"?><Patient xmlns="http://hl7.org/fhir"/>"#),
        DecodeErrorKind::Xml
    );
    assert_eq!(kind(b"<!DOCTYPE html><html></html>"), DecodeErrorKind::Html);
    assert_eq!(kind(b"\xff\xfe{\0"), DecodeErrorKind::Encoding);
    assert_eq!(kind(b"[]"), DecodeErrorKind::NotAnObject);
    assert_eq!(kind(b"{}"), DecodeErrorKind::NoResourceType);
    assert_eq!(
        kind(br#"{"resourceType": 3}"#),
        DecodeErrorKind::NoResourceType
    );
    assert!(matches!(
        kind(b"Service Unavailable"),
        DecodeErrorKind::Json(_)
    ));
    assert!(matches!(
        kind(br#"{"resourceType": "Patient"}x"#),
        DecodeErrorKind::Json(_)
    ));
}

#[test]
fn an_error_names_the_place_and_no_value() {
    let text =
        r#"{"resourceType": "Patient", "identifier": [{"value": "17712811226"}, {"value": 0x}]}"#;
    let error = decode(text.as_bytes(), DecodeOptions::lenient()).expect_err("broken");
    assert_eq!(error.path.as_str(), "Resource.identifier[1]");
    assert_eq!(&text[error.offset..=error.offset], "x");
    assert!(!error.to_string().contains("17712811226"));
}

#[test]
fn repetition_in_bulk_costs_no_more_than_reading() {
    use std::fmt::Write;

    let start = std::time::Instant::now();
    let mut bulk =
        String::from(r#"{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": "#);
    bulk.push_str(r#"{"resourceType": "Patient", "name": [{"_given": [null]"#);
    for number in 0..60_000 {
        let _ = write!(bulk, r#", "given": ["A"], "x{}": 1"#, number % 7);
    }
    bulk.push_str("}]}}");
    for number in 0..20_000 {
        let _ = write!(
            bulk,
            r#", {{"fullUrl": "urn:uuid:{number}", "resource": {{"resourceType": "DetectedIssue"}}}}"#
        );
    }
    bulk.push_str(r#", {"resource": {"resourceType": "Composition", "section": [{"title": "x"}"#);
    for number in 0..20_000 {
        let _ = write!(
            bulk,
            r#", {{"title": "x"}}, {{"entry": [{{"reference": "urn:uuid:{number}"}}]}}"#
        );
    }
    bulk.push_str("]}}]}");
    let decoded = lenient(&bulk);
    let bundle = decoded.bundle().expect("a Bundle");
    let alarms = bundle.alarms();
    assert_eq!(alarms.len(), 20_000);
    assert!(alarms.iter().all(|alarm| alarm.sections.len() == 1));
    assert_eq!(alarms[0].general_sections().count(), 20_001);
    // Work that grows with the square would take minutes.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
