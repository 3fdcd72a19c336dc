//! Two endpoints joined in memory over a network that loses, doubles and reorders, on one fake clock.
#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod sip_support;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::sip::{
    Config, Endpoint, Event, MessageId, OutgoingMessage, Path, Response, StatusCode,
    UndeliveredReason,
};
use sip_support::*;

struct Network {
    chance: Chance,
    loss: u64,
    /// In flight by arrival; the flag says whether it goes to the receiver.
    flying: BTreeMap<(Instant, u64), (bool, Bytes)>,
    serial: u64,
}

impl Network {
    fn carry(&mut self, now: Instant, to_receiver: bool, bytes: &Bytes) {
        let copies = if self.chance.percent(10) { 2 } else { 1 };
        for _ in 0..copies {
            if self.chance.percent(self.loss) {
                continue;
            }
            let delay = Duration::from_millis(5 + self.chance.below(300));
            self.serial += 1;
            let place = (now + delay, self.serial);
            self.flying.insert(place, (to_receiver, bytes.clone()));
        }
    }
}

struct Outcome {
    delivered: HashSet<MessageId>,
    timed_out: HashSet<MessageId>,
    /// How often each body reached the application.
    raised: HashMap<Bytes, u32>,
    sender: Endpoint,
    receiver: Endpoint,
}

/// Sends `count` messages a tenth of a second apart and runs until nothing moves.
fn run(seed: u64, loss: u64, count: u64) -> Outcome {
    let to_receiver = Path::udp(unit_address(), server_address());
    let to_sender = Path::udp(server_address(), unit_address());
    let mut now = Instant::now();
    let mut network = Network {
        chance: Chance(seed),
        loss,
        flying: BTreeMap::new(),
        serial: 0,
    };
    let mut out = Outcome {
        delivered: HashSet::new(),
        timed_out: HashSet::new(),
        raised: HashMap::new(),
        sender: Endpoint::new(Config::new([1; 16])).unwrap(),
        receiver: Endpoint::new(Config::new([2; 16])).unwrap(),
    };
    let mut left = count;
    let mut next_send = Some(now);
    loop {
        while let Some(transmit) = out.sender.poll_transmit() {
            network.carry(now, true, &transmit.bytes);
        }
        while let Some(transmit) = out.receiver.poll_transmit() {
            network.carry(now, false, &transmit.bytes);
        }
        let wake = [
            next_send,
            network.flying.keys().next().map(|place| place.0),
            out.sender.poll_timeout(),
            out.receiver.poll_timeout(),
        ];
        let Some(wake) = wake.into_iter().flatten().min() else {
            return out;
        };
        now = now.max(wake);
        if next_send.is_some_and(|at| at <= now) {
            let body = format!("<mrq><ref>{left}</ref></mrq>");
            let message = OutgoingMessage::scaip(
                "sip:alarm@example.net",
                "sip:1@example.net",
                body.as_bytes(),
            );
            let _sent = out
                .sender
                .send_message(now, &to_receiver, &message)
                .unwrap();
            left -= 1;
            next_send = (left > 0).then(|| now + Duration::from_millis(100));
        }
        while let Some(entry) = network.flying.first_entry() {
            if entry.key().0 > now {
                break;
            }
            match entry.remove() {
                (true, bytes) => out.receiver.handle_datagram(now, to_sender, bytes),
                (false, bytes) => out.sender.handle_datagram(now, to_receiver, bytes),
            }
        }
        out.sender.handle_timeout(now);
        out.receiver.handle_timeout(now);
        while let Some(event) = out.receiver.poll_event() {
            match event {
                Event::Request { id, message, .. } => {
                    *out.raised.entry(message.body()).or_default() += 1;
                    let ok = Response::new(StatusCode::OK);
                    out.receiver.respond(now, id, &ok).unwrap();
                }
                Event::Retransmission { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        while let Some(event) = out.sender.poll_event() {
            let new = match event {
                Event::Delivered { id, .. } => out.delivered.insert(id),
                Event::Undelivered { id, reason } => {
                    assert_eq!(reason, UndeliveredReason::Timeout);
                    out.timed_out.insert(id)
                }
                other => panic!("{other:?}"),
            };
            assert!(new, "told twice");
        }
    }
}

#[test]
fn with_thirty_percent_loss_every_request_is_raised_once_and_answered_once() {
    for seed in 0..20 {
        let out = run(seed, 30, 100);
        assert_eq!(out.delivered.len() + out.timed_out.len(), 100);
        assert!(out.delivered.is_disjoint(&out.timed_out));
        // Eleven tries at 51 % each way: about one failure in 2 500 messages.
        assert!(
            out.timed_out.len() <= 2,
            "seed {seed}: {}",
            out.timed_out.len()
        );
        assert!(out.raised.values().all(|times| *times == 1));
        assert!(out.raised.len() >= out.delivered.len());
        assert!(out.receiver.counters().retransmissions() > 0);
        assert!(out.sender.counters().resent() > 0);
        assert_eq!(
            (out.sender.load(), out.receiver.load()),
            ((0, 0, 0), (0, 0, 0))
        );
    }
}

#[test]
fn without_loss_nothing_is_left_undelivered() {
    let out = run(1, 0, 200);
    assert_eq!((out.delivered.len(), out.raised.len()), (200, 200));
}

#[test]
fn with_all_lost_every_message_is_told_undelivered() {
    let out = run(1, 100, 50);
    assert_eq!((out.timed_out.len(), out.raised.len()), (50, 0));
    assert_eq!(out.sender.counters().resent(), 500);
}
