//! The whole layout.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::section::Section;
use super::{Findings, Spans, fields, framing, meaning, samples};
use crate::ByteOrder;
use crate::Provenance;
use crate::checksum::CrcParameters;
use crate::f1::{CrcOver, Declaration, Family, FrameCrc, LengthRule, OneIs, SyncWord};
use crate::layout::definition::{Definition, PayloadRule, Shape};
use crate::layout::{LayoutErrorKind, field::Field};

/// The longest frame and payload.
pub(super) const MOST_LENGTH: usize = 4096;

pub(super) const ORDERS: &[(&str, ByteOrder)] = &[
    ("big", ByteOrder::HighFirst),
    ("little", ByteOrder::LowFirst),
];

pub(in crate::layout) fn read(
    mut root: Section<'_>,
    findings: &mut Findings<'_>,
) -> Option<(Definition, Spans)> {
    match root.integer("version", i128::MIN, i128::MAX, findings) {
        Some(1) => {}
        Some(found) => {
            let span = root.span_of("version");
            findings.error(&span, LayoutErrorKind::Version { found });
            // Another version has other keys: what follows would only mislead.
            return None;
        }
        None if root.has("version") => {}
        None => root.missing("version", findings),
    }
    let name = root.need_text("name", findings);
    let description = root.text("description", findings).map(|(text, _)| text);
    let provenance = root.choice(
        "provenance",
        &[
            (Provenance::User.name(), Provenance::User),
            (Provenance::Standard.name(), Provenance::Standard),
            (Provenance::Inferred.name(), Provenance::Inferred),
            (Provenance::SingleSource.name(), Provenance::SingleSource),
            (Provenance::Confirmed.name(), Provenance::Confirmed),
        ],
        findings,
    );
    let enumerations = meaning::enumerations(&mut root, findings);
    let separated = framing::is_separated(&root);
    let start = framing::start_length(&mut root);
    let (fields, field_spans) = fields::read(&mut root, &enumerations, separated, start, findings);
    let (mut shape, framing_spans) = shape(&mut root, &fields, findings);
    let provenance = provenance.unwrap_or(Provenance::User);
    let family = family(&mut root, provenance, findings);
    if shape.is_none() && family.is_some() && !root.has("framing") && !root.has("payload") {
        shape = Some(Shape::FrameFamily);
    }
    let battery = root
        .section("battery", findings)
        .and_then(|section| meaning::battery(section, findings));
    let device_types = meaning::device_types(&mut root, findings);
    let events = meaning::events(&mut root, &fields, &enumerations, &device_types, findings);
    meaning::check_device_events(&device_types, &events, findings);
    let samples = samples::read(&mut root, &fields, findings);
    if shape.is_none() && !root.has("framing") && !root.has("payload") && !root.has("frame_family")
    {
        let kind =
            LayoutErrorKind::Combination("a layout needs [framing], [payload] or [frame_family]");
        findings.error(&root.span.clone(), kind);
    }
    root.finish(findings);
    let device_types = device_types.into_iter().map(|(known, _)| known).collect();
    let mut definition = Definition {
        name: name?.0,
        description,
        provenance,
        shape: shape?,
        family,
        fields,
        enumerations,
        device_types,
        events,
        battery,
        samples,
        warnings: Vec::new(),
        reserved: 0,
    };
    definition.reserve();
    let [framing, checksum, escape, heartbeat] = framing_spans;
    let spans = Spans {
        framing,
        checksum,
        escape,
        heartbeat,
        fields: field_spans,
    };
    Some((definition, spans))
}

/// The shape, and where framing, checksum, escape and heartbeat stand.
fn shape(
    root: &mut Section<'_>,
    fields: &[Field],
    findings: &mut Findings<'_>,
) -> (Option<Shape>, [super::Span; 4]) {
    let nowhere = || root.span.clone();
    let mut spans = [nowhere(), nowhere(), nowhere(), nowhere()];
    if root.has("framing") && root.has("payload") {
        let kind = LayoutErrorKind::Combination(
            "a layout has [framing] or [payload]: two layouts describe both",
        );
        findings.error(&root.span_of("payload"), kind);
    }
    let payload = root
        .section("payload", findings)
        .and_then(|section| payload(section, findings));
    let framing = root.section("framing", findings);
    if let Some(section) = framing {
        spans = ["", "checksum", "escape", "heartbeat"].map(|key| section.span_of(key));
        let framing = framing::read(section, fields, findings);
        return (framing.map(Shape::Wire), spans);
    }
    (payload.map(Shape::Payload), spans)
}

fn payload(mut section: Section<'_>, findings: &mut Findings<'_>) -> Option<PayloadRule> {
    let length = section.size("length", 1, MOST_LENGTH, findings);
    let min = section.size("min_length", 0, MOST_LENGTH, findings);
    let max = section.size("max_length", 1, MOST_LENGTH, findings);
    let fill = section.byte("fill", findings).unwrap_or(0);
    let span = section.span.clone();
    section.finish(findings);
    let (min_length, max_length) = match (length, min, max) {
        (Some(length), None, None) => (length, length),
        (None, min, Some(max)) if min.unwrap_or(0) <= max => (min.unwrap_or(0), max),
        _ => {
            let kind = LayoutErrorKind::Combination(
                "[payload] needs `length`, or `max_length` and perhaps a smaller `min_length`",
            );
            findings.error(&span, kind);
            return None;
        }
    };
    Some(PayloadRule {
        min_length,
        max_length,
        fill,
    })
}

fn family(
    root: &mut Section<'_>,
    provenance: Provenance,
    findings: &mut Findings<'_>,
) -> Option<Family> {
    let mut section = root.section("frame_family", findings)?;
    let name = section.need_text("name", findings);
    let preamble = section.bytes("preamble", findings);
    let sync = section.bytes("sync", findings);
    if sync.is_none() && !section.has("sync") {
        section.missing("sync", findings);
    }
    let min = section.size("min_length", 1, 255, findings);
    let max = section.size("max_length", 1, 255, findings);
    let mut usual_lengths = Vec::new();
    if let Some(value) = section.get("usual_lengths") {
        for item in super::section::list(value) {
            let length = super::section::integer(item.get_ref()).and_then(|n| u8::try_from(n).ok());
            match length {
                Some(length) => usual_lengths.push(length),
                None => {
                    let expected = "lengths from 1 to 255";
                    super::section::wrong::<()>("usual_lengths", expected, &item.span(), findings);
                }
            }
        }
    }
    let bit_rate = section.need_size("bit_rate", 1, 10_000_000, findings);
    let byte_order = section.choice("crc_order", ORDERS, findings);
    let parameters: Option<CrcParameters> = section.section("crc", findings).and_then(|mut crc| {
        let parameters = framing::crc(&mut crc, findings);
        crc.finish(findings);
        parameters
    });
    if parameters.is_none() && !section.has("crc") {
        section.missing("crc", findings);
    }
    let span = section.span.clone();
    section.finish(findings);
    let min = min.and_then(|min| u8::try_from(min).ok()).unwrap_or(1);
    let max = max.and_then(|max| u8::try_from(max).ok()).unwrap_or(255);
    if usual_lengths.is_empty() {
        usual_lengths = (min..=max).collect();
    }
    let declaration = Declaration {
        name: name?.0.into(),
        provenance,
        preamble: preamble.map(|(bytes, _)| bytes).unwrap_or_default().into(),
        sync: sync.and_then(|(bytes, span)| sync_word(&bytes, &span, findings))?,
        length: LengthRule::Byte {
            min,
            max,
            expected: usual_lengths.into(),
        },
        crc: Some(FrameCrc {
            parameters: parameters?,
            byte_order: byte_order.unwrap_or_default(),
            over: CrcOver::LengthAndPayload,
        }),
        one_is: OneIs::UpperTone,
        bit_rate: u32::try_from(bit_rate?).ok()?,
        centres: Cow::Borrowed(&[]),
        seen_below: None,
    };
    match Family::declare(declaration) {
        Ok(family) => Some(family),
        Err(error) => {
            findings.error(&span, LayoutErrorKind::FrameFamily(error));
            None
        }
    }
}

fn sync_word(bytes: &[u8], span: &Range<usize>, findings: &mut Findings<'_>) -> Option<SyncWord> {
    if !(2..=8).contains(&bytes.len()) {
        super::section::wrong::<()>("sync", "2 to 8 bytes", span, findings);
        return None;
    }
    let word = bytes
        .iter()
        .fold(0, |word, &byte| word << 8 | u64::from(byte));
    let bits = u8::try_from(bytes.len() * 8).ok()?;
    SyncWord::new(word, bits).ok()
}
