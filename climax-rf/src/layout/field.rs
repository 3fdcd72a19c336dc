//! Named ranges of a frame or of a payload (Climax reference 11, item 4).

use alloc::string::String;
use alloc::vec::Vec;

use super::value::Value;
use crate::ByteOrder;

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// At an offset, so many bytes long.
    At {
        /// From the first byte of the start mark, or of the payload; negative counts from the end.
        offset: i32,
        /// Bytes.
        length: usize,
    },
    /// From an offset up to the check or the end mark, less what fields counted from the end take.
    Rest {
        /// From the first byte of the start mark, or of the payload.
        offset: usize,
    },
    /// One column of a line of text.
    Column {
        /// From 0.
        index: usize,
        /// A number is written with at least this many digits.
        digits: usize,
    },
}

/// The bits that a field takes of the number in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bits {
    /// The lowest bit; 0 is worth 1.
    pub lowest: u32,
    /// How many, 1 to 64.
    pub count: u32,
}

impl Bits {
    pub(super) const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.count) << self.lowest
    }
}

/// How a field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// A number in 1 to 8 bytes.
    Binary,
    /// A number, two decimal digits in each byte.
    Bcd,
    /// A number in decimal digits.
    Decimal,
    /// A number in hexadecimal digits.
    Hex,
    /// Characters of Latin-1.
    Text,
    /// Bytes as they are.
    Bytes,
}

impl Encoding {
    /// True when the field holds a number.
    #[must_use]
    pub const fn is_number(self) -> bool {
        !matches!(self, Self::Text | Self::Bytes)
    }
}

/// What a field means to the care event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The number or name of the device.
    Device,
    /// The number of its type.
    DeviceType,
    /// The code of what happened.
    Event,
    /// The battery, in the scale of the device type or of the layout.
    Battery,
    /// The signal strength, in the unit of the field.
    Rssi,
    /// A number that changes from message to message.
    Sequence,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Test {
    /// One of these numbers.
    In(Vec<i128>),
    /// None of these numbers.
    NotIn(Vec<i128>),
    /// This number or more.
    AtLeast(i128),
    /// This number or less.
    AtMost(i128),
    /// One of these texts.
    TextIn(Vec<String>),
}

impl Test {
    pub(super) fn holds(&self, value: &Value) -> bool {
        match (self, value.number()) {
            (Test::In(numbers), Some(number)) => numbers.contains(&number),
            (Test::NotIn(numbers), Some(number)) => !numbers.contains(&number),
            (Test::AtLeast(least), Some(number)) => number >= *least,
            (Test::AtMost(most), Some(number)) => number <= *most,
            (Test::TextIn(texts), _) => value
                .text()
                .is_some_and(|text| texts.iter().any(|known| known == text)),
            (_, None) => false,
        }
    }

    /// True when no value passes both.
    fn excludes(&self, other: &Test) -> bool {
        match (self, other) {
            (Test::In(numbers), other) | (other, Test::In(numbers)) => {
                numbers.iter().all(|number| !match other {
                    Test::In(others) => others.contains(number),
                    Test::NotIn(others) => !others.contains(number),
                    Test::AtLeast(least) => number >= least,
                    Test::AtMost(most) => number <= most,
                    Test::TextIn(_) => false,
                })
            }
            (Test::AtLeast(least), Test::AtMost(most))
            | (Test::AtMost(most), Test::AtLeast(least)) => most < least,
            (Test::TextIn(texts), Test::TextIn(others)) => {
                texts.iter().all(|text| !others.contains(text))
            }
            _ => false,
        }
    }
}

/// What must hold of another field's raw value. A field that is absent passes no test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Condition {
    /// The index of the field.
    pub field: usize,
    /// All of them must hold.
    pub tests: Vec<Test>,
}

impl Condition {
    pub(super) fn holds(&self, values: &[Option<Value>]) -> bool {
        let value = values.get(self.field).and_then(Option::as_ref);
        value.is_some_and(|value| self.tests.iter().all(|test| test.holds(value)))
    }
}

/// True when both sets of conditions cannot hold together.
pub(super) fn exclusive(first: &[Condition], second: &[Condition]) -> bool {
    first.iter().any(|one| {
        second.iter().any(|other| {
            one.field == other.field
                && one
                    .tests
                    .iter()
                    .any(|test| other.tests.iter().any(|against| test.excludes(against)))
        })
    })
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// Its name, unique in the layout.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// The bits it takes of the number there; `None` for all.
    pub bits: Option<Bits>,
    /// How it is written.
    pub encoding: Encoding,
    /// The number can be negative: two's complement, or a minus sign in decimal text.
    pub signed: bool,
    /// Byte order of binary numbers.
    pub order: ByteOrder,
    /// The quantity is the raw value times this, plus [`add`](Self::add).
    pub scale: f64,
    /// See [`scale`](Self::scale).
    pub add: f64,
    /// The unit of the quantity.
    pub unit: Option<String>,
    /// The enumeration that names its values, by index.
    pub enumeration: Option<usize>,
    /// The field is there only when all of them hold.
    pub when: Vec<Condition>,
    /// The only value it can have.
    pub constant: Option<Value>,
    /// What it means to the care event.
    pub role: Option<Role>,
    /// A frame may end before it.
    pub optional: bool,
    /// Fills text and decimal digits up to the length of the field.
    pub pad: u8,
}

impl Field {
    /// True when a scale or an addend was declared.
    #[must_use]
    pub fn is_scaled(&self) -> bool {
        self.scale.to_bits() != 1.0f64.to_bits() || self.add != 0.0
    }

    /// The quantity of a number; `None` for text and bytes.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a quantity is approximate")]
    pub fn quantity(&self, value: &Value) -> Option<f64> {
        let number = value.number()?;
        Some(number as f64 * self.scale + self.add)
    }

    /// How many bits the number has.
    pub(super) fn width(&self) -> u32 {
        if let Some(bits) = self.bits {
            return bits.count;
        }
        let length = match self.place {
            Place::At { length, .. } => u32::try_from(length).unwrap_or(u32::MAX),
            Place::Rest { .. } | Place::Column { .. } => return 64,
        };
        match self.encoding {
            Encoding::Binary => length.saturating_mul(8).min(64),
            Encoding::Hex => length.saturating_mul(4).min(64),
            _ => 64,
        }
    }

    /// The largest number of digits, of text and BCD.
    pub(super) const fn digits(&self) -> Option<usize> {
        match (self.place, self.encoding) {
            (Place::At { length, .. }, Encoding::Bcd) => Some(length * 2),
            (Place::At { length, .. }, Encoding::Decimal | Encoding::Hex) => Some(length),
            (_, Encoding::Decimal) => Some(if self.signed { 18 } else { 19 }),
            (_, Encoding::Hex) => Some(16),
            _ => None,
        }
    }

    /// True when the number can be the value of this field.
    pub(super) fn can_hold(&self, number: i128) -> bool {
        let width = self.width();
        let fits_bits = if self.signed {
            let half = 1i128 << (width - 1);
            (-half..half).contains(&number)
        } else {
            (0..1i128 << width).contains(&number)
        };
        let fits_digits = match (self.encoding, self.digits()) {
            (Encoding::Bcd | Encoding::Decimal, Some(digits)) => {
                // One place goes to the sign.
                let digits = digits - usize::from(number < 0).min(digits);
                let most = u32::try_from(digits)
                    .ok()
                    .and_then(|d| 10i128.checked_pow(d));
                most.is_none_or(|most| number.abs() < most)
            }
            _ => true,
        };
        fits_bits && fits_digits
    }
}
