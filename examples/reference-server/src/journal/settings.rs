//! What can be chosen about the journal.

use std::path::PathBuf;
use std::time::Duration;

/// Ten minutes, as SCAIP reference section 10 suggests.
pub const DEFAULT_DUPLICATE_WINDOW: Duration = Duration::from_secs(600);

/// Settings of [`super::SqliteJournal`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSettings {
    /// The SQLite file. `-wal`, `-shm` and `.lock` files appear beside it.
    pub path: PathBuf,
    /// The most that the file may grow to, in bytes; 0 for no limit. The write-ahead log beside
    /// it is not counted; it stays a little above `log_bytes` unless a reader holds it.
    pub max_bytes: u64,
    /// Entries that may wait in each lane before [`super::JournalError::Busy`].
    pub queue_entries: usize,
    /// Bytes that may wait in each lane before [`super::JournalError::Busy`].
    pub queue_bytes: usize,
    /// Entries committed with one flush, at most.
    pub batch_entries: usize,
    /// What is copied from the write-ahead log back into the file at a time, in bytes, beside the
    /// commits: the more it is, the longer a disk is busy with it.
    pub checkpoint_bytes: u64,
    /// Size of the write-ahead log, in bytes, from which it starts over at its front. Alarms wait
    /// some flushes longer then: the larger the log, the rarer that is. Less than
    /// `checkpoint_bytes` counts as that.
    pub log_bytes: u64,
    /// How far back repeats are recognised; a longer window of an entry is cut to this.
    pub duplicate_window: Duration,
    /// Messages within that time that are remembered, some 64 bytes each. Of a repeat that comes
    /// after more than these an event is raised again: twice is better than not at all.
    pub remembered_entries: usize,
    /// How long a record of an answer may wait for others to be committed with.
    pub answer_delay: Duration,
    /// How often an unhealthy journal tries to write when nothing comes in.
    pub probe_interval: Duration,
}

impl JournalSettings {
    /// The defaults, for a journal at `path`.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            max_bytes: 0,
            queue_entries: 8192,
            queue_bytes: 64 << 20,
            batch_entries: 1024,
            checkpoint_bytes: 4 << 20,
            log_bytes: 64 << 20,
            duplicate_window: DEFAULT_DUPLICATE_WINDOW,
            remembered_entries: 1_000_000,
            answer_delay: Duration::from_millis(250),
            probe_interval: Duration::from_secs(1),
        }
    }
}
