//! The work of one line: heard, kept, acknowledged.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use alarm_codes::Phase;
use espa444::alarm::{Basis, Line, Repeat, mapping_of};
use espa444::driver::{Event, Handle};
use espa444::link::{self, Accepted, BlockId, Received, Refusal};
use espa444::{Address, BlockBuf, CallStatus, Decoded, Finding, Header, Profile};
use metrics::counter;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::keeper::Keeper;
use super::super::record::Arrival;
use super::super::tasks::sleep_until;
use super::super::watch::{Reason, Watch};
use super::super::way::Ends;
use super::calls::{Calls, Hints, Judgement};
use super::entry;
use crate::input::InputContext;
use crate::journal::{
    AnswerDelivery, BoxFuture, Entry, JournalError, Note, Sequence, StateChange, Stored,
    StoredOutcome, Verdict,
};
use crate::lines::{LineFinding, LineHandle, LineState};
use crate::time::Timestamp;

/// How long a block may take to be answered when the server stops.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// How long the ACK waits for the table of open calls: the alarm itself is stored by then.
const TABLE_PATIENCE: Duration = Duration::from_millis(50);
/// After what time a line without answers tries the journal again.
const AGAIN: Duration = Duration::from_millis(500);
/// How long the first connection may take on a line that is not supervised.
const FIRST_CONNECTION: Duration = Duration::from_secs(60);

/// Changes on their way to the journal.
type Keeping = BoxFuture<'static, Result<(), JournalError>>;

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

    /// A block that the profile acknowledges unread: kept if there is room, as evidence.
    fn ignored(&mut self, decoded: &Decoded<'_>) {
        self.context.counters.received.increment(1);
        self.event("ignored");
        let arrival = Arrival::now();
        let judgement = self
            .calls
            .judge(&decoded.block(), None, Hints::default(), arrival.at);
        if self.keeper.rubbish().is_some()
            && let Some(entry) = self.entry(arrival, decoded, &judgement)
        {
            self.keeper.evidence(entry);
        }
    }

    fn entry(
        &self,
        arrival: Arrival,
        decoded: &Decoded<'_>,
        judgement: &Judgement,
    ) -> Option<Entry> {
        let (line, facts) = (self.calls.line(), self.ends.facts());
        let window = self.settings.profile.timers.repeat;
        let answers = self.settings.answers;
        match entry::accepted(arrival, decoded, line, judgement, window, facts, answers) {
            Ok(entry) => Some(entry),
            Err(error) => {
                // Nothing in the model can fail to be written; if it does, nobody is told yes.
                tracing::error!(%error, "an event cannot be written as JSON");
                None
            }
        }
    }

    async fn block(&mut self, received: Received<'static>) {
        let arrival = Arrival::now();
        let (id, decoded) = (received.id, &received.block);
        let block = decoded.block();
        let warnings = decoded.warnings().len() + decoded.omitted_warnings();
        self.context.counters.received.increment(1);
        self.context.counters.warnings.increment(warnings as u64);
        let line = self.calls.line();
        let meaning = mapping_of(&block, line);
        let hints = Hints {
            same_transaction: received
                .possible_repeat
                .is_some_and(|repeat| repeat.same_transaction),
            accepted: received.accepted,
        };
        let judgement = self
            .calls
            .judge(&block, meaning.as_ref(), hints, arrival.at);
        let no_rule = meaning
            .as_ref()
            .is_some_and(|meaning| meaning.basis == Basis::Unmatched);
        let is_call = meaning.is_some_and(|meaning| meaning.phase == Phase::Start);
        let Some(entry) = self.entry(arrival, decoded, &judgement) else {
            self.refuse(id).await;
            return;
        };
        tracing::debug!(
            line = &*self.settings.name,
            event = %entry.id,
            kind = entry.kind.as_deref(),
            repeat = judgement.repeat != Repeat::No,
            warnings,
            "block"
        );
        self.shown.change(|line| {
            line.counts.received += 1;
            line.counts.unmatched += u64::from(no_rule);
            line.last_message = Some(arrival.at);
        });
        if no_rule {
            self.event("no-rule");
        }
        let raw = decoded.raw();
        let (changes, before) = self
            .calls
            .enter(&judgement, entry.id, &block, raw, arrival.at);
        // Before the entry, so that it goes with the same commit.
        let kept = self.keep(changes);
        let new = entry.id;
        match self.store(entry).await {
            Ok(stored) => {
                if stored.id == new || judgement.repeat != Repeat::No {
                    self.kept(kept).await;
                } else {
                    // It was stored before a crash, under that identifier.
                    let changes = self.calls.undo(before);
                    self.keep_later(changes);
                    let (changes, _) = self
                        .calls
                        .enter(&judgement, stored.id, &block, raw, arrival.at);
                    self.keep_later(changes);
                }
                let late = self.acknowledge(&received, &judgement, &stored).await;
                self.stored(&judgement, &stored, late);
                self.latest = Some((id, stored.sequence));
                self.report(&received, is_call).await;
            }
            Err(error) => {
                let changes = self.calls.undo(before);
                self.keep_later(changes);
                self.declined(id, &error).await;
            }
        }
    }

    /// Where nobody hears an answer, nobody would send it again: there the journal is asked until
    /// it takes it.
    async fn store(&self, entry: Entry) -> Result<Stored, JournalError> {
        loop {
            let result = self.context.journal.store(entry.clone()).await;
            match &result {
                Err(JournalError::Busy | JournalError::Unavailable { .. })
                    if !self.settings.answers && !self.context.shutdown.is_cancelled() =>
                {
                    tracing::error!(
                        line = &*self.settings.name,
                        "a call waits for the journal: this line has no answers"
                    );
                    tokio::time::sleep(AGAIN).await;
                }
                _ => return result,
            }
        }
    }

    /// Keeps how the calls stand. Queued when this is called.
    fn keep(&self, changes: Vec<StateChange>) -> Option<Keeping> {
        (!changes.is_empty()).then(|| self.context.journal.keep(super::calls::AREA, changes))
    }

    /// The alarm itself is stored, so this does not hold its answer up for long.
    async fn kept(&self, kept: Option<Keeping>) {
        let Some(kept) = kept else { return };
        let line = &*self.settings.name;
        match tokio::time::timeout(TABLE_PATIENCE, kept).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(line, %error, "the open calls were not kept"),
            Err(_) => tracing::warn!(line, "the open calls are kept later than their answer"),
        }
    }

    fn keep_later(&self, changes: Vec<StateChange>) {
        // Dropping what waits does not take it back.
        drop(self.keep(changes));
    }

    /// The only place where ACK leaves: the journal has said that it is durable. `true` when the
    /// caller had been told something else by then.
    async fn acknowledge(
        &mut self,
        received: &Received<'_>,
        judgement: &Judgement,
        stored: &Stored,
    ) -> bool {
        let (late, detail) = if received.accepted {
            (false, "ACK sent before, on the first one's account")
        } else {
            match self.handle.accept(received.id).await {
                Ok(Accepted::Acknowledged) => (false, "ACK sent, not confirmed"),
                Ok(Accepted::NoAnswers) => return self.unanswered(judgement, stored),
                // The next one has come meanwhile.
                Err(_) if !self.settings.answers => return self.unanswered(judgement, stored),
                Ok(_) => (true, "stored too late, its sender heard busy"),
                Err(_) => (true, "stored too late, its sender had gone on"),
            }
        };
        self.calls.answered(judgement, stored.id, !late);
        let delivery = AnswerDelivery {
            at: Timestamp::now(),
            delivered: false,
            detail: Cow::Borrowed(detail),
        };
        self.context.journal.answered(stored.sequence, delivery);
        late
    }

    /// Nobody sends it again for want of an ACK: what comes later was made later. Never late.
    fn unanswered(&mut self, judgement: &Judgement, stored: &Stored) -> bool {
        self.calls.answered(judgement, stored.id, true);
        false
    }

    fn stored(&mut self, judgement: &Judgement, stored: &Stored, late: bool) {
        let counters = &self.context.counters;
        if late {
            counters.late.increment(1);
        } else {
            counters.stored(Verdict::Accepted, Ok(&stored.outcome));
        }
        let duplicate = matches!(stored.outcome, StoredOutcome::Duplicate { .. });
        let repeated = duplicate || judgement.repeat != Repeat::No;
        let unmatched = judgement.unmatched_end && !duplicate;
        self.shown.change(|line| {
            line.counts.accepted += u64::from(!repeated && !late);
            line.counts.repeats += u64::from(repeated);
            line.counts.unmatched_ends += u64::from(unmatched);
        });
        if repeated {
            self.event("repeat");
        }
        if unmatched {
            self.event("unmatched-end");
            tracing::warn!(
                line = &*self.settings.name,
                event = %stored.id,
                "a reset matches no open call: it was lost, or ended before"
            );
            self.note(stored.sequence, "it ends no call that is open");
        }
    }

    async fn declined(&mut self, id: BlockId, error: &JournalError) {
        let counters = &self.context.counters;
        counters.stored(Verdict::Accepted, Err(error));
        self.shown.change(|line| line.counts.unavailable += 1);
        let answer = if self.settings.answers {
            "NAK 2"
        } else {
            "none"
        };
        self.keeper.declined(error, answer);
        self.refuse(id).await;
    }

    /// The caller tries again, or its panel reports a fault: both are better than silence.
    async fn refuse(&self, id: BlockId) {
        // It fails when the caller has heard busy by itself in the meantime.
        let _ = self.handle.refuse(id, Refusal::Busy).await;
    }

    /// Status goes back when the caller polls: of each call where the site wants it, and to those
    /// who ask.
    async fn report(&self, received: &Received<'_>, is_call: bool) {
        let block = received.block.block();
        let wanted = self.settings.report_status.as_deref();
        let status = match block.header() {
            Header::STATUS_REQUEST if self.calls.knows(&block) => {
                // It is kept; whether it has reached anybody is not known here.
                wanted.map_or(CallStatus::IN_QUEUE, CallStatus::new)
            }
            Header::CALL if is_call && !received.accepted => match wanted {
                Some(status) => CallStatus::new(status),
                None => return,
            },
            _ => return,
        };
        if !self.settings.answers {
            return;
        }
        let sent = match BlockBuf::status_information(&block, status) {
            Ok(status) => self
                .handle
                .send(status)
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = sent {
            self.event("status-not-sent");
            tracing::debug!(line = &*self.settings.name, error, "a status is not sent");
        }
    }

    fn note(&self, sequence: Sequence, text: &'static str) {
        let note = Note {
            at: Timestamp::now(),
            text: Cow::Borrowed(text),
        };
        self.context.journal.note(sequence, note);
    }
}
