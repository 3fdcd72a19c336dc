//! Long answers to a search, page by page and entry by entry.

use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeErrorKind, DecodeOptions, Entries, Limits, SearchMode, decode};
use fhir_vkp::view::Patient;

fn page(entries: usize) -> String {
    let mut text = String::from(
        r#"{"resourceType": "Bundle", "type": "searchset", "total": 70000,
            "link": [{"relation": "self", "url": "https://hub.example.net/Patient"},
                     {"relation": "next", "url": "https://hub.example.net/Patient?cursor=abc"}],
            "entry": ["#,
    );
    for number in 0..entries {
        if number > 0 {
            text.push(',');
        }
        text.push_str(&format!(
            r#"{{"fullUrl": "https://hub.example.net/Patient/{number}",
                "resource": {{"resourceType": "Patient", "id": "{number}",
                    "name": [{{"family": "NATTUGLE", "given": ["NR {number}"]}}]}},
                "search": {{"mode": "match"}}}}"#
        ));
    }
    text.push_str("]}");
    text
}

#[test]
fn a_page_has_matches_included_resources_and_the_next_link() {
    let text = r#"{"resourceType": "Bundle", "type": "searchset", "total": 2,
        "link": [{"relation": "next", "url": "https://hub.example.net/next"}],
        "entry": [
            {"resource": {"resourceType": "EpisodeOfCare", "status": "active", "patient": {"reference": "Patient/1"}},
             "search": {"mode": "match"}},
            {"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "include"}},
            {"resource": {"resourceType": "Patient", "id": "2"}},
            {"resource": {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]},
             "search": {"mode": "outcome"}}]}"#;
    let decoded = decode(text.as_bytes(), DecodeOptions::strict()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    assert_eq!(bundle.total(), Some(2));
    let page = bundle.page();
    assert_eq!(page.next, Some("https://hub.example.net/next"));
    let modes: Vec<_> = page
        .entries
        .iter()
        .map(|entry| entry.search_mode())
        .collect();
    assert_eq!(
        modes,
        [
            SearchMode::Match,
            SearchMode::Include,
            SearchMode::Unstated,
            SearchMode::Outcome
        ]
    );
    let matches: Vec<_> = page.matches().map(|found| found.resource_type()).collect();
    assert_eq!(matches, ["EpisodeOfCare", "Patient"]);
    assert_eq!(page.matches_of("EpisodeOfCare").count(), 1);
}

#[test]
fn one_bad_entry_costs_only_itself() {
    let text = r#"{"resourceType": "Bundle", "type": "searchset", "entry": [
        {"resource": {"resourceType": "Patient", "name": "x"}},
        {"resource": "gone"},
        17,
        {"resource": {"resourceType": "Patient", "id": "2"}}]}"#;
    let decoded = decode(text.as_bytes(), DecodeOptions::lenient()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    let patients: Vec<_> = bundle
        .of_type("Patient")
        .map(|patient| patient.id())
        .collect();
    assert_eq!(patients, [None, Some("2")]);
    let last = bundle.entries().next_back().expect("an entry");
    assert_eq!(last.index(), 3);
    assert_eq!(decoded.findings().below(&last.path()).count(), 0);
    let first = bundle.entries().next().expect("an entry");
    let found: Vec<_> = decoded
        .findings()
        .below(&first.path())
        .map(|f| f.kind)
        .collect();
    assert_eq!(
        found,
        [FindingKind::SingleObjectForArray, FindingKind::WrongType]
    );
}

#[test]
fn the_answer_to_a_batch_says_what_became_of_each_entry() {
    let text = r#"{"resourceType": "Bundle", "type": "batch-response", "entry": [
        {"fullUrl": "urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2b01",
         "response": {"status": "201 Created", "location": "Observation/1"}},
        {"fullUrl": "urn:uuid:6f9b2f9e-3f3a-4f5e-9b54-5a1f3f8e2b02",
         "response": {"status": "400 Bad Request", "outcome": {"resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": "invalid"}]}}}]}"#;
    let decoded = decode(text.as_bytes(), DecodeOptions::strict()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    let entries: Vec<_> = bundle.entries().collect();
    assert_eq!(entries[0].response_status(), Some("201 Created"));
    assert_eq!(entries[0].response_location(), Some("Observation/1"));
    let outcome = entries[1].response_outcome().expect("an outcome");
    assert_eq!(outcome.resource_type(), "OperationOutcome");
}

#[test]
fn entries_come_one_by_one_as_they_do_together() {
    let text = page(40);
    let decoded = decode(text.as_bytes(), DecodeOptions::strict()).expect("read");
    let bundle = decoded.bundle().expect("a Bundle");
    let mut entries = Entries::new(text.as_bytes(), DecodeOptions::strict()).expect("begun");
    let mut count = 0;
    for (together, alone) in bundle.entries().zip(entries.by_ref()) {
        let alone = alone.expect("an entry");
        assert_eq!(alone.entry().original(), together.original());
        assert_eq!(alone.entry().index(), together.index());
        count += 1;
    }
    assert_eq!(count, 40);
    assert!(entries.next().is_none());
    assert_eq!(
        entries.next_page(),
        Some("https://hub.example.net/Patient?cursor=abc")
    );
    assert_eq!(entries.total(), Some(70_000));
    assert_eq!(entries.bundle_type(), Some("searchset"));
}

#[test]
fn ten_megabytes_are_read_with_no_more_than_an_entry_of_values() {
    let text = page(38_000);
    assert!(
        text.len() > 8_000_000 && text.len() < 10_000_000,
        "{}",
        text.len()
    );
    let limits = Limits {
        values: 20,
        ..Limits::DEFAULT
    };
    let options = DecodeOptions::lenient().with_limits(limits);
    let mut names = 0;
    let mut entries = Entries::new(text.as_bytes(), options).expect("begun");
    for entry in entries.by_ref() {
        let entry = entry.expect("an entry");
        let resource = entry.entry().resource().expect("a resource");
        let patient = Patient::of(resource).expect("a patient");
        names += usize::from(patient.full_name().is_some());
    }
    assert_eq!(names, 38_000);
    assert!(entries.next_page().is_some());
    // All at once would pass the limit.
    let error = decode(text.as_bytes(), options).expect_err("too many");
    assert_eq!(error.kind, DecodeErrorKind::TooManyValues { limit: 20 });
}

#[test]
fn a_broken_end_costs_only_what_comes_after_it() {
    let text = page(3);
    let broken = &text[..text.len() - 40];
    let entries = Entries::new(broken.as_bytes(), DecodeOptions::lenient()).expect("begun");
    let read: Vec<_> = entries.collect();
    assert_eq!(read.len(), 3);
    assert!(read[0].is_ok() && read[1].is_ok());
    let error = read[2].as_ref().expect_err("broken");
    assert!(
        error.path.as_str().starts_with("Bundle.entry[2]"),
        "{error}"
    );
}

#[test]
fn a_single_entry_for_an_array_is_an_entry() {
    let text = r#"{"entry": {"resource": {"resourceType": "Patient"}}, "resourceType": "Bundle"}"#;
    let mut entries = Entries::new(text.as_bytes(), DecodeOptions::lenient()).expect("begun");
    assert_eq!(entries.by_ref().filter(Result::is_ok).count(), 1);
    let kinds: Vec<_> = entries.findings().iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [FindingKind::SingleObjectForArray]);
}

#[test]
fn what_is_no_entry_is_handed_out_the_same_at_once_and_one_by_one() {
    for (entry, expected) in [
        ("3", 1),
        ("\"x\"", 1),
        ("true", 1),
        ("\"\"", 0),
        ("null", 0),
    ] {
        let text = format!(r#"{{"resourceType": "Bundle", "entry": {entry}}}"#);
        let whole = decode(text.as_bytes(), DecodeOptions::lenient()).expect("a Bundle");
        let at_once = whole.bundle().expect("a Bundle").entries().count();
        let entries = Entries::new(text.as_bytes(), DecodeOptions::lenient()).expect("begun");
        let one_by_one = entries.filter(Result::is_ok).count();
        assert_eq!((at_once, one_by_one), (expected, expected), "{entry}");
    }
}

#[test]
fn what_is_no_bundle_is_said_at_the_end() {
    for (text, kind) in [
        (
            r#"{"resourceType": "Patient"}"#,
            DecodeErrorKind::OtherType { expected: "Bundle" },
        ),
        ("{}", DecodeErrorKind::NoResourceType),
    ] {
        let entries = Entries::new(text.as_bytes(), DecodeOptions::lenient()).expect("begun");
        let read: Vec<_> = entries.collect();
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].as_ref().expect_err("no Bundle").kind, kind);
    }
}

#[test]
fn a_single_link_is_a_link_and_an_empty_one_is_none() {
    for (link, next) in [
        (
            r#"{"relation": "next", "url": "https://hub.example.net/2"}"#,
            true,
        ),
        (
            r#"[{"relation": "next", "url": "https://hub.example.net/2"}]"#,
            true,
        ),
        (r#"[{"relation": "next", "url": ""}]"#, false),
        (r#""next""#, false),
    ] {
        let text = format!(r#"{{"resourceType": "Bundle", "link": {link}, "entry": []}}"#);
        let mut entries = Entries::new(text.as_bytes(), DecodeOptions::lenient()).expect("begun");
        assert!(entries.next().is_none());
        let expected = next.then_some("https://hub.example.net/2");
        assert_eq!(entries.next_page(), expected, "{link}");
    }
}
