//! What cannot be read or written.

use super::warning::WarningKind;

/// Bytes that are no report, or a report that is refused. The text never shows values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// Byte offset in the bytes given.
    pub offset: usize,
}

/// Why a report cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The bracket or angle that the form begins and ends with is not there.
    #[error("the report does not stand between its delimiters")]
    DelimitersMissing,
    /// More than [`LONGEST_MESSAGE`](super::LONGEST_MESSAGE) bytes.
    #[error("the report is longer than {} bytes", super::LONGEST_MESSAGE)]
    TooLong,
    /// No account.
    #[error("the report has no account")]
    AccountMissing,
    /// The message type is neither 18 nor 98.
    #[error("the message type is neither 18 nor 98")]
    MessageType,
    /// Something else where a hexadecimal digit belongs.
    #[error("no hexadecimal digit where one belongs")]
    InvalidDigit,
    /// The report ends before the zone does.
    #[error("the report ends too early")]
    Truncated,
    /// The checksum is wrong: damage on the way, or an account that was altered.
    #[error("the checksum is wrong")]
    ChecksumWrong,
    /// Strict reading: a deviation that lenient reading tolerates.
    #[error("deviation: {0}")]
    Deviation(WarningKind),
}

impl DecodeErrorKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            DecodeErrorKind::DelimitersMissing => "delimiters-missing",
            DecodeErrorKind::TooLong => "too-long",
            DecodeErrorKind::AccountMissing => "account-missing",
            DecodeErrorKind::MessageType => "message-type",
            DecodeErrorKind::InvalidDigit => "invalid-digit",
            DecodeErrorKind::Truncated => "truncated",
            DecodeErrorKind::ChecksumWrong => "checksum-wrong",
            DecodeErrorKind::Deviation(kind) => kind.code(),
        }
    }
}

/// Why a report cannot be written. Nothing has been written then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The account would break the form; see [`Account::new`](super::Account::new).
    #[error("the account cannot be written")]
    Account,
    /// The angle form needs a check digit, and an account of hexadecimal digits for it.
    #[error("the angle form takes accounts of hexadecimal digits only")]
    CheckDigit,
    /// The buffer is too small.
    #[error("the buffer is too small: {needed} bytes are needed")]
    BufferTooSmall {
        /// Bytes of the report.
        needed: usize,
    },
}
