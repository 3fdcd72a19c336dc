//! Journalføringstjenesten (FHIR reference 9.2).

use core::fmt;
use std::sync::Arc;

use super::address::{BaseAddress, InvalidAddress};
use super::call::{Action, Method, Resource, Service};
use super::document::Document;
use super::media_type::MediaType;
use super::search::JftQuery;
use super::{Notice, Request, RequestError, ResourceId};

/// Builds the requests to JFT, of both sides: the response centre that writes and asks for the status,
/// and the patient record that reads and acknowledges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JftRequests {
    write: BaseAddress,
    read: BaseAddress,
    media_type: MediaType,
    source_system: Option<SourceSystem>,
}

/// A type of resource that JFT keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JftType {
    /// Bundle
    Bundle,
    /// Composition
    Composition,
    /// MedicationDispense
    MedicationDispense,
}

impl JftType {
    /// The type, if JFT keeps it.
    #[must_use]
    pub const fn of(resource: Resource) -> Option<Self> {
        match resource {
            Resource::Bundle => Some(Self::Bundle),
            Resource::Composition => Some(Self::Composition),
            Resource::MedicationDispense => Some(Self::MedicationDispense),
            _ => None,
        }
    }

    /// The resource.
    #[must_use]
    pub const fn resource(self) -> Resource {
        match self {
            Self::Bundle => Resource::Bundle,
            Self::Composition => Resource::Composition,
            Self::MedicationDispense => Resource::MedicationDispense,
        }
    }
}

/// The name of the writing system, which comes back to the reader as a tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceSystem(Arc<str>);

/// A name that a header cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[error("the name of a system must be 1 to 128 printable ASCII characters")]
pub struct InvalidSourceSystem;

impl SourceSystem {
    /// Takes a name.
    ///
    /// # Errors
    ///
    /// [`InvalidSourceSystem`] for an empty one, a long one, or one with other characters.
    pub fn new(name: &str) -> Result<Self, InvalidSourceSystem> {
        let name = name.trim();
        let printable = |b: u8| b.is_ascii_graphic() || b == b' ';
        if !(1..=128).contains(&name.len()) || !name.bytes().all(printable) {
            return Err(InvalidSourceSystem);
        }
        Ok(Self(name.into()))
    }
}

/// Where the status of a written resource is to be asked for. It does not print; keep it where the
/// document is kept.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct StatusAddress(Box<str>);

impl StatusAddress {
    /// An address that was kept. Its origin is checked when it is used.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self(address.into())
    }

    /// The address, to be kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type of what was written, from the path, which is `…/v1/<Type>/<id>/$status` (FHIR reference
    /// 9.2).
    fn resource(&self) -> Option<Resource> {
        let (path, _) = self.0.split_once(['?', '#']).unwrap_or((&self.0, ""));
        let types = [
            JftType::Bundle,
            JftType::Composition,
            JftType::MedicationDispense,
        ];
        let types = types.map(JftType::resource);
        path.rsplit('/')
            .find_map(|part| types.into_iter().find(|resource| resource.name() == part))
    }
}

impl fmt::Debug for StatusAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusAddress(hidden)")
    }
}

impl JftRequests {
    /// Bytes that are written, since "about 1 MB" is the limit.
    pub const LIMIT: usize = 1_000_000;

    /// For the two addresses of JFT.
    #[must_use]
    pub const fn new(write: BaseAddress, read: BaseAddress) -> Self {
        Self {
            write,
            read,
            media_type: MediaType::Json,
            source_system: None,
        }
    }

    /// The same with another media type than `application/json`.
    #[must_use]
    pub const fn with_media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = media_type;
        self
    }

    /// The same with the header `nhn-source-system`.
    #[must_use]
    pub fn with_source_system(mut self, name: SourceSystem) -> Self {
        self.source_system = Some(name);
        self
    }

    /// Where is written to.
    #[must_use]
    pub const fn write_base(&self) -> &BaseAddress {
        &self.write
    }

    /// Where is read from.
    #[must_use]
    pub const fn read_base(&self) -> &BaseAddress {
        &self.read
    }

    /// Writes a document.
    ///
    /// # Errors
    ///
    /// [`RequestError::NotTaken`], [`RequestError::TooLarge`] over [`LIMIT`](Self::LIMIT), and
    /// [`RequestError::NoIdentifier`] for a Bundle without one.
    pub fn write(&self, document: &Document) -> Result<Request, RequestError> {
        let (service, resource) = (Service::Jft, document.resource());
        if JftType::of(resource).is_none() {
            return Err(RequestError::NotTaken { service, resource });
        }
        if resource == Resource::Bundle && document.identifier().is_none() {
            return Err(RequestError::NoIdentifier);
        }
        within(Self::LIMIT, service, document)?;
        let url = self.write.join(&format!("/v1/{resource}"));
        let mut request = Request::write(service, Action::Write, url, document, self.media_type);
        request.source_system = self.source_system.as_ref().map(|name| name.0.clone());
        Ok(request)
    }

    /// The status address of a written document, from the header `Location` of the answer. It must
    /// lead to one of the two addresses of JFT: the token goes there.
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] when it leads elsewhere.
    pub fn status_address(&self, location: &str) -> Result<StatusAddress, InvalidAddress> {
        let context = self.write.join("/v1/");
        let followed = self.write.follow(&context, location);
        let followed = followed.or_else(|_| self.read.follow(&context, location))?;
        Ok(StatusAddress(followed.into()))
    }

    /// Asks what became of a document. The request is [about](Request::resource) the type that the
    /// address names, or about none where it names none.
    ///
    /// # Errors
    ///
    /// [`RequestError::Address`] when the address leads to another server.
    pub fn status(&self, address: &StatusAddress) -> Result<Request, RequestError> {
        let address = self.status_address(&address.0)?;
        let resource = address.resource();
        let request = Request::new(Service::Jft, Action::Status, Method::Get, address.0.into());
        Ok(match resource {
            Some(resource) => request.about(resource),
            None => request,
        })
    }

    /// Asks what became of a resource whose id is known, at the address that is written to.
    #[must_use]
    pub fn status_of(&self, kind: JftType, id: &ResourceId) -> Request {
        let resource = kind.resource();
        let url = format!("/v1/{resource}/{}/$status", id.as_str());
        let url = self.write.join(&url);
        Request::new(Service::Jft, Action::Status, Method::Get, url)
            .about(resource)
            .noting(Notice::HostGuessed)
    }

    /// Reads what was written, with GET.
    #[must_use]
    pub fn read(&self, kind: JftType, query: &JftQuery) -> Request {
        let resource = kind.resource();
        let query = query.write();
        let mark = if query.is_empty() { "" } else { "?" };
        let url = self.read.join(&format!("/v1/{resource}{mark}{query}"));
        Request::new(Service::Jft, Action::Search, Method::Get, url)
            .accepting(self.media_type)
            .about(resource)
    }

    /// The same with POST and a form.
    #[must_use]
    pub fn search(&self, kind: JftType, query: &JftQuery) -> Request {
        let resource = kind.resource();
        let url = self.read.join(&format!("/v1/{resource}/_search"));
        Request::form(Service::Jft, Action::Search, url, query.write())
            .accepting(self.media_type)
            .about(resource)
    }

    /// Says that a resource is journaled, at the address that is read from.
    #[must_use]
    pub fn acknowledge(&self, kind: JftType, id: &ResourceId) -> Request {
        let resource = kind.resource();
        let url = format!("/v1/{resource}/{}/$journaling-acknowledged", id.as_str());
        let url = self.read.join(&url);
        Request::new(Service::Jft, Action::Acknowledge, Method::Post, url)
            .about(resource)
            .noting(Notice::HostGuessed)
    }
}

/// Whether a service takes a document of this length.
pub(super) fn within(
    limit: usize,
    service: Service,
    document: &Document,
) -> Result<(), RequestError> {
    let bytes = document.body().len();
    if bytes > limit {
        return Err(RequestError::TooLarge {
            service,
            bytes,
            limit,
        });
    }
    Ok(())
}
