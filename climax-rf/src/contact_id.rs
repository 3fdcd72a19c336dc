//! Contact ID: the event that every report form of a panel carries, and the text forms themselves
//! (Climax reference 5.2, 5.3 and 6).
//!
//! | | |
//! |---|---|
//! | model | [`Report`], [`ContactId`], [`Account`], [`Checksum`], [`Form`] |
//! | bytes to reports | [`decode_bracket`], [`decode_sms`], [`decode_angle`]; streams: [`Scanner`] |
//! | reports to bytes | [`encode`], [`encode_into`], [`encode_to_string`] |
//! | one connection | [`Station`] receives and answers, [`Panel`] sends |
//! | the same event twice | [`events::Doubles`](crate::events::Doubles) |

mod account;
mod decode;
mod digits;
mod encode;
mod error;
mod event;
mod options;
mod panel;
mod report;
mod scan;
mod station;
mod warning;

pub(crate) use digits::{Oddity, Unreadable, hexadecimal, read_event};

pub use account::{Account, InvalidAccount};
pub use decode::{Decoded, decode, decode_angle, decode_bracket, decode_sms};
pub use encode::{encode, encode_into, encode_to_string, encoded_len};
pub use error::{DecodeError, DecodeErrorKind, EncodeError};
pub use event::{ContactId, EventCode, Group, Qualifier, Zone};
pub use options::DecodeOptions;
pub use panel::{Panel, PanelEvent, PanelSettings, ReportId, SendError};
pub use report::{Checksum, Form, MessageType, Report};
pub use scan::{Item, LONGEST_MESSAGE, Message, Scanner};
pub use station::{ACK, Event, NotHeld, Settings, Station, Token};
pub use warning::{Warning, WarningKind, Warnings};
