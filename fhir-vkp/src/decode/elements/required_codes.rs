//! Codes that FHIR R4 closes for good (required bindings), sorted.

pub(in crate::decode) static ADDRESS_TYPE: &[&str] = &["both", "physical", "postal"];
pub(in crate::decode) static ADDRESS_USE: &[&str] = &["billing", "home", "old", "temp", "work"];
pub(in crate::decode) static ADMINISTRATIVE_GENDER: &[&str] =
    &["female", "male", "other", "unknown"];
pub(in crate::decode) static ALLERGY_INTOLERANCE_CATEGORY: &[&str] =
    &["biologic", "environment", "food", "medication"];
pub(in crate::decode) static ALLERGY_INTOLERANCE_CRITICALITY: &[&str] =
    &["high", "low", "unable-to-assess"];
pub(in crate::decode) static ALLERGY_INTOLERANCE_TYPE: &[&str] = &["allergy", "intolerance"];
pub(in crate::decode) static BUNDLE_TYPE: &[&str] = &[
    "batch",
    "batch-response",
    "collection",
    "document",
    "history",
    "message",
    "searchset",
    "transaction",
    "transaction-response",
];
pub(in crate::decode) static CARE_PLAN_ACTIVITY_KIND: &[&str] = &[
    "Appointment",
    "CommunicationRequest",
    "DeviceRequest",
    "MedicationRequest",
    "NutritionOrder",
    "ServiceRequest",
    "Task",
    "VisionPrescription",
];
pub(in crate::decode) static CARE_PLAN_ACTIVITY_STATUS: &[&str] = &[
    "cancelled",
    "completed",
    "entered-in-error",
    "in-progress",
    "not-started",
    "on-hold",
    "scheduled",
    "stopped",
    "unknown",
];
pub(in crate::decode) static CARE_PLAN_INTENT: &[&str] = &["option", "order", "plan", "proposal"];
pub(in crate::decode) static COMPOSITION_ATTESTATION_MODE: &[&str] =
    &["legal", "official", "personal", "professional"];
pub(in crate::decode) static COMPOSITION_STATUS: &[&str] =
    &["amended", "entered-in-error", "final", "preliminary"];
pub(in crate::decode) static CONTACT_POINT_SYSTEM: &[&str] =
    &["email", "fax", "other", "pager", "phone", "sms", "url"];
pub(in crate::decode) static CONTACT_POINT_USE: &[&str] =
    &["home", "mobile", "old", "temp", "work"];
pub(in crate::decode) static DAYS_OF_WEEK: &[&str] =
    &["fri", "mon", "sat", "sun", "thu", "tue", "wed"];
pub(in crate::decode) static DETECTEDISSUE_SEVERITY: &[&str] = &["high", "low", "moderate"];
pub(in crate::decode) static DEVICE_NAMETYPE: &[&str] = &[
    "manufacturer-name",
    "model-name",
    "other",
    "patient-reported-name",
    "udi-label-name",
    "user-friendly-name",
];
pub(in crate::decode) static DEVICE_STATUS: &[&str] =
    &["active", "entered-in-error", "inactive", "unknown"];
pub(in crate::decode) static DOCUMENT_RELATIONSHIP_TYPE: &[&str] =
    &["appends", "replaces", "signs", "transforms"];
pub(in crate::decode) static ENCOUNTER_LOCATION_STATUS: &[&str] =
    &["active", "completed", "planned", "reserved"];
pub(in crate::decode) static ENCOUNTER_STATUS: &[&str] = &[
    "arrived",
    "cancelled",
    "entered-in-error",
    "finished",
    "in-progress",
    "onleave",
    "planned",
    "triaged",
    "unknown",
];
pub(in crate::decode) static EPISODE_OF_CARE_STATUS: &[&str] = &[
    "active",
    "cancelled",
    "entered-in-error",
    "finished",
    "onhold",
    "planned",
    "waitlist",
];
pub(in crate::decode) static EVENT_TIMING: &[&str] = &[
    "AC",
    "ACD",
    "ACM",
    "ACV",
    "AFT",
    "AFT.early",
    "AFT.late",
    "C",
    "CD",
    "CM",
    "CV",
    "EVE",
    "EVE.early",
    "EVE.late",
    "HS",
    "MORN",
    "MORN.early",
    "MORN.late",
    "NIGHT",
    "NOON",
    "PC",
    "PCD",
    "PCM",
    "PCV",
    "PHS",
    "WAKE",
];
pub(in crate::decode) static HTTP_VERB: &[&str] =
    &["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];
pub(in crate::decode) static IDENTIFIER_USE: &[&str] =
    &["official", "old", "secondary", "temp", "usual"];
pub(in crate::decode) static ISSUE_SEVERITY: &[&str] =
    &["error", "fatal", "information", "warning"];
pub(in crate::decode) static ISSUE_TYPE: &[&str] = &[
    "business-rule",
    "code-invalid",
    "conflict",
    "deleted",
    "duplicate",
    "exception",
    "expired",
    "extension",
    "forbidden",
    "incomplete",
    "informational",
    "invalid",
    "invariant",
    "lock-error",
    "login",
    "multiple-matches",
    "no-store",
    "not-found",
    "not-supported",
    "processing",
    "required",
    "security",
    "structure",
    "suppressed",
    "throttled",
    "timeout",
    "too-costly",
    "too-long",
    "transient",
    "unknown",
    "value",
];
pub(in crate::decode) static LINK_TYPE: &[&str] = &["refer", "replaced-by", "replaces", "seealso"];
pub(in crate::decode) static LIST_MODE: &[&str] = &["changes", "snapshot", "working"];
pub(in crate::decode) static MEDICATIONDISPENSE_STATUS: &[&str] = &[
    "cancelled",
    "completed",
    "declined",
    "entered-in-error",
    "in-progress",
    "on-hold",
    "preparation",
    "stopped",
    "unknown",
];
pub(in crate::decode) static MEDICATION_STATEMENT_STATUS: &[&str] = &[
    "active",
    "completed",
    "entered-in-error",
    "intended",
    "not-taken",
    "on-hold",
    "stopped",
    "unknown",
];
pub(in crate::decode) static NAME_USE: &[&str] = &[
    "anonymous",
    "maiden",
    "nickname",
    "official",
    "old",
    "temp",
    "usual",
];
pub(in crate::decode) static NARRATIVE_STATUS: &[&str] =
    &["additional", "empty", "extensions", "generated"];
pub(in crate::decode) static OBSERVATION_STATUS: &[&str] = &[
    "amended",
    "cancelled",
    "corrected",
    "entered-in-error",
    "final",
    "preliminary",
    "registered",
    "unknown",
];
pub(in crate::decode) static QUANTITY_COMPARATOR: &[&str] = &["<", "<=", ">", ">="];
pub(in crate::decode) static QUESTIONNAIRE_ANSWERS_STATUS: &[&str] = &[
    "amended",
    "completed",
    "entered-in-error",
    "in-progress",
    "stopped",
];
pub(in crate::decode) static REACTION_EVENT_SEVERITY: &[&str] = &["mild", "moderate", "severe"];
pub(in crate::decode) static REQUEST_STATUS: &[&str] = &[
    "active",
    "completed",
    "draft",
    "entered-in-error",
    "on-hold",
    "revoked",
    "unknown",
];
pub(in crate::decode) static SEARCH_ENTRY_MODE: &[&str] = &["include", "match", "outcome"];
pub(in crate::decode) static UDI_ENTRY_TYPE: &[&str] = &[
    "barcode",
    "card",
    "manual",
    "rfid",
    "self-reported",
    "unknown",
];
pub(in crate::decode) static UNITS_OF_TIME: &[&str] = &["a", "d", "h", "min", "mo", "s", "wk"];
pub(in crate::decode) static V3_CONFIDENTIALITY_CLASSIFICATION: &[&str] =
    &["L", "M", "N", "R", "U", "V"];
