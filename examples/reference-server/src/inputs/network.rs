//! Sockets, IPv4 and IPv6, and the networks that plain traffic is taken from.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::{TcpListener, UdpSocket};

use super::source_filter;
use crate::config::Listen;
use crate::input::InputError;

/// What is asked of the operating system for the queue of datagrams, in bytes. It may give less.
const DATAGRAM_QUEUE: usize = 8 * 1024 * 1024;
/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

/// The networks that plain traffic is taken from: loopback, and those that are named.
#[derive(Clone, Debug)]
pub(super) struct Networks(Arc<[IpNet]>);

impl Networks {
    pub(super) fn new(named: &[IpNet]) -> Self {
        Self(named.into())
    }

    /// Everything: for traffic that protects itself.
    pub(super) fn all() -> Self {
        let all = [IpAddr::from([0_u8; 4]), IpAddr::from([0_u8; 16])];
        Self(all.map(|any| IpNet::new_assert(any, 0)).into())
    }

    pub(super) fn allow(&self, source: IpAddr) -> bool {
        let source = source.to_canonical();
        source.is_loopback() || self.0.iter().any(|network| network.contains(&source))
    }
}

/// A listener for TCP. An IPv6 address does not take IPv4 along on any system.
///
/// # Errors
/// What the operating system says.
pub(crate) fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address, Type::STREAM, Protocol::TCP)?;
    // As the standard library does: a restart must not wait for old connections to time out.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Listeners for TCP on all of these, with the addresses that they have.
///
/// # Errors
/// [`InputError::Bind`]; `what` wanted to listen.
pub(super) fn bind_all(
    what: &'static str,
    listen: &Listen,
) -> Result<Vec<(SocketAddr, TcpListener)>, InputError> {
    let bind = |&address: &SocketAddr| {
        let failed = |source| InputError::Bind {
            what,
            address,
            source,
        };
        let listener = bind_tcp(address).map_err(failed)?;
        Ok((listener.local_addr().map_err(failed)?, listener))
    };
    listen.addresses().iter().map(bind).collect()
}

/// A UDP socket that only hears loopback and these networks.
pub(super) fn bind_udp(address: SocketAddr, networks: &Networks) -> io::Result<UdpSocket> {
    let socket = socket(address, Type::DGRAM, Protocol::UDP)?;
    // A burst must fit while the receiver is busy. Less than asked for is no error.
    let _ = socket.set_recv_buffer_size(DATAGRAM_QUEUE);
    if !address.ip().to_canonical().is_loopback() {
        // Before the bind: no datagram comes ahead of it.
        source_filter::attach(&socket, address.is_ipv6(), &networks.0)?;
    }
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

fn socket(address: SocketAddr, kind: Type, protocol: Protocol) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), kind, Some(protocol))?;
    if address.is_ipv6() {
        // The default differs between systems and their settings.
        socket.set_only_v6(true)?;
    }
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_and_the_named_networks_are_allowed() {
        let networks =
            ["192.0.2.0/24", "2001:db8::/32"].map(|network| network.parse().expect("a network"));
        let networks = Networks::new(&networks);
        for (source, allowed) in [
            ("127.0.0.1", true),
            ("127.8.8.8", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("192.0.2.255", true),
            ("::ffff:192.0.2.1", true),
            ("2001:db8:ffff::1", true),
            ("192.0.3.0", false),
            ("2001:db9::1", false),
            ("::", false),
        ] {
            let source: IpAddr = source.parse().expect("an address");
            assert_eq!(networks.allow(source), allowed, "{source}");
            assert!(Networks::all().allow(source));
        }
    }
}
