//! What the store keeps, and what it could not keep is kept later.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::clock::Time;

use super::Delivery;
use super::event::Event;
use super::store::{Completion, EntryId, Store, StoreError};

/// What of a document is not kept.
#[derive(Clone, Copy)]
enum Unkept {
    /// How far it has come.
    State,
    /// That it has left; nothing else is known of it here any more.
    End(Completion),
}

/// What is not kept, and when it is tried again. There is no more of it than there may be documents.
#[derive(Default)]
pub(super) struct Unkeepings {
    ids: BTreeMap<EntryId, Unkept>,
    ends: usize,
    again: Option<Time>,
    /// Failures in a row.
    tries: u32,
    /// The last one that was tried: one that the store never keeps holds up no other.
    last: Option<EntryId>,
}

impl Unkeepings {
    /// Documents that are not known here any more, and may be in the store.
    pub(super) const fn ends(&self) -> usize {
        self.ends
    }

    pub(super) const fn again(&self) -> Option<Time> {
        self.again
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Says whether it is news.
    fn insert(&mut self, id: EntryId, what: Unkept) -> bool {
        let before = self.ids.insert(id, what);
        let is_end = |what| usize::from(matches!(what, Unkept::End(_)));
        self.ends += is_end(what);
        self.ends -= before.map_or(0, is_end);
        before.is_none()
    }

    /// Says whether it was the last one.
    fn remove(&mut self, id: EntryId) -> bool {
        let removed = self.ids.remove(&id);
        self.ends -= usize::from(matches!(removed, Some(Unkept::End(_))));
        let is_last = removed.is_some() && self.ids.is_empty();
        if is_last {
            (self.again, self.tries, self.last) = (None, 0, None);
        }
        is_last
    }

    /// The one after that which was tried last.
    fn next(&self) -> Option<(EntryId, Unkept)> {
        let after = self.last.map_or(Bound::Unbounded, Bound::Excluded);
        let mut later = self.ids.range((after, Bound::Unbounded));
        let next = later.next().or_else(|| self.ids.first_key_value())?;
        Some((*next.0, *next.1))
    }
}

impl<S: Store> Delivery<S> {
    /// Documents of which the store could not keep how far they have come, or that they have left it. It
    /// is asked again, 1 second to a minute apart; after a crash meanwhile they would be sent or asked for
    /// again.
    #[must_use]
    pub fn unkept_documents(&self) -> usize {
        self.unkept.len()
    }

    /// Keeps how far a document has come.
    pub(super) fn keep(&mut self, id: EntryId) {
        if let Err(error) = self.try_to_keep(id, Unkept::State) {
            self.not_kept(id, Unkept::State, Some(error));
        }
    }

    /// The document leaves the store and the delivery.
    pub(super) fn finish(&mut self, id: EntryId, how: Completion) {
        let what = Unkept::End(how);
        let kept = self.try_to_keep(id, what);
        self.forget(id);
        if let Err(error) = kept {
            self.not_kept(id, what, Some(error));
        }
    }

    /// The store has failed to keep a change that was not made then, and may have kept it all the same.
    pub(super) fn is_doubtful(&mut self, id: EntryId) {
        self.not_kept(id, Unkept::State, None);
    }

    /// The store has what there is to know.
    pub(super) fn is_kept(&mut self, id: EntryId) {
        if self.unkept.remove(id) {
            self.events.push_back(Event::StoreRecovered);
        }
    }

    fn try_to_keep(&mut self, id: EntryId, what: Unkept) -> Result<(), StoreError> {
        match (what, self.entries.get(&id)) {
            (Unkept::End(how), _) => self.store.finish(id, how)?,
            (Unkept::State, Some(entry)) => self.store.update(id, &entry.state())?,
            (Unkept::State, None) => {}
        }
        self.is_kept(id);
        Ok(())
    }

    fn not_kept(&mut self, id: EntryId, what: Unkept, error: Option<StoreError>) {
        let is_new = self.unkept.insert(id, what);
        if let Some(error) = error.filter(|_| is_new) {
            self.events.push_back(Event::StoreFailed { id, error });
        }
        if self.unkept.again.is_none() {
            self.keep_later();
        }
    }

    fn keep_later(&mut self) {
        let pause = self.config.keep.pause(self.unkept.tries, &mut self.random);
        self.unkept.tries = self.unkept.tries.saturating_add(1);
        self.unkept.again = Some(self.now + pause);
    }

    /// Keeps what could not be kept, until the store fails again.
    pub(super) fn make_good(&mut self) {
        if self.unkept.again.is_none_or(|again| again > self.now) {
            return;
        }
        while let Some((id, what)) = self.unkept.next() {
            self.unkept.last = Some(id);
            if self.try_to_keep(id, what).is_err() {
                self.keep_later();
                return;
            }
        }
    }
}
