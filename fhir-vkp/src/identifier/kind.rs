//! What an identifier is, by its system.

use super::system;

/// What an identifier is (FHIR reference 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IdentifierKind {
    /// FNR: a person in the national register.
    Fodselsnummer,
    /// DNR: a person without permanent residence.
    DNumber,
    /// FHN: a number for someone whose identity is not known.
    FellesHjelpenummer,
    /// HNR: a number of one enterprise.
    HNumber,
    /// Health personnel.
    Hpr,
    /// Immigration authorities.
    Duf,
    /// Organisation number (ENH).
    Organisation,
    /// Unit of specialist care.
    Resh,
    /// Communication party.
    HerId,
    /// A URI, most often a UUID.
    Uuid,
    /// Any other system: a local patient number, a user name, a serial number.
    Other,
}

impl IdentifierKind {
    const SYSTEMS: [(Self, &'static str); 10] = [
        (Self::Fodselsnummer, system::FODSELSNUMMER),
        (Self::DNumber, system::D_NUMBER),
        (Self::FellesHjelpenummer, system::FELLES_HJELPENUMMER),
        (Self::HNumber, system::H_NUMBER),
        (Self::Hpr, system::HPR),
        (Self::Duf, system::DUF),
        (Self::Organisation, system::ORGANISATION),
        (Self::Resh, system::RESH),
        (Self::HerId, system::HER_ID),
        (Self::Uuid, system::UUID),
    ];

    /// The kind that a system stands for, by any of its [addresses](system::canonical);
    /// [`IdentifierKind::Other`] for every other system.
    #[must_use]
    pub fn of_system(system: &str) -> Self {
        let system = system::canonical(system).unwrap_or(system);
        let found = Self::SYSTEMS.iter().find(|(_, known)| *known == system);
        found.map_or(Self::Other, |(kind, _)| *kind)
    }

    /// The address of its system; `None` for [`IdentifierKind::Other`].
    #[must_use]
    pub fn system(self) -> Option<&'static str> {
        let found = Self::SYSTEMS.iter().find(|(kind, _)| *kind == self);
        found.map(|(_, system)| *system)
    }

    /// Whether `subject` of a MedicationDispense and of an Observation may be identified so: FNR,
    /// DNR and FHN only (FHIR reference 5.5, 5.6).
    #[must_use]
    pub const fn is_national(self) -> bool {
        matches!(
            self,
            Self::Fodselsnummer | Self::DNumber | Self::FellesHjelpenummer
        )
    }
}
