//! Conditions and allergies.

use super::datatypes::{
    ANNOTATION, CODEABLE_CONCEPT, IDENTIFIER, PERIOD, QUANTITY, RANGE, REFERENCE,
};
use super::required_codes::{
    ALLERGY_INTOLERANCE_CATEGORY, ALLERGY_INTOLERANCE_CRITICALITY, ALLERGY_INTOLERANCE_TYPE,
    REACTION_EVENT_SEVERITY,
};
use super::shape::Kind::{Code, DateTime, Text, Type};
use super::shape::{Base, Shape, many, one};

pub(in crate::decode) static CONDITION: Shape = Shape {
    name: "Condition",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("clinicalStatus", Type(&CODEABLE_CONCEPT)),
        one("verificationStatus", Type(&CODEABLE_CONCEPT)),
        many("category", Type(&CODEABLE_CONCEPT)),
        one("severity", Type(&CODEABLE_CONCEPT)),
        one("code", Type(&CODEABLE_CONCEPT)),
        many("bodySite", Type(&CODEABLE_CONCEPT)),
        one("subject", Type(&REFERENCE)).required(),
        one("encounter", Type(&REFERENCE)),
        one("onsetDateTime", DateTime).choice("onset"),
        one("onsetAge", Type(&QUANTITY)).choice("onset"),
        one("onsetPeriod", Type(&PERIOD)).choice("onset"),
        one("onsetRange", Type(&RANGE)).choice("onset"),
        one("onsetString", Text).choice("onset"),
        one("abatementDateTime", DateTime).choice("abatement"),
        one("abatementAge", Type(&QUANTITY)).choice("abatement"),
        one("abatementPeriod", Type(&PERIOD)).choice("abatement"),
        one("abatementRange", Type(&RANGE)).choice("abatement"),
        one("abatementString", Text).choice("abatement"),
        one("recordedDate", DateTime),
        one("recorder", Type(&REFERENCE)),
        one("asserter", Type(&REFERENCE)),
        many("stage", Type(&CONDITION_STAGE)),
        many("evidence", Type(&CONDITION_EVIDENCE)),
        many("note", Type(&ANNOTATION)),
    ],
};

pub(in crate::decode) static CONDITION_STAGE: Shape = Shape {
    name: "Condition.stage",
    base: Base::Backbone,
    elements: &[
        one("summary", Type(&CODEABLE_CONCEPT)),
        many("assessment", Type(&REFERENCE)),
        one("type", Type(&CODEABLE_CONCEPT)),
    ],
};

pub(in crate::decode) static CONDITION_EVIDENCE: Shape = Shape {
    name: "Condition.evidence",
    base: Base::Backbone,
    elements: &[
        many("code", Type(&CODEABLE_CONCEPT)),
        many("detail", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static ALLERGY_INTOLERANCE: Shape = Shape {
    name: "AllergyIntolerance",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("clinicalStatus", Type(&CODEABLE_CONCEPT)),
        one("verificationStatus", Type(&CODEABLE_CONCEPT)),
        one("type", Code(Some(ALLERGY_INTOLERANCE_TYPE))),
        many("category", Code(Some(ALLERGY_INTOLERANCE_CATEGORY))),
        one("criticality", Code(Some(ALLERGY_INTOLERANCE_CRITICALITY))),
        one("code", Type(&CODEABLE_CONCEPT)),
        one("patient", Type(&REFERENCE)).required(),
        one("encounter", Type(&REFERENCE)),
        one("onsetDateTime", DateTime).choice("onset"),
        one("onsetAge", Type(&QUANTITY)).choice("onset"),
        one("onsetPeriod", Type(&PERIOD)).choice("onset"),
        one("onsetRange", Type(&RANGE)).choice("onset"),
        one("onsetString", Text).choice("onset"),
        one("recordedDate", DateTime),
        one("recorder", Type(&REFERENCE)),
        one("asserter", Type(&REFERENCE)),
        one("lastOccurrence", DateTime),
        many("note", Type(&ANNOTATION)),
        many("reaction", Type(&ALLERGY_INTOLERANCE_REACTION)),
    ],
};

pub(in crate::decode) static ALLERGY_INTOLERANCE_REACTION: Shape = Shape {
    name: "AllergyIntolerance.reaction",
    base: Base::Backbone,
    elements: &[
        one("substance", Type(&CODEABLE_CONCEPT)),
        many("manifestation", Type(&CODEABLE_CONCEPT)).required(),
        one("description", Text),
        one("onset", DateTime),
        one("severity", Code(Some(REACTION_EVENT_SEVERITY))),
        one("exposureRoute", Type(&CODEABLE_CONCEPT)),
        many("note", Type(&ANNOTATION)),
    ],
};
