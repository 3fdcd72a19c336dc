//! Points in time: ours in UTC, the device's as it wrote them.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A point in time: microseconds since 1970-01-01T00:00:00Z, in the years 0000 to 9999.
///
/// Prints as RFC 3339 in UTC with six decimals (`2026-11-22T00:21:02.000000Z`), so that texts sort as
/// the times do. Reads any RFC 3339 date-time; digits beyond the microsecond are cut off, and a leap
/// second counts as the first second of the next minute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is no RFC 3339 date-time, or lies outside the years 0000 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 date-time in the years 0000 to 9999")
    }
}

impl core::error::Error for InvalidTimestamp {}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);
    /// 0000-01-01T00:00:00Z.
    pub const MIN: Self = Self(days_from_civil(0, 1, 1) * DAY);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Self = Self(days_from_civil(10_000, 1, 1) * DAY - 1);

    /// The time that is so many microseconds after the Unix epoch, if it lies in range.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Option<Self> {
        if micros < Self::MIN.0 || micros > Self::MAX.0 {
            None
        } else {
            Some(Self(micros))
        }
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Reads `count` digits and moves on.
fn digits(text: &mut &[u8], count: usize) -> Option<i64> {
    let (head, tail) = text.split_at_checked(count)?;
    let mut value = 0;
    for byte in head {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(byte - b'0');
    }
    *text = tail;
    Some(value)
}

fn one_of(text: &mut &[u8], allowed: &[u8]) -> Option<u8> {
    let (&first, rest) = text.split_first()?;
    if !allowed.contains(&first) {
        return None;
    }
    *text = rest;
    Some(first)
}

/// Local microseconds and, when the text has a zone, its distance from UTC in microseconds.
fn parse(text: &str) -> Option<(i64, Option<i64>)> {
    let mut rest = text.as_bytes();
    let rest = &mut rest;
    let year = digits(rest, 4)?;
    one_of(rest, b"-")?;
    let month = digits(rest, 2)?;
    one_of(rest, b"-")?;
    let day = digits(rest, 2)?;
    one_of(rest, b"Tt ")?;
    let hour = digits(rest, 2)?;
    one_of(rest, b":")?;
    let minute = digits(rest, 2)?;
    one_of(rest, b":")?;
    let second = digits(rest, 2)?;
    if !(1..=12).contains(&month)
        || day < 1
        || day > days_in_month(year, month)
        || hour > 23
        || minute > 59
        || second > 60
    {
        return None;
    }
    let mut micros = 0;
    if one_of(rest, b".").is_some() {
        let mut unit = SECOND / 10;
        micros = digits(rest, 1)? * unit;
        while let Some(digit) = digits(rest, 1) {
            unit /= 10;
            micros += digit * unit;
        }
    }
    let local = days_from_civil(year, month, day) * DAY
        + ((hour * 60 + minute) * 60 + second) * SECOND
        + micros;
    let offset = match one_of(rest, b"Zz+-") {
        None => None,
        Some(b'Z' | b'z') => Some(0),
        Some(sign) => {
            let hours = digits(rest, 2)?;
            one_of(rest, b":")?;
            let minutes = digits(rest, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = (hours * 60 + minutes) * 60 * SECOND;
            Some(if sign == b'-' { -offset } else { offset })
        }
    };
    rest.is_empty().then_some((local, offset))
}

impl FromStr for Timestamp {
    type Err = InvalidTimestamp;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match parse(text) {
            Some((local, Some(offset))) => {
                Self::from_micros(local - offset).ok_or(InvalidTimestamp)
            }
            _ => Err(InvalidTimestamp),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY));
        let micros = self.0.rem_euclid(DAY);
        let seconds = micros / SECOND;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}Z",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60,
            micros % SECOND
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The time that a device wrote, kept as the text it sent. Device clocks are often wrong: show it,
/// compare it with other times of the same device, never let it replace the time of receipt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeviceTime(String);

impl DeviceTime {
    /// Keeps the text as sent, whatever its form.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The point in time, when the text is a date-time with a zone.
    #[must_use]
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.0.parse().ok()
    }

    /// True when `self` is certainly earlier than `other`: both have a zone, or both have none and so
    /// show the same clock. False when nothing certain can be said.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        match (parse(&self.0), parse(&other.0)) {
            (Some((a, Some(x))), Some((b, Some(y)))) => a - x < b - y,
            (Some((a, None)), Some((b, None))) => a < b,
            _ => false,
        }
    }
}

#[cfg(feature = "serde")]
mod json {
    use super::{DeviceTime, Timestamp};

    impl serde::Serialize for Timestamp {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl<'de> serde::Deserialize<'de> for Timestamp {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            crate::text::deserialize(deserializer, "an RFC 3339 date-time", |t| t.parse().ok())
        }
    }

    impl serde::Serialize for DeviceTime {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(&self.0)
        }
    }

    impl<'de> serde::Deserialize<'de> for DeviceTime {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            serde::Deserialize::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_instants_are_printed_and_read() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_700_000_000_123_456, "2023-11-14T22:13:20.123456Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            let time = Timestamp::from_micros(micros).unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(text.parse(), Ok(time));
        }
        assert_eq!(Timestamp::MIN.to_string(), "0000-01-01T00:00:00.000000Z");
        assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
    }

    #[test]
    fn zones_short_fractions_and_leap_seconds_are_read() {
        let noon: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!("2026-06-01T14:00:00+02:00".parse(), Ok(noon));
        assert_eq!("2026-06-01t06:30:00.0000009-05:30".parse(), Ok(noon));
        assert_eq!("2026-06-01T11:59:60Z".parse(), Ok(noon));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2026-06-01",
            "2026-06-01T12:00:00",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-06-01T24:00:00Z",
            "2026-06-01T12:00:00Zx",
            "2026-06-01T12:00:00.Z",
            "0000-01-01T00:00:00+01:00",
            "9999-12-31T23:59:60Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(InvalidTimestamp), "{text}");
        }
    }

    #[test]
    fn device_times_are_compared_only_when_that_is_certain() {
        let [a, b, c] = [
            "2026-06-01T12:00:00",
            "2026-06-01T12:00:01",
            "2026-06-01T12:00:02Z",
        ]
        .map(DeviceTime::new);
        assert!(a.is_before(&b));
        assert!(!b.is_before(&a));
        assert!(!a.is_before(&c), "a zone against none");
        assert!(!DeviceTime::new("noon").is_before(&b));
        assert_eq!(a.timestamp(), None);
        assert!(c.timestamp().is_some());
    }
}
