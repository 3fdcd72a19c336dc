//! The outbox: documents in an SQLite file beside the journal, byte for byte until they are delivered.
//!
//! What was delivered stays without its bytes, so that its status is shown and an alarm that is taken
//! over again after a crash is known. The file holds health data; `Debug` and errors show none.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fhir_vkp::WallMicros;
use fhir_vkp::delivery::{
    Completion, EntryId, EntryState, Lane, NewEntry, ParkReason, Store, StoreError, Stored,
    StoredEntry,
};
use fhir_vkp::request::Document;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::journal::EventId;
use crate::output::{DeadLetter, DocumentState};
use crate::time::Timestamp;

/// The version of the tables.
const VERSION: i64 = 1;

const SCHEMA: &str = "\
    CREATE TABLE document ( \
      id INTEGER PRIMARY KEY, entry INTEGER UNIQUE, alarm BLOB NOT NULL UNIQUE, \
      device TEXT NOT NULL, code TEXT NOT NULL, occurred INTEGER NOT NULL, submitted INTEGER NOT NULL, \
      lane INTEGER, body BLOB, state TEXT NOT NULL, word TEXT NOT NULL, since INTEGER NOT NULL, \
      reason TEXT) STRICT; \
    CREATE INDEX document_dead ON document (since) WHERE reason IS NOT NULL; \
    PRAGMA user_version = 1;";

/// Delivered documents that are remembered.
const REMEMBERED: u64 = 10_000;
/// Removals after which the log is folded back, so that what was delivered does not stay in it.
const CHECKPOINT: usize = 64;
/// Documents and dead letters that are shown, the latest.
const SHOWN: i64 = 100;

/// What is said of a document beside its bytes.
#[derive(Clone)]
pub(super) struct About {
    /// The alarm that it is about.
    pub(super) alarm: EventId,
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

/// What an operator sees of the outbox.
#[derive(Debug, Default)]
pub(super) struct Overview {
    pub(super) dead: usize,
    pub(super) dead_letters: Vec<DeadLetter>,
    pub(super) documents: Vec<DocumentState>,
}

struct Inner {
    connection: Connection,
    /// What the next document is about.
    about: Option<About>,
    removals: usize,
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
        let connection = Connection::open(path).map_err(failed)?;
        let prepare = || -> rusqlite::Result<i64> {
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "secure_delete", true)?;
            let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            if version == 0 {
                let sql = format!("BEGIN IMMEDIATE; {SCHEMA} COMMIT;");
                connection.execute_batch(&sql)?;
                return Ok(VERSION);
            }
            Ok(version)
        };
        let version = prepare().map_err(failed)?;
        if version != VERSION {
            return Err(failed(format_args!("its tables have version {version}")));
        }
        Ok(Self(Arc::new(Mutex::new(Inner {
            connection,
            about: None,
            // What a crash left in the log goes with the next removal.
            removals: CHECKPOINT,
        }))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a document about this alarm is here, or was delivered.
    pub(super) fn knows(&self, alarm: EventId) -> Result<bool, StoreError> {
        let inner = self.inner();
        let mut known = inner
            .connection
            .prepare_cached("SELECT 1 FROM document WHERE alarm = ?1")
            .map_err(failed)?;
        known.exists([alarm.as_bytes()]).map_err(failed)
    }

    /// Says what the next document is about. Without it none is taken.
    pub(super) fn announce(&self, about: About) {
        self.inner().about = Some(about);
    }

    /// Keeps that an alarm is not sent, for an operator.
    pub(super) fn withhold(&self, about: &About, reason: &str) -> Result<(), StoreError> {
        self.inner()
            .connection
            .prepare_cached(
                "INSERT OR IGNORE INTO document \
                 (alarm, device, code, occurred, submitted, state, word, since, reason) \
                 VALUES (?1, ?2, ?3, ?4, ?5, '', 'withheld', ?5, ?6)",
            )
            .and_then(|mut insert| {
                let (alarm, now) = (about.alarm.as_bytes(), now());
                let (device, code, at) = (&about.device, &about.code, about.occurred);
                insert.execute(params![alarm, device, code, at, now, reason])
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

    /// What an operator sees.
    pub(super) fn overview(&self) -> Result<Overview, StoreError> {
        let inner = self.inner();
        let read = || -> rusqlite::Result<Overview> {
            let sql = "SELECT count(*) FROM document WHERE reason IS NOT NULL";
            let dead: i64 = inner
                .connection
                .prepare_cached(sql)?
                .query_row([], |row| row.get(0))?;
            let sql = "SELECT id, device, code, occurred, since, reason, alarm FROM document \
                       WHERE reason IS NOT NULL ORDER BY since DESC, id DESC LIMIT ?1";
            let mut letters = inner.connection.prepare_cached(sql)?;
            let letters = letters.query_map([SHOWN], letter)?;
            let sql = "SELECT alarm, code, word, since FROM document ORDER BY id DESC LIMIT ?1";
            let mut documents = inner.connection.prepare_cached(sql)?;
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
        superseded: false,
        alarm: Some(EventId::from_bytes(row.get(6)?)),
    })
}

fn document(row: &Row<'_>) -> rusqlite::Result<DocumentState> {
    Ok(DocumentState {
        alarm: EventId::from_bytes(row.get(0)?),
        code: row.get(1)?,
        state: row.get(2)?,
        since: Timestamp::from_micros(row.get(3)?),
    })
}

/// What is shown of a state.
fn word(state: &EntryState) -> &'static str {
    match state {
        EntryState::Waiting => "waiting",
        EntryState::Taken { .. } => "taken",
        EntryState::Parked { reason, .. } => match reason {
            ParkReason::Failed(_) => "failed",
            ParkReason::Contradictory => "contradictory",
            ParkReason::Unconfirmed | ParkReason::WithoutStatus => "unconfirmed",
            ParkReason::NotTaken { .. } => "not_taken",
            ParkReason::DocumentLost => "lost",
            _ => "refused",
        },
        _ => "unknown",
    }
}

impl Inner {
    fn append(&mut self, entry: &NewEntry<'_>) -> Result<(), StoreError> {
        let about = self.about.take();
        let about = about.ok_or_else(|| failed("nobody said what the document is about"))?;
        let state = EntryState::Waiting;
        self.connection
            .prepare_cached(
                "INSERT INTO document (entry, alarm, device, code, occurred, submitted, lane, body, \
                 state, word, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?6)",
            )
            .and_then(|mut insert| {
                insert.execute(params![
                    key(entry.id),
                    about.alarm.as_bytes(),
                    about.device,
                    about.code,
                    about.occurred,
                    entry.submitted.0,
                    entry.lane.map(|lane| lane.0.cast_signed()),
                    entry.document.body(),
                    state.to_text(),
                    word(&state),
                ])
            })
            .map(drop)
            .map_err(failed)
    }

    fn update(&self, id: EntryId, state: &EntryState) -> rusqlite::Result<()> {
        let reason = match state {
            // Its `Display` holds no text of the receiver.
            EntryState::Parked { reason, .. } => Some(reason.to_string()),
            _ => None,
        };
        self.connection
            .prepare_cached(
                "UPDATE document SET state = ?2, word = ?3, since = ?4, reason = ?5 WHERE entry = ?1",
            )?
            .execute(params![key(id), state.to_text(), word(state), now(), reason])?;
        Ok(())
    }

    fn finish(&mut self, id: EntryId, how: Completion) -> rusqlite::Result<()> {
        let word = match how {
            Completion::Journaled => "journaled",
            Completion::Dismissed => "dismissed",
            _ => "done",
        };
        let (id, now) = (key(id), now());
        let finished = self
            .connection
            .prepare_cached(
                "UPDATE document SET entry = NULL, body = NULL, lane = NULL, reason = NULL, state = '', \
                 word = ?2, since = ?3 WHERE entry = ?1",
            )?
            .execute(params![id, word, now])?;
        if finished == 0 {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "DELETE FROM document WHERE body IS NULL AND reason IS NULL AND id <= \
                 (SELECT max(id) FROM document) - ?1",
            )?
            .execute([REMEMBERED.cast_signed()])?;
        self.removals += 1;
        self.erase_log()
    }

    /// Folds the log back now and then, and when nothing waits: the bytes of what was delivered do not
    /// stay behind.
    fn erase_log(&mut self) -> rusqlite::Result<()> {
        let sql = "SELECT 1 FROM document WHERE body IS NOT NULL LIMIT 1";
        let waits = self.connection.prepare_cached(sql)?.exists([])?;
        if self.removals >= CHECKPOINT || !waits {
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
mod tests {
    use super::*;

    fn about(number: u8) -> About {
        About {
            alarm: EventId::from_bytes([number; 16]),
            device: "40211870".into(),
            code: "4.1".into(),
            occurred: 7,
        }
    }

    fn document(number: u8) -> Document {
        let json = format!(
            "{{\"resourceType\":\"Bundle\",\"identifier\":{{\"system\":\"s\",\"value\":\"{number}\"}}}}"
        );
        Document::from_json(json.into_bytes()).expect("a document")
    }

    fn append(outbox: &mut Outbox, number: u8) {
        outbox.announce(about(number));
        let document = document(number);
        let entry = NewEntry {
            id: EntryId(u64::from(number)),
            document: &document,
            lane: Some(Lane(u64::MAX)),
            submitted: WallMicros(5),
        };
        outbox.append(&entry).expect("kept");
    }

    fn loaded(outbox: &mut Outbox) -> Vec<StoredEntry> {
        let mut all = Vec::new();
        outbox
            .load(&mut |stored| match stored {
                Stored::Entry(entry) => all.push(entry),
                other => panic!("{other:?}"),
            })
            .expect("read");
        all
    }

    #[test]
    fn what_waits_is_the_same_to_the_byte_after_it_is_opened_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("outbox");
        let mut outbox = Outbox::open(&path).expect("open");
        append(&mut outbox, 1);
        append(&mut outbox, 2);
        outbox
            .finish(EntryId(1), Completion::Journaled)
            .expect("done");
        drop(outbox);
        let mut outbox = Outbox::open(&path).expect("open");
        let kept = loaded(&mut outbox);
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].document.body(), document(2).body());
        assert_eq!(
            (kept[0].lane, kept[0].submitted),
            (Some(Lane(u64::MAX)), WallMicros(5))
        );
        // The delivered one is known, and its bytes are gone.
        assert!(outbox.knows(about(1).alarm).expect("read"));
        assert!(outbox.document(EntryId(1)).expect("read").is_none());
        let words = outbox.overview().expect("read").documents;
        let words: Vec<_> = words.iter().map(|one| &*one.state).collect();
        assert_eq!(words, ["journaled", "waiting"]);
    }

    #[test]
    fn what_is_delivered_leaves_no_bytes_in_the_file() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("outbox");
        let mut outbox = Outbox::open(&path).expect("open");
        outbox.announce(about(1));
        let json =
            br#"{"resourceType":"Bundle","identifier":{"system":"s","value":"BLID FJELLREV"}}"#;
        let document = Document::from_json(&json[..]).expect("a document");
        let entry = NewEntry {
            id: EntryId(1),
            document: &document,
            lane: None,
            submitted: WallMicros(5),
        };
        outbox.append(&entry).expect("kept");
        outbox.finish(EntryId(1), Completion::Done).expect("done");
        for file in ["outbox", "outbox-wal"] {
            let bytes = std::fs::read(directory.path().join(file)).unwrap_or_default();
            assert!(!bytes.windows(4).any(|part| part == b"BLID"), "{file}");
        }
    }

    #[test]
    fn what_is_parked_or_withheld_is_shown_with_its_reason_and_nothing_of_the_receiver() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut outbox = Outbox::open(&directory.path().join("outbox")).expect("open");
        append(&mut outbox, 1);
        let state = EntryState::Parked {
            reason: ParkReason::Failed("Kari".into()),
            at: WallMicros(9),
            status: None,
        };
        outbox.update(EntryId(1), &state).expect("kept");
        for _ in 0..2 {
            outbox
                .withhold(&about(2), "a synthetic number")
                .expect("kept");
        }
        let overview = outbox.overview().expect("read");
        let reasons: Vec<_> = overview
            .dead_letters
            .iter()
            .map(|one| &*one.reason)
            .collect();
        assert_eq!(
            (overview.dead, &reasons[..]),
            (2, &["failed at the receiver", "a synthetic number"][..])
        );
        let words: Vec<_> = overview.documents.iter().map(|one| &*one.state).collect();
        assert_eq!(words, ["failed", "withheld"]);
        assert_eq!(loaded(&mut outbox)[0].state, state);
    }
}
