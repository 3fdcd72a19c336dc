//! Pasientens måledata (FHIR reference 9.3).

use super::address::BaseAddress;
use super::call::{Action, Resource, Service};
use super::document::Document;
use super::media_type::MediaType;
use super::search::pairs;
use super::{Request, RequestError};
use crate::identifier::Identifier;

/// Builds the requests to PMD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PmdRequests {
    base: BaseAddress,
    media_type: MediaType,
}

impl PmdRequests {
    /// For the address of PMD.
    #[must_use]
    pub const fn new(base: BaseAddress) -> Self {
        Self {
            base,
            media_type: MediaType::FhirJson,
        }
    }

    /// The same with another media type than `application/fhir+json`.
    #[must_use]
    pub const fn with_media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = media_type;
        self
    }

    /// Where PMD is.
    #[must_use]
    pub const fn base(&self) -> &BaseAddress {
        &self.base
    }

    /// The measurements of a patient.
    #[must_use]
    pub fn observations(&self, patient: &Identifier) -> Request {
        let mut form = pairs();
        form.append_pair("patient.identifier", patient.reveal());
        let url = self.base.join("/Observation/_search");
        Request::form(Service::Pmd, Action::Search, url, form.finish())
            .accepting(self.media_type)
            .about(Resource::Observation)
    }

    /// Writes the entries of a Bundle of type `batch`. What became of each one is read with
    /// [`BatchAnswer`](crate::answer::BatchAnswer).
    ///
    /// # Errors
    ///
    /// [`RequestError::NotTaken`] for anything but a Bundle.
    pub fn batch(&self, document: &Document) -> Result<Request, RequestError> {
        let (service, resource) = (Service::Pmd, document.resource());
        if resource != Resource::Bundle {
            return Err(RequestError::NotTaken { service, resource });
        }
        let url = self.base.join("/");
        Ok(Request::write(
            service,
            Action::Batch,
            url,
            document,
            self.media_type,
        ))
    }
}
