//! A member's value as it was found, before it is held against what belongs there.

use std::borrow::Cow;

use core::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::reader::Reader;
use crate::error::DecodeErrorKind;
use crate::event::TriggerValue;
use crate::warning::WarningKind;

/// A number, a text, or one of the four ways to say "not used".
#[derive(Debug)]
pub(super) enum Found<'de> {
    NotUsed,
    Integer(i64),
    Number(f64),
    Text(Cow<'de, str>),
}

/// Reads a [`Found`].
pub(super) struct FoundSeed;

impl<'de> DeserializeSeed<'de> for FoundSeed {
    type Value = Found<'de>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FoundSeed {
    type Value = Found<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a string")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Found::NotUsed)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Found::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        #[allow(
            clippy::cast_precision_loss,
            reason = "beyond 2^63 a number is a measurement"
        )]
        Ok(i64::try_from(value).map_or(Found::Number(value as f64), Found::Integer))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Found::Number(value))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(match text {
            "" => Found::NotUsed,
            _ => Found::Text(Cow::Borrowed(text)),
        })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(match text {
            "" => Found::NotUsed,
            _ => Found::Text(Cow::Owned(text.to_owned())),
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        match array.next_element::<IgnoredAny>()? {
            None => Ok(Found::NotUsed),
            Some(_) => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        match object.next_key::<IgnoredAny>()? {
            None => Ok(Found::NotUsed),
            Some(_) => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

impl<'de> Found<'de> {
    /// A number; a number in a string is tolerated.
    pub(super) fn number<E: de::Error>(
        self,
        reader: &mut Reader,
    ) -> Result<Option<TriggerValue>, E> {
        let value = match self {
            Self::NotUsed => return reader.tolerate(WarningKind::NotUsed).map(|()| None),
            #[allow(clippy::cast_precision_loss, reason = "a measurement is a double")]
            Self::Integer(value) => value as f64,
            Self::Number(value) => value,
            Self::Text(text) => {
                let value = text.trim().parse().map_err(|_| reader.wrong())?;
                reader.tolerate(WarningKind::NumberAsText)?;
                value
            }
        };
        match TriggerValue::new(value) {
            Some(value) => Ok(Some(value)),
            None => Err(reader.wrong()),
        }
    }

    /// An integer of 32 bits; one in a string is tolerated.
    pub(super) fn integer<E: de::Error>(self, reader: &mut Reader) -> Result<Option<i32>, E> {
        let value = match self {
            Self::NotUsed => return reader.tolerate(WarningKind::NotUsed).map(|()| None),
            Self::Integer(value) => value,
            Self::Number(value) if value.fract() == 0.0 => {
                if value.abs() > f64::from(i32::MAX) {
                    return Err(reader.refuse(DecodeErrorKind::OutOfRange));
                }
                #[allow(clippy::cast_possible_truncation, reason = "integral and in range")]
                {
                    value as i64
                }
            }
            Self::Number(_) => return Err(reader.wrong()),
            Self::Text(text) => {
                let value = text.trim().parse().map_err(|_| reader.wrong())?;
                reader.tolerate(WarningKind::NumberAsText)?;
                value
            }
        };
        match i32::try_from(value) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(reader.refuse(DecodeErrorKind::OutOfRange)),
        }
    }

    /// A text that is not empty; an integer in its place is tolerated.
    pub(super) fn text<E: de::Error>(
        self,
        reader: &mut Reader,
    ) -> Result<Option<Cow<'de, str>>, E> {
        match self {
            Self::NotUsed => reader.tolerate(WarningKind::NotUsed).map(|()| None),
            Self::Text(text) => Ok(Some(text)),
            Self::Integer(value) => {
                reader.tolerate(WarningKind::TextAsNumber)?;
                Ok(Some(Cow::Owned(value.to_string())))
            }
            Self::Number(_) => Err(reader.wrong()),
        }
    }
}
