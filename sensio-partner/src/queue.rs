//! The delivery queue, sans-I/O: calls in, attempts out, until the server has them.
//!
//! [`Queue`] belongs to one customer. It keeps each event call in a [`Store`] before it takes it over,
//! and delivers it at least once (Partner API reference 4.6, 8 and 9):
//!
//! | what | how |
//! |---|---|
//! | order | calls for one (device, code) strictly one after the other, 917 and 923 counting as one code; nothing is merged or dropped |
//! | limits | 4 calls at once, 10 per second; alarms before [operational](crate::EventType::is_operational) alerts before statuses before [slots](Queue::submit_slot) |
//! | transient failures | repeated for ever, after 0.2 to 30 seconds, within a shared budget; [`Late`](Event::Late) after a minute |
//! | 401, 403, 3xx | all wait, a minute to 15 minutes, then one goes ahead |
//! | refused bodies | sent with less: without images, then description, then all but the state; what was left out is [reported](Delivered::left_out) |
//! | 500 | twice more, then with less; see [`server_fault_patience`](Config::server_fault_patience) |
//! | refused for good | [kept](Queue::dead_letters) for an operator, who may [retry](Queue::retry) what no later call has overtaken |
//! | statuses | the newest of each device, up to 100 in a call; a refused batch is halved; dropped after 3 minutes |
//! | conditions | [POST once while they last](Queue::begin_condition) |
//!
//! After a crash a queue on the same store goes on where it was. A call that was under way is sent
//! again: the server may have had it. What an HTTP client has given up on must not arrive later, so it
//! has to close the connection of an attempt that timed out.
//!
//! Statuses live in memory only: they are out of date after minutes.
//!
//! ```
//! use sensio_partner::queue::{Config, Event, EventCall, MemoryStore, Outcome, Queue, WallMicros, Work};
//! use sensio_partner::{DeviceIdentifier, EventParameters, EventType, Random, Time};
//!
//! let started = std::time::Instant::now();
//! let now = || Time::from(started.elapsed());
//! let random = Random::new(7); // another seed for each start, in earnest
//! let mut queue =
//!     Queue::open(now(), WallMicros::now(), MemoryStore::new(), Config::default(), random)?;
//!
//! let fall = EventCall::post(
//!     DeviceIdentifier::new("SN-004711")?,
//!     EventType::FALL,
//!     WallMicros::now(),
//!     EventParameters::new(),
//! );
//! let id = queue.submit(now(), &fall)?; // durable now: acknowledge it
//!
//! // The driver: make every call, hand in its outcome, wait no longer than poll_timeout.
//! while let Some(call) = queue.poll_call(now()) {
//!     if let Work::Event(event) = &call.work {
//!         assert_eq!(event.pair.event_type, EventType::FALL);
//!     }
//!     queue.handle_outcome(now(), call.id, Outcome::Done);
//! }
//! let Some(Event::Delivered(delivered)) = queue.poll_event() else { panic!() };
//! assert_eq!(delivered.id, id);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod budget;
mod call;
#[cfg(feature = "reqwest")]
pub mod client;
mod conditions;
mod config;
mod dead_letters;
#[cfg(feature = "tokio")]
pub mod driver;
mod event;
mod gate;
mod late;
mod outcome;
mod pairs;
mod poll;
mod reduction;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statuses;
mod store;
mod submit;
mod wall;

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use crate::backoff::Random;
use crate::time::Time;

pub use crate::answer::Effect;
pub use call::{
    Call, CallId, EntryId, EventAction, EventCall, EventMethod, EventWork, Outcome, Pair, SlotId,
    Work,
};
pub use config::Config;
pub use dead_letters::RetryError;
pub use event::{DeadLetter, Delivered, Event, PauseReason, RefusalReason};
pub use late::LateDescription;
pub use reduction::Reduction;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use store::{
    ConditionChange, EntryState, MemoryStore, NewEntry, Store, StoreError, Stored, StoredEntry,
};
pub use submit::SubmitError;
pub use wall::WallMicros;

use budget::Budget;
use conditions::Conditions;
use dead_letters::DeadLetters;
use gate::{Gate, Urgency};
use pairs::{EventFlight, Pairs, Waiting};
use statuses::Statuses;
use submit::Late;

/// Delivers the calls of one customer.
///
/// Inputs are the `submit*` methods and [`handle_outcome`](Self::handle_outcome); after each one take
/// every [`poll_call`](Self::poll_call), then every [`poll_event`](Self::poll_event), then ask
/// [`poll_timeout`](Self::poll_timeout). Time never runs backwards. Outcomes that are handed in
/// together, before the next poll, share one flush of the store.
pub struct Queue<S> {
    store: S,
    config: Config,
    random: Random,
    now: Time,
    /// One moment by both clocks.
    wall_anchor: (Time, WallMicros),
    gate: Gate,
    budget: Budget,
    pairs: Pairs,
    dead: DeadLetters,
    conditions: Conditions,
    late: Late,
    statuses: Statuses,
    slots: VecDeque<SlotId>,
    in_flight: HashMap<CallId, Flight>,
    /// Pairs whose first call was delivered, for the store to be told of together.
    delivered: Vec<u32>,
    events: VecDeque<Event>,
    next_entry: u64,
    next_call: u64,
    next_slot: u64,
    /// Failures of the store in a row, for the length of the pause.
    store_failures: u32,
}

/// A call under way.
#[derive(Debug)]
struct Flight {
    epoch: u32,
    load: Load,
}

#[derive(Debug)]
enum Load {
    Event(EventFlight),
    Statuses,
    Slot,
}

impl Load {
    fn urgency(&self) -> Urgency {
        match self {
            Self::Event(_) => Urgency::Event,
            Self::Statuses | Self::Slot => Urgency::Lower,
        }
    }
}

impl<S: Store> Queue<S> {
    /// Begins with what the store holds. `now` is by the caller's clock, `wall` the same moment by the
    /// wall clock.
    ///
    /// # Errors
    ///
    /// [`StoreError`] when the store cannot be read. Single entries that cannot are reported as
    /// [`Event::Unreadable`].
    pub fn open(
        now: Time,
        wall: WallMicros,
        mut store: S,
        config: Config,
        random: Random,
    ) -> Result<Self, StoreError> {
        let mut kept = Vec::new();
        store.load(&mut |stored| kept.push(stored))?;
        let mut queue = Self {
            store,
            random,
            now,
            wall_anchor: (now, wall),
            gate: Gate::new(&config),
            budget: Budget::new(now, &config),
            config,
            pairs: Pairs::default(),
            dead: DeadLetters::default(),
            conditions: Conditions::default(),
            late: Late::new(),
            statuses: Statuses::default(),
            slots: VecDeque::new(),
            in_flight: HashMap::new(),
            delivered: Vec::new(),
            events: VecDeque::new(),
            // Ids are not used again after a restart, so that reports of two runs do not mix.
            next_entry: u64::try_from(wall.0).unwrap_or(1),
            next_call: 0,
            next_slot: 0,
            store_failures: 0,
        };
        for stored in kept {
            queue.restore(stored)?;
        }
        Ok(queue)
    }

    fn restore(&mut self, stored: Stored) -> Result<(), StoreError> {
        match stored {
            Stored::Condition(pair) => {
                self.conditions.insert(pair);
            }
            Stored::Unreadable(id) => {
                self.next_entry = self.next_entry.max(id.0.saturating_add(1));
                self.events.push_back(Event::Unreadable(id));
            }
            Stored::Entry(entry) => {
                self.next_entry = self.next_entry.max(entry.id.0.saturating_add(1));
                // A crash may have come between the parking of a call and the note that later ones
                // overtook it; entries come in order, so these are seen now.
                self.dead
                    .supersede(&entry.pair, entry.method, &mut self.store)?;
                let pair = self.shared(&entry.pair);
                if let Some((parked, reason)) = entry.state.parked {
                    let letter = DeadLetter {
                        id: entry.id,
                        pair,
                        method: entry.method,
                        occurred: entry.occurred,
                        submitted: entry.submitted,
                        parked,
                        reason,
                        superseded: entry.state.superseded,
                    };
                    self.dead.insert(letter, entry.state);
                    return Ok(());
                }
                let mut waiting =
                    Waiting::new(entry.id, entry.method, entry.occurred, entry.submitted);
                waiting.reduction = entry.state.reduction;
                waiting.as_post = entry.state.as_post;
                let waited = self.wall(self.now).since(entry.submitted);
                let late_at = self.now + self.config.late_after.saturating_sub(waited);
                self.enqueue(self.now, pair, waiting, late_at);
            }
        }
        Ok(())
    }

    /// Sets the wall clock right, after it was changed.
    pub fn set_wall(&mut self, now: Time, wall: WallMicros) {
        let now = self.advance(now);
        self.wall_anchor = (now, wall);
    }

    fn wall(&self, now: Time) -> WallMicros {
        let (time, wall) = self.wall_anchor;
        wall.after(now.since(time))
    }

    /// The present time, which never runs backwards.
    fn advance(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        self.now
    }

    /// Ends a pause after 401, 403 or 3xx, and what the server asked for with `Retry-After`: for an
    /// operator who has mended the cause.
    pub fn resume(&mut self, now: Time) {
        self.advance(now);
        if self.gate.resume() {
            self.events.push_back(Event::Resumed);
        }
    }

    /// Whether the whole queue waits after 401, 403 or 3xx.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.gate.is_paused()
    }

    /// How many event calls wait or are under way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.pairs.entries()
    }

    /// The event calls that wait or are under way, in order per pair.
    pub fn waiting_calls(&self) -> impl Iterator<Item = (EntryId, &Arc<Pair>, EventMethod)> {
        self.pairs.iter().flat_map(|state| {
            let calls = state.waiting.iter();
            calls.map(move |waiting| (waiting.id, &state.pair, waiting.method))
        })
    }

    /// How many statuses wait or are under way.
    #[must_use]
    pub fn waiting_statuses(&self) -> usize {
        self.statuses.len()
    }

    /// How many calls are under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// How many events have not been [polled](Self::poll_event).
    #[must_use]
    pub fn unpolled_events(&self) -> usize {
        self.events.len()
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Ends the queue and gives the store back. What waits is in it.
    pub fn into_store(self) -> S {
        self.store
    }
}

impl<S> fmt::Debug for Queue<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("waiting", &self.pairs.entries())
            .field("dead_letters", &self.dead.len())
            .field("statuses", &self.statuses.len())
            .field("in_flight", &self.in_flight.len())
            .finish_non_exhaustive()
    }
}
