//! Thin tokio drivers: sockets and connections under a [`receiver`] or a [`sender`], nothing decided.
//!
//! Both have the same shape: `Driver::new` takes the machine and gives a driver to be spawned, a
//! `Handle` to be cloned, and the events. One task owns the machine; small tasks read sockets and
//! write connections.

pub mod receiver;
pub mod sender;
mod stream;
mod udp;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::sip::{ConnectionId, Transport};
// What connections want of the settings is in those of the receiver's driver.
use receiver::Settings;

/// The driver has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the driver has ended")]
pub struct Ended;

/// Anything bytes can be read from and written to.
trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// A datagram and its source.
type Datagram = (SocketAddr, Bytes);

/// What the sockets bring.
enum Input {
    Datagrams {
        local: SocketAddr,
        datagrams: Vec<Datagram>,
        _room: Room,
    },
    Opened {
        io: Box<dyn Io>,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    },
    Bytes {
        id: ConnectionId,
        bytes: Bytes,
        _room: Room,
    },
    Closed(ConnectionId),
}

/// Where inputs go, and how many bytes of them may wait.
#[derive(Debug, Clone)]
struct Inputs {
    sender: mpsc::Sender<Input>,
    room: Arc<Semaphore>,
    limit: u32,
}

/// The room that one input takes; given back when it is dropped.
type Room = OwnedSemaphorePermit;

impl Inputs {
    fn new(sender: mpsc::Sender<Input>, settings: &Settings) -> Self {
        let most = u32::try_from(Semaphore::MAX_PERMITS).unwrap_or(u32::MAX);
        let limit = u32::try_from(settings.input_bytes)
            .unwrap_or(most)
            .clamp(1, most);
        let room = Arc::new(Semaphore::new(limit as usize));
        Inputs {
            sender,
            room,
            limit,
        }
    }

    /// Waits until there is room for so many bytes; one input larger than all of it may pass alone.
    async fn room(&self, bytes: usize) -> Option<Room> {
        let wanted = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.limit);
        Arc::clone(&self.room).acquire_many_owned(wanted).await.ok()
    }

    /// `false` when the driver has ended.
    async fn send(&self, input: Input) -> bool {
        self.sender.send(input).await.is_ok()
    }

    async fn closed(&self) {
        self.sender.closed().await;
    }
}

/// Batches of datagrams and pieces of streams that may wait.
const INPUTS: usize = 1024;
/// How much of either is taken in one turn.
const TURN: usize = 256;
/// Messages that may wait for one connection; a peer that reads so slowly is cut off.
const BACKLOG: usize = 256;

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Input::Datagrams { .. } => "Datagrams",
            Input::Opened { .. } => "Opened",
            Input::Bytes { .. } => "Bytes",
            Input::Closed(_) => "Closed",
        })
    }
}
