//! Two servers never share one journal.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The lock beside the journal, held until dropped. The file stays; only the lock counts, and the
/// operating system takes it away from a process that died.
#[derive(Debug)]
pub(super) struct JournalLock {
    _file: File,
}

/// Why the lock was not obtained.
#[derive(Debug)]
pub(super) enum LockError {
    InUse,
    Io(io::Error),
}

/// Where the lock of a journal is.
pub(super) fn lock_path(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

impl JournalLock {
    /// Takes the lock without waiting.
    pub(super) fn take(journal: &Path) -> Result<Self, LockError> {
        let path = lock_path(journal);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            // On a read-only file system an existing lock file can still be locked.
            .or_else(|error| File::open(&path).map_err(|_| error))
            .map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse),
            Err(TryLockError::Error(error)) => Err(LockError::Io(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_held_by_one_and_free_again_when_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let journal = directory.path().join("alarms.sqlite");
        let held = JournalLock::take(&journal).unwrap();
        assert!(matches!(JournalLock::take(&journal), Err(LockError::InUse)));
        drop(held);
        JournalLock::take(&journal).unwrap();
    }
}
