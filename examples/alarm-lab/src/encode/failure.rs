//! Why an event cannot be written, with advice.

use alarm_codes::national_identity_number::holds_identity_number;
use fhir_vkp::alarm::{JournalError, NotJournalable, NotJournalableReason};
use fhir_vkp::encode::EncodeError;

use super::InvalidContext;

/// Why an event is not written. Holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeFailure {
    /// The input is no event.
    #[error("no event of the shared model: {0}")]
    Event(Unread),
    /// The context says something that cannot be.
    #[error(transparent)]
    Context(#[from] InvalidContext),
    /// No alert code says what happened. Most often there is nothing to journal.
    #[error("not journalable: {0}")]
    NotJournalable(NotJournalable),
    /// It cannot become a note.
    #[error(transparent)]
    Journal(JournalError),
    /// It cannot be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The environment would refuse the patient (FHIR reference 4).
    #[error("the environment would refuse the patient: {0}")]
    Stage(&'static str),
}

impl From<JournalError> for EncodeFailure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::NotJournalable(answer) => EncodeFailure::NotJournalable(answer),
            other => EncodeFailure::Journal(other),
        }
    }
}

impl EncodeFailure {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        let fixed = match self {
            EncodeFailure::NotJournalable(answer) => return Some(about(answer)),
            EncodeFailure::Event(_) => {
                "give the event itself, the answer of GET /api/alarms/{id}, or one line of alarm-lab decode"
            }
            EncodeFailure::Journal(JournalError::NoPatient) => {
                "name the patient in the context, or a national number in ALARM_LAB_PATIENT: without an \
                 identifier there is nothing to journal under"
            }
            EncodeFailure::Journal(JournalError::Subject(_)) => {
                "medicine handed out is taken for a national number only, not for a local patient number"
            }
            EncodeFailure::Stage(_) => {
                "test takes synthetic persons only, production real ones only, and nobody has a number of the \
                 rule from 2032 before that year; alarm-lab check-id tells which"
            }
            _ => return None,
        };
        Some(fixed.to_owned())
    }
}

fn about(answer: &NotJournalable) -> String {
    let family = format!("{} {}", answer.family.code(), answer.family.display());
    match answer.reason {
        NotJournalableReason::NoCode => format!(
            "if it has to be journaled, --code {} ({family}) says less and nothing wrong, and the text says \
             what happened; never take a neighbouring code",
            answer.family.code()
        ),
        NotJournalableReason::NotCare => {
            "technical events are no patient care: leave them out of the record".to_owned()
        }
        NotJournalableReason::Test => "tests do not belong into a patient record".to_owned(),
        NotJournalableReason::Ended => {
            "journal the event that it ends, with its log, and not its end".to_owned()
        }
        NotJournalableReason::Dispense(_) => {
            "medicine handed out is a MedicationDispense: --as dispense".to_owned()
        }
        _ => format!("if it has to be journaled, the family is {family}"),
    }
}

/// What is wrong with JSON, without a value of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unread(String);

impl Unread {
    /// An explanation without values.
    pub(super) fn because(text: &str) -> Self {
        Unread(text.to_owned())
    }
}

impl From<&serde_json::Error> for Unread {
    fn from(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        // Messages about values repeat them; those about names and form do not.
        let told = error.is_syntax()
            || error.is_eof()
            || ["missing field", "unknown field", "duplicate field"]
                .iter()
                .any(|start| text.starts_with(start));
        if told && !holds_identity_number(&text) {
            return Unread(text);
        }
        let place = match error.line() {
            0 => String::new(),
            line => format!(" at line {line} column {}", error.column()),
        };
        Unread(format!(
            "a value of another type or form than expected{place}"
        ))
    }
}
