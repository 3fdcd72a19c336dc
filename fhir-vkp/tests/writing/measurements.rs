//! Measurements: on a day, once, with the profile that fits, and in batches.

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    Alarm, AlarmNote, BatchEntry, Implicated, InvalidResourceId, Measurement, ObservationMethod,
    Operator, Reading, ResourceId,
};
use fhir_vkp::{AlertCode, DateTime, IdentifierKind, Person, Role, urn};
use serde_json::{Value, json};

use crate::samples;
use crate::support::{
    bytes, document, id, identifier, local_patient, minimal, read, resource, resources,
};

fn about_measurements(measurements: [Measurement; 2]) -> AlarmNote {
    let mut note = minimal();
    for (index, measurement) in measurements.into_iter().enumerate() {
        let mut alarm = Alarm::new(
            id(&format!("alarm-{index}")),
            AlertCode::MEASUREMENT_REPORTED,
        );
        alarm
            .implicated
            .push(Implicated::Measurement(Box::new(measurement)));
        note.add_alarm(alarm);
    }
    note
}

#[test]
fn a_vital_sign_is_measured_on_a_day() {
    let element = "Observation.effectiveDateTime";
    for (at, result) in [
        ("2026-03-14", Ok(())),
        ("2026-03", Err(EncodeError::NoDay { element })),
        ("2026", Err(EncodeError::NoDay { element })),
    ] {
        let mut measurement = samples::heart_rate().expect("measurement");
        measurement.at = DateTime::parse(at).expect("a date").0;
        let subject = minimal().journal.patient;
        let written = encode::observation(&measurement, &subject, &mut Vec::new());
        assert_eq!(written, result, "{at}");
    }
}

#[test]
fn a_measurement_that_two_alarms_are_about_is_written_once() {
    let measurement = samples::heart_rate().expect("measurement");
    let bundle = document(&about_measurements([
        measurement.clone(),
        measurement.clone(),
    ]));
    assert_eq!(resources(&bundle, "Observation").len(), 1);
    let mut other = measurement.clone();
    other.reading = Reading::HeartRate(80.into());
    assert_eq!(
        bytes(&about_measurements([measurement, other])),
        Err(EncodeError::DuplicateId)
    );
}

#[test]
fn a_measurement_of_somebody_without_a_national_number_claims_no_profile_and_is_not_for_pmd() {
    let measurement = samples::heart_rate().expect("measurement");
    let mut note = about_measurements([measurement.clone(), measurement.clone()]);
    note.journal.patient = local_patient();
    assert_eq!(resource(&document(&note), "Observation").get("meta"), None);

    let mut out = Vec::new();
    let (element, kind) = ("Observation.subject", IdentifierKind::Other);
    let refused = encode::observation(&measurement, &local_patient(), &mut out);
    assert_eq!(refused, Err(EncodeError::WrongIdentifier { element, kind }));
    let nobody = Person::default();
    let refused = encode::observation(&measurement, &nobody, &mut out);
    assert_eq!(refused, Err(EncodeError::NoPatient { element }));
    assert!(out.is_empty());
}

#[test]
fn the_profile_of_a_measure_is_claimed_only_for_performers_that_fit_it() {
    let profiles = |performer: &Operator| -> Vec<String> {
        let entries = samples::every_measure(performer).expect("entries");
        let mut out = Vec::new();
        encode::measurement_batch(&entries, &mut out).expect("written");
        let bundle = read(&out);
        let observations = resources(&bundle, "Observation");
        let profile = |o: &&Value| {
            o["meta"]["profile"][0]
                .as_str()
                .expect("profile")
                .to_owned()
        };
        observations.iter().map(profile).collect()
    };
    let ends = |list: &[String]| -> Vec<String> {
        let end = |profile: &String| {
            profile
                .rsplit_once("vkp-Observation")
                .expect("prefix")
                .1
                .to_owned()
        };
        list.iter().map(end).collect()
    };
    let nurse = profiles(&samples::operator().expect("operator"));
    let own = [
        "-Heartrate",
        "-Bloodpressure",
        "-Oxygensat",
        "",
        "-Bodytemp",
        "-Bodyweight",
        "-Resprate",
        "-NEWS2score",
        "-Consciousness",
        "-CFSscore",
        "",
        "",
    ];
    assert_eq!(ends(&nurse), own);
    let municipality = identifier(system::ORGANISATION, "310000000");
    let by_organisation = profiles(&municipality.into());
    let common = [
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "-NEWS2score",
        "",
        "-CFSscore",
        "",
        "",
    ];
    assert_eq!(ends(&by_organisation), common);
}

#[test]
fn a_batch_has_entries_of_their_own_and_can_replace() {
    let subject = samples::patient().expect("patient");
    let entry = BatchEntry::new(samples::heart_rate().expect("measurement"), subject);
    let mut out = Vec::new();
    assert_eq!(
        encode::measurement_batch(&[], &mut out),
        Err(EncodeError::EmptyBatch)
    );
    let twice = [entry.clone(), entry.clone()];
    assert_eq!(
        encode::measurement_batch(&twice, &mut out),
        Err(EncodeError::DuplicateId)
    );

    let mut replaced = entry;
    replaced.method = ObservationMethod::Put(ResourceId::new("a-1.b").expect("id"));
    encode::measurement_batch(&[replaced], &mut out).expect("written");
    let bundle = read(&out);
    let entry = &bundle["entry"][0];
    assert_eq!(
        entry["request"],
        json!({"method": "PUT", "url": "Observation/a-1.b"})
    );
    assert_eq!(entry["resource"]["id"], "a-1.b");
    let uuid = samples::heart_rate()
        .expect("measurement")
        .id
        .uuid(Role::Observation, 0);
    assert_eq!(entry["fullUrl"], urn(&uuid));
    // The address is `Observation/` and the id: no other resource may be reached by it.
    for bad in ["", ".", "..", "a/b", "æ", &"a".repeat(65)] {
        assert_eq!(ResourceId::new(bad), Err(InvalidResourceId), "{bad}");
    }
}
