//! A thin tokio driver for the [`Receiver`]: sockets in, events out, nothing decided.
//!
//! One task owns the receiver; small tasks read sockets and write connections. Works over UDP
//! sockets, TCP listeners, and any `AsyncRead + AsyncWrite` such as a TLS stream.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use scaip::driver::{Driver, Settings};
//! use scaip::receiver::{Config, Event, Receiver};
//! use scaip::{Response, StatusNumber};
//! use tokio::net::{TcpListener, UdpSocket};
//!
//! let receiver = Receiver::new(Config::new([7; 16]))?; // a random seed, in earnest
//! let (driver, handle, mut events) = Driver::new(receiver, Settings::default());
//! handle.add_udp(UdpSocket::bind("127.0.0.1:0").await?)?;
//! handle.add_listener(TcpListener::bind("127.0.0.1:0").await?)?;
//! tokio::spawn(driver.run());
//! # handle.shut_down(std::time::Duration::ZERO);
//! while let Some(event) = events.recv().await {
//!     if let Event::Request(alarm) = event {
//!         // Keep it, durably, then:
//!         let reference = alarm.decoded.message().reference.clone();
//!         handle.answer(alarm.id, Response::new(reference, StatusNumber::OK)).await?;
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod reach;
pub mod sender;
mod stream;
mod udp;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::message::Response;
use crate::receiver::{Answer, AnswerError, Event, IncomingId, Receiver};
use crate::sip::{ConnectionId, Counters, Path, Transmit, Transport};

/// Settings of the driver.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Settings {
    /// Events that may wait for the application, 4096 by default. When it falls behind, new
    /// requests hear 503.
    pub events: usize,
    /// A connection without a byte for this long is closed, 1 h by default.
    pub idle: Duration,
    /// How long writing one message to a connection may take, 10 s by default.
    pub write_time: Duration,
    /// How long a connection whose peer has finished sending stays open for responses, 12 s by
    /// default: a little more than a decision may take.
    pub linger: Duration,
    /// Bytes read from sockets that may wait for the receiver, 4 MiB by default. What is beyond it
    /// waits in the operating system.
    pub input_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            events: 4096,
            idle: Duration::from_secs(3600),
            write_time: Duration::from_secs(10),
            linger: Duration::from_secs(12),
            input_bytes: 4 * 1024 * 1024,
        }
    }
}

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

/// What the application wants.
enum Command {
    Answer(IncomingId, Box<Answer<'static>>),
    Run(reach::Work),
    AddUdp {
        socket: Arc<UdpSocket>,
        local: SocketAddr,
    },
    Counters(tokio::sync::oneshot::Sender<(Counters, usize)>),
    Overloaded(bool),
    ShutDown(Duration),
}

/// The application's end; clone it freely.
#[derive(Debug, Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    inputs: Inputs,
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

    /// Decides about an alarm with a [`Response`] or an [`Answer`]; see [`Receiver::answer`]. If
    /// the response cannot be sent any more, the sender will repeat its request.
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

    /// Counts of the SIP layer, and how many alarms wait for a decision.
    ///
    /// # Errors
    ///
    /// [`Ended`].
    pub async fn counters(&self) -> Result<(Counters, usize), Ended> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        self.commands
            .send(Command::Counters(sender))
            .await
            .map_err(|_| Ended)?;
        receiver.await.map_err(|_| Ended)
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

    /// Ends the driver: new requests hear 503, alarms in hand get up to `patience` to be decided.
    /// A full queue means that the driver is busy; it is told as soon as there is room.
    pub fn shut_down(&self, patience: Duration) {
        if let Err(mpsc::error::TrySendError::Full(command)) =
            self.commands.try_send(Command::ShutDown(patience))
        {
            let commands = self.commands.clone();
            tokio::spawn(async move { commands.send(command).await });
        }
    }
}

/// Owns the receiver and moves bytes and events; [`Driver::run`] is its whole life.
///
/// Of the application's code only two things run in its task: what [`Handle::with`] is given, and
/// [`Accounts`](crate::digest::Accounts). A panic in the latter ends the driver.
#[derive(Debug)]
pub struct Driver {
    receiver: Receiver,
    settings: Settings,
    commands: mpsc::Receiver<Command>,
    inputs: mpsc::Receiver<Input>,
    own_inputs: Inputs,
    events: mpsc::Sender<Event>,
    sockets: HashMap<SocketAddr, Arc<UdpSocket>>,
    connections: HashMap<ConnectionId, mpsc::Sender<Bytes>>,
    /// When to end whatever still waits, once asked to.
    ending: Option<Instant>,
}

/// Batches of datagrams and pieces of streams that may wait.
const INPUTS: usize = 1024;
/// Commands that may wait.
const COMMANDS: usize = 4096;
/// How much of either is taken in one turn.
const TURN: usize = 256;
/// Further off than any shut-down waits: a year.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);
/// Messages that may wait for one connection; a peer that reads so slowly is cut off.
const BACKLOG: usize = 256;

impl Driver {
    /// A driver, its handle, and the events. When every receiver of events is gone the driver
    /// ends.
    #[must_use]
    pub fn new(receiver: Receiver, settings: Settings) -> (Driver, Handle, mpsc::Receiver<Event>) {
        let (command_sender, commands) = mpsc::channel(COMMANDS);
        let (input_sender, inputs) = mpsc::channel(INPUTS);
        let (events, event_receiver) = mpsc::channel(settings.events.max(1));
        let input_sender = Inputs::new(input_sender, &settings);
        let driver = Driver {
            receiver,
            settings,
            commands,
            inputs,
            own_inputs: input_sender.clone(),
            events,
            sockets: HashMap::new(),
            connections: HashMap::new(),
            ending: None,
        };
        let handle = Handle {
            commands: command_sender,
            inputs: input_sender,
        };
        (driver, handle, event_receiver)
    }

    /// Runs until shut down or until nobody takes events any more.
    pub async fn run(mut self) {
        let mut commands = Vec::with_capacity(TURN);
        let mut inputs = Vec::with_capacity(TURN);
        let events = self.events.clone();
        loop {
            let stalled = self.hand_out().await;
            if self.is_over() {
                return;
            }
            let due = [self.receiver.poll_timeout(), self.ending]
                .into_iter()
                .flatten()
                .min();
            let timer = async move {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                // Decisions free what new alarms need, so they go first.
                biased;
                count = self.commands.recv_many(&mut commands, TURN) => {
                    if count == 0 {
                        return;
                    }
                }
                _ = events.reserve(), if stalled => {}
                () = events.closed() => return,
                () = timer => self.receiver.handle_timeout(Instant::now()),
                _ = self.inputs.recv_many(&mut inputs, TURN) => {}
            }
            commands.drain(..).for_each(|command| self.obey(command));
            for input in inputs.drain(..) {
                self.take(input);
                // The receiver's queues are bounded: they are emptied after every input.
                self.hand_out().await;
            }
        }
    }

    fn is_over(&self) -> bool {
        self.ending
            .is_some_and(|end| self.receiver.pending() == 0 || Instant::now() >= end)
    }

    fn obey(&mut self, command: Command) {
        let now = Instant::now();
        match command {
            Command::Answer(id, answer) => {
                let Response {
                    reference,
                    status_number,
                    ..
                } = &answer.response;
                let bare = Response::new(reference.clone(), *status_number);
                // Too late: the sender was told so, and the application by `Undecided`.
                if let Err(AnswerError::Encode(_)) = self.receiver.answer(now, id, *answer) {
                    // A response that breaks a limit: the bare verdict still goes out.
                    let _ = self.receiver.answer(now, id, bare);
                }
            }
            Command::Run(work) => work(&mut self.receiver, now),
            Command::AddUdp { socket, local } => {
                self.sockets.insert(local, socket);
            }
            Command::Counters(sender) => {
                let _ = sender.send((self.receiver.counters(), self.receiver.pending()));
            }
            Command::Overloaded(overloaded) => self.receiver.set_overloaded(overloaded),
            Command::ShutDown(patience) => {
                self.receiver.set_overloaded(true);
                // A patience without end is one.
                self.ending = Some(now.checked_add(patience).unwrap_or(now + FAR));
            }
        }
    }

    fn take(&mut self, input: Input) {
        let now = Instant::now();
        match input {
            Input::Datagrams {
                local, datagrams, ..
            } => {
                for (remote, datagram) in datagrams {
                    self.receiver
                        .handle_datagram(now, Path::udp(local, remote), datagram);
                }
            }
            Input::Opened {
                io,
                transport,
                local,
                remote,
            } => {
                // Refused beyond the limit: dropping it closes it.
                if let Ok(id) = self.receiver.connection_opened(transport, local, remote) {
                    let (sender, bytes) = mpsc::channel(BACKLOG);
                    self.connections.insert(id, sender);
                    stream::serve(io, id, bytes, self.own_inputs.clone(), self.settings);
                }
            }
            Input::Bytes { id, bytes, .. } => self.receiver.handle_stream(now, id, &bytes),
            Input::Closed(id) => {
                self.connections.remove(&id);
                self.receiver.connection_closed(id);
            }
        }
    }

    /// Hands out events while the application has room, and sends what is to be sent. `true`
    /// when the application has no room.
    async fn hand_out(&mut self) -> bool {
        let mut stalled = false;
        loop {
            match self.events.try_reserve() {
                Ok(permit) => match self.receiver.poll_event(Instant::now()) {
                    Some(event) => permit.send(event),
                    None => break,
                },
                Err(mpsc::error::TrySendError::Full(())) => {
                    stalled = true;
                    break;
                }
                Err(mpsc::error::TrySendError::Closed(())) => break,
            }
        }
        while let Some(transmit) = self.receiver.poll_transmit() {
            self.send(transmit).await;
        }
        stalled
    }

    async fn send(&mut self, transmit: Transmit) {
        let Transmit {
            path,
            bytes,
            close_after,
            message,
        } = transmit;
        let sent = match path.connection {
            None => match self.sockets.get(&path.local) {
                Some(socket) => udp::send(socket, &bytes, path.remote).await.is_ok(),
                None => false,
            },
            Some(id) => {
                let sender = self.connections.get(&id);
                let sent =
                    bytes.is_empty() || sender.is_some_and(|sender| sender.try_send(bytes).is_ok());
                if close_after || !sent {
                    // The writer ends when it has written what it has.
                    self.connections.remove(&id);
                    self.receiver.connection_closed(id);
                }
                sent
            }
        };
        if let (false, Some(message)) = (sent, message) {
            self.receiver.transport_failed(message);
        }
    }
}

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

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Command::Answer(..) => "Answer",
            Command::Run(_) => "Run",
            Command::AddUdp { .. } => "AddUdp",
            Command::Counters(_) => "Counters",
            Command::Overloaded(_) => "Overloaded",
            Command::ShutDown(_) => "ShutDown",
        })
    }
}
