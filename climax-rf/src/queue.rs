//! Events that wait to be polled, as many as are allowed.

use alloc::collections::VecDeque;

/// An event that can say how many bytes meant nothing.
pub(crate) trait Junk: Sized {
    /// So many bytes meant nothing.
    fn junk(count: usize) -> Self;
    /// The number of bytes, if this is such an event.
    fn as_junk(&mut self) -> Option<&mut usize>;
}

/// Events, and how many had no room.
#[derive(Debug)]
pub(crate) struct Queue<E> {
    events: VecDeque<E>,
    lost: u64,
}

impl<E: Junk> Queue<E> {
    pub(crate) const fn new() -> Self {
        Queue {
            events: VecDeque::new(),
            lost: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }

    pub(crate) fn pop(&mut self) -> Option<E> {
        self.events.pop_front()
    }

    /// Keeps an event if fewer than so many wait.
    pub(crate) fn push(&mut self, event: E, most: usize) {
        if self.events.len() < most {
            self.events.push_back(event);
        } else {
            self.lost += 1;
        }
    }

    /// Counts bytes that meant nothing, together with those right before.
    pub(crate) fn push_junk(&mut self, count: usize, most: usize) {
        if let Some(before) = self.events.back_mut().and_then(Junk::as_junk) {
            *before = before.saturating_add(count);
        } else if count > 0 {
            self.push(E::junk(count), most);
        }
    }
}
