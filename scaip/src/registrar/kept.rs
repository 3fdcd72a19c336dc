//! How paths and times are kept: small, since there are tens of thousands of them.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sip::{ConnectionId, Path, Transport};

/// Nanoseconds since the registrar was first used: five centuries fit.
pub(super) type Tick = u64;

pub(super) fn ticks(length: Duration) -> Tick {
    Tick::try_from(length.as_nanos()).unwrap_or(Tick::MAX)
}

/// The clock of a registrar: begins with its first use.
#[derive(Default, Clone, Copy)]
pub(super) struct Clock(Option<Instant>);

impl Clock {
    /// The present, beginning now if this is the first use.
    pub(super) fn begin(&mut self, now: Instant) -> Tick {
        self.0.get_or_insert(now);
        self.tick(now)
    }

    pub(super) fn tick(self, now: Instant) -> Tick {
        self.0
            .map_or(0, |start| ticks(now.saturating_duration_since(start)))
    }

    pub(super) fn instant(self, tick: Tick) -> Option<Instant> {
        self.0?.checked_add(Duration::from_nanos(tick))
    }
}

/// A path. Its local address is shared with other paths where that is known.
pub(super) struct KeptPath {
    local: Arc<SocketAddr>,
    remote: SocketAddr,
    connection: Option<NonZeroU64>,
    transport: Transport,
}

impl KeptPath {
    pub(super) fn path(&self) -> Path {
        Path {
            transport: self.transport,
            local: *self.local,
            remote: self.remote,
            connection: self.connection(),
        }
    }

    /// Connections are numbered from 1.
    pub(super) fn connection(&self) -> Option<ConnectionId> {
        self.connection.map(|number| ConnectionId(number.get()))
    }
}

/// The local addresses met lately; a server has a few.
#[derive(Default)]
pub(super) struct Locals(Vec<Arc<SocketAddr>>);

const MOST_LOCALS: usize = 16;

impl Locals {
    pub(super) fn keep(&mut self, path: &Path) -> Arc<KeptPath> {
        let known = self.0.iter().find(|known| ***known == path.local);
        let local = if let Some(known) = known {
            known.clone()
        } else {
            let local = Arc::new(path.local);
            if self.0.len() >= MOST_LOCALS {
                self.0.remove(0);
            }
            self.0.push(local.clone());
            local
        };
        Arc::new(KeptPath {
            local,
            remote: path.remote,
            connection: path.connection.and_then(|id| NonZeroU64::new(id.get())),
            transport: path.transport,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_back_as_they_were_and_share_their_local_address() {
        let mut locals = Locals::default();
        let mut path = Path::udp(
            "[2001:db8::1]:5061".parse().unwrap(),
            "[fe80::7%3]:5062".parse().unwrap(),
        );
        let first = locals.keep(&path);
        assert_eq!(first.path(), path);
        path.transport = Transport::Tls;
        path.connection = Some(ConnectionId(7));
        let second = locals.keep(&path);
        assert_eq!(second.path(), path);
        assert!(Arc::ptr_eq(&first.local, &second.local));
        for port in 1..100 {
            path.local.set_port(port);
            assert_eq!(locals.keep(&path).path(), path);
        }
        assert!(locals.0.len() <= MOST_LOCALS);
    }
}
