//! A file that was checked: what each event of a vendor means.

use core::time::Duration;
use std::collections::HashMap;

use alarm_codes::{Kind, Phase, Relation, System};

use crate::codes::EventType;

/// How far a file can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Made up from public descriptions; nobody has seen it work.
    Suggestion,
    /// Somebody has held it against messages of the vendor.
    Confirmed,
}

/// What happens with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// It goes where its class goes.
    Alarm,
    /// It is kept and shows up nowhere else, such as one that was handled elsewhere already.
    Log,
}

impl Action {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alarm => "alarm",
            Self::Log => "log",
        }
    }
}

/// How large a message may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes: 65,536.
    pub bytes: usize,
    /// Arrays and objects within one another: 32, at the most 100.
    pub depth: usize,
    /// Events in one message: 100.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            depth: 32,
            events: 100,
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rule {
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// What it means; [`Kind::Unmapped`] for a row that is only logged.
    pub kind: Kind,
    /// The code of the Partner API, where the file names one.
    pub event_type: Option<EventType>,
    /// Start, update or end, where the row decides it.
    pub phase: Option<Phase>,
    /// Kinds whose condition it ends.
    pub clears: Vec<Kind>,
    /// How old these may be; any age without it.
    pub clears_within: Option<Duration>,
    /// What happens.
    pub action: Action,
    /// How the vendor's event stands to the kind.
    pub relation: Relation,
    /// Whether the row is a guess.
    pub uncertain: bool,
    /// What to know about it.
    pub note: String,
}

/// What a condition asks of the value at its path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    OneOf(Vec<String>),
    Present(bool),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) path: String,
    pub(super) test: Test,
    pub(super) action: Option<Action>,
    pub(super) phase: Option<Phase>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Paths {
    pub(super) list: Option<String>,
    pub(super) device: String,
    pub(super) event: String,
    pub(super) time: Option<String>,
    pub(super) state: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) text: Option<String>,
}

/// A vendor's events, read from a file that passed its [`check`](super::check).
#[derive(Debug, Clone, PartialEq)]
pub struct Vocabulary {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) status: Status,
    pub(super) note: String,
    pub(super) system: Option<System>,
    pub(super) limits: Limits,
    pub(super) paths: Paths,
    pub(super) states: HashMap<String, Phase>,
    pub(super) unmatched: (Kind, Action),
    pub(super) conditions: Vec<Condition>,
    pub(super) rules: Vec<Rule>,
    /// Places in `rules` by event and state, both folded.
    pub(super) index: HashMap<(String, Option<String>), usize>,
}

impl Vocabulary {
    /// Reads and checks a file; its samples must be read as they say.
    ///
    /// # Errors
    ///
    /// The [`Report`](super::Report), when it has problems.
    pub fn parse(text: &str) -> Result<Self, super::Report> {
        let (vocabulary, report) = super::compile::compile(text);
        vocabulary.filter(|_| report.is_usable()).ok_or(report)
    }

    /// The name, usually the vendor's or product's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version of the file, in its author's own notation.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How far it can be trusted.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// What its author wants known.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// How large messages may be.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// The rows, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

/// The form in which events, states and values of conditions are compared: trimmed, without case.
pub(super) fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
