//! A disk that fails when it is told to.

use fhir_vkp::delivery::{
    Completion, EntryId, EntryState, MemoryStore, NewEntry, Store, StoreError, Stored,
};
use fhir_vkp::request::Document;

/// A store that fails as often as it is told, before or after it did what it was asked.
#[derive(Default)]
pub(super) struct Disk {
    pub(super) kept: MemoryStore,
    pub(super) failures: u8,
    pub(super) half: bool,
}

impl Disk {
    /// Whether this fails, and whether it is done all the same.
    fn fails(&mut self) -> Option<bool> {
        self.failures = self.failures.checked_sub(1)?;
        Some(self.half)
    }

    fn change(
        &mut self,
        change: impl FnOnce(&mut MemoryStore) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        match self.fails() {
            None => change(&mut self.kept),
            Some(done) => {
                if done {
                    change(&mut self.kept)?;
                }
                Err(StoreError("full".into()))
            }
        }
    }
}

impl Store for Disk {
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        self.change(|kept| kept.append(entry))
    }

    fn update(&mut self, id: EntryId, state: &EntryState) -> Result<(), StoreError> {
        let text = EntryState::from_text(&state.to_text());
        assert_eq!(
            text.as_ref(),
            Ok(state),
            "a state that its text does not hold"
        );
        self.change(|kept| kept.update(id, state))
    }

    fn finish(&mut self, id: EntryId, how: Completion) -> Result<(), StoreError> {
        self.change(|kept| kept.finish(id, how))
    }

    fn document(&mut self, id: EntryId) -> Result<Option<Document>, StoreError> {
        match self.fails() {
            None => self.kept.document(id),
            Some(_) => Err(StoreError("gone".into())),
        }
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        self.kept.load(visit)
    }
}
