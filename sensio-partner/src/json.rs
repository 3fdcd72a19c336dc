//! Bodies as JSON (Partner API reference 4.2, 4.3 and 5).
//!
//! Writing is direct and exact: camel case names, nothing that is not used, integral numbers without
//! a point, pictures as base64 straight into the output. Reading is tolerant by default, and each
//! deviation is a typed [`Warning`](crate::Warning).

mod decode;
mod encode;
mod object;
mod picture;
mod reader;
mod status;
mod value;
mod webhook;
mod write;

pub use decode::{Decoded, decode_event};
pub use encode::encode_event;
pub(crate) use encode::encode_event_of;
pub use status::{decode_status, decode_status_batch, encode_status, encode_status_batch};
pub use webhook::{decode_webhook, encode_webhook};

pub(crate) use write::{ObjectWriter, write_string};
