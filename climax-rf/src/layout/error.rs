//! Frames that cannot be read, and values that cannot be written.

use alloc::string::String;

/// Bytes that are no frame of the layout. The text never shows values of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// The byte at which it showed, counted as received.
    pub offset: usize,
}

/// Why a frame cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The first bytes are not the start mark.
    #[error("the start mark is missing")]
    StartMissing,
    /// The bytes end inside a frame, or no more came in time.
    #[error("the frame is not whole")]
    Truncated,
    /// More bytes than a frame can have.
    #[error("the frame is longer than {limit} bytes")]
    TooLong {
        /// The limit of the layout.
        limit: usize,
    },
    /// Fewer bytes than a frame must have.
    #[error("the frame is shorter than {least} bytes")]
    TooShort {
        /// The least.
        least: usize,
    },
    /// The length field holds no number, or one that no frame can have.
    #[error("the length field holds no possible length")]
    Length,
    /// The end mark is not where the length says.
    #[error("the end mark is missing")]
    EndMissing,
    /// A code behind the escape byte that stands for nothing.
    #[error("the escape byte is followed by an unknown code")]
    Escape,
    /// A start mark inside a frame: the sender began again.
    #[error("a start mark stands inside the frame: the sender began again")]
    Restarted,
    /// The check does not fit.
    #[error("the check is {received:X}, computed {computed:X}")]
    Checksum {
        /// As in the frame.
        received: u32,
        /// As it should be.
        computed: u32,
    },
    /// The check is not written in digits.
    #[error("the check is not written in digits")]
    ChecksumUnreadable,
    /// A check over digits covers something else.
    #[error("the check is over digits, and a byte that it covers is none")]
    ChecksumDigits,
    /// The fixed bytes before the check are missing.
    #[error("the bytes before the check are missing")]
    ChecksumPrefix,
    /// A field with a constant holds something else: a frame of another kind.
    #[error("field {field} does not hold its constant")]
    Constant {
        /// The index of the field.
        field: usize,
    },
    /// Bytes follow the frame.
    #[error("bytes follow the frame")]
    TrailingBytes,
    /// The layout declares neither framing nor payload.
    #[error("the layout declares no frames")]
    NotDeclared,
}

impl DecodeErrorKind {
    /// A stable name for machines, and for `refused` in a sample.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StartMissing => "start-missing",
            Self::Truncated => "truncated",
            Self::TooLong { .. } => "too-long",
            Self::TooShort { .. } => "too-short",
            Self::Length => "length",
            Self::EndMissing => "end-missing",
            Self::Escape => "escape",
            Self::Restarted => "restarted",
            Self::Checksum { .. } => "checksum",
            Self::ChecksumUnreadable => "checksum-unreadable",
            Self::ChecksumDigits => "checksum-digits",
            Self::ChecksumPrefix => "checksum-prefix",
            Self::Constant { .. } => "constant",
            Self::TrailingBytes => "trailing-bytes",
            Self::NotDeclared => "not-declared",
        }
    }

    /// Every [`code`](Self::code).
    pub(super) const CODES: &'static [&'static str] = &[
        "start-missing",
        "truncated",
        "too-long",
        "too-short",
        "length",
        "end-missing",
        "escape",
        "restarted",
        "checksum",
        "checksum-unreadable",
        "checksum-digits",
        "checksum-prefix",
        "constant",
        "trailing-bytes",
    ];

    /// The frame had its form and only its check was wrong.
    #[must_use]
    pub const fn is_damage(self) -> bool {
        matches!(
            self,
            Self::Checksum { .. } | Self::ChecksumUnreadable | Self::ChecksumDigits
        )
    }

    pub(super) const fn at(self, offset: usize) -> DecodeError {
        DecodeError { kind: self, offset }
    }
}

/// Values that make no frame; nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// No field has this name.
    #[error("there is no field `{field}`")]
    UnknownField {
        /// The name.
        field: String,
    },
    /// A field that is not optional has no value.
    #[error("field `{field}` has no value")]
    Missing {
        /// The name.
        field: String,
    },
    /// A field has a value, and its conditions do not hold.
    #[error("field `{field}` is not there under its conditions")]
    NotPresent {
        /// The name.
        field: String,
    },
    /// Text for a number, or the like.
    #[error("field `{field}` holds another kind of value")]
    WrongType {
        /// The name.
        field: String,
    },
    /// A number that is too large, or text or bytes of another length.
    #[error("field `{field}` cannot hold the value")]
    OutOfRange {
        /// The name.
        field: String,
    },
    /// A value other than the constant.
    #[error("field `{field}` can only hold its constant")]
    Constant {
        /// The name.
        field: String,
    },
    /// A check over digits would cover something else.
    #[error("the check is over digits, and a byte that it covers is none")]
    ChecksumDigits,
    /// The check has no room or no range in this frame.
    #[error("the check has no place in the frame")]
    ChecksumRange,
    /// The length does not fit its field.
    #[error("the length does not fit its field")]
    Length,
    /// The frame would break a limit.
    #[error("the frame would have {length} bytes, which the layout does not allow")]
    FrameLength {
        /// Bytes without escapes.
        length: usize,
    },
    /// A receiver would not find this frame in the bytes: data looks like a mark.
    #[error("a receiver would read other frames in these bytes: {kind}")]
    Ambiguous {
        /// What it would say.
        kind: DecodeErrorKind,
    },
    /// A receiver would read another value: fields share bytes, or text ends in padding.
    #[error("a receiver would read another value in field `{field}`")]
    NotReadBack {
        /// The name.
        field: String,
    },
    /// The layout declares neither framing nor payload.
    #[error("the layout declares no frames")]
    NotDeclared,
}
