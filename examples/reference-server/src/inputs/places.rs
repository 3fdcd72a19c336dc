//! Places for connections: so many in all, so many for one source.
//!
//! Whoever has sent a whole message keeps the place. Whoever has not is let stay only while nobody
//! else needs it: silence must not shut out an alarm.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// Where connections come from: an IPv4 address, or an IPv6 network of 64 bits, which is what one
/// customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Source(IpAddr);

impl Source {
    pub(super) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// The places, and who has them.
#[derive(Clone, Debug)]
pub(super) struct Places(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limit: usize,
    per_source: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    taken: usize,
    last: u64,
    /// Those that have not sent a whole message, and those that have finished, the oldest first.
    unheard: BTreeMap<u64, (Option<Source>, CancellationToken)>,
    sources: HashMap<Source, OfSource>,
}

#[derive(Debug, Default)]
struct OfSource {
    taken: usize,
    unheard: BTreeSet<u64>,
}

/// Nobody could be ended to make room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoPlace {
    /// This source has as many as it may, all of them heard.
    Source,
    /// All places are taken by connections that were heard.
    All,
}

/// A connection that was ended for a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The oldest of the same source that was never heard.
    OfSource,
    /// The oldest of all that was never heard.
    Oldest,
}

impl Places {
    pub(super) fn new(limit: usize, per_source: usize) -> Self {
        Self(Arc::new(Shared {
            limit: limit.max(1),
            per_source: per_source.max(1),
            state: Mutex::default(),
        }))
    }

    /// A place for a new connection. When there is none, the one that has been silent for the
    /// longest and was never heard is ended. Without a source only the places in all are counted.
    pub(super) fn enter(&self, source: Option<Source>) -> Result<(Place, Option<Ended>), NoPlace> {
        let mut state = self.0.state();
        let of_source = source.and_then(|source| state.sources.get(&source));
        let mut ended = None;
        if let Some(of_source) = of_source
            && of_source.taken >= self.0.per_source
        {
            let oldest = of_source.unheard.first().copied();
            state.end(oldest.ok_or(NoPlace::Source)?);
            ended = Some(Ended::OfSource);
        }
        if state.taken >= self.0.limit {
            let oldest = state.unheard.keys().next().copied();
            state.end(oldest.ok_or(NoPlace::All)?);
            ended = Some(Ended::Oldest);
        }
        state.last += 1;
        let (id, token) = (state.last, CancellationToken::new());
        state.taken += 1;
        state.unheard.insert(id, (source, token.clone()));
        if let Some(source) = source {
            let of_source = state.sources.entry(source).or_default();
            of_source.taken += 1;
            of_source.unheard.insert(id);
        }
        drop(state);
        let place = Place {
            shared: Arc::clone(&self.0),
            id,
            source,
            token,
            heard: AtomicBool::new(false),
        };
        Ok((place, ended))
    }

    /// Ends up to so many of those that were never heard, the oldest first; how many it were.
    pub(super) fn end_oldest(&self, most: usize) -> usize {
        let mut state = self.0.state();
        let oldest: Vec<_> = state.unheard.keys().take(most).copied().collect();
        for &id in &oldest {
            state.end(id);
        }
        oldest.len()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes the place of one that was never heard, and tells it.
    fn end(&mut self, id: u64) {
        if let Some((source, token)) = self.unheard.remove(&id) {
            token.cancel();
            self.free(id, source);
        }
    }

    fn free(&mut self, id: u64, source: Option<Source>) {
        self.taken -= 1;
        if let Some(source) = source
            && let Some(of_source) = self.sources.get_mut(&source)
        {
            of_source.taken -= 1;
            of_source.unheard.remove(&id);
            if of_source.taken == 0 {
                self.sources.remove(&source);
            }
        }
    }
}

/// One place; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    shared: Arc<Shared>,
    id: u64,
    source: Option<Source>,
    /// Cancelled under the lock when the place was taken away.
    token: CancellationToken,
    heard: AtomicBool,
}

impl Place {
    /// A whole message has come: from now on the place is kept.
    pub(super) fn hear(&self) {
        if self.is_heard() {
            return;
        }
        let mut state = self.shared.state();
        if state.unheard.remove(&self.id).is_some() {
            self.heard.store(true, Ordering::Relaxed);
            if let Some(of_source) = self
                .source
                .and_then(|source| state.sources.get_mut(&source))
            {
                of_source.unheard.remove(&self.id);
            }
        }
    }

    /// Its client has finished: the place is kept only while nobody else needs it.
    pub(super) fn leave(&self) {
        let mut state = self.shared.state();
        if self.token.is_cancelled() {
            return;
        }
        state
            .unheard
            .insert(self.id, (self.source, self.token.clone()));
        if let Some(of_source) = self
            .source
            .and_then(|source| state.sources.get_mut(&source))
        {
            of_source.unheard.insert(self.id);
        }
    }

    pub(super) fn is_heard(&self) -> bool {
        self.heard.load(Ordering::Relaxed)
    }

    /// Waits until the place is taken away.
    pub(super) fn ended(&self) -> WaitForCancellationFutureOwned {
        self.token.clone().cancelled_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if !self.token.is_cancelled() {
            state.unheard.remove(&self.id);
            state.free(self.id, self.source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Option<Source> {
        Some(Source::of(text.parse().expect("an address")))
    }

    fn enter(places: &Places, from: &str) -> (Place, Option<Ended>) {
        places.enter(source(from)).expect("a place")
    }

    fn is_ended(place: &Place) -> bool {
        place.token.is_cancelled()
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_source_and_an_ipv4_address_is_one_in_either_form() {
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_eq!(source("192.0.2.1"), source("::ffff:192.0.2.1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    }

    #[test]
    fn at_the_limit_the_one_that_was_silent_for_the_longest_makes_room() {
        let places = Places::new(3, 3);
        let heard = enter(&places, "192.0.2.1").0;
        heard.hear();
        let old = enter(&places, "192.0.2.2").0;
        let young = enter(&places, "192.0.2.3").0;
        let (new, ended) = enter(&places, "192.0.2.4");
        assert_eq!(ended, Some(Ended::Oldest));
        assert!(is_ended(&old) && !is_ended(&young) && !is_ended(&heard));
        young.hear();
        new.hear();
        let refused = places.enter(source("192.0.2.5")).expect_err("all heard");
        assert_eq!(refused, NoPlace::All);
        // The one that was ended gives nothing back; one that goes does.
        drop(old);
        assert!(places.enter(source("192.0.2.5")).is_err());
        drop(young);
        assert_eq!(enter(&places, "192.0.2.5").1, None);
    }

    #[test]
    fn one_source_gets_its_share_and_ends_its_own() {
        let places = Places::new(10, 2);
        let other = enter(&places, "2001:db8:7::1").0;
        let first = enter(&places, "2001:db8::1").0;
        let second = enter(&places, "2001:db8::2").0;
        let (third, ended) = enter(&places, "2001:db8::3");
        assert_eq!(ended, Some(Ended::OfSource));
        assert!(is_ended(&first) && !is_ended(&second) && !is_ended(&other));
        second.hear();
        third.hear();
        let refused = places.enter(source("2001:db8::4")).expect_err("its share");
        assert_eq!(refused, NoPlace::Source);
        assert_eq!(enter(&places, "2001:db8:8::1").1, None);
        drop(third);
        assert_eq!(enter(&places, "2001:db8::4").1, None);
    }

    #[test]
    fn one_that_has_left_makes_room_like_one_that_was_never_heard() {
        let places = Places::new(2, 2);
        let all = [(), ()].map(|()| enter(&places, "192.0.2.1").0);
        for place in &all {
            place.hear();
        }
        assert!(places.enter(source("192.0.2.1")).is_err());
        all[1].leave();
        assert_eq!(enter(&places, "192.0.2.1").1, Some(Ended::OfSource));
        assert!(is_ended(&all[1]) && !is_ended(&all[0]));
        all[1].leave();
        drop(all);
        assert_eq!(places.0.state().taken, 0);
        assert!(places.0.state().unheard.is_empty());
    }

    #[test]
    fn without_a_source_there_is_no_share() {
        let places = Places::new(3, 1);
        let all: Vec<_> = (0..3)
            .map(|_| places.enter(None).expect("a place"))
            .collect();
        assert!(all.iter().all(|(_, ended)| ended.is_none()));
        assert_eq!(places.enter(None).expect("a place").1, Some(Ended::Oldest));
    }

    #[test]
    fn one_that_was_ended_is_not_heard_any_more_and_nothing_stays_behind() {
        let places = Places::new(4, 4);
        let all: Vec<_> = (0..4).map(|_| enter(&places, "192.0.2.1").0).collect();
        assert_eq!(places.end_oldest(3), 3);
        all[0].hear();
        assert!(!all[0].is_heard());
        all[3].hear();
        assert_eq!(places.end_oldest(3), 0, "the last one was heard");
        drop(all);
        let state = places.0.state();
        assert_eq!(state.taken, 0);
        assert!(state.unheard.is_empty() && state.sources.is_empty());
    }
}
