//! The station for brackets under a list of operations.

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::Time;
use climax_rf::contact_id::{ACK, DecodeOptions, Event, Item, Scanner, Settings, Station, Token};

use super::panel::to_the_next;

const OPERATIONS: usize = 200;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    pending: u8,
    /// Seconds.
    decision: u8,
    partial: u8,
    wrong_checksums: bool,
    operations: Vec<Operation<'a>>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation<'a> {
    Bytes(&'a [u8]),
    /// Good messages in one segment.
    Good {
        count: u8,
    },
    Accept(u8),
    Refuse(u8),
    Wait {
        milliseconds: u16,
    },
    /// To the next timeout.
    Timeout,
    Poll {
        events: u8,
    },
}

const GOOD: [&[u8]; 3] = [
    b"[4711 18110101005FF0F]",
    b"[4711 183101010051111]",
    b"[4711 18160200000240F]",
];

/// How a report went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Open,
    Accepted,
    Refused,
    Undecided,
    Withheld,
}

struct Line {
    now: Time,
    station: Station,
    settings: Settings,
    /// What was handed out, in order.
    reports: BTreeMap<Token, Outcome>,
    answers: usize,
    /// Bytes given, and bytes heard of again.
    given: usize,
    told: usize,
}

/// Runs the operations.
pub fn contact_id_station(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let mut settings = Settings::default();
    settings.pending = usize::from(input.pending % 8);
    settings.decision = Duration::from_secs(u64::from(input.decision % 40));
    settings.partial = Duration::from_secs(u64::from(input.partial % 40));
    if input.wrong_checksums {
        settings.decode = DecodeOptions::lenient().accepting_wrong_checksum();
    }
    let mut line = Line {
        now: Time::ZERO,
        station: Station::new(settings),
        settings,
        reports: BTreeMap::new(),
        answers: 0,
        given: 0,
        told: 0,
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        line.run(*operation);
    }
    line.end();
    split(data, &settings);
}

impl Line {
    fn run(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Bytes(bytes) => self.give(bytes),
            Operation::Good { count } => {
                let count = usize::from(count % 8);
                self.give(
                    &GOOD
                        .into_iter()
                        .cycle()
                        .take(count)
                        .collect::<Vec<_>>()
                        .concat(),
                );
            }
            Operation::Accept(which) => self.decide(which, true),
            Operation::Refuse(which) => self.decide(which, false),
            Operation::Wait { milliseconds } => {
                self.now = self.now + Duration::from_millis(u64::from(milliseconds));
            }
            Operation::Timeout => self.timeout(),
            Operation::Poll { events } => self.poll(usize::from(events)),
        }
        assert!(self.station.pending() <= self.settings.pending);
    }

    fn give(&mut self, bytes: &[u8]) {
        self.given += bytes.len();
        self.station.handle_bytes(self.now, bytes);
    }

    fn timeout(&mut self) {
        if !to_the_next(&mut self.now, [self.station.poll_timeout()]) {
            return;
        }
        self.station.handle_timeout(self.now);
        let next = self.station.poll_timeout();
        assert!(
            next.is_none_or(|next| next > self.now),
            "a timer that ran is due"
        );
    }

    fn decide(&mut self, which: u8, accept: bool) {
        let open: Vec<_> = self
            .reports
            .iter()
            .filter(|(_, outcome)| **outcome == Outcome::Open)
            .collect();
        let Some(&(&token, _)) = open.get(usize::from(which) % open.len().max(1)) else {
            return;
        };
        let done = if accept {
            self.station.accept(self.now, token)
        } else {
            self.station.refuse(self.now, token)
        };
        match done {
            Ok(()) => {
                let outcome = if accept {
                    Outcome::Accepted
                } else {
                    Outcome::Refused
                };
                self.reports.insert(token, outcome);
                assert!(
                    self.station.accept(self.now, token).is_err(),
                    "decided once"
                );
            }
            // Its time was over; the event says so.
            Err(_) => self.poll(usize::MAX),
        }
        let told = self.reports[&token] != Outcome::Open;
        assert!(told || self.station.lost_events() > 0);
        self.answered();
    }

    /// No answer that was not earned.
    fn answered(&mut self) {
        while let Some(answer) = self.station.poll_transmit() {
            assert_eq!(answer, ACK);
            self.answers += 1;
        }
        let accepted = |outcome: &&Outcome| **outcome == Outcome::Accepted;
        assert!(self.answers <= self.reports.values().filter(accepted).count());
    }

    fn poll(&mut self, events: usize) {
        for _ in 0..events {
            let Some(event) = self.station.poll_event() else {
                break;
            };
            match event {
                Event::Report { token, message } => {
                    self.told += message.as_bytes().len();
                    message.decode(&self.settings.decode).expect("it was read");
                    let last = self.reports.last_key_value().map(|(last, _)| *last);
                    assert!(last.is_none_or(|last| last < token), "numbers rise");
                    self.reports.insert(token, Outcome::Open);
                }
                Event::Refused { message, error } => {
                    self.told += message.as_bytes().len();
                    assert_eq!(message.decode(&self.settings.decode), Err(error));
                }
                Event::Overloaded(message) => self.told += message.as_bytes().len(),
                Event::Junk(count) => self.told += count,
                Event::Undecided(token) => {
                    assert_eq!(
                        self.reports.insert(token, Outcome::Undecided),
                        Some(Outcome::Open)
                    );
                }
                Event::Withheld(token) => {
                    assert_eq!(
                        self.reports.insert(token, Outcome::Withheld),
                        Some(Outcome::Accepted)
                    );
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Everything is told, every report has ended in one way, and the line is at rest.
    fn end(&mut self) {
        self.poll(usize::MAX);
        for _ in 0..OPERATIONS * 8 {
            if self.station.poll_timeout().is_none() {
                break;
            }
            self.timeout();
            self.poll(usize::MAX);
        }
        self.answered();
        assert_eq!(
            (self.station.poll_timeout(), self.station.pending()),
            (None, 0)
        );
        if self.station.lost_events() == 0 {
            assert_eq!(self.told, self.given, "nothing is lost without a word");
            let count = |wanted: Outcome| self.reports.values().filter(|o| **o == wanted).count();
            assert_eq!(count(Outcome::Open), 0);
            // What was accepted is answered, unless its answer would pass for another one.
            assert_eq!(self.answers, count(Outcome::Accepted));
        }
    }
}

/// The same reports however the stream is cut.
fn split(bytes: &[u8], settings: &Settings) {
    let mut settings = *settings;
    (settings.pending, settings.partial) = (usize::MAX / 2, Duration::from_secs(1));
    let messages = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut station = Station::new(settings);
        let mut messages = Vec::new();
        for piece in pieces {
            station.handle_bytes(Time::ZERO, piece);
            while let Some(event) = station.poll_event() {
                match event {
                    Event::Report { message, .. } | Event::Refused { message, .. } => {
                        messages.push(message);
                    }
                    _ => {}
                }
            }
        }
        messages
    };
    let whole = messages(&mut std::iter::once(bytes));
    assert_eq!(messages(&mut bytes.chunks(1)), whole);
    let mut scanner = Scanner::new();
    let mut segment = bytes;
    let mut count = 0;
    while let Some(item) = scanner.next(&mut segment) {
        count += usize::from(matches!(item, Item::Message(_)));
    }
    assert_eq!(count, whole.len());
}
