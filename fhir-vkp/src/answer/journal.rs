//! What JFT says about a written document: plain JSON, not FHIR (FHIR reference 9.2).

use core::fmt;

use serde_json::Value;

use crate::time::DateTime;

/// How far a document has come. The order of the times is not guaranteed: each one stands for
/// itself.
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct JournalStatus {
    /// JFT has it.
    pub registered: Option<StatusTime>,
    /// A patient record has fetched it.
    pub read: Option<StatusTime>,
    /// A patient record has acknowledged that it is journaled: `journaled` or, on a newer page,
    /// `journalingAcknowledged`.
    pub journaled: Option<StatusTime>,
    /// What `failed` says, as raw text: its meaning is not defined yet (FHIR reference 15). It may
    /// name persons and does not print.
    pub failed: Option<String>,
    /// What deviated.
    pub findings: Vec<StatusFinding>,
}

/// A time of a status.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatusTime {
    /// As it was given, at most 64 bytes.
    pub text: Box<str>,
    /// What it means, where it can be read.
    pub time: Option<DateTime>,
}

/// What a status says in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JournalState {
    /// Nothing is said yet.
    Unknown,
    /// JFT has it.
    Registered,
    /// It was fetched, but nobody has acknowledged it.
    Read,
    /// It is in the patient's journal.
    Journaled,
    /// It failed.
    Failed,
    /// Both at once: somebody has to look.
    Contradictory,
}

/// A deviation in a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusFinding {
    /// A time that cannot be read. It counts as said.
    UnreadableTime,
    /// A time of the year 1, which is how some platforms write "none". It counts as not said.
    EmptyTime,
    /// A name in another case than documented.
    NameCase,
    /// A member that is not documented.
    UnknownMember,
}

/// Why bytes are no status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum StatusError {
    /// Not a JSON object.
    #[error("the status is not a JSON object")]
    NotJson,
    /// None of the four members is there.
    #[error("the status has none of the members of a status")]
    NoMember,
    /// A time that is no text: it cannot be said what it means.
    #[error("the member {0} of the status is no text")]
    WrongType(&'static str),
}

/// The longest text of a time that is kept.
const LONGEST: usize = 64;
/// The longest text of `failed` that is kept.
const LONGEST_FAILED: usize = 4_096;

impl JournalStatus {
    /// Reads a status.
    ///
    /// ```
    /// use fhir_vkp::answer::{JournalState, JournalStatus};
    ///
    /// let status = JournalStatus::read(
    ///     br#"{"registered":"2026-03-14T02:20:00Z","read":null,"journaled":null,"failed":null}"#,
    /// )?;
    /// assert_eq!(status.state(), JournalState::Registered);
    /// # Ok::<(), fhir_vkp::answer::StatusError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`StatusError`] when it cannot be said what it means.
    pub fn read(body: &[u8]) -> Result<Self, StatusError> {
        let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
        let Ok(Value::Object(members)) = serde_json::from_slice(body) else {
            return Err(StatusError::NotJson);
        };
        let mut status = Self::default();
        let mut known = false;
        for (name, value) in &members {
            let is = |documented: &str| name.eq_ignore_ascii_case(documented);
            let documented = [
                "registered",
                "read",
                "journaled",
                "journalingAcknowledged",
                "failed",
            ];
            let Some(documented) = documented.into_iter().find(|documented| is(documented)) else {
                status.findings.push(StatusFinding::UnknownMember);
                continue;
            };
            known = true;
            if name != documented {
                status.findings.push(StatusFinding::NameCase);
            }
            if documented == "failed" {
                // In two cases of letters, the one that says something counts.
                if let Some(failed) = failed(value) {
                    if is_empty_time(&failed) {
                        status.findings.push(StatusFinding::EmptyTime);
                    } else {
                        status.failed = Some(failed);
                    }
                }
                continue;
            }
            let time = status.time(documented, value)?;
            let place = match documented {
                "registered" => &mut status.registered,
                "read" => &mut status.read,
                // The old and the new name may come together, one of them null.
                _ => &mut status.journaled,
            };
            if time.is_some() {
                *place = time;
            }
        }
        // An endless list of unknown members says no more than one.
        status.findings.dedup();
        status.findings.truncate(16);
        if known {
            Ok(status)
        } else {
            Err(StatusError::NoMember)
        }
    }

    fn time(
        &mut self,
        name: &'static str,
        value: &Value,
    ) -> Result<Option<StatusTime>, StatusError> {
        let text = match value {
            Value::Null => return Ok(None),
            Value::String(text) => text.trim(),
            _ => return Err(StatusError::WrongType(name)),
        };
        if text.is_empty() {
            return Ok(None);
        }
        if is_empty_time(text) {
            self.findings.push(StatusFinding::EmptyTime);
            return Ok(None);
        }
        let time = DateTime::parse(text).ok().map(|(time, _)| time);
        if time.is_none() {
            self.findings.push(StatusFinding::UnreadableTime);
        }
        Ok(Some(StatusTime {
            text: cut(text, LONGEST).into(),
            time,
        }))
    }

    /// What it says in one word.
    #[must_use]
    pub const fn state(&self) -> JournalState {
        match (&self.journaled, &self.failed) {
            (Some(_), Some(_)) => JournalState::Contradictory,
            (Some(_), None) => JournalState::Journaled,
            (None, Some(_)) => JournalState::Failed,
            (None, None) if self.read.is_some() => JournalState::Read,
            (None, None) if self.registered.is_some() => JournalState::Registered,
            (None, None) => JournalState::Unknown,
        }
    }
}

/// How some platforms write "none".
fn is_empty_time(text: &str) -> bool {
    text.starts_with("0001-01-01")
}

/// Anything but null, `false` and an empty text is a failure.
fn failed(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(cut(text, LONGEST_FAILED).to_owned()),
        other => Some(cut(&other.to_string(), LONGEST_FAILED).to_owned()),
    }
}

fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

impl fmt::Debug for JournalStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JournalStatus")
            .field("state", &self.state())
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

/// Times lead to nobody.
impl fmt::Debug for StatusTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.time {
            Some(time) => write!(f, "StatusTime({time})"),
            None => f.write_str("StatusTime(unreadable)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(json: &str) -> Result<JournalState, StatusError> {
        JournalStatus::read(json.as_bytes()).map(|status| status.state())
    }

    #[test]
    fn every_combination_has_its_word() {
        const T: &str = "\"2026-03-14T02:20:00.1234567+00:00\"";
        use JournalState as State;
        for (json, expected) in [
            (r#"{"registered":null}"#.to_owned(), State::Unknown),
            (
                format!(r#"{{"registered":{T},"read":null}}"#),
                State::Registered,
            ),
            (format!(r#"{{"read":{T},"journaled":""}}"#), State::Read),
            (format!(r#"{{"journaled":{T}}}"#), State::Journaled),
            (
                format!(r#"{{"journalingAcknowledged":{T},"journaled":null}}"#),
                State::Journaled,
            ),
            (
                format!(r#"{{"journaled":{T},"journalingAcknowledged":null}}"#),
                State::Journaled,
            ),
            (
                format!(r#"{{"JournalingAcknowledged":{T},"failed":false}}"#),
                State::Journaled,
            ),
            (r#"{"journaled":"yesterday"}"#.to_owned(), State::Journaled),
            (
                r#"{"journaled":"0001-01-01T00:00:00"}"#.to_owned(),
                State::Unknown,
            ),
            (format!(r#"{{"failed":{T}}}"#), State::Failed),
            (format!(r#"{{"failed":{T},"Failed":null}}"#), State::Failed),
            (
                format!(r#"{{"failed":"0001-01-01T00:00:00","journaled":{T}}}"#),
                State::Journaled,
            ),
            (r#"{"failed":{"reason":"x"}}"#.to_owned(), State::Failed),
            (
                format!(r#"{{"failed":"x","journaled":{T}}}"#),
                State::Contradictory,
            ),
        ] {
            assert_eq!(state(&json), Ok(expected), "{json}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_never_taken_for_journaled() {
        for (json, error) in [
            ("", StatusError::NotJson),
            ("[]", StatusError::NotJson),
            ("<html>", StatusError::NotJson),
            ("{}", StatusError::NoMember),
            (r#"{"status":"journaled"}"#, StatusError::NoMember),
            (r#"{"journaled":true}"#, StatusError::WrongType("journaled")),
            (r#"{"journaled":0}"#, StatusError::WrongType("journaled")),
        ] {
            assert_eq!(state(json), Err(error), "{json}");
        }
    }

    #[test]
    fn the_raw_text_of_a_failure_is_kept_within_bounds_and_does_not_print() {
        let json = format!(r#"{{"failed":"{}"}}"#, "ø".repeat(5_000));
        let status = JournalStatus::read(json.as_bytes()).expect("a status");
        assert_eq!(status.failed.as_ref().map(String::len), Some(4_096));
        assert!(!format!("{status:?}").contains('ø'));
    }
}
