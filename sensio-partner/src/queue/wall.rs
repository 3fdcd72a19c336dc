//! The wall clock: carried through restarts and shown to staff.

use core::fmt;
use std::time::SystemTime;

/// A moment of the wall clock: microseconds since 1970-01-01 00:00 UTC.
///
/// Its `Display` form is UTC to the minute, such as `2026-11-22 07:27 UTC`.
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
    pub fn since(self, earlier: Self) -> core::time::Duration {
        let micros = self.0.saturating_sub(earlier.0);
        core::time::Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }

    pub(super) fn after(self, elapsed: core::time::Duration) -> Self {
        let micros = i64::try_from(elapsed.as_micros()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

impl From<SystemTime> for WallMicros {
    fn from(time: SystemTime) -> Self {
        let micros = |elapsed: core::time::Duration| i64::try_from(elapsed.as_micros());
        Self(match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(elapsed) => micros(elapsed).unwrap_or(i64::MAX),
            Err(before) => micros(before.duration()).map_or(i64::MIN, |micros| -micros),
        })
    }
}

impl fmt::Display for WallMicros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.div_euclid(60_000_000);
        let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
        // Days to year, month and day of the Gregorian calendar, counted from 0000-03-01 so that the
        // leap day is the last of its year; 400 years are 146,097 days.
        let days = days + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 {
            shifted + 3
        } else {
            shifted - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let (hour, minute) = (minute / 60, minute % 60);
        write!(f, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_minute_in_utc() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_795_332_425, "2026-11-22 07:27 UTC"),
            (4_107_542_400, "2100-03-01 00:00 UTC"),
            (-1, "1969-12-31 23:59 UTC"),
        ] {
            assert_eq!(WallMicros(seconds * 1_000_000).to_string(), text);
        }
    }
}
