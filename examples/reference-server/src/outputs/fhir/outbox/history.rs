//! Whose an alarm was, and which of its documents the patient record may have.

use std::fmt;

use fhir_vkp::Identifier;
use fhir_vkp::delivery::{EntryState, StoreError};
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Outbox, failed};
use crate::journal::EventId;

/// Why a document is withheld whose device the register does not know.
pub(in crate::outputs::fhir) const NOBODY: &str = "no patient has the device now";

/// Why one is withheld whose device is somebody else's by now.
pub(in crate::outputs::fhir) const ANOTHER: &str = "another patient has the device now";

/// Tells whether two documents are about the same person, and nothing else: a hash under a key that is
/// drawn for each outbox. It does not print.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::outputs::fhir) struct PersonMark([u8; 16]);

impl PersonMark {
    fn new(key: &[u8; 32], identifier: &Identifier) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(key);
        for part in [identifier.canonical_system(), identifier.reveal()] {
            hasher.update(part.as_bytes()).update(&[0]);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(first)
    }
}

impl fmt::Debug for PersonMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonMark(hidden)")
    }
}

impl ToSql for PersonMark {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for PersonMark {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        FromSql::column_result(value).map(Self)
    }
}

/// What the outbox knows of the documents about an alarm, up to one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::outputs::fhir) struct History {
    /// Whose the alarm was by the first document that counts: outside `None` without one, inside where an
    /// older version has not kept it.
    person: Option<Option<PersonMark>>,
    /// The latest one before that the record has or may have.
    pub(in crate::outputs::fhir) replaces: Option<u32>,
}

impl History {
    /// Whose the alarm was, where that is known.
    pub(in crate::outputs::fhir) fn person(&self) -> Option<PersonMark> {
        self.person.flatten()
    }

    /// Why a document about this person must not follow.
    pub(in crate::outputs::fhir) fn objection(
        &self,
        person: Option<PersonMark>,
    ) -> Option<&'static str> {
        match (self.person?, person) {
            (_, None) => Some(NOBODY),
            (None, Some(_)) => Some(
                "an older version did not keep whose record the earlier document went to: correct it there",
            ),
            (Some(before), Some(now)) => (before != now).then_some(ANOTHER),
        }
    }
}

/// Whether the record has a document in this state, or may have it.
pub(super) fn may_be_there(state: &EntryState) -> bool {
    match state {
        EntryState::Parked { why, .. } => why.may_have_arrived(),
        _ => true,
    }
}

impl Outbox {
    /// The mark of a person in this outbox.
    pub(in crate::outputs::fhir) fn mark(&self, identifier: &Identifier) -> PersonMark {
        PersonMark::new(&self.inner().key, identifier)
    }

    /// The documents about an alarm, up to the one with this number.
    pub(in crate::outputs::fhir) fn history(
        &self,
        alarm: EventId,
        writing: u32,
    ) -> Result<History, StoreError> {
        let inner = self.inner();
        let read = || -> rusqlite::Result<History> {
            let key = params![alarm.as_bytes(), writing];
            // What was given up and is not there says nothing: its patient may have been the wrong one.
            let sql = "SELECT person FROM document WHERE alarm = ?1 AND writing <= ?2 AND \
                       (reached OR person IS NOT NULL AND word <> 'dismissed') ORDER BY writing LIMIT 1";
            let mut person = inner.connection.prepare_cached(sql)?;
            let person = person.query_row(key, |row| row.get(0)).optional()?;
            let sql = "SELECT max(writing) FROM document \
                       WHERE alarm = ?1 AND writing < ?2 AND reached";
            let mut replaces = inner.connection.prepare_cached(sql)?;
            let replaces = replaces.query_row(key, |row| row.get(0))?;
            Ok(History { person, replaces })
        };
        read().map_err(failed)
    }
}
