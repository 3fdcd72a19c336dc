#![doc = include_str!("../README.md")]

mod backoff;
pub mod codes;
mod confidence;
mod error;
mod event;
mod external_event_id;
mod identifier;
mod image;
mod json;
mod member;
mod options;
pub mod queue;
mod secret;
mod status;
mod time;
mod version;
mod warning;
pub mod wire;

pub use backoff::{Backoff, Random};
pub use codes::{DeviceType, EventType, State};
pub use confidence::Confidence;
pub use error::{DecodeError, DecodeErrorKind, Expected};
pub use event::{
    Description, DescriptionError, EmptyImage, EventParameters, Image, Images, TooManyImages,
    TriggerValue,
};
pub use external_event_id::{ExternalEventId, InvalidExternalEventId};
pub use identifier::{DeviceIdentifier, IdentifierRules, InvalidIdentifier};
pub use image::{Dimensions, ImageError, ImageFormat, ImageLimits, check_image};
pub use json::{
    Decoded, decode_event, decode_status, decode_status_batch, encode_event, encode_status,
    encode_status_batch,
};
pub use member::{Member, Members};
pub use options::{DecodeOptions, Limits, Mode};
pub use secret::Secret;
pub use status::{BATCH, BatteryLevel, DeviceStatus, InvalidStatus, StatusEntry, batches};
pub use time::Time;
pub use version::{Feature, UnityVersion};
pub use warning::{Warning, WarningKind};
pub use wire::WireProfile;
