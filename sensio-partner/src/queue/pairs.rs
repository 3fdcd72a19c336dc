//! The waiting event calls, in order per pair.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::external_event_id::ExternalEventId;
use crate::member::Members;
use crate::time::Time;

use super::call::{EntryId, EventMethod, Pair};
use super::event::RefusalReason;
use super::gate::Refusals;
use super::reduction::Reduction;
use super::wall::WallMicros;

/// A waiting call; what goes with it is in the store.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) id: EntryId,
    pub(super) method: EventMethod,
    /// A PUT that goes as a POST.
    pub(super) as_post: bool,
    pub(super) reduction: Reduction,
    /// The next attempt is a repeat, and wants a share of the budget.
    pub(super) repeat: bool,
    /// Whether the time is in the text, settled when an attempt may have arrived.
    pub(super) late_text: Option<bool>,
    pub(super) attempts: u32,
    /// Failures in a row, for the length of the pause.
    pub(super) failures: u32,
    /// 500s in a row to the body as it was submitted.
    pub(super) faults: u32,
    /// The first 500 to a body that cannot be made smaller.
    pub(super) faulty_since: Option<Time>,
    pub(super) refusals: Refusals,
    pub(super) occurred: WallMicros,
    pub(super) submitted: WallMicros,
}

impl Waiting {
    pub(super) fn new(
        id: EntryId,
        method: EventMethod,
        occurred: WallMicros,
        submitted: WallMicros,
    ) -> Self {
        Self {
            id,
            method,
            as_post: false,
            reduction: Reduction::Nothing,
            repeat: false,
            late_text: None,
            attempts: 0,
            failures: 0,
            faults: 0,
            faulty_since: None,
            refusals: Refusals::default(),
            occurred,
            submitted,
        }
    }

    /// How it is sent.
    pub(super) fn sent_as(&self) -> EventMethod {
        match self.as_post {
            true => EventMethod::Post,
            false => self.method,
        }
    }
}

/// What the store has yet to be told about the first of a pair.
#[derive(Debug, Clone, Copy)]
pub(super) enum Finish {
    Remove,
    Park(RefusalReason),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Ready,
    Pausing(Time),
    InFlight,
}

/// The calls of one pair. Never empty.
#[derive(Debug)]
pub(super) struct PairState {
    pub(super) pair: Arc<Pair>,
    pub(super) waiting: VecDeque<Waiting>,
    pub(super) finish: Option<Finish>,
    lane: Lane,
    urgent: bool,
}

impl PairState {
    /// The call that is or will be sent.
    pub(super) fn head(&mut self) -> Option<&mut Waiting> {
        self.waiting.front_mut()
    }
}

/// Pairs whose first call may go now. Repeats stand apart, since they want a share of the budget.
#[derive(Debug, Default)]
struct Ready {
    fresh: VecDeque<(Time, u32)>,
    repeats: VecDeque<(Time, u32)>,
}

impl Ready {
    fn pop(&mut self, repeats: bool) -> Option<u32> {
        let fresh = self.fresh.front();
        let repeat = self.repeats.front().filter(|_| repeats);
        let lane = match (fresh, repeat) {
            (Some(fresh), Some(repeat)) if repeat.0 < fresh.0 => &mut self.repeats,
            (Some(_), _) => &mut self.fresh,
            (None, Some(_)) => &mut self.repeats,
            (None, None) => return None,
        };
        lane.pop_front().map(|(_, slot)| slot)
    }
}

/// All pairs for which something waits.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    slots: Vec<Option<PairState>>,
    free: Vec<u32>,
    by_name: HashMap<Arc<Pair>, u32>,
    /// Alarms go before operational alerts, of which an outage at a site brings many at once.
    alarms: Ready,
    operational: Ready,
    pausing: BTreeSet<(Time, u32)>,
    entries: usize,
}

impl Pairs {
    /// Calls that wait or are under way.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    pub(super) fn get(&mut self, slot: u32) -> Option<&mut PairState> {
        self.slots.get_mut(slot as usize)?.as_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &PairState> {
        self.slots.iter().flatten()
    }

    pub(super) fn find(&self, pair: &Pair) -> Option<u32> {
        self.by_name.get(pair).copied()
    }

    /// Whether this call still waits there; if so, it and its pair.
    pub(super) fn waiting(&self, slot: u32, id: EntryId) -> Option<(&Arc<Pair>, &Waiting)> {
        let state = self.slots.get(slot as usize)?.as_ref()?;
        // In order of ids, but for a first one that was under way when an earlier one was retried.
        let at = state.waiting.partition_point(|waiting| waiting.id < id);
        let found = state.waiting.get(at).filter(|found| found.id == id);
        let found = found.or_else(|| match at {
            0 => state.waiting.iter().find(|waiting| waiting.id == id),
            _ => None,
        })?;
        Some((&state.pair, found))
    }

    /// Puts a call in its place: by id, but not before one that is under way.
    pub(super) fn insert(&mut self, now: Time, pair: Arc<Pair>, waiting: Waiting) -> u32 {
        self.entries += 1;
        if let Some(slot) = self.find(&pair) {
            if let Some(state) = self.get(slot) {
                let started = state.lane == Lane::InFlight || state.finish.is_some();
                let id = waiting.id;
                let place = state.waiting.iter().rposition(|other| other.id < id);
                let place = place.map_or(0, |before| before + 1);
                let place = place.max(usize::from(started));
                state.waiting.insert(place, waiting);
                if let (0, Lane::Pausing(until)) = (place, state.lane) {
                    // The pause was for the one behind it.
                    self.pausing.remove(&(until, slot));
                    self.make_ready(now, slot);
                }
                return slot;
            }
        }
        let state = PairState {
            urgent: !pair.event_type.is_operational(),
            pair: Arc::clone(&pair),
            waiting: VecDeque::with_capacity(1),
            finish: None,
            lane: Lane::InFlight, // until it is put into a lane below
        };
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                // The number of entries is limited far below this.
                u32::try_from(self.slots.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.by_name.insert(pair, slot);
        let state = self.slots[slot as usize].insert(state);
        state.waiting.push_back(waiting);
        self.make_ready(now, slot);
        slot
    }

    /// The pair's next call may go now.
    pub(super) fn make_ready(&mut self, now: Time, slot: u32) {
        let Some(state) = self.get(slot) else { return };
        state.lane = Lane::Ready;
        let urgent = state.urgent;
        let repeat = state.head().is_some_and(|head| head.repeat);
        let ready = match urgent {
            true => &mut self.alarms,
            false => &mut self.operational,
        };
        match repeat {
            true => ready.repeats.push_back((now, slot)),
            false => ready.fresh.push_back((now, slot)),
        }
    }

    /// The pair waits until then. It must not be in a lane.
    pub(super) fn pause(&mut self, slot: u32, until: Time) {
        if let Some(state) = self.get(slot) {
            state.lane = Lane::Pausing(until);
            self.pausing.insert((until, slot));
        }
    }

    /// Ends the pauses that are over, up to one of a pair that still has to be finished.
    pub(super) fn wake(&mut self, now: Time) -> Option<u32> {
        while let Some(&(until, slot)) = self.pausing.first() {
            if until > now {
                break;
            }
            self.pausing.pop_first();
            if self.get(slot).is_some_and(|state| state.finish.is_some()) {
                return Some(slot);
            }
            self.make_ready(until, slot);
        }
        None
    }

    pub(super) fn next_wake(&self) -> Option<Time> {
        self.pausing.first().map(|(until, _)| *until)
    }

    /// Whether anything may go, the budget of repeats aside.
    pub(super) fn is_ready(&self) -> bool {
        self.has_fresh() || !self.alarms.repeats.is_empty() || !self.operational.repeats.is_empty()
    }

    /// Whether anything may go without a share of the budget.
    pub(super) fn has_fresh(&self) -> bool {
        !self.alarms.fresh.is_empty() || !self.operational.fresh.is_empty()
    }

    /// Takes the next pair out of its lane.
    pub(super) fn pop_ready(&mut self, repeats: bool) -> Option<u32> {
        let slot = self
            .alarms
            .pop(repeats)
            .or_else(|| self.operational.pop(repeats))?;
        if let Some(state) = self.get(slot) {
            state.lane = Lane::InFlight;
        }
        Some(slot)
    }

    /// Takes the first call of a pair away; the pair must not be in a lane.
    pub(super) fn pop_head(&mut self, now: Time, slot: u32) -> Option<(Arc<Pair>, Waiting)> {
        let state = self.get(slot)?;
        state.finish = None;
        let head = state.waiting.pop_front()?;
        let pair = Arc::clone(&state.pair);
        let was_last = state.waiting.is_empty();
        self.entries -= 1;
        if was_last {
            self.slots[slot as usize] = None;
            self.by_name.remove(&pair);
            self.free.push(slot);
        } else {
            self.make_ready(now, slot);
        }
        Some((pair, head))
    }
}

/// Whether a call for a pair makes it harmful to send this earlier one after it.
///
/// A later POST or DELETE overtakes all: to raise an alarm that is closed, or to close a newer one, is
/// worse than not to send. A later PUT overtakes a PUT, but not a POST: an alarm that was never
/// raised may still be.
pub(super) fn supersedes(later: EventMethod, earlier: EventMethod) -> bool {
    match later {
        EventMethod::Post | EventMethod::Delete => true,
        EventMethod::Put => earlier == EventMethod::Put,
    }
}

/// What a call under way carries.
#[derive(Debug)]
pub(super) struct EventFlight {
    pub(super) slot: u32,
    /// The members that were submitted, those that were sent, and those that had been left out.
    pub(super) submitted: Members,
    pub(super) present: Members,
    pub(super) left_out: Members,
    /// Whether the time of occurrence was put into the text.
    pub(super) late_text: bool,
    /// As it was submitted.
    pub(super) external_event_id: Option<ExternalEventId>,
}
