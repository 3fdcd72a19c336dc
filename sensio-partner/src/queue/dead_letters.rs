//! Calls that were refused for good: kept, listed, tried again or discarded.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::event::EventParameters;
use crate::time::Time;

use super::Queue;
use super::call::{EntryId, EventMethod, Pair};
use super::event::DeadLetter;
use super::pairs::{Waiting, supersedes};
use super::store::{EntryState, Store, StoreError};

/// The parked calls, and which pairs have any.
#[derive(Debug, Default)]
pub(super) struct DeadLetters {
    letters: BTreeMap<EntryId, (DeadLetter, EntryState)>,
    by_pair: HashMap<Arc<Pair>, Vec<EntryId>>,
}

/// Why a parked call is not tried again.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RetryError {
    /// No call with this id is parked.
    #[error("no call with this id is parked")]
    Unknown,
    /// A later call for the pair has overtaken it.
    #[error("a later call for the same device and code has overtaken it: submit a new one")]
    Superseded,
    /// Only a PUT can be sent as a POST.
    #[error("only an update can be sent as a new event")]
    NotAPut,
    /// It could not be noted durably.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DeadLetters {
    pub(super) fn len(&self) -> usize {
        self.letters.len()
    }

    pub(super) fn insert(&mut self, letter: DeadLetter, state: EntryState) {
        let ids = self.by_pair.entry(Arc::clone(&letter.pair)).or_default();
        ids.push(letter.id);
        self.letters.insert(letter.id, (letter, state));
    }

    fn remove(&mut self, id: EntryId) -> Option<(DeadLetter, EntryState)> {
        let removed = self.letters.remove(&id)?;
        if let Some(ids) = self.by_pair.get_mut(&removed.0.pair) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_pair.remove(&removed.0.pair);
            }
        }
        Some(removed)
    }

    /// A later call is about to be kept: notes first what must not be sent after it.
    pub(super) fn supersede(
        &mut self,
        pair: &Pair,
        later: EventMethod,
        store: &mut impl Store,
    ) -> Result<(), StoreError> {
        let Some(ids) = self.by_pair.get(pair) else {
            return Ok(());
        };
        for id in ids {
            if let Some((letter, state)) = self.letters.get_mut(id) {
                if !letter.superseded && supersedes(later, letter.method) {
                    let noted = EntryState {
                        superseded: true,
                        ..*state
                    };
                    store.update(*id, noted)?;
                    *state = noted;
                    letter.superseded = true;
                }
            }
        }
        Ok(())
    }
}

impl<S: Store> Queue<S> {
    /// The calls that were refused for good, oldest first. They stay until they are
    /// [discarded](Self::discard) or [tried again](Self::retry), and count towards
    /// [`entries`](super::Config::entries).
    pub fn dead_letters(&self) -> impl Iterator<Item = &DeadLetter> {
        self.dead.letters.values().map(|(letter, _)| letter)
    }

    /// What a waiting or parked call was submitted with; `None` for DELETE and for an unknown id.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be read.
    pub fn parameters(&mut self, id: EntryId) -> Result<Option<Arc<EventParameters>>, StoreError> {
        self.store.parameters(id)
    }

    /// Sends a parked call again, whole, before the later calls for its pair that still wait.
    ///
    /// # Errors
    ///
    /// [`RetryError::Superseded`] when a later call has overtaken it: to raise an alarm now that was
    /// closed since, or to close a newer one, would do harm.
    pub fn retry(&mut self, now: Time, id: EntryId) -> Result<(), RetryError> {
        self.unpark(now, id, false)
    }

    /// Sends a parked PUT as a POST: what Partner API reference 4.4 offers for a PUT that found no
    /// active event.
    ///
    /// # Errors
    ///
    /// As [`retry`](Self::retry), and [`RetryError::NotAPut`].
    pub fn retry_as_post(&mut self, now: Time, id: EntryId) -> Result<(), RetryError> {
        self.unpark(now, id, true)
    }

    fn unpark(&mut self, now: Time, id: EntryId, as_post: bool) -> Result<(), RetryError> {
        let now = self.advance(now);
        let (letter, _) = self.dead.letters.get(&id).ok_or(RetryError::Unknown)?;
        if as_post && letter.method != EventMethod::Put {
            return Err(RetryError::NotAPut);
        }
        if letter.superseded {
            return Err(RetryError::Superseded);
        }
        let state = EntryState {
            as_post,
            ..EntryState::default()
        };
        self.store.update(id, state)?;
        if let Some((letter, _)) = self.dead.remove(id) {
            let mut waiting = Waiting::new(id, letter.method, letter.occurred, letter.submitted);
            waiting.as_post = as_post;
            let late_at = now + self.config.late_after;
            self.enqueue(now, letter.pair, waiting, late_at);
        }
        Ok(())
    }

    /// Removes a parked call and erases what it held; `false` when there is none with this id.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it may still be there; it then stays in the list.
    pub fn discard(&mut self, id: EntryId) -> Result<bool, StoreError> {
        if !self.dead.letters.contains_key(&id) {
            return Ok(false);
        }
        self.store.remove(&[id])?;
        Ok(self.dead.remove(id).is_some())
    }
}
