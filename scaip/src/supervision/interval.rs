//! How long a unit may be silent.

use std::time::Duration;

/// The time between two heartbeats of a unit: 10 s to 32 days, in steps of a millisecond.
///
/// ```
/// use std::time::Duration;
/// use scaip::supervision::Interval;
///
/// assert!(Interval::new(Duration::from_secs(60)).is_ok());
/// assert!(Interval::new(Duration::from_secs(9)).is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// 32 days are 2,764,800,000: they fit.
    milliseconds: u32,
}

impl Interval {
    /// 10 s.
    pub const SHORTEST: Interval = Interval {
        milliseconds: 10_000,
    };
    /// 32 days.
    pub const LONGEST: Interval = Interval {
        milliseconds: 32 * 24 * 60 * 60 * 1000,
    };

    /// An interval; anything finer than a millisecond is cut off.
    ///
    /// # Errors
    ///
    /// [`IntervalOutOfRange`] below 10 s or above 32 days.
    pub fn new(length: Duration) -> Result<Interval, IntervalOutOfRange> {
        u32::try_from(length.as_millis())
            .ok()
            .map(|milliseconds| Interval { milliseconds })
            .filter(|interval| (Self::SHORTEST..=Self::LONGEST).contains(interval))
            .filter(|interval| interval.get() == length || *interval < Self::LONGEST)
            .ok_or(IntervalOutOfRange(length))
    }

    /// The length.
    #[must_use]
    pub const fn get(self) -> Duration {
        Duration::from_millis(self.milliseconds as u64)
    }
}

/// An interval below 10 s or above 32 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a heartbeat interval is 10 s to 32 days long, got {0:?}")]
pub struct IntervalOutOfRange(
    /// What was refused.
    pub Duration,
);

/// How many heartbeats in a row may be missing until a unit counts as lost (SCAIP reference 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MissedLimit {
    /// Two.
    Two,
    /// Three.
    #[default]
    Three,
}

impl MissedLimit {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        match self {
            MissedLimit::Two => 2,
            MissedLimit::Three => 3,
        }
    }
}

/// What a unit is allowed: its interval, and how many heartbeats may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Allowance {
    /// The time between two heartbeats.
    pub interval: Interval,
    /// How many may be missing.
    pub missed: MissedLimit,
}

impl Allowance {
    /// This interval, with three heartbeats allowed to be missing.
    #[must_use]
    pub const fn new(interval: Interval) -> Allowance {
        Allowance {
            interval,
            missed: MissedLimit::Three,
        }
    }

    /// The longest silence: the interval as often as heartbeats may be missing, at most 96 days.
    #[must_use]
    pub fn silence(self) -> Duration {
        self.interval.get() * self.missed.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_ten_seconds_to_thirty_two_days_long() {
        let day = Duration::from_secs(24 * 60 * 60);
        for (length, good) in [
            (Duration::ZERO, false),
            (Duration::from_micros(9_999_999), false),
            (Duration::from_secs(10), true),
            (day * 32, true),
            (day * 32 + Duration::from_micros(1), false),
            (day * 32 + Duration::from_millis(1), false),
            (Duration::MAX, false),
        ] {
            assert_eq!(Interval::new(length).is_ok(), good, "{length:?}");
        }
        assert_eq!(Interval::LONGEST.get(), day * 32);
    }

    #[test]
    fn silence_is_interval_times_missed() {
        let mut allowance = Allowance::new(Interval::SHORTEST);
        assert_eq!(allowance.silence(), Duration::from_secs(30));
        allowance.missed = MissedLimit::Two;
        assert_eq!(allowance.silence(), Duration::from_secs(20));
    }
}
