//! What operators see of the outbox.

use fhir_vkp::delivery::StoreError;
use rusqlite::{Row, params};

use super::schema::TALLY;
use super::{Outbox, SUPERSEDED, failed};
use crate::journal::EventId;
use crate::output::{DeadLetter, DocumentState};
use crate::time::Timestamp;

/// Documents and dead letters that are shown, the latest.
const SHOWN: i64 = 100;
/// The columns of a dead letter, but for [`SUPERSEDED`].
const LETTER: &str = "id, device, code, occurred, since, reason, alarm, reached";

pub(super) const LATEST_DOCUMENTS: &str = "SELECT alarm, code, word, since, id, writing FROM document \
     ORDER BY id DESC LIMIT ?1";

pub(super) fn latest_letters() -> String {
    format!(
        "SELECT {LETTER}, {SUPERSEDED} FROM document \
         WHERE reason IS NOT NULL ORDER BY since DESC, id DESC LIMIT ?1"
    )
}

/// What an operator sees of the outbox.
#[derive(Debug, Default)]
pub(in crate::outputs::fhir) struct Overview {
    pub(in crate::outputs::fhir) dead: usize,
    pub(in crate::outputs::fhir) dead_letters: Vec<DeadLetter>,
    pub(in crate::outputs::fhir) documents: Vec<DocumentState>,
}

impl Outbox {
    /// Dead letters with a greater number, in order, at most `limit`.
    pub(in crate::outputs::fhir) fn letters(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let inner = self.inner();
        let read = || -> rusqlite::Result<Vec<DeadLetter>> {
            let sql = format!(
                "SELECT {LETTER}, {SUPERSEDED} FROM document \
                 WHERE reason IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2"
            );
            let mut letters = inner.connection.prepare_cached(&sql)?;
            letters.query_map(params![after, limit], letter)?.collect()
        };
        read().map_err(failed)
    }

    /// What an operator sees.
    pub(in crate::outputs::fhir) fn overview(&self) -> Result<Overview, StoreError> {
        let inner = self.inner();
        let read = || -> rusqlite::Result<Overview> {
            let dead: i64 = inner
                .connection
                .prepare_cached(TALLY)?
                .query_row([], |row| row.get(0))?;
            let mut letters = inner.connection.prepare_cached(&latest_letters())?;
            let letters = letters.query_map([SHOWN], letter)?;
            let mut documents = inner.connection.prepare_cached(LATEST_DOCUMENTS)?;
            let documents = documents.query_map([SHOWN], document)?;
            let mut overview = Overview {
                dead: usize::try_from(dead).unwrap_or(0),
                dead_letters: letters.collect::<Result<_, _>>()?,
                documents: documents.collect::<Result<_, _>>()?,
            };
            // The oldest first, as elsewhere.
            overview.dead_letters.reverse();
            overview.documents.reverse();
            Ok(overview)
        };
        read().map_err(failed)
    }
}

fn letter(row: &Row<'_>) -> rusqlite::Result<DeadLetter> {
    let id: i64 = row.get(0)?;
    Ok(DeadLetter {
        id: id.cast_unsigned(),
        device: row.get(1)?,
        code: row.get(2)?,
        method: "POST",
        occurred_at: Timestamp::from_micros(row.get(3)?),
        refused_at: Timestamp::from_micros(row.get(4)?),
        reason: row.get(5)?,
        may_have_arrived: Some(row.get(7)?),
        superseded: row.get(8)?,
        alarm: Some(EventId::from_bytes(row.get(6)?)),
    })
}

fn document(row: &Row<'_>) -> rusqlite::Result<DocumentState> {
    let id: i64 = row.get(4)?;
    Ok(DocumentState {
        id: id.cast_unsigned(),
        writing: row.get(5)?,
        alarm: EventId::from_bytes(row.get(0)?),
        code: row.get(1)?,
        state: row.get(2)?,
        since: Timestamp::from_micros(row.get(3)?),
    })
}
