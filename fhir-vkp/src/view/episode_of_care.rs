//! EpisodeOfCare: a service that was granted (FHIR reference 6).

use super::{CodeableConcept, Identifier, Period, Reference, accessors, resource_view};

resource_view! {
    /// A service that a person receives: `Trygghetsalarm`, `GPS`, `Medisinering i hjemmet`.
    EpisodeOfCare
}

accessors! { EpisodeOfCare:
    /// Identifiers in the EPJ.
    identifiers: many Identifier "identifier";
    /// `active`, `planned`, `finished` …
    status: text "status";
    /// Which service it is. The code system is the EPJ's own.
    services: many CodeableConcept "type";
    /// Who receives it.
    patient: one Reference "patient";
    /// Who grants it.
    managing_organization: one Reference "managingOrganization";
    /// From when to when.
    period: one Period "period";
}

impl<'r> EpisodeOfCare<'r> {
    /// The service in words or by code.
    #[must_use]
    pub fn service(self) -> Option<&'r str> {
        self.services().find_map(CodeableConcept::shown)
    }

    /// Whether the status says that it runs.
    #[must_use]
    pub fn is_active(self) -> bool {
        self.status() == Some("active")
    }
}
