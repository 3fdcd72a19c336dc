//! Where entries wait for the writer: two bounded lanes, and the records of answers.

use std::collections::VecDeque;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::entry::{AnswerDelivery, Entry, Lane, Note, Sequence, Stored};
use super::error::JournalError;
use super::state::{Keep, StateChange};

/// An entry, and who waits for it.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) entry: Entry,
    pub(super) queued_at: Instant,
    pub(super) reply: oneshot::Sender<Result<Stored, JournalError>>,
}

/// Changes of kept state that may wait. Whoever keeps something waits for it, so it is one for each.
const KEEPS: usize = 64;

/// Records that are written together when there are as many: each commit with records writes a
/// page for them, few or many. Not more, because the alarms of that commit wait for them.
const RECORDS_TOGETHER: usize = 256;

/// Something about a stored alarm on its way to the journal.
#[derive(Debug)]
pub(super) enum Record {
    /// What became of its answer.
    Answer(Sequence, AnswerDelivery),
    /// What was found out later.
    Note(Sequence, Note),
}

#[derive(Debug, Default)]
struct LaneQueue {
    waiting: VecDeque<Waiting>,
    bytes: usize,
}

impl LaneQueue {
    fn take_into(&mut self, batch: &mut Vec<Waiting>, at_most: usize) {
        for waiting in self.waiting.drain(..at_most.min(self.waiting.len())) {
            self.bytes = self.bytes.saturating_sub(waiting.entry.weight());
            batch.push(waiting);
        }
    }
}

#[derive(Debug, Default)]
struct State {
    care: LaneQueue,
    routine: LaneQueue,
    answers: VecDeque<Record>,
    keeps: Vec<Keep>,
    /// When the oldest of these two came.
    answers_since: Option<Instant>,
    closed: bool,
}

/// The bounded queue between the inputs and the writer.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    limit_entries: usize,
    limit_bytes: usize,
    answer_delay: Duration,
}

/// Why the writer was woken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// There is something to commit.
    Work,
    /// Nothing came for the given time.
    Idle,
    /// Closed, and everything has been handed out.
    Closed,
}

impl Queue {
    pub(super) fn new(limit_entries: usize, limit_bytes: usize, answer_delay: Duration) -> Self {
        Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            limit_entries,
            limit_bytes,
            answer_delay,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; were it to, the lists are still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues an entry, or says at once that there is no room.
    pub(super) fn push(
        &self,
        entry: Entry,
    ) -> Result<oneshot::Receiver<Result<Stored, JournalError>>, JournalError> {
        let weight = entry.weight();
        let (reply, receiver) = oneshot::channel();
        {
            let mut state = self.lock();
            if state.closed {
                return Err(JournalError::Closed);
            }
            let lane = match entry.lane {
                Lane::Care => &mut state.care,
                Lane::Routine => &mut state.routine,
            };
            let full = lane.waiting.len() >= self.limit_entries
                || lane.bytes.saturating_add(weight) > self.limit_bytes;
            if full {
                return Err(JournalError::Busy);
            }
            lane.bytes += weight;
            lane.waiting.push_back(Waiting {
                entry,
                queued_at: Instant::now(),
                reply,
            });
        }
        self.wake.notify_one();
        Ok(receiver)
    }

    /// Queues the record of an answer; `false` when there is no room or the journal is closed.
    pub(super) fn push_record(&self, record: Record) -> bool {
        let mut state = self.lock();
        if state.closed || state.answers.len() >= self.limit_entries {
            return false;
        }
        state.answers.push_back(record);
        self.due_later(state);
        true
    }

    /// Queues changes of kept state, or says at once that there is no room.
    pub(super) fn push_keep(
        &self,
        area: &'static str,
        changes: Vec<StateChange>,
    ) -> Result<oneshot::Receiver<Result<(), JournalError>>, JournalError> {
        let (reply, receiver) = oneshot::channel();
        let mut state = self.lock();
        if state.closed {
            return Err(JournalError::Closed);
        }
        if state.keeps.len() >= KEEPS {
            return Err(JournalError::Busy);
        }
        state.keeps.push(Keep {
            area,
            changes,
            reply,
        });
        self.due_later(state);
        Ok(receiver)
    }

    /// Something waits that has time.
    fn due_later(&self, mut state: MutexGuard<'_, State>) {
        if state.answers_since.is_none() {
            state.answers_since = Some(Instant::now());
            drop(state);
            // The writer has to learn when to come back.
            self.wake.notify_one();
        }
    }

    /// Waits for something to do and takes it: care first, up to `at_most` entries, all changes of
    /// kept state, and records, up to `at_most`, when there are many or one has waited for long.
    pub(super) fn next(
        &self,
        batch: &mut Vec<Waiting>,
        answers: &mut Vec<Record>,
        keeps: &mut Vec<Keep>,
        at_most: usize,
        idle_after: Duration,
    ) -> Wake {
        let deadline = Instant::now() + idle_after;
        let mut state = self.lock();
        let records_due = loop {
            let now = Instant::now();
            let answers_due = state.answers_since.map(|since| since + self.answer_delay);
            let work = !state.care.waiting.is_empty()
                || !state.routine.waiting.is_empty()
                || ((!state.answers.is_empty() || !state.keeps.is_empty()) && state.closed)
                || answers_due.is_some_and(|due| due <= now);
            if work {
                break state.closed
                    || state.answers.len() >= RECORDS_TOGETHER
                    || answers_due.is_some_and(|due| due <= now);
            }
            if state.closed {
                return Wake::Closed;
            }
            if deadline <= now {
                return Wake::Idle;
            }
            let until = answers_due.map_or(deadline, |due| due.min(deadline));
            state = self
                .wake
                .wait_timeout(state, until.saturating_duration_since(now))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        // Care first, yet a flood of it does not starve the heartbeats for good.
        let reserved = (at_most / 16).min(state.routine.waiting.len());
        state.care.take_into(batch, at_most - reserved);
        let room = at_most - batch.len();
        state.routine.take_into(batch, room);

        keeps.append(&mut state.keeps);
        if records_due {
            let count = at_most
                .saturating_sub(answers.len())
                .min(state.answers.len());
            answers.extend(state.answers.drain(..count));
            state.answers_since = (!state.answers.is_empty()).then(Instant::now);
        } else if state.answers.is_empty() {
            state.answers_since = None;
        }
        Wake::Work
    }

    /// Takes nothing more; what waits is still handed out.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// Closes and gives back everything that waits.
    pub(super) fn abandon(&self) -> Vec<Waiting> {
        let mut state = self.lock();
        state.closed = true;
        state.answers.clear();
        state.keeps.clear();
        let mut left = Vec::new();
        mem::take(&mut state.care).take_into(&mut left, usize::MAX);
        mem::take(&mut state.routine).take_into(&mut left, usize::MAX);
        left
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Entries that wait: care, routine.
    pub(super) fn lengths(&self) -> (usize, usize) {
        let state = self.lock();
        (state.care.waiting.len(), state.routine.waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::{Answer, ContentHash, EventId, TransportFacts, Verdict};
    use crate::time::Timestamp;

    fn entry() -> Entry {
        Entry {
            id: EventId::new(),
            lane: Lane::Care,
            protocol: "scaip",
            verdict: Verdict::Accepted,
            sender: "40211870".into(),
            source_ref: None,
            content_hash: ContentHash::of(b"x"),
            duplicate_window: Duration::ZERO,
            received_at: Timestamp::now(),
            event: "{}".into(),
            kind: None,
            class: None,
            priority: None,
            raw: bytes::Bytes::from_static(b"x"),
            transport: TransportFacts {
                transport: "udp".into(),
                peer: "127.0.0.1:5062".into(),
                local: "127.0.0.1:5060".into(),
            },
            answer: Answer {
                bytes: bytes::Bytes::new(),
                summary: "snu 0".into(),
            },
        }
    }

    fn record() -> Record {
        let delivery = AnswerDelivery {
            at: Timestamp::now(),
            delivered: true,
            detail: "200".into(),
        };
        Record::Answer(Sequence::new(1), delivery)
    }

    /// What is handed out next: entries, records, changes of kept state.
    fn next(queue: &Queue) -> (Wake, usize, usize, usize) {
        let (mut batch, mut answers, mut keeps) = (Vec::new(), Vec::new(), Vec::new());
        let idle_after = Duration::from_millis(1);
        let wake = queue.next(&mut batch, &mut answers, &mut keeps, 1024, idle_after);
        (wake, batch.len(), answers.len(), keeps.len())
    }

    const NEVER: Duration = Duration::from_secs(3600);

    #[test]
    fn records_wait_for_each_other_and_alarms_do_not_wait_for_them() {
        let queue = Queue::new(8192, 1 << 20, NEVER);
        for _ in 1..RECORDS_TOGETHER {
            assert!(queue.push_record(record()));
        }
        assert_eq!(next(&queue), (Wake::Idle, 0, 0, 0));
        let _stored = queue.push(entry()).unwrap();
        let _kept = queue.push_keep("one", Vec::new()).unwrap();
        assert_eq!(next(&queue), (Wake::Work, 1, 0, 1));
        assert!(queue.push_record(record()));
        let _stored = queue.push(entry()).unwrap();
        assert_eq!(next(&queue), (Wake::Work, 1, RECORDS_TOGETHER, 0));
        // Many of them alone are no reason to be woken at once: they have their time.
        for _ in 0..2000 {
            assert!(queue.push_record(record()));
        }
        assert_eq!(next(&queue), (Wake::Idle, 0, 0, 0));
        queue.close();
        assert_eq!(next(&queue), (Wake::Work, 0, 1024, 0));
        assert_eq!(next(&queue), (Wake::Work, 0, 976, 0));
        assert_eq!(next(&queue), (Wake::Closed, 0, 0, 0));
    }

    #[test]
    fn a_record_that_waited_long_goes_alone_or_with_the_next_alarm() {
        let queue = Queue::new(8192, 1 << 20, Duration::ZERO);
        assert!(queue.push_record(record()));
        assert_eq!(next(&queue), (Wake::Work, 0, 1, 0));
        assert!(queue.push_record(record()));
        let _stored = queue.push(entry()).unwrap();
        assert_eq!(next(&queue), (Wake::Work, 1, 1, 0));
        assert_eq!(next(&queue), (Wake::Idle, 0, 0, 0));
    }
}
