//! Frames that wait for a decision and answers that wait for the line, in the order of the frames.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{NotHeld, Receiver, Token};
use crate::Time;

/// Own answers (damage, heartbeats) that may wait besides; more are left out.
const MOST_OWN: usize = 8;

/// A frame that was handed out.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) raw: Vec<u8>,
    pub(super) until: Time,
    pub(super) ack: Vec<u8>,
    pub(super) nak: Vec<u8>,
    /// An earlier frame went without an answer, and this one's would pass for it.
    pub(super) withheld: bool,
}

#[derive(Debug)]
enum Entry {
    Waiting(Token, Held),
    /// Accepted, and an earlier one is not decided.
    Accepted(Token, Held),
    Ready(Vec<u8>),
}

#[derive(Debug)]
pub(super) struct Answers {
    queue: VecDeque<Entry>,
    /// How much of the first one has left.
    sent: usize,
    next: u64,
    /// The acknowledgement does not say which frame it is for.
    nameless: bool,
}

impl Answers {
    pub(super) fn new(nameless: bool) -> Self {
        Answers {
            queue: VecDeque::new(),
            sent: 0,
            next: 1,
            nameless,
        }
    }

    /// Everything goes; tokens stay unique.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.sent = 0;
    }

    pub(super) fn undecided(&self) -> usize {
        let waiting = |entry: &&Entry| matches!(entry, Entry::Waiting(..));
        self.queue.iter().filter(waiting).count()
    }

    pub(super) fn is_full(&self) -> bool {
        self.undecided() >= Receiver::MOST_UNDECIDED || self.queue.len() >= Self::MOST
    }

    const MOST: usize = 2 * Receiver::MOST_UNDECIDED + MOST_OWN;

    pub(super) fn hold(&mut self, held: Held) -> Token {
        let token = Token(self.next);
        self.next += 1;
        self.queue.push_back(Entry::Waiting(token, held));
        token
    }

    /// An answer that needs no decision.
    pub(super) fn own(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() && self.queue.len() < Self::MOST {
            self.queue.push_back(Entry::Ready(bytes.to_vec()));
        }
    }

    fn find(&self, of: Token) -> Result<usize, NotHeld> {
        let waiting = |entry: &Entry| matches!(entry, Entry::Waiting(token, _) if *token == of);
        self.queue.iter().position(waiting).ok_or(NotHeld)
    }

    pub(super) fn accept(&mut self, of: Token) -> Result<(), NotHeld> {
        let at = self.find(of)?;
        if let Some(Entry::Waiting(token, held)) = self.queue.remove(at) {
            self.queue.insert(at, Entry::Accepted(token, held));
        }
        Ok(())
    }

    /// Gives the bytes of the frame when it goes without an answer and the next answer would pass
    /// for it.
    pub(super) fn refuse(&mut self, of: Token) -> Result<Option<Vec<u8>>, NotHeld> {
        let at = self.find(of)?;
        let Some(Entry::Waiting(_, held)) = self.queue.remove(at) else {
            return Err(NotHeld);
        };
        if held.nak.is_empty() || held.withheld {
            return Ok(self.leave_unanswered(at, held));
        }
        self.queue.insert(at, Entry::Ready(held.nak));
        Ok(None)
    }

    /// The next one whose time is over, with its bytes as in [`refuse`](Self::refuse).
    pub(super) fn expire(&mut self, now: Time) -> Option<(Token, Option<Vec<u8>>)> {
        let late = |entry: &Entry| matches!(entry, Entry::Waiting(_, held) if held.until <= now);
        let at = self.queue.iter().position(late)?;
        match self.queue.remove(at) {
            Some(Entry::Waiting(token, held)) => Some((token, self.leave_unanswered(at, held))),
            _ => None,
        }
    }

    /// What came behind a frame without an answer gets none, up to where that frame comes again.
    fn leave_unanswered(&mut self, at: usize, missing: Held) -> Option<Vec<u8>> {
        if !self.nameless {
            return None;
        }
        for entry in self.queue.range_mut(at..) {
            match entry {
                Entry::Waiting(_, held) | Entry::Accepted(_, held) => {
                    if held.raw == missing.raw {
                        break;
                    }
                    held.withheld = true;
                }
                Entry::Ready(_) => {}
            }
        }
        Some(missing.raw)
    }

    /// Makes answers of what is accepted and has nothing undecided before it. Gives the next frame
    /// that stays without one; call it until there is none.
    pub(super) fn release(&mut self) -> Option<Token> {
        let mut at = 0;
        while at < self.queue.len() && !matches!(self.queue.get(at), Some(Entry::Waiting(..))) {
            match self.queue.remove(at) {
                Some(Entry::Accepted(token, held)) if held.withheld => return Some(token),
                // What sends nothing waits for nobody to fetch it.
                Some(Entry::Accepted(_, held)) if held.ack.is_empty() => {}
                Some(Entry::Accepted(_, held)) => {
                    self.queue.insert(at, Entry::Ready(held.ack));
                    at += 1;
                }
                Some(other) => {
                    self.queue.insert(at, other);
                    at += 1;
                }
                None => {}
            }
        }
        None
    }

    pub(super) fn next_expiry(&self) -> Option<Time> {
        let until = self.queue.iter().filter_map(|entry| match entry {
            Entry::Waiting(_, held) => Some(held.until),
            Entry::Accepted(..) | Entry::Ready(_) => None,
        });
        until.min()
    }

    pub(super) fn take(&mut self, buffer: &mut [u8]) -> usize {
        let mut written = 0;
        while let Some(Entry::Ready(bytes)) = self.queue.front() {
            let rest = &bytes[self.sent.min(bytes.len())..];
            let room = &mut buffer[written..];
            let count = rest.len().min(room.len());
            room[..count].copy_from_slice(&rest[..count]);
            written += count;
            if count < rest.len() {
                self.sent += count;
                break;
            }
            self.sent = 0;
            self.queue.pop_front();
        }
        written
    }
}
