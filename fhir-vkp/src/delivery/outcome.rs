//! What follows from what came.

use crate::answer::{Class, JournalState, JournalStatus, Outcome, Refusal};
use crate::clock::Time;
use crate::request::Resource;

use super::entry::Stage;
use super::event::{Event, LastAttempt};
use super::pause::Calls;
use super::poll::CallId;
use super::state::{ParkReason, Parked};
use super::store::{Completion, EntryId, Store};
use super::{Delivery, Order};

/// 403 to one document alone, while others go through: after so many it is parked.
const FORBIDDEN_ALONE: u32 = 2;

/// As from a wrong address, while others go through. More than 403, because one of several gateways may be
/// set up anew.
const TURNED_AWAY_ALONE: u32 = 4;

/// Whether the service itself has answered: address, token and permission were good. What has no code may
/// come from a gateway that looks at the body first.
const fn went_through(class: Class) -> bool {
    matches!(class, Class::Done | Class::Refused(Refusal::Coded(_)))
}

/// Whether the service may have taken a document although it did not say so: the answer was lost, or it is
/// one that a gateway gives in place of the service, or a service that has broken off.
fn may_be_taken(outcome: &Outcome) -> bool {
    match outcome.class {
        Class::Ambiguous | Class::Malformed | Class::ServerFault => true,
        // 429 and 425 say that nothing was done, and so does 503 from one who knows when to come again. Any
        // other 503 may be that of a proxy which has handed the document on.
        Class::Transient => match outcome.status {
            Some(425 | 429) => false,
            Some(503) => outcome.pause.is_none(),
            _ => true,
        },
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
        if !follows {
            entry.maybe_taken |= may_be_taken(outcome);
            entry.last = Some(LastAttempt::of(outcome));
        }
        let calls = Calls::of(flight.call);
        if outcome.class.concerns_all() {
            self.stop(id, calls, outcome.class);
        } else if let Some(asked) = outcome.pause.filter(|_| outcome.class.may_repeat()) {
            self.pauses.of_mut(calls).hold(now + asked);
        } else if went_through(outcome.class) {
            self.passed(calls, flight.resource);
        }
        if follows {
            self.asked(id, outcome);
        } else {
            self.written(id, outcome);
        }
    }

    /// Something went through, which may end pauses.
    fn passed(&mut self, calls: Calls, resource: Resource) {
        let now = self.now;
        let mut resumed = Vec::new();
        if self.pauses.of_mut(calls).passed(now) {
            resumed.push(None);
        }
        if calls == Calls::Writes && self.ways.of_mut(resource).pause.passed(now) {
            resumed.push(Some(resource));
            self.reorder();
        }
        for resource in resumed {
            self.events.push_back(Event::Resumed { calls, resource });
        }
    }

    /// Lets all calls wait that would come to the same, unless it is this document alone, as where a filter
    /// on the way takes offence at it.
    fn stop(&mut self, id: EntryId, calls: Calls, class: Class) {
        let now = self.now;
        let last_passed = self.pauses.of(calls).last_passed;
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        // Each type has an address of its own.
        let by_type = calls == Calls::Writes && class == Class::Configuration;
        let resource = by_type.then_some(entry.resource);
        let pause = match resource {
            Some(resource) => &mut self.ways.of_mut(resource).pause,
            None => self.pauses.of_mut(calls),
        };
        let since = entry.stopped.replace(now);
        let has_passed = |last: Option<Time>| since.is_some_and(|since| last > Some(since));
        match class {
            Class::Permission if has_passed(last_passed) => entry.forbidden_alone += 1,
            Class::Configuration if has_passed(last_passed) => entry.turned_away_alone += 1,
            _ => {}
        }
        let may_be_alone = matches!(class, Class::Permission | Class::Configuration);
        entry.stopped_alone |= may_be_alone && has_passed(pause.last_passed);
        if entry.stopped_alone {
            return;
        }
        let was_in_trouble = pause.is_probing();
        let Some(until) = pause.begin(now) else {
            return;
        };
        if by_type && !was_in_trouble {
            self.reorder();
        }
        self.events.push_back(Event::Paused {
            calls,
            resource,
            class,
            until,
        });
    }

    fn written(&mut self, id: EntryId, outcome: &Outcome) {
        let alone = match (outcome.class, self.entries.get(&id)) {
            (Class::Permission, Some(entry)) => entry.forbidden_alone >= FORBIDDEN_ALONE,
            (Class::Configuration, Some(entry)) => entry.turned_away_alone >= TURNED_AWAY_ALONE,
            _ => false,
        };
        match outcome.class {
            Class::Done if self.target.confirms_at_once() => {
                self.finish(id, Completion::Done);
                self.events.push_back(Event::Done { id });
            }
            Class::Done => self.taken(id, outcome),
            Class::Refused(refusal) => self.park(id, ParkReason::Refused(refusal)),
            Class::TooLarge => self.park(id, ParkReason::TooLarge),
            Class::Permission if alone => self.park(id, ParkReason::NotPermitted),
            Class::Configuration if alone => self.park(id, ParkReason::TurnedAway),
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
        // Taken by a call from before the trouble of its type, it does not step aside any more.
        let entry = self.entries.get(&id);
        let aside = entry.filter(|entry| self.ways.in_trouble(entry.resource));
        if let Some(lane) = aside.and_then(|entry| entry.lane) {
            self.reorder_lane(lane);
        }
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
        let (opens_at, backoff) = match &entry.stage {
            Stage::Following { .. } => (self.pauses.opens_at(Calls::Questions), self.config.status),
            _ => {
                let way = self.ways.of_mut(entry.resource).pause.opens_at();
                let all = self.pauses.opens_at(Calls::Writes);
                (all.max(way), self.config.write)
            }
        };
        let mut pause = backoff.pause(entry.tries, &mut self.random);
        entry.tries = entry.tries.saturating_add(1);
        if let Some(asked) = outcome.and_then(|outcome| outcome.pause) {
            pause = pause.max(asked);
        }
        let mut at = self.now + pause;
        // After a pause of all, others go before the one that brought it about.
        if outcome.is_some_and(|outcome| outcome.class.concerns_all()) {
            at = at.max(opens_at + pause);
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
