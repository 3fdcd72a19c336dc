//! The application's end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{mpsc, oneshot};

use super::reach::Work;
use crate::driver::{Ended, Input, Inputs, stream, udp};
use crate::receiver::{Answer, IncomingId};
use crate::sip::{self, Transport};

/// How the driver is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Counts of the SIP layer.
    pub sip: sip::Counters,
    /// Alarms that wait for a decision now.
    pub pending: usize,
    /// Repeats recognised; see [`Receiver::repeats`](crate::receiver::Receiver::repeats).
    pub repeats: u64,
    /// Refused messages whose bytes were left out; see
    /// [`Receiver::evidence_left_out`](crate::receiver::Receiver::evidence_left_out).
    pub evidence_left_out: u64,
}

/// What the application wants.
pub(super) enum Command {
    Answer(IncomingId, Box<Answer<'static>>),
    Run(Work),
    AddUdp {
        socket: Arc<UdpSocket>,
        local: SocketAddr,
    },
    Counters(oneshot::Sender<Counters>),
    Overloaded(bool),
    ShutDown(Duration, oneshot::Sender<Vec<IncomingId>>),
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Command::Answer(..) => "Answer",
            Command::Run(_) => "Run",
            Command::AddUdp { .. } => "AddUdp",
            Command::Counters(_) => "Counters",
            Command::Overloaded(_) => "Overloaded",
            Command::ShutDown(..) => "ShutDown",
        })
    }
}

/// The application's end; clone it freely.
#[derive(Debug, Clone)]
pub struct Handle {
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) inputs: Inputs,
}

impl Handle {
    /// Receives and answers on a bound socket. Bind to a specific address: it goes into the Via
    /// of every response.
    ///
    /// # Errors
    ///
    /// When the socket has no address, or the driver has ended.
    pub fn add_udp(&self, socket: UdpSocket) -> io::Result<SocketAddr> {
        let local = socket.local_addr()?;
        let socket = Arc::new(socket);
        let command = Command::AddUdp {
            socket: Arc::clone(&socket),
            local,
        };
        self.commands
            .try_send(command)
            .map_err(|error| io::Error::other(error.to_string()))?;
        tokio::spawn(udp::read(socket, local, self.inputs.clone()));
        Ok(local)
    }

    /// Accepts TCP connections from a bound listener for as long as the driver lives.
    ///
    /// # Errors
    ///
    /// When the listener has no address.
    pub fn add_listener(&self, listener: TcpListener) -> io::Result<SocketAddr> {
        let local = listener.local_addr()?;
        tokio::spawn(stream::accept(listener, self.inputs.clone()));
        Ok(local)
    }

    /// Takes over one connection, such as a TLS stream after its handshake.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn add_stream(
        &self,
        io: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(), Ended> {
        let opened = Input::Opened {
            io: Box::new(io),
            transport,
            local,
            remote,
        };
        if self.inputs.send(opened).await {
            Ok(())
        } else {
            Err(Ended)
        }
    }

    /// Decides about an alarm with a [`Response`](crate::Response) or an [`Answer`]; see
    /// [`Receiver::answer`](crate::receiver::Receiver::answer). If the response cannot be sent any
    /// more, the sender will repeat its request.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn answer(
        &self,
        id: IncomingId,
        answer: impl Into<Answer<'static>>,
    ) -> Result<(), Ended> {
        let command = Command::Answer(id, Box::new(answer.into()));
        self.commands.send(command).await.map_err(|_| Ended)
    }

    /// How the driver is doing.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn counters(&self) -> Result<Counters, Ended> {
        self.ask(Command::Counters).await
    }

    /// Turns new requests away with 503 while set.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn set_overloaded(&self, overloaded: bool) -> Result<(), Ended> {
        self.commands
            .send(Command::Overloaded(overloaded))
            .await
            .map_err(|_| Ended)
    }

    /// Ends the driver: new requests hear 503, alarms in hand get up to `grace` to be decided. Then
    /// those that nobody has decided are named; their senders have heard no verdict and repeat.
    ///
    /// It comes back when the driver has ended. Whoever takes the events and answers must go on
    /// with that meanwhile: spawn it, rather than wait for it there.
    ///
    /// # Errors
    ///
    /// [`Ended`]: it had ended before.
    pub async fn shut_down(&self, grace: Duration) -> Result<Vec<IncomingId>, Ended> {
        self.ask(|reply| Command::ShutDown(grace, reply)).await
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, Ended> {
        let (reply, answer) = oneshot::channel();
        let command = command(reply);
        self.commands.send(command).await.map_err(|_| Ended)?;
        answer.await.map_err(|_| Ended)
    }
}
