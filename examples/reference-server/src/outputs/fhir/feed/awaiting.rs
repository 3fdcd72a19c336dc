//! Alarms that were closed while nobody had their device by the register: written when it names the same
//! person again as when they were raised, or when an operator says so, and given up after a time.
//!
//! Nothing is written by itself of which nobody knows whose it was: a device that is tried out before it is
//! handed over must not tell its falls about whoever gets it.

use std::time::Duration;

use tokio::time::Instant;

use super::super::outbox::About;
use super::orders::Again;
use super::{Feeder, NOBODY, RECOVERY, Stopped};

/// Alarms that are tried at a time.
const AT_ONCE: u32 = 20;
/// How often it is looked whether some have waited long enough.
const EXPIRE: Duration = Duration::from_secs(2);

/// How far those are that wait for the register.
#[derive(Debug)]
pub(in crate::outputs::fhir) struct Awaiting {
    /// How long they wait.
    patience: Duration,
    /// The register by which they were tried last.
    tried_by: u64,
    /// The last one that was tried by the register of now; none where all of them were.
    after: Option<u64>,
    /// Not before.
    next: Instant,
    expired: Option<Instant>,
}

impl Awaiting {
    pub(in crate::outputs::fhir) fn new(patience: Duration) -> Self {
        Self {
            patience,
            tried_by: 0,
            after: None,
            next: Instant::now(),
            expired: None,
        }
    }
}

impl Feeder {
    /// Keeps that an alarm has no patient yet, or counts it where none is waited for. A correction is always
    /// kept.
    pub(super) fn await_patient(&self, about: &About) -> Result<(), Stopped> {
        let alarm = about.alarm;
        if self.awaiting.patience.is_zero() && about.writing == 0 {
            tracing::info!(%alarm, reason = NOBODY, "an alarm is not sent to the patient record");
            self.reporter.not_sent("no_patient");
            return Ok(());
        }
        tracing::error!(%alarm, reason = NOBODY, "an alarm is withheld from the patient record: see /api/deliveries");
        self.outbox.await_patient(about, NOBODY)?;
        self.reporter.not_sent("withheld");
        Ok(())
    }

    /// Writes some of those whose patient has the device again, after the register has changed.
    pub(super) async fn write_awaiting(&mut self) {
        let readings = self.register.readings();
        if self.awaiting.tried_by != readings {
            self.awaiting.tried_by = readings;
            self.awaiting.after = Some(0);
        }
        let Some(after) = self.awaiting.after else {
            return;
        };
        if Instant::now() < self.awaiting.next {
            return;
        }
        if let Err(error) = self.write_some(after).await {
            tracing::warn!(%error, "alarms that were withheld wait");
            self.awaiting.next = Instant::now() + RECOVERY;
        }
    }

    async fn write_some(&mut self, after: u64) -> Result<(), crate::output::OrderError> {
        let numbers = self.outbox.awaiting(after, AT_ONCE)?;
        if numbers.is_empty() {
            self.awaiting.after = None;
        }
        for number in numbers {
            let found = self.outbox.find(number)?;
            let found = found.filter(|found| found.is_dead && !found.superseded);
            if let Some(found) = found {
                let alarm = found.alarm;
                match self.write_again(found).await {
                    Ok(()) => {
                        tracing::info!(%alarm, "the patient of a withheld alarm is known again: it is sent");
                    }
                    Err(Again::Refused(reason)) => self.outbox.reword(number, reason)?,
                    Err(Again::Later(error)) => return Err(error),
                }
            }
            self.awaiting.after = Some(number);
        }
        Ok(())
    }

    /// Gives up what has waited long enough.
    pub(super) fn expire(&mut self) {
        let is_due = |at: Instant| at.elapsed() >= EXPIRE;
        if !self.awaiting.expired.is_none_or(is_due) {
            return;
        }
        self.awaiting.expired = Some(Instant::now());
        match self.outbox.expire(self.awaiting.patience) {
            Ok(0) => {}
            Ok(count) => {
                tracing::error!(
                    count,
                    "alarms are given up whose device the register did not name: they are not in the \
                     patient record"
                );
                for _ in 0..count {
                    self.reporter.not_sent("no_patient");
                }
            }
            Err(error) => tracing::warn!(%error, "withheld alarms are not given up"),
        }
    }
}
