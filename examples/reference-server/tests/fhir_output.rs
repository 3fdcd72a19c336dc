//! Closed care alarms become documents of the patient record.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use serde_json::{Value, json};
use support::fhir::{Double, Fault, NUMBER, ORGANISATION};
use support::patient_record::{
    BY_END, DEVICE, delivery, falls_and_ends, forget_the_mark, partner, says_nothing, start,
};
use support::web::webhook;

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
