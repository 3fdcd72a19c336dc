//! What can only be checked when the whole layout is there.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::checksum::{Algorithm, ChecksumPosition};
use super::definition::{Definition, Shape};
use super::field::{Encoding, Field, Place, Role, exclusive};
use super::framing::{Framing, Terminator};
use super::read::{Findings, Spans};
use super::{LayoutErrorKind, LayoutWarningKind};
use crate::ByteOrder;

pub(super) fn check(definition: &Definition, spans: &Spans, findings: &mut Findings<'_>) {
    if let Shape::Wire(framing) = &definition.shape {
        lengths(framing, spans, findings);
        escapes(framing, spans, findings);
        heartbeats(framing, spans, findings);
        range(framing, definition, spans, findings);
        doubts(framing, spans, findings);
    }
    fields(definition, spans, findings);
    overlaps(definition, spans, findings);
    if definition.samples.is_empty() {
        findings.warning(&(0..0), LayoutWarningKind::Untested);
    }
    let has_device = definition
        .fields
        .iter()
        .any(|field| field.role == Some(Role::Device));
    if !has_device && definition.shape != Shape::FrameFamily {
        findings.warning(&(0..0), LayoutWarningKind::NoDevice);
    }
}

fn lengths(framing: &Framing, spans: &Spans, findings: &mut Findings<'_>) {
    let least = framing.min_length();
    let (key, length) = match framing.terminator {
        Terminator::Fixed(length) => ("fixed_length", length),
        _ => ("max_length", framing.max_length),
    };
    if length < least || framing.max_length < length {
        let kind = LayoutErrorKind::OutOfRange {
            key: key.to_string(),
            least: least as i128,
            most: framing.max_length.max(least) as i128,
        };
        findings.error(&spans.framing, kind);
    }
    if let Terminator::Length(field) = framing.terminator {
        if field.offset < framing.start.len() {
            let text = "the length field stands in the start mark";
            findings.error(&spans.framing, LayoutErrorKind::Combination(text));
        }
    }
}

fn escapes(framing: &Framing, spans: &Spans, findings: &mut Findings<'_>) {
    let Some(escape) = &framing.escape else {
        return;
    };
    let mut error = |text| findings.error(&spans.escape, LayoutErrorKind::Ambiguous(text));
    if !escape.covers(escape.byte) {
        error("the escape byte must itself be escaped");
    }
    let mut codes: Vec<u8> = escape.codes.iter().map(|(_, code)| *code).collect();
    codes.sort_unstable();
    if codes.windows(2).any(|pair| pair[0] == pair[1]) {
        error("two escaped bytes have the same code");
    }
    let mut originals: Vec<u8> = escape.codes.iter().map(|(byte, _)| *byte).collect();
    originals.sort_unstable();
    if originals.windows(2).any(|pair| pair[0] == pair[1]) {
        error("a byte is escaped twice");
    }
    if escape.xor == Some(0) {
        error("exclusive or with 0 escapes nothing");
    }
    for mark in [&framing.start, &framing.end] {
        match mark.as_slice() {
            [first] if *first == escape.byte => error("the escape byte is also a mark"),
            [first, second] if *first == escape.byte && escape.original(*second).is_some() => {
                error("a mark reads like an escaped byte");
            }
            [first, _, _, ..] if *first == escape.byte => {
                error("a mark that begins with the escape byte has two bytes");
            }
            _ => {}
        }
    }
    // Doubling is no conflict: the second escape byte cannot be taken for the first.
    let reserved = |code: u8| {
        code != escape.byte
            && [&framing.start, &framing.end]
                .iter()
                .any(|mark| mark.first() == Some(&code) && escape.covers(code))
    };
    if codes.iter().any(|code| reserved(*code)) {
        error("the code of an escaped byte is the first byte of a mark");
    }
    let by_mark = framing.terminator == Terminator::Mark;
    let open_end = framing
        .end
        .first()
        .is_some_and(|first| *first != escape.byte && !escape.covers(*first));
    if by_mark && open_end {
        findings.warning(&spans.escape, LayoutWarningKind::EndNotEscaped);
    }
}

fn heartbeats(framing: &Framing, spans: &Spans, findings: &mut Findings<'_>) {
    for (i, heartbeat) in framing.heartbeats.iter().enumerate() {
        let mut error = |text| findings.error(&spans.heartbeat, LayoutErrorKind::Ambiguous(text));
        if !framing.start.is_empty() && heartbeat.starts_with(&framing.start) {
            error("a heartbeat begins with the start mark");
        }
        if framing.start.len() > heartbeat.len() && framing.start.starts_with(heartbeat) {
            error("the start mark begins with a heartbeat");
        }
        let others = framing.heartbeats.iter().enumerate();
        for (j, other) in others {
            if i != j && other.starts_with(heartbeat) {
                error("a heartbeat begins with another one");
            }
        }
    }
}

/// The range of the check in the shortest frame and in the longest.
fn range(framing: &Framing, definition: &Definition, spans: &Spans, findings: &mut Findings<'_>) {
    let Some(check) = &framing.checksum else {
        findings.warning(&spans.framing, LayoutWarningKind::NoChecksum);
        return;
    };
    let mut error = |text| findings.error(&spans.checksum, LayoutErrorKind::ChecksumRange(text));
    if let ChecksumPosition::At(offset) = check.position {
        if offset < framing.start.len() {
            error("needs a checksum behind the start mark");
        }
        if let Terminator::Length(field) = framing.terminator {
            if offset < field.end() && field.offset < offset + check.length() {
                error("needs a checksum beside the length field");
            }
        }
    }
    let least = match framing.terminator {
        Terminator::Fixed(length) => length,
        _ => shortest(framing, definition),
    };
    for length in [least, framing.max_length] {
        let (Some(covered), Some(at)) = (framing.covered(length), framing.check_at(length)) else {
            error("begins behind its end, or outside of the frame");
            return;
        };
        if covered.start < at.end && at.start < covered.end {
            error("holds the checksum itself");
            return;
        }
    }
    if check.algorithm != Algorithm::Mod15 {
        return;
    }
    let covered = framing.covered(framing.max_length).unwrap_or(0..0);
    for (field, span) in definition.fields.iter().zip(&spans.fields) {
        let digits = matches!(
            field.encoding,
            Encoding::Decimal | Encoding::Hex | Encoding::Text
        );
        let inside = match field.place {
            Place::At { offset, .. } => {
                usize::try_from(offset).is_ok_and(|offset| covered.contains(&offset))
            }
            Place::Rest { .. } | Place::Column { .. } => true,
        };
        if inside && (!digits || field.pad == b' ' && field.encoding == Encoding::Decimal) {
            let field = field.name.clone();
            findings.error(span, LayoutErrorKind::NotDigits { field });
        }
    }
    if framing
        .separator
        .is_some_and(|byte| !byte.is_ascii_hexdigit())
    {
        let text = "holds a separator, which is no digit";
        findings.error(&spans.checksum, LayoutErrorKind::ChecksumRange(text));
    }
}

/// The shortest frame that holds every field that must be there.
fn shortest(framing: &Framing, definition: &Definition) -> usize {
    let required = definition
        .fields
        .iter()
        .filter(|field| !field.optional && field.when.is_empty());
    let ends = required.filter_map(|field| match field.place {
        Place::At { offset, length } => usize::try_from(offset).ok().map(|from| from + length),
        _ => None,
    });
    let with_fields = ends.max().unwrap_or(0) + definition.reserved + framing.trailer();
    framing.min_length().max(with_fields)
}

fn doubts(framing: &Framing, spans: &Spans, findings: &mut Findings<'_>) {
    if framing.start.is_empty() && framing.end.is_empty() {
        findings.warning(&spans.framing, LayoutWarningKind::NoMarks);
    }
    if framing.terminator == Terminator::Mark && framing.doubt() > 0 {
        findings.warning(&spans.checksum, LayoutWarningKind::CheckLooksLikeEnd);
    }
    if framing.ack.is_none() {
        findings.warning(&spans.framing, LayoutWarningKind::NoAck);
    }
}

/// Fields that no frame has room for.
fn fields(definition: &Definition, spans: &Spans, findings: &mut Findings<'_>) {
    if definition.shape == Shape::FrameFamily && !definition.fields.is_empty() {
        let text = "fields need [framing] or [payload]";
        findings.error(&spans.fields[0], LayoutErrorKind::Combination(text));
        return;
    }
    let most = definition.max_length();
    let limit = most.saturating_sub(definition.trailer());
    for (field, span) in definition.fields.iter().zip(&spans.fields) {
        let end = match field.place {
            Place::At { offset, length } => match usize::try_from(offset) {
                Ok(offset) => offset + length,
                Err(_) if offset.unsigned_abs() as usize <= most => continue,
                Err(_) => usize::MAX,
            },
            Place::Rest { offset } => offset,
            Place::Column { .. } => continue,
        };
        if end > limit {
            let field = field.name.clone();
            findings.error(span, LayoutErrorKind::BeyondMaximum { field, limit });
        }
    }
}

/// The bits that a field takes: units are bytes, or columns, counted from the start or the end.
fn footprint(field: &Field) -> Vec<(i32, u64)> {
    let (offset, length) = match field.place {
        Place::At { offset, length } => (offset, length),
        Place::Rest { offset } => return alloc::vec![(small(offset), u64::MAX)],
        Place::Column { index, .. } => {
            let bits = field.bits.map_or(u64::MAX, super::field::Bits::mask);
            return alloc::vec![(small(index), bits)];
        }
    };
    let whole = |i: usize| (offset + small(i), u64::MAX);
    let Some(bits) = field.bits else {
        return (0..length).map(whole).collect();
    };
    let mask = bits.mask();
    // A byte holds eight bits of the number, a hexadecimal digit four.
    let unit = if field.encoding == Encoding::Hex {
        4
    } else {
        8
    };
    (0..length)
        .map(|i| {
            let from_low = match field.order {
                ByteOrder::HighFirst => length - 1 - i,
                ByteOrder::LowFirst => i,
            };
            (whole(i).0, mask >> (from_low * unit) & ((1 << unit) - 1))
        })
        .filter(|(_, mask)| *mask != 0)
        .collect()
}

fn overlaps(definition: &Definition, spans: &Spans, findings: &mut Findings<'_>) {
    let prints: Vec<Vec<(i32, u64)>> = definition.fields.iter().map(footprint).collect();
    for (i, field) in definition.fields.iter().enumerate() {
        let mut warn = |with: String| {
            let field = field.name.clone();
            findings.warning(&spans.fields[i], LayoutWarningKind::Overlap { field, with });
        };
        for (j, other) in definition.fields[..i].iter().enumerate() {
            let shared = prints[i].iter().any(|(unit, mask)| {
                prints[j]
                    .iter()
                    .any(|(other, others)| unit == other && mask & others != 0)
            });
            let rest = reaches(field, other) || reaches(other, field);
            if (shared || rest) && !exclusive(&field.when, &other.when) {
                warn(format!("field `{}`", other.name));
            }
        }
        let Some(framing) = definition.framing() else {
            continue;
        };
        let Place::At { offset, length } = field.place else {
            continue;
        };
        match usize::try_from(offset) {
            Ok(offset) => {
                for (part, with) in front(framing) {
                    if offset < part.end && part.start < offset + length {
                        warn(with.to_string());
                    }
                }
            }
            Err(_) if offset + small(length) > -trailer(framing) => {
                warn("the end mark or the checksum".to_string());
            }
            Err(_) => {}
        }
    }
}

/// A rest that begins before a field counted from the start ends.
fn reaches(rest: &Field, other: &Field) -> bool {
    match (rest.place, other.place) {
        (Place::Rest { offset: from }, Place::At { offset, length }) => {
            usize::try_from(offset).is_ok_and(|offset| from < offset + length)
        }
        (Place::Rest { .. }, Place::Rest { .. }) => true,
        _ => false,
    }
}

fn trailer(framing: &Framing) -> i32 {
    small(framing.trailer())
}

/// Offsets are bounded by the longest frame.
fn small(offset: usize) -> i32 {
    i32::try_from(offset).unwrap_or(i32::MAX)
}

/// Parts of the framing that stand at fixed offsets.
fn front(framing: &Framing) -> impl Iterator<Item = (Range<usize>, &'static str)> {
    let start = (0..framing.start.len(), "the start mark");
    let length = match framing.terminator {
        Terminator::Length(field) => Some((field.offset..field.end(), "the length")),
        _ => None,
    };
    let check = framing
        .checksum
        .as_ref()
        .and_then(|check| match check.position {
            ChecksumPosition::At(offset) => Some((offset..offset + check.length(), "the checksum")),
            _ => None,
        });
    [Some(start), length, check].into_iter().flatten()
}
