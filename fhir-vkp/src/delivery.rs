//! The way of a document until it is journaled, sans-I/O (FHIR reference 9.1 and 9.2).
//!
//! [`Delivery`] keeps each document in a [`Store`] before it takes it over, and delivers it at least
//! once:
//!
//! | what | how |
//! |---|---|
//! | VKP, PIT | 2xx to the write is the end: [`Event::Done`] |
//! | JFT | 202 is the beginning: the status is asked for, 2 seconds to 15 minutes apart, until it says [journaled](Event::Journaled) or failed |
//! | order | documents of one [`Lane`], such as those of one patient, one after the other; only a type whose address seems wrong is not waited for by the other types |
//! | repeats | byte for byte the same; a document whose identifier is on its way is [not taken twice](Submitted) |
//! | failures that pass | repeated after 1 second to 5 minutes, and not before the time that the server asks for, of which [5 minutes](crate::answer::PAUSE_LIMIT) count; [`Event::Late`] after 5 minutes |
//! | what [concerns all](crate::answer::Class::concerns_all): 401 and 403 | all wait, a minute to 15 minutes, then one goes ahead, of each type in its turn; writes and questions each [on their own](Calls) |
//! | a wrong address: 3xx, and to a write 404, 405, 406, 410 and 415 without a code of VKP | the documents of that type wait likewise, the others go on |
//! | the same to one document again and again, while others go through | it is parked, after 403 as [not permitted](ParkReason::NotPermitted), else as [turned away](ParkReason::TurnedAway); where nothing goes through nothing is parked |
//! | the end of patience | [parked](Event::Parked) for an operator: refused, failed, not taken within a day, not confirmed within three days; [after a restart](Config::after_restart) not before an hour |
//! | a lost answer, and 500, 502, 504, or 503 without `Retry-After`, as of proxies | what is parked later says that it [may have arrived](Parked::may_have_arrived) |
//! | a store that fails | is [asked again](Delivery::unkept_documents) to keep what it could not, 1 second to a minute apart |
//! | [retry](Delivery::retry) | what was taken is asked for, never written again; anything else is written, the same bytes |
//!
//! Nothing leaves the store but what is done, journaled, or [dismissed](Delivery::dismiss) by somebody. A
//! wrong address therefore costs time and nothing else: until it is put right [`Delivery::is_paused`] and
//! [`Delivery::late_documents`] show it, and what is not taken waits with the operator.
//!
//! ```
//! use std::time::SystemTime;
//! use fhir_vkp::answer::Outcome;
//! use fhir_vkp::delivery::{Config, Delivery, Event, MemoryStore, Target};
//! use fhir_vkp::request::{Document, Environment, JftRequests};
//! use fhir_vkp::{Random, Time, WallMicros};
//!
//! let test = Environment::test();
//! let jft = JftRequests::new(test.jft_write.ok_or("none")?, test.jft_read.ok_or("none")?);
//! let (now, store) = (Time::ZERO, MemoryStore::new());
//! let random = Random::new(7); // another seed for each start, in earnest
//! let mut delivery =
//!     Delivery::open(now, WallMicros::now(), Target::Jft(jft), store, Config::default(), random)?;
//!
//! let json = br#"{"resourceType":"Bundle","identifier":{"system":"s","value":"v"}}"#;
//! let id = delivery.submit(now, &Document::from_json(&json[..])?, None)?.id; // durable now
//!
//! // The driver: make every call, hand in what came, wait no longer than poll_timeout.
//! while let Some(call) = delivery.poll_call(now) {
//!     let headers = [("Location", &b"/v1/Bundle/7/$status"[..])];
//!     let answer = Outcome::read(call.request.call(), 202, headers, vec![], SystemTime::now());
//!     delivery.handle_outcome(now, call.id, &answer);
//! }
//! assert_eq!(delivery.poll_event(), Some(Event::Taken { id }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod config;
mod entry;
mod event;
mod keep;
mod lanes;
mod outcome;
mod pause;
mod poll;
mod state;
mod store;
mod submit;
mod target;
mod ways;

pub use config::{Config, Order};
pub use event::{Event, LastAttempt};
pub use lanes::Lane;
pub use pause::Calls;
pub use poll::{CallId, DeliveryCall};
pub use state::{EntryState, InvalidState, ParkReason, Parked};
pub use store::{
    Completion, EntryId, MemoryStore, NewEntry, Store, StoreError, Stored, StoredEntry,
};
pub use submit::{Retried, SubmitError, Submitted};
pub use target::Target;

use core::fmt;
use std::collections::{BTreeSet, HashMap, VecDeque};

use crate::backoff::Random;
use crate::clock::{Time, WallMicros};
use crate::identifier::Identifier;

use entry::{Entry, Stage};
use keep::Unkeepings;
use lanes::Lanes;
use pause::Pauses;
use poll::Flight;
use ways::Ways;

/// Delivers documents to one service of one municipality.
///
/// Inputs are [`submit`](Self::submit) and [`handle_outcome`](Self::handle_outcome); after each one take
/// every [`poll_call`](Self::poll_call), then every [`poll_event`](Self::poll_event), then ask
/// [`poll_timeout`](Self::poll_timeout) when to call [`handle_timeout`](Self::handle_timeout). Time never
/// runs backwards.
pub struct Delivery<S> {
    target: Target,
    store: S,
    config: Config,
    random: Random,
    now: Time,
    /// One moment by both clocks.
    anchor: (Time, WallMicros),
    entries: HashMap<EntryId, Entry>,
    lanes: Lanes,
    identifiers: HashMap<Identifier, EntryId>,
    /// What may be written, by types.
    ways: Ways,
    /// What may be asked for, and when: [`Entry::due`].
    asks: BTreeSet<(Time, EntryId)>,
    /// When an entry is late or its time is over: [`Entry::alarm`].
    alarms: BTreeSet<(Time, EntryId)>,
    flights: HashMap<CallId, Flight>,
    pauses: Pauses,
    unkept: Unkeepings,
    events: VecDeque<Event>,
    next_entry: u64,
    next_call: u64,
}

impl<S: Store> Delivery<S> {
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
        target: Target,
        mut store: S,
        config: Config,
        random: Random,
    ) -> Result<Self, StoreError> {
        let mut kept = Vec::new();
        store.load(&mut |stored| kept.push(stored))?;
        let mut delivery = Self {
            target,
            store,
            pauses: Pauses::new(&config),
            config,
            random,
            now,
            anchor: (now, wall),
            entries: HashMap::new(),
            lanes: Lanes::default(),
            identifiers: HashMap::new(),
            ways: Ways::new(config),
            asks: BTreeSet::new(),
            alarms: BTreeSet::new(),
            flights: HashMap::new(),
            unkept: Unkeepings::default(),
            events: VecDeque::new(),
            // Ids are not used again after a restart, so that reports of two runs do not mix.
            next_entry: u64::try_from(wall.0).unwrap_or(1),
            next_call: 0,
        };
        for stored in kept {
            delivery.restore(stored);
        }
        Ok(delivery)
    }

    fn restore(&mut self, stored: Stored) {
        let entry = match stored {
            Stored::Entry(entry) => entry,
            Stored::Unreadable(id) => {
                self.next_entry = self.next_entry.max(id.0.saturating_add(1));
                self.events.push_back(Event::Unreadable { id });
                return;
            }
        };
        let id = entry.id;
        self.next_entry = self.next_entry.max(id.0.saturating_add(1));
        let mut restored = Entry::new(&entry.document, entry.lane, entry.submitted);
        restored.maybe_taken = match &entry.state {
            // Nobody knows what became of an attempt that the last run made.
            EntryState::Waiting { .. } => true,
            EntryState::Taken { .. } => false,
            EntryState::Parked { why, .. } => why.maybe_taken,
        };
        restored.patience = Some(self.now + self.config.after_restart);
        if let Some(identifier) = &restored.identifier {
            self.identifiers.insert(identifier.clone(), id);
        }
        restored.stage = match entry.state {
            EntryState::Waiting { since } => Stage::Waiting { since },
            EntryState::Taken { status, since } => Stage::Following {
                status,
                since,
                state: None,
            },
            EntryState::Parked { why, at, status } => Stage::Parked { why, at, status },
        };
        self.entries.insert(id, restored);
        self.begin(id);
    }

    /// Sets the wall clock right, after it was changed.
    pub fn set_wall(&mut self, now: Time, wall: WallMicros) {
        let now = self.advance(now);
        self.anchor = (now, wall);
    }

    fn wall(&self) -> WallMicros {
        let (time, wall) = self.anchor;
        wall.after(self.now.since(time))
    }

    /// The present time, which never runs backwards.
    fn advance(&mut self, now: Time) -> Time {
        self.now = self.now.max(now);
        self.now
    }

    /// Ends the pauses of writes and of questions: for an operator who has mended the cause.
    pub fn resume(&mut self, now: Time) {
        self.advance(now);
        let mut ended = Vec::new();
        for calls in Calls::ALL {
            if self.pauses.of_mut(calls).end() {
                ended.push((calls, None));
            }
        }
        for (resource, way) in self.ways.all_mut() {
            if way.pause.end() {
                ended.push((Calls::Writes, Some(resource)));
            }
        }
        if ended.iter().any(|(_, resource)| resource.is_some()) {
            self.reorder();
        }
        for (calls, resource) in ended {
            self.events.push_back(Event::Resumed { calls, resource });
        }
    }

    /// What happened since, oldest first.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Documents that wait, are under way or are followed; parked ones do not count.
    #[must_use]
    pub fn open_documents(&self) -> usize {
        self.entries.len() - self.parked().count()
    }

    /// What is parked, for an operator.
    pub fn parked(&self) -> impl Iterator<Item = (EntryId, &Parked, WallMicros)> {
        self.entries.iter().filter_map(|(id, entry)| {
            let Stage::Parked { why, at, .. } = &entry.stage else {
                return None;
            };
            Some((*id, why, *at))
        })
    }

    /// How far a document has come; `None` when it is done or unknown.
    #[must_use]
    pub fn state(&self, id: EntryId) -> Option<EntryState> {
        Some(self.entries.get(&id)?.state())
    }

    /// Whether calls of this kind wait, all or those that write one type, after what
    /// [concerns all](crate::answer::Class::concerns_all): the pause is on, or it is over and documents
    /// still wait, because nothing has gone through since and one call at a time goes ahead.
    #[must_use]
    pub fn is_paused(&self, calls: Calls) -> bool {
        let pause = self.pauses.of(calls);
        let waits = |entry: &Entry| match calls {
            Calls::Writes => {
                matches!(entry.stage, Stage::Waiting { .. })
                    && (pause.is_probing() || self.ways.in_trouble(entry.resource))
            }
            Calls::Questions => {
                matches!(entry.stage, Stage::Following { .. }) && pause.is_probing()
            }
        };
        let type_is_paused = calls == Calls::Writes && self.ways.is_any_paused(self.now);
        pause.is_paused(self.now) || type_is_paused || self.entries.values().any(waits)
    }

    /// Documents that were reported as [late](Event::Late) and still wait.
    #[must_use]
    pub fn late_documents(&self) -> usize {
        let late = |entry: &&Entry| entry.late && matches!(entry.stage, Stage::Waiting { .. });
        self.entries.values().filter(late).count()
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Ends the machine and gives the store back. What waits is in it; what it could not keep
    /// ([`unkept_documents`](Self::unkept_documents)) is not.
    pub fn into_store(self) -> S {
        self.store
    }
}

impl<S> fmt::Debug for Delivery<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("documents", &self.entries.len())
            .field("in_flight", &self.flights.len())
            .finish_non_exhaustive()
    }
}
