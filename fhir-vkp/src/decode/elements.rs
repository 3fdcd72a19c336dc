//! Which elements FHIR R4 (4.0.1) knows: names, types, which repeat, which are mandatory, and the
//! closed code lists. Facts of the public definition, for the resources of VKP traffic.
//!
//! R4B has the same elements for all of these (FHIR reference 12).

mod datatypes;
mod extension;
mod health;
mod medication_and_measurement;
mod names;
mod note;
mod patient_and_plan;
mod required_codes;
mod shape;

pub(crate) use names::is_name;

pub(super) use datatypes::{CODEABLE_CONCEPT, CODING, IDENTIFIER, REFERENCE};
pub(super) use note::{BUNDLE, COMPOSITION_SECTION};
pub(super) use shape::{ELEMENT, Element, Kind, Shape};

use health::{ALLERGY_INTOLERANCE, CONDITION};
use medication_and_measurement::{
    MEDICATION_DISPENSE, MEDICATION_STATEMENT, OBSERVATION, QUESTIONNAIRE_RESPONSE,
};
use note::{COMPOSITION, DETECTED_ISSUE, DEVICE, ENCOUNTER, OPERATION_OUTCOME};
use patient_and_plan::{CARE_PLAN, EPISODE_OF_CARE, ORGANIZATION, PATIENT, PRACTITIONER};

/// The elements of an entry of a Bundle.
pub(super) fn entry() -> &'static Shape {
    &note::BUNDLE_ENTRY
}

/// The resource types that are looked into.
static RESOURCES: &[&Shape] = &[
    &ALLERGY_INTOLERANCE,
    &BUNDLE,
    &CARE_PLAN,
    &COMPOSITION,
    &CONDITION,
    &DETECTED_ISSUE,
    &DEVICE,
    &ENCOUNTER,
    &EPISODE_OF_CARE,
    &MEDICATION_DISPENSE,
    &MEDICATION_STATEMENT,
    &OBSERVATION,
    &OPERATION_OUTCOME,
    &ORGANIZATION,
    &PATIENT,
    &PRACTITIONER,
    &QUESTIONNAIRE_RESPONSE,
];

/// The elements of a resource type; `None` for a type this crate does not know.
pub(super) fn resource(name: &str) -> Option<&'static Shape> {
    RESOURCES.iter().copied().find(|shape| shape.name == name)
}
