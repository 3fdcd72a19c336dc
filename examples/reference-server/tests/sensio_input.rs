//! Third parties send in the form of the Sensio Partner API.

mod support {
    pub(crate) mod program;
    pub(crate) mod web;
}

use serde_json::Value;
use support::program::Program;
use support::web::{Partner, TOKEN, call, inputs, webhook};

const DEVICE: &str = "SN-004711";

fn start(directory: &std::path::Path) -> Program {
    Program::start(directory, "", &inputs(directory))
}

/// Everything that is stored about devices, in order.
fn stored(program: &Program) -> Vec<Value> {
    let page = program.json("/api/alarms?limit=1000");
    page["alarms"].as_array().expect("a list").clone()
}

fn ids(alarms: &[Value]) -> Vec<&str> {
    let phases = alarms.iter().map(|alarm| &alarm["event"]["phase"]);
    phases.map(|phase| phase.as_str().unwrap_or("-")).collect()
}

#[test]
fn a_post_begins_a_put_adds_and_a_delete_ends() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    let fall = r#"{"externalEventId":"e1","description":"a synthetic text","triggerValue":7}"#;
    assert_eq!(partner.event("POST", DEVICE, 906, fall), Some(200));
    let update = r#"{"externalEventId":"e1","triggerValue":8}"#;
    assert_eq!(partner.event("PUT", DEVICE, 906, update), Some(200));
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    let alarms = stored(&program);
    assert_eq!(ids(&alarms), ["start", "update", "end"]);
    let first = &alarms[0];
    assert_eq!(first["kind"], "fall");
    assert_eq!(first["sender"], DEVICE);
    assert_eq!(first["protocol"], "sensio-partner");
    assert_eq!(first["ref"], "906 e1");
    assert_eq!(
        alarms[1]["event"]["correlation"]["updates"]["event"],
        first["id"]
    );
    assert_eq!(
        alarms[2]["event"]["correlation"]["clears"]["event"],
        first["id"]
    );
    let id = first["id"].as_str().expect("an id");
    let detail = program.json(&format!("/api/alarms/{id}"));
    let raw = detail["raw"]["text"].as_str().expect("text");
    assert_eq!(
        raw,
        format!("POST /partner/api/v1/devices/{DEVICE}/events/906\r\n\r\n{fall}")
    );
    let peer = detail["transport"]["peer"].as_str().expect("text");
    assert!(peer.ends_with("token \"nordlys-partner\""), "{peer}");
    // What is in the API is not in the log.
    assert!(!program.log().contains("synthetic"), "{}", program.log());
    assert!(!program.log().contains(DEVICE), "{}", program.log());
}

#[test]
fn a_repeat_raises_nothing_twice_and_something_new_is_raised() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    let post = |body| partner.event("POST", DEVICE, 906, body).expect("an answer");
    // The second one is what a partner sends whose first was refused for its text.
    assert_eq!(
        post(r#"{"externalEventId":"e1","description":"text"}"#),
        200
    );
    assert_eq!(post(r#"{"externalEventId":"e1"}"#), 200);
    assert_eq!(stored(&program).len(), 1);
    assert_eq!(post(r#"{"externalEventId":"e2"}"#), 200);
    assert_eq!(stored(&program).len(), 2, "another id is another event");
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200), "again");
    assert_eq!(stored(&program).len(), 3);
    // Without ids: equal calls are one while it is open, and another one afterwards.
    assert_eq!(post("{}"), 200);
    assert_eq!(post("{}"), 200);
    assert_eq!(stored(&program).len(), 4);
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    assert_eq!(post("{}"), 200);
    let alarms = stored(&program);
    assert_eq!(
        ids(&alarms),
        ["start", "start", "end", "start", "end", "start"]
    );
    let counted = |result: &str| {
        let series = "alarm_input_messages_total{input=\"sensio-partner\",result=";
        program.metric(&format!("{series}\"{result}\"}}"))
    };
    assert_eq!((counted("accepted"), counted("duplicate")), (6.0, 3.0));
}

#[test]
fn what_is_open_is_known_after_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    let body = r#"{"externalEventId":"e1"}"#;
    assert_eq!(partner.event("POST", DEVICE, 906, body), Some(200));
    // At once: nothing but the journal knows it.
    program.kill();
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    assert_eq!(partner.event("POST", DEVICE, 906, body), Some(200));
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    let alarms = stored(&program);
    assert_eq!(ids(&alarms), ["start", "end"]);
    assert_eq!(
        alarms[1]["event"]["correlation"]["clears"]["event"],
        alarms[0]["id"]
    );
    program.stop();
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    assert_eq!(
        partner.event("PUT", DEVICE, 906, body),
        Some(404),
        "it has ended"
    );
}

#[test]
fn nothing_that_is_active_is_404_to_put_and_200_to_delete_and_kept_both_times() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    assert_eq!(partner.event("PUT", DEVICE, 906, "{}"), Some(404));
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    program.wait_until("both are kept", |program| stored(program).len() == 2);
    let mut verdicts: Vec<_> = stored(&program)
        .iter()
        .map(|alarm| alarm["verdict"].as_str().map(str::to_owned))
        .collect();
    verdicts.sort();
    assert_eq!(
        verdicts,
        [Some("accepted".to_owned()), Some("refused".to_owned())]
    );
}

#[test]
fn a_status_is_a_sign_of_life_and_the_device_is_listed_over_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path());
    let partner = Partner::new(program.addresses["web_http"]).expect("it is up");
    let batch = r#"[{"deviceIdentifier":"SN-1","batteryLevel":78},{"deviceIdentifier":"SN-2"}]"#;
    assert_eq!(partner.statuses(batch), Some(200));
    assert_eq!(program.alarms("heartbeat").len(), 2);
    program.stop();
    let program = start(directory.path());
    program.wait_until("the devices are back", |program| {
        program.json("/api/devices")["next"] == "SN-2"
    });
    let devices = program.json("/api/devices?limit=1");
    assert_eq!(devices["devices"][0]["controller"], "SN-1");
    assert_eq!(devices["devices"][0]["reports_by"], "sensio-partner");
    assert_eq!(devices["devices"].as_array().expect("a list").len(), 1);
    let next = devices["next"].as_str().expect("a cursor");
    let devices = program.json(&format!("/api/devices?after={next}"));
    assert_eq!(devices["devices"][0]["controller"], "SN-2");
    assert!(devices["devices"][0]["last_heard"].is_string());
}

#[test]
fn strangers_hear_401_and_403_and_nothing_is_stored() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = start(directory.path());
    let web = program.addresses["web_http"];
    let path = "/partner/api/v1/devices/SN-1/events/906";
    let status =
        |path: &str, headers: &str| call(web, "POST", path, headers, "{}").map(|h| h.status);
    assert_eq!(status(path, "Authorization: Bearer guessed\r\n"), Some(401));
    assert_eq!(status("/elsewhere", ""), Some(404));
    let named = "X-SensioPartner-EventName: RequestDeactivateEvent\r\n";
    assert_eq!(status("/hooks/sensio", named), Some(403));
    // A webhook that means nothing that was sent is kept, and closes nothing.
    let body = r#"{"DeviceIdentifier":"SN-1","EventType":906,"ExternalEventId":"e1"}"#;
    assert_eq!(webhook(web, "RequestDeactivateEvent", body), 200);
    let alarms = stored(&program);
    assert_eq!(alarms.len(), 1);
    assert_eq!(alarms[0]["kind"], Value::Null);
    assert!(!program.log().contains(TOKEN));
}
