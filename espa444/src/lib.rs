#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod address;
#[cfg(feature = "alarm-codes")]
pub mod alarm;
pub mod bcc;
mod block;
mod builder;
mod characters;
pub mod codes;
mod decode;
mod encode;
mod error;
pub mod matching;
mod message;
mod options;
pub mod parity;
mod scan;
mod skim;
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
pub use encode::{encode, encode_into, encoded_len};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use matching::OpenCalls;
pub use message::{
    Call, Message, OtherInformation, StatusInformation, StatusRequest, SubscriberLineCall,
};
pub use options::{BccForm, DecodeOptions, EncodeOptions, Limits, Mode};
pub use scan::{Blocks, Item, Scan, Scanned, scan};
pub use value::{CallAddress, DisplayMessage};
pub use warning::{Warning, WarningKind};
