//! `decode fhir`, `encode fhir`, `fhir-codes` and `check-id` as a person or a script meets them.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use std::io::Write;
use std::process::Output;

use scratch::Scratch;
use serde_json::Value;
use stations::{command, lab, lines};

const EVENT: &str = include_str!("../fhir/event.json");
const CONTEXT: &str = include_str!("../fhir/context.json");

fn said(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// `encode fhir` of the event on the standard input, with the shipped context and more arguments.
fn encode(event: &str, context: &Scratch, more: &[&str]) -> Output {
    let arguments = ["encode", "fhir", "-", "--context", context.path()];
    lab(&[&arguments, more].concat(), event.as_bytes())
}

#[test]
fn the_shipped_event_becomes_a_document_that_decodes_strictly() {
    let context = Scratch::new("fhir-good.json", CONTEXT);
    let written = encode(EVENT, &context, &["--stage", "test"]);
    assert_eq!(written.status.code(), Some(0), "{}", said(&written.stderr));
    let decoded = lab(&["decode", "fhir", "--strict", "-"], &written.stdout);
    assert_eq!(decoded.status.code(), Some(0));
    let json = &lines(&decoded)[0];
    assert_eq!(json["file"], "-");
    assert_eq!(
        (&json["protocol"], &json["item"]),
        (&"fhir".into(), &"Bundle".into())
    );
    assert_eq!(json["alarms"][0]["kind"]["name"], "fall");
    assert_eq!(json["findings"], serde_json::json!([]));
    assert!(!said(&decoded.stdout).contains("FJELLREV"), "hidden");
    let again = encode(EVENT, &context, &[]);
    assert_eq!(again.stdout, written.stdout, "byte for byte");
    let pretty = encode(EVENT, &context, &["--pretty"]);
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
    assert_eq!(value(&pretty.stdout), value(&written.stdout));
    assert!(said(&pretty.stdout).starts_with("{\n  \"resourceType\": \"Bundle\",\n"));
}

#[test]
fn a_summary_for_people_hides_persons_until_they_are_revealed() {
    let context = Scratch::new("fhir-summary.json", CONTEXT);
    let document = encode(EVENT, &context, &[]).stdout;
    let masked = lab(&["decode", "fhir", "--text", "-"], &document);
    let text = said(&masked.stdout);
    for part in [
        "-: Bundle, document, R4",
        "Alarm: fall  [Bundle.entry[1].resource]",
        "code       4.1 Fall",
        "fodselsnummer 158134*****",
        "Nattjenesten reiste ut",
        "No findings",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for part in [
        "BLID",
        "LYSTAVLE",
        "MORKTIND",
        "10033",
        "Prøveveien",
        "op-7",
    ] {
        assert!(!text.contains(part), "{part}: {text}");
    }
    let shown = lab(&["decode", "fhir", "--text", "--reveal", "-"], &document);
    let text = said(&shown.stdout);
    assert!(
        text.contains("BLID FJELLREV, fodselsnummer 15813410033"),
        "{text}"
    );
}

#[test]
fn what_does_not_belong_into_a_record_has_a_status_of_its_own_and_advice() {
    let context = Scratch::new("fhir-journalable.json", CONTEXT);
    let of_kind = |kind: &str| EVENT.replace("\"fall\"", &format!("\"{kind}\""));
    let gas = encode(&of_kind("carbon_monoxide"), &context, &[]);
    assert_eq!(gas.status.code(), Some(3));
    assert!(gas.stdout.is_empty());
    let advice = said(&gas.stderr);
    assert!(
        advice.contains("not journalable") && advice.contains("--code 4 "),
        "{advice}"
    );
    let insisted = encode(&of_kind("carbon_monoxide"), &context, &["--code", "4"]);
    assert_eq!(insisted.status.code(), Some(0));
    let decoded = lab(&["decode", "fhir", "-"], &insisted.stdout);
    assert_eq!(lines(&decoded)[0]["alarms"][0]["code"]["code"], "4");
    let test = EVENT.replace("\"test\": false", "\"test\": true");
    assert_eq!(encode(&test, &context, &[]).status.code(), Some(3));
    let taken = encode(&of_kind("medication_taken"), &context, &[]);
    let decoded = lab(&["decode", "fhir", "-"], &taken.stdout);
    assert_eq!(
        lines(&decoded)[0]["dispenses"][0]["kind"],
        "medication_taken"
    );
}

#[test]
fn an_event_that_cannot_be_written_gives_status_1_without_personal_data() {
    let context = Scratch::new("fhir-unwritten.json", CONTEXT);
    let production = encode(EVENT, &context, &["--stage", "production"]);
    assert_eq!(production.status.code(), Some(1));
    assert!(said(&production.stderr).contains("check-id"));
    let none = encode("{\"event_id\": 15813410033}", &context, &[]);
    assert_eq!(none.status.code(), Some(1));
    let nobody = Scratch::new(
        "fhir-nobody.json",
        r#"{"sender": "urn:x:y", "author": {"name": "A"}}"#,
    );
    let unknown = encode(EVENT, &nobody, &[]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(said(&unknown.stderr).contains("ALARM_LAB_PATIENT"));
    for output in [production, none, unknown] {
        assert!(!said(&output.stderr).contains("15813410033"));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_patient_may_come_from_the_environment() {
    let nobody = r#"{"sender": "urn:x:y", "author": {"name": "A"}}"#;
    let nobody = Scratch::new("fhir-environment.json", nobody);
    let mut child = command(&["encode", "fhir", "-", "--context", nobody.path()])
        .env("ALARM_LAB_PATIENT", "55813410027")
        .spawn()
        .unwrap();
    let input = child.stdin.take();
    input.unwrap().write_all(EVENT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        said(&output.stdout)
            .contains("\"urn:oid:2.16.578.1.12.4.1.4.2\",\"value\":\"55813410027\"")
    );
}

#[test]
fn wrong_usage_gives_status_2() {
    let wrong = Scratch::new(
        "fhir-wrong.json",
        r#"{"patinet": {"number": "15813410033"}}"#,
    );
    for arguments in [
        &["encode", "fhir", "-", "--context", "-"][..],
        &["encode", "fhir", "-", "--context", wrong.path()],
        &["encode", "fhir", "no/such/file"],
        &["encode", "fhir"],
        &["decode", "fhir", "--max-size", "1G", "-"],
        &["decode", "fhir", "--text", "--pretty", "-"],
        &["fhir-codes", "vkp-alert-code-v05"],
        &[
            "fhir-codes",
            "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05",
        ],
        &["check-id", "--kind", "hpr", "--stage", "test"],
    ] {
        let output = lab(arguments, EVENT.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!said(&output.stderr).contains("15813410033"));
    }
}

#[test]
fn what_is_no_fhir_is_named_in_json_and_in_words() {
    let xml = b"<Bundle xmlns=\"http://hl7.org/fhir\"/>";
    let output = lab(&["decode", "fhir", "-", "no/such/file"], xml);
    assert_eq!(output.status.code(), Some(1));
    let all = lines(&output);
    assert_eq!(all[0]["error"]["code"], "xml");
    assert!(
        all[0]["error"]["advice"]
            .as_str()
            .unwrap()
            .contains("application/fhir+json")
    );
    assert_eq!(all[1]["error"]["layer"], "file");
    let output = lab(&["decode", "fhir", "--text", "-"], xml);
    assert!(said(&output.stdout).starts_with("-: not read: the body is XML"));
    let output = lab(
        &["decode", "fhir", "--max-size", "10", "-"],
        EVENT.as_bytes(),
    );
    assert_eq!(lines(&output)[0]["error"]["code"], "too-large");
    let older = br#"{"resourceType": "Flag", "status": "active"}"#;
    let output = lab(&["decode", "fhir", "--text", "-"], older);
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output.stdout).starts_with("-: Flag, STU3\n"));
}

#[test]
fn a_refusal_is_shown_with_what_to_do() {
    let refusal = br#"{"resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "forbidden", "diagnostics": "MissingActiveService"}]}"#;
    let output = lab(&["decode", "fhir", "--text", "-"], refusal);
    assert_eq!(output.status.code(), Some(0), "it was read");
    let text = said(&output.stdout);
    assert!(
        text.contains("vkp code   1.3 ikke oppfylt tjenstlig behov"),
        "{text}"
    );
    assert!(
        text.contains("advice     the patient has no active service"),
        "{text}"
    );
}

#[test]
fn code_systems_are_listed_by_name_and_by_address() {
    let list = |arguments: &[&str]| {
        let output = lab(&[&["fhir-codes", "--json"], arguments].concat(), b"");
        assert_eq!(output.status.code(), Some(0));
        lines(&output).remove(0)
    };
    let systems = list(&[]);
    let systems: Vec<_> = systems
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["system"])
        .collect();
    assert!(systems.contains(&&"vkp-operation-outcome".into()));
    let by_name = list(&["vkp-alert-code"]);
    let by_address = list(&["http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090"]);
    assert_eq!(by_name, by_address);
    let codes = by_name.as_array().unwrap();
    let fall = codes.iter().find(|it| it["code"] == "4.1").unwrap();
    assert_eq!(
        (&fall["display"], &fall["kind"]),
        (&"Fall".into(), &"fall".into())
    );
}

#[test]
fn numbers_of_organisations_and_personnel_are_checked_by_their_kind() {
    let check = |kind: &str, input: &str| {
        let arguments = ["check-id", "--json", "--kind", kind];
        let output = lab(&arguments, input.as_bytes());
        (output.status.code(), lines(&output))
    };
    // The number of a test environment, which does not fit, and one that does.
    let (status, all) = check("organisation", "314159265\n310 000 000\n12345678\n");
    assert_eq!(status, Some(1));
    assert_eq!(
        (&all[0]["valid"], &all[0]["number"]),
        (&true.into(), &"314159265".into())
    );
    assert_eq!(all[0]["warning"]["code"], "check-digit");
    assert_eq!(
        (&all[1]["number"], all[1].get("warning")),
        (&"310000000".into(), None)
    );
    assert_eq!(all[2]["error"]["code"], "length");
    assert_eq!(
        check("organisation", "314159265\n").0,
        Some(0),
        "a remark is no error"
    );
    let (status, all) = check("hpr", "9144897\n");
    assert_eq!((status, &all[0]["masked"]), (Some(0), &"91*****".into()));
    let (status, all) = check("duf", "201012345678\nabc\n");
    assert_eq!(
        (status, &all[0]["masked"]),
        (Some(1), &"2010123*****".into())
    );
    assert_eq!(all[1]["error"]["code"], "not-digits");
    assert_eq!(check("her-id", "990011\n").1[0]["number"], "990011");
    assert_eq!(check("resh", "100\n").1[0]["kind"], "resh");
}

#[test]
fn a_number_of_the_rule_from_2032_alone_has_a_remark() {
    let output = lab(&["check-id", "--json"], b"15813499980\n15813410033\n");
    assert_eq!(output.status.code(), Some(0), "a remark is no error");
    let all = lines(&output);
    assert_eq!(all[0]["rule"], "rule-2032");
    assert_eq!(all[0]["warning"]["code"], "rule-2032");
    assert_eq!(all[1].get("warning"), None);
    let table = lab(&["check-id"], b"15813499980");
    assert!(
        said(&table.stdout).contains("in practice a typing error"),
        "{}",
        said(&table.stdout)
    );
}

#[test]
fn a_stage_says_whom_it_takes() {
    let check = |stage: &str, input: &str| {
        let output = lab(&["check-id", "--json", "--stage", stage], input.as_bytes());
        let all = lines(&output);
        (output.status.code(), all[0]["admission"].clone())
    };
    assert_eq!(check("test", "15813410033"), (Some(0), "admitted".into()));
    assert_eq!(
        check("production", "15813410033"),
        (Some(1), "refused".into())
    );
    assert_eq!(
        check("production", "15413410050"),
        (Some(0), "unknown".into())
    );
    // Valid by the rule from 2032 alone.
    let early = (Some(1), "not-yet-issued".into());
    let issued = (Some(0), "admitted".into());
    let since_2032 = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_956_524_400);
    let expected = match std::time::SystemTime::now() < since_2032 {
        true => early,
        false => issued,
    };
    assert_eq!(check("test", "15813499980"), expected);
    let table = lab(&["check-id", "--stage", "test"], b"15813410033");
    assert!(
        said(&table.stdout).contains("admission"),
        "{}",
        said(&table.stdout)
    );
}
