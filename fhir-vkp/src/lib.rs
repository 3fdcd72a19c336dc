#![doc = include_str!("../README.md")]

#[cfg(feature = "alarm-codes")]
pub mod alarm;
#[cfg(feature = "requests")]
pub mod answer;
#[cfg(feature = "requests")]
mod backoff;
#[cfg(feature = "reqwest")]
pub mod client;
#[cfg(feature = "requests")]
mod clock;
pub mod codes;
pub mod decode;
#[cfg(feature = "requests")]
pub mod delivery;
pub mod encode;
mod finding;
pub mod identifier;
pub mod note;
#[cfg(feature = "requests")]
pub mod request;
mod resource_id;
#[cfg(feature = "requests")]
mod secret;
#[cfg(feature = "security")]
pub mod security;
mod short_text;
mod text;
mod time;
#[cfg(feature = "fhir-sdk")]
pub mod typed;
mod uuid;
pub mod view;

pub use self::uuid::{Role, UuidNames, urn};
pub use ::uuid::Uuid;
#[cfg(feature = "requests")]
pub use backoff::{Backoff, Random};
#[cfg(feature = "requests")]
pub use clock::{Time, WallMicros};
pub use codes::{
    AlertCode, CarePlanCategory, CodeSystem, Coding, DispenseEvent, EncounterMode, EncounterReason,
    NoteCategory, NoteEvent, NoteSection, OutcomeCode, Severity,
};
pub use finding::{Finding, FindingKind, Path};
pub use identifier::{Identifier, IdentifierKind, InvalidIdentifier, Person};
#[cfg(feature = "requests")]
pub use secret::Secret;
pub use text::{escape_into, narrative_div, plain_text};
pub use time::{DateTime, InvalidDateTime, Precision};
