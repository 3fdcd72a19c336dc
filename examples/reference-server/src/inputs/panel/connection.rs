//! One connection of a panel, or one socket for datagrams: from the driver to the desk.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use climax_rf::contact_id;
use climax_rf::dc09::{self, Reason};
use climax_rf::driver::{Driver, Event, Handle, Id, Kind, Settings};
use climax_rf::station::{self, Detected, MessageId};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::super::accept::Opened;
use super::super::places::Place;
use super::accounts::Accounts;
use super::desk::{Desk, Path};
use super::said::{Format, Said};
use crate::journal::{Sequence, TransportFacts};

/// Messages of which it is remembered where they are kept, for what is found out later.
const REMEMBERED: usize = 64;
/// Messages of a socket that may wait for the journal at a time.
const IN_HAND: usize = 512;

/// A path that messages come by.
struct Connection {
    desk: Arc<Desk>,
    handle: Handle,
    options: contact_id::DecodeOptions,
    transport: &'static str,
    local: String,
    /// The place of a connection, which is kept from its first message on.
    place: Option<Arc<Place>>,
    kept: VecDeque<(MessageId, Sequence)>,
}

/// What is to be done about an event of the driver.
enum Next {
    /// A message was looked at; it waits for the journal.
    Finish(super::desk::Taken, Format, Id),
    /// Nothing.
    Nothing,
    /// The connection is of no use.
    Close,
}

impl Connection {
    fn facts(&self, peer: Option<SocketAddr>) -> TransportFacts {
        TransportFacts {
            transport: Cow::Borrowed(self.transport),
            peer: peer.map_or_else(String::new, |peer| peer.to_string()),
            local: self.local.clone(),
        }
    }

    fn take(&mut self, event: Event) -> Next {
        let (id, peer) = (event.to_decide(), event.peer);
        match event.kind {
            Kind::Station(station::Event::ContactId(event)) => self.contact_id(&event, id, peer),
            Kind::Station(station::Event::Dc09(event)) => self.dc09(event, id, peer),
            Kind::Station(station::Event::ForeignRefused { format, bytes }) => {
                let reason = match format {
                    Detected::Xml => "xml",
                    Detected::Csv => "csv",
                    Detected::Angle => "angle",
                    _ => "unknown-format",
                };
                self.desk
                    .malformed("panel", &bytes, &self.facts(peer), reason);
                Next::Close
            }
            Kind::Closed => Next::Close,
            _ => Next::Nothing,
        }
    }

    fn heard(&self) {
        if let Some(place) = &self.place {
            place.hear();
        }
    }

    fn message(&self, said: &Said<'_>, id: Id, peer: Option<SocketAddr>) -> Next {
        self.heard();
        let path = Path {
            format: said.format,
            transport: self.transport,
            peer: peer.map(|peer| peer.ip()),
        };
        let taken = self.desk.take(said, path, &self.facts(peer));
        Next::Finish(taken, said.format, id)
    }

    fn contact_id(
        &self,
        event: &contact_id::Event,
        id: Option<Id>,
        peer: Option<SocketAddr>,
    ) -> Next {
        let desk = &self.desk;
        match event {
            contact_id::Event::Report { message, .. } => {
                if let (Some(said), Some(id)) = (Said::contact_id(message, &self.options), id) {
                    return self.message(&said, id, peer);
                }
            }
            contact_id::Event::Refused { message, error } => {
                let (protocol, facts) = (Format::ContactId.protocol(), self.facts(peer));
                desk.malformed(protocol, message.as_bytes(), &facts, error.kind.code());
            }
            contact_id::Event::Overloaded(_) => desk.overloaded(),
            contact_id::Event::Undecided(_) => desk.count("undecided"),
            contact_id::Event::Withheld(token) => {
                desk.withheld(self.kept(MessageId::ContactId(*token)));
            }
            contact_id::Event::Junk(bytes) => self.junk(*bytes, peer),
            _ => {}
        }
        Next::Nothing
    }

    fn dc09(&mut self, event: dc09::Event, id: Option<Id>, peer: Option<SocketAddr>) -> Next {
        let desk = &self.desk;
        match event {
            dc09::Event::Frame { message, .. } => {
                if let (Some(said), Some(id)) = (Said::dc09(&message), id) {
                    return self.message(&said, id, peer);
                }
            }
            dc09::Event::Repeated { first, message, .. } => {
                let account = Said::dc09(&message).and_then(|said| said.account);
                let account = account.map(|account| account.to_string());
                desk.repeated(account.as_deref(), self.kept(MessageId::Dc09(first)));
            }
            dc09::Event::Refused { reason, bytes, .. } => {
                let (protocol, facts) = (Format::Dc09.protocol(), self.facts(peer));
                match reason {
                    Reason::Overloaded => desk.overloaded(),
                    Reason::Unreadable(kind) => {
                        desk.malformed(protocol, &bytes, &facts, kind.code());
                    }
                    // Nobody but the key can tell whose it is.
                    other => desk.refused(protocol, None, &bytes, &facts, code(other), "none"),
                }
            }
            dc09::Event::Undecided(_) => desk.count("undecided"),
            dc09::Event::Junk(bytes) => self.junk(bytes, peer),
            _ => {}
        }
        Next::Nothing
    }

    fn junk(&self, bytes: usize, peer: Option<SocketAddr>) {
        if bytes > 0 {
            self.desk.malformed("panel", &[], &self.facts(peer), "junk");
        }
    }

    fn kept(&self, message: MessageId) -> Option<Sequence> {
        let kept = self.kept.iter().find(|(known, _)| *known == message);
        kept.map(|(_, sequence)| *sequence)
    }

    fn remember(&mut self, id: Id, sequence: Option<Sequence>) {
        if let Some(sequence) = sequence {
            if self.kept.len() >= REMEMBERED {
                self.kept.pop_front();
            }
            self.kept.push_back((id.message, sequence));
        }
    }

    /// A connection: one message after the other, as panels send them.
    async fn serve(mut self, mut events: mpsc::Receiver<Event>) {
        let stop = self.desk.context.shutdown.clone();
        loop {
            let event = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                event = events.recv() => event,
            };
            let Some(event) = event else { return };
            match self.take(event) {
                Next::Finish(taken, format, id) => {
                    let kept = self.desk.finish(taken, format, &self.handle, id).await;
                    self.remember(id, kept);
                }
                Next::Nothing => {}
                Next::Close => return,
            }
        }
    }

    /// A socket: messages of many panels, none of which waits for another.
    async fn serve_all(mut self, mut events: mpsc::Receiver<Event>) {
        let stop = self.desk.context.shutdown.clone();
        let mut in_hand = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(done) = in_hand.join_next() => {
                    if let Ok((id, kept)) = done {
                        self.remember(id, kept);
                    }
                }
                event = events.recv(), if in_hand.len() < IN_HAND => match event {
                    Some(event) => if let Next::Finish(taken, format, id) = self.take(event) {
                        let (desk, handle) = (Arc::clone(&self.desk), self.handle.clone());
                        in_hand.spawn(async move {
                            (id, desk.finish(taken, format, &handle, id).await)
                        });
                    },
                    None => break,
                },
            }
        }
        while in_hand.join_next().await.is_some() {}
    }
}

const fn code(reason: Reason) -> &'static str {
    match reason {
        Reason::NoKey => "no-key",
        Reason::WrongKey => "wrong-key",
        Reason::NotEncrypted => "not-encrypted",
        Reason::OutOfWindow(_) => "out-of-window",
        Reason::TimestampMissing => "timestamp-missing",
        Reason::Answer => "answer",
        _ => "refused",
    }
}

/// Serves a connection until it ends or the server stops; what was begun is answered.
pub(super) async fn serve(
    desk: Arc<Desk>,
    accounts: Arc<Accounts>,
    settings: Settings,
    opened: Opened,
) {
    let mut settings = settings;
    // One panel, which sends one at a time.
    settings.events = 16;
    let (driver, handle, events) = Driver::new(settings, Shared(accounts));
    let connection = Connection {
        desk,
        handle,
        options: settings.station.contact_id.decode,
        transport: "tcp",
        local: opened.local.to_string(),
        place: Some(Arc::clone(opened.link.place())),
        kept: VecDeque::new(),
    };
    // The driver ends when nobody takes its events any more, and not before its last answer left.
    tokio::join!(
        driver.serve(opened.link, Some(opened.remote)),
        connection.serve(events)
    );
}

/// Serves a socket until the server stops.
pub(super) async fn serve_udp(
    desk: Arc<Desk>,
    accounts: Arc<Accounts>,
    settings: Settings,
    socket: UdpSocket,
    local: SocketAddr,
) {
    let (driver, handle, events) = Driver::new(settings, Shared(accounts));
    let connection = Connection {
        desk,
        handle,
        options: settings.station.contact_id.decode,
        transport: "udp",
        local: local.to_string(),
        place: None,
        kept: VecDeque::new(),
    };
    tokio::join!(driver.serve_udp(socket), connection.serve_all(events));
}

/// The accounts, for a driver of its own.
struct Shared(Arc<Accounts>);

impl dc09::Accounts for Shared {
    fn security(&self, account: Option<contact_id::Account<'_>>) -> dc09::Security {
        self.0.security(account)
    }
}
