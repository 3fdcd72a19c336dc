//! Patients: who is to be helped, where, and how to get in.

use fhir_vkp::decode::Bundle;
use fhir_vkp::view::{Address, Contact, ContactPoint, Patient};
use serde::Serialize;

use super::mask::{Mask, Referred, ShownIdentifier};

/// One patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownPatient {
    /// Where it stands.
    pub path: String,
    /// Given, middle and family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// All identifiers.
    pub identifiers: Vec<ShownIdentifier>,
    /// Whether the record is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// The day of birth; the year alone unless revealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<String>,
    /// `male`, `female` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Whether the person is dead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deceased: Option<bool>,
    /// Municipality, district, zone, sub-zone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Telephone numbers and the like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub telecom: Vec<ShownTelecom>,
    /// Where to go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub home: Option<ShownAddress>,
    /// Who else lives there, and what else one must know before entering.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household: Option<String>,
    /// Whom to call, the main contact first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ShownContact>,
    /// General practitioners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub general_practitioners: Vec<Referred>,
}

/// A telephone number, an e-mail address …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownTelecom {
    /// `phone`, `email` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The number or address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `home`, `mobile` …
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownAddress {
    /// The lines, postal code and town.
    pub text: String,
    /// How to find the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub door_hint: Option<String>,
    /// The electronic lock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub electronic_lock: Option<String>,
}

/// Somebody to call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownContact {
    /// Whether this is marked as the main one.
    pub main: bool,
    /// What they are to the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relationship: Option<String>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How to reach them.
    pub telecom: Vec<ShownTelecom>,
}

pub(super) fn patient(
    path: String,
    patient: Patient<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownPatient {
    let mut contacts: Vec<_> = patient.contacts().map(|one| contact(one, mask)).collect();
    contacts.sort_by_key(|contact| !contact.main);
    let home = patient.home().map(|home| address(home, patient, mask));
    ShownPatient {
        path,
        name: patient.full_name().map(|name| mask.private(&name)),
        identifiers: patient
            .identifiers()
            .filter_map(|identifier| mask.identifier(identifier))
            .collect(),
        active: patient.active(),
        birth_date: patient.birth_date().map(|date| mask.day(&date)),
        gender: patient.gender().map(|text| mask.plain(text)),
        deceased: patient.is_deceased(),
        zones: patient
            .zones()
            .into_iter()
            .map(|zone| mask.plain(zone))
            .collect(),
        telecom: patient.telecom().map(|one| telecom(one, mask)).collect(),
        home,
        household: patient.household().map(|text| mask.private(text)),
        contacts,
        general_practitioners: patient
            .general_practitioners()
            .map(|one| mask.reference(one, "generalPractitioner", bundles))
            .collect(),
    }
}

fn address(home: Address<'_>, patient: Patient<'_>, mask: &Mask) -> ShownAddress {
    let lines = home.lines().filter_map(|line| line.text);
    let town = [home.postal_code(), home.city()];
    let town: Vec<_> = town.into_iter().flatten().collect();
    let mut parts: Vec<String> = lines.map(str::to_owned).collect();
    if !town.is_empty() {
        parts.push(town.join(" "));
    }
    if parts.is_empty() {
        parts.extend(home.text().map(str::to_owned));
    }
    ShownAddress {
        text: mask.private(&parts.join(", ")),
        door_hint: home.door_hint().map(|text| mask.private(text)),
        electronic_lock: patient.electronic_lock().map(|text| mask.private(text)),
    }
}

fn contact(contact: Contact<'_>, mask: &Mask) -> ShownContact {
    let name = contact.name().and_then(|name| name.full_name());
    ShownContact {
        main: contact.is_main(),
        relationship: contact.relationship().map(|text| mask.text(text)),
        name: name.map(|name| mask.private(&name)),
        telecom: contact.telecom().map(|one| telecom(one, mask)).collect(),
    }
}

fn telecom(point: ContactPoint<'_>, mask: &Mask) -> ShownTelecom {
    ShownTelecom {
        system: point.system().map(|text| mask.plain(text)),
        value: point.reveal().map(|text| mask.private(text)),
        usage: point.usage().map(|text| mask.plain(text)),
    }
}
