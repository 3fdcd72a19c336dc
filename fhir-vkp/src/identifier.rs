//! Identifiers of persons, organisations and devices (FHIR reference 3 and 4).

mod check;
mod kind;
mod number;
mod person;
pub mod system;

pub use check::{Admission, IdentifierWarning, Stage};
pub use kind::IdentifierKind;
pub use number::{
    CheckDigit, DufNumber, HerId, HprNumber, InvalidNumber, OrganisationNumber, ReshId,
};
pub use person::Person;

use core::fmt;

use alarm_codes::national_identity_number::{IdentityNumberKind, NationalIdentityNumber};

/// A business identifier as FHIR writes it: the address of the system that gave it out, and the
/// value. `Debug` and `Display` mask the value; [`Identifier::reveal`] gives it whole.
///
/// ```
/// use fhir_vkp::{Identifier, IdentifierKind};
///
/// let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033")?; // synthetic
/// assert_eq!(patient.kind(), IdentifierKind::Fodselsnummer);
/// assert_eq!(patient.to_string(), "urn:oid:2.16.578.1.12.4.1.4.1|158134*****");
/// # Ok::<(), fhir_vkp::InvalidIdentifier>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    system: String,
    value: String,
    /// Who gave it out: only for a lokalt H-nummer, where it is mandatory.
    assigner: Option<String>,
}

/// Why there is no such identifier. Says nothing of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidIdentifier {
    /// The address of the system is empty.
    #[error("an identifier needs a system")]
    EmptySystem,
    /// The value is empty. FHIR forbids empty strings.
    #[error("an identifier needs a value")]
    EmptyValue,
    /// A lokalt H-nummer without the one who gave it out.
    #[error("an H-number needs an assigner")]
    EmptyAssigner,
    /// Another kind of number than this one was asked for.
    #[error("a number of another kind")]
    OtherKind,
}

impl Identifier {
    /// Any system, any value; neither may be empty. The value is not checked (the writer refuses white
    /// space and control characters): a local patient number stands under the address of its vendor
    /// (FHIR reference 3).
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier::EmptySystem`] and [`InvalidIdentifier::EmptyValue`].
    pub fn new(
        system: impl Into<String>,
        value: impl Into<String>,
    ) -> Result<Self, InvalidIdentifier> {
        let (system, value) = (system.into(), value.into());
        if system.is_empty() {
            return Err(InvalidIdentifier::EmptySystem);
        }
        if value.is_empty() {
            return Err(InvalidIdentifier::EmptyValue);
        }
        Ok(Self {
            system,
            value,
            assigner: None,
        })
    }

    /// A UUID as business identifier, written `urn:uuid:` in lower case.
    #[must_use]
    pub fn uuid(uuid: &crate::Uuid) -> Self {
        Self::known(system::UUID, crate::urn(uuid))
    }

    /// A lokalt H-nummer with the enterprise that gave it out: the number means nothing elsewhere
    /// (FHIR reference 3).
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier::OtherKind`] for a number without the mark of an H-number,
    /// [`InvalidIdentifier::EmptyAssigner`].
    pub fn h_number(
        number: &NationalIdentityNumber,
        assigner: impl Into<String>,
    ) -> Result<Self, InvalidIdentifier> {
        let assigner = assigner.into();
        match number.kind() {
            IdentityNumberKind::HNumber | IdentityNumberKind::DAndHNumber => {}
            _ => return Err(InvalidIdentifier::OtherKind),
        }
        if assigner.is_empty() {
            return Err(InvalidIdentifier::EmptyAssigner);
        }
        Ok(Self {
            assigner: Some(assigner),
            ..Self::known(system::H_NUMBER, number.reveal())
        })
    }

    /// An identifier of a system of this crate with a value that is not empty.
    fn known(system: &str, value: impl Into<String>) -> Self {
        Self {
            system: system.into(),
            value: value.into(),
            assigner: None,
        }
    }

    /// The address of the system, as it was given.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.system
    }

    /// The address that is due: as [`Identifier::system`], and where that is [another
    /// address](system::canonical) of a system that this crate knows, the one to compare by. What is
    /// written to a service has this one.
    #[must_use]
    pub fn canonical_system(&self) -> &str {
        system::canonical(&self.system).unwrap_or(&self.system)
    }

    /// Whether both mean the same: system by [any of its addresses](Identifier::canonical_system), value
    /// and assigner. `==` compares what was given.
    #[must_use]
    pub fn means_same_as(&self, other: &Self) -> bool {
        self.canonical_system() == other.canonical_system()
            && (&self.value, &self.assigner) == (&other.value, &other.assigner)
    }

    /// The value whole. Every call is a place where personal data may leave.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.value
    }

    /// Who gave it out, for a lokalt H-nummer.
    #[must_use]
    pub fn assigner(&self) -> Option<&str> {
        self.assigner.as_deref()
    }

    /// What the system says it is, by any of its addresses. The value is not looked at.
    #[must_use]
    pub fn kind(&self) -> IdentifierKind {
        IdentifierKind::of_system(&self.system)
    }
}

impl From<NationalIdentityNumber> for Identifier {
    /// Under the system of its kind. A number with the mark of an H-number goes under the literal
    /// `HNR`, still without assigner: prefer [`Identifier::h_number`].
    fn from(number: NationalIdentityNumber) -> Self {
        let system = match number.kind() {
            IdentityNumberKind::Fodselsnummer => system::FODSELSNUMMER,
            IdentityNumberKind::DNumber => system::D_NUMBER,
            IdentityNumberKind::FellesHjelpenummer => system::FELLES_HJELPENUMMER,
            _ => system::H_NUMBER,
        };
        Self::known(system, number.reveal())
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}|{}", self.system, Masked(&self.value))
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({self})")
    }
}

/// Prints a value with its last five characters masked, and wholly masked when it has no more.
struct Masked<'a>(&'a str);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.char_indices().rev().nth(4).map_or(0, |(at, _)| at);
        write!(f, "{}*****", &self.0[..shown])
    }
}
