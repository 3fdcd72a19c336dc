//! Calls as plain HTTP requests, for any HTTP client (FHIR reference 9).
//!
//! [`VkpRequests`], [`JftRequests`], [`PitRequests`] and [`PmdRequests`] build [`Request`]s: method, URL,
//! headers and body. Tokens are put in afterwards with [`Request::authorize`] and
//! [`Request::set_dpop`]; sockets are the caller's.
//!
//! No number of a person stands in a URL that this module builds: patients are searched with a form.
//!
//! ```
//! use fhir_vkp::request::{Environment, ServiceCodes, VkpRequests};
//! use fhir_vkp::{Identifier, identifier::OrganisationNumber};
//!
//! let environment = Environment::test();
//! let base = environment.vkp.ok_or("this environment has no VKP")?;
//! let vkp = VkpRequests::new(base, &OrganisationNumber::new("310000000")?);
//! let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033")?;
//! let request = vkp.patients(&ServiceCodes::new(["ta"])?, Some(&patient));
//!
//! assert_eq!(request.url(), "https://api.test.vkpnorge.no/epj/r4/310000000/patient/_search");
//! assert_eq!(request.body(), b"identifier=15813410033");
//! assert!(!format!("{request:?}").contains("1581341"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod call;
mod document;
mod environment;
mod jft;
mod media_type;
mod pit;
mod pmd;
mod search;
mod service_codes;
mod vkp;

pub use address::{BaseAddress, InvalidAddress};
pub use call::{Action, Call, Header, Method, Resource, Service};
pub use document::{Document, DocumentError};
pub use environment::Environment;
pub use jft::{InvalidSourceSystem, JftRequests, JftType, SourceSystem, StatusAddress};
pub use media_type::MediaType;
pub use pit::{PitCount, PitQuery, PitRequests};
pub use pmd::PmdRequests;
pub use search::{DateRange, JftQuery, LastUpdated, Prefix, Sort, TagFilter, TooCoarse};
pub use service_codes::{InvalidServiceCodes, ServiceCodes};
pub use vkp::VkpRequests;

pub use crate::resource_id::{InvalidResourceId, ResourceId};

#[cfg(feature = "security")]
pub(crate) use address::checked;

use core::fmt;
use std::sync::Arc;

use address::follow;

use crate::secret::Secret;

/// Why no request can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// More bytes than the service takes.
    #[error("the document has {bytes} bytes, {service} takes {limit}")]
    TooLarge {
        /// The service.
        service: Service,
        /// The length of the document.
        bytes: usize,
        /// What the service takes.
        limit: usize,
    },
    /// A resource that the service does not take.
    #[error("{service} takes no {resource}")]
    NotTaken {
        /// The service.
        service: Service,
        /// The resource.
        resource: Resource,
    },
    /// A Bundle without an identifier: a repeat could not be recognised.
    #[error("the Bundle has no identifier")]
    NoIdentifier,
    /// A link or a status address that is not followed.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
}

/// What is not certain about a request, because it is not documented in public (FHIR reference 9
/// and 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Notice {
    /// The path is likely, not documented.
    PathLikely,
    /// On which of the two hosts of JFT the call belongs is a guess.
    HostGuessed,
    /// The media type is likely, not documented.
    MediaTypeLikely,
    /// That the next page is fetched with GET is FHIR's rule, not seen at this service.
    PageByGet,
}

/// The name and version for a `User-Agent` header.
pub const USER_AGENT: &str = concat!("fhir-vkp/", env!("CARGO_PKG_VERSION"));

/// One HTTP request. URL and body do not print: they lead to persons.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    call: Call,
    method: Method,
    resource: Option<Resource>,
    url: String,
    accept: MediaType,
    content_type: Option<MediaType>,
    service_codes: Option<Arc<str>>,
    source_system: Option<Arc<str>>,
    request_id: Option<Box<str>>,
    authorization: Option<Arc<Secret>>,
    dpop: Option<Secret>,
    body: Arc<[u8]>,
    notices: Vec<Notice>,
}

impl Request {
    pub(crate) fn new(service: Service, action: Action, method: Method, url: String) -> Self {
        Self {
            call: Call { service, action },
            method,
            resource: None,
            url,
            accept: MediaType::Json,
            content_type: None,
            service_codes: None,
            source_system: None,
            request_id: None,
            authorization: None,
            dpop: None,
            body: Arc::default(),
            notices: Vec::new(),
        }
    }

    /// POST of a form.
    pub(crate) fn form(service: Service, action: Action, url: String, form: String) -> Self {
        let mut request = Self::new(service, action, Method::Post, url);
        request.content_type = Some(MediaType::Form);
        request.body = form.into_bytes().into();
        request
    }

    /// POST of a document.
    pub(crate) fn write(
        service: Service,
        action: Action,
        url: String,
        document: &Document,
        media_type: MediaType,
    ) -> Self {
        let mut request = Self::new(service, action, Method::Post, url).accepting(media_type);
        request.content_type = Some(media_type);
        request.resource = Some(document.resource());
        request.body = document.shared();
        request
    }

    pub(crate) fn accepting(mut self, media_type: MediaType) -> Self {
        self.accept = media_type;
        self
    }

    pub(crate) fn about(mut self, resource: Resource) -> Self {
        self.resource = Some(resource);
        self
    }

    pub(crate) fn noting(mut self, notice: Notice) -> Self {
        self.notices.push(notice);
        self
    }

    /// GET of the next page: the `next` link of the answer to this request, as it was given and to the
    /// same origin only (FHIR reference 9.3). That VKP, where everything else is POST, hands pages out
    /// with GET is FHIR's rule, not seen.
    ///
    /// # Errors
    ///
    /// [`RequestError::Address`] when the link leads to another server or is none.
    pub fn next_page(&self, next: &str) -> Result<Self, RequestError> {
        let url = follow(&self.url, next)?;
        let mut request = Self::new(self.call.service, Action::Page, Method::Get, url);
        request.accept = self.accept;
        request.resource = self.resource;
        request.service_codes.clone_from(&self.service_codes);
        Ok(match self.call.service {
            Service::Vkp => request.noting(Notice::PageByGet),
            _ => request,
        })
    }

    /// What it is for.
    #[must_use]
    pub const fn call(&self) -> Call {
        self.call
    }

    /// The resource that is written, read or searched for.
    #[must_use]
    pub const fn resource(&self) -> Option<Resource> {
        self.resource
    }

    /// The HTTP method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The whole URL. Ids in it lead to journal entries: keep it out of logs.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The scope that a token for this call needs (FHIR reference 9); `None` where none is known.
    #[must_use]
    pub fn scope(&self) -> Option<&'static str> {
        call::scope(self.call, self.resource)
    }

    /// The headers, but for `Host`, `Content-Length` and `User-Agent`.
    pub fn headers(&self) -> impl Iterator<Item = Header<'_>> {
        let plain = |name, value| Header {
            name,
            value,
            sensitive: false,
        };
        let secret = |name, value| Header {
            name,
            value,
            sensitive: true,
        };
        let authorization = self.authorization.as_ref().map(|value| value.expose());
        [
            Some(plain("accept", self.accept.as_str())),
            self.content_type
                .map(|value| plain("content-type", value.as_str())),
            (self.service_codes.as_deref()).map(|value| plain("servicecodes", value)),
            (self.source_system.as_deref()).map(|value| plain("nhn-source-system", value)),
            (self.request_id.as_deref()).map(|value| plain("x-request-id", value)),
            authorization.map(|value| secret("authorization", value)),
            (self.dpop.as_ref()).map(|value| secret("dpop", value.expose())),
        ]
        .into_iter()
        .flatten()
    }

    /// The body; empty for none. It holds personal data.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, shared.
    #[must_use]
    pub fn shared_body(&self) -> Arc<[u8]> {
        self.body.clone()
    }

    /// What is not certain about it.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Puts the value of an `Authorization` header into the request, in place of an older one.
    pub fn authorize(&mut self, authorization: Arc<Secret>) {
        self.authorization = Some(authorization);
    }

    /// Puts a DPoP proof into the request, in place of an older one. Each attempt needs its own
    /// (RFC 9449 4.3).
    pub fn set_dpop(&mut self, proof: Option<Secret>) {
        self.dpop = proof;
    }

    /// Names the request for both ends' logs, in the header `X-Request-Id` (FHIR R4, RESTful API, custom
    /// headers). Anything but 1 to 64 letters, digits, dots and hyphens is left out.
    pub fn set_request_id(&mut self, id: &str) {
        self.request_id = ResourceId::new(id).ok().map(|id| id.as_str().into());
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("call", &self.call)
            .field("resource", &self.resource)
            .field("authorized", &self.authorization.is_some())
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
