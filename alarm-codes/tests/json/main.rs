//! The JSON form of the event: stable, described by the schema, and lossless.
#![cfg(feature = "serde")]

mod events;

use std::path::Path;

use alarm_codes::{
    Class, Condition, DeviceKind, DeviceTime, Event, EventId, Handling, Kind, Phase, Priority,
    Profile, Relation, System, Timestamp,
};
use events::{event, full, minimal, time};
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/event.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("the schema is there"))
        .expect("the schema is JSON")
}

fn validator() -> Validator {
    jsonschema::draft202012::new(&schema()).expect("the schema is a schema")
}

#[test]
fn the_minimal_event_is_written_with_nothing_beside_the_required_fields() {
    assert_eq!(
        serde_json::to_value(minimal()).expect("written"),
        json!({
            "event_id": "00000000-0000-0000-0000-000000000001",
            "kind": "help_call",
            "class": "care",
            "priority": "high",
            "phase": "start",
            "condition": "active",
            "handling": "received",
            "times": { "received": { "at": "2023-11-14T22:13:20.000000Z" } },
            "test": false
        })
    );
}

#[test]
fn the_full_event_keeps_its_form() {
    let value = serde_json::to_value(full()).expect("written");
    assert_eq!(value["detail"], "dty=7;stc=10");
    assert_eq!(
        value["mapping"],
        json!({
            "system": "scaip", "profile": "standard", "code": "dty=7;stc=10",
            "relation": "code-narrower", "uncertain": true
        })
    );
    assert_eq!(value["raw"]["bytes"], json!({ "text": "<mrq/>\r\n" }));
    assert_eq!(
        value["attachments"][3]["picture"]["inline"]["content"],
        json!({ "hex": "ffd8" })
    );
    assert_eq!(
        value["correlation"]["clears"],
        json!({ "source_ref": "0041" })
    );
    assert_eq!(value["acks"][0]["by"], "sender");
    assert_eq!(value["location"]["position"]["latitude"], json!(-33.9));
    assert_eq!(
        value["history"][1]["change"],
        json!({ "handling": "accepted" })
    );
}

#[test]
fn minimal_and_full_events_satisfy_the_schema_and_come_back() {
    let validator = validator();
    for event in [minimal(), full()] {
        let value = serde_json::to_value(&event).expect("written");
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(serde_json::from_value::<Event>(value).expect("read"), event);
    }
}

#[test]
fn the_full_event_fills_every_field_that_the_schema_names() {
    let value = serde_json::to_value(full()).expect("written");
    let schema = schema();
    let named = |of: &Value| {
        of["properties"]
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    for name in named(&schema) {
        assert!(value.get(&name).is_some(), "{name}");
    }
    for (def, part) in [
        ("device", &value["device"]),
        ("subject", &value["subjects"][0]),
        ("location", &value["location"]),
        ("position", &value["location"]["position"]),
        ("times", &value["times"]),
        ("correlation", &value["correlation"]),
        ("voice", &value["voice"]),
        ("raw", &value["raw"]),
        ("mapping", &value["mapping"]),
    ] {
        let mut in_schema = named(&schema["$defs"][def]);
        let mut in_event: Vec<_> = part
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        in_schema.sort();
        in_event.sort();
        assert_eq!(in_schema, in_event, "{def}");
    }
}

#[test]
fn the_lists_of_names_in_the_schema_are_those_of_the_types() {
    let schema = schema();
    let list = |def: &str| -> Vec<String> {
        serde_json::from_value(schema["$defs"][def]["enum"].clone()).expect("a list")
    };
    fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
        let mut names: Vec<_> = names.map(str::to_owned).collect();
        names.sort();
        names
    }
    for (def, names) in [
        ("kind", sorted(Kind::ALL.iter().map(|v| v.name()))),
        ("class", sorted(Class::ALL.iter().map(|v| v.name()))),
        ("priority", sorted(Priority::ALL.iter().map(|v| v.name()))),
        ("phase", sorted(Phase::ALL.iter().map(|v| v.name()))),
        ("condition", sorted(Condition::ALL.iter().map(|v| v.name()))),
        ("handling", sorted(Handling::ALL.iter().map(|v| v.name()))),
        ("system", sorted(System::ALL.iter().map(|v| v.name()))),
        ("profile", sorted(Profile::ALL.iter().map(|v| v.name()))),
        (
            "device_kind",
            sorted(DeviceKind::ALL.iter().map(|v| v.name())),
        ),
        ("relation", sorted(Relation::ALL.iter().map(|v| v.name()))),
    ] {
        let mut written = list(def);
        written.sort();
        assert_eq!(written, names, "{def}");
    }
}

#[test]
fn unknown_fields_are_ignored_at_every_level_and_allowed_by_the_schema() {
    let mut value = serde_json::to_value(full()).expect("written");
    for pointer in [
        "",
        "/device",
        "/times",
        "/times/received",
        "/location",
        "/raw",
        "/mapping",
        "/acks/0",
        "/subjects/0",
    ] {
        let object = value
            .pointer_mut(pointer)
            .and_then(Value::as_object_mut)
            .expect("an object");
        object.insert("from_the_future".into(), json!({ "a": [1, 2] }));
    }
    assert!(validator().is_valid(&value));
    assert_eq!(
        serde_json::from_value::<Event>(value).expect("read"),
        full()
    );
}

#[test]
fn what_is_wrong_is_refused_by_the_schema_and_by_the_reader() {
    let validator = validator();
    let cases: [(&str, Value); 16] = [
        ("/event_id", json!("no uuid")),
        ("/event_id", json!(7)),
        ("/kind", json!("earthquake")),
        ("/class", json!("Care")),
        ("/priority", json!(1)),
        ("/phase", json!("middle")),
        ("/handling", json!("done")),
        ("/times/received/at", json!("yesterday")),
        ("/times", json!({})),
        ("/test", json!("no")),
        ("/device/kind", json!("toaster")),
        ("/location/position/latitude", json!(91)),
        ("/raw/bytes", json!({ "hex": "abc" })),
        ("/raw/bytes", json!({ "text": "a", "hex": "61" })),
        ("/acks/0/by", json!("postman")),
        ("/mapping/relation", json!("similar")),
    ];
    for (pointer, wrong) in cases {
        let mut value = serde_json::to_value(full()).expect("written");
        *value.pointer_mut(pointer).expect("a field") = wrong.clone();
        assert!(!validator.is_valid(&value), "{pointer} {wrong}");
        assert!(
            serde_json::from_value::<Event>(value).is_err(),
            "{pointer} {wrong}"
        );
    }
    for required in schema()["required"].as_array().expect("a list") {
        let mut value = serde_json::to_value(full()).expect("written");
        value
            .as_object_mut()
            .expect("an object")
            .remove(required.as_str().expect("a name"));
        assert!(!validator.is_valid(&value), "{required}");
        assert!(
            serde_json::from_value::<Event>(value).is_err(),
            "{required}"
        );
    }
}

#[test]
fn errors_of_the_reader_do_not_repeat_what_they_read() {
    let mut value = serde_json::to_value(full()).expect("written");
    value["device"]["kind"] = json!("secret 40211870");
    let error = serde_json::from_value::<Event>(value)
        .expect_err("refused")
        .to_string();
    assert!(!error.contains("secret"), "{error}");
}

#[test]
fn debug_shows_no_personal_data() {
    let shown = format!("{:?} {:#?}", full(), full());
    for private in [
        "synthetic-1",
        "Test Person",
        "window",
        "Example Street",
        "33.9",
        "-339",
        "10.75",
        "1075",
        "unit@example.net",
        "door was open",
        "36.60",
        "38.0",
        "1.jpg",
        "mrq",
        "operator-1",
        "called back",
        "255",
    ] {
        assert!(!shown.contains(private), "{private}");
    }
    assert!(
        shown.contains("40211870"),
        "the unit itself may be named in a log"
    );
}

proptest! {
    #[test]
    fn every_event_comes_back_from_json_as_it_went_and_satisfies_the_schema(event in event()) {
        use std::sync::OnceLock;
        static VALIDATOR: OnceLock<Validator> = OnceLock::new();
        let text = serde_json::to_string(&event).expect("written");
        prop_assert_eq!(&serde_json::from_str::<Event>(&text).expect("read"), &event);
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<_> = VALIDATOR
            .get_or_init(validator)
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        prop_assert!(errors.is_empty(), "{errors:?}");
    }

    #[test]
    fn every_time_comes_back_from_its_text(time in time()) {
        prop_assert_eq!(time.to_string().parse(), Ok(time));
    }

    #[test]
    fn any_text_is_a_time_or_an_error_and_never_a_panic(text in "\\PC{0,40}|[0-9TZ:+.-]{0,40}") {
        let _ = text.parse::<Timestamp>();
        let _ = text.parse::<EventId>();
        let _ = DeviceTime::new(text.clone()).is_before(&DeviceTime::new(text));
    }
}
