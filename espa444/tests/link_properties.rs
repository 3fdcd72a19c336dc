//! ESPA reference 17, cases 9 and 10: two of our machines over a noisy line, and any bytes at all.

#![allow(clippy::unwrap_used)]

#[path = "support/driven.rs"]
mod driven;
mod support;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use driven::{Decide, Driven, Seen, call, line, quiet};
use espa444::link::{BlockId, CallId, FailureReason, Refusal, Role, State};
use espa444::{BlockBuf, CallStatus, Profile, Time};
use proptest::prelude::*;
use support::example;

/// Numbers that are as good as random, and the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// One direction of a line at 9600 8N1.
#[derive(Default)]
struct Wire {
    /// `None`: a parity or framing error.
    bytes: VecDeque<(Time, Option<u8>)>,
    free: Time,
    since_fault: u64,
}

const CHARACTER: Duration = Duration::from_micros(1042);

/// One fault in this many bytes at most, so that a block has one at most: with two, the BCC of the
/// protocol may close over them, which no implementation can notice.
const SPACING: u64 = 48;

impl Wire {
    fn carry(&mut self, now: Time, bytes: &[u8], faults: u64, random: &mut Random) {
        if bytes.is_empty() {
            return;
        }
        let delay = if random.below(4) == 0 {
            random.below(200)
        } else {
            0
        };
        self.free = self.free.max(now + Duration::from_millis(delay));
        for &byte in bytes {
            self.since_fault += 1;
            let fault = self.since_fault > SPACING && random.below(100) < faults;
            let carried: &[Option<u8>] = if fault {
                self.since_fault = 0;
                let flipped = byte ^ (1 << random.below(7));
                match random.below(4) {
                    0 => &[],
                    1 => &[Some(byte), Some(byte)],
                    2 => &[None],
                    // A flip that makes an ETX cuts the block: the limit named in case 2.
                    _ if flipped == 0x03 => &[None],
                    _ => &[Some(flipped)],
                }
            } else {
                &[Some(byte)]
            };
            for &one in carried {
                self.free = self.free + CHARACTER;
                self.bytes.push_back((self.free, one));
            }
        }
    }
}

/// What one side has seen of the calls of the other.
#[derive(Default)]
struct Inbox {
    /// By the bytes: how often accepted, and how often handed out without a mark.
    calls: BTreeMap<Vec<u8>, (u32, u32)>,
    undecided: Vec<(Time, BlockId, Vec<u8>)>,
}

struct Side {
    driven: Driven,
    inbox: Inbox,
    queued: BTreeMap<CallId, Vec<u8>>,
    delivered: Vec<Vec<u8>>,
    reported: u64,
}

impl Side {
    fn new(role: Role, profile: &Profile) -> Self {
        Side {
            driven: Driven::new(role, profile),
            inbox: Inbox::default(),
            queued: BTreeMap::new(),
            delivered: Vec::new(),
            reported: 0,
        }
    }

    fn send(&mut self, block: &BlockBuf) {
        let id = self.driven.send(&block.as_block());
        self.queued.insert(id, line(block));
    }

    /// What has happened since the last time, decided as `Driven::decide` was set.
    fn look(&mut self, random: &mut Random) {
        for event in self.driven.events() {
            match event {
                Seen::Block {
                    id,
                    raw,
                    repeat,
                    accepted,
                } => {
                    let entry = self.inbox.calls.entry(raw.clone()).or_default();
                    match self.driven.decide {
                        _ if accepted => entry.0 += 1,
                        Decide::Accept => entry.0 += 1,
                        // It will come again, and be new.
                        Decide::Refuse(_) => continue,
                        Decide::Nothing => {
                            let at = self.driven.now + Duration::from_millis(random.below(2000));
                            self.inbox.undecided.push((at, id, raw));
                        }
                    }
                    entry.1 += u32::from(repeat.is_none());
                }
                Seen::Delivered(id, acknowledged) => {
                    assert!(acknowledged);
                    self.delivered.push(self.queued.remove(&id).unwrap());
                }
                // A damaged '1' NAK may read '3': the call is reported, not lost.
                Seen::Failed(id, FailureReason::InvalidMessage, _) => {
                    self.queued.remove(&id).unwrap();
                    self.reported += 1;
                }
                Seen::Failed(id, ..) => panic!("{id:?} was given up"),
                _ => {}
            }
        }
        let now = self.driven.now;
        let (due, later) = std::mem::take(&mut self.inbox.undecided)
            .into_iter()
            .partition(|(at, ..)| *at <= now);
        self.inbox.undecided = later;
        let due: Vec<_> = due;
        for (_, id, raw) in due {
            // Another block may have come in between; then the caller sends this one again.
            if self.driven.link.accept(now, id).is_ok() {
                self.inbox.calls.entry(raw).or_default().0 += 1;
            }
        }
    }

    fn next(&self) -> Option<Time> {
        let undecided = self.inbox.undecided.iter().map(|(at, ..)| *at);
        undecided.chain(self.driven.link.poll_timeout()).min()
    }
}

/// Runs both until nothing is queued; faults stop after some minutes.
fn run(seed: u64, faults: u64, calls: u64, control: bool) {
    let mut random = Random(seed);
    let mut profile = quiet();
    profile.timers.poll_interval = Some(Duration::from_secs(1));
    profile.timers.repeat = Duration::from_secs(3600);
    // The panel owns the line, or the pager does.
    let mut sides = if control {
        [
            Side::new(Role::caller(), &profile),
            Side::new(Role::receiver(), &profile),
        ]
    } else {
        let owner = Role::control_station(espa444::Address::RECEIVER, &[espa444::Address::CALLER]);
        [
            Side::new(Role::polled_caller(), &profile),
            Side::new(owner, &profile),
        ]
    };
    let mut wires = [Wire::default(), Wire::default()];
    for number in 0..calls {
        let text = format!("CALL {number} {}", random.below(1000));
        sides[0].send(&call(&text));
        let status = BlockBuf::status_information(&call(&text).as_block(), CallStatus::PAGED);
        sides[1].send(&status.unwrap());
    }
    let mut now = Time::ZERO;
    for _ in 0..2_000_000 {
        let faults = if now < Time::from_millis(300_000) {
            faults
        } else {
            0
        };
        for at in 0..2 {
            sides[at].look(&mut random);
            let bytes = sides[at].driven.sent();
            wires[at].carry(now, &bytes, faults, &mut random);
        }
        let done = sides
            .iter()
            .all(|side| side.queued.is_empty() && side.inbox.undecided.is_empty());
        if done {
            break;
        }
        let arrivals = wires.iter().filter_map(|wire| Some(wire.bytes.front()?.0));
        let timers = sides.iter().filter_map(Side::next);
        let next = arrivals.chain(timers).min().expect("a deadlock");
        now = now.max(next);
        assert!(now < Time::from_millis(3_600_000), "nothing gets through");
        for at in 0..2 {
            let side = &mut sides[at].driven;
            side.now = now;
            side.decide = match random.below(if faults > 0 { 10 } else { 1 }) {
                8 => Decide::Refuse(Refusal::Busy),
                9 => Decide::Nothing,
                _ => Decide::Accept,
            };
            side.run();
            sides[at].look(&mut random);
            while let Some(&(arrives, byte)) = wires[1 - at].bytes.front() {
                if arrives > now {
                    break;
                }
                wires[1 - at].bytes.pop_front();
                match byte {
                    Some(byte) => sides[at].driven.feed(&[byte]),
                    None => sides[at].driven.byte_error(),
                };
                sides[at].look(&mut random);
            }
        }
    }
    for at in 0..2 {
        assert_eq!(sides[at].queued.len(), 0);
        assert_eq!(sides[at].delivered.len() as u64 + sides[at].reported, calls);
        for bytes in &sides[at].delivered {
            let Some((accepted, unmarked)) = sides[1 - at].inbox.calls.get(bytes) else {
                panic!("lost, seed {seed}: {bytes:02X?}");
            };
            assert!(*accepted >= 1, "acknowledged but not accepted, seed {seed}");
            assert!(*unmarked <= 1, "twice without the mark, seed {seed}");
        }
        let received = sides[1 - at].inbox.calls.len() as u64;
        assert!(received <= calls, "made up, seed {seed}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn case_10_no_call_is_lost_and_none_comes_twice_unmarked(
        seed in any::<u64>(),
        faults in 0..100_u64,
        calls in 1..7_u64,
        control in any::<bool>(),
    ) {
        run(seed, faults, calls, control);
    }
}

/// Bytes of which a line is made.
fn line_bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        8 => prop::sample::select(
            b"\x01\x02\x03\x04\x05\x06\x15\x1E\x1F\x00\r12391 \x81\x84\xB1\xB2\x95\x82".to_vec()
        ),
        2 => any::<u8>(),
    ];
    prop::collection::vec(byte, 0..300)
}

fn any_profile() -> impl Strategy<Value = Profile> {
    (0..Profile::ALL.len(), any::<[bool; 6]>()).prop_map(|(at, [a, b, c, d, e, f])| {
        let mut profile = Profile::ALL[at];
        profile.tolerance.bare_enquiry = a;
        profile.tolerance.block_without_select = b;
        profile.tolerance.single_enquiry_select = c;
        profile.decode.accept_missing_bcc = d;
        profile.line.echo = e;
        profile.tolerance.pause_makes_poll = f.then_some(Duration::from_millis(700));
        profile
    })
}

fn any_role() -> impl Strategy<Value = Role> {
    prop::sample::select(vec![
        Role::receiver(),
        Role::caller(),
        Role::polled_caller(),
        Role::listener(),
        Role::control_station(
            espa444::Address::CALLER,
            &[b"2", b"3"].map(|address| espa444::Address::new(address).unwrap()),
        ),
    ])
}

proptest! {
    #[test]
    fn case_09_any_bytes_at_any_time_leave_every_role_working(
        profile in any_profile(),
        role in any_role(),
        pieces in prop::collection::vec((line_bytes(), 0..4000_u64, any::<bool>()), 1..12),
        decide in prop::sample::select(vec![Decide::Accept, Decide::Nothing]),
    ) {
        let mut station = Driven::new(role, &profile);
        station.decide = decide;
        for (bytes, pause, error) in pieces {
            station.feed(&bytes).wait_ms(pause);
            if error {
                station.byte_error();
            }
            if station.link.queued() < 3 {
                let _ = station.link.send(station.now, &call("TEST").as_block());
            }
        }
        station.wait_ms(100_000);
        let state = station.link.state();
        prop_assert!(
            matches!(state, State::Idle | State::Selecting | State::Sending | State::Polling | State::Unknown),
            "{:?}", state
        );
    }

    #[test]
    fn case_09_after_any_bytes_the_next_good_call_is_taken(
        garbage in line_bytes(),
        pause in 0..3000_u64,
    ) {
        let mut receiver = Driven::receiver();
        receiver.feed(&garbage).wait_ms(pause);
        // The caller begins with EOT, waits, and tries again, as callers do. An EOT may be the BCC
        // of a block that the garbage began.
        for attempt in 0.. {
            prop_assert!(attempt < 3, "not taken");
            receiver.sent();
            receiver.events();
            receiver.feed(b"\x041\x052\x05");
            if receiver.sent().ends_with(&[0x06]) {
                receiver.feed(&example('A'));
                if receiver.sent() == [0x06] {
                    break;
                }
            }
            receiver.wait_ms(3000).feed(b"\x04").wait_ms(1000);
        }
        prop_assert!(receiver.blocks().contains(&example('A')));
    }

    #[test]
    fn case_13_any_bytes_in_any_pieces_give_the_same(
        bytes in line_bytes(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        role in any_role(),
    ) {
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.push(bytes.len());
        cuts.sort_unstable();
        // A control station may put a call of its own between two pieces; that is no difference of
        // reading.
        let mut profile = quiet();
        profile.serial = espa444::profile::Serial::ABSENT;
        let (mut whole, mut pieces) = (Driven::new(role.clone(), &profile), Driven::new(role, &profile));
        whole.feed(&bytes);
        let mut start = 0;
        for cut in cuts {
            pieces.feed(&bytes[start..cut]);
            start = cut;
        }
        prop_assert_eq!(whole.sent(), pieces.sent());
        prop_assert_eq!(&whole.events, &pieces.events);
        prop_assert_eq!(whole.link.state(), pieces.link.state());
    }
}
