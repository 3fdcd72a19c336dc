//! What an alarm carries, in which order, and its identifiers (FHIR reference 11.1, 11.2, 11.4).

use alarm_codes::{
    Attachment, Class, DeviceKind, DeviceTime, Event, EventId, Handling, Kind, Measurement, Phase,
    Priority, Private, Profile, System, kind_of_text,
};
use fhir_vkp::alarm::{
    JournalError, NotJournalableReason, device_of, journal_note, medication_dispense, severity_of,
    stated_severity,
};
use fhir_vkp::decode::{DecodeOptions, decode};
use fhir_vkp::note::{AlarmNote, Performer, RecordStatus, Text, TextStatus, Version};
use fhir_vkp::view::Composition;
use fhir_vkp::{
    AlertCode, DateTime, DispenseEvent, NoteCategory, NoteSection, Role, Severity, encode, urn,
};

use crate::support::{
    at, close, code_of, context, event, event_from, event_of, identifier, journaled, reason_of,
    words_in,
};

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
}

#[test]
fn a_severity_that_nobody_stated_is_left_out() {
    let help = event(Kind::HelpCall);
    assert_eq!(help.priority, Priority::High, "the default of the kind");
    assert_eq!(stated_severity(&help), None);
    let note = journaled(&help).note;
    assert_eq!(note.alarms.first().severity, None);
    let mut json = Vec::new();
    encode::alarm_document(&note, &mut json).expect("written");
    assert!(!String::from_utf8_lossy(&json).contains("severity"));

    // A rule has set another than the kind has by itself; the words of the source stand beside.
    let mut fall = event(Kind::Fall);
    fall.source_priority = Some("Kritisk".to_owned());
    let of_words = journaled(&fall).note;
    assert_eq!(of_words.alarms.first().severity, None, "not interpreted");
    fall.priority = Priority::Medium;
    let note = journaled(&fall).note;
    let alarm = note.alarms.first();
    assert_eq!(alarm.severity, Some(Severity::Moderate));
    assert_eq!(alarm.detail.as_ref().map(Text::as_str), Some("Kritisk"));

    // The caller may know it, also where it is the one that the kind has by itself.
    let mut context = context();
    context.severity = Some(severity_of(help.priority));
    let note = journal_note(&help, context).expect("journalable").note;
    assert_eq!(note.alarms.first().severity, Some(Severity::High));
}

#[test]
fn an_end_is_no_alarm_whatever_code_the_caller_insists_on() {
    let mut context = context();
    context.code = Some(AlertCode::SOCIAL_ALARM);
    let mut ended = event(Kind::HelpCall);
    ended.phase = Phase::End;
    for event in [event(Kind::Cancel), ended] {
        let Err(JournalError::NotJournalable(answer)) = journal_note(&event, context.clone())
        else {
            panic!("{}: it ends another event", event.kind);
        };
        assert_eq!(answer.reason, NotJournalableReason::Ended);
    }
    let mut taken = event(Kind::MedicationTaken);
    taken.phase = Phase::End;
    let serial = identifier("https://vendor.example.net/serial", "MD-1");
    let refused = medication_dispense(&taken, &context, Performer::new(serial, None));
    let Err(JournalError::NotJournalable(answer)) = refused else {
        panic!("nothing was handed out");
    };
    assert_eq!(answer.reason, NotJournalableReason::Ended);
}

#[test]
fn a_note_is_the_next_writing_of_the_one_that_was_sent_before() {
    let after = |event: &Event, previous: Option<Version>| {
        let mut context = context();
        context.previous = previous;
        let note = journal_note(event, context).expect("journalable").note;
        let version = note.journal.version;
        let alarm = note.alarms.first().status;
        (
            (version.status(), version.number(), version.replaced()),
            alarm,
        )
    };
    use RecordStatus::{Amended, Final, Preliminary};
    let open = event(Kind::Fall);
    let mut closed = open.clone();
    close(&mut closed);
    let first = Version::PRELIMINARY;
    assert_eq!(after(&open, None), ((Preliminary, 0, None), Preliminary));
    assert_eq!(after(&closed, None), ((Final, 0, None), Final));
    assert_eq!(
        after(&open, Some(first)),
        ((Preliminary, 1, Some(0)), Preliminary)
    );
    assert_eq!(after(&closed, Some(first)), ((Final, 1, Some(0)), Final));
    // What was final once can only be amended, also while the event is open again.
    for event in [&open, &closed] {
        let second = first.completed();
        assert_eq!(after(event, Some(second)), ((Amended, 2, Some(1)), Amended));
    }
    let retracted = Version::FINAL.entered_in_error();
    assert_eq!(
        after(&closed, Some(retracted)),
        ((Amended, 2, Some(1)), Amended)
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
    assert_eq!(note.alarms.first().code, AlertCode::DIGITAL_SUPERVISION);
    assert_eq!(words_in(&note), Some("Karbonmonoksid registrert"));

    let note = journal_note(&event(Kind::TestManual), context)
        .expect("insisted on")
        .note;
    assert_eq!(words_in(&note), Some("TEST: Test utløst av en person"));
}

#[test]
fn an_open_event_is_preliminary_and_a_closed_one_final() {
    let status = |note: &AlarmNote| [note.alarms.first().status, note.journal.version.status()];
    let mut fall = event(Kind::Fall);
    let note = journaled(&fall).note;
    assert_eq!(status(&note), [RecordStatus::Preliminary; 2]);
    close(&mut fall);
    let note = journaled(&fall).note;
    assert_eq!(status(&note), [RecordStatus::Final; 2]);
}

#[test]
fn the_time_of_the_device_counts_when_it_can_be_true() {
    let time_of = |note: &AlarmNote| note.alarms.first().at.as_ref().map(DateTime::to_string);
    let time = |device: &str| {
        let mut fall = event(Kind::Fall);
        fall.times.device = Some(DeviceTime::new(device));
        let note = journaled(&fall).note;
        time_of(&note).expect("always")
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
    let without = journaled(&event(Kind::Fall)).note;
    assert_eq!(time_of(&without).as_deref(), Some(received));
}

#[test]
fn what_the_source_said_is_kept() {
    let mapping = kind_of_text(System::Scaip, Profile::Standard, "dty=0005;stc=0010");
    let mapping = mapping.expect("a SCAIP code");
    let mut fall = event_from(&mapping, "dty=0005;stc=0010");
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
    assert_eq!(words_in(&note), Some("Fall i gangen"));
    assert!(note.alarms.first().codings.is_empty());
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
    let fall = event_from(&mapping, code);
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
    let one = journaled(&event(Kind::Fall)).note;
    let two = journaled(&event(Kind::Fall)).note;
    let id = |note: &AlarmNote| note.journal.id.uuid(Role::Bundle, 0);
    assert_eq!(id(&one), id(&two));
    let other = Event::new(EventId(0x418), Kind::Fall, at("2026-03-14T01:17:41Z"));
    assert_ne!(id(&one), id(&journaled(&other).note));
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
fn a_note_after_a_preliminary_one_has_an_identifier_of_its_own_and_names_the_other() {
    let open = event(Kind::Fall);
    let preliminary = journaled(&open).note;
    let mut closed = open;
    for step in [Handling::Accepted, Handling::Closed] {
        closed
            .advance(step, at("2026-03-14T01:31:02Z"))
            .expect("in order");
    }
    let mut after = context();
    after.previous = Some(preliminary.journal.version);
    let closed = journal_note(&closed, after).expect("journalable").note;
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
