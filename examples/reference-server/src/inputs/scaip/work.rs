//! The life of an alarm in the server: heard, kept, answered, confirmed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use alarm_codes::Profile;
use bytes::Bytes;
use metrics::{Gauge, counter, gauge};
use scaip::driver::receiver::Handle;
use scaip::receiver::{Event, Incoming, IncomingId};
use scaip::sip::{StatusCode, UndeliveredReason};
use scaip::{
    DecodeOptions, Decoded, Request, Response, StatusNumber, Text, call, decode_response, https,
    registrar,
};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinSet};

use super::super::keeper::Keeper;
use super::super::limiter::Limiter;
use super::awaited_calls::AwaitedCalls;
use super::https::{Post, Waiting};
use super::in_hand::{InHand, Note, Timing};
use super::origin::{Certificates, Origin};
use super::watch::{self, Change, Settings};
use super::{Reply, entry};
use crate::devices::DevicePath;
use crate::input::InputContext;
use crate::journal::{AnswerDelivery, JournalError, Stored, StoredOutcome, Verdict};
use crate::time::Timestamp;

/// How often the counts of the SIP layer are copied into the metrics.
const UPKEEP: Duration = Duration::from_secs(2);
/// How long alarms in hand may take when the server stops.
const LAST_PATIENCE: Duration = Duration::from_secs(5);
/// How an answer ends that nobody confirms.
const NOT_CONFIRMED: &str = "sent in the 200, not confirmed";

/// An alarm, by the way it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Id {
    Sip(IncomingId),
    Https(u64),
}

/// A request, and whom the verdict goes to.
enum Asker {
    /// The driver, which knows the way back.
    Driver(Box<Incoming>),
    /// The HTTP request that waits for it.
    Request {
        incoming: Arc<https::Incoming>,
        verdict: oneshot::Sender<Response<'static>>,
    },
}

impl Asker {
    fn decoded(&self) -> &Decoded<'static, Request<'static>> {
        match self {
            Self::Driver(incoming) => &incoming.decoded,
            Self::Request { incoming, .. } => &incoming.decoded,
        }
    }

    fn warnings(&self) -> usize {
        match self {
            Self::Driver(incoming) => incoming.warnings.len(),
            Self::Request { incoming, .. } => incoming.warnings.len(),
        }
    }
}

/// What the journal said.
struct Kept {
    id: Id,
    asker: Asker,
    path: DevicePath,
    response: Response<'static>,
    result: Result<Stored, JournalError>,
}

/// Whether a client certificate must name the controller.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct MustMatch {
    /// One that was presented.
    pub(super) presented: bool,
    /// Over TLS, and there must be one.
    pub(super) required_on_tls: bool,
}

impl MustMatch {
    fn allows(self, origin: &Origin, controller: &str) -> bool {
        match &origin.identity {
            Some(identity) => !self.presented || identity.names(controller),
            // Its connection went long ago, and the certificate is forgotten.
            None => !(self.required_on_tls && origin.transport == "tls"),
        }
    }
}

pub(super) struct Work {
    context: InputContext,
    handle: Handle,
    reply: Reply,
    profiles: HashMap<String, Profile>,
    window: Duration,
    posts: Option<mpsc::Receiver<Post>>,
    certificates: Certificates,
    must_match: MustMatch,
    in_hand: InHand<Id>,
    in_hand_gauge: Gauge,
    storing: JoinSet<Kept>,
    /// Verdicts over HTTPS on their way, and what became of each.
    completing: JoinSet<(Id, &'static str)>,
    watch: Option<Watching>,
    calls: AwaitedCalls,
    keeper: Keeper,
    untracked: Limiter,
}

/// What the work has to do with the supervision.
pub(super) struct Watching {
    pub(super) settings: Arc<Settings>,
    pub(super) changes: mpsc::UnboundedSender<Change>,
}

impl Work {
    pub(super) fn new(
        context: InputContext,
        handle: Handle,
        reply: Reply,
        profiles: HashMap<String, Profile>,
        window: Duration,
    ) -> Self {
        let keeper = Keeper::new(Arc::clone(&context.journal));
        Self {
            context,
            handle,
            reply,
            profiles,
            window,
            posts: None,
            certificates: Certificates::default(),
            must_match: MustMatch::default(),
            in_hand: InHand::new(),
            in_hand_gauge: gauge!("alarm_scaip_in_hand"),
            storing: JoinSet::new(),
            completing: JoinSet::new(),
            watch: None,
            calls: AwaitedCalls::new(Duration::ZERO, 0),
            untracked: Limiter::new(1),
            keeper,
        }
    }

    /// Takes what comes over HTTPS too.
    pub(super) fn with_posts(mut self, posts: mpsc::Receiver<Post>) -> Self {
        self.posts = Some(posts);
        self
    }

    /// Looks at whose certificates the messages came under.
    pub(super) fn with_certificates(
        mut self,
        certificates: Certificates,
        must_match: MustMatch,
    ) -> Self {
        self.certificates = certificates;
        self.must_match = must_match;
        self
    }

    /// Tells the supervision who was heard, and the units which `hbi` is configured.
    pub(super) fn with_watching(mut self, watching: Watching) -> Self {
        self.watch = Some(watching);
        self
    }

    /// Notes with their alarms which calls are overdue.
    pub(super) fn with_calls(mut self, calls: AwaitedCalls) -> Self {
        self.calls = calls;
        self
    }

    /// Works until the driver has ended and nobody can post any more; a cancelled context ends
    /// the driver.
    pub(super) async fn run(self, events: mpsc::Receiver<Event>) {
        self.run_and_publish(events, UPKEEP).await;
    }

    async fn run_and_publish(mut self, mut events: mpsc::Receiver<Event>, period: Duration) {
        // In a task of its own: here, in its turn, load would keep it from ever having one.
        let publishing = tokio::spawn(publish(self.handle.clone(), period));
        let stop = self.context.shutdown.clone();
        let mut stopping = false;
        let mut driving = true;
        while driving || self.posts.is_some() {
            tokio::select! {
                biased;
                () = stop.cancelled(), if !stopping => {
                    stopping = true;
                    let handle = self.handle.clone();
                    tokio::spawn(async move { handle.shut_down(LAST_PATIENCE).await });
                }
                Some(kept) = self.storing.join_next() => match kept {
                    Ok(kept) => self.answer(kept).await,
                    Err(error) => tracing::error!(%error, "storing an alarm failed"),
                },
                Some(completed) = self.completing.join_next() => self.completed(completed),
                came = next(&mut events, driving, &mut self.posts) => match came {
                    Came::Event(Some(event)) => self.take(event).await,
                    Came::Event(None) if stopping => driving = false,
                    // The driver fell over: the input has failed.
                    Came::Event(None) => break,
                    Came::Post(Some(post)) => self.take_post(post),
                    Came::Post(None) => self.posts = None,
                },
            }
            self.show_in_hand();
        }
        publishing.abort();
        // Still on its way to the journal. Whoever waits without the driver still hears.
        while let Some(kept) = self.storing.join_next().await {
            if let Ok(kept) = kept
                && matches!(kept.asker, Asker::Request { .. })
            {
                self.answer(kept).await;
            }
        }
        while let Some(completed) = self.completing.join_next().await {
            self.completed(completed);
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge, and far below 2^52")]
    fn show_in_hand(&self) {
        self.in_hand_gauge.set(self.in_hand.len() as f64);
    }

    async fn take(&mut self, event: Event) {
        match event {
            Event::Request(incoming) => self.take_request(incoming).await,
            Event::Refused(refusal) => self.refuse(&refusal),
            Event::Bad {
                path,
                error,
                answered,
                raw,
            } => self.bad(&path, error, answered, raw),
            Event::Undecided { id } => self.undecided(Id::Sip(id)),
            Event::AnswerSent { id } => {
                self.ended(Id::Sip(id), false, NOT_CONFIRMED.into());
            }
            Event::AnswerDelivered { id, status } => {
                self.ended(Id::Sip(id), true, status_text(status));
            }
            Event::AnswerRefused { id, status } => {
                self.ended(Id::Sip(id), false, status_text(status));
            }
            Event::AnswerUndelivered { id, reason } => {
                let detail = match reason {
                    UndeliveredReason::Timeout => "no answer within 32 s",
                    _ => "the way back failed",
                };
                self.ended(Id::Sip(id), false, detail.into());
            }
            Event::Challenged { stale, .. } => {
                let stale = if stale { "true" } else { "false" };
                counter!("alarm_scaip_challenges_total", "stale" => stale).increment(1);
                tracing::debug!(stale, "a sender was asked for credentials");
            }
            Event::Registered(registration) => self.registered(&registration).await,
            Event::Registrar(registrar::Event::Expired { controller }) => {
                counter!("alarm_scaip_registrations_total", "change" => "expired").increment(1);
                self.context.devices.unregistered(controller.as_str());
            }
            Event::Supervision(event) => {
                if let Some(watching) = &self.watch
                    && let Some(change) = watch::change(&self.context.devices, &event)
                {
                    let _ = watching.changes.send(change);
                }
            }
            Event::Call(call::Event::NotCalled {
                controller,
                alarm,
                attempts,
            }) => self.call_overdue(&controller, &alarm, attempts),
            Event::NotTracked { reason, .. } => self.not_tracked(reason),
            // Answered by the SIP layer and counted there.
            _ => {}
        }
    }

    async fn take_request(&mut self, incoming: Box<Incoming>) {
        let mut origin = Origin::of(&incoming.path, &self.certificates);
        // Some send credentials to those who never asked.
        let raw = entry::without_proof(incoming.raw.0.clone());
        if let Some(identity) = &incoming.identity {
            origin.account = Some(identity.username.clone());
        }
        let id = incoming.id;
        let refused = self.store(Id::Sip(id), Asker::Driver(incoming), raw, &origin);
        if let Some((_, response)) = refused {
            let _ = self.handle.answer(id, response).await;
        }
    }

    fn take_post(&mut self, post: Post) {
        match post {
            Post::Request(waiting) => {
                let Waiting {
                    id,
                    incoming,
                    raw,
                    origin,
                    verdict,
                } = *waiting;
                let asker = Asker::Request { incoming, verdict };
                let refused = self.store(Id::Https(id), asker, raw, &origin);
                if let Some((Asker::Request { verdict, .. }, response)) = refused {
                    let _ = verdict.send(response);
                }
            }
            Post::Refused {
                refusal,
                raw,
                origin,
            } => self.refuse_post(&refusal, raw, &origin),
            Post::Undecided(id) => {
                self.undecided(Id::Https(id));
                self.ended(Id::Https(id), false, NOT_CONFIRMED.into());
            }
        }
    }

    /// Hands a request to the journal; gives back what its sender hears when it must not get there.
    fn store(
        &mut self,
        id: Id,
        asker: Asker,
        raw: Bytes,
        origin: &Origin,
    ) -> Option<(Asker, Response<'static>)> {
        let counters = &self.context.counters;
        counters.received.increment(1);
        let decoded = asker.decoded();
        let warnings = asker.warnings() + decoded.warnings().len();
        counters.warnings.increment(warnings as u64);
        let request = decoded.message();
        let controller = request.controller_id.as_str();
        if !self.must_match.allows(origin, controller) {
            let request = request.clone();
            return Some((asker, self.unlike_certificate(&request, raw, origin)));
        }
        let profile = self
            .profiles
            .get(controller)
            .copied()
            .unwrap_or(Profile::Standard);
        let mut response = self.reply.accepting(request);
        if let Some(watching) = &self.watch {
            // The receiver does so too; what is kept is what is sent.
            watching.settings.policy.fill(request, &mut response);
        }
        let path = origin.path();
        let entry = match entry::accepted(decoded, raw, origin, profile, &response, self.window) {
            Ok(entry) => entry,
            Err(error) => {
                // Nothing in the model can fail to be written; if it does, nobody is told yes.
                tracing::error!(%error, "an event cannot be written as JSON");
                return None;
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
                asker,
                path,
                response,
                result,
            }
        });
        None
    }

    /// The only place where anybody is told yes: the journal has said that it is durable.
    async fn answer(&mut self, kept: Kept) {
        let Kept {
            id,
            asker,
            path,
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
        if response.status_number.is_accepted() {
            let request = asker.decoded().message();
            let controller = request.controller_id.as_str();
            if let (Some(at), Some(_)) = (sequence, response.call_target()) {
                let reference = request.reference.as_str();
                self.calls.put(controller, reference, at, Instant::now());
            }
            self.heard(controller, path).await;
        }
        match (id, asker) {
            (Id::Sip(id), _) => {
                // It fails only when the driver has ended; then the sender repeats.
                let _ = self.handle.answer(id, response).await;
            }
            (Id::Https(_), Asker::Request { incoming, verdict }) => {
                // The receiver takes its turn; the next alarm does not wait for that.
                let handle = self.handle.clone();
                self.completing.spawn(async move {
                    let request = incoming.decoded.message().clone();
                    let plain = response.clone();
                    // Without the receiver there is nothing to complete.
                    let response = handle.complete(request, response).await.unwrap_or(plain);
                    let detail = match verdict.send(response) {
                        Ok(()) => NOT_CONFIRMED,
                        Err(_) => "its sender had gone",
                    };
                    (id, detail)
                });
            }
            (Id::Https(_), Asker::Driver(_)) => {}
        }
    }

    fn completed(&mut self, completed: Result<(Id, &'static str), JoinError>) {
        match completed {
            Ok((id, detail)) => self.ended(id, false, detail.into()),
            Err(error) => tracing::error!(%error, "answering an alarm failed"),
        }
    }

    fn declined(&mut self, error: &JournalError, response: Response<'static>) -> Response<'static> {
        let (number, text) = match error {
            JournalError::Busy => (StatusNumber::BUSY, "busy"),
            _ => (StatusNumber::NOT_TREATED, "not stored"),
        };
        self.keeper
            .declined(error, format_args!("snu {}", number.number()));
        let mut declined = Response::new(response.reference, number);
        declined.status_text = Some(Text::new(text));
        declined
    }

    fn undecided(&mut self, id: Id) {
        tracing::error!("an alarm was not stored in time, its sender heard snu 5");
        let note = self.in_hand.undecided(id);
        self.note(note);
    }

    /// The end of a response: delivered, refused, lost, or sent and not heard of again.
    fn ended(&mut self, id: Id, delivered: bool, detail: Cow<'static, str>) {
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
}

enum Came {
    Event(Option<Event>),
    Post(Option<Post>),
}

/// Whatever comes next, either way with the same right.
async fn next(
    events: &mut mpsc::Receiver<Event>,
    driving: bool,
    posts: &mut Option<mpsc::Receiver<Post>>,
) -> Came {
    let post = async {
        match posts {
            Some(posts) => posts.recv().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        event = events.recv(), if driving => Came::Event(event),
        post = post => Came::Post(post),
    }
}

/// Copies the counts of the SIP layer into the metrics, for as long as its driver runs.
async fn publish(handle: Handle, period: Duration) {
    let mut upkeep = tokio::time::interval(period);
    let mut before = 0;
    loop {
        upkeep.tick().await;
        let Ok(counters) = handle.counters().await else {
            return;
        };
        // The SIP layer turns these away by itself, before there is an event.
        let turned_away = counters.sip.full() + counters.sip.overloaded();
        if turned_away > before {
            let requests = turned_away - before;
            tracing::error!(
                requests,
                status = 503,
                "alarms were refused: too many at once"
            );
        }
        before = turned_away;
        for (name, count) in counters.sip.iter() {
            counter!("alarm_sip_total", "count" => name).absolute(count);
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge, and far below 2^52")]
        gauge!("alarm_scaip_pending").set(counters.pending as f64);
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

mod refusals;
mod units;

#[cfg(test)]
mod tests;
