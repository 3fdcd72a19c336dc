//! Bodies of events and statuses: what is written, what is read, what is refused.

use proptest::prelude::*;
use sensio_partner::{
    DecodeErrorKind, DecodeOptions, Description, DeviceIdentifier, DeviceStatus, EventParameters,
    Expected, ExternalEventId, Image, Images, Limits, Member, Members, State, StatusEntry,
    TriggerValue, UnityVersion, WarningKind, decode_event, decode_status, decode_status_batch,
    encode_event, encode_status, encode_status_batch, wire::StatusNames,
};
use serde_json::{Value, json};

fn encode(event: &EventParameters) -> Vec<u8> {
    let mut body = Vec::new();
    assert!(encode_event(event, UnityVersion::LATEST, &mut body).is_empty());
    body
}

fn lenient(body: &str) -> (EventParameters, Vec<WarningKind>) {
    let decoded = decode_event(body.as_bytes(), &DecodeOptions::lenient()).expect("readable");
    let warnings = decoded.warnings().iter().map(|w| w.kind).collect();
    (decoded.into_message(), warnings)
}

fn refused(body: &str) -> DecodeErrorKind {
    decode_event(body.as_bytes(), &DecodeOptions::lenient())
        .expect_err("refused")
        .kind
}

fn has_unused(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty() || values.iter().any(has_unused),
        Value::Object(members) => members.is_empty() || members.values().any(has_unused),
        _ => false,
    }
}

fn images() -> impl Strategy<Value = Images> {
    let image = (prop::collection::vec(any::<u8>(), 1..200), ".{0,8}");
    prop::collection::vec(image, 0..=5).prop_map(|images| {
        let images = images
            .into_iter()
            .map(|(data, name)| Image::new(data).expect("not empty").with_name(&name));
        Images::new(images.collect()).expect("five at most")
    })
}

prop_compose! {
    fn events()(
        value in prop::option::of(prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO),
        whole in prop::option::of(any::<i32>()),
        images in images(),
        id in ".{0,40}",
        state in prop::option::of(any::<i32>()),
        description in ".{0,100}",
    ) -> EventParameters {
        EventParameters {
            trigger_value: whole.map(TriggerValue::from).or(value.and_then(TriggerValue::new)),
            images,
            external_event_id: ExternalEventId::new(&id).ok(),
            state: state.map(State),
            description: Description::new(&description).ok(),
        }
    }
}

proptest! {
    #[test]
    fn every_event_comes_back_without_a_warning_even_in_strict_mode(event in events()) {
        let body = encode(&event);
        let decoded = decode_event(&body, &DecodeOptions::strict()).expect("our own");
        prop_assert!(decoded.warnings().is_empty() && decoded.unknown().is_empty());
        prop_assert_eq!(decoded.message(), &event);
    }

    #[test]
    fn no_member_that_is_not_used_is_ever_written(event in events()) {
        let body: Value = serde_json::from_slice(&encode(&event)).expect("JSON");
        let members = body.as_object().expect("an object");
        prop_assert!(!members.values().any(has_unused), "{body}");
        prop_assert_eq!(members.is_empty(), event.is_empty());
    }

    #[test]
    fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode_event(&body, &DecodeOptions::lenient());
        let _ = decode_status(&body, &DecodeOptions::lenient());
        let _ = decode_status_batch(&body, &StatusNames::default(), &DecodeOptions::lenient());
    }

    #[test]
    fn any_cut_or_changed_body_is_answered(event in events(), at: prop::sample::Index, byte: u8) {
        let mut body = encode(&event);
        let at = at.index(body.len());
        prop_assert!(at == 0 || decode_event(&body[..at], &DecodeOptions::lenient()).is_err());
        body[at] = byte;
        let _ = decode_event(&body, &DecodeOptions::lenient());
    }

    #[test]
    fn any_status_comes_back(level in any::<i64>(), name in "[a-z]{1,9}", text in ".{1,20}") {
        let status = DeviceStatus::heartbeat().with(&name, json!({"level": level, "text": text}));
        let status = status.expect("used");
        let mut body = Vec::new();
        encode_status(&status, &mut body);
        let decoded = decode_status(&body, &DecodeOptions::strict()).expect("our own");
        prop_assert_eq!(decoded.message(), &status);
    }
}

#[test]
fn the_examples_of_the_reference_are_written_as_printed() {
    let event = EventParameters {
        external_event_id: ExternalEventId::new("01J9Z7P4WQ3N").ok(),
        description: Description::new("Fall ved sengen, sensor i rom 12").ok(),
        ..EventParameters::new()
    };
    assert_eq!(
        String::from_utf8(encode(&event)).expect("UTF-8"),
        r#"{"externalEventId":"01J9Z7P4WQ3N","description":"Fall ved sengen, sensor i rom 12"}"#
    );
    assert_eq!(encode(&EventParameters::new()), b"{}");
    let image = Image::new(b"\xFF\xD8\xFF\xE0".to_vec()).expect("not empty");
    let event = EventParameters {
        images: Images::new(vec![image.with_name("rom-12.jpg")]).expect("one"),
        state: Some(State::PRESENT),
        ..EventParameters::new()
    };
    assert_eq!(
        String::from_utf8(encode(&event)).expect("UTF-8"),
        r#"{"images":[{"imageData":"/9j/4A==","name":"rom-12.jpg"}],"state":88}"#
    );
}

#[test]
fn a_description_stays_at_home_before_6_11_and_the_caller_is_told() {
    let event = EventParameters {
        description: Description::new("Fall").ok(),
        ..EventParameters::new()
    };
    let mut body = Vec::new();
    let left_out = encode_event(&event, UnityVersion::V6_9, &mut body);
    assert_eq!(left_out, Members::NONE.with(Member::Description));
    assert_eq!(body, b"{}");
}

#[test]
fn a_measured_zero_is_a_value() {
    let (event, warnings) = lenient(r#"{"triggerValue": 0}"#);
    assert_eq!(event.trigger_value, TriggerValue::new(0.0));
    assert!(warnings.is_empty());
}

#[test]
fn what_says_not_used_is_tolerated_as_absent() {
    for unused in ["null", "\"\"", "[]", "{}"] {
        for member in Member::ALL {
            let (event, warnings) = lenient(&format!("{{\"{member}\":{unused}}}"));
            assert!(event.is_empty(), "{member} {unused}");
            assert_eq!(warnings, [WarningKind::NotUsed], "{member} {unused}");
        }
    }
    let (event, warnings) = lenient(r#"{"images":[{"imageData":"","name":"x"}]}"#);
    assert!(event.is_empty() && warnings.contains(&WarningKind::NotUsed));
    assert_eq!(lenient("null").1, [WarningKind::NotUsed]);
    assert!(lenient("").0.is_empty());
}

#[test]
fn unknown_members_are_kept_and_reported() {
    let body = br#"{"room": {"no": 12}, "images": [{"imageData": "AAAA", "width": 3}]}"#;
    let decoded = decode_event(body, &DecodeOptions::lenient()).expect("readable");
    assert_eq!(decoded.unknown()["room"], json!({"no": 12}));
    assert_eq!(decoded.unknown()["images[0].width"], json!(3));
    assert!(
        decoded
            .warnings()
            .iter()
            .all(|w| w.kind == WarningKind::UnknownMember)
    );
    let strict = decode_event(body, &DecodeOptions::strict()).expect_err("strict");
    assert_eq!(
        strict.kind,
        DecodeErrorKind::Deviation(WarningKind::UnknownMember)
    );
}

#[test]
fn a_name_that_comes_twice_is_refused() {
    for body in [
        r#"{"state": 1, "State": 2}"#,
        r#"{"x": 1, "X": 2}"#,
        r#"{"images": [{"name": "a", "NAME": "b"}]}"#,
    ] {
        assert_eq!(refused(body), DecodeErrorKind::DuplicateMember, "{body}");
    }
}

#[test]
fn what_does_not_fit_is_named_and_never_shown() {
    let error = decode_event(br#"{"state": "Kari"}"#, &DecodeOptions::lenient());
    let error = error.expect_err("refused");
    assert_eq!(error.member, Some("state"));
    assert_eq!(
        error.kind,
        DecodeErrorKind::WrongType {
            expected: Expected::Integer
        }
    );
    assert!(!error.to_string().contains("Kari"));
    for (body, kind) in [
        (
            "[]",
            DecodeErrorKind::WrongType {
                expected: Expected::Object,
            },
        ),
        (
            r#"{"triggerValue": true}"#,
            DecodeErrorKind::WrongType {
                expected: Expected::Number,
            },
        ),
        (
            r#"{"triggerValue": "NaN"}"#,
            DecodeErrorKind::WrongType {
                expected: Expected::Number,
            },
        ),
        (
            r#"{"images": [7]}"#,
            DecodeErrorKind::WrongType {
                expected: Expected::Object,
            },
        ),
        (r#"{"state": 2147483648}"#, DecodeErrorKind::OutOfRange),
        (
            r#"{"images": [{"imageData": "?"}]}"#,
            DecodeErrorKind::Base64,
        ),
        ("{} {}", DecodeErrorKind::Syntax { line: 1, column: 4 }),
    ] {
        assert_eq!(refused(body), kind, "{body}");
    }
}

#[test]
fn numbers_and_texts_in_the_wrong_coat_are_tolerated() {
    let (event, warnings) =
        lenient(r#"{"triggerValue": "36.6", "state": "88", "externalEventId": 42}"#);
    assert_eq!(event.trigger_value, TriggerValue::new(36.6));
    assert_eq!(event.state, Some(State::PRESENT));
    assert_eq!(event.external_event_id, ExternalEventId::new("42").ok());
    use WarningKind::{NumberAsText, TextAsNumber};
    assert_eq!(warnings, [NumberAsText, NumberAsText, TextAsNumber]);
    assert_eq!(lenient(r#"{"state": 88.0}"#).0.state, Some(State::PRESENT));
}

#[test]
fn base64_with_line_breaks_without_padding_with_bits_too_many_or_a_prefix_is_tolerated() {
    use WarningKind::{Base64LineBreaks, Base64Padding, Base64TrailingBits, DataPrefix};
    for (text, expected) in [
        (r"\/9j\u002F4A==", &[][..]),
        (r"/9j/\r\n4A==\r\n", &[Base64LineBreaks]),
        (r"/9j/4A", &[Base64Padding]),
        (r"/9j/4B==", &[Base64TrailingBits]),
        (r"/9j/4P", &[Base64Padding, Base64TrailingBits]),
        (r"data:image/jpeg;base64,/9j/4A==", &[DataPrefix]),
    ] {
        let body = format!(r#"{{"images":[{{"imageData":"{text}"}}]}}"#);
        let (event, warnings) = lenient(&body);
        assert_eq!(event.images[0].data(), b"\xFF\xD8\xFF\xE0");
        assert_eq!(warnings, expected);
        let strict = decode_event(body.as_bytes(), &DecodeOptions::strict());
        assert_eq!(strict.is_ok(), expected.is_empty(), "{text}");
    }
}

#[test]
fn limits_hold() {
    let small = Limits {
        body: 10,
        image: 2,
        members: 2,
        batch: 1,
    };
    let options = DecodeOptions::lenient().with_limits(small);
    let error = decode_event(br#"{"state": 88}"#, &options).expect_err("too large");
    assert_eq!(error.kind, DecodeErrorKind::BodyTooLarge { limit: 10 });
    let options = DecodeOptions::lenient().with_limits(Limits {
        body: 1000,
        ..small
    });
    let error = decode_event(br#"{"images":[{"imageData":"AAAA"}]}"#, &options);
    assert_eq!(
        error.expect_err("large").kind,
        DecodeErrorKind::ImageTooLarge { limit: 2 }
    );
    let error = decode_event(br#"{"a":1,"b":2,"c":3}"#, &options).expect_err("many");
    assert_eq!(error.kind, DecodeErrorKind::TooManyMembers { limit: 2 });
    let body = br#"[{"deviceIdentifier":"a"},{"deviceIdentifier":"b"}]"#;
    let error = decode_status_batch(body, &StatusNames::default(), &options).expect_err("many");
    assert_eq!(error.kind, DecodeErrorKind::TooManyElements { limit: 1 });
    let six = [r#"{"imageData":"AAAA"}"#; 6].join(",");
    assert_eq!(
        refused(&format!(r#"{{"images":[{six}]}}"#)),
        DecodeErrorKind::TooManyImages
    );
    assert!(matches!(
        refused(&"[".repeat(100_000)),
        DecodeErrorKind::WrongType { .. }
    ));
    let deep = format!(r#"{{"x":{}"#, "[".repeat(100_000));
    assert!(matches!(refused(&deep), DecodeErrorKind::Syntax { .. }));
}

#[test]
fn a_description_that_is_too_long_is_shortened_and_kept_whole_beside() {
    let long = "å".repeat(300);
    let body = format!(r#"{{"description":"{long}"}}"#);
    let decoded = decode_event(body.as_bytes(), &DecodeOptions::lenient()).expect("readable");
    let description = decoded.message().description.as_ref().expect("shortened");
    assert_eq!(description.as_str(), "å".repeat(200));
    assert_eq!(decoded.unknown()["description"], json!(long));
    assert_eq!(decoded.warnings()[0].kind, WarningKind::DescriptionTooLong);
    assert!(!format!("{decoded:?}").contains('å'));
}

#[test]
fn a_batch_names_each_device_and_comes_back() {
    let names = StatusNames::default();
    let entry = |device, status| StatusEntry {
        device: DeviceIdentifier::new(device).expect("valid"),
        status,
    };
    let battery = DeviceStatus::heartbeat()
        .with("batteryLevel", 78.0)
        .expect("used");
    let entries = [
        entry("SN-004711", battery),
        entry("SN-004712", DeviceStatus::heartbeat()),
    ];
    let mut body = Vec::new();
    encode_status_batch(&entries, &names, &mut body).expect("valid");
    assert_eq!(
        String::from_utf8(body.clone()).expect("UTF-8"),
        r#"[{"deviceIdentifier":"SN-004711","batteryLevel":78},{"deviceIdentifier":"SN-004712"}]"#
    );
    let decoded = decode_status_batch(&body, &names, &DecodeOptions::strict()).expect("our own");
    assert_eq!(decoded.message().len(), 2);
    assert_eq!(decoded.message()[1], entries[1]);

    let error = decode_status_batch(
        br#"[{"deviceIdentifier":"a"},{"batteryLevel":1}]"#,
        &names,
        &DecodeOptions::lenient(),
    );
    let error = error.expect_err("no device");
    assert_eq!(
        (error.kind, error.index),
        (DecodeErrorKind::MissingMember, Some(1))
    );
}

#[test]
fn a_status_is_read_without_what_says_nothing() {
    let body = br#"{"batteryLevel": null, "signal": {"rssi": -70, "cell": ""}}"#;
    let decoded = decode_status(body, &DecodeOptions::lenient()).expect("readable");
    let kinds: Vec<_> = decoded.warnings().iter().map(|w| w.kind).collect();
    assert_eq!(kinds, [WarningKind::NotUsed, WarningKind::NotUsed]);
    assert_eq!(
        Value::Object(decoded.message().members().clone()),
        json!({"signal": {"rssi": -70}})
    );
}
