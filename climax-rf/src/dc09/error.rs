//! What cannot be read or written.

use super::warning::WarningKind;

/// Bytes that are no frame, or a frame that is refused. The text never shows values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// Byte offset in the bytes given; LF is 0.
    pub offset: usize,
}

/// Why a frame cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The first byte is not LF.
    #[error("a frame starts with LF")]
    LineFeedMissing,
    /// Length and quote are in the place of neither form.
    #[error("neither form of the frame fits")]
    NoFrame,
    /// The length is above [`LONGEST_BODY`](super::LONGEST_BODY).
    #[error("the body is longer than {} bytes", super::LONGEST_BODY)]
    TooLong,
    /// The frame does not end here; so many bytes are needed at least.
    #[error("the frame is cut short: {needed} bytes are needed")]
    Truncated {
        /// From LF on.
        needed: usize,
    },
    /// No CR where the length says: the length is wrong, or bytes were lost.
    #[error("no CR where the length says")]
    CarriageReturnMissing,
    /// The CRC is wrong.
    #[error("the CRC is wrong")]
    Crc,
    /// The token does not end, or is empty.
    #[error("no token between quotes")]
    Token,
    /// The sequence number is not four decimal digits.
    #[error("the sequence number is not four digits")]
    Sequence,
    /// A receiver or line number is not 1 to 6 hexadecimal digits.
    #[error("a receiver or line number is not 1 to 6 hexadecimal digits")]
    Number,
    /// Something else between line number and data.
    #[error("no bracket where the data begins")]
    BracketMissing,
    /// The data does not end.
    #[error("the data does not end with a bracket")]
    BracketOpen,
    /// Encrypted text that is not hexadecimal in whole blocks of 16 bytes.
    #[error("the encrypted text is not hexadecimal in blocks of 16 bytes")]
    EncryptedText,
    /// More bytes behind the frame.
    #[error("bytes behind the frame")]
    TrailingBytes,
    /// Strict reading: a deviation that lenient reading tolerates.
    #[error("deviation: {0}")]
    Deviation(WarningKind),
}

impl DecodeErrorKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            DecodeErrorKind::LineFeedMissing => "line-feed-missing",
            DecodeErrorKind::NoFrame => "no-frame",
            DecodeErrorKind::TooLong => "too-long",
            DecodeErrorKind::Truncated { .. } => "truncated",
            DecodeErrorKind::CarriageReturnMissing => "carriage-return-missing",
            DecodeErrorKind::Crc => "crc",
            DecodeErrorKind::Token => "token",
            DecodeErrorKind::Sequence => "sequence",
            DecodeErrorKind::Number => "number",
            DecodeErrorKind::BracketMissing => "bracket-missing",
            DecodeErrorKind::BracketOpen => "bracket-open",
            DecodeErrorKind::EncryptedText => "encrypted-text",
            DecodeErrorKind::TrailingBytes => "trailing-bytes",
            DecodeErrorKind::Deviation(kind) => kind.code(),
        }
    }
}

/// Why the data of a frame cannot be read. The frame itself can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// Contact ID with something else where a hexadecimal digit belongs, or cut short.
    #[error("no Contact ID in the data")]
    ContactId,
    /// SIA data without anything in it.
    #[error("no SIA event in the data")]
    Sia,
    /// The content is encrypted.
    #[error("the content is encrypted")]
    Encrypted,
    /// Strict reading: a deviation that lenient reading tolerates.
    #[error("deviation: {0}")]
    Deviation(WarningKind),
}

/// Why a frame cannot be written. Nothing has been written then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The account would break the frame; see [`Account::new`](crate::contact_id::Account::new).
    #[error("the account cannot be written")]
    Account,
    /// The token has a quote, a control character or none at all, or begins with `*`.
    #[error("the token cannot be written")]
    Token,
    /// Data with a bracket or a control character in it, or further data that is not all in
    /// brackets.
    #[error("the data cannot be written")]
    Data,
    /// Encrypted text that is not hexadecimal in whole blocks.
    #[error("the encrypted text cannot be written")]
    EncryptedText,
    /// A body above [`LONGEST_BODY`](super::LONGEST_BODY).
    #[error("the body is longer than {} bytes", super::LONGEST_BODY)]
    TooLong,
    /// An encrypted frame needs a time.
    #[error("an encrypted frame needs a time")]
    TimestampMissing,
    /// The line number is missing.
    #[error("a frame needs a line number")]
    LineMissing,
    /// A line number with the digit A in a `NAK`, where the A begins the account.
    #[error("the line number of a NAK cannot have the digit A")]
    NakLine,
}
