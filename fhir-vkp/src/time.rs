//! Date-times of FHIR with the offset they were written with (FHIR reference 13 rule 8).

mod norway;
mod parse;
mod print;

use core::fmt;

use alarm_codes::Timestamp;

/// The largest distance from UTC, in minutes.
const LARGEST_OFFSET: i16 = 14 * 60;

/// How much of a date-time was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Precision {
    /// `2026`
    Year,
    /// `2026-03`
    Month,
    /// `2026-03-14`
    Day,
    /// `2026-03-14T02:17+01:00`: read, never written.
    Minute,
    /// `2026-03-14T02:17:41+01:00`, with or without a fraction.
    Second,
}

/// A date-time as it was written, and the point in time it means.
///
/// `Display` gives legal FHIR: the text as it was written, with seconds and offset added where a time
/// had none.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTime {
    text: Box<str>,
    timestamp: Timestamp,
    offset_minutes: i16,
    precision: Precision,
    assumed_offset: bool,
}

/// No date-time, or one outside the years 1 to 9999 or the offsets -14:00 to +14:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date-time of FHIR")]
pub struct InvalidDateTime;

impl DateTime {
    /// The longest text that is read, in bytes: room for every fraction that anyone writes.
    pub const LONGEST: usize = 64;

    /// A point in time with an offset in minutes.
    ///
    /// # Errors
    ///
    /// As [`DateTime::from_unix_micros`].
    pub fn new(timestamp: Timestamp, offset_minutes: i16) -> Result<Self, InvalidDateTime> {
        Self::from_unix_micros(timestamp.as_micros(), offset_minutes)
    }

    /// A point in time with the offset of Norway at that time, with summer time.
    ///
    /// # Errors
    ///
    /// [`InvalidDateTime`] for years outside 1 to 9999.
    pub fn in_norway(timestamp: Timestamp) -> Result<Self, InvalidDateTime> {
        Self::new(timestamp, parse::offset_in_norway(timestamp)?)
    }

    /// The text as it was written, without anything added.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The point in time, to the microsecond; for a date its first moment.
    #[must_use]
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix_micros(&self) -> i64 {
        self.timestamp.as_micros()
    }

    /// Minutes east of UTC, -840 to 840.
    #[must_use]
    pub const fn offset_minutes(&self) -> i16 {
        self.offset_minutes
    }

    /// How much was written.
    #[must_use]
    pub const fn precision(&self) -> Precision {
        self.precision
    }

    /// Whether the offset is that of Norway because the text had none. Always so for dates, which
    /// have no offset in FHIR.
    #[must_use]
    pub const fn assumed_offset(&self) -> bool {
        self.assumed_offset
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DateTime({self})")
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.precision < Precision::Minute {
            return f.write_str(&self.text);
        }
        let minutes = "2026-03-14T02:17".len();
        if self.precision == Precision::Minute {
            write!(f, "{}:00{}", &self.text[..minutes], &self.text[minutes..])?;
        } else {
            f.write_str(&self.text)?;
        }
        if self.assumed_offset {
            Offset(self.offset_minutes).fmt(f)
        } else {
            Ok(())
        }
    }
}

/// Prints an offset as `+01:00`.
struct Offset(i16);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let minutes = self.0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
