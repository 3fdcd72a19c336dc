//! Data types that many resources share: identifiers, references, codes, periods.

use super::EncodeError;
use super::json::{Array, Object};
use crate::codes::CodeSystem;
use crate::identifier::system;
use crate::note::{
    Concept, Device, ExtraCoding, Operator, Period, Quantity, Text, is_address, is_visible_ascii,
};
use crate::{Identifier, IdentifierKind, Person, Uuid};

/// `resourceType`, and the profile in `meta` if one is claimed.
pub(super) fn head(o: &mut Object<'_, '_>, resource: &'static str, profile: Option<&'static str>) {
    o.constant("resourceType", resource);
    if let Some(profile) = profile {
        o.object("meta", |o| {
            o.array("profile", |a| a.constant(profile));
        });
    }
}

/// A UUID as business identifier.
pub(super) fn uuid_identifier(o: &mut Object<'_, '_>, uuid: Uuid) {
    o.constant("system", system::UUID);
    o.uuid("value", uuid);
}

/// `identifier` with one UUID, as most resources have it.
pub(super) fn own_identifier(o: &mut Object<'_, '_>, uuid: Uuid) {
    o.array_of_one("identifier", |o| uuid_identifier(o, uuid));
}

/// The inside of an Identifier.
pub(super) fn identifier(o: &mut Object<'_, '_>, identifier: &Identifier, element: &'static str) {
    let (address, value) = (identifier.canonical_system(), identifier.reveal());
    let is_local = address == system::H_NUMBER;
    let is_good =
        is_visible_ascii(value) || !(value.trim().is_empty() || value.contains(char::is_control));
    if !(is_good && (is_local || is_address(address))) {
        o.fail(EncodeError::InvalidIdentifier { element });
    }
    if is_local {
        let coding = |o: &mut Object<'_, '_>| {
            o.constant("system", system::PERSON_ID_TYPE);
            o.constant("code", "HNR");
        };
        o.object("type", |o| {
            o.array_of_one("coding", coding);
        });
    }
    o.any_text("system", address);
    o.any_text("value", value);
    if is_local {
        let assigner = identifier.assigner().unwrap_or_default();
        if !o.object("assigner", |o| o.any_text("display", assigner)) {
            o.fail(EncodeError::NoAssigner { element });
        }
    }
}

/// The inside of a logical reference (FHIR reference 3).
pub(super) fn person(o: &mut Object<'_, '_>, person: &Person, element: &'static str) {
    let name = person.name.as_deref().unwrap_or_default();
    if person.identifier.is_none() && name.trim().is_empty() {
        o.fail(EncodeError::EmptyReference { element });
    }
    if let Some(found) = &person.identifier {
        o.object("identifier", |o| identifier(o, found, element));
    }
    o.any_text("display", name);
}

/// A reference to the one who wrote.
pub(super) fn operator(o: &mut Object<'_, '_>, operator: &Operator, element: &'static str) {
    person(o, operator.person(), element);
}

/// A reference to the patient. An identifier is demanded, and not one of an organisation or of health
/// personnel.
pub(super) fn patient(
    o: &mut Object<'_, '_>,
    name: &'static str,
    patient: &Person,
    element: &'static str,
) {
    match patient.identifier.as_ref().map(Identifier::kind) {
        None => o.fail(EncodeError::NoPatient { element }),
        Some(
            kind @ (IdentifierKind::Hpr
            | IdentifierKind::Organisation
            | IdentifierKind::Resh
            | IdentifierKind::HerId),
        ) => o.fail(EncodeError::WrongIdentifier { element, kind }),
        Some(_) => {
            o.object(name, |o| person(o, patient, element));
        }
    }
}

/// Whether a person is known by a national number, as PMD and the profile of MedicationDispense demand.
pub(super) fn is_national(person: &Person) -> bool {
    let identifier = person.identifier.as_ref();
    identifier.is_some_and(|identifier| identifier.kind().is_national())
}

/// A reference to a device by identifier and name.
pub(super) fn logical_device(o: &mut Object<'_, '_>, device: &Device, element: &'static str) {
    o.object("identifier", |o| identifier(o, &device.identifier, element));
    o.text("display", device.name.as_ref());
}

/// The code lists of VKP that are written.
pub(super) trait Code: Copy {
    /// System, code and display.
    fn parts(self) -> (CodeSystem, &'static str, &'static str);
}

/// Implements [`Code`].
macro_rules! code {
    ($($name:ident)+) => {
        $(impl Code for crate::codes::$name {
            fn parts(self) -> (CodeSystem, &'static str, &'static str) {
                (Self::SYSTEM, self.code(), self.display())
            }
        })+
    };
}
code! { AlertCode DispenseEvent EncounterMode EncounterReason NoteCategory NoteEvent NoteSection }

/// The inside of a Coding.
pub(super) fn coding(o: &mut Object<'_, '_>, code: impl Code) {
    let (system, code, display) = code.parts();
    o.constant("system", system.url());
    o.constant("code", code);
    if !display.is_empty() {
        o.constant("display", display);
    }
}

/// The inside of a CodeableConcept with one coding.
pub(super) fn concept_of(o: &mut Object<'_, '_>, code: impl Code) {
    o.array_of_one("coding", |o| coding(o, code));
}

/// The inside of a Coding of another system.
pub(super) fn extra_coding(o: &mut Object<'_, '_>, coding: &ExtraCoding) {
    o.any_text("system", coding.system());
    o.any_text("code", coding.code());
    o.any_text("display", coding.display().unwrap_or_default());
}

/// Codings of other systems, as members of `coding`.
pub(super) fn extra_codings(a: &mut Array<'_, '_>, codings: &[ExtraCoding]) {
    for coding in codings {
        a.object(|o| extra_coding(o, coding));
    }
}

/// The inside of a CodeableConcept of other systems.
pub(super) fn concept(o: &mut Object<'_, '_>, codings: &[ExtraCoding], text: Option<&Text>) {
    o.array("coding", |a| extra_codings(a, codings));
    o.text("text", text);
}

/// The inside of a CodeableConcept of a value.
pub(super) fn value_concept(o: &mut Object<'_, '_>, value: &Concept) {
    concept(o, value.codings(), value.text());
}

/// The inside of a Period.
pub(super) fn period(o: &mut Object<'_, '_>, period: &Period) {
    if let Some(start) = period.start() {
        o.date_time("start", start);
    }
    if let Some(end) = period.end() {
        o.date_time("end", end);
    }
}

/// The inside of a Quantity.
pub(super) fn quantity(o: &mut Object<'_, '_>, quantity: &Quantity) {
    o.decimal("value", &quantity.value);
    o.text("unit", quantity.unit.as_ref());
    if quantity.ucum.is_some() {
        o.constant("system", UCUM);
        o.text("code", quantity.ucum.as_ref());
    }
}

/// The code system of units.
pub(super) const UCUM: &str = "http://unitsofmeasure.org";
