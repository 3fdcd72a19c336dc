//! A sender and a receiver with two addresses joined in memory over a network that loses, doubles
//! and reorders, on one fake clock. The receiver knows repeats by its own rule (SCAIP reference
//! 10); the test only counts what is handed out.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::receiver::{self, AnswerMode, DuplicateSettings, IncomingId, Receiver};
use scaip::sender::{About, AlarmId, Event, Sender, Waiting};
use scaip::sip::Path;
use scaip::{Reference, Response, StatusNumber};

use crate::sender_support::{alarm, config, seconds, unit};

/// Numbers by chance from a seed (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

struct Network {
    chance: Chance,
    loss: u64,
    /// In flight by arrival: from, to, bytes.
    flying: BTreeMap<(Instant, u64), (SocketAddr, SocketAddr, Bytes)>,
    serial: u64,
    /// The latest of those that arrived, in the order they were sent, by their way.
    latest: HashMap<(SocketAddr, SocketAddr), u64>,
    /// How many arrived after one that was sent later, on the same way.
    overtaken: u64,
}

impl Network {
    fn carry(&mut self, now: Instant, from: SocketAddr, to: SocketAddr, bytes: &Bytes) {
        let copies = if self.chance.below(100) < 10 { 2 } else { 1 };
        for _ in 0..copies {
            if self.chance.below(100) < self.loss {
                continue;
            }
            let delay = Duration::from_millis(5 + self.chance.below(600));
            self.serial += 1;
            self.flying
                .insert((now + delay, self.serial), (from, to, bytes.clone()));
        }
    }

    /// The next datagram that has arrived: from, to, bytes.
    fn arrived(&mut self, now: Instant) -> Option<(SocketAddr, SocketAddr, Bytes)> {
        let entry = self.flying.first_entry().filter(|one| one.key().0 <= now)?;
        let ((_, serial), (from, to, bytes)) = entry.remove_entry();
        let latest = self.latest.entry((from, to)).or_default();
        self.overtaken += u64::from(serial < *latest);
        *latest = serial.max(*latest);
        Some((from, to, bytes))
    }
}

struct Outcome {
    submitted: usize,
    accepted: HashMap<AlarmId, u32>,
    /// How often each alarm was raised, by `ref`.
    raised: HashMap<String, u32>,
    /// Repeats that were answered again, and that waited for the decision.
    repeats: u32,
    held: u32,
    overtaken: u64,
    failures: usize,
    longest: Duration,
}

fn run(seed: u64, loss: u64, count: usize, mode: AnswerMode, slow: bool) -> Outcome {
    let mut now = Instant::now();
    let mut network = Network {
        chance: Chance(seed),
        loss,
        flying: BTreeMap::new(),
        serial: 0,
        latest: HashMap::new(),
        overtaken: 0,
    };
    // What the centre decides, by when: at once, or after some seconds.
    let mut decisions: BTreeMap<(Instant, IncomingId), Reference<'static>> = BTreeMap::new();
    let mut sender = Sender::new(config(2)).unwrap();
    let mut settings = receiver::Config::new([7; 16]);
    settings.answer_mode = mode;
    // As long as the whole run may take.
    let mut duplicates = DuplicateSettings::default();
    duplicates.window = seconds(3600);
    settings.duplicates = Some(duplicates);
    let mut receiver = Receiver::new(settings).unwrap();
    let mut out = Outcome {
        submitted: 0,
        accepted: HashMap::new(),
        raised: HashMap::new(),
        repeats: 0,
        held: 0,
        overtaken: 0,
        failures: 0,
        longest: Duration::ZERO,
    };
    let mut next_submit = Some(now);
    let start = now;
    loop {
        if next_submit.is_some_and(|at| at <= now) {
            let _ = sender.submit(now, alarm(), About::New).unwrap();
            out.submitted += 1;
            next_submit = (out.submitted < count).then(|| now + Duration::from_millis(300));
        }
        while let Some(event) = sender.poll_event(now) {
            match event {
                Event::Accepted { alarm, after, .. } => {
                    *out.accepted.entry(alarm).or_default() += 1;
                    out.longest = out.longest.max(after);
                }
                Event::Attempt { .. } => {}
                Event::AttemptFailed { .. } => out.failures += 1,
                Event::AllFailed { alarm, .. } => {
                    let status = sender.status(alarm).unwrap();
                    assert!(matches!(status.waiting, Waiting::BackOff { .. }));
                }
                Event::LateResponse { .. } | Event::AlsoAccepted { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        while let Some(event) = receiver.poll_event(now) {
            match event {
                receiver::Event::Request(incoming) => {
                    let reference = incoming.decoded.message().reference.clone();
                    *out.raised.entry(reference.as_str().to_owned()).or_default() += 1;
                    let thinking = match slow {
                        true => Duration::from_millis(network.chance.below(9_000)),
                        false => Duration::ZERO,
                    };
                    decisions.insert((now + thinking, incoming.id), reference);
                }
                receiver::Event::Repeated(repeat) if repeat.answered => out.repeats += 1,
                receiver::Event::Repeated(_) => out.held += 1,
                receiver::Event::Refused(refusal) => panic!("{refusal:?}"),
                receiver::Event::Undecided { id } => panic!("{id:?}"),
                _ => {}
            }
        }
        while let Some(due) = decisions.first_entry().filter(|one| one.key().0 <= now) {
            let ((_, id), reference) = due.remove_entry();
            let response = Response::new(reference, StatusNumber::OK);
            receiver.answer(now, id, &response).unwrap();
        }
        while let Some(transmit) = sender.poll_transmit() {
            network.carry(now, unit(), transmit.path.remote, &transmit.bytes);
        }
        while let Some(transmit) = receiver.poll_transmit() {
            let path = transmit.path;
            network.carry(now, path.local, path.remote, &transmit.bytes);
        }
        let wake = [
            next_submit,
            network.flying.keys().next().map(|place| place.0),
            sender.poll_timeout(),
            receiver.poll_timeout(),
            decisions.keys().next().map(|decision| decision.0),
        ];
        let Some(wake) = wake.into_iter().flatten().min() else {
            assert_eq!(sender.open(), 0, "at rest with something open");
            assert_eq!(u64::from(out.repeats + out.held), receiver.repeats());
            out.overtaken = network.overtaken;
            return out;
        };
        assert!(wake - start < seconds(3600), "it does not come to rest");
        now = now.max(wake);
        while let Some((from, to, bytes)) = network.arrived(now) {
            let path = Path::udp(to, from);
            if to == unit() {
                sender.handle_datagram(now, path, bytes);
            } else {
                receiver.handle_datagram(now, path, bytes);
            }
        }
        sender.handle_timeout(now);
        receiver.handle_timeout(now);
    }
}

#[test]
fn with_thirty_percent_loss_and_reordering_every_alarm_is_accepted_once_and_raised_once() {
    let (mut failures, mut overtaken, mut repeats, mut held) = (0, 0, 0, 0);
    for seed in 0..12 {
        for mode in [AnswerMode::SeparateMessage, AnswerMode::BodyInOk] {
            let out = run(seed, 30, 60, mode, seed % 2 == 1);
            assert_eq!((out.submitted, out.accepted.len()), (60, 60));
            assert!(out.accepted.values().all(|times| *times == 1));
            assert_eq!(out.raised.len(), 60);
            assert!(out.raised.values().all(|times| *times == 1));
            failures += out.failures;
            overtaken += out.overtaken;
            repeats += out.repeats;
            held += out.held;
        }
    }
    // Loss and reordering were felt: some attempts had to be made again, before and after the
    // decision.
    assert!(failures > 0 && overtaken > 0);
    assert!(repeats > 0 && held > 0, "{repeats} {held}");
}

#[test]
fn with_eighty_percent_loss_nothing_is_lost_either() {
    for seed in 0..3 {
        let out = run(seed, 80, 20, AnswerMode::SeparateMessage, false);
        assert_eq!((out.accepted.len(), out.raised.len()), (20, 20));
        assert!(out.accepted.values().all(|times| *times == 1));
        assert!(out.raised.values().all(|times| *times == 1));
        assert!(out.failures > 0 && out.repeats > 0);
    }
}

#[test]
fn without_loss_every_alarm_is_accepted_within_two_seconds() {
    let out = run(1, 0, 60, AnswerMode::SeparateMessage, false);
    assert_eq!((out.accepted.len(), out.failures), (60, 0));
    assert!(out.longest < seconds(2), "{:?}", out.longest);
}
