//! What of the units survives a restart, and how it is written: as a log of changes.
//!
//! Each turn appends one value with the units that changed since the last one. A value for each
//! unit would make some hundred pages of the file dirty each second at 40,000 units, since they
//! are heard in any order; this makes a handful. When the changes outweigh the whole, the whole is
//! written anew and the older values are taken away.

use std::time::Instant;

use bytes::{BufMut as _, Bytes, BytesMut};

use super::{Devices, Table, Unit};
use crate::journal::{KeptState, StateChange};
use crate::time::Timestamp;

/// The first byte of every value.
const VERSION: u8 = 1;
/// Bytes of one value of the whole.
const CHUNK: usize = 32 * 1024;
/// Changes up to this are appended however small the whole is.
const FEW: usize = 64 * 1024;
/// What a value costs beyond its bytes, about.
const OVERHEAD: usize = 64;
/// Bytes of the head: version and the time that was watched.
const HEAD: usize = 9;

const SILENT: u8 = 1;

/// A unit as it was kept.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// The controller identifier.
    pub controller: String,
    /// When it was heard last.
    pub last_heard: Option<Timestamp>,
    /// Microseconds of silence that count against it.
    pub silence: u64,
    /// Whether it was reported as silent.
    pub silent: bool,
    /// Whether it has been heard by this process before it was restored.
    pub heard_since: bool,
}

impl std::fmt::Debug for Restored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restored")
            .field("silence", &self.silence)
            .field("silent", &self.silent)
            .finish_non_exhaustive()
    }
}

/// Where the log stands: which values there are, and how much they hold.
#[derive(Debug, Default)]
pub struct SavedState {
    /// Keys of the values that are there.
    live: Vec<u64>,
    /// Keys that the last turn took away; there still if it failed.
    taken_away: Vec<u64>,
    next: u64,
    whole_bytes: usize,
    changed_bytes: usize,
    /// The last value holds no unit: the next one may take its place.
    last_is_empty: bool,
    /// What is there is not known to be all: write the whole.
    incomplete: bool,
}

impl SavedState {
    /// What to keep now; `None` when nobody watches anybody and nothing is kept.
    #[must_use]
    pub fn turn(&mut self, devices: &Devices) -> Option<Vec<StateChange>> {
        let mut guard = devices.table();
        let table = guard.as_mut()?;
        self.taken_away.clear();
        if table.units.is_empty() && self.live.is_empty() {
            return None;
        }
        if self.incomplete || self.changed_bytes > FEW.max(self.whole_bytes) {
            Some(self.whole(table))
        } else {
            Some(vec![self.changes(table)])
        }
    }

    /// The last turn was not kept: what it held is in no value.
    pub fn failed(&mut self) {
        self.incomplete = true;
        self.live.append(&mut self.taken_away);
    }

    fn changes(&mut self, table: &mut Table) -> StateChange {
        let mut value = head(table.watched());
        for (name, unit) in &mut table.units {
            if std::mem::take(&mut unit.dirty) {
                put(&mut value, name, unit);
            }
        }
        let replaces = if self.last_is_empty {
            self.live.last().copied()
        } else {
            None
        };
        self.last_is_empty = value.len() == HEAD;
        let key = replaces.unwrap_or_else(|| self.new_key());
        self.changed_bytes += value.len();
        if replaces.is_none() {
            self.changed_bytes += OVERHEAD;
        }
        change(key, Some(value.freeze()))
    }

    fn whole(&mut self, table: &mut Table) -> Vec<StateChange> {
        let old = std::mem::take(&mut self.live);
        let mut changes = Vec::new();
        let watched = table.watched();
        let mut value = head(watched);
        self.whole_bytes = 0;
        for (name, unit) in &mut table.units {
            unit.dirty = false;
            put(&mut value, name, unit);
            if value.len() >= CHUNK {
                let full = std::mem::replace(&mut value, head(watched));
                self.whole_bytes += full.len();
                changes.push(change(self.new_key(), Some(full.freeze())));
            }
        }
        self.whole_bytes += value.len();
        changes.push(change(self.new_key(), Some(value.freeze())));
        changes.extend(old.iter().map(|key| change(*key, None)));
        self.taken_away = old;
        self.changed_bytes = 0;
        self.last_is_empty = false;
        self.incomplete = false;
        changes
    }

    fn new_key(&mut self) -> u64 {
        let key = self.next;
        self.next += 1;
        self.live.push(key);
        key
    }

    /// Takes back what was kept. Units that are not watched any more are left out; a unit that has
    /// been heard already keeps when that was, and is told apart.
    pub fn restore(&mut self, devices: &Devices, kept: &[KeptState]) -> Vec<Restored> {
        let mut guard = devices.table();
        let Some(table) = guard.as_mut() else {
            return Vec::new();
        };
        let mut units = std::collections::BTreeMap::new();
        let mut watched = 0;
        for state in kept {
            if let Ok(key) = <[u8; 8]>::try_from(state.key.as_slice()) {
                let key = u64::from_be_bytes(key);
                self.live.push(key);
                self.next = self.next.max(key.saturating_add(1));
                self.changed_bytes += state.value.len() + OVERHEAD;
            }
            match read(&state.value) {
                Some((until, some)) => {
                    watched = until.max(watched);
                    units.extend(some);
                }
                None => {
                    tracing::warn!("a part of the kept supervision cannot be read; it is left out");
                }
            }
        }
        // What was heard before this counts on from here.
        for unit in table.units.values_mut() {
            unit.counted_from = unit.counted_from.saturating_add(watched);
        }
        table.watched_before = watched;
        let mut restored = Vec::new();
        for (name, kept) in units {
            let present = table.unit(&name, kept.counted_from);
            let Some((unit, new)) = present else { continue };
            let heard_since = !new && unit.last_heard != 0;
            if !heard_since {
                unit.last_heard = kept.last_heard;
                unit.counted_from = kept.counted_from;
            }
            unit.silent = kept.silent;
            unit.silent_since = kept.silent_since;
            unit.dirty = !new;
            table.silent += usize::from(kept.silent);
            restored.push(Restored {
                controller: name,
                last_heard: (kept.last_heard != 0).then(|| Timestamp::from_micros(kept.last_heard)),
                silence: watched.saturating_sub(kept.counted_from),
                silent: kept.silent,
                heard_since,
            });
        }
        restored
    }
}

fn change(key: u64, value: Option<Bytes>) -> StateChange {
    StateChange {
        key: Bytes::copy_from_slice(&key.to_be_bytes()),
        value,
    }
}

fn head(watched: u64) -> BytesMut {
    let mut value = BytesMut::with_capacity(256);
    value.put_u8(VERSION);
    value.put_u64(watched);
    value
}

fn put(value: &mut BytesMut, name: &str, unit: &Unit) {
    // The supervision of SCAIP takes names of at most 64 bytes.
    let Ok(length) = u8::try_from(name.len()) else {
        return;
    };
    value.put_u8(length);
    value.put_slice(name.as_bytes());
    value.put_u8(if unit.silent { SILENT } else { 0 });
    value.put_i64(unit.last_heard);
    value.put_u64(unit.counted_from);
    if unit.silent {
        value.put_i64(unit.silent_since);
    }
}

/// `None` when it is no such value.
fn read(value: &[u8]) -> Option<(u64, Vec<(String, Unit)>)> {
    let mut rest = value;
    if take(&mut rest)? != [VERSION] {
        return None;
    }
    let watched = u64::from_be_bytes(take(&mut rest)?);
    let mut units = Vec::new();
    while !rest.is_empty() {
        let [length] = take(&mut rest)?;
        let (name, after) = rest.split_at_checked(usize::from(length))?;
        rest = after;
        let name = std::str::from_utf8(name).ok()?.to_owned();
        let [flags] = take(&mut rest)?;
        let last_heard = i64::from_be_bytes(take(&mut rest)?);
        let counted_from = u64::from_be_bytes(take(&mut rest)?);
        let silent = flags & SILENT != 0;
        let silent_since = if silent {
            i64::from_be_bytes(take(&mut rest)?)
        } else {
            0
        };
        units.push((
            name,
            Unit {
                last_heard,
                counted_from,
                silent_since,
                silent,
                dirty: false,
                path: None,
            },
        ));
    }
    Some((watched, units))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*first)
}

impl Devices {
    /// As if it had begun to watch so much earlier.
    #[doc(hidden)]
    pub fn age(&self, by: std::time::Duration) {
        if let Some(table) = self.table().as_mut() {
            table.began = table.began.checked_sub(by).unwrap_or_else(Instant::now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::tests::rules;
    use super::super::{DevicePath, Heard};
    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    /// The journal's side: values by key.
    #[derive(Default)]
    struct Disk(BTreeMap<Vec<u8>, Vec<u8>>);

    impl Disk {
        fn keep(&mut self, changes: Option<Vec<StateChange>>) -> usize {
            let mut bytes = 0;
            for change in changes.into_iter().flatten() {
                match change.value {
                    Some(value) => {
                        bytes += value.len();
                        self.0.insert(change.key.to_vec(), value.to_vec());
                    }
                    None => drop(self.0.remove(&*change.key)),
                }
            }
            bytes
        }

        fn kept(&self) -> Vec<KeptState> {
            let pairs = self.0.iter().map(|(key, value)| KeptState {
                key: key.clone(),
                value: value.clone(),
            });
            pairs.collect()
        }
    }

    fn watching(limit: usize) -> Devices {
        let devices = Devices::default();
        let mut rules = rules();
        rules.limit = limit;
        devices.begin(rules);
        devices
    }

    #[test]
    fn only_the_time_that_was_watched_counts_against_a_unit() {
        let (devices, mut state, mut disk) = (watching(9), SavedState::default(), Disk::default());
        assert_eq!(disk.keep(state.turn(&devices)), 0, "nothing to keep");
        devices.heard("1", AT, DevicePath::Udp);
        disk.keep(state.turn(&devices));
        devices.age(Duration::from_secs(100));
        devices.heard("2", AT, DevicePath::Udp);
        devices.went_silent("1", AT);
        disk.keep(state.turn(&devices));

        let (later, mut state) = (watching(9), SavedState::default());
        later.heard("2", AT, DevicePath::Tls);
        let restored = state.restore(&later, &disk.kept());
        let found: Vec<_> = restored
            .iter()
            .map(|unit| {
                let seconds = unit.silence / 1_000_000;
                (&*unit.controller, seconds, unit.silent, unit.heard_since)
            })
            .collect();
        assert_eq!(found, [("1", 100, true, false), ("2", 0, false, true)]);
        assert_eq!(later.silent_since("1"), Some(AT));
        assert_eq!(later.heard("1", AT, DevicePath::Udp), Heard::Known);
        assert_eq!(later.counts().silent, 1);
    }

    #[test]
    fn what_is_kept_stays_within_twice_the_units_and_is_always_whole() {
        let (devices, mut state, mut disk) =
            (watching(4000), SavedState::default(), Disk::default());
        let name = |number: usize| format!("40{number:06}");
        let mut written = 0;
        for turn in 0..300 {
            for number in 0..67 {
                let at = Timestamp::from_micros(AT.as_micros() + turn);
                let unit = (usize::try_from(turn).unwrap_or(0) * 67 + number) % 4000;
                devices.heard(&name(unit), at, DevicePath::Udp);
            }
            if turn == 150 {
                // This one does not reach the disk.
                let _ = state.turn(&devices);
                state.failed();
            } else {
                written += disk.keep(state.turn(&devices));
            }
        }
        let bytes: usize = disk.0.values().map(Vec::len).sum();
        assert!(bytes < 4000 * 26 * 3, "{bytes} bytes for 4,000 units");
        // 20,000 signs of life, 26 bytes each, and the whole as often as it is outweighed.
        assert!(written < 20_100 * 26 * 5 / 2, "{written} bytes written");
        let later = watching(4000);
        SavedState::default().restore(&later, &disk.kept());
        assert_eq!(later.page(None, 9999).len(), 4000);
        let same = |devices: &Devices| {
            let page = devices.page(None, 9999).into_iter();
            page.map(|unit| (unit.controller, unit.last_heard))
                .collect::<Vec<_>>()
        };
        assert_eq!(same(&later), same(&devices));
    }

    #[test]
    fn a_quiet_server_keeps_its_time_in_one_place() {
        let (devices, mut state, mut disk) = (watching(9), SavedState::default(), Disk::default());
        devices.heard("1", AT, DevicePath::Udp);
        for _ in 0..100 {
            disk.keep(state.turn(&devices));
        }
        assert_eq!(disk.0.len(), 2);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reading_fail(value in proptest::collection::vec(any::<u8>(), 0..200)) {
            let kept = [KeptState { key: vec![1], value }];
            SavedState::default().restore(&watching(9), &kept);
        }

        #[test]
        fn units_survive_writing_and_reading(
            units in proptest::collection::btree_map(
                "[0-9]{1,16}",
                (1..i64::MAX, any::<u64>(), any::<bool>(), any::<i64>()),
                0..50,
            ),
        ) {
            let mut value = head(7);
            for (name, &(last_heard, counted_from, silent, since)) in &units {
                let silent_since = if silent { since } else { 0 };
                let (dirty, path) = (false, None);
                let unit = Unit { last_heard, counted_from, silent_since, silent, dirty, path };
                put(&mut value, name, &unit);
            }
            let (watched, read) = read(&value).expect("as written");
            prop_assert_eq!(watched, 7);
            prop_assert_eq!(read.len(), units.len());
            for (name, unit) in read {
                let &(last_heard, counted_from, silent, since) = &units[&name];
                prop_assert_eq!(unit.last_heard, last_heard);
                prop_assert_eq!(unit.counted_from, counted_from);
                prop_assert_eq!(unit.silent, silent);
                prop_assert_eq!(unit.silent_since, if silent { since } else { 0 });
            }
        }
    }
}
