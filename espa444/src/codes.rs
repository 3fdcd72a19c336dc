//! Headers, record identifiers, values and control characters, with the names that are known.
//!
//! Values are strings, not numbers: `'1'` and `'01'` differ (ESPA reference 6). Each type here
//! borrows the characters as they came; one that no table names is data, not an error. A value
//! may be refined by further characters: `'71'` is a kind of `'7'`, and [`CallStatus::base`] leads
//! from one to the other.

use core::fmt;

mod tables;

pub use tables::{
    BeepCode, CallStatus, CallType, Header, Priority, RecordId, SystemStatus, Transmissions,
};

/// SOH: starts a block.
pub const SOH: u8 = 0x01;
/// STX: ends the header.
pub const STX: u8 = 0x02;
/// ETX: ends the records; the next byte is the BCC, whatever its value.
pub const ETX: u8 = 0x03;
/// EOT: ends a transaction.
pub const EOT: u8 = 0x04;
/// ENQ: after an address, a poll or select.
pub const ENQ: u8 = 0x05;
/// ACK: positive answer.
pub const ACK: u8 = 0x06;
/// NAK: negative answer, usually with a prefix.
pub const NAK: u8 = 0x15;
/// RS: stands between records.
pub const RS: u8 = 0x1E;
/// US: stands between record identifier and data.
pub const US: u8 = 0x1F;

/// How well a name or meaning is confirmed (grades of the ESPA reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// \[S+\]: in the standard and seen in practice.
    StandardAndPractice,
    /// \[S\]: in the standard only.
    Standard,
    /// \[P2\]: practice, two or more independent sources.
    TwoSources,
    /// \[P1\]: practice, one source.
    OneSource,
    /// \[I\]: inferred, found in no source.
    Inferred,
    /// \[?\]: uncertain, a guess.
    Uncertain,
}

impl Confidence {
    /// The mark of the ESPA reference.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Confidence::StandardAndPractice => "S+",
            Confidence::Standard => "S",
            Confidence::TwoSources => "P2",
            Confidence::OneSource => "P1",
            Confidence::Inferred => "I",
            Confidence::Uncertain => "?",
        }
    }
}

/// Which way blocks with a header go (ESPA reference 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Direction {
    /// From the caller to the receiver.
    CallerToReceiver,
    /// From the receiver to the caller.
    ReceiverToCaller,
    /// From the receiver to the telephone exchange.
    ReceiverToExchange,
    /// Both ways.
    Both,
}

/// The digit before a NAK (ESPA reference 3.2). Other characters are data.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NakPrefix(u8);

impl NakPrefix {
    /// `'1'`: bad character or bad BCC; the sender repeats at once.
    pub const TRANSMISSION_ERROR: NakPrefix = NakPrefix(b'1');
    /// `'2'`: cannot take it now; the sender ends and tries again later.
    pub const BUSY: NakPrefix = NakPrefix(b'2');
    /// `'3'`: not understood; repeating the same does not help.
    pub const INVALID_MESSAGE: NakPrefix = NakPrefix(b'3');

    /// A prefix from the character on the line, any printable one (21 to 7E).
    #[must_use]
    pub const fn new(character: u8) -> Option<Self> {
        if character.is_ascii_graphic() {
            Some(NakPrefix(character))
        } else {
            None
        }
    }

    /// The character on the line.
    #[must_use]
    pub const fn character(self) -> u8 {
        self.0
    }

    /// The name, `None` for a prefix that the standard does not define.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            NakPrefix::TRANSMISSION_ERROR => Some("transmission error"),
            NakPrefix::BUSY => Some("busy"),
            NakPrefix::INVALID_MESSAGE => Some("invalid message"),
            _ => None,
        }
    }

    /// The answer on the line, prefix first.
    #[must_use]
    pub const fn answer(self) -> [u8; 2] {
        [self.0, NAK]
    }
}

impl fmt::Debug for NakPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NakPrefix('{}'", char::from(self.0))?;
        if let Some(name) = self.name() {
            write!(f, " {name}")?;
        }
        f.write_str(")")
    }
}

impl fmt::Display for NakPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", char::from(self.0))
    }
}

/// Writes bytes as characters, those outside ASCII and the control characters escaped.
fn write_escaped(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for &byte in bytes {
        if byte == b' ' || byte.is_ascii_graphic() {
            write!(f, "{}", char::from(byte))?;
        } else {
            write!(f, "\\x{byte:02X}")?;
        }
    }
    Ok(())
}

/// Defines one type of code from its table. `refined`: whether a value that the table does not
/// have takes the name of its first character.
macro_rules! codes {
    (
        $(#[$doc:meta])*
        $type:ident, refined = $refined:literal;
        $( $(#[$note:meta])* $constant:ident = $value:literal, $name:literal, $confidence:ident; )*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type<'a>(&'a [u8]);

        impl $type<'static> {
            $(
                #[doc = concat!("`'", $value, "'`: ", $name, ".")]
                $(#[$note])*
                pub const $constant: $type<'static> = $type::new($value);
            )*

            /// Everything that has a name, with the name and how well it is confirmed.
            pub const NAMED: &'static [($type<'static>, &'static str, Confidence)] =
                &[$( ($type::$constant, $name, Confidence::$confidence), )*];
        }

        impl<'a> $type<'a> {
            /// The characters given.
            #[must_use]
            pub const fn new(text: &'a str) -> Self {
                $type(text.as_bytes())
            }

            /// The bytes as received.
            #[must_use]
            #[inline]
            pub const fn from_bytes(bytes: &'a [u8]) -> Self {
                $type(bytes)
            }

            /// The bytes as they stand on the line.
            #[must_use]
            #[inline]
            pub const fn as_bytes(self) -> &'a [u8] {
                self.0
            }

            /// The characters, `None` when they are not ASCII.
            #[must_use]
            pub fn as_str(self) -> Option<&'a str> {
                if self.0.is_ascii() {
                    core::str::from_utf8(self.0).ok()
                } else {
                    None
                }
            }

            fn known(self) -> Option<(&'static str, Confidence)> {
                let find = |wanted: &[u8]| {
                    $type::NAMED
                        .iter()
                        .find(|(code, _, _)| code.0 == wanted)
                        .map(|&(_, name, confidence)| (name, confidence))
                };
                find(self.0).or_else(|| {
                    if $refined { self.0.first_chunk::<1>().and_then(|first| find(first)) } else { None }
                })
            }

            /// The name, `None` when no table has one.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                self.known().map(|(name, _)| name)
            }

            /// How well the name is confirmed, `None` without a name.
            #[must_use]
            pub fn confidence(self) -> Option<Confidence> {
                self.known().map(|(_, confidence)| confidence)
            }
        }

        impl fmt::Display for $type<'_> {
            /// The characters; bytes outside printable ASCII escaped.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_escaped(self.0, f)
            }
        }

        impl fmt::Debug for $type<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "('{}'"), self)?;
                if let Some(name) = self.name() {
                    write!(f, " {name}")?;
                }
                f.write_str(")")
            }
        }
    };
}

/// Adds the rule of refinement (ESPA reference 6).
macro_rules! refined {
    ($($type:ident),*) => {$(
        impl<'a> $type<'a> {
            /// The value that this one refines: its first character. A value of one character is
            /// its own base. [`name`](Self::name) falls back to it by itself.
            #[must_use]
            pub fn base(self) -> Self {
                $type(self.0.get(..1).unwrap_or(self.0))
            }

            /// Whether further characters refine the first one.
            #[must_use]
            pub const fn is_refined(self) -> bool {
                self.0.len() > 1
            }
        }
    )*};
}

use {codes, refined};

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    #[test]
    fn section_6_values_are_strings() {
        assert_ne!(Priority::new("1"), Priority::new("01"));
        assert_ne!(CallType::new("3"), CallType::new("003"));
    }

    #[test]
    fn section_6_an_unknown_refinement_falls_back_to_the_first_character() {
        assert_eq!(
            CallStatus::new("71").name(),
            Some("speech channel open, paged")
        );
        assert_eq!(CallStatus::new("79").name(), Some("speech channel open"));
        assert_eq!(
            CallStatus::new("79").base(),
            CallStatus::SPEECH_CHANNEL_OPEN
        );
        assert!(CallStatus::new("79").is_refined());
        assert_eq!(CallStatus::new("").base(), CallStatus::new(""));
        assert_eq!(CallStatus::new("Z1").name(), None);
    }

    #[test]
    fn headers_and_record_identifiers_are_not_refined() {
        assert_eq!(Header::new("11").name(), None);
        assert_eq!(RecordId::new("1A").name(), None);
    }

    #[test]
    fn what_is_not_ascii_is_escaped() {
        assert_eq!(format!("{}", Priority::from_bytes(b"\xD81")), "\\xD81");
        assert_eq!(format!("{:?}", Priority::ALARM), "Priority('1' alarm)");
        assert_eq!(format!("{:?}", NakPrefix::BUSY), "NakPrefix('2' busy)");
    }

    #[test]
    fn section_7_every_name_has_the_grade_of_its_row() {
        let marks = |graded: &[Confidence]| -> std::vec::Vec<_> {
            graded.iter().map(|confidence| confidence.mark()).collect()
        };
        let of = |headers: &[Header<'_>]| {
            marks(
                &headers
                    .iter()
                    .filter_map(|h| h.confidence())
                    .collect::<std::vec::Vec<_>>(),
            )
        };
        assert_eq!(
            of(&[
                Header::CALL,
                Header::OTHER_INFORMATION,
                Header::LICENCE_REQUEST
            ]),
            ["S+", "S+", "P1"]
        );
        assert_eq!(Header::new("6").confidence(), None);
        let types: std::vec::Vec<_> = CallType::NAMED.iter().map(|row| row.2).collect();
        assert_eq!(
            marks(&types),
            ["S+", "S+", "S+", "S+", "?", "P1", "P1", "P1", "?", "?"]
        );
        for (status, _, confidence) in CallStatus::NAMED {
            assert_eq!(*confidence, Confidence::StandardAndPractice, "{status:?}");
        }
        let records = |confidence| {
            RecordId::NAMED
                .iter()
                .filter(|row| row.2 == confidence)
                .count()
        };
        assert_eq!(records(Confidence::StandardAndPractice), 8);
        assert_eq!(records(Confidence::OneSource), 4);
    }

    #[test]
    fn transmissions_count() {
        assert_eq!(Transmissions::new("2").count(), Some(2));
        assert_eq!(Transmissions::new("12").count(), Some(12));
        for text in ["", "0", "-1", "2x", "99999999999"] {
            assert_eq!(Transmissions::new(text).count(), None);
        }
    }
}
