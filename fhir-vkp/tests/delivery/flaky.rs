//! A store that fails when it is told to.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fhir_vkp::delivery::{
    Completion, EntryId, EntryState, MemoryStore, NewEntry, Store, StoreError, Stored, StoredEntry,
};
use fhir_vkp::request::Document;

/// Two of the same have the same documents: one in the hands of a delivery, one to look and to break.
#[derive(Clone, Default)]
pub(crate) struct Flaky {
    kept: Rc<RefCell<MemoryStore>>,
    /// How many changes fail from now on.
    pub(crate) failures: Rc<Cell<u32>>,
}

impl Flaky {
    fn tried(&self) -> Result<(), StoreError> {
        match self.failures.get() {
            0 => Ok(()),
            left => {
                self.failures.set(left - 1);
                Err(StoreError("full".into()))
            }
        }
    }

    /// What is kept.
    pub(crate) fn entries(&self) -> Vec<StoredEntry> {
        self.kept.borrow().entries().cloned().collect()
    }

    /// How far a document has come, as far as the store knows.
    pub(crate) fn state(&self, id: EntryId) -> Option<EntryState> {
        let kept = self.entries().into_iter().find(|entry| entry.id == id)?;
        Some(kept.state)
    }
}

impl Store for Flaky {
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        self.tried()?;
        self.kept.borrow_mut().append(entry)
    }

    fn update(&mut self, id: EntryId, state: &EntryState) -> Result<(), StoreError> {
        self.tried()?;
        self.kept.borrow_mut().update(id, state)
    }

    fn finish(&mut self, id: EntryId, how: Completion) -> Result<(), StoreError> {
        self.tried()?;
        self.kept.borrow_mut().finish(id, how)
    }

    fn document(&mut self, id: EntryId) -> Result<Option<Document>, StoreError> {
        self.kept.borrow_mut().document(id)
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        self.kept.borrow_mut().load(visit)
    }
}
