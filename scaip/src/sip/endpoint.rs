//! The endpoint: framing, transactions and automatic answers for any number of paths.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::framer::{Framed, StreamFramer};
use super::identifiers::Identifiers;
use super::layout::is_control;
use super::transaction::TimerSettings;
use super::transaction::client::{ClientTransactions, Due};
use super::transaction::server::ServerTransactions;
use super::write::{RequestHead, write_request};
use super::{Message, Method, Rejected, SipError, SipLimits, StatusCode};

mod answer;
mod config;
mod counters;
mod event;
mod inbound;
mod path;

pub use answer::{ConfigError, RespondError, SendError, TooManyConnections};
pub use config::Config;
pub use counters::Counters;
pub use event::{
    Event, MessageId, OutgoingMessage, RawBytes, RequestId, Response, Sent, Transmit,
    UDP_SAFE_LENGTH, UndeliveredReason,
};
pub use path::{ConnectionId, Path, Transport};

/// The longest any setting may be: sums of times stay far from their end.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

struct Connection {
    path: Path,
    framer: StreamFramer,
    /// When the message now on the way must be whole.
    deadline: Option<Instant>,
}

/// A SIP endpoint over any number of UDP sockets and TCP or TLS connections, without any of them.
///
/// **Inputs** are the `handle_*` and `connection_*` methods, **commands** are [`respond`](Self::respond) and
/// [`send_message`](Self::send_message), **outputs** are [`poll_transmit`](Self::poll_transmit),
/// [`poll_event`](Self::poll_event) and [`poll_timeout`](Self::poll_timeout). Time never runs backwards
/// from one call to the next.
///
/// # Drain contract
///
/// After every input or command take transmits until there are none and events until there are none; then
/// ask [`poll_timeout`](Self::poll_timeout). One datagram makes at most one event and one transmit; a piece
/// of a stream at most one of each per message in it. If either queue holds [`Config::queue`] entries or
/// more all the same, a datagram is dropped unread (its sender repeats it), a connection that brings more is
/// closed, a new request gets a 503, and events that carry no message are left out; each is counted. Events
/// about messages sent and requests expired are never left out.
///
/// # What it answers by itself
///
/// | input | answer |
/// |---|---|
/// | repeated request | the first answer, byte for byte; nothing while there is none |
/// | OPTIONS | 200 with Allow and Accept |
/// | ACK | nothing |
/// | another method that is not in [`Config::methods`] | 405 with Allow |
/// | unreadable, but the headers an answer repeats are there | 400, 413 or 505 |
/// | MESSAGE while [overloaded](Self::set_overloaded), or no room | 503 with Retry-After |
/// | ping on a stream | pong (RFC 5626) |
///
/// Answers go to the source address and port of a datagram, `rport` or not, or back on the same connection
/// (SCAIP reference 5.4). Nothing positive is said to a MESSAGE before [`respond`](Self::respond).
pub struct Endpoint {
    config: Config,
    allow: String,
    retry_after: String,
    identifiers: Identifiers,
    server: ServerTransactions,
    client: ClientTransactions,
    connections: HashMap<ConnectionId, Connection>,
    deadlines: BTreeSet<(Instant, ConnectionId)>,
    last_connection: u64,
    last_message: u64,
    events: VecDeque<Event>,
    transmits: VecDeque<Transmit>,
    counters: Counters,
    overloaded: bool,
    scratch: Vec<u8>,
}

impl core::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Endpoint")
            .field("server_transactions", &self.server.len())
            .field("client_transactions", &self.client.len())
            .field("connections", &self.connections.len())
            .field("events", &self.events.len())
            .field("transmits", &self.transmits.len())
            .field("overloaded", &self.overloaded)
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    /// An endpoint with these settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a capacity is zero, a duration above 24 h, or `accept` is no header value.
    pub fn new(mut config: Config) -> Result<Self, ConfigError> {
        if config.accept.trim().is_empty() || config.accept.bytes().any(is_control) {
            return Err(ConfigError::Accept);
        }
        for (setting, zero) in [
            ("limits.head", config.limits.head == 0),
            ("limits.headers", config.limits.headers == 0),
            ("limits.message", config.limits.message == 0),
            ("timers.t1", config.timers.t1.is_zero()),
            ("timers.t2", config.timers.t2.is_zero()),
            ("server_transactions", config.server_transactions == 0),
            ("queue", config.queue == 0),
            ("waiting_bytes", config.waiting_bytes == 0),
        ] {
            if zero {
                return Err(ConfigError::Zero { setting });
            }
        }
        for (setting, duration) in [
            ("timers.t1", config.timers.t1),
            ("timers.t2", config.timers.t2),
            ("timers.t4", config.timers.t4),
            ("stream_patience", config.stream_patience),
        ] {
            if duration > LONGEST {
                return Err(ConfigError::TooLong { setting });
            }
        }
        config.methods.retain(|method| method.can_be_handed_up());
        let mut allow = String::new();
        for name in config
            .methods
            .iter()
            .chain([&Method::Options])
            .filter_map(|method| method.as_str())
        {
            if !allow.split(", ").any(|present| present == name) {
                if !allow.is_empty() {
                    allow.push_str(", ");
                }
                allow.push_str(name);
            }
        }
        let timers: TimerSettings = config.timers;
        Ok(Self {
            allow,
            retry_after: config.retry_after.as_secs().max(1).to_string(),
            identifiers: Identifiers::new(config.seed),
            server: ServerTransactions::new(
                timers.transaction(),
                config.server_transactions,
                config.answer_bytes,
                config.waiting_bytes,
            ),
            client: ClientTransactions::new(timers),
            connections: HashMap::new(),
            deadlines: BTreeSet::new(),
            last_connection: 0,
            last_message: 0,
            events: VecDeque::new(),
            transmits: VecDeque::new(),
            counters: Counters::default(),
            overloaded: false,
            scratch: Vec::new(),
            config,
        })
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &SipLimits {
        &self.config.limits
    }

    /// Counts since the endpoint was made.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters {
            evicted: self.server.evicted(),
            ..self.counters
        }
    }

    /// Live server and client transactions, and open connections.
    #[must_use]
    pub fn load(&self) -> (usize, usize, usize) {
        (self.server.len(), self.client.len(), self.connections.len())
    }

    /// Turns new MESSAGE requests away with 503 and Retry-After while set. Repetitions of requests taken
    /// before still get their answer.
    pub fn set_overloaded(&mut self, overloaded: bool) {
        self.overloaded = overloaded;
    }

    /// Whether new MESSAGE requests are turned away.
    #[must_use]
    pub fn is_overloaded(&self) -> bool {
        self.overloaded
    }

    // Inputs.

    /// Takes one datagram. The path is taken as UDP whatever it says.
    ///
    /// Messages keep the datagram's buffer alive; give one that is not much larger than its content.
    pub fn handle_datagram(&mut self, now: Instant, path: Path, datagram: Bytes) {
        let path = Path::udp(path.local, path.remote);
        if self.is_backed_up() {
            self.counters.undrained += 1;
            return;
        }
        // Keep-alives of UDP: line ends or a few NULs.
        if datagram.iter().all(|b| matches!(b, b'\r' | b'\n' | b'\0')) {
            self.counters.keep_alives += 1;
            return;
        }
        match Message::parse_datagram(datagram, &self.config.limits) {
            Ok(message) => self.handle_message(now, path, message),
            Err(rejected) => self.reject(path, &rejected, false),
        }
    }

    /// Takes a new TCP or TLS connection, whoever opened it.
    ///
    /// # Errors
    ///
    /// [`TooManyConnections`]: close it.
    pub fn connection_opened(
        &mut self,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<ConnectionId, TooManyConnections> {
        let limit = self.config.connections;
        if self.connections.len() >= limit {
            return Err(TooManyConnections { limit });
        }
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        let path = Path {
            // A connection is a stream, whatever the caller says.
            transport: match transport {
                Transport::Udp => Transport::Tcp,
                stream => stream,
            },
            local,
            remote,
            connection: Some(id),
        };
        let framer = StreamFramer::new(self.config.limits);
        self.connections.insert(
            id,
            Connection {
                path,
                framer,
                deadline: None,
            },
        );
        Ok(id)
    }

    /// The path of an open connection, to send messages along.
    #[must_use]
    pub fn connection_path(&self, id: ConnectionId) -> Option<Path> {
        self.connections.get(&id).map(|connection| connection.path)
    }

    /// Takes bytes off a connection, in any pieces. Bytes of an unknown or closed connection are dropped.
    pub fn handle_stream(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        if !self.connections.contains_key(&id) {
            return;
        }
        if self.is_backed_up() {
            self.counters.undrained += 1;
            self.close(id, Bytes::new());
            return;
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.framer.push(bytes);
        }
        let mut progress = false;
        while let Some(connection) = self.connections.get_mut(&id) {
            let path = connection.path;
            match connection.framer.poll() {
                Framed::Message(message) => {
                    progress = true;
                    self.handle_message(now, path, message);
                }
                Framed::Unreadable(rejected) => {
                    progress = true;
                    self.reject(path, &rejected, false);
                }
                Framed::KeepAlive => {
                    self.counters.keep_alives += 1;
                    self.transmit(path, Bytes::from_static(b"\r\n"));
                }
                Framed::NeedMore => break,
                Framed::Wrong(rejected) => {
                    self.reject(path, &rejected, true);
                    break;
                }
            }
        }
        self.renew_deadline(now, id, progress);
    }

    /// A message that was begun must be finished in time; the time runs from its first byte.
    fn renew_deadline(&mut self, now: Instant, id: ConnectionId, progress: bool) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let partial = connection.framer.is_partial();
        let renew = progress || !partial || connection.deadline.is_none();
        if !renew {
            return;
        }
        if let Some(old) = connection.deadline.take() {
            self.deadlines.remove(&(old, id));
        }
        if partial {
            let deadline = now + self.config.stream_patience;
            connection.deadline = Some(deadline);
            self.deadlines.insert((deadline, id));
        }
    }

    /// Tells that a connection is gone. Messages under way on it become [`Event::Undelivered`].
    pub fn connection_closed(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.remove(&id) {
            if let Some(deadline) = connection.deadline {
                self.deadlines.remove(&(deadline, id));
            }
            while let Some(number) = self.client.on_connection(id) {
                self.fail_message(number);
            }
        }
    }

    /// Tells that a transmission of a message failed for good ([`Transmit::message`]), such as on an ICMP
    /// error. A message that is answered already stays answered.
    pub fn transport_failed(&mut self, id: MessageId) {
        self.fail_message(id.0);
    }

    fn fail_message(&mut self, number: u64) {
        if self.client.fail(number) {
            self.undelivered(number, UndeliveredReason::Transport);
        }
    }

    /// Runs every timer due at `now`. Call it when [`poll_timeout`](Self::poll_timeout) says so; more often
    /// does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(id) = self.server.expire(now) {
            self.counters.expired += 1;
            self.events.push_back(Event::Expired { id });
        }
        while let Some(due) = self.client.expire(now) {
            match due {
                Due::Resend(number, path, bytes) => {
                    self.counters.resent += 1;
                    self.transmits.push_back(Transmit {
                        path,
                        bytes,
                        close_after: false,
                        message: Some(MessageId(number)),
                    });
                }
                Due::TimedOut(number) => self.undelivered(number, UndeliveredReason::Timeout),
            }
        }
        while let Some(&(deadline, id)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            self.deadlines.pop_first();
            if let Some(connection) = self.connections.get_mut(&id) {
                let path = connection.path;
                let raw = connection.framer.abandon();
                self.reject(path, &Rejected::new(SipError::Unfinished, raw, None), true);
            }
        }
    }

    // Commands.

    /// Sends the final answer to a request. It is kept and sent again whenever the request is repeated.
    ///
    /// # Errors
    ///
    /// [`RespondError`]; nothing was sent.
    pub fn respond(
        &mut self,
        now: Instant,
        id: RequestId,
        response: &Response<'_>,
    ) -> Result<(), RespondError> {
        if response.status.is_provisional() {
            return Err(RespondError::Provisional);
        }
        let Some((head, &path)) = self.server.waiting(id) else {
            return Err(RespondError::NotWaiting);
        };
        if path
            .connection
            .is_some_and(|connection| !self.connections.contains_key(&connection))
        {
            self.server.finish(now, id, Bytes::new());
            return Err(RespondError::ConnectionClosed);
        }
        let bytes = answer::write(&mut self.scratch, &self.identifiers, &path, head, response)?;
        self.server.finish(now, id, bytes.clone());
        self.transmit(path, bytes);
        Ok(())
    }

    /// Sends a MESSAGE along a path and repeats it on UDP until it is answered. What becomes of it comes as
    /// [`Event::Delivered`], [`Event::Refused`] or [`Event::Undelivered`], exactly one of them.
    ///
    /// # Errors
    ///
    /// [`SendError`]; nothing was sent.
    pub fn send_message(
        &mut self,
        now: Instant,
        path: &Path,
        message: &OutgoingMessage<'_>,
    ) -> Result<Sent, SendError> {
        let path = match path.connection {
            Some(id) => self.connection_path(id).ok_or(SendError::NotConnected)?,
            None if path.transport.is_stream() => return Err(SendError::NotConnected),
            None => *path,
        };
        let limit = self.config.client_transactions;
        if self.client.len() >= limit {
            return Err(SendError::Full { limit });
        }
        let number = self.last_message + 1;
        let from_tag = self.identifiers.sender_tag(number);
        let call_id = self.identifiers.call_id(number);
        let head = RequestHead {
            method: message.method,
            path: &path,
            branch: &self.identifiers.branch(number),
            request_uri: message.request_uri,
            to: message.to,
            from: message.from,
            from_tag: message.from_tag.map_or(&from_tag[..], str::as_bytes),
            call_id: message.call_id.map_or(&call_id[..], str::as_bytes),
            cseq: message.cseq,
            headers: message.headers,
            content_type: message.content_type,
        };
        self.scratch.clear();
        write_request(&mut self.scratch, &head, message.body)?;
        self.last_message = number;
        let bytes = Bytes::copy_from_slice(&self.scratch);
        let length = bytes.len();
        self.client.begin(now, number, &path, bytes.clone());
        self.counters.sent += 1;
        let id = MessageId(number);
        self.transmits.push_back(Transmit {
            path,
            bytes,
            close_after: false,
            message: Some(id),
        });
        Ok(Sent {
            id,
            length,
            oversize: !path.transport.is_stream() && length > UDP_SAFE_LENGTH,
        })
    }

    /// Closes a connection after what is queued for it has been sent: the caller gets a [`Transmit`] with
    /// `close_after`. Messages under way on it become [`Event::Undelivered`].
    pub fn close_connection(&mut self, id: ConnectionId) {
        self.close(id, Bytes::new());
    }

    // Outputs.

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.transmits.pop_front()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next; `None` if nothing waits. It may change
    /// with every input and command.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        [
            self.server.next_deadline(),
            self.client.next_deadline(),
            self.deadlines.first().map(|(at, _)| *at),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    // Inside.

    fn is_backed_up(&self) -> bool {
        self.events.len() >= self.config.queue || self.transmits.len() >= self.config.queue
    }

    fn transmit(&mut self, path: Path, bytes: Bytes) {
        self.transmits.push_back(Transmit {
            path,
            bytes,
            close_after: false,
            message: None,
        });
    }

    /// Forgets a connection and has the driver close it after these last bytes.
    fn close(&mut self, id: ConnectionId, bytes: Bytes) {
        if let Some(path) = self.connection_path(id) {
            self.counters.closed += 1;
            self.connection_closed(id);
            self.transmits.push_back(Transmit {
                path,
                bytes,
                close_after: true,
                message: None,
            });
        }
    }

    /// An event for the log only: left out rather than piled up.
    fn note(&mut self, event: Event) {
        if self.events.len() < self.config.queue {
            self.events.push_back(event);
        } else {
            self.counters.events_left_out += 1;
        }
    }

    fn undelivered(&mut self, number: u64, reason: UndeliveredReason) {
        self.counters.undelivered += 1;
        self.events.push_back(Event::Undelivered {
            id: MessageId(number),
            reason,
        });
    }
}
