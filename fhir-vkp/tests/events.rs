//! From and to the shared event model (FHIR reference 11).
#![cfg(feature = "events")]

use alarm_codes::{
    Ack, Attachment, Change, Class, DeviceKind, DeviceTime, Event, EventId, Handling, HistoryEntry,
    Kind, Measurement, Phase, Priority, Private, Profile, Relation, System, Timestamp,
    kind_of_text,
};
use fhir_vkp::codes::CodeSystem;
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::event::{
    AlarmSystem, Context, JournalError, Journaled, NotJournalable, NotJournalableReason, Zone,
    alert_of, device_of, device_words, dispense_event_of, journal_note, log_of, mapping_of,
    mapping_of_alert, mapping_of_dispense, medication_dispense, severity_of, words_of,
};
use fhir_vkp::note::{
    AlarmNote, LogEntry, Operator, Performer, RecordStatus, Section, Text, TextStatus,
};
use fhir_vkp::view::Composition;
use fhir_vkp::{
    AlertCode, Coding, DateTime, DispenseEvent, EncounterReason, Identifier, NoteCategory,
    NoteEvent, NoteSection, Person, Role, Severity, UuidNames, encode, urn,
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

fn text(text: &str) -> Text {
    Text::new(text).expect("not empty")
}

fn identifier(system: &str, value: &str) -> Identifier {
    Identifier::new(system, value).expect("not empty")
}

fn event(kind: Kind) -> Event {
    Event::new(EventId(0x417), kind, at("2026-03-14T01:17:41Z"))
}

fn event_of(kind: Kind, device: DeviceKind) -> Event {
    let mut event = event(kind);
    event.device.kind = Some(device);
    event
}

fn context() -> Context {
    let patient = identifier("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033");
    let operator = identifier("https://alarm.example.net/users", "op-7");
    Context::new(
        UuidNames::new("https://alarm.example.net"),
        Person::new(patient, "Kari Eksempel"),
        Operator::new(operator, Text::new("Ola Eksempel")),
        at("2026-03-14T01:35:00Z"),
    )
}

fn journaled(event: &Event) -> Journaled {
    journal_note(event, context()).expect("journalable")
}

fn code_of(event: &Event) -> Result<AlertCode, NotJournalable> {
    alert_of(event, None, None).map(|alert| alert.code)
}

fn reason_of(event: &Event) -> Option<NotJournalableReason> {
    code_of(event).err().map(|answer| answer.reason)
}

#[test]
fn every_row_of_the_reference_gives_its_code() {
    let rows = [
        (Kind::HelpCall, "3"),
        (Kind::Fall, "4.1"),
        (Kind::BedExit, "4.2"),
        (Kind::BedSitUp, "4.3"),
        (Kind::BedEntered, "4.20"),
        (Kind::ChairExit, "4.4"),
        (Kind::RoomEntered, "4.5"),
        (Kind::RoomLeft, "4.6"),
        (Kind::AwayTooLong, "4.7"),
        (Kind::Absence, "4.12"),
        (Kind::Activity, "4.8"),
        (Kind::Inactivity, "4.9"),
        (Kind::BathTooLong, "4.23"),
        (Kind::SoundLevel, "4.10"),
        (Kind::Smoke, "4.11"),
        (Kind::Fire, "4.11"),
        (Kind::Heat, "4.11"),
        (Kind::WaterLeak, "4.17"),
        (Kind::DoorOpened, "4.15"),
        (Kind::DoorClosed, "4.16"),
        (Kind::Wandering, "4.21"),
        (Kind::GeofenceCrossed, "2"),
        (Kind::EpilepticSeizure, "4.24"),
        (Kind::Incontinence, "7.1"),
        (Kind::LockState, "6"),
        (Kind::FailedUserCall, "4.22"),
        (Kind::MedicationNotTaken, "1.1"),
        (Kind::DispenserFault, "1.5"),
        (Kind::MedicationEmpty, "1.13"),
        (Kind::MedicationLow, "1.12"),
        (Kind::CallAlarmGeneric, "4"),
        // The kind does not say whether a measurement or a questionnaire is missing.
        (Kind::MeasurementMissing, "5.3"),
    ];
    for (kind, code) in rows {
        assert_eq!(
            code_of(&event(kind)).expect("journalable").code(),
            code,
            "{kind}"
        );
    }
}

#[test]
fn a_help_call_is_coded_by_its_device_and_system() {
    let code = |device, system| {
        let event = event_of(Kind::HelpCall, device);
        alert_of(&event, system, None).expect("journalable").code
    };
    let digital = Some(AlarmSystem::DigitalSupervision);
    assert_eq!(
        code(DeviceKind::PersonalTrigger, None),
        AlertCode::SOCIAL_ALARM
    );
    assert_eq!(
        code(DeviceKind::PersonalTrigger, digital),
        AlertCode::BUTTON_PRESSED
    );
    assert_eq!(code(DeviceKind::PullCord, None), AlertCode::CORD_PULLED);
    assert_eq!(code(DeviceKind::PullCord, digital), AlertCode::CORD_PULLED);
    let nurse_call = Some(AlarmSystem::NurseCall);
    assert_eq!(
        code(DeviceKind::FixedTrigger, nurse_call),
        AlertCode::NURSE_CALL_SYSTEM
    );
    let social = Some(AlarmSystem::SocialAlarm);
    let generic = event(Kind::CallAlarmGeneric);
    let alert = alert_of(&generic, social, None).expect("journalable");
    assert_eq!(alert.code, AlertCode::SOCIAL_ALARM);
}

#[test]
fn technical_events_are_journaled_for_a_medicine_dispenser_only() {
    let rows = [
        (Kind::BatteryLow, "1.17"),
        (Kind::BatteryCritical, "1.17"),
        (Kind::BatteryFailure, "1.18"),
        (Kind::MainsFailure, "1.19"),
        (Kind::DeviceOffline, "1.20"),
        (Kind::LinkFailure, "1.20"),
        (Kind::Malfunction, "1.5"),
        (Kind::Tamper, "1.22"),
    ];
    for (kind, code) in rows {
        let dispenser = event_of(kind, DeviceKind::MedicineDispenser);
        assert_eq!(
            code_of(&dispenser).expect("journalable").code(),
            code,
            "{kind}"
        );
        let pendant = event_of(kind, DeviceKind::PersonalTrigger);
        let answer = code_of(&pendant).expect_err("not journalable");
        assert_eq!(answer.reason, NotJournalableReason::NotCare, "{kind}");
        assert_eq!(answer.family, AlertCode::SOCIAL_ALARM);
        assert_eq!(reason_of(&event(kind)), Some(NotJournalableReason::NotCare));
    }
}

#[test]
fn what_has_no_code_is_never_given_a_neighbouring_one() {
    use NotJournalableReason::{NoCode, NotCare};
    let rows = [
        (Kind::CarbonMonoxide, NoCode, "4"),
        (Kind::Gas, NoCode, "4"),
        (Kind::StoveGuard, NoCode, "4"),
        (Kind::BedNotReturned, NoCode, "4"),
        (Kind::AssistanceCall, NoCode, "7"),
        (Kind::HeartRate, NoCode, "5"),
        (Kind::Unmapped, NoCode, "4"),
        (Kind::TemperatureHigh, NotCare, "4"),
        (Kind::Intrusion, NotCare, "4"),
        (Kind::Heartbeat, NotCare, "4"),
        (Kind::PresencePlanned, NotCare, "4"),
    ];
    for (kind, reason, family) in rows {
        let answer = code_of(&event(kind)).expect_err("not journalable");
        assert_eq!((answer.kind, answer.reason), (kind, reason));
        assert_eq!(answer.family.code(), family, "{kind}");
    }
}

#[test]
fn tests_and_ends_are_not_journaled() {
    let mut tested = event(Kind::Fall);
    tested.test = true;
    assert_eq!(reason_of(&tested), Some(NotJournalableReason::Test));
    assert_eq!(
        reason_of(&event(Kind::TestManual)),
        Some(NotJournalableReason::Test)
    );
    assert_eq!(
        reason_of(&event(Kind::Cancel)),
        Some(NotJournalableReason::Ended)
    );
    let mut ended = event(Kind::Fall);
    ended.phase = Phase::End;
    assert_eq!(reason_of(&ended), Some(NotJournalableReason::Ended));
}

#[test]
fn every_kind_gets_a_code_or_an_answer_with_a_family() {
    for &kind in Kind::ALL {
        for &device in DeviceKind::ALL {
            for system in [
                None,
                Some(AlarmSystem::SocialAlarm),
                Some(AlarmSystem::NurseCall),
            ] {
                match alert_of(&event_of(kind, device), system, None) {
                    Ok(alert) => {
                        let back = mapping_of_alert(alert.code.code()).kind();
                        // A code that says the same leads back.
                        assert!(
                            alert.loss.is_some() || back == kind,
                            "{kind} {}",
                            alert.code
                        );
                    }
                    Err(answer) => assert!(!answer.family.code().contains('.'), "{kind}"),
                }
            }
        }
    }
}

#[test]
fn a_kind_whose_codes_all_claim_more_gets_the_code_of_its_family() {
    for (kind, family) in [
        (Kind::MedicationPlanIssue, AlertCode::MEDICATION_SUPPORT),
        (Kind::DispenserOpened, AlertCode::MEDICATION_SUPPORT),
        (Kind::CameraVisit, AlertCode::DIGITAL_SUPERVISION),
    ] {
        let alert = alert_of(&event(kind), None, None).expect("journalable");
        assert_eq!(alert.code, family);
        assert_eq!(alert.loss.expect("told").relation, Relation::CodeNarrower);
        let note = journaled(&event(kind)).note;
        let words = note.alarms.first().text.as_ref().map(Text::as_str);
        assert_eq!(words, Some(words_of(kind)));
    }
    let camera = |reason| alert_of(&event(Kind::CameraVisit), None, Some(reason)).map(|a| a.code);
    assert_eq!(
        camera(EncounterReason::PLANNED),
        Ok(AlertCode::PLANNED_CAMERA_SUPERVISION)
    );
    assert_eq!(
        camera(EncounterReason::EVENT_BASED),
        Ok(AlertCode::TRIGGERED_CAMERA_SUPERVISION)
    );
}

#[test]
fn every_alert_code_survives_the_way_into_an_event_and_back() {
    for code in AlertCode::ALL {
        let mapping = mapping_of_alert(code.code());
        assert_ne!(mapping.kind(), Kind::Unmapped, "{code}");
        let event = Event::from_mapping(
            EventId(1),
            at("2026-03-14T01:17:41Z"),
            &mapping,
            code.code(),
        );
        assert_eq!(code_of(&event), Ok(code));
    }
    for code in DispenseEvent::ALL {
        let mapping = mapping_of_dispense(code.code());
        assert_ne!(mapping.kind(), Kind::Unmapped, "{code}");
        let event = Event::from_mapping(
            EventId(1),
            at("2026-03-14T01:17:41Z"),
            &mapping,
            code.code(),
        );
        assert_eq!(dispense_event_of(&event), Some(code));
        assert_eq!(
            reason_of(&event),
            Some(NotJournalableReason::Dispense(code))
        );
    }
    assert_eq!(mapping_of_alert("1.01").kind(), Kind::Unmapped);
    assert_eq!(mapping_of_dispense("").kind(), Kind::Unmapped);
}

#[test]
fn codings_that_were_read_lead_to_a_kind_whatever_address_they_have() {
    let coding = |system: &str, code: &str| Coding {
        system: Some(system.to_owned()),
        code: Some(code.to_owned()),
        display: None,
    };
    let kind = |codings: &[Coding]| mapping_of(codings).map(|mapping| mapping.kind());
    let fall = coding("http://ehelse.no/fhir/ValueSet/vkp-alert-code-v090", "4.1");
    let person = coding("http://snomed.info/sct", "404684003");
    let sensor = coding("urn:iso:std:iso:11073:10101", "8519683");
    assert_eq!(kind(&[person.clone(), fall.clone()]), Some(Kind::Fall));
    assert_eq!(kind(std::slice::from_ref(&sensor)), Some(Kind::Smoke));
    assert_eq!(kind(&[sensor, fall]), Some(Kind::Fall));
    assert_eq!(kind(&[person]), None);
    let taken = coding(CodeSystem::DISPENSE_EVENT.url(), "1.1");
    assert_eq!(kind(&[taken]), Some(Kind::MedicationTaken));
    // In older versions this number says that nothing was handed out.
    let old = coding(
        "http://ehelse.no/fhir/CodeSystem/vkp-medicationdispense-events-v05",
        "2",
    );
    assert_eq!(kind(&[old]), None);
    let unknown = coding(CodeSystem::ALERT_CODE.url(), "4.99");
    assert_eq!(kind(&[unknown]), Some(Kind::Unmapped));
    assert_eq!(
        kind(&[coding("urn:iso:std:iso:11073:10101", "528455")]),
        None
    );
    assert_eq!(kind(&[Coding::default()]), None);
}

#[test]
fn what_was_written_leads_back_to_its_kind() {
    use fhir_vkp::decode::{DecodeOptions, decode};
    use fhir_vkp::event::{mapping_of_issue, mapping_of_medication};
    use fhir_vkp::{encode, view};

    let mut json = Vec::new();
    for kind in [
        Kind::Fall,
        Kind::HelpCall,
        Kind::Smoke,
        Kind::MedicationNotTaken,
    ] {
        json.clear();
        encode::alarm_document(&journaled(&event(kind)).note, &mut json).expect("complete");
        let decoded = decode(&json, DecodeOptions::lenient()).expect("JSON");
        assert!(decoded.findings().is_empty(), "{:?}", decoded.findings());
        let bundle = decoded.bundle().expect("a Bundle");
        let issue = bundle.alarms()[0].issue;
        let read = mapping_of_issue(issue).expect("a known code").kind();
        // Smoke is coded as fire; that is told as a loss.
        assert_eq!(
            read,
            if kind == Kind::Smoke {
                Kind::Fire
            } else {
                kind
            }
        );
    }

    let taken = event_of(Kind::MedicationTaken, DeviceKind::MedicineDispenser);
    let serial = identifier("https://vendor.example.net/serial", "MD-1");
    let dispense = medication_dispense(&taken, &context(), Performer::new(serial, None));
    json.clear();
    encode::medication_dispense(&dispense.expect("complete"), &mut json).expect("complete");
    let decoded = decode(&json, DecodeOptions::lenient()).expect("JSON");
    let read = view::MedicationDispense::of(decoded.resource()).expect("one");
    let mapping = mapping_of_medication(read).expect("a known code");
    assert_eq!(mapping.kind(), Kind::MedicationTaken);
}

#[test]
fn severity_follows_priority() {
    let pairs = [
        (Priority::Critical, Severity::High),
        (Priority::High, Severity::High),
        (Priority::Medium, Severity::Moderate),
        (Priority::Low, Severity::Low),
        (Priority::Info, Severity::Low),
    ];
    for (priority, severity) in pairs {
        assert_eq!(severity_of(priority), severity);
    }
    let mut fall = event(Kind::Fall);
    fall.source_priority = Some("Kritisk".to_owned());
    fall.priority = Priority::Medium;
    let note = journaled(&fall).note;
    let alarm = note.alarms.first();
    assert_eq!(alarm.severity, Some(Severity::Moderate));
    assert_eq!(alarm.detail.as_ref().map(Text::as_str), Some("Kritisk"));
}

fn by(name: &str, time: &str, to: Handling) -> HistoryEntry {
    let by = Some(Private::new(name.to_owned()));
    HistoryEntry {
        at: at(time),
        change: Change::Handling(to),
        by,
    }
}

/// Time, code and text of every entry.
fn assert_log<const N: usize>(log: &[LogEntry], expected: [(&str, &str, Option<&str>); N]) {
    let printed: Vec<_> = log
        .iter()
        .map(|it| {
            (
                it.at.to_string(),
                it.event.code(),
                it.text.as_ref().map(Text::as_str),
            )
        })
        .collect();
    assert_eq!(
        printed,
        expected.map(|(time, code, text)| (time.to_owned(), code, text))
    );
}

#[test]
fn the_handling_becomes_the_log_of_the_reference() {
    let mut fall = event(Kind::Fall);
    fall.history = vec![
        by("op-7", "2026-03-14T01:18:00Z", Handling::Presented),
        by("op-7", "2026-03-14T01:18:05Z", Handling::Accepted),
        by("op-9", "2026-03-14T01:19:00Z", Handling::Accepted),
        by("op-7", "2026-03-14T01:20:30Z", Handling::HandedOver),
        by("natt-2", "2026-03-14T01:24:00Z", Handling::Accepted),
        by("op-7", "2026-03-14T01:31:02Z", Handling::Closed),
        by("op-7", "2026-03-14T01:32:00Z", Handling::Reopened),
        by("op-7", "2026-03-14T01:33:00Z", Handling::Closed),
    ];
    let log = log_of(&fall, Zone::Norway).expect("times");
    assert_log(
        &log,
        [
            ("2026-03-14T02:17:41+01:00", "0", None),
            ("2026-03-14T02:18:05+01:00", "1", Some("op-7")),
            ("2026-03-14T02:19:00+01:00", "10", Some("op-9")),
            ("2026-03-14T02:20:30+01:00", "4", Some("op-7")),
            ("2026-03-14T02:24:00+01:00", "5", Some("natt-2")),
            ("2026-03-14T02:31:02+01:00", "3", Some("op-7")),
            ("2026-03-14T02:32:00+01:00", "1", Some("gjenåpnet (op-7)")),
            ("2026-03-14T02:33:00+01:00", "3", Some("op-7")),
        ],
    );
}

#[test]
fn a_step_that_is_told_twice_is_one_entry_and_the_log_is_in_order_of_time() {
    let mut fall = event(Kind::Fall);
    fall.advance(Handling::Accepted, at("2026-03-14T01:18:05Z"))
        .expect("legal");
    let ack = |operator: &str, time: &str, step| Ack::Operator {
        operator: Private::new(operator.to_owned()),
        at: at(time),
        step,
    };
    fall.acks = vec![
        ack("op-7", "2026-03-14T01:31:02Z", Handling::Closed),
        ack("op-7", "2026-03-14T01:18:05Z", Handling::Accepted),
    ];
    let log = log_of(&fall, Zone::Fixed(0)).expect("times");
    assert_log(
        &log,
        [
            ("2026-03-14T01:17:41+00:00", "0", None),
            ("2026-03-14T01:18:05+00:00", "1", Some("op-7")),
            ("2026-03-14T01:31:02+00:00", "3", Some("op-7")),
        ],
    );
}

#[test]
fn entries_of_the_caller_stand_among_those_of_the_event() {
    let mut context = context();
    let time = DateTime::in_norway(at("2026-03-14T01:18:00Z")).expect("in range");
    context.log = vec![LogEntry::new(NoteEvent::CONVERSATION, time)];
    context.sections = vec![Section::new(
        NoteSection::EVENT,
        text("Fall på soverommet."),
    )];
    let mut fall = event(Kind::Fall);
    fall.advance(Handling::Closed, at("2026-03-14T01:31:02Z"))
        .expect("legal");
    let note = Private::new("Bruker svarte.".to_owned());
    fall.history.push(HistoryEntry {
        at: at("2026-03-14T01:19:00Z"),
        change: Change::Note(note),
        by: None,
    });
    let note = journal_note(&fall, context).expect("journalable").note;
    let codes: Vec<_> = note
        .journal
        .log
        .iter()
        .map(|entry| entry.event.code())
        .collect();
    assert_eq!(codes, ["0", "8", "3"]);
    let sections: Vec<_> = note
        .journal
        .sections
        .iter()
        .map(|it| (it.code.code(), it.text.as_str()))
        .collect();
    assert_eq!(
        sections,
        [("1.2", "Fall på soverommet."), ("1", "Bruker svarte.")]
    );
}

#[test]
fn without_a_patient_there_is_nothing_to_journal() {
    let mut context = context();
    context.patient.identifier = None;
    let error = journal_note(&event(Kind::Fall), context).expect_err("no patient");
    assert_eq!(error, JournalError::NoPatient);
}

#[test]
fn a_caller_who_insists_gets_the_family_code_with_precise_words() {
    let gas = event(Kind::CarbonMonoxide);
    let Err(JournalError::NotJournalable(answer)) = journal_note(&gas, context()) else {
        panic!("carbon monoxide has no code");
    };
    let mut context = context();
    context.code = Some(answer.family);
    let note = journal_note(&gas, context.clone())
        .expect("insisted on")
        .note;
    let alarm = note.alarms.first();
    assert_eq!(alarm.code, AlertCode::DIGITAL_SUPERVISION);
    let words = alarm.text.as_ref().map(Text::as_str);
    assert_eq!(words, Some("Karbonmonoksid registrert"));

    let note = journal_note(&event(Kind::TestManual), context)
        .expect("insisted on")
        .note;
    let words = note.alarms.first().text.as_ref().map(Text::as_str);
    assert_eq!(words, Some("TEST: Test utløst av en person"));
}

#[test]
fn an_open_event_is_preliminary_and_a_closed_one_final() {
    let mut fall = event(Kind::Fall);
    let note = journaled(&fall).note;
    assert_eq!(note.alarms.first().status, RecordStatus::Preliminary);
    assert_eq!(note.journal.version.status(), RecordStatus::Preliminary);
    fall.advance(Handling::Closed, at("2026-03-14T01:31:02Z"))
        .expect("legal");
    let note = journaled(&fall).note;
    assert_eq!(note.alarms.first().status, RecordStatus::Final);
    assert_eq!(note.journal.version.status(), RecordStatus::Final);
}

#[test]
fn the_time_of_the_device_counts_when_it_can_be_true() {
    let time = |device: &str| {
        let mut fall = event(Kind::Fall);
        fall.times.device = Some(DeviceTime::new(device));
        let note = journaled(&fall).note;
        note.alarms.first().at.as_ref().expect("always").to_string()
    };
    let received = "2026-03-14T02:17:41+01:00";
    assert_eq!(
        time("2026-03-14T03:17:38+02:00"),
        "2026-03-14T03:17:38+02:00"
    );
    assert_eq!(time("2026-03-08T00:00:00Z"), "2026-03-08T00:00:00Z");
    for wrong in [
        "1970-01-01T00:00:00Z",
        "2026-03-14T02:17:38",
        "2027-03-14T02:17:38Z",
        "02:17",
    ] {
        assert_eq!(time(wrong), received, "{wrong}");
    }
    assert_eq!(
        journaled(&event(Kind::Fall))
            .note
            .alarms
            .first()
            .at
            .as_ref()
            .map(DateTime::to_string)
            .as_deref(),
        Some(received)
    );
}

#[test]
fn what_the_source_said_is_kept() {
    let mapping = kind_of_text(System::Scaip, Profile::Standard, "dty=0005;stc=0010");
    let mapping = mapping.expect("a SCAIP code");
    let received = at("2026-03-14T01:17:41Z");
    let mut fall = Event::from_mapping(EventId(1), received, &mapping, "dty=0005;stc=0010");
    fall.kind = Kind::Fall;
    fall.attachments = vec![
        Attachment::Text(Private::new("Fall i gangen".to_owned())),
        Attachment::Measurement(Measurement {
            unit: Some("g".to_owned()),
            limit: Some(Private::new("2.5".to_owned())),
            ..Measurement::new("3.10")
        }),
    ];
    let note = journaled(&fall).note;
    let alarm = note.alarms.first();
    assert_eq!(alarm.text.as_ref().map(Text::as_str), Some("Fall i gangen"));
    assert!(alarm.codings.is_empty());
    let section = note.journal.sections.last().expect("compiled");
    assert_eq!(
        (section.code, section.status),
        (NoteSection::COMPILED_TEXT, TextStatus::Generated)
    );
    assert_eq!(
        section.text.as_str(),
        "Kode fra kilden (scaip): dty=0005;stc=0010\nMåleverdi: 3.10 g (grense 2.5)"
    );
}

#[test]
fn a_code_of_the_source_whose_system_has_an_address_is_a_second_coding() {
    let code = "device=FALL(1);event=fall detected";
    let mapping = kind_of_text(System::Ieee11073, Profile::Standard, code).expect("a code");
    let fall = Event::from_mapping(EventId(1), at("2026-03-14T01:17:41Z"), &mapping, code);
    let note = journaled(&fall).note;
    let codings = &note.alarms.first().codings;
    let codings: Vec<_> = codings.iter().map(|it| (it.system(), it.code())).collect();
    assert_eq!(codings, [("urn:iso:std:iso:11073:10101", "8519681")]);
    assert!(note.journal.sections.is_empty());
}

#[test]
fn home_follow_up_has_its_own_category() {
    let category = |kind| journaled(&event(kind)).note.journal.category;
    assert_eq!(
        category(Kind::MeasurementMissing),
        NoteCategory::HOME_FOLLOW_UP
    );
    assert_eq!(category(Kind::Fall), NoteCategory::SAFETY_AND_COPING);
}

#[test]
fn the_device_of_an_event_has_an_identifier_a_kind_and_a_place() {
    let mut fall = event_of(Kind::Fall, DeviceKind::FallDetector);
    assert_eq!(
        device_of(&fall, "https://vendor.example.net/serial"),
        Ok(None)
    );
    fall.device.controller = Some("SN-1".to_owned());
    fall.device.device = Some("FS-2".to_owned());
    fall.location.text = Some("Soverom".into());
    let device = device_of(&fall, "https://vendor.example.net/serial").expect("a system");
    let device = device.expect("named");
    assert_eq!(device.identifier.reveal(), "FS-2");
    assert_eq!(device.kind.as_ref().map(Text::as_str), Some("Fallsensor"));
    assert_eq!(device.kind_codings[0].code(), "8519681");
    assert_eq!(device.location.as_ref().map(Text::as_str), Some("Soverom"));
    assert!(device_of(&fall, "").is_err());

    let mut context = context();
    context.device = Some(device);
    let note = journal_note(&fall, context).expect("journalable").note;
    assert_eq!(note.devices().len(), 1);
    assert!(note.alarms.first().device.is_some());
}

#[test]
fn medicine_that_was_taken_becomes_a_dispense_and_not_an_alert() {
    let taken = event_of(Kind::MedicationTaken, DeviceKind::MedicineDispenser);
    let reason = NotJournalableReason::Dispense(DispenseEvent::DISPENSED);
    assert_eq!(reason_of(&taken), Some(reason));
    let performer = || {
        let serial = identifier("https://vendor.example.net/serial", "MD-1");
        Performer::new(serial, Text::new("Medisindispenser"))
    };
    let dispense = medication_dispense(&taken, &context(), performer()).expect("complete");
    assert_eq!(dispense.event, DispenseEvent::DISPENSED);
    assert_eq!(dispense.subject().reveal(), "15813410033");
    let at = dispense.at.as_ref().map(DateTime::to_string);
    assert_eq!(at.as_deref(), Some("2026-03-14T02:17:41+01:00"));

    let mut local = context();
    local.patient.identifier = Some(identifier("https://epj.example.net/patient", "P-77"));
    let refused = medication_dispense(&taken, &local, performer());
    assert!(matches!(refused, Err(JournalError::Subject(_))));
    let fall = medication_dispense(&event(Kind::Fall), &context(), performer());
    assert!(matches!(fall, Err(JournalError::NotJournalable(_))));
}

#[test]
fn a_repeat_has_the_same_identifiers() {
    use fhir_vkp::Role;
    let one = journaled(&event(Kind::Fall)).note;
    let two = journaled(&event(Kind::Fall)).note;
    let id = |note: &fhir_vkp::note::AlarmNote| note.journal.id.uuid(Role::Bundle, 0);
    assert_eq!(id(&one), id(&two));
    let other = Event::new(EventId(0x418), Kind::Fall, at("2026-03-14T01:17:41Z"));
    assert_ne!(id(&one), id(&journaled(&other).note));
}

#[test]
fn every_kind_has_words_of_its_own() {
    let words: std::collections::HashSet<_> =
        Kind::ALL.iter().map(|kind| words_of(*kind)).collect();
    assert_eq!(words.len(), Kind::ALL.len());
    let devices = DeviceKind::ALL.iter().map(|kind| device_words(*kind));
    // Unknown and undefined are the same in words.
    let devices: std::collections::HashSet<_> = devices.collect();
    assert!(devices.len() + 2 >= DeviceKind::ALL.len());
}

#[test]
fn nothing_personal_is_in_an_answer_or_in_debug() {
    let context = context();
    let printed = format!("{context:?}");
    for secret in ["10033", "Kari", "Ola"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let answer = code_of(&event(Kind::Gas)).expect_err("no code");
    assert_eq!(
        answer.to_string(),
        "no alert code for gas: the list has no code for it"
    );
    assert_eq!(event(Kind::Gas).class, Class::LifeSafety);
}

#[test]
fn an_alarm_that_says_no_more_gets_the_family_of_its_device() {
    use DeviceKind as Device;
    for (device, code) in [
        (None, AlertCode::DIGITAL_SUPERVISION),
        (Some(Device::PersonalTrigger), AlertCode::SOCIAL_ALARM),
        (Some(Device::TrackingDevice), AlertCode::LOCATION_TECHNOLOGY),
        (
            Some(Device::MedicineDispenser),
            AlertCode::MEDICATION_SUPPORT,
        ),
        (
            Some(Device::AccessController),
            AlertCode::ELECTRONIC_DOOR_LOCK,
        ),
    ] {
        let mut event = event(Kind::CallAlarmGeneric);
        event.device.kind = device;
        let alert = alert_of(&event, None, None).expect("journalable");
        assert_eq!(alert.code, code, "{device:?}");
        let loss = alert.loss.expect("told");
        assert_eq!(loss.relation, Relation::CodeBroader);
    }
}

#[test]
fn a_note_after_a_preliminary_one_has_an_identifier_of_its_own_and_names_the_other() {
    let open = event(Kind::Fall);
    let preliminary = journaled(&open).note;
    let mut closed = open;
    for step in [Handling::Accepted, Handling::Closed] {
        closed
            .advance(step, at("2026-03-14T01:31:02Z"))
            .expect("in order");
    }
    let mut closed = journaled(&closed).note;
    closed.complete();
    let id = |note: &AlarmNote| {
        note.journal
            .id
            .uuid(Role::Bundle, note.journal.version.number())
    };
    assert_ne!(id(&preliminary), id(&closed));
    let mut json = Vec::new();
    encode::alarm_document(&closed, &mut json).expect("written");
    let decoded = decode(&json, DecodeOptions::strict()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    let composition = bundle
        .resources()
        .find_map(Composition::of)
        .expect("a note");
    let replaced: Vec<_> = composition
        .replaces()
        .filter_map(|id| id.reveal())
        .collect();
    assert_eq!(replaced, [urn(&id(&preliminary))]);
}
