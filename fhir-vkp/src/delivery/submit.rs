//! What callers and operators ask for.

use crate::clock::Time;
use crate::request::{Document, RequestError};

use super::entry::{Entry, Stage, fingerprint};
use super::lanes::Lane;
use super::state::ParkReason;
use super::store::{Completion, EntryId, NewEntry, Store, StoreError};
use super::{Delivery, EntryState};

/// A document that was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Submitted {
    /// Which one.
    pub id: EntryId,
    /// Whether the same document, byte for byte, was here already, so that nothing more is sent.
    pub repeated: bool,
}

/// Why a document is not taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// The service would not take it.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Another document with the same identifier is on its way: receivers take them for one.
    #[error("another document with the same identifier is on its way")]
    IdentifierReused,
    /// [`Config::capacity`](super::Config::capacity) is used up.
    #[error("too many documents are on their way")]
    Full,
    /// It could not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Delivery<S> {
    /// Takes a document over: it is in the store when this returns `Ok`.
    ///
    /// # Errors
    ///
    /// [`SubmitError`]; the document is not taken over.
    pub fn submit(
        &mut self,
        now: Time,
        document: &Document,
        lane: Option<Lane>,
    ) -> Result<Submitted, SubmitError> {
        self.advance(now);
        self.target.write(document)?;
        if let Some(id) = document
            .identifier()
            .and_then(|known| self.identifiers.get(known))
        {
            let same = |entry: &Entry| entry.fingerprint == fingerprint(document);
            return match self.entries.get(id).is_some_and(same) {
                true => Ok(Submitted {
                    id: *id,
                    repeated: true,
                }),
                false => Err(SubmitError::IdentifierReused),
            };
        }
        if self.entries.len() >= self.config.capacity {
            return Err(SubmitError::Full);
        }
        let (id, submitted) = (EntryId(self.next_entry), self.wall());
        // An id that may be in the store after an error is not used again.
        self.next_entry = self.next_entry.saturating_add(1);
        self.store.append(&NewEntry {
            id,
            document,
            lane,
            submitted,
        })?;
        let entry = Entry::new(document, lane, submitted);
        if let Some(identifier) = &entry.identifier {
            self.identifiers.insert(identifier.clone(), id);
        }
        self.entries.insert(id, entry);
        self.begin(id);
        Ok(Submitted {
            id,
            repeated: false,
        })
    }

    /// Tries a parked document again, with new patience: what was taken and not confirmed is followed
    /// again, everything else is written again. Says whether it was parked.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that could not be kept; it stays parked.
    pub fn retry(&mut self, now: Time, id: EntryId) -> Result<bool, StoreError> {
        self.advance(now);
        let (wall, at_once) = (self.wall(), self.target.confirms_at_once());
        let Some(Entry { stage, .. }) = self.entries.get(&id) else {
            return Ok(false);
        };
        let Stage::Parked { reason, status, .. } = stage else {
            return Ok(false);
        };
        let follow = matches!(reason, ParkReason::Unconfirmed | ParkReason::Contradictory);
        let (state, stage) = match status.clone().filter(|_| follow && !at_once) {
            Some(status) => (
                EntryState::Taken {
                    status: status.clone(),
                    since: wall,
                },
                Stage::Following {
                    status,
                    since: wall,
                    state: None,
                },
            ),
            None => {
                let since = Some(wall);
                (EntryState::Waiting { since }, Stage::Waiting { since })
            }
        };
        self.store.update(id, &state)?;
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.stage = stage;
            entry.tries = 0;
            entry.late = false;
            entry.forbidden = None;
            entry.forbidden_alone = 0;
        }
        self.begin(id);
        Ok(true)
    }

    /// Removes a parked document, because somebody has dealt with it. Says whether it was parked.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it may still be in the store; it stays parked.
    pub fn dismiss(&mut self, id: EntryId) -> Result<bool, StoreError> {
        let parked = |entry: &Entry| matches!(entry.stage, Stage::Parked { .. });
        if !self.entries.get(&id).is_some_and(parked) {
            return Ok(false);
        }
        self.store.finish(id, Completion::Dismissed)?;
        self.forget(id);
        Ok(true)
    }
}
