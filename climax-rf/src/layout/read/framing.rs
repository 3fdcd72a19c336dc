//! `[framing]`.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;

use super::Findings;
use super::document::{MOST_LENGTH, ORDERS};
use super::section::{Section, wrong};
use crate::checksum::{CrcParameters, CrcTable, CrcWidth};
use crate::layout::checksum::{Algorithm, Checksum, ChecksumEnd, ChecksumPosition, Complement};
use crate::layout::field::{Field, Place};
use crate::layout::framing::{
    Answer, AnswerPart, Escape, Framing, LengthCounts, LengthEncoding, LengthField, Terminator,
};
use crate::layout::{LayoutErrorKind, hex};

/// The longest mark, heartbeat and prefix.
const MOST_MARK: usize = 16;
/// The longest answer, in characters of its declaration.
const MOST_ANSWER: usize = 512;

/// True when the fields of the layout stand in columns.
pub(super) fn is_separated(root: &Section<'_>) -> bool {
    framing_table(root).is_some_and(|table| table.contains_key("separator"))
}

fn framing_table<'a>(root: &Section<'a>) -> Option<&'a toml::de::DeTable<'a>> {
    let mut entries = root.entries();
    entries
        .find(|(key, ..)| *key == "framing")
        .and_then(|(_, _, value)| value.get_ref().as_table())
}

/// The length of the start mark, for fields that begin behind it.
pub(super) fn start_length(root: &mut Section<'_>) -> usize {
    let mut nothing = Findings::silent();
    framing_table(root)
        .map(|table| Section::new("".to_string(), 0..0, table))
        .and_then(|mut section| section.bytes("start", &mut nothing))
        .map_or(0, |(bytes, _)| bytes.len())
}

fn mark(section: &mut Section<'_>, key: &'static str, findings: &mut Findings<'_>) -> Vec<u8> {
    let Some((bytes, span)) = section.bytes(key, findings) else {
        return Vec::new();
    };
    if bytes.is_empty() || bytes.len() > MOST_MARK {
        wrong::<()>(key, "1 to 16 bytes", &span, findings);
    }
    bytes
}

pub(super) fn read(
    mut section: Section<'_>,
    fields: &[Field],
    findings: &mut Findings<'_>,
) -> Option<Framing> {
    let start = mark(&mut section, "start", findings);
    let end = mark(&mut section, "end", findings);
    let fixed = section.size("fixed_length", 1, MOST_LENGTH, findings);
    let max_length = section.size("max_length", 1, MOST_LENGTH, findings);
    let length = section
        .section("length", findings)
        .and_then(|length| length_field(length, findings));
    let escape = section
        .section("escape", findings)
        .and_then(|escape| self::escape(escape, findings));
    let checksum = section
        .section("checksum", findings)
        .map(|checksum| self::checksum(checksum, start.len(), findings));
    let ack = answer(&mut section, "ack", fields, findings);
    let nak = answer(&mut section, "nak", fields, findings);
    let answer_damaged = section.flag("answer_damaged", findings).unwrap_or(true);
    let heartbeats: Vec<Vec<u8>> = section
        .byte_strings("heartbeat", findings)
        .into_iter()
        .map(|(bytes, span)| {
            if bytes.is_empty() || bytes.len() > MOST_MARK {
                wrong::<()>("heartbeat", "1 to 16 bytes", &span, findings);
            }
            bytes
        })
        .collect();
    let heartbeat_answer = section.bytes("heartbeat_answer", findings);
    let hour = 3_600_000;
    let timeout = section.size("timeout_ms", 1, hour, findings);
    let answer_timeout = section.size("answer_timeout_ms", 1, hour, findings);
    let silence = section.size("silence_s", 1, 31_536_000, findings);
    let separator = section.byte("separator", findings);
    let fill = section.byte("fill", findings);
    let span = section.span.clone();
    let had = |key: &str| section.has(key);
    let kind = match (had("length"), had("fixed_length"), had("end")) {
        (true, true, _) => Some("[framing] has `length` or `fixed_length`, not both"),
        (false, false, false) => Some("[framing] needs `end`, `length` or `fixed_length`"),
        _ if had("heartbeat_answer") && !had("heartbeat") => {
            Some("`heartbeat_answer` needs `heartbeat`")
        }
        _ => None,
    };
    let heartbeat_answer = heartbeat_answer.map(|(bytes, span)| {
        if bytes.len() > MOST_MARK {
            wrong::<()>("heartbeat_answer", "at most 16 bytes", &span, findings);
        }
        bytes
    });
    let wants_length = had("length");
    let wants_check = had("checksum");
    section.finish(findings);
    if let Some(text) = kind {
        findings.error(&span, LayoutErrorKind::Combination(text));
        return None;
    }
    let terminator = match (length, fixed) {
        (Some(field), _) => Terminator::Length(field),
        (None, Some(length)) => Terminator::Fixed(length),
        (None, None) if wants_length => return None,
        (None, None) => Terminator::Mark,
    };
    let checksum = match checksum {
        Some(read) => read?,
        None if wants_check => return None,
        None => None,
    };
    let millis = |count: Option<usize>, default: u64| {
        Duration::from_millis(count.map_or(default, |count| count as u64))
    };
    Some(Framing {
        start,
        end,
        terminator,
        escape,
        checksum,
        ack,
        nak,
        answer_damaged,
        heartbeats,
        heartbeat_answer: heartbeat_answer.unwrap_or_default(),
        timeout: millis(timeout, 500),
        answer_timeout: millis(answer_timeout, 5000),
        silence: silence.map(|seconds| Duration::from_secs(seconds as u64)),
        max_length: max_length.or(fixed).unwrap_or(256),
        separator,
        fill: fill.unwrap_or(if separator.is_some() { b' ' } else { 0 }),
    })
}

fn length_field(mut section: Section<'_>, findings: &mut Findings<'_>) -> Option<LengthField> {
    let offset = section.need_size("offset", 0, MOST_LENGTH, findings);
    let bytes = section.size("bytes", 1, 4, findings);
    let order = section.choice("order", ORDERS, findings);
    let encodings = [
        ("binary", LengthEncoding::Binary),
        ("hex", LengthEncoding::Hex),
        ("decimal", LengthEncoding::Decimal),
    ];
    let encoding = section.choice("encoding", &encodings, findings);
    let counted = [
        ("frame", LengthCounts::Frame),
        ("after", LengthCounts::After),
        ("data", LengthCounts::Data),
    ];
    let counts = section.choice("counts", &counted, findings);
    if counts.is_none() && !section.has("counts") {
        section.missing("counts", findings);
    }
    let add = section.integer("add", -4096, 4096, findings);
    section.finish(findings);
    Some(LengthField {
        offset: offset?,
        bytes: bytes.unwrap_or(1),
        order: order.unwrap_or_default(),
        encoding: encoding.unwrap_or(LengthEncoding::Binary),
        counts: counts?,
        add: i32::try_from(add.unwrap_or(0)).ok()?,
    })
}

fn escape(mut section: Section<'_>, findings: &mut Findings<'_>) -> Option<Escape> {
    let byte = section.byte("byte", findings);
    if byte.is_none() && !section.has("byte") {
        section.missing("byte", findings);
    }
    let xor = section.byte("xor", findings);
    let escaped = section.bytes("bytes", findings);
    let mut codes: Vec<(u8, u8)> = Vec::new();
    if let Some(map) = section.section("map", findings) {
        for (original, span, value) in map.entries() {
            let code = value.get_ref().as_str().and_then(hex::parse);
            match (hex::parse(original).as_deref(), code.as_deref()) {
                (Some([original]), Some([code])) => codes.push((*original, *code)),
                _ => {
                    wrong::<()>(
                        "map",
                        "pairs of single bytes such as \"02\" = \"82\"",
                        &span,
                        findings,
                    );
                }
            }
        }
    }
    let has_map = section.has("map");
    let has_xor = section.has("xor") && section.has("bytes");
    let half_xor = section.has("xor") != section.has("bytes");
    let span = section.span.clone();
    section.finish(findings);
    if has_map == has_xor || half_xor {
        let kind = LayoutErrorKind::Combination("an escape has either `map`, or `xor` and `bytes`");
        findings.error(&span, kind);
        return None;
    }
    if let (Some(xor), Some((bytes, _))) = (xor, escaped) {
        codes = bytes.iter().map(|byte| (*byte, byte ^ xor)).collect();
    }
    Some(Escape {
        byte: byte?,
        codes,
        xor,
    })
}

/// The parameters of a CRC, wherever they stand.
pub(super) fn crc(section: &mut Section<'_>, findings: &mut Findings<'_>) -> Option<CrcParameters> {
    let width = section.need_size("width", 8, 32, findings);
    let known = width
        .and_then(|bits| u8::try_from(bits).ok())
        .and_then(CrcWidth::from_bits);
    if width.is_some() && known.is_none() {
        let span = section.span_of("width");
        wrong::<()>("width", "8, 16, 24 or 32", &span, findings);
    }
    // Without a width the others are still read, for their own faults.
    let most = i128::from(known.map_or(u32::MAX, CrcWidth::mask));
    let mut number = |key| {
        let number = section.integer(key, 0, most, findings);
        number.and_then(|number| u32::try_from(number).ok())
    };
    let polynomial = number("polynomial");
    let initial = number("initial");
    let xor_out = number("xor_out");
    if polynomial.is_none() && !section.has("polynomial") {
        section.missing("polynomial", findings);
    }
    let reflect_in = section.flag("reflect_in", findings);
    let reflect_out = section.flag("reflect_out", findings);
    Some(CrcParameters {
        width: known?,
        polynomial: polynomial?,
        initial: initial.unwrap_or(0),
        reflect_in: reflect_in.unwrap_or(false),
        reflect_out: reflect_out.unwrap_or(false),
        xor_out: xor_out.unwrap_or(0),
    })
}

/// `Some(None)` is kind `none`.
fn checksum(
    mut section: Section<'_>,
    start: usize,
    findings: &mut Findings<'_>,
) -> Option<Option<Checksum>> {
    let kinds =
        ["none", "sum8", "sum16", "xor", "crc", "fletcher", "mod15"].map(|kind| (kind, kind));
    let Some(kind) = section.choice("kind", &kinds, findings) else {
        if !section.has("kind") {
            section.missing("kind", findings);
        }
        return None;
    };
    section.name = alloc::format!("a checksum of kind {kind}");
    let mut initial = 0;
    let mut complement = Complement::None;
    let algorithm = match kind {
        "none" => {
            section.finish(findings);
            return Some(None);
        }
        "crc" => {
            crc(&mut section, findings).map(|parameters| Algorithm::Crc(CrcTable::new(parameters)))
        }
        "fletcher" => {
            let modulus = section.size("modulus", 255, 256, findings).unwrap_or(256);
            u16::try_from(modulus)
                .ok()
                .map(|modulus| Algorithm::Fletcher { modulus })
        }
        "mod15" => Some(Algorithm::Mod15),
        _ => {
            let most = if kind == "sum16" { 0xFFFF } else { 0xFF };
            let start = section.size("initial", 0, most, findings).unwrap_or(0);
            initial = u16::try_from(start).unwrap_or(0);
            let complements = [
                ("none", Complement::None),
                ("ones", Complement::Ones),
                ("twos", Complement::Twos),
            ];
            complement = section
                .choice("complement", &complements, findings)
                .unwrap_or(Complement::None);
            Some(match kind {
                "sum8" => Algorithm::Sum8,
                "sum16" => Algorithm::Sum16,
                _ => Algorithm::Xor,
            })
        }
    };
    let digit = kind == "mod15";
    // A check of one digit can only be text.
    let hex = digit
        || section
            .choice("encoding", &[("binary", false), ("hex", true)], findings)
            .unwrap_or(false);
    let order = if digit {
        None
    } else {
        section.choice("order", ORDERS, findings)
    };
    let position = position(&mut section, findings);
    let prefix = match position {
        Some(ChecksumPosition::At(_)) => Vec::new(),
        _ => mark(&mut section, "prefix", findings),
    };
    let from = section.size("from", 0, MOST_LENGTH, findings);
    let to = range_end(&mut section, findings);
    section.finish(findings);
    let mut checksum = Checksum {
        algorithm: algorithm?,
        from: from.unwrap_or(start),
        to: to?,
        position: position?,
        hex,
        order: order.unwrap_or_default(),
        complement,
        initial,
        prefix,
    };
    if let (None, ChecksumPosition::At(offset)) = (from, checksum.position) {
        checksum.from = offset + checksum.length();
    }
    Some(Some(checksum))
}

fn position(section: &mut Section<'_>, findings: &mut Findings<'_>) -> Option<ChecksumPosition> {
    let words = [
        ("before_end", ChecksumPosition::BeforeEnd),
        ("after_end", ChecksumPosition::AfterEnd),
    ];
    let Some(value) = section.get("position") else {
        return Some(ChecksumPosition::BeforeEnd);
    };
    if value.get_ref().is_integer() {
        let offset = section.size("position", 0, MOST_LENGTH, findings)?;
        return Some(ChecksumPosition::At(offset));
    }
    section.choice("position", &words, findings)
}

fn range_end(section: &mut Section<'_>, findings: &mut Findings<'_>) -> Option<ChecksumEnd> {
    let words = [
        ("checksum", ChecksumEnd::Checksum),
        ("data", ChecksumEnd::Data),
    ];
    let Some(value) = section.get("to") else {
        return Some(ChecksumEnd::Checksum);
    };
    if value.get_ref().is_integer() {
        let offset = section.integer("to", -4096, 4096, findings)?;
        return i32::try_from(offset).ok().map(ChecksumEnd::Offset);
    }
    section.choice("to", &words, findings)
}

/// An answer: bytes with `{field}` and `{checksum}` between them.
fn answer(
    section: &mut Section<'_>,
    key: &'static str,
    fields: &[Field],
    findings: &mut Findings<'_>,
) -> Option<Answer> {
    let value = section.get(key)?;
    let span = value.span();
    let (template, as_text) = match value.get_ref().as_table() {
        Some(table) if table.len() == 1 => (table.get("text")?.get_ref().as_str(), true),
        _ => (value.get_ref().as_str(), false),
    };
    let expected = "hexadecimal pairs or { text = \"...\" }, with {field} and {checksum} between";
    let Some(template) = template.filter(|text| !text.is_empty() && text.len() <= MOST_ANSWER)
    else {
        return wrong(key, expected, &span, findings);
    };
    let mut parts = Vec::new();
    for (i, piece) in template.split('{').enumerate() {
        let (name, fixed) = match (i, piece.split_once('}')) {
            (0, _) => (None, piece),
            (_, Some((name, fixed))) => (Some(name), fixed),
            (_, None) => return wrong(key, expected, &span, findings),
        };
        match name {
            Some("checksum") if section.has("checksum") => parts.push(AnswerPart::Checksum),
            Some(name) => match fields.iter().position(|field| field.name == name) {
                Some(index) if !matches!(fields[index].place, Place::Rest { .. }) => {
                    parts.push(AnswerPart::Field(index));
                }
                _ => {
                    let kind = LayoutErrorKind::UnknownName {
                        what: "field of fixed length for an answer",
                        name: name.to_string(),
                    };
                    findings.error(&span, kind);
                    return None;
                }
            },
            None => {}
        }
        let fixed = if as_text {
            Some(fixed.as_bytes().to_vec())
        } else {
            hex::parse(fixed)
        };
        match fixed {
            Some(bytes) if bytes.is_empty() => {}
            Some(bytes) => parts.push(AnswerPart::Bytes(bytes)),
            None => return wrong(key, expected, &span, findings),
        }
    }
    Some(Answer { parts })
}
