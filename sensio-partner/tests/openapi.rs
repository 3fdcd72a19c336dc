//! The OpenAPI document against what this crate writes and against the examples of the reference.

#[allow(dead_code, reason = "each test file uses a part")]
mod contract;

use contract::Contract;
use sensio_partner::webhook::{EventStateChanged, RequestDeactivateEvent, Webhook, encode_webhook};
use sensio_partner::{
    BatteryLevel, Description, DeviceIdentifier, DeviceStatus, EventParameters, EventType,
    ExternalEventId, Image, Images, State, StatusEntry, UnityVersion, codes, encode_event,
    encode_status, encode_status_batch, wire::StatusNames,
};
use serde_json::{Value, json};

const OPENAPI: &str = include_str!("../data/openapi.yaml");

fn contract() -> Contract {
    Contract::load(OPENAPI)
}

#[test]
fn every_example_in_the_document_fits_its_own_schema() {
    fn walk(contract: &Contract, value: &Value, seen: &mut usize) {
        if let (Some(schema), Value::Object(members)) = (value.get("schema"), value) {
            let one = members.get("example");
            let many = members.get("examples").and_then(Value::as_object);
            let many = many
                .into_iter()
                .flatten()
                .map(|(_, example)| &example["value"]);
            for example in one.into_iter().chain(many) {
                let errors = contract.errors(schema, example);
                assert!(errors.is_empty(), "{example}: {errors:?}");
                *seen += 1;
            }
        }
        match value {
            Value::Object(members) => members.values().for_each(|v| walk(contract, v, seen)),
            Value::Array(values) => values.iter().for_each(|v| walk(contract, v, seen)),
            _ => {}
        }
    }
    let contract = contract();
    let mut seen = 0;
    walk(&contract, &contract.0, &mut seen);
    assert!(seen >= 12, "{seen} examples");
}

#[test]
fn the_examples_of_the_reference_fit_the_schemas() {
    let contract = contract();
    for (schema, example) in [
        (
            "TokenResponse",
            json!({ "access_token": "eyJhbGciOiJub25lIn0.e30.", "token_type": "bearer", "expires_in": 86400 }),
        ),
        (
            "EventParameters",
            json!({ "externalEventId": "01J9Z7P4WQ3N", "description": "Fall ved sengen, sensor i rom 12" }),
        ),
        (
            "EventParameters",
            json!({ "triggerValue": 31, "externalEventId": "01J9Z7P4WQ3P" }),
        ),
        ("EventParameters", json!({ "state": 88 })),
        (
            "EventParameters",
            json!({
                "images": [{ "imageData": "/9j/4AAQSkZJRgABAQEASABIAAD/2Q==", "name": "rom-12.jpg" }],
                "externalEventId": "01J9Z7P4WQ3Q"
            }),
        ),
        ("DeviceStatus", json!({ "batteryLevel": 78 })),
        (
            "DeviceStatusEntry",
            json!({ "deviceIdentifier": "SN-004711", "batteryLevel": 78 }),
        ),
        (
            "DeviceStatusEntry",
            json!({ "deviceIdentifier": "SN-004712" }),
        ),
        (
            "EventStateChanged",
            json!({ "DeviceIdentifier": "SN-004711", "EventType": 906, "IsActive": false, "ExternalEventId": "01J9Z7P4WQ3N" }),
        ),
        (
            "RequestDeactivateEvent",
            json!({ "DeviceIdentifier": "SN-004711", "EventType": 906, "ExternalEventId": "01J9Z7P4WQ3N" }),
        ),
    ] {
        let errors = contract.errors_of(schema, &example);
        assert!(errors.is_empty(), "{schema} {example}: {errors:?}");
    }
}

#[test]
fn the_judge_can_say_no() {
    let contract = contract();
    for (schema, wrong) in [
        ("EventParameters", json!({ "images": [] })),
        ("EventParameters", json!({ "description": "x".repeat(201) })),
        ("EventParameters", json!({ "triggerValue": "31" })),
        ("DeviceStatusEntry", json!({ "batteryLevel": 78 })),
        (
            "EventStateChanged",
            json!({ "DeviceIdentifier": "SN-1", "EventType": 1 }),
        ),
        ("TokenResponse", json!({ "access_token": "" })),
    ] {
        assert!(
            !contract.errors_of(schema, &wrong).is_empty(),
            "{schema} {wrong}"
        );
    }
}

#[test]
fn what_this_crate_writes_fits_the_schemas() {
    let contract = contract();
    let device = DeviceIdentifier::new("SN-004711").expect("valid");
    let image = Image::new(b"\xFF\xD8\xFF\xE0".to_vec()).expect("not empty");
    let full = EventParameters {
        trigger_value: Some(31.into()),
        images: Images::new(vec![image.with_name("rom-12.jpg")]).expect("one"),
        external_event_id: ExternalEventId::new("01J9Z7P4WQ3N").ok(),
        state: Some(State::PRESENT),
        description: Description::new(&"ø".repeat(200)).ok(),
    };
    let mut bodies = Vec::new();
    for event in [EventParameters::new(), full] {
        let mut body = Vec::new();
        encode_event(&event, UnityVersion::LATEST, &mut body);
        bodies.push(("EventParameters", body));
    }
    let names = StatusNames::default();
    let level = BatteryLevel::new(100).expect("a percentage");
    let status = DeviceStatus::heartbeat().with_battery_level(level, &names);
    let mut body = Vec::new();
    encode_status(&status, &mut body);
    bodies.push(("DeviceStatus", body));
    let mut batch = Vec::new();
    let entry = StatusEntry {
        device: device.clone(),
        status,
    };
    encode_status_batch(&[entry], &names, &mut batch).expect("it names no device");
    bodies.push(("DeviceStatusEntry", batch[1..batch.len() - 1].to_vec()));
    let changed: Webhook = EventStateChanged::inactive(device.clone(), EventType::FALL).into();
    let request: Webhook = RequestDeactivateEvent::new(device, EventType::FALL).into();
    for webhook in [changed, request] {
        let mut body = Vec::new();
        encode_webhook(&webhook, UnityVersion::LATEST, &mut body);
        bodies.push((webhook.name().as_str(), body));
    }
    for (schema, body) in bodies {
        let value = serde_json::from_slice(&body).expect("JSON");
        let errors = contract.errors_of(schema, &value);
        assert!(errors.is_empty(), "{schema}: {errors:?}");
    }
}

#[test]
fn the_document_lists_the_codes_and_states_of_the_tables() {
    let contract = contract();
    let schemas = &contract.0["components"]["schemas"];
    let numbers = |value: &Value| -> Vec<u32> {
        let values = value.as_array().expect("a list").iter();
        values
            .map(|v| u32::try_from(v.as_u64().expect("a number")).expect("32 bits"))
            .collect()
    };
    let mut listed = numbers(&schemas["AlarmCode"]["x-known-values"]);
    listed.extend(numbers(&schemas["AlarmCode"]["x-legacy-values"]));
    listed.sort_unstable();
    let mut known: Vec<_> = codes::DOCUMENTED
        .iter()
        .map(|row| row.event_type.0)
        .collect();
    known.sort_unstable();
    known.dedup();
    assert_eq!(listed, known);
    for (name, value) in schemas["EventParameters"]["properties"]["state"]["x-known-values"]
        .as_object()
        .expect("states")
    {
        let state = State(i32::try_from(value.as_i64().expect("a number")).expect("32 bits"));
        assert_eq!(state.name(), Some(name.as_str()));
    }
}

#[test]
fn the_statuses_of_the_webhook_are_those_that_are_documented() {
    let contract = contract();
    for name in ["EventStateChanged", "RequestDeactivateEvent"] {
        let responses = contract.0["webhooks"][name]["post"]["responses"]
            .as_object()
            .expect("responses");
        let statuses: Vec<_> = responses.keys().map(String::as_str).collect();
        assert_eq!(statuses, ["200", "400", "403", "500"]);
    }
}
