//! A block of a line: kept first, then acknowledged.

use std::borrow::Cow;
use std::time::Duration;

use alarm_codes::Phase;
use espa444::alarm::{Basis, Repeat, mapping_of};
use espa444::link::{Accepted, BlockId, Received, Refusal};
use espa444::{BlockBuf, CallStatus, Decoded, Header};

use super::super::super::record::Arrival;
use super::super::calls::{self, Hints, Judgement};
use super::super::entry;
use super::Work;
use crate::journal::{
    AnswerDelivery, BoxFuture, Entry, JournalError, Note, Sequence, StateChange, Stored,
    StoredOutcome, Verdict,
};
use crate::time::Timestamp;

/// How long the ACK waits for the table of open calls: the alarm itself is stored by then.
const TABLE_PATIENCE: Duration = Duration::from_millis(50);
/// After what time a line without answers tries the journal again.
const AGAIN: Duration = Duration::from_millis(500);

/// Changes on their way to the journal.
type Keeping = BoxFuture<'static, Result<(), JournalError>>;

impl Work {
    /// A block that the profile acknowledges unread: kept if there is room, as evidence.
    pub(super) fn ignored(&mut self, decoded: &Decoded<'_>) {
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

    pub(super) async fn block(&mut self, received: Received<'static>) {
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
        (!changes.is_empty()).then(|| self.context.journal.keep(calls::AREA, changes))
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

    pub(super) fn note(&self, sequence: Sequence, text: &'static str) {
        let note = Note {
            at: Timestamp::now(),
            text: Cow::Borrowed(text),
        };
        self.context.journal.note(sequence, note);
    }
}
