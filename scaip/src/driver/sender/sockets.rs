//! UDP sockets, bound as they are needed.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

use crate::driver::{Inputs, udp};

struct Socket {
    socket: Arc<UdpSocket>,
    reading: JoinHandle<()>,
    /// Bound to whatever port there was.
    any_port: bool,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// The sockets by their own address.
pub(super) struct Sockets {
    open: HashMap<SocketAddr, Socket>,
    inputs: Inputs,
}

impl Sockets {
    pub(super) fn new(inputs: Inputs) -> Self {
        Sockets {
            open: HashMap::new(),
            inputs,
        }
    }

    pub(super) fn get(&self, local: SocketAddr) -> Option<&UdpSocket> {
        self.open.get(&local).map(|socket| &*socket.socket)
    }

    /// The address of a socket that leads to `remote`, bound now if there is none: to `wanted`,
    /// or where that leaves address or port open, to the interface that leads there.
    pub(super) fn toward(
        &mut self,
        wanted: SocketAddr,
        remote: SocketAddr,
    ) -> io::Result<SocketAddr> {
        let fits = wanted.is_ipv4() == remote.is_ipv4();
        let port = wanted.port();
        let local = if fits && !wanted.ip().is_unspecified() {
            wanted
        } else {
            let mut local = route(remote)?;
            local.set_port(port);
            local
        };
        if port != 0 && self.open.contains_key(&local) {
            return Ok(local);
        }
        if port == 0 {
            let shared =
                |(at, socket): &(&SocketAddr, &Socket)| socket.any_port && at.ip() == local.ip();
            if let Some((at, _)) = self.open.iter().find(shared) {
                return Ok(*at);
            }
        }
        let socket = std::net::UdpSocket::bind(local)?;
        socket.set_nonblocking(true)?;
        let socket = Arc::new(UdpSocket::from_std(socket)?);
        let local = socket.local_addr()?;
        let reading = tokio::spawn(udp::read(Arc::clone(&socket), local, self.inputs.clone()));
        let socket = Socket {
            socket,
            reading,
            any_port: port == 0,
        };
        self.open.insert(local, socket);
        Ok(local)
    }

    /// Closes what nobody uses any more.
    pub(super) fn keep(&mut self, used: &[SocketAddr]) {
        self.open.retain(|local, _| used.contains(local));
    }
}

/// Our own address on the way to `remote`, as the system would choose it. Nothing is sent.
pub(super) fn route(remote: SocketAddr) -> io::Result<SocketAddr> {
    let any = if remote.is_ipv4() {
        IpAddr::from(Ipv4Addr::UNSPECIFIED)
    } else {
        IpAddr::from(Ipv6Addr::UNSPECIFIED)
    };
    let socket = std::net::UdpSocket::bind((any, 0))?;
    socket.connect(remote)?;
    socket.local_addr()
}
