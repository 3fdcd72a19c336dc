//! Which alarm has which identifier.
//!
//! An index in the file that follows each alarm costs every commit a page. So the index is a
//! table, and takes the identifiers many at a time: a few pages in one commit of many. The mark
//! `indexed` says how far it has come. What is not in it yet is a bounded number of rows at the end,
//! which readers look through; the writer knows their identifiers by heart.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::entry::EventId;

/// Alarms whose identifiers are put into the index together. More would save little, and readers
/// look through up to so many rows for an identifier that is new or not known.
const TOGETHER: usize = 256;

const NOT_INDEXED: &str = "SELECT id, sequence FROM alarm \
    WHERE sequence > (SELECT sequence FROM mark WHERE name = 'indexed')";

const COUNT_NOT_INDEXED: &str = "SELECT count(*) FROM alarm \
    WHERE sequence > (SELECT sequence FROM mark WHERE name = 'indexed')";

/// An identifier that is there already was put there by hand: it must not stop the others.
const INDEX: &str = "INSERT OR IGNORE INTO alarm_by_id (id, sequence) \
    SELECT id, sequence FROM alarm \
    WHERE sequence > (SELECT sequence FROM mark WHERE name = 'indexed') ORDER BY sequence";

const MARK: &str = "UPDATE mark SET sequence = max(sequence, \
      (SELECT coalesce(max(sequence), 0) FROM alarm)) \
    WHERE name = 'indexed'";

const INDEXED: &str = "SELECT 1 FROM alarm_by_id WHERE id = ?1";

/// The identifiers that are not in the index yet, with their sequences.
#[derive(Debug, Default)]
pub(super) struct Identifiers {
    waiting: HashMap<EventId, i64>,
    /// Whether this transaction put them into the index.
    indexed: bool,
}

impl Identifiers {
    /// Reads what is not indexed yet; when that is much, indexes it first.
    pub(super) fn open(connection: &mut Connection) -> rusqlite::Result<Self> {
        let count: i64 = connection.query_row(COUNT_NOT_INDEXED, [], |row| row.get(0))?;
        if usize::try_from(count).is_ok_and(|count| count >= TOGETHER) {
            let transaction = connection.transaction()?;
            index(&transaction)?;
            transaction.commit()?;
        }
        let waiting = connection
            .prepare(NOT_INDEXED)?
            .query_map([], |row| {
                Ok((EventId::from_bytes(row.get(0)?), row.get(1)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            waiting,
            indexed: false,
        })
    }

    /// Whether an alarm has this identifier.
    pub(super) fn contain(&self, connection: &Connection, id: EventId) -> rusqlite::Result<bool> {
        if self.waiting.contains_key(&id) {
            return Ok(true);
        }
        let found = connection
            .prepare_cached(INDEXED)?
            .query_row([id.as_bytes()], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// An alarm was written, in the transaction that is open.
    pub(super) fn push(&mut self, id: EventId, sequence: i64) {
        self.waiting.insert(id, sequence);
    }

    /// Puts them into the index when there are enough, in the transaction that is open.
    pub(super) fn index(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if self.waiting.len() >= TOGETHER {
            index(connection)?;
            self.indexed = true;
        }
        Ok(())
    }

    /// The transaction was committed.
    pub(super) fn committed(&mut self) {
        if std::mem::take(&mut self.indexed) {
            self.waiting.clear();
        }
    }

    /// The transaction came to nothing: `last` is the sequence of the last alarm before it.
    pub(super) fn roll_back(&mut self, last: i64) {
        self.indexed = false;
        self.waiting.retain(|_, sequence| *sequence <= last);
    }
}

fn index(connection: &Connection) -> rusqlite::Result<()> {
    connection.prepare_cached(INDEX)?.execute([])?;
    connection.prepare_cached(MARK)?.execute([])?;
    Ok(())
}
