//! What parts of the server keep over a restart, beside the alarms: named values in named areas.

use std::fmt;

use bytes::Bytes;
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

use super::error::{Fault, JournalError};

const PUT: &str = "\
    INSERT INTO state (area, key, value) VALUES (?1, ?2, ?3) \
    ON CONFLICT (area, key) DO UPDATE SET value = excluded.value";

const TAKE_AWAY: &str = "DELETE FROM state WHERE area = ?1 AND key = ?2";

const KEPT: &str = "SELECT key, value FROM state WHERE area = ?1 ORDER BY key";

/// One change of a kept value. `Debug` tells lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct StateChange {
    /// Which value, within its area.
    pub key: Bytes,
    /// What it is from now on; `None` takes it away.
    pub value: Option<Bytes>,
}

impl fmt::Debug for StateChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateChange")
            .field("key_bytes", &self.key.len())
            .field("value_bytes", &self.value.as_ref().map(Bytes::len))
            .finish()
    }
}

/// A kept value. `Debug` tells lengths only.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptState {
    /// Which value, within its area.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
}

impl fmt::Debug for KeptState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptState")
            .field("key_bytes", &self.key.len())
            .field("value_bytes", &self.value.len())
            .finish()
    }
}

/// Changes on their way to the journal, and who waits for them.
#[derive(Debug)]
pub(super) struct Keep {
    pub(super) area: &'static str,
    pub(super) changes: Vec<StateChange>,
    pub(super) reply: oneshot::Sender<Result<(), JournalError>>,
}

/// Writes the changes, within the transaction of the caller.
pub(super) fn write(connection: &Connection, keep: &Keep) -> Result<(), Fault> {
    let mut put = connection.prepare_cached(PUT)?;
    let mut take_away = connection.prepare_cached(TAKE_AWAY)?;
    for change in &keep.changes {
        match &change.value {
            Some(value) => put.execute(params![keep.area, &*change.key, &**value])?,
            None => take_away.execute(params![keep.area, &*change.key])?,
        };
    }
    Ok(())
}

/// Reads an area, in the order of the keys.
pub(super) fn read(connection: &Connection, area: &str) -> rusqlite::Result<Vec<KeptState>> {
    connection
        .prepare_cached(KEPT)?
        .query_map([area], |row| {
            Ok(KeptState {
                key: row.get(0)?,
                value: row.get(1)?,
            })
        })?
        .collect()
}
