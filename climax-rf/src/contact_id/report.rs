//! A report of a panel in one of the three text forms.

use super::{Account, ContactId};
use crate::provenance::Provenance;

/// The two digits after the account: both mean Contact ID (Climax reference 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum MessageType {
    /// 18, which panels send.
    #[default]
    Standard,
    /// 98, the alternative that the general standard has.
    Alternative,
}

impl MessageType {
    /// The two digits.
    #[must_use]
    pub const fn digits(self) -> [u8; 2] {
        match self {
            MessageType::Standard => *b"18",
            MessageType::Alternative => *b"98",
        }
    }

    /// From the two digits.
    #[must_use]
    pub const fn from_digits(digits: [u8; 2]) -> Option<Self> {
        match &digits {
            b"18" => Some(MessageType::Standard),
            b"98" => Some(MessageType::Alternative),
            _ => None,
        }
    }
}

/// The text around the digits (Climax reference 5.2 and 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// `[ACCT 18QXYZGGCCCSSSS]` over TCP; the answer is the byte 06.
    Bracket,
    /// `ACCT 18 QXYZ GG CCC SSSS` in a short message; without an answer.
    ShortMessage,
    /// `<ACCT 18 QXYZ GG CCC K>` of older manuals, with the check digit of Contact ID.
    Angle,
}

impl Form {
    /// How sure the form itself is.
    #[must_use]
    pub const fn provenance(self) -> Provenance {
        match self {
            Form::Bracket => Provenance::Confirmed,
            Form::ShortMessage | Form::Angle => Provenance::SingleSource,
        }
    }

    /// Spaces before each group after the message type.
    pub(super) const fn gap(self) -> usize {
        match self {
            Form::Bracket => 0,
            Form::ShortMessage | Form::Angle => 1,
        }
    }

    /// What the report stands between.
    pub(super) const fn delimiters(self) -> Option<(u8, u8)> {
        match self {
            Form::Bracket => Some((b'[', b']')),
            Form::ShortMessage => None,
            Form::Angle => Some((b'<', b'>')),
        }
    }
}

/// What a report says, whatever its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Report<'a> {
    /// Who reports.
    pub account: Account<'a>,
    /// 18 or 98.
    pub message_type: MessageType,
    /// What happened and where.
    pub event: ContactId,
}

/// The check of a report as received and as computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Checksum {
    /// Fletcher's sum of bracket and short message.
    Fletcher {
        /// `None` when it is missing or short.
        received: Option<u16>,
        /// Over the characters as received.
        computed: u16,
    },
    /// The check digit of the angle form, as printed.
    Digit {
        /// `None` when it is missing.
        received: Option<u8>,
        /// `None` when the account has characters without a value.
        computed: Option<u8>,
    },
}

impl Checksum {
    /// Whether it was there and right. `false` also when it could not be computed.
    #[must_use]
    pub fn is_right(self) -> bool {
        match self {
            Checksum::Fletcher { received, computed } => received == Some(computed),
            Checksum::Digit { received, computed } => received.is_some() && received == computed,
        }
    }
}
