//! Pasientinformasjonstjenesten (FHIR reference 9.3).

use super::address::BaseAddress;
use super::call::{Action, Method, Resource, Service};
use super::document::Document;
use super::jft::within;
use super::media_type::MediaType;
use super::search::{LastUpdated, Sort, pairs};
use super::{Notice, Request, RequestError};

/// Builds the requests to PIT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PitRequests {
    base: BaseAddress,
    media_type: Option<MediaType>,
}

/// Patients in one page of PIT: 1 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PitCount(u8);

impl PitCount {
    /// The most.
    pub const MOST: Self = Self(50);

    /// This many; `None` for 0 and for more than 50.
    #[must_use]
    pub const fn new(count: u8) -> Option<Self> {
        if count >= 1 && count <= 50 {
            Some(Self(count))
        } else {
            None
        }
    }
}

/// What to read from PIT. A bound of `_lastUpdated` is mandatory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PitQuery {
    /// The mandatory bound.
    pub last_updated: LastUpdated,
    /// A second bound.
    pub and: Option<LastUpdated>,
    /// Patients in one page.
    pub count: Option<PitCount>,
    /// The order.
    pub sort: Option<Sort>,
}

impl PitQuery {
    /// What was updated within this bound.
    #[must_use]
    pub const fn new(last_updated: LastUpdated) -> Self {
        Self {
            last_updated,
            and: None,
            count: None,
            sort: None,
        }
    }
}

impl PitRequests {
    /// Bytes that are written, since "about 900 KB" is the limit.
    pub const LIMIT: usize = 900_000;

    /// For the address of PIT.
    #[must_use]
    pub const fn new(base: BaseAddress) -> Self {
        Self {
            base,
            media_type: None,
        }
    }

    /// The same with another media type than `application/fhir+json`.
    #[must_use]
    pub const fn with_media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = Some(media_type);
        self
    }

    /// Where PIT is.
    #[must_use]
    pub const fn base(&self) -> &BaseAddress {
        &self.base
    }

    /// Writes a Patient.
    ///
    /// # Errors
    ///
    /// [`RequestError::NotTaken`] for other resources, [`RequestError::TooLarge`] over
    /// [`LIMIT`](Self::LIMIT).
    pub fn write(&self, document: &Document) -> Result<Request, RequestError> {
        let (service, resource) = (Service::Pit, document.resource());
        if resource != Resource::Patient {
            return Err(RequestError::NotTaken { service, resource });
        }
        within(Self::LIMIT, service, document)?;
        let media_type = self.media_type.unwrap_or(MediaType::FhirJson);
        let url = self.base.join("/v1/Patient");
        let request = Request::write(service, Action::Write, url, document, media_type);
        Ok(match self.media_type {
            Some(_) => request,
            None => request.noting(Notice::MediaTypeLikely),
        })
    }

    /// Reads patients.
    #[must_use]
    pub fn read(&self, query: &PitQuery) -> Request {
        let mut pairs = pairs();
        for bound in [&query.last_updated].into_iter().chain(&query.and) {
            pairs.append_pair("_lastUpdated", &bound.to_string());
        }
        if let Some(PitCount(count)) = query.count {
            pairs.append_pair("_count", &count.to_string());
        }
        if let Some(sort) = query.sort {
            pairs.append_pair("_sort", sort.as_str());
        }
        let url = self.base.join(&format!("/v1/Patient?{}", pairs.finish()));
        Request::new(Service::Pit, Action::Search, Method::Get, url)
            .accepting(self.media_type.unwrap_or(MediaType::FhirJson))
            .about(Resource::Patient)
    }
}
