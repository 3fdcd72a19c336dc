//! Answers of the web interface of panels, beside serde_json where they are JSON already (Climax
//! reference 9).

use climax_rf::Time;
use climax_rf::panel_web::{
    Limits, Part, Read, ReadError, Text, read_conditions, read_devices, read_log_lines,
    read_records, read_report_events, read_token,
};
use serde_json::Value;

/// Reads an answer as every kind, with the usual limits and with tight ones.
pub fn climax_panel_web(answer: &[u8]) {
    let usual = Limits::default();
    let mut tight = Limits::default();
    (tight.bytes, tight.rows, tight.depth, tight.warnings) = (64, 2, 3, 1);
    for limits in [usual, tight] {
        let outcomes = [
            outcome(read_devices(answer, &limits), &limits, |device| {
                device.status.iter().for_each(text);
            }),
            outcome(read_log_lines(answer, &limits), &limits, |_| {}),
            outcome(read_records(answer, &limits), &limits, |_| {}),
            outcome(read_report_events(answer, &limits), &limits, |_| {}),
        ];
        // What is no list of rows is that for every kind.
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]));
        let conditions = read_conditions(answer, &limits).map(|read| {
            let _ = format!("{read:?}");
            read.rows.len()
        });
        let token = read_token(answer, Time::ZERO, &limits).map(|_| 1);
        for outcome in [outcomes[0], conditions, token] {
            judged(answer, outcome, &limits);
        }
    }
    if let Ok(own) = std::str::from_utf8(answer) {
        text(&Text::new(own));
    }
}

fn outcome<T: std::fmt::Debug>(
    read: Result<Read<T>, ReadError>,
    limits: &Limits,
    row: impl Fn(&T),
) -> Result<usize, ReadError> {
    let read = read?;
    assert!(read.rows.len() <= limits.rows && read.warnings.len() <= limits.warnings);
    assert!(read.more_warnings == 0 || read.warnings.len() == limits.warnings);
    read.rows.iter().for_each(row);
    for warning in &read.warnings {
        let _ = warning.code();
    }
    let _ = format!("{read:?}");
    Ok(read.rows.len())
}

/// What is JSON is never refused for its syntax, and what is too deep or too long is.
fn judged(answer: &[u8], outcome: Result<usize, ReadError>, limits: &Limits) {
    if answer.len() > limits.bytes {
        let (length, limit) = (answer.len(), limits.bytes);
        assert_eq!(outcome, Err(ReadError::TooLong { length, limit }));
        return;
    }
    let Ok(value) = serde_json::from_slice::<Value>(answer) else {
        return;
    };
    let deep = depth(&value) > limits.depth;
    assert_eq!(matches!(outcome, Err(ReadError::TooDeep { .. })), deep);
    assert!(
        !matches!(outcome, Err(ReadError::Syntax { .. })),
        "{outcome:?}"
    );
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The parts of a text are all of it.
fn text(text: &Text) {
    let mut whole = Some(String::new());
    for part in text.parts() {
        let piece = match part {
            Part::Plain(piece) | Part::Unknown(piece) => piece,
            Part::Known { placeholder, .. } => placeholder,
            Part::Temperature => "{WEB_MSG_TS_DEGREE}",
            Part::Humidity => "{WEB_MSG_RH_HUMIDITY}",
            // Its number can be written in more than one way.
            _ => {
                whole = None;
                continue;
            }
        };
        if let Some(whole) = &mut whole {
            whole.push_str(piece);
        }
    }
    if let Some(whole) = whole {
        assert_eq!(whole, text.as_str());
    }
    for reading in [text.temperature(), text.humidity()].into_iter().flatten() {
        assert!(reading.value().is_none_or(f64::is_finite));
        assert!(text.as_str().contains(reading.as_str()));
    }
    let _ = text.to_string();
}
