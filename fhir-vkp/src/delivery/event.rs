//! What a delivery reports.

use core::fmt;

use crate::answer::{Class, JournalState, JournalStatus, Outcome};
use crate::clock::Time;
use crate::request::Resource;

use super::pause::Calls;
use super::state::Parked;
use super::store::{EntryId, StoreError};

/// What happened, for whoever keeps the history of a document and for operators. Reports of one run may
/// come again in the next one, after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The service answered 2xx, and that is the end: VKP has journaled it, PIT has it.
    Done {
        /// Which document.
        id: EntryId,
    },
    /// JFT has taken it; its status is followed from now on.
    Taken {
        /// Which document.
        id: EntryId,
    },
    /// The status says something new.
    Progress {
        /// Which document.
        id: EntryId,
        /// What it says.
        state: JournalState,
    },
    /// JFT says that it is journaled: the end.
    Journaled {
        /// Which document.
        id: EntryId,
        /// What JFT said.
        status: JournalStatus,
    },
    /// Somebody has to act: see [`retry`](super::Delivery::retry) and
    /// [`dismiss`](super::Delivery::dismiss).
    Parked {
        /// Which document.
        id: EntryId,
        /// Why, and whether it may have arrived all the same.
        why: Parked,
    },
    /// It has not been taken for [`Config::late_after`](super::Config::late_after).
    Late {
        /// Which document.
        id: EntryId,
        /// What the last attempt came to; `None` when none was made in this run, such as where others go
        /// first.
        last: Option<LastAttempt>,
    },
    /// Calls of a kind wait.
    Paused {
        /// Which ones.
        calls: Calls,
        /// Those that write documents of this type, whose address seems wrong; `None`: all of the kind.
        resource: Option<Resource>,
        /// What the service answered.
        class: Class,
        /// When one call goes ahead.
        until: Time,
    },
    /// A pause is over.
    Resumed {
        /// Of which calls.
        calls: Calls,
        /// Of those that write documents of this type; `None`: of all of the kind.
        resource: Option<Resource>,
    },
    /// An entry of the store cannot be read, and is left alone.
    Unreadable {
        /// Which document.
        id: EntryId,
    },
    /// The store could not keep how far a document has come, or hand it out. It goes on, and so do the
    /// attempts to keep it, of which only the first one is reported; after a crash before one succeeds it
    /// would be sent or asked for again ([`unkept_documents`](super::Delivery::unkept_documents)).
    StoreFailed {
        /// Which document.
        id: EntryId,
        /// Why.
        error: StoreError,
    },
    /// All that could not be kept is kept now.
    StoreRecovered,
}

/// What an attempt to write a document came to. It prints without any word of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LastAttempt {
    /// What it means.
    pub class: Class,
    /// The status of the answer; `None` when there was none.
    pub status: Option<u16>,
}

impl LastAttempt {
    pub(super) const fn of(outcome: &Outcome) -> Self {
        Self {
            class: outcome.class,
            status: outcome.status,
        }
    }
}

impl fmt::Display for LastAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.class.fmt(f)?;
        match self.status {
            Some(status) => write!(f, " (status {status})"),
            None => Ok(()),
        }
    }
}
