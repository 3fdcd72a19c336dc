//! Conditions and allergies. What EPJs fill in is not published: nothing is demanded
//! (FHIR reference 6 and 15).

use super::{
    Annotation, CodeableConcept, Identifier, Reference, When, accessors, element_view,
    resource_view,
};

resource_view! {
    /// A diagnosis or problem.
    Condition
}

accessors! { Condition:
    /// Identifiers in the EPJ.
    identifiers: many Identifier "identifier";
    /// `active`, `resolved` …
    clinical_status: one CodeableConcept "clinicalStatus";
    /// `confirmed`, `refuted` …
    verification_status: one CodeableConcept "verificationStatus";
    /// Problem, diagnosis …
    categories: many CodeableConcept "category";
    /// How grave it is.
    severity: one CodeableConcept "severity";
    /// What it is.
    code: one CodeableConcept "code";
    /// Who has it.
    subject: one Reference "subject";
    /// When it was written down.
    recorded_date: time "recordedDate";
    /// Notes.
    notes: many Annotation "note";
}

impl<'r> Condition<'r> {
    /// When it began.
    #[must_use]
    pub fn onset(self) -> Option<When<'r>> {
        When::of(self.node, "onsetDateTime", "onsetPeriod")
            .or_else(|| self.node.text("onsetString").map(When::Text))
    }

    /// When it ended.
    #[must_use]
    pub fn abatement(self) -> Option<When<'r>> {
        When::of(self.node, "abatementDateTime", "abatementPeriod")
            .or_else(|| self.node.text("abatementString").map(When::Text))
    }
}

resource_view! {
    /// An allergy or intolerance.
    AllergyIntolerance
}

accessors! { AllergyIntolerance:
    /// Identifiers in the EPJ.
    identifiers: many Identifier "identifier";
    /// `active`, `inactive`, `resolved`.
    clinical_status: one CodeableConcept "clinicalStatus";
    /// `confirmed`, `refuted` …
    verification_status: one CodeableConcept "verificationStatus";
    /// `allergy` or `intolerance`.
    type_: text "type";
    /// `food`, `medication`, `environment`, `biologic`.
    categories: texts "category";
    /// `low`, `high`, `unable-to-assess`.
    criticality: text "criticality";
    /// Against what.
    code: one CodeableConcept "code";
    /// Who has it.
    patient: one Reference "patient";
    /// When it was written down.
    recorded_date: time "recordedDate";
    /// When it was last seen.
    last_occurrence: time "lastOccurrence";
    /// What happened.
    reactions: many Reaction "reaction";
    /// Notes.
    notes: many Annotation "note";
}

impl<'r> AllergyIntolerance<'r> {
    /// When it began.
    #[must_use]
    pub fn onset(self) -> Option<When<'r>> {
        When::of(self.node, "onsetDateTime", "onsetPeriod")
            .or_else(|| self.node.text("onsetString").map(When::Text))
    }
}

element_view! {
    /// One reaction to what somebody does not tolerate.
    Reaction
}

accessors! { Reaction:
    /// To what.
    substance: one CodeableConcept "substance";
    /// How it showed.
    manifestations: many CodeableConcept "manifestation";
    /// In words.
    description: text "description";
    /// When it began.
    onset: time "onset";
    /// `mild`, `moderate`, `severe`.
    severity: text "severity";
}
