//! Names, connections and sockets towards the receivers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use tokio::time::timeout;

use super::sockets::route;
use super::{Destination, Driver, Stream};
use crate::sender::ReceiverId;
use crate::sip::{Transport, Uri};

/// What a small task found out.
pub(super) enum Found {
    Connected {
        receiver: ReceiverId,
        address: SocketAddr,
        result: io::Result<Stream>,
    },
    Addresses {
        receiver: ReceiverId,
        result: io::Result<Vec<SocketAddr>>,
    },
}

impl Driver {
    pub(super) fn dial(&mut self, receiver: ReceiverId, transport: Transport, address: SocketAddr) {
        match self.dialling.get(&receiver) {
            Some((under_way, _)) if *under_way == address => return,
            Some((_, task)) => task.abort(),
            None => {}
        }
        let Some(known) = self.sender.receiver(receiver) else {
            return;
        };
        let named = known.host.as_deref().map(without_port);
        let account = || Uri::parse(known.account.as_bytes()).map_or("", |uri| uri.host);
        let destination = Destination {
            name: known.name.clone(),
            host: named.unwrap_or_else(account).to_owned(),
            transport,
            address,
        };
        let connector = Arc::clone(&self.connector);
        let time = self.settings.connect_time;
        let task = self.tasks.spawn(async move {
            let opened = timeout(time, connector.connect(destination)).await;
            Found::Connected {
                receiver,
                address,
                result: opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())),
            }
        });
        self.dialling.insert(receiver, (address, task));
    }

    pub(super) fn look_up(&mut self, receiver: ReceiverId, host: String) {
        let time = self.settings.lookup_time;
        self.tasks.spawn(async move {
            let looked_up = timeout(time, tokio::net::lookup_host(host)).await;
            let result = looked_up.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            Found::Addresses {
                receiver,
                result: result.map(Iterator::collect),
            }
        });
    }

    pub(super) fn use_found(&mut self, found: Found) {
        let now = Instant::now();
        match found {
            Found::Connected {
                receiver,
                address,
                result,
            } => {
                let under_way = self.dialling.get(&receiver);
                if under_way.is_none_or(|(current, _)| *current != address) {
                    return;
                }
                self.dialling.remove(&receiver);
                match result {
                    Ok(Stream { io, local }) => {
                        // Refused beyond the limit: dropping it closes it.
                        if let Ok(id) = self.sender.connected(now, receiver, local) {
                            self.serve(id, io, self.next_ping());
                        }
                    }
                    Err(_) => {
                        self.counters.connects_failed += 1;
                        self.sender.connect_failed(now, receiver);
                    }
                }
            }
            Found::Addresses { receiver, result } => {
                let stream = |transport: Transport| transport.is_stream();
                let known = self.sender.receiver(receiver);
                let is_stream = known.is_some_and(|known| stream(known.transport));
                let mut addresses = result.unwrap_or_default();
                if !is_stream {
                    // One socket serves them all: those of one family that can be reached.
                    addresses.retain(|address| route(*address).is_ok());
                    let first = addresses.first().copied();
                    addresses.retain(|address| {
                        first.is_some_and(|first| first.is_ipv4() == address.is_ipv4())
                    });
                    if let Some(first) = first {
                        self.bind(receiver, first);
                    }
                }
                if addresses.is_empty() {
                    self.counters.lookups_failed += 1;
                    self.sender.resolve_failed(now, receiver);
                } else {
                    self.sender.resolved(now, receiver, addresses);
                }
            }
        }
    }

    /// Sees to it that there is a UDP socket that leads to a receiver whose address is known.
    pub(super) fn bind_toward(&mut self, receiver: ReceiverId) {
        let known = self.sender.receiver(receiver);
        let remote = known
            .filter(|known| !known.transport.is_stream() && known.address.port() != 0)
            .map(|known| known.address);
        if let Some(remote) = remote {
            self.bind(receiver, remote);
        }
    }

    fn bind(&mut self, receiver: ReceiverId, remote: SocketAddr) {
        let Some(wanted) = self.wanted.get(receiver.index()) else {
            return;
        };
        match self.sockets.toward(*wanted, remote) {
            Ok(local) => self.sender.set_local(receiver, local),
            Err(_) => self.counters.datagrams_failed += 1,
        }
    }

    /// Looks anew which interface leads to a receiver on UDP.
    pub(super) fn route_again(&mut self, receiver: ReceiverId) {
        let local = |driver: &Driver| driver.sender.receiver(receiver)?.local;
        let before = local(self);
        self.bind_toward(receiver);
        if local(self) != before {
            self.close_unused();
        }
    }

    pub(super) fn bind_again(&mut self, remote: SocketAddr) {
        for place in 0..self.wanted.len() {
            let receiver = ReceiverId(place);
            if self
                .sender
                .receiver(receiver)
                .is_some_and(|known| known.address == remote)
            {
                self.bind_toward(receiver);
            }
        }
        self.close_unused();
    }

    fn close_unused(&mut self) {
        let receivers = (0..self.wanted.len()).map(ReceiverId);
        let used: Vec<SocketAddr> = receivers
            .filter_map(|receiver| self.sender.receiver(receiver)?.local)
            .collect();
        self.sockets.keep(&used);
    }
}

/// The host of `host:port`, an IPv6 address without its brackets.
fn without_port(host: &str) -> &str {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.trim_start_matches('[').trim_end_matches(']')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::driver::sender::Settings;
    use crate::sender::{AlarmId, Config, Event, FailureReason, ReceiverAddress, Sender};

    #[tokio::test]
    async fn the_interface_is_looked_for_anew_when_a_receiver_on_udp_does_not_answer() {
        let any = "0.0.0.0:0".parse().unwrap();
        let arc = "127.0.0.1:5060".parse().unwrap();
        let arc = ReceiverAddress::new("arc", Transport::Udp, arc, "sip:alarm@example.net");
        let sender = Sender::new(Config::new([7; 16], any, vec![arc])).unwrap();
        let (mut driver, _handle, _events) = Driver::new(sender, Settings::default());
        let receiver = ReceiverId(0);
        // The address of an interface that is gone.
        let gone = "192.0.2.9:40000".parse().unwrap();
        driver.sender.set_local(receiver, gone);
        driver.handle_event(Event::AttemptFailed {
            alarm: AlarmId(1),
            receiver,
            reason: FailureReason::NoOk,
        });
        let local = driver.sender.receiver(receiver).unwrap().local.unwrap();
        assert!(local.ip().is_loopback(), "{local}");
        assert!(driver.sockets.get(local).is_some());
    }
}
