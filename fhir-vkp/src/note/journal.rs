//! The journal note itself.

use crate::note::{AlarmRef, AtLeastOne, Operator, RecordId, Text, Version};
use crate::{DateTime, NoteCategory, NoteEvent, NoteSection, Person};

/// A journal note (FHIR reference 5.4): the Composition.
///
/// Alone it can be written with [`composition`](crate::encode::composition); most often it is part of
/// an [`AlarmNote`](crate::note::AlarmNote).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JournalNote {
    /// Stable over resends and corrections.
    pub id: RecordId,
    /// First writing or correction.
    pub version: Version,
    /// Safety and coping, or digital home follow-up.
    pub category: NoteCategory,
    /// About whom. Without an identifier nothing can be journaled.
    pub patient: Person,
    /// When it was saved. Written as the time of the last log entry if that is later.
    pub saved: DateTime,
    /// Who wrote it.
    pub authors: AtLeastOne<Operator>,
    /// `Journalnotat for respons på hendelse` if absent.
    pub title: Option<Text>,
    /// What was done and when. Written in order of time; equal times stay as they are here.
    pub log: Vec<LogEntry>,
    /// The texts.
    pub sections: Vec<Section>,
}

impl JournalNote {
    /// A note of the category safety and coping, without log and text.
    #[must_use]
    pub fn new(id: RecordId, patient: Person, author: Operator, saved: DateTime) -> Self {
        Self {
            id,
            version: Version::FINAL,
            category: NoteCategory::SAFETY_AND_COPING,
            patient,
            saved,
            authors: author.into(),
            title: None,
            log: Vec::new(),
            sections: Vec::new(),
        }
    }

    /// When the note is said to be saved: [`saved`](Self::saved), or the last log entry if that is
    /// later (FHIR reference 11.2).
    #[must_use]
    pub fn date(&self) -> &DateTime {
        let log = self.log.iter().map(|entry| &entry.at);
        log.fold(&self.saved, latest)
    }
}

/// The later of two; the first of two that are equal.
pub(crate) fn latest<'a>(one: &'a DateTime, other: &'a DateTime) -> &'a DateTime {
    if other.unix_micros() > one.unix_micros() {
        other
    } else {
        one
    }
}

/// One line of the log (FHIR reference 11.5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogEntry {
    /// What was done.
    pub event: NoteEvent,
    /// When.
    pub at: DateTime,
    /// Cause, measure, or the user id of an operator.
    pub text: Option<Text>,
}

impl LogEntry {
    /// An entry without text.
    #[must_use]
    pub const fn new(event: NoteEvent, at: DateTime) -> Self {
        Self {
            event,
            at,
            text: None,
        }
    }
}

/// A text of the note, with the alarms it is about (FHIR reference 5.4).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// What the text describes.
    pub code: NoteSection,
    /// The display of the code, with a capital letter, if absent.
    pub title: Option<Text>,
    /// The text; written as XHTML.
    pub text: Text,
    /// Who made the text.
    pub status: TextStatus,
    /// The alarms the text is about; empty means every alarm of the note.
    pub alarms: Vec<AlarmRef>,
}

impl Section {
    /// A text that a person wrote, about every alarm of the note.
    #[must_use]
    pub const fn new(code: NoteSection, text: Text) -> Self {
        Self {
            code,
            title: None,
            text,
            status: TextStatus::Additional,
            alarms: Vec::new(),
        }
    }

    /// A text that a machine put together: section code 2.
    #[must_use]
    pub const fn generated(text: Text) -> Self {
        let mut section = Self::new(NoteSection::COMPILED_TEXT, text);
        section.status = TextStatus::Generated;
        section
    }
}

/// Who made a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextStatus {
    /// A person: `additional`.
    Additional,
    /// A machine: `generated`.
    Generated,
}

impl TextStatus {
    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Additional => "additional",
            Self::Generated => "generated",
        }
    }
}
