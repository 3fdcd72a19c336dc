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
use super::event::{CallOutcome, Event, Outcome, Refused, Taken, Totals};
use super::fault::Station;
use super::findings::{Seen, of_line};
use super::observer::{error_shown, millis};
use super::settings::LineSettings;
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
    seen: Seen,
    /// The first connection.
    started: Option<Instant>,
    on: &'a mut (dyn FnMut(Event) + Send),
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
        let (driver, handle, events) = Driver::new(role, &profile, settings);
        // A status block is acknowledged when it is told.
        let driver = driver.deciding(|_: &Received<'_>| Decision::Queue);
        let mut run = Run {
            panel: self,
            profile,
            shared: Arc::clone(&shared),
            handle: handle.clone(),
            open: BTreeMap::new(),
            report: PanelReport::default(),
            seen: Seen::default(),
            started: None,
            on,
        };
        let follow = async {
            let done = run.follow(calls, events, stop).await;
            handle.shut_down(if done.is_ok() {
                FAREWELL
            } else {
                Duration::ZERO
            });
            done
        };
        let ((), done) = tokio::join!(driver.run(Wired::new(place, shared)), follow);
        done?;
        run.drain();
        let mut report = run.report;
        let elapsed = run.started.map_or(Duration::ZERO, |at| at.elapsed());
        report.totals.elapsed_s = elapsed.as_secs_f64();
        report.totals.findings = run.seen.codes();
        Ok(report)
    }
}

impl Run<'_> {
    async fn follow(
        &mut self,
        mut calls: mpsc::Receiver<Call>,
        mut events: mpsc::Receiver<driver::Event>,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let mut stop = std::pin::pin!(stop);
        let (mut number, mut over) = (0_u64, false);
        let mut leave_at = None;
        loop {
            self.drain();
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
                    self.cancel();
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
        let started = self.started?;
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
        (self.on)(Event::Call(CallOutcome {
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

    fn cancel(&mut self) {
        for (_, open) in std::mem::take(&mut self.open) {
            self.finish(&open, Outcome::Cancelled, 0);
        }
    }

    /// What was heard on the line goes before what the station made of it.
    fn drain(&mut self) {
        loop {
            let Some(event) = self.shared.observer().next() else {
                return;
            };
            match event {
                Event::Finding(finding) if !self.seen.is_new(&finding) => {}
                event => (self.on)(event),
            }
        }
    }

    fn tell(&mut self, event: driver::Event) {
        self.drain();
        match event {
            driver::Event::Connected => {
                self.started.get_or_insert_with(Instant::now);
                (self.on)(line("connected", "the line is open"));
            }
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
            driver::Event::Link(link::Event::Refused(error)) => {
                self.report.damaged += 1;
                let error = error_shown(&error);
                (self.on)(Event::Refused(Refused { error }));
            }
            driver::Event::Link(link::Event::Block(received)) => self.received(&received),
            driver::Event::Link(link::Event::Finding(found)) => {
                let finding = of_line(found);
                if self.seen.is_new(&finding) {
                    (self.on)(Event::Finding(finding));
                }
            }
            other => {
                if let Some(event) = of_driver(&other) {
                    (self.on)(event);
                }
            }
        }
    }

    fn received(&mut self, received: &Received<'_>) {
        self.report.received += 1;
        (self.on)(Event::Block(Box::new(Taken {
            number: self.report.received,
            answer: "ack",
            possible_repeat: received.possible_repeat.is_some(),
            message: message_shown(&received.block, self.profile.characters),
            warnings: Warning::of_block(&received.block, 0),
        })));
    }
}

pub(super) fn line(state: &'static str, detail: impl Into<String>) -> Event {
    Event::Line {
        state,
        detail: detail.into(),
    }
}

/// What a driver says about the line, for both sides.
pub(super) fn of_driver(event: &driver::Event) -> Option<Event> {
    Some(match event {
        driver::Event::Connected => line("connected", "the line is open"),
        driver::Event::Disconnected(io::ErrorKind::UnexpectedEof) => {
            line("disconnected", "the other side closed the connection")
        }
        driver::Event::Disconnected(why) => line("disconnected", why.to_string()),
        driver::Event::Link(link::Event::LinkLost) => line(
            "link-lost",
            "nothing valid for the time of supervision, or no connection",
        ),
        driver::Event::Link(link::Event::LinkRestored) => {
            line("link-restored", "something valid has come again")
        }
        driver::Event::Link(link::Event::StationSilent(address)) => line(
            "station-silent",
            format!("'{address}' does not answer polls"),
        ),
        driver::Event::Link(link::Event::StationBack(address)) => {
            line("station-back", format!("'{address}' answers polls again"))
        }
        _ => return None,
    })
}

pub(super) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
