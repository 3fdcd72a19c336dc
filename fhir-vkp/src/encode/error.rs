//! What cannot be written.

use crate::IdentifierKind;

/// Why nothing was written. Elements are named as in FHIR; no value is part of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The patient has no identifier: there is nobody to journal about (FHIR reference 11.2).
    #[error("{element}: the patient has no identifier")]
    NoPatient {
        /// Where the patient should stand.
        element: &'static str,
    },
    /// An identifier of something else than what belongs here: an organisation as patient, a local
    /// number where PMD takes national ones only.
    #[error("{element}: an identifier of the kind {kind:?} cannot stand here")]
    WrongIdentifier {
        /// Where it stands.
        element: &'static str,
        /// What it is.
        kind: IdentifierKind,
    },
    /// An identifier whose system is no absolute address, or whose value is blank or holds control
    /// characters.
    #[error("{element}: the identifier has no system with an address, or no value")]
    InvalidIdentifier {
        /// Where it stands.
        element: &'static str,
    },
    /// A lokalt H-nummer without the enterprise that gave it out (FHIR reference 3).
    #[error("{element}: an H-number without its assigner")]
    NoAssigner {
        /// Where it stands.
        element: &'static str,
    },
    /// Somebody of whom neither identifier nor name is known.
    #[error("{element}: neither identifier nor name")]
    EmptyReference {
        /// Where they should stand.
        element: &'static str,
    },
    /// A participant without a mode. VKP has no mode for somebody who came in person: the caller has to
    /// choose the nearest, or leave the supervision out (FHIR reference 5.3).
    #[error("Encounter.participant.type: VKP has no mode for a visit in person; choose one")]
    NoMode,
    /// The note has no supervision to write.
    #[error("the note has no supervision")]
    NoSupervision,
    /// A device that was added to another note.
    #[error("{element}: the note has no such device")]
    UnknownDevice {
        /// Where it is named.
        element: &'static str,
    },
    /// An alarm that was added to another note.
    #[error("Composition.section.entry: the note has no such alarm")]
    UnknownAlarm,
    /// Two records of one kind with the same id in one Bundle, and different content.
    #[error("two records of the same kind have the same id")]
    DuplicateId,
    /// A date where a moment is demanded.
    #[error("{element}: a date without a time of day")]
    NoTimeOfDay {
        /// Where it stands.
        element: &'static str,
    },
    /// A year or a month where a day is demanded (vs-1).
    #[error("{element}: not precise to the day")]
    NoDay {
        /// Where it stands.
        element: &'static str,
    },
    /// A moment where a date is demanded.
    #[error("{element}: a time of day where a date belongs")]
    TimeOfDay {
        /// Where it stands.
        element: &'static str,
    },
    /// The note is about another patient than what was handed out.
    #[error("MedicationDispense.subject: not the patient of the note")]
    OtherPatient,
    /// A contact without name, telephone and address (pat-1).
    #[error("Patient.contact: neither name nor telecom nor address")]
    EmptyContact,
    /// A part of a zone holds `|`, which separates the parts.
    #[error("Patient.extension: a part of the zone holds a separator")]
    ZoneSeparator,
    /// A question with both answers and questions below it (qrs-1).
    #[error("QuestionnaireResponse.item: both answers and questions below")]
    AnswersAndItems,
    /// Questions nested deeper than [`MAX_ITEM_DEPTH`](super::MAX_ITEM_DEPTH).
    #[error("QuestionnaireResponse.item: nested too deep")]
    TooDeep,
    /// The address of a questionnaire is not absolute.
    #[error("QuestionnaireResponse.questionnaire: no absolute address")]
    InvalidAddress,
    /// A batch without measurements.
    #[error("the batch holds no measurements")]
    EmptyBatch,
    /// Longer than the receiver takes.
    #[error("longer than {limit} bytes")]
    TooLarge {
        /// What the receiver takes, in bytes.
        limit: usize,
    },
}
