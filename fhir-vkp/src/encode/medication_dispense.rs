//! MedicationDispense: medicine that was handed out (FHIR reference 5.5).

use super::json::Object;
use super::part;
use crate::note::{MedicationDispense, Performer};
use crate::{Role, Uuid};

const PROFILE: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-MedicationDispense-v090";

/// Something handed out, outside of a Bundle.
pub(super) fn alone(o: &mut Object<'_, '_>, dispense: &MedicationDispense) {
    inside(o, dispense, uuid(dispense));
}

/// Something handed out.
pub(super) fn inside(o: &mut Object<'_, '_>, dispense: &MedicationDispense, uuid: Uuid) {
    part::head(o, "MedicationDispense", Some(PROFILE));
    part::own_identifier(o, uuid);
    o.constant("status", dispense.status.code());
    o.object("category", |o| part::concept_of(o, dispense.event));
    o.object("medicationCodeableConcept", |o| match &dispense.medicine {
        Some(medicine) => o.any_text("text", medicine.as_str()),
        None => o.constant("text", "Ukjent medisin"),
    });
    o.object("subject", |o| {
        o.object("identifier", |o| {
            part::identifier(o, dispense.subject(), "MedicationDispense.subject");
        });
        o.text("display", dispense.subject_name.as_ref());
    });
    o.array("performer", |a| {
        for performer in dispense.performers.iter() {
            a.object(|o| {
                o.object("actor", |o| actor(o, performer));
            });
        }
    });
    if let Some(at) = &dispense.at {
        o.date_time("whenHandedOver", at);
    }
    o.array("dosageInstruction", |a| {
        for text in &dispense.dosage {
            a.object(|o| o.any_text("text", text.as_str()));
        }
    });
}

/// By identifier alone: the profile forbids `reference`.
fn actor(o: &mut Object<'_, '_>, performer: &Performer) {
    o.object("identifier", |o| {
        part::identifier(
            o,
            &performer.identifier,
            "MedicationDispense.performer.actor",
        );
    });
    o.text("display", performer.name.as_ref());
}

/// The `fullUrl` and identifier.
pub(super) fn uuid(dispense: &MedicationDispense) -> Uuid {
    dispense.id.uuid(Role::MedicationDispense, 0)
}
