//! What cannot be read or written, and what to answer.

use crate::codes::{NakPrefix, RecordId};
use crate::warning::{Warning, WarningKind};

/// Bytes that are no block, or a block that is refused. The text never shows values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// Byte offset in the bytes given; SOH is 0.
    pub offset: usize,
    /// The prefix of the NAK to answer with; `None` where nothing is answered.
    pub answer: Option<NakPrefix>,
}

/// Why a block cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// No bytes.
    #[error("there are no bytes")]
    Empty,
    /// The first byte is not SOH.
    #[error("a block starts with SOH")]
    SohMissing,
    /// More bytes than [`Limits::block`](crate::Limits::block).
    #[error("the block is longer than {limit} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// The bytes end before ETX.
    #[error("the block ends before ETX")]
    Truncated,
    /// EOT before ETX: the sender gave up.
    #[error("EOT inside the block: the sender gave up")]
    Aborted,
    /// SOH before ETX: the sender began again, at the offset.
    #[error("SOH inside the block: the sender began again")]
    Restarted,
    /// Nothing follows ETX.
    #[error("the BCC is missing")]
    BccMissing,
    /// The check does not fit.
    #[error("the BCC is {received:02X}, computed {computed:02X}")]
    Bcc {
        /// The byte on the line.
        received: u8,
        /// What it should be.
        computed: u8,
    },
    /// A line with even parity in bit 7, and one byte that has it wrong.
    #[error("a byte with wrong parity")]
    Parity,
    /// Bytes behind the BCC, other than CR, LF, NUL and blanks.
    #[error("bytes follow the block")]
    TrailingBytes,
    /// No STX between SOH and ETX.
    #[error("STX is missing")]
    StxMissing,
    /// A call address longer than [`Limits::address`](crate::Limits::address).
    #[error("the call address is longer than {limit} bytes")]
    AddressTooLong {
        /// The limit that was passed.
        limit: usize,
    },
    /// A display message longer than [`Limits::text`](crate::Limits::text).
    #[error("the display message is longer than {limit} bytes")]
    TextTooLong {
        /// The limit that was passed.
        limit: usize,
    },
    /// Strict mode: the first deviation. Lenient mode: an unknown header, when switched off.
    #[error("{0}")]
    Deviation(WarningKind),
}

impl DecodeError {
    pub(crate) const fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        DecodeError {
            kind,
            offset,
            answer: kind.answer(),
        }
    }

    pub(crate) const fn deviation(warning: Warning) -> Self {
        DecodeError::new(DecodeErrorKind::Deviation(warning.kind), warning.offset)
    }
}

impl DecodeErrorKind {
    /// The prefix of the NAK to answer with; `None` where nothing is answered: an EOT or a new
    /// SOH speaks for itself, and without SOH there was no block.
    #[must_use]
    pub const fn answer(self) -> Option<NakPrefix> {
        match self {
            DecodeErrorKind::Empty
            | DecodeErrorKind::SohMissing
            | DecodeErrorKind::Aborted
            | DecodeErrorKind::Restarted => None,
            DecodeErrorKind::Truncated
            | DecodeErrorKind::BccMissing
            | DecodeErrorKind::Bcc { .. }
            | DecodeErrorKind::Parity
            | DecodeErrorKind::TrailingBytes => Some(NakPrefix::TRANSMISSION_ERROR),
            DecodeErrorKind::TooLarge { .. }
            | DecodeErrorKind::StxMissing
            | DecodeErrorKind::AddressTooLong { .. }
            | DecodeErrorKind::TextTooLong { .. } => Some(NakPrefix::INVALID_MESSAGE),
            DecodeErrorKind::Deviation(warning) => warning.strict_answer(),
        }
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            DecodeErrorKind::Empty => "empty",
            DecodeErrorKind::SohMissing => "soh-missing",
            DecodeErrorKind::TooLarge { .. } => "too-large",
            DecodeErrorKind::Truncated => "truncated",
            DecodeErrorKind::Aborted => "aborted",
            DecodeErrorKind::Restarted => "restarted",
            DecodeErrorKind::BccMissing => "bcc-missing",
            DecodeErrorKind::Bcc { .. } => "bcc",
            DecodeErrorKind::Parity => "parity",
            DecodeErrorKind::TrailingBytes => "trailing-bytes",
            DecodeErrorKind::StxMissing => "stx-missing",
            DecodeErrorKind::AddressTooLong { .. } => "address-too-long",
            DecodeErrorKind::TextTooLong { .. } => "text-too-long",
            DecodeErrorKind::Deviation(warning) => warning.code(),
        }
    }
}

/// A block that cannot be built or written; nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The header is not one or more printable characters without blanks.
    #[error("the header is not printable")]
    Header,
    /// A header that the standard does not define, and the options do not allow.
    #[error("the standard does not define this header")]
    UnknownHeader,
    /// An identifier is not one or more printable characters without blanks.
    #[error("a record identifier is not printable")]
    Identifier,
    /// Data with a control character other than CR, LF and TAB.
    #[error("control character in the data of a record")]
    ControlCharacter,
    /// No record at all.
    #[error("a block has at least one record")]
    NoRecords,
    /// The data of a record is longer than the limit.
    #[error("the data of {record:?} is longer than {limit} bytes")]
    TooLong {
        /// The record, call address or display message.
        record: RecordId<'static>,
        /// The limit that was passed.
        limit: usize,
    },
    /// The whole block is longer than the limit.
    #[error("the block is longer than {limit} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// The caller's buffer is shorter than the block.
    #[error("the block needs {needed} bytes of buffer")]
    BufferTooSmall {
        /// Bytes of the block.
        needed: usize,
    },
}
