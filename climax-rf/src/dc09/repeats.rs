//! Frames taken before, to answer repeats alike.

use alloc::boxed::Box;
use alloc::collections::VecDeque;

use super::decode::Decoded;
use super::event::FrameId as Number;
use super::frame::{Content, Token};
use super::padding::Padding;
use crate::time::Time;

/// What makes two frames the same: header, token and data, but not time and padding, which a panel
/// may renew.
#[derive(PartialEq, Eq)]
pub(super) struct Identity(Box<[u8]>);

impl Identity {
    /// `None` for link tests, which are all alike and each counts.
    pub(super) fn of(decoded: &Decoded<'_>) -> Option<Self> {
        let Content::Clear(clear) = decoded.frame.content else {
            return None;
        };
        if decoded.frame.token == Token::Null {
            return None;
        }
        let parts = [
            decoded.frame.token.as_bytes(),
            decoded.header,
            clear.data,
            clear.extended,
        ];
        Some(Identity(parts.join(&b'"').into()))
    }
}

pub(super) struct Known {
    identity: Identity,
    pub(super) number: Number,
    at: Time,
    /// What its answer is padded with; `None` as long as it is not decided. The answer is written
    /// anew, because it carries the present time.
    pub(super) answered: Option<Padding>,
}

/// The latest frames, the oldest first.
#[derive(Default)]
pub(super) struct Repeats {
    known: VecDeque<Known>,
}

impl Repeats {
    pub(super) const fn new() -> Self {
        Repeats {
            known: VecDeque::new(),
        }
    }

    pub(super) fn forget_old(&mut self, now: Time, window: core::time::Duration) {
        let old = |known: &Known| known.answered.is_some() && now.since(known.at) >= window;
        self.known.retain(|known| !old(known));
    }

    pub(super) fn find(&self, identity: &Identity) -> Option<&Known> {
        self.known.iter().find(|known| known.identity == *identity)
    }

    pub(super) fn add(&mut self, now: Time, number: Number, identity: Identity, most: usize) {
        while self.known.len() >= most.max(1) {
            self.known.pop_front();
        }
        self.known.push_back(Known {
            identity,
            number,
            at: now,
            answered: None,
        });
    }

    pub(super) fn answered(&mut self, now: Time, number: Number, padding: Padding) {
        if let Some(known) = self.known.iter_mut().find(|known| known.number == number) {
            known.at = now;
            known.answered = Some(padding);
        }
    }

    /// A frame that was not taken is no repeat when it comes again.
    pub(super) fn forget(&mut self, number: Number) {
        self.known.retain(|known| known.number != number);
    }
}
