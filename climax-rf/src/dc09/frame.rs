//! A DC-09 frame as data (Climax reference 5.4).

use core::fmt;

use super::timestamp::Timestamp;
use crate::contact_id::Account;
use crate::provenance::Provenance;

/// How the CRC stands in a frame. The answer uses the same form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CrcForm {
    /// Four upper-case hexadecimal characters, as the standard has it.
    #[default]
    Hexadecimal,
    /// Two bytes, high byte first.
    Raw,
}

impl CrcForm {
    /// How sure the form is.
    #[must_use]
    pub const fn provenance(self) -> Provenance {
        match self {
            CrcForm::Hexadecimal => Provenance::Standard,
            CrcForm::Raw => Provenance::SingleSource,
        }
    }

    /// Bytes of the CRC.
    pub(super) const fn width(self) -> usize {
        match self {
            CrcForm::Hexadecimal => 4,
            CrcForm::Raw => 2,
        }
    }
}

/// What a frame carries or answers; the `*` of an encrypted one is not part of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Token<'a> {
    /// `SIA-DCS`: SIA event codes.
    SiaDcs,
    /// `ADM-CID`: Contact ID.
    AdmCid,
    /// `NULL`: link test.
    Null,
    /// `ACK`: accepted.
    Ack,
    /// `NAK`: not accepted; carries the time.
    Nak,
    /// `DUH`: understood the frame, cannot process it.
    Duh,
    /// Anything else, as received; never one of the above.
    Other(&'a [u8]),
}

impl<'a> Token<'a> {
    /// From the bytes between the quotes, without `*`.
    #[must_use]
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        match bytes {
            b"SIA-DCS" => Token::SiaDcs,
            b"ADM-CID" => Token::AdmCid,
            b"NULL" => Token::Null,
            b"ACK" => Token::Ack,
            b"NAK" => Token::Nak,
            b"DUH" => Token::Duh,
            other => Token::Other(other),
        }
    }

    /// The bytes between the quotes, without `*`.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        match *self {
            Token::SiaDcs => b"SIA-DCS",
            Token::AdmCid => b"ADM-CID",
            Token::Null => b"NULL",
            Token::Ack => b"ACK",
            Token::Nak => b"NAK",
            Token::Duh => b"DUH",
            Token::Other(bytes) => bytes,
        }
    }

    /// Whether it is what a station says to a panel.
    #[must_use]
    pub const fn is_answer(&self) -> bool {
        matches!(self, Token::Ack | Token::Nak | Token::Duh)
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().escape_ascii().fmt(f)
    }
}

impl fmt::Debug for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Other(bytes) => write!(f, "Other({} bytes)", bytes.len()),
            known => fmt::Display::fmt(known, f),
        }
    }
}

/// The number of a frame, 0000 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Sequence(u16);

impl Sequence {
    /// 0000, which `NULL` and `NAK` carry.
    pub const ZERO: Self = Sequence(0);
    /// 0001.
    pub const FIRST: Self = Sequence(1);

    /// `None` above 9999.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number <= 9999 {
            Some(Sequence(number))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The next one: after 9999 comes 0001.
    #[must_use]
    pub const fn next(self) -> Self {
        Sequence(self.0 % 9999 + 1)
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// A receiver or line number: 1 to 6 hexadecimal digits, kept as received.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Number {
    digits: [u8; 6],
    length: u8,
}

impl Number {
    /// A lone 0.
    pub const ZERO: Self = Number {
        digits: *b"0\0\0\0\0\0",
        length: 1,
    };

    /// From its digits; `None` for anything but 1 to 6 hexadecimal ones.
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let mut kept = [0; 6];
        kept.get_mut(..digits.len())?.copy_from_slice(digits);
        Some(Number {
            digits: kept,
            length: u8::try_from(digits.len()).ok()?,
        })
    }

    /// The digits as received.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }

    /// Its value.
    #[must_use]
    pub fn value(&self) -> u32 {
        let digit = |&byte: &u8| char::from(byte).to_digit(16).unwrap_or(0);
        self.as_bytes()
            .iter()
            .fold(0, |value, byte| value << 4 | digit(byte))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().escape_ascii().fmt(f)
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

/// One frame, borrowed from the bytes it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it carries or answers.
    pub token: Token<'a>,
    /// Its number.
    pub sequence: Sequence,
    /// R, the receiver number.
    pub receiver: Option<Number>,
    /// L, the line number. The standard wants one; a lenient reader does without.
    pub line: Option<Number>,
    /// #ACCT, the account outside of the data.
    pub account: Option<Account<'a>>,
    /// What follows the opening bracket.
    pub content: Content<'a>,
}

/// What follows the opening bracket of a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// Readable.
    Clear(Clear<'a>),
    /// Encrypted: hexadecimal digits up to the end of the frame.
    Encrypted(&'a [u8]),
}

impl fmt::Debug for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Content::Clear(clear) => clear.fmt(f),
            Content::Encrypted(digits) => write!(f, "Encrypted({} digits)", digits.len()),
        }
    }
}

/// The readable content of a frame. `Debug` shows lengths only: names and positions of people are
/// in it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Clear<'a> {
    /// Between the brackets, the account inside included; see [`Data`](super::Data).
    pub data: &'a [u8],
    /// Further data, each in its brackets; see [`blocks`](Self::blocks).
    pub extended: &'a [u8],
    /// When it happened, UTC.
    pub timestamp: Option<Timestamp>,
}

impl<'a> Clear<'a> {
    /// The blocks of further data, each without its brackets. The first character says what it is,
    /// such as `X` and `Y` for a position.
    pub fn blocks(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rest = self.extended;
        core::iter::from_fn(move || {
            let inside = rest.strip_prefix(b"[")?;
            let end = memchr::memchr(b']', inside)?;
            rest = &inside[end + 1..];
            Some(&inside[..end])
        })
    }
}

impl fmt::Debug for Clear<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clear")
            .field("data", &self.data.len())
            .field("extended", &self.extended.len())
            .field("timestamp", &self.timestamp)
            .finish()
    }
}
