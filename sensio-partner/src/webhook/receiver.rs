//! A call, step by step (Partner API reference 6.4, steps 1 to 6).

use core::fmt;
use core::time::Duration;
use std::net::IpAddr;

use super::head::{Field, Head};
use super::message::{EventName, Webhook};
use super::rejection::Rejection;
use super::verifier::Verifier;
use crate::error::DecodeErrorKind;
use crate::json::{Decoded, decode_webhook};
use crate::media_type::MediaType;
use crate::options::{DecodeOptions, Limits, Mode};
use crate::refusal_limit::{RefusalLimit, Refusals};
use crate::time::Time;
use crate::warning::Warning;

/// Bytes of a body, by default: 64 KiB.
pub const BODY_LIMIT: usize = 64 * 1024;

/// Settings of the receiving side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Bytes of a body that are read: [`BODY_LIMIT`].
    pub body_limit: usize,
    /// How long a body may take, for whoever reads it: 10 seconds.
    pub body_timeout: Duration,
    /// How long the application may take before 500 is answered, for whoever asks it: 30 seconds.
    pub handler_timeout: Duration,
    /// Whether deviations are tolerated, with a warning: lenient.
    pub mode: Mode,
    /// How many refusals a source may cause.
    pub refusal_limit: Option<RefusalLimit>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            body_limit: BODY_LIMIT,
            body_timeout: Duration::from_secs(10),
            handler_timeout: Duration::from_secs(30),
            mode: Mode::Lenient,
            refusal_limit: Some(RefusalLimit::default()),
        }
    }
}

/// A tolerated deviation of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WebhookWarning {
    /// The event name is written in another case.
    EventNameCase,
    /// There is no content type.
    ContentTypeMissing,
    /// `text/json`, or a type that ends in `+json`.
    ContentTypeJsonLike,
    /// In the body.
    Body(Warning),
}

impl fmt::Display for WebhookWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventNameCase => f.write_str("the event name is written in another case"),
            Self::ContentTypeMissing => f.write_str("there is no content type"),
            Self::ContentTypeJsonLike => f.write_str("the content type is a variant of JSON"),
            Self::Body(warning) => warning.fmt(f),
        }
    }
}

/// Verifies and reads calls, without a socket, a clock or a web framework.
#[derive(Debug)]
pub struct Receiver {
    verifier: Verifier,
    config: Config,
    refusals: Refusals,
}

impl Receiver {
    /// Accepts calls with these tokens.
    #[must_use]
    pub fn new(verifier: Verifier, config: Config) -> Self {
        Self {
            verifier,
            refusals: Refusals::new(config.refusal_limit),
            config,
        }
    }

    /// Accepts other tokens from now on.
    pub fn set_verifier(&mut self, verifier: Verifier) {
        self.verifier = verifier;
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Takes a whole call. `source` is who is connected, for the limit on refusals and for the log;
    /// `None` when only a proxy is known.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: answer with its status, and its text if you like.
    pub fn handle(
        &mut self,
        now: Time,
        source: Option<IpAddr>,
        head: &Head<'_>,
        body: &[u8],
    ) -> Result<Incoming, Rejection> {
        let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
        self.examine(now, source, head, length)?.read(body)
    }

    /// Looks at the head before any of the body is read. Then read at most [`Admitted::body_limit`]
    /// bytes, in bounded time, and go on with [`Admitted::read`].
    ///
    /// # Errors
    ///
    /// [`Rejection`]: answer with its status and leave the body unread.
    pub fn handle_head(
        &mut self,
        now: Time,
        source: Option<IpAddr>,
        head: &Head<'_>,
    ) -> Result<Admitted, Rejection> {
        self.examine(now, source, head, 0)
    }

    fn examine(
        &mut self,
        now: Time,
        source: Option<IpAddr>,
        head: &Head<'_>,
        length: u64,
    ) -> Result<Admitted, Rejection> {
        if head.method != "POST" {
            return Err(Rejection::Method);
        }
        let limit = self.config.body_limit;
        let length = length.max(head.content_length.unwrap_or(0));
        if usize::try_from(length).map_or(true, |length| length > limit) {
            return Err(Rejection::TooLong { limit });
        }
        self.refusals
            .check(now, source)
            .map_err(|retry_after| Rejection::TooManyRefusals { retry_after })?;
        let known = match head.validation_token {
            Field::Once(token) => self.verifier.accepts(token.trim_ascii()),
            Field::Missing | Field::Repeated => false,
        };
        if !known {
            self.refusals.refused(now, source);
            return Err(Rejection::Token);
        }
        let mut admitted = Admitted {
            name: EventName::EventStateChanged,
            options: DecodeOptions::lenient().with_limits(Limits {
                body: limit,
                ..Limits::DEFAULT
            }),
            source,
            warnings: Vec::new(),
        };
        admitted.options.mode = self.config.mode;
        admitted.take_name(head)?;
        admitted.take_content_type(head)?;
        Ok(admitted)
    }
}

/// A call whose head is in order.
#[derive(Debug)]
#[must_use]
pub struct Admitted {
    name: EventName,
    options: DecodeOptions,
    source: Option<IpAddr>,
    warnings: Vec<WebhookWarning>,
}

impl Admitted {
    fn tolerate(&mut self, warning: WebhookWarning, strict: Rejection) -> Result<(), Rejection> {
        if self.options.mode == Mode::Strict {
            return Err(strict);
        }
        self.warnings.push(warning);
        Ok(())
    }

    fn take_name(&mut self, head: &Head<'_>) -> Result<(), Rejection> {
        let name = match head.event_name {
            Field::Missing => return Err(Rejection::EventNameMissing),
            Field::Repeated => return Err(Rejection::EventNameRepeated),
            Field::Once(name) => name.trim_ascii(),
        };
        let known = EventName::ALL
            .iter()
            .find(|known| name.eq_ignore_ascii_case(known.as_str().as_bytes()));
        self.name = *known.ok_or(Rejection::EventNameUnknown)?;
        if name != self.name.as_str().as_bytes() {
            self.tolerate(WebhookWarning::EventNameCase, Rejection::EventNameUnknown)?;
        }
        Ok(())
    }

    fn take_content_type(&mut self, head: &Head<'_>) -> Result<(), Rejection> {
        match head.content_encoding {
            Field::Missing => {}
            Field::Once(coding) if coding.trim_ascii().eq_ignore_ascii_case(b"identity") => {}
            _ => return Err(Rejection::ContentType),
        }
        let refusal = Rejection::ContentType;
        match head.content_type {
            Field::Missing => self.tolerate(WebhookWarning::ContentTypeMissing, refusal),
            Field::Repeated => Err(refusal),
            Field::Once(value) => match MediaType::of(value) {
                MediaType::Json => Ok(()),
                MediaType::JsonLike => self.tolerate(WebhookWarning::ContentTypeJsonLike, refusal),
                MediaType::Form | MediaType::Other => Err(refusal),
            },
        }
    }

    /// Bytes of the body to read; answer 413 when there are more.
    #[must_use]
    pub const fn body_limit(&self) -> usize {
        self.options.limits.body
    }

    /// Reads the whole body.
    ///
    /// # Errors
    ///
    /// [`Rejection`]: answer with its status.
    pub fn read(self, body: &[u8]) -> Result<Incoming, Rejection> {
        match decode_webhook(self.name, body, &self.options) {
            Ok(decoded) => {
                let mut warnings = self.warnings;
                warnings.extend(decoded.warnings().iter().copied().map(WebhookWarning::Body));
                Ok(Incoming {
                    decoded,
                    warnings,
                    source: self.source,
                })
            }
            Err(error) => Err(match error.kind {
                DecodeErrorKind::BodyTooLarge { limit } => Rejection::TooLong { limit },
                _ => Rejection::Body(error),
            }),
        }
    }
}

/// A call that is in order and waits for the application.
///
/// Make the outcome durable, then [`accept`](Self::accept); failing that, [`refuse`](Self::refuse). An
/// unknown device and an event that is closed already are accepted too: the wanted state is reached, and
/// a refusal would only be repeated.
#[derive(Debug)]
#[must_use]
pub struct Incoming {
    decoded: Decoded<Webhook>,
    warnings: Vec<WebhookWarning>,
    source: Option<IpAddr>,
}

/// What to answer: a status without a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Answer {
    /// 200 or 500.
    pub status: u16,
}

impl Incoming {
    /// What it says.
    #[must_use]
    pub fn webhook(&self) -> &Webhook {
        self.decoded.message()
    }

    /// What it says, with the members of the body that have no place in it.
    #[must_use]
    pub fn decoded(&self) -> &Decoded<Webhook> {
        &self.decoded
    }

    /// Every deviation that was tolerated, in the order met.
    #[must_use]
    pub fn warnings(&self) -> &[WebhookWarning] {
        &self.warnings
    }

    /// Who sent it, for the log.
    #[must_use]
    pub const fn source(&self) -> Option<IpAddr> {
        self.source
    }

    /// 200: the outcome is durable.
    pub fn accept(self) -> Answer {
        Answer { status: 200 }
    }

    /// 500: it is not; the sender may repeat.
    pub fn refuse(self) -> Answer {
        Answer { status: 500 }
    }
}
