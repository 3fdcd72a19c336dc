//! The order of documents that belong together.

use core::fmt;
use std::collections::{HashMap, VecDeque};

use super::store::EntryId;

/// Documents of one lane go one after the other. The caller chooses the key, such as a keyed hash of
/// the patient; it does not print, since it may lead to a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lane(pub u64);

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lane(hidden)")
    }
}

/// Who is in which lane, the first one at the front.
#[derive(Default)]
pub(super) struct Lanes(HashMap<Lane, VecDeque<EntryId>>);

impl Lanes {
    pub(super) fn enter(&mut self, lane: Lane, id: EntryId) {
        let waiting = self.0.entry(lane).or_default();
        if !waiting.contains(&id) {
            waiting.push_back(id);
        }
    }

    pub(super) fn is_first(&self, lane: Lane, id: EntryId) -> bool {
        self.0.get(&lane).and_then(|waiting| waiting.front()) == Some(&id)
    }

    /// Leaves the lane, and says whose turn it is if that is somebody else now.
    pub(super) fn leave(&mut self, lane: Lane, id: EntryId) -> Option<EntryId> {
        let waiting = self.0.get_mut(&lane)?;
        let was_first = waiting.front() == Some(&id);
        waiting.retain(|other| *other != id);
        match waiting.front() {
            None => {
                self.0.remove(&lane);
                None
            }
            Some(next) => was_first.then_some(*next),
        }
    }
}
