//! Bodies of events and the pictures in them (Partner API reference 4.2 and 4.3), beside a reader
//! that is built on serde_json's values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use sensio_partner::{
    DecodeErrorKind, DecodeOptions, Decoded, Description, EventParameters, ImageLimits, Images,
    Limits, Member, UnityVersion, WarningKind, check_image, decode_event, encode_event,
};
use serde_json::{Map, Value};

use super::{TIGHT, compared, has_unused, is_telling, judged, plain};

/// Reads a body with the usual limits and with tight ones, and looks at it as if it were a picture.
pub fn sensio_event(body: &[u8]) {
    picture(body);
    for limits in [Limits::DEFAULT, TIGHT] {
        let read = compared(limits, |options| decode_event(body, options));
        judged(body, limits, &read);
        match &read {
            Ok(decoded) => {
                assert!(decoded.message().images.len() <= Images::LIMIT);
                let images = decoded.message().images.iter();
                assert!(images.map(|i| i.data().len()).all(|n| n <= limits.image));
                beside(body, decoded);
                written(decoded.message());
                private(decoded);
            }
            Err(error) => {
                let image = matches!(error.kind, DecodeErrorKind::ImageTooLarge { limit } if limit == limits.image);
                let other = !matches!(error.kind, DecodeErrorKind::ImageTooLarge { .. });
                assert!(image || other);
            }
        }
    }
}

fn picture(data: &[u8]) {
    let limits = ImageLimits::DEFAULT;
    match check_image(data, &limits) {
        Ok(dimensions) => {
            assert!(data.starts_with(b"\xFF\xD8\xFF") && data.len() <= limits.bytes);
            let sides = [dimensions.width, dimensions.height];
            assert!(sides.iter().all(|side| (1..=4096).contains(side)));
            // More bytes behind it change nothing.
            let longer = [data, b"\xFF"].concat();
            let again = check_image(&longer, &limits);
            assert!(longer.len() > limits.bytes || again == Ok(dimensions));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn get<'v>(object: &'v Map<String, Value>, name: &str) -> Option<&'v Value> {
    let mut found = object
        .iter()
        .filter(|(known, _)| known.eq_ignore_ascii_case(name));
    let value = found.next().map(|(_, value)| value);
    assert!(found.next().is_none(), "{name} came twice");
    value.filter(|value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    })
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Base64 in any of the coats that are tolerated.
fn bytes(text: &str) -> Vec<u8> {
    let text = text.trim();
    let prefixed = text
        .get(..5)
        .is_some_and(|s| s.eq_ignore_ascii_case("data:"));
    let data = match text.split_once(',') {
        Some((_, data)) if prefixed => data,
        _ => text,
    };
    let mut clean: Vec<u8> = data.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    while clean.last() == Some(&b'=') {
        clean.pop();
    }
    // The bits that stand for nothing.
    if let Some(last) = clean.last_mut() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let value = alphabet
            .iter()
            .position(|byte| byte == last)
            .expect("base64");
        let keep = match data
            .bytes()
            .filter(|b| !b.is_ascii_whitespace() && *b != b'=')
            .count()
            % 4
        {
            2 => 0b11_0000,
            3 => 0b11_1100,
            _ => 0b11_1111,
        };
        *last = alphabet[value & keep];
    }
    STANDARD_NO_PAD.decode(clean).expect("base64")
}

/// What was read is what serde_json's values say.
fn beside(body: &[u8], decoded: &Decoded<EventParameters>) {
    let event = decoded.message();
    let object = match plain(body) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let value = get(&object, "triggerValue").map(|value| number(value).expect("a number"));
    assert_eq!(event.trigger_value.map(|value| value.value()), value);
    let state = get(&object, "state").map(|value| number(value).expect("a number"));
    assert_eq!(event.state.map(|state| f64::from(state.0)), state);
    let id = get(&object, "externalEventId").map(|value| text(value).expect("a text"));
    assert_eq!(
        event.external_event_id.as_ref().map(|id| id.as_str()),
        id.as_deref()
    );
    let whole = get(&object, "description").map(|value| text(value).expect("a text"));
    let description = event.description.as_ref().map(Description::as_str);
    let shortened = decoded
        .warnings()
        .iter()
        .any(|w| w.kind == WarningKind::DescriptionTooLong);
    if shortened {
        let whole = whole.expect("a description");
        assert!(whole.encode_utf16().count() > Description::LIMIT);
        assert!(description.is_none_or(|short| whole.starts_with(short)));
        let kept = decoded.unknown().get("description").and_then(Value::as_str);
        assert!(object.keys().any(|name| name == "description[0]") || kept == Some(&whole));
    } else {
        assert_eq!(description, whole.as_deref());
    }
    let mut images = event.images.iter();
    if let Some(Value::Array(found)) = get(&object, "images") {
        for image in found.iter().filter_map(Value::as_object) {
            let Some(data) = get(image, "imageData") else {
                continue;
            };
            let data = bytes(&text(data).expect("a text"));
            if data.is_empty() {
                continue;
            }
            let image_read = images.next().expect("as many as there are");
            assert_eq!(image_read.data(), data);
            let name = get(image, "name").map(|name| text(name).expect("a text"));
            assert_eq!(image_read.name(), name.as_deref());
        }
    }
    assert!(images.next().is_none(), "more pictures than there are");
    let known = |name: &&String| {
        let known = |member: &Member| member.name().eq_ignore_ascii_case(name);
        !Member::ALL.iter().any(known)
    };
    for name in object.keys().filter(known) {
        assert_eq!(
            decoded.unknown().get(name),
            object.get(name),
            "an unknown member is lost"
        );
    }
}

/// What is written reads back the same under strict rules, and holds nothing that is not used.
fn written(event: &EventParameters) {
    let mut latest = Vec::new();
    assert!(encode_event(event, UnityVersion::LATEST, &mut latest).is_empty());
    let options = DecodeOptions::strict();
    let mut roomy = options;
    roomy.limits.body = usize::MAX;
    let again = decode_event(&latest, &roomy).expect("our own");
    assert_eq!(again.message(), event);
    assert!(again.warnings().is_empty() && again.unknown().is_empty());
    let value: Value = serde_json::from_slice(&latest).expect("JSON");
    let members = value.as_object().expect("an object");
    assert!(!members.values().any(has_unused));
    assert_eq!(members.is_empty(), event.is_empty());
    let mut old = Vec::new();
    let left_out = encode_event(event, UnityVersion::V6_9, &mut old);
    assert_eq!(
        left_out.contains(Member::Description),
        event.description.is_some()
    );
    assert_eq!(
        left_out.iter().count(),
        usize::from(event.description.is_some())
    );
    let mut without = event.clone();
    without.description = None;
    let read = decode_event(&old, &roomy).expect("our own");
    assert_eq!(read.message(), &without);
}

fn private(decoded: &Decoded<EventParameters>) {
    let debug = format!("{decoded:?}");
    let event = decoded.message();
    let texts = event.description.iter().map(Description::as_str);
    let names = event.images.iter().filter_map(|image| image.name());
    let id = event.external_event_id.as_ref().map(|id| id.as_str());
    for text in texts.chain(names).filter(|text| is_telling(text)) {
        // The id is no secret, and may say the same.
        let elsewhere = id.is_some_and(|id| id.contains(text));
        assert!(elsewhere || !debug.contains(text));
    }
}
