//! Two stations of ours on one line that drops, doubles, damages and delays characters, and breaks.
//!
//! Two faults in one block may pass its BCC, and one that makes an ETX cuts it: nobody can notice
//! (ESPA reference 17, case 2). So the faults of one direction are at least 48 characters apart,
//! and none of them makes an ETX.

use std::collections::VecDeque;
use std::time::Duration;

use arbitrary::Unstructured;
use espa444::link::{FailureReason, Refusal, Role};
use espa444::{Address, BlockBuf, Profile, RecordId, Time};

use super::station::{Outcome, Station};

/// Between two faults of one direction.
const SPACING: u16 = 48;
/// One character at 9600 8N1.
const CHARACTER: Duration = Duration::from_micros(1042);
/// When the line becomes a good one.
const CLEAN_FROM: Time = Time::from_millis(120_000);

/// One direction.
struct Wire {
    /// `None`: a parity or framing error.
    bytes: VecDeque<(Time, Option<u8>)>,
    free: Time,
    /// Characters until the next fault.
    next_fault: Option<u16>,
}

/// Zero when the input is over.
fn one(input: &mut Unstructured<'_>) -> u8 {
    if input.is_empty() {
        return 0;
    }
    input.arbitrary().unwrap_or_default()
}

impl Wire {
    fn new(input: &mut Unstructured<'_>) -> Self {
        let mut wire = Wire {
            bytes: VecDeque::new(),
            free: Time::ZERO,
            next_fault: None,
        };
        wire.plan(input, 0);
        wire
    }

    /// Chooses the place of the next fault; a zero is none.
    fn plan(&mut self, input: &mut Unstructured<'_>, spacing: u16) {
        let distance = u16::from(one(input));
        self.next_fault = (distance > 0).then(|| distance - 1 + spacing);
    }

    fn carry(&mut self, now: Time, bytes: &[u8], input: &mut Unstructured<'_>) {
        if bytes.is_empty() {
            return;
        }
        // Far less than any timer: an answer later than that would pass for the next one.
        let delay = one(input) % 200;
        self.free = self.free.max(now + Duration::from_millis(delay.into()));
        for &byte in bytes {
            let mut carried = [Some(Some(byte)), None];
            match &mut self.next_fault {
                Some(0) => {
                    if now < CLEAN_FROM {
                        carried = damaged(byte, one(input));
                    }
                    self.plan(input, SPACING);
                }
                Some(distance) => *distance -= 1,
                None => {}
            }
            for character in carried.into_iter().flatten() {
                self.free = self.free + CHARACTER;
                self.bytes.push_back((self.free, character));
            }
        }
    }
}

/// What becomes of a character: lost, doubled, an error, or one bit of it is wrong.
const fn damaged(byte: u8, kind: u8) -> [Option<Option<u8>>; 2] {
    let flipped = byte ^ (1 << (kind / 4 % 7));
    match kind % 4 {
        0 => [None, None],
        1 => [Some(Some(byte)), Some(Some(byte))],
        2 => [Some(None), None],
        _ if flipped == 0x03 => [Some(None), None],
        _ => [Some(Some(flipped)), None],
    }
}

struct Line {
    sides: [Station; 2],
    wires: [Wire; 2],
    /// Blocks that nobody has decided about yet, with the time when somebody will.
    waiting: [Vec<(Time, usize)>; 2],
    now: Time,
}

/// A panel and a pager; either of them owns the line.
pub fn espa444_line(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let settings = one(&mut input);
    let mut profile = Profile::FIELD;
    profile.timers.supervision = None;
    profile.timers.repeat = Duration::from_secs(7200);
    if settings & 2 != 0 {
        profile.sending.blocks_per_transaction = 1;
    }
    if settings & 4 != 0 {
        profile.timers.poll_interval = Some(Duration::from_millis(150));
    }
    let (panel, pager) = (Address::CALLER, Address::RECEIVER);
    let station = |role, other, control| Station::new(role, &profile, &[other], control);
    let sides = if settings & 1 == 0 {
        [
            station(Role::caller(), pager, true),
            station(Role::receiver(), panel, false),
        ]
    } else {
        [
            station(Role::polled_caller(), pager, false),
            station(Role::control_station(pager, &[panel]), panel, true),
        ]
    };
    let wires = [Wire::new(&mut input), Wire::new(&mut input)];
    let mut line = Line {
        sides,
        wires,
        waiting: [Vec::new(), Vec::new()],
        now: Time::ZERO,
    };
    let calls = [settings >> 3 & 3, settings >> 5 & 3];
    for (at, count) in calls.into_iter().enumerate() {
        for number in 0..=count {
            line.send(at, number);
        }
    }
    line.run(&mut input);
    for at in 0..2 {
        line.judge(at);
    }
}

impl Line {
    fn send(&mut self, at: usize, number: u8) {
        let mut call = BlockBuf::call(b"31").expect("an address");
        let text = format!("CALL {at} {number}");
        call.push(RecordId::DISPLAY_MESSAGE, text.as_bytes())
            .expect("a text");
        let to = [Address::RECEIVER, Address::CALLER][at];
        let sent = self.sides[at].send(to, &call);
        assert!(sent.is_some(), "there is room");
    }

    fn run(&mut self, input: &mut Unstructured<'_>) {
        let mut broken = None;
        loop {
            for at in 0..2 {
                self.look(at, input);
                let bytes = std::mem::take(&mut self.sides[at].out);
                self.wires[at].carry(self.now, &bytes, input);
            }
            let done = (0..2).all(|at| {
                self.sides[at].open_calls() == 0
                    && self.waiting[at].is_empty()
                    && self.wires[at].bytes.is_empty()
            });
            if done {
                return;
            }
            let arrivals = self
                .wires
                .iter()
                .filter_map(|wire| Some(wire.bytes.front()?.0));
            let timers = self
                .sides
                .iter()
                .filter_map(|side| side.link.poll_timeout());
            let waiting = self.waiting.iter().flatten().map(|(at, _)| *at);
            let next = arrivals.chain(timers).chain(waiting).chain(broken).min();
            let next = next.expect("a deadlock");
            self.now = self.now.max(next);
            assert!(self.now < Time::from_millis(3_600_000), "a call is stuck");
            if broken.is_some_and(|at| at <= self.now) {
                broken = None;
                for side in &mut self.sides {
                    side.now = self.now;
                    side.connect();
                }
            }
            for at in 0..2 {
                self.sides[at].now = self.now;
                self.sides[at].link.handle_timeout(self.now);
                self.sides[at].drain();
                self.sides[at].due();
                self.look(at, input);
                while let Some(&(arrives, byte)) = self.wires[1 - at].bytes.front() {
                    if arrives > self.now {
                        break;
                    }
                    self.wires[1 - at].bytes.pop_front();
                    self.sides[at].feed(byte);
                    self.look(at, input);
                }
            }
            // The cable is out once in a while, and what is on it is gone.
            if broken.is_none() && self.now < CLEAN_FROM && self.breaks(input) {
                broken = Some(self.now + Duration::from_secs(3));
                for side in &mut self.sides {
                    side.disconnect();
                }
                for wire in &mut self.wires {
                    wire.bytes.clear();
                }
            }
        }
    }

    /// Asked at the end of each block only, so that the input lasts.
    fn breaks(&self, input: &mut Unstructured<'_>) -> bool {
        let next = self.wires.iter().filter_map(|wire| wire.bytes.front());
        let in_a_block = next.into_iter().any(|&(_, byte)| byte == Some(0x03));
        in_a_block && one(input) == 0xFF
    }

    /// Decides about what was handed out, and what has waited long enough.
    fn look(&mut self, at: usize, input: &mut Unstructured<'_>) {
        let side = &mut self.sides[at];
        let all = side.handed.len();
        for handed in side.looked_at..all {
            if side.handed[handed].accepted || handed + 1 < all {
                continue;
            }
            let how = if self.now < CLEAN_FROM { one(input) } else { 0 };
            match how % 8 {
                6 => side.decide(handed, Some(Refusal::Busy)),
                7 => {
                    let later = Duration::from_millis(u64::from(how) * 10);
                    self.waiting[at].push((self.now + later, handed));
                }
                _ => side.decide(handed, None),
            }
        }
        side.looked_at = side.handed.len();
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting[at])
            .into_iter()
            .partition(|(time, _)| *time <= self.now);
        self.waiting[at] = later;
        for (_, handed) in due {
            self.sides[at].decide(handed, None);
        }
    }

    /// What was delivered has come, and was accepted; nothing was made up or came twice unmarked.
    fn judge(&self, at: usize) {
        let (from, to) = (&self.sides[at], &self.sides[1 - at]);
        for call in from.calls.values() {
            let come = || to.handed.iter().filter(|one| one.bytes == call.bytes);
            match call.outcome {
                Some(Outcome::Delivered) => {
                    assert!(come().any(|one| one.accepted), "lost: {:02X?}", call.bytes);
                }
                // One damaged bit makes '3' of a '1': told, and not lost in silence.
                Some(Outcome::Failed(FailureReason::InvalidMessage)) => {}
                other => panic!("{other:?}"),
            }
            let unmarked = come().filter(|one| one.repeat.is_none() && !one.refused);
            assert!(unmarked.count() <= 1, "twice: {:02X?}", call.bytes);
        }
        for one in &to.handed {
            let known = from.calls.values().any(|call| call.bytes == one.bytes);
            assert!(known, "made up: {:02X?}", one.bytes);
        }
    }
}
