//! Encounter: who watched, by which means (FHIR reference 5.3).

use super::{
    CodeableConcept, Coding, Identifier, Period, Reference, accessors, element_view, resource_view,
};
use crate::{CodeSystem, EncounterMode, EncounterReason};

resource_view! {
    /// The follow-up of an alarm, or a planned supervision.
    Encounter
}

accessors! { Encounter:
    /// Identifiers of it.
    identifiers: many Identifier "identifier";
    /// `finished` …
    status: text "status";
    /// `VR` for digital, `HH` for a visit.
    class: one Coding "class";
    /// Who was looked after.
    subject: one Reference "subject";
    /// Persons and devices, each with the means they used.
    participants: many Participant "participant";
    /// From when to when; the beginning may be unknown.
    period: one Period "period";
    /// Why.
    reasons: many CodeableConcept "reasonCode";
}

impl<'r> Encounter<'r> {
    /// Planned or after an event, by VKP's list.
    #[must_use]
    pub fn reason(self) -> Option<EncounterReason> {
        self.reasons()
            .filter_map(|reason| reason.code_in(CodeSystem::ENCOUNTER_REASON))
            .find_map(EncounterReason::from_code)
    }

    /// Where, in words: `Soverom @ Fjellveien 12`.
    pub fn locations(self) -> impl Iterator<Item = &'r str> + use<'r> {
        let locations = self.node.list("location").iter();
        locations.filter_map(|location| location.get("location")?.text("display"))
    }
}

element_view! {
    /// A person or device with one means of supervision.
    Participant
}

accessors! { Participant:
    /// The means.
    types: many CodeableConcept "type";
    /// When it was used.
    period: one Period "period";
    /// The person or device.
    individual: one Reference "individual";
}

impl Participant<'_> {
    /// The means, by VKP's list; `None` for another or an unknown code.
    #[must_use]
    pub fn mode(self) -> Option<EncounterMode> {
        self.types()
            .filter_map(|means| means.code_in(CodeSystem::ENCOUNTER_MODE))
            .find_map(EncounterMode::from_code)
    }
}
