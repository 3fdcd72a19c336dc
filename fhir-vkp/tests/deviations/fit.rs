//! Where a deviation fits, and where it is found.

use fhir_vkp::CodeSystem;
use serde_json::Value;

use super::Deviation;

/// Texts that are no codes and lead nowhere.
const TEXTS: [&str; 6] = ["display", "value", "title", "text", "description", "city"];
/// Elements that hold one value.
const SINGLE: [&str; 7] = [
    "code", "subject", "patient", "period", "detail", "title", "status",
];
/// Resources that cannot do without `status`.
const WITH_STATUS: [&str; 8] = [
    "CarePlan",
    "Composition",
    "DetectedIssue",
    "Encounter",
    "EpisodeOfCare",
    "MedicationDispense",
    "Observation",
    "QuestionnaireResponse",
];
/// Moments that must be whole.
const INSTANTS: [&str; 3] = ["timestamp", "lastUpdated", "issued"];
/// A choice, another one of the same element, and that is the one that loses.
pub(super) const CHOICES: [(&str, &str); 4] = [
    ("identifiedDateTime", "identifiedPeriod"),
    ("effectiveDateTime", "effectivePeriod"),
    ("scheduledPeriod", "scheduledString"),
    ("valueQuantity", "valueString"),
];

/// Every value with its path for a finding and its JSON pointer.
pub(super) fn places(document: &Value) -> Vec<(String, String)> {
    let mut places = Vec::new();
    let root = document["resourceType"].as_str().expect("a type");
    gather(document, root, "", &mut places);
    places
}

fn gather(value: &Value, path: &str, pointer: &str, places: &mut Vec<(String, String)>) {
    places.push((path.to_owned(), pointer.to_owned()));
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| !name.starts_with('!')) {
                let path = format!("{path}.{name}");
                gather(member, &path, &format!("{pointer}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                gather(item, &path, &format!("{pointer}/{index}"), places);
            }
        }
        _ => {}
    }
}

/// The pointer above, and the last step.
pub(super) fn split(pointer: &str) -> (&str, &str) {
    pointer.rsplit_once('/').unwrap_or_default()
}

/// `2026-03-14T02:17:41+01:00`
fn is_moment(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20
        && (bytes[4], bytes[7], bytes[10], bytes[16]) == (b'-', b'-', b'T', b':')
        && bytes[..4].iter().all(u8::is_ascii_digit)
}

fn is_of_vkp(system: &str) -> bool {
    system.starts_with("http://ehelse.no/fhir/CodeSystem/vkp-") && system.ends_with("-v090")
}

impl Deviation {
    /// Whether it is about the rules for a document Bundle, so that the type of the Bundle must stay.
    pub(super) const fn is_about_documents(self) -> bool {
        matches!(
            self,
            Self::CompositionNotFirst | Self::NoBundleIdentifier | Self::NoTimestamp
        )
    }

    /// What belongs to it: nothing else is put at, above or below that.
    pub(super) fn own(self, pointer: &str) -> String {
        match self {
            Self::UnknownMember => format!("{pointer}/x-vendor"),
            Self::EmptyString | Self::EmptyObject | Self::EmptyArray | Self::Null => {
                format!("{pointer}/id")
            }
            Self::UnknownExtension => format!("{pointer}/extension"),
            Self::UnknownCode | Self::OldAddress | Self::NullBesideTwin | Self::UnknownResource => {
                split(pointer).0.to_owned()
            }
            // The concept around the coding.
            Self::CodeInWrongPlace => split(split(pointer).0).0.to_owned(),
            _ => pointer.to_owned(),
        }
    }

    /// The path of its finding.
    pub(super) fn found_at(self, document: &Value, path: &str, pointer: &str) -> String {
        match self {
            Self::UnknownMember => format!("{path}.?"),
            Self::EmptyString | Self::EmptyObject | Self::EmptyArray | Self::Null => {
                format!("{path}.id")
            }
            Self::CodeContradictsText => format!("{path}.text"),
            Self::CompositionNotFirst => format!("{path}[0]"),
            Self::UnknownResource => path.trim_end_matches(".resourceType").to_owned(),
            Self::TwoChoices => {
                let target = document.pointer(pointer);
                let pair = CHOICES
                    .iter()
                    .find(|(there, _)| target.is_some_and(|target| target.get(there).is_some()));
                format!("{path}.{}", pair.map_or("", |(_, loser)| loser))
            }
            _ => path.to_owned(),
        }
    }

    /// Whether it can be put there.
    pub(super) fn fits(self, document: &Value, path: &str, pointer: &str) -> bool {
        let Some(target) = document.pointer(pointer) else {
            return false;
        };
        let (above, last) = split(pointer);
        let parent = document.pointer(above).unwrap_or(&Value::Null);
        let beside = |name: &str| parent.get(name).and_then(Value::as_str);
        let text = target.as_str().unwrap_or_default();
        let in_bundle = document["resourceType"] == "Bundle";
        let in_document = in_bundle && document["type"] == "document";
        match self {
            Self::SingleForArray => target.as_array().is_some_and(|list| list.len() == 1),
            Self::NumberForText | Self::KeyTwice => target.is_string() && TEXTS.contains(&last),
            Self::WrongType => {
                target.is_string() && ["title", "description", "city"].contains(&last)
            }
            Self::ArrayForSingle => SINGLE.contains(&last) && !target.is_array(),
            Self::TextForBoolean => target.is_boolean(),
            Self::TextForNumber => target.is_number(),
            Self::NullBesideTwin => last == "given" && target.is_array(),
            Self::UnknownExtension => {
                let mut taken = ["extension", "url"].iter();
                target.is_object()
                    && taken.all(|name| target.get(name).is_none())
                    && target["resourceType"] != "Bundle"
            }
            Self::UnknownCode => {
                last == "code" && target.is_string() && beside("system").is_some_and(is_of_vkp)
            }
            Self::UnknownStatus | Self::NoStatus => {
                let of = beside("resourceType");
                last == "status" && of.is_some_and(|of| WITH_STATUS.contains(&of))
            }
            Self::ValueSetAddress | Self::OldAddress => last == "system" && is_of_vkp(text),
            Self::HttpsAddress => last == "system" && text == "http://loinc.org",
            Self::OldProfile => above.ends_with("/meta/profile") && text.ends_with("-v090"),
            Self::IdentifierAlias | Self::LocalIdentifier => {
                let known = text.starts_with("urn:oid:2.16.578.1.12.4.1.4.");
                last == "system" && known && beside("value").is_some()
            }
            Self::OtherDisplay => {
                last == "display" && beside("code").is_some() && beside("system").is_some()
            }
            Self::CodeInWrongPlace => {
                let resource = pointer.strip_suffix("/type/coding/0");
                let resource = resource.and_then(|pointer| document.pointer(pointer));
                resource.is_some_and(|resource| resource["resourceType"] == "Composition")
            }
            Self::CodeContradictsText => {
                let coding = &target["coding"][0];
                let code = coding["code"].as_str().unwrap_or_default();
                coding["system"] == CodeSystem::ALERT_CODE.url()
                    && CodeSystem::ALERT_CODE.entry(code).is_some()
            }
            Self::LiteralReference | Self::DanglingReference => {
                last == "reference" && text.starts_with("urn:uuid:") && in_bundle
            }
            Self::NoOffset | Self::NoSeconds | Self::SevenDigits | Self::NoTime => is_moment(text),
            Self::MonthOnly => is_moment(text) && !INSTANTS.contains(&last),
            Self::TwoChoices => {
                let has = |name: &str| target.get(name).is_some();
                let mut pairs = CHOICES.iter();
                !has("url") && pairs.any(|(there, other)| has(there) && !has(other))
            }
            Self::OtherBundleType => pointer == "/type" && in_document,
            Self::CompositionNotFirst => {
                let entries = target.as_array().map_or(&[][..], Vec::as_slice);
                let second = entries
                    .get(1)
                    .map(|entry| &entry["resource"]["resourceType"]);
                in_document
                    && pointer == "/entry"
                    && second.is_some_and(|second| second != "Composition")
            }
            Self::NoBundleIdentifier => in_document && pointer == "/identifier",
            Self::NoTimestamp => in_document && pointer == "/timestamp",
            Self::SameFullUrl => {
                let first = &document["entry"][0]["fullUrl"];
                path.starts_with("Bundle.entry[")
                    && path.ends_with("].fullUrl")
                    && !path.starts_with("Bundle.entry[0]")
                    && first.is_string()
            }
            Self::UnknownResource => {
                path.starts_with("Bundle.entry[")
                    && path.ends_with("].resource.resourceType")
                    && !path.starts_with("Bundle.entry[0]")
            }
            Self::PlainDiv => last == "div",
            // Every object of these documents may have an id; an object that has one is left alone.
            Self::UnknownMember
            | Self::EmptyString
            | Self::EmptyObject
            | Self::EmptyArray
            | Self::Null => target.is_object() && target.get("id").is_none(),
        }
    }
}
