//! What a driver tells.

use std::net::SocketAddr;

use super::Driver;
use super::clock::now;
use crate::contact_id::{self, ContactId, Double};
use crate::dc09::{self, Body};
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
    /// The same event of the same account came before, over any connection, whether it was accepted
    /// or not. It is to be answered all the same. Contact ID only; a DC-09 frame that comes again
    /// is known by its number.
    pub double: Option<Double>,
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

/// Account and Contact ID of an event that has them.
fn contact_id_of<T>(event: &station::Event, then: impl FnOnce(&[u8], ContactId) -> T) -> Option<T> {
    match event {
        station::Event::ContactId(contact_id::Event::Report { message, .. }) => {
            let options = contact_id::DecodeOptions::lenient().accepting_wrong_checksum();
            let decoded = message.decode(&options).ok()?;
            let report = decoded.report;
            Some(then(report.account.as_bytes(), report.event))
        }
        station::Event::Dc09(dc09::Event::Frame { message, .. }) => {
            let decoded = message.decode().ok()?;
            let data = decoded.frame.data(&dc09::DecodeOptions::lenient()).ok()?;
            let Body::ContactId(event) = data.body else {
                return None;
            };
            let account = decoded.frame.reporting_account(&data)?;
            Some(then(account.as_bytes(), event))
        }
        _ => None,
    }
}

impl Driver {
    pub(super) fn event(
        &self,
        connection: ConnectionId,
        peer: Option<SocketAddr>,
        kind: Kind,
    ) -> Event {
        let double = match &kind {
            Kind::Station(event) => contact_id_of(event, |account, event| {
                self.doubles().see_event(now(), account, event)
            }),
            _ => None,
        };
        Event {
            connection,
            peer,
            kind,
            double: double.flatten(),
        }
    }
}
