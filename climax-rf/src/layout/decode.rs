//! Bytes to fields.

use alloc::vec::Vec;
use core::ops::Range;

use super::assemble::{Assembler, Step};
use super::definition::{Definition, Shape};
use super::field::{Field, Place, Role};
use super::fieldbytes;
use super::framing::{Framing, position};
use super::value::Value;
use super::{DecodeError, DecodeErrorKind, Decoded, Layout, Warning, WarningKind};

/// Where the data of a frame or a payload stands, and how long the whole is.
pub(super) struct Ground<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) data: Range<usize>,
    pub(super) separator: Option<u8>,
    /// Of what is counted from the end, the bytes before the end of the data.
    pub(super) reserved: usize,
}

impl<'a> Ground<'a> {
    pub(super) fn new(definition: &Definition, bytes: &'a [u8]) -> Self {
        let (data, separator) = match definition.framing() {
            Some(framing) => (framing.data(bytes.len()), framing.separator),
            None => (0..bytes.len(), None),
        };
        Ground {
            bytes,
            data,
            separator,
            reserved: definition.reserved,
        }
    }

    /// The bytes of a field; `None` when the frame ends before.
    pub(super) fn range(&self, field: &Field) -> Option<Range<usize>> {
        match field.place {
            Place::At { offset, length } => {
                let from = position(offset, self.bytes.len())?;
                // A field counted from the front is data; one counted from the end may be a mark.
                let limit = if offset >= 0 {
                    self.data.end
                } else {
                    self.bytes.len()
                };
                (from + length <= limit).then(|| from..from + length)
            }
            Place::Rest { offset } => {
                let to = self.data.end.saturating_sub(self.reserved);
                (offset <= to).then_some(offset..to)
            }
            Place::Column { index, .. } => {
                let separator = self.separator?;
                let mut from = self.data.start;
                for (i, column) in self.bytes[self.data.clone()]
                    .split(|byte| *byte == separator)
                    .enumerate()
                {
                    if i == index {
                        return Some(from..from + column.len());
                    }
                    from += column.len() + 1;
                }
                None
            }
        }
    }
}

impl Layout {
    /// Reads one whole frame: as received, with marks, escapes and check; or, for a layout of a
    /// payload, the clear bytes.
    ///
    /// # Errors
    ///
    /// A [`DecodeError`] when the bytes are no frame of this layout. A field that is not what it
    /// should be is no error: it is kept as bytes, with a warning.
    pub fn decode_frame(&self, bytes: &[u8]) -> Result<Decoded, DecodeError> {
        match &self.definition.shape {
            Shape::Wire(framing) => {
                let assembler = assemble(framing, bytes)?;
                self.decode_assembled(&assembler)
            }
            Shape::Payload(rule) => {
                if bytes.len() < rule.min_length {
                    let least = rule.min_length;
                    return Err(DecodeErrorKind::TooShort { least }.at(bytes.len()));
                }
                if bytes.len() > rule.max_length {
                    let limit = rule.max_length;
                    return Err(DecodeErrorKind::TooLong { limit }.at(limit));
                }
                self.decode_clear(bytes, Vec::new())
            }
            Shape::FrameFamily => Err(DecodeErrorKind::NotDeclared.at(0)),
        }
    }

    /// Reads what an assembler has put together.
    pub(super) fn decode_assembled(&self, assembler: &Assembler) -> Result<Decoded, DecodeError> {
        let mut warnings = Vec::new();
        let mut warn = |kind, offset| {
            warnings.push(Warning {
                kind,
                field: None,
                offset,
            });
        };
        if let Some(offset) = assembler.needless_escape {
            warn(WarningKind::NeedlessEscape, offset);
        }
        if assembler.lower_case {
            let framing = self.definition.framing();
            let at = framing.and_then(|framing| framing.check_at(assembler.frame.len()));
            warn(WarningKind::LowerCase, at.map_or(0, |at| at.start));
        }
        self.decode_clear(&assembler.frame, warnings)
    }

    /// Reads the fields of a frame without escapes.
    pub(super) fn decode_clear(
        &self,
        bytes: &[u8],
        mut warnings: Vec<Warning>,
    ) -> Result<Decoded, DecodeError> {
        let definition = &*self.definition;
        let ground = Ground::new(definition, bytes);
        let mut values: Vec<Option<Value>> = Vec::with_capacity(definition.fields.len());
        let mut described = ground.data.start;
        for (index, field) in definition.fields.iter().enumerate() {
            if !field.when.iter().all(|condition| condition.holds(&values)) {
                values.push(None);
                continue;
            }
            let range = ground.range(field);
            let mut warn = |kind, offset| {
                warnings.push(Warning {
                    kind,
                    field: Some(index),
                    offset,
                });
            };
            let empty = |range: &Range<usize>| {
                // An empty column holds no number.
                range.is_empty()
                    && matches!(field.place, Place::Column { .. })
                    && field.encoding.is_number()
            };
            let Some(range) = range.filter(|range| !empty(range)) else {
                if !field.optional {
                    warn(WarningKind::FieldMissing, ground.data.end);
                }
                values.push(None);
                continue;
            };
            if !matches!(field.place, Place::At { offset, .. } if offset < 0) {
                described = described.max(range.end);
            }
            let (value, deviation) = fieldbytes::read(field, &bytes[range.clone()]);
            if let Some(kind) = deviation {
                warn(kind, range.start);
            }
            if field.constant.as_ref().is_some_and(|known| *known != value) {
                return Err(DecodeErrorKind::Constant { field: index }.at(range.start));
            }
            let unnamed = field
                .enumeration
                .zip(value.number())
                .is_some_and(|(at, number)| definition.enumerations[at].label(number).is_none());
            if unnamed {
                warn(WarningKind::UnknownLabel, range.start);
            }
            values.push(Some(value));
        }
        let data_end = ground.data.end.saturating_sub(ground.reserved);
        // What a definition leaves out on purpose has a field for it, be it called reserved.
        if !definition.fields.is_empty() && described < data_end {
            warnings.push(Warning {
                kind: WarningKind::Undescribed,
                field: None,
                offset: described,
            });
        }
        let mut decoded = Decoded {
            layout: self.clone(),
            values,
            events: Vec::new(),
            warnings,
        };
        decoded.find_events();
        Ok(decoded)
    }
}

/// Puts one frame together out of all the bytes.
pub(super) fn assemble(framing: &Framing, bytes: &[u8]) -> Result<Assembler, DecodeError> {
    let mut assembler = Assembler::new(framing);
    for (offset, &byte) in bytes.iter().enumerate() {
        let last = offset + 1 == bytes.len();
        match assembler.push(framing, byte) {
            Step::More => {}
            Step::Complete if last => return Ok(assembler),
            Step::Complete => return Err(DecodeErrorKind::TrailingBytes.at(offset + 1)),
            Step::NotStart => return Err(DecodeErrorKind::StartMissing.at(offset)),
            Step::Bad { kind, .. } => return Err(kind.at(offset)),
            Step::Restarted { .. } => return Err(DecodeErrorKind::Restarted.at(offset)),
        }
    }
    let kind = match assembler.doubtful() {
        Some((kind, length)) if length == bytes.len() => kind,
        Some(_) => DecodeErrorKind::TrailingBytes,
        None => DecodeErrorKind::Truncated,
    };
    Err(kind.at(bytes.len()))
}

impl Decoded {
    /// Finds the events of the layout that hold.
    fn find_events(&mut self) {
        let layout = self.layout.clone();
        let definition = &*layout.definition;
        let kind_of_device = self.device_type_number();
        let code = self.index_with(Role::Event);
        let device_type = kind_of_device.and_then(|number| definition.device_type(number));
        if let (Some(index), Some(_), None) = (
            self.index_with(Role::DeviceType),
            kind_of_device,
            device_type,
        ) {
            if !definition.device_types.is_empty() {
                self.warn(WarningKind::UnknownDeviceType, index);
            }
        }
        for (index, rule) in definition.events.iter().enumerate() {
            let value = code.and_then(|at| self.values[at].as_ref());
            let code_holds = rule
                .code
                .as_ref()
                .is_none_or(|test| value.is_some_and(|value| test.holds(value)));
            let type_holds = rule.device_types.is_empty()
                || kind_of_device.is_some_and(|number| rule.device_types.contains(&number));
            let rest_holds = rule.when.iter().all(|one| one.holds(&self.values));
            if code_holds && type_holds && rest_holds {
                self.events.push(index);
                let unexpected = device_type.is_some_and(|known| {
                    !known.events.is_empty() && !known.events.contains(&rule.name)
                });
                if unexpected {
                    self.warn(WarningKind::UnexpectedEvent, code.unwrap_or(0));
                }
            }
        }
        let coded = self
            .events
            .iter()
            .any(|event| definition.events[*event].code.is_some());
        if let (Some(index), false) = (code, coded) {
            self.warn(WarningKind::UnknownEvent, index);
        }
    }

    fn warn(&mut self, kind: WarningKind, field: usize) {
        let place = self.layout.definition.fields[field].place;
        let offset = match place {
            Place::At { offset, .. } => usize::try_from(offset).unwrap_or(0),
            Place::Rest { offset } => offset,
            Place::Column { .. } => 0,
        };
        self.warnings.push(Warning {
            kind,
            field: Some(field),
            offset,
        });
    }
}
