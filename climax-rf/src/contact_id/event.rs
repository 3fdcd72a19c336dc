//! Qualifier, event, group and zone: the digits that bracket, short message and DC-09 share.

use core::fmt;

/// The value of a hexadecimal digit of Contact ID, where `A` stands for 0 (Climax reference 5.2).
const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A' | b'a' => Some(0),
        b'B'..=b'F' => Some(character - b'B' + 11),
        b'b'..=b'f' => Some(character - b'b' + 11),
        _ => None,
    }
}

/// What happened to the condition: one digit, 1, 3 or 6 (Climax reference 5.2). Other digits are
/// kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Qualifier(u8);

impl Qualifier {
    /// 1: new event, or opening.
    pub const EVENT: Self = Self(1);
    /// 3: restore, or closing.
    pub const RESTORE: Self = Self(3);
    /// 6: reported before and still so.
    pub const STATUS: Self = Self(6);

    /// From the value of the digit, 0 to 15 but not 10: that one is written `A`, which reads as 0.
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        match value {
            0..=9 | 11..=15 => Some(Self(value)),
            _ => None,
        }
    }

    /// From the digit as it is written.
    #[must_use]
    pub const fn from_digit(character: u8) -> Option<Self> {
        match digit(character) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The value of the digit, 0 to 15 but not 10.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Qualifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}", self.0)
    }
}

macro_rules! digits {
    ($(#[$doc:meta])* $name:ident, $store:ty, $count:literal, $limit:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name($store);

        impl $name {
            /// The one that reads as this decimal number; `None` when it has too many digits.
            #[must_use]
            pub const fn new(number: u16) -> Option<Self> {
                if number > $limit {
                    return None;
                }
                let packed = (number / 100) << 8 | (number / 10 % 10) << 4 | (number % 10);
                #[allow(clippy::cast_possible_truncation, reason = "bounded above")]
                Some(Self(packed as $store))
            }

            /// From the digits as they are written. `A` is read as 0; `B` to `F` are digits of
            /// their own.
            #[must_use]
            pub const fn from_digits(characters: [u8; $count]) -> Option<Self> {
                let mut packed = 0;
                let mut i = 0;
                while i < $count {
                    match digit(characters[i]) {
                        Some(value) => packed = packed << 4 | value as $store,
                        None => return None,
                    }
                    i += 1;
                }
                Some(Self(packed))
            }

            /// The digits packed into one number, four bits each: `0x101` for 101.
            #[must_use]
            pub const fn packed(self) -> $store {
                self.0
            }

            /// The decimal number; `None` when a digit is above 9.
            #[must_use]
            pub const fn number(self) -> Option<u16> {
                let packed = self.0 as u16;
                let (hundreds, tens, ones) = (packed >> 8, packed >> 4 & 0xF, packed & 0xF);
                if hundreds > 9 || tens > 9 || ones > 9 {
                    None
                } else {
                    Some(hundreds * 100 + tens * 10 + ones)
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!("{:0", $count, "X}"), self.0)
            }
        }
    };
}

digits! {
    /// The event, XYZ: three digits. What a number means depends on the panel (Climax reference
    /// 7.1).
    EventCode, u16, 3, 999
}

digits! {
    /// The group, GG, which panels call area: two digits.
    Group, u8, 2, 99
}

digits! {
    /// The zone or the user, CCC: three digits.
    Zone, u16, 3, 999
}

impl EventCode {
    /// The hundreds digit, which tells the class of an event that no table knows (Climax
    /// reference 6).
    #[must_use]
    pub const fn class_digit(self) -> u8 {
        (self.0 >> 8) as u8
    }
}

impl Group {
    /// 00: the whole panel.
    pub const PANEL: Self = Self(0);
}

impl Zone {
    /// 000: the panel itself.
    pub const PANEL: Self = Self(0);
}

/// What a Contact ID report says: `QXYZ GG CCC` (Climax reference 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContactId {
    /// New event, restore or status.
    pub qualifier: Qualifier,
    /// The event number.
    pub code: EventCode,
    /// The group or area.
    pub group: Group,
    /// The zone or user.
    pub zone: Zone,
}

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            qualifier,
            code,
            group,
            zone,
        } = self;
        write!(f, "{qualifier}{code} {group} {zone}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn digits_are_kept_as_written_but_for_a() {
        assert_eq!(EventCode::from_digits(*b"1A1"), EventCode::new(101));
        assert_eq!(
            EventCode::from_digits(*b"1Bf").map(|c| c.packed()),
            Some(0x1BF)
        );
        assert_eq!(
            EventCode::from_digits(*b"1BF").and_then(EventCode::number),
            None
        );
        assert_eq!(EventCode::from_digits(*b"1G1"), None);
        assert_eq!(EventCode::new(1000), None);
        assert_eq!(Group::new(100), None);
    }

    #[test]
    fn prints_as_panels_write() {
        let report = ContactId {
            qualifier: Qualifier::EVENT,
            code: EventCode::new(641).expect("three digits"),
            group: Group::PANEL,
            zone: Zone::new(72).expect("three digits"),
        };
        assert_eq!(report.to_string(), "1641 00 072");
        assert_eq!(report.code.class_digit(), 6);
    }
}
