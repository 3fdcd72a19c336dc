//! What survives a restart.

use std::time::Duration;

use super::Allowance;
use crate::text::ControllerId;

/// A moment of the wall clock: microseconds since 1970-01-01 00:00 UTC.
///
/// Only carried from one process to the next and shown to people; no decision rests on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallMicros(pub i64);

impl WallMicros {
    pub(super) fn minus_micros(self, micros: i64) -> WallMicros {
        WallMicros(self.0.saturating_sub(micros))
    }
}

/// Whether a unit shows signs of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Presence {
    /// It is within its allowance.
    Present,
    /// It was silent for too long and was reported.
    Lost,
}

/// One supervised unit, to be stored by the caller and given back after a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved<'a> {
    /// The unit.
    pub controller: ControllerId<'a>,
    /// When it was last heard; `None` if it was declared and has never been heard.
    pub last_seen: Option<WallMicros>,
    /// The silence that counts against it: since the last sign of life, without the times at
    /// which the receiver itself was down.
    pub silence: Duration,
    /// Its own allowance; `None` if it has that of the settings.
    pub allowance: Option<Allowance>,
    /// Whether it was present or lost.
    pub presence: Presence,
}

impl<'a> Saved<'a> {
    /// A unit that was present and just heard; set what is otherwise.
    #[must_use]
    pub fn new(controller: ControllerId<'a>, last_seen: Option<WallMicros>) -> Self {
        Saved {
            controller,
            last_seen,
            silence: Duration::ZERO,
            allowance: None,
            presence: Presence::Present,
        }
    }

    /// The same, no longer borrowed.
    #[must_use]
    pub fn into_owned(self) -> Saved<'static> {
        Saved {
            controller: self.controller.into_owned(),
            last_seen: self.last_seen,
            silence: self.silence,
            allowance: self.allowance,
            presence: self.presence,
        }
    }
}
