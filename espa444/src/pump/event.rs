//! What a driver says to the application.

use std::io;

use crate::link::{self, Received, State};

/// What a driver says to the application.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Something on the line. A [`Block`](link::Event::Block) waits for a decision, unless it is
    /// `accepted` already.
    Link(link::Event<'static>),
    /// A block that was acknowledged when it was put here, as [`Decision::Queue`] wants it.
    ///
    /// [`Decision::Queue`]: super::Decision::Queue
    Queued(Received<'static>),
    /// There is a port or connection now.
    Connected,
    /// It is gone, and why; [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when the other side
    /// closed it. Half a block is dropped, calls go back to the queue.
    Disconnected(io::ErrorKind),
    /// The application did not keep up, and has room again.
    Congested {
        /// Blocks that heard busy for that reason; callers send them again.
        refused: u64,
        /// Events that were left out. Among them are calls only on a line without answers.
        missed: u64,
    },
}

impl Event {
    /// What must not be left out while there is any way to keep it.
    pub(super) const fn matters(&self) -> bool {
        !matches!(
            self,
            Event::Link(
                link::Event::Refused(_)
                    | link::Event::Ignored(_)
                    | link::Event::Finding(_)
                    | link::Event::Failing { .. }
                    | link::Event::Undecided(_)
            ) | Event::Connected
                | Event::Disconnected(_)
        )
    }

    /// Whether it takes back the one before.
    pub(super) const fn undoes(&self, before: &Event) -> bool {
        use link::Event::{LinkLost, LinkRestored};
        matches!(
            (before, self),
            (Event::Link(LinkLost), Event::Link(LinkRestored))
                | (Event::Link(LinkRestored), Event::Link(LinkLost))
        )
    }
}

/// How a line is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// There is a port or connection.
    pub connected: bool,
    /// Supervision has reported the link lost.
    pub lost: bool,
    /// Calls that wait, the one being sent included.
    pub queued: usize,
    /// Where the station is in the dialogue.
    pub state: State,
}

pub(super) fn received(received: Received<'_>) -> Received<'static> {
    Received {
        id: received.id,
        block: received.block.into_owned(),
        possible_repeat: received.possible_repeat,
        accepted: received.accepted,
    }
}

/// An event that borrows nothing.
pub(crate) fn owned(event: link::Event<'_>) -> link::Event<'static> {
    use link::Event;
    match event {
        Event::Block(block) => Event::Block(received(block)),
        Event::Ignored(block) => Event::Ignored(block.into_owned()),
        Event::Refused(error) => Event::Refused(error),
        Event::Undecided(id) => Event::Undecided(id),
        Event::Doubtful(id) => Event::Doubtful(id),
        Event::Delivered { id, acknowledged } => Event::Delivered { id, acknowledged },
        Event::Failing {
            id,
            reason,
            transactions,
        } => Event::Failing {
            id,
            reason,
            transactions,
        },
        Event::Failed {
            id,
            reason,
            transactions,
        } => Event::Failed {
            id,
            reason,
            transactions,
        },
        Event::StationSilent(address) => Event::StationSilent(address),
        Event::StationBack(address) => Event::StationBack(address),
        Event::LinkLost => Event::LinkLost,
        Event::LinkRestored => Event::LinkRestored,
        Event::Finding(finding) => Event::Finding(finding),
    }
}
