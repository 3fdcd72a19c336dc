//! Name-based UUIDs: the same alarm gets the same identifiers for ever (FHIR reference 11.2).

use ::uuid::Uuid;

use crate::short_text::ShortText;

/// The namespace of this crate. It must never change.
const NAMESPACE: Uuid = Uuid::from_u128(0x5f0e_9a3c_7b1d_4e62_9c48_d1a6_03b7_e25f);

/// What an identifier is for. The names go into the UUIDs and must never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Role {
    /// `Bundle.identifier`.
    Bundle,
    /// The entry of the Composition.
    Composition,
    /// A DetectedIssue, and its `identifier`.
    DetectedIssue,
    /// An Encounter, and its `identifier`.
    Encounter,
    /// The entry of a Device.
    Device,
    /// A MedicationDispense, and its `identifier`.
    MedicationDispense,
    /// An Observation.
    Observation,
    /// A QuestionnaireResponse.
    QuestionnaireResponse,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Bundle => "Bundle",
            Self::Composition => "Composition",
            Self::DetectedIssue => "DetectedIssue",
            Self::Encounter => "Encounter",
            Self::Device => "Device",
            Self::MedicationDispense => "MedicationDispense",
            Self::Observation => "Observation",
            Self::QuestionnaireResponse => "QuestionnaireResponse",
        }
    }
}

/// Makes the identifiers of one sender.
///
/// Alarm ids are unique for one sender only, so the sender is part of every name: an organisation
/// number or the address of the alarm system, always the same. UUIDs of version 5 (RFC 9562 5.5): the
/// namespace is itself the UUID of the sender in the namespace of this crate, the name is role,
/// number and alarm id, with a line feed between them.
///
/// ```
/// use fhir_vkp::{Role, UuidNames, urn};
///
/// let names = UuidNames::new("https://alarm.example.net");
/// let bundle = names.uuid(Role::Bundle, "01J9Z7P4WQ3N", 0);
/// assert_eq!(bundle, names.uuid(Role::Bundle, "01J9Z7P4WQ3N", 0));
/// assert!(urn(&bundle).starts_with("urn:uuid:"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UuidNames {
    namespace: Uuid,
}

impl UuidNames {
    /// The identifiers of a sender.
    #[must_use]
    pub fn new(sender: &str) -> Self {
        Self {
            namespace: Uuid::new_v5(&NAMESPACE, sender.as_bytes()),
        }
    }

    /// The identifier of one part of an alarm. `number` counts parts of the same role from zero.
    #[must_use]
    pub fn uuid(&self, role: Role, alarm_id: &str, number: u32) -> Uuid {
        let mut digits = ShortText::<10>::EMPTY;
        digits.push_whole(number);
        let parts = [
            role.name().as_bytes(),
            b"\n",
            digits.as_str().as_bytes(),
            b"\n",
            alarm_id.as_bytes(),
        ];
        let length = parts.iter().map(|part| part.len()).sum();
        let mut short = [0; SHORT_NAME];
        match short.get_mut(..length) {
            Some(name) => {
                let mut rest = &mut *name;
                for part in parts {
                    let (place, after) = rest.split_at_mut(part.len());
                    place.copy_from_slice(part);
                    rest = after;
                }
                Uuid::new_v5(&self.namespace, name)
            }
            None => Uuid::new_v5(&self.namespace, &parts.concat()),
        }
    }
}

/// Names of up to so many bytes are put together without an allocation: room for the ids of most systems.
const SHORT_NAME: usize = 128;

/// `urn:uuid:` and the UUID in lower case.
#[must_use]
pub fn urn(uuid: &Uuid) -> String {
    uuid.urn().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifiers_of_an_alarm_never_change() {
        let names = UuidNames::new("https://alarm.example.net");
        let uuid = names.uuid(Role::Bundle, "alarm-1", 0);
        assert_eq!(uuid.get_version_num(), 5);
        // As another implementation of RFC 9562 computes it.
        assert_eq!(urn(&uuid), "urn:uuid:528b2231-900e-508b-8d9e-eef389169ddd");
    }

    #[test]
    fn sender_role_number_and_alarm_each_make_another_identifier() {
        let names = UuidNames::new("a");
        let uuid = names.uuid(Role::Device, "1", 0);
        assert_ne!(uuid, UuidNames::new("b").uuid(Role::Device, "1", 0));
        assert_ne!(uuid, names.uuid(Role::Bundle, "1", 0));
        assert_ne!(uuid, names.uuid(Role::Device, "1", 1));
        assert_ne!(uuid, names.uuid(Role::Device, "2", 0));
    }

    #[test]
    fn the_name_is_role_number_and_alarm_in_lines_however_long_it_is() {
        let names = UuidNames::new("a");
        for length in 100..140 {
            let alarm = "x".repeat(length);
            for number in [0, 7, 10, 409, u32::MAX] {
                let name = format!("Device\n{number}\n{alarm}");
                let expected = Uuid::new_v5(&names.namespace, name.as_bytes());
                assert_eq!(names.uuid(Role::Device, &alarm, number), expected);
            }
        }
    }
}
