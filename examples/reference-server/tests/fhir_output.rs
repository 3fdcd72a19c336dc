//! Closed care alarms become documents of the patient record, and patients are looked up meanwhile.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::path::Path;
use std::time::{Duration, Instant};

use alarm_codes::{Event, Handling, Kind, Reference};
use reference_server::journal::{
    Answer, ContentHash, Entry, EventId, Journal as _, JournalSettings, Lane, SqliteJournal,
    TransportFacts, Verdict,
};
use reference_server::time::Timestamp;
use serde_json::{Value, json};
use support::fhir::{Double, Fault, NAME, NUMBER, ORGANISATION};
use support::patient_record::{
    BY_END, DEVICE, delivery, falls_and_ends, order, partner, says_nothing, start,
};
use support::program::Program;
use support::web::{inputs, webhook};

#[test]
fn a_closed_fall_is_journaled_through_every_fault_with_the_same_bytes() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    {
        let mut book = double.book();
        book.token_faults = [Fault::Nonce("n-1"), Fault::Answer(503)].into();
        book.write_faults = [
            Fault::Nonce("n-2"),
            Fault::Answer(503),
            Fault::Answer(429),
            Fault::ForgetTokens,
            Fault::KeptButCut,
            Fault::KeptButAnswer(502),
        ]
        .into();
    }
    let program = start(
        directory.path(),
        &double.table(directory.path(), &[DEVICE], BY_END),
    );
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is journaled", |program| {
        let delivery = delivery(program);
        delivery["delivered"] == 1 && delivery["documents"][0]["state"] == "journaled"
    });
    let book = double.book();
    assert_eq!(book.complaints, Vec::<String>::new());
    assert!(book.write_faults.is_empty() && book.token_faults.is_empty());
    assert_eq!(book.documents.len(), 3);
    let all = book.by_identifier();
    assert!(all.len() == 1 && all.values().all(|bytes| bytes.len() == 1));
    let document: Value = serde_json::from_slice(&book.documents[0].1).expect("JSON");
    drop(book);
    let composition = &document["entry"][0]["resource"];
    assert_eq!(composition["status"], "final");
    assert_eq!(composition["subject"]["identifier"]["value"], NUMBER);
    assert_eq!(
        composition["author"][0]["identifier"]["value"],
        ORGANISATION
    );
    let issue = &document["entry"][1]["resource"];
    assert_eq!(issue["code"]["coding"][0]["code"], "4.1");
    // It is the alarm that the journal has.
    let shown = delivery(&program)["documents"][0].clone();
    assert_eq!(shown["alarm"], program.alarms("fall")[0]["id"]);
    assert_eq!(shown["code"], "4.1");
    assert_eq!(program.json("/healthz")["outputs"][0]["name"], "fhir");
    assert!((program.metric("alarm_fhir_dead_letters")).abs() < f64::EPSILON);
    says_nothing(&program);
}

#[test]
fn a_document_that_fails_at_the_receiver_is_shown_to_an_operator() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    double.book().status =
        json!({"registered": "2026-03-14T02:20:00Z", "failed": format!("{NAME} is unknown")});
    let program = start(
        directory.path(),
        &double.table(directory.path(), &[DEVICE], BY_END),
    );
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is dead", |program| delivery(program)["dead"] == 1);
    let delivery = delivery(&program);
    let letter = &delivery["dead_letters"][0];
    assert_eq!(letter["reason"], "failed at the receiver");
    assert_eq!(
        (&letter["device"], &letter["code"]),
        (&DEVICE.into(), &"4.1".into())
    );
    assert_eq!(letter["alarm"], program.alarms("fall")[0]["id"]);
    assert_eq!(delivery["documents"][0]["state"], "failed");
    assert!((program.metric("alarm_fhir_dead_letters") - 1.0).abs() < f64::EPSILON);
    says_nothing(&program);
    // It stays there over a restart, and nothing is sent again.
    let sent = double.book().documents.len();
    let tables = inputs(directory.path()) + &double.table(directory.path(), &[DEVICE], BY_END);
    program.stop();
    let program = Program::start(directory.path(), "", &tables);
    program.wait_until("it is shown again", |program| {
        self::delivery(program)["dead"] == 1
    });
    assert_eq!(double.book().documents.len(), sent);
}

/// A server with two documents that failed at the receiver, the table of its output, and the dead
/// letters in the order of the documents: the second may fail before the first.
fn two_are_dead(directory: &Path, double: &Double) -> (Program, String, Vec<Value>) {
    double.book().status = json!({"failed": "no such patient"});
    let table = double.table(directory, &[DEVICE, "SN-2"], BY_END);
    let program = start(directory, &table);
    falls_and_ends(&program, DEVICE);
    falls_and_ends(&program, "SN-2");
    program.wait_until("both are dead", |program| delivery(program)["dead"] == 2);
    let letters = delivery(&program)["dead_letters"].clone();
    let mut letters = letters.as_array().expect("a list").clone();
    letters.sort_by_key(|letter| letter["id"].as_u64());
    (program, table, letters)
}

#[test]
fn a_refused_document_is_sent_again_when_an_operator_says_so_and_given_up_when_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let (program, _, letters) = two_are_dead(directory.path(), &double);
    let path = |index: usize, action: &str| order(&letters[index], action);
    // The log names them as the API does.
    let named = format!("document={}", letters[0]["id"]);
    assert!(program.log().contains(&named), "{}", program.log());
    // All of them are there, page by page.
    let page = |after: u64| {
        let path = format!("/api/deliveries/fhir/dead_letters?limit=1&after={after}");
        let page = program.json(&path);
        (page["dead_letters"].clone(), page["next"].as_u64())
    };
    let (first, next) = page(0);
    assert_eq!(first, json!([letters[0]]));
    let (second, next) = page(next.expect("an id"));
    assert_eq!(second, json!([letters[1]]));
    assert_eq!(page(next.expect("an id")), (json!([]), next));
    // The cause is mended at the receiver.
    double.book().status = support::fhir::journaled();
    let sent = double.book().documents.len();
    let (status, done) = program.post(&path(0, "retry"), "{}");
    assert_eq!((status, &done["done"]), (200, &"retry".into()), "{done}");
    program.wait_until("it is journaled", |program| {
        delivery(program)["documents"][0]["state"] == "journaled"
    });
    assert_eq!(double.book().documents.len(), sent + 1);
    // The same bytes under the same identifier.
    assert!(
        double
            .book()
            .by_identifier()
            .values()
            .all(|bytes| bytes.len() == 1)
    );
    let (status, problem) = program.post(&path(0, "retry"), "");
    assert_eq!((status, &problem["status"]), (409, &409.into()));
    assert!(
        problem["detail"]
            .as_str()
            .is_some_and(|text| text.contains("not refused"))
    );
    let (status, done) = program.post(&path(1, "discard"), "");
    assert_eq!((status, &done["done"]), (200, &"discard".into()));
    let shown = delivery(&program);
    assert_eq!((&shown["dead"], &shown["waiting"]), (&0.into(), &0.into()));
    assert_eq!(shown["documents"][1]["state"], "dismissed");
    assert_eq!(program.post(&path(1, "discard"), "").0, 409);
    assert_eq!(program.post("/api/deliveries/fhir/4711/retry", "").0, 404);
    assert_eq!(program.post("/api/deliveries/sensio/1/retry", "").0, 404);
    let orders = |rest: &str| {
        let labels = format!("output=\"fhir\",action={rest}");
        program.metric(&format!("alarm_delivery_orders_total{{{labels}}}"))
    };
    for (labels, count) in [
        ("\"retry\",result=\"done\"", 1.0),
        ("\"retry\",result=\"not_parked\"", 1.0),
        ("\"retry\",result=\"unknown\"", 1.0),
        ("\"discard\",result=\"done\"", 1.0),
    ] {
        assert!((orders(labels) - count).abs() < f64::EPSILON, "{labels}");
    }
    says_nothing(&program);
}

/// A server with one document, after these faults, when somebody has to look at it; and its dead letter.
fn one_is_dead(directory: &Path, double: &Double, faults: &[Fault]) -> (Program, Value) {
    double.book().write_faults = faults.to_vec().into();
    double.book().status = support::fhir::journaled();
    let program = start(directory, &double.table(directory, &[DEVICE], BY_END));
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is dead", |program| delivery(program)["dead"] == 1);
    let letter = delivery(&program)["dead_letters"][0].clone();
    (program, letter)
}

#[test]
fn what_the_receiver_has_taken_is_sent_again_only_when_an_operator_says_that_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    // Taken, and no address of its status.
    let faults = [Fault::KeptButAnswer(202)];
    let (program, letter) = one_is_dead(directory.path(), &double, &faults);
    assert_eq!(letter["may_have_arrived"], true, "{letter}");
    assert_eq!(delivery(&program)["documents"][0]["state"], "unconfirmed");
    let log = program.log();
    assert!(log.contains("nobody knows whether"), "{log}");
    let path = order(&letter, "retry");
    let (status, problem) = program.post(&path, "{}");
    assert_eq!(status, 409);
    let detail = problem["detail"].as_str().expect("a text");
    assert!(detail.contains("even_if_taken") && detail.contains("nothing was sent"));
    assert_eq!(double.book().documents.len(), 1);
    assert_eq!(delivery(&program)["dead"], 1);
    assert_eq!(program.post(&path, "{\"even_if_taken\":true}").0, 200);
    program.wait_until("it is journaled", |program| {
        delivery(program)["documents"][0]["state"] == "journaled"
    });
    assert_eq!(double.book().documents.len(), 2);
    says_nothing(&program);
}

#[test]
fn a_conflict_after_a_lost_answer_is_not_shown_as_what_is_not_there() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let faults = [Fault::KeptButCut, Fault::Answer(409)];
    let (program, letter) = one_is_dead(directory.path(), &double, &faults);
    assert_eq!(letter["may_have_arrived"], true, "{letter}");
    let reason = letter["reason"].as_str().expect("a text");
    assert!(reason.contains("has probably arrived"), "{reason}");
    assert_eq!(delivery(&program)["documents"][0]["state"], "unconfirmed");
    assert!(program.log().contains("nobody knows whether"));
}

#[test]
fn a_wrong_path_lets_documents_wait_and_is_shown() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    double.book().write_faults = vec![Fault::Answer(404); 100].into();
    let program = start(
        directory.path(),
        &double.table(directory.path(), &[DEVICE, "SN-2"], BY_END),
    );
    falls_and_ends(&program, DEVICE);
    falls_and_ends(&program, "SN-2");
    program.wait_until("it is paused", |program| {
        let output = &program.json("/healthz")["outputs"][0];
        let reason = output["paused"].as_str().unwrap_or_default();
        reason.contains("the address") && output["late"] == 0
    });
    program.wait_until("both wait", |program| delivery(program)["waiting"] == 2);
    assert_eq!(delivery(&program)["dead"], 0);
    assert!((program.metric("alarm_fhir_paused") - 1.0).abs() < f64::EPSILON);
    assert!(program.metric("alarm_fhir_questions_paused").abs() < f64::EPSILON);
}

#[test]
fn what_an_operator_was_told_is_done_is_done_after_a_crash() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let (program, table, letters) = two_are_dead(directory.path(), &double);
    let path = |index: usize, action: &str| order(&letters[index], action);
    // Nobody answers any more, so that the retry is known from the file alone.
    double.book().write_faults = vec![Fault::Answer(503); 1000].into();
    assert_eq!(program.post(&path(0, "discard"), "").0, 200);
    assert_eq!(program.post(&path(1, "retry"), "").0, 200);
    program.kill();
    // They are older than the patience of a document: the retry has given the one new patience.
    let outbox = rusqlite::Connection::open(directory.path().join("alarms.sqlite.fhir"));
    let sql = "UPDATE document SET submitted = submitted - 172800000000";
    assert_eq!(outbox.expect("an outbox").execute(sql, []), Ok(2));
    double.book().write_faults.clear();
    double.book().status = support::fhir::journaled();
    let program = start(directory.path(), &table);
    program.wait_until("the one is journaled", |program| {
        let delivery = delivery(program);
        delivery["documents"][1]["state"] == "journaled" && delivery["dead"] == 0
    });
    assert_eq!(delivery(&program)["documents"][0]["state"], "dismissed");
}

/// The table of an output on this stage.
fn table_on(stage: &str, directory: &Path, double: &Double) -> String {
    double.table_for("jft", stage, directory, &[DEVICE], BY_END)
}

/// A server on production with one alarm of a synthetic person, and its dead letter.
fn one_is_withheld(directory: &Path, double: &Double) -> (Program, Value) {
    let program = start(directory, &table_on("production", directory, double));
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is withheld", |program| delivery(program)["dead"] == 1);
    let letter = delivery(&program)["dead_letters"][0].clone();
    (program, letter)
}

#[test]
fn a_withheld_alarm_is_sent_when_its_cause_is_mended() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let (program, letter) = one_is_withheld(directory.path(), &double);
    let path = order(&letter, "retry");
    let (status, problem) = program.post(&path, "");
    assert_eq!(status, 409, "{problem}");
    let detail = problem["detail"].as_str().expect("text");
    let reason = letter["reason"].as_str().expect("text");
    assert!(detail.contains(reason), "{detail}");
    assert_eq!(double.book().documents.len(), 0);
    program.stop();
    let program = start(
        directory.path(),
        &table_on("test", directory.path(), &double),
    );
    program.wait_until("it is shown again", |program| {
        delivery(program)["dead"] == 1
    });
    let (status, done) = program.post(&path, "");
    assert_eq!(status, 200, "{done}");
    program.wait_until("it is journaled", |program| {
        delivery(program)["documents"][0]["state"] == "journaled"
    });
    let delivery = delivery(&program);
    assert_eq!(delivery["documents"][0]["id"], letter["id"]);
    assert_eq!(
        (&delivery["dead"], double.book().documents.len()),
        (&0.into(), 1)
    );
}

#[test]
fn what_an_older_version_withheld_without_saying_what_closed_it_can_only_be_given_up() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let (program, letter) = one_is_withheld(directory.path(), &double);
    program.stop();
    let outbox = rusqlite::Connection::open(directory.path().join("alarms.sqlite.fhir"));
    let sql = "UPDATE document SET later = NULL";
    assert_eq!(outbox.expect("an outbox").execute(sql, []), Ok(1));
    let program = start(
        directory.path(),
        &table_on("test", directory.path(), &double),
    );
    program.wait_until("it is shown again", |program| {
        delivery(program)["dead"] == 1
    });
    let (status, problem) = program.post(&order(&letter, "retry"), "");
    let detail = problem["detail"].as_str().expect("text");
    assert!(
        status == 409 && detail.contains("older version"),
        "{detail}"
    );
    assert_eq!(program.post(&order(&letter, "discard"), "").0, 200);
    assert_eq!(delivery(&program)["documents"][0]["state"], "dismissed");
    assert_eq!(double.book().documents.len(), 0);
}

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

#[test]
fn medicine_that_was_taken_goes_over_the_wire_as_a_medication_dispense() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], "");
    let program = start(directory.path(), &table);
    assert_eq!(
        partner(&program).event("POST", DEVICE, 10014, "{}"),
        Some(200)
    );
    program.wait_until("it is journaled", |program| {
        delivery(program)["documents"][0]["state"] == "journaled"
    });
    let taken = program.alarms("medication_taken")[0].clone();
    let shown = delivery(&program)["documents"][0].clone();
    assert_eq!(
        (&shown["alarm"], &shown["code"]),
        (&taken["id"], &"MedicationDispense".into())
    );
    let book = double.book();
    assert_eq!(book.complaints, Vec::<String>::new());
    assert_eq!(book.documents.len(), 1);
    assert_eq!(book.paths, ["/v1/MedicationDispense"]);
    let dispense: Value = serde_json::from_slice(&book.documents[0].1).expect("JSON");
    assert_eq!(dispense["resourceType"], "MedicationDispense");
    assert_eq!(dispense["status"], "completed");
    assert_eq!(dispense["subject"]["identifier"]["value"], NUMBER);
    let performer = &dispense["performer"][0]["actor"];
    assert_eq!(performer["identifier"]["value"], DEVICE);
    assert!(performer["reference"].is_null());
    assert_eq!(dispense["category"]["coding"][0]["code"], "1");
    drop(book);
    says_nothing(&program);
}

/// Takes away what the journal keeps of the output, as if it had crashed before it was kept.
fn forget_the_mark(directory: &Path) {
    let journal = rusqlite::Connection::open(directory.join("alarms.sqlite")).expect("a journal");
    let sql = "DELETE FROM state WHERE area = 'outputs.fhir'";
    assert!(journal.execute(sql, []).expect("the table") > 0);
}

#[test]
fn what_is_taken_over_again_is_known_and_otherwise_made_again_to_the_byte() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let more = format!("{BY_END}\nfrom = \"beginning\"");
    let table = double.table(directory.path(), &[DEVICE], &more);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    let sent = |times: usize| {
        let book = double.book();
        let all = book.by_identifier();
        let same = all.len() == 1 && all.values().all(|bytes| bytes.len() == 1);
        assert!(book.documents.is_empty() || same, "{} forms", all.len());
        book.documents.len() == times
    };
    program.wait_until("it is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
    program.stop();
    forget_the_mark(directory.path());
    let program = start(directory.path(), &table);
    program.wait_until("it is taken over again", |program| {
        program.metric("alarm_fhir_taken_total{outcome=\"repeated\"}") >= 1.0
    });
    assert!(sent(1));
    program.stop();
    forget_the_mark(directory.path());
    std::fs::remove_file(directory.path().join("alarms.sqlite.fhir")).expect("the outbox");
    let program = start(directory.path(), &table);
    program.wait_until("it is journaled again", |program| {
        delivery(program)["delivered"] == 1
    });
    assert!(sent(2));
}

#[test]
fn what_is_registered_and_read_is_followed_until_it_is_journaled() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let program = start(
        directory.path(),
        &double.table(directory.path(), &[DEVICE], BY_END),
    );
    let time = "2026-03-14T02:20:00Z";
    double.book().status = json!({"registered": time, "read": null, "journaled": null});
    falls_and_ends(&program, DEVICE);
    let shows = |word: &str| {
        program.wait_until(word, |program| {
            delivery(program)["documents"][0]["state"] == word
        });
    };
    shows("registered");
    double.book().status = json!({"registered": time, "read": time, "journaled": null});
    shows("read");
    assert_eq!(delivery(&program)["waiting"], 1);
    double.book().status = support::fhir::journaled();
    shows("journaled");
    assert_eq!(double.book().documents.len(), 1);
}

#[test]
fn vkp_has_it_with_its_answer() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table_for("vkp", "test", directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is done", |program| {
        delivery(program)["documents"][0]["state"] == "done"
    });
    assert_eq!(double.book().documents.len(), 1);
    assert_eq!(double.book().complaints, Vec::<String>::new());
}

#[test]
fn persons_of_the_other_stage_are_withheld_and_what_is_no_care_is_counted() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table_for("jft", "production", directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    // A battery is nobody's care.
    let partner = partner(&program);
    assert_eq!(partner.event("POST", DEVICE, 951, "{}"), Some(200));
    program.wait_until("all are taken over", |program| {
        delivery(program)["not_sent"]["no_care"] == 1 && delivery(program)["dead"] == 1
    });
    let delivery = delivery(&program);
    assert_eq!(delivery["not_sent"]["withheld"], 1);
    let letter = &delivery["dead_letters"][0];
    assert_eq!(
        letter["reason"],
        "a synthetic number, and the stage is production"
    );
    assert_eq!(delivery["documents"][0]["state"], "withheld");
    assert_eq!(double.book().documents.len(), 0);
    says_nothing(&program);
}

#[test]
fn where_handling_closes_an_end_alone_does_not() {
    let directory = tempfile::tempdir().expect("a directory");
    let (double, sensio) = (Double::start(), support::web::Double::start(&[DEVICE]));
    let tables =
        double.table(directory.path(), &[DEVICE], "") + &sensio.table(directory.path(), "");
    let program = start(directory.path(), &tables);
    let partner = partner(&program);
    assert_eq!(partner.event("POST", DEVICE, 906, "{}"), Some(200));
    assert_eq!(partner.event("DELETE", DEVICE, 906, ""), Some(200));
    assert_eq!(partner.event("POST", DEVICE, 906, "{}"), Some(200));
    program.wait_until("both are raised there", |_| {
        sensio.methods(DEVICE).len() >= 3
    });
    let falls = program.alarms("fall");
    let id = falls[1]["id"].as_str().expect("an id");
    let body = format!(
        "{{\"DeviceIdentifier\":\"{DEVICE}\",\"EventType\":906,\"ExternalEventId\":\"{id}\"}}"
    );
    let web = program.addresses["web_http"];
    assert_eq!(webhook(web, "RequestDeactivateEvent", &body), 200);
    program.wait_until("the second one is journaled", |program| {
        let delivery = delivery(program);
        delivery["documents"][0]["state"] == "journaled" && delivery["open"] == 1
    });
    let delivery = delivery(&program);
    assert_eq!(delivery["documents"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&delivery["documents"][0]["alarm"], &delivery["open"]),
        (&id.into(), &1.into())
    );
    // The log of the note says who closed it.
    let book = double.book();
    let document = String::from_utf8_lossy(&book.documents[0].1).into_owned();
    assert!(document.contains("sensio"), "{document}");
}

#[test]
fn a_refused_client_is_shown_and_holds_up_no_input() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    double.book().token_faults = [Fault::Answer(401)].into();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is shown", |program| {
        program.json("/healthz")["outputs"][0]["paused"] == "HelseID refuses the client"
    });
    let health = program.json("/healthz");
    assert_eq!(
        (&health["status"], &health["outputs"][0]["status"]),
        (&"ok".into(), &"running".into())
    );
    assert_eq!(delivery(&program)["waiting"], 1);
    assert_eq!(double.book().documents.len(), 0);
    // Once it is mended and the server started anew, what waited is sent.
    program.kill();
    let program = start(directory.path(), &table);
    program.wait_until("it is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
}

fn patient() -> Value {
    json!({"resourceType": "Patient",
        "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": NUMBER}],
        "extension": [{"url": "http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090",
            "valueString": "Eksempel|Nord"}],
        "name": [{"given": ["BLID"], "family": "FJELLREV"}],
        "address": [{"use": "home", "line": ["Prøveveien 1"], "postalCode": "0001", "city": "Eksempel",
            "_line": [{"extension": [{
                "url": "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-additionalLocator",
                "valueString": "second door"}]}],
            "extension": [{"url": "http://ehelse.no/fhir/StructureDefinition/vkp-elock-v090",
                "valueString": "DEVICE-KEY"}]}]})
}

fn page(program: &Program, alarm: &Value) -> Value {
    let id = alarm["id"].as_str().expect("an id");
    program.json(&format!("/api/alarms/{id}"))["patient"].clone()
}

#[test]
fn a_patient_is_looked_up_once_and_stands_on_the_page_of_the_alarm_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    double.book().patient = patient();
    let table = double.table(
        directory.path(),
        &[DEVICE, "SN-2"],
        "[outputs.fhir.look_up]",
    );
    let program = start(directory.path(), &table);
    let partner = partner(&program);
    for (device, number) in [(DEVICE, 1), ("SN-2", 2)] {
        assert_eq!(partner.event("POST", device, 906, "{}"), Some(200));
        program.wait_until("somebody is found", |program| {
            let falls = program.alarms("fall");
            falls.len() == number && page(program, &falls[number - 1])["state"] == "found"
        });
    }
    // Both are the same person's.
    assert_eq!(double.book().searches, 1);
    let found = page(&program, &program.alarms("fall")[0]);
    assert_eq!(found["name"], NAME);
    assert_eq!(found["zones"], json!(["Eksempel", "Nord"]));
    assert_eq!(found["electronic_lock"], "DEVICE-KEY");
    assert_eq!(found["address"], json!(["Prøveveien 1", "0001 Eksempel"]));
    assert_eq!(found["door_hint"], "second door");
    let list = program.get("/api/alarms");
    assert!(!list.contains("FJELLREV") && !list.contains(NUMBER));
    says_nothing(&program);
}

#[test]
fn a_slow_look_up_delays_no_answer() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    double.book().patient = patient();
    let answers = |tables: &str, folder: &str| {
        let directory = directory.path().join(folder);
        std::fs::create_dir(&directory).expect("a directory");
        let program = start(&directory, tables);
        let partner = partner(&program);
        let mut times: Vec<Duration> = (0..100)
            .map(|number| {
                let body = format!("{{\"externalEventId\":\"e{number}\"}}");
                let began = Instant::now();
                assert_eq!(partner.event("POST", DEVICE, 906, &body), Some(200));
                began.elapsed()
            })
            .collect();
        times.sort();
        (program, times[times.len() / 2], times[times.len() - 1])
    };
    let (_, median, most) = answers("", "without");
    double.book().search_takes = Duration::from_secs(600);
    let look_up = "[outputs.fhir.look_up]\nwithin = \"3s\"";
    let table = double.table(directory.path(), &[DEVICE], look_up);
    let (program, slow_median, slow_most) = answers(&table, "with");
    println!("without: {median:?}, at most {most:?}; with: {slow_median:?}, at most {slow_most:?}");
    // No answer waits for a look-up: the slowest of a hundred is far from the three seconds of one.
    assert!(slow_most < Duration::from_secs(2), "{slow_most:?}");
    assert!(
        slow_median < median * 5 + Duration::from_millis(200),
        "{slow_median:?}, {median:?}"
    );
    let fall = program.alarms("fall")[0].clone();
    program.wait_until("it is given up", |program| {
        page(program, &fall)["reason"] == "too_slow"
    });
    assert_eq!(page(&program, &fall)["state"], "not_found");
}
