//! Whatever a note holds: what is written is JSON without anything empty, complete, and closed in itself.

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::identifier::system;
use fhir_vkp::note::{
    Alarm, AlarmNote, AlarmRef, Answer, BatchEntry, Decimal, Device, ExtraCoding, Implicated,
    Individual, Item, LogEntry, Measurement, MissingMeasurement, Operator, Participation,
    Questionnaire, Reading, RecordId, Section, Supervision, SupervisionKind, Text,
};
use fhir_vkp::{
    AlertCode, DateTime, EncounterMode, Identifier, NoteCategory, NoteEvent, NoteSection, Person,
    Severity, UuidNames, narrative_div,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde::de::IgnoredAny;
use serde_json::Value;

/// Texts with what JSON and XHTML escape, and with what FHIR forbids.
fn text() -> impl Strategy<Value = Text> {
    "[ -~æøå\u{0}\u{1b}\r\n\t\u{7f}\u{fffe}🛏]{1,40}".prop_filter_map("blank", Text::new)
}

/// A moment of some day, with one of several offsets or none, and any number of fraction digits.
fn time() -> impl Strategy<Value = DateTime> {
    let offset = select(vec!["Z", "+00:00", "+01:00", "-09:30", "+14:00", ""]);
    let time = (
        1u8..29,
        0u8..24,
        0u8..60,
        0u8..60,
        "(\\.[0-9]{1,9})?",
        offset,
    );
    time.prop_map(|(day, hour, minute, second, fraction, offset)| {
        let text = format!("2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{offset}");
        DateTime::parse(&text).expect("a moment").0
    })
}

fn person() -> impl Strategy<Value = Person> {
    let identifier = prop_oneof![
        Just((system::FODSELSNUMMER, "15813410033")),
        Just((system::FELLES_HJELPENUMMER, "81234510053")),
        Just(("https://epj.example.net/patient", "\"4711\\")),
    ];
    (identifier, of(".{0,20}")).prop_map(|((system, value), name)| Person {
        identifier: Some(Identifier::new(system, value).expect("an identifier")),
        name,
    })
}

fn operator() -> impl Strategy<Value = Operator> {
    prop_oneof![
        text().prop_map(|name| Operator::named(&name)),
        person().prop_filter_map("nobody", Operator::from_person),
    ]
}

fn decimal() -> impl Strategy<Value = Decimal> {
    "-?(0|[1-9][0-9]{0,5})(\\.[0-9]{1,6})?([eE][+-]?[0-9]{1,2})?"
        .prop_filter_map("a decimal", |text| text.parse().ok())
}

fn coding() -> impl Strategy<Value = ExtraCoding> {
    ("[a-z]{1,8}", "[!-~]{1,8}", of(".{0,9}")).prop_filter_map("a code", |(end, code, display)| {
        let system = format!("https://example.net/{end}");
        ExtraCoding::new(system, code, display.as_deref()).ok()
    })
}

fn id(kind: &str, number: usize) -> RecordId {
    let names = UuidNames::new("https://alarm.example.net");
    RecordId::new(&names, format!("{kind} {number}")).expect("an id")
}

fn implicated() -> impl Strategy<Value = Implicated> {
    let measurement = (decimal(), time(), of(text()), vec(operator(), 0..3));
    let answers = (of(text()), of(time()), vec(text(), 0..4));
    prop_oneof![
        (measurement, any::<usize>()).prop_map(|((value, at, note, performers), number)| {
            let mut measurement = Measurement::new(id("m", number), Reading::BodyWeight(value), at);
            (measurement.note, measurement.performers) = (note, performers);
            Implicated::Measurement(Box::new(measurement))
        }),
        (answers, any::<usize>()).prop_map(|((title, at, given), number)| {
            let mut answers = Questionnaire::new(id("q", number));
            (answers.title, answers.at) = (title, at);
            let mut item = Item::new(Text::new("1").expect("text"));
            item.answers = given.into_iter().map(Answer::Text).collect();
            answers.items.push(item);
            Implicated::Questionnaire(Box::new(answers))
        }),
        text().prop_map(|name| Implicated::MissingMeasurement(MissingMeasurement::named(name))),
    ]
}

prop_compose! {
    fn alarm()(
        code in select(AlertCode::ALL.to_vec()),
        words in of(text()),
        codings in vec(coding(), 0..3),
        severity in of(select(Severity::ALL.to_vec())),
        detail in of(text()),
        at in of(time()),
        implicated in vec(implicated(), 0..3),
    ) -> Alarm {
        let mut alarm = Alarm::new(id("alarm", 0), code);
        (alarm.text, alarm.codings, alarm.severity) = (words, codings, severity);
        (alarm.detail, alarm.at, alarm.implicated) = (detail, at, implicated);
        alarm
    }
}

prop_compose! {
    fn device()(
        texts in [of(text()), of(text()), of(text()), of(text()), of(text())],
        codings in vec(coding(), 0..2),
        owner in of(person()),
    ) -> Device {
        let identifier = Identifier::new("urn:x:serial", "RS-1").expect("an identifier");
        let mut device = Device::new(identifier);
        [
            device.serial_number,
            device.name,
            device.model_name,
            device.kind,
            device.location,
        ] = texts;
        (device.kind_codings, device.owner) = (codings, owner);
        device
    }
}

prop_compose! {
    fn log_entry()(
        event in select(NoteEvent::ALL.to_vec()), at in time(), words in of(text()),
    ) -> LogEntry {
        let mut entry = LogEntry::new(event, at);
        entry.text = words;
        entry
    }
}

prop_compose! {
    /// A note; of its alarms and sections some name devices and alarms.
    fn note()(
        alarms in vec(alarm(), 1..4),
        devices in vec(device(), 0..3),
        (patient, author, saved) in (person(), operator(), time()),
        category in select(NoteCategory::ALL.to_vec()),
        log in vec(log_entry(), 0..5),
        sections in vec((select(NoteSection::ALL.to_vec()), text(), of(any::<prop::sample::Index>())), 0..4),
        supervision in of((time(), vec((select(EncounterMode::ALL.to_vec()), of(person())), 1..3), of(text()))),
        picks in vec(any::<prop::sample::Index>(), 4),
        corrections in 0..3,
    ) -> AlarmNote {
        let mut alarms = alarms.into_iter().enumerate().map(|(number, mut alarm)| {
            alarm.id = id("alarm", number);
            alarm
        });
        let first = alarms.next().expect("one");
        let mut note = AlarmNote::new(first, patient, author, saved);
        let mut names = vec![AlarmRef::FIRST];
        names.extend(alarms.map(|alarm| note.add_alarm(alarm)));
        let devices: Vec<_> = devices.into_iter().map(|device| note.add_device(device)).collect();
        if !devices.is_empty() {
            for (alarm, pick) in note.alarms.iter_mut().zip(&picks) {
                alarm.device = Some(*pick.get(&devices));
            }
        }
        (note.journal.category, note.journal.log) = (category, log);
        for (code, words, about) in sections {
            let mut section = Section::new(code, words);
            section.alarms.extend(about.map(|pick| *pick.get(&names)));
            note.add_section(section);
        }
        note.supervision = supervision.map(|(end, participants, location)| {
            let mut list = participants.into_iter().map(|(mode, person)| {
                let mut participation = Participation::new(mode);
                participation.individual = match (person, devices.first()) {
                    (Some(person), _) => Some(Individual::Person(person)),
                    (None, Some(device)) => Some(Individual::Device(*device)),
                    (None, None) => None,
                };
                participation
            });
            let first = list.next().expect("one");
            let mut supervision = Supervision::ended(SupervisionKind::Virtual, first, end);
            list.for_each(|next| supervision.participants.push(next));
            supervision.location = location;
            supervision
        });
        (0..corrections).for_each(|_| note.amend());
        note
    }
}

/// No empty string, array or object, and no null, anywhere.
fn assert_nothing_empty(value: &Value) {
    match value {
        Value::Null => panic!("null"),
        Value::String(text) => assert!(!text.trim().is_empty(), "an empty string"),
        Value::Array(list) => {
            assert!(!list.is_empty(), "an empty array");
            list.iter().for_each(assert_nothing_empty);
        }
        Value::Object(map) => {
            assert!(!map.is_empty(), "an empty object");
            map.values().for_each(assert_nothing_empty);
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Every `reference` below a value.
fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        Value::Object(map) => {
            found.extend(map.get("reference").and_then(Value::as_str));
            map.values().for_each(|value| references(value, found));
        }
        _ => {}
    }
}

/// What the profiles demand of each resource.
fn required(resource: &Value) -> &'static [&'static str] {
    match resource["resourceType"].as_str().expect("a type") {
        "Composition" => &[
            "status", "type", "category", "subject", "date", "author", "title", "section",
        ],
        "DetectedIssue" => &["identifier", "status", "code", "patient"],
        "Encounter" => &[
            "identifier",
            "status",
            "class",
            "subject",
            "participant",
            "period",
        ],
        "Device" => &["identifier"],
        "Observation" => &[
            "status",
            "code",
            "subject",
            "effectiveDateTime",
            "valueQuantity",
        ],
        "QuestionnaireResponse" => &["status", "subject"],
        other => panic!("{other} does not belong here"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_document_is_complete_and_closed_in_itself(note in note()) {
        let mut json = Vec::new();
        prop_assert_eq!(encode::alarm_document(&note, &mut json), Ok(()));
        prop_assert!(json.len() <= encode::MAX_BYTES);
        let bundle: Value = serde_json::from_slice(&json).expect("JSON");
        assert_nothing_empty(&bundle);

        let entries = bundle["entry"].as_array().expect("entries");
        prop_assert_eq!(&entries[0]["resource"]["resourceType"], "Composition");
        let mut urls: Vec<&str> = entries.iter().map(|entry| entry["fullUrl"].as_str().expect("url")).collect();
        let mut reached = vec![urls[0]];
        for entry in entries {
            let resource = &entry["resource"];
            for element in required(resource) {
                prop_assert!(resource.get(element).is_some(), "{element} in {resource}");
            }
            let before = reached.len();
            references(resource, &mut reached);
            for reference in &reached[before..] {
                prop_assert!(urls.contains(reference), "{reference} leads nowhere");
            }
        }
        let count = urls.len();
        for list in [&mut urls, &mut reached] {
            list.sort_unstable();
            list.dedup();
        }
        prop_assert_eq!(urls.len(), count, "an entry twice");
        prop_assert_eq!(urls, reached, "an entry that nothing leads to");

        let mut again = json.clone();
        encode::alarm_document(&note, &mut again).expect("written");
        prop_assert_eq!(again, [json.clone(), json].concat());
    }

    #[test]
    fn the_note_keeps_texts_times_and_order(note in note()) {
        let mut json = Vec::new();
        encode::composition(&note.journal, &mut json).expect("written");
        let composition: Value = serde_json::from_slice(&json).expect("JSON");
        assert_nothing_empty(&composition);
        let sections = composition["section"].as_array().map_or(&[][..], Vec::as_slice);
        prop_assert_eq!(sections.len(), note.journal.sections.len());
        for (written, section) in sections.iter().zip(&note.journal.sections) {
            prop_assert_eq!(&written["text"]["div"], &narrative_div(section.text.as_str()));
        }
        let log = composition["event"].as_array().map_or(&[][..], Vec::as_slice);
        let moment = |value: &Value| DateTime::parse(value.as_str().expect("text")).expect("a moment");
        let mut expected: Vec<_> = note.journal.log.iter().collect();
        expected.sort_by_key(|entry| entry.at.unix_micros());
        prop_assert_eq!(log.len(), expected.len());
        for (written, entry) in log.iter().zip(expected) {
            let start = &written["period"]["start"];
            prop_assert_eq!(start, &entry.at.to_string());
            prop_assert_eq!(moment(start).1, None, "a time with an offset");
            let words = written["code"][0]["text"].as_str();
            prop_assert_eq!(words, entry.text.as_ref().map(Text::as_str));
            prop_assert!(moment(&composition["date"]).0.unix_micros() >= entry.at.unix_micros());
        }
    }

    #[test]
    fn decimals_are_written_digit_for_digit(value in decimal(), subject in person(), at in time()) {
        let measurement = Measurement::new(id("m", 1), Reading::BloodGlucose(value), at);
        let mut json = b"kept".to_vec();
        let entry = BatchEntry::new(measurement, subject);
        match encode::measurement_batch(std::slice::from_ref(&entry), &mut json) {
            Ok(()) => {
                let json = String::from_utf8(json).expect("UTF-8");
                let member = format!("\"value\":{},", value.as_str());
                prop_assert!(json.contains(&member), "{json}");
            }
            Err(EncodeError::WrongIdentifier { .. }) => prop_assert_eq!(json, b"kept"),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn a_text_is_never_blank_and_holds_no_control_characters(given in any::<String>()) {
        match Text::new(given.as_str()) {
            None => prop_assert!(given.trim().is_empty()),
            Some(text) => {
                let control = |c: char| c.is_control() && !"\r\n\t".contains(c);
                prop_assert!(!text.as_str().contains(control));
                prop_assert_eq!(text.as_str().chars().count(), given.trim().chars().count());
            }
        }
    }

    #[test]
    fn any_text_is_a_decimal_exactly_when_it_is_a_json_number(given in "[-+0-9.eE]{0,12}") {
        // Passed over, not read: more than a float holds is a number all the same.
        let is_number = serde_json::from_str::<IgnoredAny>(&given).is_ok();
        prop_assert_eq!(given.parse::<Decimal>().is_ok(), is_number, "{}", given);
    }
}
