//! Alarms that are opened again: their documents are amended, for the same person only.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::path::Path;
use std::time::Duration;

use alarm_codes::{Event, Handling, Kind, Reference};
use reference_server::journal::{
    Answer, ContentHash, Entry, EventId, Journal as _, JournalSettings, Lane, SqliteJournal,
    TransportFacts, Verdict,
};
use reference_server::time::Timestamp;
use serde_json::Value;
use support::fhir::{Double, Fault, NUMBER};
use support::patient_record::{
    BY_END, DEVICE, delivery, falls_and_ends, forget_the_mark, order, says_nothing, start,
};
use support::program::Program;

/// Stores what another receiver of the operator would say of an alarm, while the server is stopped.
fn store_later(directory: &Path, of: &Value, kind: Kind, change: impl FnOnce(&mut Event)) {
    let alarm: EventId = of["id"].as_str().expect("an id").parse().expect("an id");
    let (id, at) = (EventId::new(), Timestamp::now());
    let received = alarm_codes::Timestamp::from_micros(at.as_micros()).expect("a time");
    let id_of = |id: EventId| alarm_codes::EventId(u128::from_be_bytes(*id.as_bytes()));
    let mut event = Event::new(id_of(id), kind, received);
    event.device.controller = Some(DEVICE.into());
    let of = Some(Reference::Event(id_of(alarm)));
    match kind {
        Kind::Cancel => event.correlation.clears = of,
        _ => event.correlation.updates = of,
    }
    change(&mut event);
    let entry = Entry {
        id,
        lane: Lane::Care,
        protocol: "test",
        verdict: Verdict::Accepted,
        sender: DEVICE.into(),
        source_ref: None,
        content_hash: ContentHash::of(id.as_bytes()),
        duplicate_window: Duration::ZERO,
        received_at: at,
        event: serde_json::to_string(&event).expect("JSON"),
        kind: Some(kind.name().into()),
        class: Some("care".into()),
        priority: Some("urgent".into()),
        raw: bytes::Bytes::new(),
        transport: TransportFacts {
            transport: "test".into(),
            peer: "127.0.0.1:1".into(),
            local: "127.0.0.1:2".into(),
        },
        answer: Answer {
            bytes: bytes::Bytes::new(),
            summary: "none".into(),
        },
    };
    let settings = JournalSettings::at(directory.join("alarms.sqlite"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let journal = SqliteJournal::open(settings).expect("the journal opens");
        journal.store(entry).await.expect("it is stored");
        journal.close().await.expect("it closes");
    });
}

#[test]
fn an_alarm_that_is_reopened_and_closed_again_amends_its_document_once_over_a_crash() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let more = format!("{BY_END}\nfrom = \"beginning\"");
    let table = double.table(directory.path(), &[DEVICE], &more);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
    let fall = program.alarms("fall")[0].clone();
    program.stop();
    // A word more about what is closed corrects nothing.
    store_later(directory.path(), &fall, Kind::Fall, |_| {});
    store_later(directory.path(), &fall, Kind::Fall, |event| {
        event.handling = Handling::Reopened;
    });
    let program = start(directory.path(), &table);
    program.wait_until("it is open again", |program| delivery(program)["open"] == 1);
    program.stop();
    store_later(directory.path(), &fall, Kind::Cancel, |_| {});
    for _ in 0..2 {
        let program = start(directory.path(), &table);
        program.wait_until("the correction is journaled", |program| {
            let delivery = delivery(program);
            let second = &delivery["documents"][1];
            second["state"] == "journaled" && delivery["open"] == 0
        });
        let shown = delivery(&program)["documents"].clone();
        assert_eq!(shown.as_array().map(Vec::len), Some(2));
        assert_eq!(
            (&shown[1]["writing"], &shown[1]["alarm"]),
            (&1.into(), &fall["id"])
        );
        program.stop();
        // All of it is taken over again, and known.
        forget_the_mark(directory.path());
    }
    let book = double.book();
    let all = book.by_identifier();
    assert!(all.len() == 2 && all.values().all(|bytes| bytes.len() == 1));
    let read =
        |index: usize| -> Value { serde_json::from_slice(&book.documents[index].1).expect("JSON") };
    let (first, second) = (read(0), read(1));
    let composition = &second["entry"][0]["resource"];
    assert_eq!(composition["status"], "amended");
    assert_eq!(
        composition["relatesTo"][0]["targetIdentifier"],
        first["identifier"]
    );
    assert_eq!(composition["event"].as_array().map(Vec::len), Some(4));
}

/// Stops the server, has the first fall opened and closed again elsewhere, and starts it anew.
fn opened_and_closed_again(program: Program, directory: &Path, table: &str) -> Program {
    let fall = program.alarms("fall")[0].clone();
    program.stop();
    store_later(directory, &fall, Kind::Fall, |event| {
        event.handling = Handling::Reopened;
    });
    store_later(directory, &fall, Kind::Cancel, |_| {});
    start(directory, table)
}

#[test]
fn a_correction_does_not_go_to_whoever_has_the_device_now() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
    let register = directory.path().join("patients.csv");
    let first = std::fs::read_to_string(&register).expect("a register");
    // Another synthetic person.
    let second = first.replace(NUMBER, "17712811226");
    std::fs::write(&register, second).expect("a register");
    let program = opened_and_closed_again(program, directory.path(), &table);
    program.wait_until("it is withheld", |program| delivery(program)["dead"] == 1);
    let letter = delivery(&program)["dead_letters"][0].clone();
    assert_eq!(letter["reason"], "another patient has the device now");
    let (status, problem) = program.post(&order(&letter, "retry"), "");
    assert_eq!(status, 409, "{problem}");
    assert_eq!(double.book().documents.len(), 1);
    program.stop();
    std::fs::write(&register, first).expect("a register");
    let program = start(directory.path(), &table);
    program.wait_until("it is shown again", |program| {
        delivery(program)["dead"] == 1
    });
    let (status, done) = program.post(&order(&letter, "retry"), "");
    assert_eq!(status, 200, "{done}");
    program.wait_until("the correction is journaled", |program| {
        delivery(program)["documents"][1]["state"] == "journaled"
    });
    let book = double.book();
    let second: Value = serde_json::from_slice(&book.documents[1].1).expect("JSON");
    let composition = &second["entry"][0]["resource"];
    assert_eq!(composition["status"], "amended");
    assert_eq!(composition["subject"]["identifier"]["value"], NUMBER);
    assert_eq!(composition["event"].as_array().map(Vec::len), Some(4));
    drop(book);
    says_nothing(&program);
}

#[test]
fn what_never_reached_the_record_is_not_replaced() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    double.book().write_faults = [Fault::Answer(400), Fault::Answer(400)].into();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is refused", |program| delivery(program)["dead"] == 1);
    let program = opened_and_closed_again(program, directory.path(), &table);
    program.wait_until("both are refused", |program| delivery(program)["dead"] == 2);
    let letters = delivery(&program)["dead_letters"].clone();
    assert_eq!(program.post(&order(&letters[0], "retry"), "").0, 409);
    assert_eq!(program.post(&order(&letters[1], "retry"), "").0, 200);
    program.wait_until("the second one is journaled", |program| {
        delivery(program)["documents"][1]["state"] == "journaled"
    });
    let second: Value = serde_json::from_slice(&double.book().documents[0].1).expect("JSON");
    let composition = &second["entry"][0]["resource"];
    assert_eq!(composition["status"], "final");
    assert!(composition["relatesTo"].is_null());
    assert_eq!(composition["event"].as_array().map(Vec::len), Some(4));
    // The first one stays overtaken, as the second is there.
    let (status, problem) = program.post(&order(&letters[0], "retry"), "");
    assert_eq!(status, 409, "{problem}");
    // A third one is refused and given up, which changes nothing of that.
    double.book().write_faults = [Fault::Answer(400)].into();
    let program = opened_and_closed_again(program, directory.path(), &table);
    program.wait_until("the third one is refused", |program| {
        delivery(program)["dead"] == 2
    });
    let letter = delivery(&program)["dead_letters"][1].clone();
    assert_eq!(program.post(&order(&letter, "discard"), "").0, 200);
    assert_eq!(program.post(&order(&letters[0], "retry"), "").0, 409);
    says_nothing(&program);
}
