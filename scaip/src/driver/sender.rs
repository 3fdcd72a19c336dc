//! A thin tokio driver for the [`Sender`]: sockets and connections under it, nothing decided.
//!
//! One task owns the sender; small tasks read sockets and write connections. UDP sockets are bound
//! and TCP connections opened as they are needed, names are looked up; TLS or anything else comes
//! from a [`Connector`] of the caller.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use scaip::driver::sender::{Driver, Outcome, Settings};
//! use scaip::sender::{About, Config, ReceiverAddress, Sender};
//! use scaip::sip::Transport;
//! use scaip::{ControllerId, DeviceType, Reference, Request, StatusCode};
//!
//! # let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
//! # let machine = scaip::receiver::Receiver::new(scaip::receiver::Config::new([8; 16]))?;
//! # let (arc, answers, mut alarms) = scaip::driver::receiver::Driver::new(machine, Default::default());
//! # let arc_address = answers.add_udp(socket)?;
//! # tokio::spawn(arc.run());
//! # tokio::spawn(async move {
//! #     while let Some(event) = alarms.recv().await {
//! #         if let scaip::receiver::Event::Request(alarm) = event {
//! #             let reference = alarm.decoded.message().reference.clone();
//! #             let yes = scaip::Response::new(reference, scaip::StatusNumber::OK);
//! #             answers.answer(alarm.id, yes).await.expect("running");
//! #         }
//! #     }
//! # });
//! let first = ReceiverAddress::new("first", Transport::Udp, arc_address, "sip:alarm@example.net");
//! let second = ReceiverAddress::named("second", Transport::Tcp, "backup.example.net:5060", "sip:alarm@example.net");
//! let any = "0.0.0.0:0".parse()?; // whatever leads there
//! let sender = Sender::new(Config::new([7; 16], any, vec![first, second]))?; // a random seed, in earnest
//! let (driver, handle, _) = Driver::new(sender, Settings::default()); // no reports wanted
//! tokio::spawn(driver.run());
//!
//! // The sender gives the reference; the one here is replaced.
//! let (controller, pendant) = (ControllerId::new("40211870"), DeviceType::PERSONAL_TRIGGER);
//! let mut request = Request::new(Reference::new("0"), controller, pendant);
//! request.status_code = Some(StatusCode::MANUAL_ALARM);
//! let alarm = handle.submit(request, About::New).await?;
//! if let Outcome::Accepted { receiver, response, .. } = alarm.outcome().await? {
//!     println!("{:?} took it: {:?}", handle.receiver_name(receiver), response.message());
//! }
//! let left = handle.shut_down(std::time::Duration::from_secs(5)).await?;
//! assert!(left.is_empty(), "else keep them, and resume them in the next run");
//! # Ok(())
//! # }
//! ```
//!
//! Over connections of your own making, such as TLS: a closure that opens one.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use scaip::driver::sender::{Destination, Driver, Settings, Stream, connect_tcp};
//! use scaip::sender::{Config, ReceiverAddress, Sender};
//! use scaip::sip::Transport;
//!
//! let arc = ReceiverAddress::named("arc", Transport::Tls, "alarm.example.net:5061", "sip:alarm@example.net");
//! let sender = Sender::new(Config::new([7; 16], "0.0.0.0:0".parse()?, vec![arc]))?;
//! let connector = |to: Destination| async move {
//!     let stream = connect_tcp(to.address).await?;
//!     let local = stream.local_addr()?;
//!     // Here the handshake of your TLS library, with `to.host` as the name of the server.
//!     Ok(Stream::new(stream, local))
//! };
//! let (driver, handle, events) = Driver::with_connector(sender, Settings::default(), connector);
//! # drop((driver, handle, events));
//! # Ok(())
//! # }
//! ```

mod connections;
mod connector;
mod handle;
mod reach;
mod sockets;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinSet};

pub use connector::{Connecting, Connector, Destination, Stream, connect_tcp, tcp};
pub use handle::{Counters, Handle, Outcome, SubmitFailed, Submitted, Unfinished};

pub use super::Ended;
use super::{INPUTS, Input, Inputs, TURN, udp};
use crate::message::MessageType;
use crate::sender::{About, AlarmId, Event, FailureReason, ReceiverId, Sender};
use crate::sip::{ConnectionId, Path, Transmit};
use connections::Connection;
use handle::{Command, Work};
use reach::Found;
use sockets::Sockets;

/// Settings of the driver.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Settings {
    /// Events that may wait for the application, 1024 by default. Beyond it reports are left out
    /// and counted. The ends of alarms whose [`Submitted`] was dropped have as much room again;
    /// then the oldest are left out and counted too. Nothing is refused because nobody reads.
    pub events: usize,
    /// How long opening one connection may take, 5 s by default: less than
    /// [`connect_wait`](crate::sender::Config::connect_wait) leaves time for a second address.
    pub connect_time: Duration,
    /// How long looking a name up may take, 5 s by default.
    pub lookup_time: Duration,
    /// A connection without a byte for this long is closed, 1 h by default.
    pub idle: Duration,
    /// How long our own connections may be still before an empty line is sent (RFC 5626 4.4.1), so
    /// that what stands in between does not forget them. 2 min by default; `None` sends nothing.
    /// A receiver that has answered one before and is silent for 10 s after another is connected
    /// to anew.
    pub keep_alive: Option<Duration>,
    /// How long writing one message to a connection may take, 10 s by default.
    pub write_time: Duration,
    /// How long a connection whose receiver has finished sending is kept, zero by default: no
    /// response will come on it.
    pub linger: Duration,
    /// Bytes read from sockets that may wait for the sender, 4 MiB by default.
    pub input_bytes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            events: 1024,
            connect_time: Duration::from_secs(5),
            lookup_time: Duration::from_secs(5),
            idle: Duration::from_secs(3600),
            keep_alive: Some(Duration::from_secs(120)),
            write_time: Duration::from_secs(10),
            linger: Duration::ZERO,
            input_bytes: 4 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// Those that connections share with the receiver's driver.
    fn shared(&self) -> super::Settings {
        super::Settings {
            events: self.events,
            idle: self.idle,
            write_time: self.write_time,
            linger: self.linger,
            input_bytes: self.input_bytes,
        }
    }
}

/// Who submitted an alarm, and perhaps waits for its end.
struct Waiter {
    end: oneshot::Sender<Outcome>,
    heartbeat: bool,
}

/// A shut-down under way.
struct Ending {
    at: Instant,
    replies: Vec<oneshot::Sender<Vec<Unfinished>>>,
}

/// Commands that may wait.
const COMMANDS: usize = 1024;
/// Owns the sender and moves bytes and events; [`Driver::run`] is its whole life.
pub struct Driver {
    sender: Sender,
    settings: Settings,
    connector: Arc<dyn Connector>,
    commands: mpsc::Receiver<Command>,
    inputs: mpsc::Receiver<Input>,
    own_inputs: Inputs,
    events: mpsc::Sender<Event>,
    /// The ends of alarms whose caller keeps no [`Submitted`], while there is no room for events:
    /// at most [`Settings::events`] of them.
    backlog: VecDeque<Event>,
    waiting: HashMap<AlarmId, Waiter>,
    /// Our own address for UDP towards each receiver, as it was set.
    wanted: Vec<SocketAddr>,
    sockets: Sockets,
    connections: HashMap<ConnectionId, Connection>,
    tasks: JoinSet<Found>,
    dialling: HashMap<ReceiverId, (SocketAddr, AbortHandle)>,
    counters: Counters,
    ending: Option<Ending>,
}

impl std::fmt::Debug for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Driver")
            .field("sender", &self.sender)
            .field("settings", &self.settings)
            .field("connections", &self.connections.len())
            .finish_non_exhaustive()
    }
}

impl Driver {
    /// A driver, its handle, and the events: a report of everything that happens to every alarm.
    /// Who does not want them drops them (`_`); kept and not read they fill up and are left out.
    ///
    /// Receivers on UDP and TCP are reached; those on TLS need [`with_connector`](Self::with_connector).
    #[must_use]
    pub fn new(sender: Sender, settings: Settings) -> (Driver, Handle, mpsc::Receiver<Event>) {
        Driver::with_connector(sender, settings, tcp)
    }

    /// The same with another way to open connections, TCP included.
    #[must_use]
    pub fn with_connector(
        sender: Sender,
        settings: Settings,
        connector: impl Connector,
    ) -> (Driver, Handle, mpsc::Receiver<Event>) {
        let (command_sender, commands) = mpsc::channel(COMMANDS);
        let (input_sender, inputs) = mpsc::channel(INPUTS);
        let (events, event_receiver) = mpsc::channel(settings.events.max(1));
        let own_inputs = Inputs::new(input_sender, &settings.shared());
        let receivers = (0..).map_while(|place| sender.receiver(ReceiverId(place)));
        let (mut names, mut wanted) = (Vec::new(), Vec::new());
        for receiver in receivers {
            names.push(receiver.name.clone());
            wanted.push(receiver.local.unwrap_or(sender.local()));
        }
        let handle = Handle {
            commands: command_sender,
            inputs: own_inputs.clone(),
            names: names.into(),
        };
        let driver = Driver {
            sender,
            settings,
            connector: Arc::new(connector),
            commands,
            inputs,
            sockets: Sockets::new(own_inputs.clone()),
            own_inputs,
            events,
            backlog: VecDeque::new(),
            waiting: HashMap::new(),
            wanted,
            connections: HashMap::new(),
            tasks: JoinSet::new(),
            dialling: HashMap::new(),
            counters: Counters::default(),
            ending: None,
        };
        (driver, handle, event_receiver)
    }

    /// Runs until it is shut down, or until every handle is gone and nothing is open.
    pub async fn run(mut self) {
        for place in 0..self.wanted.len() {
            self.bind_toward(ReceiverId(place));
        }
        self.sender.begin_registrations(Instant::now());
        let mut commands = Vec::with_capacity(TURN);
        let mut inputs = Vec::with_capacity(TURN);
        let mut handles = true;
        let events = self.events.clone();
        loop {
            self.turn().await;
            let idle = self.sender.open() == 0 && self.backlog.is_empty();
            let over = self.ending.as_ref().map(|ending| ending.at);
            if over.is_some_and(|at| idle || Instant::now() >= at) || (idle && !handles) {
                self.give_back();
                return;
            }
            let pings = self
                .connections
                .values()
                .flat_map(|connection| [connection.ping_at, connection.pong_by])
                .flatten();
            let due = [self.sender.poll_timeout(), over]
                .into_iter()
                .flatten()
                .chain(pings)
                .min();
            let timer = async move {
                match due {
                    Some(due) => tokio::time::sleep_until(due.into()).await,
                    None => std::future::pending().await,
                }
            };
            // In no order: a flood on one side must not keep the other side waiting.
            tokio::select! {
                permit = events.reserve(), if !self.backlog.is_empty() => match permit {
                    Ok(permit) => {
                        if let Some(event) = self.backlog.pop_front() {
                            permit.send(event);
                        }
                    }
                    Err(_) => self.backlog.clear(),
                },
                _ = self.inputs.recv_many(&mut inputs, TURN) => {}
                count = self.commands.recv_many(&mut commands, TURN), if handles => {
                    handles = count > 0;
                }
                Some(found) = self.tasks.join_next() => {
                    if let Ok(found) = found {
                        self.use_found(found);
                    }
                }
                () = timer => {
                    let now = Instant::now();
                    self.sender.handle_timeout(now);
                    self.ping(now);
                }
            }
            for input in inputs.drain(..) {
                self.take(input);
                // The sender's queues are bounded: they are emptied after every input.
                self.turn().await;
            }
            for command in commands.drain(..) {
                self.obey(command);
                self.turn().await;
            }
        }
    }

    fn obey(&mut self, command: Command) {
        // Who asks and does not wait for the answer does not need it.
        match command {
            Command::Submit(work, reply) => {
                let result = self.submit(work);
                let _ = reply.send(result);
            }
            Command::Abandon(id, reply) => {
                let request = self.sender.abandon(Instant::now(), id);
                if request.is_some() {
                    self.tell(id, || Outcome::Abandoned);
                }
                let _ = reply.send(request);
            }
            Command::Status(id, reply) => {
                let _ = reply.send(self.sender.status(id));
            }
            Command::References(reply) => {
                let _ = reply.send(self.sender.references());
            }
            Command::SetDay(day) => self.sender.set_day(day),
            Command::Counters(reply) => {
                let left_out = self.counters.events_left_out + self.sender.events_left_out();
                let _ = reply.send(Counters {
                    sip: self.sender.counters(),
                    open: self.sender.open(),
                    events_left_out: left_out,
                    ..self.counters
                });
            }
            Command::ShutDown(grace, reply) => {
                let far = Instant::now() + Duration::from_secs(365 * 24 * 3600);
                let at = Instant::now().checked_add(grace).unwrap_or(far);
                let ending = self.ending.get_or_insert(Ending {
                    at,
                    replies: Vec::new(),
                });
                ending.at = ending.at.min(at);
                ending.replies.push(reply);
            }
        }
    }

    fn submit(&mut self, work: Work) -> Result<Submitted, SubmitFailed> {
        if self.ending.is_some() {
            return Err(SubmitFailed::ShuttingDown);
        }
        let now = Instant::now();
        let (id, heartbeat) = match work {
            Work::New(request, about) => {
                let heartbeat = request.message_type == MessageType::Heartbeat;
                (self.sender.submit(now, *request, about)?, heartbeat)
            }
            Work::Again(request, about) => {
                let heartbeat = request.message_type == MessageType::Heartbeat;
                (self.sender.resume(now, *request, about)?, heartbeat)
            }
            Work::Relayed(relayed) => {
                let heartbeat = relayed.request().message_type == MessageType::Heartbeat;
                (self.sender.relay(now, *relayed)?, heartbeat)
            }
        };
        let reference = self.sender.request(id);
        let reference =
            reference.map_or_else(|| "".into(), |(request, _)| request.reference.clone());
        let (end, outcome) = oneshot::channel();
        self.waiting.insert(id, Waiter { end, heartbeat });
        Ok(Submitted {
            id,
            reference,
            outcome,
        })
    }

    fn take(&mut self, input: Input) {
        let now = Instant::now();
        match input {
            Input::Datagrams {
                local, datagrams, ..
            } => {
                for (remote, datagram) in datagrams {
                    let path = Path::udp(local, remote);
                    self.sender.handle_datagram(now, path, datagram);
                }
            }
            Input::Opened {
                io,
                transport,
                local,
                remote,
            } => {
                // Refused beyond the limit: dropping it closes it.
                if let Ok(id) = self.sender.connection_opened(transport, local, remote) {
                    self.serve(id, io, None);
                }
            }
            Input::Bytes { id, bytes, .. } => {
                if let Some(connection) = self.connections.get_mut(&id) {
                    connection.heard(&bytes);
                }
                self.sender.handle_stream(now, id, &bytes);
            }
            Input::Closed(id) => {
                self.connections.remove(&id);
                self.sender.connection_closed(id);
            }
        }
    }

    /// Works off what the sender wants done.
    async fn turn(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(event) = self.sender.poll_event(Instant::now()) {
                quiet = false;
                self.handle_event(event);
            }
            while let Some(transmit) = self.sender.poll_transmit() {
                quiet = false;
                self.send(transmit).await;
            }
            if quiet {
                return;
            }
        }
    }

    fn handle_event(&mut self, event: Event) {
        if let Event::AttemptFailed {
            receiver,
            reason: FailureReason::NoOk,
            ..
        }
        | Event::RegistrationFailed {
            receiver,
            reason: FailureReason::NoOk,
            ..
        } = event
        {
            // A datagram from an address that is ours no longer is never answered.
            self.route_again(receiver);
        }
        let told = match &event {
            Event::Connect {
                receiver,
                transport,
                address,
            } => {
                self.dial(*receiver, *transport, *address);
                return;
            }
            Event::Resolve { receiver, host } => {
                self.look_up(*receiver, host.clone());
                return;
            }
            Event::Accepted {
                alarm,
                receiver,
                response,
                after,
            } => self.tell(*alarm, || Outcome::Accepted {
                receiver: *receiver,
                response: response.clone(),
                after: *after,
            }),
            Event::GivenUp {
                alarm,
                reason,
                response,
            } => self.tell(*alarm, || Outcome::GivenUp {
                reason: *reason,
                response: response.clone(),
            }),
            Event::HeartbeatDropped { alarm } => self.tell(*alarm, || Outcome::HeartbeatDropped),
            _ => true,
        };
        let room = if self.backlog.is_empty() {
            self.events.try_send(event)
        } else {
            Err(mpsc::error::TrySendError::Full(event))
        };
        match room {
            // Nobody takes events at all.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
            Err(mpsc::error::TrySendError::Full(event)) if !told => self.put_by(event),
            Err(mpsc::error::TrySendError::Full(_)) => self.counters.events_left_out += 1,
        }
    }

    /// Keeps the end of an alarm for when there is room; the oldest makes way.
    fn put_by(&mut self, event: Event) {
        self.backlog.push_back(event);
        if self.backlog.len() > self.settings.events.max(1) {
            self.backlog.pop_front();
            self.counters.events_left_out += 1;
        }
    }

    /// Tells whoever submitted an alarm of its end; `false` when nobody waits for it. A heartbeat
    /// that nobody waits for is not missed: the next one is due soon enough.
    fn tell(&mut self, id: AlarmId, outcome: impl FnOnce() -> Outcome) -> bool {
        self.waiting.remove(&id).is_some_and(|waiter| {
            let heard = !waiter.end.is_closed() && waiter.end.send(outcome()).is_ok();
            heard || waiter.heartbeat
        })
    }

    async fn send(&mut self, transmit: Transmit) {
        let Transmit {
            path,
            bytes,
            close_after,
            message,
        } = transmit;
        let sent = match path.connection {
            None => {
                let sent = match self.sockets.get(path.local) {
                    Some(socket) => udp::send(socket, &bytes, path.remote).await.is_ok(),
                    None => false,
                };
                if !sent {
                    self.counters.datagrams_failed += 1;
                    // The interface may be another one by now; the next attempt uses that.
                    self.bind_again(path.remote);
                }
                sent
            }
            Some(id) => {
                let next = self.next_ping();
                let connection = self.connections.get_mut(&id);
                let sent = bytes.is_empty()
                    || connection.is_some_and(|connection| {
                        connection.ping_at = connection.ping_at.and(next);
                        connection.bytes.try_send(bytes).is_ok()
                    });
                if close_after || !sent {
                    // The writer ends when it has written what it has.
                    self.connections.remove(&id);
                    self.sender.connection_closed(id);
                }
                sent
            }
        };
        if let (false, Some(message)) = (sent, message) {
            self.sender.transport_failed(message);
        }
    }

    /// Hands back what is open, to those who shut the driver down and to those who wait.
    fn give_back(&mut self) {
        let ids: Vec<AlarmId> = self.sender.alarms().map(|(id, _)| id).collect();
        let mut left = Vec::with_capacity(ids.len());
        for id in ids {
            let Some((request, about)) = self.sender.request(id) else {
                continue;
            };
            let accepted = match about {
                About::Alarm(alarm) => self.sender.accepted_by(alarm),
                _ => None,
            };
            left.push(Unfinished {
                id,
                request: request.clone(),
                about: accepted.map_or(about, About::Receiver),
                body: self.sender.relayed_body(id),
            });
        }
        for (_, waiting) in self.waiting.drain() {
            let _ = waiting.end.send(Outcome::Unfinished);
        }
        for reply in self
            .ending
            .take()
            .into_iter()
            .flat_map(|ending| ending.replies)
        {
            let _ = reply.send(left.clone());
        }
    }
}
