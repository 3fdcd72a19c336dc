//! Which nonce counts were used: bounded, and never forgetting in favour of an attacker.

use std::collections::BTreeMap;

/// A nonce of ours: when it was made, in milliseconds since the challenger was, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NonceId {
    pub(super) made: u64,
    pub(super) serial: u32,
}

/// The highest count seen and which of the 64 up to it were used: requests may overtake each
/// other on UDP.
#[derive(Debug, Clone, Copy)]
struct Window {
    highest: u32,
    used: u64,
}

impl Window {
    /// Takes a count; `false` if it was used or is too far behind.
    fn take(&mut self, count: u32) -> bool {
        if count > self.highest {
            self.used = self.used.checked_shl(count - self.highest).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let bit = 1_u64.checked_shl(self.highest - count).unwrap_or(0);
        let new = bit != 0 && self.used & bit == 0;
        self.used |= bit;
        new
    }
}

/// Counts of the nonces in use. Only answers that proved right are entered, so that nobody
/// without a secret can fill it.
#[derive(Debug)]
pub(super) struct Replay {
    windows: BTreeMap<NonceId, Window>,
    capacity: usize,
    /// Nonces up to this one are no longer known: they count as stale.
    floor: Option<NonceId>,
}

impl Replay {
    pub(super) fn new(capacity: usize) -> Self {
        Replay {
            windows: BTreeMap::new(),
            capacity,
            floor: None,
        }
    }

    /// Forgets nonces made before a time; the caller refuses these by their age.
    pub(super) fn forget_before(&mut self, made: u64) {
        while let Some(entry) = self.windows.first_entry() {
            if entry.key().made >= made {
                break;
            }
            entry.remove();
        }
    }

    /// Takes the count of a nonce; `false` if it was used already or can no longer be told.
    pub(super) fn take(&mut self, id: NonceId, count: u32) -> bool {
        if self.floor.is_some_and(|floor| id <= floor) {
            return false;
        }
        if let Some(window) = self.windows.get_mut(&id) {
            return window.take(count);
        }
        let window = Window {
            highest: count,
            used: 1,
        };
        self.windows.insert(id, window);
        if self.windows.len() > self.capacity {
            self.floor = self.windows.pop_first().map(|(oldest, _)| oldest);
        }
        true
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.windows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(made: u64) -> NonceId {
        NonceId { made, serial: 0 }
    }

    #[test]
    fn each_count_is_taken_once_in_any_order_within_the_window() {
        let mut replay = Replay::new(8);
        for (count, good) in [
            (5, true),
            (5, false),
            (3, true),
            (3, false),
            (70, true),
            (6, false),
            (7, true),
            (u32::MAX, true),
            (70, false),
            (0, false),
        ] {
            assert_eq!(replay.take(id(1), count), good, "{count}");
        }
    }

    #[test]
    fn what_was_evicted_is_never_taken_again() {
        let mut replay = Replay::new(2);
        assert!(replay.take(id(1), 1));
        assert!(replay.take(id(2), 1));
        assert!(replay.take(id(3), 1));
        assert_eq!(replay.len(), 2);
        assert!(!replay.take(id(1), 2));
        assert!(replay.take(id(2), 2));
        replay.forget_before(3);
        assert_eq!(replay.len(), 1);
    }
}
