//! From and to the shared event model of `alarm-codes` (FHIR reference 11).
//!
//! | from | to | by |
//! |---|---|---|
//! | an event | a journal note | [`journal_note`] |
//! | an event | the alert code alone | [`alert_of`] |
//! | medicine that was taken | a MedicationDispense | [`medication_dispense`] |
//! | a resource that was read | a kind | [`mapping_of_issue`], [`mapping_of_medication`] |
//! | codes that were read | a kind | [`mapping_of`], [`mapping_of_alert`], [`mapping_of_dispense`] |
//!
//! What is no patient care has no alert code, and is not journaled unless the caller says how:
//!
//! ```
//! use alarm_codes::{Event, EventId, Handling, Kind, Timestamp};
//! use fhir_vkp::alarm::{Context, JournalError, NotJournalableReason, journal_note};
//! use fhir_vkp::note::Operator;
//! use fhir_vkp::{AlertCode, Identifier, Person, UuidNames};
//!
//! let names = UuidNames::new("https://alarm.example.net");
//! let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033")?; // synthetic
//! let operator = Identifier::new("https://alarm.example.net/users", "op-7")?;
//! let received: Timestamp = "2026-03-14T01:17:41Z".parse()?;
//! let closed: Timestamp = "2026-03-14T01:31:02Z".parse()?;
//! let context = Context::new(names, Person::new(patient, "Kari Eksempel"), operator.into(), closed);
//!
//! let mut event = Event::new(EventId(1), Kind::Fall, received);
//! event.advance(Handling::Accepted, "2026-03-14T01:18:05Z".parse()?)?;
//! event.advance(Handling::Closed, closed)?;
//! let journaled = journal_note(&event, context.clone())?;
//! assert_eq!(journaled.note.alarms.first().code, AlertCode::FALL);
//! assert_eq!(journaled.note.journal.log.len(), 3);
//!
//! let gas = Event::new(EventId(2), Kind::CarbonMonoxide, received);
//! match journal_note(&gas, context) {
//!     Err(JournalError::NotJournalable(answer)) => {
//!         assert_eq!(answer.reason, NotJournalableReason::NoCode);
//!         assert_eq!(answer.family, AlertCode::DIGITAL_SUPERVISION); // for Context::code
//!     }
//!     other => panic!("{other:?}"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod code;
mod device;
mod dispense;
mod kind;
mod log;
mod words;

use alarm_codes::{Attachment, Change, Event, Loss, Timestamp};

pub use code::{
    AlarmSystem, Alert, NotJournalable, NotJournalableReason, alert_of, severity_of,
    stated_severity,
};
pub use device::device_of;
pub use dispense::{dispense_event_of, medication_dispense};
pub use kind::{
    mapping_of, mapping_of_alert, mapping_of_dispense, mapping_of_issue, mapping_of_medication,
};
pub use log::log_of;
pub use words::{device_words, words_of};

use crate::note::{
    Alarm, AlarmNote, Device, InvalidSubject, LogEntry, Operator, RecordId, RecordStatus, Section,
    Supervision, Text, Version,
};
use crate::{
    AlertCode, DateTime, InvalidDateTime, NoteCategory, NoteSection, Person, Severity, Uuid,
    UuidNames,
};

/// The offset that times are written with: that of the place where the alarm happened (FHIR
/// reference 11.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// That of Norway, with summer time.
    #[default]
    Norway,
    /// Minutes east of UTC, -840 to 840.
    Fixed(i16),
}

impl Zone {
    /// A point in time with the offset of this zone.
    ///
    /// # Errors
    ///
    /// [`InvalidDateTime`] for years outside 1 to 9999 and offsets out of range.
    pub fn date_time(self, timestamp: Timestamp) -> Result<DateTime, InvalidDateTime> {
        match self {
            Self::Norway => DateTime::in_norway(timestamp),
            Self::Fixed(minutes) => DateTime::new(timestamp, minutes),
        }
    }
}

/// What the event does not say and the journal needs (FHIR reference 11.1).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Context {
    /// Makes the identifiers of the note from the id of the event.
    pub names: UuidNames,
    /// Whom it is about. Without an identifier nothing is journaled.
    pub patient: Person,
    /// Who wrote the note.
    pub author: Operator,
    /// When the note was saved.
    pub saved: Timestamp,
    /// The offset of every time that is written.
    pub zone: Zone,
    /// What kind of system raised the alarm: help calls are coded by it.
    pub alarm_system: Option<AlarmSystem>,
    /// The alert code that the caller insists on, for example [`NotJournalable::family`]. An event that
    /// [ends another](NotJournalableReason::Ended) gets no note by it either.
    pub code: Option<AlertCode>,
    /// How severe the alarm is, where the source or a rule said so and the caller knows; else
    /// [`stated_severity`].
    pub severity: Option<Severity>,
    /// The writing about this event that was sent before, if one was: this note is the next, with an
    /// identifier of its own. Keep the [`Version`] of each note that is sent; a resend of the same
    /// note has the same `previous`.
    pub previous: Option<Version>,
    /// What raised the alarm; [`device_of`] makes one from the event.
    pub device: Option<Device>,
    /// Log entries beside those of the event: conversations, causes, measures (FHIR reference 11.5).
    pub log: Vec<LogEntry>,
    /// Texts beside the notes of the event.
    pub sections: Vec<Section>,
    /// How somebody looked after the person.
    pub supervision: Option<Supervision>,
}

impl Context {
    /// With the offset of Norway and nothing optional.
    #[must_use]
    pub const fn new(
        names: UuidNames,
        patient: Person,
        author: Operator,
        saved: Timestamp,
    ) -> Self {
        Self {
            names,
            patient,
            author,
            saved,
            zone: Zone::Norway,
            alarm_system: None,
            code: None,
            severity: None,
            previous: None,
            device: None,
            log: Vec::new(),
            sections: Vec::new(),
            supervision: None,
        }
    }
}

/// A note, and what its alert code does not say as the event does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Journaled {
    /// The note. Every part of it may still be changed.
    pub note: AlarmNote,
    /// What the code loses; `None` where it says the same, and where the caller chose it.
    pub loss: Option<Loss>,
}

/// Why there is no note. Holds no personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The patient has no identifier: there is nothing to journal under (FHIR reference 11.2).
    #[error("the patient has no identifier")]
    NoPatient,
    /// No alert code says what happened. Not a fault: most often there is nothing to journal.
    #[error(transparent)]
    NotJournalable(#[from] NotJournalable),
    /// A time of the event or of the context cannot be written.
    #[error(transparent)]
    Time(#[from] InvalidDateTime),
    /// Medicine is journaled under a fødselsnummer, D-nummer or felles hjelpenummer only.
    #[error(transparent)]
    Subject(#[from] InvalidSubject),
}

/// The journal note about an event with its history (FHIR reference 11.2 to 11.5).
///
/// The id of the event gives every identifier, so a repeat is the same to the byte. A note about an
/// event that is not closed is preliminary. Whoever sent one names it in [`Context::previous`] when the
/// event is closed: the note is then the next writing, with an identifier of its own, and names the one
/// that it replaces. Receivers would take it for a repeat else. Of a note that was final, the next
/// writing amends it. (Without `previous`, [`AlarmNote::complete`] and [`AlarmNote::amend`] make the note
/// the next writing; not both.)
///
/// The time of the alarm is the device's own if it wrote an offset and lies close to the time of
/// reception (at most seven days before, ten minutes after: the clock of a device may be anything),
/// otherwise the time of reception. The severity is written where somebody stated it, and left out else
/// ([`stated_severity`]). A test that the caller insists on says so in its text; an event that ends
/// another is refused, whatever the caller insists on.
///
/// # Errors
///
/// [`JournalError`].
pub fn journal_note(event: &Event, context: Context) -> Result<Journaled, JournalError> {
    if context.patient.identifier.is_none() {
        return Err(JournalError::NoPatient);
    }
    let (code, loss) = match context.code.filter(|_| !code::is_end(event)) {
        Some(code) => (code, None),
        None => {
            let supervised = context.supervision.as_ref().and_then(|it| it.reason);
            let alert = alert_of(event, context.alarm_system, supervised)?;
            (alert.code, alert.loss)
        }
    };
    let zone = context.zone;
    let id = record_id(&context.names, event);
    let mut alarm = Alarm::new(id, code);
    alarm.text = text_of(event, loss.is_some() || context.code.is_some());
    alarm.codings = code::source_coding(event).into_iter().collect();
    alarm.severity = context.severity.or_else(|| stated_severity(event));
    alarm.detail = event.source_priority.as_deref().and_then(Text::new);
    alarm.at = Some(happened_at(event, zone)?);
    let mut note = AlarmNote::new(
        alarm,
        context.patient,
        context.author,
        zone.date_time(context.saved)?,
    );
    if code.code().starts_with(AlertCode::HOME_FOLLOW_UP.code()) {
        note.journal.category = NoteCategory::HOME_FOLLOW_UP;
    }
    let version = version_of(event, context.previous);
    note.journal.version = version;
    note.alarms
        .get_mut(0)
        .into_iter()
        .for_each(|alarm| alarm.status = version.status());
    if let Some(device) = context.device {
        let device = note.add_device(device);
        note.alarms
            .get_mut(0)
            .into_iter()
            .for_each(|alarm| alarm.device = Some(device));
    }
    note.journal.log = log_of(event, zone)?;
    note.journal.log.extend(context.log);
    note.journal.log.sort_by_key(|entry| entry.at.unix_micros());
    note.journal.sections = context.sections;
    note.journal.sections.extend(notes_of(event));
    note.journal.sections.extend(compiled_text(event));
    note.supervision = context.supervision;
    Ok(Journaled { note, loss })
}

/// Which writing this is, after the one that was sent before.
fn version_of(event: &Event, previous: Option<Version>) -> Version {
    match (previous, event.is_open()) {
        (None, true) => Version::PRELIMINARY,
        (None, false) => Version::FINAL,
        (Some(previous), open) => match (previous.status(), open) {
            (RecordStatus::Preliminary, true) => previous.continued(),
            (RecordStatus::Preliminary, false) => previous.completed(),
            _ => previous.amended(),
        },
    }
}

/// The id of the event under the names of the sender.
fn record_id(names: &UuidNames, event: &Event) -> RecordId {
    RecordId::of_uuid(names, &Uuid::from_u128(event.event_id.0))
}

/// When it happened.
fn happened_at(event: &Event, zone: Zone) -> Result<DateTime, InvalidDateTime> {
    const MINUTE: i64 = 60_000_000;
    let received = event.times.received.at;
    let device = event.times.device.as_ref();
    let device = device.and_then(|time| DateTime::parse(time.as_str()).ok());
    let earlier = |time: &DateTime| received.as_micros() - time.unix_micros();
    let trusted = device.map(|(time, _)| time).filter(|time| {
        !time.assumed_offset() && (-10 * MINUTE..=7 * 24 * 60 * MINUTE).contains(&earlier(time))
    });
    trusted.map_or_else(|| zone.date_time(received), Ok)
}

/// The words of the source; where it has none and the code says less or more than the kind, ours.
fn text_of(event: &Event, needed: bool) -> Option<Text> {
    let of_source = event
        .attachments
        .iter()
        .find_map(|attachment| match attachment {
            Attachment::Text(text) => Text::new(text.reveal()),
            _ => None,
        });
    let words = of_source.or_else(|| {
        let words = needed || event.test;
        words.then(|| Text::new(words_of(event.kind))).flatten()
    })?;
    if event.test {
        Text::new(format!("TEST: {}", words.as_str()))
    } else {
        Some(words)
    }
}

/// The notes that people wrote, one line each.
fn notes_of(event: &Event) -> Option<Section> {
    let notes = event
        .history
        .iter()
        .filter_map(|entry| match &entry.change {
            Change::Note(note) => Some(note.reveal().as_str()),
            _ => None,
        });
    let text = Text::new(notes.collect::<Vec<_>>().join("\n"))?;
    Some(Section::new(NoteSection::NOTE, text))
}

/// What else the event says and the resources have no place for: the source's own code, where its
/// system has no address, and measured values.
fn compiled_text(event: &Event) -> Option<Section> {
    let mut lines = Vec::new();
    if code::source_coding(event).is_none() {
        if let Some(mapping) = event
            .mapping
            .as_ref()
            .filter(|it| !it.code.trim().is_empty())
        {
            lines.push(format!(
                "Kode fra kilden ({}): {}",
                mapping.system, mapping.code
            ));
        }
    }
    for attachment in &event.attachments {
        if let Attachment::Measurement(measurement) = attachment {
            let unit = measurement.unit.as_deref().unwrap_or_default();
            let value = format!("Måleverdi: {} {unit}", measurement.value.reveal());
            let limit = measurement.limit.as_ref();
            let limit = limit.map(|limit| format!(" (grense {})", limit.reveal()));
            lines.push(value.trim_end().to_owned() + &limit.unwrap_or_default());
        }
    }
    Text::new(lines.join("\n")).map(Section::generated)
}
