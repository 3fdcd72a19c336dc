//! F1, the radio protocol of the transmitters: frames, bursts, surveys.
//!
//! What is here is what captures show: where a frame begins, how long it is, and whether it is
//! whole. The payload is opaque ([`Payload`]); a frame proves nothing about who sent it and when,
//! because a recorded one is accepted months later (Climax reference 2.6). Never let it open a door
//! or disarm.
//!
//! | input | read by |
//! |---|---|
//! | bits of a software radio | [`search`] over [`Bits`]; [`rows`] for `{172}d555…` as printed |
//! | bytes of a frame | [`decode`] |
//! | bytes of a chip in packet mode | [`packet`] |
//!
//! | question | answered by |
//! |---|---|
//! | which frames are copies of one event? | [`Bursts`], likely; [`Doubles`] once a codec decodes |
//! | how good is the link? | [`LikelyBurst::link_quality`], [`Survey`] |
//! | is the channel blocked? | [`Interference`] |
//! | how often may it be used? | [`duty_cycle`] |
//! | how often does noise look like a frame? | [`FalseFrames`] |
//! | what does a frame look like? | [`Family`], data that a program can declare |

mod bits;
pub mod bursts;
mod crc;
mod decode;
mod doubles;
pub mod duty_cycle;
#[cfg(feature = "encoder")]
mod encode;
mod error;
mod family;
mod frame;
mod interference;
mod matcher;
mod noise;
mod options;
mod packet;
mod payload;
mod rows;
mod search;
mod signal;
mod survey;
mod warning;

pub use bits::Bits;
pub use bursts::{
    BurstEvent, BurstId, Bursts, ClosedBy, CopyRole, Grouped, LikelyBurst, Likeness, LinkQuality,
};
pub use crc::{CrcOver, FrameCrc};
pub use decode::decode;
pub use doubles::{Doubles, Occurrence};
#[cfg(feature = "encoder")]
pub use encode::{EncodeOptions, encode};
#[cfg(feature = "encoder")]
pub use error::EncodeError;
pub use error::{BitsError, DecodeError, FamilyError, RowError, RowErrorKind, SignalError};
pub use family::{Declaration, Family, LengthRule, MAX_PAYLOAD, OneIs, SeenBelow, SyncWord};
pub use frame::{CheckBits, Forward, Frame, Leniency, Polarity, State, Truncated};
pub use interference::{Channel, Interference, InterferenceEvent, InterferenceSettings};
pub use noise::FalseFrames;
pub use options::{Polarities, SearchOptions, SyncTolerance};
pub use packet::{ChipCrc, packet};
pub use payload::{
    Decoded, Description, DeviceNumber, KeyMaterial, Opaque, OpaqueReason, Payload, PayloadCodec,
    Refused,
};
pub use rows::{MAX_ROW_BITS, Row, Rows, rows};
pub use search::{Found, Search, search};
pub use signal::{Scale, SignalLevel, SignalText, Strength};
pub use survey::{StateCounts, StrengthSummary, Survey, SurveyEvent, SurveyReport};
pub use warning::{WarningKind, Warnings};
