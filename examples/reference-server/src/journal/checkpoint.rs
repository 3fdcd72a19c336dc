//! Copies the write-ahead log back into the file, beside the commits rather than between them.
//!
//! A passive checkpoint copies what was committed when it began. Under steady load the writer has
//! appended more by the time it ends, so the log never starts over and would grow without bound.
//! So when the log is long enough the writer copies the short rest itself between two commits, and
//! its next commit starts at the front of the log. That costs three flushes in which alarms wait:
//! two of the copying, and one of the log's new header.
//!
//! How much is copied at a time and how long the log may grow are therefore two things. Small
//! portions keep the disk from being busy with the file while alarms wait for a flush of the log;
//! a long log makes the three flushes rare.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

use super::error::Fault;
use super::shared::{BUSY_TIMEOUT, Shared};

/// The thread, and the means to wake it.
#[derive(Debug)]
pub(super) struct Checkpointer {
    wake: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpointer {
    pub(super) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        // One waiting request is as good as many.
        let (wake, requests) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("journal-checkpoint".into())
            .spawn(move || run(&shared, &requests))?;
        Ok(Self { wake, thread })
    }

    /// Asks for a run, without waiting for it.
    pub(super) fn request(&self) {
        // Full means that a request is waiting already.
        let _ = self.wake.try_send(());
    }

    /// Ends the thread after the run in progress.
    pub(super) fn stop(self) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread panicked");
        }
    }
}

fn run(shared: &Shared, requests: &Receiver<()>) {
    let mut connection: Option<(u64, Connection)> = None;
    while requests.recv().is_ok() {
        let generation = shared.generation.load(Ordering::Acquire);
        if connection
            .as_ref()
            .is_some_and(|(opened, _)| *opened != generation)
        {
            connection = None;
        }
        let result = match &connection {
            Some((_, connection)) => checkpoint(connection, shared),
            None => open(shared).and_then(|opened| {
                checkpoint(&opened, shared)?;
                connection = Some((generation, opened));
                Ok(())
            }),
        };
        match result {
            Ok(()) => {
                shared.meters.checkpoints.add(1);
                if shared.wal_bytes() >= shared.longest_log() {
                    shared.finish_checkpoint.store(true, Ordering::Relaxed);
                }
            }
            Err(fault) => {
                // The log keeps what was committed; the next request tries again.
                tracing::warn!(reason = %fault.reason(), "the write-ahead log was not copied back");
                connection = None;
            }
        }
        // What was opened in trouble would keep the trouble alive.
        connection = connection.filter(|(opened, _)| shared.may_keep(*opened));
    }
}

fn open(shared: &Shared) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&shared.settings.path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

fn checkpoint(connection: &Connection, shared: &Shared) -> Result<(), Fault> {
    // Busy or not, pages in the log, pages copied back; the latter are -1 when it was busy.
    let copied: i64 =
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))?;
    if let Ok(copied) = u32::try_from(copied) {
        shared.copied_pages.store(copied, Ordering::Relaxed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::JournalSettings;
    use crate::journal::store::Store;

    #[test]
    fn copying_back_waits_for_the_disk() {
        let directory = tempfile::tempdir().unwrap();
        let settings = JournalSettings::at(directory.path().join("alarms.sqlite"));
        let shared = Shared::new(settings);
        let _store = Store::open(&shared, true).unwrap();
        let synchronous: i64 = open(&shared)
            .unwrap()
            .pragma_query_value(None, "synchronous", |row| row.get(0))
            .unwrap();
        assert_eq!(synchronous, 2, "FULL");
    }
}
