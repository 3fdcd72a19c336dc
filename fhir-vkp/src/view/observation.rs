//! Observation: measurements of home follow-up (FHIR reference 5.6).

use super::{
    Annotation, CodeableConcept, Coding, Identifier, Period, Quantity, Reference, When, accessors,
    element_view, one, resource_view, time,
};
use crate::DateTime;
use crate::codes::Measure;
use crate::decode::Node;

resource_view! {
    /// A measurement.
    Observation
}

accessors! { Observation:
    /// Identifiers of it.
    identifiers: many Identifier "identifier";
    /// `final`, `amended` …
    status: text "status";
    /// `vital-signs` …
    categories: many CodeableConcept "category";
    /// What was measured.
    code: one CodeableConcept "code";
    /// On whom.
    subject: one Reference "subject";
    /// When it was made available.
    issued: time "issued";
    /// Person and organisation behind it.
    performers: many Reference "performer";
    /// Why there is no value.
    data_absent_reason: one CodeableConcept "dataAbsentReason";
    /// What the value means: high, low …
    interpretations: many CodeableConcept "interpretation";
    /// What it was measured with.
    device: one Reference "device";
    /// The parts: systolic and diastolic.
    components: many Component "component";
    /// Notes.
    notes: many Annotation "note";
}

impl<'r> Observation<'r> {
    /// When it was measured.
    #[must_use]
    pub fn effective(self) -> Option<When<'r>> {
        When::of(self.node, "effectiveDateTime", "effectivePeriod")
    }

    /// What was measured, if it is one of the measures of home follow-up.
    #[must_use]
    pub fn measure(self) -> Option<Measure> {
        measure(self.code()?)
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> Option<ObservationValue<'r>> {
        ObservationValue::of(self.node)
    }
}

fn measure(code: CodeableConcept<'_>) -> Option<Measure> {
    code.codings()
        .find_map(|coding: Coding<'_>| Measure::of(coding.system()?, coding.code()?))
}

element_view! {
    /// One part of a measurement.
    Component
}

accessors! { Component:
    /// What was measured.
    code: one CodeableConcept "code";
    /// Why there is no value.
    data_absent_reason: one CodeableConcept "dataAbsentReason";
}

impl<'r> Component<'r> {
    /// What was measured, if it is one of the measures of home follow-up.
    #[must_use]
    pub fn measure(self) -> Option<Measure> {
        measure(self.code()?)
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> Option<ObservationValue<'r>> {
        ObservationValue::of(self.node)
    }
}

/// What was measured.
#[derive(Clone)]
#[non_exhaustive]
pub enum ObservationValue<'r> {
    /// An amount.
    Quantity(Quantity<'r>),
    /// A concept: awake, unconscious …
    Concept(CodeableConcept<'r>),
    /// A text.
    Text(&'r str),
    /// Yes or no.
    Boolean(bool),
    /// A whole number: a score. The digits as written.
    Integer(&'r str),
    /// A point in time.
    DateTime(DateTime),
    /// A span of time.
    Period(Period<'r>),
    /// Another kind of value, by its tree.
    Other(&'r Node<'r>),
}

impl<'r> ObservationValue<'r> {
    fn of(node: &'r Node<'r>) -> Option<Self> {
        if let Some(quantity) = one(node, "valueQuantity") {
            return Some(Self::Quantity(quantity));
        }
        if let Some(concept) = one(node, "valueCodeableConcept") {
            return Some(Self::Concept(concept));
        }
        if let Some(text) = node.text("valueString") {
            return Some(Self::Text(text));
        }
        if let Some(value) = node.get("valueBoolean").and_then(Node::as_bool) {
            return Some(Self::Boolean(value));
        }
        if let Some(digits) = node.get("valueInteger").and_then(Node::as_number) {
            return Some(Self::Integer(digits));
        }
        if let Some(at) = time(node, "valueDateTime") {
            return Some(Self::DateTime(at));
        }
        if let Some(period) = one(node, "valuePeriod") {
            return Some(Self::Period(period));
        }
        let mut members = node.members().iter();
        members
            .find(|member| member.name().starts_with("value") && !member.node().is_unknown())
            .map(|member| Self::Other(member.node()))
    }
}

super::hidden_debug!(ObservationValue);
