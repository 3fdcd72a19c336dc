//! The shadow of a frame without an answer, where an acknowledgement does not say which frame it is
//! for: a sender that does not wait would take the next one for the missing one.

use alloc::vec::Vec;

use crate::Time;

/// Frames in it are read and handed out and stay without an answer.
#[derive(Debug)]
pub(super) struct Shadow {
    /// What comes later than a pause inside of a frame may be was not sent along with it.
    pub(super) until: Time,
    /// Where the frame ended, counted in bytes of the line. What began before that was not sent
    /// behind it: it stood in what could not be read.
    pub(super) end: u64,
    /// The frame, where it could be read: when it comes again, its answer is the right one.
    pub(super) raw: Option<Vec<u8>>,
}

impl Shadow {
    /// Whether a frame that begins there lies in it.
    pub(super) fn covers(&self, now: Time, begin: u64, raw: &[u8]) -> bool {
        now < self.until && begin >= self.end && self.raw.as_deref() != Some(raw)
    }
}
