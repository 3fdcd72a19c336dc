//! The clock of the caller.

use core::ops::Add;
use core::time::Duration;

/// A point in time: how long ago the caller's own clock began. It must not go backwards.
///
/// `std::time::Instant` does not exist without `std`; the elapsed time since any fixed instant
/// does.
///
/// ```
/// use core::time::Duration;
/// use sensio_partner::Time;
///
/// let started = std::time::Instant::now();
/// let now = Time::from(started.elapsed());
/// assert!(now + Duration::from_secs(1) > now);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Time(Duration);

impl Time {
    /// When the clock began.
    pub const ZERO: Time = Time(Duration::ZERO);

    /// From milliseconds since the clock began.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Time(Duration::from_millis(millis))
    }

    /// Since the clock began.
    #[must_use]
    pub const fn elapsed(self) -> Duration {
        self.0
    }

    /// From an earlier time to this one; zero if the other is later.
    #[must_use]
    pub const fn since(self, earlier: Time) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<Duration> for Time {
    fn from(elapsed: Duration) -> Self {
        Time(elapsed)
    }
}

impl Add<Duration> for Time {
    type Output = Time;

    fn add(self, later: Duration) -> Time {
        Time(self.0.saturating_add(later))
    }
}
