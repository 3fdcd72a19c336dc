//! The patient, services, plans, organisations and people.

use super::datatypes::{
    ADDRESS, ANNOTATION, ATTACHMENT, CODEABLE_CONCEPT, CONTACT_POINT, HUMAN_NAME, IDENTIFIER,
    PERIOD, QUANTITY, REFERENCE, TIMING,
};
use super::required_codes::{
    ADMINISTRATIVE_GENDER, CARE_PLAN_ACTIVITY_KIND, CARE_PLAN_ACTIVITY_STATUS, CARE_PLAN_INTENT,
    EPISODE_OF_CARE_STATUS, LINK_TYPE, REQUEST_STATUS,
};
use super::shape::Kind::{Boolean, Code, Date, DateTime, Integer, Text, Type};
use super::shape::{Base, Shape, many, one};

pub(in crate::decode) static PATIENT: Shape = Shape {
    name: "Patient",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("active", Boolean),
        many("name", Type(&HUMAN_NAME)),
        many("telecom", Type(&CONTACT_POINT)),
        one("gender", Code(Some(ADMINISTRATIVE_GENDER))),
        one("birthDate", Date),
        one("deceasedBoolean", Boolean).choice("deceased"),
        one("deceasedDateTime", DateTime).choice("deceased"),
        many("address", Type(&ADDRESS)),
        one("maritalStatus", Type(&CODEABLE_CONCEPT)),
        one("multipleBirthBoolean", Boolean).choice("multipleBirth"),
        one("multipleBirthInteger", Integer).choice("multipleBirth"),
        many("photo", Type(&ATTACHMENT)),
        many("contact", Type(&PATIENT_CONTACT)),
        many("communication", Type(&PATIENT_COMMUNICATION)),
        many("generalPractitioner", Type(&REFERENCE)),
        one("managingOrganization", Type(&REFERENCE)),
        many("link", Type(&PATIENT_LINK)),
    ],
};

pub(in crate::decode) static PATIENT_CONTACT: Shape = Shape {
    name: "Patient.contact",
    base: Base::Backbone,
    elements: &[
        many("relationship", Type(&CODEABLE_CONCEPT)),
        one("name", Type(&HUMAN_NAME)),
        many("telecom", Type(&CONTACT_POINT)),
        one("address", Type(&ADDRESS)),
        one("gender", Code(Some(ADMINISTRATIVE_GENDER))),
        one("organization", Type(&REFERENCE)),
        one("period", Type(&PERIOD)),
    ],
};

pub(in crate::decode) static PATIENT_COMMUNICATION: Shape = Shape {
    name: "Patient.communication",
    base: Base::Backbone,
    elements: &[
        one("language", Type(&CODEABLE_CONCEPT)).required(),
        one("preferred", Boolean),
    ],
};

pub(in crate::decode) static PATIENT_LINK: Shape = Shape {
    name: "Patient.link",
    base: Base::Backbone,
    elements: &[
        one("other", Type(&REFERENCE)).required(),
        one("type", Code(Some(LINK_TYPE))).required(),
    ],
};

pub(in crate::decode) static EPISODE_OF_CARE: Shape = Shape {
    name: "EpisodeOfCare",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("status", Code(Some(EPISODE_OF_CARE_STATUS))).required(),
        many("statusHistory", Type(&EPISODE_OF_CARE_STATUS_HISTORY)),
        many("type", Type(&CODEABLE_CONCEPT)),
        many("diagnosis", Type(&EPISODE_OF_CARE_DIAGNOSIS)),
        one("patient", Type(&REFERENCE)).required(),
        one("managingOrganization", Type(&REFERENCE)),
        one("period", Type(&PERIOD)),
        many("referralRequest", Type(&REFERENCE)),
        one("careManager", Type(&REFERENCE)),
        many("team", Type(&REFERENCE)),
        many("account", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static EPISODE_OF_CARE_STATUS_HISTORY: Shape = Shape {
    name: "EpisodeOfCare.statusHistory",
    base: Base::Backbone,
    elements: &[
        one("status", Code(Some(EPISODE_OF_CARE_STATUS))).required(),
        one("period", Type(&PERIOD)).required(),
    ],
};

pub(in crate::decode) static EPISODE_OF_CARE_DIAGNOSIS: Shape = Shape {
    name: "EpisodeOfCare.diagnosis",
    base: Base::Backbone,
    elements: &[
        one("condition", Type(&REFERENCE)).required(),
        one("role", Type(&CODEABLE_CONCEPT)),
        one("rank", Integer),
    ],
};

pub(in crate::decode) static CARE_PLAN: Shape = Shape {
    name: "CarePlan",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        many("instantiatesCanonical", Text),
        many("instantiatesUri", Text),
        many("basedOn", Type(&REFERENCE)),
        many("replaces", Type(&REFERENCE)),
        many("partOf", Type(&REFERENCE)),
        one("status", Code(Some(REQUEST_STATUS))).required(),
        one("intent", Code(Some(CARE_PLAN_INTENT))).required(),
        many("category", Type(&CODEABLE_CONCEPT)),
        one("title", Text),
        one("description", Text),
        one("subject", Type(&REFERENCE)).required(),
        one("encounter", Type(&REFERENCE)),
        one("period", Type(&PERIOD)),
        one("created", DateTime),
        one("author", Type(&REFERENCE)),
        many("contributor", Type(&REFERENCE)),
        many("careTeam", Type(&REFERENCE)),
        many("addresses", Type(&REFERENCE)),
        many("supportingInfo", Type(&REFERENCE)),
        many("goal", Type(&REFERENCE)),
        many("activity", Type(&CARE_PLAN_ACTIVITY)),
        many("note", Type(&ANNOTATION)),
    ],
};

pub(in crate::decode) static CARE_PLAN_ACTIVITY: Shape = Shape {
    name: "CarePlan.activity",
    base: Base::Backbone,
    elements: &[
        many("outcomeCodeableConcept", Type(&CODEABLE_CONCEPT)),
        many("outcomeReference", Type(&REFERENCE)),
        many("progress", Type(&ANNOTATION)),
        one("reference", Type(&REFERENCE)),
        one("detail", Type(&CARE_PLAN_ACTIVITY_DETAIL)),
    ],
};

pub(in crate::decode) static CARE_PLAN_ACTIVITY_DETAIL: Shape = Shape {
    name: "CarePlan.activity.detail",
    base: Base::Backbone,
    elements: &[
        one("kind", Code(Some(CARE_PLAN_ACTIVITY_KIND))),
        many("instantiatesCanonical", Text),
        many("instantiatesUri", Text),
        one("code", Type(&CODEABLE_CONCEPT)),
        many("reasonCode", Type(&CODEABLE_CONCEPT)),
        many("reasonReference", Type(&REFERENCE)),
        many("goal", Type(&REFERENCE)),
        one("status", Code(Some(CARE_PLAN_ACTIVITY_STATUS))).required(),
        one("statusReason", Type(&CODEABLE_CONCEPT)),
        one("doNotPerform", Boolean),
        one("scheduledTiming", Type(&TIMING)).choice("scheduled"),
        one("scheduledPeriod", Type(&PERIOD)).choice("scheduled"),
        one("scheduledString", Text).choice("scheduled"),
        one("location", Type(&REFERENCE)),
        many("performer", Type(&REFERENCE)),
        one("productCodeableConcept", Type(&CODEABLE_CONCEPT)).choice("product"),
        one("productReference", Type(&REFERENCE)).choice("product"),
        one("dailyAmount", Type(&QUANTITY)),
        one("quantity", Type(&QUANTITY)),
        one("description", Text),
    ],
};

pub(in crate::decode) static ORGANIZATION: Shape = Shape {
    name: "Organization",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("active", Boolean),
        many("type", Type(&CODEABLE_CONCEPT)),
        one("name", Text),
        many("alias", Text),
        many("telecom", Type(&CONTACT_POINT)),
        many("address", Type(&ADDRESS)),
        one("partOf", Type(&REFERENCE)),
        many("contact", Type(&ORGANIZATION_CONTACT)),
        many("endpoint", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static ORGANIZATION_CONTACT: Shape = Shape {
    name: "Organization.contact",
    base: Base::Backbone,
    elements: &[
        one("purpose", Type(&CODEABLE_CONCEPT)),
        one("name", Type(&HUMAN_NAME)),
        many("telecom", Type(&CONTACT_POINT)),
        one("address", Type(&ADDRESS)),
    ],
};

pub(in crate::decode) static PRACTITIONER: Shape = Shape {
    name: "Practitioner",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("active", Boolean),
        many("name", Type(&HUMAN_NAME)),
        many("telecom", Type(&CONTACT_POINT)),
        many("address", Type(&ADDRESS)),
        one("gender", Code(Some(ADMINISTRATIVE_GENDER))),
        one("birthDate", Date),
        many("photo", Type(&ATTACHMENT)),
        many("qualification", Type(&PRACTITIONER_QUALIFICATION)),
        many("communication", Type(&CODEABLE_CONCEPT)),
    ],
};

pub(in crate::decode) static PRACTITIONER_QUALIFICATION: Shape = Shape {
    name: "Practitioner.qualification",
    base: Base::Backbone,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("code", Type(&CODEABLE_CONCEPT)).required(),
        one("period", Type(&PERIOD)),
        one("issuer", Type(&REFERENCE)),
    ],
};
