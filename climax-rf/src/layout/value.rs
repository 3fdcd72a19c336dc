//! What stands in a field.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::hex;

/// The raw value of a field, before scale and enumeration.
///
/// [`Debug`](fmt::Debug) shows numbers, and of text and bytes only the length: they may hold names.
/// [`Display`](fmt::Display) shows everything.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Value {
    /// A number without a sign.
    Unsigned(u64),
    /// A number of a field that is declared `signed`.
    Signed(i64),
    /// Characters, one for each byte (Latin-1).
    Text(String),
    /// Bytes: of a field of bytes, or of one that could not be read as what it is declared.
    Bytes(Vec<u8>),
}

impl Value {
    /// The number; `None` for text and bytes.
    #[must_use]
    pub const fn number(&self) -> Option<i128> {
        match self {
            Value::Unsigned(number) => Some(*number as i128),
            Value::Signed(number) => Some(*number as i128),
            Value::Text(_) | Value::Bytes(_) => None,
        }
    }

    /// The characters of text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unsigned(number) => write!(f, "Unsigned({number})"),
            Value::Signed(number) => write!(f, "Signed({number})"),
            Value::Text(text) => write!(f, "Text({} characters)", text.chars().count()),
            Value::Bytes(bytes) => write!(f, "Bytes({} bytes)", bytes.len()),
        }
    }
}

impl fmt::Display for Value {
    /// A number in decimal, text as it is, bytes as hexadecimal pairs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Unsigned(number) => number.fmt(f),
            Value::Signed(number) => number.fmt(f),
            Value::Text(text) => text.fmt(f),
            Value::Bytes(bytes) => hex::print(bytes).fmt(f),
        }
    }
}

impl serde::Serialize for Value {
    /// A number, or text as [`Display`](fmt::Display) gives it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Unsigned(number) => serializer.serialize_u64(*number),
            Value::Signed(number) => serializer.serialize_i64(*number),
            Value::Text(_) | Value::Bytes(_) => serializer.collect_str(self),
        }
    }
}

macro_rules! from {
    ($($from:ty => $to:ident),*) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Value::$to(value.into())
            }
        }
    )*};
}
from!(u8 => Unsigned, u16 => Unsigned, u32 => Unsigned, u64 => Unsigned);
from!(i8 => Signed, i16 => Signed, i32 => Signed, i64 => Signed);
from!(&str => Text, String => Text, &[u8] => Bytes, Vec<u8> => Bytes);

/// Values by the name of their field, for [`Layout::encode`](super::Layout::encode).
///
/// ```
/// use climax_rf::layout::Values;
///
/// let values = Values::new().with("device", 40_211_870_u32).with("note", "test");
/// assert_eq!(values.len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(pub(super) BTreeMap<String, Value>);

impl Values {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more; a name that is there already gets the new value.
    #[must_use]
    pub fn with(mut self, field: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set(field, value);
        self
    }

    /// Adds one, or replaces it.
    pub fn set(&mut self, field: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(field.into(), value.into());
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.0.get(field)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each with its field, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}
