//! Calls as plain HTTP requests, for any HTTP client.

mod build;

pub use build::{Notice, Prepared, RequestError, Requests};

use core::fmt;
use std::sync::Arc;

use crate::secret::Secret;
use crate::token::AccessToken;

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// Ask for a token (Partner API reference 3).
    Token,
    /// Trigger an event (4).
    PostEvent,
    /// Update an active event (4).
    PutEvent,
    /// Deactivate an active event (4).
    DeleteEvent,
    /// The status of one device (5).
    PutStatus,
    /// The status of many devices (5).
    PutStatuses,
    /// A call of provisioning, none of which is public (12).
    Provisioning(Method),
}

impl Call {
    /// The HTTP method.
    #[must_use]
    pub const fn method(self) -> Method {
        match self {
            Self::Token | Self::PostEvent => Method::Post,
            Self::PutEvent | Self::PutStatus | Self::PutStatuses => Method::Put,
            Self::DeleteEvent => Method::Delete,
            Self::Provisioning(method) => method,
        }
    }

    /// Who goes first (Partner API reference 9).
    #[must_use]
    pub const fn priority(self) -> Priority {
        match self {
            Self::Token | Self::PostEvent | Self::PutEvent | Self::DeleteEvent => Priority::Event,
            Self::PutStatus | Self::PutStatuses => Priority::Status,
            Self::Provisioning(_) => Priority::Provisioning,
        }
    }

    /// The call in words, for a log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::PostEvent => "trigger event",
            Self::PutEvent => "update event",
            Self::DeleteEvent => "deactivate event",
            Self::PutStatus => "status",
            Self::PutStatuses => "statuses",
            Self::Provisioning(_) => "provisioning",
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

impl Method {
    /// As HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who goes first when calls must wait: the least value (Partner API reference 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// Events: an alarm waits for nothing.
    Event,
    /// Statuses.
    Status,
    /// Provisioning.
    Provisioning,
}

impl Priority {
    /// Every priority, first things first.
    pub const ALL: [Self; 3] = [Self::Event, Self::Status, Self::Provisioning];
}

/// One header of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name, in lower case.
    pub name: &'static str,
    /// The value.
    pub value: &'a str,
    /// Whether the value is a secret: mark the header as sensitive, never log it.
    pub sensitive: bool,
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.sensitive { "hidden" } else { self.value };
        write!(f, "{}: {value}", self.name)
    }
}

/// The type of a JSON body.
pub const JSON: &str = "application/json";
/// The type of a form.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// The name and version for a `User-Agent` header (Partner API reference 13).
pub const USER_AGENT: &str = concat!("sensio-partner/", env!("CARGO_PKG_VERSION"));

/// One HTTP request. Path and body do not print: they lead to persons.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub(crate) call: Call,
    pub(crate) path: String,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) authorization: Option<Arc<Secret>>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// What it is for.
    #[must_use]
    pub const fn call(&self) -> Call {
        self.call
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.call.method()
    }

    /// The path from the root of the server, percent-encoded. [`Endpoint::url`](crate::Endpoint::url)
    /// makes the whole URL.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The headers, but for `Host`, `Content-Length` and `User-Agent`.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        let plain = |name, value| Header {
            name,
            value,
            sensitive: false,
        };
        let authorization = self.authorization.as_ref().map(|value| Header {
            name: "authorization",
            value: value.expose(),
            sensitive: true,
        });
        [
            Some(plain("accept", JSON)),
            self.content_type.map(|value| plain("content-type", value)),
            authorization,
        ]
        .into_iter()
        .flatten()
    }

    /// The body; empty for none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body alone, without a copy.
    #[must_use]
    pub fn into_body(self) -> Vec<u8> {
        self.body
    }

    /// Puts the token into the request, in place of an older one.
    pub fn authorize(&mut self, token: &AccessToken) {
        self.authorization = Some(token.authorization.clone());
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("call", &self.call)
            .field("authorized", &self.authorization.is_some())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
