//! The two clocks that machines are given: none of them reads a clock of its own.

use core::ops::Add;
use core::time::Duration;
use std::time::SystemTime;

/// A point in time: how long ago the caller's own clock began. It must not go backwards.
///
/// ```
/// use core::time::Duration;
/// use fhir_vkp::Time;
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

/// A moment of the wall clock: microseconds since 1970-01-01 00:00 UTC. For what is signed with a
/// time, and for what outlives a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallMicros(pub i64);

impl WallMicros {
    /// The present time of the system.
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// From an earlier moment to this one; zero if the other is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    /// This much later.
    #[must_use]
    pub fn after(self, elapsed: Duration) -> Self {
        let micros = i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }

    /// Whole seconds since 1970, as a JWT writes them (RFC 7519 2).
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
}

impl From<SystemTime> for WallMicros {
    fn from(time: SystemTime) -> Self {
        let micros = |elapsed: Duration| i64::try_from(elapsed.as_micros());
        Self(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(elapsed) => micros(elapsed).unwrap_or(i64::MAX),
            Err(before) => micros(before.duration()).map_or(i64::MIN, |micros| -micros),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wall_clock_counts_in_both_directions() {
        let moment = WallMicros(1_500_000);
        assert_eq!(moment.unix_seconds(), 1);
        assert_eq!(WallMicros(-1).unix_seconds(), -1);
        assert_eq!(
            moment.after(Duration::from_millis(500)),
            WallMicros(2_000_000)
        );
        assert_eq!(moment.since(WallMicros(500_000)), Duration::from_secs(1));
        assert_eq!(WallMicros(0).since(moment), Duration::ZERO);
        assert_eq!(
            WallMicros::from(SystemTime::UNIX_EPOCH - Duration::from_secs(1)),
            WallMicros(-1_000_000)
        );
    }
}
