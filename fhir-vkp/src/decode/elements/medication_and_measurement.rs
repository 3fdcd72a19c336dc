//! Medicines, measurements and answered questionnaires.

use super::datatypes::{
    ANNOTATION, ATTACHMENT, CODEABLE_CONCEPT, CODING, DOSAGE, IDENTIFIER, PERIOD, QUANTITY, RANGE,
    RATIO, REFERENCE, SAMPLED_DATA, TIMING,
};
use super::required_codes::{
    MEDICATION_STATEMENT_STATUS, MEDICATIONDISPENSE_STATUS, OBSERVATION_STATUS,
    QUESTIONNAIRE_ANSWERS_STATUS,
};
use super::shape::Kind::{
    Boolean, Code, Date, DateTime, Decimal, Instant, Integer, Text, Time, Type,
};
use super::shape::{Base, Shape, many, one};

pub(in crate::decode) static MEDICATION_DISPENSE: Shape = Shape {
    name: "MedicationDispense",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        many("partOf", Type(&REFERENCE)),
        one("status", Code(Some(MEDICATIONDISPENSE_STATUS))).required(),
        one("statusReasonCodeableConcept", Type(&CODEABLE_CONCEPT)).choice("statusReason"),
        one("statusReasonReference", Type(&REFERENCE)).choice("statusReason"),
        one("category", Type(&CODEABLE_CONCEPT)),
        one("medicationCodeableConcept", Type(&CODEABLE_CONCEPT))
            .choice("medication")
            .required(),
        one("medicationReference", Type(&REFERENCE))
            .choice("medication")
            .required(),
        one("subject", Type(&REFERENCE)),
        one("context", Type(&REFERENCE)),
        many("supportingInformation", Type(&REFERENCE)),
        many("performer", Type(&MEDICATION_DISPENSE_PERFORMER)),
        one("location", Type(&REFERENCE)),
        many("authorizingPrescription", Type(&REFERENCE)),
        one("type", Type(&CODEABLE_CONCEPT)),
        one("quantity", Type(&QUANTITY)),
        one("daysSupply", Type(&QUANTITY)),
        one("whenPrepared", DateTime),
        one("whenHandedOver", DateTime),
        one("destination", Type(&REFERENCE)),
        many("receiver", Type(&REFERENCE)),
        many("note", Type(&ANNOTATION)),
        many("dosageInstruction", Type(&DOSAGE)),
        one("substitution", Type(&MEDICATION_DISPENSE_SUBSTITUTION)),
        many("detectedIssue", Type(&REFERENCE)),
        many("eventHistory", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static MEDICATION_DISPENSE_PERFORMER: Shape = Shape {
    name: "MedicationDispense.performer",
    base: Base::Backbone,
    elements: &[
        one("function", Type(&CODEABLE_CONCEPT)),
        one("actor", Type(&REFERENCE)).required(),
    ],
};

pub(in crate::decode) static MEDICATION_DISPENSE_SUBSTITUTION: Shape = Shape {
    name: "MedicationDispense.substitution",
    base: Base::Backbone,
    elements: &[
        one("wasSubstituted", Boolean).required(),
        one("type", Type(&CODEABLE_CONCEPT)),
        many("reason", Type(&CODEABLE_CONCEPT)),
        many("responsibleParty", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static OBSERVATION: Shape = Shape {
    name: "Observation",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        many("basedOn", Type(&REFERENCE)),
        many("partOf", Type(&REFERENCE)),
        one("status", Code(Some(OBSERVATION_STATUS))).required(),
        many("category", Type(&CODEABLE_CONCEPT)),
        one("code", Type(&CODEABLE_CONCEPT)).required(),
        one("subject", Type(&REFERENCE)),
        many("focus", Type(&REFERENCE)),
        one("encounter", Type(&REFERENCE)),
        one("effectiveDateTime", DateTime).choice("effective"),
        one("effectivePeriod", Type(&PERIOD)).choice("effective"),
        one("effectiveTiming", Type(&TIMING)).choice("effective"),
        one("effectiveInstant", Instant).choice("effective"),
        one("issued", Instant),
        many("performer", Type(&REFERENCE)),
        one("valueQuantity", Type(&QUANTITY)).choice("value"),
        one("valueCodeableConcept", Type(&CODEABLE_CONCEPT)).choice("value"),
        one("valueString", Text).choice("value"),
        one("valueBoolean", Boolean).choice("value"),
        one("valueInteger", Integer).choice("value"),
        one("valueRange", Type(&RANGE)).choice("value"),
        one("valueRatio", Type(&RATIO)).choice("value"),
        one("valueSampledData", Type(&SAMPLED_DATA)).choice("value"),
        one("valueTime", Time).choice("value"),
        one("valueDateTime", DateTime).choice("value"),
        one("valuePeriod", Type(&PERIOD)).choice("value"),
        one("dataAbsentReason", Type(&CODEABLE_CONCEPT)),
        many("interpretation", Type(&CODEABLE_CONCEPT)),
        many("note", Type(&ANNOTATION)),
        one("bodySite", Type(&CODEABLE_CONCEPT)),
        one("method", Type(&CODEABLE_CONCEPT)),
        one("specimen", Type(&REFERENCE)),
        one("device", Type(&REFERENCE)),
        many("referenceRange", Type(&OBSERVATION_REFERENCE_RANGE)),
        many("hasMember", Type(&REFERENCE)),
        many("derivedFrom", Type(&REFERENCE)),
        many("component", Type(&OBSERVATION_COMPONENT)),
    ],
};

pub(in crate::decode) static OBSERVATION_REFERENCE_RANGE: Shape = Shape {
    name: "Observation.referenceRange",
    base: Base::Backbone,
    elements: &[
        one("low", Type(&QUANTITY)),
        one("high", Type(&QUANTITY)),
        one("type", Type(&CODEABLE_CONCEPT)),
        many("appliesTo", Type(&CODEABLE_CONCEPT)),
        one("age", Type(&RANGE)),
        one("text", Text),
    ],
};

pub(in crate::decode) static OBSERVATION_COMPONENT: Shape = Shape {
    name: "Observation.component",
    base: Base::Backbone,
    elements: &[
        one("code", Type(&CODEABLE_CONCEPT)).required(),
        one("valueQuantity", Type(&QUANTITY)).choice("value"),
        one("valueCodeableConcept", Type(&CODEABLE_CONCEPT)).choice("value"),
        one("valueString", Text).choice("value"),
        one("valueBoolean", Boolean).choice("value"),
        one("valueInteger", Integer).choice("value"),
        one("valueRange", Type(&RANGE)).choice("value"),
        one("valueRatio", Type(&RATIO)).choice("value"),
        one("valueSampledData", Type(&SAMPLED_DATA)).choice("value"),
        one("valueTime", Time).choice("value"),
        one("valueDateTime", DateTime).choice("value"),
        one("valuePeriod", Type(&PERIOD)).choice("value"),
        one("dataAbsentReason", Type(&CODEABLE_CONCEPT)),
        many("interpretation", Type(&CODEABLE_CONCEPT)),
        many("referenceRange", Type(&OBSERVATION_REFERENCE_RANGE)),
    ],
};

pub(in crate::decode) static QUESTIONNAIRE_RESPONSE: Shape = Shape {
    name: "QuestionnaireResponse",
    base: Base::DomainResource,
    elements: &[
        one("identifier", Type(&IDENTIFIER)),
        many("basedOn", Type(&REFERENCE)),
        many("partOf", Type(&REFERENCE)),
        one("questionnaire", Text),
        one("status", Code(Some(QUESTIONNAIRE_ANSWERS_STATUS))).required(),
        one("subject", Type(&REFERENCE)),
        one("encounter", Type(&REFERENCE)),
        one("authored", DateTime),
        one("author", Type(&REFERENCE)),
        one("source", Type(&REFERENCE)),
        many("item", Type(&QUESTIONNAIRE_RESPONSE_ITEM)),
    ],
};

pub(in crate::decode) static QUESTIONNAIRE_RESPONSE_ITEM: Shape = Shape {
    name: "QuestionnaireResponse.item",
    base: Base::Backbone,
    elements: &[
        one("linkId", Text).required(),
        one("definition", Text),
        one("text", Text),
        many("answer", Type(&QUESTIONNAIRE_RESPONSE_ITEM_ANSWER)),
        many("item", Type(&QUESTIONNAIRE_RESPONSE_ITEM)),
    ],
};

pub(in crate::decode) static QUESTIONNAIRE_RESPONSE_ITEM_ANSWER: Shape = Shape {
    name: "QuestionnaireResponse.item.answer",
    base: Base::Backbone,
    elements: &[
        one("valueBoolean", Boolean).choice("value"),
        one("valueDecimal", Decimal).choice("value"),
        one("valueInteger", Integer).choice("value"),
        one("valueDate", Date).choice("value"),
        one("valueDateTime", DateTime).choice("value"),
        one("valueTime", Time).choice("value"),
        one("valueString", Text).choice("value"),
        one("valueUri", Text).choice("value"),
        one("valueAttachment", Type(&ATTACHMENT)).choice("value"),
        one("valueCoding", Type(&CODING)).choice("value"),
        one("valueQuantity", Type(&QUANTITY)).choice("value"),
        one("valueReference", Type(&REFERENCE)).choice("value"),
        many("item", Type(&QUESTIONNAIRE_RESPONSE_ITEM)),
    ],
};

pub(in crate::decode) static MEDICATION_STATEMENT: Shape = Shape {
    name: "MedicationStatement",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        many("basedOn", Type(&REFERENCE)),
        many("partOf", Type(&REFERENCE)),
        one("status", Code(Some(MEDICATION_STATEMENT_STATUS))).required(),
        many("statusReason", Type(&CODEABLE_CONCEPT)),
        one("category", Type(&CODEABLE_CONCEPT)),
        one("medicationCodeableConcept", Type(&CODEABLE_CONCEPT))
            .choice("medication")
            .required(),
        one("medicationReference", Type(&REFERENCE))
            .choice("medication")
            .required(),
        one("subject", Type(&REFERENCE)).required(),
        one("context", Type(&REFERENCE)),
        one("effectiveDateTime", DateTime).choice("effective"),
        one("effectivePeriod", Type(&PERIOD)).choice("effective"),
        one("dateAsserted", DateTime),
        one("informationSource", Type(&REFERENCE)),
        many("derivedFrom", Type(&REFERENCE)),
        many("reasonCode", Type(&CODEABLE_CONCEPT)),
        many("reasonReference", Type(&REFERENCE)),
        many("note", Type(&ANNOTATION)),
        many("dosage", Type(&DOSAGE)),
    ],
};
