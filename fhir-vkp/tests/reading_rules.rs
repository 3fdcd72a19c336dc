//! Every rule of FHIR reference 13 by its number, and every line of 14.8.

use fhir_vkp::decode::{DecodeErrorKind, DecodeOptions, Decoded, Limits, decode};
use fhir_vkp::view::{Composition, DetectedIssue, Patient, When};
use fhir_vkp::{AlertCode, FindingKind, Precision};

const ALARM: &str = include_str!("documents/alarm.json");

fn lenient(text: &str) -> Decoded<'_> {
    decode(text.as_bytes(), DecodeOptions::lenient()).expect("read")
}

fn findings(decoded: &Decoded<'_>) -> Vec<(FindingKind, String)> {
    let findings = decoded.findings().iter();
    findings
        .map(|found| (found.kind, found.path.to_string()))
        .collect()
}

/// A DetectedIssue with these members besides the mandatory ones; exactly these findings.
fn issue(members: &str, expected: &[(FindingKind, &str)], check: impl FnOnce(DetectedIssue<'_>)) {
    let text = format!(r#"{{"resourceType": "DetectedIssue", "status": "final", {members}}}"#);
    with(&text, expected, |decoded| {
        check(DetectedIssue::of(decoded.resource()).expect("a DetectedIssue"));
    });
}

fn with(text: &str, expected: &[(FindingKind, &str)], check: impl FnOnce(&Decoded<'_>)) {
    let decoded = lenient(text);
    let found = findings(&decoded);
    let found: Vec<(FindingKind, &str)> = found.iter().map(|(k, p)| (*k, p.as_str())).collect();
    assert_eq!(found, expected, "{text}");
    check(&decoded);
    // Strict reading refuses what lenient reading reports.
    let strict = decode(text.as_bytes(), DecodeOptions::strict());
    match expected.first() {
        None => assert!(strict.is_ok()),
        Some((kind, path)) => {
            let error = strict.expect_err("a deviation");
            assert_eq!(error.kind, DecodeErrorKind::Deviation(*kind));
            assert_eq!(error.path.as_str(), *path);
        }
    }
    // What was repaired has nothing left to repair.
    let again = decoded.resource().to_json();
    let left: Vec<FindingKind> = lenient(&again).findings().iter().map(|f| f.kind).collect();
    for kind in left {
        assert!(!is_repaired(kind), "{kind:?} is left in {again}");
    }
    // No finding shows a value.
    let shown = format!("{decoded:?}");
    assert!(!shown.contains("17712811226") && !shown.contains("NATTUGLE"));
}

fn is_repaired(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::SingleObjectForArray
            | FindingKind::EmptyString
            | FindingKind::EmptyObject
            | FindingKind::EmptyArray
            | FindingKind::Null
            | FindingKind::DuplicateKey
            | FindingKind::NumberAsString
            | FindingKind::StringAsNumber
            | FindingKind::BooleanAsString
            | FindingKind::ArrayForSingle
            | FindingKind::InvalidString
            | FindingKind::ByteOrderMark
    )
}

#[test]
fn the_clean_alarm_has_no_finding_and_keeps_every_byte() {
    let decoded = lenient(ALARM);
    assert_eq!(findings(&decoded), []);
    assert_eq!(decoded.resource().to_json(), ALARM.trim());
    assert_eq!(decoded.original(), ALARM);
    assert!(decode(ALARM.as_bytes(), DecodeOptions::strict()).is_ok());
}

#[test]
fn rule_1_a_single_object_is_an_array_of_one() {
    issue(
        r#""identifier": {"system": "x", "value": "1"}"#,
        &[(
            FindingKind::SingleObjectForArray,
            "DetectedIssue.identifier",
        )],
        |issue| {
            let identifiers: Vec<_> = issue.identifiers().collect();
            assert_eq!(identifiers.len(), 1);
            assert_eq!(identifiers[0].reveal(), Some("1"));
        },
    );
}

#[test]
fn rule_1_holds_for_primitives_with_extensions_beside_them() {
    with(
        r#"{"resourceType": "Patient", "address": [{"line": "Vei 1",
            "_line": {"extension": {"url": "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-additionalLocator",
                                     "valueString": "Bak"}}}]}"#,
        &[
            (FindingKind::SingleObjectForArray, "Patient.address[0].line"),
            (
                FindingKind::SingleObjectForArray,
                "Patient.address[0]._line",
            ),
            (
                FindingKind::SingleObjectForArray,
                "Patient.address[0]._line[0].extension",
            ),
        ],
        |decoded| {
            let patient = Patient::of(decoded.resource()).expect("a patient");
            let home = patient.home().expect("an address");
            let line = home.lines().next().expect("a line");
            assert_eq!((line.text, line.hint), (Some("Vei 1"), Some("Bak")));
        },
    );
}

#[test]
fn rule_2_empty_values_are_absent() {
    issue(
        r#""severity": "", "implicated": [], "author": {}, "detail": null,
           "identifier": [{"system": "x", "value": ""}, {"value": ""}]"#,
        &[
            (FindingKind::EmptyString, "DetectedIssue.severity"),
            (FindingKind::EmptyArray, "DetectedIssue.implicated"),
            (FindingKind::EmptyObject, "DetectedIssue.author"),
            (FindingKind::Null, "DetectedIssue.detail"),
            (
                FindingKind::EmptyString,
                "DetectedIssue.identifier[0].value",
            ),
            (
                FindingKind::EmptyString,
                "DetectedIssue.identifier[1].value",
            ),
        ],
        |issue| {
            assert_eq!(issue.severity_text(), None);
            assert!(issue.author().is_none());
            assert_eq!(issue.implicated().count(), 0);
            assert_eq!(issue.identifiers().count(), 1);
            assert_eq!(issue.identifiers().next().and_then(|i| i.reveal()), None);
            assert_eq!(
                issue.resource().to_json(),
                r#"{"resourceType":"DetectedIssue","status":"final","identifier":[{"system":"x"}]}"#
            );
        },
    );
}

#[test]
fn rule_2_null_keeps_its_place_beside_extensions_and_not_elsewhere() {
    with(
        r#"{"resourceType": "Patient", "name": [{"given": [null, "A"], "_given": [{"id": "x"}, null]},
            {"given": [null, "B", ""]}]}"#,
        &[
            (FindingKind::Null, "Patient.name[1].given[0]"),
            (FindingKind::EmptyString, "Patient.name[1].given[2]"),
        ],
        |decoded| {
            let patient = Patient::of(decoded.resource()).expect("a patient");
            let names: Vec<_> = patient
                .names()
                .filter_map(|name| name.full_name())
                .collect();
            assert_eq!(names, ["A", "B"]);
        },
    );
}

#[test]
fn rule_3_unknown_members_are_kept_and_unknown_extensions_are_none() {
    issue(
        r#""vendorNote": {"level": 3}, "extension": [{"url": "https://example.net/x", "valueInteger": 1}],
           "code": {"text": "x", "hint": "y"}"#,
        &[
            (FindingKind::UnknownMember, "DetectedIssue.vendorNote"),
            (FindingKind::UnknownMember, "DetectedIssue.code.hint"),
        ],
        |issue| {
            let unknown = issue.resource().unknown_members();
            let shown: Vec<_> = unknown
                .iter()
                .map(|(n, node)| (*n, node.original()))
                .collect();
            assert_eq!(
                shown,
                [("vendorNote", r#"{"level": 3}"#), ("hint", r#""y""#)]
            );
            assert!(issue.resource().to_json().contains("vendorNote"));
        },
    );
}

#[test]
fn rule_3_a_name_that_may_be_personal_is_not_shown_in_a_path() {
    issue(
        r#""17712811226": 1, "KLAR NATTUGLE": 2"#,
        &[
            (FindingKind::UnknownMember, "DetectedIssue.?"),
            (FindingKind::UnknownMember, "DetectedIssue.?"),
        ],
        |_| {},
    );
}

#[test]
fn rule_4_unknown_codes_are_kept_as_text() {
    with(
        r#"{"resourceType": "DetectedIssue", "status": "open", "severity": "Kritisk",
            "code": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "code": "99.9"}]}}"#,
        &[
            (FindingKind::UnknownCode, "DetectedIssue.status"),
            (FindingKind::UnknownCode, "DetectedIssue.severity"),
            (
                FindingKind::UnknownCode,
                "DetectedIssue.code.coding[0].code",
            ),
        ],
        |decoded| {
            let issue = DetectedIssue::of(decoded.resource()).expect("an issue");
            assert_eq!(issue.status(), Some("open"));
            assert_eq!(issue.severity_text(), Some("Kritisk"));
            assert_eq!(issue.severity(), None);
            assert_eq!(issue.alert_code(), None);
            let shown = issue.code().and_then(|code| code.shown());
            assert_eq!(shown, Some("99.9"));
        },
    );
}

#[test]
fn rule_4_other_addresses_are_the_same_code_system_and_old_versions_are_not() {
    for (system, finding, code) in [
        (
            "http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090",
            FindingKind::SystemAlias,
            true,
        ),
        (
            "https://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090",
            FindingKind::SystemAlias,
            true,
        ),
        (
            "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05",
            FindingKind::OldSystemVersion,
            false,
        ),
        (
            "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v06",
            FindingKind::OldSystemVersion,
            false,
        ),
    ] {
        issue(
            &format!(r#""code": {{"coding": [{{"system": "{system}", "code": "4.10"}}]}}"#),
            &[(finding, "DetectedIssue.code.coding[0].system")],
            |issue| {
                let expected = code.then_some(AlertCode::HIGH_SOUND_LEVEL);
                assert_eq!(issue.alert_code(), expected, "{system}");
                let coding = issue.code().and_then(|code| code.codings().next());
                assert_eq!(coding.and_then(|coding| coding.system()), Some(system));
            },
        );
    }
}

#[test]
fn rule_5_another_display_is_no_finding_and_the_code_rules() {
    issue(
        r#""code": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090",
                                "code": "4.1", "display": "Falt ut av seng"}]}"#,
        &[],
        |issue| assert_eq!(issue.alert_code(), Some(AlertCode::FALL)),
    );
}

#[test]
fn rule_6_a_code_in_the_wrong_place_is_kept() {
    with(
        r#"{"resourceType": "Composition", "status": "final", "date": "2026-05-01", "title": "x",
            "author": [{"display": "x"}],
            "type": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "code": "3"}]},
            "event": [{"code": [{"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-composition-section-v090", "code": "1.1"}]}]}]}"#,
        &[
            (FindingKind::CodeInWrongPlace, "Composition.type.coding[0]"),
            (
                FindingKind::CodeInWrongPlace,
                "Composition.event[0].code[0].coding[0]",
            ),
        ],
        |decoded| {
            let note = Composition::of(decoded.resource()).expect("a note");
            let coding = note.type_().and_then(|type_| type_.codings().next());
            assert_eq!(coding.and_then(|coding| coding.code()), Some("3"));
            assert!(!note.is_care_measures(), "3 is Trygghetsalarm there");
        },
    );
}

#[test]
fn rule_6_text_wins_for_showing_and_the_code_for_counting() {
    issue(
        r#""code": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "code": "4.1"}],
                    "text": "brannalarm"}"#,
        &[(FindingKind::CodeContradictsText, "DetectedIssue.code.text")],
        |issue| {
            assert_eq!(issue.alert_code(), Some(AlertCode::FALL));
            assert_eq!(
                issue.code().and_then(|code| code.shown()),
                Some("brannalarm")
            );
        },
    );
}

#[test]
fn rule_7_references_are_resolved_by_full_url_then_by_type_and_id_then_not_at_all() {
    let text = r#"{"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:6F9B2F9E-3f3a-4f5e-9b54-5a1f3f8e2b01", "resource": {"resourceType": "Device", "id": "d1"}},
        {"resource": {"resourceType": "Patient", "id": "p1"}},
        {"resource": {"resourceType": "DetectedIssue", "status": "final",
            "patient": {"reference": "Patient/p1"},
            "author": {"reference": "urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2b01"},
            "implicated": [{"reference": "urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2bff"},
                           {"reference": "Observation/elsewhere"},
                           {"reference": "https://hub.example.net/fhir/Patient/p1/_history/2"}]}}]}"#;
    with(
        text,
        &[(
            FindingKind::DanglingReference,
            "Bundle.entry[2].resource.implicated[0].reference",
        )],
        |decoded| {
            let bundle = decoded.bundle().expect("a Bundle");
            let index = |reference: &str| bundle.resolve(reference).map(|entry| entry.index());
            assert_eq!(
                index("urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2b01"),
                Some(0)
            );
            assert_eq!(index("Patient/p1"), Some(1));
            assert_eq!(index("Device/d1"), Some(0));
            assert_eq!(
                index("https://hub.example.net/fhir/Patient/p1/_history/2"),
                Some(1)
            );
            assert_eq!(index("Observation/elsewhere"), None);
            assert_eq!(index("urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2bff"), None);
            assert_eq!(index(""), None);
            let alarms = bundle.alarms();
            assert_eq!(alarms.len(), 1);
            assert!(alarms[0].device.is_some());
        },
    );
}

#[test]
fn rule_7_a_patient_under_a_local_system_is_accepted() {
    issue(
        r#""patient": {"identifier": {"system": "https://example.net/epj", "value": "P-1"}}"#,
        &[],
        |issue| {
            let identifier = issue.patient().and_then(|patient| patient.identifier());
            assert_eq!(
                identifier.and_then(|identifier| identifier.reveal()),
                Some("P-1")
            );
        },
    );
}

#[test]
fn rule_8_date_times_are_read_in_every_form_that_is_met() {
    let member = "DetectedIssue.identifiedDateTime";
    let forms: [(&str, Option<FindingKind>, Option<Precision>); 14] = [
        ("2026", None, Some(Precision::Year)),
        ("2026-03", None, Some(Precision::Month)),
        ("2026-03-14", None, Some(Precision::Day)),
        ("2026-03-14T02:17:41Z", None, Some(Precision::Second)),
        ("2026-03-14T02:17:41.5+01:00", None, Some(Precision::Second)),
        (
            "2026-03-14T02:17:41.1234567+00:00",
            None,
            Some(Precision::Second),
        ),
        (
            "2026-03-14T02:17+01:00",
            Some(FindingKind::NoSeconds),
            Some(Precision::Minute),
        ),
        (
            "2026-03-14T02:17:41",
            Some(FindingKind::NoOffset),
            Some(Precision::Second),
        ),
        (
            "2026-03-14T02:17:41.1234567",
            Some(FindingKind::NoOffset),
            Some(Precision::Second),
        ),
        (
            "2026-03-14T02:17",
            Some(FindingKind::NoOffset),
            Some(Precision::Minute),
        ),
        ("14.03.2026", Some(FindingKind::UnparsableDateTime), None),
        ("2026-02-30", Some(FindingKind::UnparsableDateTime), None),
        ("2026-13", Some(FindingKind::UnparsableDateTime), None),
        (
            "2026-03-14T25:17:41Z",
            Some(FindingKind::UnparsableDateTime),
            None,
        ),
    ];
    for (text, finding, precision) in forms {
        let expected: Vec<_> = finding.into_iter().map(|kind| (kind, member)).collect();
        issue(
            &format!(r#""identifiedDateTime": "{text}""#),
            &expected,
            |issue| match (issue.identified(), precision) {
                (Some(When::At(at)), Some(precision)) => {
                    assert_eq!(at.as_str(), text, "the text stays whole");
                    assert_eq!(at.precision(), precision);
                    let is_date = precision < Precision::Minute;
                    let assumed = is_date || finding == Some(FindingKind::NoOffset);
                    assert_eq!(at.assumed_offset(), assumed, "{text}");
                }
                (Some(When::Text(kept)), None) => assert_eq!(kept, text),
                (found, _) => panic!("{text}: {found:?}"),
            },
        );
    }
}

#[test]
fn rule_8_without_offset_it_is_the_local_time_of_norway() {
    issue(
        r#""identifiedDateTime": "2026-07-14T02:17:41""#,
        &[(FindingKind::NoOffset, "DetectedIssue.identifiedDateTime")],
        |issue| {
            let at = issue
                .identified()
                .and_then(|when| when.start())
                .expect("a time");
            assert_eq!(at.offset_minutes(), 120);
            assert_eq!(at.to_string(), "2026-07-14T02:17:41+02:00");
        },
    );
}

#[test]
fn rule_8_a_date_of_birth_with_a_time_is_a_date() {
    with(
        r#"{"resourceType": "Patient", "birthDate": "1928-06-17T00:00:00"}"#,
        &[(FindingKind::WrongType, "Patient.birthDate")],
        |decoded| {
            let patient = Patient::of(decoded.resource()).expect("a patient");
            let born = patient.birth_date().expect("a date");
            assert!(born.as_str().starts_with("1928-06-17"));
        },
    );
}

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
            (FindingKind::UnknownMember, "DetectedIssue.x"),
            (FindingKind::DuplicateKey, "DetectedIssue.detail"),
            (FindingKind::UnknownMember, "DetectedIssue.x"),
            (FindingKind::DuplicateKey, "DetectedIssue.detail"),
            (FindingKind::DuplicateKey, "DetectedIssue.x"),
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
    assert_eq!(error.kind, DecodeErrorKind::TooDeep { limit: 128 });
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
    let note = note_with_sections(60);
    let decoded = lenient(&note);
    let view = Composition::of(decoded.resource()).expect("a note");
    assert_eq!(view.all_sections().len(), 60);

    let limits = Limits {
        depth: 256,
        ..Limits::DEFAULT
    };
    let options = DecodeOptions::lenient().with_limits(limits);
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
