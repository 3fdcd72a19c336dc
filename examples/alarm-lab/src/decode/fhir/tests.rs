//! What documents say, and what they do not give away.

use serde_json::Value;

use super::*;

/// An alarm with its note, synthetic, with a few things wrong with it.
const NOTE: &str = r#"{
  "resourceType": "Bundle", "type": "document", "timestamp": "2026-05-03T23:48:40+02:00",
  "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:0a6d1c3e-7a51-4b5c-8a63-9f2b44a0c100"},
  "entry": [
    {"fullUrl": "urn:uuid:01", "resource": {
      "resourceType": "Composition", "status": "final", "title": "Journalnotat",
      "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
      "category": [{"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-composition-category-v090", "code": "1"}]}],
      "subject": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "15813410033"}, "display": "BLID FJELLREV"},
      "date": "2026-05-03T23:48:38+02:00",
      "author": [{"identifier": {"system": "https://example.net/users", "value": "op-7"}, "display": "TRYGG MORKTIND"}],
      "event": [{"code": [{"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-composition-event-v090", "code": "1"}], "text": "Trygg"}],
                 "period": {"start": "2026-05-03T23:31:20+02:00"}}],
      "section": [{"title": "Beskrivelse", "text": {"status": "additional",
          "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Blid falt &amp; ble hjulpet.<br/>Fnr 158134 10033</div>"},
        "entry": [{"reference": "urn:uuid:02"}]}]}},
    {"fullUrl": "urn:uuid:02", "resource": {
      "resourceType": "DetectedIssue", "status": "final", "severity": "high", "detail": "Kritisk",
      "identifier": {"system": "urn:ietf:rfc:3986", "value": "urn:uuid:0a6d1c3e-7a51-4b5c-8a63-9f2b44a0c112"},
      "code": {"coding": [{"system": "http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090", "code": "4.1"}], "text": "Fall, soverom"},
      "patient": {"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "15813410033"}, "display": "BLID FJELLREV"},
      "identifiedDateTime": "2026-05-03T23:31:02+02:00",
      "author": {"reference": "urn:uuid:03", "display": "Fallsensor"}}},
    {"fullUrl": "urn:uuid:03", "resource": {
      "resourceType": "Device", "serialNumber": "FS-3", "manufacturer": "Prøve AS",
      "identifier": [{"system": "https://example.net/serial", "value": "FS-3"}],
      "deviceName": [{"name": "Fallsensor", "type": "user-friendly-name"}]}}
  ]
}"#;

fn read(body: &str, reveal: bool) -> Value {
    let options = Options {
        reveal,
        ..Options::default()
    };
    serde_json::to_value(decode(body.as_bytes(), &options).unwrap()).unwrap()
}

fn refused(body: &[u8], options: Options) -> (&'static str, Option<&'static str>) {
    let error = decode(body, &options).unwrap_err().error;
    (error.code, error.advice)
}

#[test]
fn an_alarm_is_told_with_code_kind_device_and_what_was_written() {
    let shown = read(NOTE, false);
    assert_eq!(
        (&shown["item"], &shown["release"]),
        (&"Bundle".into(), &"R4".into())
    );
    assert_eq!(shown["bundle"]["type"], "document");
    let alarm = &shown["alarms"][0];
    assert_eq!(alarm["path"], "Bundle.entry[1].resource");
    assert_eq!(alarm["kind"]["name"], "fall");
    assert_eq!(alarm["code"]["code"], "4.1");
    assert_eq!(alarm["code"]["system"], "vkp-alert-code");
    assert_eq!(alarm["code"]["display"], "Fall");
    assert_eq!(alarm["code"]["text"], "Fall, soverom");
    assert_eq!(
        (&alarm["severity"], &alarm["detail"]),
        (&"high".into(), &"Kritisk".into())
    );
    assert_eq!(alarm["at"], "2026-05-03T23:31:02+02:00");
    assert_eq!(alarm["device"]["name"], "Fallsensor");
    assert_eq!(
        alarm["device"]["identifiers"][0],
        "https://example.net/serial|FS-3"
    );
    assert_eq!(alarm["sections"][0]["heading"], "Beskrivelse");
    let note = &shown["notes"][0];
    assert_eq!(note["category"], "Trygghet og mestring");
    assert_eq!(note["log"][0]["code"]["display"], "hendelse behandles");
    let codes: Vec<_> = shown["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"])
        .collect();
    assert_eq!(codes, ["single-object-for-array", "system-alias"]);
    let path = &shown["findings"][0]["path"];
    assert_eq!(path, "Bundle.entry[1].resource.identifier");
}

#[test]
fn persons_are_hidden_everywhere_unless_revealed() {
    let masked = read(NOTE, false);
    let text = masked.to_string();
    for word in [
        "BLID", "Blid", "FJELLREV", "TRYGG", "Trygg\"", "10033", "158134 ",
    ] {
        assert!(!text.contains(word), "{word}");
    }
    assert_eq!(masked["masked"], true);
    let note = &masked["notes"][0];
    assert_eq!(note["patient"]["name"], "*****");
    assert_eq!(note["patient"]["identifier"]["value"], "158134*****");
    assert_eq!(note["patient"]["identifier"]["kind"], "fodselsnummer");
    assert_eq!(
        note["sections"][0]["text"],
        "***** falt & ble hjulpet.\nFnr *****"
    );
    let shown = read(NOTE, true);
    assert_eq!(shown["masked"], false);
    assert_eq!(shown["notes"][0]["patient"]["name"], "BLID FJELLREV");
    let text = &shown["notes"][0]["sections"][0]["text"];
    assert_eq!(text, "Blid falt & ble hjulpet.\nFnr 158134 10033");
}

#[test]
fn a_name_where_a_type_belongs_is_hidden_too() {
    for body in [
        r#"{"resourceType": "KariNordmann"}"#,
        r#"{"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "KariNordmann"}}]}"#,
    ] {
        assert!(!read(body, false).to_string().contains("Nordmann"));
        assert!(read(body, true).to_string().contains("KariNordmann"));
    }
}

#[test]
fn a_patient_is_told_and_hidden() {
    let body = r#"{"resourceType": "Patient", "active": true, "gender": "female", "birthDate": "1934-01-15",
        "extension": [{"url": "http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090", "valueString": "Prøve|Vest"}],
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "15813410034"}],
        "name": [{"given": ["BLID"], "family": "FJELLREV"}],
        "telecom": [{"system": "phone", "value": "+4740000001", "use": "home"}],
        "address": [{"use": "home", "line": ["Prøveveien 3"], "postalCode": "0099", "city": "Prøveby"}],
        "contact": [{"relationship": [{"text": "Nabo"}], "name": {"family": "LYSNING"}},
            {"relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}]}, {"text": "Sønn"}],
             "name": {"family": "FJELLREV", "given": ["VÅR"]}}]}"#;
    let shown = read(body, false);
    let patient = &shown["patients"][0];
    assert_eq!(patient["birth_date"], "1934-**-**");
    assert_eq!(patient["zones"], serde_json::json!(["Prøve", "Vest"]));
    assert_eq!(patient["contacts"][0]["relationship"], "Sønn");
    assert_eq!(patient["contacts"][0]["main"], true);
    assert_eq!(
        patient["identifiers"][0]["warning"],
        "no national identity number"
    );
    let text = shown.to_string();
    for word in ["BLID", "LYSNING", "VÅR", "40000001", "Prøveveien", "01-15"] {
        assert!(!text.contains(word), "{word}");
    }
    let shown = read(body, true);
    assert_eq!(
        shown["patients"][0]["home"]["text"],
        "Prøveveien 3, 0099 Prøveby"
    );
    assert_eq!(shown["patients"][0]["name"], "BLID FJELLREV");
}

#[test]
fn a_refusal_is_told_with_vkp_code_and_advice() {
    let body = r#"{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden",
        "diagnostics": "MissingActiveService"}]}"#;
    let decoded = decode(body.as_bytes(), &Options::default()).unwrap();
    assert!(decoded.is_refusal());
    let issue = &decoded.outcomes[0];
    assert_eq!(
        (issue.vkp_code, issue.severity.as_deref()),
        (Some("1.3"), Some("error"))
    );
    assert!(issue.advice.unwrap().contains("ServiceCodes"));
}

#[test]
fn bundles_in_a_bundle_are_looked_into() {
    let body = format!(
        r#"{{"resourceType": "Bundle", "type": "searchset", "total": 7,
        "link": [{{"relation": "next", "url": "https://jft.example.net/v1/Bundle?cursor=a2"}}],
        "entry": [{{"resource": {NOTE}, "search": {{"mode": "match"}}}}]}}"#
    );
    let shown = read(&body, false);
    assert_eq!(shown["bundle"]["total"], 7);
    assert_eq!(
        shown["bundle"]["next"],
        "https://jft.example.net/v1/Bundle?cursor=a2"
    );
    assert_eq!(shown["alarms"].as_array().unwrap().len(), 1);
    let alarm = &shown["alarms"][0];
    assert_eq!(alarm["path"], "Bundle.entry[0].resource.entry[1].resource");
    assert_eq!(alarm["device"]["name"], "Fallsensor");
    assert_eq!(shown["resources"][0]["mode"], "match");
}

#[test]
fn the_identifier_of_an_alarm_is_shown_unless_it_is_a_number_of_a_person() {
    let shown = |value: &str| {
        let body = format!(
            r#"{{"resourceType": "DetectedIssue", "status": "final",
            "identifier": [{{"system": "https://example.net/alarms", "value": "{value}"}}]}}"#
        );
        read(&body, false)["alarms"][0]["identifiers"][0]["value"].clone()
    };
    assert_eq!(shown("2026-000417"), "2026-000417");
    assert_eq!(shown("15813410033"), "*****");
}

#[test]
fn the_older_interface_is_named() {
    let shown = read(r#"{"resourceType": "Flag", "status": "active"}"#, false);
    assert_eq!(shown["release"], "STU3");
    let shown = read(
        r#"{"resourceType": "DetectedIssue", "status": "final", "code": {"coding": [
            {"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v05", "code": "4.1"}]}}"#,
        false,
    );
    assert_eq!(
        shown["alarms"][0]["kind"]["name"], "unmapped",
        "never by number"
    );
}

#[test]
fn what_is_no_fhir_in_json_is_named_with_advice() {
    let default = Options::default();
    let (code, advice) = refused(b"<Bundle xmlns=\"http://hl7.org/fhir\"/>", default);
    assert_eq!(code, "xml");
    assert!(advice.unwrap().contains("application/fhir+json"));
    assert_eq!(refused(b"<!DOCTYPE html><html/>", default).0, "html");
    assert_eq!(refused(b"", default).0, "empty");
    assert_eq!(
        refused(br#"{"registered": null}"#, default).0,
        "no-resource-type"
    );
    assert_eq!(
        refused(NOTE.as_bytes(), default.with_bytes(100)).0,
        "too-large"
    );
    let mut strict = default;
    strict.mode = Mode::Strict;
    assert_eq!(refused(NOTE.as_bytes(), strict).0, "deviation");
    let cut = &NOTE.as_bytes()[..NOTE.len() / 2];
    assert_eq!(refused(cut, default).0, "not-json");
}

mod any {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn damaged_documents_decode_or_fail_and_give_no_person_away(
            at in 0..NOTE.len(),
            byte in any::<u8>(),
        ) {
            let mut body = NOTE.as_bytes().to_vec();
            body[at] = byte;
            if let Ok(decoded) = decode(&body, &Options::default()) {
                let text = serde_json::to_string(&decoded).unwrap();
                prop_assert!(!text.contains("15813410033"), "{}", text);
            }
        }
    }
}
