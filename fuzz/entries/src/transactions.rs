//! The endpoint, driven by a list of operations.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use scaip::sip::{
    Config, ConnectionId, Endpoint, Event, Message, MessageId, Method, OutgoingMessage, RequestId,
    RespondError, Response, SipLimits, StatusCode, Transmit, Transport, write_response,
};

use crate::wire::{BODIES, Change, path, pick, request, server, unit};

const SERVER_TRANSACTIONS: usize = 6;
const CLIENT_TRANSACTIONS: usize = 5;
const CONNECTIONS: usize = 3;
const QUEUE: usize = 8;
const OPERATIONS: usize = 200;

/// 64 T1: how long a transaction lives.
const LIFE: Duration = Duration::from_secs(32);

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    /// A good request.
    Request {
        call: u8,
        sequence: u8,
        body: u8,
        port: u8,
    },
    /// A request with one byte changed.
    Damaged {
        call: u8,
        change: Change,
    },
    /// Another method.
    Method {
        method: u8,
        call: u8,
    },
    Open,
    Close {
        connection: u8,
    },
    /// The lead of a request on a stream.
    Stream {
        connection: u8,
        call: u8,
        length: u16,
    },
    Wait {
        milliseconds: u16,
    },
    Timer,
    Respond {
        request: u8,
        status: u16,
    },
    Send {
        connection: u8,
    },
    /// The peer answers a message of ours.
    Answer {
        message: u8,
        status: u16,
    },
    Fail {
        message: u8,
    },
    Overload {
        on: bool,
    },
    /// Outputs are not taken for a while.
    Hold {
        on: bool,
    },
}

/// What is known of a request that was handed up.
struct Asked {
    id: RequestId,
    /// It did not come before this; while outputs are held it may have come later.
    at: Instant,
    /// Where it came from and its bytes: the same again is a repetition.
    datagram: Option<(SocketAddr, Bytes)>,
    answered: Option<(Instant, Bytes)>,
    expired: bool,
}

struct World {
    endpoint: Endpoint,
    now: Instant,
    held: bool,
    open: Vec<ConnectionId>,
    asked: Vec<Asked>,
    /// Messages sent and what became of them.
    sent: HashMap<MessageId, u32>,
    names: Vec<MessageId>,
    /// Our requests as they left.
    requests: Vec<Message>,
    answers: HashSet<Bytes>,
    /// The datagram that is being taken, until its event is seen.
    arriving: Option<(SocketAddr, Bytes)>,
    held_operations: usize,
    /// When outputs were last taken.
    taken: Instant,
}

/// Runs the operations; the books must balance whatever they are.
pub fn sip_transactions(data: &[u8]) {
    let mut config = Config::new([3; 16]);
    config.server_transactions = SERVER_TRANSACTIONS;
    config.client_transactions = CLIENT_TRANSACTIONS;
    config.connections = CONNECTIONS;
    config.queue = QUEUE;
    let start = Instant::now();
    let mut world = World {
        endpoint: Endpoint::new(config).expect("the settings are good"),
        now: start,
        held: false,
        open: Vec::new(),
        asked: Vec::new(),
        sent: HashMap::new(),
        names: Vec::new(),
        requests: Vec::new(),
        answers: HashSet::new(),
        arriving: None,
        held_operations: 0,
        taken: start,
    };
    let mut input = Unstructured::new(data);
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
        world.take_outputs(false);
    }
    world.held = false;
    world.take_outputs(true);
    // Whatever happened, all of it ends by itself.
    let last = world.now;
    while let Some(at) = world.endpoint.poll_timeout() {
        world.now = world.now.max(at);
        world.endpoint.handle_timeout(world.now);
        world.take_outputs(true);
        assert!(
            world.now - last <= Duration::from_secs(70),
            "it does not come to rest"
        );
    }
    let (server, client, _) = world.endpoint.load();
    assert_eq!((server, client), (0, 0));
    assert!(
        world.sent.values().all(|outcomes| *outcomes == 1),
        "one outcome for each message"
    );
}

impl World {
    fn apply(&mut self, operation: Operation) {
        let now = self.now;
        match operation {
            Operation::Request {
                call,
                sequence,
                body,
                port,
            } => {
                let body = BODIES[usize::from(body) % BODIES.len()];
                let text = request("MESSAGE", call, sequence % 3, body);
                self.datagram(port % 3, text.into());
            }
            Operation::Damaged { call, change } => {
                let mut text = request("MESSAGE", call, 1, BODIES[0]).into_bytes();
                change.apply(&mut text);
                self.datagram(0, text.into());
            }
            Operation::Method { method, call } => {
                let method = pick(&["OPTIONS", "ACK", "INVITE", "CANCEL", "REGISTER"], method);
                let text = request(method.unwrap_or("BYE"), call, 1, "");
                self.datagram(0, text.into());
            }
            Operation::Open => {
                let opened = self
                    .endpoint
                    .connection_opened(Transport::Tcp, server(), unit(9));
                let (_, _, connections) = self.endpoint.load();
                assert!(opened.is_ok() || connections == CONNECTIONS);
                self.open.extend(opened);
            }
            Operation::Close { connection } => {
                if let Some(id) = pick(&self.open, connection) {
                    self.endpoint.connection_closed(id);
                }
            }
            Operation::Stream {
                connection,
                call,
                length,
            } => {
                if let Some(id) = pick(&self.open, connection) {
                    let text = request("MESSAGE", call, 1, BODIES[0]);
                    let length = text.len().min(usize::from(length));
                    self.endpoint
                        .handle_stream(now, id, &text.as_bytes()[..length]);
                }
            }
            Operation::Wait { milliseconds } => {
                self.now += Duration::from_millis(milliseconds.into());
            }
            Operation::Timer => self.endpoint.handle_timeout(now),
            Operation::Respond { request, status } => self.respond(request, status),
            Operation::Send { connection } => {
                let stream =
                    pick(&self.open, connection).and_then(|id| self.endpoint.connection_path(id));
                let message =
                    OutgoingMessage::scaip("sip:1@example.net", "sip:2@example.net", b"x");
                let sent = self
                    .endpoint
                    .send_message(now, &stream.unwrap_or(path(0)), &message);
                if let Ok(sent) = sent {
                    assert_eq!(self.sent.insert(sent.id, 0), None, "an id came twice");
                    self.names.push(sent.id);
                }
            }
            Operation::Answer { message, status } => self.answer(message, status),
            Operation::Fail { message } => {
                if let Some(id) = pick(&self.names, message) {
                    self.endpoint.transport_failed(id);
                }
            }
            Operation::Overload { on } => {
                self.endpoint.set_overloaded(on);
                assert_eq!(self.endpoint.is_overloaded(), on);
            }
            Operation::Hold { on } => self.held = on,
        }
    }

    fn datagram(&mut self, port: u8, bytes: Bytes) {
        let source = unit(port);
        let live = self.live(source, &bytes);
        let before = self.endpoint.counters();
        self.arriving = Some((source, bytes.clone()));
        self.endpoint.handle_datagram(self.now, path(port), bytes);
        let after = self.endpoint.counters();
        if live {
            assert_eq!(
                after.requests(),
                before.requests(),
                "a repetition raised twice"
            );
        }
        if !self.held {
            self.take_outputs(true);
        }
        self.arriving = None;
    }

    /// Whether a request with these bytes is certainly still known. When room had to be made,
    /// or a timer is due that was not run yet, nothing is certain.
    fn live(&self, source: SocketAddr, bytes: &Bytes) -> bool {
        self.endpoint.counters().evicted() == 0
            && self.asked.iter().any(|asked| {
                let since = asked.answered.as_ref().map_or(asked.at, |(at, _)| *at);
                asked
                    .datagram
                    .as_ref()
                    .is_some_and(|(from, raw)| *from == source && raw == bytes)
                    && !asked.expired
                    && self.now < since + LIFE
            })
    }

    fn respond(&mut self, request: u8, status: u16) {
        let Some(status) = StatusCode::new(status % 800) else {
            return;
        };
        let index = usize::from(request) % self.asked.len().max(1);
        let Some(asked) = self.asked.get(index) else {
            return;
        };
        let was_over = asked.answered.is_some() || asked.expired;
        if !self.held {
            self.take_outputs(true);
        }
        let result = self
            .endpoint
            .respond(self.now, self.asked[index].id, &Response::new(status));
        match result {
            Ok(()) => {
                assert!(!was_over, "answered twice");
                assert!(!status.is_provisional());
                // Nothing was waiting in front of it unless outputs are held.
                if self.held {
                    self.asked[index].answered = Some((self.now, Bytes::new()));
                    self.held_answer(status);
                } else {
                    let transmit = self.endpoint.poll_transmit().expect("the answer");
                    assert!(self.endpoint.poll_transmit().is_none());
                    let line = format!("SIP/2.0 {} ", status.get());
                    assert!(transmit.bytes.starts_with(line.as_bytes()));
                    self.answers.insert(transmit.bytes.clone());
                    self.asked[index].answered = Some((self.now, transmit.bytes));
                }
            }
            Err(RespondError::Provisional) => assert!(status.is_provisional()),
            Err(RespondError::ConnectionClosed) => {
                assert!(self.asked[index].datagram.is_none());
                self.asked[index].expired = true;
            }
            Err(RespondError::NotWaiting) => {
                let asked = &self.asked[index];
                let late = self.now >= asked.at + LIFE;
                assert!(was_over || late, "a waiting request cannot be answered");
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// The answer is somewhere in the queue: take all, and remember every answer of that status.
    fn held_answer(&mut self, status: StatusCode) {
        let line = format!("SIP/2.0 {} ", status.get());
        let queued: Vec<_> = std::iter::from_fn(|| self.endpoint.poll_transmit()).collect();
        let last = queued.last().expect("the answer is queued last");
        assert!(last.bytes.starts_with(line.as_bytes()));
        self.answers.insert(last.bytes.clone());
        for transmit in queued {
            self.transmitted(transmit);
        }
    }

    fn answer(&mut self, message: u8, status: u16) {
        let index = usize::from(message) % self.requests.len().max(1);
        let (Some(request), Some(status)) =
            (self.requests.get(index), StatusCode::new(status % 800))
        else {
            return;
        };
        let mut out = Vec::new();
        write_response(&mut out, request, server(), b"t", &Response::new(status))
            .expect("our own request can be answered");
        self.endpoint.handle_datagram(self.now, path(0), out.into());
    }

    fn take_outputs(&mut self, always: bool) {
        if self.held && !always {
            self.held_operations += 1;
            return;
        }
        let mut count = 0;
        while let Some(transmit) = self.endpoint.poll_transmit() {
            count += 1;
            self.transmitted(transmit);
        }
        let mut events = 0;
        while let Some(event) = self.endpoint.poll_event() {
            events += 1;
            self.happened(event);
        }
        // A queue that is full takes no more than what cannot be left out.
        let certain = SERVER_TRANSACTIONS + 2 * CLIENT_TRANSACTIONS + CONNECTIONS + 4;
        let bound = QUEUE + certain * (self.held_operations + 1);
        assert!(
            count <= bound && events <= bound,
            "{count} transmits, {events} events"
        );
        self.held_operations = 0;
        self.taken = self.now;
        let (server, client, connections) = self.endpoint.load();
        assert!(server <= SERVER_TRANSACTIONS);
        assert!(client <= CLIENT_TRANSACTIONS);
        assert!(connections <= CONNECTIONS);
    }

    fn transmitted(&mut self, transmit: Transmit) {
        if transmit.close_after {
            let id = transmit.path.connection.expect("a stream is closed");
            assert_eq!(self.endpoint.connection_path(id), None);
        }
        if let Some(id) = transmit.message {
            assert!(self.sent.contains_key(&id));
            let limits = SipLimits::default();
            let request = Message::parse_datagram(transmit.bytes, &limits).expect("a request");
            assert_eq!(request.method(), Some(Method::Message));
            assert_eq!(request.warnings(), []);
            self.requests.push(request);
        } else if transmit.bytes.starts_with(b"SIP/2.0 2")
            && !self.answers.contains(&transmit.bytes)
        {
            let limits = SipLimits::default();
            let answer = Message::parse_datagram(transmit.bytes, &limits).expect("an answer");
            assert_eq!(
                answer.cseq_method(),
                Method::Options,
                "positive before respond"
            );
        }
    }

    fn happened(&mut self, event: Event) {
        let _ = format!("{event:?}");
        match event {
            Event::Request { id, path, message } => {
                assert!(
                    self.asked.iter().all(|asked| asked.id != id),
                    "an id came twice"
                );
                assert_eq!(message.method(), Some(Method::Message));
                let datagram = self.arriving.clone().filter(|_| path.connection.is_none());
                let at = self.taken;
                self.asked.push(Asked {
                    id,
                    at,
                    datagram,
                    answered: None,
                    expired: false,
                });
            }
            Event::Retransmission { id, answered, .. } => {
                // Its own event may still be held back or may have been taken before.
                if let Some(asked) = self.asked.iter().find(|asked| asked.id == id) {
                    assert!(asked.answered.is_some() || !answered);
                }
            }
            Event::Expired { id } => {
                let asked = self.asked.iter_mut().find(|asked| asked.id == id);
                let asked = asked.expect("it was handed up");
                assert!(!asked.expired && asked.answered.is_none());
                asked.expired = true;
            }
            Event::Delivered { id, status, .. } => {
                assert!(status.is_success());
                self.ended(id);
            }
            Event::Refused { id, status, .. } => {
                assert!(!status.is_success() && !status.is_provisional());
                self.ended(id);
            }
            Event::Undelivered { id, .. } => self.ended(id),
            Event::Bad { answered, .. } => {
                assert!(answered.is_none_or(|status| !status.is_success()));
            }
            other => panic!("an event that is not known here: {other:?}"),
        }
    }

    fn ended(&mut self, id: MessageId) {
        let outcomes = self.sent.get_mut(&id).expect("a message of ours");
        *outcomes += 1;
        assert_eq!(*outcomes, 1, "two outcomes for one message");
    }
}
