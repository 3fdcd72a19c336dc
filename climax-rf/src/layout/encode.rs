//! Fields to bytes: for samples, tests and simulators of the line between receiver and host.
//! Nothing here drives a transmitter.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::checksum::ChecksumPosition;
use super::decode::{Ground, assemble};
use super::definition::Shape;
use super::field::{Encoding, Field, Place};
use super::fieldbytes::{Misfit, natural_length, write};
use super::framing::{Answer, AnswerPart, Framing, Terminator};
use super::value::{Value, Values};
use super::{EncodeError, Layout};

impl Layout {
    /// Writes one frame as it goes over the line, or the clear bytes of a payload.
    ///
    /// It serves samples, tests and simulators of the line; nothing is ever sent by radio. What was
    /// written has been read back: a frame that a receiver would not find, or a value that it would
    /// read differently, is an error.
    ///
    /// # Errors
    ///
    /// An [`EncodeError`]; names of fields, never values.
    pub fn encode(&self, values: &Values) -> Result<Vec<u8>, EncodeError> {
        let present = self.present(values)?;
        let clear = match &self.definition.shape {
            Shape::Wire(framing) if framing.separator.is_some() => self.line(framing, &present)?,
            Shape::Wire(_) | Shape::Payload(_) => self.placed(&present)?,
            Shape::FrameFamily => return Err(EncodeError::NotDeclared),
        };
        let bytes = match &self.definition.shape {
            Shape::Wire(framing) => seal(framing, clear)?,
            _ => clear,
        };
        self.read_back(&bytes, &present)?;
        Ok(bytes)
    }

    /// The value of each field that is there, constants filled in.
    fn present(&self, values: &Values) -> Result<Vec<Option<Value>>, EncodeError> {
        let fields = &self.definition.fields;
        if let Some((name, _)) = values
            .iter()
            .find(|(name, _)| !fields.iter().any(|field| field.name == *name))
        {
            return Err(EncodeError::UnknownField { field: name.into() });
        }
        let mut present: Vec<Option<Value>> = Vec::with_capacity(fields.len());
        for field in fields {
            let named = || field.name.clone();
            let given = values.get(&field.name);
            let there = field.when.iter().all(|one| one.holds(&present));
            let value = match (there, given, &field.constant) {
                (false, Some(_), _) => return Err(EncodeError::NotPresent { field: named() }),
                (false, None, _) => None,
                (true, Some(given), Some(constant)) if !same(given, constant) => {
                    return Err(EncodeError::Constant { field: named() });
                }
                (true, _, Some(constant)) => Some(constant.clone()),
                (true, Some(given), None) => Some(
                    self.typed(field, given)
                        .ok_or_else(|| EncodeError::WrongType { field: named() })?,
                ),
                (true, None, None) if field.optional => None,
                (true, None, None) => return Err(EncodeError::Missing { field: named() }),
            };
            present.push(value);
        }
        Ok(present)
    }

    /// The value in the type of the field: names of an enumeration and numbers of either sign are
    /// taken.
    fn typed(&self, field: &Field, given: &Value) -> Option<Value> {
        let number = match (given, field.encoding) {
            (Value::Bytes(_), _) | (Value::Text(_), Encoding::Text) => return Some(given.clone()),
            (Value::Text(label), _) => {
                let enumeration = &self.definition.enumerations[field.enumeration?];
                enumeration.number(label)?
            }
            _ => given.number()?,
        };
        if !field.encoding.is_number() {
            return None;
        }
        // What does not fit the sign is refused where it is written, with its own error.
        if field.signed {
            i64::try_from(number).ok().map(Value::Signed)
        } else {
            match u64::try_from(number) {
                Ok(number) => Some(Value::Unsigned(number)),
                Err(_) => Some(given.clone()),
            }
        }
    }

    /// A frame with fields at offsets; check and length are still to come.
    fn placed(&self, present: &[Option<Value>]) -> Result<Vec<u8>, EncodeError> {
        let definition = &*self.definition;
        let (mut front, fill, fixed) = match &definition.shape {
            Shape::Wire(framing) => {
                let fixed = match framing.terminator {
                    Terminator::Fixed(length) => Some(length),
                    _ => None,
                };
                let least = framing.min_length() - framing.trailer();
                (least, framing.fill, fixed)
            }
            Shape::Payload(rule) => (0, rule.fill, None),
            Shape::FrameFamily => return Err(EncodeError::NotDeclared),
        };
        let fields = || definition.fields.iter().zip(present);
        for (field, value) in fields() {
            let Some(value) = value else { continue };
            let end = match field.place {
                Place::At { offset, length } => match usize::try_from(offset) {
                    Ok(offset) => offset + length,
                    Err(_) => 0,
                },
                Place::Rest { offset } => offset + natural_length(field, value, 0),
                Place::Column { .. } => 0,
            };
            front = front.max(end);
        }
        let mut length = front + definition.reserved + definition.trailer();
        if let Shape::Payload(rule) = &definition.shape {
            length = length.max(rule.min_length);
        }
        let length = fixed.unwrap_or(length);
        if length > definition.max_length() {
            return Err(EncodeError::FrameLength { length });
        }
        let mut frame = vec![fill; length];
        let mut digits_begun: Vec<(usize, usize)> = Vec::new();
        for (field, value) in fields() {
            let Some(value) = value else { continue };
            let named = || field.name.clone();
            let range = Ground::new(definition, &frame)
                .range(field)
                .ok_or_else(|| EncodeError::OutOfRange { field: named() })?;
            // Bits are added to what the neighbours wrote, and the first begins with zeros.
            let key = (range.start, range.end);
            let room = &mut frame[range];
            if field.bits.is_some() && !digits_begun.contains(&key) {
                if field.encoding == Encoding::Hex {
                    room.fill(b'0');
                }
                digits_begun.push(key);
            }
            write(field, value, room).map_err(|misfit| misfit.of(named()))?;
        }
        Ok(frame)
    }

    /// A frame with fields in columns; check and length are still to come.
    fn line(&self, framing: &Framing, present: &[Option<Value>]) -> Result<Vec<u8>, EncodeError> {
        let separator = framing.separator.unwrap_or(b',');
        let mut columns: Vec<Vec<u8>> = Vec::new();
        for (field, value) in self.definition.fields.iter().zip(present) {
            let (Some(value), Place::Column { index, digits }) = (value, field.place) else {
                continue;
            };
            if columns.len() <= index {
                columns.resize(index + 1, Vec::new());
            }
            let column = &mut columns[index];
            let length = natural_length(field, value, digits);
            if field.bits.is_none() || column.is_empty() {
                let length = match field.bits {
                    Some(bits) => digits.max((bits.lowest + bits.count).div_ceil(4) as usize),
                    None => length,
                };
                *column = vec![b'0'; length];
            }
            write(field, value, column).map_err(|misfit| misfit.of(field.name.clone()))?;
        }
        let mut frame = framing.start.clone();
        frame.extend(columns.join(&separator));
        let mut length = frame.len();
        if let Terminator::Fixed(fixed) = framing.terminator {
            length = fixed.saturating_sub(framing.trailer());
            if length < frame.len() {
                return Err(EncodeError::FrameLength {
                    length: frame.len() + framing.trailer(),
                });
            }
        }
        frame.resize(length + framing.trailer(), framing.fill);
        if frame.len() > framing.max_length {
            return Err(EncodeError::FrameLength {
                length: frame.len(),
            });
        }
        Ok(frame)
    }

    /// Reads what was written, as a receiver would.
    fn read_back(&self, bytes: &[u8], present: &[Option<Value>]) -> Result<(), EncodeError> {
        let decoded = self.decode_frame(bytes).map_err(|error| match error.kind {
            super::DecodeErrorKind::Constant { field } => EncodeError::NotReadBack {
                field: self.definition.fields[field].name.clone(),
            },
            kind => EncodeError::Ambiguous { kind },
        })?;
        let fields = self.definition.fields.iter();
        for (field, (read, written)) in fields.zip(decoded.values.iter().zip(present)) {
            // A field that was left out and stands in the filling is read as what it finds there.
            if written.is_some() && read != written {
                return Err(EncodeError::NotReadBack {
                    field: field.name.clone(),
                });
            }
        }
        Ok(())
    }
}

impl Misfit {
    fn of(self, field: String) -> EncodeError {
        match self {
            Misfit::Type => EncodeError::WrongType { field },
            Misfit::Range => EncodeError::OutOfRange { field },
        }
    }
}

/// Equal as far as a caller can tell: the sign of the type does not count.
fn same(given: &Value, constant: &Value) -> bool {
    given == constant || (given.number().is_some() && given.number() == constant.number())
}

/// Adds marks, length and check, then escapes.
fn seal(framing: &Framing, mut frame: Vec<u8>) -> Result<Vec<u8>, EncodeError> {
    let length = frame.len();
    let too_long = EncodeError::FrameLength { length };
    if length > framing.max_length || length < framing.min_length() {
        return Err(too_long);
    }
    let end = length - framing.tail();
    frame[..framing.start.len()].copy_from_slice(&framing.start);
    frame[end..end + framing.end.len()].copy_from_slice(&framing.end);
    if let Terminator::Length(field) = &framing.terminator {
        if !framing.announce(field, &mut frame) {
            return Err(EncodeError::Length);
        }
    }
    if let Some(check) = &framing.checksum {
        let at = framing.check_at(length).ok_or(EncodeError::ChecksumRange)?;
        let covered = framing.covered(length).ok_or(EncodeError::ChecksumRange)?;
        if !matches!(check.position, ChecksumPosition::At(_)) {
            let from = at.start - check.prefix.len();
            frame[from..at.start].copy_from_slice(&check.prefix);
        }
        let value = check
            .compute(&frame[covered])
            .map_err(|_| EncodeError::ChecksumDigits)?;
        check.write(value, &mut frame[at]);
    }
    let Some(escape) = &framing.escape else {
        return Ok(frame);
    };
    let mut wire = Vec::with_capacity(length * 2);
    wire.extend_from_slice(&framing.start);
    for &byte in &frame[framing.start.len()..end] {
        escape.write(byte, &mut wire);
    }
    wire.extend_from_slice(&frame[end..]);
    Ok(wire)
}

impl Layout {
    /// The bytes that acknowledge a frame: what a [`Receiver`](super::Receiver) sends when it is
    /// accepted. `None` when the layout declares none, or the bytes are no frame.
    #[must_use]
    pub fn ack_for(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let framing = self.definition.framing()?;
        let assembler = assemble(framing, frame).ok()?;
        Some(self.answer(framing.ack.as_ref()?, &assembler.frame))
    }

    /// Fills in an answer to a frame without escapes. A field that is not there adds nothing.
    pub(super) fn answer(&self, answer: &Answer, frame: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let Some(framing) = self.definition.framing() else {
            return bytes;
        };
        let add = |part: &[u8], bytes: &mut Vec<u8>| match &framing.escape {
            Some(escape) => part.iter().for_each(|byte| escape.write(*byte, bytes)),
            None => bytes.extend_from_slice(part),
        };
        // The check is over what is meant, not over what is escaped.
        let mut clear = Vec::new();
        for part in &answer.parts {
            match part {
                AnswerPart::Bytes(fixed) => {
                    bytes.extend_from_slice(fixed);
                    clear.extend_from_slice(fixed);
                }
                AnswerPart::Field(index) => {
                    let field = &self.definition.fields[*index];
                    let range = Ground::new(&self.definition, frame).range(field);
                    let part = range.map_or(&[][..], |range| &frame[range]);
                    add(part, &mut bytes);
                    clear.extend_from_slice(part);
                }
                AnswerPart::Checksum => {
                    let Some(check) = &framing.checksum else {
                        continue;
                    };
                    // As in a frame, the prefix is not covered.
                    let end = clear.strip_suffix(check.prefix()).unwrap_or(&clear).len();
                    let covered = clear.get(check.from..end).unwrap_or(&[]);
                    if let Ok(value) = check.compute(covered) {
                        let mut room = vec![0; check.length()];
                        check.write(value, &mut room);
                        add(&room, &mut bytes);
                        clear.extend_from_slice(&room);
                    }
                }
            }
        }
        bytes
    }
}
