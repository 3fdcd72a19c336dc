//! What is refused, lost on the way or withheld, and what operators have done with it.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::path::Path;

use serde_json::{Value, json};
use support::fhir::{Double, Fault, NAME};
use support::patient_record::{
    BY_END, DEVICE, delivery, falls_and_ends, order, says_nothing, start,
};
use support::program::Program;
use support::web::inputs;

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
    for action in ["discard", "retry"] {
        let (status, problem) = program.post(&path(1, action), "");
        let detail = problem["detail"].as_str().expect("a text");
        assert!(status == 409 && detail.contains("given up"), "{detail}");
    }
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

/// Lets a stopped server have given up asking for the status of its one document, as it does after days.
fn give_up_asking(directory: &Path) {
    let outbox = rusqlite::Connection::open(directory.join("alarms.sqlite.fhir"));
    let sql = "UPDATE document SET word = 'unconfirmed', reason = 'taken, but not confirmed in time', \
               state = json_object('state', 'parked', 'reason', 'unconfirmed', \
                 'maybe_taken', json('false'), 'at', json_extract(state, '$.since'), \
                 'status', json_extract(state, '$.status'))";
    assert_eq!(outbox.expect("an outbox").execute(sql, []), Ok(1));
}

#[test]
fn what_was_taken_and_can_be_asked_for_is_sent_again_when_an_operator_says_that_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let registered = json!({"registered": "2026-03-14T02:20:00Z"});
    double.book().status = registered;
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    falls_and_ends(&program, DEVICE);
    program.wait_until("it is registered", |program| {
        delivery(program)["documents"][0]["state"] == "registered"
    });
    program.stop();
    give_up_asking(directory.path());
    let program = start(directory.path(), &table);
    program.wait_until("it is dead", |program| delivery(program)["dead"] == 1);
    let letter = delivery(&program)["dead_letters"][0].clone();
    assert_eq!(letter["reason"], "taken, but not confirmed in time");
    assert_eq!(double.book().documents.len(), 1);
    // It stays registered: only what is sent now is journaled.
    let path = order(&letter, "retry");
    assert_eq!(program.post(&path, "{\"even_if_taken\":true}").0, 200);
    program.wait_until("it is sent again", |_| double.book().documents.len() == 2);
    double.book().status = support::fhir::journaled();
    program.wait_until("it is journaled", |program| {
        delivery(program)["documents"][0]["state"] == "journaled"
    });
    let book = double.book();
    assert_eq!(book.documents.len(), 2);
    assert!(book.by_identifier().values().all(|bytes| bytes.len() == 1));
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

#[test]
fn many_dead_letters_are_told_where_the_health_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let (program, _) = one_is_withheld(directory.path(), &double);
    let crowded = |program: &Program| {
        let health = program.json("/healthz")["outputs"][0]["crowded"].clone();
        assert_eq!(health, delivery(program)["crowded"]);
        health.as_str().map(str::to_owned)
    };
    assert_eq!(crowded(&program), None);
    program.stop();
    let outbox = rusqlite::Connection::open(directory.path().join("alarms.sqlite.fhir"));
    let sql = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 10000) \
               INSERT INTO document (alarm, device, code, occurred, submitted, state, word, since, reason, \
               reached) SELECT randomblob(16), device, code, occurred, submitted, state, word, since, \
               reason, 0 FROM document, number";
    assert_eq!(outbox.expect("an outbox").execute(sql, []), Ok(10_000));
    let program = start(
        directory.path(),
        &table_on("production", directory.path(), &double),
    );
    program.wait_until("it is told", |program| crowded(program).is_some());
    let delivery = delivery(&program);
    assert_eq!(delivery["dead"], 10_001);
    // One less is few enough.
    let letter = delivery["dead_letters"][0].clone();
    assert_eq!(program.post(&order(&letter, "discard"), "").0, 200);
    program.wait_until("all is well", |program| crowded(program).is_none());
}
