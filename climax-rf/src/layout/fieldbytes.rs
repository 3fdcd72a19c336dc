//! From the bytes of a field to its value and back.

use alloc::string::String;
use alloc::vec::Vec;

use super::WarningKind;
use super::field::{Encoding, Field, Place};
use super::hex;
use super::value::Value;
use crate::ByteOrder;

/// Reads a field out of its bytes; what cannot be read stays bytes, with a warning.
pub(super) fn read(field: &Field, bytes: &[u8]) -> (Value, Option<WarningKind>) {
    match field.encoding {
        Encoding::Text => (Value::Text(text(field, bytes)), None),
        Encoding::Bytes => (Value::Bytes(bytes.to_vec()), None),
        _ => match number(field, bytes) {
            Some((value, warning)) => (value, warning),
            None => (Value::Bytes(bytes.to_vec()), Some(WarningKind::Unreadable)),
        },
    }
}

fn text(field: &Field, bytes: &[u8]) -> String {
    let bytes = match field.place {
        // Only a field of fixed length is padded.
        Place::At { .. } => {
            let kept = bytes.iter().rposition(|byte| *byte != field.pad);
            &bytes[..kept.map_or(0, |last| last + 1)]
        }
        _ => bytes,
    };
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The number and, of text, how it deviates.
fn number(field: &Field, bytes: &[u8]) -> Option<(Value, Option<WarningKind>)> {
    let mut warning = None;
    let whole = match field.encoding {
        Encoding::Binary => binary(bytes, field.order)?,
        Encoding::Bcd => bcd(bytes, field.order)?,
        Encoding::Hex => {
            if bytes.is_empty() || bytes.len() > 16 {
                return None;
            }
            if bytes.iter().any(u8::is_ascii_lowercase) {
                warning = Some(WarningKind::LowerCase);
            }
            let mut value = 0;
            for &byte in bytes {
                value = value << 4 | u64::from(hex::digit(byte)?);
            }
            value
        }
        _ => return decimal(field, bytes),
    };
    let value = match field.bits {
        Some(bits) => (whole & bits.mask()) >> bits.lowest,
        None => whole,
    };
    if !field.signed {
        return Some((Value::Unsigned(value), warning));
    }
    let unused = 64 - field.width();
    let value = i64::from_le_bytes((value << unused).to_le_bytes()) >> unused;
    Some((Value::Signed(value), warning))
}

pub(super) fn binary(bytes: &[u8], order: ByteOrder) -> Option<u64> {
    let mut room = [0u8; 8];
    let room_used = room.get_mut(8 - bytes.len().min(9)..)?;
    if bytes.is_empty() || bytes.len() != room_used.len() {
        return None;
    }
    room_used.copy_from_slice(bytes);
    if order == ByteOrder::LowFirst {
        room_used.reverse();
    }
    Some(u64::from_be_bytes(room))
}

fn bcd(bytes: &[u8], order: ByteOrder) -> Option<u64> {
    let mut value = 0u64;
    for i in 0..bytes.len() {
        let byte = match order {
            ByteOrder::HighFirst => bytes[i],
            ByteOrder::LowFirst => bytes[bytes.len() - 1 - i],
        };
        let (high, low) = (byte >> 4, byte & 0xF);
        if high > 9 || low > 9 {
            return None;
        }
        value = value
            .checked_mul(100)?
            .checked_add(u64::from(high * 10 + low))?;
    }
    Some(value)
}

fn decimal(field: &Field, bytes: &[u8]) -> Option<(Value, Option<WarningKind>)> {
    let mut digits = bytes.trim_ascii();
    let mut padded = digits.len() != bytes.len();
    let negative = field.signed && digits.first() == Some(&b'-');
    if negative {
        digits = &digits[1..];
    }
    if field.pad != b'0' && field.pad != b' ' {
        while let [first, rest @ ..] = digits {
            if *first != field.pad {
                break;
            }
            digits = rest;
        }
    }
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value = 0i128;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i128::from(byte - b'0');
    }
    if negative {
        value = -value;
    }
    if matches!(field.place, Place::At { .. }) && field.pad == b' ' {
        // Padding is expected on the left; digits in its place or blanks behind are not.
        padded = bytes.last() == Some(&b' ') || (digits.len() > 1 && digits[0] == b'0');
    }
    let value = if field.signed {
        Value::Signed(i64::try_from(value).ok()?)
    } else {
        Value::Unsigned(u64::try_from(value).ok()?)
    };
    Some((value, padded.then_some(WarningKind::Padding)))
}

/// Why a value does not go into a field.
pub(super) enum Misfit {
    Type,
    Range,
}

/// Writes a value that takes `room` whole. Bits of other fields in `room` stay.
pub(super) fn write(field: &Field, value: &Value, room: &mut [u8]) -> Result<(), Misfit> {
    if let Value::Bytes(bytes) = value {
        // Bytes that were read from a field that they do not fit go back as they were.
        if field.bits.is_some() {
            return Err(Misfit::Type);
        }
        if bytes.len() != room.len() {
            return Err(Misfit::Range);
        }
        room.copy_from_slice(bytes);
        return Ok(());
    }
    match field.encoding {
        Encoding::Bytes => return Err(Misfit::Type),
        Encoding::Text => {
            let bytes = latin1(value.text().ok_or(Misfit::Type)?).ok_or(Misfit::Range)?;
            if bytes.len() > room.len() {
                return Err(Misfit::Range);
            }
            let (front, back) = room.split_at_mut(bytes.len());
            front.copy_from_slice(&bytes);
            back.fill(field.pad);
            return Ok(());
        }
        _ => {}
    }
    let number = value.number().ok_or(Misfit::Type)?;
    if !field.can_hold(number) {
        return Err(Misfit::Range);
    }
    // Two's complement in the low bits; the sign of decimal text is written apart.
    let low = number.to_le_bytes();
    let mut raw = u64::from_le_bytes([
        low[0], low[1], low[2], low[3], low[4], low[5], low[6], low[7],
    ]);
    if let Some(bits) = field.bits {
        let there = match field.encoding {
            Encoding::Hex => room.iter().fold(0, |sum, byte| {
                sum << 4 | u64::from(hex::digit(*byte).unwrap_or(0))
            }),
            _ => binary(room, field.order).unwrap_or(0),
        };
        raw = there & !bits.mask() | raw << bits.lowest & bits.mask();
    } else if field.encoding != Encoding::Decimal {
        raw &= u64::MAX >> (64 - field.width());
    }
    let count = room.len();
    let mut left = raw;
    match field.encoding {
        Encoding::Binary | Encoding::Bcd => {
            for i in 0..count {
                let at = match field.order {
                    ByteOrder::HighFirst => count - 1 - i,
                    ByteOrder::LowFirst => i,
                };
                let [byte, ..] = left.to_le_bytes();
                if field.encoding == Encoding::Binary {
                    room[at] = byte;
                    left >>= 8;
                } else {
                    let [pair, ..] = (left % 100).to_le_bytes();
                    room[at] = ((pair / 10) << 4) | (pair % 10);
                    left /= 100;
                }
            }
        }
        Encoding::Hex => {
            for byte in room.iter_mut().rev() {
                *byte = hex::character(left.to_le_bytes()[0]);
                left >>= 4;
            }
        }
        _ => write_decimal(field, number, room),
    }
    Ok(())
}

fn write_decimal(field: &Field, number: i128, room: &mut [u8]) {
    let mut left = number.unsigned_abs();
    let mut started = false;
    let mut lowest = room.len();
    for (at, byte) in room.iter_mut().enumerate().rev() {
        if started && left == 0 {
            *byte = field.pad;
        } else {
            *byte = b'0' + (left % 10).to_le_bytes()[0];
            left /= 10;
            started = true;
            lowest = at;
        }
    }
    if number < 0 {
        // In front of padding with zeros, directly before the digits with any other.
        let at = if field.pad == b'0' {
            0
        } else {
            lowest.saturating_sub(1)
        };
        if let Some(byte) = room.get_mut(at) {
            *byte = b'-';
        }
    }
}

/// How many bytes a value takes where the layout gives no length.
pub(super) fn natural_length(field: &Field, value: &Value, digits: usize) -> usize {
    let needed = match value {
        Value::Text(text) => return text.chars().count(),
        Value::Bytes(bytes) => return bytes.len(),
        Value::Unsigned(_) | Value::Signed(_) => value.number().unwrap_or(0),
    };
    let mut left = needed.unsigned_abs();
    let base = if field.encoding == Encoding::Hex {
        16
    } else {
        10
    };
    let mut count = 0;
    while left > 0 {
        left /= base;
        count += 1;
    }
    count.max(digits).max(1) + usize::from(needed < 0)
}

/// One byte for each character.
fn latin1(text: &str) -> Option<Vec<u8>> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).ok())
        .collect()
}
