#![doc = include_str!("../README.md")]

#[cfg(feature = "alarm-codes")]
pub mod alarm;
mod answer;
mod backoff;
#[cfg(feature = "reqwest")]
pub mod client;
mod client_core;
pub mod codes;
mod confidence;
mod endpoint;
mod error;
mod event;
mod external_event_id;
mod gate;
#[cfg(feature = "axum")]
mod http_body;
mod identifier;
mod image;
mod json;
mod media_type;
mod member;
mod options;
mod pair;
#[cfg(feature = "provisioning")]
pub mod provisioning;
pub mod queue;
mod refusal_limit;
pub mod request;
mod secret;
#[cfg(feature = "axum")]
pub mod server;
mod status;
mod time;
pub mod token;
mod version;
#[cfg(feature = "vocabulary")]
pub mod vocabulary;
mod warning;
pub mod webhook;
pub mod wire;

pub use answer::{
    BODY_LIMIT, Class, Effect, ErrorBody, ErrorShape, Failure, Outcome, PAUSE_LIMIT, RateLimit,
    Refusal,
};
pub use backoff::{Backoff, Random};
pub use client_core::{CallError, ClientCore, Exchange, Step};
pub use codes::{DeviceType, EventType, State};
pub use confidence::Confidence;
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error::{DecodeError, DecodeErrorKind, Expected};
pub use event::{
    Description, DescriptionError, EmptyImage, EventParameters, Image, Images, TooManyImages,
    TriggerValue,
};
pub use external_event_id::{ExternalEventId, InvalidExternalEventId};
pub use gate::{Gate, GateLimits};
pub use identifier::{DeviceIdentifier, IdentifierRules, InvalidIdentifier};
pub use image::{Dimensions, ImageError, ImageFormat, ImageLimits, check_image};
pub use json::{
    Decoded, decode_event, decode_status, decode_status_batch, encode_event, encode_status,
    encode_status_batch,
};
pub use member::{Member, Members};
pub use options::{DecodeOptions, Limits, Mode};
pub use refusal_limit::RefusalLimit;
pub use request::{Call, Method, Priority, Request, RequestError, Requests};
pub use secret::Secret;
pub use status::{BATCH, BatchPlan, BatteryLevel, DeviceStatus, InvalidStatus, StatusEntry};
pub use time::Time;
pub use version::{Feature, UnityVersion};
pub use warning::{Warning, WarningKind};
pub use wire::WireProfile;
