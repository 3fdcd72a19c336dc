//! What became of the calls: metrics, lines of the log, and what `GET /api/deliveries` shows.

use std::time::Duration;

use metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use sensio_partner::Time;
use sensio_partner::queue::driver::Handle;
use sensio_partner::queue::{
    DeadLetter as Letter, Effect, EntryId, Event, EventMethod, PauseReason, Queue, RefusalReason,
    RetryError, SqliteStore,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::NAME;
use super::raised::Raised;
use crate::output::{Action, DeadLetter, Deliveries, Order, OrderError, Orders, PageQuestion};
use crate::time::Timestamp;

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Dead letters that are shown, the latest.
const SHOWN: usize = 100;

pub(super) struct Reporter {
    deliveries: Deliveries,
    raised: Raised,
    handle: Option<Handle<SqliteStore>>,
    /// What operators want.
    orders: Orders,
    questions: mpsc::Receiver<PageQuestion>,
}

pub(super) fn describe() {
    for (name, text) in [
        (
            "alarm_sensio_taken_total",
            "Alarms that the Sensio output took over, by what they led to.",
        ),
        (
            "alarm_sensio_calls_total",
            "Calls to the Sensio server, by what became of them.",
        ),
    ] {
        describe_counter!(name, Unit::Count, text);
    }
    for (name, text) in [
        (
            "alarm_sensio_waiting",
            "Calls to the Sensio server that wait or are under way.",
        ),
        (
            "alarm_sensio_dead_letters",
            "Calls that the Sensio server refused for good.",
        ),
        (
            "alarm_sensio_paused",
            "1 while nothing is sent to the Sensio server for a while.",
        ),
    ] {
        describe_gauge!(name, Unit::Count, text);
    }
}

impl Reporter {
    pub(super) fn new(deliveries: Deliveries, raised: Raised, handle: Handle<SqliteStore>) -> Self {
        let (orders, questions) = deliveries.orders(NAME);
        Self {
            orders,
            questions,
            deliveries,
            raised,
            handle: Some(handle),
        }
    }

    /// Runs until the queue has ended.
    pub(super) async fn run(mut self, mut events: mpsc::Receiver<Event>, stop: CancellationToken) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.tell(&event),
                    None => return,
                },
                Some(order) = self.orders.next(), if self.handle.is_some() => self.serve(order).await,
                Some(question) = self.questions.recv(), if self.handle.is_some() => {
                    self.show_letters(question).await;
                }
                _ = look.tick(), if self.handle.is_some() => self.look().await,
                // The queue ends when nobody can talk to it any more.
                () = stop.cancelled(), if self.handle.is_some() => {
                    self.handle = None;
                    self.orders.close();
                    self.questions.close();
                }
            }
        }
    }

    /// Carries an order out, shows what it has changed, and answers.
    async fn serve(&mut self, order: Order) {
        let Some(handle) = &self.handle else {
            return order.answer(Err(OrderError::Stopped));
        };
        let (id, action) = (EntryId(order.id), order.action);
        let done = handle.with(move |queue, now| carry_out(queue, now, id, action));
        let result = done.await.unwrap_or(Err(OrderError::Stopped));
        self.look().await;
        order.answer(result);
    }

    /// Shows a page of dead letters.
    async fn show_letters(&self, question: PageQuestion) {
        let Some(handle) = &self.handle else { return };
        let (after, limit) = (question.after, question.limit as usize);
        let page = handle.with(move |queue, _| {
            let letters = queue.dead_letters().filter(|letter| letter.id.0 > after);
            letters.take(limit).map(shown).collect()
        });
        // Without an answer the asker hears that there is none.
        if let Ok(letters) = page.await {
            question.answer(letters);
        }
    }

    fn tell(&self, event: &Event) {
        let count = |result: &'static str, by: u64| {
            counter!("alarm_sensio_calls_total", "result" => result).increment(by);
        };
        match event {
            Event::Delivered(delivered) => {
                count("delivered", 1);
                if delivered.effect == Effect::AlreadyActive {
                    let id = delivered.external_event_id.as_ref();
                    self.raised.already_active(&delivered.pair, id);
                }
                if !delivered.left_out.is_empty() {
                    count("reduced", 1);
                    tracing::warn!(
                        entry = delivered.id.0,
                        left_out = %delivered.left_out,
                        "Sensio took an alarm only with less than it had"
                    );
                }
                self.deliveries.update(NAME, |state| {
                    state.delivered += 1;
                    state.last_delivered = Some(Timestamp::now());
                });
            }
            Event::Parked(letter) => {
                count("dead", 1);
                tracing::error!(
                    entry = letter.id.0,
                    code = letter.pair.event_type.0,
                    reason = reason(letter.reason),
                    "Sensio refused a call for good: see /api/deliveries"
                );
            }
            Event::Late { id, waited, .. } => {
                count("late", 1);
                tracing::error!(
                    entry = id.0,
                    waited_seconds = waited.as_secs(),
                    "a call to Sensio is late; it goes on being tried"
                );
            }
            Event::Paused { reason, .. } => {
                let paused = Some(pause(*reason));
                tracing::error!(reason = paused, "nothing is sent to Sensio for a while");
                self.deliveries.update(NAME, |state| state.paused = paused);
            }
            Event::Resumed => {
                tracing::info!("Sensio takes calls again");
                self.deliveries.update(NAME, |state| state.paused = None);
            }
            Event::PairPaused { reason, .. } => {
                tracing::warn!(reason = pause(*reason), "calls of one device wait");
            }
            Event::StatusesPaused { reason, .. } => {
                tracing::warn!(reason = pause(*reason), "statuses for Sensio wait");
            }
            Event::StatusesDropped { count: dropped } => count("status_dropped", *dropped as u64),
            Event::StatusRefused { .. } => count("status_refused", 1),
            Event::StoreFailed(error) => {
                count("store_failed", 1);
                tracing::error!(%error, "the queue of calls to Sensio cannot be written");
            }
            Event::Unreadable(id) => {
                count("unreadable", 1);
                tracing::error!(entry = id.0, "a kept call to Sensio cannot be read");
            }
            Event::Missed { count: missed } => count("not_reported", *missed),
            _ => {}
        }
    }

    async fn look(&mut self) {
        let Some(handle) = &self.handle else { return };
        let looked = handle.with(|queue, _| {
            let dead = queue.dead_letters().count();
            let letters = queue.dead_letters().skip(dead.saturating_sub(SHOWN));
            let letters: Vec<DeadLetter> = letters.map(shown).collect();
            let paused = queue.is_paused();
            (queue.waiting(), queue.in_flight(), dead, letters, paused)
        });
        let Ok((waiting, in_flight, dead, dead_letters, paused)) = looked.await else {
            self.handle = None;
            return;
        };
        #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
        for (name, count) in [
            ("alarm_sensio_waiting", waiting),
            ("alarm_sensio_dead_letters", dead),
            ("alarm_sensio_paused", usize::from(paused)),
        ] {
            gauge!(name).set(count as f64);
        }
        self.deliveries.update(NAME, |state| {
            state.waiting = waiting;
            state.in_flight = Some(in_flight);
            state.dead = dead;
            state.dead_letters = dead_letters;
            if !paused {
                state.paused = None;
            }
        });
    }
}

/// What the queue says to an order; it is durable when this returns `Ok`.
fn carry_out(
    queue: &mut Queue<SqliteStore>,
    now: Time,
    id: EntryId,
    action: Action,
) -> Result<(), OrderError> {
    let done = match action {
        Action::Retry {
            even_if_taken: true,
            ..
        } => return Err(OrderError::NothingTaken),
        Action::Retry { as_post: false, .. } => queue.retry(now, id),
        Action::Retry { as_post: true, .. } => queue.retry_as_post(now, id),
        Action::Discard => match queue.discard(id) {
            Ok(true) => Ok(()),
            Ok(false) => Err(RetryError::Unknown),
            Err(error) => Err(error.into()),
        },
    };
    done.map_err(|error| match error {
        RetryError::Unknown if queue.waiting_calls().any(|(waiting, ..)| waiting == id) => {
            OrderError::NotParked
        }
        RetryError::Unknown => OrderError::Unknown,
        RetryError::Superseded => OrderError::Superseded,
        RetryError::NotAPut => OrderError::NotAnUpdate,
        error => OrderError::NotKept(error.to_string()),
    })
}

fn shown(letter: &Letter) -> DeadLetter {
    DeadLetter {
        id: letter.id.0,
        device: letter.pair.device.as_str().to_owned(),
        code: letter.pair.event_type.to_string(),
        method: match letter.method {
            EventMethod::Post => "POST",
            EventMethod::Put => "PUT",
            EventMethod::Delete => "DELETE",
        },
        occurred_at: Timestamp::from_micros(letter.occurred.0),
        refused_at: Timestamp::from_micros(letter.parked.0),
        reason: reason(letter.reason),
        may_have_arrived: None,
        superseded: letter.superseded,
        alarm: None,
    }
}

fn reason(reason: RefusalReason) -> String {
    match reason {
        RefusalReason::Refused {
            status: Some(status),
        } => format!("refused with {status}"),
        RefusalReason::Refused { status: None } => "cannot be sent".into(),
        RefusalReason::TooLarge => "too large".into(),
        RefusalReason::ServerFault => "500 again and again".into(),
        RefusalReason::UnknownDevice => "the device is not registered".into(),
        RefusalReason::NotActive => "no such event is active".into(),
        _ => "refused".into(),
    }
}

fn pause(reason: PauseReason) -> &'static str {
    match reason {
        PauseReason::Token => "the credentials are refused",
        PauseReason::Permission => "403: a permission is missing",
        PauseReason::Configuration => "answers that no such server gives: the URL or a proxy",
        _ => "paused",
    }
}
