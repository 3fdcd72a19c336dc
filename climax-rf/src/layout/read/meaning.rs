//! `[enumeration.*]`, `[battery]`, `[[device_type]]` and `[[event]]`.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;

use super::section::{Section, integer, list, wrong};
use super::{Findings, Names, Span, fields};
use crate::layout::field::{Field, Role};
use crate::layout::meaning::{BatteryScale, DeviceType, Enumeration, EventCondition, EventRule};
use crate::layout::{LayoutErrorKind, LayoutWarningKind};

pub(super) fn enumerations(
    root: &mut Section<'_>,
    findings: &mut Findings<'_>,
) -> Vec<Enumeration> {
    let Some(all) = root.section("enumeration", findings) else {
        return Vec::new();
    };
    let mut enumerations = Vec::new();
    for (name, span, value) in all.entries() {
        let Some(table) = value.get_ref().as_table() else {
            wrong::<()>(name, "a table of numbers and names", &span, findings);
            continue;
        };
        let mut labels: Vec<(i128, alloc::string::String)> = Vec::new();
        let mut names = Names::new("name of a value");
        let mut numbers = Names::new("value");
        let section = Section::new(name.to_string(), value.span(), table);
        for (key, key_span, label) in section.entries() {
            let number = number(key);
            match (number, label.get_ref().as_str()) {
                (Some(number), Some(label)) if !label.is_empty() => {
                    numbers.add(&number.to_string(), &key_span, findings);
                    names.add(label, &key_span, findings);
                    labels.push((number, label.to_string()));
                }
                _ => {
                    wrong::<()>(
                        key,
                        "a number with a name, such as 3 = \"fall\"",
                        &key_span,
                        findings,
                    );
                }
            }
        }
        labels.sort();
        enumerations.push(Enumeration {
            name: name.to_string(),
            labels,
        });
    }
    enumerations
}

/// Decimal, or hexadecimal with `0x`.
fn number(key: &str) -> Option<i128> {
    let parsed = match key.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok().map(i128::from),
        None => key.parse().ok(),
    };
    let possible = i128::from(i64::MIN)..=i128::from(u64::MAX);
    parsed.filter(|number| possible.contains(number))
}

pub(super) fn battery(
    mut section: Section<'_>,
    findings: &mut Findings<'_>,
) -> Option<BatteryScale> {
    let empty = section.float("empty", findings);
    let full = section.float("full", findings);
    let low = section.float("low", findings);
    let span = section.span.clone();
    section.finish(findings);
    let range = match (empty, full) {
        (Some(empty), Some(full)) if (full - empty).abs() > 0.0 => Some((empty, full)),
        (None, None) if low.is_some() => None,
        _ => {
            let text = "a battery has `empty` and `full`, which differ, or `low`, or all three";
            findings.error(&span, LayoutErrorKind::Combination(text));
            return None;
        }
    };
    Some(BatteryScale { range, low })
}

pub(super) fn device_types(
    root: &mut Section<'_>,
    findings: &mut Findings<'_>,
) -> Vec<(DeviceType, Span)> {
    let mut types = Vec::new();
    let mut names = Names::new("device type");
    let mut numbers = Names::new("number of a device type");
    for mut section in root.sections("device_type", findings) {
        let number = section.integer("number", 0, i128::from(u64::MAX), findings);
        if number.is_none() && !section.has("number") {
            section.missing("number", findings);
        }
        let name = section.need_text("name", findings);
        let supervision = section.size("supervision_s", 1, 31_536_000, findings);
        let events = section.texts("events", findings).unwrap_or_default();
        let battery = section
            .section("battery", findings)
            .and_then(|section| battery(section, findings));
        let span = section.span.clone();
        let events_span = section.span_of("events");
        if let Some(number) = number {
            numbers.add(&number.to_string(), &section.span_of("number"), findings);
        }
        if let Some((name, at)) = &name {
            names.add(name, at, findings);
        }
        section.finish(findings);
        let (Some(number), Some((name, _))) = (number.and_then(|n| u64::try_from(n).ok()), name)
        else {
            continue;
        };
        let known = DeviceType {
            number,
            name,
            supervision: supervision.map(|seconds| Duration::from_secs(seconds as u64)),
            events: events.into_iter().map(|(event, _)| event).collect(),
            battery,
        };
        types.push((
            known,
            if events_span.is_empty() {
                span
            } else {
                events_span
            },
        ));
    }
    types
}

pub(super) fn check_device_events(
    types: &[(DeviceType, Span)],
    events: &[EventRule],
    findings: &mut Findings<'_>,
) {
    for (known, span) in types {
        for name in &known.events {
            if !events.iter().any(|event| event.name == *name) {
                let kind = LayoutErrorKind::UnknownName {
                    what: "event",
                    name: name.clone(),
                };
                findings.error(span, kind);
            }
        }
    }
}

pub(super) fn events(
    root: &mut Section<'_>,
    all: &[Field],
    enumerations: &[Enumeration],
    types: &[(DeviceType, Span)],
    findings: &mut Findings<'_>,
) -> Vec<EventRule> {
    let with_role = |role| {
        let fields = all.iter().filter(move |field| field.role == Some(role));
        fields.collect::<Vec<&Field>>()
    };
    let event_fields = with_role(Role::Event);
    let type_fields = with_role(Role::DeviceType);
    let mut rules = Vec::new();
    for mut section in root.sections("event", findings) {
        let span = section.span.clone();
        let name = section.need_text("name", findings);
        let kind = section.text("kind", findings);
        if let Some((kind, at)) = &kind {
            known_kind(kind, at, findings);
        }
        let conditions = [
            ("active", EventCondition::Active),
            ("cleared", EventCondition::Cleared),
        ];
        let condition = section.choice("condition", &conditions, findings);
        let code = section.get("code").and_then(|value| {
            if event_fields.is_empty() {
                let text = "`code` needs a field with the role `event`";
                findings.error(&value.span(), LayoutErrorKind::Combination(text));
            }
            fields::values(value, &event_fields, enumerations, findings)
        });
        let device_types = device_type_numbers(&mut section, types, findings);
        let when = fields::conditions(&mut section, all, None, enumerations, findings);
        let fault = if !section.has("code") && !section.has("when") && !section.has("device_type") {
            Some("an event needs `code`, `device_type` or `when`")
        } else if section.has("device_type") && type_fields.is_empty() {
            Some("`device_type` needs a field with the role `device_type`")
        } else {
            None
        };
        if let Some(text) = fault {
            findings.error(&span, LayoutErrorKind::Combination(text));
        }
        section.finish(findings);
        let Some((name, _)) = name else { continue };
        for number in &device_types {
            let known = types.iter().find(|(known, _)| known.number == *number);
            let Some((known, _)) = known else { continue };
            if !known.events.is_empty() && !known.events.contains(&name) {
                let kind = LayoutWarningKind::EventNotDeclared {
                    event: name.clone(),
                    device_type: known.name.clone(),
                };
                findings.warning(&span, kind);
            }
        }
        rules.push(EventRule {
            name,
            kind: kind.map(|(kind, _)| kind),
            condition: condition.unwrap_or_default(),
            code,
            device_types,
            when,
        });
    }
    rules
}

/// Numbers or names of declared types.
fn device_type_numbers(
    section: &mut Section<'_>,
    types: &[(DeviceType, Span)],
    findings: &mut Findings<'_>,
) -> Vec<u64> {
    let Some(value) = section.get("device_type") else {
        return Vec::new();
    };
    let mut numbers = Vec::new();
    for item in list(value) {
        let number = integer(item.get_ref());
        let name = item.get_ref().as_str();
        let found = types.iter().find(|(known, _)| {
            Some(known.name.as_str()) == name || Some(i128::from(known.number)) == number
        });
        match (found, name, number) {
            (Some((known, _)), ..) => numbers.push(known.number),
            (None, None, None) => {
                wrong::<()>(
                    "device_type",
                    "numbers or names of device types",
                    &item.span(),
                    findings,
                );
            }
            (None, name, number) => {
                let name = name.map(ToString::to_string);
                let name = name.or(number.map(|n| n.to_string())).unwrap_or_default();
                let what = "device type";
                findings.error(&item.span(), LayoutErrorKind::UnknownName { what, name });
            }
        }
    }
    numbers
}

#[cfg(feature = "alarm-codes")]
fn known_kind(name: &str, span: &Span, findings: &mut Findings<'_>) {
    if alarm_codes::Kind::from_name(name).is_none() {
        let name = name.to_string();
        findings.error(span, LayoutErrorKind::UnknownKind { name });
    }
}

#[cfg(not(feature = "alarm-codes"))]
const fn known_kind(_: &str, _: &Span, _: &mut Findings<'_>) {}
