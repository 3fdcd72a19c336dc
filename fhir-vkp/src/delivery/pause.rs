//! When everything waits.

use core::time::Duration;

use crate::clock::Time;
use crate::request::{Action, Call};

use super::config::Config;

/// The two kinds of calls. Each has pauses of its own: a service that refuses to tell how far documents
/// are may take them all the same, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Calls {
    /// Documents are written.
    Writes,
    /// The status of what was taken is asked for.
    Questions,
}

impl Calls {
    /// Both, writes first.
    pub const ALL: [Self; 2] = [Self::Writes, Self::Questions];

    pub(super) const fn of(call: Call) -> Self {
        match call.action {
            Action::Status => Self::Questions,
            _ => Self::Writes,
        }
    }
}

/// The pauses of both.
pub(super) struct Pauses {
    writes: Pause,
    questions: Pause,
}

impl Pauses {
    pub(super) const fn new(config: &Config) -> Self {
        Self {
            writes: Pause::new(config),
            questions: Pause::new(config),
        }
    }

    pub(super) const fn of(&self, calls: Calls) -> &Pause {
        match calls {
            Calls::Writes => &self.writes,
            Calls::Questions => &self.questions,
        }
    }

    pub(super) const fn of_mut(&mut self, calls: Calls) -> &mut Pause {
        match calls {
            Calls::Writes => &mut self.writes,
            Calls::Questions => &mut self.questions,
        }
    }

    /// When such calls go. A server that asked a write for time is not asked questions either; a write
    /// does not wait for what a question was told.
    pub(super) fn opens_at(&self, calls: Calls) -> Time {
        let own = self.of(calls).opens_at();
        match calls {
            Calls::Writes => own,
            Calls::Questions => own.max(self.writes.hold),
        }
    }
}

/// Pauses after what concerns all, and what servers ask for.
pub(super) struct Pause {
    first: Duration,
    longest: Duration,
    until: Option<Time>,
    /// What the server asked for.
    hold: Time,
    /// Pauses in a row.
    count: u32,
    /// When something went through last.
    pub(super) last_passed: Option<Time>,
}

impl Pause {
    pub(super) const fn new(config: &Config) -> Self {
        Self {
            first: config.first_pause,
            longest: config.longest_pause,
            until: None,
            hold: Time::ZERO,
            count: 0,
            last_passed: None,
        }
    }

    pub(super) fn is_paused(&self, now: Time) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Whether one call at a time goes, because nothing has gone through since a pause.
    pub(super) const fn is_probing(&self) -> bool {
        self.until.is_some()
    }

    pub(super) fn opens_at(&self) -> Time {
        self.hold.max(self.until.unwrap_or(Time::ZERO))
    }

    /// Begins a pause; `None` when one is on already, which calls from before it do not prolong.
    pub(super) fn begin(&mut self, now: Time) -> Option<Time> {
        if self.is_paused(now) {
            return None;
        }
        let factor = 1u32.checked_shl(self.count).unwrap_or(u32::MAX);
        let length = self.first.saturating_mul(factor).min(self.longest);
        self.count = self.count.saturating_add(1);
        let until = now + length;
        self.until = Some(until);
        Some(until)
    }

    pub(super) fn hold(&mut self, until: Time) {
        self.hold = self.hold.max(until);
    }

    /// Something went through. Says whether that ended a pause.
    pub(super) fn passed(&mut self, now: Time) -> bool {
        self.last_passed = Some(now);
        self.count = 0;
        // A call from before the pause does not end it.
        if self.is_paused(now) {
            return false;
        }
        self.until.take().is_some()
    }

    pub(super) fn end(&mut self) -> bool {
        self.hold = Time::ZERO;
        self.count = 0;
        self.until.take().is_some()
    }
}
