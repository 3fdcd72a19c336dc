//! One station under a list of operations, whoever is at the other end of the line.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use espa444::link::{Refusal, Role, State};
use espa444::{Address, BlockBuf, Priority, Profile, RecordId};

use super::station::Station;
use crate::wire::{Change, pick};

const OPERATIONS: usize = 200;

/// Anything that comes on a line, good or not.
pub const PHRASES: [&[u8]; 30] = [
    b"\x04",
    b"\x05",
    b"\x06",
    b"\x15",
    b"1\x15",
    b"2\x15",
    b"3\x15",
    b"1\x05",
    b"2\x05",
    b"3\x05",
    b"\x041\x052\x05",
    b"\x042\x051\x05",
    b"\x0421\x05",
    b"\x0442\x05",
    // Calls, a status, and another header.
    b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39",
    b"\x011\x021\x1F31\x1E2\x1FSECRET\x03\x39",
    b"\x011\x021\x1F31\x1E2\x1FDET 15Z\x03\x04",
    b"\x012\x021\x1F31\x1E2\x1FTEST\x1E7\x1F3\x03\x3F",
    b"\x017\x02x\x1Fy\x03\x28",
    // Wrong BCC, BCC of seven bits, none, no SOH, cut off.
    b"\x011\x021\x1F31\x1E2\x1FTDST\x03\x39",
    b"\x011\x021\x1F31\x1E2\x1FR\xD8YK\x03\x37",
    b"\x011\x021\x1F31\x03\x04",
    b"1\x021\x1F31\x1E2\x1FTEST\x03\x39",
    b"\x011\x021\x1F31",
    // With even parity.
    b"\x84\xB1\x05\xB2\x05",
    b"\x81\xB1\x82\xB1\x9F\x33\xB1\x1E\xB2\x9F\xD4\xC5\x53\xD4\x03\x39",
    // Nothing of ESPA.
    b"\xFF\xFE\x80\x7F",
    b"\r\n\0 ",
    b"\x02",
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
];

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Bytes {
        bytes: [u8; 6],
        length: u8,
    },
    Phrase {
        phrase: u8,
    },
    Damaged {
        phrase: u8,
        change: Change,
    },
    /// What goes beyond the limit of a block.
    Endless {
        hundreds: u8,
    },
    Error,
    /// Time, every timer on time.
    Wait {
        milliseconds: u16,
    },
    /// Time, and nobody looked at the timers.
    Sleep {
        milliseconds: u16,
    },
    Decide {
        block: u8,
        how: u8,
    },
    Busy {
        on: bool,
    },
    Send {
        station: u8,
        text: u8,
        priority: u8,
    },
    Cancel {
        call: u8,
    },
    /// The other side answers what was sent last as it should.
    Answer,
    /// The port takes nothing for a while.
    Hold {
        on: bool,
    },
    Disconnect,
    Connect,
    /// What becomes of blocks from now on without being asked.
    Policy {
        how: u8,
    },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Policy {
    Accept,
    Refuse(Refusal),
    Wait,
}

const POLICIES: [Policy; 4] = [
    Policy::Wait,
    Policy::Accept,
    Policy::Refuse(Refusal::Busy),
    Policy::Refuse(Refusal::Invalid),
];

struct World {
    station: Station,
    others: Vec<Address>,
    policy: Policy,
}

fn address(text: &[u8]) -> Address {
    Address::new(text).expect("an address")
}

/// A profile of the table with switches thrown.
fn profile(input: &mut Unstructured<'_>) -> Profile {
    let [at, switches, more] = input.arbitrary().unwrap_or_default();
    let mut profile = pick(Profile::ALL, at).expect("there are profiles");
    let tolerance = &mut profile.tolerance;
    tolerance.bare_enquiry |= switches & 1 != 0;
    tolerance.block_without_select |= switches & 2 != 0;
    tolerance.single_enquiry_select |= switches & 4 != 0;
    tolerance.pause_makes_poll = (switches & 8 != 0).then_some(Duration::from_millis(700));
    profile.decode.accept_missing_bcc |= switches & 16 != 0;
    profile.line.echo |= switches & 32 != 0;
    if switches & 64 != 0 {
        profile.line.turnaround = Duration::from_millis(2);
    }
    if switches & 128 != 0 {
        profile.timers.poll_interval = None;
    }
    if more & 1 != 0 {
        profile.sending.give_up_after = Some(2);
    }
    if more & 2 != 0 {
        profile.sending.own_poll = false;
    }
    if more & 4 != 0 {
        profile.decode.limits.block = 40;
    }
    profile
}

/// The pager side: taking calls, sending status when polled, and only listening.
pub fn espa444_receiver(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let profile = profile(&mut input);
    let (role, others) = match input.arbitrary::<u8>().unwrap_or_default() % 4 {
        0 => (Role::receiver(), vec![Address::CALLER]),
        1 => (Role::listener(), vec![Address::CALLER]),
        2 => (
            Role::receiver().with_address(address(b"42")),
            vec![Address::CALLER],
        ),
        _ => (Role::polled_caller(), vec![Address::RECEIVER]),
    };
    World::new(Station::new(role, &profile, &others, false), others).run(&mut input);
}

/// The owner of a line: a panel with one pager, a station with several, a pager that polls.
pub fn espa444_caller(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let profile = profile(&mut input);
    let several = [address(b"2"), address(b"3"), address(b"4")];
    let (own, others) = match input.arbitrary::<u8>().unwrap_or_default() % 4 {
        0 => (Address::CALLER, several[..1].to_vec()),
        1 => (Address::CALLER, several.to_vec()),
        2 => (Address::RECEIVER, vec![Address::CALLER]),
        _ => (address(b"PANEL"), vec![several[0], address(b"17")]),
    };
    let role = Role::control_station(own, &others);
    World::new(Station::new(role, &profile, &others, true), others).run(&mut input);
}

impl World {
    const fn new(station: Station, others: Vec<Address>) -> Self {
        World {
            station,
            others,
            policy: Policy::Wait,
        }
    }

    fn run(mut self, input: &mut Unstructured<'_>) {
        for _ in 0..OPERATIONS {
            if input.is_empty() {
                break;
            }
            let Ok(operation) = Operation::arbitrary(input) else {
                break;
            };
            self.apply(operation);
            self.decide();
        }
        self.rest();
        self.send_all();
        self.take_one();
    }

    fn apply(&mut self, operation: Operation) {
        let station = &mut self.station;
        match operation {
            Operation::Bytes { bytes, length } => {
                station.feed_all(&bytes[..usize::from(length) % 7]);
            }
            Operation::Phrase { phrase } => {
                station.feed_all(pick(&PHRASES, phrase).unwrap_or_default());
            }
            Operation::Damaged { phrase, change } => {
                let mut bytes = pick(&PHRASES, phrase).unwrap_or_default().to_vec();
                change.apply(&mut bytes);
                station.feed_all(&bytes);
            }
            Operation::Endless { hundreds } => {
                station.feed_all(b"\x011\x02");
                station.feed_all(&vec![b'x'; usize::from(hundreds % 8) * 100]);
                station.feed_all(b"\x03\x00");
            }
            Operation::Error => station.feed(None),
            Operation::Wait { milliseconds } => {
                station.wait(Duration::from_millis(milliseconds.into()));
            }
            Operation::Sleep { milliseconds } => {
                station.now = station.now + Duration::from_millis(milliseconds.into());
                station.link.handle_timeout(station.now);
                station.drain();
                station.due();
            }
            Operation::Decide { block, how } => {
                // Mostly the last ones.
                let back = usize::from(block % 4) + 1;
                if let Some(at) = station.handed.len().checked_sub(back) {
                    match pick(&POLICIES, how) {
                        Some(Policy::Refuse(refusal)) => station.decide(at, Some(refusal)),
                        _ => station.decide(at, None),
                    }
                }
            }
            Operation::Busy { on } => station.link.set_busy(on),
            Operation::Send {
                station: to,
                text,
                priority,
            } => self.send(to, text, priority),
            Operation::Cancel { call } => {
                let at = usize::from(call) % station.calls.len().max(1);
                let id = station.calls.keys().nth(at).copied();
                if let Some(id) = id {
                    station.cancel(id);
                }
            }
            Operation::Answer => self.answer(),
            Operation::Hold { on } => {
                station.held = on;
                station.drain();
                station.due();
            }
            Operation::Disconnect => station.disconnect(),
            Operation::Connect => station.connect(),
            Operation::Policy { how } => self.policy = pick(&POLICIES, how).unwrap_or(Policy::Wait),
        }
    }

    /// What was handed out since the last time is decided as the policy has it.
    fn decide(&mut self) {
        let all = self.station.handed.len();
        for at in self.station.looked_at..all {
            // Only the last one is held.
            if at + 1 == all && !self.station.handed[at].accepted {
                match self.policy {
                    Policy::Accept => self.station.decide(at, None),
                    Policy::Refuse(refusal) => self.station.decide(at, Some(refusal)),
                    Policy::Wait => {}
                }
            }
        }
        self.station.looked_at = self.station.handed.len();
    }

    fn send(&mut self, to: u8, text: u8, priority: u8) {
        // Now and then to a station that is not there.
        let to = match usize::from(to) % (self.others.len() + 1) {
            at if at < self.others.len() => self.others[at],
            _ => address(b"9"),
        };
        let mut call = BlockBuf::call(b"31").expect("an address");
        let text = format!("SECRET {}", text % 4);
        call.push(RecordId::DISPLAY_MESSAGE, text.as_bytes())
            .expect("a text");
        if let Some(priority) = pick(
            &[Priority::ALARM, Priority::HIGH, Priority::NORMAL],
            priority,
        ) {
            call.push(RecordId::PRIORITY, priority.as_bytes())
                .expect("a priority");
        }
        self.station.send(to, &call);
    }

    /// Hears its own bytes where the line has two wires.
    fn echo(&mut self) {
        let sent = std::mem::take(&mut self.station.out);
        if self.station.profile().line.echo {
            self.station.feed_all(&sent);
        }
    }

    fn answer(&mut self) {
        self.echo();
        let answer: &[u8] = match self.station.link.state() {
            State::Selecting | State::Sending => b"\x06",
            State::Polling => b"\x04",
            _ => b"",
        };
        self.station.feed_all(answer);
    }

    /// Silence: whatever has begun ends by itself.
    fn rest(&mut self) {
        let station = &mut self.station;
        station.held = false;
        station.link.set_busy(false);
        station.drain();
        station.due();
        if !station.is_connected() {
            station.connect();
        }
        station.wait(Duration::from_secs(200));
        let state = station.link.state();
        let alive = station.is_control()
            && matches!(state, State::Selecting | State::Sending | State::Polling);
        assert!(
            alive || matches!(state, State::Idle | State::Unknown),
            "at rest in {state:?}"
        );
        station.out.clear();
        // Nothing is taken while the application has not decided about the last one.
        if let Some(last) = station.handed.len().checked_sub(1) {
            station.decide(last, None);
        }
        self.policy = Policy::Accept;
        self.station.looked_at = self.station.handed.len();
    }

    /// Everything queued goes out once the other side behaves.
    fn send_all(&mut self) {
        let profile = *self.station.profile();
        let owns = self.station.is_control();
        // Who takes a poll for a select, or answers nothing, is not made master by a poll.
        let never = profile.tolerance.single_enquiry_select || !profile.answers;
        if self.station.is_mute() || (!owns && never) {
            return;
        }
        let started = self.station.now;
        while self.station.open_calls() > 0 {
            let took = self.station.now.since(started);
            assert!(took < Duration::from_secs(3600), "a call is stuck");
            if !owns && self.station.link.state() == State::Idle {
                self.station.wait(Duration::from_secs(2));
                self.echo();
                self.station.feed_all(b"\x04");
                let own = self.station.link.address();
                self.station.feed_all(own.as_bytes());
                self.station.feed_all(b"\x05");
            }
            self.station.wait(Duration::from_millis(5));
            self.answer();
            self.decide();
            // On to what happens next, unless it has happened already.
            let next = self.station.link.poll_timeout();
            if self.station.out.is_empty() {
                let pause = next.map_or(Duration::ZERO, |at| at.since(self.station.now));
                self.station.wait(pause.min(Duration::from_secs(2)));
            }
        }
    }

    /// The next good call is taken.
    fn take_one(&mut self) {
        const GOOD: &[u8] = b"\x011\x021\x1F99\x1E2\x1FGOOD\x03\x2E";
        let own = self.station.link.address();
        let owns = self.station.is_control();
        if owns && self.station.profile().timers.poll_interval.is_none() {
            return;
        }
        let mut select = own.as_bytes().to_vec();
        select.push(0x05);
        for attempt in 0.. {
            assert!(attempt < 300, "a good call is not taken");
            let before = self.station.handed.len();
            if owns {
                self.station.wait(Duration::from_millis(400));
                self.echo();
                if self.station.link.state() != State::Polling {
                    continue;
                }
            } else {
                self.station.wait(Duration::from_secs(3));
                self.echo();
                self.station.feed_all(b"\x049\x05");
            }
            self.station.feed_all(&select);
            self.station.wait(Duration::from_millis(10));
            self.echo();
            self.station.feed_all(GOOD);
            self.decide();
            self.station.wait(Duration::from_millis(10));
            self.echo();
            self.station.feed_all(b"\x04");
            if self.station.handed[before..]
                .iter()
                .any(|one| one.bytes == GOOD)
            {
                return;
            }
            assert!(owns || attempt < 3, "a good call is not taken");
        }
    }
}
