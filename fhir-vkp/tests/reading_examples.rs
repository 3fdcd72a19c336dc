//! The resources of FHIR reference 14 as an EPJ or a response centre may send them, through the views.

use fhir_vkp::codes::Measure;
use fhir_vkp::decode::{DecodeOptions, Decoded, decode};
use fhir_vkp::view::{
    CarePlan, Composition, EpisodeOfCare, MedicationDispense, Observation, ObservationValue,
    OperationOutcome, Patient, QuestionnaireResponse,
};
use fhir_vkp::{
    AlertCode, CarePlanCategory, DispenseEvent, EncounterMode, EncounterReason, IdentifierKind,
    NoteCategory, NoteEvent, NoteSection, OutcomeCode, Severity,
};

fn clean(text: &str) -> Decoded<'_> {
    let decoded = decode(text.as_bytes(), DecodeOptions::lenient()).expect("read");
    assert!(decoded.findings().is_empty(), "{:?}", decoded.findings());
    decoded
}

#[test]
fn an_alarm_comes_with_its_device_note_and_follow_up() {
    let decoded = clean(include_str!("documents/alarm.json"));
    let bundle = decoded.bundle().expect("a Bundle");
    assert_eq!(
        bundle.timestamp().expect("a time").to_string(),
        "2026-05-03T23:48:40+02:00"
    );
    let alarms = bundle.alarms();
    let [alarm] = alarms.as_slice() else {
        panic!("one alarm");
    };
    let issue = alarm.issue;
    assert_eq!(issue.alert_code(), Some(AlertCode::LEFT_BED));
    assert_eq!(issue.severity(), Some(Severity::Moderate));
    assert_eq!(issue.detail(), Some("gul"));
    let person = issue.patient().expect("a patient").to_person();
    assert_eq!(person.name.as_deref(), Some("KLAR NATTUGLE"));
    let identifier = person.identifier.expect("an identifier");
    assert_eq!(identifier.kind(), IdentifierKind::Fodselsnummer);

    let device = alarm.device.expect("a device");
    assert_eq!(device.name(), Some("Sengesensor"));
    assert_eq!(device.serial_number(), Some("BS-000311"));

    let note = alarm.composition.expect("a note");
    assert_eq!(note.category(), Some(NoteCategory::SAFETY_AND_COPING));
    let log: Vec<_> = note.events().filter_map(|event| event.event()).collect();
    assert_eq!(
        log,
        [
            NoteEvent::REPORTED,
            NoteEvent::IN_PROGRESS,
            NoteEvent::ACKNOWLEDGED
        ]
    );
    let by: Vec<_> = note.events().map(|event| event.text()).collect();
    assert_eq!(by, [None, Some("op-7"), None]);

    assert_eq!(alarm.sections.len(), 2);
    assert_eq!(alarm.sections[0].section(), Some(NoteSection::EVENT));
    assert_eq!(
        alarm.sections[0].plain_text().as_deref(),
        Some("Ute av seng & ikke tilbake.")
    );

    let encounter = alarm.encounter.expect("a follow-up");
    assert_eq!(encounter.reason(), Some(EncounterReason::EVENT_BASED));
    let modes: Vec<_> = encounter.participants().filter_map(|p| p.mode()).collect();
    assert_eq!(
        modes,
        [
            EncounterMode::TWO_WAY_SPEECH,
            EncounterMode::ANONYMISED_PICTURE
        ]
    );
    let places: Vec<_> = encounter.locations().collect();
    assert_eq!(places, ["Soverom @ Prøveveien 3"]);
}

#[test]
fn medicine_handed_out() {
    let decoded = clean(include_str!("documents/dispense.json"));
    let dispense = MedicationDispense::of(decoded.resource()).expect("a dispense");
    assert_eq!(dispense.event(), Some(DispenseEvent::DISPENSED_ASSISTED));
    let subject = dispense.subject().and_then(|subject| subject.identifier());
    assert_eq!(
        subject.map(|subject| subject.kind()),
        Some(IdentifierKind::DNumber)
    );
    assert_eq!(dispense.performers().count(), 2);
    let given = dispense.when_handed_over().expect("a time");
    assert_eq!(given.to_string(), "2026-05-04T07:30:11+02:00");
    let doses: Vec<_> = dispense
        .dosages()
        .filter_map(|dosage| dosage.text())
        .collect();
    assert_eq!(doses, ["Morgendose, 2 poser"]);
}

#[test]
fn a_patient_with_zone_lock_and_contacts() {
    let decoded = clean(include_str!("documents/patient.json"));
    let patient = Patient::of(decoded.resource()).expect("a patient");
    assert_eq!(patient.full_name().as_deref(), Some("KLAR GRY Li NATTUGLE"));
    assert_eq!(patient.zones(), ["Prøve", "Vest", "Sone 4", "Lia"]);
    assert_eq!(patient.household(), Some("To katter"));
    let number = patient.national_identifier().expect("a number");
    assert_eq!(number.reveal(), Some("17712811226"));
    assert_eq!(number.kind(), IdentifierKind::Fodselsnummer);

    let home = patient.home().expect("a home");
    assert_eq!(patient.electronic_lock(), Some("Prøvelås"));
    assert_eq!(home.is_official(), Some(true));
    assert_eq!(home.postal_code(), Some("0099"));
    assert_eq!(home.door_hint(), Some("Rød dør"));
    let lines: Vec<_> = home.lines().map(|line| (line.text, line.hint)).collect();
    assert_eq!(
        lines,
        [
            (Some("c/o Prøve"), None),
            (Some("Prøveveien 3"), Some("Rød dør"))
        ]
    );

    let first: Vec<_> = patient
        .telecom()
        .filter_map(|telecom| telecom.reveal())
        .collect();
    assert_eq!(first, ["3301"], "short internal numbers occur");
    let main = patient.main_contact().expect("a contact");
    assert!(main.is_main());
    assert_eq!(main.relationship(), Some("Sønn"));
    let name = main.name().and_then(|name| name.full_name());
    assert_eq!(name.as_deref(), Some("VÅR NATTUGLE"));

    let doctor = patient.general_practitioner_her_id().expect("a HER-id");
    assert_eq!(doctor.reveal(), Some("990011"));
}

#[test]
fn a_patient_with_nothing_but_an_identifier_is_valid() {
    let decoded =
        clean(r#"{"resourceType": "Patient", "identifier": [{"system": "x", "value": "1"}]}"#);
    let patient = Patient::of(decoded.resource()).expect("a patient");
    assert_eq!(patient.full_name(), None);
    assert_eq!(patient.zones(), [""; 0]);
    assert!(patient.home().is_none() && patient.main_contact().is_none());
    assert!(patient.electronic_lock().is_none() && patient.national_identifier().is_none());
}

#[test]
fn an_active_service() {
    let decoded = clean(include_str!("documents/episode_of_care.json"));
    let service = EpisodeOfCare::of(decoded.resource()).expect("a service");
    assert!(service.is_active());
    assert_eq!(service.service(), Some("GPS"));
    let giver = service
        .managing_organization()
        .and_then(|giver| giver.display());
    assert_eq!(giver, Some("Prøve kommune"));
}

#[test]
fn visits_with_a_period_or_with_the_bounds_of_a_timing() {
    let decoded = clean(include_str!("documents/care_plan.json"));
    let plan = CarePlan::of(decoded.resource()).expect("a plan");
    assert_eq!(plan.category(), Some(CarePlanCategory::VISIT_PLAN));
    let visits: Vec<_> = plan.activities().collect();
    let starts: Vec<_> = visits
        .iter()
        .map(|visit| {
            visit
                .period()
                .and_then(|period| period.start())
                .map(|at| at.to_string())
        })
        .collect();
    assert_eq!(
        starts,
        [
            Some("2026-05-04T09:00:00+02:00".to_owned()),
            Some("2026-05-03T20:00:00+02:00".to_owned()),
            None
        ]
    );
    assert_eq!(
        visits[1].status_reason().and_then(|reason| reason.text()),
        Some("Utført")
    );
    assert_eq!(visits[2].header(), Some("Mål"));
    assert_eq!(visits[2].status(), Some("in-progress"));
}

#[test]
fn care_measures_are_a_tree_of_sections() {
    let decoded = clean(include_str!("documents/care_measures.json"));
    let plan = Composition::of(decoded.resource()).expect("a plan");
    assert!(plan.is_care_measures());
    let tree: Vec<_> = plan
        .all_sections()
        .into_iter()
        .map(|(depth, section)| (depth, section.heading().unwrap_or_default()))
        .collect();
    assert_eq!(
        tree,
        [
            (0, "Mobilitet"),
            (1, "Mål"),
            (1, "Tiltak"),
            (2, "Rullator"),
            (0, "Ernæring")
        ]
    );
    let (_, walker) = plan.all_sections()[3];
    assert_eq!(walker.plain_text().as_deref(), Some("Alltid & overalt"));
}

#[test]
fn a_refusal_has_its_words_in_details_or_in_diagnostics() {
    let decoded = clean(include_str!("documents/outcome.json"));
    let outcome = OperationOutcome::of(decoded.resource()).expect("an outcome");
    assert!(outcome.is_error());
    assert_eq!(outcome.outcome_code(), Some(OutcomeCode::NO_ACTIVE_SERVICE));
    assert_eq!(outcome.text(), Some("Ingen aktiv tjeneste av typen gps"));

    let decoded = clean(
        r#"{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden",
            "diagnostics": "MissingActiveService"}]}"#,
    );
    let outcome = OperationOutcome::of(decoded.resource()).expect("an outcome");
    assert_eq!(outcome.outcome_code(), Some(OutcomeCode::NO_ACTIVE_SERVICE));
    assert_eq!(outcome.text(), Some("MissingActiveService"));
}

#[test]
fn measurements_keep_their_digits() {
    let decoded = clean(include_str!("documents/measurements.json"));
    let bundle = decoded.bundle().expect("a Bundle");
    let observation = bundle.resources().find_map(Observation::of).expect("one");
    assert_eq!(
        observation.measure().map(Measure::loinc),
        Some(Some("8310-5"))
    );
    let Some(ObservationValue::Quantity(quantity)) = observation.value() else {
        panic!("a quantity");
    };
    assert_eq!(quantity.value(), Some("36.60"));
    let form = bundle
        .resources()
        .find_map(QuestionnaireResponse::of)
        .expect("one");
    assert!(form.subject().is_some());
    let answer = form.items().next().and_then(|item| item.answers().next());
    assert_eq!(answer.and_then(|answer| answer.string()), Some("Bra"));
}

#[test]
fn no_view_shows_what_it_holds() {
    let decoded = clean(include_str!("documents/alarm.json"));
    let bundle = decoded.bundle().expect("a Bundle");
    let shown = format!(
        "{decoded:?} {bundle:?} {:?} {:?}",
        bundle.alarms(),
        bundle.page()
    );
    let patient = clean(include_str!("documents/patient.json"));
    let patient = Patient::of(patient.resource()).expect("a patient");
    let shown = format!(
        "{shown} {patient:?} {:?} {:?} {:?} {:?}",
        patient.name(),
        patient.home(),
        patient.main_contact(),
        patient.resource().node(),
    );
    for secret in ["NATTUGLE", "17712811226", "Prøve", "seng", "990011", "op-7"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
