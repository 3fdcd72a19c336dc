//! Taking calls in: kept first, then queued.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::identifier::DeviceIdentifier;
use crate::status::DeviceStatus;
use crate::time::Time;

use super::Queue;
use super::call::{EntryId, EventCall, Pair, SlotId};
use super::pairs::Waiting;
use super::store::{ConditionChange, NewEntry, Store, StoreError};

/// Why nothing was taken.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SubmitError {
    /// As many wait as the settings allow. The caller still has it.
    #[error("the delivery queue is full")]
    Full,
    /// It could not be kept durably. The caller still has it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<S: Store> Queue<S> {
    /// Takes an event call. When this returns, it is kept durably and will be delivered at least once,
    /// after all earlier calls for the same device and code (Partner API reference 4.6).
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when it is not kept; then it is not sent either.
    pub fn submit(&mut self, now: Time, call: &EventCall) -> Result<EntryId, SubmitError> {
        self.keep(now, core::slice::from_ref(call), None)
    }

    /// Takes several calls at once, all or none, which costs a disk one flush. Gives their ids.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when none is kept.
    pub fn submit_all(
        &mut self,
        now: Time,
        calls: &[EventCall],
    ) -> Result<Vec<EntryId>, SubmitError> {
        let EntryId(first) = self.keep(now, calls, None)?;
        Ok((first..).map(EntryId).take(calls.len()).collect())
    }

    pub(super) fn submit_changing(
        &mut self,
        now: Time,
        call: &EventCall,
        change: ConditionChange,
    ) -> Result<EntryId, SubmitError> {
        self.keep(now, core::slice::from_ref(call), Some(change))
    }

    fn keep(
        &mut self,
        now: Time,
        calls: &[EventCall],
        condition: Option<ConditionChange>,
    ) -> Result<EntryId, SubmitError> {
        let now = self.advance(now);
        let kept = self.pairs.entries() + self.dead.len();
        if kept.saturating_add(calls.len()) > self.config.entries {
            return Err(SubmitError::Full);
        }
        let submitted = self.wall(now);
        let first = self.next_entry;
        // Never used twice, even if what comes now fails half-way.
        self.next_entry += calls.len() as u64;
        let ids = (first..).map(EntryId);
        let entries: Vec<_> = calls
            .iter()
            .zip(ids)
            .map(|(call, id)| NewEntry {
                id,
                pair: &call.pair,
                action: &call.action,
                occurred: call.occurred,
                submitted,
                condition,
            })
            .collect();
        for entry in &entries {
            let method = entry.action.method();
            self.dead.supersede(entry.pair, method, &mut self.store)?;
        }
        self.store.append(&entries)?;
        let late_at = now + self.config.late_after;
        for entry in entries {
            let method = entry.action.method();
            let waiting = Waiting::new(entry.id, method, entry.occurred, submitted);
            let pair = self.shared(entry.pair);
            self.enqueue(now, pair, waiting, late_at);
        }
        Ok(EntryId(first))
    }

    /// The pair as it is shared by those who wait for it.
    pub(super) fn shared(&mut self, pair: &Pair) -> Arc<Pair> {
        let known = self.pairs.find(pair);
        let known = known.and_then(|slot| self.pairs.get(slot));
        match known {
            Some(state) => Arc::clone(&state.pair),
            None => Arc::new(pair.clone()),
        }
    }

    /// Takes the status of a device; one that still waits for the same device is dropped. Statuses are
    /// kept in memory only, go behind events and are given up after
    /// [`status_life`](super::Config::status_life) (Partner API reference 5 and 8.2).
    ///
    /// # Errors
    ///
    /// [`SubmitError::Full`] when the statuses of as many other devices wait as the settings allow.
    pub fn submit_status(
        &mut self,
        now: Time,
        device: DeviceIdentifier,
        status: DeviceStatus,
    ) -> Result<(), SubmitError> {
        let now = self.advance(now);
        match self.statuses.submit(now, device, status, &self.config) {
            true => Ok(()),
            false => Err(SubmitError::Full),
        }
    }

    /// Asks for a place in the limits for a call that the queue does not know, such as provisioning.
    /// It comes as [`Work::Slot`](super::Work::Slot), behind events and statuses (Partner API
    /// reference 9). Its outcome gives the place back; repeats are the caller's.
    ///
    /// # Errors
    ///
    /// [`SubmitError::Full`] when as many wait as the settings allow.
    pub fn submit_slot(&mut self, now: Time) -> Result<SlotId, SubmitError> {
        self.advance(now);
        if self.slots.len() >= self.config.slots {
            return Err(SubmitError::Full);
        }
        let id = SlotId(self.next_slot);
        self.next_slot += 1;
        self.slots.push_back(id);
        Ok(id)
    }

    /// Gives up a slot that has not come yet.
    pub fn cancel_slot(&mut self, id: SlotId) {
        self.slots.retain(|slot| *slot != id);
    }

    pub(super) fn enqueue(&mut self, now: Time, pair: Arc<Pair>, waiting: Waiting, late_at: Time) {
        let id = waiting.id;
        let slot = self.pairs.insert(now, pair, waiting);
        self.late.push_back((late_at, id, slot));
    }
}

/// Who is to be reported late, in order of time.
pub(super) type Late = VecDeque<(Time, EntryId, u32)>;
