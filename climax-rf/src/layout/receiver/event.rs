//! What a receiver says to the application, and hears from it.

use alloc::vec::Vec;
use core::fmt;

use crate::Time;
use crate::layout::{DecodeError, Decoded};

/// A frame that a receiver handed out; numbers rise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(pub(super) u64);

impl Token {
    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// A frame that was read.
#[derive(Clone)]
#[non_exhaustive]
pub struct Received {
    /// To [`accept`](super::Receiver::accept) or [`refuse`](super::Receiver::refuse) it by.
    pub token: Token,
    /// As received, with marks and escapes.
    pub raw: Vec<u8>,
    /// What it says.
    pub decoded: Decoded,
    /// The frame before had the same bytes: it may be the same message again. It is never dropped,
    /// and wants its own answer.
    pub repeats_previous: bool,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("token", &self.token)
            .field("length", &self.raw.len())
            .field("decoded", &self.decoded)
            .field("repeats_previous", &self.repeats_previous)
            .finish()
    }
}

/// Something that has happened.
#[derive(Clone)]
#[non_exhaustive]
pub enum ReceiverEvent {
    /// A frame, to be accepted or refused.
    Frame(Received),
    /// Bytes that began like a frame and are none. The search goes on behind their first byte.
    Refused {
        /// Why.
        error: DecodeError,
        /// As received.
        raw: Vec<u8>,
    },
    /// Bytes outside of frames.
    Skipped {
        /// How many.
        bytes: usize,
    },
    /// The line lives.
    Heartbeat,
    /// No byte for the time that the layout allows. Comes once, until bytes come again.
    Silence {
        /// When the last byte came, or the line was opened.
        since: Time,
    },
    /// No decision in time: nothing was answered, and the sender will repeat.
    Undecided(Token),
    /// Accepted, but an earlier frame went without an answer, and this one's would pass for it. The
    /// sender repeats both.
    Withheld(Token),
}

impl fmt::Debug for ReceiverEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(received) => f.debug_tuple("Frame").field(received).finish(),
            Self::Refused { error, raw } => f
                .debug_struct("Refused")
                .field("error", error)
                .field("length", &raw.len())
                .finish(),
            Self::Skipped { bytes } => f.debug_struct("Skipped").field("bytes", bytes).finish(),
            Self::Heartbeat => f.write_str("Heartbeat"),
            Self::Silence { since } => f.debug_struct("Silence").field("since", since).finish(),
            Self::Undecided(token) => f.debug_tuple("Undecided").field(token).finish(),
            Self::Withheld(token) => f.debug_tuple("Withheld").field(token).finish(),
        }
    }
}

/// The frame waits no longer: its time is over, or it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the frame does not wait for a decision")]
pub struct NotHeld;
