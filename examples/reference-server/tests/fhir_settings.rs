//! What the configuration of the output to the patient record changes of what is sent.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use serde_json::{Value, json};
use support::fhir::Double;
use support::patient_record::{BY_END, DEVICE, delivery, falls_and_ends, order, partner, start};

#[test]
fn a_multi_tenant_client_names_the_entity_below_its_main_entity_where_it_acts_for_one() {
    for (written, value) in [
        (
            "{ parent = \"310000000\", child = \"310000001\" }",
            "NO:ORGNR:310000000:310000001",
        ),
        ("\"310000000\"", "NO:ORGNR:310000000"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let double = Double::start();
        let more = format!("{BY_END}\non_behalf_of = {written}");
        let table = double.table(directory.path(), &[DEVICE], &more);
        let program = start(directory.path(), &table);
        falls_and_ends(&program, DEVICE);
        program.wait_until("it is journaled", |program| {
            delivery(program)["delivered"] == 1
        });
        let book = double.book();
        assert!(!book.assertions.is_empty());
        for assertion in &book.assertions {
            let role = &assertion["assertion_details"][0]["practitioner_role"];
            let identifier = &role["organization"]["identifier"];
            assert_eq!(
                *identifier,
                json!({"system": "urn:oid:1.0.6523", "type": "ENH", "value": value})
            );
        }
    }
}

/// A code of Sensio that means nothing here: it may be care, and the list has no code for it.
const UNCODED: u32 = 801;

#[test]
fn care_without_a_code_is_counted_and_goes_under_its_family_only_where_that_is_wanted() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let raise = |program: &_| {
        let partner = partner(program);
        let body = r#"{"description":"a synthetic text"}"#;
        assert_eq!(partner.event("POST", DEVICE, UNCODED, body), Some(200));
        assert_eq!(partner.event("DELETE", DEVICE, UNCODED, ""), Some(200));
    };
    let program = start(directory.path(), &table);
    raise(&program);
    program.wait_until("it is counted", |program| {
        delivery(program)["not_sent"]["no_code"] == 1
    });
    assert_eq!(double.book().documents.len(), 0);
    program.stop();
    let table = format!("{table}uncoded_care = \"family\"\n");
    let program = start(directory.path(), &table);
    raise(&program);
    program.wait_until("it is journaled", |program| {
        delivery(program)["delivered"] == 1
    });
    // The second one alone: what was left stays so.
    let book = double.book();
    assert_eq!(book.documents.len(), 1);
    let document: Value = serde_json::from_slice(&book.documents[0].1).expect("JSON");
    let code = &document["entry"][1]["resource"]["code"];
    assert_eq!(code["coding"][0]["code"], "4");
    assert_eq!(code["text"], "a synthetic text");
}

#[test]
fn why_a_withheld_alarm_is_not_sent_as_things_are_is_told_in_words() {
    let directory = tempfile::tempdir().expect("a directory");
    let double = Double::start();
    let table = double.table(directory.path(), &["SN-2"], BY_END);
    let family = format!("{table}uncoded_care = \"family\"\n");
    let program = start(directory.path(), &family);
    let partner = partner(&program);
    assert_eq!(partner.event("POST", DEVICE, UNCODED, "{}"), Some(200));
    assert_eq!(partner.event("DELETE", DEVICE, UNCODED, ""), Some(200));
    program.wait_until("it is withheld", |program| delivery(program)["dead"] == 1);
    let letter = delivery(&program)["dead_letters"][0].clone();
    program.stop();
    let table = double.table(directory.path(), &[DEVICE], BY_END);
    let program = start(directory.path(), &table);
    program.wait_until("the output runs", |program| delivery(program)["dead"] == 1);
    let (status, problem) = program.post(&order(&letter, "retry"), "");
    let detail = problem["detail"].as_str().expect("a text");
    assert_eq!(status, 409, "{detail}");
    assert!(
        detail.contains("the code list has no code for it") && !detail.contains("no_code"),
        "{detail}"
    );
}
