//! Alarms that are withheld until the register knows their patient.

use std::time::Duration;

use fhir_vkp::delivery::StoreError;
use rusqlite::params;

use super::{About, NOBODY, Outbox, failed, forget, now};

/// What the state of those says whose device nobody has.
const AWAITING: &str = "no_patient";
/// What it says of those of them that are withheld for another reason by now, such as that somebody else has
/// the device: they are tried all the same, and not given up.
const REWORDED: &str = "reworded";
/// The latest of them that are kept.
const MOST: i64 = 10_000;

/// Gives up those that have waited since before, and that correct nothing.
pub(super) const EXPIRE: &str = "UPDATE document SET reason = NULL, state = '', word = 'expired', since = ?2 \
     WHERE reason IS NOT NULL AND entry IS NULL AND state = ?1 AND submitted <= ?3 AND writing = 0 \
     AND reason = ?4";
pub(super) const COUNT: &str = "SELECT count(*) FROM document \
     WHERE reason IS NOT NULL AND entry IS NULL AND state = ?1";
/// Gives up those that have to make room.
const MAKE_ROOM: &str = "UPDATE document SET reason = NULL, state = '', word = 'expired', since = ?2 \
     WHERE reason IS NOT NULL AND entry IS NULL AND state = ?1 AND writing = 0 AND reason = ?4 \
     AND id <= (SELECT id FROM document WHERE reason IS NOT NULL AND entry IS NULL AND state = ?1 \
     ORDER BY id DESC LIMIT 1 OFFSET ?3)";

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
                       AND state IN (?1, ?4) AND person IS NOT NULL AND id > ?2 ORDER BY id LIMIT ?3";
            let mut numbers = inner.connection.prepare_cached(sql)?;
            let which = params![AWAITING, after, limit, REWORDED];
            let numbers = numbers.query_map(which, |row| row.get(0).map(i64::cast_unsigned))?;
            numbers.collect()
        };
        read().map_err(failed)
    }

    /// Says anew why one is not sent. Once that was anything else than that nobody has its device it is not
    /// given up any more.
    pub(in crate::outputs::fhir) fn reword(
        &self,
        number: u64,
        reason: &str,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE document SET reason = ?2, \
                   state = CASE ?2 WHEN ?3 THEN state ELSE ?4 END \
                   WHERE id = ?1 AND entry IS NULL AND reason IS NOT NULL AND reason <> ?2";
        let inner = self.inner();
        let mut reword = inner.connection.prepare_cached(sql).map_err(failed)?;
        let reworded = params![number.cast_signed(), reason, NOBODY, REWORDED];
        let reworded = reword.execute(reworded);
        reworded.map(drop).map_err(failed)
    }

    /// Gives up those that have waited for so long, and those that have to make room for the latest; how
    /// many. What corrects a document stays, for an operator.
    pub(in crate::outputs::fhir) fn expire(&self, after: Duration) -> Result<usize, StoreError> {
        self.expire_beyond(after, MOST)
    }

    fn expire_beyond(&self, after: Duration, most: i64) -> Result<usize, StoreError> {
        let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
        let now = now();
        let since = now.saturating_sub(after);
        let mut inner = self.inner();
        let mut expire = || -> rusqlite::Result<usize> {
            let change = inner.connection.transaction()?;
            let which = params![AWAITING, now, since, NOBODY];
            let mut expired = change.prepare_cached(EXPIRE)?.execute(which)?;
            let count: i64 = change
                .prepare_cached(COUNT)?
                .query_row([AWAITING], |row| row.get(0))?;
            if count > most {
                let which = params![AWAITING, now, most, NOBODY];
                expired += change.prepare_cached(MAKE_ROOM)?.execute(which)?;
            }
            if expired > 0 {
                forget(&change)?;
            }
            change.commit()?;
            Ok(expired)
        };
        expire().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::super::NOBODY;
    use super::*;
    use crate::journal::EventId;
    use fhir_vkp::Identifier;

    fn about(number: u8, writing: u32) -> About {
        About {
            alarm: EventId::from_bytes([number; 16]),
            writing,
            later: vec![],
            reopened_by: vec![],
            person: None,
            device: "40211870".into(),
            code: "fall".into(),
            occurred: 7,
        }
    }

    fn states(outbox: &Outbox) -> Vec<String> {
        let documents = outbox.overview().expect("read").documents;
        documents.into_iter().map(|one| one.state).collect()
    }

    #[test]
    fn the_oldest_make_room_and_corrections_stay() {
        let directory = tempfile::tempdir().expect("a directory");
        let outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
        for (number, writing) in [(1, 0), (2, 1), (3, 0), (4, 0)] {
            let about = about(number, writing);
            outbox.await_patient(&about, NOBODY).expect("kept");
        }
        // What is withheld for another reason is none of them.
        outbox.withhold(&about(5, 0), "a reason").expect("kept");
        let hour = Duration::from_secs(3600);
        assert_eq!(outbox.expire_beyond(hour, 4), Ok(0));
        assert_eq!(outbox.expire_beyond(hour, 2), Ok(1));
        assert_eq!(
            states(&outbox),
            ["expired", "withheld", "withheld", "withheld", "withheld"]
        );
        assert_eq!(outbox.expire_beyond(Duration::ZERO, 2), Ok(2));
        assert_eq!(
            states(&outbox),
            ["expired", "withheld", "expired", "expired", "withheld"]
        );
        assert_eq!(outbox.overview().expect("read").dead, 2);
    }

    #[test]
    fn only_those_of_whom_it_is_known_whose_device_it_was_are_tried_without_an_operator() {
        let directory = tempfile::tempdir().expect("a directory");
        let outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
        let person = Identifier::new("https://epj.example.net", "4711").expect("one");
        for number in 1..=3 {
            let mut about = about(number, 0);
            about.person = (number != 2).then(|| outbox.mark(&person));
            outbox.await_patient(&about, NOBODY).expect("kept");
        }
        assert_eq!(outbox.awaiting(0, 9), Ok(vec![1, 3]));
        assert_eq!(outbox.awaiting(1, 9), Ok(vec![3]));
        outbox.reword(1, "another reason").expect("kept");
        let letters = outbox.letters(0, 9).expect("read");
        assert_eq!(letters[0].reason, "another reason");
        outbox.dismiss(3).expect("given up");
        assert_eq!(outbox.awaiting(0, 9), Ok(vec![1]));
    }
    #[test]
    fn what_is_withheld_for_another_reason_by_now_is_tried_and_not_given_up() {
        let directory = tempfile::tempdir().expect("a directory");
        let outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
        let person = Identifier::new("https://epj.example.net", "4711").expect("one");
        for number in 1..=2 {
            let mut about = about(number, 0);
            about.person = Some(outbox.mark(&person));
            outbox.await_patient(&about, NOBODY).expect("kept");
            outbox.reword(u64::from(number), NOBODY).expect("kept");
        }
        outbox.reword(1, "another reason").expect("kept");
        assert_eq!(outbox.expire_beyond(Duration::ZERO, 0), Ok(1));
        assert_eq!(states(&outbox), ["withheld", "expired"]);
        assert_eq!(outbox.awaiting(0, 9), Ok(vec![1]));
        // Nobody has it again: somebody has to look all the same.
        outbox.reword(1, NOBODY).expect("kept");
        assert_eq!(outbox.expire(Duration::ZERO), Ok(0));
        assert_eq!(outbox.awaiting(0, 9), Ok(vec![1]));
        assert_eq!(outbox.overview().expect("read").dead, 1);
    }
}
