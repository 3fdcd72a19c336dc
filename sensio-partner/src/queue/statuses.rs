//! Statuses that wait: the newest of each device, behind events.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::identifier::DeviceIdentifier;
use crate::status::{DeviceStatus, StatusEntry};
use crate::time::Time;

use super::config::Config;
use super::gate::Refusals;

/// A status and when it was submitted.
#[derive(Debug, Clone)]
struct Pending {
    entry: StatusEntry,
    since: Time,
}

/// One call at a time: with batches that is enough, and it leaves the limits to events.
#[derive(Debug, Default)]
pub(super) struct Statuses {
    newest: HashMap<DeviceIdentifier, (DeviceStatus, Time)>,
    /// The devices of `newest`, each once.
    order: VecDeque<DeviceIdentifier>,
    /// Parts of refused batches, to find the element that is refused.
    parts: VecDeque<Vec<Pending>>,
    parted: usize,
    in_flight: Vec<Pending>,
    pub(super) resume: Option<Time>,
    pub(super) failures: u32,
    pub(super) attempts: u32,
    pub(super) refusals: Refusals,
    sweep: Option<Time>,
}

/// What became of a refused call.
#[derive(Debug)]
pub(super) enum Refused {
    /// It will be tried in two halves.
    Halved,
    /// It was one status, and is dropped.
    Dropped(DeviceIdentifier),
}

impl Statuses {
    pub(super) fn len(&self) -> usize {
        self.newest.len() + self.parted + self.in_flight.len()
    }

    fn waits(&self) -> bool {
        !self.order.is_empty() || !self.parts.is_empty()
    }

    /// `false` when no more devices fit.
    pub(super) fn submit(
        &mut self,
        now: Time,
        device: DeviceIdentifier,
        status: DeviceStatus,
        config: &Config,
    ) -> bool {
        if let Some(newest) = self.newest.get_mut(&device) {
            *newest = (status, now);
            return true;
        }
        if self.len() >= config.statuses {
            return false;
        }
        self.order.push_back(device.clone());
        self.newest.insert(device, (status, now));
        self.sweep.get_or_insert(now + config.status_life);
        true
    }

    /// Whether a call may be made, as far as statuses are concerned.
    pub(super) fn is_ready(&self, now: Time) -> bool {
        self.waits() && self.in_flight.is_empty() && self.resume.is_none_or(|at| at <= now)
    }

    /// When something is to be done: a pause is over or statuses are too old.
    pub(super) fn next(&self, now: Time) -> Option<Time> {
        let resume = self.resume.filter(|at| *at > now && self.waits());
        [resume, self.sweep].into_iter().flatten().min()
    }

    /// Drops what is too old; tells how many.
    pub(super) fn sweep(&mut self, now: Time, config: &Config) -> usize {
        if self.sweep.is_none_or(|at| at > now) {
            return 0;
        }
        let before = self.len();
        let life = config.status_life;
        self.newest.retain(|_, (_, since)| now.since(*since) < life);
        self.order.retain(|device| self.newest.contains_key(device));
        for part in &mut self.parts {
            part.retain(|pending| now.since(pending.since) < life);
        }
        self.parts.retain(|part| !part.is_empty());
        self.parted = self.parts.iter().map(Vec::len).sum();
        // Not for each status its own time: what is older than its life goes within a quarter more.
        self.sweep = self.waits().then_some(now + life / 4);
        before - self.len()
    }

    /// What the next call carries.
    pub(super) fn take(&mut self, most: usize) -> Option<Arc<[StatusEntry]>> {
        while let Some(mut part) = self.parts.pop_front() {
            self.parted -= part.len();
            // A newer one has come meanwhile.
            part.retain(|pending| !self.newest.contains_key(&pending.entry.device));
            if !part.is_empty() {
                return Some(self.begin(part));
            }
        }
        let mut batch = Vec::new();
        while batch.len() < most {
            let Some(device) = self.order.pop_front() else {
                break;
            };
            if let Some((status, since)) = self.newest.remove(&device) {
                let entry = StatusEntry { device, status };
                batch.push(Pending { entry, since });
            }
        }
        (!batch.is_empty()).then(|| self.begin(batch))
    }

    fn begin(&mut self, batch: Vec<Pending>) -> Arc<[StatusEntry]> {
        self.in_flight = batch;
        self.attempts = self.attempts.saturating_add(1);
        self.resume = None;
        let entries = self.in_flight.iter();
        entries.map(|pending| pending.entry.clone()).collect()
    }

    /// The server has them.
    pub(super) fn done(&mut self) {
        self.in_flight.clear();
        (self.failures, self.attempts) = (0, 0);
        self.refusals = Refusals::default();
    }

    /// They go again at that time, unless newer ones have come. A part stays a part.
    pub(super) fn put_back(&mut self, resume: Time) {
        let batch = core::mem::take(&mut self.in_flight);
        self.parted += batch.len();
        self.parts.push_front(batch);
        self.failures = self.failures.saturating_add(1);
        self.resume = Some(resume);
        if self.sweep.is_none() {
            self.sweep = Some(resume);
        }
    }

    /// The call was refused for what is in it.
    pub(super) fn refused(&mut self) -> Option<Refused> {
        let mut batch = core::mem::take(&mut self.in_flight);
        (self.failures, self.attempts) = (0, 0);
        if batch.len() < 2 {
            let dropped = batch.pop()?;
            return Some(Refused::Dropped(dropped.entry.device));
        }
        self.parted += batch.len();
        let second = batch.split_off(batch.len() / 2);
        self.parts.push_front(second);
        self.parts.push_front(batch);
        Some(Refused::Halved)
    }
}
