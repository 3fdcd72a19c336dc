//! Medicine that was handed out.

use crate::note::{AtLeastOne, JournalNote, Operator, RecordId, Text};
use crate::{DateTime, DispenseEvent, Identifier, Person};

/// Medicine that a dispenser handed out (FHIR reference 5.5). What was *not* handed out is an
/// [`Alarm`](crate::note::Alarm) with an alert code of family 1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MedicationDispense {
    /// Stable over resends and corrections.
    pub id: RecordId,
    /// What was handed out, and whether somebody helped.
    pub event: DispenseEvent,
    subject: Identifier,
    /// The name of the person.
    pub subject_name: Option<Text>,
    /// The dispenser first, then the person helping, if any.
    pub performers: AtLeastOne<Performer>,
    /// When it was handed out.
    pub at: Option<DateTime>,
    /// The medicine; `Ukjent medisin` if absent.
    pub medicine: Option<Text>,
    /// Doses in words: `Morgendose, 1 pose`; for travel the number of doses with the first and the last
    /// time.
    pub dosage: Vec<Text>,
    /// How far it came.
    pub status: DispenseStatus,
}

/// The profile lets nobody but those with a fødselsnummer, D-nummer or felles hjelpenummer be the
/// subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the subject needs a fødselsnummer, D-nummer or felles hjelpenummer")]
pub struct InvalidSubject;

impl MedicationDispense {
    /// Something that `dispenser` handed out to `subject`.
    ///
    /// # Errors
    ///
    /// [`InvalidSubject`] if the subject is not known by a national number.
    pub fn new(
        id: RecordId,
        event: DispenseEvent,
        subject: Identifier,
        dispenser: Performer,
    ) -> Result<Self, InvalidSubject> {
        if !subject.kind().is_national() {
            return Err(InvalidSubject);
        }
        Ok(Self {
            id,
            event,
            subject,
            subject_name: None,
            performers: dispenser.into(),
            at: None,
            medicine: None,
            dosage: Vec::new(),
            status: DispenseStatus::Completed,
        })
    }

    /// Who got it.
    #[must_use]
    pub const fn subject(&self) -> &Identifier {
        &self.subject
    }
}

/// A dispenser by serial number or IMEI, or a person who helped. The identifier is mandatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Performer {
    /// System and value.
    pub identifier: Identifier,
    /// The name.
    pub name: Option<Text>,
}

impl Performer {
    /// Someone or something with a name.
    #[must_use]
    pub const fn new(identifier: Identifier, name: Option<Text>) -> Self {
        Self { identifier, name }
    }
}

/// The status of something handed out (FHIR reference 5.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DispenseStatus {
    /// `completed`
    #[default]
    Completed,
    /// `in-progress`
    InProgress,
    /// `entered-in-error`: a correction of base FHIR, which the reference does not name.
    EnteredInError,
}

impl DispenseStatus {
    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::InProgress => "in-progress",
            Self::EnteredInError => "entered-in-error",
        }
    }
}

/// A journal note over medicine that was handed out to one person: a document Bundle of Composition and
/// MedicationDispense. Written by
/// [`dispense_document`](crate::encode::dispense_document).
///
/// The reference says that more than one resource goes in a Bundle and that a Bundle is a document (FHIR
/// reference 2); it shows none with MedicationDispense, so the form of the Composition is a guess.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DispenseNote {
    /// The note: operator, log and texts. Its patient is the subject of every dispense.
    pub journal: JournalNote,
    /// What was handed out.
    pub dispenses: AtLeastOne<MedicationDispense>,
}

impl DispenseNote {
    /// A note over what was handed out first, and under its id.
    #[must_use]
    pub fn new(first: MedicationDispense, author: Operator, saved: DateTime) -> Self {
        let patient = Person {
            identifier: Some(first.subject.clone()),
            name: first
                .subject_name
                .as_ref()
                .map(|name| name.as_str().to_owned()),
        };
        Self {
            journal: JournalNote::new(first.id.clone(), patient, author, saved),
            dispenses: first.into(),
        }
    }

    /// When the note is said to be saved: as [`JournalNote::date`], and not before anything was handed
    /// out.
    #[must_use]
    pub fn date(&self) -> &DateTime {
        let dispenses = self
            .dispenses
            .iter()
            .filter_map(|dispense| dispense.at.as_ref());
        dispenses.fold(self.journal.date(), super::journal::latest)
    }
}
