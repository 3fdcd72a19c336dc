#![doc = include_str!("../README.md")]

pub mod codes;
pub mod decode;
pub mod encode;
#[cfg(feature = "events")]
pub mod event;
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
pub use identifier::{Identifier, IdentifierKind, InvalidIdentifier, Person};
pub use text::{escape_into, narrative_div, plain_text};
pub use time::{DateTime, InvalidDateTime, Precision};

pub mod answer;
mod backoff;
mod clock;
pub mod delivery;
pub mod request;
mod secret;

pub use backoff::{Backoff, Random};
pub use clock::{Time, WallMicros};
pub use secret::Secret;
#[cfg(feature = "reqwest")]
pub mod client;
#[cfg(feature = "security")]
pub mod security;
