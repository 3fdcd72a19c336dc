//! Many units at a fixed rate, and what came of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::ser::{Serialize, SerializeMap, Serializer};
use tokio::task::JoinSet;

use super::outcome::{Outcome, Verdict};
use super::sender::{OpenError, Sender, fresh_run};
use super::settings::SenderSettings;

/// From the last socket opened to the first alarm.
const HEAD_START: Duration = Duration::from_millis(20);

/// How much is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many alarms.
    Count(u64),
    /// As many as the rate makes in this time.
    Duration(Duration),
}

/// How many units send how fast and how much.
///
/// The load is open: each alarm leaves at its planned time whatever the answers do, and its latency
/// counts from that time. A receiver that stalls is seen to stall.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use alarm_lab::scaip::{Amount, LoadPlan, SenderSettings};
/// use std::time::Duration;
///
/// let settings = SenderSettings::new("127.0.0.1:5060".parse()?);
/// let plan = LoadPlan::new(256, 1000.0, Amount::Duration(Duration::from_secs(60)));
/// let report = plan.run(&settings).await?;
/// assert_eq!(report.unanswered, 0);
/// println!("99th percentile: {:?}", report.latencies.percentile(99.0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LoadPlan {
    /// Units, each with a socket and a controller of its own; at least 1.
    pub senders: usize,
    /// Alarms per second, of all units together.
    pub rate: f64,
    /// How much is sent.
    pub amount: Amount,
}

/// A rate that is no positive number.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The rate is not above zero.
    #[error("the rate must be above zero alarms per second")]
    Rate,
    /// A unit cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// What a running load has come to so far, for a progress bar.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Report>);

impl Progress {
    /// Alarms accepted so far.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.report().accepted
    }

    /// Alarms that were refused, not answered or not sent so far.
    #[must_use]
    pub fn failed(&self) -> u64 {
        let report = self.report();
        report.refused + report.unanswered + report.not_sent
    }

    fn report(&self) -> MutexGuard<'_, Report> {
        // Counts are whole after every step, also after a panic in a listener.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener to outcomes: called once for each alarm, as soon as its verdict is in.
pub type OnOutcome = Arc<dyn Fn(&Outcome) + Send + Sync>;

impl LoadPlan {
    /// A plan.
    #[must_use]
    pub const fn new(senders: usize, rate: f64, amount: Amount) -> Self {
        LoadPlan {
            senders,
            rate,
            amount,
        }
    }

    /// How many alarms the plan makes.
    #[must_use]
    pub fn total(&self) -> u64 {
        match self.amount {
            Amount::Count(count) => count,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Amount::Duration(duration) => (duration.as_secs_f64() * self.rate).round() as u64,
        }
    }

    /// Runs the plan.
    ///
    /// # Errors
    ///
    /// [`LoadError`], before the first alarm is sent.
    pub async fn run(&self, settings: &SenderSettings) -> Result<Report, LoadError> {
        self.run_watched(settings, &Arc::default(), None).await
    }

    /// Runs the plan, counting into `progress` and telling `on_outcome` of every alarm.
    ///
    /// # Errors
    ///
    /// [`LoadError`], before the first alarm is sent.
    pub async fn run_watched(
        &self,
        settings: &SenderSettings,
        progress: &Arc<Progress>,
        on_outcome: Option<OnOutcome>,
    ) -> Result<Report, LoadError> {
        if !(self.rate.is_finite() && self.rate > 0.0) {
            return Err(LoadError::Rate);
        }
        let total = self.total();
        let senders = u64::try_from(self.senders.max(1))
            .unwrap_or(1)
            .min(total.max(1));
        let settings = Arc::new(settings.clone());
        let run = fresh_run();
        let mut units = Vec::new();
        for index in 0..usize::try_from(senders).unwrap_or(1) {
            units.push(Sender::open_as(&settings, index, run).await?);
        }
        let start = Instant::now() + HEAD_START;
        let mut tasks = JoinSet::new();
        for (index, mut unit) in (0..).zip(units) {
            let schedule = schedule(start, self.rate, index, senders, total);
            let progress = Arc::clone(progress);
            let on_outcome = on_outcome.clone();
            tasks.spawn(async move {
                unit.run(schedule, |outcome| {
                    progress.report().add(outcome);
                    if let Some(listener) = &on_outcome {
                        listener(outcome);
                    }
                })
                .await;
                progress.report().strays += unit.strays();
            });
        }
        while let Some(finished) = tasks.join_next().await {
            if let Some(panic) = finished.err().and_then(|error| error.try_into_panic().ok()) {
                std::panic::resume_unwind(panic);
            }
        }
        let mut report = progress.report().clone();
        report.planned = total;
        report.elapsed = start.elapsed();
        Ok(report)
    }
}

/// The times of unit `index`: every `senders`th of the whole.
fn schedule(
    start: Instant,
    rate: f64,
    index: u64,
    senders: u64,
    total: u64,
) -> impl Iterator<Item = Instant> + Send {
    let step = usize::try_from(senders).unwrap_or(usize::MAX);
    (index..total).step_by(step).map(move |number| {
        #[allow(clippy::cast_precision_loss)]
        let seconds = number as f64 / rate;
        start + Duration::from_secs_f64(seconds)
    })
}

/// How long something took, over many alarms; good to three digits.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        // Microseconds. It fails only for another number of digits than 0 to 5.
        Latencies(Histogram::new(3).unwrap_or_else(|_| unreachable!("three digits are allowed")))
    }
}

impl Latencies {
    pub(crate) fn add(&mut self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        // Grows as needed, so that nothing is out of range.
        let _ = self.0.record(micros);
    }

    /// How many were measured.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time within which this share (0 to 100) lies; `None` when nothing was measured.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Option<Duration> {
        let any = !self.0.is_empty();
        any.then(|| Duration::from_micros(self.0.value_at_percentile(percent)))
    }

    /// The longest; `None` when nothing was measured.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        let any = !self.0.is_empty();
        any.then(|| Duration::from_micros(self.0.max()))
    }
}

impl Serialize for Latencies {
    /// Count, and milliseconds at 50, 90 and 99 percent and at most; null when nothing was measured.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let millis = |time: Option<Duration>| time.map(|time| time.as_secs_f64() * 1e3);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("count", &self.count())?;
        for (name, percent) in [("p50_ms", 50.0), ("p90_ms", 90.0), ("p99_ms", 99.0)] {
            map.serialize_entry(name, &millis(self.percentile(percent)))?;
        }
        map.serialize_entry("max_ms", &millis(self.max()))?;
        map.end()
    }
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

/// What came of a load.
#[derive(Debug, Clone, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Alarms in the plan. Each has exactly one verdict below.
    pub planned: u64,
    /// Alarms that left this machine.
    pub sent: u64,
    /// Alarms with `snu` 0.
    pub accepted: u64,
    /// Alarms refused, by an `mrs` or by SIP.
    pub refused: u64,
    /// Alarms without `mrs` in time.
    pub unanswered: u64,
    /// Alarms that did not leave this machine: no connection.
    pub not_sent: u64,
    /// Responses by `snu`.
    pub by_status_number: BTreeMap<u32, u64>,
    /// Refusals by SIP, by status.
    pub by_sip_status: BTreeMap<u16, u64>,
    /// From the planned time to the verdict, of every answered alarm.
    #[serde(rename = "latency")]
    pub latencies: Latencies,
    /// From the planned time to the sending: a large one means that this machine was too slow to
    /// keep the rate.
    #[serde(rename = "send_lag")]
    pub lags: Latencies,
    /// Responses that belonged to no open alarm: late or repeated ones.
    pub strays: u64,
    /// From the first alarm to the last verdict.
    #[serde(rename = "elapsed_seconds", serialize_with = "seconds")]
    pub elapsed: Duration,
}

impl Report {
    /// Whether every planned alarm was accepted.
    #[must_use]
    pub fn is_all_accepted(&self) -> bool {
        self.accepted == self.planned
    }

    /// Counts one more outcome; [`Report::planned`] and [`Report::elapsed`] stay as they are.
    pub fn add(&mut self, outcome: &Outcome) {
        if outcome.verdict == Verdict::NotSent {
            self.not_sent += 1;
        } else {
            self.sent += 1;
            self.lags.add(outcome.lag);
        }
        match outcome.verdict {
            Verdict::Accepted => {
                self.accepted += 1;
                *self.by_status_number.entry(0).or_default() += 1;
            }
            Verdict::Refused(number) => {
                self.refused += 1;
                *self.by_status_number.entry(number.number()).or_default() += 1;
            }
            Verdict::RefusedBySip(status) => {
                self.refused += 1;
                *self.by_sip_status.entry(status.get()).or_default() += 1;
            }
            Verdict::Unanswered(_) => self.unanswered += 1,
            Verdict::NotSent => {}
        }
        if outcome.verdict.is_answered() {
            self.latencies.add(outcome.latency);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedules_of_all_units_make_the_whole_rate() {
        let start = Instant::now();
        let mut times: Vec<_> = (0..4)
            .flat_map(|index| schedule(start, 1000.0, index, 4, 10))
            .map(|at| (at - start).as_millis())
            .collect();
        times.sort_unstable();
        assert_eq!(times, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_duration_makes_as_many_alarms_as_the_rate_says() {
        let plan = LoadPlan::new(1, 2.5, Amount::Duration(Duration::from_secs(4)));
        assert_eq!(plan.total(), 10);
        assert_eq!(LoadPlan::new(1, 2.5, Amount::Count(3)).total(), 3);
    }

    #[test]
    fn percentiles_are_good_to_a_thousandth() {
        let mut all = Report::default();
        for millis in [1, 2, 3, 100] {
            all.latencies.add(Duration::from_millis(millis));
        }
        let about = |found: Option<Duration>, millis: u128| {
            found.is_some_and(|found| found.as_millis().abs_diff(millis) <= 1)
        };
        assert!(about(all.latencies.percentile(50.0), 2));
        assert!(about(all.latencies.max(), 100));
        assert_eq!(all.latencies.count(), 4);
        assert_eq!(Latencies::default().percentile(50.0), None);
    }
}
