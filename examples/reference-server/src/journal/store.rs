//! The writing connection: how it is opened, and what one transaction does.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, params};

use super::entry::{Entry, EventId, Sequence, Stored, StoredOutcome, Verdict};
use super::error::{Fault, JournalError, OpenError};
use super::identifiers::Identifiers;
use super::lock::{JournalLock, LockError, lock_path};
use super::queue::{Record, Waiting};
use super::references::References;
use super::schema::{self, SchemaError};
use super::settings::JournalSettings;
use super::shared::{BUSY_TIMEOUT, PAGE_BYTES, Shared};
use super::state::{self, Keep};
use crate::time::Timestamp;

/// The latest messages first. Their order is that of arrival, or nearly.
pub(super) const REFERENCES: &str = "\
    SELECT received_at, protocol, sender, source_ref, sequence FROM alarm ORDER BY sequence DESC";

/// So many messages in a row that are too old, and no more are read. They need not be in the order
/// of their times: the lanes overtake each other, and clocks are set.
const TOO_OLD: usize = 10_000;

/// The highest sequence that was ever given: that of the newest alarm, unless it was deleted.
const LAST: &str = "\
    SELECT max((SELECT coalesce(max(sequence), 0) FROM alarm), \
      (SELECT sequence FROM mark WHERE name = 'deleted'))";

/// A message that may be an earlier arrival: the key that led to it may stand for another one.
const EARLIER: &str = "\
    SELECT content_hash, verdict FROM alarm \
    WHERE sequence = ?1 AND protocol = ?2 AND sender = ?3 AND source_ref = ?4 \
      AND received_at BETWEEN ?5 AND ?6";

/// A sender that uses one reference for everything must not make the search long: what lies
/// further back than this many messages is not recognised as repeated, and an alarm is raised
/// twice rather than not at all.
const COMPARED: usize = 64;

const FIRST_ARRIVAL: &str = "SELECT id, answer, repeats FROM alarm WHERE sequence = ?1";

const COUNT_REPEAT: &str =
    "UPDATE alarm SET repeats = repeats + 1, last_repeat_at = ?2 WHERE sequence = ?1";

const INSERT: &str = "\
    INSERT INTO alarm (sequence, id, protocol, verdict, sender, source_ref, content_hash, received_at, \
      stored_at, kind, class, priority, reuses, transport, peer, local, answer_summary, answer, \
      event, raw) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, \
      ?20)";

const NOTE_ANSWER: &str = "\
    INSERT INTO answer_delivery (sequence, attempts, delivered, last_at, last_detail) \
    VALUES (?1, 1, ?2, ?3, ?4) \
    ON CONFLICT (sequence) DO UPDATE SET attempts = attempts + 1, \
      delivered = delivered + excluded.delivered, last_at = excluded.last_at, \
      last_detail = excluded.last_detail";

const NOTE: &str = "INSERT INTO note (sequence, at, text) VALUES (?1, ?2, ?3)";

/// As much as a large message needs, so that a journal that takes the probe takes alarms too.
const PROBE_BYTES: i64 = 64 << 10;

/// The file as it was when it was opened: device and inode.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path)
        .ok()
        .map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}

/// What is known of a sender's reference within the window.
enum Earlier {
    /// Not used.
    Nothing,
    /// Used for the same message.
    Repeated(i64),
    /// Used for another accepted message.
    SameReference(i64),
}

/// The connection that writes.
#[derive(Debug)]
pub(super) struct Store {
    connection: Connection,
    identity: Option<(u64, u64)>,
    page_limit: u64,
    references: References,
    identifiers: Identifiers,
    /// The highest sequence that was ever given.
    last: i64,
}

/// The messages whose repeats are still to be recognised.
fn recent_references(
    connection: &Connection,
    settings: &JournalSettings,
) -> Result<References, rusqlite::Error> {
    let mut references = References::new(settings.remembered_entries);
    let since = Timestamp::now().saturating_sub(settings.duplicate_window);
    let mut query = connection.prepare(REFERENCES)?;
    let mut rows = query.query([])?;
    let mut latest_first = Vec::new();
    let mut too_old = 0;
    while too_old < TOO_OLD
        && latest_first.len() < settings.remembered_entries
        && let Some(row) = rows.next()?
    {
        let received_at = row.get(0)?;
        if received_at < since.as_micros() {
            too_old += 1;
            continue;
        }
        too_old = 0;
        let text = |index| row.get_ref(index)?.as_str().map_err(rusqlite::Error::from);
        if row.get_ref(3)? != ValueRef::Null {
            let key = references.key(text(1)?, text(2)?, text(3)?);
            latest_first.push((key, row.get(4)?, received_at));
        }
    }
    for (key, sequence, received_at) in latest_first.into_iter().rev() {
        references.push(key, sequence, received_at);
    }
    Ok(references)
}

fn storage(path: &Path, fault: &Fault) -> OpenError {
    OpenError::Storage {
        path: path.to_owned(),
        reason: Arc::clone(fault.reason()),
    }
}

/// Takes the lock beside the journal.
pub(super) fn take_lock(path: &Path) -> Result<JournalLock, OpenError> {
    let directory = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => {
            return Err(OpenError::NotAJournal {
                path: path.to_owned(),
            });
        }
    };
    if !directory.is_dir() {
        return Err(OpenError::NoDirectory {
            path: path.to_owned(),
        });
    }
    JournalLock::take(path).map_err(|error| match error {
        LockError::InUse => OpenError::InUse {
            path: path.to_owned(),
            lock: lock_path(path),
        },
        LockError::Io(error) => OpenError::Storage {
            path: path.to_owned(),
            reason: format!("its lock file cannot be opened: {error}").into(),
        },
    })
}

impl Store {
    /// Opens the file and brings its schema up to date. `create` is false when the file was
    /// there before: a journal that vanished must not be replaced by an empty one in silence.
    pub(super) fn open(shared: &Shared, create: bool) -> Result<Self, OpenError> {
        let path = &shared.settings.path;
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        Self::prepare(shared, flags).map_err(|error| match error {
            SchemaError::Newer { found } => OpenError::Newer {
                path: path.clone(),
                found,
                known: schema::VERSION,
            },
            SchemaError::NotAJournal => OpenError::NotAJournal { path: path.clone() },
            SchemaError::Fault(fault) => storage(path, &fault),
        })
    }

    fn prepare(shared: &Shared, flags: OpenFlags) -> Result<Self, SchemaError> {
        let path = &shared.settings.path;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        schema::check(&connection)?;
        if connection.is_readonly("main")? {
            // SQLite falls back to reading when it may not write.
            let reason = "the journal is read-only".into();
            return Err(SchemaError::Fault(Fault::Storage {
                reason,
                reopen: true,
            }));
        }
        connection.pragma_update(None, "page_size", PAGE_BYTES.cast_signed())?;
        let mode: String =
            connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if mode != "wal" {
            let reason = "this file system has no shared memory for SQLite's write-ahead log";
            return Err(SchemaError::Fault(Fault::Storage {
                reason: reason.into(),
                reopen: true,
            }));
        }
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -65536)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // The checkpointer does it; a commit never waits for it.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        // What is longer than that was held by a reader, and gives its room back.
        let JournalSettings {
            checkpoint_bytes,
            log_bytes,
            ..
        } = shared.settings;
        let log_limit = log_bytes.max(checkpoint_bytes).saturating_mul(2);
        let log_limit = i64::try_from(log_limit).unwrap_or(i64::MAX);
        connection.pragma_update(None, "journal_size_limit", log_limit)?;
        let pages = Arc::clone(&shared.wal_pages);
        // After wal_autocheckpoint: SQLite implements that one with the same hook.
        connection.wal_hook(Some(move |_: &mut _, count: i32| {
            pages.store(count.unsigned_abs(), Ordering::Relaxed);
            Ok(())
        }))?;
        schema::migrate(&mut connection)?;
        let last = connection.query_row(LAST, [], |row| row.get(0))?;
        shared.meters.note_last(Sequence::new(last));
        let identifiers = Identifiers::open(&mut connection)?;
        let references = recent_references(&connection, &shared.settings)?;
        Ok(Self {
            connection,
            identity: identity(path),
            page_limit: 0,
            references,
            identifiers,
            last,
        })
    }

    /// Applies a limit that was changed while running.
    fn apply_limit(&mut self, shared: &Shared) -> Result<(), Fault> {
        let limit = match shared.max_bytes.load(Ordering::Relaxed) {
            // The greatest number of pages that SQLite knows.
            0 => 4_294_967_294,
            bytes => (bytes / PAGE_BYTES).max(1),
        };
        if limit != self.page_limit {
            self.connection
                .query_row(&format!("PRAGMA max_page_count = {limit}"), [], |_| Ok(()))?;
            self.page_limit = limit;
        }
        Ok(())
    }

    /// A file that was moved or deleted would take writes that nobody finds again.
    fn check_identity(&self, shared: &Shared) -> Result<(), Fault> {
        if identity(&shared.settings.path) == self.identity {
            return Ok(());
        }
        let reason = "the journal file was moved or deleted while in use".into();
        Err(Fault::Storage {
            reason,
            reopen: true,
        })
    }

    /// Stores a batch in one transaction. Either the whole batch is durable (with a verdict on
    /// each entry), or nothing of it is there.
    pub(super) fn commit(
        &mut self,
        shared: &Shared,
        batch: &[Waiting],
        answers: &[Record],
        keeps: &[Keep],
        results: &mut Vec<Result<Stored, JournalError>>,
    ) -> Result<(), Fault> {
        self.check_identity(shared)?;
        self.apply_limit(shared)?;
        self.connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])?;
        let mark = self.references.mark();
        let last = self.last;
        let filled = self.fill(shared, batch, answers, results);
        let kept = filled.and_then(|()| {
            keeps
                .iter()
                .try_for_each(|keep| state::write(&self.connection, keep))
        });
        let done = kept.and_then(|()| {
            self.identifiers.index(&self.connection)?;
            self.connection.prepare_cached("COMMIT")?.execute([])?;
            self.identifiers.committed();
            Ok(())
        });
        if done.is_err() {
            results.clear();
            self.references.roll_back(mark);
            self.identifiers.roll_back(last);
            self.last = last;
            // Some failures roll back by themselves.
            if !self.connection.is_autocommit()
                && let Err(error) = self.connection.execute_batch("ROLLBACK")
            {
                tracing::warn!(reason = %Fault::from(error).reason(), "rollback failed");
            }
        }
        done
    }

    fn fill(
        &mut self,
        shared: &Shared,
        batch: &[Waiting],
        answers: &[Record],
        results: &mut Vec<Result<Stored, JournalError>>,
    ) -> Result<(), Fault> {
        let now = Timestamp::now();
        let window = shared.settings.duplicate_window;
        self.references
            .forget_before(now.saturating_sub(window).as_micros());
        // Somebody may have put back, by hand, what was deleted.
        let newest: i64 = self
            .connection
            .prepare_cached(LAST)?
            .query_row([], |row| row.get(0))?;
        self.last = self.last.max(newest);
        for waiting in batch {
            // An entry writes with one statement, and a statement that breaks a rule leaves no
            // trace in the transaction: its neighbours need no savepoint.
            results.push(match self.write(&waiting.entry, now) {
                Ok(stored) => Ok(stored),
                Err(Fault::Entry(reason)) => Err(JournalError::Rejected { reason }),
                Err(fault @ Fault::Storage { .. }) => return Err(fault),
            });
        }
        for record in answers {
            let connection = &self.connection;
            let noted =
                match record {
                    Record::Answer(sequence, delivery) => {
                        connection.prepare_cached(NOTE_ANSWER)?.execute(params![
                            sequence.get(),
                            i64::from(delivery.delivered),
                            delivery.at.as_micros(),
                            delivery.detail,
                        ])
                    }
                    Record::Note(sequence, note) => connection
                        .prepare_cached(NOTE)?
                        .execute(params![sequence.get(), note.at.as_micros(), note.text,]),
                };
            match noted.map_err(Fault::from) {
                Ok(_) => {}
                Err(Fault::Entry(_)) => shared.meters.answers_dropped.add(1),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    fn write(&mut self, entry: &Entry, now: Timestamp) -> Result<Stored, Fault> {
        let earlier = match self.search(entry)? {
            Earlier::Repeated(sequence) => return self.count_repeat(entry, sequence),
            Earlier::SameReference(sequence) => Some(sequence),
            Earlier::Nothing => None,
        };
        if self.identifiers.contain(&self.connection, entry.id)? {
            return Err(Fault::Entry("its identifier was used before".into()));
        }
        let sequence = self.last.saturating_add(1);
        self.connection.prepare_cached(INSERT)?.execute(params![
            sequence,
            entry.id.as_bytes(),
            entry.protocol,
            entry.verdict.as_str(),
            entry.sender,
            entry.source_ref,
            entry.content_hash.as_bytes(),
            entry.received_at.as_micros(),
            now.as_micros(),
            entry.kind,
            entry.class,
            entry.priority,
            earlier,
            entry.transport.transport,
            entry.transport.peer,
            entry.transport.local,
            entry.answer.summary,
            &*entry.answer.bytes,
            entry.event,
            &*entry.raw,
        ])?;
        self.last = sequence;
        self.identifiers.push(entry.id, sequence);
        if let Some(reference) = &entry.source_ref {
            let key = self
                .references
                .key(entry.protocol, &entry.sender, reference);
            self.references
                .push(key, sequence, entry.received_at.as_micros());
        }
        Ok(Stored {
            sequence: Sequence::new(sequence),
            id: entry.id,
            outcome: earlier.map_or(StoredOutcome::New, |earlier| {
                StoredOutcome::ReusedReference {
                    earlier: Sequence::new(earlier),
                }
            }),
        })
    }

    /// Looks for an earlier arrival of this entry.
    fn search(&self, entry: &Entry) -> Result<Earlier, Fault> {
        let window = entry.duplicate_window;
        let Some(reference) = entry.source_ref.as_deref().filter(|_| !window.is_zero()) else {
            return Ok(Earlier::Nothing);
        };
        let key = self
            .references
            .key(entry.protocol, &entry.sender, reference);
        let mut found = Earlier::Nothing;
        for sequence in self.references.sequences(key).take(COMPARED) {
            let mut query = self.connection.prepare_cached(EARLIER)?;
            let mut rows = query.query(params![
                sequence,
                entry.protocol,
                entry.sender,
                reference,
                // Both ways, so that a clock that was set back does not hide the first arrival,
                // nor let an arrival from the future match for ever.
                entry.received_at.saturating_sub(window).as_micros(),
                entry.received_at.saturating_add(window).as_micros(),
            ])?;
            let Some(row) = rows.next()? else { continue };
            let verdict = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
            // What was refused before and is accepted now is no repeat, but a new event.
            if verdict != entry.verdict.as_str() {
                continue;
            }
            let hash = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
            if hash == entry.content_hash.as_bytes() {
                return Ok(Earlier::Repeated(sequence));
            }
            // Correcting a refused message under its reference is not a reuse.
            if entry.verdict == Verdict::Accepted && matches!(found, Earlier::Nothing) {
                found = Earlier::SameReference(sequence);
            }
        }
        Ok(found)
    }

    fn count_repeat(&self, entry: &Entry, sequence: i64) -> Result<Stored, Fault> {
        let (id, answer, repeats) =
            self.connection
                .prepare_cached(FIRST_ARRIVAL)?
                .query_row([sequence], |row| {
                    let answer = Bytes::copy_from_slice(row.get_ref(1)?.as_blob()?);
                    Ok((row.get(0)?, answer, row.get::<_, i64>(2)?))
                })?;
        self.connection
            .prepare_cached(COUNT_REPEAT)?
            .execute(params![sequence, entry.received_at.as_micros()])?;
        let of = Sequence::new(sequence);
        let repeats = u64::try_from(repeats).unwrap_or(0) + 1;
        Ok(Stored {
            sequence: of,
            id: EventId::from_bytes(id),
            outcome: StoredOutcome::Duplicate {
                of,
                answer,
                repeats,
            },
        })
    }

    /// Writes as much as a large message needs, makes it durable, and takes it away again.
    pub(super) fn probe(&mut self, shared: &Shared) -> Result<(), Fault> {
        self.check_identity(shared)?;
        self.apply_limit(shared)?;
        // Two commits: pages that are filled and freed in one never reach the disk. Random
        // bytes, because some file systems store zeros for free.
        self.connection.execute(
            "INSERT OR REPLACE INTO probe (id, ballast) VALUES (1, randomblob(?1))",
            [PROBE_BYTES],
        )?;
        self.connection.execute("DELETE FROM probe", [])?;
        Ok(())
    }

    /// Copies the write-ahead log back without waiting for anybody.
    pub(super) fn checkpoint(&self) -> Result<(), Fault> {
        Ok(self
            .connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    /// Copies the write-ahead log back, empties it, and closes the file.
    pub(super) fn close(self) -> Result<(), Fault> {
        let busy: i64 =
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy != 0 {
            tracing::warn!("a reader kept the write-ahead log from being emptied; nothing is lost");
        }
        self.connection.close().map_err(|(_, error)| error.into())
    }
}

#[cfg(test)]
mod tests;
