//! A simulated panel: sends calls and says what became of each.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use espa444::driver::{self, Connect, Decision, Driver, Handle};
use espa444::link::{self, CallId, Received};
use espa444::{Encoded, Profile};
use serde::Serialize;
use tokio::sync::mpsc;

use super::call::Call;
use super::event::{CallOutcome, Event, Outcome, Taken, Totals};
use super::fault::Station;
use super::observer::millis;
use super::settings::LineSettings;
use super::teller::Teller;
use super::wire::{Shared, Wired};
use crate::decode::espa444::{Warning, message_shown};

/// How long the EOT behind the last call may take.
const FAREWELL: Duration = Duration::from_millis(500);
/// Calls that may be on their way at once when there is a rate.
const MOST_OPEN: usize = 32;

/// A simulated panel.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Panel {
    /// The line, and what the panel does wrong.
    pub line: LineSettings,
    /// Transactions in which a call may fail before it is given up; 1.
    pub transactions: u32,
    /// How long a call may take altogether; 30 s.
    pub timeout: Duration,
    /// Calls per second. Each is due at its planned time, whatever became of those before, and
    /// its time counts from there. `None`: each follows the outcome of the one before.
    pub rate: Option<f64>,
    /// How long to stay on the line after the last call, for status information; zero.
    pub linger: Duration,
}

/// What a panel did.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct PanelReport {
    /// Calls.
    pub calls: u64,
    /// Calls that were acknowledged.
    pub accepted: u64,
    /// Calls sent on a line without answers.
    pub sent: u64,
    /// Calls that came to anything else.
    pub failed: u64,
    /// Blocks that came back, status information as a rule.
    pub received: u64,
    /// Blocks that came back and could not be read.
    pub damaged: u64,
    /// Everything that is counted for both sides.
    #[serde(flatten)]
    pub totals: Totals,
}

impl PanelReport {
    /// Whether every call was accepted, or sent where there are no answers, and there was one.
    #[must_use]
    pub const fn is_all_accepted(&self) -> bool {
        self.calls > 0 && self.failed == 0
    }
}

/// A call on its way.
struct Open {
    number: u64,
    planned: Instant,
    deadline: Instant,
    encoded: Encoded,
}

struct Run<'a> {
    panel: &'a Panel,
    profile: Profile,
    shared: Arc<Shared>,
    handle: Handle,
    open: BTreeMap<CallId, Open>,
    report: PanelReport,
    teller: Teller<'a>,
}

impl Panel {
    /// A panel that gives each call one transaction of at most 30 s, one call after the other.
    #[must_use]
    pub const fn new(line: LineSettings) -> Self {
        Panel {
            line,
            transactions: 1,
            timeout: Duration::from_secs(30),
            rate: None,
            linger: Duration::ZERO,
        }
    }

    /// Sends calls until there are no more and all have come to something, or until `stop` is
    /// ready. Everything is told to `on` at once.
    ///
    /// # Errors
    ///
    /// The first attempt to open the line failed. A line that is lost later is opened again.
    pub async fn run<C: Connect>(
        &self,
        place: C,
        calls: mpsc::Receiver<Call>,
        stop: impl Future<Output = ()>,
        on: &mut (dyn FnMut(Event) + Send),
    ) -> io::Result<PanelReport> {
        let profile = self.line.panel_profile(self.transactions);
        let shared = Shared::new(&self.line, Station::Panel);
        let mut settings = driver::Settings::default();
        settings.longest_reconnect = Duration::from_secs(5);
        let role = self.line.role(Station::Panel);
        let (driver, handle, mut events) = Driver::new(role, &profile, settings);
        // A status block is acknowledged when it is told.
        let driver = driver.deciding(|_: &Received<'_>| Decision::Queue);
        let mut run = Run {
            panel: self,
            profile,
            shared: Arc::clone(&shared),
            handle: handle.clone(),
            open: BTreeMap::new(),
            report: PanelReport::default(),
            teller: Teller::new(Arc::clone(&shared), on),
        };
        let follow = async {
            let done = run.follow(calls, &mut events, stop).await;
            handle.shut_down(if done.is_ok() {
                FAREWELL
            } else {
                Duration::ZERO
            });
            done
        };
        let ((), done) = tokio::join!(driver.run(Wired::new(place, shared)), follow);
        done?;
        // What was acknowledged meanwhile is told, too.
        while let Ok(event) = events.try_recv() {
            run.tell(event);
        }
        let mut report = run.report;
        run.teller.finish(&mut report.totals);
        Ok(report)
    }
}

impl Run<'_> {
    async fn follow(
        &mut self,
        mut calls: mpsc::Receiver<Call>,
        events: &mut mpsc::Receiver<driver::Event>,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let mut stop = std::pin::pin!(stop);
        let (mut number, mut over) = (0_u64, false);
        let mut leave_at = None;
        loop {
            self.teller.drain();
            if let Some(error) = self.shared.take_failure() {
                return Err(error);
            }
            let now = Instant::now();
            self.give_up(now).await;
            if over && self.open.is_empty() {
                let leave = *leave_at.get_or_insert(now + self.panel.linger);
                if leave <= now {
                    return Ok(());
                }
            }
            let planned = self.planned(number);
            let may_send = !over
                && planned.is_some_and(|at| at <= now)
                && match self.panel.rate {
                    None => self.open.is_empty(),
                    Some(_) => self.open.len() < MOST_OPEN,
                };
            let due = [
                self.shared.observer().due(),
                self.open.values().map(|open| open.deadline).min(),
                planned.filter(|&at| !over && at > now),
                leave_at,
            ];
            let due = due.into_iter().flatten().min();
            let shared = Arc::clone(&self.shared);
            tokio::select! {
                biased;
                () = &mut stop => {
                    self.cancel().await;
                    return Ok(());
                }
                // A line that cannot be opened is told before it counts as lost.
                () = shared.changed.notified() => {}
                event = events.recv() => match event {
                    Some(event) => self.tell(event),
                    None => return Ok(()),
                },
                call = calls.recv(), if may_send => match call {
                    Some(call) => {
                        number += 1;
                        // Without a rate a call is due when it is there.
                        let planned = match self.panel.rate {
                            Some(_) => planned.unwrap_or(now),
                            None => Instant::now(),
                        };
                        self.send(number, &call, planned).await;
                    }
                    None => over = true,
                },
                () = sleep_until(due) => self.shared.observer().tick(),
            }
        }
    }

    /// When a call is due; `None` without a connection.
    fn planned(&self, sent: u64) -> Option<Instant> {
        let started = self.teller.started()?;
        let Some(rate) = self.panel.rate else {
            return Some(started);
        };
        #[allow(clippy::cast_precision_loss)]
        let after = Duration::try_from_secs_f64(sent as f64 / rate).unwrap_or(Duration::MAX);
        started.checked_add(after)
    }

    async fn send(&mut self, number: u64, call: &Call, planned: Instant) {
        self.report.calls += 1;
        let block = call.block(&self.profile);
        let sent = match block {
            Ok((block, encoded)) => self.handle.send(block).await.ok().map(|id| (id, encoded)),
            Err(_) => None,
        };
        let mut open = Open {
            number,
            planned,
            deadline: planned + self.panel.timeout,
            encoded: Encoded::default(),
        };
        match sent {
            Some((id, encoded)) => {
                open.encoded = encoded;
                self.open.insert(id, open);
            }
            None => self.finish(&open, Outcome::NotSent, 0),
        }
    }

    fn finish(&mut self, open: &Open, outcome: Outcome, failed: u32) {
        let time = open.planned.elapsed();
        let report = &mut self.report;
        match outcome {
            Outcome::Accepted => {
                report.accepted += 1;
                report.totals.latency.add(time);
            }
            Outcome::Sent => report.sent += 1,
            _ => report.failed += 1,
        }
        *report.totals.by_outcome.entry(outcome.code()).or_default() += 1;
        self.teller.tell(Event::Call(CallOutcome {
            number: open.number,
            outcome,
            detail: outcome.detail(),
            answer: outcome.answer(),
            time_ms: millis(time),
            failed_transactions: failed,
            replaced: open.encoded.replaced,
            cut: open.encoded.cut,
        }));
    }

    /// Calls that take too long.
    async fn give_up(&mut self, now: Instant) {
        let late: Vec<_> = self
            .open
            .iter()
            .filter(|(_, open)| open.deadline <= now)
            .map(|(&id, _)| id)
            .collect();
        for id in late {
            // One that is on the line stays there; its outcome is of no use to anybody now.
            let _ = self.handle.cancel(id).await;
            if let Some(open) = self.open.remove(&id) {
                self.finish(&open, Outcome::TimedOut, 0);
            }
        }
    }

    async fn cancel(&mut self) {
        for (id, open) in std::mem::take(&mut self.open) {
            let _ = self.handle.cancel(id).await;
            self.finish(&open, Outcome::Cancelled, 0);
        }
    }

    fn tell(&mut self, event: driver::Event) {
        self.teller.drain();
        match event {
            driver::Event::Link(link::Event::Delivered { id, acknowledged }) => {
                let outcome = if acknowledged {
                    Outcome::Accepted
                } else {
                    Outcome::Sent
                };
                if let Some(open) = self.open.remove(&id) {
                    self.finish(&open, outcome, 0);
                }
            }
            driver::Event::Link(link::Event::Failed {
                id,
                reason,
                transactions,
            }) => {
                if let Some(open) = self.open.remove(&id) {
                    self.finish(&open, reason.into(), transactions);
                }
            }
            driver::Event::Queued(received) => self.received(&received),
            driver::Event::Link(link::Event::Refused(_)) => {
                self.report.damaged += 1;
                self.teller.driver(&event);
            }
            driver::Event::Link(link::Event::Block(received)) => self.received(&received),
            other => self.teller.driver(&other),
        }
    }

    fn received(&mut self, received: &Received<'_>) {
        self.report.received += 1;
        self.teller.tell(Event::Block(Box::new(Taken {
            number: self.report.received,
            answer: "ack",
            possible_repeat: received.possible_repeat.is_some(),
            message: message_shown(&received.block, self.profile.characters),
            warnings: Warning::of_block(&received.block, 0),
        })));
    }
}

pub(super) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
