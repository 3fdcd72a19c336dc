//! Who used which reference of late, in memory.
//!
//! Senders come in any order. Were the references looked up in an index of the file, each alarm
//! would rewrite a page of its own somewhere in it, and these pages would be most of what the disk
//! has to take. So this is built from the latest alarms when the journal is opened, and the file has
//! no index for it.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};

/// One message with a reference.
#[derive(Clone, Copy, Debug)]
struct Use {
    key: Key,
    sequence: i64,
    received_at: i64,
    /// Position of the one before it with the same key.
    earlier: Option<u64>,
}

/// Stands for protocol, sender and reference. Two of them may share one, so what is found is
/// compared with the file; which ones do, nobody outside can tell beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(u64);

/// A number of uses, oldest first.
#[derive(Debug)]
pub(super) struct References {
    hasher: RandomState,
    uses: VecDeque<Use>,
    /// Position of the oldest use: positions count all uses ever.
    first: u64,
    /// Position of the latest use of a key.
    latest: HashMap<Key, u64>,
    limit: usize,
}

impl References {
    /// Remembers up to `limit` messages; beyond that the oldest are forgotten.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            hasher: RandomState::new(),
            uses: VecDeque::new(),
            first: 0,
            latest: HashMap::new(),
            limit: limit.max(1),
        }
    }

    pub(super) fn key(&self, protocol: &str, sender: &str, reference: &str) -> Key {
        Key(self.hasher.hash_one((protocol, sender, reference)))
    }

    fn next(&self) -> u64 {
        self.first + self.uses.len() as u64
    }

    fn at(&self, position: u64) -> Option<&Use> {
        let index = usize::try_from(position.checked_sub(self.first)?).ok()?;
        self.uses.get(index)
    }

    /// Sequences of the messages with this key, latest first.
    pub(super) fn sequences(&self, key: Key) -> impl Iterator<Item = i64> {
        let mut position = self.latest.get(&key).copied();
        std::iter::from_fn(move || {
            let found = self.at(position?)?;
            position = found.earlier;
            Some(found.sequence)
        })
    }

    /// Remembers a message, `received_at` in microseconds.
    pub(super) fn push(&mut self, key: Key, sequence: i64, received_at: i64) {
        if self.uses.len() >= self.limit {
            self.pop_front();
        }
        let earlier = self.latest.insert(key, self.next());
        self.uses.push_back(Use {
            key,
            sequence,
            received_at,
            earlier,
        });
    }

    fn pop_front(&mut self) {
        if let Some(oldest) = self.uses.pop_front() {
            if self.latest.get(&oldest.key) == Some(&self.first) {
                self.latest.remove(&oldest.key);
            }
            self.first += 1;
        }
    }

    /// Forgets what arrived before that time. A clock that was set back keeps some of it longer.
    pub(super) fn forget_before(&mut self, received_at: i64) {
        while self
            .uses
            .front()
            .is_some_and(|oldest| oldest.received_at < received_at)
        {
            self.pop_front();
        }
    }

    /// Where the next message will be, for [`Self::roll_back`].
    pub(super) fn mark(&self) -> u64 {
        self.next()
    }

    /// Forgets the messages since the mark: they were not stored after all.
    pub(super) fn roll_back(&mut self, mark: u64) {
        while self.next() > mark
            && let Some(latest) = self.uses.pop_back()
        {
            match latest.earlier.filter(|earlier| *earlier >= self.first) {
                Some(earlier) => self.latest.insert(latest.key, earlier),
                None => self.latest.remove(&latest.key),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(u8),
        Forget(u8),
        Batch(Vec<u8>),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0_u8..6).prop_map(Step::Push),
            1 => (0_u8..20).prop_map(Step::Forget),
            1 => proptest::collection::vec(0_u8..6, 0..12).prop_map(Step::Batch),
        ]
    }

    fn found(references: &References, name: u8) -> Vec<i64> {
        let key = references.key("scaip", "40211870", &name.to_string());
        references.sequences(key).collect()
    }

    proptest! {
        #[test]
        fn it_remembers_what_a_plain_list_remembers(
            steps in proptest::collection::vec(step(), 0..60),
            limit in 1_usize..10,
        ) {
            let mut references = References::new(limit);
            let mut list: VecDeque<(u8, i64)> = VecDeque::new();
            let mut clock = 0;
            for step in steps {
                match step {
                    Step::Push(name) => {
                        clock += 1;
                        let key = references.key("scaip", "40211870", &name.to_string());
                        references.push(key, clock, clock);
                        list.push_back((name, clock));
                        if list.len() > limit {
                            list.pop_front();
                        }
                    }
                    Step::Forget(back) => {
                        let before = clock - i64::from(back);
                        references.forget_before(before);
                        list.retain(|(_, at)| *at >= before);
                    }
                    Step::Batch(names) => {
                        let mark = references.mark();
                        for (at, name) in (clock + 1..).zip(&names) {
                            let key = references.key("scaip", "40211870", &name.to_string());
                            references.push(key, at, at);
                        }
                        references.roll_back(mark);
                        // What the limit pushed out at the front is gone.
                        while list.len() + names.len() > limit && !list.is_empty() {
                            list.pop_front();
                        }
                    }
                }
                for name in 0..6 {
                    let expected: Vec<i64> = list
                        .iter()
                        .rev()
                        .filter(|(known, _)| *known == name)
                        .map(|(_, at)| *at)
                        .collect();
                    prop_assert_eq!(found(&references, name), expected);
                }
                prop_assert!(references.latest.len() <= references.uses.len());
            }
        }
    }
}
