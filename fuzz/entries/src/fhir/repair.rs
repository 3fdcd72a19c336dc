//! A good document with deviations put in: each is found where it was put, and undone where it can be (FHIR
//! reference 13 and 14.8).

use fhir_vkp::FindingKind;
use fhir_vkp::decode::{DecodeOptions, decode};
use serde_json::{Map, Value};

use super::luck::Luck;

/// Documents without a deviation.
pub const DOCUMENTS: [&str; 11] = [
    include_str!("../../../../fhir-vkp/tests/documents/alarm.json"),
    include_str!("../../../../fhir-vkp/tests/documents/care_measures.json"),
    include_str!("../../../../fhir-vkp/tests/documents/care_plan.json"),
    include_str!("../../../../fhir-vkp/tests/documents/dispense.json"),
    include_str!("../../../../fhir-vkp/tests/documents/episode_of_care.json"),
    include_str!("../../../../fhir-vkp/tests/documents/measurements.json"),
    include_str!("../../../../fhir-vkp/tests/documents/outcome.json"),
    include_str!("../../../../fhir-vkp/tests/documents/patient.json"),
    include_str!("../../../../fhir-vkp/tests/golden/fall-alarm.json"),
    include_str!("../../../../fhir-vkp/tests/golden/patient.json"),
    include_str!("../../../../fhir-vkp/tests/golden/pmd-heart-rate.json"),
];

/// What is put into a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deviation {
    UnknownMember,
    EmptyString,
    EmptyObject,
    EmptyArray,
    Null,
    SingleForArray,
    ArrayForSingle,
    NumberForText,
    TextForBoolean,
    TextForNumber,
}

const ALL: [Deviation; 10] = [
    Deviation::UnknownMember,
    Deviation::EmptyString,
    Deviation::EmptyObject,
    Deviation::EmptyArray,
    Deviation::Null,
    Deviation::SingleForArray,
    Deviation::ArrayForSingle,
    Deviation::NumberForText,
    Deviation::TextForBoolean,
    Deviation::TextForNumber,
];

/// Puts up to eight deviations into a document.
pub fn fhir_repair(data: &[u8]) {
    let mut luck = Luck::new(data);
    let document = *luck.pick(&DOCUMENTS);
    let document: Value = serde_json::from_str(document).expect("JSON");
    let mut bent = document.clone();
    let (mut put, mut pointers) = (Vec::new(), Vec::new());
    let mut undone = true;
    while !luck.is_over() && put.len() < 8 {
        let deviation = *luck.pick(&ALL);
        let place = luck.below(1 << 16);
        if let Some(found) = deviation.put_into(&mut bent, place, &mut pointers) {
            undone &= deviation.is_undone();
            put.push(found);
        }
    }
    let body = bent.to_string();
    let marked = luck.flag();
    let body = if marked {
        format!("\u{feff}{body}")
    } else {
        body
    };
    let decoded = decode(body.as_bytes(), DecodeOptions::lenient()).expect("still read");
    let findings = decoded.findings();
    assert_eq!(
        findings.of(FindingKind::ByteOrderMark).count(),
        usize::from(marked)
    );
    assert!(
        !put.is_empty() || marked || findings.is_empty(),
        "a good document"
    );
    for (_, kind) in &put {
        assert!(findings.of(*kind).next().is_some(), "{kind:?} is not found");
    }
    if let [(path, kind)] = &put[..] {
        assert!(
            findings.of(*kind).any(|found| found.path.as_str() == path),
            "{kind:?} is not found at {path}: {findings:?}"
        );
    }
    let strict = decode(body.as_bytes(), DecodeOptions::strict());
    assert_eq!(strict.is_ok(), put.is_empty() && !marked);
    if undone {
        let repaired: Value = serde_json::from_str(&decoded.resource().to_json()).expect("JSON");
        assert!(repaired == document, "repaired to something else: {put:?}");
    }
}

impl Deviation {
    /// Whether the repair gives the document back.
    fn is_undone(self) -> bool {
        !matches!(self, Self::UnknownMember | Self::NumberForText)
    }

    /// Puts it into one of the places where it fits; the path and kind of its finding.
    fn put_into(
        self,
        document: &mut Value,
        place: usize,
        before: &mut Vec<String>,
    ) -> Option<(String, FindingKind)> {
        let root = document["resourceType"].as_str()?.to_owned();
        let mut places = Vec::new();
        gather(document, &root, "", &mut places);
        // Where nothing was put before, so that each is itself.
        let own = |pointer: &str| match self {
            Self::UnknownMember => format!("{pointer}/x-vendor"),
            Self::EmptyString | Self::EmptyObject | Self::EmptyArray | Self::Null => {
                format!("{pointer}/id")
            }
            _ => pointer.to_owned(),
        };
        places.retain(|(path, pointer)| {
            let own = own(pointer);
            let apart = |other: &String| !own.starts_with(other) && !other.starts_with(&own);
            before.iter().all(apart)
                && document
                    .pointer(pointer)
                    .is_some_and(|target| self.fits(target, path))
        });
        let (path, pointer) = places.get(place % places.len().max(1))?.clone();
        before.push(own(&pointer));
        let target = document.pointer_mut(&pointer)?;
        let mut added = |value| {
            let members = target.as_object_mut().expect("an object");
            members.insert("id".into(), value);
            format!("{path}.id")
        };
        Some(match self {
            Self::EmptyString => (added("".into()), FindingKind::EmptyString),
            Self::EmptyObject => (added(Map::new().into()), FindingKind::EmptyObject),
            Self::EmptyArray => (added(Vec::<Value>::new().into()), FindingKind::EmptyArray),
            Self::Null => (added(Value::Null), FindingKind::Null),
            Self::UnknownMember => {
                let members = target.as_object_mut().expect("an object");
                members.insert("x-vendor".into(), 1.into());
                (format!("{path}.?"), FindingKind::UnknownMember)
            }
            Self::SingleForArray => {
                *target = target.as_array_mut().expect("an array").remove(0);
                (path, FindingKind::SingleObjectForArray)
            }
            Self::ArrayForSingle => {
                *target = Value::Array(vec![target.take()]);
                (path, FindingKind::ArrayForSingle)
            }
            Self::NumberForText => {
                *target = 7.into();
                (path, FindingKind::StringAsNumber)
            }
            Self::TextForBoolean | Self::TextForNumber => {
                *target = target.to_string().into();
                let kind = match self {
                    Self::TextForBoolean => FindingKind::BooleanAsString,
                    _ => FindingKind::NumberAsString,
                };
                (path, kind)
            }
        })
    }

    fn fits(self, target: &Value, path: &str) -> bool {
        let last = path.rsplit('.').next().unwrap_or_default();
        match self {
            Self::SingleForArray => target.as_array().is_some_and(|list| list.len() == 1),
            // A text that is no code and leads nowhere.
            Self::NumberForText => {
                let names = ["display", "value", "title", "text", "description", "city"];
                target.is_string() && names.contains(&last)
            }
            Self::ArrayForSingle => {
                let names = [
                    "code", "subject", "patient", "period", "detail", "title", "status",
                ];
                names.contains(&last) && !target.is_array()
            }
            Self::TextForBoolean => target.is_boolean(),
            Self::TextForNumber => target.is_number(),
            // Every object of these documents may have an id; an object that has one is left alone.
            _ => target.is_object() && target.get("id").is_none(),
        }
    }
}

/// Every value with its path for a finding and its JSON pointer.
fn gather(value: &Value, path: &str, pointer: &str, places: &mut Vec<(String, String)>) {
    places.push((path.to_owned(), pointer.to_owned()));
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let shown = if name == "x-vendor" { "?" } else { name };
                gather(
                    member,
                    &format!("{path}.{shown}"),
                    &format!("{pointer}/{name}"),
                    places,
                );
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let (path, pointer) = (format!("{path}[{index}]"), format!("{pointer}/{index}"));
                gather(item, &path, &pointer, places);
            }
        }
        _ => {}
    }
}
