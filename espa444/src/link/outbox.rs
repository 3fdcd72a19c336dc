//! Calls waiting to be sent, in one piece of memory.

use alloc::vec::Vec;
use core::time::Duration;

use super::{CallId, SendError};
use crate::block::Block;
use crate::codes::Priority;
use crate::encode::{encode, encoded_len};
use crate::options::EncodeOptions;
use crate::time::Time;

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) id: CallId,
    pub(crate) priority: u8,
    /// Index of the station it goes to.
    pub(crate) station: u8,
    start: u16,
    length: u16,
    pub(crate) transactions: u32,
    not_before: Time,
    /// How often its delay has doubled: sixteen bytes less than the delay itself.
    doublings: u8,
}

pub(crate) struct Outbox {
    /// The blocks as they go on the line, one behind the other in the order of age.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    most_bytes: usize,
    most_entries: usize,
    next: u64,
}

impl Outbox {
    pub(crate) fn new(most_entries: usize, most_bytes: usize) -> Self {
        let most_bytes = most_bytes.min(usize::from(u16::MAX));
        Outbox {
            bytes: Vec::with_capacity(most_bytes),
            entries: Vec::with_capacity(most_entries),
            most_bytes,
            most_entries,
            next: 1,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn push(
        &mut self,
        block: &Block<'_>,
        options: &EncodeOptions,
        line_end: &[u8],
        station: u8,
        now: Time,
    ) -> Result<(CallId, u8), SendError> {
        let length = encoded_len(block, options)? + line_end.len();
        let start = self.bytes.len();
        if self.entries.len() >= self.most_entries || start + length > self.most_bytes {
            return Err(SendError::QueueFull);
        }
        let (Ok(start_short), Ok(length)) = (u16::try_from(start), u16::try_from(length)) else {
            return Err(SendError::QueueFull);
        };
        encode(block, options, &mut self.bytes)?;
        self.bytes.extend_from_slice(line_end);
        let id = CallId(self.next);
        self.next += 1;
        let priority = rank(block);
        self.entries.push(Entry {
            id,
            priority,
            station,
            start: start_short,
            length,
            transactions: 0,
            not_before: now,
            doublings: 0,
        });
        Ok((id, priority))
    }

    fn place(&self, id: CallId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id == id)
    }

    pub(crate) fn get(&self, id: CallId) -> Option<&Entry> {
        self.place(id).map(|at| &self.entries[at])
    }

    /// The bytes of a call; empty when it is gone.
    pub(crate) fn block(&self, id: CallId) -> &[u8] {
        self.get(id).map_or(&[], |entry| {
            let start = usize::from(entry.start);
            &self.bytes[start..start + usize::from(entry.length)]
        })
    }

    pub(crate) fn remove(&mut self, id: CallId) -> bool {
        let Some(at) = self.place(id) else {
            return false;
        };
        let gone = self.entries.remove(at);
        let start = usize::from(gone.start);
        self.bytes.drain(start..start + usize::from(gone.length));
        for later in &mut self.entries[at..] {
            later.start -= gone.length;
        }
        true
    }

    /// The next call by priority, then age, among those whose time has come.
    pub(crate) fn next(&self, now: Time, allowed: impl Fn(&Entry) -> bool) -> Option<CallId> {
        self.entries
            .iter()
            .filter(|entry| entry.not_before <= now && allowed(entry))
            .min_by_key(|entry| (entry.priority, entry.id))
            .map(|entry| entry.id)
    }

    /// The priority of the most urgent call to a station.
    pub(crate) fn most_urgent(&self, station: u8) -> Option<u8> {
        let to = self.entries.iter().filter(|entry| entry.station == station);
        to.map(|entry| entry.priority).min()
    }

    /// When the next call may be tried, by the delays of the calls and of the stations.
    pub(crate) fn next_time(&self, station: impl Fn(u8) -> Time) -> Option<Time> {
        self.entries
            .iter()
            .map(|entry| entry.not_before.max(station(entry.station)))
            .min()
    }

    /// Counts a failed transaction; with `delay`, the first and the longest one, the call itself
    /// waits. Gives the count.
    pub(crate) fn failed(
        &mut self,
        id: CallId,
        now: Time,
        delay: Option<(Duration, Duration)>,
    ) -> Option<u32> {
        let at = self.place(id)?;
        let entry = &mut self.entries[at];
        entry.transactions = entry.transactions.saturating_add(1);
        if let Some((first, longest)) = delay {
            let delay = match entry.doublings {
                0 => first,
                times => first.saturating_mul(1 << times).min(longest),
            };
            entry.not_before = now + delay;
            entry.doublings = (entry.doublings + 1).min(31);
        }
        Some(entry.transactions)
    }
}

/// Lower goes first. A call that says nothing is normal.
fn rank(block: &Block<'_>) -> u8 {
    match block.priority().map(Priority::base) {
        Some(Priority::ALARM) => 1,
        Some(Priority::HIGH) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::BlockBuf;

    #[test]
    fn a_call_that_fails_waits_twice_as_long_each_time_up_to_the_longest_delay() {
        let mut outbox = Outbox::new(1, 64);
        let call = BlockBuf::call(b"31").unwrap();
        let (id, _) = outbox
            .push(&call.as_block(), &EncodeOptions::new(), b"", 0, Time::ZERO)
            .unwrap();
        let delay = Some((Duration::from_secs(1), Duration::from_secs(30)));
        let mut waits = std::vec::Vec::new();
        for _ in 0..40 {
            outbox.failed(id, Time::ZERO, delay);
            waits.push(
                outbox
                    .next_time(|_| Time::ZERO)
                    .unwrap()
                    .elapsed()
                    .as_secs(),
            );
        }
        assert_eq!(waits[..7], [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(waits[39], 30);
        assert_eq!(outbox.failed(id, Time::ZERO, None), Some(41));
    }
}
