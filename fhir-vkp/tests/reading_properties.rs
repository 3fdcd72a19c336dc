//! Reading under arbitrary input: it never panics, and a deviation put anywhere into a good document is
//! found where it was put.

mod documents;

use documents::DOCUMENTS;
use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeOptions, Entries, Findings, Limits, decode};
use fhir_vkp::view::{CarePlan, Composition, Patient};
use proptest::prelude::*;
use serde_json::{Map, Value};

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
    fn a_deviation_anywhere_is_found_where_it_was_put(
        document in prop::sample::select(DOCUMENTS.to_vec()),
        place in any::<prop::sample::Index>(),
        deviation in prop::sample::select(Deviation::ALL.to_vec()),
    ) {
        let mut value: Value = serde_json::from_str(document).expect("JSON");
        let Some((path, expected)) = deviation.put_into(&mut value, place) else {
            return Ok(());
        };
        let body = value.to_string();
        let decoded = decode(body.as_bytes(), DecodeOptions::lenient()).expect("still read");
        let found: Vec<String> = decoded.findings().iter().map(ToString::to_string).collect();
        prop_assert!(
            decoded.findings().of(expected).any(|found| found.path.as_str() == path),
            "{:?} at {} in {:?}", expected, path, found
        );
        // Repaired, it is the document that it was before.
        if deviation.is_undone() {
            let again: Value = serde_json::from_str(&decoded.resource().to_json()).expect("JSON");
            let before: Value = serde_json::from_str(document).expect("JSON");
            prop_assert_eq!(again, before);
        }
        assert_only(decoded.findings(), expected);
    }
}

/// Nothing but the deviation, and what it entails.
fn assert_only(findings: &Findings, expected: FindingKind) {
    for found in findings {
        let entailed = matches!(
            found.kind,
            FindingKind::MissingElement
                | FindingKind::MissingBundleIdentifier
                | FindingKind::CompositionNotFirst
                | FindingKind::DanglingReference
                | FindingKind::UnknownResource
                | FindingKind::CheckDigit
        );
        assert!(found.kind == expected || entailed, "{found}");
    }
}

#[derive(Clone, Copy, Debug)]
enum Deviation {
    UnknownMember,
    EmptyString,
    EmptyObject,
    EmptyArray,
    Null,
    SingleForArray,
    NumberForText,
}

impl Deviation {
    const ALL: [Self; 7] = [
        Self::UnknownMember,
        Self::EmptyString,
        Self::EmptyObject,
        Self::EmptyArray,
        Self::Null,
        Self::SingleForArray,
        Self::NumberForText,
    ];

    /// Whether the repair gives the document back.
    fn is_undone(self) -> bool {
        !matches!(self, Self::UnknownMember | Self::NumberForText)
    }

    /// Puts it into one of the objects, or into the place of one of the arrays or texts.
    fn put_into(
        self,
        value: &mut Value,
        place: prop::sample::Index,
    ) -> Option<(String, FindingKind)> {
        let root = value["resourceType"].as_str()?.to_owned();
        let mut places = Vec::new();
        gather(value, &root, &mut places);
        let wanted: Vec<_> = places
            .into_iter()
            .filter(|(_, pointer)| self.fits(value, pointer))
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let (path, pointer) = &wanted[place.index(wanted.len())];
        let target = value.pointer_mut(pointer)?;
        let add = |target: &mut Value, name: &str, new: Value| {
            let object = target.as_object_mut()?;
            object.insert(name.to_owned(), new);
            Some(format!("{path}.{name}"))
        };
        // Every object of these documents may have an id, and every object that is no resource none of
        // its own here.
        Some(match self {
            Self::UnknownMember => (
                add(target, "x-vendor", Value::from(1)).map(|_| format!("{path}.?"))?,
                FindingKind::UnknownMember,
            ),
            Self::EmptyString => (
                add(target, "id", Value::from(""))?,
                FindingKind::EmptyString,
            ),
            Self::EmptyObject => (
                add(target, "id", Value::Object(Map::new()))?,
                FindingKind::EmptyObject,
            ),
            Self::EmptyArray => (
                add(target, "id", Value::Array(vec![]))?,
                FindingKind::EmptyArray,
            ),
            Self::Null => (add(target, "id", Value::Null)?, FindingKind::Null),
            Self::SingleForArray => {
                let single = target.as_array_mut()?.remove(0);
                *target = single;
                (path.clone(), FindingKind::SingleObjectForArray)
            }
            Self::NumberForText => {
                *target = Value::from(7);
                (path.clone(), FindingKind::StringAsNumber)
            }
        })
    }

    fn fits(self, value: &Value, pointer: &str) -> bool {
        let Some(target) = value.pointer(pointer) else {
            return false;
        };
        match self {
            Self::SingleForArray => target.as_array().is_some_and(|array| array.len() == 1),
            // A text that is no code and leads nowhere.
            Self::NumberForText => {
                target.is_string()
                    && [
                        "/display",
                        "/value",
                        "/title",
                        "/text",
                        "/description",
                        "/city",
                    ]
                    .iter()
                    .any(|end| pointer.ends_with(end))
            }
            _ => target.is_object(),
        }
    }
}

/// Every value with its path for a finding and its JSON pointer.
fn gather(value: &Value, path: &str, places: &mut Vec<(String, String)>) {
    fn walk(value: &Value, path: &str, pointer: &str, places: &mut Vec<(String, String)>) {
        places.push((path.to_owned(), pointer.to_owned()));
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let (path, pointer) = (format!("{path}.{name}"), format!("{pointer}/{name}"));
                    walk(member, &path, &pointer, places);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let (path, pointer) =
                        (format!("{path}[{index}]"), format!("{pointer}/{index}"));
                    walk(item, &path, &pointer, places);
                }
            }
            _ => {}
        }
    }
    walk(value, path, "", places);
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
