//! Reaching receivers: names, connections, and our own address.

use std::net::SocketAddr;
use std::time::Instant;

use super::alarm::{Alarm, State};
use super::{AlarmId, ConnectedError, Event, FailureReason, ReceiverId, Sender};
use crate::sip::{ConnectionId, Path};

impl Sender {
    /// Answers [`Event::Connect`]: the connection is open, `local` its own address. A connection
    /// that nobody asked for, or a second one, is taken as well and used from now on.
    ///
    /// # Errors
    ///
    /// [`ConnectedError`]: close it.
    pub fn connected(
        &mut self,
        now: Instant,
        receiver: ReceiverId,
        local: SocketAddr,
    ) -> Result<ConnectionId, ConnectedError> {
        let link = self
            .links
            .get_mut(receiver.0)
            .ok_or(ConnectedError::UnknownReceiver)?;
        let (transport, remote) = (link.address.transport, link.address.address);
        if !transport.is_stream() {
            return Err(ConnectedError::NotAStream);
        }
        link.connecting = false;
        let opened = self.endpoint.connection_opened(transport, local, remote);
        match opened {
            Ok(connection) => {
                link.connection = Some(connection);
                for id in self.connecting_to(receiver.0) {
                    self.retry(now, id, receiver.0);
                }
                self.register_on_connection(now, receiver.0);
                Ok(connection)
            }
            Err(error) => {
                self.cannot_be_reached(now, receiver.0, FailureReason::ConnectFailed);
                Err(error.into())
            }
        }
    }

    /// Answers [`Event::Connect`]: there is no connection to be had. When its name has further
    /// addresses the next one is tried.
    pub fn connect_failed(&mut self, now: Instant, receiver: ReceiverId) {
        let Some(link) = self.links.get_mut(receiver.0) else {
            return;
        };
        if !std::mem::take(&mut link.connecting) {
            // Whoever waited for it has gone on already.
            return;
        }
        if link.next_address() {
            self.request_connection(now, receiver.0);
        } else {
            self.cannot_be_reached(now, receiver.0, FailureReason::ConnectFailed);
        }
    }

    /// Answers [`Event::Resolve`]: the addresses of the receiver's name, the best first. When one
    /// fails the next one is tried; without any it is as [`resolve_failed`](Self::resolve_failed).
    pub fn resolved(&mut self, now: Instant, receiver: ReceiverId, addresses: Vec<SocketAddr>) {
        let Some(link) = self.links.get_mut(receiver.0) else {
            return;
        };
        if !link.take_addresses(now, addresses) {
            self.cannot_be_reached(now, receiver.0, FailureReason::ResolveFailed);
        } else if link.address.transport.is_stream() {
            self.request_connection(now, receiver.0);
        } else {
            for id in self.connecting_to(receiver.0) {
                self.retry(now, id, receiver.0);
            }
        }
    }

    /// Answers [`Event::Resolve`]: the name has no address. Addresses it had before are used on.
    pub fn resolve_failed(&mut self, now: Instant, receiver: ReceiverId) {
        self.resolved(now, receiver, Vec::new());
    }

    /// Tells our own address for UDP towards one receiver, as it may see it in Via: that of the
    /// interface that leads there.
    pub fn set_local(&mut self, receiver: ReceiverId, local: SocketAddr) {
        if let Some(link) = self.links.get_mut(receiver.0) {
            link.address.local = Some(local);
        }
    }

    /// Our own address for UDP as set, towards receivers that have none of their own.
    #[must_use]
    pub fn local(&self) -> SocketAddr {
        self.config.local
    }

    /// Nobody waits for this receiver any longer.
    fn cannot_be_reached(&mut self, now: Instant, receiver: usize, reason: FailureReason) {
        for id in self.connecting_to(receiver) {
            self.give_up(now, id, receiver, reason);
        }
    }

    fn connecting_to(&self, receiver: usize) -> Vec<AlarmId> {
        let waits = |alarm: &Alarm| matches!(alarm.state, State::Connecting { receiver: to, .. } if to == receiver);
        self.alarms
            .iter()
            .filter(|(_, alarm)| waits(alarm))
            .map(|(id, _)| *id)
            .collect()
    }

    /// The way to a receiver; `None` when there has to be a connection or a name looked up first.
    pub(super) fn path(&self, now: Instant, receiver: usize) -> Option<Path> {
        let link = self.links.get(receiver)?;
        if link.address.transport.is_stream() {
            return self.endpoint.connection_path(link.connection?);
        }
        if link.is_unresolved(now, self.config.resolve_again) {
            return None;
        }
        let local = link.address.local.unwrap_or(self.config.local);
        Some(Path::udp(local, link.address.address))
    }

    /// Asks the driver for what is missing on the way to a receiver, unless it is asked already.
    pub(super) fn request_connection(&mut self, now: Instant, receiver: usize) {
        let longest = self.config.resolve_again;
        let Some(link) = self.links.get_mut(receiver) else {
            return;
        };
        let id = ReceiverId(receiver);
        let unresolved = link.is_unresolved(now, longest);
        let event = if unresolved {
            let host = link.address.host.clone().unwrap_or_default();
            (!link.resolving).then_some(Event::Resolve { receiver: id, host })
        } else if link.address.transport.is_stream() {
            (!link.connecting).then_some(Event::Connect {
                receiver: id,
                transport: link.address.transport,
                address: link.address.address,
            })
        } else {
            None
        };
        let Some(event) = event else { return };
        // Without room for the question it is asked the next time.
        let asked = self.ask(event);
        if let Some(link) = self.links.get_mut(receiver) {
            if unresolved {
                link.resolving = asked;
            } else {
                link.connecting = asked;
            }
        }
    }
}
