#![doc = include_str!("../README.md")]

pub mod codes;
pub mod decode;
pub mod encode;
mod finding;
pub mod identifier;
pub mod note;
mod text;
mod time;
#[cfg(feature = "fhir-sdk")]
pub mod typed;
mod uuid;
pub mod view;

pub use self::uuid::{Role, UuidNames, urn};
pub use ::uuid::Uuid;
pub use codes::{
    AlertCode, CarePlanCategory, CodeSystem, Coding, DispenseEvent, EncounterMode, EncounterReason,
    NoteCategory, NoteEvent, NoteSection, OutcomeCode, Severity,
};
pub use finding::{Finding, FindingKind, Path};
pub use identifier::{Environment, Identifier, IdentifierKind, InvalidIdentifier, Person};
pub use text::{escape_into, narrative_div, plain_text};
pub use time::{DateTime, InvalidDateTime, Precision};
