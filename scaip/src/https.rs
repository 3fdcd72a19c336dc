//! SCAIP over HTTPS: the binding of SCAIP reference 13, without a web framework.
//!
//! **A suggestion, not a standard.** No public document says how SCAIP travels over HTTPS; this is
//! the plainest way the reference could think of, and whoever speaks it agrees on it with the
//! other side first. The request is a `POST` of an `mrq` to a path that both know, the answer a 200
//! with an `mrs` for every request whose `ref` could be read, refusals included, and 400, 413 or
//! 415 for the rest. Codec, limits and status rules are those of the SIP
//! [`receiver`](crate::receiver), by the same code.
//!
//! Not here, because it belongs to the server around it: TLS (1.2 or later), the client certificate
//! or bearer token, other methods (405), and time limits.
//!
//! ```
//! use scaip::https::{self, Config, Outcome, Received, Reply};
//! use scaip::{
//!     ControllerId, DecodeOptions, EncodeOptions, Reference, Request, Response, StatusNumber,
//! };
//!
//! // The sender.
//! let request = Request::heartbeat(Reference::new("h1"), ControllerId::new("40211870"));
//! let post = https::post(&request, &EncodeOptions::new())?;
//!
//! // The receiver, with what its web framework hands it.
//! let config = Config::default();
//! let content_type = Some(post.content_type.as_bytes());
//! let Received::Request(incoming) = https::receive(content_type, &post.body, &config) else {
//!     panic!("a clean request")
//! };
//! // Keep the alarm first, durably; then say so.
//! let verdict = Response::new(Reference::new(""), StatusNumber::OK);
//! let body = incoming.answer(&verdict, &config.encode)?; // 200, Content-Type: application/scaip+xml
//! assert_eq!(body, b"<mrs><ref>h1</ref><snu>0</snu></mrs>");
//!
//! // The sender again.
//! let reply = Reply { status: 200, retry_after: None, body: &body };
//! let outcome = https::read_answer(&request.reference, &reply, &DecodeOptions::lenient());
//! assert!(matches!(outcome, Outcome::Accepted(_)));
//! # Ok::<(), scaip::EncodeError>(())
//! ```

mod client;

pub use client::{Failure, Next, Outcome, Post, Reply, post, read_answer};

use crate::codes::StatusNumber;
use crate::decode::{Decoded, decode_request};
use crate::encode::encode_response;
use crate::error::EncodeError;
use crate::message::{Request, Response};
use crate::options::{DecodeOptions, EncodeOptions};
use crate::receiver::inquiry::{Finding, Rules, examine_body};
use crate::receiver::{ReceiverWarning, RefusalReason};
use crate::sip::{MediaType, RawBytes};
use crate::text::{ControllerId, Reference};

/// The media type of both bodies.
pub const CONTENT_TYPE: &str = crate::receiver::CONTENT_TYPE;

/// Settings of the receiving side.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Config {
    /// How bodies are read; lenient by default.
    pub decode: DecodeOptions,
    /// How responses are written.
    pub encode: EncodeOptions,
    /// Refuse every other content type with 415 instead of accepting it with a warning.
    pub strict_content_type: bool,
    /// Hand messages of an unknown `mty` to the application instead of answering `snu` 3.
    pub accept_unknown_message_types: bool,
}

impl Config {
    /// Bytes of a body to read before answering 413 at once: twice
    /// [`Limits::body`](crate::Limits::body), so that what is a little too long can still hear
    /// `snu` 1 by its reference (SCAIP reference 5.7).
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        self.decode.limits.body.saturating_mul(2)
    }
}

/// The HTTP status of an answer that [`receive`] gives by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// 200: the body is an `mrs`, whatever its `snu`.
    Ok,
    /// 400: no body, or none that an `mrs` could answer.
    BadRequest,
    /// 413: too long, and without a reference that could be read.
    ContentTooLarge,
    /// 415: another media type; send `Accept: application/scaip+xml` along (RFC 9110 15.5.16).
    UnsupportedMediaType,
}

impl Status {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Status::Ok => 200,
            Status::BadRequest => 400,
            Status::ContentTooLarge => 413,
            Status::UnsupportedMediaType => 415,
        }
    }
}

/// What became of a request body.
#[derive(Debug, Clone)]
pub enum Received {
    /// The application decides; see [`Incoming::answer`].
    Request(Box<Incoming>),
    /// Refused by the rules; answer with [`RefusedPost::status`] and [`RefusedPost::answer`].
    Refused(Box<RefusedPost>),
}

/// A request that waits for the application's decision.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Incoming {
    /// The request, its XML warnings and its bytes.
    pub decoded: Decoded<'static, Request<'static>>,
    /// What was tolerated around the body.
    pub warnings: Vec<ReceiverWarning>,
}

impl Incoming {
    /// The body of the 200 that carries this decision: `snu` 0 says that the alarm is in safe
    /// keeping, anything else refuses it. The reference is replaced by that of the request and the
    /// root answers in kind.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] when the response breaks a limit; answer with the bare number then.
    pub fn answer(
        &self,
        response: &Response<'_>,
        encode: &EncodeOptions,
    ) -> Result<Vec<u8>, EncodeError> {
        let mut response = response.clone();
        response.reference = self.decoded.message().reference.clone();
        let mut body = Vec::with_capacity(128);
        encode_response(&response, &encode.with_root(self.decoded.root()), &mut body)?;
        Ok(body)
    }
}

/// A request that was refused without asking the application.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RefusedPost {
    /// Why.
    pub reason: RefusalReason,
    /// The HTTP status to answer with.
    pub status: Status,
    /// The `snu` of the answer, if it is an `mrs`.
    pub status_number: Option<StatusNumber>,
    /// The reference of the request, if one could be made out.
    pub reference: Option<Reference<'static>>,
    /// The controller that sent it, if the body could be read that far.
    pub controller_id: Option<ControllerId<'static>>,
    /// The `mrs` to answer with; `None` without one, then the body is the server's affair.
    pub answer: Option<RawBytes>,
}

/// Examines one `POST` by the rules of the SIP receiver (SCAIP reference 5.7, 9 and 13).
///
/// `content_type` is the value of that header, `None` without one. Read at most
/// [`Config::body_limit`] bytes of the body, and answer 413 when there are more.
#[must_use]
pub fn receive(content_type: Option<&[u8]>, body: &[u8], config: &Config) -> Received {
    let media = content_type.and_then(|value| MediaType::parse(value).ok());
    let rules = Rules {
        strict_content_type: config.strict_content_type,
        accept_unknown_message_types: config.accept_unknown_message_types,
    };
    let read = || decode_request(body, &config.decode).map(Decoded::<Request<'_>>::into_owned);
    let refusal = match examine_body(media, body, Vec::new(), rules, read) {
        Finding::Good { decoded, warnings } => {
            return Received::Request(Box::new(Incoming { decoded, warnings }));
        }
        Finding::Answerable {
            reason,
            controller,
            response,
            root,
        } => {
            let mut answer = Vec::with_capacity(128);
            let written = encode_response(&response, &config.encode.with_root(root), &mut answer);
            // The reference was found fit to be echoed, and the text is ours: this can be written.
            let written = written.is_ok();
            RefusedPost {
                reason,
                status: if written {
                    Status::Ok
                } else {
                    Status::BadRequest
                },
                status_number: written.then_some(response.status_number),
                reference: Some(response.reference),
                controller_id: controller,
                answer: written.then(|| RawBytes(answer.into())),
            }
        }
        Finding::Unanswerable {
            reason,
            status,
            controller,
        } => RefusedPost {
            reason,
            status: match status.get() {
                413 => Status::ContentTooLarge,
                415 => Status::UnsupportedMediaType,
                _ => Status::BadRequest,
            },
            status_number: None,
            reference: None,
            controller_id: controller,
            answer: None,
        },
    };
    Received::Refused(Box::new(refusal))
}
