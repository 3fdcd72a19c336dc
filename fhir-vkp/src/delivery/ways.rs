//! The types of documents, each of which is written to an address of its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Time;
use crate::request::Resource;

use super::config::Config;
use super::pause::Pause;
use super::poll::first_due;
use super::store::EntryId;

/// What is to be written of one type.
pub(super) struct Way {
    /// What may be written, and when: [`Entry::due`](super::entry::Entry::due).
    due: BTreeSet<(Time, EntryId)>,
    /// After [`Class::Configuration`](crate::answer::Class::Configuration): it is the address of this type
    /// that is wrong, until something else shows.
    pub(super) pause: Pause,
    /// The number of the last call to it.
    last_call: u64,
}

/// All types that were seen: there are few.
pub(super) struct Ways {
    config: Config,
    ways: BTreeMap<Resource, Way>,
}

impl Ways {
    pub(super) const fn new(config: Config) -> Self {
        Self {
            config,
            ways: BTreeMap::new(),
        }
    }

    pub(super) fn of(&self, resource: Resource) -> Option<&Way> {
        self.ways.get(&resource)
    }

    pub(super) fn of_mut(&mut self, resource: Resource) -> &mut Way {
        let config = &self.config;
        self.ways.entry(resource).or_insert_with(|| Way {
            due: BTreeSet::new(),
            pause: Pause::new(config),
            last_call: 0,
        })
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = (Resource, &mut Way)> {
        self.ways.iter_mut().map(|(resource, way)| (*resource, way))
    }

    /// Whether nothing of this type has gone through since its address seemed wrong.
    pub(super) fn in_trouble(&self, resource: Resource) -> bool {
        let way = self.of(resource);
        way.is_some_and(|way| way.pause.is_probing())
    }

    /// Whether the pause of any type is on.
    pub(super) fn is_any_paused(&self, now: Time) -> bool {
        self.ways.values().any(|way| way.pause.is_paused(now))
    }

    pub(super) fn insert(&mut self, resource: Resource, due: (Time, EntryId)) {
        self.of_mut(resource).due.insert(due);
    }

    pub(super) fn remove(&mut self, resource: Resource, due: (Time, EntryId)) {
        if let Some(way) = self.ways.get_mut(&resource) {
            way.due.remove(&due);
        }
    }

    pub(super) fn called(&mut self, resource: Resource, call: u64) {
        self.of_mut(resource).last_call = call;
    }

    /// What is due of the types that have room: what has been so for longest, or, `by_turns`, of the type
    /// that was called longest ago, so that none waits for ever behind the trouble of another.
    pub(super) fn next(
        &self,
        now: Time,
        by_turns: bool,
        has_room: impl Fn(Resource, &Way) -> bool,
    ) -> Option<EntryId> {
        let open = self
            .ways
            .iter()
            .filter(|(resource, way)| now >= way.pause.opens_at() && has_room(**resource, way));
        let due = open.filter_map(|(_, way)| Some((way.last_call, first_due(&way.due, now)?)));
        let next = due.min_by_key(|(call, due)| (by_turns.then_some(*call), *due));
        next.map(|(_, (_, id))| id)
    }

    /// When the first call is due of the types that have room.
    pub(super) fn next_time(&self, has_room: impl Fn(Resource, &Way) -> bool) -> Option<Time> {
        let open = self.ways.iter();
        let open = open.filter(|(resource, way)| has_room(**resource, way));
        let times = open.filter_map(|(_, way)| {
            let (time, _) = way.due.first()?;
            Some((*time).max(way.pause.opens_at()))
        });
        times.min()
    }
}
