//! The bursts that are open, and those over for less than three seconds.

use alloc::vec::Vec;
use core::time::Duration;

use super::{
    BurstEvent, BurstId, CLASH, COPIES, ClosedBy, CopyRole, EQUAL, GAP, Grouped, LONGEST,
    LikelyBurst, Likeness,
};
use crate::f1::family::MAX_PAYLOAD;
use crate::f1::frame::Frame;
use crate::f1::signal::Strength;
use crate::time::Time;

/// The middle of the spacings seen, 0.364 to 0.470 s.
const USUAL: Duration = Duration::from_millis(400);

#[derive(Clone)]
pub(super) struct Table {
    entries: Vec<Entry>,
    room: usize,
    next: u64,
}

impl core::fmt::Debug for Table {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list()
            .entries(self.entries.iter().map(|entry| entry.burst))
            .finish()
    }
}

#[derive(Clone)]
struct Entry {
    burst: LikelyBurst,
    open: bool,
    copies: [Kept; COPIES as usize],
}

#[derive(Clone, Copy)]
struct Kept {
    at: Time,
    length: u8,
    payload: [u8; MAX_PAYLOAD],
}

impl Kept {
    const NONE: Kept = Kept {
        at: Time::ZERO,
        length: 0,
        payload: [0; MAX_PAYLOAD],
    };

    fn new(at: Time, frame: &Frame) -> Self {
        Kept {
            at,
            length: frame.held,
            payload: frame.payload,
        }
    }

    fn equals(&self, frame: &Frame) -> bool {
        self.payload[..usize::from(self.length)] == *frame.payload()
    }
}

impl Entry {
    fn kept(&self) -> &[Kept] {
        &self.copies[..usize::from(self.burst.copies)]
    }

    /// When it is over, unless another copy comes.
    fn end(&self) -> (Time, ClosedBy) {
        let silence = self.burst.last + GAP;
        let length = self.burst.first + LONGEST;
        if silence <= length {
            (silence, ClosedBy::Silence)
        } else {
            (length, ClosedBy::Length)
        }
    }

    /// Whether the next copy can begin at `now`.
    fn is_due(&self, now: Time) -> bool {
        let since = now.since(self.burst.last);
        self.open && since >= CLASH && since < GAP
    }

    fn has_equal(&self, now: Time, frame: &Frame) -> bool {
        self.kept()
            .iter()
            .any(|kept| now.since(kept.at) <= EQUAL && kept.equals(frame))
    }

    /// Whether a payload equal to that of a copy may still come.
    fn is_remembered(&self, now: Time) -> bool {
        self.open || now.since(self.burst.last) <= EQUAL
    }

    fn add(&mut self, now: Time, frame: &Frame, strength: Option<Strength>) {
        let equal = self.kept().iter().all(|kept| kept.equals(frame));
        let burst = &mut self.burst;
        burst.likeness = match (burst.likeness, equal) {
            (Likeness::Single | Likeness::Equal, true) => Likeness::Equal,
            _ => Likeness::Different,
        };
        self.copies[usize::from(burst.copies)] = Kept::new(now, frame);
        burst.copies += 1;
        burst.last = now;
        burst.sync_errors += u16::from(frame.sync_errors().unwrap_or(0));
        if let Some(strength) = strength {
            burst.strongest = Some(burst.strongest.map_or(strength, |s| s.stronger(strength)));
            burst.weakest = Some(burst.weakest.map_or(strength, |s| s.weaker(strength)));
        }
    }

    fn grouped(&mut self, role: CopyRole, tell: &mut impl FnMut(BurstEvent)) -> Grouped {
        if self.open && self.burst.copies == COPIES {
            self.open = false;
            tell(BurstEvent::Closed(self.burst, ClosedBy::SixCopies));
        }
        Grouped {
            burst: self.burst.id,
            copies: self.burst.copies,
            role,
        }
    }
}

impl Table {
    pub(super) fn new(room: usize) -> Self {
        Table {
            entries: Vec::with_capacity(room),
            room,
            next: 0,
        }
    }

    pub(super) fn open(&self) -> usize {
        self.entries.iter().filter(|entry| entry.open).count()
    }

    /// The open burst that ends first.
    pub(super) fn next_end(&self) -> Option<(Time, usize)> {
        let open = self.entries.iter().enumerate();
        open.filter(|(_, entry)| entry.open)
            .map(|(index, entry)| (entry.end().0, index))
            .min()
    }

    pub(super) fn expire(&mut self, now: Time, tell: &mut impl FnMut(BurstEvent)) {
        while let Some((end, index)) = self.next_end() {
            if end > now {
                break;
            }
            let entry = &mut self.entries[index];
            entry.open = false;
            tell(BurstEvent::Closed(entry.burst, entry.end().1));
        }
        self.entries.retain(|entry| entry.is_remembered(now));
    }

    /// A frame without a right check.
    pub(super) fn damaged(&mut self, now: Time) -> Option<Grouped> {
        let entry = self.due(now)?;
        entry.burst.damaged = entry.burst.damaged.saturating_add(1);
        Some(Grouped {
            burst: entry.burst.id,
            copies: entry.burst.copies,
            role: CopyRole::Damaged,
        })
    }

    /// The open burst whose next copy is due, the likeliest first.
    fn due(&mut self, now: Time) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .filter(|entry| entry.is_due(now))
            .min_by_key(|entry| now.since(entry.burst.last).abs_diff(USUAL))
    }

    fn equal(&mut self, now: Time, frame: &Frame) -> Option<&mut Entry> {
        // At most one has it: an equal payload never opens a second burst.
        self.entries
            .iter_mut()
            .find(|entry| entry.has_equal(now, frame))
    }

    /// A frame with a right check.
    pub(super) fn put(
        &mut self,
        now: Time,
        frame: &Frame,
        strength: Option<Strength>,
        tell: &mut impl FnMut(BurstEvent),
    ) -> Grouped {
        if let Some(entry) = self.equal(now, frame) {
            let early = now.since(entry.burst.last) < CLASH;
            let role = if early || entry.burst.copies == COPIES {
                entry.burst.extra = entry.burst.extra.saturating_add(1);
                CopyRole::Extra
            } else {
                entry.add(now, frame, strength);
                CopyRole::Further
            };
            if !entry.open {
                tell(BurstEvent::Rejoined {
                    burst: entry.burst,
                    role,
                });
            }
            return entry.grouped(role, tell);
        }
        if let Some(entry) = self.due(now) {
            entry.add(now, frame, strength);
            return entry.grouped(CopyRole::Further, tell);
        }
        self.make_room(tell);
        let mut copies = [Kept::NONE; COPIES as usize];
        copies[0] = Kept::new(now, frame);
        let burst = LikelyBurst {
            id: BurstId(self.next),
            first: now,
            last: now,
            copies: 1,
            extra: 0,
            damaged: 0,
            likeness: Likeness::Single,
            sync_errors: u16::from(frame.sync_errors().unwrap_or(0)),
            strongest: strength,
            weakest: strength,
        };
        self.next += 1;
        self.entries.push(Entry {
            burst,
            open: true,
            copies,
        });
        tell(BurstEvent::Opened(burst));
        Grouped {
            burst: burst.id,
            copies: 1,
            role: CopyRole::First,
        }
    }

    /// Forgets the oldest burst that is over, or else closes the oldest open one.
    fn make_room(&mut self, tell: &mut impl FnMut(BurstEvent)) {
        if self.entries.len() < self.room {
            return;
        }
        let oldest = self.entries.iter().enumerate();
        let oldest = oldest.min_by_key(|(_, entry)| (entry.open, entry.burst.last));
        if let Some((index, _)) = oldest {
            let entry = self.entries.swap_remove(index);
            if entry.open {
                tell(BurstEvent::Closed(entry.burst, ClosedBy::Room));
            }
        }
    }
}
