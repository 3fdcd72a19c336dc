//! A connection whose format a handler knows.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

use super::{Detected, Event, ForeignHandler, Framing, NotHeld};
use crate::identifier::identifier;
use crate::time::Time;

/// Settings for formats that a handler knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ForeignSettings {
    /// Bytes of one message, 65536 by default.
    pub longest: usize,
    /// Messages that may wait for their decision, 64 by default. Beyond them a connection is
    /// refused.
    pub pending: usize,
    /// How long a decision may take, 20 s by default.
    pub decision: Duration,
}

impl Default for ForeignSettings {
    fn default() -> Self {
        ForeignSettings {
            longest: 65_536,
            pending: 64,
            decision: Duration::from_secs(20),
        }
    }
}

identifier! {
    /// A message of a format that a handler knows; numbers rise.
    ForeignId
}

struct Pending {
    id: ForeignId,
    until: Time,
    bytes: Vec<u8>,
}

pub(super) struct Foreign {
    settings: ForeignSettings,
    format: Detected,
    held: Vec<u8>,
    refused: bool,
    pending: VecDeque<Pending>,
    events: VecDeque<Event>,
    answers: VecDeque<Vec<u8>>,
    next: ForeignId,
}

impl Foreign {
    pub(super) const fn new(settings: ForeignSettings, format: Detected) -> Self {
        Foreign {
            settings,
            format,
            held: Vec::new(),
            refused: false,
            pending: VecDeque::new(),
            events: VecDeque::new(),
            answers: VecDeque::new(),
            next: ForeignId::FIRST,
        }
    }

    pub(super) fn handle_bytes(
        &mut self,
        now: Time,
        mut bytes: &[u8],
        handler: &mut impl ForeignHandler,
    ) {
        self.handle_timeout(now);
        while !self.refused && !bytes.is_empty() {
            let room = self.settings.longest.saturating_sub(self.held.len());
            let (taken, rest) = bytes.split_at(bytes.len().min(room));
            self.held.extend_from_slice(taken);
            bytes = rest;
            if !self.frames(now, handler) || taken.is_empty() {
                self.refuse();
            }
        }
    }

    /// Cuts what is held into messages; `false` when it is of no use.
    fn frames(&mut self, now: Time, handler: &mut impl ForeignHandler) -> bool {
        while !self.held.is_empty() {
            match handler.frame(self.format, &self.held) {
                Framing::More | Framing::Message(0) | Framing::Skip(0) => break,
                Framing::Refuse => return false,
                Framing::Skip(count) => {
                    self.held.drain(..count.min(self.held.len()));
                }
                Framing::Message(count) => {
                    let waiting = self.pending.len().max(self.events.len());
                    if waiting >= self.settings.pending {
                        return false;
                    }
                    let bytes: Vec<u8> = self.held.drain(..count.min(self.held.len())).collect();
                    self.hand_out(now, bytes);
                }
            }
        }
        self.held.len() < self.settings.longest
    }

    fn hand_out(&mut self, now: Time, bytes: Vec<u8>) {
        let id = self.next.take();
        self.events.push_back(Event::Foreign {
            id,
            format: self.format,
            bytes: bytes.clone(),
        });
        self.pending.push_back(Pending {
            id,
            until: now + self.settings.decision,
            bytes,
        });
    }

    fn refuse(&mut self) {
        self.refused = true;
        self.events.push_back(Event::ForeignRefused {
            format: self.format,
            bytes: core::mem::take(&mut self.held),
        });
    }

    pub(super) fn decide(
        &mut self,
        now: Time,
        id: ForeignId,
        accepted: bool,
        handler: &mut impl ForeignHandler,
    ) -> Result<(), NotHeld> {
        self.handle_timeout(now);
        let at = self.pending.iter().position(|open| open.id == id);
        let message = at.and_then(|at| self.pending.remove(at)).ok_or(NotHeld)?;
        let mut answer = Vec::new();
        if accepted {
            handler.answer(self.format, &message.bytes, &mut answer);
        } else {
            handler.refusal(self.format, &message.bytes, &mut answer);
        }
        if !answer.is_empty() && self.answers.len() < self.settings.pending {
            self.answers.push_back(answer);
        }
        Ok(())
    }

    pub(super) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.answers.pop_front()
    }

    pub(super) fn poll_timeout(&self) -> Option<Time> {
        self.pending.front().map(|first| first.until)
    }

    pub(super) fn handle_timeout(&mut self, now: Time) {
        while self.pending.front().is_some_and(|first| first.until <= now) {
            if let Some(late) = self.pending.pop_front() {
                // At most one for each message that was handed out.
                self.events.push_back(Event::ForeignUndecided(late.id));
            }
        }
    }
}
