//! Where bytes came from and where they go.

use core::fmt;
use std::net::SocketAddr;

/// The transport below SIP (SCAIP reference 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Transport {
    /// UDP, usually port 5060.
    Udp,
    /// TCP, usually port 5060.
    Tcp,
    /// TLS over TCP, usually port 5061.
    Tls,
}

impl Transport {
    /// Whether bytes arrive as a stream, reliably.
    #[must_use]
    pub const fn is_stream(self) -> bool {
        matches!(self, Self::Tcp | Self::Tls)
    }

    /// The token in a Via.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
        }
    }
}

/// One TCP or TLS connection, numbered by the endpoint when it was opened; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

impl ConnectionId {
    /// The number, for a log.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "connection {}", self.0)
    }
}

/// A path between two parties. Answers and messages go back along the path a request came on
/// (SCAIP reference 5.4), so keep the latest path of each sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// The transport.
    pub transport: Transport,
    /// Our address. Requests carry it in their Via: give one that means something to the peer, not 0.0.0.0.
    pub local: SocketAddr,
    /// The peer's address as packets come from it.
    pub remote: SocketAddr,
    /// The connection; `None` on UDP only.
    pub connection: Option<ConnectionId>,
}

impl Path {
    /// A path over UDP. Paths over streams come from
    /// [`Endpoint::connection_opened`](super::Endpoint::connection_opened).
    #[must_use]
    pub const fn udp(local: SocketAddr, remote: SocketAddr) -> Self {
        Self {
            transport: Transport::Udp,
            local,
            remote,
            connection: None,
        }
    }
}
