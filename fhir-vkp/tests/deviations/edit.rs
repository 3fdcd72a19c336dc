//! Putting a deviation in, and writing what comes of it.

use fhir_vkp::CodeSystem;
use serde_json::{Map, Value, json};

use super::Deviation;
use super::fit::{CHOICES, split};

/// A name before which this stands is written again before the member itself.
const TWICE: char = '!';

impl Deviation {
    /// Puts it in at a place where it fits.
    pub(super) fn edit(self, document: &mut Value, pointer: &str) {
        let first = document["entry"][0]["fullUrl"].clone();
        let (above, last) = split(pointer);
        match self {
            Self::NoStatus | Self::NoBundleIdentifier | Self::NoTimestamp => {
                members(document, above).remove(last);
                return;
            }
            Self::KeyTwice => {
                let name = format!("{TWICE}{last}");
                members(document, above).insert(name, "et annet ord".into());
                return;
            }
            Self::NullBesideTwin => {
                let parent = members(document, above);
                let given = parent.get_mut("given").and_then(Value::as_array_mut);
                let given = given.expect("given names");
                let mut twins = vec![Value::Null; given.len()];
                given.push(Value::Null);
                twins.push(json!({"id": "kallenavn"}));
                parent.insert("_given".into(), twins.into());
                return;
            }
            _ => {}
        }
        let target = document.pointer_mut(pointer).expect("a place");
        let text = target.as_str().unwrap_or_default().to_owned();
        let mut add = |name: &str, value: Value| {
            let members = target.as_object_mut().expect("an object");
            members.insert(name.into(), value);
        };
        match self {
            Self::UnknownMember => add("x-vendor", 1.into()),
            Self::EmptyString => add("id", "".into()),
            Self::EmptyObject => add("id", Map::new().into()),
            Self::EmptyArray => add("id", Vec::<Value>::new().into()),
            Self::Null => add("id", Value::Null),
            Self::UnknownExtension => {
                let extension = json!([{"url": "https://example.net/x", "valueString": "y"}]);
                add("extension", extension);
            }
            Self::CodeContradictsText => {
                let system = CodeSystem::ALERT_CODE;
                let code = target["coding"][0]["code"].as_str().expect("a code");
                let own = system.entry(code).expect("a known code").display;
                let mut others = system.entries().iter().map(|entry| entry.display);
                let other = others.find(|other| !other.is_empty() && *other != own);
                target["text"] = other.expect("another").into();
            }
            Self::TwoChoices => {
                let has = |name: &str| target.get(name).is_some();
                let mut pairs = CHOICES.iter();
                let pair = pairs.find(|(there, other)| has(there) && !has(other));
                let (_, other) = pair.expect("a choice");
                target[*other] = match other.ends_with("Period") {
                    true => json!({"start": "2026-03-14T02:17:41+01:00"}),
                    false => "noe annet".into(),
                };
            }
            Self::SingleForArray => {
                *target = target.as_array_mut().expect("an array").remove(0);
            }
            Self::ArrayForSingle => *target = Value::Array(vec![target.take()]),
            Self::CompositionNotFirst => target.as_array_mut().expect("entries").swap(0, 1),
            Self::TextForBoolean | Self::TextForNumber => *target = target.to_string().into(),
            Self::SameFullUrl => *target = first,
            _ => *target = self.instead(&text),
        }
    }

    /// What stands where this text stood.
    fn instead(self, text: &str) -> Value {
        // A moment: up to the second, and its offset.
        let moment = || {
            let (head, rest) = text.split_at(19);
            let offset = rest.trim_start_matches(|sign: char| sign == '.' || sign.is_ascii_digit());
            (head, offset)
        };
        match self {
            Self::NumberForText => 7.into(),
            Self::WrongType => json!({"x": true}),
            Self::UnknownCode => "99.99".into(),
            Self::UnknownStatus => "open".into(),
            Self::ValueSetAddress => text.replace("/CodeSystem/", "/ValueSet/").into(),
            Self::HttpsAddress => text.replace("http:", "https:").into(),
            Self::OldAddress | Self::OldProfile => text.replace("-v090", "-v05").into(),
            Self::IdentifierAlias => text.trim_start_matches("urn:oid:").into(),
            Self::LocalIdentifier => "https://epj.example.net/lokal".into(),
            Self::OtherDisplay => "noe annet".into(),
            Self::CodeInWrongPlace => {
                json!({"system": CodeSystem::ALERT_CODE.url(), "code": "4.1"})
            }
            Self::LiteralReference => "Patient/finnes-ikke".into(),
            Self::DanglingReference => "urn:uuid:00000000-0000-4000-8000-000000000000".into(),
            Self::NoOffset => moment().0.into(),
            Self::NoSeconds => format!("{}{}", &text[..16], moment().1).into(),
            Self::SevenDigits => format!("{}.1234567{}", moment().0, moment().1).into(),
            Self::MonthOnly => text[..7].into(),
            Self::NoTime => "i natt".into(),
            Self::OtherBundleType => "collection".into(),
            Self::UnknownResource => "KariNordmann".into(),
            Self::PlainDiv => "Falt på badet & ble liggende\r\n&oslash;".into(),
            other => unreachable!("{other:?} is no text"),
        }
    }
}

fn members<'v>(document: &'v mut Value, pointer: &str) -> &'v mut Map<String, Value> {
    let target = document.pointer_mut(pointer).and_then(Value::as_object_mut);
    target.expect("an object")
}

/// Writes JSON: members that stand twice first, `resourceType` last if it may.
pub(super) fn write(out: &mut String, value: &Value, type_last: bool) {
    match value {
        Value::Object(members) => {
            let order = |name: &str| {
                let is_last = name == "resourceType" && type_last;
                u8::from(!name.starts_with(TWICE)) + u8::from(is_last)
            };
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| order(name));
            out.push('{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                let name = name.trim_start_matches(TWICE);
                *out += &Value::from(name).to_string();
                out.push(':');
                write(out, member, type_last);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, item, type_last);
            }
            out.push(']');
        }
        leaf => *out += &leaf.to_string(),
    }
}
