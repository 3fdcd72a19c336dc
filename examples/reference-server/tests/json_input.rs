//! Vendors whose JSON a mapping file declares.

mod support {
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::net::SocketAddr;
use std::path::Path;

use sensio_partner::vocabulary::SHIPPED;
use serde_json::Value;
use support::program::Program;
use support::web::{Heard, TOKEN, call};

/// Every shipped file, each with a path of its own.
fn tables(directory: &Path) -> String {
    let token = directory.join("token");
    std::fs::write(&token, TOKEN).expect("a file");
    let mut tables = "[inputs.web]\nplain = \"127.0.0.1:0\"\n".to_owned();
    for (name, text) in SHIPPED {
        let mapping = directory.join(format!("{name}.toml"));
        std::fs::write(&mapping, text).expect("a file");
        let header = if name == "safemate" {
            "header = \"X-Api-Key\"\n"
        } else {
            ""
        };
        tables += &format!(
            "[[inputs.json]]\nname = \"{name}\"\npath = \"/json/{name}\"\nmapping = {mapping:?}\n\
             {header}tokens = [{{ name = \"{name}\", file = {token:?} }}]\n"
        );
    }
    tables
}

fn send(to: SocketAddr, name: &str, body: &str) -> Heard {
    let header = match name {
        "safemate" => format!("X-Api-Key: {TOKEN}\r\n"),
        _ => format!("Authorization: Bearer {TOKEN}\r\n"),
    };
    call(to, "POST", &format!("/json/{name}"), &header, body).expect("an answer")
}

fn stored(program: &Program) -> Vec<Value> {
    let page = program.json("/api/alarms?limit=1000");
    page["alarms"].as_array().expect("a list").clone()
}

#[test]
fn every_sample_of_the_shipped_files_is_stored_as_what_it_means() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", &tables(directory.path()));
    let web = program.addresses["web_http"];
    let mut seen = 0;
    for (name, text) in SHIPPED {
        let file: toml::Table = text.parse().expect("TOML");
        for sample in file["samples"].as_array().expect("samples") {
            let json = sample["json"].as_str().expect("a text");
            let before = stored(&program).len();
            let heard = send(web, name, json);
            assert_eq!(heard.status, 200, "{name}: {json}: {heard:?}");
            let after = stored(&program);
            let expected = sample["expect"].as_array().expect("a list");
            let of_events = after[before..].iter().filter(|alarm| {
                !alarm["ref"]
                    .as_str()
                    .is_some_and(|name| name.ends_with("settles"))
            });
            let events: Vec<_> = of_events.collect();
            assert_eq!(events.len(), expected.len(), "{name}: {json}");
            for (event, expected) in events.iter().zip(expected) {
                assert_eq!(event["sender"], name);
                for (key, found) in [
                    ("kind", &event["kind"]),
                    ("phase", &event["event"]["phase"]),
                ] {
                    if let Some(expected) = expected.get(key) {
                        assert_eq!(found.as_str(), expected.as_str(), "{name}: {json}");
                    }
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "{seen}");
    let devices = program.json("/api/devices");
    assert_eq!(devices["devices"][0]["controller"], "40211870");
}

#[test]
fn a_dose_that_was_taken_settles_the_one_that_was_not_also_after_a_kill() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = tables(directory.path());
    let program = Program::start(directory.path(), "", &tables);
    let message = |device: &str, what: &str| {
        format!(r#"{{"device":{{"serialNumber":"{device}"}},"event":{{"type":"{what}"}}}}"#)
    };
    let post = |program: &Program, body: &str| {
        assert_eq!(
            send(program.addresses["web_http"], "evondos", body).status,
            200
        );
    };
    post(&program, &message("40211870", "medicine not taken"));
    program.kill();
    let program = Program::start(directory.path(), "", &tables);
    post(&program, &message("40211870", "medicine taken"));
    let alarms = stored(&program);
    let kinds: Vec<_> = alarms.iter().map(|alarm| &alarm["kind"]).collect();
    assert_eq!(
        kinds,
        ["medication_not_taken", "medication_taken", "cancel"]
    );
    let end = &alarms[2]["event"];
    assert_eq!(end["correlation"]["clears"]["event"], alarms[0]["id"]);
    // Nothing was open for this one.
    post(&program, &message("40211871", "medicine taken"));
    assert_eq!(stored(&program).len(), 4);
}

#[test]
fn an_equal_message_is_answered_again_and_stored_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", &tables(directory.path()));
    let web = program.addresses["web_http"];
    let fall = r#"{"sensor":{"id":"40211870"},"alert":"Fall","timestamp":"2026-03-01T02:10:00Z"}"#;
    for _ in 0..3 {
        assert_eq!(send(web, "roommate", fall).status, 200);
    }
    let alarms = stored(&program);
    assert_eq!((alarms.len(), &alarms[0]["repeats"]), (1, &Value::from(2)));
    let later = fall.replace("02:10", "02:11");
    assert_eq!(send(web, "roommate", &later).status, 200);
    assert_eq!(stored(&program).len(), 2);
}

#[test]
fn strangers_hear_401_and_what_cannot_be_read_400_with_evidence() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", &tables(directory.path()));
    let web = program.addresses["web_http"];
    let status = |headers: &str| {
        let heard = call(web, "POST", "/json/evondos", headers, "{}");
        heard.expect("an answer").status
    };
    assert_eq!(status(""), 401);
    assert_eq!(
        status("Authorization: Bearer a-guess-of-some-length\r\n"),
        401
    );
    let twice = format!("Authorization: Bearer {TOKEN}\r\n").repeat(2);
    assert_eq!(status(&twice), 401);
    assert_eq!(stored(&program).len(), 0);
    let heard = send(web, "evondos", "{\"device\": 40211870");
    assert_eq!(heard.status, 400);
    assert_eq!(send(web, "evondos", &" ".repeat(1 << 20)).status, 413);
    program.wait_until("the evidence is kept", |program| stored(program).len() == 1);
    assert_eq!(stored(&program)[0]["verdict"], "refused");
    // What the file does not know is an alarm.
    let unknown = r#"{"device":{"serialNumber":"40211870"},"event":{"type":"lid ajar"}}"#;
    assert_eq!(send(web, "evondos", unknown).status, 200);
    assert_eq!(program.alarms("call_alarm_generic").len(), 1);
    assert!(!program.log().contains("40211870"), "{}", program.log());
    assert!(!program.log().contains(TOKEN));
}

#[test]
fn a_mapping_with_problems_does_not_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let config = directory.path().join("server.toml");
    let tables = tables(directory.path());
    let evondos = directory.path().join("evondos.toml");
    let text = std::fs::read_to_string(&evondos).expect("written");
    std::fs::write(
        &evondos,
        text.replace("medication_taken", "medication_eaten"),
    )
    .expect("a file");
    std::fs::write(&config, tables).expect("a file");
    let checked = std::process::Command::new(env!("CARGO_BIN_EXE_reference-server"))
        .args(["--check-config", "--config"])
        .arg(&config)
        .output()
        .expect("it runs");
    assert_eq!(checked.status.code(), Some(2));
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(
        said.contains("medication_eaten") && said.contains("line "),
        "{said}"
    );
}
