//! The journal in one SQLite file.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use super::entry::{AnswerDelivery, Entry, EventId, Note, Sequence, Stored};
use super::error::{Health, JournalError, OpenError};
use super::query::{AlarmDetail, AlarmRecord, Readers};
use super::queue::Record;
use super::settings::JournalSettings;
use super::shared::{Shared, Statistics};
use super::state::{KeptState, StateChange};
use super::writer::Writer;
use super::{BoxFuture, Journal};

type WriterThread = JoinHandle<Result<(), JournalError>>;

/// The journal in one SQLite file: write-ahead log, full synchronisation, one writer thread that
/// commits in groups, read-only connections beside it.
///
/// ```
/// use reference_server::journal::{Journal, JournalSettings, Sequence, SqliteJournal};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let journal = SqliteJournal::open(JournalSettings::at(directory.path().join("alarms.sqlite")))?;
/// runtime.block_on(async {
///     assert!(journal.alarms_after(Sequence::START, 10).await?.is_empty());
///     journal.close().await
/// })?;
/// # Ok(())
/// # }
/// ```
///
/// Dropping the journal without [`close`](Journal::close) commits what is queued too, but blocks
/// the thread that drops it.
#[derive(Debug)]
pub struct SqliteJournal {
    shared: Arc<Shared>,
    readers: Arc<Readers>,
    writer: Arc<Mutex<Option<WriterThread>>>,
}

impl SqliteJournal {
    /// Opens the journal, or creates it.
    ///
    /// When the storage is full or read-only the journal opens [`Health::Unhealthy`] and keeps
    /// trying.
    ///
    /// # Errors
    /// What waiting would not mend: see [`OpenError`].
    pub fn open(settings: JournalSettings) -> Result<Self, OpenError> {
        let shared = Arc::new(Shared::new(settings));
        let writer = Writer::open(Arc::clone(&shared))?
            .spawn()
            .map_err(OpenError::Thread)?;
        Ok(Self {
            readers: Arc::new(Readers::new(Arc::clone(&shared))),
            writer: Arc::new(Mutex::new(Some(writer))),
            shared,
        })
    }

    /// Changes the limit on the size of the file, in bytes; 0 for none. In force from the next
    /// commit. A limit below the present size stops growth and takes nothing away.
    pub fn set_max_bytes(&self, max_bytes: u64) {
        self.shared.max_bytes.store(max_bytes, Ordering::Relaxed);
    }

    fn record(&self, record: Record) {
        if !self.shared.queue.push_record(record) {
            self.shared.meters.answers_dropped.add(1);
        }
    }
}

/// Waits for the writer to end.
fn join(writer: &Mutex<Option<WriterThread>>) -> Result<(), JournalError> {
    // Held while joining, so that a second caller waits too.
    let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
    match writer.take() {
        None => Ok(()),
        Some(thread) => thread.join().unwrap_or_else(|_| {
            Err(JournalError::Unavailable {
                reason: "the writer thread panicked".into(),
            })
        }),
    }
}

impl Drop for SqliteJournal {
    fn drop(&mut self) {
        self.shared.queue.close();
        self.readers.close();
        if let Err(error) = join(&self.writer) {
            tracing::error!(%error, "the journal did not close cleanly");
        }
    }
}

impl Journal for SqliteJournal {
    fn store(&self, entry: Entry) -> BoxFuture<'static, Result<Stored, JournalError>> {
        let queued = self.shared.queue.push(entry);
        if matches!(queued, Err(JournalError::Busy)) {
            self.shared.meters.busy.add(1);
        }
        Box::pin(async move { queued?.await.unwrap_or(Err(JournalError::Closed)) })
    }

    fn answered(&self, sequence: Sequence, delivery: AnswerDelivery) {
        self.record(Record::Answer(sequence, delivery));
    }

    fn note(&self, sequence: Sequence, note: Note) {
        self.record(Record::Note(sequence, note));
    }

    fn keep(
        &self,
        area: &'static str,
        changes: Vec<StateChange>,
    ) -> BoxFuture<'static, Result<(), JournalError>> {
        let queued = self.shared.queue.push_keep(area, changes);
        Box::pin(async move { queued?.await.unwrap_or(Err(JournalError::Closed)) })
    }

    fn kept(&self, area: &'static str) -> BoxFuture<'_, Result<Vec<KeptState>, JournalError>> {
        Box::pin(Arc::clone(&self.readers).kept(area))
    }

    fn alarms_after(
        &self,
        cursor: Sequence,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<AlarmRecord>, JournalError>> {
        Box::pin(Arc::clone(&self.readers).alarms_after(cursor, limit))
    }

    fn newest(&self) -> Sequence {
        self.shared.meters.newest()
    }

    fn alarm(&self, id: EventId) -> BoxFuture<'_, Result<Option<AlarmDetail>, JournalError>> {
        Box::pin(Arc::clone(&self.readers).alarm(id))
    }

    fn health(&self) -> Health {
        self.shared.health()
    }

    fn statistics(&self) -> Statistics {
        self.shared.statistics()
    }

    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.shared.queue.close();
        self.readers.close();
        let writer = Arc::clone(&self.writer);
        Box::pin(async move {
            tokio::task::spawn_blocking(move || join(&writer))
                .await
                .unwrap_or(Err(JournalError::Closed))
        })
    }
}
