//! A layout as it was read, with every name resolved.

use crate::f1::Family;
use alloc::string::String;
use alloc::vec::Vec;

use super::LayoutWarning;
use super::field::{Encoding, Field, Place};
use super::fieldbytes::binary;
use super::framing::Framing;
use super::meaning::{BatteryScale, DeviceType, Enumeration, EventRule};
use super::sample::Sample;
use super::value::Value;
use crate::ByteOrder;
use crate::Provenance;

/// How long a clear payload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PayloadRule {
    /// The fewest bytes.
    pub min_length: usize,
    /// The most bytes.
    pub max_length: usize,
    /// What stands in bytes that no field describes.
    pub fill: u8,
}

/// What a layout is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "there is one for each layout")]
pub enum Shape {
    /// Frames on the line between a receiver and its host (Climax reference 11, item 3).
    Wire(Framing),
    /// The clear bytes of a radio payload, behind a codec (Climax reference 11, item 1).
    Payload(PayloadRule),
    /// Only a frame family; payloads stay opaque.
    FrameFamily,
}

pub(super) struct Definition {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) provenance: Provenance,
    pub(super) shape: Shape,
    pub(super) family: Option<Family>,
    pub(super) fields: Vec<Field>,
    pub(super) enumerations: Vec<Enumeration>,
    pub(super) device_types: Vec<DeviceType>,
    pub(super) events: Vec<EventRule>,
    pub(super) battery: Option<BatteryScale>,
    pub(super) samples: Vec<Sample>,
    pub(super) warnings: Vec<LayoutWarning>,
    /// Bytes before the end of the data that belong to fields counted from the end.
    pub(super) reserved: usize,
}

impl Definition {
    pub(super) const fn framing(&self) -> Option<&Framing> {
        match &self.shape {
            Shape::Wire(framing) => Some(framing),
            _ => None,
        }
    }

    pub(super) fn device_type(&self, number: u64) -> Option<&DeviceType> {
        self.device_types
            .iter()
            .find(|known| known.number == number)
    }

    /// The most bytes of a frame or payload without escapes.
    pub(super) const fn max_length(&self) -> usize {
        match &self.shape {
            Shape::Wire(framing) => framing.max_length,
            Shape::Payload(rule) => rule.max_length,
            Shape::FrameFamily => 0,
        }
    }

    pub(super) fn trailer(&self) -> usize {
        self.framing().map_or(0, Framing::trailer)
    }

    /// Sets [`reserved`](Self::reserved) from the fields.
    pub(super) fn reserve(&mut self) {
        let from_end = self.fields.iter().filter_map(|field| match field.place {
            Place::At { offset, .. } if offset < 0 => usize::try_from(offset.unsigned_abs()).ok(),
            _ => None,
        });
        self.reserved = from_end.max().unwrap_or(0).saturating_sub(self.trailer());
    }
}

/// A number of a layout as the value of a field; `None` when it does not fit.
pub(super) fn typed(field: &Field, number: i128) -> Option<Value> {
    if !field.encoding.is_number() || !field.can_hold(number) {
        return None;
    }
    if field.signed {
        i64::try_from(number).ok().map(Value::Signed)
    } else {
        u64::try_from(number).ok().map(Value::Unsigned)
    }
}

/// Hexadecimal pairs of a layout as the value of a field of bytes, or of a binary number.
pub(super) fn typed_bytes(field: &Field, bytes: Vec<u8>) -> Option<Value> {
    match field.encoding {
        Encoding::Bytes => Some(Value::Bytes(bytes)),
        Encoding::Binary => {
            let number = binary(&bytes, ByteOrder::HighFirst)?;
            typed(field, i128::from(number))
        }
        _ => None,
    }
}
