//! Alarms whose device the register of patients does not name, or not rightly.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use support::fhir::{Double, NAME, NUMBER};
use support::patient_record::{
    BY_END, DEVICE, delivery, falls_and_ends, order, partner, says_nothing, start,
};
use support::program::Program;

/// Another synthetic person.
const OTHER: &str = "17712811226";
/// Valid by the rule of 2032 alone.
const LATE: &str = "15813499980";
const HEAD: &str = "controller,identifier,name\n";

fn register(directory: &Path) -> PathBuf {
    directory.join("patients.csv")
}

/// Writes a register, and waits until the server works by it.
fn write(program: &Program, directory: &Path, rows: &[(&str, &str)]) {
    let rows = rows
        .iter()
        .map(|(device, number)| format!("{device},{number},{NAME}\n"));
    let text = HEAD.to_owned() + &rows.collect::<String>();
    let before = program.log().matches("the register of patients").count();
    std::fs::write(register(directory), text).expect("a register");
    program.wait_until("it is read", |program| {
        program.log().matches("the register of patients").count() > before
    });
}

fn warning(program: &Program) -> Option<String> {
    let health = program.json("/healthz");
    let warning = health["outputs"][0]["warning"].as_str();
    warning.map(str::to_owned)
}

fn not_sent(program: &Program, reason: &str) -> u64 {
    let count = &delivery(program)["not_sent"][reason];
    count.as_u64().unwrap_or_default()
}

fn journaled(program: &Program, count: u64) {
    program.wait_until("it is journaled", |program| {
        let delivery = delivery(program);
        delivery["delivered"] == count && delivery["dead"] == 0
    });
}

/// Raises an alarm, closes it when the register has these rows, and hands out the dead letter of it.
fn raised_and_closed(program: &Program, directory: &Path, rows: &[(&str, &str)]) -> Value {
    let partner = partner(program);
    assert_eq!(partner.event("POST", DEVICE, 906, "{}"), Some(200));
    program.wait_until("it is open", |program| delivery(program)["open"] == 1);
    write(program, directory, rows);
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    program.wait_until("it is withheld", |program| delivery(program)["dead"] == 1);
    delivery(program)["dead_letters"][0].clone()
}

#[test]
fn a_register_that_is_empty_for_a_moment_loses_no_note() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    assert_eq!(warning(&program), None);
    write(&program, directory.path(), &[]);
    falls_and_ends(&program, DEVICE);
    journaled(&program, 1);
    program.wait_until("it is told", |program| warning(program).is_some());
    assert!(warning(&program).is_some_and(|text| text.contains("empty")));
    let trouble = || program.metric("alarm_fhir_register_trouble");
    assert!((trouble() - 1.0).abs() < f64::EPSILON);
    assert!((program.metric("alarm_fhir_register_devices") - 1.0).abs() < f64::EPSILON);
    write(
        &program,
        directory.path(),
        &[(DEVICE, NUMBER), ("SN-2", NUMBER)],
    );
    program.wait_until("all is well", |program| warning(program).is_none());
    says_nothing(&program);
}

#[test]
fn an_alarm_whose_device_is_gone_when_it_is_closed_is_written_when_the_same_person_has_it_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE, "SN-2"], BY_END);
    let program = start(directory.path(), &table);
    let letter = raised_and_closed(&program, directory.path(), &[("SN-2", NUMBER)]);
    assert_eq!(letter["reason"], "no patient has the device now");
    assert_eq!(letter["alarm"], program.alarms("fall")[0]["id"]);
    assert_eq!(delivery(&program)["documents"][0]["state"], "withheld");
    assert_eq!(not_sent(&program, "withheld"), 1);
    let dead = program.metric("alarm_fhir_dead_letters");
    assert!((dead - 1.0).abs() < f64::EPSILON);
    assert!(program.log().contains("no patient has the device now"));
    let (status, problem) = program.post(&order(&letter, "retry"), "");
    assert_eq!(status, 409, "{problem}");
    // Somebody else who has the device gets nothing, whoever asks for it.
    write(
        &program,
        directory.path(),
        &[(DEVICE, OTHER), ("SN-2", NUMBER)],
    );
    program.wait_until("it says so", |program| {
        delivery(program)["dead_letters"][0]["reason"] == "another patient has the device now"
    });
    assert_eq!(program.post(&order(&letter, "retry"), "").0, 409);
    assert_eq!(double.book().documents.len(), 0);
    // All of it is on disk.
    program.kill();
    let rows = format!("{HEAD}{DEVICE},{NUMBER},{NAME}\n");
    std::fs::write(register(directory.path()), rows).expect("a register");
    let program = start(directory.path(), &table);
    journaled(&program, 1);
    let shown = delivery(&program)["documents"][0].clone();
    assert_eq!(shown["id"], letter["id"]);
    assert_eq!(double.book().documents.len(), 1);
    says_nothing(&program);
}

#[test]
fn an_open_alarm_is_not_written_about_whoever_gets_the_device_before_it_is_closed() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    let letter = raised_and_closed(&program, directory.path(), &[(DEVICE, OTHER)]);
    assert_eq!(letter["reason"], "another patient has the device now");
    // Whoever asks for it.
    assert_eq!(program.post(&order(&letter, "retry"), "").0, 409);
    let (_, done) = program.post("/api/deliveries/fhir/retry", "");
    assert_eq!((&done["retried"], &done["left"]), (&json!(0), &json!(1)));
    // What the other one raises is theirs.
    falls_and_ends(&program, DEVICE);
    program.wait_until("a later one is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
    let subject = |index: usize| {
        let document = double.book().documents[index].1.clone();
        let document: Value = serde_json::from_slice(&document).expect("JSON");
        document["entry"][0]["resource"]["subject"]["identifier"]["value"].clone()
    };
    assert_eq!(subject(0), OTHER);
    // An operator has it sent when the register is right.
    write(
        &program,
        directory.path(),
        &[(DEVICE, NUMBER), ("SN-2", NUMBER)],
    );
    let (_, done) = program.post("/api/deliveries/fhir/retry", "");
    assert_eq!((&done["retried"], &done["left"]), (&json!(1), &json!(0)));
    journaled(&program, 2);
    assert_eq!(subject(1), NUMBER);
    says_nothing(&program);
}

#[test]
fn an_alarm_that_was_raised_while_nobody_had_its_device_is_written_when_an_operator_says_so() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &["SN-2"], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    falls_and_ends(&program, "SN-3");
    program.wait_until("they are withheld", |program| {
        delivery(program)["dead"] == 2
    });
    // A device may have been tried out before somebody got it.
    write(
        &program,
        directory.path(),
        &[(DEVICE, NUMBER), ("SN-2", NUMBER)],
    );
    falls_and_ends(&program, "SN-2");
    program.wait_until("a later one is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
    assert_eq!(delivery(&program)["dead"], 2);
    let (status, done) = program.post("/api/deliveries/fhir/retry", "");
    assert_eq!(status, 200, "{done}");
    assert_eq!(
        (
            &done["output"],
            &done["done"],
            &done["retried"],
            &done["left"]
        ),
        (&"fhir".into(), &"retry".into(), &0.into(), &2.into())
    );
    let because = done["because"].as_object().expect("why");
    assert!(
        because.len() == 1
            && because
                .keys()
                .all(|why| why.contains("nobody knows whose it was")),
        "{done}"
    );
    assert_eq!(double.book().documents.len(), 1);
    // Somebody has looked at this one.
    let letters = delivery(&program)["dead_letters"].clone();
    let (status, done) = program.post(&order(&letters[0], "retry"), "");
    assert_eq!(status, 200, "{done}");
    let (status, problem) = program.post(&order(&letters[1], "retry"), "");
    let detail = problem["detail"].as_str().expect("a text");
    assert!(
        status == 409 && detail.contains("no patient has the device now"),
        "{detail}"
    );
    program.wait_until("it is journaled", |program| {
        let delivery = delivery(program);
        delivery["delivered"] == 2 && delivery["dead"] == 1
    });
    let (status, done) = program.post("/api/deliveries/nothing/retry", "");
    assert_eq!(status, 404, "{done}");
    says_nothing(&program);
}

#[test]
fn what_has_waited_for_its_patient_long_enough_is_given_up_and_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let more = format!("{BY_END}\nawait_patient = \"1s\"");
    let table = double.table(directory.path(), &["SN-2"], &more);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is given up", |program| {
        let delivery = delivery(program);
        delivery["documents"][0]["state"] == "expired" && delivery["dead"] == 0
    });
    assert_eq!(not_sent(&program, "withheld"), 1);
    assert_eq!(not_sent(&program, "no_patient"), 1);
    assert!(program.log().contains("given up"));
    let given_up = delivery(&program)["documents"][0].clone();
    let answer = |action: &str| {
        let (status, problem) = program.post(&order(&given_up, action), "");
        let detail = problem["detail"].as_str().unwrap_or_default();
        (status, detail.to_owned())
    };
    let (status, detail) = answer("retry");
    assert!(
        status == 409 && detail.contains("no patient has the device now"),
        "{detail}"
    );
    let (status, detail) = answer("discard");
    assert!(status == 409 && detail.contains("given up"), "{detail}");
    // As long as the journal has it an operator can have it made.
    write(
        &program,
        directory.path(),
        &[(DEVICE, NUMBER), ("SN-2", NUMBER)],
    );
    assert_eq!(answer("retry"), (200, String::new()));
    program.wait_until("it is journaled", |program| {
        let shown = &delivery(program)["documents"][0];
        shown["id"] == given_up["id"] && shown["state"] == "journaled"
    });
}

#[test]
fn where_no_patient_is_waited_for_such_alarms_are_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let more = format!("{BY_END}\nawait_patient = \"0s\"");
    let table = double.table(directory.path(), &["SN-2"], &more);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is counted", |program| {
        not_sent(program, "no_patient") == 1
    });
    let delivery = delivery(&program);
    assert_eq!(delivery["dead"], 0);
    assert!(delivery["documents"].is_null());
    assert!(program.log().contains("no patient has the device now"));
}

#[test]
fn a_number_of_the_rule_of_2032_in_the_register_makes_no_note_about_somebody_else() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE, "SN-2"], BY_END);
    let rows = format!("{HEAD}{DEVICE},{LATE},{NAME}\nSN-2,{NUMBER},{NAME}\n");
    std::fs::write(register(directory.path()), rows).expect("a register");
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    falls_and_ends(&program, "SN-2");
    program.wait_until("the other one is journaled", |program| {
        let delivery = delivery(program);
        delivery["delivered"] == 1 && delivery["dead"] == 1
    });
    let letter = delivery(&program)["dead_letters"][0].clone();
    assert_eq!(letter["device"], DEVICE);
    assert_eq!(
        letter["reason"],
        "the register has a mistyped number for the device"
    );
    program.wait_until("it is told", |program| warning(program).is_some());
    let log = program.log();
    assert!(log.contains("line=2") && log.contains("from 2032"), "{log}");
    let all = [log, program.get("/healthz"), program.get("/api/deliveries")];
    assert!(all.iter().all(|text| !text.contains(LATE)));
    // It is mended, and somebody says so.
    write(
        &program,
        directory.path(),
        &[(DEVICE, NUMBER), ("SN-2", NUMBER)],
    );
    let (status, done) = program.post("/api/deliveries/fhir/retry", "{}");
    assert_eq!((status, &done["left"]), (200, &json!(1)), "{done}");
    assert_eq!(delivery(&program)["dead"], 1);
    let (status, done) = program.post(&order(&letter, "retry"), "{}");
    assert_eq!(status, 200, "{done}");
    journaled(&program, 2);
    says_nothing(&program);
}

#[test]
fn whose_an_alarm_was_is_kept_where_its_line_is_mistyped_by_the_time_it_is_closed() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    raised_and_closed(&program, directory.path(), &[(DEVICE, LATE)]);
    for (person, retried) in [(OTHER, 0), (NUMBER, 1)] {
        write(
            &program,
            directory.path(),
            &[(DEVICE, person), ("SN-2", NUMBER)],
        );
        let (_, done) = program.post("/api/deliveries/fhir/retry", "");
        assert_eq!(done["retried"], json!(retried), "{done}");
    }
    journaled(&program, 1);
    says_nothing(&program);
}

#[test]
fn a_register_that_cannot_be_read_is_told_once_though_it_is_tried_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    let told = |program: &Program| {
        let log = program.log();
        let told = log.matches("the register of patients stays as it was");
        told.count()
    };
    std::fs::write(register(directory.path()), HEAD.as_bytes().split_at(9).0).expect("a register");
    program.wait_until("it is told", |program| told(program) == 1);
    // Long enough for two looks.
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(told(&program), 1);
    assert!(warning(&program).is_some_and(|text| text.contains("cannot be read")));
    write(&program, directory.path(), &[(DEVICE, NUMBER)]);
    program.wait_until("all is well", |program| warning(program).is_none());
}
