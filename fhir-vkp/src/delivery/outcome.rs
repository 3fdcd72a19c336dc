//! What follows from what came.

use crate::answer::{Class, JournalState, JournalStatus, Outcome};
use crate::clock::Time;

use super::entry::Stage;
use super::event::Event;
use super::pause::Calls;
use super::poll::CallId;
use super::state::{ParkReason, Parked};
use super::store::{Completion, EntryId, Store};
use super::{Delivery, Order};

/// 403 to one document alone, while others go through: after so many it is parked.
const FORBIDDEN_ALONE: u32 = 2;

/// Whether the service has looked at the document itself: token and permission were good.
const fn went_through(class: Class) -> bool {
    matches!(class, Class::Done | Class::Refused(_) | Class::TooLarge)
}

/// Whether the service may have taken a document although it did not say so: the answer was lost, or it is
/// one that a gateway gives in place of the service, or a service that has broken off.
fn may_be_taken(outcome: &Outcome) -> bool {
    match outcome.class {
        Class::Ambiguous | Class::Malformed | Class::ServerFault => true,
        // 429, 425 and 503 say that nothing was done.
        Class::Transient => !matches!(outcome.status, Some(425 | 429 | 503)),
        _ => false,
    }
}

impl<S: Store> Delivery<S> {
    /// What a call came to. One that was given up meanwhile does not count.
    pub fn handle_outcome(&mut self, now: Time, call: CallId, outcome: &Outcome) {
        let now = self.advance(now);
        let Some(flight) = self.flights.remove(&call) else {
            return;
        };
        let id = flight.entry;
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        entry.in_flight = false;
        let follows = matches!(entry.stage, Stage::Following { .. });
        entry.maybe_taken |= !follows && may_be_taken(outcome);
        let calls = Calls::of(flight.call);
        let pause = self.pauses.of_mut(calls);
        if outcome.class.concerns_all() {
            self.pause_all(id, calls, outcome.class);
        } else if let Some(asked) = outcome.pause.filter(|_| outcome.class.may_repeat()) {
            pause.hold(now + asked);
        } else if went_through(outcome.class) && pause.passed(now) {
            self.events.push_back(Event::Resumed { calls });
        }
        if follows {
            self.asked(id, outcome);
        } else {
            self.written(id, outcome);
        }
    }

    /// Lets all calls of a kind wait, unless it is this document alone, as where a filter on the way takes
    /// offence at it.
    fn pause_all(&mut self, id: EntryId, calls: Calls, class: Class) {
        let now = self.now;
        let last_passed = self.pauses.of(calls).last_passed;
        if let Some(entry) = self.entries.get_mut(&id) {
            let others_passed = entry.stopped.is_some_and(|since| last_passed > Some(since));
            entry.stopped = Some(now);
            if others_passed && matches!(class, Class::Permission | Class::Configuration) {
                entry.stopped_alone = true;
                entry.forbidden_alone += u32::from(class == Class::Permission);
            }
            if entry.stopped_alone {
                return;
            }
        }
        if let Some(until) = self.pauses.of_mut(calls).begin(now) {
            self.events.push_back(Event::Paused {
                calls,
                class,
                until,
            });
        }
    }

    fn written(&mut self, id: EntryId, outcome: &Outcome) {
        let forbidden = |entry: &super::Entry| entry.forbidden_alone >= FORBIDDEN_ALONE;
        match outcome.class {
            Class::Done if self.target.confirms_at_once() => {
                self.finish(id, Completion::Done);
                self.events.push_back(Event::Done { id });
            }
            Class::Done => self.taken(id, outcome),
            Class::Refused(refusal) => self.park(id, ParkReason::Refused(refusal)),
            Class::TooLarge => self.park(id, ParkReason::TooLarge),
            Class::Permission if self.entries.get(&id).is_some_and(forbidden) => {
                self.park(id, ParkReason::NotPermitted);
            }
            _ => self.again(id, Some(outcome)),
        }
    }

    fn taken(&mut self, id: EntryId, outcome: &Outcome) {
        let Some(status) = self.target.status_address(outcome) else {
            self.park(id, ParkReason::WithoutStatus);
            return;
        };
        let since = self.wall();
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.start_anew();
            // Its status says from now on.
            entry.maybe_taken = false;
            entry.stage = Stage::Following {
                status,
                since,
                state: None,
            };
        }
        self.keep(id);
        self.events.push_back(Event::Taken { id });
        if self.config.order == Order::Taken {
            self.leave_lane(id);
        }
        self.begin(id);
    }

    fn asked(&mut self, id: EntryId, outcome: &Outcome) {
        let status = match outcome.class {
            Class::Done => JournalStatus::read(outcome.body()).ok(),
            // 404 too: what was taken a moment ago may not be found everywhere yet.
            _ => None,
        };
        let Some(mut status) = status else {
            self.again(id, Some(outcome));
            return;
        };
        let new = status.state();
        match new {
            JournalState::Journaled => {
                self.finish(id, Completion::Journaled);
                self.events.push_back(Event::Journaled { id, status });
                return;
            }
            JournalState::Failed => {
                let text = status.failed.take().unwrap_or_default();
                self.park(id, ParkReason::Failed(text));
                return;
            }
            _ => {}
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            if let Stage::Following { state, .. } = &mut entry.stage {
                if state.replace(new) != Some(new) {
                    self.events.push_back(Event::Progress { id, state: new });
                }
            }
        }
        self.again(id, None);
    }

    /// Tries again later, unless the time is over.
    pub(super) fn again(&mut self, id: EntryId, outcome: Option<&Outcome>) {
        if self.check_time(id) {
            return;
        }
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let (calls, backoff) = match &entry.stage {
            Stage::Following { .. } => (Calls::Questions, self.config.status),
            _ => (Calls::Writes, self.config.write),
        };
        let mut pause = backoff.pause(entry.tries, &mut self.random);
        entry.tries = entry.tries.saturating_add(1);
        if let Some(asked) = outcome.and_then(|outcome| outcome.pause) {
            pause = pause.max(asked);
        }
        let mut at = self.now + pause;
        // After a pause of all, others go before the one that brought it about.
        if outcome.is_some_and(|outcome| outcome.class.concerns_all()) {
            at = at.max(self.pauses.opens_at(calls) + pause);
        }
        self.schedule(id, at);
        self.set_alarm(id);
    }

    pub(super) fn park(&mut self, id: EntryId, reason: ParkReason) {
        let at = self.wall();
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let why = Parked {
            reason,
            maybe_taken: entry.maybe_taken,
        };
        let stage = core::mem::replace(&mut entry.stage, Stage::Waiting { since: None });
        let status = match stage {
            Stage::Following { status, .. } => Some(status),
            Stage::Parked { status, .. } => status,
            Stage::Waiting { .. } => None,
        };
        entry.stage = Stage::Parked {
            why: why.clone(),
            at,
            status,
        };
        self.keep(id);
        self.events.push_back(Event::Parked { id, why });
        self.unschedule(id);
        self.clear_alarm(id);
        self.leave_lane(id);
    }

    /// Keeps how far a document has come.
    fn keep(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get(&id) else {
            return;
        };
        if let Err(error) = self.store.update(id, &entry.state()) {
            self.events.push_back(Event::StoreFailed { id, error });
        }
    }

    fn finish(&mut self, id: EntryId, how: Completion) {
        if let Err(error) = self.store.finish(id, how) {
            self.events.push_back(Event::StoreFailed { id, error });
        }
        self.forget(id);
    }

    pub(super) fn forget(&mut self, id: EntryId) {
        self.unschedule(id);
        self.clear_alarm(id);
        self.leave_lane(id);
        let Some(entry) = self.entries.remove(&id) else {
            return;
        };
        if let Some(identifier) = &entry.identifier {
            self.identifiers.remove(identifier);
        }
    }
}
