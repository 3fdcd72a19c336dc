//! The tap, beside the scan of what it heard.

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use espa444::tap::{Dialogue, Heard, Side};
use espa444::{DecodeOptions, Profile, Tap, Time, decode_prefix};

use super::heard::{Seen, of_tap, scanned};
use super::link::PHRASES;
use crate::wire::{Change, pick};

const OPERATIONS: usize = 200;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Phrase {
        side: bool,
        phrase: u8,
    },
    Bytes {
        side: bool,
        bytes: [u8; 6],
        length: u8,
    },
    Damaged {
        side: bool,
        phrase: u8,
        change: Change,
    },
    Error {
        side: bool,
    },
    Wait {
        milliseconds: u16,
    },
    Endless {
        side: bool,
        hundreds: u8,
    },
}

/// One wire.
#[derive(Default)]
struct Lane {
    /// Since the last silence.
    bytes: Vec<u8>,
    seen: Vec<Seen>,
    /// A character with an error was among them.
    error: bool,
    last: Time,
}

struct World {
    tap: Tap,
    now: Time,
    options: DecodeOptions,
    gap: Duration,
    lanes: [Lane; 2],
    /// Both wires, as long as nothing but bytes came, and all on one of them.
    all: Option<(Vec<u8>, Vec<Seen>)>,
    /// Blocks since the last EOT, good and bad.
    blocks: u32,
    bad: u32,
}

/// Bytes on two wires in any order, with silence between.
pub fn espa444_tap(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let settings: u8 = input.arbitrary().unwrap_or_default();
    let mut profile = pick(
        &[Profile::FIELD, Profile::STANDARD_1984, Profile::TCP],
        settings,
    )
    .expect("there are profiles");
    profile.decode.accept_missing_bcc = settings & 16 != 0;
    profile.decode.accept_parity &= settings & 32 == 0;
    if settings & 64 != 0 {
        profile.decode.limits.block = 40;
    }
    let floor = profile.serial.character_time() * 20;
    let mut world = World {
        tap: Tap::new(&profile, Time::ZERO),
        now: Time::ZERO,
        options: profile.decode,
        gap: profile.timers.character.max(floor),
        lanes: [Lane::default(), Lane::default()],
        all: Some((Vec::new(), Vec::new())),
        blocks: 0,
        bad: 0,
    };
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
    }
    if let Some((bytes, seen)) = world.all.take() {
        let whole = scanned(&bytes, &world.options);
        let open = matches!(bytes.last(), Some(0x21..=0x7E));
        if whole.sound && !world.options.accept_parity && !open {
            // A BCC that is missing at the end is told when the line falls silent.
            let told = &whole.seen[..seen.len().min(whole.seen.len())];
            assert_eq!(seen, told);
            assert!(whole.seen.len() - told.len() <= 1);
        }
    }
    world.wait(Duration::from_secs(100));
}

impl World {
    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Phrase { side, phrase } => {
                self.feed(side, pick(&PHRASES, phrase).unwrap_or_default());
            }
            Operation::Bytes {
                side,
                bytes,
                length,
            } => {
                self.feed(side, &bytes[..usize::from(length) % 7]);
            }
            Operation::Damaged {
                side,
                phrase,
                change,
            } => {
                let mut bytes = pick(&PHRASES, phrase).unwrap_or_default().to_vec();
                change.apply(&mut bytes);
                self.feed(side, &bytes);
            }
            Operation::Error { side } => {
                self.all = None;
                let wire = wire(side);
                while !self.tap.handle_byte_error(self.now, wire) {
                    assert!(self.events(wire) > 0, "stuck");
                }
                let lane = &mut self.lanes[wire as usize];
                lane.error = true;
                lane.last = self.now;
                self.events(wire);
            }
            Operation::Wait { milliseconds } => {
                self.wait(Duration::from_millis(milliseconds.into()));
            }
            Operation::Endless { side, hundreds } => {
                self.feed(side, b"\x011\x02");
                self.feed(side, &vec![b'x'; usize::from(hundreds % 8) * 100]);
                self.feed(side, b"\x03\x00");
            }
        }
    }

    fn feed(&mut self, side: bool, bytes: &[u8]) {
        let wire = wire(side);
        if side {
            self.all = None;
        }
        let mut at = 0;
        while at < bytes.len() {
            let taken = self.tap.handle_bytes(self.now, wire, &bytes[at..]);
            let new = &bytes[at..at + taken];
            let lane = &mut self.lanes[wire as usize];
            lane.bytes.extend_from_slice(new);
            lane.last = self.now;
            if let Some((all, _)) = &mut self.all {
                all.extend_from_slice(new);
            }
            at += taken;
            let events = self.events(wire);
            assert!(taken > 0 || events > 0, "stuck");
        }
    }

    /// Every timer on time; a wire that was silent for long enough begins anew.
    fn wait(&mut self, duration: Duration) {
        let until = self.now + duration;
        for round in 0.. {
            assert!(round < 64, "timers without end");
            match self.tap.poll_timeout() {
                Some(at) if at <= until => self.now = self.now.max(at),
                _ => break,
            }
            self.gaps();
        }
        self.now = until;
        self.gaps();
    }

    fn gaps(&mut self) {
        // What silence ends is told in the order of the wires, and not on which it was.
        let before = self.lanes[0].seen.len();
        for round in 0.. {
            assert!(round < 8, "timers without end");
            self.tap.handle_timeout(self.now);
            self.events(Side::Control);
            if self.tap.poll_timeout().is_none_or(|at| at > self.now) {
                break;
            }
        }
        let mut told = self.lanes[0].seen.split_off(before).into_iter();
        for wire in [Side::Control, Side::Other] {
            let lane = &self.lanes[wire as usize];
            if self.now.since(lane.last) >= self.gap {
                if !lane.bytes.is_empty() || lane.error {
                    self.all = None;
                }
                self.judge(wire, &mut told);
            }
        }
    }

    /// The blocks of a wire are those of its scan; what silence ended is the last of them.
    fn judge(&mut self, wire: Side, told: &mut impl Iterator<Item = Seen>) {
        let lane = std::mem::take(&mut self.lanes[wire as usize]);
        self.lanes[wire as usize].last = lane.last;
        let whole = scanned(&lane.bytes, &self.options);
        let mut seen = lane.seen;
        let blocks: Vec<_> = whole.seen.into_iter().filter(Seen::is_block).collect();
        if blocks.len() > seen.len() {
            seen.extend(told.next());
        }
        let certain = !self.options.accept_parity && !lane.error && whole.blocks_agree;
        assert!(!certain || blocks == seen, "{blocks:02X?}, not {seen:02X?}");
    }

    fn events(&mut self, wire: Side) -> usize {
        let mut count = 0;
        while let Some(heard) = self.tap.poll_event() {
            count += 1;
            assert!(count <= 16, "events without end");
            match &heard {
                Heard::Block(decoded) => {
                    let again = decode_prefix(decoded.raw(), &self.options);
                    assert_eq!(again.as_ref(), Ok(decoded));
                    self.blocks += 1;
                }
                Heard::RefusedBlock(error) => {
                    let _ = error.to_string();
                    self.bad += 1;
                }
                Heard::EndOfTransmission(dialogue) => {
                    balanced(dialogue, self.blocks, self.bad);
                    (self.blocks, self.bad) = (0, 0);
                }
                Heard::Finding(finding) => {
                    assert!(finding.evidence >= finding.kind.threshold());
                }
                _ => {}
            }
            if let Some(seen) = of_tap(&heard) {
                if let Some((_, all)) = &mut self.all {
                    all.push(seen.clone());
                }
                if seen.is_block() {
                    self.lanes[wire as usize].seen.push(seen);
                }
            }
        }
        count
    }
}

const fn wire(side: bool) -> Side {
    if side { Side::Other } else { Side::Control }
}

/// Each answer was one to a block, and no block is counted twice.
fn balanced(dialogue: &Dialogue, blocks: u32, bad: u32) {
    assert!(dialogue.blocks <= blocks);
    assert!(dialogue.acknowledged + dialogue.refused <= blocks + bad);
    assert!(dialogue.ready.is_none() || dialogue.selected.is_some());
    assert_eq!(
        dialogue.is_link_test(),
        dialogue.ready == Some(true) && dialogue.blocks == 0 && dialogue.damaged == 0
    );
}
