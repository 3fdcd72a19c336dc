//! What became of a call, and what to do about it (FHIR reference 9.1, 9.2 and 9.3).
//!
//! ```
//! use std::time::SystemTime;
//! use fhir_vkp::OutcomeCode;
//! use fhir_vkp::answer::{Class, Outcome, Refusal};
//! use fhir_vkp::request::{Action, Call, Service};
//!
//! let call = Call { service: Service::Vkp, action: Action::Search };
//! let body = br#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"forbidden",
//!     "details":{"coding":[{"code":"1.3"}]}}]}"#;
//! let headers: [(&str, &[u8]); 0] = [];
//! let outcome = Outcome::read(call, 400, headers, body.to_vec(), SystemTime::now());
//! assert_eq!(outcome.class, Class::Refused(Refusal::Coded(OutcomeCode::NO_ACTIVE_SERVICE)));
//! assert_eq!(outcome.to_string(), "VKP search: refused with code 1.3 (status 400)");
//! ```

mod batch;
mod classify;
mod headers;
mod journal;
mod next_link;
mod oauth;
mod operation_outcome;

pub use batch::{BatchAnswer, BatchEntry, BatchError, MatchedBy};
pub use headers::PAUSE_LIMIT;
pub use journal::{JournalState, JournalStatus, StatusError, StatusFinding, StatusTime};
pub use next_link::next_link;
pub use oauth::OAuthError;
pub use operation_outcome::{Issue, OperationOutcome};

use core::fmt;
use core::time::Duration;
use std::time::SystemTime;

use zeroize::Zeroizing;

use crate::codes::OutcomeCode;
use crate::request::{Call, Service};

/// Bytes of a body that are kept where the answer is not what was asked for: errors, tokens, statuses.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Bytes of a searchset or a batch-response that are kept.
pub const CONTENT_LIMIT: usize = 32 * 1024 * 1024;

/// What became of one attempt at a call.
///
/// Status and class print; the body and the addresses in it do not, since they hold health data.
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
    /// The server's id of the request, for its support.
    pub request_id: Option<Box<str>>,
    location: Option<Box<str>>,
    dpop_nonce: Option<Box<str>>,
    body: Zeroizing<Vec<u8>>,
}

/// What an outcome means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// 2xx. VKP has journaled it; JFT, PIT and PMD have taken it.
    Done,
    /// A refusal that a repeat does not change.
    Refused(Refusal),
    /// 413: the body is too large.
    TooLarge,
    /// 401: renew the token and repeat once.
    Token,
    /// 400 or 401 that asks for the nonce it brings: repeat once with it (RFC 9449 8 and 9).
    NonceWanted,
    /// 403 without a code: the client is not allowed this. Somebody has to act.
    Permission,
    /// Nothing was sent: name resolution, connection or TLS failed. Repeat.
    NotSent,
    /// The answer was lost or late. The server may have it; repeat, byte for byte the same.
    Ambiguous,
    /// 408, 425, 429, 5xx, or VKP's code for a timeout: repeat after [`Outcome::pause`].
    Transient,
    /// 500: repeat a few times.
    ServerFault,
    /// 2xx whose body is cut, too long, or not JSON: what was asked for did not come.
    Malformed,
    /// The address, the media type or a proxy is wrong: 3xx, 407 and other answers that none of the
    /// services gives; and to a write or a batch 404, 405, 406, 410 and 415 without a code of VKP, whatever
    /// an `OperationOutcome` says, as FHIR servers do of an unknown path: nothing of that is about one
    /// document.
    Configuration,
}

/// Why a call is refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// With a code of VKP in an `OperationOutcome` (FHIR reference 8), such as
    /// [`NO_ACTIVE_SERVICE`](OutcomeCode::NO_ACTIVE_SERVICE): the patient has no service among those of
    /// the request.
    Coded(OutcomeCode),
    /// 404 or 410 to anything but a write or a batch, whose address is that of a type.
    NotFound,
    /// 409 or 412.
    Conflict,
    /// 406 or 415 to anything but a write or a batch: the media type is not the one that the server wants.
    MediaType,
    /// Any other 4xx.
    Uncoded,
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
        matches!(self, Self::Done)
    }

    /// Whether the same call may succeed later without anybody doing anything.
    #[must_use]
    pub const fn may_repeat(self) -> bool {
        matches!(
            self,
            Self::NotSent | Self::Ambiguous | Self::Transient | Self::ServerFault | Self::Malformed
        )
    }

    /// Whether no such call will go through before somebody has acted: token, permission, addresses. An
    /// address may be that of one type of resource.
    #[must_use]
    pub const fn concerns_all(self) -> bool {
        matches!(
            self,
            Self::Token | Self::NonceWanted | Self::Permission | Self::Configuration
        )
    }
}

impl Outcome {
    /// Reads an answer. `body` holds at most [`limit`](Self::limit) bytes and one more, if it was longer.
    /// `now` is the wall clock, for dates in `Retry-After` when the answer has no `Date`.
    #[must_use]
    pub fn read<'a>(
        call: Call,
        status: u16,
        headers: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        mut body: Vec<u8>,
        now: SystemTime,
    ) -> Self {
        let headers = headers::Headers::read(headers);
        let limit = Self::limit(call, status);
        let too_long = body.len() > limit;
        body.truncate(limit);
        let body = Zeroizing::new(body);
        Self {
            call,
            class: classify::classify(call, status, &headers, &body, too_long),
            status: Some(status),
            pause: headers.pause(now),
            request_id: headers.request_id,
            location: headers.location,
            dpop_nonce: headers.dpop_nonce,
            body,
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
            request_id: None,
            location: None,
            dpop_nonce: None,
            body: Zeroizing::default(),
        }
    }

    /// An answer whose body broke off: the status counts where it alone says enough.
    #[must_use]
    pub fn broken_off(mut self) -> Self {
        if self.class == Class::Done && classify::needs_body(self.call) {
            self.class = Class::Malformed;
        }
        self
    }

    /// How many bytes of the body of such an answer are read: [`BODY_LIMIT`] or [`CONTENT_LIMIT`].
    #[must_use]
    pub const fn limit(call: Call, status: u16) -> usize {
        if call.action.wants_content() && status >= 200 && status < 300 {
            CONTENT_LIMIT
        } else {
            BODY_LIMIT
        }
    }

    /// The header `Location`: for a write to JFT the
    /// [status address](crate::request::JftRequests::status_address). It leads to a journal entry.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }

    /// The header `DPoP-Nonce`, for the next proof to the same server (RFC 9449 8.2).
    #[must_use]
    pub fn dpop_nonce(&self) -> Option<&str> {
        self.dpop_nonce.as_deref()
    }

    /// The body: health data, or a token.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The `OperationOutcome` in the body, if it is one.
    #[must_use]
    pub fn operation_outcome(&self) -> Option<OperationOutcome> {
        OperationOutcome::read(&self.body)
    }

    /// The error of OAuth in the body, if it is one (RFC 6749 5.2).
    #[must_use]
    pub fn oauth_error(&self) -> Option<OAuthError> {
        OAuthError::read(&self.body)
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

/// One line for a log, without anything that came from outside but the status and VKP's code.
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
            Self::Done => "done",
            Self::Refused(refusal) => return refusal.fmt(f),
            Self::TooLarge => "too large for the server",
            Self::Token => "the token was refused",
            Self::NonceWanted => "the server wants a proof with its nonce",
            Self::Permission => "not permitted: check the client and its scopes",
            Self::NotSent => "could not be sent",
            Self::Ambiguous => "sent, but no answer came",
            Self::Transient => "the server cannot take it now",
            Self::ServerFault => "the server failed on it",
            Self::Malformed => "the answer cannot be read",
            Self::Configuration => {
                "unexpected answer: check the address, the media type and the proxy"
            }
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Coded(code) => return write!(f, "refused with code {}", code.code()),
            Self::NotFound => "not found",
            Self::Conflict => "refused: it conflicts with what the server has",
            Self::MediaType => "refused: the server wants another media type",
            Self::Uncoded => "refused",
        })
    }
}

/// Whether a service answers a write with what it means for the journal, or only that it was taken.
impl Service {
    /// Whether 2xx to a write is the end of it, as with VKP; JFT is asked for the status afterwards.
    #[must_use]
    pub const fn confirms_at_once(self) -> bool {
        !matches!(self, Self::Jft)
    }
}
