//! What the tests of reading share.

use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeErrorKind, DecodeOptions, Decoded, decode};
use fhir_vkp::view::DetectedIssue;

pub(crate) const ALARM: &str = include_str!("../documents/alarm.json");

pub(crate) fn lenient(text: &str) -> Decoded<'_> {
    decode(text.as_bytes(), DecodeOptions::lenient()).expect("read")
}

pub(crate) fn findings(decoded: &Decoded<'_>) -> Vec<(FindingKind, String)> {
    let findings = decoded.findings().iter();
    findings
        .map(|found| (found.kind, found.path.to_string()))
        .collect()
}

/// A DetectedIssue with these members besides the mandatory ones; exactly these findings.
pub(crate) fn issue(
    members: &str,
    expected: &[(FindingKind, &str)],
    check: impl FnOnce(DetectedIssue<'_>),
) {
    let text = format!(r#"{{"resourceType": "DetectedIssue", "status": "final", {members}}}"#);
    with(&text, expected, |decoded| {
        check(DetectedIssue::of(decoded.resource()).expect("a DetectedIssue"));
    });
}

pub(crate) fn with(text: &str, expected: &[(FindingKind, &str)], check: impl FnOnce(&Decoded<'_>)) {
    let decoded = lenient(text);
    let found = findings(&decoded);
    let found: Vec<(FindingKind, &str)> = found.iter().map(|(k, p)| (*k, p.as_str())).collect();
    assert_eq!(found, expected, "{text}");
    check(&decoded);
    // Strict reading refuses what lenient reading reports.
    let strict = decode(text.as_bytes(), DecodeOptions::strict());
    match expected.first() {
        None => assert!(strict.is_ok()),
        Some((kind, path)) => {
            let error = strict.expect_err("a deviation");
            assert_eq!(error.kind, DecodeErrorKind::Deviation(*kind));
            assert_eq!(error.path.as_str(), *path);
        }
    }
    // What was repaired has nothing left to repair.
    let again = decoded.resource().to_json();
    let left: Vec<FindingKind> = lenient(&again).findings().iter().map(|f| f.kind).collect();
    for kind in left {
        assert!(!is_repaired(kind), "{kind:?} is left in {again}");
    }
    // No finding shows a value.
    let shown = format!("{decoded:?}");
    assert!(!shown.contains("17712811226") && !shown.contains("NATTUGLE"));
}

fn is_repaired(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::SingleObjectForArray
            | FindingKind::EmptyString
            | FindingKind::EmptyObject
            | FindingKind::EmptyArray
            | FindingKind::Null
            | FindingKind::DuplicateKey
            | FindingKind::NumberAsString
            | FindingKind::StringAsNumber
            | FindingKind::BooleanAsString
            | FindingKind::ArrayForSingle
            | FindingKind::InvalidString
            | FindingKind::ByteOrderMark
    )
}
