//! Date-times of FHIR (FHIR reference 13 rule 8, 14.8).

use fhir_vkp::{DateTime, FindingKind, Precision};
use proptest::prelude::*;

fn read(text: &str) -> (DateTime, Option<FindingKind>) {
    DateTime::parse(text).unwrap_or_else(|_| panic!("{text} is a date-time"))
}

/// A point in time as RFC 3339 in UTC.
fn utc(text: &str) -> String {
    read(text).0.timestamp().to_string()
}

#[test]
fn every_form_of_the_reference_is_read() {
    use Precision::{Day, Minute, Month, Second, Year};
    let forms = [
        ("2026", Year, None, "2026"),
        ("2026-03", Month, None, "2026-03"),
        ("2026-03-14", Day, None, "2026-03-14"),
        (
            "2026-03-14T02:17+01:00",
            Minute,
            Some(FindingKind::NoSeconds),
            "2026-03-14T02:17:00+01:00",
        ),
        (
            "2026-03-14T02:17",
            Minute,
            Some(FindingKind::NoOffset),
            "2026-03-14T02:17:00+01:00",
        ),
        (
            "2026-03-14T02:17Z",
            Minute,
            Some(FindingKind::NoSeconds),
            "2026-03-14T02:17:00Z",
        ),
        ("2026-03-14T02:17:41Z", Second, None, "2026-03-14T02:17:41Z"),
        (
            "2026-03-14T02:17:41+01:00",
            Second,
            None,
            "2026-03-14T02:17:41+01:00",
        ),
        (
            "2026-03-14T02:17:41.5-03:30",
            Second,
            None,
            "2026-03-14T02:17:41.5-03:30",
        ),
        (
            "2026-03-14T02:17:41",
            Second,
            Some(FindingKind::NoOffset),
            "2026-03-14T02:17:41+01:00",
        ),
        (
            "2026-07-14T02:17:41.25",
            Second,
            Some(FindingKind::NoOffset),
            "2026-07-14T02:17:41.25+02:00",
        ),
        (
            "2026-03-14T02:17:41.1234567+00:00",
            Second,
            None,
            "2026-03-14T02:17:41.1234567+00:00",
        ),
    ];
    for (text, precision, finding, printed) in forms {
        let (date_time, found) = read(text);
        assert_eq!(date_time.as_str(), text);
        assert_eq!(date_time.precision(), precision, "{text}");
        assert_eq!(found, finding, "{text}");
        assert_eq!(date_time.to_string(), printed);
        let assumed = precision < Minute || finding == Some(FindingKind::NoOffset);
        assert_eq!(date_time.assumed_offset(), assumed, "{text}");
    }
}

#[test]
fn a_time_means_a_point_in_time() {
    assert_eq!(
        utc("2026-03-14T02:17:41.1234567+01:00"),
        "2026-03-14T01:17:41.123456Z"
    );
    assert_eq!(
        utc("2026-03-14T02:17:41-03:30"),
        "2026-03-14T05:47:41.000000Z"
    );
    assert_eq!(utc("2026-03-14"), "2026-03-13T23:00:00.000000Z");
    assert_eq!(utc("2026-07"), "2026-06-30T22:00:00.000000Z");
    assert_eq!(utc("2026-06-30T23:59:60Z"), "2026-07-01T00:00:00.000000Z");
    assert_eq!(read("2026-07-14T02:17:41").0.offset_minutes(), 120);
    assert_eq!(read("2026-03-14T02:17:41-03:30").0.offset_minutes(), -210);
}

#[test]
fn the_hour_that_comes_twice_is_the_first_one_and_the_one_that_is_left_out_comes_later() {
    // The last Sunday of October 2026 is the 25th, that of March the 29th.
    assert_eq!(utc("2026-10-25T02:30:00"), "2026-10-25T00:30:00.000000Z");
    assert_eq!(
        read("2026-10-25T02:30:00").0.to_string(),
        "2026-10-25T02:30:00+02:00"
    );
    assert_eq!(utc("2026-10-25T03:00:00"), "2026-10-25T02:00:00.000000Z");
    assert_eq!(utc("2026-03-29T02:30:00"), "2026-03-29T01:30:00.000000Z");
    assert_eq!(
        read("2026-03-29T02:30:00").0.to_string(),
        "2026-03-29T02:30:00+01:00",
        "what is written means the same moment"
    );
    assert_eq!(utc("2026-03-29T03:30:00"), "2026-03-29T01:30:00.000000Z");
}

#[test]
fn what_is_no_date_time_is_refused() {
    let texts = [
        "",
        "26",
        "0000",
        "2026-",
        "2026-13",
        "2026-00",
        "2026-02-29",
        "2026-3-1",
        "20260314",
        "2026-03-14T",
        "2026-03-14T02",
        "2026-03-14T24:00:00Z",
        "2026-03-14T02:60Z",
        "2026-03-14T02:17:61Z",
        "2026-03-14T02:17:41.Z",
        "2026-03-14T02:17:41+1",
        "2026-03-14T02:17:41+0100",
        "2026-03-14T02:17:41+14:01",
        "2026-03-14T02:17:41+01:60",
        "2026-03-14T02:17:41Z ",
        " 2026",
        "2026-03-14 02:17:41Z",
        "2026-03-14T02:17:41z",
        "i går",
        "９０２６",
        "2026-03-14T02:17:41+01:00+01:00",
        "2026Z",
        "2026-03-14Z",
    ];
    for text in texts {
        assert!(DateTime::parse(text).is_err(), "{text}");
    }
    let long = format!("2026-03-14T02:17:41.{}Z", "1".repeat(DateTime::LONGEST));
    assert!(DateTime::parse(&long).is_err());
}

#[test]
fn what_is_written_has_seconds_and_the_offset_of_the_source() {
    let micros = 1_773_451_061_000_000;
    let written =
        |micros, offset| DateTime::from_unix_micros(micros, offset).map(|t| t.to_string());
    assert_eq!(
        written(micros, 60).as_deref(),
        Ok("2026-03-14T02:17:41+01:00")
    );
    assert_eq!(
        written(micros, 0).as_deref(),
        Ok("2026-03-14T01:17:41+00:00")
    );
    assert_eq!(
        written(micros, -210).as_deref(),
        Ok("2026-03-13T21:47:41-03:30")
    );
    assert_eq!(
        written(micros + 120_000, 60).as_deref(),
        Ok("2026-03-14T02:17:41.120+01:00")
    );
    assert_eq!(
        written(micros + 7, 60).as_deref(),
        Ok("2026-03-14T02:17:41.000007+01:00")
    );
    assert!(written(micros, 841).is_err() && written(micros, -841).is_err());
    assert!(written(i64::MAX, 0).is_err() && written(i64::MIN, 0).is_err());
    assert!(written(i64::MAX, i16::MAX).is_err());
}

proptest! {
    #[test]
    fn a_point_in_time_comes_back(
        micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000,
        offset in -840_i16..=840,
    ) {
        let written = DateTime::from_unix_micros(micros, offset).expect("in range");
        let (read, finding) = DateTime::parse(&written.to_string()).expect("what was written");
        prop_assert_eq!(finding, None);
        prop_assert_eq!(read.unix_micros(), micros);
        prop_assert_eq!(read.offset_minutes(), offset);
        prop_assert_eq!(read, written);
    }

    #[test]
    fn any_text_is_read_or_refused_and_what_is_printed_is_legal(
        text in "[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,12})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?",
    ) {
        if let Ok((read, _)) = DateTime::parse(&text) {
            prop_assert_eq!(read.as_str(), &text);
            let (again, finding) = DateTime::parse(&read.to_string()).expect("legal");
            prop_assert_eq!(finding, None);
            prop_assert_eq!(again.timestamp(), read.timestamp());
            prop_assert_eq!(again.offset_minutes(), read.offset_minutes());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = DateTime::parse(&text);
    }
}
