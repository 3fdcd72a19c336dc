//! Whether the path of a finding leads somewhere in the document as serde_json reads it.

use fhir_vkp::{Finding, FindingKind};
use serde_json::Value;

enum Step<'p> {
    Member(&'p str),
    Item(usize),
}

/// Panics when the path of a finding names nothing. What is missing is not there: its parent must be.
pub(super) fn assert_exists(finding: &Finding, document: &Value) {
    let path = finding.path.as_str();
    let mut steps = steps(path);
    assert!(!steps.is_empty(), "a finding without a place");
    steps.remove(0); // the type of the resource
    let missing = matches!(
        finding.kind,
        FindingKind::MissingElement
            | FindingKind::MissingBundleIdentifier
            | FindingKind::MissingTimestamp
    );
    if missing {
        assert!(steps.pop().is_some(), "{finding}");
    }
    let mut found = vec![document];
    for step in &steps {
        found = found.iter().flat_map(|value| below(value, step)).collect();
        assert!(!found.is_empty(), "{finding}: there is no such place");
    }
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, indexes) = part.split_at(part.find('[').unwrap_or(part.len()));
        steps.push(Step::Member(name));
        for index in indexes.split_terminator(']') {
            let index = index.strip_prefix('[').expect("an index");
            steps.push(Step::Item(index.parse().expect("a number")));
        }
    }
    steps
}

fn below<'v>(value: &'v Value, step: &Step<'_>) -> Vec<&'v Value> {
    match (step, value) {
        // A name that is not shown may be any.
        (Step::Member("?"), Value::Object(members)) => members.values().collect(),
        (Step::Member(name), Value::Object(members)) => members.get(*name).into_iter().collect(),
        // An array where one value belongs is read as that value.
        (Step::Member(_), Value::Array(items)) => {
            items.iter().flat_map(|item| below(item, step)).collect()
        }
        (Step::Item(index), Value::Array(items)) => items.get(*index).into_iter().collect(),
        // A single value where an array belongs is read as an array of one.
        (Step::Item(0), value) => vec![value],
        _ => Vec::new(),
    }
}
