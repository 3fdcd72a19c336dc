//! Where waiting calls are kept.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use crate::event::EventParameters;

use super::call::{EntryId, EventAction, EventMethod, Pair};
use super::event::RefusalReason;
use super::reduction::Reduction;
use super::wall::WallMicros;

/// Keeps what waits. Everything is durable when a method returns `Ok`. After `Err` it may or may not
/// have been done, and doing it again must be harmless.
pub trait Store {
    /// Keeps new entries, all of them or none, in order of their ids. After an error they may be found
    /// after a crash only as long as no later call has succeeded: else an alarm that the caller was told
    /// is not kept could come after its own end.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when they may not be kept.
    fn append(&mut self, entries: &[NewEntry<'_>]) -> Result<(), StoreError>;

    /// Replaces the state of an entry. An unknown id is ignored.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it may not be kept.
    fn update(&mut self, id: EntryId, state: EntryState) -> Result<(), StoreError>;

    /// Removes entries and erases what they held. Unknown ids are ignored.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when one of them may still be there.
    fn remove(&mut self, ids: &[EntryId]) -> Result<(), StoreError>;

    /// The parameters of an entry: what was submitted, images included. `None` for DELETE and for
    /// an unknown id.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unreadable`] when what is kept is not a body, another when it cannot be had now.
    fn parameters(&mut self, id: EntryId) -> Result<Option<Arc<EventParameters>>, StoreError>;

    /// Hands out all that is kept, entries in order of their ids. Called once, at the start.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError>;
}

/// What a store holds.
#[derive(Debug, Clone)]
pub enum Stored {
    /// A waiting or parked call.
    Entry(StoredEntry),
    /// A call that cannot be read.
    Unreadable(EntryId),
    /// A condition that lasts.
    Condition(Pair),
}

/// A kept call without its parameters.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its id.
    pub id: EntryId,
    /// Device and code.
    pub pair: Pair,
    /// What is to be done.
    pub method: EventMethod,
    /// When it happened.
    pub occurred: WallMicros,
    /// When it was submitted.
    pub submitted: WallMicros,
    /// How far it has come.
    pub state: EntryState,
}

/// A call to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Its id.
    pub id: EntryId,
    /// Device and code.
    pub pair: &'a Pair,
    /// What is to be done, and what goes with it.
    pub action: &'a EventAction,
    /// When it happened.
    pub occurred: WallMicros,
    /// When it was submitted.
    pub submitted: WallMicros,
    /// What becomes of the pair's condition, to be kept together with the entry.
    pub condition: Option<ConditionChange>,
}

/// What becomes of a condition that lasts (Partner API reference 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionChange {
    /// It lasts from now on.
    Begins,
    /// It is over.
    Ends,
}

/// How far a kept call has come. New ones begin with the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EntryState {
    /// How much less than submitted is sent.
    pub reduction: Reduction,
    /// A PUT that goes as a POST.
    pub as_post: bool,
    /// Refused for good: when and why.
    pub parked: Option<(WallMicros, RefusalReason)>,
    /// See [`DeadLetter::superseded`](super::DeadLetter::superseded).
    pub superseded: bool,
}

impl EntryState {
    /// Bytes of the encoded form.
    pub const LENGTH: usize = 14;

    /// A compact form for stores that keep bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let (reason, status) = match self.parked.map(|(_, reason)| reason) {
            None => (0, 0),
            Some(RefusalReason::Refused { status }) => (1, status.unwrap_or(0)),
            Some(RefusalReason::TooLarge) => (2, 0),
            Some(RefusalReason::ServerFault) => (3, 0),
            Some(RefusalReason::UnknownDevice) => (4, 0),
            Some(RefusalReason::NotActive) => (5, 0),
        };
        let at = self.parked.map_or(0, |(at, _)| at.0);
        let flags = u8::from(self.as_post) | u8::from(self.superseded) << 1;
        let mut bytes = [0; Self::LENGTH];
        bytes[0] = 1; // the version of the form
        bytes[1] = self.reduction as u8;
        bytes[2] = flags;
        bytes[3] = reason;
        bytes[4..6].copy_from_slice(&status.to_be_bytes());
        bytes[6..].copy_from_slice(&at.to_be_bytes());
        bytes
    }

    /// `None` for bytes that are not the compact form.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let &[1, reduction, flags @ 0..=3, reason, s0, s1, ref at @ ..] = bytes else {
            return None;
        };
        let status = u16::from_be_bytes([s0, s1]);
        let at = WallMicros(i64::from_be_bytes(at.try_into().ok()?));
        let reason = match reason {
            0 => None,
            1 => Some(RefusalReason::Refused {
                status: (status != 0).then_some(status),
            }),
            2 => Some(RefusalReason::TooLarge),
            3 => Some(RefusalReason::ServerFault),
            4 => Some(RefusalReason::UnknownDevice),
            5 => Some(RefusalReason::NotActive),
            _ => return None,
        };
        Some(Self {
            reduction: Reduction::from_u8(reduction)?,
            as_post: flags & 1 != 0,
            parked: reason.map(|reason| (at, reason)),
            superseded: flags & 2 != 0,
        })
    }
}

/// Why a store did not do what was asked.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// What keeps the data failed: disk, file, lock.
    #[error("the store of the delivery queue failed")]
    Failed(#[source] Arc<dyn Error + Send + Sync>),
    /// What is kept under this id is not what was written.
    #[error("entry {0} of the delivery queue cannot be read")]
    Unreadable(EntryId),
    /// Another version of this crate wrote it.
    #[error("the store of the delivery queue has version {found}, this program knows {known}")]
    Version {
        /// The version of the data.
        found: i64,
        /// The version of this program.
        known: i64,
    },
}

impl StoreError {
    /// A failure of what lies under the store.
    pub fn failed(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Failed(Arc::new(error))
    }
}

/// Keeps everything in memory: for tests, and for callers that keep events elsewhere.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    entries: BTreeMap<EntryId, (StoredEntry, Option<Arc<EventParameters>>)>,
    conditions: std::collections::HashSet<Pair>,
}

impl MemoryStore {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many calls are kept, waiting or parked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no call is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Store for MemoryStore {
    fn append(&mut self, entries: &[NewEntry<'_>]) -> Result<(), StoreError> {
        for entry in entries {
            match entry.condition {
                Some(ConditionChange::Begins) => {
                    self.conditions.insert(entry.pair.clone());
                }
                Some(ConditionChange::Ends) => {
                    self.conditions.remove(entry.pair);
                }
                None => {}
            }
            let stored = StoredEntry {
                id: entry.id,
                pair: entry.pair.clone(),
                method: entry.action.method(),
                occurred: entry.occurred,
                submitted: entry.submitted,
                state: EntryState::default(),
            };
            let parameters = entry.action.parameters().map(Arc::clone);
            self.entries.insert(entry.id, (stored, parameters));
        }
        Ok(())
    }

    fn update(&mut self, id: EntryId, state: EntryState) -> Result<(), StoreError> {
        if let Some((entry, _)) = self.entries.get_mut(&id) {
            entry.state = state;
        }
        Ok(())
    }

    fn remove(&mut self, ids: &[EntryId]) -> Result<(), StoreError> {
        for id in ids {
            self.entries.remove(id);
        }
        Ok(())
    }

    fn parameters(&mut self, id: EntryId) -> Result<Option<Arc<EventParameters>>, StoreError> {
        let entry = self.entries.get(&id);
        Ok(entry.and_then(|(_, parameters)| parameters.clone()))
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        for (entry, _) in self.entries.values() {
            visit(Stored::Entry(entry.clone()));
        }
        for pair in &self.conditions {
            visit(Stored::Condition(pair.clone()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reasons() -> impl Strategy<Value = RefusalReason> {
        prop_oneof![
            proptest::option::of(1u16..=999).prop_map(|status| RefusalReason::Refused { status }),
            Just(RefusalReason::TooLarge),
            Just(RefusalReason::ServerFault),
            Just(RefusalReason::UnknownDevice),
            Just(RefusalReason::NotActive),
        ]
    }

    proptest! {
        #[test]
        fn states_come_back_from_their_bytes(
            level in 0u8..4,
            as_post: bool,
            superseded: bool,
            parked in proptest::option::of((any::<i64>().prop_map(WallMicros), reasons())),
        ) {
            let reduction = Reduction::from_u8(level).expect("a level");
            let state = EntryState { reduction, as_post, parked, superseded };
            prop_assert_eq!(EntryState::from_bytes(&state.to_bytes()), Some(state));
        }

        #[test]
        fn other_bytes_are_no_state_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            if let Some(state) = EntryState::from_bytes(&bytes) {
                prop_assert_eq!(EntryState::from_bytes(&state.to_bytes()), Some(state));
            }
        }
    }
}
