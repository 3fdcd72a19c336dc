//! A store that survives the queue and fails when told to.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use sensio_partner::EventParameters;
use sensio_partner::queue::{
    EntryId, EntryState, MemoryStore, NewEntry, Store, StoreError, Stored,
};

#[derive(Clone, Default)]
pub(super) struct Disk {
    kept: Rc<RefCell<MemoryStore>>,
    /// So many of the next operations fail; of those that do, every second one is done all the same.
    failing: Rc<Cell<u32>>,
}

fn failed() -> StoreError {
    StoreError::failed(std::io::Error::other("a failing disk"))
}

impl Disk {
    pub(super) fn fail(&self, operations: u32) {
        self.failing.set(operations);
    }

    pub(super) fn len(&self) -> usize {
        self.kept.borrow().len()
    }

    fn run<R>(
        &self,
        mut run: impl FnMut(&mut MemoryStore) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let failing = self.failing.get();
        if failing > 0 {
            self.failing.set(failing - 1);
            if failing % 2 == 0 {
                run(&mut self.kept.borrow_mut())?;
            }
            return Err(failed());
        }
        run(&mut self.kept.borrow_mut())
    }
}

impl Store for Disk {
    /// All or nothing.
    fn append(&mut self, entries: &[NewEntry<'_>]) -> Result<(), StoreError> {
        if self.failing.get() > 0 {
            self.failing.set(self.failing.get() - 1);
            return Err(failed());
        }
        self.kept.borrow_mut().append(entries)
    }

    fn update(&mut self, id: EntryId, state: EntryState) -> Result<(), StoreError> {
        self.run(|kept| kept.update(id, state))
    }

    fn remove(&mut self, ids: &[EntryId]) -> Result<(), StoreError> {
        self.run(|kept| kept.remove(ids))
    }

    fn parameters(&mut self, id: EntryId) -> Result<Option<Arc<EventParameters>>, StoreError> {
        self.run(|kept| kept.parameters(id))
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        self.kept.borrow_mut().load(visit)
    }
}
