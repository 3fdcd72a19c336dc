//! Settings of a delivery.

use core::num::NonZeroUsize;
use core::time::Duration;

use crate::backoff::Backoff;

/// Times and limits. The services publish none: these are the crate's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Calls at once: 4. Questions for the status leave one of them to writes, unless it is the only one.
    pub parallel: NonZeroUsize,
    /// Documents that are kept at once, parked ones included: 10,000.
    pub capacity: usize,
    /// How long a call may take: 30 seconds.
    pub attempt: Duration,
    /// The pauses between attempts to write: 1 second to 5 minutes, growing, at random.
    pub write: Backoff,
    /// The pauses between questions for the status: 2 seconds to 15 minutes, growing, at random.
    pub status: Backoff,
    /// The pauses before the store is asked again to keep what it could not keep: 1 second to a minute.
    pub keep: Backoff,
    /// When a document that was not taken is reported as late: 5 minutes.
    pub late_after: Duration,
    /// When a document that was not taken is parked: a day.
    pub take_within: Duration,
    /// When a document that was taken but not confirmed is parked: three days.
    pub confirm_within: Duration,
    /// The least patience after a start, so that what waited through a long outage is tried before it is
    /// parked: an hour.
    pub after_restart: Duration,
    /// The pause of all writes, of those of one type, or of all questions, after what
    /// [concerns all](crate::answer::Class::concerns_all), such as 401, 403 or 3xx: a minute, doubling,
    pub first_pause: Duration,
    /// up to 15 minutes.
    pub longest_pause: Duration,
    /// When the next document of a lane may go.
    pub order: Order,
}

/// When the next document of a [`Lane`](super::Lane) may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// When the service has taken the one before, or it is parked.
    #[default]
    Taken,
    /// When the one before is journaled, or parked. A patient record that fetches seldom then delays
    /// all that follows.
    Journaled,
}

impl Default for Config {
    fn default() -> Self {
        const HOUR: u64 = 3_600;
        let seconds = Duration::from_secs;
        Self {
            parallel: NonZeroUsize::MIN.saturating_add(3),
            capacity: 10_000,
            attempt: seconds(30),
            write: Backoff {
                first: seconds(1),
                longest: seconds(300),
            },
            status: Backoff {
                first: seconds(2),
                longest: seconds(900),
            },
            keep: Backoff {
                first: seconds(1),
                longest: seconds(60),
            },
            late_after: seconds(300),
            take_within: seconds(24 * HOUR),
            confirm_within: seconds(72 * HOUR),
            after_restart: seconds(HOUR),
            first_pause: seconds(60),
            longest_pause: seconds(900),
            order: Order::default(),
        }
    }
}
