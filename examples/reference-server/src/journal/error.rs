//! Why the journal could not do what was asked, and the state it is in.

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::ErrorCode;

use crate::time::Timestamp;

/// An entry was not stored, or the journal could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Too many entries wait already. Ask the sender to come back.
    #[error("the journal is busy: its queue is full")]
    Busy,
    /// The storage refused. The journal keeps trying and recovers by itself.
    #[error("the journal is unavailable: {reason}")]
    Unavailable {
        /// What the storage said, without personal data.
        reason: Arc<str>,
    },
    /// This one entry breaks a rule of the journal, such as an identifier used before.
    /// Its neighbours are not affected.
    #[error("the journal rejects the entry: {reason}")]
    Rejected {
        /// The rule that was broken, without personal data.
        reason: Arc<str>,
    },
    /// The journal has been closed.
    #[error("the journal is closed")]
    Closed,
}

/// The journal cannot be opened, and waiting would not help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it open.
    #[error(
        "the journal {} is in use by another server (its lock file is {}): stop that server, or \
         give this one a journal of its own (--journal)", path.display(), lock.display()
    )]
    InUse {
        /// The journal.
        path: PathBuf,
        /// The file that is locked.
        lock: PathBuf,
    },
    /// The directory does not exist.
    #[error("the directory of the journal {} does not exist: create it, or choose another path \
             (--journal)", path.display())]
    NoDirectory {
        /// The journal.
        path: PathBuf,
    },
    /// The file was written by a newer version of this program.
    #[error("the journal {} has schema version {found}, this program knows up to {known}: use the \
             newer program that wrote it", path.display())]
    Newer {
        /// The journal.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest schema version that this program knows.
        known: i64,
    },
    /// The file is not a journal.
    #[error("{} is not an alarm journal: choose another path (--journal)", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// The storage refused. [`super::SqliteJournal::open`] does not return this one: the journal
    /// starts unhealthy and keeps trying.
    #[error("the journal {} cannot be opened: {reason}", path.display())]
    Storage {
        /// The journal.
        path: PathBuf,
        /// What the storage said.
        reason: Arc<str>,
    },
    /// The operating system gave no thread.
    #[error("no thread for the journal: {0}")]
    Thread(#[source] std::io::Error),
}

/// Whether alarms can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// The last attempt to write succeeded.
    Healthy,
    /// The last attempt failed; every new batch is tried, and a probe each second.
    Unhealthy {
        /// What the storage said.
        reason: Arc<str>,
        /// Since when.
        since: Timestamp,
    },
    /// Closed, or on the way there.
    Closed,
}

/// A storage error, sorted by whose fault it is.
#[derive(Debug)]
pub(super) enum Fault {
    /// One entry breaks a rule.
    Entry(Arc<str>),
    /// The storage refuses, whatever the entry.
    Storage {
        reason: Arc<str>,
        /// Whether opening the file anew may help.
        reopen: bool,
    },
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = error else {
            // Conversions and the like: they concern the values at hand.
            return Self::Entry("a value cannot be converted".into());
        };
        // SQLite's texts name tables and columns, never values.
        let text = message.unwrap_or_else(|| failure.to_string());
        match failure.code {
            ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch => {
                Self::Entry(text.into())
            }
            ErrorCode::DiskFull => Self::Storage {
                reason: "the disk is full or the journal has reached max_bytes".into(),
                reopen: false,
            },
            ErrorCode::ReadOnly => Self::Storage {
                reason: "the journal is read-only".into(),
                reopen: true,
            },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Storage {
                reason: "another program holds a lock on the journal".into(),
                reopen: false,
            },
            _ => Self::Storage {
                reason: format!("{text} (SQLite code {})", failure.extended_code).into(),
                reopen: true,
            },
        }
    }
}

impl Fault {
    /// The words for it.
    pub(super) fn reason(&self) -> &Arc<str> {
        match self {
            Self::Entry(reason) | Self::Storage { reason, .. } => reason,
        }
    }
}
