//! Rules 1 to 8 of FHIR reference 13, by number, with the lines of 14.8 that they cover.

mod reading;

use fhir_vkp::decode::{DecodeErrorKind, DecodeOptions, Limits, decode};
use fhir_vkp::view::{Composition, DetectedIssue, Patient, When};
use fhir_vkp::{AlertCode, FindingKind, IdentifierKind, Precision};
use reading::{ALARM, findings, issue, lenient, with};

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
            (FindingKind::UnknownMember, "DetectedIssue.?"),
            (FindingKind::UnknownMember, "DetectedIssue.code.?"),
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
fn rule_3_a_modifier_extension_is_pointed_out_and_not_refused() {
    let text = r#"{"resourceType": "Patient", "identifier": [{"system": "https://example.net/epj", "value": "1"}],
        "modifierExtension": [{"url": "https://example.net/not", "valueBoolean": true}],
        "contact": [{"modifierExtension": [{"url": "https://example.net/never-call"}]}]}"#;
    let decoded = lenient(text);
    let found = findings(&decoded);
    assert_eq!(
        found,
        [
            (
                FindingKind::ModifierExtension,
                "Patient.modifierExtension".to_owned()
            ),
            (
                FindingKind::ModifierExtension,
                "Patient.contact[0].modifierExtension".to_owned()
            ),
        ]
    );
    assert!(decode(text.as_bytes(), DecodeOptions::strict()).is_ok());
}

#[test]
fn strict_reading_finds_a_deviation_behind_many_other_findings() {
    let modified =
        r#"{"modifierExtension": [{"url": "https://example.net/x"}], "name": {"text": "A"}}"#;
    let contacts = [modified; 5].join(",");
    let text =
        format!(r#"{{"resourceType": "Patient", "contact": [{contacts}], "deceased": true}}"#);
    let limits = Limits {
        findings: 3,
        ..Limits::DEFAULT
    };
    let strict = DecodeOptions::strict().with_limits(limits);
    let error = decode(text.as_bytes(), strict).expect_err("a deviation");
    assert_eq!(
        error.kind,
        DecodeErrorKind::Deviation(FindingKind::UnknownMember)
    );
    let lenient = DecodeOptions::lenient().with_limits(limits);
    let decoded = decode(text.as_bytes(), lenient).expect("read");
    assert_eq!(
        (
            decoded.findings().as_slice().len(),
            decoded.findings().more()
        ),
        (3, 3)
    );
}

#[test]
fn rule_4_an_identifier_is_known_by_any_address_of_its_system() {
    for system in [
        "http://hl7.no/fhir/NamingSystem/FNR",
        "2.16.578.1.12.4.1.4.1",
        "URN:OID:2.16.578.1.12.4.1.4.1",
    ] {
        let text = format!(
            r#"{{"resourceType": "Patient", "identifier": [{{"system": "{system}", "value": "17712811226"}}]}}"#
        );
        let alias = [(FindingKind::SystemAlias, "Patient.identifier[0].system")];
        with(&text, &alias, |decoded| {
            let patient = Patient::of(decoded.resource()).expect("a patient");
            let number = patient.national_identifier().expect("a number");
            assert_eq!(number.kind(), IdentifierKind::Fodselsnummer);
            assert_eq!(number.system(), Some(system), "kept as written");
        });
    }
}

#[test]
fn an_organisation_number_of_a_test_environment_is_told_and_taken() {
    for (number, told) in [("310000000", false), ("314159265", true), ("31", true)] {
        let text = format!(
            r#"{{"resourceType": "Organization", "identifier": [
                {{"system": "urn:oid:2.16.578.1.12.4.1.4.101", "value": "{number}"}}]}}"#
        );
        let decoded = lenient(&text);
        let path = "Organization.identifier[0].value".to_owned();
        let expected = told.then_some((FindingKind::CheckDigit, path));
        assert_eq!(findings(&decoded), Vec::from_iter(expected));
        assert!(decode(text.as_bytes(), DecodeOptions::strict()).is_ok());
    }
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
