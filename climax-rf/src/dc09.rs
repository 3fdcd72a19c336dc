//! SIA DC-09: frames with SIA events or Contact ID over TCP and UDP (Climax reference 5.4).
//!
//! | | |
//! |---|---|
//! | model | [`Frame`], [`Content`], [`Data`], [`SiaData`], [`Timestamp`] |
//! | bytes to frames | [`decode()`], [`decode_prefix`]; streams: [`Scanner`]; the data: [`Frame::data`] |
//! | frames to bytes | [`encode()`], [`put_contact_id`] |
//! | encryption | `Key` with feature `aes`, [`Padding`] |
//! | one connection, or a socket | [`Station`] receives and answers, [`Panel`] sends |
//!
//! Some panels send the CRC as two raw bytes instead of four hexadecimal characters. Both forms
//! are read, whichever comes, and the answer has the form of the frame.

mod data;
mod decode;
mod encode;
#[cfg(feature = "aes")]
mod encryption;
mod error;
mod event;
mod frame;
mod message;
mod options;
mod padding;
mod panel;
mod repeats;
mod scan;
mod security;
mod sia;
mod station;
mod timestamp;
mod warning;

pub use data::{Body, Data, put_contact_id};
pub use decode::{Decoded, LONGEST_BODY, LONGEST_FRAME, decode, decode_prefix};
pub use encode::encode;
#[cfg(feature = "aes")]
pub use encryption::{DecryptError, InvalidKey, Key};
pub use error::{DataError, DecodeError, DecodeErrorKind, EncodeError};
pub use event::{Event, FrameId, NotHeld, Reason, Refusal, Transmit};
pub use frame::{Clear, Content, CrcForm, Frame, Number, Sequence, Token};
pub use message::Message;
pub use options::DecodeOptions;
pub use padding::Padding;
pub use panel::{Failure, Outgoing, Panel, PanelEvent, PanelSettings, ReportId, SendError};
pub use scan::{Item, Scanner};
pub use security::{Accounts, AllClear, Security};
pub use sia::{SiaCode, SiaData, SiaEvent, SiaEvents, SiaItem, SiaItems};
pub use station::{Settings, Station, Unaccepted, Window};
pub use timestamp::Timestamp;
pub use warning::{Warning, WarningKind, Warnings};
