//! Date-times, beside jiff's own parser (FHIR reference 13 rule 8).

use fhir_vkp::{DateTime, FindingKind, Precision};

use super::luck::Luck;

/// Any text as a date-time, and any moment written.
pub fn fhir_time(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        read(text);
    }
    let mut luck = Luck::new(data);
    let micros = (i64::from(luck.number()) << 16) * i64::from(luck.byte()) / 64 - (1 << 52);
    let micros = micros + i64::from(luck.number());
    let offset = i16::from_be_bytes([luck.byte(), luck.byte()]) % 1_000;
    match DateTime::from_unix_micros(micros, offset) {
        Ok(time) => {
            assert_eq!(
                (time.unix_micros(), time.offset_minutes()),
                (micros, offset)
            );
            assert!(!time.assumed_offset() && time.precision() == Precision::Second);
            assert_eq!(read(&time.to_string()), Some(time));
        }
        Err(_) => {
            let far = offset.unsigned_abs() > 840;
            let local = micros.saturating_add(i64::from(offset) * 60_000_000);
            let years = (-62_135_596_800_000_000..253_402_300_800_000_000).contains(&local);
            assert!(far || !years, "{micros} {offset} cannot be written");
        }
    }
}

fn read(text: &str) -> Option<DateTime> {
    let Ok((time, finding)) = DateTime::parse(text) else {
        // What jiff takes for a moment in FHIR's own form is one.
        let form = text.len() == 25
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                10 => byte == b'T',
                13 | 16 | 22 => byte == b':',
                19 => byte == b'+' || byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        // jiff knows hours of offset beyond 14, and the year 0.
        let hours = text.get(20..22).and_then(|hours| hours.parse::<u8>().ok());
        let within = hours.is_some_and(|hours| hours < 14) && !text.starts_with("0000");
        let moment = text.parse::<jiff::Timestamp>();
        assert!(!(form && within && moment.is_ok()), "{text} is a moment");
        return None;
    };
    assert_eq!(time.as_str(), text);
    let written = time.to_string();
    let (again, left) = DateTime::parse(&written).expect("what was written");
    assert_eq!(left, None, "{written} is not strict");
    assert_eq!(
        again.unix_micros(),
        time.unix_micros(),
        "{text} and {written}"
    );
    if time.precision() >= Precision::Minute {
        assert_eq!(again.offset_minutes(), time.offset_minutes());
        assert_eq!(again.to_string(), written);
        // jiff refuses digits of a fraction beyond nine, and takes a leap second for the one before.
        let digits = written.split(['.', '+', 'Z']).nth(1).map_or(0, str::len);
        let leap = written.get(17..19) == Some("60");
        if digits <= 9 && !leap {
            let moment: jiff::Timestamp = written.parse().expect("jiff reads it");
            assert_eq!(moment.as_microsecond(), time.unix_micros(), "{text}");
        }
        assert_eq!(
            finding == Some(FindingKind::NoOffset),
            time.assumed_offset()
        );
        if time.assumed_offset() {
            assert!(
                matches!(time.offset_minutes(), 60 | 120),
                "no offset of Norway"
            );
        }
    } else {
        assert_eq!((finding, written.as_str()), (None, text));
    }
    Some(time)
}
