//! Where a line is.

use std::io;

use espa444::driver::Connect;
use espa444::driver::tcp::{Client, Listener};
#[cfg(feature = "serial")]
use espa444::serial::SerialLine;
use tokio::io::{AsyncRead, AsyncWrite};

/// Both directions of a line.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Where a line is: opens it as often as needed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Place {
    /// TCP, this side connects.
    Connect(Client),
    /// TCP, the other side connects; the newest connection counts.
    Listen(Listener),
    /// A serial port.
    #[cfg(feature = "serial")]
    Serial(SerialLine),
}

impl Connect for Place {
    type Stream = Box<dyn Stream>;

    async fn connect(&mut self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Place::Connect(client) => Box::new(client.connect().await?),
            Place::Listen(listener) => Box::new(listener.connect().await?),
            #[cfg(feature = "serial")]
            Place::Serial(port) => Box::new(port.connect().await?),
        })
    }

    async fn replacement(&mut self) -> Box<dyn Stream> {
        match self {
            Place::Connect(client) => Box::new(client.replacement().await),
            Place::Listen(listener) => Box::new(listener.replacement().await),
            #[cfg(feature = "serial")]
            Place::Serial(port) => Box::new(port.replacement().await),
        }
    }

    fn paces_itself(&self) -> bool {
        match self {
            Place::Connect(client) => client.paces_itself(),
            Place::Listen(listener) => listener.paces_itself(),
            #[cfg(feature = "serial")]
            Place::Serial(port) => port.paces_itself(),
        }
    }
}
