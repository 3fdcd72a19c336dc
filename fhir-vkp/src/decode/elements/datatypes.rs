//! The data types.

use super::required_codes::{
    ADDRESS_TYPE, ADDRESS_USE, CONTACT_POINT_SYSTEM, CONTACT_POINT_USE, DAYS_OF_WEEK, EVENT_TIMING,
    IDENTIFIER_USE, NAME_USE, NARRATIVE_STATUS, QUANTITY_COMPARATOR, UNITS_OF_TIME,
};
use super::shape::Kind::{Boolean, Code, DateTime, Decimal, Instant, Integer, Text, Time, Type};
use super::shape::{Base, Shape, many, one};

pub(in crate::decode) static META: Shape = Shape {
    name: "Meta",
    base: Base::Element,
    elements: &[
        one("versionId", Text),
        one("lastUpdated", Instant),
        one("source", Text),
        many("profile", Text),
        many("security", Type(&CODING)),
        many("tag", Type(&CODING)),
    ],
};

pub(in crate::decode) static NARRATIVE: Shape = Shape {
    name: "Narrative",
    base: Base::Element,
    elements: &[
        one("status", Code(Some(NARRATIVE_STATUS))).required(),
        one("div", Text).required(),
    ],
};

pub(in crate::decode) static IDENTIFIER: Shape = Shape {
    name: "Identifier",
    base: Base::Element,
    elements: &[
        one("use", Code(Some(IDENTIFIER_USE))),
        one("type", Type(&CODEABLE_CONCEPT)),
        one("system", Text),
        one("value", Text),
        one("period", Type(&PERIOD)),
        one("assigner", Type(&REFERENCE)),
    ],
};

pub(in crate::decode) static SIGNATURE: Shape = Shape {
    name: "Signature",
    base: Base::Element,
    elements: &[
        many("type", Type(&CODING)).required(),
        one("when", Instant).required(),
        one("who", Type(&REFERENCE)).required(),
        one("onBehalfOf", Type(&REFERENCE)),
        one("targetFormat", Code(None)),
        one("sigFormat", Code(None)),
        one("data", Text),
    ],
};

pub(in crate::decode) static CODEABLE_CONCEPT: Shape = Shape {
    name: "CodeableConcept",
    base: Base::Element,
    elements: &[many("coding", Type(&CODING)), one("text", Text)],
};

pub(in crate::decode) static REFERENCE: Shape = Shape {
    name: "Reference",
    base: Base::Element,
    elements: &[
        one("reference", Text),
        one("type", Text),
        one("identifier", Type(&IDENTIFIER)),
        one("display", Text),
    ],
};

pub(in crate::decode) static PERIOD: Shape = Shape {
    name: "Period",
    base: Base::Element,
    elements: &[one("start", DateTime), one("end", DateTime)],
};

pub(in crate::decode) static QUANTITY: Shape = Shape {
    name: "Quantity",
    base: Base::Element,
    elements: &[
        one("value", Decimal),
        one("comparator", Code(Some(QUANTITY_COMPARATOR))),
        one("unit", Text),
        one("system", Text),
        one("code", Code(None)),
    ],
};

pub(in crate::decode) static CONTACT_POINT: Shape = Shape {
    name: "ContactPoint",
    base: Base::Element,
    elements: &[
        one("system", Code(Some(CONTACT_POINT_SYSTEM))),
        one("value", Text),
        one("use", Code(Some(CONTACT_POINT_USE))),
        one("rank", Integer),
        one("period", Type(&PERIOD)),
    ],
};

pub(in crate::decode) static ANNOTATION: Shape = Shape {
    name: "Annotation",
    base: Base::Element,
    elements: &[
        one("authorReference", Type(&REFERENCE)).choice("author"),
        one("authorString", Text).choice("author"),
        one("time", DateTime),
        one("text", Text).required(),
    ],
};

pub(in crate::decode) static CODING: Shape = Shape {
    name: "Coding",
    base: Base::Element,
    elements: &[
        one("system", Text),
        one("version", Text),
        one("code", Code(None)),
        one("display", Text),
        one("userSelected", Boolean),
    ],
};

pub(in crate::decode) static DOSAGE: Shape = Shape {
    name: "Dosage",
    base: Base::Backbone,
    elements: &[
        one("sequence", Integer),
        one("text", Text),
        many("additionalInstruction", Type(&CODEABLE_CONCEPT)),
        one("patientInstruction", Text),
        one("timing", Type(&TIMING)),
        one("asNeededBoolean", Boolean).choice("asNeeded"),
        one("asNeededCodeableConcept", Type(&CODEABLE_CONCEPT)).choice("asNeeded"),
        one("site", Type(&CODEABLE_CONCEPT)),
        one("route", Type(&CODEABLE_CONCEPT)),
        one("method", Type(&CODEABLE_CONCEPT)),
        many("doseAndRate", Type(&DOSAGE_DOSE_AND_RATE)),
        one("maxDosePerPeriod", Type(&RATIO)),
        one("maxDosePerAdministration", Type(&QUANTITY)),
        one("maxDosePerLifetime", Type(&QUANTITY)),
    ],
};

pub(in crate::decode) static DOSAGE_DOSE_AND_RATE: Shape = Shape {
    name: "Dosage.doseAndRate",
    base: Base::Element,
    elements: &[
        one("type", Type(&CODEABLE_CONCEPT)),
        one("doseRange", Type(&RANGE)).choice("dose"),
        one("doseQuantity", Type(&QUANTITY)).choice("dose"),
        one("rateRatio", Type(&RATIO)).choice("rate"),
        one("rateRange", Type(&RANGE)).choice("rate"),
        one("rateQuantity", Type(&QUANTITY)).choice("rate"),
    ],
};

pub(in crate::decode) static TIMING: Shape = Shape {
    name: "Timing",
    base: Base::Backbone,
    elements: &[
        many("event", DateTime),
        one("repeat", Type(&TIMING_REPEAT)),
        one("code", Type(&CODEABLE_CONCEPT)),
    ],
};

pub(in crate::decode) static TIMING_REPEAT: Shape = Shape {
    name: "Timing.repeat",
    base: Base::Element,
    elements: &[
        one("boundsDuration", Type(&QUANTITY)).choice("bounds"),
        one("boundsRange", Type(&RANGE)).choice("bounds"),
        one("boundsPeriod", Type(&PERIOD)).choice("bounds"),
        one("count", Integer),
        one("countMax", Integer),
        one("duration", Decimal),
        one("durationMax", Decimal),
        one("durationUnit", Code(Some(UNITS_OF_TIME))),
        one("frequency", Integer),
        one("frequencyMax", Integer),
        one("period", Decimal),
        one("periodMax", Decimal),
        one("periodUnit", Code(Some(UNITS_OF_TIME))),
        many("dayOfWeek", Code(Some(DAYS_OF_WEEK))),
        many("timeOfDay", Time),
        many("when", Code(Some(EVENT_TIMING))),
        one("offset", Integer),
    ],
};

pub(in crate::decode) static RANGE: Shape = Shape {
    name: "Range",
    base: Base::Element,
    elements: &[one("low", Type(&QUANTITY)), one("high", Type(&QUANTITY))],
};

pub(in crate::decode) static RATIO: Shape = Shape {
    name: "Ratio",
    base: Base::Element,
    elements: &[
        one("numerator", Type(&QUANTITY)),
        one("denominator", Type(&QUANTITY)),
    ],
};

pub(in crate::decode) static SAMPLED_DATA: Shape = Shape {
    name: "SampledData",
    base: Base::Element,
    elements: &[
        one("origin", Type(&QUANTITY)).required(),
        one("period", Decimal).required(),
        one("factor", Decimal),
        one("lowerLimit", Decimal),
        one("upperLimit", Decimal),
        one("dimensions", Integer).required(),
        one("data", Text),
    ],
};

pub(in crate::decode) static ATTACHMENT: Shape = Shape {
    name: "Attachment",
    base: Base::Element,
    elements: &[
        one("contentType", Code(None)),
        one("language", Code(None)),
        one("data", Text),
        one("url", Text),
        one("size", Integer),
        one("hash", Text),
        one("title", Text),
        one("creation", DateTime),
    ],
};

pub(in crate::decode) static HUMAN_NAME: Shape = Shape {
    name: "HumanName",
    base: Base::Element,
    elements: &[
        one("use", Code(Some(NAME_USE))),
        one("text", Text),
        one("family", Text),
        many("given", Text),
        many("prefix", Text),
        many("suffix", Text),
        one("period", Type(&PERIOD)),
    ],
};

pub(in crate::decode) static ADDRESS: Shape = Shape {
    name: "Address",
    base: Base::Element,
    elements: &[
        one("use", Code(Some(ADDRESS_USE))),
        one("type", Code(Some(ADDRESS_TYPE))),
        one("text", Text),
        many("line", Text),
        one("city", Text),
        one("district", Text),
        one("state", Text),
        one("postalCode", Text),
        one("country", Text),
        one("period", Type(&PERIOD)),
    ],
};

pub(in crate::decode) static MONEY: Shape = Shape {
    name: "Money",
    base: Base::Element,
    elements: &[one("value", Decimal), one("currency", Code(None))],
};
