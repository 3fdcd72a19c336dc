//! What is known of one receiver from one alarm to the next.

use super::ReceiverAddress;
use crate::digest::Session;
use crate::sip::{ConnectionId, Path, Scheme, Uri};

pub(super) struct Link {
    pub(super) address: ReceiverAddress,
    pub(super) connection: Option<ConnectionId>,
    /// The driver was asked to connect and has not answered.
    pub(super) connecting: bool,
    /// Digest sessions: of the server, of a proxy before it.
    pub(super) sessions: [Option<Session>; 2],
}

impl Link {
    pub(super) fn new(address: ReceiverAddress) -> Self {
        Link {
            address,
            connection: None,
            connecting: false,
            sessions: [None, None],
        }
    }

    /// How well a source fits this receiver, higher is better: its address and port or our
    /// connection to it, its host, its account in From.
    pub(super) fn fit(&self, path: &Path, from: Option<&Uri<'_>>) -> u32 {
        let here = path.connection.is_some() && path.connection == self.connection;
        let address = self.address.address;
        let remote = path.remote.ip().to_canonical();
        let host = remote == address.ip().to_canonical();
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
        u32::from(exact) * 4 + u32::from(host) * 2 + u32::from(named)
    }
}
