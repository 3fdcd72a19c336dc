//! Which occurrences are open, so that a repeat is known as one and an end finds its beginning.
//!
//! The journal is the truth: what is here is a picture of it up to a mark, kept about once a second.
//! At the start what was stored behind the mark is read again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use alarm_codes::EventId as AlarmId;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::journal::{AlarmRecord, JournalError, JournalHandle, KeptState, Sequence, StateChange};
use crate::time::Timestamp;

/// Most occurrences that are remembered; the oldest make room.
const LIMIT: usize = 100_000;
/// Alarms read at a time.
const PAGE: u32 = 1000;

/// The latest occurrence of something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Occurrence {
    /// The event that began it.
    pub(super) id: AlarmId,
    /// The sender's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    /// The hash of what began it, 32 hexadecimal digits; unknown after a crash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<String>,
    /// When it began, or ended: microseconds.
    pub(super) at: i64,
    /// Whether it goes on.
    pub(super) open: bool,
}

impl Occurrence {
    /// Whether that was less than this time ago.
    pub(super) fn is_within(&self, window: std::time::Duration, now: Timestamp) -> bool {
        self.at > now.saturating_sub(window).as_micros()
    }
}

#[derive(Debug, Default)]
struct Table {
    rows: HashMap<String, (u64, Occurrence)>,
    /// The oldest first.
    order: BTreeMap<u64, String>,
    last: u64,
    changed: HashSet<String>,
    /// Stores under way, and what was the newest alarm when each began.
    under_way: BTreeMap<u64, Sequence>,
    tickets: u64,
}

impl Table {
    fn set(&mut self, key: &str, occurrence: Occurrence) {
        self.remove(key);
        while self.rows.len() >= LIMIT
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.rows.remove(&oldest);
            self.changed.insert(oldest);
        }
        self.last += 1;
        self.order.insert(self.last, key.to_owned());
        self.rows.insert(key.to_owned(), (self.last, occurrence));
        self.changed.insert(key.to_owned());
    }

    fn remove(&mut self, key: &str) {
        if let Some((place, _)) = self.rows.remove(key) {
            self.order.remove(&place);
        }
    }
}

/// The latest occurrence of each key, and how it is kept over a restart.
#[derive(Debug)]
pub(super) struct Occurrences {
    area: &'static str,
    table: Mutex<Table>,
}

/// What an alarm of the journal says about occurrences.
pub(super) type Said = Vec<(String, Occurrence)>;

impl Occurrences {
    /// None yet, kept in this area of the journal.
    pub(super) fn new(area: &'static str) -> Self {
        Self {
            area,
            table: Mutex::default(),
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The latest occurrence.
    pub(super) fn get(&self, key: &str) -> Option<Occurrence> {
        Some(self.table().rows.get(key)?.1.clone())
    }

    /// Notes what is on stable storage.
    pub(super) fn set(&self, key: &str, occurrence: Occurrence) {
        self.table().set(key, occurrence);
    }

    /// Says that something is handed to the journal; until [`end`](Self::end) the mark stays before it.
    pub(super) fn begin(&self, journal: &JournalHandle) -> u64 {
        let mut table = self.table();
        table.tickets += 1;
        let ticket = table.tickets;
        table.under_way.insert(ticket, journal.newest());
        ticket
    }

    /// What was handed in is stored and noted, or is not stored.
    pub(super) fn end(&self, ticket: u64) {
        self.table().under_way.remove(&ticket);
    }

    /// Hands what has changed to the journal, with the mark.
    pub(super) async fn keep(&self, journal: &JournalHandle) -> Result<(), JournalError> {
        let (changed, rows) = {
            let newest = journal.newest();
            let mut table = self.table();
            let oldest = table.under_way.values().min().copied();
            let mark = oldest.map_or(newest, |oldest| oldest.min(newest));
            let changed = std::mem::take(&mut table.changed);
            let mut rows: Vec<StateChange> = changed.iter().map(|key| table.row(key)).collect();
            rows.push(StateChange {
                key: Bytes::new(),
                value: Some(Bytes::copy_from_slice(&mark.get().to_be_bytes())),
            });
            (changed, rows)
        };
        let kept = journal.keep(self.area, rows).await;
        if kept.is_err() {
            // All of it the next time.
            self.table().changed.extend(changed);
        }
        kept
    }

    /// Whether there is anything to keep.
    pub(super) fn is_changed(&self) -> bool {
        !self.table().changed.is_empty()
    }

    /// Takes back what was kept, and reads what was stored behind the mark. `said` tells what an
    /// alarm says, given what is known of a key.
    pub(super) async fn restore(
        &self,
        journal: &JournalHandle,
        said: impl Fn(&AlarmRecord, &dyn Fn(&str) -> Option<Occurrence>) -> Said,
    ) -> Result<(), JournalError> {
        let kept = journal.kept(self.area).await?;
        // Without a mark nothing of this kind was ever stored: the input is new.
        let mut cursor = self.take_back(&kept).unwrap_or_else(|| journal.newest());
        loop {
            let page = journal.alarms_after(cursor, PAGE).await?;
            let Some(last) = page.last() else { break };
            cursor = last.sequence;
            for record in &page {
                for (key, occurrence) in said(record, &|key| self.get(key)) {
                    self.set(&key, occurrence);
                }
            }
        }
        self.keep(journal).await
    }

    /// The mark.
    fn take_back(&self, kept: &[KeptState]) -> Option<Sequence> {
        let mut table = self.table();
        let mut mark = None;
        let mut rows = Vec::new();
        for row in kept {
            if row.key.is_empty() {
                let number = <[u8; 8]>::try_from(&*row.value).ok()?;
                mark = Some(Sequence::new(i64::from_be_bytes(number)));
                continue;
            }
            let key = String::from_utf8(row.key.clone()).ok();
            let occurrence = serde_json::from_slice::<Occurrence>(&row.value).ok();
            rows.extend(key.zip(occurrence));
        }
        rows.sort_by_key(|(_, occurrence)| occurrence.at);
        for (key, occurrence) in rows {
            table.set(&key, occurrence);
        }
        table.changed.clear();
        mark
    }
}

impl Table {
    fn row(&self, key: &str) -> StateChange {
        let row = self.rows.get(key);
        let value = row.and_then(|(_, occurrence)| serde_json::to_vec(occurrence).ok());
        StateChange {
            key: Bytes::copy_from_slice(key.as_bytes()),
            value: value.map(Bytes::from),
        }
    }
}
