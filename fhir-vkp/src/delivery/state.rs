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
        why: Parked,
        /// Since when.
        at: WallMicros,
        /// Where its status is, if it was taken.
        status: Option<StatusAddress>,
    },
}

/// Why a document is parked, and whether it may have arrived all the same. `Display` says both, for an
/// operator, and nothing that the receiver wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// Why.
    pub reason: ParkReason,
    /// Whether an attempt to write it ended so that nobody knows what became of it: without an answer, with
    /// one that a gateway gives in place of the service, or by the end of the process.
    pub maybe_taken: bool,
}

impl Parked {
    /// Whether the service may have the document: somebody has to look there before it is written by hand.
    #[must_use]
    pub const fn may_have_arrived(&self) -> bool {
        match self.reason {
            // What is taken is asked for, and this is the answer.
            ParkReason::Failed(_) => false,
            // What a conflict is with may be this very document.
            ParkReason::Refused(Refusal::Conflict) => true,
            _ => self.maybe_taken || self.was_taken(),
        }
    }

    /// Whether the service said that it takes the document, and nothing else since.
    #[must_use]
    pub const fn was_taken(&self) -> bool {
        matches!(
            self.reason,
            ParkReason::Unconfirmed | ParkReason::WithoutStatus | ParkReason::Contradictory
        )
    }
}

impl fmt::Display for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)?;
        f.write_str(match (&self.reason, self.maybe_taken) {
            (ParkReason::Refused(Refusal::Conflict), true) => {
                "; an earlier attempt has probably arrived"
            }
            (ParkReason::Refused(Refusal::Conflict), false) => "; it may be there already",
            (ParkReason::Failed(_), _) => "",
            (_, true) if !self.was_taken() => "; but an earlier attempt may have arrived",
            _ => "",
        })
    }
}

/// Why a document is parked.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParkReason {
    /// The service refused it for good.
    Refused(Refusal),
    /// 403 to this document alone.
    NotPermitted,
    /// Turned away several times as from a wrong address (404, 405, 406, 410, 415, 3xx), while others
    /// went through: the address of its type may be wrong.
    TurnedAway,
    /// 413, although it is within the published limit.
    TooLarge,
    /// It was not taken in time.
    NotTaken,
    /// It was taken, and not confirmed in time: nobody knows whether it is journaled.
    Unconfirmed,
    /// It was taken, and its status cannot be asked for: the answer did not say where it is, or the
    /// address is not one of the service any more. Nobody will know whether it is journaled.
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
            Self::TurnedAway => "turned away as from a wrong address, while others go through",
            Self::TooLarge => "too large for the service",
            Self::NotTaken => "not taken in time",
            Self::Unconfirmed => "taken, but not confirmed in time",
            Self::WithoutStatus => "taken, but without a status that can be asked for",
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
            Self::Parked { why, at, status } => {
                let (reason, detail) = why.reason.to_parts();
                let status = status.as_ref().map(StatusAddress::as_str);
                json!({
                    "state": "parked", "reason": reason, "detail": detail,
                    "maybe_taken": why.maybe_taken, "at": at.0, "status": status,
                })
            }
        }
        .to_string()
    }

    /// Reads such a text. Where one does not say whether the service may have a parked document, as
    /// before the first release, it may.
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
                why: Parked {
                    reason: ParkReason::from_parts(text("reason"), text("detail"))
                        .ok_or(InvalidState)?,
                    maybe_taken: match value.get("maybe_taken") {
                        Some(maybe_taken) => maybe_taken.as_bool().ok_or(InvalidState)?,
                        None => text("reason") != Some("not-taken"),
                    },
                },
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
            Self::TurnedAway => ("turned-away", None),
            Self::TooLarge => ("too-large", None),
            Self::NotTaken => ("not-taken", None),
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
            "turned-away" => Self::TurnedAway,
            "too-large" => Self::TooLarge,
            "not-taken" | "maybe-taken" => Self::NotTaken,
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
            ParkReason::TurnedAway,
            ParkReason::TooLarge,
            ParkReason::NotTaken,
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
            for (status, maybe_taken) in [(None, false), (Some(status.clone()), true)] {
                let (reason, at) = (reason.clone(), WallMicros(-7));
                let why = Parked {
                    reason,
                    maybe_taken,
                };
                states.push(EntryState::Parked { why, at, status });
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
            "{\"state\":\"parked\",\"reason\":\"lost\",\"at\":1,\"maybe_taken\":1}",
        ] {
            assert_eq!(EntryState::from_text(text), Err(InvalidState), "{text}");
        }
    }

    #[test]
    fn of_what_an_older_version_kept_nobody_knows_more_than_it_said() {
        for (reason, maybe_taken) in [
            ("not-taken", false),
            ("maybe-taken", true),
            ("conflict", true),
        ] {
            let text = format!(r#"{{"state":"parked","reason":"{reason}","at":1}}"#);
            let Ok(EntryState::Parked { why, .. }) = EntryState::from_text(&text) else {
                panic!("{text}");
            };
            assert_eq!(why.maybe_taken, maybe_taken, "{text}");
        }
    }

    #[test]
    fn what_an_operator_reads_says_whether_it_may_have_arrived() {
        for (reason, maybe_taken, arrived, text) in [
            (ParkReason::NotTaken, false, false, "not taken in time"),
            (
                ParkReason::NotTaken,
                true,
                true,
                "not taken in time; but an earlier attempt may have arrived",
            ),
            (
                ParkReason::TooLarge,
                false,
                false,
                "too large for the service",
            ),
            (
                ParkReason::Refused(Refusal::Conflict),
                false,
                true,
                "refused: it conflicts with what the server has; it may be there already",
            ),
            (
                ParkReason::Refused(Refusal::Conflict),
                true,
                true,
                "refused: it conflicts with what the server has; an earlier attempt has probably arrived",
            ),
            (
                ParkReason::Refused(Refusal::Uncoded),
                true,
                true,
                "refused; but an earlier attempt may have arrived",
            ),
            (
                ParkReason::Unconfirmed,
                false,
                true,
                "taken, but not confirmed in time",
            ),
            (
                ParkReason::Failed("x".into()),
                true,
                false,
                "failed at the receiver",
            ),
        ] {
            let why = Parked {
                reason,
                maybe_taken,
            };
            assert_eq!((why.may_have_arrived(), &*why.to_string()), (arrived, text));
        }
    }

    #[test]
    fn neither_addresses_nor_raw_texts_print() {
        let state = EntryState::Parked {
            why: Parked {
                reason: ParkReason::Failed("Kari".into()),
                maybe_taken: false,
            },
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
