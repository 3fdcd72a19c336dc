//! Times: their order, their offsets, and what stands where none is given.

use fhir_vkp::NoteEvent;
use fhir_vkp::encode::EncodeError;
use fhir_vkp::note::{LogEntry, Period};

use crate::support::{bytes, document, minimal, resource, time};

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
    note.journal.log = vec![
        LogEntry::new(NoteEvent::ACKNOWLEDGED, time("2026-03-14T02:31:02+01:00")),
        LogEntry::new(NoteEvent::CAUSE, time("2026-03-14T02:20:00+01:00")),
        LogEntry::new(NoteEvent::MEASURE, time("2026-03-14T01:20:00Z")),
        LogEntry::new(NoteEvent::REPORTED, time("2026-03-14T02:17:41.5+01:00")),
    ];
    let bundle = document(&note);
    let log = resource(&bundle, "Composition")["event"]
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
    assert_eq!(resource(&bundle, "Composition")["date"], late);
    for alarm in note.alarms.iter_mut() {
        alarm.at = Some(time("2026-03-14T02:01:00Z"));
    }
    assert_eq!(
        resource(&document(&note), "Composition")["date"],
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
            resource(&bundle, "DetectedIssue")["identifiedDateTime"],
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
    assert_eq!(resource(&bundle, "Composition")["date"], "2026-03-14");
}
