//! What the fuzz targets do, as ordinary functions: each takes the bytes of one input and panics
//! when something does not hold. The targets in `fuzz/fuzz_targets` are one line each and call
//! them, and so does the test that replays `fuzz/corpus`.

#![forbid(unsafe_code)]
// A finding is a panic.
#![allow(clippy::missing_panics_doc)]

mod alarm_codes_target;
mod documents;
mod espa;
mod oracle;
mod receiver;
mod sip_messages;
mod transactions;
mod wire;

pub use alarm_codes_target::alarm_codes;
pub use documents::{scaip_request, scaip_response};
pub use espa::{espa444_block, espa444_capture, espa444_text};
pub use receiver::scaip_receiver;
pub use sip_messages::{sip_datagram, sip_stream};
pub use transactions::sip_transactions;
pub use wire::{BODIES, CALLS};

/// A named entry.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by the name of its corpus folder.
pub const TARGETS: [Target; 10] = [
    ("alarm_codes", alarm_codes),
    ("espa444_block", espa444_block),
    ("espa444_capture", espa444_capture),
    ("espa444_text", espa444_text),
    ("scaip_receiver", scaip_receiver),
    ("scaip_request", scaip_request),
    ("scaip_response", scaip_response),
    ("sip_datagram", sip_datagram),
    ("sip_stream", sip_stream),
    ("sip_transactions", sip_transactions),
];
