//! A simulated pager: takes calls, and answers well or badly.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use espa444::driver::{self, Connect, Decision, Driver, Handle};
use espa444::link::{self, CallId, Received, Refusal, State};
use espa444::{BlockBuf, CallStatus, Decoded, Header, Profile};
use serde::Serialize;
use tokio::sync::mpsc;

use super::event::{Event, Outcome, Taken, Totals};
use super::fault::Station;
use super::mischief::Answer;
use super::panel::sleep_until;
use super::settings::LineSettings;
use super::teller::Teller;
use super::wire::{Shared, Wired};
use crate::decode::espa444::{Warning, message_shown};

/// Calls that may wait to be told; a panel hears busy for more.
const MOST_WAITING: usize = 1_024;
/// How long the panel may take for its EOT, and status for a poll, after the last call.
const FAREWELL: Duration = Duration::from_secs(3);

/// A simulated pager.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Pager {
    /// The line, and what the pager does wrong.
    pub line: LineSettings,
    /// The value of record 7 that is reported for each call taken; `None`: no status.
    pub status: Option<String>,
    /// End after so many calls, taken or not.
    pub count: Option<u64>,
    /// End after this time.
    pub duration: Option<Duration>,
}

/// What a pager did.
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct PagerReport {
    /// Calls that could be read, repeats included.
    pub calls: u64,
    /// Those that were acknowledged, also where the ACK was lost or late by a fault.
    pub accepted: u64,
    /// Those that were refused.
    pub refused: u64,
    /// Those that came before, as far as one can tell.
    pub repeats: u64,
    /// Blocks that could not be read.
    pub damaged: u64,
    /// Status information that was acknowledged.
    pub status_sent: u64,
    /// Everything that is counted for both sides.
    #[serde(flatten)]
    pub totals: Totals,
}

impl PagerReport {
    /// Whether everything that came was taken.
    #[must_use]
    pub const fn is_all_accepted(&self) -> bool {
        self.refused == 0 && self.damaged == 0
    }
}

/// A block on its way from the station to whoever tells of it.
struct Decided {
    block: Decoded<'static>,
    possible_repeat: bool,
    answer: &'static str,
    accepted: bool,
}

struct Run<'a> {
    pager: &'a Pager,
    profile: Profile,
    shared: Arc<Shared>,
    handle: Handle,
    report: PagerReport,
    /// Status on its way, and the call it is about.
    statuses: Vec<(CallId, u64)>,
    teller: Teller<'a>,
}

impl Pager {
    /// A pager that takes every call until it is stopped.
    #[must_use]
    pub const fn new(line: LineSettings) -> Self {
        Pager {
            line,
            status: None,
            count: None,
            duration: None,
        }
    }

    /// Takes calls until `stop` is ready, or until count or time is reached. Everything is told
    /// to `on` at once.
    ///
    /// # Errors
    ///
    /// The first attempt to open the line failed. A line that is lost later is opened again.
    pub async fn run<C: Connect>(
        &self,
        place: C,
        stop: impl Future<Output = ()>,
        on: &mut (dyn FnMut(Event) + Send),
    ) -> io::Result<PagerReport> {
        let mut profile = self.line.profile;
        // A status that fails is told each time, and tried again.
        profile.sending.report_after = 1;
        let shared = Shared::new(&self.line, Station::Pager);
        let mut settings = driver::Settings::default();
        settings.longest_reconnect = Duration::from_secs(5);
        let role = self.line.role(Station::Pager);
        let (driver, handle, mut events) = Driver::new(role, &profile, settings);
        let (decided, mut blocks) = mpsc::channel(MOST_WAITING);
        let mischief = Arc::clone(&shared);
        let answers = profile.answers;
        let driver = driver.deciding(move |received: &Received<'_>| {
            let Ok(room) = decided.try_reserve() else {
                return Decision::Refuse(Refusal::Busy);
            };
            let answer = if answers {
                mischief.mischief().decide()
            } else {
                Answer::Accept
            };
            let refusal = answer.refusal();
            room.send(Decided {
                block: received.block.clone().into_owned(),
                possible_repeat: received.possible_repeat.is_some(),
                answer: if answers { answer.name() } else { "none" },
                accepted: refusal.is_none(),
            });
            refusal.map_or(Decision::Accept, Decision::Refuse)
        });
        let mut run = Run {
            pager: self,
            profile,
            shared: Arc::clone(&shared),
            handle: handle.clone(),
            report: PagerReport::default(),
            statuses: Vec::new(),
            teller: Teller::new(Arc::clone(&shared), on),
        };
        let follow = async {
            let done = run.follow(&mut blocks, &mut events, stop).await;
            handle.shut_down(Duration::ZERO);
            done
        };
        let ((), done) = tokio::join!(driver.run(Wired::new(place, shared)), follow);
        done?;
        // What was acknowledged meanwhile is told, too.
        while let Ok(block) = blocks.try_recv() {
            run.block(block).await;
        }
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
        blocks: &mut mpsc::Receiver<Decided>,
        events: &mut mpsc::Receiver<driver::Event>,
        stop: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let mut stop = std::pin::pin!(stop);
        let end = self
            .pager
            .duration
            .and_then(|time| Instant::now().checked_add(time));
        let mut leave_at: Option<Instant> = None;
        loop {
            self.teller.drain();
            if let Some(error) = self.shared.take_failure() {
                return Err(error);
            }
            let now = Instant::now();
            if end.is_some_and(|at| at <= now) {
                return Ok(());
            }
            if let Some(at) = leave_at
                && (at <= now || self.is_at_rest().await)
            {
                return Ok(());
            }
            // At rest is asked again soon: a link does not tell of an EOT.
            let again = leave_at.map(|at| at.min(now + Duration::from_millis(20)));
            let due = [self.shared.observer().due(), end, again];
            let due = due.into_iter().flatten().min();
            let shared = Arc::clone(&self.shared);
            tokio::select! {
                biased;
                () = &mut stop => return Ok(()),
                // A line that cannot be opened is told before it counts as lost.
                () = shared.changed.notified() => {}
                Some(block) = blocks.recv() => {
                    self.block(block).await;
                    let calls = self.report.calls;
                    if self.pager.count.is_some_and(|count| calls >= count) {
                        let patience = FAREWELL + self.pager.line.late_by;
                        leave_at.get_or_insert_with(|| Instant::now() + patience);
                    }
                }
                event = events.recv() => match event {
                    Some(event) => self.tell(event),
                    None => return Ok(()),
                },
                () = sleep_until(due) => self.shared.observer().tick(),
            }
        }
    }

    /// Nothing is under way any more: the last answer has left, and the caller has ended.
    async fn is_at_rest(&self) -> bool {
        let Ok(status) = self.handle.status().await else {
            return true;
        };
        let idle = matches!(status.state, State::Idle | State::Unknown) || !status.connected;
        idle && status.queued == 0 && self.shared.mischief().waiting() == 0
    }

    async fn block(&mut self, decided: Decided) {
        self.teller.drain();
        self.report.calls += 1;
        let number = self.report.calls;
        if decided.accepted {
            self.report.accepted += 1;
        } else {
            self.report.refused += 1;
        }
        self.report.repeats += u64::from(decided.possible_repeat);
        let outcomes = &mut self.report.totals.by_outcome;
        *outcomes.entry(decided.answer).or_default() += 1;
        self.teller.tell(Event::Block(Box::new(Taken {
            number,
            answer: decided.answer,
            possible_repeat: decided.possible_repeat,
            message: message_shown(&decided.block, self.profile.characters),
            warnings: Warning::of_block(&decided.block, 0),
        })));
        let block = decided.block.block();
        let Some(status) = &self.pager.status else {
            return;
        };
        if !decided.accepted || block.header() != Header::CALL {
            return;
        }
        let status = CallStatus::from_bytes(status.as_bytes());
        let sent = match BlockBuf::status_information(&block, status) {
            Ok(block) => self.handle.send(block).await.ok(),
            Err(_) => None,
        };
        match sent {
            Some(id) => self.statuses.push((id, number)),
            None => self.status(number, Outcome::NotSent),
        }
    }

    fn status(&mut self, number: u64, outcome: Outcome) {
        self.report.status_sent += u64::from(outcome.is_good());
        self.teller.tell(Event::Status {
            number,
            outcome: outcome.code(),
        });
    }

    fn status_of(&mut self, id: CallId) -> Option<u64> {
        let at = self.statuses.iter().position(|&(status, _)| status == id)?;
        Some(self.statuses.swap_remove(at).1)
    }

    fn tell(&mut self, event: driver::Event) {
        self.teller.drain();
        match event {
            driver::Event::Link(link::Event::Refused(_)) => {
                self.report.damaged += 1;
                self.teller.driver(&event);
            }
            driver::Event::Link(link::Event::Ignored(block)) => {
                self.teller.tell(Event::Block(Box::new(Taken {
                    number: self.report.calls,
                    answer: "ignored",
                    possible_repeat: false,
                    message: message_shown(&block, self.profile.characters),
                    warnings: Warning::of_block(&block, 0),
                })));
            }
            driver::Event::Link(link::Event::Delivered { id, acknowledged }) => {
                if let Some(number) = self.status_of(id) {
                    let outcome = if acknowledged {
                        Outcome::Accepted
                    } else {
                        Outcome::Sent
                    };
                    self.status(number, outcome);
                }
            }
            driver::Event::Link(link::Event::Failed { id, reason, .. }) => {
                if let Some(number) = self.status_of(id) {
                    self.status(number, reason.into());
                }
            }
            driver::Event::Link(link::Event::Failing { id, reason, .. }) => {
                let found = self.statuses.iter().find(|&&(status, _)| status == id);
                if let Some(&(_, number)) = found {
                    self.status(number, reason.into());
                }
            }
            other => self.teller.driver(&other),
        }
    }
}
