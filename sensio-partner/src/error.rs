//! What cannot be read.

use core::fmt;

use crate::warning::{WarningKind, write_place};

/// A body that is refused, and where. The text never shows a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// The member's documented name.
    pub member: Option<&'static str>,
    /// Which element of an array, from 0.
    pub index: Option<usize>,
}

impl DecodeError {
    pub(crate) const fn new(kind: DecodeErrorKind) -> Self {
        Self {
            kind,
            member: None,
            index: None,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        write_place(f, self.member, self.index)
    }
}

impl core::error::Error for DecodeError {}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// More bytes than [`Limits::body`](crate::Limits::body). A server answers 413.
    #[error("the body is longer than {limit} bytes")]
    BodyTooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// Not JSON.
    #[error("the body is not JSON (line {line}, column {column})")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1; 0 before the first.
        column: usize,
    },
    /// Something else than what belongs there.
    #[error("{expected} is expected")]
    WrongType {
        /// What belongs there.
        expected: Expected,
    },
    /// A number that does not fit.
    #[error("the number is out of range")]
    OutOfRange,
    /// A name that came twice, compared without case.
    #[error("a member came twice")]
    DuplicateMember,
    /// A member that must be there.
    #[error("a required member is missing")]
    MissingMember,
    /// More members than [`Limits::members`](crate::Limits::members).
    #[error("an object has more than {limit} members")]
    TooManyMembers {
        /// The limit that was passed.
        limit: usize,
    },
    /// More elements than [`Limits::batch`](crate::Limits::batch).
    #[error("a batch has more than {limit} elements")]
    TooManyElements {
        /// The limit that was passed.
        limit: usize,
    },
    /// More than five images.
    #[error("an event carries at most {limit} images", limit = crate::Images::LIMIT)]
    TooManyImages,
    /// An image of more bytes than [`Limits::image`](crate::Limits::image). A server answers 413.
    #[error("an image is larger than {limit} bytes")]
    ImageTooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// Text that is not base64.
    #[error("the text is not base64")]
    Base64,
    /// An identifier that no path could carry.
    #[error("{0}")]
    Identifier(crate::InvalidIdentifier),
    /// Strict mode: the first deviation.
    #[error("{0}")]
    Deviation(WarningKind),
}

/// What belongs at a place in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// An object.
    Object,
    /// An array.
    Array,
    /// A number.
    Number,
    /// A number without a fraction.
    Integer,
    /// A string.
    String,
    /// `true` or `false`.
    Boolean,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::String => "a string",
            Self::Boolean => "true or false",
        })
    }
}
