//! What cannot be read, and what is answered to it.

use bytes::Bytes;
use core::fmt;

use super::layout::Head;
use super::{HeaderName, StatusCode};

/// Why bytes are not a SIP message this crate can take. Offsets count from the start of the raw message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum SipError {
    /// Nothing but line ends.
    #[error("no message: only line ends")]
    Empty,
    /// The start line is neither a request line nor a status line.
    #[error("malformed start line at byte {offset}")]
    BadStartLine {
        /// Where the start line begins.
        offset: u32,
    },
    /// A SIP version other than 2.0.
    #[error("unsupported SIP version")]
    UnsupportedVersion,
    /// No empty line after the headers.
    #[error("the head does not end within {length} bytes")]
    HeadUnterminated {
        /// Bytes that were there.
        length: usize,
    },
    /// The head is longer than [`SipLimits::head`](super::SipLimits::head).
    #[error("head over the limit of {limit} bytes")]
    HeadTooLarge {
        /// The limit.
        limit: usize,
    },
    /// More header lines than [`SipLimits::headers`](super::SipLimits::headers).
    #[error("more than {limit} header lines")]
    TooManyHeaders {
        /// The limit.
        limit: usize,
    },
    /// The body is, or says it is, longer than [`SipLimits::body`](super::SipLimits::body).
    #[error("body of {length} bytes over the limit of {limit}")]
    BodyTooLarge {
        /// The length found or stated; saturated at `u64::MAX`.
        length: u64,
        /// The limit.
        limit: usize,
    },
    /// The whole is longer than [`SipLimits::message`](super::SipLimits::message).
    #[error("message of {length} bytes over the limit of {limit}")]
    MessageTooLarge {
        /// The length found or stated; saturated at `u64::MAX`.
        length: u64,
        /// The limit.
        limit: usize,
    },
    /// A header without which nothing can be answered is missing.
    #[error("{name} is missing")]
    MissingHeader {
        /// The header.
        name: HeaderName,
    },
    /// CSeq is not a number below 2^32 and a method.
    #[error("malformed CSeq at byte {offset}")]
    BadCSeq {
        /// Where the value begins.
        offset: u32,
    },
    /// CSeq names another method than the request line.
    #[error("CSeq names another method, at byte {offset}")]
    CSeqMethodMismatch {
        /// Where the value begins.
        offset: u32,
    },
    /// No Content-Length on a stream: the end of the message is unknown (RFC 3261 18.3).
    #[error("Content-Length is missing on a stream")]
    ContentLengthMissing,
    /// A Content-Length on a stream that is no number.
    #[error("malformed Content-Length at byte {offset}")]
    BadContentLength {
        /// Where the value begins.
        offset: u32,
    },
    /// Two Content-Length headers on a stream that differ.
    #[error("two Content-Length headers differ")]
    ConflictingContentLength,
    /// A message on a stream was begun and not finished in time
    /// ([`Config::stream_patience`](super::Config::stream_patience)).
    #[error("the message on the stream was not finished in time")]
    Unfinished,
}

impl SipError {
    /// The status that tells a sender of this mistake (SCAIP reference 5.7; RFC 3261 21).
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::UnsupportedVersion => StatusCode::VERSION_NOT_SUPPORTED,
            Self::BodyTooLarge { .. } | Self::MessageTooLarge { .. } => {
                StatusCode::REQUEST_ENTITY_TOO_LARGE
            }
            Self::Unfinished => StatusCode::REQUEST_TIMEOUT,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// A header value that a typed reader cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("malformed {name} at byte {offset} of its value")]
pub struct HeaderError {
    /// The header; [`HeaderName::Other`] for a bare URI.
    pub name: HeaderName,
    /// Where in the value reading stopped.
    pub offset: usize,
}

/// Bytes that were refused: the reason, the bytes, and what could be read of the head.
#[derive(Clone)]
pub struct Rejected(Box<Inner>);

#[derive(Clone)]
struct Inner {
    error: SipError,
    raw: Bytes,
    head: Option<Head>,
}

impl Rejected {
    pub(crate) fn new(error: SipError, raw: Bytes, head: Option<Head>) -> Self {
        Self(Box::new(Inner { error, raw, head }))
    }

    /// Why.
    #[must_use]
    pub fn error(&self) -> SipError {
        self.0.error
    }

    /// The bytes as they came, for the log.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.0.raw
    }

    /// The status to answer with, if the head was readable enough for an answer: a request other than ACK
    /// with Via, From, To, Call-ID and CSeq.
    #[must_use]
    pub fn answer(&self) -> Option<StatusCode> {
        self.0.head.as_ref().map(|_| self.0.error.status())
    }

    pub(crate) fn head(&self) -> Option<&Head> {
        self.0.head.as_ref()
    }
}

impl fmt::Debug for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rejected")
            .field("error", &self.0.error)
            .field("length", &self.0.raw.len())
            .field("answer", &self.answer())
            .finish()
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.error.fmt(f)
    }
}

impl std::error::Error for Rejected {}
