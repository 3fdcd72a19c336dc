//! One line of a log: a time, a strength, rows.

use climax_rf::dc09::Timestamp;
use climax_rf::f1::{Channel, SignalText, Strength};
use serde_json::Value;

/// What the numbers behind `rssi` are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum StrengthUnit {
    /// dBm where the log says dBm behind the number, else the receiver's own.
    #[default]
    Auto,
    /// dBm.
    Dbm,
    /// The scale of panels, 0 to 9.
    Level,
    /// The receiver's own, such as decibels below full scale.
    Relative,
}

/// When a line was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Microseconds since whatever the log counts from.
    pub(super) micros: i64,
    /// It has a fraction of a second.
    pub(super) fraction: bool,
    /// It says no day.
    pub(super) of_day: bool,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    pub(super) stamp: Option<Stamp>,
    pub(super) strength: Option<Strength>,
    pub(super) channel: Option<Channel>,
    /// Text in which rows stand, if there are any.
    pub(super) rows: Option<String>,
}

impl Line {
    /// Reads a line; one that says nothing is empty.
    pub(super) fn read(text: &str, unit: StrengthUnit) -> Line {
        let text = text.trim();
        if text.starts_with('#') {
            return Line::default();
        }
        match serde_json::from_str(text) {
            Ok(Value::Object(members)) => json(&members, unit),
            _ => plain(text, unit),
        }
    }
}

/// A line as `rtl_433 -F json` prints it.
fn json(members: &serde_json::Map<String, Value>, unit: StrengthUnit) -> Line {
    let as_text = |name: &str| match members.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let strength = ["rssi", "signal"].iter().find_map(|name| as_text(name));
    let mut rows = String::new();
    match members.get("codes").or(members.get("code")) {
        Some(Value::String(codes)) => rows.clone_from(codes),
        Some(Value::Array(codes)) => {
            let codes: Vec<_> = codes.iter().filter_map(Value::as_str).collect();
            rows = codes.join(", ");
        }
        _ => {
            for row in members
                .get("rows")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                let (bits, data) = (row["len"].as_u64(), row["data"].as_str());
                if let (Some(bits), Some(data)) = (bits, data) {
                    rows.push_str(&format!("{{{bits}}}{data}, "));
                }
            }
        }
    }
    Line {
        stamp: as_text("time").and_then(|text| stamp(&text)),
        strength: strength.and_then(|text| read_strength(&text, unit)),
        channel: as_text("channel").and_then(|text| channel(&text)),
        rows: Some(rows).filter(|rows| !rows.is_empty()),
    }
}

fn plain(text: &str, unit: StrengthUnit) -> Line {
    let row = text.find('{');
    let (head, rows) = text.split_at(row.unwrap_or(text.len()));
    let lower = text.to_ascii_lowercase();
    let strength = lower.find("rssi").and_then(|at| {
        let behind = &text[at + "rssi".len()..];
        let value = behind.trim_start_matches([' ', ':', '=', '\t', '"']);
        read_strength(value, unit)
    });
    Line {
        stamp: stamp(head),
        strength,
        channel: match row {
            None => head.split_whitespace().find_map(channel),
            Some(_) => None,
        },
        rows: row.map(|_| rows.to_owned()),
    }
}

fn channel(word: &str) -> Option<Channel> {
    match word {
        "busy" => Some(Channel::Busy),
        "free" => Some(Channel::Free),
        _ => None,
    }
}

fn read_strength(text: &str, unit: StrengthUnit) -> Option<Strength> {
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '-' | '+'));
    let number = &text[..end.unwrap_or(text.len())];
    let behind = text[number.len()..].trim_start();
    let unit = match unit {
        StrengthUnit::Auto if behind.starts_with("dBm") => StrengthUnit::Dbm,
        StrengthUnit::Auto => StrengthUnit::Relative,
        unit => unit,
    };
    if unit == StrengthUnit::Level {
        let text = text.split(['"', '{', '}', ';']).next().unwrap_or(text);
        return SignalText::parse(text).ok().map(|text| text.level.into());
    }
    let value = number.parse::<f64>().ok()?;
    let tenths = (value * 10.0).round();
    let range = f64::from(i16::MIN)..=f64::from(i16::MAX);
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is in the range of an i16"
    )]
    let tenths = range.contains(&tenths).then_some(tenths as i16)?;
    Some(match unit {
        StrengthUnit::Dbm => Strength::deci_dbm(tenths),
        _ => Strength::raw(tenths),
    })
}

/// A time somewhere in a text: `2026-03-14 09:30:00.25`, `2026-03-14T09:30:00.25Z`,
/// `09:30:00.25`, `@12.25s`, or seconds as its first word.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    let cleaned = text.replace(['[', ']', '"', ',', '='], " ");
    let mut words = cleaned.split_whitespace().enumerate().peekable();
    let mut found = None;
    while let Some((index, word)) = words.next() {
        if let Some((day, rest)) = date(word) {
            let time = match rest {
                "" => words.peek().map_or("", |(_, next)| next),
                rest => &rest[1..],
            };
            let mut stamp = time_of_day(time)?;
            stamp.micros += day;
            stamp.of_day = false;
            return Some(stamp);
        }
        if let Some(stamp) = time_of_day(word) {
            return Some(stamp);
        }
        let sample = word
            .strip_prefix('@')
            .and_then(|word| word.strip_suffix('s'));
        if let Some(seconds) = sample.or((index == 0).then_some(word)) {
            found = found.or_else(|| decimal(seconds));
        }
    }
    found
}

/// Microseconds of the day since 1970, and what follows the day.
fn date(word: &str) -> Option<(i64, &str)> {
    let (day, rest) = word.split_at_checked(10)?;
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    if !rest.is_empty() && !rest.starts_with(['T', 't', '_']) {
        return None;
    }
    let day = (year.parse().ok()?, month.parse().ok()?, date.parse().ok()?);
    let midnight = Timestamp::new(day, (0, 0, 0))?;
    Some((midnight.unix_seconds() * 1_000_000, rest))
}

/// `HH:MM:SS` with a fraction and a zone, if there are any.
fn time_of_day(word: &str) -> Option<Stamp> {
    let word = word.trim_end_matches(['Z', 'z']);
    // The place of the zone, and its sign.
    let zone = word.get(8..).and_then(|rest| rest.find(['+', '-']));
    let (clock, zone) = match zone {
        Some(at) => word.split_at(8 + at),
        None => (word, ""),
    };
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
    let second = decimal(second)?;
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || second.micros >= 61_000_000 {
        return None;
    }
    let zone = match zone.split_at_checked(1) {
        Some((sign, offset)) => {
            let digits = offset.replace(':', "");
            let (hours, minutes) = digits.split_at_checked(2)?;
            let minutes = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().unwrap_or(0);
            if sign == "-" { -minutes } else { minutes }
        }
        None => 0,
    };
    let minutes = hour * 60 + minute - zone;
    Some(Stamp {
        micros: minutes * 60_000_000 + second.micros,
        fraction: second.fraction,
        of_day: true,
    })
}

/// Seconds with or without a fraction.
fn decimal(text: &str) -> Option<Stamp> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !fraction.is_none_or(digits) {
        return None;
    }
    let six: String = fraction
        .unwrap_or("0")
        .chars()
        .chain("000000".chars())
        .take(6)
        .collect();
    let micros = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    // Room for the day that may be added.
    let micros = micros.checked_add(six.parse().ok()?)?;
    (micros < i64::MAX / 2).then_some(Stamp {
        micros,
        fraction: fraction.is_some(),
        of_day: false,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_as_tools_write_them() {
        let at = |text: &str| stamp(text).map(|stamp| (stamp.micros, stamp.fraction));
        let day = 1_773_446_400_000_000;
        let half_past_nine = day + 34_200_000_000;
        for (text, expected) in [
            ("2026-03-14 09:30:00", (half_past_nine, false)),
            (
                "2026-03-14 09:30:00.25 codes :",
                (half_past_nine + 250_000, true),
            ),
            (
                "time      : 2026-03-14T09:30:00.250000Z",
                (half_past_nine + 250_000, true),
            ),
            (
                "[2026-03-14T10:30:00.25+01:00]",
                (half_past_nine + 250_000, true),
            ),
            ("09:30:00.5", (34_200_500_000, true)),
            ("@12.25s", (12_250_000, true)),
            ("time : @0.5s", (500_000, true)),
            ("12.25 rx", (12_250_000, true)),
            ("1773480600", (half_past_nine, false)),
        ] {
            assert_eq!(at(text), Some(expected), "{text}");
        }
        for text in ["", "codes :", "model 12", "2026-03-14", "25:00:00"] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn lines_of_text_and_of_json_say_the_same() {
        let auto = StrengthUnit::Auto;
        let text = Line::read("2026-03-14 09:30:00.5 rssi=-87.4 dBm {4}f", auto);
        let json = Line::read(
            r#"{"time":"2026-03-14 09:30:00.5","rssi":"-87.4 dBm","codes":["{4}f"]}"#,
            auto,
        );
        assert_eq!(text, json);
        assert_eq!(text.strength, Some(Strength::deci_dbm(-874)));
        let rows = Line::read(r#"{"rssi":-0.1,"rows":[{"len":4,"data":"f"}]}"#, auto);
        assert_eq!(rows.rows.as_deref(), Some("{4}f, "));
        assert_eq!(rows.strength, Some(Strength::raw(-1)));
        let level = Line::read("1.5 {4}f rssi: Strong, 9", StrengthUnit::Level);
        assert_eq!(level.strength.map(|one| one.value), Some(9));
        assert_eq!(Line::read("12.5 busy", auto).channel, Some(Channel::Busy));
        assert_eq!(Line::read("# 12.5 {4}f", auto), Line::default());
    }

    proptest! {
        #[test]
        fn any_line_is_read(text in ".{0,120}", digits in "[0-9:. T@s{}Z+-]{0,40}") {
            for unit in [StrengthUnit::Auto, StrengthUnit::Level, StrengthUnit::Dbm] {
                let _ = Line::read(&text, unit);
                let _ = Line::read(&format!("{digits} rssi={text}"), unit);
            }
        }
    }
}
