//! Where a panel reports, and the connection to it.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// TCP or UDP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// A connection.
    Tcp,
    /// Datagrams.
    Udp,
}

impl Transport {
    /// The name in an address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        }
    }
}

/// Where a panel reports: `tcp://HOST:PORT`, `udp://HOST:PORT`, or `HOST:PORT` for TCP.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// How.
    pub transport: Transport,
    /// `HOST:PORT`.
    pub place: String,
}

/// A text that is no [`Address`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write tcp://HOST:PORT or udp://HOST:PORT")]
#[non_exhaustive]
pub struct InvalidAddress;

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        let (transport, place) = match text.split_once("://") {
            Some(("tcp", place)) => (Transport::Tcp, place),
            Some(("udp", place)) => (Transport::Udp, place),
            None => (Transport::Tcp, text),
            Some(_) => return Err(InvalidAddress),
        };
        let (host, port) = place.rsplit_once(':').ok_or(InvalidAddress)?;
        match port.parse::<u16>() {
            Ok(1..) if !host.is_empty() => Ok(Address {
                transport,
                place: place.to_owned(),
            }),
            _ => Err(InvalidAddress),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.transport.name(), self.place)
    }
}

/// Longer than any frame of a station.
const READ: usize = 2048;
/// How long the end of a connection may take.
const FAREWELL: Duration = Duration::from_secs(2);
/// Between the bytes of a report that is split.
const PAUSE: Duration = Duration::from_millis(1);

/// A connection to a station, or a socket.
pub(super) enum Line {
    Tcp(TcpStream),
    Udp(UdpSocket),
}

impl Line {
    pub(super) async fn open(address: &Address) -> io::Result<Self> {
        match address.transport {
            Transport::Tcp => {
                let stream = TcpStream::connect(&address.place).await?;
                stream.set_nodelay(true)?;
                Ok(Line::Tcp(stream))
            }
            Transport::Udp => {
                let mut last = io::ErrorKind::AddrNotAvailable.into();
                for to in tokio::net::lookup_host(&address.place).await? {
                    let own = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
                    let socket = UdpSocket::bind(own).await?;
                    match socket.connect(to).await {
                        Ok(()) => return Ok(Line::Udp(socket)),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    /// One segment or datagram; split: a segment for each byte.
    pub(super) async fn write(&mut self, bytes: &[u8], split: bool) -> io::Result<()> {
        match self {
            Line::Tcp(stream) if split => {
                for byte in bytes {
                    stream.write_all(std::slice::from_ref(byte)).await?;
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(())
            }
            Line::Tcp(stream) => stream.write_all(bytes).await,
            Line::Udp(socket) => socket.send(bytes).await.map(|_| ()),
        }
    }

    /// Bytes of the station.
    pub(super) async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut buffer = vec![0; READ];
        let length = match self {
            Line::Tcp(stream) => match stream.read(&mut buffer).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                length => length,
            },
            Line::Udp(socket) => socket.recv(&mut buffer).await?,
        };
        buffer.truncate(length);
        Ok(buffer)
    }

    /// Ends the connection so that what was sent arrives, whatever is answered.
    pub(super) async fn leave(mut self) {
        if let Line::Tcp(stream) = &mut self {
            let _ = stream.shutdown().await;
            // Closed with answers unread, the system would take back what was sent.
            let drained = async { while self.read().await.is_ok() {} };
            let _ = tokio::time::timeout(FAREWELL, drained).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_their_transport() {
        for (text, expected) in [
            ("tcp://127.0.0.1:5000", "tcp://127.0.0.1:5000"),
            ("127.0.0.1:5000", "tcp://127.0.0.1:5000"),
            ("udp://[::1]:5000", "udp://[::1]:5000"),
            (
                "udp://station.example.net:5000",
                "udp://station.example.net:5000",
            ),
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), expected);
        }
        for text in [
            "",
            "127.0.0.1",
            "tls://127.0.0.1:1",
            "tcp://:1",
            "a:0",
            "a:99999",
        ] {
            assert_eq!(text.parse::<Address>(), Err(InvalidAddress), "{text}");
        }
    }
}
