//! Code tables: a number as it came, with the names that are publicly known.
//!
//! A code on the wire is any number up to five digits, written with or without leading zeros
//! (SCAIP reference 3.1). Each type here keeps the number and the width it was written with;
//! two codes are equal when their numbers are. A code that no table names is data, not an error.
//!
//! The names and their confidence follow `data/scaip-codes.csv`; a test holds the two together.

use core::fmt;

mod tables;
mod version;

pub use tables::{
    CallHandling, CallHandlingReply, DeviceComponent, DeviceType, HeartbeatInterval,
    HeartbeatOptions, InformationCode, LocationCode, MediaReply, MediaRequest, Priority,
    StatusCode, StatusNumber, SystemConfiguration,
};
pub use version::Version;

/// How well a name is confirmed (marks of the SCAIP reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// Two or more independent public sources agree.
    A,
    /// One public source.
    B,
    /// Inferred, or sources disagree: a guess.
    C,
}

/// The greatest number a code may have: five digits.
pub const GREATEST_NUMBER: u32 = 99_999;

/// Digits that are looked at, zeros in front included; nine cannot overflow.
const MOST_DIGITS: usize = 9;

/// A number above [`GREATEST_NUMBER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SCAIP code has at most five digits, got {0}")]
pub struct CodeTooLarge(
    /// The number that was refused.
    pub u32,
);

/// Number and width of a code as written.
#[derive(Clone, Copy)]
struct Written {
    number: u32,
    digits: u8,
}

impl Written {
    /// Reads one to five digits; `None` for anything else.
    #[inline]
    fn read(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        // More than five digits are zeros in front of a number, or no code.
        if bytes.is_empty() || bytes.len() > MOST_DIGITS {
            return None;
        }
        let mut number = 0;
        for &byte in bytes {
            if !byte.is_ascii_digit() {
                return None;
            }
            number = number * 10 + u32::from(byte - b'0');
        }
        if number > GREATEST_NUMBER {
            return None;
        }
        Some(Written {
            number,
            digits: u8::try_from(bytes.len()).ok()?,
        })
    }
}

/// Writes `number` with at least `width` digits, without the formatting machinery.
pub(crate) fn write_number(number: u32, width: usize, out: &mut Vec<u8>) {
    let mut digits = [b'0'; 10];
    let mut rest = number;
    let mut start = digits.len();
    while rest > 0 || start == digits.len() {
        start -= 1;
        digits[start] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    start = start.min(digits.len() - width.min(digits.len()));
    out.extend_from_slice(&digits[start..]);
}

/// Defines one code type from its table.
macro_rules! codes {
    (
        #[doc = $doc:literal]
        $type:ident, $tag:expr, $width:literal;
        $( $constant:ident = $number:literal, $name:literal, $confidence:ident; )*
    ) => {
        #[doc = $doc]
        #[derive(Clone, Copy)]
        pub struct $type(Written);

        impl $type {
            $(
                #[doc = concat!($name, ".")]
                pub const $constant: $type = $type::new($number);
            )*

            /// Every code that has a public name, with its confidence.
            pub const NAMED: &'static [($type, &'static str, Confidence)] =
                &[$( ($type::$constant, $name, Confidence::$confidence), )*];

            /// The element that carries this code.
            pub const TAG: Tag = $tag;

            /// Digits of the full width, which is what is written.
            pub const WIDTH: usize = $width;

            /// The code with this number, in full width.
            #[must_use]
            pub const fn new(number: u16) -> Self {
                $type(Written { number: number as u32, digits: $width })
            }

            /// The code as text came, width kept: at most five digits, further zeros in front apart.
            ///
            /// `None` for anything else.
            #[must_use]
            #[inline]
            pub fn read(text: &str) -> Option<Self> {
                Written::read(text).map($type)
            }

            /// The number, 0 to 99999.
            #[must_use]
            #[inline]
            pub const fn number(self) -> u32 {
                self.0.number
            }

            /// The public name, `None` for a code that no public table names.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0.number {
                    $( $number => Some($name), )*
                    _ => None,
                }
            }

            /// How well the name is confirmed; `None` for an unnamed code.
            #[must_use]
            pub const fn confidence(self) -> Option<Confidence> {
                match self.0.number {
                    $( $number => Some(Confidence::$confidence), )*
                    _ => None,
                }
            }

            /// The digits exactly as they were received, leading zeros included.
            #[must_use]
            pub fn as_received(self) -> AsReceived {
                AsReceived(self.0)
            }

            /// Whether the number fits the width that the edition allows.
            #[must_use]
            pub(crate) const fn fits(self) -> bool {
                let mut limit = 1;
                let mut digits = Self::TAG.length().1;
                while digits > 0 {
                    limit *= 10;
                    digits -= 1;
                }
                self.0.number < limit
            }

            /// Appends the digits, padded to the full width.
            pub(crate) fn write(self, out: &mut Vec<u8>) {
                write_number(self.0.number, $width, out);
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.0.number == other.0.number
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.number.cmp(&other.0.number)
            }
        }

        impl Hash for $type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.number.hash(state);
            }
        }

        impl From<u16> for $type {
            fn from(number: u16) -> Self {
                $type::new(number)
            }
        }

        impl TryFrom<u32> for $type {
            type Error = CodeTooLarge;

            fn try_from(number: u32) -> Result<Self, CodeTooLarge> {
                if number > GREATEST_NUMBER {
                    return Err(CodeTooLarge(number));
                }
                Ok($type(Written { number, digits: $width }))
            }
        }

        impl fmt::Display for $type {
            /// The number, padded to the full width.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:0width$}", self.0.number, width = $width)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {self}", Self::TAG)?;
                match self.name() {
                    Some(name) => write!(f, " ({name})"),
                    None => Ok(()),
                }
            }
        }
    };
}

use codes;

/// The digits of a code as received; see `as_received` of each code type.
#[derive(Clone, Copy)]
pub struct AsReceived(Written);

impl fmt::Display for AsReceived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:0width$}",
            self.0.number,
            width = usize::from(self.0.digits)
        )
    }
}

impl fmt::Debug for AsReceived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StatusNumber {
    /// Whether the receiver took responsibility: `snu` 0 and nothing else.
    #[must_use]
    pub const fn is_accepted(self) -> bool {
        self.number() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_keeps_its_width_and_compares_by_number() {
        let short = StatusCode::read("10").unwrap();
        let full = StatusCode::read("0010").unwrap();
        assert_eq!(short, full);
        assert_eq!(short, StatusCode::MANUAL_ALARM);
        assert_eq!(short.as_received().to_string(), "10");
        assert_eq!(full.as_received().to_string(), "0010");
        assert_eq!(short.to_string(), "0010");
        assert_eq!(format!("{short:?}"), "stc 0010 (Manual alarm)");
    }

    #[test]
    fn only_one_to_five_digits_are_a_code() {
        for text in ["", "123456", "-1", "+1", "1 ", "a", "٣"] {
            assert!(StatusCode::read(text).is_none(), "{text:?}");
        }
        assert_eq!(StatusCode::read("99999").unwrap().number(), 99_999);
    }

    #[test]
    fn numbers_are_padded_and_never_cut() {
        for (number, width, text) in [
            (0, 1, "0"),
            (0, 4, "0000"),
            (7, 3, "007"),
            (12345, 4, "12345"),
        ] {
            let mut out = Vec::new();
            write_number(number, width, &mut out);
            assert_eq!(out, text.as_bytes());
        }
    }
}
