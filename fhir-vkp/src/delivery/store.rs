//! Where documents are kept.

use core::fmt;
use std::collections::BTreeMap;

use crate::clock::WallMicros;
use crate::request::Document;

use super::lanes::Lane;
use super::state::EntryState;

/// Which document. Ids grow, and are not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId(pub u64);

/// How a document leaves the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Completion {
    /// The service answered 2xx, and that is the end.
    Done,
    /// JFT says that it is journaled.
    Journaled,
    /// Somebody decided that nothing more is done.
    Dismissed,
}

/// Keeps documents. Everything is durable when a method returns `Ok`. After `Err` it may or may not
/// have been done, and doing it again must be harmless.
pub trait Store {
    /// Keeps a new document.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it may not be kept.
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError>;

    /// Replaces the state of a document. An unknown id is ignored.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it may not be kept.
    fn update(&mut self, id: EntryId, state: &EntryState) -> Result<(), StoreError>;

    /// Removes a document, for the reason that is given. An unknown id is ignored.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it may still be there.
    fn finish(&mut self, id: EntryId, how: Completion) -> Result<(), StoreError>;

    /// A document; `None` when it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be had now.
    fn document(&mut self, id: EntryId) -> Result<Option<Document>, StoreError>;

    /// Hands out all that is kept, in order of the ids. Called once, at the start.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read.
    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError>;
}

/// What a store holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Stored {
    /// A document.
    Entry(StoredEntry),
    /// A document that cannot be read.
    Unreadable(EntryId),
}

/// A kept document.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its id.
    pub id: EntryId,
    /// The document.
    pub document: Document,
    /// In which order it goes.
    pub lane: Option<Lane>,
    /// When it was submitted.
    pub submitted: WallMicros,
    /// How far it has come.
    pub state: EntryState,
}

/// A document to be kept. It begins as [`EntryState::Waiting`], since its submission.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Its id.
    pub id: EntryId,
    /// The document.
    pub document: &'a Document,
    /// In which order it goes.
    pub lane: Option<Lane>,
    /// When it was submitted.
    pub submitted: WallMicros,
}

/// A store that could not do what it should. The text is the store's own: it must not name persons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreError(pub Box<str>);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store of documents failed: {}", self.0)
    }
}

impl core::error::Error for StoreError {}

/// A store in memory, for tests and for those who keep documents elsewhere.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    entries: BTreeMap<EntryId, StoredEntry>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
        }
    }

    /// All that is kept, to be kept elsewhere.
    pub fn entries(&self) -> impl Iterator<Item = &StoredEntry> {
        self.entries.values()
    }
}

impl FromIterator<StoredEntry> for MemoryStore {
    fn from_iter<T: IntoIterator<Item = StoredEntry>>(entries: T) -> Self {
        let entries = entries.into_iter().map(|entry| (entry.id, entry));
        Self {
            entries: entries.collect(),
        }
    }
}

impl Store for MemoryStore {
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        let kept = StoredEntry {
            id: entry.id,
            document: entry.document.clone(),
            lane: entry.lane,
            submitted: entry.submitted,
            state: EntryState::Waiting { since: None },
        };
        self.entries.insert(entry.id, kept);
        Ok(())
    }

    fn update(&mut self, id: EntryId, state: &EntryState) -> Result<(), StoreError> {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.state = state.clone();
        }
        Ok(())
    }

    fn finish(&mut self, id: EntryId, _how: Completion) -> Result<(), StoreError> {
        self.entries.remove(&id);
        Ok(())
    }

    fn document(&mut self, id: EntryId) -> Result<Option<Document>, StoreError> {
        Ok(self.entries.get(&id).map(|entry| entry.document.clone()))
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        for entry in self.entries.values() {
            visit(Stored::Entry(entry.clone()));
        }
        Ok(())
    }
}
