//! Medicines: handed out (FHIR reference 5.5), and in use (6).

use super::{
    Annotation, CodeableConcept, Identifier, Quantity, Reference, When, accessors, element_view,
    one, resource_view,
};
use crate::{CodeSystem, DispenseEvent};

resource_view! {
    /// A medicine handed out by a dispenser.
    MedicationDispense
}

accessors! { MedicationDispense:
    /// Identifiers of the event.
    identifiers: many Identifier "identifier";
    /// `completed`, `in-progress` …
    status: text "status";
    /// How it was handed out.
    category: one CodeableConcept "category";
    /// The medicine; mostly only the words that it is unknown.
    medication: one CodeableConcept "medicationCodeableConcept";
    /// The medicine by reference.
    medication_reference: one Reference "medicationReference";
    /// Who got it.
    subject: one Reference "subject";
    /// The dispenser first, then who helped.
    performers: many Performer "performer";
    /// How much.
    quantity: one Quantity "quantity";
    /// When it was prepared.
    when_prepared: time "whenPrepared";
    /// When it was handed out.
    when_handed_over: time "whenHandedOver";
    /// Doses, in words.
    dosages: many Dosage "dosageInstruction";
    /// Notes.
    notes: many Annotation "note";
}

impl MedicationDispense<'_> {
    /// How it was handed out, by VKP's list; `None` for another, an unknown or an older code.
    #[must_use]
    pub fn event(self) -> Option<DispenseEvent> {
        DispenseEvent::from_code(self.category()?.code_in(CodeSystem::DISPENSE_EVENT)?)
    }
}

element_view! {
    /// Who or what handed out.
    Performer
}

accessors! { Performer:
    /// The dispenser or the person.
    actor: one Reference "actor";
    /// Their part.
    function: one CodeableConcept "function";
}

element_view! {
    /// How a medicine is to be taken.
    Dosage
}

accessors! { Dosage:
    /// In words.
    text: text "text";
    /// In words for the patient.
    patient_instruction: text "patientInstruction";
}

resource_view! {
    /// A medicine that somebody takes. What EPJs fill in is not published: nothing is demanded
    /// (FHIR reference 15).
    MedicationStatement
}

accessors! { MedicationStatement:
    /// Identifiers in the EPJ.
    identifiers: many Identifier "identifier";
    /// `active`, `completed`, `stopped` …
    status: text "status";
    /// The medicine.
    medication: one CodeableConcept "medicationCodeableConcept";
    /// The medicine by reference.
    medication_reference: one Reference "medicationReference";
    /// Who takes it.
    subject: one Reference "subject";
    /// When this was stated.
    date_asserted: time "dateAsserted";
    /// What for.
    reasons: many CodeableConcept "reasonCode";
    /// How much and when.
    dosages: many Dosage "dosage";
    /// Notes.
    notes: many Annotation "note";
}

impl<'r> MedicationStatement<'r> {
    /// When it is or was taken.
    #[must_use]
    pub fn effective(self) -> Option<When<'r>> {
        When::of(self.node, "effectiveDateTime", "effectivePeriod")
    }

    /// The medicine in words: the concept, else the name in the reference.
    #[must_use]
    pub fn medicine(self) -> Option<&'r str> {
        self.medication()
            .and_then(CodeableConcept::shown)
            .or_else(|| one::<Reference<'r>>(self.node, "medicationReference")?.display())
    }
}
