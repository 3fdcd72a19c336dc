//! Points in time to texts.

use alarm_codes::Timestamp;
use jiff::tz::Offset;

use super::{DateTime, InvalidDateTime, LARGEST_OFFSET, Precision};
use crate::short_text::ShortText;

impl DateTime {
    /// A point in time as it is written with an offset: seconds, and three or six digits of a
    /// fraction where it is not zero.
    ///
    /// # Errors
    ///
    /// [`InvalidDateTime`] for offsets outside -840 to 840 minutes and years outside 1 to 9999.
    pub fn from_unix_micros(micros: i64, offset_minutes: i16) -> Result<Self, InvalidDateTime> {
        let timestamp = Timestamp::from_micros(micros).ok_or(InvalidDateTime)?;
        if !(-LARGEST_OFFSET..=LARGEST_OFFSET).contains(&offset_minutes) {
            return Err(InvalidDateTime);
        }
        let offset = Offset::from_seconds(i32::from(offset_minutes) * 60);
        let instant = jiff::Timestamp::from_microsecond(micros).map_err(|_| InvalidDateTime)?;
        let local = offset.map_err(|_| InvalidDateTime)?.to_datetime(instant);
        let year = u16::try_from(local.year()).map_err(|_| InvalidDateTime)?;
        if year == 0 {
            return Err(InvalidDateTime);
        }
        // `2026-03-14T02:17:41.123456+01:00` is the longest.
        let mut text = ShortText::<32>::EMPTY;
        text.push_number(u32::from(year), 4);
        for (before, field) in [
            (b'-', local.month()),
            (b'-', local.day()),
            (b'T', local.hour()),
            (b':', local.minute()),
            (b':', local.second()),
        ] {
            text.push(before);
            text.push_number(u32::from(field.unsigned_abs()), 2);
        }
        match local.subsec_nanosecond().unsigned_abs() / 1000 {
            0 => {}
            fraction => {
                text.push(b'.');
                match fraction % 1000 {
                    0 => text.push_number(fraction / 1000, 3),
                    _ => text.push_number(fraction, 6),
                }
            }
        }
        text.push(if offset_minutes < 0 { b'-' } else { b'+' });
        let offset = u32::from(offset_minutes.unsigned_abs());
        text.push_number(offset / 60, 2);
        text.push(b':');
        text.push_number(offset % 60, 2);
        Ok(Self {
            text: text.as_str().into(),
            timestamp,
            offset_minutes,
            precision: Precision::Second,
            assumed_offset: false,
        })
    }
}
