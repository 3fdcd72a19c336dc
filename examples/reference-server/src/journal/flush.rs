//! Flushing the database file from outside SQLite, so that little is left for the writer to flush.
//!
//! A checkpoint flushes the file only when it has copied the whole log, and that last checkpoint is
//! the writer's, while alarms wait. Flushing what the passive checkpoint copied beforehand leaves it
//! some pages.
//!
//! Closing any descriptor of a file drops every POSIX lock that the process holds on it, those of
//! SQLite among them (SQLite, "How To Corrupt", 2.2). The descriptors opened here are therefore
//! never closed: one for each journal file that a process opens.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Descriptors with the file they were opened for.
static KEPT: Mutex<Vec<(PathBuf, Identity, &'static File)>> = Mutex::new(Vec::new());

/// Device and inode: another file at the same path is another file.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

#[cfg(unix)]
fn identity(metadata: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> Identity {}

/// Flushes what has been written to the file, by whomever.
///
/// # Errors
/// When the file cannot be opened or flushed. Nothing depends on it: the writer's own flush follows.
pub(super) fn flush(path: &Path) -> io::Result<()> {
    kept(path)?.sync_data()
}

fn kept(path: &Path) -> io::Result<&'static File> {
    let wanted = identity(&std::fs::metadata(path)?);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kept
        .iter()
        .find(|(at, file, _)| at == path && *file == wanted);
    if let Some((_, _, file)) = known {
        return Ok(file);
    }
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    let opened = identity(&file.metadata()?);
    let file: &'static File = Box::leak(Box::new(file));
    kept.push((path.to_owned(), opened, file));
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_descriptor_is_kept_for_a_file_and_another_for_its_successor() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "1").unwrap();
        flush(&path).unwrap();
        let first = kept(&path).unwrap();
        assert!(std::ptr::eq(first, kept(&path).unwrap()));
        std::fs::rename(&path, directory.path().join("moved")).unwrap();
        assert!(flush(&path).is_err(), "nothing is made where nothing was");
        std::fs::write(&path, "2").unwrap();
        flush(&path).unwrap();
        assert!(!std::ptr::eq(first, kept(&path).unwrap()));
    }
}
