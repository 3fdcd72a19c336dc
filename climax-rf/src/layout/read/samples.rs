//! `[[sample]]`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use toml::Spanned;
use toml::de::DeValue;

use super::document::MOST_LENGTH;
use super::section::{Section, float, integer, wrong};
use super::{Findings, Names, Span};
use crate::layout::field::{Field, Role};
use crate::layout::sample::{Expected, Sample};
use crate::layout::{DecodeErrorKind, LayoutErrorKind};

pub(super) fn read(
    root: &mut Section<'_>,
    fields: &[Field],
    findings: &mut Findings<'_>,
) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut names = Names::new("sample");
    for section in root.sections("sample", findings) {
        if let Some(sample) = sample(section, fields, &mut names, findings) {
            samples.push(sample);
        }
    }
    samples
}

fn sample(
    mut section: Section<'_>,
    fields: &[Field],
    names: &mut Names,
    findings: &mut Findings<'_>,
) -> Option<Sample> {
    let span = section.span.clone();
    let line = findings.line(&span);
    let name = section.need_text("name", findings);
    if let Some((name, at)) = &name {
        names.add(name, at, findings);
    }
    let bytes = section.bytes("bytes", findings);
    if bytes.is_none() && !section.has("bytes") {
        section.missing("bytes", findings);
    }
    if let Some((bytes, at)) = &bytes {
        if bytes.len() > 4 * MOST_LENGTH {
            wrong::<()>("bytes", "at most 16384 bytes", at, findings);
        }
    }
    let unknown = |name: &str, at: &Span, findings: &mut Findings<'_>| {
        let found = fields.iter().any(|field| field.name == name);
        if !found {
            let (what, name) = ("field", name.to_string());
            findings.error(at, LayoutErrorKind::UnknownName { what, name });
        }
    };
    let mut expected: Vec<(String, Expected)> = Vec::new();
    if let Some(table) = section.section("fields", findings) {
        for (field, at, value) in table.entries() {
            unknown(field, &at, findings);
            if let Some(value) = self::expected(field, value, findings) {
                expected.push((field.to_string(), value));
            }
        }
    }
    let absent = section.texts("absent", findings).unwrap_or_default();
    for (field, at) in &absent {
        unknown(field, at, findings);
    }
    let device = section
        .get("device")
        .and_then(|value| self::expected("device", value, findings));
    let device_type = section.text("device_type", findings);
    let events = section.texts("events", findings);
    let battery_low = section.flag("battery_low", findings);
    let ack = section.bytes("ack", findings);
    let refused = section.text("refused", findings);
    if let Some((code, at)) = &refused {
        if !DecodeErrorKind::CODES.contains(&code.as_str()) {
            let kind = LayoutErrorKind::UnknownChoice {
                key: "refused".to_string(),
                choices: DecodeErrorKind::CODES.join(", "),
            };
            findings.error(at, kind);
        }
    }
    let one_way = section.flag("one_way", findings).unwrap_or(false);
    let needs_role = |key: &'static str, role: Role, text| {
        let missing = section.has(key) && !fields.iter().any(|field| field.role == Some(role));
        missing.then(|| (section.span_of(key), text))
    };
    let mut faults = alloc::vec![
        needs_role("device", Role::Device, "no field has the role `device`"),
        needs_role(
            "device_type",
            Role::DeviceType,
            "no field has the role `device_type`"
        ),
        needs_role(
            "battery_low",
            Role::Battery,
            "no field has the role `battery`"
        ),
    ];
    let expects = [
        "fields",
        "absent",
        "device",
        "device_type",
        "events",
        "battery_low",
        "ack",
    ];
    if section.has("refused") && expects.iter().any(|key| section.has(key)) {
        let text = "a sample that is `refused` has nothing else to expect";
        faults.push(Some((section.span_of("refused"), text)));
    }
    section.finish(findings);
    for (at, text) in faults.into_iter().flatten() {
        findings.error(&at, LayoutErrorKind::Combination(text));
    }
    Some(Sample {
        name: name?.0,
        line,
        bytes: bytes?.0,
        fields: expected,
        absent: absent.into_iter().map(|(field, _)| field).collect(),
        device,
        device_type: device_type.map(|(text, _)| text),
        events: events.map(|events| events.into_iter().map(|(event, _)| event).collect()),
        battery_low,
        ack: ack.map(|(bytes, _)| bytes),
        refused: refused.map(|(code, _)| code),
        one_way,
    })
}

fn expected(
    key: &str,
    value: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
) -> Option<Expected> {
    let value_ref = value.get_ref();
    if let Some(number) = integer(value_ref) {
        return Some(Expected::Integer(number));
    }
    if let Some(flag) = value_ref.as_bool() {
        return Some(Expected::Integer(i128::from(flag)));
    }
    if let Some(text) = value_ref.as_str() {
        return Some(Expected::Text(text.to_string()));
    }
    match float(value_ref) {
        Some(number) if number.is_finite() => Some(Expected::Float(number)),
        _ => wrong(
            key,
            "a number, text, true or false",
            &value.span(),
            findings,
        ),
    }
}
