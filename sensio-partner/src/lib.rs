#![doc = include_str!("../README.md")]

pub mod codes;
mod confidence;
mod event;
mod external_event_id;
mod identifier;
mod secret;
mod time;
mod version;

pub use codes::{DeviceType, EventType, State};
pub use confidence::Confidence;
pub use event::{
    Description, DescriptionError, EventParameters, Image, Images, TooManyImages, TriggerValue,
};
pub use external_event_id::{ExternalEventId, InvalidExternalEventId};
pub use identifier::{DeviceIdentifier, IdentifierRules, InvalidIdentifier};
pub use secret::Secret;
pub use time::Time;
pub use version::{Feature, UnityVersion};
