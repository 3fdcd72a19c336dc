//! What the writer, the checkpointer, the readers and the handle have in common.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};
use rusqlite::Connection;

use super::entry::Sequence;
use super::error::{Fault, Health};
use super::queue::Queue;
use super::settings::JournalSettings;
use crate::time::Timestamp;

/// Counters of a journal since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Commits that carried entries: each is one flush.
    pub commits: u64,
    /// Entries stored as new, reused references included.
    pub stored: u64,
    /// Entries that repeated an earlier one.
    pub duplicates: u64,
    /// New entries that used the reference of an earlier one.
    pub reused_references: u64,
    /// Entries turned away because the queue was full.
    pub busy: u64,
    /// Entries that failed with the storage.
    pub unavailable: u64,
    /// Entries that broke a rule.
    pub rejected: u64,
    /// Records of answers that found no room or no entry.
    pub answers_dropped: u64,
    /// Runs that copied the write-ahead log back.
    pub checkpoints: u64,
    /// Entries that wait in the care lane.
    pub waiting_care: u64,
    /// Entries that wait in the routine lane.
    pub waiting_routine: u64,
    /// Size of the write-ahead log after the last commit, in bytes.
    pub wal_bytes: u64,
}

/// A counter that is readable here and exported as a metric.
#[derive(Debug)]
pub(super) struct Count {
    value: AtomicU64,
    metric: Counter,
}

impl Count {
    fn new(metric: Counter) -> Self {
        Self {
            value: AtomicU64::new(0),
            metric,
        }
    }

    pub(super) fn add(&self, count: u64) {
        self.value.fetch_add(count, Ordering::Relaxed);
        self.metric.increment(count);
    }

    fn get(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
pub(super) struct Meters {
    pub(super) commits: Count,
    pub(super) stored: Count,
    pub(super) duplicates: Count,
    pub(super) reused_references: Count,
    pub(super) busy: Count,
    pub(super) unavailable: Count,
    pub(super) rejected: Count,
    pub(super) answers_dropped: Count,
    pub(super) checkpoints: Count,
    pub(super) store_seconds: Histogram,
    pub(super) commit_seconds: Histogram,
    pub(super) batch_entries: Histogram,
    last_sequence: Gauge,
    newest: AtomicI64,
}

impl Meters {
    fn new() -> Self {
        let entries =
            |outcome| Count::new(counter!("alarm_journal_entries_total", "outcome" => outcome));
        Self {
            commits: Count::new(counter!("alarm_journal_commits_total")),
            stored: entries("new"),
            duplicates: entries("duplicate"),
            reused_references: Count::new(counter!("alarm_journal_reused_references_total")),
            busy: entries("busy"),
            unavailable: entries("unavailable"),
            rejected: entries("rejected"),
            answers_dropped: Count::new(counter!("alarm_journal_answer_records_dropped_total")),
            checkpoints: Count::new(counter!("alarm_journal_checkpoints_total")),
            store_seconds: histogram!("alarm_journal_store_seconds"),
            commit_seconds: histogram!("alarm_journal_commit_seconds"),
            batch_entries: histogram!("alarm_journal_batch_entries"),
            last_sequence: gauge!("alarm_journal_last_sequence"),
            newest: AtomicI64::new(0),
        }
    }

    pub(super) fn newest(&self) -> Sequence {
        Sequence::new(self.newest.load(Ordering::Acquire))
    }

    pub(super) fn note_last(&self, last: Sequence) {
        self.newest.store(last.get(), Ordering::Release);
        // Exact up to 2^53.
        #[expect(
            clippy::cast_precision_loss,
            reason = "a gauge is a floating point number"
        )]
        self.last_sequence.set(last.get() as f64);
    }
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: JournalSettings,
    pub(super) queue: Queue,
    pub(super) meters: Meters,
    /// The limit now in force; may be changed while running.
    pub(super) max_bytes: AtomicU64,
    /// Pages in the write-ahead log after the last commit.
    pub(super) wal_pages: Arc<AtomicU32>,
    /// Pages of the log that were copied back when the checkpointer last looked.
    pub(super) copied_pages: AtomicU32,
    /// Set by the checkpointer when only the writer can let the log start over.
    pub(super) finish_checkpoint: AtomicBool,
    /// Grows when the writer opens the file anew; older connections are let go.
    pub(super) generation: AtomicU64,
    /// Readers not in use, with the generation they were opened in.
    pub(super) idle_readers: Mutex<Vec<(u64, Connection)>>,
    trouble: Mutex<Option<(Arc<str>, Timestamp)>>,
}

/// Bytes of one page of the database.
pub(super) const PAGE_BYTES: u64 = 4096;

impl Shared {
    pub(super) fn new(settings: JournalSettings) -> Self {
        Self {
            queue: Queue::new(
                settings.queue_entries.max(1),
                settings.queue_bytes,
                settings.answer_delay,
            ),
            meters: Meters::new(),
            max_bytes: AtomicU64::new(settings.max_bytes),
            wal_pages: Arc::default(),
            copied_pages: AtomicU32::new(0),
            finish_checkpoint: AtomicBool::new(false),
            generation: AtomicU64::new(0),
            idle_readers: Mutex::default(),
            trouble: Mutex::new(None),
            settings,
        }
    }

    /// Begins a new generation and lets go of every connection of the old one that is not in use.
    ///
    /// SQLite keeps one mapping of the shared memory for all connections of a process to a file. A
    /// connection opened while the disk was read-only maps it read-only, and as long as that one
    /// lives, no new connection can write.
    pub(super) fn begin_generation(&self) {
        self.generation.fetch_add(1, Ordering::Release);
        self.idle_readers().clear();
    }

    pub(super) fn idle_readers(&self) -> MutexGuard<'_, Vec<(u64, Connection)>> {
        self.idle_readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a connection opened in this generation may be kept for later.
    pub(super) fn may_keep(&self, generation: u64) -> bool {
        generation == self.generation.load(Ordering::Acquire) && !self.is_in_trouble()
    }

    /// Size of the write-ahead log after the last commit.
    pub(super) fn wal_bytes(&self) -> u64 {
        u64::from(self.wal_pages.load(Ordering::Relaxed)) * PAGE_BYTES
    }

    /// Size of the write-ahead log from which it is to start over: on a full disk as soon as that
    /// frees room in it.
    pub(super) fn longest_log(&self) -> u64 {
        let JournalSettings {
            checkpoint_bytes,
            log_bytes,
            ..
        } = self.settings;
        if self.is_in_trouble() {
            checkpoint_bytes
        } else {
            log_bytes.max(checkpoint_bytes)
        }
    }

    pub(super) fn health(&self) -> Health {
        if self.queue.is_closed() {
            return Health::Closed;
        }
        match &*self.trouble.lock().unwrap_or_else(PoisonError::into_inner) {
            None => Health::Healthy,
            Some((reason, since)) => Health::Unhealthy {
                reason: Arc::clone(reason),
                since: *since,
            },
        }
    }

    /// Writing failed.
    pub(super) fn failed(&self, fault: &Fault) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = Arc::clone(fault.reason());
        match &mut *trouble {
            Some((known, _)) => {
                if *known != reason {
                    tracing::error!(%reason, "journal still unavailable");
                    *known = reason;
                }
            }
            None => {
                tracing::error!(%reason, "journal unavailable: senders get negative answers");
                *trouble = Some((reason, Timestamp::now()));
            }
        }
    }

    /// Writing succeeded.
    pub(super) fn succeeded(&self) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, since)) = trouble.take() {
            tracing::info!(%since, "journal available again");
        }
    }

    pub(super) fn is_in_trouble(&self) -> bool {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    pub(super) fn statistics(&self) -> Statistics {
        let meters = &self.meters;
        let (care, routine) = self.queue.lengths();
        Statistics {
            commits: meters.commits.get(),
            stored: meters.stored.get(),
            duplicates: meters.duplicates.get(),
            reused_references: meters.reused_references.get(),
            busy: meters.busy.get(),
            unavailable: meters.unavailable.get(),
            rejected: meters.rejected.get(),
            answers_dropped: meters.answers_dropped.get(),
            checkpoints: meters.checkpoints.get(),
            waiting_care: care as u64,
            waiting_routine: routine as u64,
            wal_bytes: self.wal_bytes(),
        }
    }
}

/// How long SQLite waits for a lock that somebody else holds, such as a backup program.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(2);
