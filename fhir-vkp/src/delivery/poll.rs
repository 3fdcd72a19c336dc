//! What to do next, and when.

use core::time::Duration;
use std::collections::BTreeSet;

use crate::answer::{Failure, Outcome};
use crate::clock::Time;
use crate::request::{Call, Request, Resource};

use super::entry::{Entry, Stage};
use super::event::Event;
use super::lanes::Lane;
use super::pause::Calls;
use super::state::ParkReason;
use super::store::{EntryId, Store};
use super::ways::Way;
use super::{Delivery, Order};

/// Which call; answers to calls that were given up do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(u64);

/// A call to be made now.
#[derive(Debug)]
#[non_exhaustive]
pub struct DeliveryCall {
    /// To hand back with the answer.
    pub id: CallId,
    /// Which document it is about.
    pub entry: EntryId,
    /// The request, without a token.
    pub request: Request,
    /// Until when the answer counts.
    pub deadline: Time,
}

/// A call under way.
pub(super) struct Flight {
    pub(super) entry: EntryId,
    pub(super) call: Call,
    /// The type of the document.
    pub(super) resource: Resource,
    pub(super) deadline: Time,
}

impl<S: Store> Delivery<S> {
    /// The next call, if one is due. Writes go before questions, which leave one call at a time to them
    /// where there are several.
    pub fn poll_call(&mut self, now: Time) -> Option<DeliveryCall> {
        let now = self.advance(now);
        loop {
            let id = Calls::ALL.into_iter().find_map(|calls| {
                let may_go = now >= self.pauses.opens_at(calls) && self.has_room(calls);
                if !may_go {
                    return None;
                }
                match calls {
                    Calls::Writes => {
                        let by_turns = self.pauses.of(calls).is_probing();
                        let has_room = |resource, way: &Way| self.way_has_room(resource, way);
                        self.ways.next(now, by_turns, has_room)
                    }
                    Calls::Questions => first_due(&self.asks, now).map(|(_, id)| id),
                }
            })?;
            self.unschedule(id);
            let Some(request) = self.request(id) else {
                continue;
            };
            self.next_call += 1;
            let (call, deadline) = (CallId(self.next_call), now + self.config.attempt);
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.in_flight = true;
                let flight = Flight {
                    entry: id,
                    call: request.call(),
                    resource: entry.resource,
                    deadline,
                };
                if Calls::of(flight.call) == Calls::Writes {
                    self.ways.called(flight.resource, self.next_call);
                }
                self.flights.insert(call, flight);
            }
            return Some(DeliveryCall {
                id: call,
                entry: id,
                request,
                deadline,
            });
        }
    }

    /// Whether one more such call may be under way.
    fn has_room(&self, calls: Calls) -> bool {
        let parallel = self.config.parallel.get();
        let most = match calls {
            _ if self.pauses.of(calls).is_probing() => 1,
            Calls::Writes => parallel,
            // Questions that nobody answers must not keep a document from going.
            Calls::Questions => parallel.saturating_sub(1).max(1),
        };
        let flights = self.flights.values();
        let alike = flights.filter(|flight| Calls::of(flight.call) == calls);
        self.flights.len() < parallel && alike.count() < most
    }

    /// Whether one more document of this type may be under way: one at a time since its address seems
    /// wrong.
    fn way_has_room(&self, resource: Resource, way: &Way) -> bool {
        let mut flights = self.flights.values();
        let alike = |flight: &Flight| {
            Calls::of(flight.call) == Calls::Writes && flight.resource == resource
        };
        !way.pause.is_probing() || !flights.any(alike)
    }

    /// `None` when the document cannot be had; what follows from that is done.
    fn request(&mut self, id: EntryId) -> Option<Request> {
        if let Stage::Following { status, .. } = &self.entries.get(&id)?.stage {
            let request = self.target.status(status);
            if request.is_none() {
                // Such as after the addresses of the service were changed.
                self.park(id, ParkReason::WithoutStatus);
            }
            return request;
        }
        match self.store.document(id) {
            Ok(document) => {
                let request = document.and_then(|document| self.target.write(&document).ok());
                if request.is_none() {
                    self.park(id, ParkReason::DocumentLost);
                }
                request
            }
            Err(error) => {
                self.events.push_back(Event::StoreFailed { id, error });
                self.again(id, None);
                None
            }
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) and [`poll_call`](Self::poll_call) want to be called
    /// again; a time that has passed means now.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let first = |set: &BTreeSet<(Time, EntryId)>| set.first().map(|(time, _)| *time);
        let has_room = |resource, way: &Way| self.way_has_room(resource, way);
        let call = |calls| {
            let due = match calls {
                Calls::Writes => self.ways.next_time(has_room),
                Calls::Questions => first(&self.asks),
            };
            let due = due.filter(|_| self.has_room(calls))?;
            Some(due.max(self.pauses.opens_at(calls)))
        };
        let flights = self.flights.values().map(|flight| flight.deadline).min();
        Calls::ALL
            .map(call)
            .into_iter()
            .chain([flights, first(&self.alarms), self.unkept.again()])
            .flatten()
            .min()
    }

    /// Gives up calls that took too long, and documents whose time is over; keeps what the store could not
    /// keep before.
    pub fn handle_timeout(&mut self, now: Time) {
        let now = self.advance(now);
        let over = self.flights.iter();
        let over = over.filter(|(_, flight)| flight.deadline <= now);
        let mut over: Vec<_> = over.map(|(id, flight)| (*id, flight.call)).collect();
        over.sort_by_key(|(id, _)| id.0);
        for (id, call) in over {
            self.handle_outcome(now, id, &Outcome::failed(call, Failure::TimedOut));
        }
        while let Some((time, id)) = first_due(&self.alarms, now) {
            self.alarms.remove(&(time, id));
            self.ring(id);
        }
        self.make_good();
    }

    fn ring(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        entry.alarm = None;
        // Its outcome decides, when it comes.
        let may_end = !entry.in_flight;
        if may_end && self.check_time(id) {
            return;
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            if matches!(entry.stage, Stage::Waiting { .. }) && !entry.late {
                entry.late = true;
                let last = entry.last;
                self.events.push_back(Event::Late { id, last });
            }
        }
        self.set_alarm(id);
    }

    /// Parks a document whose time is over; says whether it was.
    pub(super) fn check_time(&mut self, id: EntryId) -> bool {
        let Some(left) = self.time_left(id) else {
            return false;
        };
        if left > Duration::ZERO {
            return false;
        }
        let Some(entry) = self.entries.get(&id) else {
            return false;
        };
        let reason = match &entry.stage {
            Stage::Waiting { .. } => ParkReason::NotTaken,
            Stage::Following {
                state: Some(crate::answer::JournalState::Contradictory),
                ..
            } => ParkReason::Contradictory,
            Stage::Following { .. } => ParkReason::Unconfirmed,
            Stage::Parked { .. } => return false,
        };
        self.park(id, reason);
        true
    }

    /// How long a document may still wait; `None` for a parked one.
    fn time_left(&self, id: EntryId) -> Option<Duration> {
        let entry = self.entries.get(&id)?;
        let (within, since) = match &entry.stage {
            Stage::Waiting { since } => (self.config.take_within, since.unwrap_or(entry.submitted)),
            Stage::Following { since, .. } => (self.config.confirm_within, *since),
            Stage::Parked { .. } => return None,
        };
        let left = within.saturating_sub(self.wall().since(since));
        let patience = entry.patience.map(|until| until.since(self.now));
        Some(left.max(patience.unwrap_or_default()))
    }

    pub(super) fn set_alarm(&mut self, id: EntryId) {
        let left = self.time_left(id);
        let (now, wall, late_after) = (self.now, self.wall(), self.config.late_after);
        self.clear_alarm(id);
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        let Some(mut wait) = left else { return };
        let waits = match entry.stage {
            Stage::Waiting { since } if !entry.late => Some(since.unwrap_or(entry.submitted)),
            _ => None,
        };
        if let Some(since) = waits {
            wait = wait.min(late_after.saturating_sub(wall.since(since)));
        } else if wait == Duration::ZERO {
            // A call is under way and decides.
            return;
        }
        entry.alarm = Some(now + wait);
        self.alarms.insert((now + wait, id));
    }

    pub(super) fn clear_alarm(&mut self, id: EntryId) {
        let alarm = self
            .entries
            .get_mut(&id)
            .and_then(|entry| entry.alarm.take());
        if let Some(alarm) = alarm {
            self.alarms.remove(&(alarm, id));
        }
    }

    /// Puts a document where its stage belongs: into its lane, among what is written or asked for.
    pub(super) fn begin(&mut self, id: EntryId) {
        let now = self.now;
        let Some(entry) = self.entries.get(&id) else {
            return;
        };
        let keeps_order = match &entry.stage {
            Stage::Waiting { .. } => true,
            Stage::Following { .. } => self.config.order == Order::Journaled,
            Stage::Parked { .. } => false,
        };
        if let Some(lane) = entry.lane.filter(|_| keeps_order) {
            self.lanes.enter(lane, id);
        }
        match &entry.stage {
            Stage::Waiting { .. } => self.schedule(id, now),
            Stage::Following { .. } => {
                let first = self.config.status.pause(0, &mut self.random);
                self.schedule(id, now + first);
            }
            Stage::Parked { .. } => {}
        }
        self.set_alarm(id);
    }

    /// Lets a document go at this time, if it is its turn.
    pub(super) fn schedule(&mut self, id: EntryId, at: Time) {
        self.unschedule(id);
        let Some(entry) = self.entries.get(&id) else {
            return;
        };
        match &entry.stage {
            Stage::Waiting { .. } => {
                if entry
                    .lane
                    .is_some_and(|lane| !self.turns(lane).contains(&id))
                {
                    return;
                }
                self.ways.insert(entry.resource, (at, id));
            }
            Stage::Following { .. } => {
                self.asks.insert((at, id));
            }
            Stage::Parked { .. } => return,
        }
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.due = Some(at);
        }
    }

    /// Whose turn it is in a lane.
    fn turns(&self, lane: Lane) -> Vec<EntryId> {
        self.lanes.turns(lane, |id| {
            self.entries
                .get(&id)
                .map_or((Resource::Bundle, true), |entry| {
                    let waits = matches!(entry.stage, Stage::Waiting { .. });
                    let aside = waits && self.ways.in_trouble(entry.resource);
                    (entry.resource, aside)
                })
        })
    }

    /// Lets go whose turn it is in a lane, where they do not already.
    fn wake(&mut self, lane: Lane) {
        for id in self.turns(lane) {
            let rests = |entry: &Entry| {
                matches!(entry.stage, Stage::Waiting { .. })
                    && !entry.in_flight
                    && entry.due.is_none()
            };
            if self.entries.get(&id).is_some_and(rests) {
                self.schedule(id, self.now);
            }
        }
    }

    /// After a type came into trouble or out of it: others need not wait for it, or have to again.
    pub(super) fn reorder(&mut self) {
        for lane in self.lanes.all() {
            self.reorder_lane(lane);
        }
    }

    /// Lets go whose turn it is in a lane, and nobody else.
    pub(super) fn reorder_lane(&mut self, lane: Lane) {
        let turns = self.turns(lane);
        let goes = |id: &EntryId| {
            let entry = self.entries.get(id);
            entry.is_some_and(|entry| {
                entry.due.is_some() && matches!(entry.stage, Stage::Waiting { .. })
            })
        };
        let waiting = self.lanes.waiting(lane);
        let early = waiting.filter(|id| !turns.contains(id) && goes(id));
        for id in early.collect::<Vec<_>>() {
            self.unschedule(id);
        }
        self.wake(lane);
    }

    pub(super) fn unschedule(&mut self, id: EntryId) {
        let Some(entry) = self.entries.get_mut(&id) else {
            return;
        };
        if let Some(due) = entry.due.take() {
            self.ways.remove(entry.resource, (due, id));
            self.asks.remove(&(due, id));
        }
    }

    /// Leaves the lane, so that the next one may go.
    pub(super) fn leave_lane(&mut self, id: EntryId) {
        let lane = self.entries.get(&id).and_then(|entry| entry.lane);
        if let Some(lane) = lane {
            self.lanes.leave(lane, id);
            self.wake(lane);
        }
    }
}

pub(super) fn first_due(set: &BTreeSet<(Time, EntryId)>, now: Time) -> Option<(Time, EntryId)> {
    set.first().copied().filter(|(time, _)| *time <= now)
}
