//! The receiver, driven by a list of operations.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use scaip::receiver::{AnswerError, AnswerMode, Config, Event, IncomingId, Receiver};
use scaip::sip::{
    ConnectionId, Message, MessageId, Response as SipResponse, SipLimits, StatusCode, Transmit,
    Transport, write_response,
};
use scaip::{Reference, Response, StatusNumber, Text};

use crate::wire::{BODIES, Change, path, pick, request, server, unit};

const PENDING: usize = 4;
const OPERATIONS: usize = 200;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    body_in_ok: bool,
    strict_content_type: bool,
    accept_unknown: bool,
    strict_bodies: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Request {
        call: u8,
        sequence: u8,
        body: u8,
        port: u8,
    },
    Damaged {
        call: u8,
        body: u8,
        change: Change,
    },
    /// The content type is another one.
    ContentType {
        call: u8,
    },
    Open,
    Close {
        connection: u8,
    },
    Stream {
        connection: u8,
        call: u8,
        body: u8,
        length: u16,
    },
    Wait {
        milliseconds: u16,
    },
    Timer,
    /// The application decides.
    Answer {
        incoming: u8,
        number: u8,
        text: u8,
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
}

#[derive(Default)]
struct Known {
    /// The application said so, and it was taken.
    answered: bool,
    positive: bool,
    undecided: bool,
    outcomes: u32,
}

struct World {
    receiver: Receiver,
    mode: AnswerMode,
    now: Instant,
    open: Vec<ConnectionId>,
    incoming: HashMap<IncomingId, Known>,
    ids: Vec<IncomingId>,
    /// The `mrs` messages as they left.
    sent: Vec<(MessageId, Message)>,
    /// How many `snu` 0 the application allowed, and how many different ones left.
    allowed: usize,
    positive: Vec<Bytes>,
}

/// Runs the operations: no positive `mrs` before the answer, and one outcome for each answer.
pub fn scaip_receiver(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(settings) = Settings::arbitrary(&mut input) else {
        return;
    };
    let mut config = Config::new([5; 16]);
    config.pending = PENDING;
    config.strict_content_type = settings.strict_content_type;
    config.accept_unknown_message_types = settings.accept_unknown;
    if settings.strict_bodies {
        config.decode = scaip::DecodeOptions::strict();
    }
    if settings.body_in_ok {
        config.answer_mode = AnswerMode::BodyInOk;
    }
    let mut world = World {
        mode: config.answer_mode,
        receiver: Receiver::new(config).expect("the settings are good"),
        now: Instant::now(),
        open: Vec::new(),
        incoming: HashMap::new(),
        ids: Vec::new(),
        sent: Vec::new(),
        allowed: 0,
        positive: Vec::new(),
    };
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
    let last = world.now;
    while let Some(at) = world.receiver.poll_timeout() {
        world.now = world.now.max(at);
        world.receiver.handle_timeout(world.now);
        world.take_outputs();
        assert!(
            world.now - last <= Duration::from_secs(110),
            "it does not come to rest"
        );
    }
    assert_eq!(world.receiver.pending(), 0);
    for known in world.incoming.values() {
        assert_ne!(known.answered, known.undecided, "decided by one side");
        assert_eq!(known.outcomes, 1);
    }
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
                self.receiver
                    .handle_datagram(now, path(port % 3), text.into());
            }
            Operation::Damaged { call, body, change } => {
                let body = BODIES[usize::from(body) % BODIES.len()];
                let mut text = request("MESSAGE", call, 1, body).into_bytes();
                change.apply(&mut text);
                self.receiver.handle_datagram(now, path(0), text.into());
            }
            Operation::ContentType { call } => {
                let text = request("MESSAGE", call, 1, BODIES[0]);
                let text = text.replace("application/scaip+xml", "text/plain");
                self.receiver.handle_datagram(now, path(0), text.into());
            }
            Operation::Open => {
                let opened = self
                    .receiver
                    .connection_opened(Transport::Tls, server(), unit(9));
                self.open.extend(opened);
            }
            Operation::Close { connection } => {
                if let Some(id) = pick(&self.open, connection) {
                    self.receiver.connection_closed(id);
                }
            }
            Operation::Stream {
                connection,
                call,
                body,
                length,
            } => {
                if let Some(id) = pick(&self.open, connection) {
                    let body = BODIES[usize::from(body) % BODIES.len()];
                    let text = request("MESSAGE", call, 1, body);
                    let length = text.len().min(usize::from(length));
                    self.receiver
                        .handle_stream(now, id, &text.as_bytes()[..length]);
                }
            }
            Operation::Wait { milliseconds } => {
                self.now += Duration::from_millis(milliseconds.into());
            }
            Operation::Timer => self.receiver.handle_timeout(now),
            Operation::Answer {
                incoming,
                number,
                text,
            } => self.answer(incoming, number, text),
            Operation::Acknowledge { message, status } => {
                let index = usize::from(message) % self.sent.len().max(1);
                if let (Some((_, request)), Some(status)) =
                    (self.sent.get(index), StatusCode::new(status % 800))
                {
                    let mut out = Vec::new();
                    let answer = SipResponse::new(status);
                    write_response(&mut out, request, server(), b"t", &answer)
                        .expect("our own request can be answered");
                    self.receiver.handle_datagram(now, path(0), out.into());
                }
            }
            Operation::Fail { message } => {
                let index = usize::from(message) % self.sent.len().max(1);
                if let Some((id, _)) = self.sent.get(index) {
                    self.receiver.transport_failed(*id);
                }
            }
            Operation::Overload { on } => self.receiver.set_overloaded(on),
        }
    }

    fn answer(&mut self, incoming: u8, number: u8, text: u8) {
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
        let over = known.answered || known.undecided;
        match self.receiver.answer(self.now, id, &response) {
            Ok(()) => {
                assert!(!over, "decided twice");
                assert!(text <= 128);
                known.answered = true;
                known.positive = number.is_accepted();
                self.allowed += usize::from(number.is_accepted());
                assert_eq!(self.receiver.pending(), before - 1);
            }
            Err(AnswerError::NotWaiting) => {
                assert!(over, "a waiting alarm cannot be decided");
            }
            Err(AnswerError::Encode(_)) => {
                assert!(!over);
                assert!(text > 128);
                assert_eq!(self.receiver.pending(), before, "it still waits");
            }
            Err(error) => panic!("{error}"),
        }
    }

    fn take_outputs(&mut self) {
        while let Some(event) = self.receiver.poll_event(self.now) {
            self.happened(event);
        }
        while let Some(transmit) = self.receiver.poll_transmit() {
            self.transmitted(transmit);
        }
        assert!(self.receiver.pending() <= PENDING);
    }

    fn transmitted(&mut self, transmit: Transmit) {
        let limits = SipLimits::default();
        let Ok(message) = Message::parse_datagram(transmit.bytes.clone(), &limits) else {
            // Only what was echoed may be odd, or nothing at all when a stream is closed.
            return;
        };
        let body = message.body();
        if let Ok(response) = scaip::decode_response(&body, &scaip::DecodeOptions::lenient()) {
            if response.message().status_number.is_accepted()
                && !self.positive.contains(&transmit.bytes)
            {
                self.positive.push(transmit.bytes);
                assert!(
                    self.positive.len() <= self.allowed,
                    "positive before the answer"
                );
            }
        } else {
            assert!(body.is_empty(), "only an mrs leaves");
            let success = message.status().is_some_and(StatusCode::is_success);
            assert!(!success || self.mode == AnswerMode::SeparateMessage);
        }
        if let Some(id) = transmit.message {
            self.sent.push((id, message));
        }
    }

    fn happened(&mut self, event: Event) {
        let _ = format!("{event:?}");
        match event {
            Event::Request(incoming) => {
                let reference = incoming.decoded.message().reference.as_str();
                assert!(!reference.chars().any(char::is_control));
                let new = self.incoming.insert(incoming.id, Known::default());
                assert!(new.is_none(), "an id came twice");
                self.ids.push(incoming.id);
            }
            Event::Refused(refusal) => {
                assert!(
                    refusal
                        .status_number
                        .is_none_or(|number| !number.is_accepted())
                );
            }
            Event::Undecided { id } => {
                let known = self.incoming.get_mut(&id).expect("it was handed out");
                assert!(!known.answered && !known.undecided);
                known.undecided = true;
            }
            Event::AnswerDelivered { id, status } => {
                assert!(status.is_success());
                self.ended(id);
            }
            Event::AnswerRefused { id, status } => {
                assert!(!status.is_success());
                self.ended(id);
            }
            Event::AnswerSent { id } => {
                assert_eq!(self.mode, AnswerMode::BodyInOk);
                self.ended(id);
            }
            Event::AnswerUndelivered { id, .. } => self.ended(id),
            Event::Retransmission { .. } | Event::Bad { .. } => {}
            other => panic!("an event that is not known here: {other:?}"),
        }
    }

    fn ended(&mut self, id: IncomingId) {
        // What the receiver refuses by itself has a number too, which nobody was told.
        if let Some(known) = self.incoming.get_mut(&id) {
            known.outcomes += 1;
            assert_eq!(known.outcomes, 1, "two outcomes for one answer");
        }
    }
}
