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

/// Keeps an event of a panel. Where there is no room for it, what ends no report makes way first:
/// noise on the line must not drive out an outcome that somebody waits for.
pub(crate) fn push_keeping_outcomes<E>(
    events: &mut VecDeque<E>,
    event: E,
    most: usize,
    is_outcome: impl Fn(&E) -> bool,
) {
    if events.len() >= most {
        match events.iter().position(|event| !is_outcome(event)) {
            Some(at) => drop(events.remove(at)),
            None if is_outcome(&event) => drop(events.pop_front()),
            None => return,
        }
    }
    events.push_back(event);
}
