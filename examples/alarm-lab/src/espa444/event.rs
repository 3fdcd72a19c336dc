//! What is told while a simulation or a tap runs.

use std::collections::BTreeMap;

use espa444::link::FailureReason;
use serde::Serialize;
use serde_json::Value;

use crate::decode::Object;
use crate::decode::espa444::{ErrorShown, Finding, Sender, Warning};
use crate::scaip::Latencies;

/// Something to tell; as JSON an object with `event` first.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The connection or the other side has come or gone.
    Line {
        /// `connected`, `disconnected`, `link-lost`, `link-restored`, `station-silent` or
        /// `station-back`.
        state: &'static str,
        /// One line for people.
        detail: String,
    },
    /// A panel: what became of a call.
    Call(CallOutcome),
    /// A panel: status information has come; a pager: a call has.
    Block(Box<Taken>),
    /// A block that could not be read.
    Refused(Refused),
    /// A pager: what became of a status.
    Status {
        /// The number of the call it is about.
        number: u64,
        /// `accepted` or the code of an [`Outcome`].
        outcome: &'static str,
    },
    /// Something on the line.
    Heard(Box<Heard>),
    /// Something is wrong with the line.
    Finding(Finding),
}

/// What became of a call.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CallOutcome {
    /// The number of the call in this run, from 1.
    pub number: u64,
    /// In a word.
    pub outcome: Outcome,
    /// One line for people.
    pub detail: &'static str,
    /// What was heard last: `ACK`, `'1' NAK` and so on; null when that was nothing.
    pub answer: Option<&'static str>,
    /// From the time at which the call was to be sent, in milliseconds.
    pub time_ms: f64,
    /// Transactions that failed.
    pub failed_transactions: u32,
    /// Characters of the text that the character set of the line does not have.
    pub replaced: usize,
    /// The end of the text did not fit.
    pub cut: bool,
}

/// What became of a call, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// ACK.
    Accepted,
    /// Sent on a line without answers.
    Sent,
    /// `'2'` NAK.
    Busy,
    /// NAK to the select, other than busy.
    NotReady,
    /// `'1'` NAK or a bare one, repeats included.
    TransmissionError,
    /// `'3'` NAK.
    InvalidMessage,
    /// Silence after the select.
    NoAnswerToSelect,
    /// Silence after the block, repeats included.
    NoAnswerToBlock,
    /// EOT instead of an answer.
    LineTaken,
    /// Garbage instead of an answer.
    Collision,
    /// It did not come on the line in time: nobody polled, or there was no connection.
    TimedOut,
    /// The run was ended first.
    Cancelled,
    /// It cannot be written.
    NotSent,
}

impl Outcome {
    /// The name of the JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Sent => "sent",
            Outcome::Busy => "busy",
            Outcome::NotReady => "not-ready",
            Outcome::TransmissionError => "transmission-error",
            Outcome::InvalidMessage => "invalid-message",
            Outcome::NoAnswerToSelect => "no-answer-to-select",
            Outcome::NoAnswerToBlock => "no-answer-to-block",
            Outcome::LineTaken => "line-taken",
            Outcome::Collision => "collision",
            Outcome::TimedOut => "timed-out",
            Outcome::Cancelled => "cancelled",
            Outcome::NotSent => "not-sent",
        }
    }

    /// One line for people.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted (ACK)",
            Outcome::Sent => "sent; the line has no answers",
            Outcome::Busy => "busy ('2' NAK)",
            Outcome::NotReady => "not ready (NAK to the select)",
            Outcome::TransmissionError => "transmission error ('1' NAK)",
            Outcome::InvalidMessage => "invalid message ('3' NAK)",
            Outcome::NoAnswerToSelect => "no answer to the select",
            Outcome::NoAnswerToBlock => "no answer to the block",
            Outcome::LineTaken => "the line was taken: EOT instead of an answer",
            Outcome::Collision => "garbage instead of an answer",
            Outcome::TimedOut => "not sent in time: nobody polled, or no connection",
            Outcome::Cancelled => "not finished: the run was ended",
            Outcome::NotSent => "not sent: the call cannot be written",
        }
    }

    /// What was heard last.
    #[must_use]
    pub const fn answer(self) -> Option<&'static str> {
        match self {
            Outcome::Accepted => Some("ACK"),
            Outcome::Busy => Some("'2' NAK"),
            Outcome::NotReady => Some("NAK"),
            Outcome::TransmissionError => Some("'1' NAK"),
            Outcome::InvalidMessage => Some("'3' NAK"),
            Outcome::LineTaken => Some("EOT"),
            _ => None,
        }
    }

    /// Whether all was done that the line allows.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Outcome::Accepted | Outcome::Sent)
    }
}

impl From<FailureReason> for Outcome {
    fn from(reason: FailureReason) -> Self {
        match reason {
            FailureReason::NoAnswerToSelect => Outcome::NoAnswerToSelect,
            FailureReason::NotReady => Outcome::NotReady,
            FailureReason::Busy => Outcome::Busy,
            FailureReason::TransmissionError => Outcome::TransmissionError,
            FailureReason::InvalidMessage => Outcome::InvalidMessage,
            FailureReason::LineTaken => Outcome::LineTaken,
            FailureReason::Collision => Outcome::Collision,
            // And what a later version of the crate may tell apart.
            _ => Outcome::NoAnswerToBlock,
        }
    }
}

/// A block that was read.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Taken {
    /// Its number in this run, from 1.
    pub number: u64,
    /// What it was answered with: `ack`, `nak-1`, `nak-2`, `nak-3`, `lost-ack`, `late-ack`,
    /// `none`, or `ignored` for one acknowledged unread.
    pub answer: &'static str,
    /// An equal block came before.
    pub possible_repeat: bool,
    /// Header, records and BCC, as `decode` shows them.
    pub message: Object,
    /// Every deviation that was tolerated; offsets count from the start of the block.
    pub warnings: Vec<Warning>,
}

/// A block that could not be read.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Refused {
    /// Why, and the prefix of the NAK it was answered with.
    pub error: ErrorShown,
}

/// Something on the line.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Heard {
    /// When, in milliseconds after the start.
    pub after_ms: f64,
    /// Who sent it, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Sender>,
    /// The names of `decode`: `poll`, `select`, `poll-or-select`, `enquiry`, `ack`, `nak`, `eot`,
    /// `block`; and `refused-block` and `garbage`.
    pub item: &'static str,
    /// The station polled or selected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// What stands before a NAK, and its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<Value>,
    /// Header, records and BCC of a block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Object>,
    /// Every deviation that was tolerated in a block.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warnings: Option<Vec<Warning>>,
    /// Why a block could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorShown>,
    /// What was done since the EOT before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<Value>,
}

/// Counts of a run.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// How many came to what.
    pub by_outcome: BTreeMap<&'static str, u64>,
    /// From the time a call was to be sent until its ACK.
    pub latency: Latencies,
    /// From the first connection to the end, in seconds.
    pub elapsed_s: f64,
    /// Codes of all that was found, each once.
    pub findings: Vec<&'static str>,
}
