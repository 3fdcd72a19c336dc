//! The time in a frame.

use core::fmt;

/// A time of the civil calendar in UTC, to the second: `_HH:MM:SS,MM-DD-YYYY` in a frame (Climax
/// reference 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    // In this order they compare by time.
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

const DAY: i64 = 24 * 60 * 60;

impl Timestamp {
    /// Bytes in a frame, the underscore included.
    pub const LENGTH: usize = 20;

    /// From year (0 to 9999), month, day, hour, minute and second; `None` when there is no such
    /// time. There are no leap seconds.
    #[must_use]
    pub const fn new(
        (year, month, day): (u16, u8, u8),
        (hour, minute, second): (u8, u8, u8),
    ) -> Option<Self> {
        let valid = year <= 9999
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= days_of_month(year, month)
            && hour < 24
            && minute < 60
            && second < 60;
        if !valid {
            return None;
        }
        Some(Timestamp {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    /// From its 20 bytes in a frame, the underscore included. `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::LENGTH] = bytes.try_into().ok()?;
        let marks = [
            (0, b'_'),
            (3, b':'),
            (6, b':'),
            (9, b','),
            (12, b'-'),
            (15, b'-'),
        ];
        if marks.iter().any(|&(at, mark)| bytes[at] != mark) {
            return None;
        }
        let two = |at: usize| {
            let (tens, ones) = (
                bytes[at].wrapping_sub(b'0'),
                bytes[at + 1].wrapping_sub(b'0'),
            );
            (tens < 10 && ones < 10).then(|| tens * 10 + ones)
        };
        let year = u16::from(two(16)?) * 100 + u16::from(two(18)?);
        Timestamp::new((year, two(10)?, two(13)?), (two(1)?, two(4)?, two(7)?))
    }

    /// As in a frame, the underscore included.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = *b"_00:00:00,00-00-0000";
        #[allow(clippy::cast_possible_truncation, reason = "the year has four digits")]
        let (century, of_century) = ((self.year / 100) as u8, (self.year % 100) as u8);
        let pairs = [
            (1, self.hour),
            (4, self.minute),
            (7, self.second),
            (10, self.month),
            (13, self.day),
            (16, century),
            (18, of_century),
        ];
        for (at, value) in pairs {
            bytes[at] += value / 10;
            bytes[at + 1] += value % 10;
        }
        bytes
    }

    /// Seconds since 1970-01-01 00:00:00 UTC; negative before.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        // Years begin in March here, so that the leap day is the last one.
        let (year, month) = if self.month > 2 {
            (self.year as i64, self.month as i64 - 3)
        } else {
            (self.year as i64 - 1, self.month as i64 + 9)
        };
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let of_year = (153 * month + 2) / 5 + self.day as i64 - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        days * DAY + self.hour as i64 * 3600 + self.minute as i64 * 60 + self.second as i64
    }

    /// From seconds since 1970-01-01 00:00:00 UTC; `None` outside of the years 0 to 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        let days = seconds.div_euclid(DAY).checked_add(719_468)?;
        let of_day = seconds.rem_euclid(DAY);
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let (month, carry) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        let year = u16::try_from(year_of_era + era * 400 + carry).ok()?;
        let part = |value: i64| u8::try_from(value).ok();
        Timestamp::new(
            (year, part(month)?, part(day)?),
            (
                part(of_day / 3600)?,
                part(of_day / 60 % 60)?,
                part(of_day % 60)?,
            ),
        )
    }

    /// Year, month and day.
    #[must_use]
    pub const fn date(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }

    /// Hour, minute and second.
    #[must_use]
    pub const fn time(self) -> (u8, u8, u8) {
        (self.hour, self.minute, self.second)
    }
}

impl fmt::Display for Timestamp {
    /// As RFC 3339 has it: `2026-03-14T09:30:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Timestamp {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    }
}

const fn days_of_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn known_times_have_their_seconds() {
        let read = |text: &str| Timestamp::from_bytes(text.as_bytes());
        let time = read("_09:30:00,03-14-2026").unwrap();
        assert_eq!(time.unix_seconds(), 1_773_480_600);
        assert_eq!(time.to_string(), "2026-03-14T09:30:00Z");
        assert_eq!(read("_00:00:00,01-01-1970").unwrap().unix_seconds(), 0);
        assert_eq!(
            read("_23:59:59,02-29-2024").unwrap().unix_seconds(),
            1_709_251_199
        );
    }

    #[test]
    fn times_that_do_not_exist_are_refused() {
        for text in [
            "_24:00:00,03-14-2026",
            "_00:60:00,03-14-2026",
            "_00:00:60,03-14-2026",
            "_00:00:00,02-29-2026",
            "_00:00:00,02-29-1900",
            "_00:00:00,13-01-2026",
            "_00:00:00,00-01-2026",
            "_00:00:00,01-00-2026",
            "_0a:00:00,01-01-2026",
            "_00-00:00,01-01-2026",
            "_00:00:00,01-01-202",
        ] {
            assert_eq!(Timestamp::from_bytes(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn seconds_and_bytes_come_back(seconds in -62_167_219_200_i64..253_402_300_800) {
            let time = Timestamp::from_unix_seconds(seconds).unwrap();
            prop_assert_eq!(time.unix_seconds(), seconds);
            prop_assert_eq!(Timestamp::from_bytes(&time.to_bytes()), Some(time));
        }

        #[test]
        fn no_number_of_seconds_panics(seconds: i64) {
            let _ = Timestamp::from_unix_seconds(seconds);
        }
    }
}
