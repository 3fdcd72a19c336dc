//! What a station says to the application, and hears from it.

use core::fmt;
use core::net::SocketAddr;

use alloc::vec::Vec;

use super::error::DecodeErrorKind;
use super::message::Message;
use crate::identifier::identifier;

identifier! {
    /// A frame of a station; numbers rise.
    FrameId
}

/// The station holds no undecided frame of this number: it is decided, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the station holds no undecided frame of this number")]
#[non_exhaustive]
pub struct NotHeld;

/// How a frame is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// No answer: the panel repeats it.
    Silence,
    /// `NAK` with the present time: the panel repeats it.
    Nak,
    /// `DUH`: understood the frame, cannot process it. The panel gives up.
    Duh,
}

/// Why the station itself has refused a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It cannot be read.
    Unreadable(DecodeErrorKind),
    /// It is encrypted and the account has no key here.
    NoKey,
    /// It is encrypted with another key.
    WrongKey,
    /// It is in clear and the account has a key.
    NotEncrypted,
    /// Its time is so many seconds away from the present; negative is in the past.
    OutOfWindow(i64),
    /// It has no time where one is required.
    TimestampMissing,
    /// An answer, which is not for stations.
    Answer,
    /// More frames wait than the settings allow, altogether or of this account.
    Overloaded,
}

/// Something that has happened. `Debug` shows lengths of what came, not its bytes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A report or a link test, to be accepted or refused.
    Frame {
        /// To decide it by.
        token: FrameId,
        /// What came.
        message: Message,
        /// Who sent the datagram; `None` on a connection.
        from: Option<SocketAddr>,
    },
    /// A frame came again: same account, number and data.
    Repeated {
        /// What it was when it came first.
        first: FrameId,
        /// What came.
        message: Message,
        /// It was answered as the first time. Otherwise the first is not decided yet, and its
        /// answer serves both.
        answered: bool,
    },
    /// A frame that was refused without asking.
    Refused {
        /// Why.
        reason: Reason,
        /// What came; empty where only the start of a frame was found.
        bytes: Vec<u8>,
        /// Who sent the datagram; `None` on a connection.
        from: Option<SocketAddr>,
    },
    /// No decision in time: the frame stays without an answer.
    Undecided(FrameId),
    /// So many bytes that belong to no frame.
    Junk(usize),
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Frame {
                token,
                message,
                from,
            } => f
                .debug_struct("Frame")
                .field("token", token)
                .field("message", message)
                .field("from", from)
                .finish(),
            Event::Repeated {
                first,
                message,
                answered,
            } => f
                .debug_struct("Repeated")
                .field("first", first)
                .field("message", message)
                .field("answered", answered)
                .finish(),
            Event::Refused {
                reason,
                bytes,
                from,
            } => f
                .debug_struct("Refused")
                .field("reason", reason)
                .field("bytes", &bytes.len())
                .field("from", from)
                .finish(),
            Event::Undecided(token) => write!(f, "Undecided({token:?})"),
            Event::Junk(count) => write!(f, "Junk({count})"),
        }
    }
}

/// Bytes to be sent.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transmit {
    /// Where a datagram goes; `None` on a connection.
    pub to: Option<SocketAddr>,
    /// A whole frame.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Transmit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transmit({} bytes)", self.bytes.len())
    }
}
