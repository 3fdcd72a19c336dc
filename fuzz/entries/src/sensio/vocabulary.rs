//! Files of other vendors' events, and their messages (Partner API reference 15).

use alarm_codes::{Class, EventId, Kind, Phase, Timestamp};
use sensio_partner::vocabulary::{
    Action, Basis, ReadError, ReadWarning, Reading, SHIPPED, Vocabulary, check,
};
use serde_json::Value;

use super::plain;

/// The first byte says which file: a shipped one, or the text in front of the first NUL. The rest
/// is a message.
pub fn sensio_vocabulary(data: &[u8]) {
    let Some((&which, rest)) = data.split_first() else {
        return;
    };
    if let Some((_, text)) = SHIPPED.get(usize::from(which)) {
        let vocabulary = Vocabulary::parse(text).expect("a shipped file");
        message(&vocabulary, rest);
        return;
    }
    let (text, rest) = match rest.iter().position(|byte| *byte == 0) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, &b"{}"[..]),
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let report = check(text);
    assert!(!report.to_string().is_empty());
    let lines = text.lines().count().max(1) + 1;
    for problem in report.problems.iter().chain(&report.warnings) {
        assert!((1..=lines).contains(&problem.line), "{problem}");
    }
    match Vocabulary::parse(text) {
        Ok(vocabulary) => {
            assert!(report.is_usable());
            assert_eq!(vocabulary.rules().len(), report.rows);
            assert!(
                vocabulary
                    .rules()
                    .iter()
                    .all(|rule| (1..=lines).contains(&rule.line))
            );
            message(&vocabulary, rest);
        }
        Err(error) => assert!(!error.is_usable() && error == report),
    }
}

fn message(vocabulary: &Vocabulary, message: &[u8]) {
    let limits = vocabulary.limits();
    let json = plain(message);
    match vocabulary.read(message) {
        Ok(readings) => {
            assert!(json.is_some() && readings.len() <= limits.events.max(1));
            for reading in &readings {
                one(vocabulary, reading, message);
            }
        }
        Err(ReadError::TooLarge { bytes, limit }) => {
            assert_eq!((bytes, limit), (message.len(), limits.bytes));
            assert!(bytes > limit);
        }
        Err(ReadError::TooDeep { limit }) => {
            assert_eq!(limit, limits.depth);
            assert!(json.is_none_or(|json| depth(&json) > limit));
        }
        Err(ReadError::NotJson { .. }) => assert!(json.is_none(), "JSON is refused"),
        Err(ReadError::TooManyEvents { events, limit }) => assert!(events > limit),
        Err(other) => panic!("{other}"),
    }
}

fn depth(value: &Value) -> usize {
    let deepest = match value {
        Value::Array(values) => values.iter().map(depth).max(),
        Value::Object(members) => members.values().map(depth).max(),
        _ => return 0,
    };
    1 + deepest.unwrap_or(0)
}

/// Nothing is dropped: every item is an event, and it says what it was.
fn one(vocabulary: &Vocabulary, reading: &Reading<'_>, message: &[u8]) {
    let has = |warning| reading.warnings.contains(&warning);
    assert_eq!(has(ReadWarning::NoDevice), reading.device.is_none());
    assert_eq!(has(ReadWarning::NoEvent), reading.event.is_none());
    match reading.basis {
        Basis::Rule(rule) => {
            assert!(
                vocabulary
                    .rules()
                    .iter()
                    .any(|known| std::ptr::eq(known, rule))
            );
            assert_eq!(
                (reading.kind, reading.event_type),
                (rule.kind, rule.event_type)
            );
            assert_eq!(reading.uncertain(), rule.uncertain);
            assert_eq!(reading.clears_within(), rule.clears_within);
        }
        Basis::Unmatched => {
            assert!(reading.event_type.is_none() && reading.uncertain());
            assert_eq!(has(ReadWarning::UnknownEvent), reading.event.is_some());
            assert!(reading.clears().is_empty());
        }
        other => panic!("{other:?}"),
    }
    let event = reading.to_event(EventId(1), Timestamp::UNIX_EPOCH, message);
    assert_eq!((event.kind, event.phase), (reading.kind, reading.phase));
    assert_eq!(event.device.controller, reading.device);
    assert_eq!(event.correlation.source_ref, reading.reference);
    assert_eq!(event.correlation.clears_kinds, reading.clears());
    assert!(event.raw.is_some(), "the message goes with it");
    assert!(reading.action != Action::Log || event.class == Class::Info);
    if let Some(settles) = reading.settles(EventId(2), Timestamp::UNIX_EPOCH) {
        assert_eq!(settles.kind, Kind::Cancel);
        assert!(reading.phase != Phase::End && !reading.clears().is_empty());
    }
}
