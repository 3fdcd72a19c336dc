//! The resources of a journal note, and the refusal.

use super::datatypes::{
    ANNOTATION, CODEABLE_CONCEPT, CODING, CONTACT_POINT, IDENTIFIER, NARRATIVE, PERIOD, QUANTITY,
    REFERENCE, SIGNATURE,
};
use super::required_codes::{
    BUNDLE_TYPE, COMPOSITION_ATTESTATION_MODE, COMPOSITION_STATUS, DETECTEDISSUE_SEVERITY,
    DEVICE_NAMETYPE, DEVICE_STATUS, DOCUMENT_RELATIONSHIP_TYPE, ENCOUNTER_LOCATION_STATUS,
    ENCOUNTER_STATUS, HTTP_VERB, ISSUE_SEVERITY, ISSUE_TYPE, LIST_MODE, OBSERVATION_STATUS,
    SEARCH_ENTRY_MODE, UDI_ENTRY_TYPE, V3_CONFIDENTIALITY_CLASSIFICATION,
};
use super::shape::Kind::{Code, DateTime, Decimal, Instant, Integer, Resource, Text, Type};
use super::shape::{Base, Shape, many, one};

pub(in crate::decode) static BUNDLE: Shape = Shape {
    name: "Bundle",
    base: Base::Resource,
    elements: &[
        one("identifier", Type(&IDENTIFIER)),
        one("type", Code(Some(BUNDLE_TYPE))).required(),
        one("timestamp", Instant),
        one("total", Integer),
        many("link", Type(&BUNDLE_LINK)),
        many("entry", Type(&BUNDLE_ENTRY)),
        one("signature", Type(&SIGNATURE)),
    ],
};

pub(in crate::decode) static BUNDLE_LINK: Shape = Shape {
    name: "Bundle.link",
    base: Base::Backbone,
    elements: &[
        one("relation", Text).required(),
        one("url", Text).required(),
    ],
};

pub(in crate::decode) static BUNDLE_ENTRY: Shape = Shape {
    name: "Bundle.entry",
    base: Base::Backbone,
    elements: &[
        many("link", Type(&BUNDLE_LINK)),
        one("fullUrl", Text),
        one("resource", Resource),
        one("search", Type(&BUNDLE_ENTRY_SEARCH)),
        one("request", Type(&BUNDLE_ENTRY_REQUEST)),
        one("response", Type(&BUNDLE_ENTRY_RESPONSE)),
    ],
};

pub(in crate::decode) static BUNDLE_ENTRY_SEARCH: Shape = Shape {
    name: "Bundle.entry.search",
    base: Base::Backbone,
    elements: &[
        one("mode", Code(Some(SEARCH_ENTRY_MODE))),
        one("score", Decimal),
    ],
};

pub(in crate::decode) static BUNDLE_ENTRY_REQUEST: Shape = Shape {
    name: "Bundle.entry.request",
    base: Base::Backbone,
    elements: &[
        one("method", Code(Some(HTTP_VERB))).required(),
        one("url", Text).required(),
        one("ifNoneMatch", Text),
        one("ifModifiedSince", Instant),
        one("ifMatch", Text),
        one("ifNoneExist", Text),
    ],
};

pub(in crate::decode) static BUNDLE_ENTRY_RESPONSE: Shape = Shape {
    name: "Bundle.entry.response",
    base: Base::Backbone,
    elements: &[
        one("status", Text).required(),
        one("location", Text),
        one("etag", Text),
        one("lastModified", Instant),
        one("outcome", Type(&OPERATION_OUTCOME)),
    ],
};

pub(in crate::decode) static COMPOSITION: Shape = Shape {
    name: "Composition",
    base: Base::DomainResource,
    elements: &[
        one("identifier", Type(&IDENTIFIER)),
        one("status", Code(Some(COMPOSITION_STATUS))).required(),
        one("type", Type(&CODEABLE_CONCEPT)).required(),
        many("category", Type(&CODEABLE_CONCEPT)),
        one("subject", Type(&REFERENCE)),
        one("encounter", Type(&REFERENCE)),
        one("date", DateTime).required(),
        many("author", Type(&REFERENCE)).required(),
        one("title", Text).required(),
        one(
            "confidentiality",
            Code(Some(V3_CONFIDENTIALITY_CLASSIFICATION)),
        ),
        many("attester", Type(&COMPOSITION_ATTESTER)),
        one("custodian", Type(&REFERENCE)),
        many("relatesTo", Type(&COMPOSITION_RELATES_TO)),
        many("event", Type(&COMPOSITION_EVENT)),
        many("section", Type(&COMPOSITION_SECTION)),
    ],
};

pub(in crate::decode) static COMPOSITION_ATTESTER: Shape = Shape {
    name: "Composition.attester",
    base: Base::Backbone,
    elements: &[
        one("mode", Code(Some(COMPOSITION_ATTESTATION_MODE))).required(),
        one("time", DateTime),
        one("party", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static COMPOSITION_RELATES_TO: Shape = Shape {
    name: "Composition.relatesTo",
    base: Base::Backbone,
    elements: &[
        one("code", Code(Some(DOCUMENT_RELATIONSHIP_TYPE))).required(),
        one("targetIdentifier", Type(&IDENTIFIER))
            .choice("target")
            .required(),
        one("targetReference", Type(&REFERENCE))
            .choice("target")
            .required(),
    ],
};

pub(in crate::decode) static COMPOSITION_EVENT: Shape = Shape {
    name: "Composition.event",
    base: Base::Backbone,
    elements: &[
        many("code", Type(&CODEABLE_CONCEPT)),
        one("period", Type(&PERIOD)),
        many("detail", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static COMPOSITION_SECTION: Shape = Shape {
    name: "Composition.section",
    base: Base::Backbone,
    elements: &[
        one("title", Text),
        one("code", Type(&CODEABLE_CONCEPT)),
        many("author", Type(&REFERENCE)),
        one("focus", Type(&REFERENCE)),
        one("text", Type(&NARRATIVE)),
        one("mode", Code(Some(LIST_MODE))),
        one("orderedBy", Type(&CODEABLE_CONCEPT)),
        many("entry", Type(&REFERENCE)),
        one("emptyReason", Type(&CODEABLE_CONCEPT)),
        many("section", Type(&COMPOSITION_SECTION)),
    ],
};

pub(in crate::decode) static DETECTED_ISSUE: Shape = Shape {
    name: "DetectedIssue",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("status", Code(Some(OBSERVATION_STATUS))).required(),
        one("code", Type(&CODEABLE_CONCEPT)),
        one("severity", Code(Some(DETECTEDISSUE_SEVERITY))),
        one("patient", Type(&REFERENCE)),
        one("identifiedDateTime", DateTime).choice("identified"),
        one("identifiedPeriod", Type(&PERIOD)).choice("identified"),
        one("author", Type(&REFERENCE)),
        many("implicated", Type(&REFERENCE)),
        many("evidence", Type(&DETECTED_ISSUE_EVIDENCE)),
        one("detail", Text),
        one("reference", Text),
        many("mitigation", Type(&DETECTED_ISSUE_MITIGATION)),
    ],
};

pub(in crate::decode) static DETECTED_ISSUE_EVIDENCE: Shape = Shape {
    name: "DetectedIssue.evidence",
    base: Base::Backbone,
    elements: &[
        many("code", Type(&CODEABLE_CONCEPT)),
        many("detail", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static DETECTED_ISSUE_MITIGATION: Shape = Shape {
    name: "DetectedIssue.mitigation",
    base: Base::Backbone,
    elements: &[
        one("action", Type(&CODEABLE_CONCEPT)).required(),
        one("date", DateTime),
        one("author", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static DEVICE: Shape = Shape {
    name: "Device",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("definition", Type(&REFERENCE)),
        many("udiCarrier", Type(&DEVICE_UDI_CARRIER)),
        one("status", Code(Some(DEVICE_STATUS))),
        many("statusReason", Type(&CODEABLE_CONCEPT)),
        one("distinctIdentifier", Text),
        one("manufacturer", Text),
        one("manufactureDate", DateTime),
        one("expirationDate", DateTime),
        one("lotNumber", Text),
        one("serialNumber", Text),
        many("deviceName", Type(&DEVICE_DEVICE_NAME)),
        one("modelNumber", Text),
        one("partNumber", Text),
        one("type", Type(&CODEABLE_CONCEPT)),
        many("specialization", Type(&DEVICE_SPECIALIZATION)),
        many("version", Type(&DEVICE_VERSION)),
        many("property", Type(&DEVICE_PROPERTY)),
        one("patient", Type(&REFERENCE)),
        one("owner", Type(&REFERENCE)),
        many("contact", Type(&CONTACT_POINT)),
        one("location", Type(&REFERENCE)),
        one("url", Text),
        many("note", Type(&ANNOTATION)),
        many("safety", Type(&CODEABLE_CONCEPT)),
        one("parent", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static DEVICE_UDI_CARRIER: Shape = Shape {
    name: "Device.udiCarrier",
    base: Base::Backbone,
    elements: &[
        one("deviceIdentifier", Text),
        one("issuer", Text),
        one("jurisdiction", Text),
        one("carrierAIDC", Text),
        one("carrierHRF", Text),
        one("entryType", Code(Some(UDI_ENTRY_TYPE))),
    ],
};

pub(in crate::decode) static DEVICE_DEVICE_NAME: Shape = Shape {
    name: "Device.deviceName",
    base: Base::Backbone,
    elements: &[
        one("name", Text).required(),
        one("type", Code(Some(DEVICE_NAMETYPE))).required(),
    ],
};

pub(in crate::decode) static DEVICE_SPECIALIZATION: Shape = Shape {
    name: "Device.specialization",
    base: Base::Backbone,
    elements: &[
        one("systemType", Type(&CODEABLE_CONCEPT)).required(),
        one("version", Text),
    ],
};

pub(in crate::decode) static DEVICE_VERSION: Shape = Shape {
    name: "Device.version",
    base: Base::Backbone,
    elements: &[
        one("type", Type(&CODEABLE_CONCEPT)),
        one("component", Type(&IDENTIFIER)),
        one("value", Text).required(),
    ],
};

pub(in crate::decode) static DEVICE_PROPERTY: Shape = Shape {
    name: "Device.property",
    base: Base::Backbone,
    elements: &[
        one("type", Type(&CODEABLE_CONCEPT)).required(),
        many("valueQuantity", Type(&QUANTITY)),
        many("valueCode", Type(&CODEABLE_CONCEPT)),
    ],
};

pub(in crate::decode) static ENCOUNTER: Shape = Shape {
    name: "Encounter",
    base: Base::DomainResource,
    elements: &[
        many("identifier", Type(&IDENTIFIER)),
        one("status", Code(Some(ENCOUNTER_STATUS))).required(),
        many("statusHistory", Type(&ENCOUNTER_STATUS_HISTORY)),
        one("class", Type(&CODING)).required(),
        many("classHistory", Type(&ENCOUNTER_CLASS_HISTORY)),
        many("type", Type(&CODEABLE_CONCEPT)),
        one("serviceType", Type(&CODEABLE_CONCEPT)),
        one("priority", Type(&CODEABLE_CONCEPT)),
        one("subject", Type(&REFERENCE)),
        many("episodeOfCare", Type(&REFERENCE)),
        many("basedOn", Type(&REFERENCE)),
        many("participant", Type(&ENCOUNTER_PARTICIPANT)),
        many("appointment", Type(&REFERENCE)),
        one("period", Type(&PERIOD)),
        one("length", Type(&QUANTITY)),
        many("reasonCode", Type(&CODEABLE_CONCEPT)),
        many("reasonReference", Type(&REFERENCE)),
        many("diagnosis", Type(&ENCOUNTER_DIAGNOSIS)),
        many("account", Type(&REFERENCE)),
        one("hospitalization", Type(&ENCOUNTER_HOSPITALIZATION)),
        many("location", Type(&ENCOUNTER_LOCATION)),
        one("serviceProvider", Type(&REFERENCE)),
        one("partOf", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static ENCOUNTER_STATUS_HISTORY: Shape = Shape {
    name: "Encounter.statusHistory",
    base: Base::Backbone,
    elements: &[
        one("status", Code(Some(ENCOUNTER_STATUS))).required(),
        one("period", Type(&PERIOD)).required(),
    ],
};

pub(in crate::decode) static ENCOUNTER_CLASS_HISTORY: Shape = Shape {
    name: "Encounter.classHistory",
    base: Base::Backbone,
    elements: &[
        one("class", Type(&CODING)).required(),
        one("period", Type(&PERIOD)).required(),
    ],
};

pub(in crate::decode) static ENCOUNTER_PARTICIPANT: Shape = Shape {
    name: "Encounter.participant",
    base: Base::Backbone,
    elements: &[
        many("type", Type(&CODEABLE_CONCEPT)),
        one("period", Type(&PERIOD)),
        one("individual", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static ENCOUNTER_DIAGNOSIS: Shape = Shape {
    name: "Encounter.diagnosis",
    base: Base::Backbone,
    elements: &[
        one("condition", Type(&REFERENCE)).required(),
        one("use", Type(&CODEABLE_CONCEPT)),
        one("rank", Integer),
    ],
};

pub(in crate::decode) static ENCOUNTER_HOSPITALIZATION: Shape = Shape {
    name: "Encounter.hospitalization",
    base: Base::Backbone,
    elements: &[
        one("preAdmissionIdentifier", Type(&IDENTIFIER)),
        one("origin", Type(&REFERENCE)),
        one("admitSource", Type(&CODEABLE_CONCEPT)),
        one("reAdmission", Type(&CODEABLE_CONCEPT)),
        many("dietPreference", Type(&CODEABLE_CONCEPT)),
        many("specialCourtesy", Type(&CODEABLE_CONCEPT)),
        many("specialArrangement", Type(&CODEABLE_CONCEPT)),
        one("destination", Type(&REFERENCE)),
        one("dischargeDisposition", Type(&CODEABLE_CONCEPT)),
    ],
};

pub(in crate::decode) static ENCOUNTER_LOCATION: Shape = Shape {
    name: "Encounter.location",
    base: Base::Backbone,
    elements: &[
        one("location", Type(&REFERENCE)).required(),
        one("status", Code(Some(ENCOUNTER_LOCATION_STATUS))),
        one("physicalType", Type(&CODEABLE_CONCEPT)),
        one("period", Type(&PERIOD)),
    ],
};

pub(in crate::decode) static OPERATION_OUTCOME: Shape = Shape {
    name: "OperationOutcome",
    base: Base::DomainResource,
    elements: &[many("issue", Type(&OPERATION_OUTCOME_ISSUE)).required()],
};

pub(in crate::decode) static OPERATION_OUTCOME_ISSUE: Shape = Shape {
    name: "OperationOutcome.issue",
    base: Base::Backbone,
    elements: &[
        one("severity", Code(Some(ISSUE_SEVERITY))).required(),
        one("code", Code(Some(ISSUE_TYPE))).required(),
        one("details", Type(&CODEABLE_CONCEPT)),
        one("diagnostics", Text),
        many("location", Text),
        many("expression", Text),
    ],
};
