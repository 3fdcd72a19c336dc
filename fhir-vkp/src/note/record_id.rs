//! What identifiers are made from.

use crate::note::Text;
use crate::{Role, Uuid, UuidNames};

/// The sender's own id of an alarm, a note, a measurement …: stable, so that a resend is the same to
/// the byte (FHIR reference 11.2). It is not written itself; the UUIDs made from it are.
///
/// ```
/// use fhir_vkp::UuidNames;
/// use fhir_vkp::note::RecordId;
///
/// let names = UuidNames::new("https://alarm.example.net");
/// let id = RecordId::new(&names, "2026-000417");
/// assert!(id.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordId {
    names: UuidNames,
    id: Text,
}

impl RecordId {
    /// An id of a sender; `None` if it is empty.
    #[must_use]
    pub fn new(names: &UuidNames, id: impl Into<String>) -> Option<Self> {
        Some(Self {
            names: *names,
            id: Text::new(id)?,
        })
    }

    /// The id of a record that the sender knows by a UUID.
    #[must_use]
    pub fn of_uuid(names: &UuidNames, id: &Uuid) -> Self {
        Self {
            names: *names,
            id: Text::from(id),
        }
    }

    /// The sender's own id.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        self.id.as_str()
    }

    /// The UUID of a part of this record. `number` counts parts of the same role from zero.
    ///
    /// What is written under it: `Bundle.identifier` of a note ([`Role::Bundle`] with the number of
    /// its [`Version`](crate::note::Version)); the `fullUrl` of each entry, which is also the
    /// identifier of a DetectedIssue, Encounter, MedicationDispense, Observation or
    /// QuestionnaireResponse (number 0). So an answer can be matched with what was sent.
    #[must_use]
    pub fn uuid(&self, role: Role, number: u32) -> Uuid {
        self.names.uuid(role, self.as_str(), number)
    }
}
