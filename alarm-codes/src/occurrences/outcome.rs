//! How much a tracker holds, and what it answers.

use alloc::vec::Vec;
use core::fmt;

use crate::event::EventId;
use crate::lifecycle::{Condition, Handling, IllegalTransition};

/// How much a [`Tracker`](crate::Tracker) holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Open occurrences. When so many are open, a new one is refused and nothing is pushed out.
    pub occurrences: usize,
    /// Messages remembered for finding duplicates, and as many ends that came too early. When so many
    /// are remembered the oldest is forgotten: a late repeat then counts as new, which is the safe side.
    pub remembered: usize,
    /// How far apart two messages with the same reference may be received and still be one, in
    /// microseconds.
    pub window_micros: u64,
}

impl Default for Limits {
    /// 10,000 occurrences, 10,000 messages, 5 minutes. The reference gives no numbers: these are a proposal.
    fn default() -> Self {
        Self {
            occurrences: 10_000,
            remembered: 10_000,
            window_micros: 300_000_000,
        }
    }
}

/// What a message turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A new occurrence under the id of the event.
    Started,
    /// A new occurrence whose end had arrived before it. It is on the active list, its condition cleared.
    StartedCleared {
        /// The message that ended it.
        by: EventId,
    },
    /// Something new about an open occurrence.
    Updated {
        /// The occurrence.
        occurrence: EventId,
    },
    /// The condition of at least one occurrence is over. It stays on the active list until it is closed.
    Ended {
        /// The occurrences whose condition is now cleared.
        cleared: Vec<EventId>,
        /// Occurrences of another kind that it might also mean; untouched.
        ambiguous: Vec<EventId>,
    },
    /// The sender repeated a message. Answer it again, raise nothing.
    Duplicate {
        /// The message that came first.
        of: EventId,
    },
    /// An end or update that fits several occurrences alike, or a `cancel` that names neither a
    /// reference nor a kind. Nothing was changed: show it, and let a person or a rule choose with
    /// [`Tracker::clear`](crate::Tracker::clear).
    Ambiguous {
        /// The occurrences that it may mean; at least one.
        candidates: Vec<EventId>,
    },
    /// An end or update that fits no open occurrence. Store it and show it.
    Unmatched,
    /// Nothing for the active list: a sign of life, a test, a report. Log it. Repeats of such a message
    /// are not looked for.
    NotTracked,
    /// The limit of open occurrences is reached. The message was not taken: do not acknowledge it as
    /// tracked, and close what is done.
    Full,
}

/// Why a step was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrackError {
    /// No open occurrence has that id.
    NotOpen,
    /// The limit of open occurrences is reached.
    Full,
    /// The id is in use.
    InUse,
    /// The lifecycle does not allow the step.
    Handling(IllegalTransition<Handling>),
    /// The condition was over already.
    Condition(IllegalTransition<Condition>),
}

impl fmt::Display for TrackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => f.write_str("no open occurrence has that id"),
            Self::Full => f.write_str("the limit of open occurrences is reached"),
            Self::InUse => f.write_str("an open occurrence has that id already"),
            Self::Handling(step) => step.fmt(f),
            Self::Condition(step) => step.fmt(f),
        }
    }
}

impl core::error::Error for TrackError {}
