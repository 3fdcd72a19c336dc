//! How documents are written, and what is refused.

#[path = "../examples/write_samples/samples.rs"]
mod samples;

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    Alarm, AlarmNote, BatchEntry, Device, DispenseNote, Implicated, JournalNote, LogEntry,
    Measurement, MedicationDispense, ObservationMethod, Operator, Participation, Performer, Period,
    Reading, RecordId, ResourceId, Section, Supervision, SupervisionKind, Text,
};
use fhir_vkp::{
    AlertCode, DateTime, DispenseEvent, EncounterMode, Identifier, IdentifierKind, NoteEvent,
    NoteSection, Person, Role, UuidNames, urn,
};
use serde_json::{Value, json};

fn id(id: &str) -> RecordId {
    RecordId::new(&UuidNames::new("https://alarm.example.net"), id).expect("an id")
}

fn text(text: &str) -> Text {
    Text::new(text).expect("a text")
}

fn time(text: &str) -> DateTime {
    DateTime::parse(text).expect("a date-time").0
}

fn minimal() -> AlarmNote {
    samples::minimal_alarm().expect("a note")
}

fn local_patient() -> Person {
    Identifier::new("https://epj.example.net/patient", "4711")
        .expect("identifier")
        .into()
}

fn bytes(note: &AlarmNote) -> Result<Vec<u8>, EncodeError> {
    let mut out = b"kept".to_vec();
    let result = encode::alarm_document(note, &mut out);
    let rest = out.strip_prefix(b"kept").expect("what was there stays");
    assert!(
        result.is_ok() || rest.is_empty(),
        "nothing is written on failure"
    );
    result.map(|()| rest.to_vec())
}

fn document(note: &AlarmNote) -> Value {
    serde_json::from_slice(&bytes(note).expect("written")).expect("JSON")
}

/// The resources of a Bundle of one type.
fn resources<'v>(bundle: &'v Value, kind: &str) -> Vec<&'v Value> {
    let entries = bundle["entry"].as_array().expect("entries");
    let resources = entries.iter().map(|entry| &entry["resource"]);
    resources
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

#[test]
fn a_resend_is_the_same_to_the_byte() {
    let first = samples::all().expect("samples");
    assert_eq!(first, samples::all().expect("samples"));
}

#[test]
fn a_correction_replaces_the_bundle_before_it_and_keeps_the_identifiers_of_its_alarms() {
    let mut note = samples::fall_alarm().expect("a note");
    let first = document(&note);
    note.amend();
    let second = document(&note);
    note.retract();
    let third = document(&note);
    for (before, after, status) in [
        (&first, &second, ["amended", "final", "finished"]),
        (
            &second,
            &third,
            ["entered-in-error", "entered-in-error", "entered-in-error"],
        ),
    ] {
        assert_ne!(before["identifier"], after["identifier"]);
        let composition = resources(after, "Composition")[0];
        let replaced = &composition["relatesTo"][0];
        assert_eq!(replaced["code"], "replaces");
        assert_eq!(replaced["targetIdentifier"], before["identifier"]);
        let (issue, encounter) = (
            resources(after, "DetectedIssue")[0],
            resources(after, "Encounter")[0],
        );
        assert_eq!(
            issue["identifier"],
            resources(before, "DetectedIssue")[0]["identifier"]
        );
        let written = [composition, issue, encounter].map(|resource| &resource["status"]);
        assert_eq!(written, status);
    }
    assert_eq!(resources(&first, "Composition")[0].get("relatesTo"), None);
}

#[test]
fn a_preliminary_note_is_completed_when_the_alarm_is_closed() {
    let samples = samples::all().expect("samples");
    let (_, json) = samples
        .iter()
        .find(|(name, _)| *name == "preliminary-alarm")
        .expect("sample");
    let bundle: Value = serde_json::from_slice(json).expect("JSON");
    assert_eq!(
        resources(&bundle, "Composition")[0]["status"],
        "preliminary"
    );
    assert_eq!(
        resources(&bundle, "DetectedIssue")[0]["status"],
        "preliminary"
    );
    let mut note = minimal();
    note.complete();
    let bundle = document(&note);
    assert_eq!(resources(&bundle, "Composition")[0]["status"], "final");
    assert!(
        resources(&bundle, "Composition")[0]
            .get("relatesTo")
            .is_some()
    );
}

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
    let organisation = Identifier::new(system::ORGANISATION, "310000000").expect("identifier");
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
        note.journal.patient = Identifier::new(system, value).expect("identifier").into();
        assert_eq!(
            bytes(&note),
            Err(EncodeError::InvalidIdentifier { element }),
            "{system}"
        );
    }
    let mut note = minimal();
    note.journal.patient = Identifier::new("HNR", "15413410050")
        .expect("identifier")
        .into();
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
    let encounter = resources(&bundle, "Encounter")[0];
    assert_eq!(encounter["class"]["code"], "HH");
    assert_eq!(
        encounter["period"],
        json!({"end": "2026-03-14T02:55:00+01:00"})
    );
}

#[test]
fn a_period_does_not_end_before_it_begins() {
    let (early, late) = (
        time("2026-03-14T02:00:00+01:00"),
        time("2026-03-14T01:59:00Z"),
    );
    assert!(Period::between(early.clone(), late.clone()).is_ok());
    assert!(Period::between(late, early).is_err());
}

#[test]
fn the_log_is_in_order_of_time_and_equal_times_keep_their_order() {
    let mut note = minimal();
    let at = |text: &str| time(text);
    note.journal.log = vec![
        LogEntry::new(NoteEvent::ACKNOWLEDGED, at("2026-03-14T02:31:02+01:00")),
        LogEntry::new(NoteEvent::CAUSE, at("2026-03-14T02:20:00+01:00")),
        LogEntry::new(NoteEvent::MEASURE, at("2026-03-14T01:20:00Z")),
        LogEntry::new(NoteEvent::REPORTED, at("2026-03-14T02:17:41.5+01:00")),
    ];
    let bundle = document(&note);
    let log = resources(&bundle, "Composition")[0]["event"]
        .as_array()
        .expect("log");
    let codes: Vec<_> = log
        .iter()
        .map(|event| &event["code"][0]["coding"][0]["code"])
        .collect();
    assert_eq!(codes, ["0", "6", "7", "3"]);
    assert_eq!(log[2]["period"]["start"], "2026-03-14T01:20:00Z");
}

#[test]
fn neither_date_nor_timestamp_is_before_the_last_log_entry_or_the_alarm() {
    let mut note = minimal();
    note.assembled = Some(time("2026-03-14T02:00:00+01:00"));
    let late = "2026-03-14T03:00:09.250+01:00";
    note.journal
        .log
        .push(LogEntry::new(NoteEvent::ACKNOWLEDGED, time(late)));
    let bundle = document(&note);
    assert_eq!(bundle["timestamp"], late);
    assert_eq!(resources(&bundle, "Composition")[0]["date"], late);
    for alarm in note.alarms.iter_mut() {
        alarm.at = Some(time("2026-03-14T02:01:00Z"));
    }
    assert_eq!(
        resources(&document(&note), "Composition")[0]["date"],
        "2026-03-14T02:01:00Z"
    );
}

#[test]
fn offsets_are_never_shifted_and_a_missing_one_is_added() {
    for (given, written) in [
        (
            "2026-07-14T02:17:41.1234567+00:00",
            "2026-07-14T02:17:41.1234567+00:00",
        ),
        ("2026-07-14T02:17:41-09:30", "2026-07-14T02:17:41-09:30"),
        ("2026-07-14T02:17:41", "2026-07-14T02:17:41+02:00"),
        ("2026-07-14T02:17+01:00", "2026-07-14T02:17:00+01:00"),
        ("2026-07-14T02:17Z", "2026-07-14T02:17:00Z"),
        ("2026-07-14", "2026-07-14"),
    ] {
        let mut note = minimal();
        for alarm in note.alarms.iter_mut() {
            alarm.at = Some(time(given));
        }
        note.assembled = Some(time("2026-12-01T00:00:00Z"));
        let bundle = document(&note);
        assert_eq!(
            resources(&bundle, "DetectedIssue")[0]["identifiedDateTime"],
            written
        );
    }
}

#[test]
fn a_document_is_put_together_at_a_moment_and_not_on_a_day() {
    let mut note = minimal();
    note.journal.saved = time("2026-03-14");
    let element = "Bundle.timestamp";
    assert_eq!(bytes(&note), Err(EncodeError::NoTimeOfDay { element }));
    note.assembled = Some(time("2026-03-14T12:00Z"));
    let bundle = document(&note);
    assert_eq!(bundle["timestamp"], "2026-03-14T12:00:00Z");
    assert_eq!(resources(&bundle, "Composition")[0]["date"], "2026-03-14");
}

#[test]
fn one_megabyte_is_the_limit() {
    let limit = encode::MAX_BYTES;
    let mut note = minimal();
    note.add_section(Section::new(NoteSection::NOTE, text("x")));
    let rest = limit - bytes(&note).expect("written").len();
    note.journal.sections[0].text = text(&"x".repeat(rest + 1));
    assert_eq!(bytes(&note).expect("written").len(), limit);
    note.journal.sections[0].text = text(&"x".repeat(rest + 2));
    assert_eq!(bytes(&note), Err(EncodeError::TooLarge { limit }));
    note.journal.sections[0].text = text(&"<".repeat(rest));
    assert_eq!(bytes(&note), Err(EncodeError::TooLarge { limit }));
}

#[test]
fn devices_and_alarms_of_another_note_are_refused() {
    let sensor = || Device::new(Identifier::new("urn:x:y", "1").expect("identifier"));
    let mut other = minimal();
    let device = other.add_device(sensor());
    let alarm = other.add_alarm(Alarm::new(id("other"), AlertCode::FALL));

    let mut note = minimal();
    for alarm in note.alarms.iter_mut() {
        alarm.device = Some(device);
    }
    let element = "DetectedIssue.author";
    assert_eq!(bytes(&note), Err(EncodeError::UnknownDevice { element }));

    let mut note = minimal();
    note.add_section(Section::new(NoteSection::NOTE, text("x")));
    note.journal.sections[0].alarms.push(alarm);
    assert_eq!(bytes(&note), Err(EncodeError::UnknownAlarm));
    note.add_section(Section::new(NoteSection::NOTE, text("about all")));
    assert_eq!(bytes(&note), Err(EncodeError::UnknownAlarm));
}

#[test]
fn a_device_that_nothing_names_is_not_written() {
    let mut note = minimal();
    note.add_device(Device::new(
        Identifier::new("urn:x:y", "1").expect("identifier"),
    ));
    assert_eq!(resources(&document(&note), "Device"), Vec::<&Value>::new());
}

#[test]
fn two_alarms_with_one_id_are_refused() {
    let mut note = minimal();
    note.add_alarm(Alarm::new(note.alarms.first().id.clone(), AlertCode::FALL));
    assert_eq!(bytes(&note), Err(EncodeError::DuplicateId));
}

#[test]
fn every_alarm_is_in_a_section() {
    let bundle = serde_json::from_slice::<Value>(
        &bytes(&samples::two_alarms().expect("note")).expect("written"),
    );
    let bundle = bundle.expect("JSON");
    let composition = resources(&bundle, "Composition")[0];
    let named: Vec<_> = composition["section"]
        .as_array()
        .expect("sections")
        .iter()
        .map(|section| {
            section["entry"][0]["reference"]
                .as_str()
                .expect("reference")
        })
        .collect();
    let urls = |index: usize| bundle["entry"][index]["fullUrl"].as_str().expect("url");
    assert_eq!(named, [urls(2), urls(2), urls(1)]);
    assert_eq!(composition["section"][2].get("text"), None);
}

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
    assert_eq!(
        resources(&document(&note), "Observation")[0].get("meta"),
        None
    );

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
        let bundle: Value = serde_json::from_slice(&out).expect("JSON");
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
    let municipality = Identifier::new(system::ORGANISATION, "310000000").expect("identifier");
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
    let bundle: Value = serde_json::from_slice(&out).expect("JSON");
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
    for bad in ["", "a/b", "æ", &"a".repeat(65)] {
        assert_eq!(ResourceId::new(bad), None);
    }
}

#[test]
fn medicine_goes_to_one_patient_with_a_national_number() {
    let dispenser = || Performer::new(Identifier::new("urn:x:y", "1").expect("identifier"), None);
    let local = local_patient().identifier.expect("identifier");
    let event = DispenseEvent::DISPENSED;
    assert!(MedicationDispense::new(id("d"), event, local, dispenser()).is_err());

    let dispense = samples::dispense().expect("dispense");
    let operator = samples::operator().expect("operator");
    let at = samples::at("08:00:00").expect("time");
    let mut note = DispenseNote::new(dispense.clone(), operator, at);
    let other = Identifier::new(system::D_NUMBER, "55813410027").expect("identifier");
    note.dispenses
        .push(MedicationDispense::new(id("e"), event, other, dispenser()).expect("dispense"));
    let mut out = Vec::new();
    assert_eq!(
        encode::dispense_document(&note, &mut out),
        Err(EncodeError::OtherPatient)
    );
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
fn a_note_alone_is_known_by_its_own_identifier() {
    let mut note = samples::fall_alarm().expect("note").journal;
    let write = |note: &JournalNote| {
        let mut out = Vec::new();
        encode::composition(note, &mut out).expect("written");
        serde_json::from_slice::<Value>(&out).expect("JSON")
    };
    let first = write(&note);
    note.version = note.version.amended();
    let second = write(&note);
    assert_eq!(first["identifier"], second["identifier"]);
    assert_eq!(second["status"], "amended");
    for absent in ["encounter", "relatesTo"] {
        assert_eq!(second.get(absent), None);
    }
    assert_eq!(second["section"][0].get("entry"), None);
}

#[test]
fn a_supervision_alone_names_its_devices_by_identifier() {
    let mut out = Vec::new();
    assert_eq!(
        encode::encounter(&minimal(), &mut out),
        Err(EncodeError::NoSupervision)
    );
    encode::encounter(&samples::fall_alarm().expect("note"), &mut out).expect("written");
    let encounter: Value = serde_json::from_slice(&out).expect("JSON");
    let device = &encounter["participant"][1]["individual"];
    assert_eq!(device["identifier"]["value"], "RS-00417-A");
    assert_eq!(device.get("reference"), None);
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
