//! The journal: what came in is kept here before anybody is told that it was accepted.
//!
//! An input builds an [`Entry`] (raw bytes, decoded event, transport facts and the answer it is
//! about to give) and awaits [`Journal::store`]. The future resolves only after the entry is on
//! stable storage, so the positive protocol answer can follow at once and nothing that was
//! answered can be lost. The journal knows no protocol: the event is opaque JSON, the answer
//! opaque bytes.
//!
//! # Why rusqlite
//!
//! The journal has exactly one writer by design, and that writer wants to decide itself when a
//! transaction begins, which statement failed and why, and when the write-ahead log is copied
//! back. A synchronous library on a thread of its own says this directly; a connection pool with
//! an asynchronous face would put a channel and a second queue in between. A database that carries
//! several server instances is a second implementation of the small trait [`Journal`], not a
//! second dialect inside this one.

mod checkpoint;
mod entry;
mod error;
mod identifiers;
mod lock;
mod query;
mod queue;
mod references;
mod schema;
mod settings;
mod shared;
mod sqlite;
mod state;
mod store;
mod writer;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use entry::{
    Answer, AnswerDelivery, ContentHash, Entry, EventId, Lane, Note, ParseEventIdError, Sequence,
    Stored, StoredOutcome, TransportFacts, Verdict,
};
pub use error::{Health, JournalError, OpenError};
pub use query::{AlarmDetail, AlarmRecord, DeliveryRecord, NoteRecord, RawMessage};
pub use settings::{DEFAULT_DUPLICATE_WINDOW, JournalSettings};
pub use shared::Statistics;
pub use sqlite::SqliteJournal;
pub use state::{KeptState, StateChange};

/// A boxed future, as the object-safe [`Journal`] returns it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A journal shared by inputs, outputs and the HTTP API.
pub type JournalHandle = Arc<dyn Journal>;

/// Durable storage of everything that came in.
pub trait Journal: std::fmt::Debug + Send + Sync + 'static {
    /// Stores an entry, or finds that it was stored before.
    ///
    /// The entry is queued when the function is called, not when the future is first polled;
    /// dropping the future does not take it back. The future resolves after the commit that
    /// carries the entry has been flushed to stable storage.
    ///
    /// Entries of one [`Lane`] get their sequences in the order of the calls. Whoever moves the
    /// waiting to a task of its own calls this before it spawns the task: tasks run in any order.
    ///
    /// # Errors
    /// [`JournalError::Busy`] at once when the lane is full, [`JournalError::Unavailable`] when
    /// the storage refuses, [`JournalError::Rejected`] when this one entry cannot be stored,
    /// [`JournalError::Closed`] after [`close`](Self::close). Each means: not stored, answer
    /// negatively.
    fn store(&self, entry: Entry) -> BoxFuture<'static, Result<Stored, JournalError>>;

    /// Records what became of an answer. Never waits and never delays an alarm: records go some
    /// hundreds together with a commit, or when the first of them has waited for
    /// [`answer_delay`](JournalSettings::answer_delay).
    fn answered(&self, sequence: Sequence, delivery: AnswerDelivery);

    /// Notes something about a stored alarm that was found out later. Goes the way of
    /// [`answered`](Self::answered): never waits, never delays an alarm.
    fn note(&self, sequence: Sequence, note: Note);

    /// Keeps values over a restart, all of them or none. Queued when the function is called; goes
    /// with the next commit, or alone when nothing else comes, and never makes one fail: where
    /// there is no room for both, the alarms are stored and these are not. The future resolves
    /// when they are on stable storage.
    ///
    /// Meant for small changes at most about once a second. Changes of one area are written in the
    /// order of the calls.
    ///
    /// # Errors
    /// [`JournalError::Busy`] when too many wait, [`JournalError::Unavailable`] when the storage
    /// refuses, [`JournalError::Closed`]. Each means: nothing of it is kept.
    fn keep(
        &self,
        area: &'static str,
        changes: Vec<StateChange>,
    ) -> BoxFuture<'static, Result<(), JournalError>>;

    /// What is kept in an area, in the order of the keys.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] when the storage cannot be read.
    fn kept(&self, area: &'static str) -> BoxFuture<'_, Result<Vec<KeptState>, JournalError>>;

    /// The alarms stored after `cursor`, oldest first, at most `limit`; fewer when their events
    /// are large. Empty only when there are none.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] when the storage cannot be read.
    fn alarms_after(
        &self,
        cursor: Sequence,
        limit: u32,
    ) -> BoxFuture<'_, Result<Vec<AlarmRecord>, JournalError>>;

    /// The place of the newest alarm that is on stable storage; whatever is handed in from now on
    /// gets a later one. Cheap: for whoever follows the journal and wants to know whether to read.
    fn newest(&self) -> Sequence;

    /// One alarm with its raw evidence, or `None` when the identifier is not known.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] when the storage cannot be read.
    fn alarm(&self, id: EventId) -> BoxFuture<'_, Result<Option<AlarmDetail>, JournalError>>;

    /// Whether the last attempt to write succeeded, and if not, why.
    fn health(&self) -> Health;

    /// Counters since the journal was opened.
    fn statistics(&self) -> Statistics;

    /// Takes nothing new, commits what is queued, folds the write-ahead log back and lets go of
    /// the file. May be called more than once.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] when the last entries or records could not be written.
    fn close(&self) -> BoxFuture<'_, Result<(), JournalError>>;
}
