//! The receiver with everything switched on, driven by a list of operations.

mod books;
mod https;
mod repeats;
mod units;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use scaip::call::{CallEnd, IncomingCall, VoiceReply, VoiceTarget};
use scaip::receiver::{Answer, AnswerError, AnswerMode, IncomingId, Receiver};
use scaip::sip::{
    ConnectionId, Message, MessageId, Path, RawBytes, Response as SipResponse, StatusCode,
    Transport, write_response,
};
use scaip::{ControllerId, MediaReply, Reference, Response, StatusNumber, Text};

use crate::wire::{BODIES, Change, pick, request, server, unit};
use repeats::{Kept, Said};
use units::{Credential, Kind, Sessions, cid};

const PENDING: usize = 4;
/// How long the application may take.
const DECISION: Duration = Duration::from_secs(10);
const QUEUE: usize = 12;
const CONNECTIONS: usize = 3;
const UNITS: u8 = 6;
/// Units that the registrar, the supervision and the calls have room for.
const KNOWN: usize = 4;
const OPERATIONS: usize = 200;
/// Accepted requests that are remembered, and how long.
const REMEMBERED: usize = 3;
const WINDOW: Duration = Duration::from_secs(40);
/// Bytes of refused messages that the application may hold, with little room.
const EVIDENCE: usize = 1000;
/// Messages that may be sent in once more.
const REPEATABLE: usize = 8;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    body_in_ok: bool,
    strict_content_type: bool,
    accept_unknown: bool,
    strict_bodies: bool,
    /// Which listeners ask for credentials; 4: those that do not are open, where they would be
    /// shut.
    listeners: u8,
    /// Registrar, supervision, policy of heartbeats, calls, much room for evidence: a bit for each
    /// that is off.
    off: u8,
    /// Units hear busy during a call.
    busy: bool,
    /// Little room in the SIP layer.
    cramped: bool,
    /// Repeats are known.
    duplicates: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    /// A good message of a unit.
    Message {
        unit: u8,
        kind: Kind,
        credential: Credential,
        way: u8,
    },
    Register {
        unit: u8,
        expires: u8,
        credential: Credential,
        way: u8,
    },
    /// OPTIONS, INVITE and others.
    Another {
        unit: u8,
        method: u8,
        way: u8,
    },
    /// Any body, in transactions that may collide.
    Body {
        call: u8,
        sequence: u8,
        body: u8,
        way: u8,
    },
    /// A good message with a changed byte.
    Damaged {
        unit: u8,
        credential: Credential,
        way: u8,
        change: Change,
    },
    ContentType {
        call: u8,
    },
    /// The same bytes as before.
    Repeat {
        message: u8,
        way: u8,
    },
    Open {
        secure: bool,
    },
    Close {
        connection: u8,
    },
    /// The beginning of a message.
    Piece {
        connection: u8,
        body: u8,
        length: u16,
    },
    Wait {
        milliseconds: u16,
    },
    /// To the next timer, or some hours on.
    Jump {
        hours: u8,
    },
    Timer,
    /// The application decides.
    Answer {
        incoming: u8,
        number: u8,
        text: u8,
        voice: bool,
    },
    /// The peer answers the `mrs`.
    Acknowledge {
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
    /// A call of a unit comes in, begins or ends.
    Call {
        unit: u8,
        what: u8,
    },
    /// The accounts are replaced; one unit has none any more.
    Accounts {
        revoked: u8,
    },
    /// A message over HTTPS, decided at once.
    Posted {
        unit: u8,
        kind: Kind,
        number: u8,
        voice: bool,
    },
    /// Another sign of life.
    Heard {
        unit: u8,
    },
    /// What was sent before once more, in a transaction of its own, or the same `ref` with another
    /// content.
    Again {
        message: u8,
        content: u8,
        credential: Credential,
        way: u8,
        /// Over HTTPS, and accepted.
        posted: bool,
    },
}

#[derive(Default)]
struct Known {
    /// The application said so, and it was taken.
    answered: bool,
    undecided: bool,
    outcomes: u32,
    reference: String,
    controller: String,
    /// The unit takes an `hbi`.
    adjustable: bool,
    since: Option<Instant>,
    body: Vec<u8>,
    heartbeat: bool,
    /// The length of the text that it hears.
    text: usize,
    /// It is a repeat, of this one if that came over SIP.
    repeat: Option<Option<IncomingId>>,
}

struct World {
    receiver: Receiver,
    settings: Settings,
    mode: AnswerMode,
    now: Instant,
    open: Vec<ConnectionId>,
    secure: HashMap<ConnectionId, bool>,
    closed: HashSet<ConnectionId>,
    /// Connections on which something broken was sent.
    broken: HashSet<ConnectionId>,
    incoming: HashMap<IncomingId, Known>,
    ids: Vec<IncomingId>,
    /// What was said, to be said again.
    said: Vec<Said>,
    /// How often each body of those was handed in and has not come out.
    bodies: HashMap<Vec<u8>, usize>,
    /// What is remembered of accepted requests, the oldest first.
    kept: Vec<Kept>,
    repeats: u64,
    /// Bytes of refused messages that are held, and how often they were left out.
    evidence: VecDeque<RawBytes>,
    left_out: u64,
    /// The `mrs` messages as they left.
    sent: Vec<(MessageId, Message)>,
    /// How many `snu` 0 the application allowed, and how many different ones left.
    allowed: usize,
    accepted: HashSet<String>,
    positive: Vec<Bytes>,
    /// Messages that were taken in, and the different 200 that left for them.
    taken_in: usize,
    acknowledged: HashSet<Bytes>,
    sessions: Sessions,
    revoked: Option<u8>,
    /// What may be sent in again.
    repeatable: Vec<(Option<Path>, Vec<u8>)>,
    serial: u32,
    /// The message at hand is good and its credentials are right: nobody may ask for them.
    must_pass: bool,
    /// These bytes have to come out.
    awaited: Option<Vec<u8>>,
    overloaded: bool,
    held: bool,
    held_operations: usize,
    /// Units whose messages were accepted, or that were registered or vouched for.
    vouched: HashSet<String>,
    reachable: HashSet<String>,
    /// Whether the last event about a unit was its loss.
    lost: BTreeMap<String, bool>,
    in_call: bool,
}

/// Runs the operations: nothing from strangers, nothing positive before the answer, one outcome
/// for each answer, all bounded, and at rest in the end.
pub fn scaip_receiver(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(settings) = Settings::arbitrary(&mut input) else {
        return;
    };
    let mut world = World::new(settings);
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
        world.take_outputs();
    }
    world.finish();
}

impl World {
    fn new(settings: Settings) -> World {
        let config = units::config(settings);
        World {
            mode: config.answer_mode,
            receiver: Receiver::new(config).expect("the settings are good"),
            settings,
            now: Instant::now(),
            open: Vec::new(),
            secure: HashMap::new(),
            closed: HashSet::new(),
            broken: HashSet::new(),
            incoming: HashMap::new(),
            ids: Vec::new(),
            said: Vec::new(),
            bodies: HashMap::new(),
            kept: Vec::new(),
            repeats: 0,
            evidence: VecDeque::new(),
            left_out: 0,
            sent: Vec::new(),
            allowed: 0,
            accepted: HashSet::new(),
            positive: Vec::new(),
            taken_in: 0,
            acknowledged: HashSet::new(),
            sessions: Sessions::default(),
            revoked: None,
            repeatable: Vec::new(),
            serial: 0,
            must_pass: false,
            awaited: None,
            overloaded: false,
            held: false,
            held_operations: 0,
            vouched: HashSet::new(),
            reachable: HashSet::new(),
            lost: BTreeMap::new(),
            in_call: false,
        }
    }

    fn apply(&mut self, operation: Operation) {
        let now = self.now;
        match operation {
            Operation::Message {
                unit,
                kind,
                credential,
                way,
            } => {
                self.serial += 1;
                let said = Said::new(unit, kind, format!("m{}", self.serial));
                self.say(&said, credential, way);
                self.note(said);
            }
            Operation::Register {
                unit,
                expires,
                credential,
                way,
            } => {
                let contact = format!("Contact: <sip:{}@192.0.2.7>;expires={expires}", cid(unit));
                self.send("REGISTER", unit, credential, way, &contact, "", None);
            }
            Operation::Another { unit, method, way } => {
                let methods = ["OPTIONS", "INVITE", "ACK", "CANCEL", "SUBSCRIBE"];
                let method = methods[usize::from(method) % methods.len()];
                self.send(method, unit, Credential::None, way, "", "", None);
            }
            Operation::Body {
                call,
                sequence,
                body,
                way,
            } => {
                let body = BODIES[usize::from(body) % BODIES.len()];
                let text = request("MESSAGE", call, sequence % 3, body);
                let path = self.way(way);
                self.hand_in(path, text.into_bytes());
            }
            Operation::Damaged {
                unit,
                credential,
                way,
                change,
            } => {
                self.serial += 1;
                let body = units::mrq(unit, Kind::Alarm, &format!("d{}", self.serial));
                self.send("MESSAGE", unit, credential, way, "", &body, Some(change));
            }
            Operation::ContentType { call } => {
                let text = request("MESSAGE", call, 1, BODIES[0]);
                let text = text.replace("application/scaip+xml", "text/plain");
                self.hand_in(units::udp(0), text.into_bytes());
            }
            Operation::Repeat { message, way } => {
                let index = usize::from(message) % self.repeatable.len().max(1);
                if let Some((path, bytes)) = self.repeatable.get(index).cloned() {
                    // The same way, or another one.
                    let path = match path.filter(|_| way < 128) {
                        Some(path) => path,
                        None => self.way(way),
                    };
                    self.broken.extend(path.connection);
                    self.hand_in(path, bytes);
                }
            }
            Operation::Open { secure } => {
                let (transport, port) = if secure {
                    (Transport::Tls, 40)
                } else {
                    (Transport::Tcp, 41)
                };
                let opened = self
                    .receiver
                    .connection_opened(transport, server(), unit(port));
                if let Ok(id) = opened {
                    self.secure.insert(id, secure);
                    self.open.push(id);
                }
            }
            Operation::Close { connection } => {
                if let Some(id) = pick(&self.open, connection) {
                    self.receiver.connection_closed(id);
                    self.closed.insert(id);
                }
            }
            Operation::Piece {
                connection,
                body,
                length,
            } => {
                if let Some(id) = pick(&self.open, connection) {
                    let body = BODIES[usize::from(body) % BODIES.len()];
                    let text = request("MESSAGE", connection, 1, body);
                    let length = text.len().min(usize::from(length));
                    self.broken.insert(id);
                    let bytes = &text.as_bytes()[..length];
                    self.receiver.handle_stream(now, id, bytes);
                }
            }
            Operation::Wait { milliseconds } => {
                self.now += Duration::from_millis(milliseconds.into());
            }
            Operation::Jump { hours } => {
                self.now = match self.receiver.poll_timeout().filter(|_| hours == 0) {
                    Some(at) => self.now.max(at),
                    None => self.now + Duration::from_secs(u64::from(hours) * 1800),
                };
                self.timer();
            }
            Operation::Timer => self.timer(),
            Operation::Answer {
                incoming,
                number,
                text,
                voice,
            } => self.answer(incoming, number, text, voice),
            Operation::Acknowledge { message, status } => {
                let index = usize::from(message) % self.sent.len().max(1);
                if let (Some((_, request)), Some(status)) =
                    (self.sent.get(index), StatusCode::new(status % 800))
                {
                    let mut out = Vec::new();
                    let answer = SipResponse::new(status);
                    write_response(&mut out, request, server(), b"t", &answer)
                        .expect("our own request can be answered");
                    self.receiver
                        .handle_datagram(now, units::udp(0), out.into());
                }
            }
            Operation::Fail { message } => {
                let index = usize::from(message) % self.sent.len().max(1);
                if let Some((id, _)) = self.sent.get(index) {
                    self.receiver.transport_failed(*id);
                }
            }
            Operation::Overload { on } => {
                self.overloaded = on;
                self.receiver.set_overloaded(on);
            }
            Operation::Hold { on } => self.held = on,
            Operation::Call { unit, what } => self.call(unit, what),
            Operation::Accounts { revoked } => {
                self.revoked = Some(revoked % (2 * UNITS)).filter(|unit| *unit < UNITS);
                units::replace_accounts(&mut self.receiver, self.revoked);
            }
            Operation::Posted {
                unit,
                kind,
                number,
                voice,
            } => {
                self.serial += 1;
                let said = Said::new(unit, kind, format!("h{}", self.serial));
                self.posted(&said, StatusNumber::new(u16::from(number % 11)), voice);
                self.note(said);
            }
            Operation::Heard { unit } => {
                let controller = cid(unit);
                self.receiver
                    .sign_of_life(now, &ControllerId::new(controller.clone()));
                self.vouched.insert(controller);
            }
            Operation::Again {
                message,
                content,
                credential,
                way,
                posted,
            } => self.again(message, content, credential, way, posted),
        }
    }

    /// One of the UDP sockets, or a connection.
    fn way(&self, way: u8) -> Path {
        match way % 4 {
            0 => units::udp(0),
            1 => units::udp(1),
            _ => match pick(&self.open, way / 4) {
                Some(id) => Path {
                    // What counts is where the connection was opened.
                    connection: Some(id),
                    ..units::udp(0)
                },
                None => units::udp(way % 2),
            },
        }
    }

    fn hand_in(&mut self, path: Path, bytes: Vec<u8>) {
        self.count_in(&bytes);
        match path.connection {
            Some(id) => self.receiver.handle_stream(self.now, id, &bytes),
            None => self.receiver.handle_datagram(self.now, path, bytes.into()),
        }
    }

    fn timer(&mut self) {
        self.receiver.handle_timeout(self.now);
        if let Some(at) = self.receiver.poll_timeout() {
            assert!(at > self.now, "a timer that is run is not due again");
        }
    }

    fn voice(answer: Answer<'static>, voice: bool) -> Answer<'static> {
        if !voice {
            return answer;
        }
        answer.with_voice(VoiceReply::new(MediaReply::DUPLEX, VoiceTarget::Configured))
    }

    fn answer(&mut self, incoming: u8, number: u8, text: u8, voice: bool) {
        let Some(id) = pick(&self.ids, incoming) else {
            return;
        };
        let number = StatusNumber::new(u16::from(number % 11));
        // The reference is replaced by that of the request.
        let mut response = Response::new(Reference::new("another"), number);
        if text > 0 {
            response.status_text = Some(Text::new("x".repeat(usize::from(text))));
        }
        let before = self.receiver.pending();
        let known = self.incoming.get_mut(&id).expect("it was handed out");
        let over = known.answered || known.undecided || known.repeat.is_some();
        let answer = World::voice(Answer::from(response), voice);
        match self.receiver.answer(self.now, id, answer) {
            Ok(()) => {
                assert!(!over, "decided twice");
                assert!(text <= 128);
                known.answered = true;
                known.text = usize::from(text);
                if number.is_accepted() {
                    self.allowed += 1;
                    self.accepted.insert(known.reference.clone());
                    self.vouched.insert(known.controller.clone());
                    self.reachable.insert(known.controller.clone());
                }
                assert_eq!(self.receiver.pending(), before - 1);
                self.decided(id, number.is_accepted());
            }
            Err(AnswerError::NotWaiting) => {
                // Nobody may have heard yet that the time is over.
                assert!(over || self.held, "a waiting alarm cannot be decided");
            }
            Err(AnswerError::Encode(_)) => {
                assert!(!over);
                assert!(text > 128);
                assert_eq!(self.receiver.pending(), before, "it still waits");
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn call(&mut self, unit: u8, what: u8) {
        let (now, user) = (self.now, cid(unit));
        let controller = ControllerId::new(user.clone());
        let Some(calls) = self.receiver.calls_mut() else {
            return;
        };
        match what % 4 {
            0 => {
                let call = IncomingCall {
                    from_user: Some(&user),
                    ..IncomingCall::default()
                };
                let _ = calls.incoming(now, &call);
            }
            1 => {
                // Beyond the limit it is refused.
                if calls.call_started(now, &controller).is_ok() {
                    self.in_call = true;
                    assert!(calls.in_call(&controller));
                }
            }
            2 => {
                calls.call_ended(now, &controller, CallEnd::Dropped);
            }
            _ => {
                calls.call_ended(now, &controller, CallEnd::ClearedDown);
            }
        }
    }
}
