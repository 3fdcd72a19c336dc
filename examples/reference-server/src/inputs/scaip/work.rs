//! The life of an alarm in the server: heard, kept, answered, confirmed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::{Duration, Instant};

use alarm_codes::Profile;
use metrics::{Gauge, counter, gauge};
use scaip::driver::Handle;
use scaip::receiver::{Event, Incoming, IncomingId, Refusal};
use scaip::sip::{Path, RawBytes, SipError, StatusCode, UndeliveredReason};
use scaip::{DecodeOptions, Response, StatusNumber, Text, decode_response};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::super::limiter::Limiter;
use super::in_hand::{InHand, Note, Timing};
use super::{Reply, entry};
use crate::input::InputContext;
use crate::journal::{AnswerDelivery, JournalError, Stored, StoredOutcome, Verdict};
use crate::time::Timestamp;

/// How often the counts of the SIP layer are copied into the metrics.
const UPKEEP: Duration = Duration::from_secs(2);
/// How long alarms in hand may take when the server stops.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// Unreadable messages that are logged and kept in one second; the rest is counted.
const RUBBISH: u32 = 20;

/// What the journal said.
struct Kept {
    id: IncomingId,
    response: Response<'static>,
    result: Result<Stored, JournalError>,
}

pub(super) struct Work {
    context: InputContext,
    handle: Handle,
    reply: Reply,
    profiles: HashMap<String, Profile>,
    window: Duration,
    in_hand: InHand<IncomingId>,
    in_hand_gauge: Gauge,
    storing: JoinSet<Kept>,
    rubbish: Limiter,
    failures: Limiter,
}

impl Work {
    pub(super) fn new(
        context: InputContext,
        handle: Handle,
        reply: Reply,
        profiles: HashMap<String, Profile>,
        window: Duration,
    ) -> Self {
        Self {
            context,
            handle,
            reply,
            profiles,
            window,
            in_hand: InHand::new(),
            in_hand_gauge: gauge!("alarm_scaip_in_hand"),
            storing: JoinSet::new(),
            rubbish: Limiter::new(RUBBISH),
            failures: Limiter::new(RUBBISH),
        }
    }

    /// Works until the driver has ended; a cancelled context ends the driver.
    pub(super) async fn run(self, events: mpsc::Receiver<Event>) {
        self.run_and_publish(events, UPKEEP).await;
    }

    async fn run_and_publish(mut self, mut events: mpsc::Receiver<Event>, period: Duration) {
        // In a task of its own: here, in its turn, load would keep it from ever having one.
        let publishing = tokio::spawn(publish(self.handle.clone(), period));
        let stop = self.context.shutdown.clone();
        let mut stopping = false;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    self.handle.shut_down(LAST_PATIENCE);
                }
                Some(kept) = self.storing.join_next() => match kept {
                    Ok(kept) => self.answer(kept).await,
                    Err(error) => tracing::error!(%error, "storing an alarm failed"),
                },
                event = events.recv() => match event {
                    Some(event) => self.take(event),
                    None => break,
                },
            }
            self.show_in_hand();
        }
        publishing.abort();
        // Evidence still on its way to the journal.
        while self.storing.join_next().await.is_some() {}
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge, and far below 2^52")]
    fn show_in_hand(&self) {
        self.in_hand_gauge.set(self.in_hand.len() as f64);
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Request(incoming) => self.store(&incoming),
            Event::Refused(refusal) => self.refuse(&refusal),
            Event::Bad {
                path,
                error,
                answered,
                raw,
            } => self.bad(&path, error, answered, raw),
            Event::Undecided { id } => self.undecided(id),
            Event::AnswerSent { id } => {
                self.ended(id, false, "sent in the 200, not confirmed".into());
            }
            Event::AnswerDelivered { id, status } => self.ended(id, true, status_text(status)),
            Event::AnswerRefused { id, status } => self.ended(id, false, status_text(status)),
            Event::AnswerUndelivered { id, reason } => {
                let detail = match reason {
                    UndeliveredReason::Timeout => "no answer within 32 s",
                    _ => "the way back failed",
                };
                self.ended(id, false, detail.into());
            }
            // Answered by the SIP layer and counted there.
            _ => {}
        }
    }

    fn store(&mut self, incoming: &Incoming) {
        let counters = &self.context.counters;
        counters.received.increment(1);
        let warnings = incoming.warnings.len() + incoming.decoded.warnings().len();
        counters.warnings.increment(warnings as u64);
        let request = incoming.decoded.message();
        let controller = request.controller_id.as_str();
        let profile = self
            .profiles
            .get(controller)
            .copied()
            .unwrap_or(Profile::Standard);
        let response = self.reply.accepting(request);
        let id = incoming.id;
        let entry = match entry::accepted(incoming, profile, &response, self.window) {
            Ok(entry) => entry,
            Err(error) => {
                // Nothing in the model can fail to be written; if it does, nobody is told yes.
                tracing::error!(%error, "an event cannot be written as JSON");
                return;
            }
        };
        tracing::debug!(
            event = %entry.id,
            kind = entry.kind.as_deref(),
            warnings,
            transport = %entry.transport.transport,
            "alarm"
        );
        self.in_hand.begin(id);
        // Queued here and not in the task: tasks run in any order, and a reset must not overtake
        // the alarm before it.
        let stored = self.context.journal.store(entry);
        self.storing.spawn(async move {
            let result = stored.await;
            Kept {
                id,
                response,
                result,
            }
        });
    }

    /// The only place where anybody is told yes: the journal has said that it is durable.
    async fn answer(&mut self, kept: Kept) {
        let Kept {
            id,
            response,
            result,
        } = kept;
        let counters = &self.context.counters;
        let outcome = result.as_ref().map(|stored| &stored.outcome);
        let sequence = result.as_ref().ok().map(|stored| stored.sequence);
        match self.in_hand.stored(id, sequence) {
            Timing::InTime => counters.stored(Verdict::Accepted, outcome),
            Timing::Late(note) => {
                match outcome {
                    Ok(_) => counters.late.increment(1),
                    Err(_) => counters.stored(Verdict::Accepted, outcome),
                }
                self.note(note);
                return;
            }
        }
        let response = match result {
            Ok(stored) => confirmed(&stored, response),
            Err(error) => self.declined(&error, response),
        };
        // It fails only when the driver has ended; then the sender repeats.
        let _ = self.handle.answer(id, response).await;
    }

    fn declined(&mut self, error: &JournalError, response: Response<'static>) -> Response<'static> {
        let (number, text) = match error {
            JournalError::Busy => (StatusNumber::BUSY, "busy"),
            _ => (StatusNumber::NOT_TREATED, "not stored"),
        };
        if let Some(held_back) = self.failures.pass(Instant::now()) {
            tracing::error!(%error, snu = number.number(), held_back, "an alarm could not be kept");
        }
        let mut declined = Response::new(response.reference, number);
        declined.status_text = Some(Text::new(text));
        declined
    }

    fn undecided(&mut self, id: IncomingId) {
        tracing::error!("an alarm was not stored in time, its sender heard snu 5");
        let note = self.in_hand.undecided(id);
        self.note(note);
    }

    /// The end of a response: delivered, refused, lost, or sent and not heard of again.
    fn ended(&mut self, id: IncomingId, delivered: bool, detail: Cow<'static, str>) {
        let note = self.in_hand.ended(id, delivered, detail);
        self.note(note);
    }

    fn note(&self, note: Option<Note>) {
        if let Some(note) = note {
            let delivery = AnswerDelivery {
                at: Timestamp::now(),
                delivered: note.delivered,
                detail: note.detail,
            };
            self.context.journal.answered(note.sequence, delivery);
        }
    }

    fn refuse(&mut self, refusal: &Refusal) {
        self.context.counters.received.increment(1);
        self.context.counters.refused.increment(1);
        counter!("alarm_scaip_refused_total", "reason" => refusal.reason.code()).increment(1);
        if let Some(held_back) = self.rubbish.pass(Instant::now()) {
            tracing::warn!(
                reason = refusal.reason.code(),
                status = refusal.status.get(),
                snu = refusal.status_number.map(StatusNumber::number),
                bytes = refusal.raw.0.len(),
                held_back,
                "refused a message"
            );
            self.keep(entry::refused(refusal));
        }
    }

    fn bad(&mut self, path: &Path, error: SipError, answered: Option<StatusCode>, raw: RawBytes) {
        self.context.counters.malformed.increment(1);
        if let Some(held_back) = self.rubbish.pass(Instant::now()) {
            tracing::warn!(%error, bytes = raw.0.len(), held_back, "not a SIP message");
            self.keep(entry::bad(
                path,
                error,
                answered.map(StatusCode::get),
                raw.0,
            ));
        }
    }

    /// Evidence nobody waits for.
    fn keep(&self, entry: crate::journal::Entry) {
        let stored = self.context.journal.store(entry);
        tokio::spawn(async move {
            if let Err(error) = stored.await {
                tracing::warn!(%error, "the evidence of a refused message was not kept");
            }
        });
    }
}

/// Copies the counts of the SIP layer into the metrics, for as long as its driver runs.
async fn publish(handle: Handle, period: Duration) {
    let mut upkeep = tokio::time::interval(period);
    loop {
        upkeep.tick().await;
        let Ok((counters, pending)) = handle.counters().await else {
            return;
        };
        for (name, count) in counters.iter() {
            counter!("alarm_sip_total", "count" => name).absolute(count);
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge, and far below 2^52")]
        gauge!("alarm_scaip_pending").set(pending as f64);
    }
}

fn status_text(status: StatusCode) -> Cow<'static, str> {
    match status {
        StatusCode::OK => Cow::Borrowed("200"),
        other => Cow::Owned(other.get().to_string()),
    }
}

/// The response that goes out: for a repeat the one that went out before.
fn confirmed(stored: &Stored, response: Response<'static>) -> Response<'static> {
    if let StoredOutcome::Duplicate { answer, .. } = &stored.outcome
        && let Ok(earlier) = decode_response(answer, &DecodeOptions::lenient())
    {
        return earlier.into_owned().into_message();
    }
    response
}

#[cfg(test)]
mod tests;
