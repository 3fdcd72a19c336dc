//! What the writer writes, the reader reads: without a finding, in strict mode too, value for value.

#[path = "../examples/write_samples/samples.rs"]
mod samples;

use fhir_vkp::codes::Measure;
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::note::{
    Alarm, AlarmNote, Decimal, Device, DispenseNote, ExtraCoding, Implicated, Individual, LogEntry,
    Measurement, MedicationDispense, MissingMeasurement, Operator, Participation, Performer,
    Questionnaire, Reading, RecordId, Section, Supervision, SupervisionKind, Text,
};
use fhir_vkp::view::{self, Condition, Observation, ObservationValue};
use fhir_vkp::{
    AlertCode, DateTime, DispenseEvent, EncounterMode, EncounterReason, Identifier, NoteEvent,
    NoteSection, Person, Severity, UuidNames, encode,
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

fn record(name: impl Into<String>) -> RecordId {
    let names = UuidNames::new("https://alarm.example.net");
    RecordId::new(&names, name.into()).expect("an id")
}

/// Somebody who does not exist.
fn national() -> Identifier {
    Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "17712811226").expect("one")
}

fn operator() -> Operator {
    Operator::named(&Text::new("TRYGG MORKTIND").expect("a name"))
}

/// Codes beside that of VKP: the source's own, or of another system.
fn codings() -> impl Strategy<Value = Vec<ExtraCoding>> {
    let own = ("[A-Z]{1,4}-[0-9]{1,3}", prop::option::of(words())).prop_map(|(code, display)| {
        let system = "https://alarm.example.net/codes";
        let display = display.as_ref().map(Text::as_str);
        ExtraCoding::new(system, code, display).expect("a coding")
    });
    let other = prop::sample::select(vec![
        ExtraCoding::SNOMED_FALL,
        ExtraCoding::SNOMED_WANDERING,
        ExtraCoding::ieee_11073(2_048),
    ]);
    prop::collection::vec(prop_oneof![own, other], 0..3)
}

/// Who took part, by which means.
fn participation() -> impl Strategy<Value = Participation> {
    let mode = prop::sample::select(EncounterMode::ALL.to_vec());
    (mode, prop::option::of(words())).prop_map(|(mode, name)| {
        let mut one = Participation::new(mode);
        let person = |name: Text| Person::new(national(), name.as_str());
        one.individual = name.map(|name| Individual::Person(person(name)));
        one
    })
}

fn supervision() -> impl Strategy<Value = Supervision> {
    (
        prop::sample::select(vec![SupervisionKind::Virtual, SupervisionKind::Physical]),
        prop::collection::vec(participation(), 1..3),
        prop::option::of(0_u32..30),
        30_u32..59,
        prop::option::of(prop::sample::select(EncounterReason::ALL.to_vec())),
        prop::option::of((words(), words())),
    )
        .prop_map(|(kind, participants, start, end, reason, place)| {
            let mut participants = participants.into_iter();
            let first = participants.next().expect("one at least");
            let mut supervision = match start {
                Some(start) => Supervision::new(kind, first, time(start, 0), time(end, 0)),
                None => Ok(Supervision::ended(kind, first, time(end, 0))),
            }
            .expect("a beginning before the end");
            for more in participants {
                supervision.participants.push(more);
            }
            supervision.reason = reason;
            if let Some((room, place)) = place {
                supervision.set_location(&room, &place);
            }
            supervision
        })
}

fn assert_watched(supervision: &Supervision, read: view::Encounter<'_>) {
    let class = match supervision.kind {
        SupervisionKind::Virtual => "VR",
        SupervisionKind::Physical => "HH",
    };
    assert_eq!(read.class().and_then(|class| class.code()), Some(class));
    assert_eq!(read.reason(), supervision.reason);
    let places: Vec<_> = read.locations().collect();
    let place = supervision.location.as_ref().map(Text::as_str);
    assert_eq!(places, Vec::from_iter(place));
    let period = read.period().expect("a period");
    let written = supervision.period();
    assert_eq!(period.start().as_ref(), written.start());
    assert_eq!(period.end().as_ref(), written.end());
    let found: Vec<_> = read.participants().collect();
    assert_eq!(found.len(), supervision.participants.len());
    for (one, found) in supervision.participants.iter().zip(found) {
        assert_eq!(found.mode(), one.mode);
        let person = found.individual().map(view::Reference::to_person);
        match &one.individual {
            Some(Individual::Person(written)) => assert_eq!(person.as_ref(), Some(written)),
            _ => assert!(person.is_none()),
        }
    }
}

/// Measurements: what, and the result.
fn reading() -> impl Strategy<Value = Reading> {
    let value = || {
        "[1-9][0-9]{0,2}(\\.[0-9]{1,2})?"
            .prop_map(|digits| digits.parse::<Decimal>().expect("a number"))
    };
    prop_oneof![
        value().prop_map(Reading::HeartRate),
        (value(), value()).prop_map(|(systolic, diastolic)| Reading::BloodPressure {
            systolic,
            diastolic
        }),
        value().prop_map(Reading::OxygenSaturation),
        value().prop_map(Reading::BloodGlucose),
        value().prop_map(Reading::BodyTemperature),
        value().prop_map(Reading::BodyWeight),
        value().prop_map(Reading::RespiratoryRate),
    ]
}

/// The digits of an amount.
fn digits(value: Option<ObservationValue<'_>>) -> Option<String> {
    match value? {
        ObservationValue::Quantity(quantity) => quantity.value().map(str::to_owned),
        _ => None,
    }
}

fn assert_measured(reading: &Reading, at: DateTime, read: Observation<'_>) {
    assert_eq!(read.effective().and_then(|when| when.start()), Some(at));
    let (measure, value) = match reading {
        Reading::HeartRate(value) => (Measure::HEART_RATE, value),
        Reading::OxygenSaturation(value) => (Measure::OXYGEN_SATURATION, value),
        Reading::BloodGlucose(value) => (Measure::BLOOD_GLUCOSE, value),
        Reading::BodyTemperature(value) => (Measure::BODY_TEMPERATURE, value),
        Reading::BodyWeight(value) => (Measure::BODY_WEIGHT, value),
        Reading::RespiratoryRate(value) => (Measure::RESPIRATORY_RATE, value),
        Reading::BloodPressure {
            systolic,
            diastolic,
        } => {
            assert_eq!(read.measure(), Some(Measure::BLOOD_PRESSURE));
            let parts: Vec<_> = read.components().collect();
            let measures: Vec<_> = parts.iter().filter_map(|part| part.measure()).collect();
            let expected = [
                Measure::SYSTOLIC_BLOOD_PRESSURE,
                Measure::DIASTOLIC_BLOOD_PRESSURE,
            ];
            assert_eq!(measures, expected);
            let values: Vec<_> = parts
                .iter()
                .filter_map(|part| digits(part.value()))
                .collect();
            assert_eq!(values, [systolic.as_str(), diastolic.as_str()]);
            return;
        }
        other => panic!("{other:?} is not made here"),
    };
    assert_eq!(read.measure(), Some(measure));
    assert_eq!(digits(read.value()).as_deref(), Some(value.as_str()));
}

proptest! {
    #[test]
    fn an_alarm_comes_back_with_codes_detail_devices_and_supervision(
        alarms in prop::collection::vec(
            (
                prop::sample::select(AlertCode::ALL.to_vec()),
                codings(),
                prop::option::of(words()),
                prop::option::of(words()),
                0_u32..60,
            ),
            1..4,
        ),
        watched in prop::option::of(supervision()),
    ) {
        let mut written = alarms.iter().enumerate().map(|(number, (code, codings, detail, _, second))| {
            let mut alarm = Alarm::new(record(format!("2026-{number}")), *code);
            alarm.codings.clone_from(codings);
            alarm.detail.clone_from(detail);
            alarm.at = Some(time(2, *second));
            alarm
        });
        let patient = Person::new(national(), "KLAR NATTUGLE");
        let first = written.next().expect("one at least");
        let mut note = AlarmNote::new(first, patient, operator(), time(59, 30));
        for more in written {
            note.add_alarm(more);
        }
        for (number, (.., device, _)) in alarms.iter().enumerate() {
            let Some(name) = device else { continue };
            let serial = format!("BS-{number}");
            let mut device = Device::new(Identifier::new("https://example.net/serial", serial).expect("one"));
            device.name = Some(name.clone());
            let device = note.add_device(device);
            note.alarms.iter_mut().nth(number).expect("the alarm").device = Some(device);
        }
        note.supervision.clone_from(&watched);
        let mut json = Vec::new();
        encode::alarm_document(&note, &mut json).expect("written");

        let decoded = decode(&json, DecodeOptions::strict()).expect("read");
        prop_assert!(decoded.findings().is_empty());
        let bundle = decoded.bundle().expect("a Bundle");
        let found = bundle.alarms();
        prop_assert_eq!(found.len(), alarms.len());
        for (read, (code, codings, detail, device, second)) in found.iter().zip(&alarms) {
            prop_assert_eq!(read.issue.alert_code(), Some(*code));
            prop_assert_eq!(read.issue.detail(), detail.as_ref().map(Text::as_str));
            let at = read.issue.identified().and_then(|when| when.start());
            prop_assert_eq!(at, Some(time(2, *second)));
            let concept = read.issue.code().expect("a code");
            let others: Vec<_> = concept
                .codings()
                .skip(1)
                .map(|one| (one.system().unwrap_or_default(), one.code().unwrap_or_default(), one.display()))
                .collect();
            let expected: Vec<_> = codings.iter().map(|it| (it.system(), it.code(), it.display())).collect();
            prop_assert_eq!(others, expected);
            if device.is_some() {
                let name = read.device.expect("a device").name();
                prop_assert_eq!(name, device.as_ref().map(Text::as_str));
            }
            match (&watched, read.encounter) {
                (Some(watched), Some(read)) => assert_watched(watched, read),
                (watched, read) => prop_assert_eq!(watched.is_some(), read.is_some()),
            }
        }
    }

    #[test]
    fn an_alarm_of_home_follow_up_comes_back_with_what_was_measured_and_what_was_not(
        readings in prop::collection::vec((reading(), 0_u32..60), 0..4),
        missing in prop::collection::vec(words(), 0..3),
    ) {
        let mut alarm = Alarm::new(record("alarm"), AlertCode::HOME_FOLLOW_UP);
        for (number, (reading, second)) in readings.iter().enumerate() {
            let id = record(format!("measured-{number}"));
            let one = Measurement::new(id, reading.clone(), time(1, *second));
            alarm.implicated.push(Implicated::Measurement(Box::new(one)));
        }
        for name in &missing {
            let one = MissingMeasurement::named(name.clone());
            alarm.implicated.push(Implicated::MissingMeasurement(one));
        }
        let note = AlarmNote::home_follow_up(alarm, national().into(), operator(), time(59, 0));
        let mut json = Vec::new();
        encode::alarm_document(&note, &mut json).expect("written");

        let decoded = decode(&json, DecodeOptions::strict()).expect("read");
        let bundle = decoded.bundle().expect("a Bundle");
        let alarms = bundle.alarms();
        prop_assert_eq!(alarms.len(), 1);
        prop_assert_eq!(alarms[0].observations.len(), readings.len());
        for ((reading, second), read) in readings.iter().zip(&alarms[0].observations) {
            assert_measured(reading, time(1, *second), *read);
        }
        let told: Vec<_> = alarms[0].issue.implicated().filter_map(|it| it.display()).collect();
        let expected: Vec<_> = missing.iter().map(Text::as_str).collect();
        prop_assert!(told.ends_with(&expected), "{told:?}");
    }

    #[test]
    fn medicine_that_was_handed_out_comes_back(
        handed_out in prop::collection::vec(
            (
                prop::sample::select(DispenseEvent::ALL.to_vec()),
                prop::option::of(0_u32..60),
                prop::option::of(words()),
                prop::collection::vec(words(), 0..3),
                prop::option::of(words()),
            ),
            1..4,
        ),
    ) {
        let dispenser = Identifier::new("https://example.net/serial", "MD-1").expect("one");
        let mut written = handed_out.iter().enumerate().map(|(number, (event, second, medicine, dosage, helper))| {
            let performer = Performer::new(dispenser.clone(), None);
            let id = record(format!("dose-{number}"));
            let mut one = MedicationDispense::new(id, *event, national(), performer).expect("a subject");
            one.at = second.map(|second| time(3, second));
            one.medicine.clone_from(medicine);
            one.dosage.clone_from(dosage);
            if let Some(helper) = helper {
                one.performers.push(Performer::new(national(), Some(helper.clone())));
            }
            one
        });
        let first = written.next().expect("one at least");
        let mut note = DispenseNote::new(first, operator(), time(59, 0));
        for more in written {
            note.dispenses.push(more);
        }
        let mut json = Vec::new();
        encode::dispense_document(&note, &mut json).expect("written");

        let decoded = decode(&json, DecodeOptions::strict()).expect("read");
        let bundle = decoded.bundle().expect("a Bundle");
        let found: Vec<_> = bundle.resources().filter_map(view::MedicationDispense::of).collect();
        prop_assert_eq!(found.len(), handed_out.len());
        for (read, (event, second, medicine, dosage, helper)) in found.iter().zip(&handed_out) {
            prop_assert_eq!(read.event(), Some(*event));
            prop_assert_eq!(read.when_handed_over(), second.map(|second| time(3, second)));
            let medicine = medicine.as_ref().map_or("Ukjent medisin", Text::as_str);
            prop_assert_eq!(read.medication().and_then(|it| it.text()), Some(medicine));
            let doses: Vec<_> = read.dosages().filter_map(|dose| dose.text()).collect();
            let expected: Vec<_> = dosage.iter().map(Text::as_str).collect();
            prop_assert_eq!(doses, expected);
            let subject = read.subject().expect("a subject").to_person();
            prop_assert_eq!(subject.identifier, Some(national()));
            let actors: Vec<_> = read.performers().filter_map(|it| it.actor()).collect();
            let persons: Vec<_> = actors.into_iter().map(view::Reference::to_person).collect();
            prop_assert_eq!(persons[0].identifier.as_ref(), Some(&dispenser));
            let helpers: Vec<_> = persons[1..].iter().filter_map(|it| it.name.as_deref()).collect();
            prop_assert_eq!(helpers, Vec::from_iter(helper.as_ref().map(Text::as_str)));
        }
    }

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
