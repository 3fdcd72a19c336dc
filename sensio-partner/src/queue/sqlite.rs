//! The queue kept in an SQLite file.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use crate::codes::{EventType, State};
use crate::event::{Description, EventParameters, Image, Images, TriggerValue};
use crate::external_event_id::ExternalEventId;
use crate::identifier::{DeviceIdentifier, IdentifierRules};

use super::call::{EntryId, EventMethod, Pair};
use super::store::{ConditionChange, EntryState, NewEntry, Store, StoreError, Stored, StoredEntry};
use super::wall::WallMicros;

/// The version of the tables.
const VERSION: i64 = 1;

const SCHEMA: &str = "\
    CREATE TABLE sensio_queue_version (version INTEGER NOT NULL) STRICT; \
    INSERT INTO sensio_queue_version VALUES (1); \
    CREATE TABLE sensio_queue_entry ( \
      id INTEGER PRIMARY KEY CHECK (id >= 0), device TEXT NOT NULL, event_type INTEGER NOT NULL, \
      method INTEGER NOT NULL, occurred INTEGER NOT NULL, submitted INTEGER NOT NULL, \
      state BLOB NOT NULL, trigger_value REAL, external_event_id TEXT, event_state INTEGER, \
      description TEXT) STRICT; \
    CREATE TABLE sensio_queue_image ( \
      entry INTEGER NOT NULL, position INTEGER NOT NULL, name TEXT, data BLOB NOT NULL, \
      PRIMARY KEY (entry, position)) STRICT; \
    CREATE TABLE sensio_queue_condition ( \
      device TEXT NOT NULL, event_type INTEGER NOT NULL, \
      PRIMARY KEY (device, event_type)) STRICT, WITHOUT ROWID;";

/// Removals after which the log of changes is written back and emptied, so that what was delivered does
/// not stay in it.
const CHECKPOINT: usize = 64;

/// Keeps the queue in SQLite, in tables whose names begin with `sensio_queue_`.
///
/// Every change is flushed to the disk before it counts (write-ahead log, `synchronous=FULL`). What
/// was delivered is overwritten with zeros (`secure_delete`), and the log is emptied when nothing waits
/// any more or after 64 removals: texts and pictures do not stay behind (Partner API reference
/// 13). Images are read when they are sent, and not held in memory.
pub struct SqliteStore {
    connection: Connection,
    removals: usize,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

impl SqliteStore {
    /// Opens the file or creates it. It is locked until the store is dropped: two queues on one file
    /// would send everything twice.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when it cannot be opened, another process has it, or it is of another version.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connection = Connection::open(path).map_err(StoreError::failed)?;
        connection
            .pragma_update(None, "locking_mode", "EXCLUSIVE")
            .map_err(StoreError::failed)?;
        Self::with_connection(connection)
    }

    /// Uses an open connection, whose file may hold other things, too. It is switched to a write-ahead
    /// log, full flushing and secure deletion. The caller sees to it that only one queue uses it.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the tables cannot be made or are of another version.
    pub fn with_connection(mut connection: Connection) -> Result<Self, StoreError> {
        prepare(&mut connection).map_err(StoreError::failed)?;
        let found: i64 = connection
            .query_row("SELECT version FROM sensio_queue_version", [], |row| {
                row.get(0)
            })
            .map_err(StoreError::failed)?;
        if found != VERSION {
            return Err(StoreError::Version {
                found,
                known: VERSION,
            });
        }
        let removals = CHECKPOINT; // what a crash left in the log goes with the next removal
        Ok(Self {
            connection,
            removals,
        })
    }

    /// Whether no call is kept, waiting or parked.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the file cannot be read.
    pub fn is_empty(&self) -> Result<bool, StoreError> {
        self.holds_none().map_err(StoreError::failed)
    }

    fn holds_none(&self) -> rusqlite::Result<bool> {
        let sql = "SELECT 1 FROM sensio_queue_entry LIMIT 1";
        Ok(!self.connection.prepare_cached(sql)?.exists([])?)
    }

    fn insert(&mut self, entries: &[NewEntry<'_>]) -> rusqlite::Result<()> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for entry in entries {
            insert(&transaction, entry)?;
        }
        transaction.commit()
    }

    fn delete(&mut self, ids: &[EntryId]) -> rusqlite::Result<()> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for table in [
            "DELETE FROM sensio_queue_image WHERE entry = ?1",
            "DELETE FROM sensio_queue_entry WHERE id = ?1",
        ] {
            let mut delete = transaction.prepare_cached(table)?;
            for id in ids {
                delete.execute([key(*id)?])?;
            }
        }
        transaction.commit()?;
        self.removals = self.removals.saturating_add(ids.len());
        self.erase_log()
    }

    fn write_state(&mut self, id: EntryId, state: EntryState) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("UPDATE sensio_queue_entry SET state = ?2 WHERE id = ?1")?
            .execute(params![key(id)?, state.to_bytes()])?;
        Ok(())
    }

    /// Empties the log now and then. It is done again later if readers are in the way.
    fn erase_log(&mut self) -> rusqlite::Result<()> {
        if self.removals >= CHECKPOINT || self.holds_none()? {
            let busy: bool =
                self.connection
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if !busy {
                self.removals = 0;
            }
        }
        Ok(())
    }

    fn read(&mut self, id: EntryId) -> Result<Option<EventParameters>, ReadError> {
        let row = self
            .connection
            .prepare_cached(
                "SELECT method, trigger_value, external_event_id, event_state, description \
                 FROM sensio_queue_entry WHERE id = ?1",
            )?
            .query_row([key(id)?], |row| {
                let method: Method = row.get(0)?;
                let texts = (row.get(2)?, row.get(4)?);
                Ok((method.0, row.get(1)?, texts, row.get(3)?))
            })
            .optional()?;
        type Texts = (Option<String>, Option<String>);
        let Some((method, trigger_value, texts, state)) = row else {
            return Ok(None);
        };
        let (trigger_value, state): (Option<f64>, Option<i32>) = (trigger_value, state);
        let (external_event_id, description): Texts = texts;
        if method == EventMethod::Delete {
            return Ok(None);
        }
        let mut images = Vec::new();
        let mut query = self.connection.prepare_cached(
            "SELECT data, name FROM sensio_queue_image WHERE entry = ?1 ORDER BY position",
        )?;
        let mut rows = query.query([key(id)?])?;
        while let Some(row) = rows.next()? {
            let image = Image::new(row.get(0)?).map_err(|_| ReadError::Content)?;
            let name: Option<String> = row.get(1)?;
            images.push(match name {
                Some(name) => image.with_name(&name),
                None => image,
            });
        }
        let mut parameters = EventParameters::new();
        parameters.images = Images::new(images).map_err(|_| ReadError::Content)?;
        parameters.state = state.map(State);
        if let Some(value) = trigger_value {
            parameters.trigger_value = Some(TriggerValue::new(value).ok_or(ReadError::Content)?);
        }
        if let Some(id) = external_event_id {
            let id = ExternalEventId::new(&id).map_err(|_| ReadError::Content)?;
            parameters.external_event_id = Some(id);
        }
        if let Some(text) = description {
            let text = Description::new(&text).map_err(|_| ReadError::Content)?;
            parameters.description = Some(text);
        }
        Ok(Some(parameters))
    }

    fn visit(&mut self, visit: &mut dyn FnMut(Stored)) -> rusqlite::Result<()> {
        let mut query = self.connection.prepare(
            "SELECT id, device, event_type, method, occurred, submitted, state \
             FROM sensio_queue_entry ORDER BY id",
        )?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let id = u64::try_from(id).map_err(|_| FromSqlError::OutOfRange(id))?;
            let id = EntryId(id);
            visit(match entry(id, row) {
                Ok(entry) => Stored::Entry(entry),
                Err(_) => Stored::Unreadable(id),
            });
        }
        let mut query = self
            .connection
            .prepare("SELECT device, event_type FROM sensio_queue_condition")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            // One that cannot be read is forgotten: its alert is raised again at worst.
            if let Ok(pair) = pair(row, 0) {
                visit(Stored::Condition(pair));
            }
        }
        Ok(())
    }
}

impl Store for SqliteStore {
    fn append(&mut self, entries: &[NewEntry<'_>]) -> Result<(), StoreError> {
        self.insert(entries).map_err(StoreError::failed)
    }

    fn update(&mut self, id: EntryId, state: EntryState) -> Result<(), StoreError> {
        self.write_state(id, state).map_err(StoreError::failed)
    }

    fn remove(&mut self, ids: &[EntryId]) -> Result<(), StoreError> {
        self.delete(ids).map_err(StoreError::failed)
    }

    fn parameters(&mut self, id: EntryId) -> Result<Option<Arc<EventParameters>>, StoreError> {
        match self.read(id) {
            Ok(parameters) => Ok(parameters.map(Arc::new)),
            Err(ReadError::Content) => Err(StoreError::Unreadable(id)),
            Err(ReadError::Sqlite(error)) => Err(StoreError::failed(error)),
        }
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        self.visit(visit).map_err(StoreError::failed)
    }
}

fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(core::time::Duration::from_secs(5))?;
    // A database in memory stays one: the pragma answers what it has become.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "secure_delete", "ON", |_| Ok(()))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let there = transaction.table_exists(None, "sensio_queue_version")?;
    if !there {
        transaction.execute_batch(SCHEMA)?;
    }
    transaction.commit()
}

fn insert(connection: &Connection, entry: &NewEntry<'_>) -> rusqlite::Result<()> {
    let id = key(entry.id)?;
    let parameters = entry.action.parameters();
    let text = |text: &str| -> Option<Box<str>> { Some(text.into()) };
    connection
        .prepare_cached(
            "INSERT INTO sensio_queue_entry (id, device, event_type, method, occurred, submitted, \
             state, trigger_value, external_event_id, event_state, description) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            id,
            entry.pair.device.as_str(),
            entry.pair.event_type.0,
            Method(entry.action.method()),
            entry.occurred.0,
            entry.submitted.0,
            EntryState::default().to_bytes(),
            parameters
                .and_then(|p| p.trigger_value)
                .map(TriggerValue::value),
            parameters.and_then(|p| text(p.external_event_id.as_ref()?.as_str())),
            parameters.and_then(|p| p.state).map(|state| state.0),
            parameters.and_then(|p| text(p.description.as_ref()?.as_str())),
        ])?;
    let images = parameters.map_or(&[][..], |p| &p.images);
    for (position, image) in (0_i64..).zip(images) {
        connection
            .prepare_cached("INSERT INTO sensio_queue_image VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, position, image.name(), image.data()])?;
    }
    let change = match entry.condition {
        None => return Ok(()),
        Some(ConditionChange::Begins) => {
            "INSERT OR IGNORE INTO sensio_queue_condition VALUES (?1, ?2)"
        }
        Some(ConditionChange::Ends) => {
            // 917 and 923 are one condition under two numbers.
            "DELETE FROM sensio_queue_condition WHERE device = ?1 AND (event_type = ?2 \
             OR event_type IN (917, 923) AND ?2 IN (917, 923))"
        }
    };
    connection
        .prepare_cached(change)?
        .execute(params![entry.pair.device.as_str(), entry.pair.event_type.0])?;
    Ok(())
}

fn entry(id: EntryId, row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    let method: Method = row.get(3)?;
    let state = row.get_ref(6)?.as_blob()?;
    Ok(StoredEntry {
        id,
        pair: pair(row, 1)?,
        method: method.0,
        occurred: WallMicros(row.get(4)?),
        submitted: WallMicros(row.get(5)?),
        state: EntryState::from_bytes(state).ok_or(FromSqlError::InvalidType)?,
    })
}

/// Device and code in two columns.
fn pair(row: &Row<'_>, column: usize) -> rusqlite::Result<Pair> {
    // What was taken in by the customer's rules is not refused here.
    let rules = IdentifierRules { slashes: true };
    let device = row.get_ref(column)?.as_str()?;
    let device = DeviceIdentifier::with_rules(device, rules);
    Ok(Pair {
        device: device.map_err(|_| FromSqlError::InvalidType)?,
        event_type: EventType(row.get(column + 1)?),
    })
}

/// Why parameters cannot be had.
enum ReadError {
    Sqlite(rusqlite::Error),
    /// What is there was not written by this store.
    Content,
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Self::Content,
            error => Self::Sqlite(error),
        }
    }
}

struct Method(EventMethod);

impl ToSql for Method {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(match self.0 {
            EventMethod::Post => 0_i64,
            EventMethod::Put => 1,
            EventMethod::Delete => 2,
        }))
    }
}

impl FromSql for Method {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self(match value.as_i64()? {
            0 => EventMethod::Post,
            1 => EventMethod::Put,
            2 => EventMethod::Delete,
            other => return Err(FromSqlError::OutOfRange(other)),
        }))
    }
}

/// An id as SQLite keeps it: 63 bits, enough for the microseconds that ids begin with.
fn key(id: EntryId) -> rusqlite::Result<i64> {
    i64::try_from(id.0).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
