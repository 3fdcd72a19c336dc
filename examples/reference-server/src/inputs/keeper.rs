//! What every input does around the journal: turn the result into counts and lines of the log,
//! within a budget, and keep the evidence of what was refused.

use std::fmt;
use std::time::Instant;

use super::limiter::Limiter;
use crate::journal::{Entry, JournalError, JournalHandle};

/// Unreadable messages, and failures, that are logged and kept in one second; the rest is counted.
const LINES: u32 = 20;

/// Logs within a budget, so that neither rubbish nor a broken disk floods the log.
#[derive(Debug)]
pub(super) struct Keeper {
    journal: JournalHandle,
    rubbish: Limiter,
    failures: Limiter,
    /// For alarms that are refused for want of room.
    busy: Limiter,
}

impl Keeper {
    pub(super) fn new(journal: JournalHandle) -> Self {
        Self {
            journal,
            rubbish: Limiter::new(LINES),
            failures: Limiter::new(LINES),
            busy: Limiter::new(1),
        }
    }

    /// Says that the journal did not take an alarm, and what its sender hears.
    pub(super) fn declined(&mut self, error: &JournalError, answer: impl fmt::Display) {
        let limiter = match error {
            JournalError::Busy => &mut self.busy,
            _ => &mut self.failures,
        };
        if let Some(held_back) = limiter.pass(Instant::now()) {
            tracing::error!(%error, %answer, held_back, "an alarm could not be kept");
        }
    }

    /// `Some` with the number held back when rubbish may be logged and kept now.
    pub(super) fn rubbish(&mut self) -> Option<u64> {
        self.rubbish.pass(Instant::now())
    }

    /// The same for what is refused for want of room: it is told in any case, whatever rubbish
    /// there is.
    pub(super) fn busy(&mut self) -> Option<u64> {
        self.busy.pass(Instant::now())
    }

    /// Keeps evidence that nobody waits for.
    pub(super) fn evidence(&self, entry: Entry) {
        let stored = self.journal.store(entry);
        tokio::spawn(async move {
            if let Err(error) = stored.await {
                tracing::warn!(%error, "the evidence of a refused message was not kept");
            }
        });
    }
}
