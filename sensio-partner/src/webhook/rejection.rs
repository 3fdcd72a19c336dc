//! Why a call is refused.

use core::time::Duration;

use crate::error::DecodeError;

/// A refusal. Its text says what is wrong and never repeats a value (Partner API reference 6.3 and 6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// 405: answer with `Allow: POST`.
    #[error("only POST is accepted")]
    Method,
    /// 413.
    #[error("the body is longer than {limit} bytes")]
    TooLong {
        /// [`Config::body_limit`](super::Config::body_limit).
        limit: usize,
    },
    /// 403: the validation token is missing, empty, repeated or wrong. It does not say which.
    #[error("the validation token did not match")]
    Token,
    /// 429: too many refusals from this source; answer with `Retry-After`.
    #[error("too many refused calls")]
    TooManyRefusals {
        /// How long until it is heard again.
        retry_after: Duration,
    },
    /// 400.
    #[error("the header X-SensioPartner-EventName is missing")]
    EventNameMissing,
    /// 400.
    #[error("the header X-SensioPartner-EventName stands more than once")]
    EventNameRepeated,
    /// 400.
    #[error("the event name is not supported")]
    EventNameUnknown,
    /// 400: a content type that does not promise JSON, or more than one, or a content coding.
    #[error("the content type is not JSON")]
    ContentType,
    /// 400: the body, and which member of it.
    #[error(transparent)]
    Body(DecodeError),
    /// 408: the body did not come in time.
    #[error("the body did not come in time")]
    Timeout,
    /// 400: the body broke off.
    #[error("the body broke off")]
    Incomplete,
}

impl Rejection {
    /// The status to answer with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Method => 405,
            Self::TooLong { .. } => 413,
            Self::Token => 403,
            Self::TooManyRefusals { .. } => 429,
            Self::Timeout => 408,
            Self::EventNameMissing
            | Self::EventNameRepeated
            | Self::EventNameUnknown
            | Self::ContentType
            | Self::Body(_)
            | Self::Incomplete => 400,
        }
    }
}
