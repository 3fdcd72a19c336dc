//! The work of one line: how its link stands, and what comes over it.

mod block;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use espa444::alarm::Line;
use espa444::driver::{Event, Handle};
use espa444::link::{self, BlockId};
use espa444::{Address, Finding, Profile};
use metrics::counter;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::keeper::Keeper;
use super::super::tasks::sleep_until;
use super::super::watch::{Reason, Watch};
use super::super::way::Ends;
use super::calls::Calls;
use crate::input::InputContext;
use crate::journal::Sequence;
use crate::lines::{LineFinding, LineHandle, LineState};
use crate::time::Timestamp;

/// How long a block may take to be answered when the server stops.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// How long the first connection may take on a line that is not supervised.
const FIRST_CONNECTION: Duration = Duration::from_secs(60);

/// What a line works by.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) name: Arc<str>,
    pub(super) profile: Profile,
    pub(super) line: Line,
    /// Whether anybody hears an answer.
    pub(super) answers: bool,
    /// How many stations are polled; 0 when none is.
    pub(super) polled: u32,
    /// How long a port or connection may be away.
    pub(super) away: Duration,
    /// What is sent back for each call.
    pub(super) report_status: Option<String>,
}

impl Settings {
    /// Whether a station that misses its polls is told by itself: where the link is not lost with
    /// it.
    fn tells_stations(&self) -> bool {
        self.polled > 1 || self.polled == 1 && self.profile.timers.supervision.is_none()
    }

    /// By when stations that do not answer have been found after a start.
    fn stations_found(&self) -> Duration {
        let timers = &self.profile.timers;
        let turn = timers.poll_interval.unwrap_or_default() + timers.poll_answer;
        let turns = self.polled * (u32::from(self.profile.sending.misses) + 2);
        turn * turns + Duration::from_secs(5)
    }
}

pub(super) struct Work {
    settings: Settings,
    context: InputContext,
    keeper: Keeper,
    handle: Handle,
    ends: Ends,
    calls: Calls,
    watch: Watch,
    shown: LineHandle,
    connected: bool,
    ever_connected: bool,
    /// The block that was stored last, to note what is found out about it.
    latest: Option<(BlockId, Sequence)>,
    /// Stations that were lost before the restart and have not been found again until then.
    unsure: Option<Instant>,
    silent: BTreeSet<Address>,
}

impl Work {
    pub(super) fn new(
        settings: Settings,
        context: InputContext,
        handle: Handle,
        ends: Ends,
        calls: Calls,
        watch: Watch,
        shown: LineHandle,
    ) -> Self {
        Self {
            keeper: Keeper::new(Arc::clone(&context.journal)),
            settings,
            context,
            handle,
            ends,
            calls,
            watch,
            shown,
            connected: false,
            ever_connected: false,
            latest: None,
            unsure: None,
            silent: BTreeSet::new(),
        }
    }

    /// Works until the driver has ended; a cancelled context ends it.
    pub(super) async fn run(mut self, mut events: mpsc::Receiver<Event>) {
        if self.settings.profile.timers.supervision.is_none() {
            self.watch.lost(None, Reason::Away, FIRST_CONNECTION);
        }
        let stop = self.context.shutdown.clone();
        let mut stopping = false;
        loop {
            let due = [self.watch.due(), self.unsure].into_iter().flatten().min();
            tokio::select! {
                biased;
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.handle.shut_down(LAST_PATIENCE);
                }
                () = sleep_until(due), if !stopping => self.on_time(),
                event = events.recv() => match event {
                    Some(event) => self.take(event).await,
                    None => break,
                }
            }
        }
        if !stopping {
            tracing::error!(
                line = &*self.settings.name,
                "the line has ended: nothing is received"
            );
            self.watch.lost(None, Reason::Away, Duration::ZERO);
            self.shown.set_state(LineState::Failed);
        }
    }

    fn event(&self, event: &'static str) {
        let line = self.settings.name.to_string();
        counter!("alarm_espa444_events_total", "line" => line, "event" => event).increment(1);
    }

    fn on_time(&mut self) {
        self.watch.tell_due();
        if self.unsure.is_some_and(|at| at <= Instant::now()) {
            self.unsure = None;
            let silent: Vec<_> = self.silent.iter().map(Address::to_string).collect();
            let lost: Vec<_> = self.watch.parts().cloned().collect();
            for station in lost {
                if !silent.iter().any(|one| **one == *station) {
                    self.watch.restored(&Some(station));
                }
            }
        }
        self.show();
    }

    /// How the line is, to those who ask.
    fn show(&self) {
        // A line that is not supervised waits for its first connection without being lost.
        let waits = !self.ever_connected && self.settings.profile.timers.supervision.is_none();
        let state = if self.watch.is_told(&None) || self.watch.is_lost(&None) && !waits {
            LineState::Lost
        } else if self.connected {
            LineState::Up
        } else {
            LineState::Starting
        };
        self.shown.set_state(state);
        self.shown.change(|line| {
            line.connected = self.connected;
            line.silent_stations = self.silent.iter().map(Address::to_string).collect();
        });
    }

    async fn take(&mut self, event: Event) {
        let line = Arc::clone(&self.settings.name);
        let line = &*line;
        match event {
            Event::Connected => {
                tracing::info!(line, "connected");
                self.event("connected");
                self.shown.change(|line| line.counts.connections += 1);
                self.connected();
            }
            Event::Disconnected(why) => {
                self.ends.log_gone(line, why);
                self.event("disconnected");
                self.connected = false;
                self.show();
            }
            Event::Congested { refused, missed } => {
                tracing::error!(line, refused, missed, "the server fell behind the line");
                self.context.counters.busy.increment(refused);
                self.shown.change(|line| {
                    line.counts.unavailable += refused;
                    line.counts.missed += missed;
                });
            }
            Event::Link(event) => self.take_from_link(event).await,
            // Nothing is acknowledged from the queue here.
            _ => {}
        }
    }

    async fn take_from_link(&mut self, event: link::Event<'static>) {
        let line = Arc::clone(&self.settings.name);
        let line = &*line;
        match event {
            link::Event::Block(received) => self.block(received).await,
            link::Event::Ignored(decoded) => self.ignored(&decoded),
            link::Event::Refused(error) => {
                self.context.counters.malformed.increment(1);
                let reason = error.kind.code();
                counter!("alarm_espa444_refused_total", "reason" => reason).increment(1);
                self.shown.change(|line| line.counts.malformed += 1);
                if let Some(held_back) = self.keeper.rubbish() {
                    let answer = error.answer.map(|nak| char::from(nak.character()));
                    tracing::warn!(
                        line,
                        reason,
                        offset = error.offset,
                        answer = answer.map(tracing::field::display),
                        held_back,
                        "a block cannot be read"
                    );
                }
            }
            link::Event::Undecided(_) => {
                tracing::error!(line, "a call was not stored in time, its sender heard busy");
                self.event("undecided");
            }
            link::Event::Doubtful(id) => {
                self.event("doubtful");
                if let Some((_, sequence)) = self.latest.filter(|(latest, _)| *latest == id) {
                    self.note(
                        sequence,
                        "garbage came directly behind it: it may have been cut",
                    );
                }
            }
            link::Event::Failing { transactions, .. } => {
                tracing::warn!(line, transactions, "a status does not get through");
            }
            link::Event::Failed { .. } => tracing::warn!(line, "a status was given up"),
            link::Event::StationSilent(station) => {
                tracing::warn!(line, %station, "a station does not answer its polls");
                self.event("station-silent");
                self.silent.insert(station);
                if self.settings.tells_stations() {
                    let after = Duration::ZERO;
                    let station = Some(station.to_string().into());
                    self.watch.lost(station, Reason::Station, after);
                }
                self.show();
            }
            link::Event::StationBack(station) => {
                tracing::info!(line, %station, "a station answers again");
                self.event("station-back");
                self.silent.remove(&station);
                self.watch.restored(&Some(station.to_string().into()));
                self.show();
            }
            link::Event::LinkLost => self.lost(),
            link::Event::LinkRestored => {
                self.event("restored");
                self.watch.restored(&None);
                self.show();
            }
            link::Event::Finding(finding) => self.found(finding),
            _ => {}
        }
    }

    fn connected(&mut self) {
        (self.connected, self.ever_connected) = (true, true);
        match self.settings.profile.timers.supervision {
            // Nothing else will say that it is back.
            None => {
                self.watch.restored(&None);
            }
            Some(patience) => self.watch.wait(&None, patience),
        }
        if self.unsure.is_none() && self.watch.parts().next().is_some() {
            self.unsure = Some(Instant::now() + self.settings.stations_found());
        }
        self.show();
    }

    fn lost(&mut self) {
        self.event("lost");
        self.shown.change(|line| line.counts.losses += 1);
        if self.connected {
            self.watch.lost(None, Reason::Silence, Duration::ZERO);
        } else {
            self.watch.lost(None, Reason::Away, self.settings.away);
        }
        self.show();
    }

    fn found(&mut self, finding: Finding) {
        let (code, advice, seen) = (finding.kind.code(), finding.kind.advice(), finding.evidence);
        let line = &*self.settings.name;
        tracing::warn!(line, finding = code, seen, "{advice}");
        counter!("alarm_espa444_findings_total", "line" => line.to_owned(), "finding" => code)
            .increment(1);
        self.shown.found(LineFinding {
            code,
            advice,
            seen,
            at: Timestamp::now(),
        });
    }
}
