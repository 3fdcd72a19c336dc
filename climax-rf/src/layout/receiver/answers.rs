//! Frames that wait for a decision and answers that wait for the line, in the order of the frames.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::{NotHeld, Receiver, Token};
use crate::Time;

/// Own answers (damage, heartbeats) that may wait besides; more are left out.
const MOST_OWN: usize = 8;

#[derive(Debug)]
enum Entry {
    Waiting {
        token: Token,
        until: Time,
        ack: Vec<u8>,
        nak: Vec<u8>,
    },
    Ready(Vec<u8>),
}

#[derive(Debug)]
pub(super) struct Answers {
    queue: VecDeque<Entry>,
    /// How much of the first one has left.
    sent: usize,
    next: u64,
}

impl Answers {
    pub(super) fn new() -> Self {
        Answers {
            queue: VecDeque::new(),
            sent: 0,
            next: 1,
        }
    }

    /// Everything goes; tokens stay unique.
    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.sent = 0;
    }

    pub(super) fn undecided(&self) -> usize {
        let waiting = |entry: &&Entry| matches!(entry, Entry::Waiting { .. });
        self.queue.iter().filter(waiting).count()
    }

    pub(super) fn is_full(&self) -> bool {
        self.undecided() >= Receiver::MOST_UNDECIDED || self.queue.len() >= Self::MOST
    }

    const MOST: usize = 2 * Receiver::MOST_UNDECIDED + MOST_OWN;

    pub(super) fn hold(&mut self, until: Time, ack: Vec<u8>, nak: Vec<u8>) -> Token {
        let token = Token(self.next);
        self.next += 1;
        self.queue.push_back(Entry::Waiting {
            token,
            until,
            ack,
            nak,
        });
        token
    }

    /// An answer that needs no decision.
    pub(super) fn own(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() && self.queue.len() < Self::MOST {
            self.queue.push_back(Entry::Ready(bytes.to_vec()));
        }
    }

    pub(super) fn decide(&mut self, of: Token, accept: bool) -> Result<(), NotHeld> {
        let entry = self
            .queue
            .iter_mut()
            .find(|entry| matches!(entry, Entry::Waiting { token, .. } if *token == of))
            .ok_or(NotHeld)?;
        if let Entry::Waiting { ack, nak, .. } = entry {
            let answer = if accept { ack } else { nak };
            *entry = Entry::Ready(core::mem::take(answer));
        }
        // What sends nothing waits for nobody to fetch it.
        while matches!(self.queue.front(), Some(Entry::Ready(bytes)) if bytes.is_empty()) {
            self.queue.pop_front();
        }
        Ok(())
    }

    /// The next one whose time is over; it is forgotten.
    pub(super) fn expire(&mut self, now: Time) -> Option<Token> {
        let at = self
            .queue
            .iter()
            .position(|entry| matches!(entry, Entry::Waiting { until, .. } if *until <= now))?;
        match self.queue.remove(at) {
            Some(Entry::Waiting { token, .. }) => Some(token),
            _ => None,
        }
    }

    pub(super) fn next_expiry(&self) -> Option<Time> {
        let until = self.queue.iter().filter_map(|entry| match entry {
            Entry::Waiting { until, .. } => Some(*until),
            Entry::Ready(_) => None,
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
