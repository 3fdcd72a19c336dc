//! The devices that report through somebody else's system, such as by the Sensio Partner API: when
//! each was heard last. Nobody watches them here; their own system does.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::journal::{KeptState, StateChange};
use crate::time::Timestamp;

/// Most devices that are remembered; further ones are served and not listed.
const LIMIT: usize = 100_000;

/// One device. `Debug` leaves out which.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportingDevice {
    /// Its identifier, as the sender writes it.
    pub device: Arc<str>,
    /// The protocol, or the name of the table, by which it reports.
    pub by: Arc<str>,
    /// When it was heard last.
    pub last_heard: Timestamp,
}

impl fmt::Debug for ReportingDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportingDevice")
            .field("by", &self.by)
            .field("last_heard", &self.last_heard)
            .finish_non_exhaustive()
    }
}

type Key = (Arc<str>, Arc<str>);

#[derive(Default)]
struct Table {
    heard: BTreeMap<Key, Timestamp>,
    changed: BTreeSet<Key>,
}

/// The devices of a server that report by themselves, shared by those who hear and those who ask.
#[derive(Clone, Default)]
pub struct Reporting(Arc<Mutex<Table>>);

impl fmt::Debug for Reporting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reporting({} devices)", self.table().heard.len())
    }
}

impl Reporting {
    fn table(&self) -> MutexGuard<'_, Table> {
        // Every step leaves the table whole, also one that panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A device was heard. `false` when there is no room for it.
    pub fn heard(&self, by: &str, device: &str, at: Timestamp) -> bool {
        let mut table = self.table();
        let key: Key = (device.into(), by.into());
        let full = table.heard.len() >= LIMIT;
        match table.heard.get_mut(&key) {
            Some(last) => *last = at.max(*last),
            None if full => return false,
            None => {
                table.heard.insert(key.clone(), at);
            }
        }
        table.changed.insert(key);
        true
    }

    /// The devices after `after` in the order of their identifiers, at most `limit`, and those with
    /// the same identifier as the last one.
    #[must_use]
    pub fn page(&self, after: Option<&str>, limit: usize) -> Vec<ReportingDevice> {
        let table = self.table();
        let from: Bound<Key> = after.map_or(Bound::Unbounded, |after| {
            // Behind every pair with this identifier.
            Bound::Excluded((format!("{after}\0").into(), "".into()))
        });
        let mut page: Vec<ReportingDevice> = Vec::new();
        for ((device, by), &last_heard) in table.heard.range((from, Bound::Unbounded)) {
            let same = page.last().is_some_and(|last| last.device == *device);
            if page.len() >= limit && !same {
                break;
            }
            page.push(ReportingDevice {
                device: Arc::clone(device),
                by: Arc::clone(by),
                last_heard,
            });
        }
        page
    }

    /// What has changed since the last time, for the journal to keep.
    #[must_use]
    pub fn changes(&self) -> Vec<StateChange> {
        let mut table = self.table();
        let changed = std::mem::take(&mut table.changed);
        let row = |key: Key| {
            let last = table.heard.get(&key)?;
            let (device, by) = key;
            Some(StateChange {
                key: format!("{by}\0{device}").into_bytes().into(),
                value: Some(Bytes::copy_from_slice(&last.as_micros().to_be_bytes())),
            })
        };
        changed.into_iter().filter_map(row).collect()
    }

    /// Takes back what was kept before a restart. What cannot be read is left out.
    pub fn restore(&self, kept: &[KeptState]) {
        let mut table = self.table();
        for row in kept.iter().take(LIMIT) {
            let key = std::str::from_utf8(&row.key).ok();
            let key = key.and_then(|key| key.split_once('\0'));
            let at = <[u8; 8]>::try_from(&*row.value).map(i64::from_be_bytes);
            if let (Some((by, device)), Ok(at)) = (key, at) {
                let at = Timestamp::from_micros(at);
                table.heard.insert((device.into(), by.into()), at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn devices_are_listed_by_name_and_come_back_after_a_restart() {
        let devices = Reporting::default();
        for (by, device) in [("a", "3"), ("a", "1"), ("b", "1"), ("a", "2")] {
            assert!(devices.heard(by, device, AT));
        }
        let changes = devices.changes();
        assert_eq!((changes.len(), devices.changes().len()), (4, 0));
        let kept = changes.into_iter().map(|change| KeptState {
            key: change.key.to_vec(),
            value: change.value.expect("a value").to_vec(),
        });
        let restored = Reporting::default();
        restored.restore(&kept.collect::<Vec<_>>());
        let names = |after, limit| {
            let page = restored.page(after, limit);
            let page = page.iter().map(|one| format!("{}{}", one.device, one.by));
            page.collect::<Vec<_>>()
        };
        // Those with one identifier are not parted.
        assert_eq!(names(None, 1), ["1a", "1b"]);
        assert_eq!(names(Some("1"), 5), ["2a", "3a"]);
        assert_eq!(names(Some("3"), 5), [""; 0]);
    }
}
