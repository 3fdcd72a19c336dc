//! Whom it is about and who took part: which identifiers do, and that none is shown.

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    DispenseNote, MedicationDispense, Participation, Performer, Supervision, SupervisionKind,
};
use fhir_vkp::{DispenseEvent, EncounterMode, IdentifierKind, Person};
use serde_json::json;

use crate::samples;
use crate::support::{bytes, document, id, identifier, local_patient, minimal, resource};

#[test]
fn without_an_identifier_of_the_patient_nothing_is_written() {
    let mut note = minimal();
    note.journal.patient = Person {
        identifier: None,
        name: Some("BLID FJELLREV".into()),
    };
    let element = "Composition.subject";
    assert_eq!(bytes(&note), Err(EncodeError::NoPatient { element }));
}

#[test]
fn an_organisation_is_no_patient_and_a_local_number_is_one() {
    let mut note = minimal();
    let organisation = identifier(system::ORGANISATION, "310000000");
    note.journal.patient = organisation.into();
    let (element, kind) = ("Composition.subject", IdentifierKind::Organisation);
    assert_eq!(
        bytes(&note),
        Err(EncodeError::WrongIdentifier { element, kind })
    );
    note.journal.patient = local_patient();
    assert!(bytes(&note).is_ok());
}

#[test]
fn identifiers_need_a_system_with_an_address_and_a_value() {
    let element = "Composition.subject";
    for (system, value) in [
        ("epj", "1"),
        ("urn:oid:1.2.3", " "),
        ("urn:oid:1.2.3", "1\u{7}"),
    ] {
        let mut note = minimal();
        note.journal.patient = identifier(system, value).into();
        assert_eq!(
            bytes(&note),
            Err(EncodeError::InvalidIdentifier { element }),
            "{system}"
        );
    }
    let mut note = minimal();
    note.journal.patient = identifier("HNR", "15413410050").into();
    assert_eq!(bytes(&note), Err(EncodeError::NoAssigner { element }));
}

#[test]
fn a_visit_in_person_is_refused_until_the_caller_chooses_a_mode() {
    let mut note = minimal();
    let nurse = Participation::in_person(samples::operator().expect("operator").person().clone());
    let end = samples::at("02:55:00").expect("time");
    note.supervision = Some(Supervision::ended(
        SupervisionKind::Physical,
        nurse.clone(),
        end.clone(),
    ));
    assert_eq!(bytes(&note), Err(EncodeError::NoMode));
    let mut chosen = nurse;
    chosen.mode = Some(EncounterMode::PICTURE);
    note.supervision = Some(Supervision::ended(SupervisionKind::Physical, chosen, end));
    let bundle = document(&note);
    let encounter = resource(&bundle, "Encounter");
    assert_eq!(encounter["class"]["code"], "HH");
    assert_eq!(
        encounter["period"],
        json!({"end": "2026-03-14T02:55:00+01:00"})
    );
}

#[test]
fn medicine_goes_to_one_patient_with_a_national_number() {
    let dispenser = || Performer::new(identifier("urn:x:y", "1"), None);
    let local = local_patient().identifier.expect("identifier");
    let event = DispenseEvent::DISPENSED;
    assert!(MedicationDispense::new(id("d"), event, local, dispenser()).is_err());

    let dispense = samples::dispense().expect("dispense");
    let operator = samples::operator().expect("operator");
    let at = samples::at("08:00:00").expect("time");
    let mut note = DispenseNote::new(dispense.clone(), operator, at);
    let other = identifier(system::D_NUMBER, "55813410027");
    note.dispenses
        .push(MedicationDispense::new(id("e"), event, other, dispenser()).expect("dispense"));
    let mut out = Vec::new();
    assert_eq!(
        encode::dispense_document(&note, &mut out),
        Err(EncodeError::OtherPatient)
    );
    // Another address of the system is no other patient.
    let subject = dispense.subject();
    assert_eq!(subject.system(), system::FODSELSNUMMER);
    let alias = identifier("http://hl7.no/fhir/NamingSystem/FNR", subject.reveal());
    note.dispenses = MedicationDispense::new(id("e"), event, alias, dispenser())
        .expect("dispense")
        .into();
    assert_eq!(encode::dispense_document(&note, &mut out), Ok(()));
    out.clear();
    let mut note = DispenseNote::new(
        dispense.clone(),
        note.journal.authors.first().clone(),
        note.journal.saved,
    );
    note.dispenses.push(dispense);
    assert_eq!(
        encode::dispense_document(&note, &mut out),
        Err(EncodeError::DuplicateId)
    );
    assert!(out.is_empty());
}

#[test]
fn debug_shows_neither_persons_nor_texts() {
    let note = samples::fall_alarm().expect("note");
    let glucose = samples::high_glucose().expect("note");
    let patient = samples::patient_record().expect("patient");
    let (dispense, answers) = (samples::dispense(), samples::questionnaire());
    let shown = format!("{note:?} {glucose:?} {patient:?} {dispense:?} {answers:?}");
    for secret in [
        "FJELLREV",
        "LYSTAVLE",
        "15813410033",
        "09854713792",
        "svarte",
        "Soverom",
        "soverom",
        "14.20",
        "frokost",
        "tungpusten",
        "1934",
        "Datter",
        "pose",
        "false",
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn what_is_written_is_the_address_that_is_due() {
    let mut note = minimal();
    for alias in [
        "http://hl7.no/fhir/NamingSystem/FNR",
        "2.16.578.1.12.4.1.4.1",
        "URN:OID:2.16.578.1.12.4.1.4.1",
    ] {
        note.journal.patient = identifier(alias, "15813410033").into();
        let written = document(&note);
        let subject = &resource(&written, "Composition")["subject"]["identifier"];
        assert_eq!(subject["system"], system::FODSELSNUMMER, "{alias}");
        let patient = &resource(&written, "DetectedIssue")["patient"]["identifier"];
        assert_eq!(patient["system"], system::FODSELSNUMMER, "{alias}");
    }
    // One of nobody's list stays as it is.
    note.journal.patient = identifier("http://epj.example.net/FNR", "P-77").into();
    let written = document(&note);
    let subject = &resource(&written, "Composition")["subject"]["identifier"];
    assert_eq!(subject["system"], "http://epj.example.net/FNR");
}
