//! The order of documents that belong together.

use core::fmt;
use std::collections::{HashMap, VecDeque};

use crate::request::Resource;

use super::store::EntryId;

/// Documents of one lane go one after the other, but for those of a type whose address seems wrong: the
/// others do not wait for them. The caller chooses the key, such as a keyed hash of
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

    /// Whose turn it is: the first one's; and while that one `steps_aside`, because nothing of its type
    /// goes through, the first one's of each other type up to one that does not.
    pub(super) fn turns(
        &self,
        lane: Lane,
        steps_aside: impl Fn(EntryId) -> (Resource, bool),
    ) -> Vec<EntryId> {
        let (mut turns, mut types) = (Vec::new(), Vec::new());
        for id in self.waiting(lane) {
            let (resource, aside) = steps_aside(id);
            if !types.contains(&resource) {
                types.push(resource);
                turns.push(id);
            }
            if !aside {
                break;
            }
        }
        turns
    }

    pub(super) fn leave(&mut self, lane: Lane, id: EntryId) {
        if let Some(waiting) = self.0.get_mut(&lane) {
            waiting.retain(|other| *other != id);
            if waiting.is_empty() {
                self.0.remove(&lane);
            }
        }
    }

    pub(super) fn all(&self) -> Vec<Lane> {
        self.0.keys().copied().collect()
    }

    /// Who is in a lane, the first one first.
    pub(super) fn waiting(&self, lane: Lane) -> impl Iterator<Item = EntryId> {
        self.0.get(&lane).into_iter().flatten().copied()
    }
}
