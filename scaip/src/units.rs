//! Things kept by name: slots that timers can point at, and a small index over them.
//!
//! Made for tens of thousands of units that each cost little. The index holds a short hash and a
//! slot; names whose hashes are equal are chained through the slots.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// The end of a chain.
const NONE: u32 = u32::MAX;

struct Entry<T> {
    name: Box<str>,
    /// The next slot whose name has the same hash.
    next: u32,
    value: T,
}

/// The keys are hashes already, with a key of their own.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) | u64::from(byte);
        }
    }

    fn write_u32(&mut self, number: u32) {
        // Both ends count in the table: the low bits choose the place, the high ones tell apart.
        self.0 = u64::from(number) | (u64::from(number) << 32);
    }
}

pub(crate) struct Units<T, S = RandomState> {
    entries: Vec<Option<Box<Entry<T>>>>,
    free: Vec<u32>,
    index: HashMap<u32, u32, BuildHasherDefault<Same>>,
    hasher: S,
    len: usize,
}

impl<T> Units<T> {
    pub(crate) fn new() -> Self {
        Units::with_hasher(RandomState::new())
    }
}

impl<T, S: BuildHasher> Units<T, S> {
    fn with_hasher(hasher: S) -> Self {
        Units {
            entries: Vec::new(),
            free: Vec::new(),
            index: HashMap::default(),
            hasher,
            len: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn find(&self, name: &str) -> Option<u32> {
        let mut slot = *self.index.get(&self.hash(name))?;
        loop {
            let entry = self.entry(slot)?;
            if &*entry.name == name {
                return Some(slot);
            }
            slot = entry.next;
        }
    }

    pub(crate) fn get(&self, slot: u32) -> Option<&T> {
        Some(&self.entry(slot)?.value)
    }

    /// The name of a slot and what is in it.
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<(&str, &mut T)> {
        let entry = self.entries.get_mut(slot as usize)?.as_mut()?;
        Some((&entry.name, &mut entry.value))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        let entries = self.entries.iter().flatten();
        entries.map(|entry| (&*entry.name, &entry.value))
    }

    /// Adds a name that is not there; `None` when there are as many as slots have numbers.
    pub(crate) fn insert(&mut self, name: &str, value: T) -> Option<u32> {
        let slot = if let Some(slot) = self.free.pop() {
            slot
        } else {
            let slot = u32::try_from(self.entries.len()).ok();
            let slot = slot.filter(|&slot| slot != NONE)?;
            self.entries.push(None);
            slot
        };
        let next = self.index.insert(self.hash(name), slot).unwrap_or(NONE);
        if let Some(place) = self.entries.get_mut(slot as usize) {
            let name = name.into();
            *place = Some(Box::new(Entry { name, next, value }));
        }
        self.len += 1;
        Some(slot)
    }

    /// Empties a slot. Whether there was anything in it.
    pub(crate) fn remove(&mut self, slot: u32) -> bool {
        let place = self.entries.get_mut(slot as usize);
        let Some(gone) = place.and_then(Option::take) else {
            return false;
        };
        self.len -= 1;
        self.free.push(slot);
        let hash = self.hash(&gone.name);
        let Some(&first) = self.index.get(&hash) else {
            return true;
        };
        if first == slot {
            if gone.next == NONE {
                self.index.remove(&hash);
            } else {
                self.index.insert(hash, gone.next);
            }
            return true;
        }
        let mut before = first;
        while let Some(Some(entry)) = self.entries.get_mut(before as usize) {
            if entry.next == slot {
                entry.next = gone.next;
                break;
            }
            before = entry.next;
        }
        true
    }

    fn entry(&self, slot: u32) -> Option<&Entry<T>> {
        self.entries.get(slot as usize)?.as_deref()
    }

    /// The upper half of the hash: names that share it are chained, so that it need not be long.
    fn hash(&self, name: &str) -> u32 {
        u32::try_from(self.hasher.hash_one(name) >> 32).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Gives the length of the name: nearly every two names collide.
    #[derive(Default)]
    struct Length(u64);

    impl Hasher for Length {
        fn finish(&self) -> u64 {
            self.0 << 32
        }

        fn write(&mut self, bytes: &[u8]) {
            self.0 += bytes.len() as u64;
        }
    }

    proptest! {
        #[test]
        fn names_whose_hashes_collide_are_told_apart(
            steps in prop::collection::vec((any::<bool>(), "[ab]{1,3}"), 0..200),
        ) {
            let mut units = Units::with_hasher(BuildHasherDefault::<Length>::default());
            let mut plain = BTreeMap::new();
            for (number, (add, name)) in steps.into_iter().enumerate() {
                match (units.find(&name), add) {
                    (None, true) => {
                        prop_assert!(units.insert(&name, number).is_some());
                        plain.insert(name, number);
                    }
                    (Some(slot), false) => {
                        prop_assert!(units.remove(slot));
                        prop_assert!(!units.remove(slot));
                        plain.remove(&name);
                    }
                    (found, _) => prop_assert_eq!(found.is_some(), plain.contains_key(&name)),
                }
                prop_assert_eq!(units.len(), plain.len());
                prop_assert_eq!(units.iter().count(), plain.len());
                for (name, number) in &plain {
                    let slot = units.find(name).unwrap();
                    prop_assert_eq!(units.get(slot), Some(number));
                }
            }
        }
    }
}
