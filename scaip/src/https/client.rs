//! The sending side: what to post, and what an answer means.

use std::time::Duration;

use super::CONTENT_TYPE;
use crate::decode::{Decoded, decode_response};
use crate::encode::encode_request;
use crate::error::{DecodeErrorKind, EncodeError};
use crate::message::{Request, Response};
use crate::options::{DecodeOptions, EncodeOptions};
use crate::text::Reference;

/// What to send with method `POST`.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Post {
    /// Value of Content-Type.
    pub content_type: &'static str,
    /// The body, an `mrq`; holds personal data.
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Post of {} bytes", self.body.len())
    }
}

/// Writes the request to post. A repeat posts the same bytes again (SCAIP reference 10).
///
/// # Errors
///
/// As [`encode_request`].
pub fn post(request: &Request<'_>, options: &EncodeOptions) -> Result<Post, EncodeError> {
    let mut body = Vec::with_capacity(256);
    encode_request(request, options, &mut body)?;
    Ok(Post {
        content_type: CONTENT_TYPE,
        body,
    })
}

/// What the HTTP client got back.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    /// The status.
    pub status: u16,
    /// Value of Retry-After, if there is one.
    pub retry_after: Option<&'a [u8]>,
    /// The body.
    pub body: &'a [u8],
}

impl std::fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.len())
    }
}

/// What an answer means for the alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// `snu` 0: the receiver has it. Follow `mre` and `cre`.
    Accepted(Box<Decoded<'static, Response<'static>>>),
    /// Any other `snu`.
    Refused {
        /// The response.
        response: Box<Decoded<'static, Response<'static>>>,
        /// What to do about it.
        next: Next,
    },
    /// No answer of the protocol, and the same bytes will fare no better here: go to the next
    /// receiver.
    TryNext(Failure),
    /// This receiver cannot take it now. Go to the next receiver, if there is one; this one may be
    /// asked again.
    TryLater {
        /// Why.
        failure: Failure,
        /// How long it asks to be left alone, if it says so in seconds.
        after: Option<Duration>,
    },
}

/// The reaction to a refusal (SCAIP reference 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Next {
    /// `snu` 4 or 6: keep the alarm open, wait, repeat the same bytes here.
    Wait,
    /// `snu` 1: send it again without its texts, else to the next receiver.
    Shorten,
    /// Anything else: the next receiver.
    NextReceiver,
}

/// Why an answer is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// This HTTP status, which is no success.
    Status(u16),
    /// A success without an `mrs` that can be read.
    Unreadable(DecodeErrorKind),
    /// The `mrs` carries another reference than the request.
    Reference,
}

/// Reads the answer to a request with the reference `sent`. The content type is not looked at: what
/// reads as an `mrs` is one (SCAIP reference 5.2).
#[must_use]
pub fn read_answer(sent: &Reference<'_>, reply: &Reply<'_>, options: &DecodeOptions) -> Outcome {
    if !(200..300).contains(&reply.status) {
        let failure = Failure::Status(reply.status);
        return match reply.status {
            // Timeouts, "too many", and a server or gateway in trouble: all may pass.
            408 | 425 | 429 | 500 | 502..=504 => Outcome::TryLater {
                failure,
                after: reply.retry_after.and_then(seconds),
            },
            _ => Outcome::TryNext(failure),
        };
    }
    let decoded = match decode_response(reply.body, options) {
        Ok(decoded) => Box::new(decoded.into_owned()),
        Err(error) => return Outcome::TryNext(Failure::Unreadable(error.kind)),
    };
    let response = decoded.message();
    if response.reference.as_str() != sent.as_str() {
        return Outcome::TryNext(Failure::Reference);
    }
    let next = match response.status_number.number() {
        0 => return Outcome::Accepted(decoded),
        1 => Next::Shorten,
        4 | 6 => Next::Wait,
        _ => Next::NextReceiver,
    };
    Outcome::Refused {
        response: decoded,
        next,
    }
}

/// Retry-After in its form of seconds (RFC 9110 10.2.3); a date says nothing without a clock.
fn seconds(value: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: u32 = digits.then(|| text.parse().ok())??;
    Some(Duration::from_secs(seconds.into()))
}
