//! From the journal into the queue, by a mark that follows.

use std::collections::HashSet;
use std::time::Duration;

use metrics::counter;
use sensio_partner::queue::SqliteStore;
use sensio_partner::queue::driver::Handle;
use sensio_partner::queue::{EventCall, SubmitError};
use sensio_partner::{DeviceIdentifier, DeviceStatus};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::place::mark_row;
use super::plan::{Change, Plan, Planner};
use super::raised::{Raised, key};
use super::{AREA, NAME};
use crate::journal::{JournalError, JournalHandle, Sequence};
use crate::output::{Deliveries, OutputError};

/// How often the journal is asked whether there is more.
const LOOK: Duration = Duration::from_millis(20);
/// Alarms read at a time.
const PAGE: u32 = 200;
/// Calls that share a flush.
const BATCH: usize = 100;
/// How long to wait when the queue or the journal does not do what it should.
const RECOVERY: Duration = Duration::from_secs(1);
/// How often the mark is kept while nothing is sent.
const KEEP: Duration = Duration::from_secs(1);

/// Takes alarms over.
pub(super) struct Feeder {
    pub(super) journal: JournalHandle,
    pub(super) deliveries: Deliveries,
    pub(super) planner: Planner,
    pub(super) raised: Raised,
    pub(super) handle: Handle<SqliteStore>,
    /// The last alarm that was taken over.
    pub(super) mark: Sequence,
}

/// Calls that are put in together. No device and code comes twice: put in again after a crash, they
/// do nothing that was not done before.
#[derive(Default)]
struct Batch {
    calls: Vec<EventCall>,
    pairs: HashSet<String>,
}

/// Keeps the mark, and what is raised up to there.
pub(super) async fn keep(
    journal: &JournalHandle,
    raised: &Raised,
    mark: Sequence,
) -> Result<(), JournalError> {
    let mut rows = raised.changes();
    rows.push(mark_row(mark));
    let kept = journal.keep(AREA, rows.clone()).await;
    if kept.is_err() {
        raised.not_kept(&rows);
    }
    kept
}

fn pair(call: &EventCall) -> String {
    key(call.pair.device.as_str(), call.pair.event_type)
}

impl Feeder {
    /// Runs until stopped.
    pub(super) async fn run(mut self, stop: CancellationToken) -> Result<(), OutputError> {
        let (mut kept, mut kept_at) = (self.mark, Instant::now());
        loop {
            if self.journal.newest() <= self.mark {
                if self.mark > kept && kept_at.elapsed() >= KEEP {
                    self.keep().await;
                    (kept, kept_at) = (self.mark, Instant::now());
                }
                if tokio::time::timeout(LOOK, stop.cancelled()).await.is_ok() {
                    break;
                }
                continue;
            }
            match self.take_page(&stop).await {
                Ok(true) => (kept, kept_at) = (self.mark, Instant::now()),
                Ok(false) => {}
                Err(Stopped::Queue(error)) => return Err(error),
                // What is noted as raised is ahead of the mark then, and must not be kept with it.
                Err(Stopped::Asked) => return Ok(()),
                Err(Stopped::Again(error)) => {
                    tracing::error!(%error, "alarms for Sensio wait");
                    if tokio::time::timeout(RECOVERY, stop.cancelled())
                        .await
                        .is_ok()
                    {
                        break;
                    }
                }
            }
            if stop.is_cancelled() {
                break;
            }
        }
        self.keep().await;
        Ok(())
    }

    async fn keep(&self) {
        if let Err(error) = keep(&self.journal, &self.raised, self.mark).await {
            tracing::warn!(%error, "how far alarms were taken over for Sensio was not kept");
        }
        self.deliveries
            .update(NAME, |state| state.taken = self.mark);
    }

    /// Takes over what comes next. Whether the mark was kept.
    async fn take_page(&mut self, stop: &CancellationToken) -> Result<bool, Stopped> {
        let page = self.journal.alarms_after(self.mark, PAGE).await;
        let page = page.map_err(|error| Stopped::Again(error.to_string()))?;
        let mut batch = Batch::default();
        let mut put_in = false;
        let mut up_to = self.mark;
        for record in &page {
            let mut plan = self.planner.plan(record, &self.raised);
            let again = plan
                .calls
                .iter()
                .any(|(call, _)| batch.pairs.contains(&pair(call)));
            if again || batch.calls.len() >= BATCH {
                self.put_in(&mut batch, up_to, stop).await?;
                put_in = true;
                plan = self.planner.plan(record, &self.raised);
            }
            counter!("alarm_sensio_taken_total", "outcome" => plan.outcome).increment(1);
            self.note(plan, &mut batch).await?;
            up_to = record.sequence;
        }
        put_in |= !batch.calls.is_empty();
        self.put_in(&mut batch, up_to, stop).await?;
        Ok(put_in)
    }

    async fn note(&mut self, plan: Plan, batch: &mut Batch) -> Result<(), Stopped> {
        for (call, change) in plan.calls {
            batch.pairs.insert(pair(&call));
            batch.calls.push(call);
            match change {
                Change::Raises(row) => self.raised.raise(row),
                Change::Lowers(key) => self.raised.lower(&key, true),
                Change::Nothing => {}
            }
        }
        if let Some(key) = plan.lowers {
            self.raised.lower(&key, false);
        }
        match plan.status {
            Some(device) => self.status(device).await,
            None => Ok(()),
        }
    }

    /// Statuses are out of date soon, so they are not kept.
    async fn status(&self, device: DeviceIdentifier) -> Result<(), Stopped> {
        use sensio_partner::queue::driver::SubmitError as Refused;
        let status = DeviceStatus::heartbeat();
        match self.handle.submit_status(device, status).await {
            Ok(()) | Err(Refused::Queue(_)) => Ok(()),
            Err(error) => Err(Stopped::Queue(OutputError::other(error))),
        }
    }

    /// Puts a batch into the queue, and then the mark behind it.
    async fn put_in(
        &mut self,
        batch: &mut Batch,
        up_to: Sequence,
        stop: &CancellationToken,
    ) -> Result<(), Stopped> {
        let calls = std::mem::take(&mut batch.calls);
        batch.pairs.clear();
        while !calls.is_empty() {
            let calls = calls.clone();
            let put_in = self
                .handle
                .with(move |queue, now| queue.submit_all(now, &calls));
            match put_in.await {
                Ok(Ok(_)) => break,
                Ok(Err(error)) => {
                    // What is raised is noted already: the same batch, until the queue has it.
                    let full = matches!(error, SubmitError::Full);
                    tracing::error!(%error, full, "alarms for Sensio wait");
                    if tokio::time::timeout(RECOVERY, stop.cancelled())
                        .await
                        .is_ok()
                    {
                        return Err(Stopped::Asked);
                    }
                }
                Err(error) => return Err(Stopped::Queue(OutputError::other(error))),
            }
        }
        self.mark = up_to;
        if !calls.is_empty() {
            // The order over a crash needs it; where the journal has no room for it, the alarms go on.
            self.keep().await;
        }
        Ok(())
    }
}

/// Why no more is taken over.
enum Stopped {
    /// For now.
    Again(String),
    /// The server stops before the queue has taken what was planned.
    Asked,
    /// The queue has ended.
    Queue(OutputError),
}
