//! `alarm-lab provisioning plan` as a person or a script meets it.
#![allow(clippy::unwrap_used)]

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/stations.rs"]
mod stations;

use std::process::Output;

use scratch::Scratch;
use serde_json::{Value, json};
use stations::lab;

/// A synthetic number (Skatteetaten's population).
const NUMBER: &str = "15813410033";

fn example(name: &str) -> String {
    format!("{}/provisioning/{name}.json", env!("CARGO_MANIFEST_DIR"))
}

fn planned(arguments: &[&str]) -> Output {
    let (desired, actual) = (example("desired"), example("actual"));
    let start = ["provisioning", "plan", &desired, &actual];
    lab(&[&start, arguments].concat(), b"")
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

/// A server with so many members of one group, and an identity system that wants only one of them.
fn leavers(count: usize) -> (String, String) {
    let employee = |number: usize| {
        json!({
            "id": format!("E{number}"),
            "attributes": { "externalID": format!("A{number}") },
            "sites": [1], "groups": [2],
        })
    };
    let employees: Vec<_> = (0..count).map(employee).collect();
    let actual = json!({
        "sites": [{ "id": 1, "name": "Solvik" }],
        "groups": [{ "id": 2, "site": 1, "name": "Natt" }],
        "employees": employees,
    });
    let desired = json!({ "persons": [
        { "id": "A0", "attributes": { "externalID": "A0" }, "sites": [], "groups": [2] },
    ]});
    (desired.to_string(), actual.to_string())
}

#[test]
fn the_example_files_give_a_plan_and_write_nothing() {
    let settings = example("settings");
    let output = planned(&["--settings", &settings, "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let all = json(&output);
    let operations = all["plan"]["operations"].as_array().unwrap().iter();
    let names: Vec<_> = operations.map(|one| one["op"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "updateEmployee",
            "createEmployee",
            "addToSite",
            "addToGroup",
            "removeFromGroup",
            "removeFromGroup",
            "removeFromSite"
        ]
    );
    assert_eq!(
        all["plan"]["warnings"][0]["warning"],
        "unknownExcludedGroup"
    );
    assert_eq!(all["plan"]["skipped"][0]["reason"], "noMatchAttribute");
    assert!(all.get("report").is_none());
    let people = planned(&[]);
    assert!(text(&people).contains("+ A10023 to group 301 (Nord - 2. etasje - Dag)"));
}

#[test]
fn an_identity_number_is_in_no_output() {
    for arguments in [
        &[][..],
        &["--json"],
        &["--apply-in-memory", "--json"],
        &["--match-by", "pid"],
    ] {
        let output = planned(arguments);
        assert!(!text(&output).contains("10033"), "{arguments:?}");
    }
    let key = Scratch::new("key", "sixteen bytes at least");
    let with_key = || {
        let all = json(&planned(&["--json", "--key-file", key.path()]));
        all["plan"]["operations"][1]["set"]["pid"].clone()
    };
    assert!(with_key().as_str().unwrap().starts_with("hmac-sha256:"));
    assert_eq!(with_key(), with_key(), "one key, one hash");
}

#[test]
fn a_plan_is_written_to_the_directory_and_a_second_run_finds_nothing() {
    let output = planned(&["--apply-in-memory", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    let all = json(&output);
    let report = &all["report"];
    assert_eq!(
        (&report["created"], &report["updated"]),
        (&1.into(), &1.into())
    );
    assert_eq!(
        (&report["added"], &report["removed"]),
        (&2.into(), &3.into())
    );
    assert_eq!(all["left"], 0);
    assert!(text(&planned(&["--apply-in-memory"])).contains("a second run finds nothing"));
}

#[test]
fn the_first_run_only_adds_and_exclusions_are_left_alone() {
    let first = json(&planned(&["--first-run", "--json"]));
    let removals = |all: &Value| {
        let operations = all["plan"]["operations"].as_array().unwrap().clone();
        let removals = operations
            .iter()
            .filter(|one| one["op"].as_str().unwrap().starts_with("remove"));
        removals.count()
    };
    assert_eq!(removals(&first), 0);
    let excluded = json(&planned(&["--exclude-sites", "17", "--json"]));
    assert_eq!(removals(&excluded), 0);
    let groups = json(&planned(&["--exclude-groups", "201", "--json"]));
    assert_eq!(removals(&groups), 0, "the site is needed by the group");
}

#[test]
fn the_brakes_hold_a_plan_until_its_number_is_confirmed() {
    let (desired, actual) = leavers(20);
    let (desired, actual) = (
        Scratch::new("many.json", &desired),
        Scratch::new("held.json", &actual),
    );
    let run = |arguments: &[&str]| {
        let start = ["provisioning", "plan", desired.path(), actual.path()];
        lab(&[&start, arguments].concat(), b"")
    };
    let dry = run(&["--json"]);
    assert_eq!(dry.status.code(), Some(1));
    assert_eq!(json(&dry)["plan"]["brake"]["removals"], 38);
    for arguments in [
        &["--apply-in-memory"][..],
        &["--apply-in-memory", "--confirm-removals", "37"],
    ] {
        let held = run(arguments);
        assert_eq!(held.status.code(), Some(1));
        assert!(text(&held).contains("not written: the plan removes 38 of 40"));
    }
    let written = run(&["--apply-in-memory", "--confirm-removals", "38", "--json"]);
    assert_eq!(written.status.code(), Some(0));
    assert_eq!(json(&written)["report"]["removed"], 38);
    let loose = Scratch::new("loose.json", r#"{"brakes":{"percent":100}}"#);
    let loose = run(&["--apply-in-memory", "--settings", loose.path()]);
    assert_eq!(loose.status.code(), Some(0));
}

#[test]
fn conflicts_and_failed_reads_end_with_status_1() {
    let (desired, actual) = leavers(2);
    let wish = desired.replace("\"groups\":[2]", "\"groups\":[7]");
    let (wish, actual) = (
        Scratch::new("wish.json", &wish),
        Scratch::new("two.json", &actual),
    );
    let output = lab(&["provisioning", "plan", wish.path(), actual.path()], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("! conflict unknownGroup"));
    let empty = lab(
        &["provisioning", "plan", "-", actual.path()],
        br#"{"persons":[]}"#,
    );
    assert_eq!(empty.status.code(), Some(1));
    assert!(text(&empty).contains("failed read"));
}

#[test]
fn unreadable_files_are_told_by_their_place_without_their_values() {
    let actual = example("actual");
    for (content, hint) in [
        (
            format!("{{\"persons\":[{{\"id\":{{\"a\":{NUMBER}}}}}]}}"),
            "line 1",
        ),
        (
            format!("{{\"persons\":[{{\"id\":\"a\",\"attributes\":{{\"{NUMBER}\":1}}}}]}}"),
            "not known",
        ),
        (
            format!("{{\"persons\":[{{\"id\":\"{NUMBER}\",\"sites\":[]}}]}}"),
            "national identity number",
        ),
        ("{\"persons\":[{\"id\":\"a\"}]}".to_owned(), "sites"),
        ("{".to_owned(), "EOF"),
    ] {
        let output = lab(&["provisioning", "plan", "-", &actual], content.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{content}");
        let said = text(&output);
        assert!(said.contains(hint) && !said.contains(NUMBER), "{said}");
    }
    for arguments in [
        &["--match-by", "colour"][..],
        &["--confirm-removals", "3"],
        &["--settings", "no/such/file"],
    ] {
        assert_eq!(planned(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let short = Scratch::new("short", "short");
    let output = planned(&["--key-file", short.path()]);
    assert!(text(&output).contains("16 bytes"));
}
