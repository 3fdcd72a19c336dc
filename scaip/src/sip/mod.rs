//! The part of SIP that SCAIP needs, sans-I/O: messages, framing, the two non-INVITE transactions, and an
//! [`Endpoint`] that joins them.
//!
//! It opens no socket, reads no clock and spawns nothing: bytes and [`std::time::Instant`]s come in, bytes
//! and [`Event`]s go out. It has no INVITE, no dialogs, no proxy, no registrar and no DNS; REGISTER and
//! other methods can be handed up ([`Config::methods`]).
//!
//! It differs from a textbook stack where units in the field lose alarms on one (SCAIP reference 5.6): a
//! request is a retransmission only if branch, source, Call-ID, CSeq, method *and* body are those of the
//! earlier one.
//!
//! ```
//! use scaip::sip::{Config, Endpoint, Event, Path, Response, StatusCode};
//! use std::time::Instant;
//!
//! let mut endpoint = Endpoint::new(Config::new([7; 16]))?;
//! let path = Path::udp("192.0.2.1:5060".parse()?, "192.0.2.7:5062".parse()?);
//! let now = Instant::now();
//! endpoint.handle_datagram(
//!     now,
//!     path,
//!     "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
//!      Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK77;rport\r\n\
//!      From: <sip:40211870@example.net>;tag=1\r\n\
//!      To: <sip:alarm@example.net>\r\n\
//!      Call-ID: a1\r\n\
//!      CSeq: 1 MESSAGE\r\n\
//!      Max-Forwards: 70\r\n\
//!      Content-Type: application/scaip+xml\r\n\
//!      Content-Length: 11\r\n\r\n\
//!      <mrq></mrq>"
//!         .into(),
//! );
//! let Some(Event::Request { id, message, .. }) = endpoint.poll_event() else { panic!() };
//! assert_eq!(&message.body()[..], b"<mrq></mrq>");
//! // Keep the alarm first; then say so.
//! endpoint.respond(now, id, &Response::new(StatusCode::OK))?;
//! let answer = endpoint.poll_transmit().expect("the 200");
//! assert!(answer.bytes.starts_with(b"SIP/2.0 200 OK\r\n"));
//! assert_eq!(answer.path, path);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod endpoint;
mod error;
mod framer;
mod header;
mod identifiers;
mod layout;
mod limits;
mod message;
mod method;
mod name;
mod status;
mod transaction;
mod warning;
mod write;

pub use endpoint::{
    Config, ConfigError, ConnectionId, Counters, Endpoint, Event, MessageId, OutgoingMessage, Path,
    RawBytes, RequestId, RespondError, Response, SendError, Sent, TooManyConnections, Transmit,
    Transport, UDP_SAFE_LENGTH, UndeliveredReason,
};
pub use error::{HeaderError, Rejected, SipError};
pub use framer::{Framed, StreamFramer};
pub use header::{
    CSeq, MediaType, NameAddress, Parameters, ResponsePort, Scheme, Uri, Via, parse_number,
    parse_retry_after,
};
pub use limits::SipLimits;
pub use message::Message;
pub use method::Method;
pub use name::HeaderName;
pub use status::StatusCode;
pub use transaction::TimerSettings;
pub use warning::SipWarning;
pub use write::{RequestHead, WriteError, write_request, write_response};
