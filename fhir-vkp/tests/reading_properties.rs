//! Reading under arbitrary input: it never panics, and a deviation put anywhere into a good document is
//! found where it was put.

mod deviations;
mod documents;

use deviations::{Bent, Deviation};
use documents::DOCUMENTS;
use fhir_vkp::decode::{DecodeOptions, Entries, Limits, decode};
use fhir_vkp::view::{CarePlan, Composition, Patient};
use proptest::prelude::*;
use serde_json::Value;

/// Reads with everything that looks at the result.
fn look_at(body: &[u8]) {
    let limits = Limits {
        values: 100_000,
        findings: 20,
        ..Limits::DEFAULT
    };
    let options = DecodeOptions::lenient().with_limits(limits);
    if let Ok(decoded) = decode(body, options) {
        let resource = decoded.resource();
        let _ = (
            format!("{decoded:?}"),
            resource.to_json(),
            resource.unknown_members(),
        );
        assert!(decoded.findings().as_slice().len() <= 20);
        if let Some(bundle) = decoded.bundle() {
            for alarm in bundle.alarms() {
                let _ = (alarm.issue.identified(), alarm.sections.len());
            }
            let _ = bundle.page().matches().count();
        }
        if let Some(patient) = Patient::of(resource) {
            let _ = (patient.full_name(), patient.zones(), patient.main_contact());
        }
        if let Some(note) = Composition::of(resource) {
            let _ = (note.all_sections(), note.is_care_measures());
        }
        if let Some(plan) = CarePlan::of(resource) {
            let _ = plan
                .activities()
                .filter(|visit| visit.period().is_some())
                .count();
        }
        // What was written out again reads again, and says the same again.
        let json = resource.to_json();
        let unbounded = Limits {
            bytes: usize::MAX,
            ..limits
        };
        let again = decode(json.as_bytes(), options.with_limits(unbounded)).expect("own output");
        assert_eq!(again.resource().to_json(), json);
    }
    if let Ok(entries) = Entries::new(body, options) {
        for entry in entries {
            let Ok(entry) = entry else { break };
            let _ = (format!("{entry:?}"), entry.entry().resource());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_met_without_a_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        look_at(&body);
    }

    #[test]
    fn any_tokens_of_json_are_met_without_a_panic(
        body in r#"(\{|\}|\[|\]|:|,|"|"resourceType"|"Bundle"|"entry"|"Patient"|"resource"|null|1|-0\.5e3|\\u|\\ud83d|é| ){0,40}"#,
    ) {
        look_at(body.as_bytes());
        look_at(format!("{{\"resourceType\":\"Bundle\",\"entry\":{body}}}").as_bytes());
    }

    #[test]
    fn truncated_documents_are_met_without_a_panic(
        document in prop::sample::select(DOCUMENTS.to_vec()),
        at in any::<prop::sample::Index>(),
    ) {
        let body = document.trim().as_bytes();
        let body = &body[..at.index(body.len())];
        look_at(body);
        prop_assert!(decode(body, DecodeOptions::lenient()).is_err());
    }

    #[test]
    fn mutated_documents_are_met_without_a_panic(
        document in prop::sample::select(DOCUMENTS.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut body = document.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        look_at(&body);
    }

    #[test]
    fn every_json_value_that_serde_json_reads_is_read_alike(text in json_text()) {
        let body = format!("{{\"resourceType\":\"X\",\"x\":{text}}}");
        let decoded = decode(body.as_bytes(), DecodeOptions::lenient()).expect("read");
        let value: Value = serde_json::from_str(&body).expect("JSON");
        let node = decoded.resource().node().get("x").expect("x");
        prop_assert_eq!(node.original(), text.trim());
        prop_assert!(same(node, &value["x"]), "{}", text);
    }

    #[test]
    fn deviations_anywhere_are_found_where_they_were_put_and_nothing_else_is_lost(
        document in prop::sample::select(DOCUMENTS.to_vec()),
        wanted in prop::collection::vec(
            (prop::sample::select(Deviation::ALL.to_vec()), any::<u16>()),
            1..5,
        ),
        type_last in any::<bool>(),
    ) {
        let mut bent = Bent::new(document);
        for (deviation, place) in wanted {
            bent.bend(deviation, place.into());
        }
        read_bent(&bent, type_last);
    }
}

/// Each is found where it was put, and what was not put in is as before.
fn read_bent(bent: &Bent, type_last: bool) {
    let body = bent.to_json(type_last);
    let decoded = decode(body.as_bytes(), DecodeOptions::lenient()).expect("still read");
    bent.check(&decoded);
    let strict = decode(body.as_bytes(), DecodeOptions::strict());
    assert_eq!(strict.is_err(), bent.deviates(), "{:?}", bent.put());
}

#[test]
fn every_deviation_is_found_at_every_place_where_it_fits() {
    for deviation in Deviation::ALL {
        let mut places = 0;
        for document in DOCUMENTS {
            // The places come round again: a document has fewer than this.
            let mut seen = std::collections::BTreeSet::new();
            for place in 0..2_000 {
                let mut bent = Bent::new(document);
                if !bent.bend(deviation, place) || !seen.insert(bent.to_json(false)) {
                    break;
                }
                read_bent(&bent, place % 2 == 1);
                places += 1;
            }
        }
        assert!(places > 0, "{deviation:?} fits nowhere");
    }
}

/// Names of people where FHIR has its own, and broken behind them.
#[test]
fn a_name_that_is_not_of_fhir_is_in_no_error_path_or_debug_output() {
    let read = |body: &str, options| {
        let decoded = decode(body.as_bytes(), options);
        decoded.map_or_else(
            |error| format!("{error} {error:?}"),
            |decoded| {
                let told: Vec<_> = decoded.findings().iter().map(ToString::to_string).collect();
                let resources = decoded.bundle().map(|bundle| {
                    let entries: Vec<_> = bundle.entries().collect();
                    format!("{entries:?}")
                });
                format!("{told:?} {decoded:?} {resources:?}")
            },
        )
    };
    for (body, shown) in [
        (r#"{"KariNordmann":{"x":"#, "at Resource.?.?)"),
        (
            r#"{"resourceType":"Patient","name":[{"KariNordmann":[{"x":"#,
            "at Resource.name[0].?[0].?)",
        ),
        (
            r#"{"resourceType":"Patient","KariNordmann":1}"#,
            "Patient.?: ",
        ),
        (
            r#"{"resourceType":"Patient","_KariNordmann":1}"#,
            "Patient.?: ",
        ),
        (
            r#"{"resourceType":"Patient","name":[{"KariNordmann":"\ud800"}]}"#,
            "Patient.name[0].?: ",
        ),
        (
            r#"{"resourceType":"Patient","KariNordmann":1,"KariNordmann":2}"#,
            "Patient.?: ",
        ),
        (
            r#"{"resourceType":"KariNordmann","meta":{"profile":["x-v05"]}}"#,
            "?: ",
        ),
        (
            r#"{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"KariNordmann"}}]}"#,
            "Bundle.entry[0].resource: ",
        ),
    ] {
        let lenient = read(body, DecodeOptions::lenient());
        assert!(lenient.contains(shown), "{lenient}");
        let strict = read(body, DecodeOptions::strict());
        for text in [lenient, strict] {
            assert!(!text.contains("Nordmann"), "{text}");
        }
        for entry in Entries::new(body.as_bytes(), DecodeOptions::lenient()).expect("an object") {
            let text = format!(
                "{entry:?} {}",
                entry
                    .as_ref()
                    .err()
                    .map_or_else(String::new, ToString::to_string)
            );
            assert!(!text.contains("Nordmann"), "{text}");
        }
    }
    // What is of FHIR is shown, and the name is there for the program.
    let body = br#"{"resourceType":"ServiceRequest","KariNordmann":1}"#;
    let decoded = decode(body, DecodeOptions::lenient()).expect("read");
    assert_eq!(decoded.resource().shown_type(), "ServiceRequest");
    let body = br#"{"resourceType":"Patient","KariNordmann":1}"#;
    let decoded = decode(body, DecodeOptions::lenient()).expect("read");
    assert_eq!(decoded.resource().unknown_members()[0].0, "KariNordmann");
}

/// JSON text with white space, escapes and every form of number.
fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        "-?(0|[1-9][0-9]{0,8})(\\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?",
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        r#"([a-zø]|\\n|\\"|\\\\|\\/|\\u00e5|\\ud83d\\ude00){0,8}"#
            .prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6)
                .prop_map(|items| format!("[ {} ]", items.join(" , "))),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..6).prop_map(|members| {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("\"{name}\" :\t{value}"))
                    .collect();
                format!("{{\n{}\r\n}}", members.join(",\n"))
            }),
        ]
    })
}

fn same(node: &fhir_vkp::decode::Node<'_>, value: &Value) -> bool {
    match value {
        Value::Null => node.kind() == fhir_vkp::decode::JsonKind::Null,
        Value::Bool(value) => node.as_bool() == Some(*value),
        Value::Number(number) => node
            .as_number()
            .and_then(|digits| serde_json::from_str::<serde_json::Number>(digits).ok())
            .is_some_and(|read| read == *number),
        Value::String(text) => node.as_str() == Some(text),
        Value::Array(items) => {
            node.items().len() == items.len()
                && node
                    .items()
                    .iter()
                    .zip(items)
                    .all(|(node, item)| same(node, item))
        }
        Value::Object(members) => {
            node.members().len() == members.len()
                && members
                    .iter()
                    .all(|(name, value)| node.get(name).is_some_and(|node| same(node, value)))
        }
    }
}
