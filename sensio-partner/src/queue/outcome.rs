//! What an outcome means for a call, and for the others.

use std::sync::Arc;

use crate::answer::Effect;
use crate::time::Time;

use super::call::{CallId, EventMethod, Outcome};
use super::event::{DeadLetter, Delivered, Event, PauseReason, RefusalReason};
use super::gate::{Reach, pause_reason};
use super::pairs::{EventFlight, Finish, Waiting, supersedes};
use super::reduction::Reduction;
use super::statuses::Refused;
use super::store::{EntryState, Store};
use super::{Config, Load, Queue};

/// Repeats of one body after 500 (Partner API reference 8.2).
const FAULT_REPEATS: u32 = 2;

/// What is done about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Delivered(Effect),
    Park(RefusalReason),
    /// The same again after a pause.
    Again,
    /// With less; after a pause when the fault may be a passing one.
    Less(Reduction, Pause),
    /// A PUT that goes on as a POST.
    AsPost,
    /// Not before something is mended.
    Wait(PauseReason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Before,
    None,
}

impl<S: Store> Queue<S> {
    /// Takes what became of a call. `false` when no such call is under way.
    pub fn handle_outcome(&mut self, now: Time, id: CallId, outcome: Outcome) -> bool {
        let now = self.advance(now);
        let Some(flight) = self.in_flight.remove(&id) else {
            return false;
        };
        self.gate.end(flight.epoch, flight.load.urgency());
        if let Outcome::Repeat { after: Some(after) } = outcome {
            let after = after.min(self.config.retry_after_limit);
            self.gate.hold(flight.load.urgency(), now + after);
        }
        if let Load::Slot = flight.load {
            // Its credentials are its own, and so are its refusals.
            return true;
        }
        if is_dealt_with(outcome) && self.gate.answered(flight.epoch) {
            self.events.push_back(Event::Resumed);
        }
        match flight.load {
            Load::Event(event) => self.event_outcome(now, flight.epoch, &event, outcome),
            Load::Statuses => self.status_outcome(now, flight.epoch, outcome),
            Load::Slot => {}
        }
        true
    }

    fn event_outcome(&mut self, now: Time, epoch: u32, flight: &EventFlight, outcome: Outcome) {
        let slot = flight.slot;
        let wall = self.wall(now);
        let Some(state) = self.pairs.get(slot) else {
            return;
        };
        let pair = Arc::clone(&state.pair);
        let Some(head) = state.head() else { return };
        if outcome == Outcome::Ambiguous {
            head.late_text.get_or_insert(flight.late_text);
        }
        let others_done = |since| self.gate.done_since(since);
        let verdict = judge(now, head, flight, outcome, &self.config, others_done);
        match verdict {
            Verdict::Delivered(effect) => {
                let delivered = Delivered {
                    id: head.id,
                    pair,
                    method: head.method,
                    external_event_id: flight.external_event_id.clone(),
                    effect,
                    left_out: match outcome {
                        // A time that the queue itself put into the text is no loss.
                        Outcome::DoneWithout(unknown) => flight
                            .left_out
                            .union(unknown.intersection(flight.submitted)),
                        _ => flight.left_out,
                    },
                    attempts: head.attempts,
                    waited: wall.since(head.submitted),
                };
                self.gate.done(now);
                self.budget.refund();
                self.events.push_back(Event::Delivered(delivered));
                state.finish = Some(Finish::Remove);
                self.finish(now, slot);
            }
            Verdict::Park(reason) => {
                state.finish = Some(Finish::Park(reason));
                self.finish(now, slot);
            }
            Verdict::Again => self.again(now, slot),
            Verdict::Less(reduction, pause) => {
                head.reduction = reduction;
                self.note_state(now, slot);
                match pause {
                    Pause::Before => self.again(now, slot),
                    Pause::None => self.pairs.make_ready(now, slot),
                }
            }
            Verdict::AsPost => {
                head.as_post = true;
                self.note_state(now, slot);
                self.pairs.make_ready(now, slot);
            }
            Verdict::Wait(reason) => {
                head.repeat = true;
                match self.gate.refused(now, epoch, &mut head.refusals) {
                    Reach::Own { until } => {
                        self.pairs.pause(slot, until);
                        let event = Event::PairPaused {
                            pair,
                            reason,
                            until,
                        };
                        self.events.push_back(event);
                    }
                    Reach::Customer { until, news } => {
                        // Another one goes ahead, if there is any: this one may be the cause.
                        self.pairs.pause(slot, until + self.config.backoff.first);
                        if news {
                            self.events.push_back(Event::Paused { reason, until });
                        }
                    }
                }
            }
        }
    }

    /// The first call of a pair is repeated after a pause.
    fn again(&mut self, now: Time, slot: u32) {
        let Some(head) = self.pairs.get(slot).and_then(|state| state.head()) else {
            return;
        };
        head.repeat = true;
        let pause = self.config.backoff;
        let pause = pause.pause(head.failures, &mut self.random);
        head.failures = head.failures.saturating_add(1);
        self.pairs.pause(slot, now + pause);
    }

    /// Keeps how the first call of a pair goes on. Should it be lost, a restart begins with all of the
    /// body again, which does no harm.
    fn note_state(&mut self, now: Time, slot: u32) {
        let Some(head) = self.pairs.get(slot).and_then(|state| state.head()) else {
            return;
        };
        let state = EntryState {
            reduction: head.reduction,
            as_post: head.as_post,
            ..EntryState::default()
        };
        if let Err(error) = self.store.update(head.id, state) {
            self.store_failed(now, error);
        }
    }

    /// The first call of a pair is done with. The next one goes when the store has been told: else a
    /// restart could repeat a POST after its DELETE is gone.
    pub(super) fn finish(&mut self, now: Time, slot: u32) {
        match self.pairs.get(slot).and_then(|state| state.finish) {
            Some(Finish::Remove) => self.delivered.push(slot),
            Some(Finish::Park(reason)) => self.park(now, slot, reason),
            None => {}
        }
    }

    /// Tells the store what was delivered.
    pub(super) fn remove_delivered(&mut self, now: Time) {
        if self.delivered.is_empty() {
            return;
        }
        let slots = core::mem::take(&mut self.delivered);
        let id = |slot: &u32| Some(self.pairs.get(*slot)?.waiting.front()?.id);
        let ids: Vec<_> = slots.iter().filter_map(id).collect();
        match self.store.remove(&ids) {
            Ok(()) => {
                self.store_failures = 0;
                for slot in slots {
                    self.pairs.pop_head(now, slot);
                }
            }
            Err(error) => {
                let until = self.store_failed(now, error);
                for slot in slots {
                    self.pairs.pause(slot, until);
                }
            }
        }
    }

    fn park(&mut self, now: Time, slot: u32, reason: RefusalReason) {
        let parked = self.wall(now);
        let Some(state) = self.pairs.get(slot) else {
            return;
        };
        let rest = state.waiting.range(1..);
        let mut rest = rest.map(|later| later.method);
        let Some(head) = state.waiting.front() else {
            return;
        };
        let kept = EntryState {
            reduction: head.reduction,
            as_post: head.as_post,
            parked: Some((parked, reason)),
            superseded: rest.any(|later| supersedes(later, head.method)),
        };
        if let Err(error) = self.store.update(head.id, kept) {
            let until = self.store_failed(now, error);
            self.pairs.pause(slot, until);
            return;
        }
        self.store_failures = 0;
        if let Some((pair, head)) = self.pairs.pop_head(now, slot) {
            let letter = DeadLetter {
                id: head.id,
                pair,
                method: head.method,
                occurred: head.occurred,
                submitted: head.submitted,
                parked,
                reason,
                superseded: kept.superseded,
            };
            self.events.push_back(Event::Parked(letter.clone()));
            self.dead.insert(letter, kept);
        }
    }

    fn status_outcome(&mut self, now: Time, epoch: u32, outcome: Outcome) {
        let reason = match outcome {
            Outcome::Done | Outcome::DoneWithout(_) | Outcome::AlreadyActive => {
                self.statuses.done();
                return;
            }
            Outcome::NotSent | Outcome::Ambiguous | Outcome::Repeat { .. } => {
                self.statuses_again(now);
                return;
            }
            Outcome::ServerFault if self.statuses.failures < FAULT_REPEATS => {
                self.statuses_again(now);
                return;
            }
            Outcome::Token | Outcome::Permission | Outcome::Configuration => {
                self.statuses_refused(now, epoch, outcome);
                return;
            }
            Outcome::ServerFault => RefusalReason::ServerFault,
            Outcome::TooLarge => RefusalReason::TooLarge,
            Outcome::NotFound | Outcome::WasNotActive => RefusalReason::UnknownDevice,
            Outcome::Permanent { status } => RefusalReason::Refused { status },
        };
        if let Some(Refused::Dropped(device)) = self.statuses.refused() {
            self.events
                .push_back(Event::StatusRefused { device, reason });
        }
    }

    fn statuses_again(&mut self, now: Time) {
        let pause = self.config.backoff;
        let pause = pause.pause(self.statuses.failures, &mut self.random);
        self.statuses.put_back(now + pause);
    }

    fn statuses_refused(&mut self, now: Time, epoch: u32, outcome: Outcome) {
        let Some(reason) = pause_reason(outcome) else {
            return;
        };
        let event = match self.gate.refused(now, epoch, &mut self.statuses.refusals) {
            Reach::Own { until } => {
                self.statuses.put_back(until);
                Some(Event::StatusesPaused { reason, until })
            }
            Reach::Customer { until, news } => {
                self.statuses.put_back(until + self.config.backoff.first);
                news.then_some(Event::Paused { reason, until })
            }
        };
        self.events.extend(event);
    }
}

/// Whether the server let the caller in and dealt with the call, whatever it made of it.
fn is_dealt_with(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Done
        | Outcome::DoneWithout(_)
        | Outcome::AlreadyActive
        | Outcome::WasNotActive
        | Outcome::NotFound
        | Outcome::TooLarge
        | Outcome::Permanent { status: Some(_) } => true,
        Outcome::Permanent { status: None }
        | Outcome::NotSent
        | Outcome::Repeat { .. }
        | Outcome::Ambiguous
        | Outcome::ServerFault
        | Outcome::Token
        | Outcome::Permission
        | Outcome::Configuration => false,
    }
}

/// What is done about an event (Partner API reference 4.4, 8.2 and 8.3).
fn judge(
    now: Time,
    head: &mut Waiting,
    flight: &EventFlight,
    outcome: Outcome,
    config: &Config,
    others_done: impl Fn(Time) -> bool,
) -> Verdict {
    let less = match config.send_less {
        true => head.reduction.next(flight.present),
        false => None,
    };
    let less_or_park = |reason| match less {
        Some(less) => Verdict::Less(less, Pause::None),
        None => Verdict::Park(reason),
    };
    match outcome {
        Outcome::Done | Outcome::DoneWithout(_) => Verdict::Delivered(Effect::Accepted),
        Outcome::AlreadyActive => match head.sent_as() {
            EventMethod::Post => Verdict::Delivered(Effect::AlreadyActive),
            EventMethod::Put | EventMethod::Delete => {
                Verdict::Park(RefusalReason::Refused { status: Some(409) })
            }
        },
        Outcome::WasNotActive | Outcome::NotFound => match head.sent_as() {
            EventMethod::Delete => Verdict::Delivered(Effect::WasNotActive),
            EventMethod::Put if config.post_when_not_active => Verdict::AsPost,
            EventMethod::Put => Verdict::Park(RefusalReason::NotActive),
            EventMethod::Post => Verdict::Park(RefusalReason::UnknownDevice),
        },
        Outcome::NotSent | Outcome::Repeat { .. } | Outcome::Ambiguous => Verdict::Again,
        Outcome::Permanent {
            status: status @ (None | Some(400 | 422)),
        } => less_or_park(RefusalReason::Refused { status }),
        Outcome::Permanent { status } => Verdict::Park(RefusalReason::Refused { status }),
        Outcome::TooLarge => less_or_park(RefusalReason::TooLarge),
        Outcome::ServerFault => {
            head.faults = head.faults.saturating_add(1);
            match less {
                // As it was submitted twice more, with less only once.
                Some(_) if head.reduction == Reduction::Nothing && head.faults <= FAULT_REPEATS => {
                    Verdict::Again
                }
                Some(less) => Verdict::Less(less, Pause::Before),
                None => {
                    let since = *head.faulty_since.get_or_insert(now);
                    let patient = now.since(since) < config.server_fault_patience
                        || head.faults <= FAULT_REPEATS;
                    match patient || !others_done(since) {
                        true => Verdict::Again,
                        false => Verdict::Park(RefusalReason::ServerFault),
                    }
                }
            }
        }
        Outcome::Token => Verdict::Wait(PauseReason::Token),
        Outcome::Permission => Verdict::Wait(PauseReason::Permission),
        Outcome::Configuration => Verdict::Wait(PauseReason::Configuration),
    }
}
