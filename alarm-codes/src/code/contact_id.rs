//! Contact ID: a qualifier digit and a three-digit event.

use core::fmt;

/// The qualifier of a Contact ID report: one hexadecimal digit. Unknown digits are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Qualifier(u8);

impl Qualifier {
    /// 1: new event, or opening.
    pub const EVENT: Self = Self(1);
    /// 3: restore, or closing.
    pub const RESTORE: Self = Self(3);
    /// 6: reported before and still present.
    pub const STATUS: Self = Self(6);

    /// The qualifier of a digit 0 to 15.
    #[must_use]
    pub const fn new(digit: u8) -> Option<Self> {
        if digit <= 0xF {
            Some(Self(digit))
        } else {
            None
        }
    }

    /// The digit, 0 to 15.
    #[must_use]
    pub const fn digit(self) -> u8 {
        self.0
    }
}

/// A Contact ID event: three hexadecimal digits, in practice nearly always decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactIdEvent(u16);

impl ContactIdEvent {
    /// The event that reads as this decimal number, 0 to 999.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number > 999 {
            return None;
        }
        Some(Self(
            (number / 100) << 8 | (number / 10 % 10) << 4 | (number % 10),
        ))
    }

    /// The event of three hexadecimal digits.
    #[must_use]
    pub const fn from_digits(digits: [u8; 3]) -> Option<Self> {
        let mut packed = 0;
        let mut i = 0;
        while i < 3 {
            let digit = match digits[i] {
                d @ b'0'..=b'9' => d - b'0',
                d @ b'A'..=b'F' => d - b'A' + 10,
                d @ b'a'..=b'f' => d - b'a' + 10,
                _ => return None,
            };
            packed = packed << 4 | digit as u16;
            i += 1;
        }
        Some(Self(packed))
    }

    /// The decimal number, or `None` when a digit is above 9.
    #[must_use]
    pub const fn number(self) -> Option<u16> {
        let (hundreds, tens, ones) = (self.0 >> 8, self.0 >> 4 & 0xF, self.0 & 0xF);
        if hundreds > 9 || tens > 9 || ones > 9 {
            None
        } else {
            Some(hundreds * 100 + tens * 10 + ones)
        }
    }
}

impl fmt::Display for ContactIdEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03X}", self.0)
    }
}

/// A Contact ID code: what happened and whether it begins, ends or goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContactIdCode {
    /// New event, restore or status.
    pub qualifier: Qualifier,
    /// The event number.
    pub event: ContactIdEvent,
}

impl ContactIdCode {
    /// Qualifier and decimal event number; `None` when the number is above 999.
    #[must_use]
    pub const fn new(qualifier: Qualifier, number: u16) -> Option<Self> {
        match ContactIdEvent::new(number) {
            Some(event) => Some(Self { qualifier, event }),
            None => None,
        }
    }
}

impl fmt::Display for ContactIdCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}:{}", self.qualifier.0, self.event)
    }
}
