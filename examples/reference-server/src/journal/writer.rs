//! The thread that writes: everything that waited while the last flush ran goes with the next.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::checkpoint::Checkpointer;
use super::entry::{Stored, StoredOutcome};
use super::error::{Fault, JournalError, OpenError};
use super::lock::JournalLock;
use super::queue::{Record, Waiting, Wake};
use super::shared::{Meters, PAGE_BYTES, Shared};
use super::state::Keep;
use super::store::{Store, take_lock};

/// What the writer starts with: everything, or a journal that could not be opened yet.
#[derive(Debug)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    lock: Option<JournalLock>,
    store: Option<Store>,
    /// The file was there once: do not create another in its place.
    existed: bool,
    /// Whether the last failure calls for opening the file anew.
    reopen: bool,
    checkpointer: Checkpointer,
}

impl Writer {
    /// Opens the journal. Trouble with the storage is not an error: the writer starts unhealthy
    /// and keeps trying, as it would had the trouble come a second later.
    pub(super) fn open(shared: Arc<Shared>) -> Result<Self, OpenError> {
        let existed = shared.settings.path.exists();
        let checkpointer = Checkpointer::start(Arc::clone(&shared)).map_err(OpenError::Thread)?;
        let mut writer = Self {
            shared,
            lock: None,
            store: None,
            existed,
            reopen: false,
            checkpointer,
        };
        match writer.reopen() {
            Ok(()) => {}
            Err(OpenError::Storage { reason, .. }) => {
                writer.shared.failed(&Fault::Storage {
                    reason,
                    reopen: true,
                });
            }
            Err(error) => {
                writer.checkpointer.stop();
                return Err(error);
            }
        }
        Ok(writer)
    }

    pub(super) fn spawn(self) -> io::Result<JoinHandle<Result<(), JournalError>>> {
        std::thread::Builder::new()
            .name("journal-writer".into())
            .spawn(move || self.run())
    }

    fn reopen(&mut self) -> Result<(), OpenError> {
        self.store = None;
        self.shared.begin_generation();
        if self.lock.is_none() {
            self.lock = Some(take_lock(&self.shared.settings.path)?);
        }
        self.store = Some(Store::open(&self.shared, !self.existed)?);
        self.existed = true;
        self.reopen = false;
        Ok(())
    }

    /// The open store, opened anew where that may help.
    fn store(&mut self) -> Result<&mut Store, Fault> {
        if self.store.is_none() || self.reopen {
            self.reopen().map_err(|error| Fault::Storage {
                reason: match error {
                    OpenError::Storage { reason, .. } => reason,
                    // Somebody put another file, or another server, in our place.
                    other => other.to_string().into(),
                },
                reopen: true,
            })?;
        }
        self.store.as_mut().ok_or_else(|| Fault::Storage {
            reason: "the journal is not open".into(),
            reopen: true,
        })
    }

    fn run(mut self) -> Result<(), JournalError> {
        // Should this thread ever panic, nobody must wait for it.
        let _abandon = AbandonOnExit(Arc::clone(&self.shared));
        let shared = Arc::clone(&self.shared);
        let at_most = shared.settings.batch_entries.max(1);
        let mut batch = Vec::with_capacity(at_most);
        let mut results = Vec::with_capacity(at_most);
        let mut answers = Vec::new();
        let mut keeps = Vec::new();
        let mut probed = Instant::now();
        let idle_after = shared.settings.probe_interval.max(Duration::from_millis(1));
        // Of what is written after the close began. Whoever waited before was told.
        let mut last = Ok(());
        loop {
            let wake = shared
                .queue
                .next(&mut batch, &mut answers, &mut keeps, at_most, idle_after);
            // Asked before the commit: who hears of its failure may close at once.
            let closing = shared.queue.is_closed();
            let done = match wake {
                Wake::Work => self.commit(&mut batch, &mut answers, &mut keeps, &mut results),
                Wake::Idle if !answers.is_empty() && !shared.is_in_trouble() => {
                    self.commit(&mut batch, &mut answers, &mut keeps, &mut results)
                }
                Wake::Idle => Ok(()),
                Wake::Closed => break,
            };
            if closing {
                if done.is_err() {
                    // The queue hands out what waits only while there is room for it.
                    shared.meters.answers_dropped.add(answers.len() as u64);
                    answers.clear();
                }
                last = last.and(done);
            } else if shared.is_in_trouble() && probed.elapsed() >= idle_after {
                self.probe();
                probed = Instant::now();
            }
        }
        if !answers.is_empty() {
            last = self.commit(&mut batch, &mut answers, &mut keeps, &mut results);
            shared.meters.answers_dropped.add(answers.len() as u64);
        }
        self.checkpointer.stop();
        if let Some(store) = self.store.take()
            && let Err(fault) = store.close()
        {
            tracing::warn!(reason = %fault.reason(), "the journal was not folded up; nothing is lost");
        }
        last
    }

    /// One transaction, one flush, and then everybody is told.
    fn commit(
        &mut self,
        batch: &mut Vec<Waiting>,
        answers: &mut Vec<Record>,
        keeps: &mut Vec<Keep>,
        results: &mut Vec<Result<Stored, JournalError>>,
    ) -> Result<(), JournalError> {
        let shared = Arc::clone(&self.shared);
        let started = Instant::now();
        results.clear();
        let mut done = self
            .store()
            .and_then(|store| store.commit(&shared, batch, answers, keeps, results));
        let kept = done.as_ref().map(drop).map_err(unavailable);
        if done.is_err() && !keeps.is_empty() && !batch.is_empty() {
            // An alarm must not fail with what has time.
            done = self
                .store()
                .and_then(|store| store.commit(&shared, batch, answers, &[], results));
        }
        for keep in keeps.drain(..) {
            // Nobody there any more: it is done all the same.
            let _ = keep.reply.send(kept.clone());
        }
        let outcome = match done {
            Ok(()) => {
                shared.succeeded();
                answers.clear();
                if !batch.is_empty() {
                    shared.meters.commits.add(1);
                    shared.meters.commit_seconds.record(started.elapsed());
                    shared
                        .meters
                        .batch_entries
                        .record(u32::try_from(batch.len()).unwrap_or(u32::MAX));
                }
                count(&shared.meters, results);
                for (waiting, result) in batch.drain(..).zip(results.drain(..)) {
                    shared
                        .meters
                        .store_seconds
                        .record(waiting.queued_at.elapsed());
                    // Nobody there any more: it is stored all the same.
                    let _ = waiting.reply.send(result);
                }
                Ok(())
            }
            Err(fault) => {
                self.note(&fault);
                let error = unavailable(&fault);
                shared.meters.unavailable.add(batch.len() as u64);
                for waiting in batch.drain(..) {
                    let _ = waiting.reply.send(Err(error.clone()));
                }
                Err(error)
            }
        };
        self.care_for_log();
        outcome
    }

    fn note(&mut self, fault: &Fault) {
        self.reopen |= matches!(fault, Fault::Storage { reopen: true, .. });
        self.shared.failed(fault);
    }

    fn probe(&mut self) {
        let shared = Arc::clone(&self.shared);
        match self.store().and_then(|store| store.probe(&shared)) {
            Ok(()) => shared.succeeded(),
            Err(fault) => {
                self.note(&fault);
                // A log that cannot be copied back takes room that the alarms need.
                self.checkpointer.request();
            }
        }
    }

    /// Keeps the write-ahead log short.
    fn care_for_log(&mut self) {
        let pages = self.shared.wal_pages.load(Ordering::Relaxed);
        let mut copied = self.shared.copied_pages.load(Ordering::Relaxed);
        if copied > pages {
            // The log has started over.
            copied = 0;
            self.shared.copied_pages.store(0, Ordering::Relaxed);
        }
        if u64::from(pages - copied) * PAGE_BYTES >= self.shared.settings.checkpoint_bytes {
            self.checkpointer.request();
        }
        if self.shared.finish_checkpoint.swap(false, Ordering::Relaxed)
            && let Some(store) = &self.store
            && let Err(fault) = store.checkpoint()
        {
            tracing::warn!(reason = %fault.reason(), "the write-ahead log was not copied back");
        }
    }
}

fn unavailable(fault: &Fault) -> JournalError {
    JournalError::Unavailable {
        reason: Arc::clone(fault.reason()),
    }
}

fn count(meters: &Meters, results: &[Result<Stored, JournalError>]) {
    let (mut new, mut duplicates, mut reused, mut rejected) = (0, 0, 0, 0);
    let mut last = None;
    for result in results {
        match result {
            Ok(stored) => match stored.outcome {
                StoredOutcome::New => {
                    new += 1;
                    last = Some(stored.sequence);
                }
                StoredOutcome::ReusedReference { .. } => {
                    new += 1;
                    reused += 1;
                    last = Some(stored.sequence);
                }
                StoredOutcome::Duplicate { .. } => duplicates += 1,
            },
            Err(error) => {
                rejected += 1;
                tracing::error!(%error, "one entry was not stored");
            }
        }
    }
    meters.stored.add(new);
    meters.duplicates.add(duplicates);
    meters.reused_references.add(reused);
    meters.rejected.add(rejected);
    if let Some(last) = last {
        meters.note_last(last);
    }
}

/// Closes the queue when the writer is gone, whatever the reason.
struct AbandonOnExit(Arc<Shared>);

impl Drop for AbandonOnExit {
    fn drop(&mut self) {
        for waiting in self.0.queue.abandon() {
            let _ = waiting.reply.send(Err(JournalError::Closed));
        }
    }
}
