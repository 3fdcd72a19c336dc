//! What is remembered of alarms that are over: bounded, the oldest goes first.

use std::collections::{HashMap, VecDeque};

use super::AlarmId;
use crate::text::Reference;

/// An alarm that is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Finished {
    pub(super) id: AlarmId,
    pub(super) accepted_by: Option<usize>,
}

pub(super) struct Memory {
    capacity: usize,
    finished: HashMap<Reference<'static>, Finished>,
    finished_order: VecDeque<(Reference<'static>, AlarmId)>,
    accepted: HashMap<AlarmId, usize>,
    accepted_order: VecDeque<AlarmId>,
}

impl Memory {
    pub(super) fn new(capacity: usize) -> Self {
        Memory {
            capacity,
            finished: HashMap::new(),
            finished_order: VecDeque::new(),
            accepted: HashMap::new(),
            accepted_order: VecDeque::new(),
        }
    }

    /// Remembers the end of an alarm. Heartbeats do not push out who accepted which alarm.
    pub(super) fn finish(
        &mut self,
        reference: Reference<'static>,
        id: AlarmId,
        accepted_by: Option<usize>,
        is_alarm: bool,
    ) {
        if let Some(receiver) = accepted_by.filter(|_| is_alarm) {
            self.accepted.insert(id, receiver);
            self.accepted_order.push_back(id);
            if self.accepted_order.len() > self.capacity {
                let oldest = self.accepted_order.pop_front();
                oldest.and_then(|oldest| self.accepted.remove(&oldest));
            }
        }
        self.finished
            .insert(reference.clone(), Finished { id, accepted_by });
        self.finished_order.push_back((reference, id));
        if self.finished_order.len() > self.capacity {
            if let Some((oldest, id)) = self.finished_order.pop_front() {
                // A relayed reference may have come again since.
                if self.finished.get(&oldest).is_some_and(|last| last.id == id) {
                    self.finished.remove(&oldest);
                }
            }
        }
    }

    pub(super) fn accepted_by(&self, id: AlarmId) -> Option<usize> {
        self.accepted.get(&id).copied()
    }

    pub(super) fn finished(&self, reference: &Reference<'_>) -> Option<Finished> {
        // The key type is owned; a lookup by text would need another map.
        self.finished.get(&reference.clone().into_owned()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_forgotten_first_and_heartbeats_keep_to_themselves() {
        let mut memory = Memory::new(2);
        let name = |n: u64| Reference::new(n.to_string());
        memory.finish(name(1), AlarmId(1), Some(0), true);
        for n in 2..5 {
            memory.finish(name(n), AlarmId(n), Some(1), false);
        }
        assert_eq!(memory.accepted_by(AlarmId(1)), Some(0));
        assert!(memory.finished(&name(1)).is_none());
        assert!(memory.finished(&name(4)).is_some());
        memory.finish(name(5), AlarmId(5), Some(1), true);
        memory.finish(name(6), AlarmId(6), None, true);
        memory.finish(name(7), AlarmId(7), Some(1), true);
        assert_eq!(memory.accepted_by(AlarmId(1)), None);
        assert_eq!(memory.accepted_by(AlarmId(6)), None);
        assert_eq!(memory.accepted_by(AlarmId(7)), Some(1));
    }

    #[test]
    fn a_reference_that_comes_again_is_remembered_from_then_on() {
        let mut memory = Memory::new(2);
        let name = |n: u64| Reference::new(n.to_string());
        memory.finish(name(1), AlarmId(1), None, true);
        memory.finish(name(1), AlarmId(2), Some(0), true);
        memory.finish(name(3), AlarmId(3), None, true);
        assert_eq!(
            memory.finished(&name(1)).map(|last| last.id),
            Some(AlarmId(2))
        );
        memory.finish(name(4), AlarmId(4), None, true);
        assert!(memory.finished(&name(1)).is_none());
    }
}
