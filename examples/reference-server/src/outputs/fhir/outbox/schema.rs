//! The tables of the outbox, and how those of older versions are brought up to date.

use std::path::Path;

use fhir_vkp::delivery::StoreError;
use rusqlite::{Connection, TransactionBehavior};

use super::failed;

/// The version of the tables.
const VERSION: i64 = 3;

const TABLE: &str = "\
    CREATE TABLE document ( \
      id INTEGER PRIMARY KEY AUTOINCREMENT, entry INTEGER UNIQUE, alarm BLOB NOT NULL, \
      writing INTEGER NOT NULL DEFAULT 0, later BLOB, device TEXT NOT NULL, code TEXT NOT NULL, \
      occurred INTEGER NOT NULL, submitted INTEGER NOT NULL, lane INTEGER, body BLOB, \
      state TEXT NOT NULL, word TEXT NOT NULL, since INTEGER NOT NULL, reason TEXT, \
      reopened BLOB, person BLOB, reached INTEGER NOT NULL DEFAULT 1, \
      UNIQUE (alarm, writing)) STRICT;";

/// The key of the marks of persons.
const KEY: &str = "\
    CREATE TABLE person_key (bytes BLOB NOT NULL) STRICT; \
    INSERT INTO person_key VALUES (randomblob(32));";

/// Version 1 knew one document for an alarm, and not what came after it.
const FROM_1: &str = "\
    INSERT INTO document (id, entry, alarm, device, code, occurred, submitted, lane, body, state, \
      word, since, reason) \
    SELECT id, entry, alarm, device, code, occurred, submitted, lane, body, state, word, since, reason \
    FROM document_1; \
    DROP TABLE document_1;";

/// Version 2 kept neither whose a document is, nor what opened an alarm again.
const FROM_2: &str = "\
    ALTER TABLE document ADD COLUMN reopened BLOB; \
    ALTER TABLE document ADD COLUMN person BLOB; \
    ALTER TABLE document ADD COLUMN reached INTEGER NOT NULL DEFAULT 1;";

/// Older versions did not say of a document whether the record may have it. What was given up may be there.
const REACHED: &str = "\
    UPDATE document SET reached = 0 WHERE word IN ('withheld', 'failed') \
    OR word = 'refused' AND state NOT LIKE '%\"conflict\"%' OR state LIKE '%\"not-taken\"%';";

/// Of what waits for somebody, of what of it waits for the register, and of what is over. Those that an
/// outbox does not have yet are made when it is opened: what is in it is the same with and without them.
const INDEXES: &str = "\
    CREATE INDEX IF NOT EXISTS document_dead ON document (since) WHERE reason IS NOT NULL; \
    CREATE INDEX IF NOT EXISTS document_withheld ON document (state, submitted) \
      WHERE reason IS NOT NULL AND entry IS NULL; \
    CREATE INDEX IF NOT EXISTS document_over ON document (id) WHERE entry IS NULL AND reason IS NULL;";

/// How many wait for somebody is shown twice a second: it is counted once, and then followed, in memory.
const FOLLOW: &str = "\
    PRAGMA temp_store = MEMORY; \
    CREATE TEMP TABLE tally AS SELECT count(*) AS dead FROM document WHERE reason IS NOT NULL; \
    CREATE TEMP TRIGGER tally_insert AFTER INSERT ON main.document WHEN NEW.reason IS NOT NULL \
      BEGIN UPDATE tally SET dead = dead + 1; END; \
    CREATE TEMP TRIGGER tally_update AFTER UPDATE OF reason ON main.document \
      WHEN (NEW.reason IS NULL) <> (OLD.reason IS NULL) \
      BEGIN UPDATE tally SET dead = dead + (OLD.reason IS NULL) - (NEW.reason IS NULL); END; \
    CREATE TEMP TRIGGER tally_delete AFTER DELETE ON main.document WHEN OLD.reason IS NOT NULL \
      BEGIN UPDATE tally SET dead = dead - 1; END;";

/// How many wait for somebody.
pub(super) const TALLY: &str = "SELECT dead FROM tally";

/// Opens the file or creates it; it is this connection's own until it is dropped.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(failed)?;
    let version = prepare(&mut connection).map_err(failed)?;
    if version != VERSION {
        return Err(failed(format_args!("its tables have version {version}")));
    }
    connection.execute_batch(FOLLOW).map_err(failed)?;
    Ok(connection)
}

/// The key of the marks of persons in this outbox.
pub(super) fn key(connection: &Connection) -> rusqlite::Result<[u8; 32]> {
    connection.query_row("SELECT bytes FROM person_key", [], |row| row.get(0))
}

/// The version of the tables, after what could be done.
fn prepare(connection: &mut Connection) -> rusqlite::Result<i64> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", true)?;
    let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = change.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match version {
        0 => change.execute_batch(TABLE)?,
        2 => change.execute_batch(FROM_2)?,
        VERSION => {
            change.execute_batch(INDEXES)?;
            change.commit()?;
            return Ok(VERSION);
        }
        1 => {
            change.execute_batch(
                "DROP INDEX document_dead; ALTER TABLE document RENAME TO document_1;",
            )?;
            change.execute_batch(TABLE)?;
            change.execute_batch(FROM_1)?;
        }
        other => return Ok(other),
    }
    change.execute_batch(REACHED)?;
    change.execute_batch(KEY)?;
    change.execute_batch(INDEXES)?;
    change.pragma_update(None, "user_version", VERSION)?;
    change.commit()?;
    Ok(VERSION)
}
