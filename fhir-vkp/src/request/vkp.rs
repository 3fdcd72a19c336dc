//! VKP R4 (FHIR reference 9.1).

use super::address::BaseAddress;
use super::call::{Action, Resource, Service};
use super::document::Document;
use super::media_type::MediaType;
use super::search::{DateRange, Pairs, pairs};
use super::service_codes::ServiceCodes;
use super::{Notice, Request, RequestError};
use crate::identifier::{Identifier, OrganisationNumber};

/// Builds the requests to VKP for one municipality.
///
/// Everything is POST, patients are asked for in a form. `communication` is not offered: what it
/// carries is not public (FHIR reference 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VkpRequests {
    base: BaseAddress,
    organisation: Box<str>,
    media_type: Option<MediaType>,
}

impl VkpRequests {
    /// For the municipality with this organisation number. The base is that of an
    /// [`Environment`](super::Environment), without the number.
    #[must_use]
    pub fn new(base: BaseAddress, organisation: &OrganisationNumber) -> Self {
        Self {
            base,
            organisation: organisation.as_str().into(),
            media_type: None,
        }
    }

    /// The same with another media type than `application/fhir+json`.
    #[must_use]
    pub const fn with_media_type(mut self, media_type: MediaType) -> Self {
        self.media_type = Some(media_type);
        self
    }

    /// Where VKP is.
    #[must_use]
    pub const fn base(&self) -> &BaseAddress {
        &self.base
    }

    fn url(&self, resource: Resource, tail: &str) -> String {
        let (organisation, resource) = (&self.organisation, resource.lower_case());
        self.base.join(&format!("/{organisation}/{resource}{tail}"))
    }

    fn search(&self, resource: Resource, codes: &ServiceCodes, mut form: Pairs) -> Request {
        let url = self.url(resource, "/_search");
        let mut request = Request::form(Service::Vkp, Action::Search, url, form.finish())
            .accepting(self.media_type.unwrap_or(MediaType::FhirJson))
            .about(resource);
        request.service_codes = Some(codes.shared());
        request
    }

    fn of_patient(
        &self,
        resource: Resource,
        codes: &ServiceCodes,
        patient: Option<&Identifier>,
        dates: &DateRange,
    ) -> Request {
        let mut form = pairs();
        if let Some(patient) = patient {
            form.append_pair("patient.identifier", patient.reveal());
        }
        dates.write(&mut form);
        self.search(resource, codes, form)
    }

    /// The patient with this number, or all whom the caller may see. Only the value is sent, without
    /// its system.
    #[must_use]
    pub fn patients(&self, codes: &ServiceCodes, patient: Option<&Identifier>) -> Request {
        let mut form = pairs();
        if let Some(patient) = patient {
            form.append_pair("identifier", patient.reveal());
        }
        self.search(Resource::Patient, codes, form)
    }

    /// The granted services of one patient, or of all whom the caller may see.
    #[must_use]
    pub fn episodes_of_care(&self, codes: &ServiceCodes, patient: Option<&Identifier>) -> Request {
        let resource = Resource::EpisodeOfCare;
        self.of_patient(resource, codes, patient, &DateRange::default())
    }

    /// The visit plans of a patient in a period.
    #[must_use]
    pub fn care_plans(
        &self,
        codes: &ServiceCodes,
        patient: &Identifier,
        dates: &DateRange,
    ) -> Request {
        self.of_patient(Resource::CarePlan, codes, Some(patient), dates)
    }

    /// The care measures of a patient in a period.
    #[must_use]
    pub fn compositions(
        &self,
        codes: &ServiceCodes,
        patient: &Identifier,
        dates: &DateRange,
    ) -> Request {
        self.of_patient(Resource::Composition, codes, Some(patient), dates)
    }

    /// The conditions of a patient.
    #[must_use]
    pub fn conditions(&self, codes: &ServiceCodes, patient: &Identifier) -> Request {
        let resource = Resource::Condition;
        self.of_patient(resource, codes, Some(patient), &DateRange::default())
    }

    /// The allergies of a patient. Here the parameter is `identifier`.
    #[must_use]
    pub fn allergy_intolerances(&self, codes: &ServiceCodes, patient: &Identifier) -> Request {
        let mut form = pairs();
        form.append_pair("identifier", patient.reveal());
        self.search(Resource::AllergyIntolerance, codes, form)
    }

    /// The medicines of a patient.
    #[must_use]
    pub fn medication_statements(&self, codes: &ServiceCodes, patient: &Identifier) -> Request {
        let resource = Resource::MedicationStatement;
        self.of_patient(resource, codes, Some(patient), &DateRange::default())
    }

    /// Writes a document: Bundle, Composition, MedicationDispense or Encounter. The paths of all but
    /// Bundle are likely, not documented.
    ///
    /// # Errors
    ///
    /// [`RequestError::NotTaken`] for other resources, [`RequestError::NoIdentifier`] for a Bundle
    /// without one.
    pub fn write(&self, document: &Document) -> Result<Request, RequestError> {
        let resource = document.resource();
        let path_likely = match resource {
            Resource::Bundle if document.identifier().is_none() => {
                return Err(RequestError::NoIdentifier);
            }
            Resource::Bundle => false,
            Resource::Composition | Resource::MedicationDispense | Resource::Encounter => true,
            _ => {
                return Err(RequestError::NotTaken {
                    service: Service::Vkp,
                    resource,
                });
            }
        };
        let media_type = self.media_type.unwrap_or(MediaType::FhirJson);
        let url = self.url(resource, "");
        let mut request = Request::write(Service::Vkp, Action::Write, url, document, media_type);
        if path_likely {
            request = request.noting(Notice::PathLikely);
        }
        if self.media_type.is_none() {
            request = request.noting(Notice::MediaTypeLikely);
        }
        Ok(request)
    }
}
