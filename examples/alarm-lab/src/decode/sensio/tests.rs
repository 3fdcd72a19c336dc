//! What captures of the Partner API say.

use sensio_partner::DeviceIdentifier;
use sensio_partner::queue::EventMethod;
use serde_json::Value;

use super::*;

const POST: &str = "POST /partner/api/v1/devices/SN-004711/events/906 HTTP/1.1\r\n\
    Host: unity.example.net\r\nAuthorization: Bearer not-a-real-token\r\n\
    Content-Type: application/json\r\n\r\n";

fn shown(all: Vec<Result<Decoded, Failure<Decoded>>>) -> Vec<Value> {
    all.into_iter()
        .map(|one| match one {
            Ok(decoded) => serde_json::to_value(&decoded).unwrap(),
            Err(failure) => serde_json::to_value(&failure).unwrap(),
        })
        .collect()
}

fn calls(input: &str, change: impl FnOnce(&mut Options)) -> Vec<Value> {
    let mut options = Options::new(Timestamp::UNIX_EPOCH);
    change(&mut options);
    shown(decode_calls(input.as_bytes(), None, &options, || {
        EventId(1)
    }))
}

fn codes(shown: &Value) -> Vec<&str> {
    let warnings = shown["warnings"].as_array().unwrap().iter();
    warnings.map(|one| one["code"].as_str().unwrap()).collect()
}

#[test]
fn a_whole_request_gives_call_message_and_alarm_without_its_token() {
    let body = r#"{"externalEventId":"01J9Z7P4WQ3N","description":"in the hall","NEW":1}"#;
    let all = calls(&format!("{POST}{body}"), |_| {});
    let one = &all[0];
    assert_eq!(one["item"], "event");
    assert_eq!(one["call"]["method"], "POST");
    assert_eq!(one["call"]["device"], "SN-004711");
    assert_eq!(one["call"]["event_type_name"], "Fall");
    assert_eq!(one["message"]["external_event_id"], "01J9Z7P4WQ3N");
    assert_eq!(one["unknown"]["NEW"], 1);
    assert_eq!(codes(one), ["unknown-member"]);
    assert_eq!(one["meaning"]["kind"], "fall");
    assert_eq!(one["alarm"]["kind"], "fall");
    assert_eq!(one["alarm"]["phase"], "start");
    assert!(!one.to_string().contains("not-a-real-token"));
}

#[test]
fn a_body_alone_is_read_without_a_call_and_becomes_an_alarm_with_one() {
    let options = Options::new(Timestamp::UNIX_EPOCH);
    let body = br#"{"state":110}"#;
    let alone = &shown(decode_calls(body, None, &options, || EventId(1)))[0];
    assert_eq!(alone["message"]["state_name"], "Assistance");
    assert_eq!(alone.get("alarm"), None);
    let call = Call::Event {
        method: EventMethod::Put,
        device: Some(DeviceIdentifier::new("SN-1").unwrap()),
        event_type: Some(EventType::PATIENT_SIGNAL),
    };
    let known = &shown(decode_calls(body, Some(&call), &options, || EventId(1)))[0];
    assert_eq!(known["alarm"]["kind"], "assistance_call");
}

#[test]
fn deviations_of_a_call_are_told() {
    let request = "DELETE /api/v1/devices/SN-1/events/967 HTTP/1.1\nContent-Length: 2\n\n{}";
    let all = calls(request, |options| {
        options.version = UnityVersion::V6_9;
        options.device_type = Some(DeviceType::PullCord);
    });
    assert_eq!(
        codes(&all[0]),
        [
            "no-authorization",
            "no-content-type",
            "event-type-too-new",
            "event-type-not-of-device",
            "body-of-delete"
        ]
    );
    assert_eq!(all[0]["alarm"]["phase"], "end");
    let image = format!("{POST}{{\"images\":[{{\"imageData\":\"iVBORw0KGgo=\"}}],\"state\":1}}");
    let all = calls(&image, |_| {});
    assert_eq!(codes(&all[0]), ["image", "state-not-documented"]);
    assert_eq!(all[0]["message"]["images"][0]["bytes"], 8);
    assert_eq!(
        all[0]["alarm"].get("attachments"),
        None,
        "no picture without --raw"
    );
    let strict = calls(&image, |options| options.mode = Mode::Strict);
    assert_eq!(strict[0]["error"]["code"], "image");
}

#[test]
fn statuses_are_signs_of_life_and_a_token_call_stays_secret() {
    let request = "PUT /api/v1/devices/status HTTP/1.1\nContent-Length: 53\n\n\
        [{\"deviceIdentifier\":\"SN-1\",\"batteryLevel\":7},{\"de\":1}]";
    let all = calls(request, |_| {});
    assert_eq!(
        all[0]["error"]["code"], "not-json",
        "the length is too small"
    );
    let request = "PUT /api/v1/devices/status HTTP/1.1\n\n\
        [{\"deviceIdentifier\":\"SN-1\",\"batteryLevel\":7}]";
    let all = calls(request, |_| {});
    assert_eq!(all[0]["message"]["entries"][0]["status"]["batteryLevel"], 7);
    assert_eq!(all[0]["alarms"][0]["device"]["controller"], "SN-1");
    let token = "POST /partner/api/v1/tokens/oauth/accesstoken HTTP/1.1\n\n\
        client_id=a&client_secret=not-a-real-secret";
    let all = calls(token, |_| {});
    assert_eq!((&all[0]["item"], codes(&all[0])), (&"token".into(), vec![]));
    assert!(!all[0].to_string().contains("secret"));
}

#[test]
fn what_cannot_be_read_says_where_and_what_could_be() {
    let all = calls(&format!("{POST}{{\"state\":\n !}}"), |_| {});
    assert_eq!(all[0]["error"]["code"], "not-json");
    assert_eq!(all[0]["error"]["offset"], POST.len() + 11);
    assert_eq!(all[0]["call"]["device"], "SN-004711");
    let all = calls("POST /api/v1/devices/../events/1 HTTP/1.1\n\n", |_| {});
    assert_eq!(all[0]["error"]["code"], "device");
    assert_eq!(all[0]["error"]["layer"], "path");
}

#[test]
fn a_webhook_is_read_by_its_header_or_by_a_name() {
    let options = Options::new(Timestamp::UNIX_EPOCH);
    let body = r#"{"DeviceIdentifier":"SN-004711","EventType":906,"IsActive":false}"#;
    let read = |input: &str, name| {
        shown(decode_webhooks(input.as_bytes(), name, &options, || {
            EventId(1)
        }))
        .remove(0)
    };
    let head = "POST /hook HTTP/1.1\nX-SensioPartner-EventName: EventStateChanged\n\
        X-SensioPartner-ValidationToken: not-a-real-token\n\n";
    let whole = read(&format!("{head}{body}"), None);
    assert_eq!(whole["call"]["name"], "EventStateChanged");
    assert_eq!(whole["message"]["is_active"], false);
    assert_eq!(whole["alarm"]["phase"], "end");
    assert!(codes(&whole).is_empty() && !whole.to_string().contains("not-a-real-token"));
    let named = read(body, Some(EventName::RequestDeactivateEvent));
    assert_eq!(named["unknown"]["IsActive"], false);
    let nameless = read(body, None);
    assert_eq!(nameless["error"]["code"], "event-name");
    let forged = read(
        &format!("POST /hook HTTP/1.1\nX-SensioPartner-EventName: x\n\n{body}"),
        None,
    );
    assert_eq!(forged["error"]["code"], "event-name");
    let cut = read("{", Some(EventName::EventStateChanged));
    assert_eq!(cut["error"]["code"], "not-json");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(input: Vec<u8>, text in "\\PC{0,64}") {
        let options = Options::new(Timestamp::UNIX_EPOCH);
        for input in [input, format!("{POST}{text}").into_bytes()] {
            decode_calls(&input, None, &options, || EventId(1));
            decode_webhooks(&input, Some(EventName::EventStateChanged), &options, || EventId(1));
        }
    }
}
