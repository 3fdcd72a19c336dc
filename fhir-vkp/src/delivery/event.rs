//! What a delivery reports.

use crate::answer::{Class, JournalState, JournalStatus};
use crate::clock::Time;

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
    },
    /// All calls of a kind wait.
    Paused {
        /// Which ones.
        calls: Calls,
        /// What the service answered.
        class: Class,
        /// When one call goes ahead.
        until: Time,
    },
    /// A pause is over.
    Resumed {
        /// Of which calls.
        calls: Calls,
    },
    /// An entry of the store cannot be read, and is left alone.
    Unreadable {
        /// Which document.
        id: EntryId,
    },
    /// The store could not keep how far a document has come. It goes on; after a crash it would be
    /// sent or asked for again.
    StoreFailed {
        /// Which document.
        id: EntryId,
        /// Why.
        error: StoreError,
    },
}
