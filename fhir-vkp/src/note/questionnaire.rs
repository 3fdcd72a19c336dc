//! Answered questionnaires.

use core::fmt;

use crate::DateTime;
use crate::note::{Decimal, ExtraCoding, Operator, Quantity, RecordId, Text};

/// An answered questionnaire (FHIR reference 5.6): the QuestionnaireResponse. The profile demands no more
/// than the subject.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Questionnaire {
    /// Stable over resends and corrections.
    pub id: RecordId,
    /// The address of the questionnaire, which may end in `|` and a version.
    pub address: Option<Text>,
    /// What people call it.
    pub title: Option<Text>,
    /// How far it came.
    pub status: QuestionnaireStatus,
    /// When it was answered.
    pub at: Option<DateTime>,
    /// Who put the answers in.
    pub author: Option<Operator>,
    /// Questions and answers.
    pub items: Vec<Item>,
}

impl Questionnaire {
    /// A questionnaire that was answered.
    #[must_use]
    pub const fn new(id: RecordId) -> Self {
        Self {
            id,
            address: None,
            title: None,
            status: QuestionnaireStatus::Completed,
            at: None,
            author: None,
            items: Vec::new(),
        }
    }
}

/// How far a questionnaire came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuestionnaireStatus {
    /// `completed`
    #[default]
    Completed,
    /// `in-progress`
    InProgress,
    /// `amended`
    Amended,
    /// `entered-in-error`
    EnteredInError,
    /// `stopped`: given up.
    Stopped,
}

impl QuestionnaireStatus {
    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::InProgress => "in-progress",
            Self::Amended => "amended",
            Self::EnteredInError => "entered-in-error",
            Self::Stopped => "stopped",
        }
    }
}

/// A question with its answers, or a group of questions.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Item {
    /// Which question, by the questionnaire.
    pub link_id: Text,
    /// The words of the question.
    pub text: Option<Text>,
    /// What was answered.
    pub answers: Vec<Answer>,
    /// The questions of the group. Written only where `answers` is empty, for FHIR allows but one of the two
    /// (qrs-1); the writer refuses both.
    pub items: Vec<Item>,
}

impl Item {
    /// A question without an answer.
    #[must_use]
    pub const fn new(link_id: Text) -> Self {
        Self {
            link_id,
            text: None,
            answers: Vec::new(),
            items: Vec::new(),
        }
    }
}

/// An answer. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Yes or no.
    Boolean(bool),
    /// A decimal.
    Decimal(Decimal),
    /// A whole number.
    Integer(i32),
    /// A text.
    Text(Text),
    /// A moment. A time of day is written with its seconds.
    DateTime(DateTime),
    /// One of a list.
    Coding(ExtraCoding),
    /// A number with a unit.
    Quantity(Quantity),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(hidden)")
    }
}
