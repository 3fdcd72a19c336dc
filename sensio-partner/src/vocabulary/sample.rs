//! A file's own samples, held against what it makes of them.

use super::file;
use super::read::{Basis, Reading};
use super::report::ProblemKind;
use super::rules::Vocabulary;

/// What a sample can expect.
pub(super) const FIELDS: [&str; 10] = [
    "device",
    "event",
    "state",
    "time",
    "reference",
    "kind",
    "phase",
    "action",
    "sensio",
    "unmatched",
];

fn field(reading: &Reading<'_>, member: &str) -> Option<String> {
    let none = || String::from("none");
    let text = |text: &Option<String>| text.clone().unwrap_or_else(none);
    Some(match member {
        "device" => text(&reading.device),
        "event" => text(&reading.event),
        "state" => text(&reading.state),
        "time" => reading
            .time
            .as_ref()
            .map_or_else(none, |time| time.as_str().to_owned()),
        "reference" => text(&reading.reference),
        "kind" => reading.kind.name().to_owned(),
        "phase" => reading.phase.name().to_owned(),
        "action" => reading.action.name().to_owned(),
        "sensio" => reading
            .event_type
            .map_or_else(none, |code| code.to_string()),
        "unmatched" => (reading.basis == Basis::Unmatched).to_string(),
        _ => return None,
    })
}

fn expected(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What is wrong with a sample; notes the rules that it shows.
pub(super) fn check(
    vocabulary: &Vocabulary,
    sample: &file::Sample,
    shown: &mut [bool],
) -> Vec<ProblemKind> {
    let readings = match vocabulary.read(sample.json.as_bytes()) {
        Ok(readings) => readings,
        Err(error) => return vec![ProblemKind::SampleNotRead(error)],
    };
    let mut problems = Vec::new();
    if sample.name.trim().is_empty() {
        problems.push(ProblemKind::Empty("name"));
    }
    if readings.len() != sample.expect.len() {
        problems.push(ProblemKind::SampleCount {
            expected: sample.expect.len(),
            found: readings.len(),
        });
    }
    for (number, (reading, wanted)) in readings.iter().zip(&sample.expect).enumerate() {
        if let Basis::Rule(rule) = reading.basis {
            let place = vocabulary
                .rules
                .iter()
                .position(|known| known.line == rule.line);
            if let Some(place) = place {
                shown[place] = true;
            }
        }
        for (member, value) in wanted {
            let Some(known) = FIELDS.iter().find(|known| *known == member) else {
                problems.push(ProblemKind::SampleMember(member.clone()));
                continue;
            };
            let (found, expected) = (field(reading, known).unwrap_or_default(), expected(value));
            if found != expected {
                problems.push(ProblemKind::SampleDiffers {
                    event: number + 1,
                    member: known,
                    expected,
                    found,
                });
            }
        }
    }
    problems
}
