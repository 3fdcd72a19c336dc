//! A sender and two receivers joined in memory over a network that loses, doubles and reorders,
//! on one fake clock. The receivers share one store that knows duplicates by sender and `ref`, as
//! a server does (SCAIP reference 10).

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::receiver::{self, AnswerMode, Receiver};
use scaip::sender::{About, AlarmId, Event, Sender, Waiting};
use scaip::sip::Path;
use scaip::{Response, StatusNumber};

use crate::sender_support::{alarm, arc, config, seconds, unit};

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
}

struct Outcome {
    submitted: usize,
    accepted: HashMap<AlarmId, u32>,
    /// How often each alarm was raised, by `ref`.
    raised: HashMap<String, u32>,
    repeats: u32,
    failures: usize,
    longest: Duration,
}

fn run(seed: u64, loss: u64, count: usize, mode: AnswerMode) -> Outcome {
    let mut now = Instant::now();
    let mut network = Network {
        chance: Chance(seed),
        loss,
        flying: BTreeMap::new(),
        serial: 0,
    };
    let mut sender = Sender::new(config(2)).unwrap();
    let mut receivers: Vec<Receiver> = (0..2)
        .map(|n| {
            let mut config = receiver::Config::new([n; 16]);
            config.answer_mode = mode;
            Receiver::new(config).unwrap()
        })
        .collect();
    let mut out = Outcome {
        submitted: 0,
        accepted: HashMap::new(),
        raised: HashMap::new(),
        repeats: 0,
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
        for receiver in &mut receivers {
            while let Some(event) = receiver.poll_event(now) {
                if let receiver::Event::Request(incoming) = event {
                    let reference = &incoming.decoded.message().reference;
                    // As a server: raise what is new, answer what is known as before.
                    let times = out.raised.entry(reference.as_str().to_owned()).or_default();
                    if *times == 0 {
                        *times += 1;
                    } else {
                        out.repeats += 1;
                    }
                    let response = Response::new(reference.clone(), StatusNumber::OK);
                    receiver.answer(now, incoming.id, &response).unwrap();
                }
            }
        }
        while let Some(transmit) = sender.poll_transmit() {
            network.carry(now, unit(), transmit.path.remote, &transmit.bytes);
        }
        for (n, receiver) in receivers.iter_mut().enumerate() {
            while let Some(transmit) = receiver.poll_transmit() {
                network.carry(now, arc(n), transmit.path.remote, &transmit.bytes);
            }
        }
        let wake = [
            next_submit,
            network.flying.keys().next().map(|place| place.0),
            sender.poll_timeout(),
            receivers[0].poll_timeout(),
            receivers[1].poll_timeout(),
        ];
        let Some(wake) = wake.into_iter().flatten().min() else {
            assert_eq!(sender.open(), 0, "at rest with something open");
            return out;
        };
        assert!(wake - start < seconds(3600), "it does not come to rest");
        now = now.max(wake);
        while let Some(entry) = network.flying.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let (from, to, bytes) = entry.remove();
            let path = Path::udp(to, from);
            if to == unit() {
                sender.handle_datagram(now, path, bytes);
            } else {
                let n = usize::from(to == arc(1));
                receivers[n].handle_datagram(now, path, bytes);
            }
        }
        sender.handle_timeout(now);
        for receiver in &mut receivers {
            receiver.handle_timeout(now);
        }
    }
}

#[test]
fn with_thirty_percent_loss_and_reordering_every_alarm_is_accepted_once_and_raised_once() {
    let mut failures = 0;
    for seed in 0..12 {
        for mode in [AnswerMode::SeparateMessage, AnswerMode::BodyInOk] {
            let out = run(seed, 30, 60, mode);
            assert_eq!((out.submitted, out.accepted.len()), (60, 60));
            assert!(out.accepted.values().all(|times| *times == 1));
            assert_eq!(out.raised.len(), 60);
            assert!(out.raised.values().all(|times| *times == 1));
            failures += out.failures;
        }
    }
    // The loss was felt: some attempts had to be made again.
    assert!(failures > 0);
}

#[test]
fn with_eighty_percent_loss_nothing_is_lost_either() {
    for seed in 0..3 {
        let out = run(seed, 80, 20, AnswerMode::SeparateMessage);
        assert_eq!((out.accepted.len(), out.raised.len()), (20, 20));
        assert!(out.accepted.values().all(|times| *times == 1));
        assert!(out.failures > 0 && out.repeats > 0);
    }
}

#[test]
fn without_loss_every_alarm_is_accepted_within_two_seconds() {
    let out = run(1, 0, 60, AnswerMode::SeparateMessage);
    assert_eq!((out.accepted.len(), out.failures), (60, 0));
    assert!(out.longest < seconds(2), "{:?}", out.longest);
}
