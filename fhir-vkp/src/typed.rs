//! What was read as types of `fhir-sdk` (feature `fhir-sdk`; FHIR reference 12).
//!
//! R4B types carry R4 JSON, but they are not lossless: decimals pass through binary floating point,
//! date-times are rewritten, unknown members vanish, and so does a choice element whose value does
//! not parse. Therefore the typed value never stands alone: [`Typed`] holds the original text and
//! says what was lost. Optional elements that would sink the whole resource, as an unknown
//! `severity`, are left out and reported too.
//!
//! ```
//! use fhir_vkp::decode::{DecodeOptions, decode};
//! use fhir_vkp::typed;
//!
//! let body = br#"{"resourceType": "Observation", "status": "final",
//!     "code": {"text": "Puls"}, "valueQuantity": {"value": 72.50, "unit": "slag/min"}}"#;
//! let decoded = decode(body, DecodeOptions::lenient())?;
//! let observation = typed::observation(decoded.resource())?;
//! assert_eq!(observation.value.code.text.as_deref(), Some("Puls"));
//! // 72.50 came out as 72.5.
//! assert_eq!(observation.lost[0].path.as_str(), "Observation.valueQuantity.value");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;

use core::fmt;
use core::str::FromStr;

use fhir_sdk::r4b::resources;

use crate::Finding;
use crate::decode::write::{Purpose, write};
use crate::decode::{DecodeOptions, Limits, Resource, decode};

/// A typed value with the text it came from and what it does not hold of it.
///
/// `Debug` shows neither value nor text.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Typed<'r, T> {
    /// The typed value.
    pub value: T,
    /// The text as it was written.
    pub original: &'r str,
    /// What the value lost or rewrote, of kind
    /// [`LostByTypedModel`](crate::FindingKind::LostByTypedModel).
    pub lost: Vec<Finding>,
}

impl<T> fmt::Debug for Typed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed")
            .field("lost", &self.lost)
            .finish_non_exhaustive()
    }
}

/// Why there is no typed value. Names elements, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypedError {
    /// A resource of another type than was asked for.
    #[error("the resource is no {expected}")]
    OtherType {
        /// The type that was asked for.
        expected: &'static str,
    },
    /// A resource of a type that is not offered here.
    #[error("a resource of a type that is not offered")]
    UnknownType,
    /// Elements the typed model cannot do without are missing or cannot be used.
    #[error("the typed model needs what is missing or unusable: {}", first(.0))]
    Missing(Vec<Finding>),
    /// The typed model refused it for a reason that was not foreseen; the place in the repaired text.
    #[error("the typed model refuses it (line {line}, column {column})")]
    Refused {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

fn first(findings: &[Finding]) -> String {
    findings
        .first()
        .map_or_else(String::new, |finding| finding.path.to_string())
}

/// Defines one function per resource type. They are not generic on purpose: everything that the types
/// need to be read is compiled once, here.
macro_rules! functions {
    ($($(#[$meta:meta])* $name:ident: $type:ident;)+) => {
        $(
            $(#[$meta])*
            ///
            /// # Errors
            ///
            /// [`TypedError`] for a resource of another type, or one that the typed model cannot hold.
            pub fn $name(
                resource: Resource<'_>,
            ) -> Result<Typed<'_, resources::$type>, TypedError> {
                let text = prepare(resource, stringify!($type))?;
                let value: resources::$type =
                    serde_json::from_str(&text).map_err(|error| explain(&text, &error))?;
                let written = serde_json::to_string(&value);
                Ok(Typed {
                    value,
                    original: resource.original(),
                    lost: compare::lost(resource, written.as_deref().unwrap_or_default()),
                })
            }
        )+

        /// Any of these types.
        ///
        /// # Errors
        ///
        /// [`TypedError`] for a resource of a type that is not offered, or one that the typed model
        /// cannot hold.
        pub fn any(
            resource: Resource<'_>,
        ) -> Result<Typed<'_, resources::Resource>, TypedError> {
            match resource.resource_type() {
                $(stringify!($type) => {
                    let Typed { value, original, lost } = $name(resource)?;
                    let value = resources::Resource::$type(value);
                    Ok(Typed { value, original, lost })
                })+
                _ => Err(TypedError::UnknownType),
            }
        }
    };
}

functions! {
    /// A patient.
    patient: Patient;
    /// A service.
    episode_of_care: EpisodeOfCare;
    /// A plan.
    care_plan: CarePlan;
    /// A note.
    composition: Composition;
    /// A diagnosis or problem.
    condition: Condition;
    /// An allergy or intolerance.
    allergy_intolerance: AllergyIntolerance;
    /// A medicine in use.
    medication_statement: MedicationStatement;
    /// An alarm.
    detected_issue: DetectedIssue;
    /// A device.
    device: Device;
    /// A follow-up.
    encounter: Encounter;
    /// A medicine handed out.
    medication_dispense: MedicationDispense;
    /// A measurement.
    observation: Observation;
    /// An answered form.
    questionnaire_response: QuestionnaireResponse;
    /// A refusal.
    operation_outcome: OperationOutcome;
    /// An organisation.
    organization: Organization;
    /// A professional.
    practitioner: Practitioner;
    /// A whole Bundle. One entry that the typed model cannot hold sinks all of it: better go through
    /// the [entries](crate::decode::Bundle::entries) one by one.
    bundle: Bundle;
}

/// Whether the typed model has a type for these resources.
pub(crate) fn knows(resource_type: Option<&str>) -> bool {
    resource_type.is_some_and(|name| resources::ResourceType::from_str(name).is_ok())
}

/// The text for the typed model. Without a repair it is the original itself.
fn prepare<'r>(
    resource: Resource<'r>,
    expected: &'static str,
) -> Result<std::borrow::Cow<'r, str>, TypedError> {
    if resource.resource_type() != expected {
        return Err(TypedError::OtherType { expected });
    }
    let node = resource.node();
    if !node.is_repaired() && !node.flags.differs_for_typed() {
        return Ok(resource.original().into());
    }
    let mut text = String::with_capacity(resource.original().len() + 64);
    write(&mut text, node, Purpose::Typed);
    Ok(text.into())
}

/// Why the typed model refused a text: what it needs and does not find, else the place.
#[cold]
fn explain(text: &str, error: &serde_json::Error) -> TypedError {
    let limits = Limits {
        bytes: usize::MAX,
        values: usize::MAX,
        ..Limits::DEFAULT
    };
    let options = DecodeOptions::lenient().with_limits(limits);
    let missing: Vec<Finding> = decode(text.as_bytes(), options)
        .map(|decoded| {
            let missing = decoded
                .findings()
                .of(crate::FindingKind::MissingElement)
                .cloned();
            missing.collect()
        })
        .unwrap_or_default();
    if missing.is_empty() {
        TypedError::Refused {
            line: error.line(),
            column: error.column(),
        }
    } else {
        TypedError::Missing(missing)
    }
}
