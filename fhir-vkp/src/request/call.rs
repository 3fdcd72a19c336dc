//! What a request is for.

use core::fmt;

/// Who is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// HelseID, which gives the tokens (FHIR reference 10).
    HelseId,
    /// VKP, the hub (9.1).
    Vkp,
    /// Journalføringstjenesten (9.2).
    Jft,
    /// Pasientinformasjonstjenesten (9.3).
    Pit,
    /// Pasientens måledata (9.3).
    Pmd,
}

impl Service {
    /// Its short name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HelseId => "HelseID",
            Self::Vkp => "VKP",
            Self::Jft => "JFT",
            Self::Pit => "PIT",
            Self::Pmd => "PMD",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is asked of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Read the discovery document.
    Discover,
    /// Ask for a token.
    Token,
    /// Write a resource.
    Write,
    /// Ask what became of a written resource.
    Status,
    /// Search or read.
    Search,
    /// Fetch the next page of a search.
    Page,
    /// Say that a resource is journaled.
    Acknowledge,
    /// Write many resources at once.
    Batch,
}

impl Action {
    /// The action in words, for a log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discover => "discovery",
            Self::Token => "token",
            Self::Write => "write",
            Self::Status => "status",
            Self::Search => "search",
            Self::Page => "next page",
            Self::Acknowledge => "acknowledge",
            Self::Batch => "batch",
        }
    }

    /// Whether the answer holds what was asked for, so that it may be long.
    pub(crate) const fn wants_content(self) -> bool {
        matches!(self, Self::Search | Self::Page | Self::Batch)
    }
}

/// Whom a request calls, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Call {
    /// Who is called.
    pub service: Service,
    /// What for.
    pub action: Action,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.service, self.action.name())
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
}

impl Method {
    /// As HTTP writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
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

/// A type of resource that a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// A Bundle.
    Bundle,
    /// A Composition.
    Composition,
    /// An Encounter.
    Encounter,
    /// A MedicationDispense.
    MedicationDispense,
    /// A Patient.
    Patient,
    /// An EpisodeOfCare.
    EpisodeOfCare,
    /// A CarePlan.
    CarePlan,
    /// A Condition.
    Condition,
    /// An AllergyIntolerance.
    AllergyIntolerance,
    /// A MedicationStatement.
    MedicationStatement,
    /// An Observation.
    Observation,
}

impl Resource {
    const ALL: [(Self, &'static str, &'static str); 11] = [
        (Self::Bundle, "Bundle", "bundle"),
        (Self::Composition, "Composition", "composition"),
        (Self::Encounter, "Encounter", "encounter"),
        (
            Self::MedicationDispense,
            "MedicationDispense",
            "medicationdispense",
        ),
        (Self::Patient, "Patient", "patient"),
        (Self::EpisodeOfCare, "EpisodeOfCare", "episodeofcare"),
        (Self::CarePlan, "CarePlan", "careplan"),
        (Self::Condition, "Condition", "condition"),
        (
            Self::AllergyIntolerance,
            "AllergyIntolerance",
            "allergyintolerance",
        ),
        (
            Self::MedicationStatement,
            "MedicationStatement",
            "medicationstatement",
        ),
        (Self::Observation, "Observation", "observation"),
    ];

    /// The name as `resourceType` writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The name as a path of VKP writes it, in lower case (FHIR reference 9.1).
    #[must_use]
    pub const fn lower_case(self) -> &'static str {
        Self::ALL[self as usize].2
    }

    /// From what `resourceType` says.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let row = Self::ALL.iter().find(|(_, known, _)| *known == name)?;
        Some(row.0)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The scopes of the services (FHIR reference 9.1, 9.2 and 9.3). For PMD none is known.
pub(super) fn scope(call: Call, resource: Option<Resource>) -> Option<&'static str> {
    if call.service == Service::Jft {
        // Whatever it is about, and where a status address does not say.
        return Some("nhn:jft/api");
    }
    let reads = matches!(call.action, Action::Search | Action::Page);
    match (call.service, resource?, reads) {
        (Service::Vkp, resource, true) => Some(match resource {
            Resource::Patient => "nhn:vkp/api/user/patient.read",
            Resource::EpisodeOfCare => "nhn:vkp/api/user/episodeofcare.read",
            Resource::CarePlan => "nhn:vkp/api/user/careplan.read",
            Resource::Composition => "nhn:vkp/api/user/composition.read",
            Resource::Condition => "nhn:vkp/api/user/condition.read",
            Resource::AllergyIntolerance => "nhn:vkp/api/user/allergyintolerance.read",
            Resource::MedicationStatement => "nhn:vkp/api/user/medicationstatement.read",
            _ => return None,
        }),
        (Service::Vkp, resource, false) => Some(match resource {
            Resource::Bundle => "nhn:vkp/api/user/bundle.write",
            Resource::Composition => "nhn:vkp/api/user/composition.write",
            Resource::MedicationDispense => "nhn:vkp/api/user/medicationdispense.write",
            Resource::Encounter => "nhn:vkp/api/user/encounter.write",
            _ => return None,
        }),
        (Service::Pit, _, true) => Some("nhn:pit/api.read"),
        (Service::Pit, _, false) => Some("nhn:pit/api.write"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_found_by_the_name_they_print() {
        for (at, (resource, name, lower)) in Resource::ALL.into_iter().enumerate() {
            assert_eq!(resource as usize, at);
            assert_eq!(Resource::from_name(name), Some(resource));
            assert_eq!(resource.to_string().to_ascii_lowercase(), lower);
        }
        assert_eq!(Resource::from_name("patient"), None);
    }
}
