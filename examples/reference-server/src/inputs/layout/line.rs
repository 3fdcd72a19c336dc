//! The work of one line: read by its layout, kept, answered.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use climax_rf::Time;
use climax_rf::layout::{DecodeErrorKind, Received, Receiver, ReceiverEvent};
use espa444::driver::Connect;
use metrics::counter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::keeper::Keeper;
use super::super::record::Arrival;
use super::super::repeats::{Repeats, event_id, now};
use super::super::tasks::sleep_until;
use super::super::watch::{Reason, Watch};
use super::super::way::{Bytes, Ends, Way};
use super::entry::{self, Case, Saying};
use crate::input::InputContext;
use crate::journal::{AnswerDelivery, Entry, JournalError, Stored, StoredOutcome, Verdict};
use crate::lines::{LineHandle, LineState};
use crate::time::Timestamp;

/// After what time a line without answers tries the journal again.
const AGAIN: Duration = Duration::from_millis(500);
/// How long writing an answer may take.
const WRITE_TIME: Duration = Duration::from_secs(10);
/// Between two attempts to open a line.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// How long the first connection may take on a line that is not supervised.
const FIRST_CONNECTION: Duration = Duration::from_secs(60);

/// What a line works by.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) name: Arc<str>,
    /// Whether the layout declares an answer to what is accepted.
    pub(super) answers: bool,
    /// The silence after which the layout counts the line as lost.
    pub(super) silence: Option<Duration>,
    pub(super) away: Duration,
    pub(super) repeat: Duration,
}

pub(super) struct Work {
    settings: Settings,
    context: InputContext,
    keeper: Keeper,
    receiver: Receiver,
    repeats: Repeats<(), ()>,
    watch: Watch,
    ends: Ends,
    shown: LineHandle,
    connected: bool,
    ever_connected: bool,
    /// When the last frame or heartbeat came, or the line was opened.
    last_valid: Instant,
}

/// Why a stream is not served any more.
enum End {
    Stopped,
    Lost(io::Error),
    Replaced(Box<dyn Bytes>),
}

impl Work {
    pub(super) fn new(
        settings: Settings,
        context: InputContext,
        receiver: Receiver,
        watch: Watch,
        ends: Ends,
        shown: LineHandle,
    ) -> Self {
        Self {
            keeper: Keeper::new(Arc::clone(&context.journal)),
            repeats: Repeats::new(settings.repeat),
            settings,
            context,
            receiver,
            watch,
            ends,
            shown,
            connected: false,
            ever_connected: false,
            last_valid: Instant::now(),
        }
    }

    /// Works until stopped.
    pub(super) async fn run(mut self, mut way: Way) {
        let stop = self.context.shutdown.clone();
        let patience = self.settings.silence.unwrap_or(FIRST_CONNECTION);
        self.watch.lost(None, Reason::Away, patience);
        let mut pause = SHORTEST_PAUSE;
        let mut next = None;
        loop {
            self.show();
            let stream = match next.take() {
                Some(stream) => stream,
                None => match self.meanwhile(way.connect(), &stop).await {
                    None => return,
                    Some(Ok(stream)) => stream,
                    Some(Err(_)) => {
                        if self.wait(&mut pause, &stop).await.is_none() {
                            return;
                        }
                        continue;
                    }
                },
            };
            let since = Instant::now();
            self.connected();
            match self.serve(stream, &mut way, &stop).await {
                End::Stopped => return,
                End::Replaced(stream) => next = Some(stream),
                End::Lost(error) => {
                    let line = &*self.settings.name;
                    self.ends.log_gone(line, error.kind());
                    self.event("disconnected");
                    self.connected = false;
                    self.shown.change(|line| line.counts.losses += 1);
                    self.watch.lost(None, Reason::Away, self.settings.away);
                    if since.elapsed() > LONGEST_PAUSE {
                        pause = SHORTEST_PAUSE;
                    }
                    self.show();
                    if !way.paces_itself() && self.wait(&mut pause, &stop).await.is_none() {
                        return;
                    }
                }
            }
        }
    }

    async fn wait(&mut self, pause: &mut Duration, stop: &CancellationToken) -> Option<()> {
        let now = *pause;
        *pause = (now * 2).min(LONGEST_PAUSE);
        self.meanwhile(tokio::time::sleep(now), stop).await
    }

    /// Tells what is due until something else is done; `None` when stopped.
    async fn meanwhile<F: Future>(
        &mut self,
        other: F,
        stop: &CancellationToken,
    ) -> Option<F::Output> {
        let mut other = std::pin::pin!(other);
        loop {
            let due = self.watch.due();
            tokio::select! {
                biased;
                () = stop.cancelled() => return None,
                () = sleep_until(due) => {
                    self.watch.tell_due();
                    self.show();
                }
                done = &mut other => return Some(done),
            }
        }
    }

    fn event(&self, event: &'static str) {
        let line = self.settings.name.to_string();
        counter!("alarm_layout_events_total", "line" => line, "event" => event).increment(1);
    }

    /// How the line is, to those who ask.
    fn show(&self) {
        let waits = !self.ever_connected;
        let state = if self.watch.is_told(&None) || self.watch.is_lost(&None) && !waits {
            LineState::Lost
        } else if self.connected {
            LineState::Up
        } else {
            LineState::Starting
        };
        self.shown.set_state(state);
        self.shown.change(|line| line.connected = self.connected);
    }

    fn connected(&mut self) {
        tracing::info!(line = &*self.settings.name, "connected");
        self.event("connected");
        self.shown.change(|line| line.counts.connections += 1);
        (self.connected, self.ever_connected) = (true, true);
        self.receiver.handle_connected(now());
        self.last_valid = Instant::now();
        match self.settings.silence {
            // Nothing else will say that it is back.
            None => {
                self.watch.restored(&None);
            }
            Some(silence) => self.watch.wait(&None, silence),
        }
        self.show();
    }

    /// Something valid came.
    fn heard(&mut self) {
        self.last_valid = Instant::now();
        if self.watch.restored(&None) {
            self.event("restored");
            self.show();
        }
    }

    /// When the line counts as lost: bytes that are no frames, as of a wrong baud rate, are as good
    /// as silence.
    fn silent_at(&self) -> Option<Instant> {
        let silence = self.settings.silence?;
        (!self.watch.is_lost(&None)).then(|| self.last_valid + silence)
    }

    fn silent(&mut self) {
        self.event("silence");
        self.shown.change(|line| line.counts.losses += 1);
        self.watch.lost(None, Reason::Silence, Duration::ZERO);
        self.show();
    }

    async fn serve(
        &mut self,
        mut stream: Box<dyn Bytes>,
        way: &mut Way,
        stop: &CancellationToken,
    ) -> End {
        let mut buffer = [0; 2048];
        let (mut from, mut to) = (0, 0);
        loop {
            if let Err(error) = self.answer(&mut stream).await {
                return End::Lost(error);
            }
            if let Some(event) = self.receiver.poll_event() {
                self.take(event).await;
                continue;
            }
            if from < to {
                from += self.receiver.handle_bytes(now(), &buffer[from..to]);
                continue;
            }
            let due = self.receiver.poll_timeout().map(instant);
            let due = [due, self.watch.due(), self.silent_at()];
            let due = due.into_iter().flatten().min();
            tokio::select! {
                biased;
                () = stop.cancelled() => return End::Stopped,
                stream = way.replacement() => return End::Replaced(stream),
                () = sleep_until(due) => {
                    self.receiver.handle_timeout(now());
                    if self.silent_at().is_some_and(|at| at <= Instant::now()) {
                        self.silent();
                    }
                    self.watch.tell_due();
                    self.show();
                }
                read = stream.read(&mut buffer) => match read {
                    Ok(0) => return End::Lost(io::ErrorKind::UnexpectedEof.into()),
                    Ok(length) => (from, to) = (0, length),
                    Err(error) => return End::Lost(error),
                },
            }
        }
    }

    async fn answer(&mut self, stream: &mut Box<dyn Bytes>) -> io::Result<()> {
        let mut answer = [0; 512];
        loop {
            let length = self.receiver.poll_transmit(&mut answer);
            if length == 0 {
                return Ok(());
            }
            let write = async {
                stream.write_all(&answer[..length]).await?;
                stream.flush().await
            };
            tokio::time::timeout(WRITE_TIME, write).await??;
        }
    }

    async fn take(&mut self, event: ReceiverEvent) {
        match event {
            ReceiverEvent::Frame(received) => {
                self.heard();
                self.frame(&received).await;
            }
            ReceiverEvent::Heartbeat => {
                self.heard();
                self.event("heartbeat");
            }
            ReceiverEvent::Refused { error, raw } => {
                let reason = error.kind.code();
                let told = self.rubbish(reason, raw.len());
                // Whole and undamaged: a frame that the layout does not describe.
                if told && matches!(error.kind, DecodeErrorKind::Constant { .. }) {
                    let (line, facts) = (&*self.settings.name, self.ends.facts());
                    let entry = entry::refused(Arrival::now(), line, &raw, facts, reason);
                    self.keeper.evidence(entry);
                }
            }
            ReceiverEvent::Skipped { bytes } => {
                self.rubbish("skipped", bytes);
            }
            // Found out by what is valid, not by bytes.
            ReceiverEvent::Silence { .. } => {}
            ReceiverEvent::Undecided(_) => {
                self.event("undecided");
                let line = &*self.settings.name;
                tracing::error!(line, "a frame was not stored in time");
            }
            // Stored; the sender repeats it, because its answer would pass for that of another.
            ReceiverEvent::Withheld(_) => self.event("withheld"),
            _ => {}
        }
    }

    /// Counts and logs what is no frame, within a budget; whether it was logged.
    fn rubbish(&mut self, reason: &'static str, bytes: usize) -> bool {
        self.context.counters.malformed.increment(1);
        self.shown.change(|line| line.counts.malformed += 1);
        let line = &*self.settings.name;
        counter!("alarm_layout_refused_total", "line" => line.to_owned(), "reason" => reason)
            .increment(1);
        let passed = self.keeper.rubbish();
        if let Some(held_back) = passed {
            tracing::warn!(line, reason, bytes, held_back, "bytes that are no frame");
        }
        passed.is_some()
    }

    async fn frame(&mut self, received: &Received) {
        let at = Timestamp::now();
        let counters = self.context.counters.clone();
        counters.received.increment(1);
        counters
            .warnings
            .increment(received.decoded.warnings().len() as u64);
        let sayings = entry::sayings(&received.decoded);
        let unmapped = sayings.iter().any(|one| matches!(one, Saying::Unmapped));
        self.shown.change(|line| {
            line.counts.received += 1;
            line.counts.unmatched += u64::from(unmapped);
            line.last_message = Some(at);
        });
        let mut kept = Vec::with_capacity(sayings.len());
        for saying in sayings {
            match self.keep(received, saying, at).await {
                Ok(one) => kept.push(one),
                Err(error) => {
                    if let Some(error) = error {
                        counters.stored(Verdict::Accepted, Err(&error));
                        let answer = if self.settings.answers { "nak" } else { "none" };
                        self.keeper.declined(&error, answer);
                    }
                    self.shown.change(|line| line.counts.unavailable += 1);
                    for (key, ..) in kept {
                        self.repeats.not_answered(now(), key);
                    }
                    // Its time may be over: then nothing is answered, which is as good.
                    let _ = self.receiver.refuse(now(), received.token);
                    return;
                }
            }
        }
        // The only place where a positive answer begins: all of it is durable.
        let answered = self.receiver.accept(now(), received.token).is_ok();
        for (key, double, stored) in kept {
            self.stored(&stored, double, answered);
            if !answered {
                self.repeats.not_answered(now(), key);
            }
        }
    }

    /// Keeps one saying of a frame: its key, whether it is a double, and where it is. The error is
    /// `None` when there was nothing to hand to the journal.
    async fn keep(
        &mut self,
        received: &Received,
        saying: Saying<'_>,
        at: Timestamp,
    ) -> Result<(String, bool, Stored), Option<JournalError>> {
        let key = format!("{}\0{}", received.raw.escape_ascii(), saying.name());
        let judgement = self
            .repeats
            .judge(now(), &key, (), Arrival::now().alarm_id());
        let case = Case {
            arrival: Arrival {
                id: event_id(judgement.id),
                at,
            },
            line: &self.settings.name,
            double_of: judgement.double_of,
            window: self.settings.repeat,
            transport: self.ends.facts(),
            answers: self.settings.answers,
        };
        let entry = entry::accepted(case, received, saying).map_err(|error| {
            tracing::error!(%error, "an event cannot be written as JSON");
            None
        })?;
        let double = judgement.double_of.is_some();
        tracing::debug!(
            line = &*self.settings.name,
            event = %entry.id,
            kind = entry.kind.as_deref(),
            double,
            "frame"
        );
        match self.store(entry).await {
            Ok(stored) => {
                self.repeats.kept(&key);
                Ok((key, double, stored))
            }
            Err(error) => {
                if !double {
                    self.repeats.not_kept(now(), key, judgement.id, ());
                }
                Err(Some(error))
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
                    let line = &*self.settings.name;
                    tracing::error!(
                        line,
                        "a frame waits for the journal: this line has no answers"
                    );
                    tokio::time::sleep(AGAIN).await;
                }
                _ => return result,
            }
        }
    }

    fn stored(&self, stored: &Stored, double: bool, answered: bool) {
        let counters = &self.context.counters;
        let duplicate = matches!(stored.outcome, StoredOutcome::Duplicate { .. });
        match (answered, double) {
            (false, _) => counters.late.increment(1),
            (true, true) => counters.duplicates.increment(1),
            (true, false) => counters.stored(Verdict::Accepted, Ok(&stored.outcome)),
        }
        let repeat = duplicate || double;
        self.shown.change(|line| {
            line.counts.accepted += u64::from(answered && !repeat);
            line.counts.repeats += u64::from(repeat);
        });
        if repeat {
            self.event("repeat");
        }
        if !self.settings.answers {
            return;
        }
        let delivery = AnswerDelivery {
            at: Timestamp::now(),
            delivered: false,
            detail: Cow::Borrowed(match answered {
                true => "sent, not confirmed",
                false => "stored too late, its sender had gone on",
            }),
        };
        self.context.journal.answered(stored.sequence, delivery);
    }
}

/// When a time of the receiver comes.
fn instant(time: Time) -> Instant {
    Instant::now() + time.since(now())
}
