//! Which listener asks for credentials, and which does not (SCAIP reference 5.5).

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use super::ConfigError;
use crate::digest::{self, Accounts, Challenger, ChallengerConfig, Identity, Verdict};
use crate::sip::{HeaderName, Message, Path, StatusCode, Transport};
use crate::text::ControllerId;

/// Accounts that a receiver can hold on to.
pub type SharedAccounts = Arc<dyn Accounts + Send + Sync>;

/// A socket or listener, as the caller bound it. Of several that fit a message the narrowest
/// counts, in the order of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Listener {
    /// What is bound to this address. An unspecified one (`0.0.0.0`, `[::]`) stands for every
    /// address of its family, `[::]` for IPv4 too, at this port: connections accepted there have
    /// another local address. Where an address of its own fits as well, that one counts. The
    /// other way round nothing fits: a UDP socket bound to `0.0.0.0` has to be named so.
    Address {
        /// The transport.
        transport: Transport,
        /// The address bound to.
        local: std::net::SocketAddr,
    },
    /// Everything over this transport.
    Transport(Transport),
    /// Everything.
    Any,
}

impl Listener {
    /// The socket or listener of this transport bound to this address.
    #[must_use]
    pub const fn address(transport: Transport, local: std::net::SocketAddr) -> Self {
        Listener::Address { transport, local }
    }

    /// How narrowly it fits; `None` when it does not.
    fn fit(self, path: &Path) -> Option<u8> {
        match self {
            Listener::Any => Some(0),
            Listener::Transport(transport) => (transport == path.transport).then_some(1),
            Listener::Address { transport, local } => {
                if transport != path.transport || local.port() != path.local.port() {
                    return None;
                }
                let (bound, met) = (local.ip().to_canonical(), path.local.ip().to_canonical());
                if bound == met {
                    return Some(3);
                }
                let covers = match bound {
                    IpAddr::V4(bound) => bound.is_unspecified() && met.is_ipv4(),
                    IpAddr::V6(bound) => bound.is_unspecified(),
                };
                covers.then_some(2)
            }
        }
    }
}

/// What a listener asks of those who write to it.
#[derive(Clone)]
#[non_exhaustive]
pub enum Access {
    /// Nothing: the network, or TLS, or provisioned `cid`s are trusted.
    Open,
    /// Digest credentials.
    Digest {
        /// Realm, key, algorithms.
        challenger: ChallengerConfig,
        /// Who is known, and who may speak for which `cid`.
        accounts: SharedAccounts,
    },
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Access::Open => f.write_str("Open"),
            Access::Digest { challenger, .. } => f
                .debug_struct("Digest")
                .field("challenger", challenger)
                .finish_non_exhaustive(),
        }
    }
}

/// A listener and its access.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ListenerConfig {
    /// Which one.
    pub listener: Listener,
    /// What it asks.
    pub access: Access,
}

impl ListenerConfig {
    /// A listener that asks nothing. With [`Listener::Any`] it opens every one that is not named.
    #[must_use]
    pub const fn open(listener: Listener) -> Self {
        ListenerConfig {
            listener,
            access: Access::Open,
        }
    }

    /// A listener that asks for digest credentials.
    #[must_use]
    pub fn digest(
        listener: Listener,
        challenger: ChallengerConfig,
        accounts: impl Accounts + Send + Sync + 'static,
    ) -> Self {
        ListenerConfig {
            listener,
            access: Access::Digest {
                challenger,
                accounts: Arc::new(accounts),
            },
        }
    }
}

struct Gate {
    listener: Listener,
    /// `None` when it is open.
    digest: Option<(Challenger, SharedAccounts)>,
}

/// All listeners that are told apart.
#[derive(Default)]
pub(super) struct Gates(Vec<Gate>);

impl fmt::Debug for Gates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listeners = self.0.iter().map(|gate| gate.listener);
        f.debug_list().entries(listeners).finish()
    }
}

/// Who sent a request, as its credentials prove.
#[derive(Debug)]
pub(super) struct Known {
    gate: usize,
    pub(super) identity: Identity,
}

/// What a gate says to a request.
pub(super) enum Passage {
    /// Nobody asks.
    Open,
    /// It is from this user.
    Known(Known),
    /// Answer 401 with these values of WWW-Authenticate.
    Challenge { stale: bool, values: Vec<String> },
    /// Answer with this status.
    Refused {
        refusal: digest::CredentialsFault,
        status: StatusCode,
    },
    /// Listeners are named, and this is none of them.
    Unnamed,
}

/// Authorization headers that are looked at. More than one comes only of several realms.
const MOST_ANSWERS: usize = 4;

impl Gates {
    pub(super) fn new(listeners: Vec<ListenerConfig>) -> Result<Gates, ConfigError> {
        let mut gates: Vec<Gate> = Vec::with_capacity(listeners.len());
        for ListenerConfig { listener, access } in listeners {
            if gates.iter().any(|gate| gate.listener == listener) {
                return Err(ConfigError::ListenerTwice { listener });
            }
            let digest = match access {
                Access::Open => None,
                Access::Digest {
                    challenger,
                    accounts,
                } => {
                    let challenger = Challenger::unstarted(challenger)
                        .map_err(|error| ConfigError::Challenger { listener, error })?;
                    Some((challenger, accounts))
                }
            };
            gates.push(Gate { listener, digest });
        }
        Ok(Gates(gates))
    }

    /// Replaces the accounts of a listener that challenges.
    pub(super) fn set_accounts(&mut self, listener: Listener, accounts: SharedAccounts) -> bool {
        let gate = self.0.iter_mut().find(|gate| gate.listener == listener);
        match gate.and_then(|gate| gate.digest.as_mut()) {
            Some((_, present)) => {
                *present = accounts;
                true
            }
            None => false,
        }
    }

    pub(super) fn pass(&mut self, now: Instant, path: &Path, message: &Message) -> Passage {
        if self.0.is_empty() {
            return Passage::Open;
        }
        let narrowest = self
            .0
            .iter_mut()
            .enumerate()
            .filter_map(|(index, gate)| Some((gate.listener.fit(path)?, index, gate)))
            .max_by_key(|&(fit, ..)| fit);
        // A name that fits nothing is more likely a mistake than an open door.
        let Some((_, index, gate)) = narrowest else {
            return Passage::Unnamed;
        };
        let Some((challenger, accounts)) = &mut gate.digest else {
            return Passage::Open;
        };
        let method = message.method().and_then(|method| method.as_str());
        let method = method.unwrap_or_default();
        let uri = message.request_uri_raw().unwrap_or_default();
        let answers = message
            .headers()
            .filter(|(name, _)| HeaderName::from_bytes(name) == HeaderName::Authorization)
            .take(MOST_ANSWERS);
        let mut stale = false;
        for (_, value) in answers {
            match challenger.verify(now, method, uri, Some(value), &**accounts) {
                Verdict::Accepted(identity) => {
                    let gate = index;
                    return Passage::Known(Known { gate, identity });
                }
                Verdict::Challenge { stale: old } => stale |= old,
                verdict @ Verdict::Refused(refusal) => {
                    let status = verdict.status().unwrap_or(StatusCode::FORBIDDEN);
                    return Passage::Refused { refusal, status };
                }
            }
        }
        let values = challenger.challenge(now, stale);
        Passage::Challenge { stale, values }
    }

    /// Whether whoever sent a request may speak for this unit.
    pub(super) fn allows(&self, known: &Known, controller: &ControllerId<'_>) -> bool {
        let gate = self.0.get(known.gate);
        gate.and_then(|gate| gate.digest.as_ref())
            .is_some_and(|(_, accounts)| {
                accounts.may_speak_for(&known.identity.username, controller.as_str())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(listener: &str, met: &str) -> Option<u8> {
        let mut path = Path::udp(met.parse().unwrap(), "192.0.2.7:5062".parse().unwrap());
        path.transport = Transport::Tls;
        Listener::address(Transport::Tls, listener.parse().unwrap()).fit(&path)
    }

    #[test]
    fn a_wildcard_stands_for_every_address_at_its_port_and_gives_way_to_a_narrower_one() {
        assert_eq!(fit("192.0.2.1:5061", "192.0.2.1:5061"), Some(3));
        assert_eq!(fit("0.0.0.0:5061", "192.0.2.1:5061"), Some(2));
        assert_eq!(fit("[::]:5061", "192.0.2.1:5061"), Some(2));
        assert_eq!(fit("[::]:5061", "[::ffff:192.0.2.1]:5061"), Some(2));
        assert_eq!(
            fit("192.0.2.1:5061", "[::ffff:192.0.2.1]:5061"),
            Some(3),
            "a socket of both families"
        );
        for (bound, met) in [
            ("0.0.0.0:5061", "[2001:db8::1]:5061"),
            ("0.0.0.0:5061", "192.0.2.1:5060"),
            ("192.0.2.1:5061", "192.0.2.2:5061"),
            ("192.0.2.1:5061", "0.0.0.0:5061"),
        ] {
            assert_eq!(fit(bound, met), None, "{bound} {met}");
        }
    }

    #[test]
    fn transports_are_told_apart() {
        let path = Path::udp(
            "192.0.2.1:5060".parse().unwrap(),
            "192.0.2.7:5062".parse().unwrap(),
        );
        assert_eq!(
            Listener::address(Transport::Tcp, path.local).fit(&path),
            None
        );
        assert_eq!(Listener::Transport(Transport::Udp).fit(&path), Some(1));
        assert_eq!(Listener::Transport(Transport::Tls).fit(&path), None);
        assert_eq!(Listener::Any.fit(&path), Some(0));
    }
}
