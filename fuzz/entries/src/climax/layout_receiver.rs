//! The machine that reads a declared line, under a list of operations, and however the line is
//! cut.

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::Time;
use climax_rf::layout::{Layout, Received, Receiver, ReceiverEvent, Token, Values};

use super::layout::Built;

const OPERATIONS: usize = 100;

/// The made-up layouts of the crate that describe a line.
const EXAMPLES: [&str; 3] = [
    include_str!("../../../../climax-rf/layouts/example-ascii-line.toml"),
    include_str!("../../../../climax-rf/layouts/example-binary-crc.toml"),
    include_str!("../../../../climax-rf/layouts/example-length-escape.toml"),
];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    example: u8,
    operations: Vec<Operation<'a>>,
    built: Built<'a>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation<'a> {
    Bytes(&'a [u8]),
    /// A good frame, of the samples or built.
    Good {
        which: u8,
        piece: u8,
    },
    Accept(u8),
    Refuse(u8),
    Wait {
        milliseconds: u16,
    },
    Timeout,
    Transmit {
        buffer: u8,
    },
    Connected,
}

/// Runs the operations on the line of an example or of a layout that the input builds.
pub fn climax_layout_receiver(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let text = EXAMPLES.get(usize::from(input.example % 5)).copied();
    let layout = match text {
        Some(text) => Layout::parse(text).ok(),
        None => input.built.layout(),
    };
    let Some(layout) = layout else {
        assert!(text.is_none(), "the examples are layouts");
        return;
    };
    let good = match text {
        Some(text) => samples(text),
        None => input
            .built
            .frame(&layout)
            .into_iter()
            .map(|(_, frame)| frame)
            .collect(),
    };
    split(&layout, input.built.stream, &good);
    let receiver = Receiver::new(&layout, Time::ZERO).expect("it describes a line");
    let mut line = Line {
        now: Time::ZERO,
        receiver,
        good,
        waiting: BTreeMap::new(),
        given: 0,
        told: 0,
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        line.run(*operation);
    }
    line.end(&layout);
}

/// The bytes of the samples in an example that are written in hexadecimal digits or as text.
fn samples(text: &str) -> Vec<Vec<u8>> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("bytes = "));
    lines
        .filter_map(|value| {
            let quoted = value.split('"').nth(1)?;
            if value.starts_with('{') {
                return Some(
                    quoted
                        .replace("\\r", "\r")
                        .replace("\\n", "\n")
                        .into_bytes(),
                );
            }
            let bytes = quoted.split_whitespace();
            bytes
                .map(|byte| u8::from_str_radix(byte, 16).ok())
                .collect()
        })
        .collect()
}

struct Line {
    now: Time,
    receiver: Receiver,
    good: Vec<Vec<u8>>,
    /// `false`: its time is over, or the line was opened anew.
    waiting: BTreeMap<Token, bool>,
    given: usize,
    told: usize,
}

impl Line {
    fn run(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Bytes(bytes) => self.give(bytes),
            Operation::Good { which, piece } => {
                let count = self.good.len().max(1);
                let Some(frame) = self.good.get(usize::from(which) % count).cloned() else {
                    return;
                };
                for piece in frame.chunks(usize::from(piece).max(1)) {
                    self.give(piece);
                }
            }
            Operation::Accept(which) => self.decide(which, true),
            Operation::Refuse(which) => self.decide(which, false),
            Operation::Wait { milliseconds } => {
                self.now = self.now + Duration::from_millis(u64::from(milliseconds));
            }
            Operation::Timeout => self.timeout(),
            Operation::Transmit { buffer } => {
                let mut buffer = vec![0; usize::from(buffer)];
                assert!(self.receiver.poll_transmit(&mut buffer) <= buffer.len());
            }
            Operation::Connected => {
                self.receiver.handle_connected(self.now);
                self.waiting.values_mut().for_each(|waits| *waits = false);
            }
        }
        assert!(self.receiver.undecided() <= Receiver::MOST_UNDECIDED);
    }

    /// What is not taken waits for events, decisions or answers to be fetched; then it is taken.
    fn give(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        // Some that are on the list wait no longer.
        for _ in 0..2 * bytes.len() + self.waiting.len() + 4 {
            let taken = self.receiver.handle_bytes(self.now, rest);
            self.given += taken;
            rest = &rest[taken..];
            self.drain();
            if rest.is_empty() {
                return;
            }
            if taken == 0 {
                self.decide(0, true);
                let mut buffer = [0; 64];
                while self.receiver.poll_transmit(&mut buffer) > 0 {}
            }
        }
        panic!("the line stands still");
    }

    fn decide(&mut self, which: u8, accept: bool) {
        let count = self.waiting.len().max(1);
        let Some((&token, &waits)) = self.waiting.iter().nth(usize::from(which) % count) else {
            return;
        };
        let done = if accept {
            self.receiver.accept(self.now, token)
        } else {
            self.receiver.refuse(self.now, token)
        };
        self.waiting.remove(&token);
        assert!(waits || done.is_err(), "its time was over");
        assert!(
            self.receiver.accept(self.now, token).is_err(),
            "decided once"
        );
        self.drain();
    }

    fn timeout(&mut self) {
        let Some(due) = self.receiver.poll_timeout() else {
            return;
        };
        self.now = self.now.max(due);
        self.receiver.handle_timeout(self.now);
        self.drain();
        let next = self.receiver.poll_timeout();
        assert!(
            next.is_none_or(|next| next > self.now),
            "a timer that ran is due"
        );
    }

    fn drain(&mut self) {
        while let Some(event) = self.receiver.poll_event() {
            self.told += 1;
            match event {
                ReceiverEvent::Frame(received) => {
                    let last = self.waiting.last_key_value().map(|(last, _)| *last);
                    assert!(
                        last.is_none_or(|last| last < received.token),
                        "numbers rise"
                    );
                    self.sound(&received);
                    self.waiting.insert(received.token, true);
                }
                ReceiverEvent::Skipped { bytes } => assert!(bytes > 0),
                ReceiverEvent::Undecided(token) => {
                    // Decided after it was over: the decision took it off the list.
                    self.waiting.remove(&token);
                }
                ReceiverEvent::Silence { since } => assert!(since <= self.now),
                _ => {}
            }
        }
    }

    fn sound(&self, received: &Received) {
        let again = self.receiver.layout().decode_frame(&received.raw);
        let again = again.expect("what is handed out can be read");
        assert_eq!(again.values(), received.decoded.values());
    }

    /// At rest after a pause, and a good frame is read as on a new line.
    fn end(&mut self, layout: &Layout) {
        assert!(self.told <= 8 * self.given + 8 * OPERATIONS + 8);
        self.now = self.now + Duration::from_secs(3600);
        self.receiver.handle_timeout(self.now);
        // What waits for decisions or answers holds up what comes behind it.
        loop {
            let (told, mut sent) = (self.told, false);
            let mut buffer = [0; 64];
            while self.receiver.poll_transmit(&mut buffer) > 0 {
                sent = true;
            }
            self.now = self.now + Duration::from_secs(3600);
            self.receiver.handle_timeout(self.now);
            self.drain();
            self.waiting.clear();
            if self.told == told && !sent {
                break;
            }
        }
        for frame in self.good.clone() {
            let fresh = frames(layout, &frame, frame.len().max(1));
            let read = frames_of(&mut self.receiver, self.now, &frame, frame.len().max(1));
            assert_eq!(
                read, fresh,
                "the next frame is read as if nothing had happened"
            );
            self.now = self.now + Duration::from_secs(3600);
        }
    }
}

fn frames(layout: &Layout, bytes: &[u8], piece: usize) -> Vec<Values> {
    let mut receiver = Receiver::new(layout, Time::ZERO).expect("it describes a line");
    frames_of(&mut receiver, Time::ZERO, bytes, piece)
}

/// The frames of a line, fed in pieces, with all time-outs over at the end.
fn frames_of(receiver: &mut Receiver, now: Time, bytes: &[u8], piece: usize) -> Vec<Values> {
    let mut found = Vec::new();
    let mut drain = |receiver: &mut Receiver, now| {
        while let Some(event) = receiver.poll_event() {
            if let ReceiverEvent::Frame(received) = event {
                receiver.accept(now, received.token).expect("it waits");
                found.push(received.decoded.values());
            }
        }
        let mut buffer = [0; 64];
        while receiver.poll_transmit(&mut buffer) > 0 {}
    };
    for piece in bytes.chunks(piece) {
        let mut rest = piece;
        while !rest.is_empty() {
            let taken = receiver.handle_bytes(now, rest);
            rest = &rest[taken..];
            drain(receiver, now);
        }
    }
    let later = now + Duration::from_secs(1800);
    receiver.handle_timeout(later);
    drain(receiver, later);
    found
}

/// The same frames however the line is cut.
fn split(layout: &Layout, stream: &[u8], good: &[Vec<u8>]) {
    let mut line = stream.to_vec();
    for frame in good {
        line.extend_from_slice(frame);
        line.extend_from_slice(stream);
        line.extend_from_slice(frame);
    }
    line.truncate(2000);
    if line.is_empty() {
        return;
    }
    let whole = frames(layout, &line, line.len());
    assert_eq!(frames(layout, &line, 1), whole);
    assert_eq!(frames(layout, &line, 7), whole);
}
