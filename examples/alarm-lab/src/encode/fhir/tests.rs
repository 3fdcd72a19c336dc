//! Events and contexts, and what is made of them.

use alarm_codes::national_identity_number::{NationalIdentityNumber, Rule};
use alarm_codes::{EventId, Handling, Kind};
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::view::MedicationDispense;

use super::*;
use crate::decode::fhir::{Options, decode as show};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn event(kind: Kind) -> Event {
    let mut event = Event::new(EventId(0x417), kind, at("2026-03-14T01:17:41Z"));
    event.device.device = Some("FS-3".into());
    let accepted = at("2026-03-14T01:18:05Z");
    event.advance(Handling::Accepted, accepted).unwrap();
    event
        .advance(Handling::Closed, at("2026-03-14T01:31:02Z"))
        .unwrap();
    event
}

const CONTEXT: &str = r#"{
    "sender": "https://alarm.example.net",
    "patient": {"number": "15813410033", "name": "BLID FJELLREV"},
    "author": {"system": "https://alarm.example.net/users", "value": "op-7", "name": "TRYGG MORKTIND"},
    "device": {"system": "https://vendor.example.net/serial", "name": "Fallsensor soverom"},
    "log": [{"event": "8", "at": "2026-03-14T02:19:00+01:00", "text": "snakket med bruker"}],
    "sections": [{"code": "1.1", "text": "Nattjenesten hjalp."}],
    "supervision": {"mode": "2", "reason": "2", "start": "2026-03-14T02:18:05+01:00",
        "end": "2026-03-14T02:31:00+01:00", "room": "Soverom", "place": "Prøveveien 3"}
}"#;

fn context(change: impl FnOnce(&mut serde_json::Value)) -> Context {
    let mut json = serde_json::from_str(CONTEXT).unwrap();
    change(&mut json);
    Context::read(json.to_string().as_bytes()).unwrap()
}

fn refused(event: &Event, context: &Context) -> EncodeFailure {
    encode(event, context, Target::Auto, None).unwrap_err()
}

#[test]
fn a_fall_becomes_a_document_that_reads_without_findings() {
    let encoded = encode(
        &event(Kind::Fall),
        &context(|_| {}),
        Target::Auto,
        Some(Stage::Test),
    );
    let encoded = encoded.unwrap();
    assert_eq!(
        (encoded.resource_type, encoded.remarks.len()),
        ("Bundle", 0)
    );
    let options = Options {
        reveal: true,
        mode: fhir_vkp::decode::Mode::Strict,
        ..Options::default()
    };
    let shown = serde_json::to_value(show(&encoded.json, &options).unwrap()).unwrap();
    assert_eq!(shown["alarms"][0]["kind"]["name"], "fall");
    assert_eq!(shown["alarms"][0]["device"]["name"], "Fallsensor soverom");
    assert_eq!(shown["alarms"][0]["at"], "2026-03-14T02:17:41+01:00");
    let note = &shown["notes"][0];
    assert_eq!(note["patient"]["identifier"]["value"], "15813410033");
    assert_eq!(
        note["date"], "2026-03-14T02:31:02+01:00",
        "when the event changed last"
    );
    let codes: Vec<_> = note["log"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["code"]["code"])
        .collect();
    assert_eq!(codes, ["0", "1", "8", "3"]);
    assert_eq!(note["sections"][0]["text"], "Nattjenesten hjalp.");
    assert_eq!(
        shown["follow_ups"][0]["places"][0],
        "Soverom @ Prøveveien 3"
    );
}

#[test]
fn the_same_event_gives_the_same_bytes_and_another_sender_other_identifiers() {
    let write = |context: &Context| {
        let encoded = encode(&event(Kind::Fall), context, Target::Auto, None).unwrap();
        encoded.json
    };
    let first = write(&context(|_| {}));
    assert_eq!(first, write(&context(|_| {})));
    let other = context(|json| json["sender"] = "https://other.example.net".into());
    assert_ne!(first, write(&other));
}

#[test]
fn medicine_handed_out_becomes_a_dispense() {
    let context = context(|json| json["doses"] = serde_json::json!(["Morgendose, 1 pose"]));
    let encoded = encode(&event(Kind::MedicationTaken), &context, Target::Auto, None).unwrap();
    assert_eq!(encoded.resource_type, "MedicationDispense");
    let decoded = decode(&encoded.json, DecodeOptions::strict()).unwrap();
    let dispense = MedicationDispense::of(decoded.resource()).unwrap();
    assert_eq!(dispense.event(), Some(fhir_vkp::DispenseEvent::DISPENSED));
    let dispenser = dispense.performers().next().unwrap().actor().unwrap();
    assert_eq!(dispenser.identifier().unwrap().reveal(), Some("FS-3"));
    let document = encode(
        &event(Kind::MedicationTaken),
        &context,
        Target::Document,
        None,
    );
    let refusal = document.unwrap_err();
    assert!(
        refusal.advice().unwrap().contains("--as dispense"),
        "{refusal}"
    );
}

#[test]
fn what_cannot_be_journaled_is_an_answer_with_advice() {
    let gas = refused(&event(Kind::CarbonMonoxide), &context(|_| {}));
    assert!(matches!(gas, EncodeFailure::NotJournalable(_)));
    assert!(
        gas.advice().unwrap().contains("--code 4 "),
        "{:?}",
        gas.advice()
    );
    let battery = refused(&event(Kind::BatteryLow), &context(|_| {}));
    assert!(battery.advice().unwrap().contains("no patient care"));
    let insisted = context(|json| json["code"] = "4".into());
    let encoded = encode(&event(Kind::CarbonMonoxide), &insisted, Target::Auto, None).unwrap();
    let text = String::from_utf8(encoded.json).unwrap();
    assert!(
        text.contains("\"code\":\"4\"") && !text.contains("4.11"),
        "{text}"
    );
}

#[test]
fn open_events_losses_and_odd_identifiers_are_remarked() {
    let mut open = event(Kind::Heat);
    open.handling = Handling::Accepted;
    let context = context(|json| json["patient"]["number"] = "15813499980".into());
    let encoded = encode(&open, &context, Target::Auto, None).unwrap();
    let remarks = encoded.remarks.join("\n");
    for part in [
        "rule from 2032",
        "4.11 Brannalarm is not the same as heat",
        "preliminary",
    ] {
        assert!(remarks.contains(part), "{remarks}");
    }
}

#[test]
fn the_environment_that_would_refuse_the_patient_is_told() {
    let event = event(Kind::Fall);
    let synthetic = encode(
        &event,
        &context(|_| {}),
        Target::Auto,
        Some(Stage::Production),
    );
    assert!(matches!(synthetic, Err(EncodeFailure::Stage(_))));
}

#[test]
fn a_context_that_cannot_be_is_refused_by_the_name_of_its_member() {
    let cases = [
        (r#"{"patinet": {}}"#, "unknown field"),
        (
            r#"{"sender": 15813410033}"#,
            "a value of another type or form",
        ),
        ("{", "EOF"),
    ];
    for (json, part) in cases {
        let error = Context::read(json.as_bytes()).unwrap_err().to_string();
        assert!(
            error.contains(part) && !error.contains("15813410033"),
            "{error}"
        );
    }
    type Change = fn(&mut serde_json::Value);
    let cases: [(Change, &str); 8] = [
        (
            |it| it["patient"]["number"] = "15813410034".into(),
            "patient",
        ),
        (|it| it["patient"]["system"] = "urn:x".into(), "patient"),
        (|it| it["sender"] = "".into(), "sender"),
        (|it| it["author"] = serde_json::json!({}), "author"),
        (|it| it["code"] = "4.99".into(), "code"),
        (|it| it["log"][0]["at"] = "yesterday".into(), "log.at"),
        (
            |it| it["supervision"]["room"] = "".into(),
            "supervision.room",
        ),
        (
            |it| it["supervision"]["end"] = "2026-03-13T02:31:00+01:00".into(),
            "supervision.end",
        ),
    ];
    for (change, member) in cases {
        let error = refused(&event(Kind::Fall), &context(change)).to_string();
        assert!(
            error.starts_with(&format!("context, {member}: ")),
            "{error}"
        );
    }
    let nobody = context(|it| it["patient"] = serde_json::json!({"name": "BLID FJELLREV"}));
    let error = refused(&event(Kind::Fall), &nobody);
    assert!(
        error.advice().unwrap().contains("ALARM_LAB_PATIENT"),
        "{error}"
    );
}

#[test]
fn events_are_found_in_the_answers_of_server_and_decoders() {
    let plain = serde_json::to_string(&event(Kind::Fall)).unwrap();
    for json in [
        plain.clone(),
        format!(r#"{{"id": "1", "event": {plain}}}"#),
        format!(r#"{{"protocol": "scaip", "alarm": {plain}}}"#),
    ] {
        assert_eq!(read_event(json.as_bytes()).unwrap(), event(Kind::Fall));
    }
    for (json, part) in [
        ("[]", "there is no event_id"),
        (r#"{"event": "text"}"#, "there is no event_id"),
        (r#"{"event_id": "15813410033"}"#, ""),
        ("{", "EOF"),
    ] {
        let error = read_event(json.as_bytes()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(part) && !text.contains("15813410033"),
            "{text}"
        );
        assert!(error.advice().is_some());
    }
}

#[test]
fn a_national_number_under_another_system_does_not_reach_the_wrong_environment() {
    let patient = |system: &str| {
        context(|json| {
            json["patient"] = serde_json::json!({"system": system, "value": "15813410033"});
        })
    };
    let production = |system: &str| {
        let stage = Some(Stage::Production);
        encode(&event(Kind::Fall), &patient(system), Target::Auto, stage).unwrap_err()
    };
    let hidden = production("https://epj.example.net/patient").to_string();
    assert!(hidden.contains("under a system that has none"), "{hidden}");
    let alias = production("http://hl7.no/fhir/NamingSystem/FNR").to_string();
    assert!(
        alias.contains("a synthetic person in production"),
        "{alias}"
    );
}

#[test]
fn production_is_not_written_to_about_a_number_that_nobody_can_have_yet() {
    // Valid by the rule from 2032 alone, without a mark; its serial number was never in use for its year.
    let unmarked = (0..100)
        .map(|check| format!("010140500{check:02}"))
        .find(|text| {
            let number = text.parse::<NationalIdentityNumber>();
            number.is_ok_and(|number| number.rule() == Rule::Rule2032)
        });
    let unmarked = unmarked.unwrap();
    let patient = |number: &str| context(|json| json["patient"]["number"] = number.into());
    let mut fall = event(Kind::Fall);
    let production = |event: &Event, number| {
        encode(
            event,
            &patient(number),
            Target::Auto,
            Some(Stage::Production),
        )
    };
    let early = production(&fall, &unmarked);
    assert!(matches!(early, Err(EncodeFailure::Stage(why)) if why.contains("2032")));
    fall.times.received.at = at("2032-01-01T00:00:00+01:00");
    assert!(production(&fall, &unmarked).is_ok());
    // The test environment may be there to try it: a remark.
    let test = encode(
        &event(Kind::Fall),
        &patient("15813499980"),
        Target::Auto,
        Some(Stage::Test),
    );
    assert!(test.unwrap().remarks[0].contains("2032"));
}

#[test]
fn a_severity_is_written_where_somebody_stated_it() {
    let severity = |context: &Context| {
        let encoded = encode(&event(Kind::Fall), context, Target::Auto, None).unwrap();
        let options = Options::default();
        let shown = serde_json::to_value(show(&encoded.json, &options).unwrap()).unwrap();
        shown["alarms"][0]["severity"].clone()
    };
    assert_eq!(severity(&context(|_| {})), serde_json::Value::Null);
    let stated = context(|json| json["severity"] = "moderate".into());
    assert_eq!(severity(&stated), "moderate");
    let wrong = refused(
        &event(Kind::Fall),
        &context(|json| json["severity"] = "Kritisk".into()),
    );
    assert!(wrong.to_string().contains("severity"));
}

#[test]
fn the_end_of_an_alarm_is_not_journaled_whatever_code_is_asked_for() {
    let insisted = context(|json| json["code"] = "3".into());
    let refused = refused(&event(Kind::Cancel), &insisted);
    let EncodeFailure::NotJournalable(answer) = refused else {
        panic!("{refused}");
    };
    assert_eq!(answer.reason, alarm::NotJournalableReason::Ended);
}
