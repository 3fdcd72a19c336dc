//! How far a document has come, as it outlives a restart.

use core::fmt;

use serde_json::{Value, json};

use crate::answer::Refusal;
use crate::clock::WallMicros;
use crate::codes::OutcomeCode;
use crate::request::StatusAddress;

/// How far a document has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryState {
    /// It has not been taken yet.
    Waiting {
        /// Since when it is tried: `None` from its submission on, otherwise since an operator had it
        /// [tried again](super::Delivery::retry).
        since: Option<WallMicros>,
    },
    /// JFT has taken it.
    Taken {
        /// Where its status is.
        status: StatusAddress,
        /// Since when.
        since: WallMicros,
    },
    /// Somebody has to act.
    Parked {
        /// Why.
        reason: ParkReason,
        /// Since when.
        at: WallMicros,
        /// Where its status is, if it was taken.
        status: Option<StatusAddress>,
    },
}

/// Why a document is parked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParkReason {
    /// The service refused it for good.
    Refused(Refusal),
    /// 403 to this document alone.
    NotPermitted,
    /// 413, although it is within the published limit.
    TooLarge,
    /// It was not taken in time. If an answer was lost, the service may have it all the same.
    NotTaken {
        /// Whether an attempt ended without an answer.
        maybe_taken: bool,
    },
    /// It was taken, and not confirmed in time: nobody knows whether it is journaled.
    Unconfirmed,
    /// It was taken, and the answer did not say where its status is: nobody will know whether it is
    /// journaled.
    WithoutStatus,
    /// JFT says that it failed: the raw text, which does not print (FHIR reference 15).
    Failed(String),
    /// JFT says that it is journaled and that it failed.
    Contradictory,
    /// The store no longer has the document.
    DocumentLost,
}

impl fmt::Debug for ParkReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParkReason({self})")
    }
}

impl fmt::Display for ParkReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused(refusal) => return refusal.fmt(f),
            Self::NotPermitted => "not permitted",
            Self::TooLarge => "too large for the service",
            Self::NotTaken { maybe_taken: false } => "not taken in time",
            Self::NotTaken { maybe_taken: true } => "not known to be taken in time",
            Self::Unconfirmed => "taken, but not confirmed in time",
            Self::WithoutStatus => "taken, but without a status to follow",
            Self::Failed(_) => "failed at the receiver",
            Self::Contradictory => "journaled and failed at once",
            Self::DocumentLost => "no longer in the store",
        })
    }
}

/// A text that is no state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("not a state of a document")]
pub struct InvalidState;

impl EntryState {
    /// A short JSON text for stores that keep text. It leads to a journal entry.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Waiting { since: None } => json!({"state": "waiting"}),
            Self::Waiting { since: Some(since) } => json!({"state": "waiting", "since": since.0}),
            Self::Taken { status, since } => {
                json!({"state": "taken", "status": status.as_str(), "since": since.0})
            }
            Self::Parked { reason, at, status } => {
                let (reason, detail) = reason.to_parts();
                let status = status.as_ref().map(StatusAddress::as_str);
                json!({
                    "state": "parked", "reason": reason, "detail": detail,
                    "at": at.0, "status": status,
                })
            }
        }
        .to_string()
    }

    /// Reads such a text.
    ///
    /// # Errors
    ///
    /// [`InvalidState`]
    pub fn from_text(text: &str) -> Result<Self, InvalidState> {
        let value: Value = serde_json::from_str(text).map_err(|_| InvalidState)?;
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let time = |name: &str| {
            let micros = value.get(name).and_then(Value::as_i64);
            micros.map(WallMicros).ok_or(InvalidState)
        };
        let status = text("status").map(StatusAddress::new);
        Ok(match text("state") {
            Some("waiting") => Self::Waiting {
                since: match value.get("since") {
                    None => None,
                    Some(_) => Some(time("since")?),
                },
            },
            Some("taken") => Self::Taken {
                status: status.ok_or(InvalidState)?,
                since: time("since")?,
            },
            Some("parked") => Self::Parked {
                reason: ParkReason::from_parts(text("reason"), text("detail"))
                    .ok_or(InvalidState)?,
                at: time("at")?,
                status,
            },
            _ => return Err(InvalidState),
        })
    }
}

impl ParkReason {
    fn to_parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Refused(Refusal::Coded(code)) => ("coded", Some(code.code())),
            Self::Refused(Refusal::NotFound) => ("not-found", None),
            Self::Refused(Refusal::Conflict) => ("conflict", None),
            Self::Refused(Refusal::MediaType) => ("media-type", None),
            Self::Refused(Refusal::Uncoded) => ("refused", None),
            Self::NotPermitted => ("not-permitted", None),
            Self::TooLarge => ("too-large", None),
            Self::NotTaken { maybe_taken: false } => ("not-taken", None),
            Self::NotTaken { maybe_taken: true } => ("maybe-taken", None),
            Self::Unconfirmed => ("unconfirmed", None),
            Self::WithoutStatus => ("without-status", None),
            Self::Failed(text) => ("failed", Some(text)),
            Self::Contradictory => ("contradictory", None),
            Self::DocumentLost => ("lost", None),
        }
    }

    fn from_parts(reason: Option<&str>, detail: Option<&str>) -> Option<Self> {
        Some(match reason? {
            "coded" => Self::Refused(Refusal::Coded(OutcomeCode::from_code(detail?)?)),
            "not-found" => Self::Refused(Refusal::NotFound),
            "conflict" => Self::Refused(Refusal::Conflict),
            "media-type" => Self::Refused(Refusal::MediaType),
            "refused" => Self::Refused(Refusal::Uncoded),
            "not-permitted" => Self::NotPermitted,
            "too-large" => Self::TooLarge,
            "not-taken" => Self::NotTaken { maybe_taken: false },
            "maybe-taken" => Self::NotTaken { maybe_taken: true },
            "unconfirmed" => Self::Unconfirmed,
            "without-status" => Self::WithoutStatus,
            "failed" => Self::Failed(detail?.to_owned()),
            "contradictory" => Self::Contradictory,
            "lost" => Self::DocumentLost,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_comes_back_from_its_text() {
        let status = StatusAddress::new("https://write.example.net/v1/Bundle/7/$status");
        let coded = OutcomeCode::ALL.map(|code| ParkReason::Refused(Refusal::Coded(code)));
        let reasons = [
            ParkReason::Refused(Refusal::NotFound),
            ParkReason::Refused(Refusal::Conflict),
            ParkReason::Refused(Refusal::MediaType),
            ParkReason::Refused(Refusal::Uncoded),
            ParkReason::NotPermitted,
            ParkReason::TooLarge,
            ParkReason::NotTaken { maybe_taken: false },
            ParkReason::NotTaken { maybe_taken: true },
            ParkReason::Unconfirmed,
            ParkReason::WithoutStatus,
            ParkReason::Failed("\"x\"".into()),
            ParkReason::Contradictory,
            ParkReason::DocumentLost,
        ];
        let mut states = vec![
            EntryState::Waiting { since: None },
            EntryState::Waiting {
                since: Some(WallMicros(7)),
            },
            EntryState::Taken {
                status: status.clone(),
                since: WallMicros(7),
            },
        ];
        for reason in reasons.into_iter().chain(coded) {
            for status in [None, Some(status.clone())] {
                let (reason, at) = (reason.clone(), WallMicros(-7));
                states.push(EntryState::Parked { reason, at, status });
            }
        }
        for state in states {
            assert_eq!(EntryState::from_text(&state.to_text()), Ok(state));
        }
        for text in [
            "",
            "{}",
            "{\"state\":\"waiting\",\"since\":\"x\"}",
            "{\"state\":\"taken\"}",
            "{\"state\":\"parked\",\"reason\":\"x\"}",
        ] {
            assert_eq!(EntryState::from_text(text), Err(InvalidState), "{text}");
        }
    }

    #[test]
    fn neither_addresses_nor_raw_texts_print() {
        let state = EntryState::Parked {
            reason: ParkReason::Failed("Kari".into()),
            at: WallMicros(0),
            status: Some(StatusAddress::new("https://a.example.net/7")),
        };
        let shown = format!("{state:?}");
        assert!(
            !shown.contains("Kari") && !shown.contains("example"),
            "{shown}"
        );
    }
}
