//! The tokio driver for the [`Receiver`]: sockets in, events out, nothing decided.
//!
//! One task owns the receiver; small tasks read sockets and write connections. Works over UDP
//! sockets, TCP listeners, and any `AsyncRead + AsyncWrite` such as a TLS stream.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use scaip::driver::receiver::{Driver, Settings};
//! use scaip::receiver::{Config, DuplicateSettings, Event, Receiver};
//! use scaip::{Response, StatusNumber};
//! use tokio::net::{TcpListener, UdpSocket};
//!
//! let mut config = Config::new([7; 16]); // a random seed, in earnest
//! config.duplicates = Some(DuplicateSettings::default());
//! let receiver = Receiver::new(config)?;
//! let (driver, handle, mut events) = Driver::new(receiver, Settings::default());
//! handle.add_udp(UdpSocket::bind("127.0.0.1:0").await?)?;
//! handle.add_listener(TcpListener::bind("127.0.0.1:0").await?)?;
//! tokio::spawn(driver.run());
//! # let ending = handle.clone();
//! # tokio::spawn(async move { ending.shut_down(std::time::Duration::ZERO).await });
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

mod handle;
mod reach;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::net::UdpSocket;
use tokio::sync::{mpsc, oneshot};

pub use handle::{Counters, Handle};

pub use super::Ended;
use super::{BACKLOG, INPUTS, Input, Inputs, TURN, stream, udp};
use crate::message::Response;
use crate::receiver::{AnswerError, Event, IncomingId, Receiver};
use crate::sip::{ConnectionId, Path, Transmit};
use handle::Command;

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

/// A shut-down under way.
#[derive(Debug)]
struct Ending {
    at: Instant,
    replies: Vec<oneshot::Sender<Vec<IncomingId>>>,
}

/// Commands that may wait.
const COMMANDS: usize = 4096;
/// Further off than any shut-down waits: a year.
const FAR: Duration = Duration::from_secs(365 * 24 * 3600);

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
    ending: Option<Ending>,
}

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
                break;
            }
            let over = self.ending.as_ref().map(|ending| ending.at);
            let due = [self.receiver.poll_timeout(), over]
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
                        break;
                    }
                }
                _ = events.reserve(), if stalled => {}
                () = events.closed() => break,
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
        self.give_back();
    }

    fn is_over(&self) -> bool {
        self.ending
            .as_ref()
            .is_some_and(|ending| self.receiver.pending() == 0 || Instant::now() >= ending.at)
    }

    /// Tells those who shut the driver down what nobody has decided.
    fn give_back(&mut self) {
        let Some(ending) = self.ending.take() else {
            return;
        };
        let left: Vec<_> = self.receiver.undecided().collect();
        for reply in ending.replies {
            let _ = reply.send(left.clone());
        }
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
                let _ = sender.send(Counters {
                    sip: self.receiver.counters(),
                    pending: self.receiver.pending(),
                    repeats: self.receiver.repeats(),
                    evidence_left_out: self.receiver.evidence_left_out(),
                });
            }
            Command::Overloaded(overloaded) => self.receiver.set_overloaded(overloaded),
            Command::ShutDown(grace, reply) => {
                self.receiver.set_overloaded(true);
                // A grace without end is one.
                let at = now.checked_add(grace).unwrap_or(now + FAR);
                let ending = self.ending.get_or_insert(Ending {
                    at,
                    replies: Vec::new(),
                });
                ending.at = ending.at.min(at);
                ending.replies.push(reply);
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
