//! Where an output keeps what it has, and how far it is in the journal.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::config::StartFrom;
use crate::journal::{JournalHandle, KeptState, Sequence, StateChange};

/// The file that is named, or the one beside the journal with this ending.
pub(super) fn file(named: &Path, journal: &Path, ending: &str) -> PathBuf {
    if !named.as_os_str().is_empty() {
        return named.to_owned();
    }
    let mut path = journal.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// The last alarm that was taken over, as it was kept; otherwise where the first start begins.
pub(super) fn mark(kept: &[KeptState], from: StartFrom, journal: &JournalHandle) -> Sequence {
    let mark = kept.iter().find(|row| row.key.is_empty());
    let mark = mark.and_then(|row| <[u8; 8]>::try_from(&*row.value).ok());
    match (mark, from) {
        (Some(mark), _) => Sequence::new(i64::from_be_bytes(mark)),
        (None, StartFrom::Beginning) => Sequence::START,
        (None, StartFrom::Now) => journal.newest(),
    }
}

/// The same to be kept: the one row without a key.
pub(super) fn mark_row(mark: Sequence) -> StateChange {
    StateChange {
        key: Bytes::new(),
        value: Some(Bytes::copy_from_slice(&mark.get().to_be_bytes())),
    }
}
