//! Copies of one event, told by what a codec decoded.

use alloc::collections::VecDeque;
use core::time::Duration;

use super::bursts;
use super::payload::{Description, DeviceNumber};
use crate::time::Time;

/// Finds the copies of an event among decoded frames: the same device and the same event within the
/// time of a burst (Climax reference 2.5). One good copy is the event; the others are counted.
///
/// A second press of the same button within that time counts as a copy: without a number in the
/// payload that tells them apart, it looks the same.
#[derive(Debug, Clone)]
pub struct Doubles {
    known: VecDeque<Known>,
    room: usize,
    forgotten: u64,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    device: DeviceNumber,
    event: u32,
    first: Time,
    copies: u32,
}

/// What a decoded frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occurrence {
    /// The first of its event: raise it.
    First,
    /// Another one of an event that was raised; this many so far, the first counted.
    Again(
        /// At least 2.
        u32,
    ),
}

impl Doubles {
    /// How long after the first copy another one counts as that: the longest burst, 2.6 s.
    pub const WINDOW: Duration = bursts::LONGEST;

    /// Remembers 256 events at a time.
    #[must_use]
    pub fn new() -> Self {
        Doubles::with_room(256)
    }

    /// Remembers `room` events at a time, at least one.
    #[must_use]
    pub fn with_room(room: usize) -> Self {
        let room = room.max(1);
        Doubles {
            known: VecDeque::with_capacity(room),
            room,
            forgotten: 0,
        }
    }

    /// Takes what a frame says. `now` is when it began.
    pub fn handle(&mut self, now: Time, description: &Description) -> Occurrence {
        while let Some(oldest) = self.known.front() {
            if now.since(oldest.first) < Self::WINDOW {
                break;
            }
            self.known.pop_front();
        }
        let (device, event) = (description.device, description.event);
        let known = self
            .known
            .iter_mut()
            .find(|known| known.device == device && known.event == event);
        if let Some(known) = known {
            known.copies = known.copies.saturating_add(1);
            return Occurrence::Again(known.copies);
        }
        if self.known.len() == self.room {
            self.known.pop_front();
            self.forgotten += 1;
        }
        self.known.push_back(Known {
            device,
            event,
            first: now,
            copies: 1,
        });
        Occurrence::First
    }

    /// Events that were forgotten before their time for want of room: a copy of them would have
    /// been taken for a new event.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

impl Default for Doubles {
    fn default() -> Self {
        Doubles::new()
    }
}
