//! The outbox: documents in an SQLite file beside the journal, byte for byte until they are delivered.
//!
//! What was delivered stays without its bytes, so that its status is shown, an alarm that is taken over
//! again after a crash is known, and one that is reopened is corrected. A document has a number, by which
//! operators speak of it in the API and the log: it grows by one and is given once, whatever the clock
//! does. The file holds health data; `Debug` and errors show none.

mod awaiting;
mod history;
mod schema;
mod shown;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fhir_vkp::WallMicros;
use fhir_vkp::delivery::{
    Completion, EntryId, EntryState, Lane, NewEntry, ParkReason, Store, StoreError, Stored,
    StoredEntry,
};
use fhir_vkp::request::Document;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::journal::EventId;

pub(super) use history::{ANOTHER, NOBODY, PersonMark};

/// Delivered documents that are remembered.
const REMEMBERED: u64 = 10_000;
/// Removals after which the log is folded back, so that what was delivered does not stay in it.
const CHECKPOINT: usize = 64;
/// The planner would read what waits for somebody, too.
const FORGET: &str = "DELETE FROM document INDEXED BY document_over \
     WHERE entry IS NULL AND reason IS NULL AND id <= (SELECT max(id) FROM document) - ?1";
/// Whether there is something of which bytes are kept.
const WAITS: &str = "SELECT 1 FROM document WHERE entry IS NOT NULL LIMIT 1";
/// Whether a correction came after a document; one that was given up and is not in the record is none.
const SUPERSEDED: &str = "EXISTS (SELECT 1 FROM document AS newer \
     WHERE newer.alarm = document.alarm AND newer.writing > document.writing \
     AND (newer.word <> 'dismissed' OR newer.reached))";

/// What is said of a document beside its bytes.
#[derive(Clone)]
pub(super) struct About {
    /// The alarm that it is about.
    pub(super) alarm: EventId,
    /// How many documents about the alarm went before: it was closed, and opened again.
    pub(super) writing: u32,
    /// What came after the alarm and belongs to the document; the last one closed it.
    pub(super) later: Vec<EventId>,
    /// Which of them opened it again.
    pub(super) reopened_by: Vec<EventId>,
    /// Whose it is; `None` where the patient is what is wrong with it.
    pub(super) person: Option<PersonMark>,
    /// Its controller.
    pub(super) device: String,
    /// What happened, in the receiver's code.
    pub(super) code: String,
    /// When it happened: microseconds.
    pub(super) occurred: i64,
}

impl fmt::Debug for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("About")
            .field("alarm", &self.alarm)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

/// An earlier document about an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) writing: u32,
    /// `None` where an older version has not kept it.
    pub(super) later: Option<Vec<EventId>>,
    /// Which of them opened it again.
    pub(super) reopened_by: Vec<EventId>,
}

/// A document that an operator means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its place in the delivery; none for one that is withheld or done.
    pub(super) entry: Option<EntryId>,
    pub(super) alarm: EventId,
    pub(super) document: Earlier,
    /// Whether somebody has to look at it.
    pub(super) is_dead: bool,
    /// Whether a correction came later.
    pub(super) superseded: bool,
    /// Whether somebody has to look at it no more.
    pub(super) given_up: Option<GivenUp>,
}

/// What was never delivered, and who has decided that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivenUp {
    /// An operator.
    Dismissed,
    /// Nobody: it had waited for its patient for too long.
    Expired,
}

struct Inner {
    connection: Connection,
    /// What the next document is about.
    about: Option<About>,
    /// Of the marks of persons.
    key: [u8; 32],
    removals: usize,
    /// Bytes that should be erased could not be.
    log_stays: bool,
}

/// The outbox. Clones share it.
#[derive(Clone)]
pub(super) struct Outbox(Arc<Mutex<Inner>>);

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").finish_non_exhaustive()
    }
}

/// SQLite's texts name tables and files, never values.
fn failed(error: impl fmt::Display) -> StoreError {
    StoreError(error.to_string().into())
}

fn key(id: EntryId) -> i64 {
    id.0.cast_signed()
}

fn now() -> i64 {
    WallMicros::now().0
}

impl Outbox {
    /// Opens the file or creates it; it is this process's own until it is dropped.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = schema::open(path)?;
        let key = schema::key(&connection).map_err(failed)?;
        Ok(Self(Arc::new(Mutex::new(Inner {
            connection,
            key,
            about: None,
            // What a crash left in the log goes with the next removal.
            removals: CHECKPOINT,
            log_stays: false,
        }))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this document about the alarm is here, or was delivered.
    pub(super) fn knows(&self, alarm: EventId, writing: u32) -> Result<bool, StoreError> {
        let inner = self.inner();
        let mut known = inner
            .connection
            .prepare_cached("SELECT 1 FROM document WHERE alarm = ?1 AND writing = ?2")
            .map_err(failed)?;
        let key = params![alarm.as_bytes(), writing];
        known.exists(key).map_err(failed)
    }

    /// The latest document about an alarm, not counting those that this later event is part of: what it
    /// reopens is found again after a crash, whatever was made of it by then.
    pub(super) fn before(
        &self,
        alarm: EventId,
        event: EventId,
    ) -> Result<Option<Earlier>, StoreError> {
        let inner = self.inner();
        let read = || -> rusqlite::Result<Option<Earlier>> {
            let sql = "SELECT writing, later, reopened FROM document WHERE alarm = ?1 ORDER BY writing DESC";
            let mut all = inner.connection.prepare_cached(sql)?;
            let all = all.query_map([alarm.as_bytes()], |row| earlier(row, 0))?;
            for one in all {
                let one = one?;
                if !one.later.iter().flatten().any(|later| *later == event) {
                    return Ok(Some(one));
                }
            }
            Ok(None)
        };
        read().map_err(failed)
    }

    /// The document with this number.
    pub(super) fn find(&self, number: u64) -> Result<Option<Found>, StoreError> {
        let Ok(number) = i64::try_from(number) else {
            return Ok(None);
        };
        let sql = format!(
            "SELECT entry, alarm, reason IS NOT NULL, {SUPERSEDED}, writing, later, reopened, word \
             FROM document WHERE id = ?1"
        );
        let inner = self.inner();
        let mut found = inner.connection.prepare_cached(&sql).map_err(failed)?;
        let found = found.query_row([number], |row| {
            let entry: Option<i64> = row.get(0)?;
            Ok(Found {
                entry: entry.map(|entry| EntryId(entry.cast_unsigned())),
                alarm: EventId::from_bytes(row.get(1)?),
                is_dead: row.get(2)?,
                superseded: row.get(3)?,
                document: earlier(row, 4)?,
                given_up: match &*row.get::<_, String>(7)? {
                    "dismissed" => Some(GivenUp::Dismissed),
                    "expired" => Some(GivenUp::Expired),
                    _ => None,
                },
            })
        });
        found.optional().map_err(failed)
    }

    /// The number of a document in the delivery.
    pub(super) fn number(&self, id: EntryId) -> Option<i64> {
        let inner = self.inner();
        let sql = "SELECT id FROM document WHERE entry = ?1";
        let mut number = inner.connection.prepare_cached(sql).ok()?;
        number.query_row([key(id)], |row| row.get(0)).ok()
    }

    /// Gives up one that is withheld. Says whether it was.
    pub(super) fn dismiss(&self, number: u64) -> Result<bool, StoreError> {
        let sql = "UPDATE document SET reason = NULL, word = 'dismissed', since = ?2 \
                   WHERE id = ?1 AND entry IS NULL AND reason IS NOT NULL";
        let mut inner = self.inner();
        let mut dismiss = || -> rusqlite::Result<bool> {
            let change = inner.connection.transaction()?;
            let key = params![number.cast_signed(), now()];
            let dismissed = change.prepare_cached(sql)?.execute(key)? > 0;
            if dismissed {
                forget(&change)?;
            }
            change.commit()?;
            Ok(dismissed)
        };
        dismiss().map_err(failed)
    }

    /// Says what the next document is about. Without it none is taken.
    pub(super) fn announce(&self, about: About) {
        self.inner().about = Some(about);
    }

    /// Keeps that an alarm is not sent, for an operator.
    pub(super) fn withhold(&self, about: &About, reason: &str) -> Result<(), StoreError> {
        self.withhold_in("", about, reason)
    }

    /// The same, with a word about what it waits for.
    fn withhold_in(&self, state: &str, about: &About, reason: &str) -> Result<(), StoreError> {
        self.inner()
            .connection
            .prepare_cached(
                "INSERT INTO document \
                 (alarm, writing, later, reopened, person, reached, device, code, occurred, \
                 submitted, state, word, since, reason) \
                 VALUES (?1, ?2, ?3, ?9, ?10, 0, ?4, ?5, ?6, ?7, ?11, 'withheld', ?7, ?8) \
                 ON CONFLICT (alarm, writing) DO UPDATE SET reason = excluded.reason, \
                 state = excluded.state \
                 WHERE entry IS NULL AND reason IS NOT NULL",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    about.alarm.as_bytes(),
                    about.writing,
                    bytes_of(&about.later),
                    about.device,
                    about.code,
                    about.occurred,
                    now(),
                    reason,
                    bytes_of(&about.reopened_by),
                    about.person,
                    state,
                ])
            })
            .map(drop)
            .map_err(failed)
    }

    /// Notes in a word what was heard of a document.
    pub(super) fn heard(&self, id: EntryId, word: &str) -> Result<(), StoreError> {
        self.inner()
            .connection
            .prepare_cached("UPDATE document SET word = ?2, since = ?3 WHERE entry = ?1")
            .and_then(|mut update| update.execute(params![key(id), word, now()]))
            .map(drop)
            .map_err(failed)
    }

    /// Erases what should have been erased and could not be.
    pub(super) fn make_good(&self) {
        let mut inner = self.inner();
        if inner.log_stays {
            inner.erase_log();
        }
    }
}

/// Forgets what is over but for the latest. Whatever becomes over does this, so that it does not grow where
/// nothing is delivered.
fn forget(change: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut forget = change.prepare_cached(FORGET)?;
    forget.execute([REMEMBERED.cast_signed()]).map(drop)
}

/// From three columns, the first of which is this one.
fn earlier(row: &Row<'_>, column: usize) -> rusqlite::Result<Earlier> {
    let ids = |bytes: Vec<u8>| -> Vec<EventId> {
        let (ids, _) = bytes.as_chunks::<16>();
        ids.iter().map(|id| EventId::from_bytes(*id)).collect()
    };
    let reopened_by: Option<Vec<u8>> = row.get(column + 2)?;
    Ok(Earlier {
        writing: row.get(column)?,
        later: row.get::<_, Option<Vec<u8>>>(column + 1)?.map(ids),
        reopened_by: reopened_by.map(ids).unwrap_or_default(),
    })
}

fn bytes_of(ids: &[EventId]) -> Vec<u8> {
    ids.iter().flat_map(|id| *id.as_bytes()).collect()
}

/// What is shown of a state.
fn word(state: &EntryState) -> &'static str {
    match state {
        EntryState::Waiting { .. } => "waiting",
        EntryState::Taken { .. } => "taken",
        EntryState::Parked { why, .. } => match &why.reason {
            ParkReason::Failed(_) => "failed",
            ParkReason::Contradictory => "contradictory",
            ParkReason::DocumentLost => "lost",
            // Whatever came of the last attempt: nobody may take it for what is not there.
            _ if why.may_have_arrived() => "unconfirmed",
            ParkReason::NotTaken => "not_taken",
            _ => "refused",
        },
        _ => "unknown",
    }
}

impl Inner {
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        let about = self.about.take();
        let about = about.ok_or_else(|| failed("nobody said what the document is about"))?;
        let state = EntryState::Waiting { since: None };
        self.connection
            .prepare_cached(
                // One that is withheld becomes this one, when somebody has mended the cause; and one
                // that is there in spite of an error is the same.
                "INSERT INTO document (entry, alarm, writing, later, device, code, occurred, \
                 submitted, lane, body, state, word, since, reopened, person, reached) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?8, ?13, ?14, 1) \
                 ON CONFLICT (alarm, writing) DO UPDATE SET entry = excluded.entry, \
                 device = excluded.device, code = excluded.code, submitted = excluded.submitted, \
                 lane = excluded.lane, body = excluded.body, state = excluded.state, \
                 word = excluded.word, since = excluded.since, person = excluded.person, \
                 reached = excluded.reached, reason = NULL \
                 WHERE document.entry IS NULL \
                 AND (document.reason IS NOT NULL OR document.word = 'expired') \
                 OR document.body = excluded.body AND document.word = 'waiting'",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    key(entry.id),
                    about.alarm.as_bytes(),
                    about.writing,
                    bytes_of(&about.later),
                    about.device,
                    about.code,
                    about.occurred,
                    entry.submitted.0,
                    entry.lane.map(|lane| lane.0.cast_signed()),
                    entry.document.body(),
                    state.to_text(),
                    word(&state),
                    bytes_of(&about.reopened_by),
                    about.person,
                ])
            })
            .map_err(failed)
            .and_then(|kept| match kept {
                0 => Err(failed("there is such a document already")),
                _ => Ok(()),
            })
    }

    fn update(&self, id: EntryId, state: &EntryState) -> rusqlite::Result<()> {
        let reason = match state {
            // Its `Display` holds no text of the receiver.
            EntryState::Parked { why, .. } => Some(why.to_string()),
            _ => None,
        };
        self.connection
            .prepare_cached(
                "UPDATE document SET state = ?2, word = ?3, since = ?4, reason = ?5, reached = ?6 \
                 WHERE entry = ?1",
            )?
            .execute(params![
                key(id),
                state.to_text(),
                word(state),
                now(),
                reason,
                history::may_be_there(state),
            ])?;
        Ok(())
    }

    fn finish(&mut self, id: EntryId, how: Completion) -> rusqlite::Result<()> {
        let word = match how {
            Completion::Journaled => "journaled",
            Completion::Dismissed => "dismissed",
            _ => "done",
        };
        let is_there = how != Completion::Dismissed;
        let (id, now) = (key(id), now());
        let change = self.connection.transaction()?;
        let finished = change
            .prepare_cached(
                "UPDATE document SET entry = NULL, body = NULL, lane = NULL, reason = NULL, state = '', \
                 word = ?2, since = ?3, reached = reached OR ?4 WHERE entry = ?1",
            )?
            .execute(params![id, word, now, is_there])?;
        if finished == 0 {
            return Ok(());
        }
        forget(&change)?;
        change.commit()?;
        self.removals += 1;
        self.erase_log();
        Ok(())
    }

    /// Erases what is left of the bytes in the log. They are out of the tables whatever comes of it, so
    /// that a failure is told once, and made good as soon as it can be.
    fn erase_log(&mut self) {
        match (self.fold_log(), self.log_stays) {
            (Ok(()), false) => {}
            (Ok(()), true) => {
                self.log_stays = false;
                tracing::info!("bytes of what was delivered are erased from the log of the outbox");
            }
            (Err(_), true) => {}
            (Err(error), false) => {
                self.log_stays = true;
                tracing::error!(%error, "bytes of what was delivered stay in the log of the outbox for now");
            }
        }
    }

    /// Folds the log back now and then, and when nothing waits.
    fn fold_log(&mut self) -> rusqlite::Result<()> {
        let waits = self.connection.prepare_cached(WAITS)?.exists([])?;
        if self.removals >= CHECKPOINT || self.log_stays || !waits {
            let fold = "PRAGMA wal_checkpoint(TRUNCATE)";
            self.connection.query_row(fold, [], |_| Ok(()))?;
            self.removals = 0;
        }
        Ok(())
    }

    fn load(&self, visit: &mut dyn FnMut(Stored)) -> rusqlite::Result<()> {
        let sql = "SELECT entry, body, lane, submitted, state FROM document \
                   WHERE entry IS NOT NULL ORDER BY entry";
        let mut all = self.connection.prepare(sql)?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            let id = EntryId(row.get::<_, i64>(0)?.cast_unsigned());
            visit(entry(id, row)?.map_or(Stored::Unreadable(id), Stored::Entry));
        }
        Ok(())
    }

    fn document(&self, id: EntryId) -> rusqlite::Result<Option<Vec<u8>>> {
        let sql = "SELECT body FROM document WHERE entry = ?1";
        let body = self
            .connection
            .prepare_cached(sql)?
            .query_row([key(id)], |row| row.get(0))
            .optional()?;
        Ok(body.flatten())
    }
}

/// `None` for one that cannot be read.
fn entry(id: EntryId, row: &Row<'_>) -> rusqlite::Result<Option<StoredEntry>> {
    let body: Option<Vec<u8>> = row.get(1)?;
    let lane: Option<i64> = row.get(2)?;
    let state: String = row.get(4)?;
    let submitted = WallMicros(row.get(3)?);
    let document = body.and_then(|body| Document::from_json(body).ok());
    Ok(document
        .zip(EntryState::from_text(&state).ok())
        .map(|(document, state)| StoredEntry {
            id,
            document,
            lane: lane.map(|lane| Lane(lane.cast_unsigned())),
            submitted,
            state,
        }))
}

impl Store for Outbox {
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        self.inner().append(entry)
    }

    fn update(&mut self, id: EntryId, state: &EntryState) -> Result<(), StoreError> {
        self.inner().update(id, state).map_err(failed)
    }

    fn finish(&mut self, id: EntryId, how: Completion) -> Result<(), StoreError> {
        self.inner().finish(id, how).map_err(failed)
    }

    fn document(&mut self, id: EntryId) -> Result<Option<Document>, StoreError> {
        let body = self.inner().document(id).map_err(failed)?;
        Ok(body.and_then(|body| Document::from_json(body).ok()))
    }

    fn load(&mut self, visit: &mut dyn FnMut(Stored)) -> Result<(), StoreError> {
        self.inner().load(visit).map_err(failed)
    }
}

#[cfg(test)]
mod tests;
