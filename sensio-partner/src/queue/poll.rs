//! What is to be done now, and when to look again.

use std::sync::Arc;

use crate::external_event_id::ExternalEventId;
use crate::member::{Member, Members};
use crate::time::Time;

use super::call::{Call, CallId, EntryId, EventAction, EventMethod, EventWork, Work};
use super::event::Event;
use super::gate::{Passage, Urgency};
use super::pairs::EventFlight;
use super::reduction::members;
use super::store::{Store, StoreError};
use super::{Flight, Load, Queue};

/// What the first call of a pair sends.
struct Prepared {
    entry: EntryId,
    attempt: u32,
    action: EventAction,
    submitted: Members,
    present: Members,
    left_out: Members,
    late_text: bool,
    external_event_id: Option<ExternalEventId>,
}

impl<S: Store> Queue<S> {
    /// The next call to make now; its outcome must be [handed in](Self::handle_outcome).
    ///
    /// Events before statuses before slots: nothing goes ahead of an event that is due.
    pub fn poll_call(&mut self, now: Time) -> Option<Call> {
        self.handle_timeout(now);
        let now = self.now;
        while self.pairs.is_ready() {
            if self.gate.passage(now, Urgency::Event) != Passage::Now {
                return None;
            }
            let slot = self.pairs.pop_ready(self.budget.has_one())?;
            if let Some(call) = self.begin_event(now, slot) {
                return Some(call);
            }
        }
        let statuses = self.statuses.is_ready(now);
        let slots = !self.slots.is_empty() && !self.gate.is_paused();
        let passes = || self.gate.passage(now, Urgency::Lower) == Passage::Now;
        if !(statuses || slots) || !passes() {
            return None;
        }
        if statuses {
            if let Some(entries) = self.statuses.take(self.config.status_batch.get()) {
                let attempt = self.statuses.attempts;
                return Some(self.begin(now, attempt, Load::Statuses, Work::Statuses(entries)));
            }
        }
        let slot = self.slots.pop_front().filter(|_| slots)?;
        Some(self.begin(now, 1, Load::Slot, Work::Slot(slot)))
    }

    fn begin(&mut self, now: Time, attempt: u32, load: Load, work: Work) -> Call {
        self.gate.begin(now, load.urgency());
        let id = CallId(self.next_call);
        self.next_call += 1;
        let epoch = self.gate.epoch();
        self.in_flight.insert(id, Flight { epoch, load });
        Call { id, attempt, work }
    }

    /// `None` when the first call of the pair cannot be had from the store.
    fn begin_event(&mut self, now: Time, slot: u32) -> Option<Call> {
        let prepared = match self.prepare(now, slot) {
            Ok(prepared) => prepared?,
            Err(StoreError::Unreadable(id)) => {
                // It stays in the store; the others of the pair go on.
                self.events.push_back(Event::Unreadable(id));
                self.pairs.pop_head(now, slot);
                return None;
            }
            Err(error) => {
                // The store would fail for all others, too.
                let until = self.store_failed(now, error);
                self.pairs.pause(slot, until);
                self.gate.hold(Urgency::Event, until);
                return None;
            }
        };
        let pair = Arc::clone(&self.pairs.get(slot)?.pair);
        let load = Load::Event(EventFlight {
            slot,
            submitted: prepared.submitted,
            present: prepared.present,
            left_out: prepared.left_out,
            late_text: prepared.late_text,
            external_event_id: prepared.external_event_id,
        });
        let work = Work::Event(EventWork {
            entry: prepared.entry,
            pair,
            action: prepared.action,
            left_out: prepared.left_out,
        });
        Some(self.begin(now, prepared.attempt, load, work))
    }

    fn prepare(&mut self, now: Time, slot: u32) -> Result<Option<Prepared>, StoreError> {
        let wall = self.wall(now);
        let Some(head) = self.pairs.get(slot).and_then(|state| state.head()) else {
            return Ok(None);
        };
        let entry = head.id;
        let parameters = match head.method {
            EventMethod::Delete => None,
            EventMethod::Post | EventMethod::Put => {
                let parameters = self.store.parameters(entry)?;
                Some(parameters.ok_or(StoreError::Unreadable(entry))?)
            }
        };
        self.store_failures = 0;
        head.attempts = head.attempts.saturating_add(1);
        if core::mem::take(&mut head.repeat) {
            self.budget.take();
        }
        let mut prepared = Prepared {
            entry,
            attempt: head.attempts,
            action: EventAction::Delete,
            submitted: Members::NONE,
            present: Members::NONE,
            left_out: Members::NONE,
            late_text: false,
            external_event_id: None,
        };
        if let Some(submitted) = parameters {
            prepared
                .external_event_id
                .clone_from(&submitted.external_event_id);
            prepared.submitted = members(&submitted);
            prepared.present = prepared.submitted;
            prepared.left_out = head.reduction.left_out(prepared.present);
            let mut parameters = head.reduction.apply(&submitted);
            let late = self.config.late_description.as_ref();
            let late = late.filter(|late| {
                let is_late = || late.is_late(head.occurred, wall);
                head.reduction.keeps(Member::Description) && head.late_text.unwrap_or_else(is_late)
            });
            if let Some(late) = late {
                parameters = late.apply(head.occurred, &parameters);
                prepared.late_text = true;
                prepared.present = prepared.present.union(members(&parameters));
            }
            prepared.action = match head.sent_as() {
                EventMethod::Post => EventAction::Post(parameters),
                EventMethod::Put | EventMethod::Delete => EventAction::Put(parameters),
            };
        }
        Ok(Some(prepared))
    }

    /// Reports a failure of the store; tells when to ask it again.
    pub(super) fn store_failed(&mut self, now: Time, error: StoreError) -> Time {
        self.events.push_back(Event::StoreFailed(error));
        let pause = self.config.backoff;
        let pause = pause.pause(self.store_failures, &mut self.random);
        self.store_failures = self.store_failures.saturating_add(1);
        now + pause
    }

    /// What happened since the last time.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Time has passed. [`poll_call`](Self::poll_call) does this, too.
    pub fn handle_timeout(&mut self, now: Time) {
        let now = self.advance(now);
        self.budget.fill(now);
        while let Some(slot) = self.pairs.wake(now) {
            self.finish(now, slot);
        }
        self.remove_delivered(now);
        while let Some(&(at, id, slot)) = self.late.front() {
            let found = self.pairs.waiting(slot, id);
            if found.is_some() && at > now {
                break;
            }
            if let Some((pair, waiting)) = found {
                let event = Event::Late {
                    id,
                    pair: Arc::clone(pair),
                    method: waiting.method,
                    waited: self.wall(now).since(waiting.submitted),
                };
                self.events.push_back(event);
            }
            self.late.pop_front();
        }
        let count = self.statuses.sweep(now, &self.config);
        if count > 0 {
            self.events.push_back(Event::StatusesDropped { count });
        }
    }

    /// When to come back with [`poll_call`](Self::poll_call) if nothing else happens before; `None`
    /// while only an outcome or something new can change anything.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        if !self.delivered.is_empty() {
            return Some(self.now);
        }
        let late = self.late.front().map(|(at, _, _)| *at);
        let times = [self.pairs.next_wake(), late, self.next_begin()];
        let next = times.into_iter().flatten();
        next.chain(self.statuses.next(self.now)).min()
    }

    /// When something that is due may go.
    fn next_begin(&self) -> Option<Time> {
        let (urgency, earliest) = if self.pairs.has_fresh() {
            (Urgency::Event, self.now)
        } else if self.pairs.is_ready() {
            (Urgency::Event, self.budget.next())
        } else if self.statuses.is_ready(self.now)
            || (!self.slots.is_empty() && !self.gate.is_paused())
        {
            (Urgency::Lower, self.now)
        } else {
            return None;
        };
        match self.gate.passage(self.now, urgency) {
            Passage::Now => Some(earliest),
            Passage::At(at) => Some(at.max(earliest)),
            Passage::AfterOutcome => None,
        }
    }
}
