//! Reading: connections of their own, which neither wait for the writer nor hold it up.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params};
use tokio::sync::Semaphore;

use super::entry::{Answer, ContentHash, EventId, Sequence, TransportFacts, Verdict};
use super::error::{Fault, JournalError};
use super::shared::{BUSY_TIMEOUT, Shared};
use super::state::{self, KeptState};
use crate::time::Timestamp;

/// A stored alarm without its raw evidence. `Debug` leaves out who sent it and what it says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlarmRecord {
    /// Its place in the journal.
    pub sequence: Sequence,
    /// Its identifier.
    pub id: EventId,
    /// The protocol's short name.
    pub protocol: String,
    /// What the sender was to be told.
    pub verdict: Verdict,
    /// Who sent it.
    pub sender: String,
    /// The sender's own reference.
    pub source_ref: Option<String>,
    /// When it was complete.
    pub received_at: Timestamp,
    /// When the transaction that stored it began.
    pub stored_at: Timestamp,
    /// The event's kind.
    pub kind: Option<String>,
    /// The event's class.
    pub class: Option<String>,
    /// The event's priority.
    pub priority: Option<String>,
    /// The earlier message whose reference it used for other content.
    pub reuses: Option<Sequence>,
    /// How often it was repeated.
    pub repeats: u64,
    /// When it was repeated last.
    pub last_repeat_at: Option<Timestamp>,
    /// One line about the answer.
    pub answer_summary: String,
    /// The decoded event, as the input wrote it.
    pub event: String,
}

impl fmt::Debug for AlarmRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlarmRecord")
            .field("sequence", &self.sequence)
            .field("id", &self.id)
            .field("protocol", &self.protocol)
            .field("verdict", &self.verdict)
            .field("received_at", &self.received_at)
            .field("kind", &self.kind)
            .field("repeats", &self.repeats)
            .finish_non_exhaustive()
    }
}

/// A stored alarm with its raw evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlarmDetail {
    /// Everything but the evidence.
    pub record: AlarmRecord,
    /// Hash of the body.
    pub content_hash: ContentHash,
    /// How it arrived.
    pub transport: TransportFacts,
    /// The answer that was stored with it.
    pub answer: Answer,
    /// What became of the answer, when that is known.
    pub delivery: Option<DeliveryRecord>,
    /// What was found out about it later, oldest first; the latest 100.
    pub notes: Vec<NoteRecord>,
    /// The message as it came in.
    pub raw: RawMessage,
}

/// The bytes of a message. `Debug` tells their number only.
#[derive(Clone, PartialEq, Eq)]
pub struct RawMessage(pub Vec<u8>);

impl fmt::Debug for RawMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawMessage({} bytes)", self.0.len())
    }
}

/// What became of the answers to an alarm and its repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryRecord {
    /// How often an answer was sent to its end.
    pub attempts: u64,
    /// How many of these the sender confirmed.
    pub delivered: u64,
    /// When the last one ended.
    pub last_at: Timestamp,
    /// What was noted about the last one.
    pub last_detail: String,
}

/// Something that was found out about an alarm after it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoteRecord {
    /// When that was.
    pub at: Timestamp,
    /// What was found out.
    pub text: String,
}

macro_rules! record_columns {
    () => {
        "alarm.sequence, id, protocol, verdict, sender, source_ref, received_at, stored_at, kind, \
         class, priority, reuses, repeats, last_repeat_at, answer_summary, event"
    };
}

const ALARMS_AFTER: &str = concat!(
    "SELECT ",
    record_columns!(),
    " FROM alarm WHERE sequence > ?1 ORDER BY sequence LIMIT ?2"
);

/// By its identifier: from the index, or among the few newest that are not in it yet. One
/// statement, so that an alarm cannot move from one to the other in between.
pub(super) const ALARM: &str = concat!(
    "SELECT ",
    record_columns!(),
    ", content_hash, transport, peer, local, answer, raw, attempts, delivered, last_at, \
      last_detail \
     FROM alarm LEFT JOIN answer_delivery USING (sequence) \
     WHERE alarm.sequence = coalesce( \
       (SELECT sequence FROM alarm_by_id WHERE id = ?1), \
       (SELECT sequence FROM alarm WHERE id = ?1 \
          AND sequence > (SELECT sequence FROM mark WHERE name = 'indexed')))"
);

const NOTES: &str = "\
    SELECT at, text FROM (SELECT id, at, text FROM note WHERE sequence = ?1 \
      ORDER BY id DESC LIMIT 100) ORDER BY id";

fn record(row: &Row<'_>) -> rusqlite::Result<AlarmRecord> {
    Ok(AlarmRecord {
        sequence: Sequence::new(row.get(0)?),
        id: EventId::from_bytes(row.get(1)?),
        protocol: row.get(2)?,
        verdict: match row.get_ref(3)?.as_str()? {
            "accepted" => Verdict::Accepted,
            _ => Verdict::Refused,
        },
        sender: row.get(4)?,
        source_ref: row.get(5)?,
        received_at: Timestamp::from_micros(row.get(6)?),
        stored_at: Timestamp::from_micros(row.get(7)?),
        kind: row.get(8)?,
        class: row.get(9)?,
        priority: row.get(10)?,
        reuses: row.get::<_, Option<i64>>(11)?.map(Sequence::new),
        repeats: unsigned(row, 12)?,
        last_repeat_at: row.get::<_, Option<i64>>(13)?.map(Timestamp::from_micros),
        answer_summary: row.get(14)?,
        event: row.get(15)?,
    })
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column)
        .map(|count| u64::try_from(count).unwrap_or(0))
}

fn detail(row: &Row<'_>) -> rusqlite::Result<AlarmDetail> {
    let record = record(row)?;
    let delivery = match row.get::<_, Option<i64>>(22)? {
        None => None,
        Some(_) => Some(DeliveryRecord {
            attempts: unsigned(row, 22)?,
            delivered: unsigned(row, 23)?,
            last_at: Timestamp::from_micros(row.get(24)?),
            last_detail: row.get(25)?,
        }),
    };
    Ok(AlarmDetail {
        notes: Vec::new(),
        content_hash: ContentHash::from_bytes(row.get(16)?),
        transport: TransportFacts {
            transport: row.get::<_, String>(17)?.into(),
            peer: row.get(18)?,
            local: row.get(19)?,
        },
        answer: Answer {
            bytes: row.get::<_, Vec<u8>>(20)?.into(),
            summary: record.answer_summary.clone().into(),
        },
        raw: RawMessage(row.get(21)?),
        delivery,
        record,
    })
}

/// Bytes of events after which one answer ends, so that large events do not make a huge one.
const PAGE_OF_EVENTS: usize = 8 << 20;

/// How many queries run at the same time.
const PARALLEL: usize = 4;

/// A few read-only connections, opened when needed and kept.
#[derive(Debug)]
pub(super) struct Readers {
    shared: Arc<Shared>,
    permits: Semaphore,
    closed: AtomicBool,
}

impl Readers {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            permits: Semaphore::new(PARALLEL),
            closed: AtomicBool::new(false),
        }
    }

    /// Lets go of the connections that are not in use, and keeps none from now on.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.permits.close();
        self.shared.idle_readers().clear();
    }

    pub(super) async fn alarms_after(
        self: Arc<Self>,
        cursor: Sequence,
        limit: u32,
    ) -> Result<Vec<AlarmRecord>, JournalError> {
        self.run(move |connection| {
            let mut query = connection.prepare_cached(ALARMS_AFTER)?;
            let mut rows = query.query(params![cursor.get(), limit])?;
            let mut alarms = Vec::new();
            let mut bytes = 0;
            while bytes < PAGE_OF_EVENTS
                && let Some(row) = rows.next()?
            {
                let alarm = record(row)?;
                bytes += alarm.event.len();
                alarms.push(alarm);
            }
            Ok(alarms)
        })
        .await
    }

    pub(super) async fn alarm(
        self: Arc<Self>,
        id: EventId,
    ) -> Result<Option<AlarmDetail>, JournalError> {
        self.run(move |connection| {
            let found = connection
                .prepare_cached(ALARM)?
                .query_row([id.as_bytes()], detail)
                .optional()?;
            let Some(mut alarm) = found else {
                return Ok(None);
            };
            let sequence = alarm.record.sequence.get();
            alarm.notes = connection
                .prepare_cached(NOTES)?
                .query_map([sequence], |row| {
                    Ok(NoteRecord {
                        at: Timestamp::from_micros(row.get(0)?),
                        text: row.get(1)?,
                    })
                })?
                .collect::<Result<_, _>>()?;
            Ok(Some(alarm))
        })
        .await
    }

    pub(super) async fn kept(
        self: Arc<Self>,
        area: &'static str,
    ) -> Result<Vec<KeptState>, JournalError> {
        self.run(move |connection| state::read(connection, area))
            .await
    }

    async fn run<T: Send + 'static>(
        self: Arc<Self>,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, JournalError> {
        let readers = Arc::clone(&self);
        let _permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| JournalError::Closed)?;
        tokio::task::spawn_blocking(move || readers.query(query))
            .await
            .unwrap_or(Err(JournalError::Closed))
    }

    fn query<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let unavailable = |error: rusqlite::Error| JournalError::Unavailable {
            reason: Arc::clone(Fault::from(error).reason()),
        };
        let (generation, connection) = self.take().map_err(unavailable)?;
        // A connection whose query failed is not kept.
        let answer = query(&connection).map_err(unavailable)?;
        let mut idle = self.shared.idle_readers();
        if !self.closed.load(Ordering::Acquire) && self.shared.may_keep(generation) {
            idle.push((generation, connection));
        }
        Ok(answer)
    }

    fn take(&self) -> rusqlite::Result<(u64, Connection)> {
        let generation = self.shared.generation.load(Ordering::Acquire);
        {
            let mut idle = self.shared.idle_readers();
            idle.retain(|(opened, _)| *opened == generation);
            if let Some(ready) = idle.pop() {
                return Ok(ready);
            }
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.shared.settings.path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok((generation, connection))
    }
}
