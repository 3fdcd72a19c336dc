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

/// What was done to try a parked document again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub enum Retried {
    /// It is written again, the same bytes.
    Written,
    /// It was taken before: its status is asked for again, and nothing is written.
    Asked,
    /// Nothing. It was taken before, and its status cannot be asked for: written again it may stand in the
    /// record twice. Somebody has to look there, and either
    /// [dismisses](super::Delivery::dismiss) it or has it
    /// [written again](super::Delivery::write_again). Where the address of the service is wrong, that may
    /// be mended first.
    TakenBefore,
    /// Nothing: it is not parked.
    NotParked,
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
        // What has left and may still be in the store has its place there.
        if self.entries.len() + self.unkept.ends() >= self.config.capacity {
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

    /// Tries a parked document again, with new patience. What the service has taken is never written
    /// again by this: it is followed again, and where its status cannot be asked for, nothing is done
    /// ([`Retried::TakenBefore`]). Only what [failed](ParkReason::Failed) after it was taken, and what was
    /// not taken as far as anybody knows, is written again, the same bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that could not be kept; it stays parked.
    pub fn retry(&mut self, now: Time, id: EntryId) -> Result<Retried, StoreError> {
        self.advance(now);
        let Some(Stage::Parked { why, status, .. }) = self.entries.get(&id).map(|one| &one.stage)
        else {
            return Ok(Retried::NotParked);
        };
        let failed = matches!(why.reason, ParkReason::Failed(_));
        if failed || (status.is_none() && !why.was_taken()) {
            self.write_again(now, id)?;
            return Ok(Retried::Written);
        }
        let known = status.clone();
        let Some(status) = known.filter(|status| self.target.status(status).is_some()) else {
            return Ok(Retried::TakenBefore);
        };
        let since = self.wall();
        let state = EntryState::Taken {
            status: status.clone(),
            since,
        };
        let stage = Stage::Following {
            status,
            since,
            state: None,
        };
        self.begin_anew(id, &state, stage)?;
        Ok(Retried::Asked)
    }

    /// Writes a parked document again, the same bytes, with new patience and whatever became of it
    /// before: for an operator who has seen that the service has lost what it took. Where it has not, the
    /// document may stand in the record twice, unless the service knows it by its identifier. Says whether
    /// it was parked.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when that could not be kept; it stays parked.
    pub fn write_again(&mut self, now: Time, id: EntryId) -> Result<bool, StoreError> {
        self.advance(now);
        let Some(entry) = self.entries.get(&id) else {
            return Ok(false);
        };
        let Stage::Parked { why, .. } = &entry.stage else {
            return Ok(false);
        };
        let maybe_taken = why.may_have_arrived();
        let since = Some(self.wall());
        let (state, stage) = (EntryState::Waiting { since }, Stage::Waiting { since });
        self.begin_anew(id, &state, stage)?;
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.maybe_taken = maybe_taken;
        }
        Ok(true)
    }

    fn begin_anew(
        &mut self,
        id: EntryId,
        state: &EntryState,
        stage: Stage,
    ) -> Result<(), StoreError> {
        if let Err(error) = self.store.update(id, state) {
            self.is_doubtful(id);
            return Err(error);
        }
        self.is_kept(id);
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.stage = stage;
            entry.start_anew();
        }
        self.begin(id);
        Ok(())
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
        self.is_kept(id);
        self.forget(id);
        Ok(true)
    }
}
