//! The handling log (FHIR reference 11.5).

use alarm_codes::{Ack, Change, Handling, HistoryEntry, Kind, Private};
use fhir_vkp::alarm::{Zone, journal_note, log_of};
use fhir_vkp::note::{LogEntry, Section, Text};
use fhir_vkp::{DateTime, NoteEvent, NoteSection};

use crate::support::{at, close, context, event, text};

fn by(name: &str, time: &str, to: Handling) -> HistoryEntry {
    let by = Some(Private::new(name.to_owned()));
    HistoryEntry {
        at: at(time),
        change: Change::Handling(to),
        by,
    }
}

/// Time, code and text of every entry.
#[track_caller]
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
    close(&mut fall);
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
