//! What is known of the other stations.

use core::time::Duration;

use crate::address::Address;
use crate::time::Time;

pub(crate) struct Station {
    pub(crate) address: Address,
    /// Polls missed in a row.
    pub(crate) misses: u8,
    /// It has been reported silent.
    pub(crate) silent: bool,
    /// Left out of the polls until then.
    pub(crate) parked_until: Time,
    /// No select before then.
    pub(crate) not_before: Time,
    /// The next delay.
    pub(crate) delay: Duration,
}

impl Station {
    pub(crate) fn new(address: Address, now: Time) -> Self {
        Station {
            address,
            misses: 0,
            silent: false,
            parked_until: now,
            not_before: now,
            delay: Duration::ZERO,
        }
    }

    /// A select was refused or not answered.
    pub(crate) fn select_failed(&mut self, now: Time, first: Duration, longest: Duration) {
        let delay = self.delay.max(first).min(longest);
        self.not_before = now + delay;
        self.delay = delay * 2;
    }
}
