#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod class;
mod code;
mod device_kind;
mod event;
#[rustfmt::skip]
mod generated;
mod kind;
mod lifecycle;
mod lookup;
mod mapping;
mod names;
pub mod national_identity_number;
mod occurrences;
mod pattern;
mod priority;
mod private;
mod system;
mod target;
#[cfg(feature = "serde")]
mod text;
mod time;

pub use class::{Class, Route};
pub use code::{
    Code, CodeError, ContactIdCode, ContactIdEvent, EspaCallType, Ieee11073Code, Qualifier,
    ScaipCode, ScaipMessageType, SensioEvent, SensioRequest, SensioState, SiaCode, SnomedConcept,
};
pub use device_kind::DeviceKind;
pub use event::{
    Ack, Attachment, Bytes, Change, Correlation, Decoder, Device, Event, EventId, FoundBy,
    HistoryEntry, InvalidEventId, Latitude, Location, Longitude, Measurement, Picture, Position,
    Raw, Reading, RecordedMapping, Reference, StorageStep, Subject, Times, Transport, Voice,
    VoiceDirection, VoiceMode,
};
pub use kind::Kind;
pub use lifecycle::{Condition, Handling, IllegalTransition};
pub use lookup::{Codes, Encoding, codes_of, kind_of, kind_of_text, rows};
pub use mapping::{Direction, Loss, Mapping, Phase, Relation};
pub use names::UnknownName;
pub use occurrences::{Limits, Occurrence, Outcome, TrackError, Tracker};
pub use pattern::{ContactIdPattern, Pattern, ScaipPattern, SiaPattern};
pub use priority::{
    CapSeverity, DeviceAlertPriority, Equivalent, EspaPriority, IhePriority, Priority, VkpSeverity,
};
pub use private::Private;
pub use system::{Profile, System};
pub use target::{Kept, Part};
pub use time::{DeviceTime, InvalidTimestamp, Timestamp};
