//! A server whose alarms go on to the patient record, and what it shows of them.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::Path;

use serde_json::Value;

use super::fhir::{NAME, NUMBER};
use super::program::Program;
use super::web::{Partner, inputs};

pub(crate) const DEVICE: &str = "SN-004711";
pub(crate) const BY_END: &str = "closed_by = \"end\"";

pub(crate) fn start(directory: &Path, tables: &str) -> Program {
    Program::start(directory, "", &(inputs(directory) + tables))
}

pub(crate) fn partner(program: &Program) -> Partner {
    Partner::new(program.addresses["web_http"]).expect("it is up")
}

pub(crate) fn delivery(program: &Program) -> Value {
    let outputs = program.json("/api/deliveries")["outputs"].clone();
    let outputs = outputs.as_array().expect("a list").clone();
    let mut fhir = outputs.into_iter().filter(|one| one["name"] == "fhir");
    fhir.next().expect("the output")
}

pub(crate) fn falls_and_ends(program: &Program, device: &str) {
    let partner = partner(program);
    let fall = r#"{"externalEventId":"e1","description":"a synthetic text"}"#;
    assert_eq!(partner.event("POST", device, 906, fall), Some(200));
    assert_eq!(partner.event("DELETE", device, 906, ""), Some(200));
}

/// Neither the log nor what anybody can fetch but the alarm itself says who it is.
pub(crate) fn says_nothing(program: &Program) {
    let shown = [
        program.log(),
        program.get("/metrics"),
        program.get("/healthz"),
    ];
    for text in shown.iter().chain([&program.get("/api/deliveries")]) {
        for private in [NUMBER, NAME, "FJELLREV", "secret-token", "DEVICE-KEY"] {
            assert!(!text.contains(private), "{private}");
        }
    }
}

/// Where an order about a dead letter goes.
pub(crate) fn order(letter: &Value, action: &str) -> String {
    let id = letter["id"].as_u64().expect("an id");
    format!("/api/deliveries/fhir/{id}/{action}")
}

/// Takes away what the journal keeps of the output, as if it had crashed before it was kept.
pub(crate) fn forget_the_mark(directory: &Path) {
    let journal = rusqlite::Connection::open(directory.join("alarms.sqlite")).expect("a journal");
    let sql = "DELETE FROM state WHERE area = 'outputs.fhir'";
    assert!(journal.execute(sql, []).expect("the table") > 0);
}
