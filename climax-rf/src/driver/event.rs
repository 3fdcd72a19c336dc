//! What a driver tells.

use std::net::SocketAddr;

use crate::identifier::identifier;
use crate::station::{self, MessageId};

identifier! {
    /// A connection of a driver, or one of its sockets for datagrams; numbers rise.
    ConnectionId
}

/// A message of a driver, to decide it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id {
    /// Where it came.
    pub connection: ConnectionId,
    /// Which one.
    pub message: MessageId,
}

/// Something that has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Where.
    pub connection: ConnectionId,
    /// The other side, where it is known.
    pub peer: Option<SocketAddr>,
    /// What.
    pub kind: Kind,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A connection is open.
    Opened,
    /// The station has something to say.
    Station(station::Event),
    /// A connection is closed. What was not decided stays without an answer.
    Closed,
}

impl Event {
    /// The message that waits for a decision, if this is one.
    #[must_use]
    pub fn to_decide(&self) -> Option<Id> {
        match &self.kind {
            Kind::Station(event) => event.to_decide().map(|message| Id {
                connection: self.connection,
                message,
            }),
            _ => None,
        }
    }
}
