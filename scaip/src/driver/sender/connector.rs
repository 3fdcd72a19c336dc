//! How connections are opened.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::driver::Io;
use crate::sip::Transport;

/// Where a connection is wanted to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Destination {
    /// The receiver's name in the settings.
    pub name: String,
    /// Its host without the port, as in
    /// [`ReceiverAddress::host`](crate::sender::ReceiverAddress::host), else the host of its
    /// account: what a TLS certificate has to be made out to.
    pub host: String,
    /// TCP or TLS.
    pub transport: Transport,
    /// The address to connect to.
    pub address: SocketAddr,
}

/// A connection, whatever it is made of.
pub struct Stream {
    pub(super) io: Box<dyn Io>,
    pub(super) local: SocketAddr,
}

impl Stream {
    /// A connection whose end here has this address; it goes into Via.
    pub fn new(
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        local: SocketAddr,
    ) -> Self {
        Stream {
            io: Box::new(io),
            local,
        }
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("local", &self.local)
            .finish_non_exhaustive()
    }
}

/// A connection on its way.
pub type Connecting = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

/// Opens connections to receivers. Any `Fn(Destination) -> impl Future<Output = io::Result<Stream>>`
/// is one.
pub trait Connector: Send + Sync + 'static {
    /// Opens one. The driver drops the future when it takes too long.
    fn connect(&self, destination: Destination) -> Connecting;
}

impl<F, T> Connector for F
where
    F: Fn(Destination) -> T + Send + Sync + 'static,
    T: Future<Output = io::Result<Stream>> + Send + 'static,
{
    fn connect(&self, destination: Destination) -> Connecting {
        Box::pin(self(destination))
    }
}

/// Connects over TCP as the driver does by itself. A [`Connector`] that adds TLS begins with
/// [`connect_tcp`].
///
/// # Errors
///
/// [`io::ErrorKind::Unsupported`] for a receiver on TLS: plain text is not what was asked for.
/// Else as [`connect_tcp`].
pub async fn tcp(destination: Destination) -> io::Result<Stream> {
    if destination.transport != Transport::Tcp {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let stream = connect_tcp(destination.address).await?;
    let local = stream.local_addr()?;
    Ok(Stream::new(stream, local))
}

/// Opens a TCP connection that sends small messages at once.
///
/// # Errors
///
/// As [`TcpStream::connect`].
pub async fn connect_tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // A request is one small segment; waiting to fill it helps nobody.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}
