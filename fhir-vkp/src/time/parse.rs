//! Texts to date-times.

use alarm_codes::Timestamp;
use jiff::civil;
use jiff::tz::Offset;

use super::norway::{self, NORWAY};
use super::{DateTime, InvalidDateTime, LARGEST_OFFSET, Precision};
use crate::FindingKind;

/// The offset of Norway at a point in time, in minutes.
pub(super) fn offset_in_norway(timestamp: Timestamp) -> Result<i16, InvalidDateTime> {
    let instant = jiff::Timestamp::from_microsecond(timestamp.as_micros());
    let offset = norway::offset_at(instant.map_err(|_| InvalidDateTime)?);
    i16::try_from(offset.seconds() / 60).map_err(|_| InvalidDateTime)
}

/// The fields of a text.
struct Fields {
    local: civil::DateTime,
    /// A leap second: one second is added.
    leap: bool,
    precision: Precision,
    offset_minutes: Option<i16>,
}

impl DateTime {
    /// Reads a date-time (FHIR reference 13 rule 8): a year, a month, a date, or a date with a time with
    /// or without seconds, with any number of fraction digits, with `Z`, an offset or neither.
    ///
    /// A time without offset counts as local time of Norway ([`FindingKind::NoOffset`]): in the hour
    /// that comes twice in autumn the first, and in the hour that is left out in spring as if summer
    /// time had not begun (02:30 is 03:30 of summer time). A leap second counts as the first second
    /// of the next minute. A time without seconds is [`FindingKind::NoSeconds`]; of two findings
    /// the missing offset is told. What a microsecond does not hold is only in the text.
    ///
    /// # Errors
    ///
    /// [`InvalidDateTime`]; texts longer than [`DateTime::LONGEST`] bytes are none, and neither are times
    /// that would be so with an offset.
    pub fn parse(text: &str) -> Result<(Self, Option<FindingKind>), InvalidDateTime> {
        let fields = fields(text).ok_or(InvalidDateTime)?;
        let (instant, offset) = match fields.offset_minutes {
            Some(minutes) => {
                let offset = Offset::from_seconds(i32::from(minutes) * 60);
                let offset = offset.map_err(|_| InvalidDateTime)?;
                (offset.to_timestamp(fields.local), offset)
            }
            None => {
                let instant = NORWAY.to_ambiguous_timestamp(fields.local).compatible();
                let instant = instant.map_err(|_| InvalidDateTime)?;
                // In the hour that is left out, what was written means that moment in winter time only.
                let winter = Offset::constant(1);
                let in_winter = winter.to_datetime(instant) == fields.local;
                let offset = if in_winter {
                    winter
                } else {
                    NORWAY.to_offset(instant)
                };
                (Ok(instant), offset)
            }
        };
        let micros = instant.map_err(|_| InvalidDateTime)?.as_microsecond();
        let micros = micros + if fields.leap { 1_000_000 } else { 0 };
        let date_time = Self {
            text: text.into(),
            timestamp: Timestamp::from_micros(micros).ok_or(InvalidDateTime)?,
            offset_minutes: i16::try_from(offset.seconds() / 60).map_err(|_| InvalidDateTime)?,
            precision: fields.precision,
            assumed_offset: fields.offset_minutes.is_none(),
        };
        let finding = match (fields.precision, fields.offset_minutes) {
            (Precision::Minute | Precision::Second, None) => Some(FindingKind::NoOffset),
            (Precision::Minute, Some(_)) => Some(FindingKind::NoSeconds),
            _ => None,
        };
        Ok((date_time, finding))
    }
}

/// Splits a text into its fields; `None` where it is no date-time.
fn fields(text: &str) -> Option<Fields> {
    if text.len() > DateTime::LONGEST {
        return None;
    }
    let mut rest = text.as_bytes();
    let rest = &mut rest;
    let year = digits(rest, 4)?;
    let mut fields = Fields {
        local: civil::DateTime::new(year, 1, 1, 0, 0, 0, 0).ok()?,
        leap: false,
        precision: Precision::Year,
        offset_minutes: None,
    };
    if year == 0 {
        return None;
    }
    if rest.is_empty() {
        return Some(fields);
    }
    let month = after(rest, b'-')?;
    fields.precision = Precision::Month;
    let day = if rest.is_empty() {
        1
    } else {
        fields.precision = Precision::Day;
        after(rest, b'-')?
    };
    if rest.is_empty() {
        fields.local = civil::DateTime::new(year, month, day, 0, 0, 0, 0).ok()?;
        return Some(fields);
    }
    let hour = after(rest, b'T')?;
    let minute = after(rest, b':')?;
    fields.precision = Precision::Minute;
    let (mut second, mut nanos) = (0, 0);
    if rest.first() == Some(&b':') {
        fields.precision = Precision::Second;
        second = after(rest, b':')?;
        if rest.first() == Some(&b'.') {
            nanos = fraction(rest)?;
        }
    }
    if second == 60 {
        (fields.leap, second, nanos) = (true, 59, 0);
    }
    fields.local = civil::DateTime::new(year, month, day, hour, minute, second, nanos).ok()?;
    if !rest.is_empty() {
        fields.offset_minutes = Some(offset(rest)?);
    } else if text.len() + "+01:00".len() > DateTime::LONGEST {
        // What is written gets an offset, and has to be read again.
        return None;
    }
    rest.is_empty().then_some(fields)
}

/// Reads a separator and two digits.
fn after(rest: &mut &[u8], separator: u8) -> Option<i8> {
    let (first, tail) = rest.split_first()?;
    *rest = tail;
    if *first != separator {
        return None;
    }
    digits(rest, 2).and_then(|value| i8::try_from(value).ok())
}

/// Reads `count` digits.
fn digits(rest: &mut &[u8], count: usize) -> Option<i16> {
    let (head, tail) = rest.split_at_checked(count)?;
    let mut value = 0;
    for byte in head {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i16::from(byte - b'0');
    }
    *rest = tail;
    Some(value)
}

/// Reads a point and digits, as nanoseconds; what they do not hold is cut off.
fn fraction(rest: &mut &[u8]) -> Option<i32> {
    let tail = &rest[1..];
    let count = tail.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let padded = tail[..count]
        .iter()
        .copied()
        .chain(core::iter::repeat(b'0'));
    *rest = &tail[count..];
    Some(
        padded
            .take(9)
            .fold(0, |value, digit| value * 10 + i32::from(digit - b'0')),
    )
}

/// Reads `Z` or an offset, in minutes.
fn offset(rest: &mut &[u8]) -> Option<i16> {
    let sign = match rest.split_first()? {
        (b'Z', tail) => {
            *rest = tail;
            return Some(0);
        }
        (b'+', _) => 1,
        (b'-', _) => -1,
        _ => return None,
    };
    let hours = after(rest, rest[0])?;
    let minutes = after(rest, b':')?;
    let total = i16::from(hours) * 60 + i16::from(minutes);
    (minutes < 60 && total <= LARGEST_OFFSET).then_some(sign * total)
}
