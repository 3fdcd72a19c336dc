//! What became of a call, and what to do about it (Partner API reference 4.4, 4.5 and 8).

mod body;
mod classify;
mod headers;

pub use body::{ErrorBody, ErrorShape};
pub use headers::{PAUSE_LIMIT, RateLimit};

use core::fmt;
use core::time::Duration;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::request::Call;

/// Bytes of an answer's body that are kept (Partner API reference 8.1).
pub const BODY_LIMIT: usize = 8 * 1024;

/// What became of one attempt at a call.
///
/// Status and class print; the body does not, since it may repeat what was sent.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// What was called.
    pub call: Call,
    /// What it means.
    pub class: Class,
    /// The status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// How long the server wants to be left alone, at most [`PAUSE_LIMIT`].
    pub pause: Option<Duration>,
    /// What the server said about its limits.
    pub rate_limit: RateLimit,
    /// The server's id of the request, for the vendor's support.
    pub request_id: Option<Box<str>>,
    /// The type of the body, without parameters, in lower case.
    pub content_type: Option<Box<str>>,
    body: Zeroizing<Vec<u8>>,
    truncated: bool,
}

/// What an outcome means (Partner API reference 8.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The server has it.
    Done(Effect),
    /// Nothing was sent: name resolution, connection or TLS failed. Repeat.
    NotSent,
    /// The answer was lost or late. The server may have it; repeat, with the same id.
    Ambiguous,
    /// 408, 425, 429, 502, 503, 504 and other 5xx: repeat after [`Outcome::pause`].
    Transient,
    /// 500: a body with something unnecessary, or a passing fault. Repeat twice at most with the same
    /// body, then with less.
    ServerFault,
    /// 413: send less.
    TooLarge,
    /// A refusal that a repeat does not change.
    Permanent(Refusal),
    /// 401: renew the token and repeat once.
    Token,
    /// 403: not allowed, or the network is not. Leave this customer alone for a while, keep the calls.
    Permission,
    /// 3xx, 407 and other answers that no server of this interface gives: the URL or a proxy is wrong.
    Configuration,
}

/// In which sense a call is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Any 2xx.
    Accepted,
    /// 409 to POST: the event is active already.
    AlreadyActive,
    /// 404 or 410 to DELETE: the event was not active, or the device is unknown; nobody can tell.
    WasNotActive,
}

/// Why a call is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// 400, 405, 406, 411, 415, 422 and other 4xx.
    Refused,
    /// 404 to POST of an event or to a status: the registration of the device is missing.
    UnknownDevice,
    /// 404 or 410 to PUT of an event: no such event is active. The caller may POST instead.
    NoActiveEvent,
    /// 404 or 410 to provisioning or to the token call: there is no such thing.
    NotFound,
}

/// How a call ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// Before anything was sent: name resolution, connection, TLS.
    NotSent,
    /// The connection was lost after sending began.
    ConnectionLost,
    /// Nothing came in time after sending began.
    TimedOut,
}

impl Class {
    /// Whether the server has it.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done(_))
    }

    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub const fn may_repeat(self) -> bool {
        matches!(
            self,
            Self::NotSent
                | Self::Ambiguous
                | Self::Transient
                | Self::ServerFault
                | Self::Permission
        )
    }

    /// Whether the same event may succeed with less in its body (Partner API reference 8.3). For 500
    /// only after two repeats.
    #[must_use]
    pub const fn may_send_less(self) -> bool {
        matches!(
            self,
            Self::TooLarge | Self::ServerFault | Self::Permanent(Refusal::Refused)
        )
    }
}

impl Outcome {
    /// Reads an answer. The body may be cut anywhere: at most [`BODY_LIMIT`] bytes are kept. `now` is
    /// the wall clock, for dates in `Retry-After` when the answer has no `Date`.
    ///
    /// ```
    /// use core::time::Duration;
    /// use std::time::SystemTime;
    /// use sensio_partner::{Call, Class, Outcome};
    ///
    /// let headers = [("Retry-After", &b"7"[..])];
    /// let outcome = Outcome::read(Call::PostEvent, 429, headers, b"", SystemTime::now());
    /// assert_eq!(outcome.class, Class::Transient);
    /// assert_eq!(outcome.pause, Some(Duration::from_secs(7)));
    /// ```
    #[must_use]
    pub fn read<'a>(
        call: Call,
        status: u16,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        body: &[u8],
        now: SystemTime,
    ) -> Self {
        let headers = headers::Headers::read(headers);
        let kept = &body[..body.len().min(BODY_LIMIT)];
        Self {
            call,
            class: classify::classify(call, status),
            status: Some(status),
            pause: headers.pause(now),
            rate_limit: headers.rate_limit(now),
            request_id: headers.request_id,
            content_type: headers.content_type,
            body: Zeroizing::new(kept.to_vec()),
            truncated: kept.len() < body.len(),
        }
    }

    /// A call without an answer.
    #[must_use]
    pub fn failed(call: Call, failure: Failure) -> Self {
        Self {
            call,
            class: match failure {
                Failure::NotSent => Class::NotSent,
                Failure::ConnectionLost | Failure::TimedOut => Class::Ambiguous,
            },
            status: None,
            pause: None,
            rate_limit: RateLimit::default(),
            request_id: None,
            content_type: None,
            body: Zeroizing::default(),
            truncated: false,
        }
    }

    /// The start of the body. It may repeat what was sent: health data, identifiers.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the body went on.
    #[must_use]
    pub const fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// The body read as one of the known shapes of an error.
    #[must_use]
    pub fn error_body(&self) -> ErrorBody {
        ErrorBody::read(&self.body)
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome")
            .field("call", &self.call)
            .field("class", &self.class)
            .field("status", &self.status)
            .field("pause", &self.pause)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// One line for a log, without anything that came from outside but the status.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.call, self.class)?;
        match self.status {
            Some(status) => write!(f, " (status {status})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done(Effect::Accepted) => "accepted",
            Self::Done(Effect::AlreadyActive) => "already active",
            Self::Done(Effect::WasNotActive) => "was not active",
            Self::NotSent => "could not be sent",
            Self::Ambiguous => "sent, but no answer came",
            Self::Transient => "the server cannot take it now",
            Self::ServerFault => "the server failed on it",
            Self::TooLarge => "too large for the server",
            Self::Permanent(Refusal::Refused) => "refused",
            Self::Permanent(Refusal::UnknownDevice) => {
                "not found: is the device registered with the customer?"
            }
            Self::Permanent(Refusal::NoActiveEvent) => "no such event is active",
            Self::Permanent(Refusal::NotFound) => "not found",
            Self::Token => "the token was refused",
            Self::Permission => "not permitted: check the credentials and the allow-list",
            Self::Configuration => "unexpected answer: check the URL and the proxy",
        })
    }
}
