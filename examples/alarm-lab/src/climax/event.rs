//! What is told while a panel is simulated.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Finding;
use crate::scaip::Latencies;

/// Something to tell; as JSON an object with `event` first.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A connection has come or gone.
    Line {
        /// Which path, from 1.
        path: usize,
        /// `connected`, `disconnected` or `unreachable`.
        state: &'static str,
        /// One line for people.
        detail: String,
    },
    /// What became of a report.
    Report(ReportOutcome),
    /// Bytes of the panel.
    Sent {
        /// Which path, from 1.
        path: usize,
        /// When, in milliseconds after the start.
        after_ms: f64,
        /// The bytes as text, those outside ASCII escaped.
        text: String,
    },
    /// Bytes of the station.
    Received {
        /// Which path, from 1.
        path: usize,
        /// When, in milliseconds after the start.
        after_ms: f64,
        /// The bytes as text, those outside ASCII escaped.
        text: String,
    },
    /// Something that whoever runs the station should know; told once on each path.
    Finding(Finding),
}

impl Finding {
    /// Bytes that are no answer.
    pub(super) const UNEXPECTED: Finding = Finding {
        code: "unexpected-answer",
        detail: "The station sends something that is no answer to what was sent.",
        advice: "Answer brackets with the byte 06 alone, and a frame with ACK, its number and its account.",
    };
    /// The CRC of the answer has another form.
    pub(super) const ANSWER_FORM: Finding = Finding {
        code: "answer-form",
        detail: "The CRC of the answer stands in another form than that of the frame.",
        advice: "Answer in the form that came: panels that send raw bytes look for raw bytes.",
    };
    /// The panel's clock was set.
    pub(super) const CLOCK_SET: Finding = Finding {
        code: "clock-set",
        detail: "The station answered NAK with its time, and the panel has set its clock.",
        advice: "Nothing needs doing if the clock of the panel was off; else check the station's.",
    };
}

/// What became of a report on one path.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct ReportOutcome {
    /// The number of the report in this run, from 1.
    pub number: u64,
    /// Which path, from 1.
    pub path: usize,
    /// What was reported.
    pub report: String,
    /// In a word.
    pub outcome: Outcome,
    /// One line for people.
    pub detail: &'static str,
    /// From the time at which it was to be sent, in milliseconds.
    pub time_ms: f64,
    /// How often it was sent.
    pub attempts: u32,
}

/// What became of a report, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Outcome {
    /// 06 or `ACK`.
    Accepted,
    /// Sent without waiting for an answer.
    Sent,
    /// Silence, repeats included.
    NoAnswer,
    /// `NAK`, repeats included.
    Nak,
    /// `DUH`: the station cannot process it.
    Duh,
    /// The connection was closed instead of an answer.
    Closed,
    /// There was no connection.
    NotSent,
    /// It cannot be written.
    NotWritable,
    /// The run was ended first.
    Cancelled,
}

impl Outcome {
    /// The name of the JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Sent => "sent",
            Outcome::NoAnswer => "no-answer",
            Outcome::Nak => "nak",
            Outcome::Duh => "duh",
            Outcome::Closed => "closed",
            Outcome::NotSent => "not-sent",
            Outcome::NotWritable => "not-writable",
            Outcome::Cancelled => "cancelled",
        }
    }

    /// One line for people.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Sent => "sent, not waited for",
            Outcome::NoAnswer => "no answer",
            Outcome::Nak => "refused (NAK)",
            Outcome::Duh => "understood and not processed (DUH)",
            Outcome::Closed => "the station closed the connection instead of answering",
            Outcome::NotSent => "not sent: no connection",
            Outcome::NotWritable => "not sent: it cannot be written",
            Outcome::Cancelled => "not finished: the run was ended",
        }
    }

    /// Whether all was done that was asked for.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Outcome::Accepted | Outcome::Sent)
    }
}

/// What a panel did.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct PanelReport {
    /// Reports, each counted on each path.
    pub reports: u64,
    /// Reports that were answered with 06 or `ACK`.
    pub accepted: u64,
    /// Reports sent without waiting.
    pub sent: u64,
    /// Reports that came to anything else.
    pub failed: u64,
    /// Reports by outcome.
    pub by_outcome: BTreeMap<&'static str, u64>,
    /// Codes of the findings, in the order told.
    pub findings: Vec<&'static str>,
    /// From the planned time of sending to the answer, of accepted reports.
    pub latency: Latencies,
    /// How long it took, in seconds.
    pub elapsed_s: f64,
}

impl PanelReport {
    /// Whether every report was accepted, or sent where no answer is waited for, and there was
    /// one.
    #[must_use]
    pub const fn is_all_accepted(&self) -> bool {
        self.reports > 0 && self.failed == 0
    }
}
