//! Repeats that all events of a customer share.

use core::time::Duration;

use crate::time::Time;

use super::config::Config;

/// What a success gives back.
const REFUND: u64 = 2;
const ONE: u64 = 1_000_000;

/// A store of repeats that fills with time and with success, so that an outage does not become a storm
/// (Partner API reference 8.2).
#[derive(Debug)]
pub(super) struct Budget {
    /// In millionths of a repeat.
    left: u64,
    most: u64,
    per_second: u64,
    filled: Time,
}

impl Budget {
    pub(super) fn new(now: Time, config: &Config) -> Self {
        let most = u64::from(config.repeat_burst.get()) * ONE;
        Self {
            left: most,
            most,
            per_second: u64::from(config.repeats_per_second.get()),
            filled: now,
        }
    }

    pub(super) fn fill(&mut self, now: Time) {
        let micros = u64::try_from(now.since(self.filled).as_micros()).unwrap_or(u64::MAX);
        self.filled = now;
        self.add(micros.saturating_mul(self.per_second));
    }

    pub(super) fn refund(&mut self) {
        self.add(REFUND * ONE);
    }

    fn add(&mut self, more: u64) {
        self.left = self.left.saturating_add(more).min(self.most);
    }

    pub(super) fn has_one(&self) -> bool {
        self.left >= ONE
    }

    pub(super) fn take(&mut self) {
        self.left = self.left.saturating_sub(ONE);
    }

    /// When there will be one.
    pub(super) fn next(&self) -> Time {
        let micros = ONE.saturating_sub(self.left).div_ceil(self.per_second);
        self.filled + Duration::from_micros(micros)
    }
}
