//! Decisions taken where the link is, without a change of task.

use crate::link::{Received, Refusal};

/// What becomes of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decision {
    /// It is in safety: ACK leaves at once. The block is not among the events any more.
    Accept,
    /// It is put among the events as [`Event::Queued`](super::Event::Queued) and acknowledged at
    /// once; busy when there is no room. The queue is in memory: what must survive a crash is to
    /// be stored first.
    Queue,
    /// NAK leaves at once. The block is not among the events any more.
    Refuse(Refusal),
    /// It is put among the events, and the application answers by the handle; busy when there is
    /// no room.
    Ask,
}

/// Decides about blocks on the task that owns the link, so that the answer leaves at once.
///
/// Every closure of the same form is one. It should return within some milliseconds: while it
/// works the line hears nothing.
pub trait Decide: Send {
    /// Looks at a block, keeps what is to be kept, and decides.
    fn decide(&mut self, received: &Received<'_>) -> Decision;
}

impl<F: FnMut(&Received<'_>) -> Decision + Send> Decide for F {
    fn decide(&mut self, received: &Received<'_>) -> Decision {
        self(received)
    }
}
