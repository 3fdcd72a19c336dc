//! What is known of one receiver from one alarm to the next.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::ReceiverAddress;
use super::registration::Registering;
use crate::digest::Session;
use crate::sip::{ConnectionId, Path, Scheme, Transport, Uri};

/// What [`Link::fit`] gives at least when host or connection are those of the receiver.
pub(super) const HOST_FITS: u32 = 2;

/// The headers of digest answers, to a server and to a proxy (RFC 3261 22).
const ANSWERS: [&str; 2] = ["Authorization", "Proxy-Authorization"];

pub(super) struct Link {
    pub(super) address: ReceiverAddress,
    pub(super) connection: Option<ConnectionId>,
    /// When the last SIP message came over the connection.
    pub(super) heard: Option<Instant>,
    /// The driver was asked to connect and has not answered.
    pub(super) connecting: bool,
    /// Digest sessions: of the server, of a proxy before it.
    pub(super) sessions: [Option<Session>; 2],
    /// The driver was asked to look the name up and has not answered.
    pub(super) resolving: bool,
    /// When the name was looked up.
    pub(super) resolved: Option<Instant>,
    /// What it gave; the one in use is in `address`.
    addresses: Vec<SocketAddr>,
    /// Addresses that failed in a row.
    failed: usize,
    /// It did not answer: until then the others go first.
    pub(super) silent_until: Option<Instant>,
    /// It asked to be left alone until then.
    pub(super) not_before: Option<Instant>,
    /// Times it refused our credentials in a row.
    pub(super) refusals: u32,
    pub(super) registering: Option<Registering>,
}

impl Link {
    pub(super) fn new(address: ReceiverAddress) -> Self {
        Link {
            registering: address.registration.clone().map(Registering::new),
            address,
            connection: None,
            heard: None,
            connecting: false,
            sessions: [None, None],
            resolving: false,
            resolved: None,
            addresses: Vec::new(),
            failed: 0,
            silent_until: None,
            not_before: None,
            refusals: 0,
        }
    }

    /// Whether its name has to be looked up before the next attempt.
    pub(super) fn is_unresolved(&self, now: Instant, longest: Duration) -> bool {
        let fresh = |at: Instant| now.saturating_duration_since(at) <= longest;
        self.address.host.is_some() && !self.resolved.is_some_and(fresh)
    }

    /// Takes the addresses of its name; the one in use stays if it is among them. `false` when
    /// there are none, now or from before.
    pub(super) fn take_addresses(&mut self, now: Instant, addresses: Vec<SocketAddr>) -> bool {
        self.resolving = false;
        if !addresses.is_empty() {
            self.failed = 0;
            if !addresses.contains(&self.address.address) {
                self.address.address = addresses[0];
            }
            self.addresses = addresses;
        }
        let known = !self.addresses.is_empty();
        if known {
            // Old addresses are better than none; the name is looked up again in time.
            self.resolved = Some(now);
        }
        known
    }

    /// Turns to the next address of its name; `false` when each has failed since the last
    /// success. Then the name is looked up again.
    pub(super) fn next_address(&mut self) -> bool {
        let place = self
            .addresses
            .iter()
            .position(|address| *address == self.address.address);
        let Some(place) = place else {
            return false;
        };
        self.failed += 1;
        self.address.address = self.addresses[(place + 1) % self.addresses.len()];
        if self.failed < self.addresses.len() {
            return true;
        }
        self.failed = 0;
        self.resolved = None;
        false
    }

    /// It answers: whatever was held against it is forgotten.
    pub(super) fn is_alive(&mut self) {
        self.silent_until = None;
        self.failed = 0;
    }

    /// The headers that answer the challenges known so far.
    pub(super) fn digest_headers(
        &mut self,
        method: &str,
        uri: &str,
    ) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        for (slot, session) in self.sessions.iter_mut().enumerate() {
            let answer = session.as_mut().zip(self.address.credentials.as_ref());
            let value =
                answer.and_then(|(session, credentials)| session.answer(credentials, method, uri));
            match value {
                Some(value) => headers.push((ANSWERS[slot], value)),
                None => *session = None,
            }
        }
        headers
    }

    /// Whether an answer over this transport is as hard to forge as one over the receiver's own.
    pub(super) fn is_as_safe(&self, transport: Transport) -> bool {
        let rank = |transport| match transport {
            Transport::Udp => 0,
            Transport::Tcp => 1,
            Transport::Tls => 2,
        };
        rank(transport) >= rank(self.address.transport)
    }

    /// How well a source fits this receiver, higher is better: its address and port or our
    /// connection to it, its host, its account in From.
    pub(super) fn fit(&self, path: &Path, from: Option<&Uri<'_>>) -> u32 {
        let here = path.connection.is_some() && path.connection == self.connection;
        let address = self.address.address;
        let remote = path.remote.ip().to_canonical();
        let host = remote == address.ip().to_canonical()
            || self
                .addresses
                .iter()
                .any(|other| remote == other.ip().to_canonical());
        let exact = here || (host && path.remote.port() == address.port());
        let account = Uri::parse(self.address.account.as_bytes()).ok();
        let named = match (from, account) {
            (Some(from), Some(account)) => {
                matches!(from.scheme, Scheme::Sip | Scheme::Sips)
                    && from.user == account.user
                    && from.host.eq_ignore_ascii_case(account.host)
            }
            _ => false,
        };
        u32::from(exact) * 4 + u32::from(host) * HOST_FITS + u32::from(named)
    }
}
