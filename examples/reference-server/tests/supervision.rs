//! Supervision and calls in the program itself: silence becomes one event, over crashes too
//! (SCAIP reference 10 and 15 lines 65 and 66).
#![cfg(unix)]

#[path = "support/program.rs"]
mod program;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

use program::{Program, Unit};
use serde_json::Value;

/// The shortest interval there is; two of them may be missing.
const SHORT: &str = "[scaip.supervision]\nenabled = true\ninterval = \"10s\"\nmissed = 2\n\
    restart_grace = \"1s\"\nstore_interval = \"500ms\"\n";
const ALLOWED: Duration = Duration::from_secs(20);
/// An interval of storing and what a busy machine takes on top.
const ERROR: Duration = Duration::from_millis(1500);

fn presence(program: &Program, controller: &str) -> Value {
    let devices = program.json("/api/devices?limit=1000");
    let devices = devices["devices"].as_array().expect("a list").clone();
    let mut of = devices
        .into_iter()
        .filter(|one| one["controller"] == controller);
    of.next().map_or(Value::Null, |one| one["presence"].clone())
}

fn wait_for(program: &Program, controller: &str, expected: &str) {
    program.wait_until(expected, |program| {
        presence(program, controller) == expected
    });
}

fn offline(program: &Program) -> Vec<Value> {
    program.alarms("device_offline")
}

#[test]
fn a_unit_gone_silent_is_one_event_and_its_next_sign_of_life_ends_it_over_every_crash() {
    let directory = tempfile::tempdir().expect("a directory");
    let start = || Program::start(directory.path(), "", SHORT);
    let mut program = start();
    let mut unit = Unit::udp(program.addresses["udp"], "40211870");
    assert_eq!(unit.heartbeat("h1").status, 200);
    let heard = Instant::now();
    // Killed in the middle of the silence: the time it is down does not count.
    sleep(Duration::from_secs(8));
    program.kill();
    let down = Instant::now();
    sleep(Duration::from_secs(2));
    program = start();
    let expected = ALLOWED + down.elapsed();
    wait_for(&program, "40211870", "present");
    wait_for(&program, "40211870", "silent");
    let found = heard.elapsed();
    assert!(
        found > expected - ERROR,
        "{found:?} instead of {expected:?}"
    );
    assert!(
        found < expected + ERROR,
        "{found:?} instead of {expected:?}"
    );

    let all = offline(&program);
    assert_eq!(all.len(), 1);
    let event = &all[0];
    assert_eq!(event["sender"], "40211870");
    assert_eq!(
        (&event["class"], &event["priority"]),
        (&"technical".into(), &"medium".into())
    );
    assert_eq!(event["event"]["phase"], "start");
    let text = event["event"]["attachments"][0].to_string();
    assert!(
        text.contains("interval_seconds") && text.contains("last_heard"),
        "{text}"
    );
    assert_eq!(program.metric("alarm_scaip_supervised"), 1.0);
    assert_eq!(program.metric("alarm_scaip_silent"), 1.0);

    // Killed at once: silent it stays, and is not told again.
    program.kill();
    program = start();
    sleep(Duration::from_secs(3));
    assert_eq!(presence(&program, "40211870"), "silent");
    assert_eq!(offline(&program).len(), 1);

    let mut unit = Unit::udp(program.addresses["udp"], "40211870");
    assert_eq!(unit.heartbeat("h2").status, 200);
    wait_for(&program, "40211870", "present");
    let all = offline(&program);
    assert_eq!(all.len(), 2);
    assert_eq!(all[1]["event"]["phase"], "end");
    assert_eq!(
        all[1]["event"]["correlation"]["clears"]["source_ref"],
        all[0]["ref"]
    );
    program.kill();
    program = start();
    let mut unit = Unit::udp(program.addresses["udp"], "40211870");
    assert_eq!(unit.heartbeat("h3").status, 200);
    sleep(Duration::from_secs(2));
    assert_eq!(offline(&program).len(), 2);
    assert_eq!(program.metric("alarm_scaip_silent"), 0.0);
    program.stop();
}

#[test]
fn a_crash_right_after_the_event_does_not_tell_it_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    // Nothing but the event itself is stored in time.
    let tables = SHORT.replace("500ms", "1h");
    let start = || Program::start(directory.path(), "duplicate_window = \"0s\"", &tables);
    let mut program = start();
    let mut unit = Unit::udp(program.addresses["udp"], "40211870");
    assert_eq!(unit.heartbeat("h1").status, 200);
    program.stop();
    program = start();
    program.wait_until("it is told", |program| !offline(program).is_empty());
    wait_for(&program, "40211870", "silent");
    assert_eq!(offline(&program).len(), 1);
    // That it was told is not stored with the units.
    program.kill();
    program = start();
    wait_for(&program, "40211870", "present");
    wait_for(&program, "40211870", "silent");
    assert_eq!(offline(&program).len(), 1);
    program.stop();
}

#[test]
fn only_listed_units_are_watched_from_the_start_and_told_their_interval() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = format!(
        "{SHORT}units = \"listed\"\n\
         [[controller]]\nid = \"40211870\"\nhbi = 3\ninterval = \"24h\"\n\
         [[controller]]\nid = \"40211871\"\n"
    );
    let program = Program::start(directory.path(), "", &tables);
    let begun = Instant::now();
    wait_for(&program, "40211871", "awaited");
    let udp = program.addresses["udp"];
    let mut adjustable = Unit::udp(udp, "40211870");
    let told = adjustable.message("a", "<mty>PI</mty><hbo>1</hbo>|");
    assert!(told.mrs.contains("<hbi>3</hbi>"), "{}", told.mrs);
    let told = adjustable.message("b", "<mty>PI</mty>|");
    assert!(!told.mrs.contains("hbi"), "{}", told.mrs);
    assert_eq!(Unit::udp(udp, "40211872").heartbeat("c").status, 200);
    assert_eq!(presence(&program, "40211872"), Value::Null);
    wait_for(&program, "40211871", "silent");
    assert!(begun.elapsed() > ALLOWED - ERROR);
    let all = offline(&program);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["sender"], "40211871");
    assert_eq!(presence(&program, "40211870"), "present");
    program.stop();
}

#[test]
fn a_posted_heartbeat_is_a_sign_of_life_and_hears_the_interval_and_devices_come_in_pages() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = format!(
        "[scaip.https]\nplain = \"127.0.0.1:0\"\n{SHORT}\
         [[controller]]\nid = \"40211870\"\nhbi = 2\ninterval = \"30s\"\n"
    );
    let program = Program::start(directory.path(), "", &tables);
    let to = program.addresses["scaip_http"];
    let body =
        "<mrq><ref>p1</ref><mty>PI</mty><hbo>1</hbo><cid>40211870</cid><dty>0003</dty></mrq>";
    let mut client = TcpStream::connect(to).expect("loopback");
    let request = format!(
        "POST /scaip HTTP/1.1\r\nHost: {to}\r\nContent-Type: application/scaip+xml\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    client.write_all(request.as_bytes()).expect("loopback");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("an answer");
    assert!(answer.contains("<snu>0</snu><hbi>2</hbi>"), "{answer}");

    let tcp = program.addresses["tcp"];
    for controller in ["40211873", "40211871", "40211872"] {
        assert_eq!(Unit::tcp(tcp, controller).heartbeat("h").status, 200);
    }
    let first = program.json("/api/devices?limit=3");
    let listed: Vec<_> = first["devices"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    assert_eq!(listed.len(), 3);
    assert_eq!(listed[0]["controller"], "40211870");
    assert_eq!(listed[0]["path"], "https");
    assert_eq!(listed[0]["interval_seconds"], 30.0);
    assert_eq!(listed[0]["missed_limit"], 2);
    assert_eq!(listed[1]["path"], "tcp");
    assert_eq!(listed[1]["interval_seconds"], 10.0);
    assert!(
        listed[1]["last_heard"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    let next = first["next"].as_str().expect("a cursor");
    let second = program.json(&format!("/api/devices?after={next}&limit=3"));
    assert_eq!(second["devices"][0]["controller"], "40211873");
    assert_eq!(second["devices"].as_array().map(Vec::len), Some(1));
    let third = program.json(&format!(
        "/api/devices?after={}",
        second["next"].as_str().expect("a cursor")
    ));
    assert_eq!(third["devices"].as_array().map(Vec::len), Some(0));
    assert_eq!(third["next"], second["next"]);
    assert!(
        program
            .get("/api/devices?limit=0")
            .contains("limit must be")
    );
    program.stop();
}

#[test]
fn a_call_that_does_not_come_is_noted_with_its_alarm() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = "[scaip.calls]\nwait = \"1s\"\n";
    let program = Program::start(directory.path(), "media_reply = 1", tables);
    let mut unit = Unit::udp(program.addresses["udp"], "40211870");
    let told = unit.message("a1", "<crd>sip:40211870@example.net</crd><stc>0010</stc>");
    assert!(told.mrs.contains("<mre>1</mre>"), "{}", told.mrs);
    // Nobody takes calls here.
    assert_eq!(unit.request("INVITE", "", "").status, 405);
    assert_eq!(unit.heartbeat("h1").status, 200);
    program.wait_until("the call is overdue", |program| {
        program.metric("alarm_scaip_calls_overdue_total") == 1.0
    });
    let stored = program.json("/api/alarms");
    let alarms = stored["alarms"].as_array().expect("a list");
    let id = |reference: &str| {
        let mut of = alarms.iter().filter(|alarm| alarm["ref"] == reference);
        of.next().expect("stored")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let path = format!("/api/alarms/{}", id("a1"));
    program.wait_until("it is noted", |program| {
        program.json(&path)["notes"][0]["text"] == "no call within 1 s"
    });
    let heartbeat = program.json(&format!("/api/alarms/{}", id("h1")));
    assert_eq!(heartbeat["notes"].as_array().map(Vec::len), Some(0));
    program.stop();
}
