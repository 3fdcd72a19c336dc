//! `[[field]]`.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use toml::Spanned;
use toml::de::DeValue;

use super::document::{MOST_LENGTH, ORDERS};
use super::section::{MOST_ENTRIES, Section, integer, list, wrong};
use super::{Findings, Names, Span};
use crate::layout::definition::{typed, typed_bytes};
use crate::layout::field::{Bits, Condition, Encoding, Field, Place, Role, Test};
use crate::layout::meaning::Enumeration;
use crate::layout::value::Value;
use crate::layout::{LayoutErrorKind, hex};

pub(super) fn read(
    root: &mut Section<'_>,
    enumerations: &[Enumeration],
    separated: bool,
    start: usize,
    findings: &mut Findings<'_>,
) -> (Vec<Field>, Vec<Span>) {
    let mut fields: Vec<Field> = Vec::new();
    let mut spans = Vec::new();
    let mut names = Names::new("field");
    let sections = root.sections("field", findings);
    let known: Vec<Option<&str>> = sections.iter().map(name_of).collect();
    for mut section in sections {
        let span = section.span.clone();
        section.name = "a field".to_string();
        if let Some(name) = name_of(&section) {
            section.name = alloc::format!("field `{name}`");
            names.add(name, &section.span_of("name"), findings);
        }
        let context = Context {
            earlier: &fields,
            known: &known,
            enumerations,
            separated,
            start,
        };
        if let Some(field) = field(section, &context, findings) {
            fields.push(field);
            spans.push(span);
        }
    }
    (fields, spans)
}

struct Context<'a> {
    earlier: &'a [Field],
    known: &'a [Option<&'a str>],
    enumerations: &'a [Enumeration],
    separated: bool,
    start: usize,
}

fn name_of<'a>(section: &Section<'a>) -> Option<&'a str> {
    let mut entries = section.entries();
    entries
        .find(|(key, ..)| *key == "name")
        .and_then(|(_, _, value)| value.get_ref().as_str())
}

fn field(
    mut section: Section<'_>,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) -> Option<Field> {
    let name = section.need_text("name", findings);
    let encodings = [
        ("binary", Encoding::Binary),
        ("bcd", Encoding::Bcd),
        ("decimal", Encoding::Decimal),
        ("hex", Encoding::Hex),
        ("text", Encoding::Text),
        ("bytes", Encoding::Bytes),
    ];
    let default = if context.separated {
        Encoding::Text
    } else {
        Encoding::Binary
    };
    let encoding = section
        .choice("encoding", &encodings, findings)
        .unwrap_or(default);
    let signed = section.flag("signed", findings).unwrap_or(false);
    let order = section.choice("order", ORDERS, findings);
    let bits = bits(&mut section, findings);
    let place = place(&mut section, context, encoding, bits, findings);
    let scale = section.float("scale", findings);
    let add = section.float("add", findings);
    let unit = section.text("unit", findings).map(|(text, _)| text);
    let enumeration = enumeration(&mut section, context, findings);
    let when = conditions(
        &mut section,
        context.earlier,
        Some(context.known),
        context.enumerations,
        findings,
    );
    let roles = [
        ("device", Role::Device),
        ("device_type", Role::DeviceType),
        ("event", Role::Event),
        ("battery", Role::Battery),
        ("rssi", Role::Rssi),
        ("sequence", Role::Sequence),
    ];
    let role = section.choice("role", &roles, findings);
    let optional = section.flag("optional", findings).unwrap_or(false);
    let default_pad = if encoding == Encoding::Text {
        b' '
    } else {
        b'0'
    };
    let pad = section.byte("pad", findings).unwrap_or(default_pad);
    let constant_at = section.get("constant");
    let mut faults = Vec::new();
    {
        let had = |key: &str| section.has(key);
        let number = encoding.is_number();
        let mut fault = |wrong: bool, key: &str, text| {
            if wrong {
                faults.push((section.span_of(key), text));
            }
        };
        fault(
            !number && (signed || had("scale") || had("add") || had("enumeration") || had("bits")),
            "encoding",
            "text and bytes have no sign, scale, bits or enumeration",
        );
        fault(
            matches!(encoding, Encoding::Bcd | Encoding::Decimal) && had("bits"),
            "bits",
            "only binary and hex have bits",
        );
        fault(
            encoding == Encoding::Bcd && signed,
            "signed",
            "bcd has no sign",
        );
        fault(
            had("order") && !matches!(encoding, Encoding::Binary | Encoding::Bcd),
            "order",
            "only binary and bcd have a byte order",
        );
        fault(
            had("pad") && !matches!(encoding, Encoding::Text | Encoding::Decimal),
            "pad",
            "only text and decimal are padded",
        );
        fault(
            scale == Some(0.0),
            "scale",
            "a scale of 0 would lose the value",
        );
        fault(
            had("pad")
                && encoding == Encoding::Decimal
                && (pad == b'-' || matches!(pad, b'1'..=b'9')),
            "pad",
            "a decimal number cannot be padded with digits or a sign",
        );
        let numeric_role = matches!(role, Some(Role::DeviceType | Role::Battery | Role::Rssi));
        fault(
            numeric_role && !number,
            "role",
            "device_type, battery and rssi are numbers",
        );
        let wide_hex = encoding == Encoding::Hex
            && signed
            && bits.is_none()
            && matches!(place, Some(Place::Column { .. }));
        fault(wide_hex, "signed", "hex in a column has no sign of its own");
    }
    section.finish(findings);
    for (span, text) in faults {
        findings.error(&span, LayoutErrorKind::Combination(text));
    }
    let mut field = Field {
        name: name?.0,
        place: place?,
        bits,
        encoding,
        signed,
        order: order.unwrap_or_default(),
        scale: scale.unwrap_or(1.0),
        add: add.unwrap_or(0.0),
        unit,
        enumeration,
        when,
        constant: None,
        role,
        optional,
        pad,
    };
    if let Some(at) = constant_at {
        field.constant = constant(&field, at, context.enumerations, findings);
    }
    Some(field)
}

fn bits(section: &mut Section<'_>, findings: &mut Findings<'_>) -> Option<Bits> {
    let count = section.size("bits", 1, 64, findings);
    let lowest = section.size("bit", 0, 63, findings);
    // One bit needs no count.
    let count = count.or(lowest.map(|_| 1))?;
    let lowest = lowest.unwrap_or(0);
    if lowest + count > 64 {
        let kind = LayoutErrorKind::Combination("`bit` and `bits` end behind bit 63");
        findings.error(&section.span_of("bit"), kind);
        return None;
    }
    Some(Bits {
        lowest: u32::try_from(lowest).ok()?,
        count: u32::try_from(count).ok()?,
    })
}

fn place(
    section: &mut Section<'_>,
    context: &Context<'_>,
    encoding: Encoding,
    bits: Option<Bits>,
    findings: &mut Findings<'_>,
) -> Option<Place> {
    let mut wrong_with = |section: &Section<'_>, key: &str, text| {
        let kind = LayoutErrorKind::Combination(text);
        findings.error(&section.span_of(key), kind);
        None
    };
    if context.separated {
        if section.has("offset") || section.has("bytes") {
            let text = "with a `separator`, fields have a `column` and no `offset`";
            section.get("offset");
            section.get("bytes");
            section.get("column");
            return wrong_with(section, "offset", text);
        }
        let index = section.need_size("column", 0, MOST_ENTRIES, findings);
        let digits = section.size("digits", 1, 18, findings);
        return Some(Place::Column {
            index: index?,
            digits: digits.unwrap_or(1),
        });
    }
    if section.has("column") || section.has("digits") {
        section.get("column");
        section.get("digits");
        section.get("offset");
        section.get("bytes");
        return wrong_with(
            section,
            "column",
            "a `column` needs a `separator` in [framing]",
        );
    }
    let most = MOST_LENGTH as i128;
    let length = section.get("bytes");
    if length.and_then(|value| value.get_ref().as_str()) == Some("rest") {
        if encoding.is_number() {
            let text = "the rest of a frame is `text` or `bytes`";
            section.get("offset");
            return wrong_with(section, "bytes", text);
        }
        let offset = section.size("offset", 0, MOST_LENGTH, findings);
        return Some(Place::Rest {
            offset: offset.unwrap_or(context.start),
        });
    }
    let offset = section.integer("offset", -most, most, findings);
    if !section.has("offset") {
        section.missing("offset", findings);
    }
    let (longest, needed) = match (encoding, bits) {
        (Encoding::Binary, bits) => (
            8,
            bits.map_or(1, |bits| (bits.lowest + bits.count).div_ceil(8)),
        ),
        (Encoding::Hex, bits) => (
            16,
            bits.map_or(1, |bits| (bits.lowest + bits.count).div_ceil(4)),
        ),
        (Encoding::Bcd, _) => (9, 1),
        (Encoding::Decimal, _) => (19, 1),
        (Encoding::Text | Encoding::Bytes, _) => (MOST_LENGTH, 1),
    };
    let needed = usize::try_from(needed).ok()?;
    let length = match (section.has("bytes"), bits, encoding) {
        (true, ..) => section.size("bytes", needed, longest, findings),
        (false, Some(_), _) | (false, _, Encoding::Binary) => Some(needed),
        _ => {
            section.missing("bytes", findings);
            None
        }
    };
    let (offset, length) = (offset?, length?);
    if offset < 0 && offset + length as i128 > 0 {
        let text = "a field counted from the end ends at the end";
        let kind = LayoutErrorKind::Combination(text);
        findings.error(&section.span_of("offset"), kind);
        return None;
    }
    Some(Place::At {
        offset: i32::try_from(offset).ok()?,
        length,
    })
}

fn enumeration(
    section: &mut Section<'_>,
    context: &Context<'_>,
    findings: &mut Findings<'_>,
) -> Option<usize> {
    let (name, span) = section.text("enumeration", findings)?;
    let found = context
        .enumerations
        .iter()
        .position(|known| known.name == name);
    if found.is_none() {
        let what = "enumeration";
        findings.error(&span, LayoutErrorKind::UnknownName { what, name });
    }
    found
}

fn constant(
    field: &Field,
    at: &Spanned<DeValue<'_>>,
    enumerations: &[Enumeration],
    findings: &mut Findings<'_>,
) -> Option<Value> {
    let text = at.get_ref().as_str();
    let found = match (integer(at.get_ref()), text) {
        (Some(number), _) => typed(field, number),
        (None, Some(text)) if field.encoding == Encoding::Text => {
            let fits = match field.place {
                Place::At { length, .. } => text.chars().count() <= length,
                _ => true,
            };
            fits.then(|| Value::Text(text.to_string()))
        }
        (None, Some(text)) => match label(field, text, enumerations) {
            Some(number) => typed(field, number),
            None => hex::parse(text).and_then(|bytes| typed_bytes(field, bytes)),
        },
        (None, None) => None,
    };
    if found.is_none() {
        impossible(field, at, findings);
    }
    found
}

fn label(field: &Field, text: &str, enumerations: &[Enumeration]) -> Option<i128> {
    enumerations[field.enumeration?].number(text)
}

fn impossible(field: &Field, at: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) {
    let value = match (integer(at.get_ref()), at.get_ref().as_str()) {
        (Some(number), _) => number.to_string(),
        (None, Some(text)) => text.to_string(),
        (None, None) => at.get_ref().type_str().to_string(),
    };
    let kind = LayoutErrorKind::ImpossibleValue {
        field: field.name.clone(),
        value,
    };
    findings.error(&at.span(), kind);
}

/// A value or a list of values that one of these fields can have.
pub(super) fn values(
    value: &Spanned<DeValue<'_>>,
    fields: &[&Field],
    enumerations: &[Enumeration],
    findings: &mut Findings<'_>,
) -> Option<Test> {
    let mut numbers = Vec::new();
    let mut texts: Vec<String> = Vec::new();
    let first = fields.first()?;
    for item in list(value) {
        let number = match item.get_ref().as_str() {
            None => integer(item.get_ref()),
            Some(text) => {
                if fields.iter().any(|field| field.encoding == Encoding::Text) {
                    texts.push(text.to_string());
                    continue;
                }
                fields
                    .iter()
                    .find_map(|field| label(field, text, enumerations))
            }
        };
        match number.filter(|n| fields.iter().any(|field| typed(field, *n).is_some())) {
            Some(number) => numbers.push(number),
            None => impossible(first, item, findings),
        }
    }
    Some(if texts.is_empty() {
        Test::In(numbers)
    } else {
        Test::TextIn(texts)
    })
}

/// `when`, one condition or a list.
pub(super) fn conditions(
    section: &mut Section<'_>,
    fields: &[Field],
    all_names: Option<&[Option<&str>]>,
    enumerations: &[Enumeration],
    findings: &mut Findings<'_>,
) -> Vec<Condition> {
    let sections = section.sections("when", findings);
    let read = sections.into_iter().filter_map(|mut section| {
        let (name, span) = section.need_text("field", findings)?;
        let Some(index) = fields.iter().position(|field| field.name == name) else {
            let further_down = all_names.is_some_and(|all| all.contains(&Some(name.as_str())));
            let kind = if further_down {
                LayoutErrorKind::ConditionOrder { name }
            } else {
                let what = "field";
                LayoutErrorKind::UnknownName { what, name }
            };
            findings.error(&span, kind);
            return None;
        };
        let field = &fields[index];
        let mut tests = Vec::new();
        for key in ["equals", "in"] {
            if let Some(value) = section.get(key) {
                tests.extend(values(value, &[field], enumerations, findings));
            }
        }
        if let Some(value) = section.get("not") {
            match values(value, &[field], enumerations, findings) {
                Some(Test::In(numbers)) => tests.push(Test::NotIn(numbers)),
                Some(_) => {
                    wrong::<()>(
                        "not",
                        "a number or a name of an enumeration",
                        &value.span(),
                        findings,
                    );
                }
                None => {}
            }
        }
        let most = i128::from(u64::MAX);
        let mut limit = |key| section.integer(key, -most, most, findings);
        tests.extend(limit("at_least").map(Test::AtLeast));
        tests.extend(limit("at_most").map(Test::AtMost));
        if (section.has("at_least") || section.has("at_most")) && !field.encoding.is_number() {
            let key = if section.has("at_least") {
                "at_least"
            } else {
                "at_most"
            };
            wrong::<()>(
                key,
                "about a field that is a number",
                &section.span_of(key),
                findings,
            );
        }
        if tests.is_empty()
            && !["equals", "in", "not", "at_least", "at_most"]
                .iter()
                .any(|key| section.has(key))
        {
            let text = "a condition needs `equals`, `in`, `not`, `at_least` or `at_most`";
            findings.error(&section.span.clone(), LayoutErrorKind::Combination(text));
        }
        section.finish(findings);
        Some(Condition {
            field: index,
            tests,
        })
    });
    read.collect()
}
