//! Supervision of panels: three missed check-ins are told once, and their end, over restarts.

#[path = "support/panel.rs"]
mod panel;
#[path = "support/program.rs"]
mod program;

use std::time::Duration;

use climax_rf::dc09::{CrcForm, Token};
use panel::{PATIENCE, bracket, datagram, deliver, frame, is, socket};
use program::Program;
use serde_json::Value;

/// Two accounts: one that is lost after three times two seconds, one that nobody watches.
const TABLES: &str = r#"
[[inputs.panel]]
name = "north"
tcp = "127.0.0.1:0"
udp = "127.0.0.1:0"
[[inputs.panel.account]]
account = "4711"
profile = "care-unit-a"
check_in = "2s"
[[inputs.panel.account]]
account = "4712"
"#;

/// What was told of links: the sender and the phase, oldest first.
fn told(program: &Program) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let alarms = program.alarms("link_failure");
    let told = alarms.iter();
    told.map(|alarm| (text(&alarm["sender"]), text(&alarm["event"]["phase"])))
        .collect()
}

fn wait_for(program: &Program, phases: &[&str]) {
    program.wait_until(&format!("{phases:?}"), |program| {
        let told = told(program);
        told.iter().map(|(_, phase)| phase).eq(phases)
    });
}

#[test]
fn three_missed_check_ins_are_told_once_over_restarts_and_any_message_ends_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", TABLES);
    let to = program.addresses["panel.north.tcp"];
    deliver(to, &bracket("4711", "1602 00 000"));
    deliver(to, &bracket("4712", "1602 00 000"));
    wait_for(&program, &["start"]);
    assert_eq!(told(&program)[0].0, "4711");
    program.wait_until("it is shown", |program| {
        program.json("/api/lines")["lines"][0]["silent_stations"] == serde_json::json!(["4711"])
    });
    program.kill();
    let program = Program::start(directory.path(), "", TABLES);
    std::thread::sleep(Duration::from_secs(8));
    assert_eq!(told(&program).len(), 1, "{}", program.log());
    // A link test is as good as a check-in.
    let link_test = frame(Token::Null, 0, "4711", "", CrcForm::Hexadecimal, None);
    let udp = socket(program.addresses["panel.north.udp"]);
    assert!(is(datagram(&udp, &link_test, PATIENCE).as_deref(), "ACK"));
    wait_for(&program, &["start", "end"]);
    let alarms = program.alarms("link_failure");
    assert_eq!(
        alarms[1]["event"]["correlation"]["clears"]["source_ref"],
        alarms[0]["ref"]
    );
    // It is silent again, which is another loss.
    wait_for(&program, &["start", "end", "start"]);
    // Nobody says whose line it was.
    assert!(!program.log().contains("4711"), "{}", program.log());
    program.stop();
    // The account is no longer supervised: what was told of it ends.
    let tables = TABLES.replace("check_in = \"2s\"", "");
    let program = Program::start(directory.path(), "", &tables);
    wait_for(&program, &["start", "end", "start", "end"]);
}

#[test]
fn silence_before_a_restart_counts_and_the_time_of_the_restart_does_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let tables = TABLES.replace("\"2s\"", "\"4s\"");
    let program = Program::start(directory.path(), "", &tables);
    let to = program.addresses["panel.north.tcp"];
    deliver(to, &bracket("4711", "1602 00 000"));
    std::thread::sleep(Duration::from_secs(5));
    program.stop();
    std::thread::sleep(Duration::from_secs(9));
    // Five of twelve seconds are over, not fourteen.
    let program = Program::start(directory.path(), "", &tables);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(told(&program), []);
    wait_for(&program, &["start"]);
}

#[test]
fn panels_that_check_in_are_never_lost() {
    let directory = tempfile::tempdir().expect("a directory");
    let program = Program::start(directory.path(), "", TABLES);
    let to = program.addresses["panel.north.tcp"];
    for zone in 0..10 {
        deliver(to, &bracket("4711", &format!("1101 01 00{zone}")));
        std::thread::sleep(Duration::from_secs(1));
    }
    assert_eq!(told(&program), []);
}
