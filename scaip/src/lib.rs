#![doc = include_str!("../README.md")]

#[cfg(feature = "alarm-codes")]
pub mod alarm;
pub mod call;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod codes;
mod decode;
#[cfg(feature = "sip")]
pub mod digest;
#[cfg(feature = "tokio")]
pub mod driver;
pub mod dtmf;
mod encode;
mod error;
#[cfg(feature = "sip")]
pub mod https;
mod location;
mod message;
mod options;
#[cfg(feature = "sip")]
pub mod receiver;
#[cfg(feature = "sip")]
pub mod registrar;
#[cfg(feature = "sip")]
pub mod sender;
#[cfg(feature = "sip")]
pub mod sip;
pub mod supervision;
mod tag;
mod text;
mod units;
mod voice;
mod warning;
#[doc = include_str!("../WHAT-REAL-UNITS-DO.md")]
pub mod what_real_units_do {}
mod xml;

pub use codes::{
    CallHandling, CallHandlingReply, Confidence, DeviceComponent, DeviceType, HeartbeatInterval,
    HeartbeatOptions, InformationCode, LocationCode, MediaReply, MediaRequest, Priority,
    StatusCode, StatusNumber, SystemConfiguration, Version,
};
pub use decode::{Decoded, decode, decode_request, decode_response};
pub use encode::{encode, encode_request, encode_response};
pub use error::{DecodeError, DecodeErrorKind, EncodeError, NotWellFormed};
pub use location::{GeographicLocation, Position};
pub use message::{CallTarget, Message, MessageType, Request, Response};
pub use options::{DecodeOptions, Edition, EncodeOptions, Limits, Mode, Root};
pub use tag::Tag;
pub use text::{ControllerId, DeviceId, Reference, Text};
pub use voice::{CallAddress, CallAddresses, CallScheme};
pub use warning::{Warning, WarningKind};
pub use xml::ExtraElement;
