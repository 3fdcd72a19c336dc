//! Alarms that are withheld until the register knows their patient.

use std::time::Duration;

use fhir_vkp::delivery::StoreError;
use rusqlite::params;

use super::{About, Outbox, failed, now};

/// What their state says.
const AWAITING: &str = "no_patient";
/// The latest of them that are kept.
const MOST: i64 = 10_000;

impl Outbox {
    /// Keeps that an alarm is not sent while nobody has its device.
    pub(in crate::outputs::fhir) fn await_patient(
        &self,
        about: &About,
        reason: &str,
    ) -> Result<(), StoreError> {
        self.withhold_in(AWAITING, about, reason)
    }

    /// The numbers of those of whom it is known whose device it was, after one of them, in order.
    pub(in crate::outputs::fhir) fn awaiting(
        &self,
        after: u64,
        limit: u32,
    ) -> Result<Vec<u64>, StoreError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let inner = self.inner();
        let read = || -> rusqlite::Result<Vec<u64>> {
            let sql = "SELECT id FROM document WHERE reason IS NOT NULL AND entry IS NULL \
                       AND state = ?1 AND person IS NOT NULL AND id > ?2 ORDER BY id LIMIT ?3";
            let mut numbers = inner.connection.prepare_cached(sql)?;
            let numbers = numbers.query_map(params![AWAITING, after, limit], |row| {
                row.get(0).map(i64::cast_unsigned)
            })?;
            numbers.collect()
        };
        read().map_err(failed)
    }

    /// Says anew why one is not sent.
    pub(in crate::outputs::fhir) fn reword(
        &self,
        number: u64,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE document SET reason = ?2 \
                   WHERE id = ?1 AND entry IS NULL AND reason IS NOT NULL AND reason <> ?2";
        let inner = self.inner();
        let mut reword = inner.connection.prepare_cached(sql).map_err(failed)?;
        let reworded = reword.execute(params![number.cast_signed(), reason]);
        reworded.map(drop).map_err(failed)
    }

    /// Gives up those that have waited for so long, and those that have to make room for the latest; how
    /// many. What corrects a document stays, for an operator.
    pub(in crate::outputs::fhir) fn expire(&self, after: Duration) -> Result<usize, StoreError> {
        let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
        let now = now();
        let sql = "UPDATE document SET reason = NULL, state = '', word = 'expired', since = ?2 \
                   WHERE reason IS NOT NULL AND entry IS NULL AND state = ?1 AND writing = 0 \
                   AND (submitted <= ?3 OR id <= (SELECT id FROM document WHERE reason IS NOT NULL \
                   AND entry IS NULL AND state = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?4))";
        let inner = self.inner();
        let mut expire = inner.connection.prepare_cached(sql).map_err(failed)?;
        let expired = expire.execute(params![AWAITING, now, now.saturating_sub(after), MOST]);
        expired.map_err(failed)
    }
}
