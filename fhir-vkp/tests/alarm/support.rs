//! One event on one night, and the note about it.

use alarm_codes::{DeviceKind, Event, EventId, Handling, Kind, Mapping, Timestamp};
use fhir_vkp::alarm::{
    Context, Journaled, NotJournalable, NotJournalableReason, alert_of, journal_note,
};
use fhir_vkp::note::{AlarmNote, Operator, Text};
use fhir_vkp::{AlertCode, Identifier, Person, UuidNames};

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a timestamp")
}

pub(crate) fn text(text: &str) -> Text {
    Text::new(text).expect("not empty")
}

pub(crate) fn identifier(system: &str, value: &str) -> Identifier {
    Identifier::new(system, value).expect("not empty")
}

pub(crate) fn event(kind: Kind) -> Event {
    Event::new(EventId(0x417), kind, at("2026-03-14T01:17:41Z"))
}

pub(crate) fn event_of(kind: Kind, device: DeviceKind) -> Event {
    let mut event = event(kind);
    event.device.kind = Some(device);
    event
}

pub(crate) fn context() -> Context {
    let patient = identifier("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033");
    let operator = identifier("https://alarm.example.net/users", "op-7");
    Context::new(
        UuidNames::new("https://alarm.example.net"),
        Person::new(patient, "Kari Eksempel"),
        Operator::new(operator, Text::new("Ola Eksempel")),
        at("2026-03-14T01:35:00Z"),
    )
}

pub(crate) fn journaled(event: &Event) -> Journaled {
    journal_note(event, context()).expect("journalable")
}

pub(crate) fn code_of(event: &Event) -> Result<AlertCode, NotJournalable> {
    alert_of(event, None, None).map(|alert| alert.code)
}

pub(crate) fn reason_of(event: &Event) -> Option<NotJournalableReason> {
    code_of(event).err().map(|answer| answer.reason)
}

/// An event as it is read from a code of its source.
pub(crate) fn event_from(mapping: &Mapping, code: &str) -> Event {
    Event::from_mapping(EventId(1), at("2026-03-14T01:17:41Z"), mapping, code)
}

pub(crate) fn close(event: &mut Event) {
    event
        .advance(Handling::Closed, at("2026-03-14T01:31:02Z"))
        .expect("legal");
}

/// What the first alarm of a note says in words.
pub(crate) fn words_in(note: &AlarmNote) -> Option<&str> {
    note.alarms.first().text.as_ref().map(Text::as_str)
}
