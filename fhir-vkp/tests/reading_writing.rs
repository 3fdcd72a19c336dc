//! What the writer writes, the reader reads: without a finding, in strict mode too, value for value.

#[path = "../examples/write_samples/samples.rs"]
mod samples;

use fhir_vkp::codes::Measure;
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::note::{
    Alarm, AlarmNote, Device, Implicated, LogEntry, Measurement, MissingMeasurement, Operator,
    Questionnaire, Reading, RecordId, Section, Text,
};
use fhir_vkp::view::Condition;
use fhir_vkp::{
    AlertCode, DateTime, Identifier, NoteEvent, NoteSection, Person, Severity, UuidNames, encode,
};
use proptest::prelude::*;

#[test]
fn every_sample_of_the_writer_reads_strictly() {
    let samples = samples::all().expect("samples");
    assert!(samples.len() > 5);
    for (name, json) in samples {
        let decoded = decode(&json, DecodeOptions::strict());
        let decoded = decoded.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(decoded.resource().to_json().as_bytes(), json, "{name}");
    }
}

fn time(minute: u32, second: u32) -> DateTime {
    let text = format!("2026-05-03T23:{minute:02}:{second:02}+02:00");
    DateTime::parse(&text).expect("a time").0
}

fn words() -> impl Strategy<Value = Text> {
    "[A-Za-zÆØÅæøå0-9&<>\"' .,-]{0,30}[a-z]".prop_filter_map("text", Text::new)
}

proptest! {
    #[test]
    fn a_note_comes_back_as_it_was_written(
        number in 1_u32..100_000,
        code in prop::sample::select(AlertCode::ALL.to_vec()),
        severity in prop::option::of(prop::sample::select(Severity::ALL.to_vec())),
        original in prop::option::of(words()),
        minute in 0_u32..30,
        device_name in words(),
        patient_name in words(),
        story in words(),
        log in prop::collection::vec((prop::sample::select(NoteEvent::ALL.to_vec()), 0_u32..60), 0..5),
    ) {
        let names = UuidNames::new("https://alarm.example.net");
        let id = RecordId::new(&names, format!("2026-{number}")).expect("an id");
        let mut alarm = Alarm::new(id, code);
        alarm.severity = severity;
        alarm.text = original.clone();
        alarm.at = Some(time(minute, 7));
        let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "17712811226").expect("one");
        let patient = Person::new(patient, patient_name.as_str());
        let operator = Operator::named(&Text::new("TRYGG MORKTIND").expect("a name"));
        let mut note = AlarmNote::new(alarm, patient.clone(), operator, time(59, 0));
        let serial = Identifier::new("https://example.net/serial", "BS-1").expect("one");
        let mut device = Device::new(serial);
        device.name = Some(device_name.clone());
        let device = note.add_device(device);
        let first = note.alarms.iter_mut().next().expect("the alarm");
        first.device = Some(device);
        note.add_section(Section::new(NoteSection::EVENT, story.clone()));
        for (event, second) in &log {
            note.journal.log.push(LogEntry::new(*event, time(minute, *second)));
        }
        let mut json = Vec::new();
        encode::alarm_document(&note, &mut json).expect("written");

        let decoded = decode(&json, DecodeOptions::strict()).expect("read");
        let bundle = decoded.bundle().expect("a Bundle");
        let alarms = bundle.alarms();
        prop_assert_eq!(alarms.len(), 1);
        let read = &alarms[0];
        prop_assert_eq!(read.issue.alert_code(), Some(code));
        prop_assert_eq!(read.issue.severity(), severity);
        if let Some(original) = &original {
            prop_assert_eq!(read.issue.code().and_then(|c| c.text()), Some(original.as_str()));
        }
        let at = read.issue.identified().and_then(|when| when.start());
        prop_assert_eq!(at, Some(time(minute, 7)));
        let person = read.issue.patient().expect("a patient").to_person();
        prop_assert_eq!(person.name.as_deref(), Some(patient_name.as_str()));
        prop_assert_eq!(person.identifier, patient.identifier);
        let device = read.device.expect("a device");
        prop_assert_eq!(device.name(), Some(device_name.as_str()));
        let composition = read.composition.expect("a note");
        let mut expected: Vec<_> = log.iter().map(|(event, s)| (*s, *event)).collect();
        expected.sort_by_key(|(second, _)| *second);
        let found: Vec<_> = composition.events().filter_map(|event| event.event()).collect();
        let expected: Vec<_> = expected.into_iter().map(|(_, event)| event).collect();
        prop_assert_eq!(found, expected);
        let told: Vec<_> = read.sections.iter().filter_map(|s| s.plain_text()).collect();
        prop_assert!(told.iter().any(|told| told == story.as_str().trim()));
    }
}

#[test]
fn what_an_alarm_of_home_follow_up_is_about_comes_back() {
    let names = UuidNames::new("https://alarm.example.net");
    let id = |id: &str| RecordId::new(&names, id).expect("an id");
    let mut alarm = Alarm::new(id("alarm"), AlertCode::HOME_FOLLOW_UP);
    let pulse = Measurement::new(id("pulse"), Reading::HeartRate(72.into()), time(5, 0));
    let missing = MissingMeasurement::named(Text::new("Vekt").expect("text"));
    alarm.implicated = vec![
        Implicated::Measurement(Box::new(pulse)),
        Implicated::Questionnaire(Box::new(Questionnaire::new(id("form")))),
        Implicated::MissingMeasurement(missing),
    ];
    let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "17712811226").expect("one");
    let operator = Operator::named(&Text::new("TRYGG MORKTIND").expect("a name"));
    let note = AlarmNote::home_follow_up(alarm, patient.into(), operator, time(59, 0));
    let mut json = Vec::new();
    encode::alarm_document(&note, &mut json).expect("written");

    let decoded = decode(&json, DecodeOptions::strict()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    let [read] = &bundle.alarms()[..] else {
        panic!("one alarm");
    };
    let measures: Vec<_> = read.observations.iter().map(|it| it.measure()).collect();
    assert_eq!(measures, [Some(Measure::HEART_RATE)]);
    assert_eq!(read.questionnaires.len(), 1);
    let missing: Vec<_> = read
        .issue
        .implicated()
        .filter_map(|it| it.display())
        .collect();
    assert_eq!(missing, ["Vekt"]);
}

#[test]
fn what_was_read_does_not_print() {
    let text = r#"{"resourceType": "Condition", "subject": {"display": "KLAR NATTUGLE"},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "F00", "display": "Demens"}]},
        "onsetString": "for ti år siden"}"#;
    let decoded = decode(text.as_bytes(), DecodeOptions::lenient()).expect("read");
    let condition = Condition::of(decoded.resource()).expect("a condition");
    let coding = condition.code().and_then(|code| code.codings().next());
    let coding = coding.expect("a coding").to_coding();
    let shown = format!("{condition:?} {:?} {coding:?}", condition.onset());
    for secret in ["NATTUGLE", "F00", "Demens", "ti år"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
