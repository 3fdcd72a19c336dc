//! Patients are looked up while their alarm is open, and delay nothing.

mod support {
    pub(crate) mod fhir;
    pub(crate) mod patient_record;
    pub(crate) mod program;
    pub(crate) mod web;
}

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::fhir::{Double, NAME, NUMBER};
use support::patient_record::{DEVICE, partner, says_nothing, start};
use support::program::Program;

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
