//! What the inputs over HTTPS share: the journal, the counts, and what is kept over a restart.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::Counter;
use tokio_util::sync::CancellationToken;

use super::super::keeper::Keeper;
use super::occurrences::Occurrences;
use crate::devices::Reporting;
use crate::input::{InputContext, InputCounters};
use crate::journal::{
    AnswerDelivery, Entry, JournalError, JournalHandle, Stored, StoredOutcome, Verdict,
};
use crate::time::Timestamp;

/// How often what has changed is kept.
const KEEP: Duration = Duration::from_secs(1);
/// Where the devices are kept that report by themselves.
const DEVICES: &str = "reporting.devices";

/// What one input works with.
#[derive(Debug)]
pub(super) struct Desk {
    pub(super) journal: JournalHandle,
    pub(super) counters: InputCounters,
    pub(super) reporting: Reporting,
    keeper: Mutex<Keeper>,
}

impl Desk {
    /// For the input of this name in metrics.
    pub(super) fn new(context: &InputContext, name: &'static str) -> Self {
        Self {
            journal: Arc::clone(&context.journal),
            counters: InputCounters::new(name),
            reporting: context.devices.reporting().clone(),
            keeper: Mutex::new(Keeper::new(Arc::clone(&context.journal))),
        }
    }

    fn keeper(&self) -> std::sync::MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores what is to be answered positively; counts and logs.
    pub(super) async fn store(&self, entry: Entry) -> Result<Stored, JournalError> {
        let stored = self.journal.store(entry).await;
        let outcome = stored.as_ref().map(|stored| &stored.outcome);
        self.counters.stored(Verdict::Accepted, outcome);
        match &stored {
            Ok(stored) if matches!(stored.outcome, StoredOutcome::New) => {
                let delivery = AnswerDelivery {
                    at: Timestamp::now(),
                    delivered: false,
                    detail: "200, not confirmed".into(),
                };
                self.journal.answered(stored.sequence, delivery);
            }
            Ok(_) => {}
            Err(error) => self.keeper().declined(error, "503"),
        }
        stored
    }

    /// A repeat that the input knows by itself.
    pub(super) fn repeated(&self) {
        self.counters.duplicates.increment(1);
    }

    /// Says that something was refused, and keeps evidence within the budget.
    pub(super) fn refused(
        &self,
        counter: &Counter,
        reason: &'static str,
        entry: impl FnOnce() -> Option<Entry>,
    ) {
        counter.increment(1);
        let mut keeper = self.keeper();
        if let Some(held_back) = keeper.rubbish() {
            tracing::warn!(reason, held_back, "refused a call");
            if let Some(entry) = entry() {
                keeper.evidence(entry);
            }
        }
    }
}

/// Takes back the devices that were heard before a restart.
pub(super) async fn restore_devices(
    journal: &JournalHandle,
    reporting: &Reporting,
) -> Result<(), JournalError> {
    reporting.restore(&journal.kept(DEVICES).await?);
    Ok(())
}

/// Keeps what changes, until stopped, and then once more.
pub(super) async fn keep(
    journal: JournalHandle,
    reporting: Reporting,
    occurrences: Vec<Arc<Occurrences>>,
    stop: CancellationToken,
) {
    let mut idle = 0;
    loop {
        let stopped = tokio::time::timeout(KEEP, stop.cancelled()).await.is_ok();
        idle += 1;
        // Without changes the mark moves now and then, so that the next start has little to read.
        let moves = idle >= 60;
        for occurrences in &occurrences {
            if (occurrences.is_changed() || moves || stopped)
                && let Err(error) = occurrences.keep(&journal).await
            {
                tracing::debug!(%error, "open occurrences were not kept");
            }
        }
        if moves {
            idle = 0;
        }
        let devices = reporting.changes();
        if !devices.is_empty()
            && let Err(error) = journal.keep(DEVICES, devices).await
        {
            tracing::debug!(%error, "devices were not kept");
        }
        if stopped {
            return;
        }
    }
}
