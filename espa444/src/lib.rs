#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "serial", feature = "tokio"))]
extern crate std;

mod address;
#[cfg(feature = "alarm-codes")]
pub mod alarm;
pub mod bcc;
mod block;
#[cfg(feature = "serial")]
pub mod blocking;
mod builder;
mod characters;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod codes;
mod decode;
pub mod diagnosis;
#[cfg(feature = "tokio")]
pub mod driver;
mod encode;
mod error;
pub mod link;
pub mod matching;
mod message;
mod options;
pub mod parity;
pub mod profile;
#[cfg(any(feature = "serial", feature = "tokio"))]
mod pump;
mod scan;
mod search;
#[cfg(any(feature = "serial", feature = "tokio-serial"))]
pub mod serial;
mod skim;
pub mod status;
pub mod tap;
mod time;
mod value;
mod warning;

pub use address::{Address, InvalidAddress};
pub use bcc::{Bcc, BccVariant};
pub use block::{Block, Record, Records};
pub use builder::BlockBuf;
pub use characters::{CharacterSet, Encoded};
pub use codes::{
    BeepCode, CallStatus, CallType, Confidence, Direction, Header, NakPrefix, Priority, RecordId,
    SystemStatus, Transmissions,
};
pub use decode::{Decoded, decode, decode_prefix};
pub use diagnosis::{Finding, FindingKind};
pub use encode::{encode, encode_into, encoded_len};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use link::{Event, Link, Role};
pub use matching::OpenCalls;
pub use message::{
    Call, Message, OtherInformation, StatusInformation, StatusRequest, SubscriberLineCall,
};
pub use options::{BccForm, DecodeOptions, EncodeOptions, Limits, Mode};
pub use profile::Profile;
pub use scan::{Blocks, Item, Scan, Scanned, scan};
pub use tap::Tap;
pub use time::Time;
pub use value::{CallAddress, DisplayMessage};
pub use warning::{Warning, WarningKind};
