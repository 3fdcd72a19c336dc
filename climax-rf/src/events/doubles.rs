//! What was reported before, over the same path or another one.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use core::time::Duration;

use crate::contact_id::ContactId;
use crate::time::Time;

/// How long and how much is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DoubleSettings {
    /// How long after the first report another one counts as its double. Default 60 s (Climax
    /// reference 5.2). It counts from the first: an event that goes on for ever is reported again.
    pub window: Duration,
    /// Reports remembered, default 10,000. One more pushes the oldest out, and its double then
    /// counts as new, which is the safe side.
    pub entries: usize,
}

impl Default for DoubleSettings {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(60),
            entries: 10_000,
        }
    }
}

/// What is known of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen<P, Id> {
    /// Nothing: raise it.
    New,
    /// The same event of the same account was accepted over this path: the panel repeats in doubt,
    /// or a person pressed a second time, which looks the same. Answer it and mark it.
    Repeated {
        /// What the first one was kept as.
        first: Id,
        /// How long ago.
        ago: Duration,
        /// How many came after the first, this one included.
        count: u32,
    },
    /// The same event of the same account was accepted over another path. Answer it and mark it.
    OtherPath {
        /// What the first one was kept as.
        first: Id,
        /// The path of the first.
        path: P,
        /// How long ago.
        ago: Duration,
        /// How many came after the first, this one included.
        count: u32,
    },
}

impl<P, Id: Copy> Seen<P, Id> {
    /// What the first one was kept as, unless this is the first.
    #[must_use]
    pub const fn first(&self) -> Option<Id> {
        match self {
            Self::New => None,
            Self::Repeated { first, .. } | Self::OtherPath { first, .. } => Some(*first),
        }
    }

    /// Whether this is the first.
    #[must_use]
    pub const fn is_new(&self) -> bool {
        matches!(self, Self::New)
    }
}

/// Qualifier, event, group and zone in an order.
type Key = (u8, u16, u8, u16);

fn key(report: &ContactId) -> Key {
    (
        report.qualifier.value(),
        report.code.packed(),
        report.group.packed(),
        report.zone.packed(),
    )
}

struct First<P, Id> {
    at: Time,
    path: P,
    id: Id,
    count: u32,
}

/// Finds doubles: the same event of the same account within a window (Climax reference 5.2 and
/// 5.6). A panel with two lines may send each event on both.
///
/// Nothing is ever dropped here: the answer marks, the caller decides. Only what was
/// [kept](Self::keep), because it was accepted, makes a later report a double; what was refused
/// comes again to be accepted then.
///
/// `P` names a path, for instance an enum of *Ethernet* and *cellular* or the number of a
/// listener. `Id` is the caller's name for an event.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
/// use climax_rf::events::{DoubleSettings, Doubles, Seen};
///
/// let fall = ContactId {
///     qualifier: Qualifier::EVENT,
///     code: EventCode::new(120).ok_or("three digits")?,
///     group: Group::PANEL,
///     zone: Zone::new(3).ok_or("three digits")?,
/// };
/// let mut doubles = Doubles::new(DoubleSettings::default());
/// let start = Time::from_millis(0);
/// assert_eq!(doubles.see(start, "4711", &fall, "ethernet"), Seen::New);
/// // Stored, then:
/// doubles.keep(start, "4711", &fall, "ethernet", 1);
/// let Seen::OtherPath { first: 1, .. } =
///     doubles.see(Time::from_millis(9_000), "4711", &fall, "cellular")
/// else {
///     panic!()
/// };
/// # Ok::<(), &str>(())
/// ```
pub struct Doubles<P, Id> {
    settings: DoubleSettings,
    known: BTreeMap<Box<str>, BTreeMap<Key, First<P, Id>>>,
    ages: VecDeque<(Time, Box<str>, Key)>,
    pushed_out: u64,
}

impl<P, Id> core::fmt::Debug for Doubles<P, Id> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Doubles")
            .field("settings", &self.settings)
            .field("known", &self.ages.len())
            .field("pushed_out", &self.pushed_out)
            .finish_non_exhaustive()
    }
}

impl<P: Copy + Eq, Id: Copy> Doubles<P, Id> {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new(settings: DoubleSettings) -> Self {
        Self {
            settings,
            known: BTreeMap::new(),
            ages: VecDeque::new(),
            pushed_out: 0,
        }
    }

    /// What is known of a report. Does not allocate. A double is counted.
    pub fn see(&mut self, now: Time, account: &str, report: &ContactId, path: P) -> Seen<P, Id> {
        self.forget_old(now);
        let events = self.known.get_mut(account);
        let Some(first) = events.and_then(|events| events.get_mut(&key(report))) else {
            return Seen::New;
        };
        first.count = first.count.saturating_add(1);
        let (ago, count, id) = (now.since(first.at), first.count, first.id);
        if first.path == path {
            Seen::Repeated {
                first: id,
                ago,
                count,
            }
        } else {
            Seen::OtherPath {
                first: id,
                path: first.path,
                ago,
                count,
            }
        }
    }

    /// Remembers a report that was accepted. One that is remembered already stays as it is.
    pub fn keep(&mut self, now: Time, account: &str, report: &ContactId, path: P, id: Id) {
        self.forget_old(now);
        if self.settings.entries == 0 {
            return;
        }
        let key = key(report);
        let known = self.known.get(account);
        if known.is_some_and(|events| events.contains_key(&key)) {
            return;
        }
        while self.ages.len() >= self.settings.entries {
            self.forget_oldest();
            self.pushed_out += 1;
        }
        let events = match self.known.get_mut(account) {
            Some(events) => events,
            None => self.known.entry(account.into()).or_default(),
        };
        let first = First {
            at: now,
            path,
            id,
            count: 0,
        };
        events.insert(key, first);
        self.ages.push_back((now, account.into(), key));
    }

    /// How many reports are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ages.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ages.is_empty()
    }

    /// Reports forgotten within their window for want of room. More than none: there is too
    /// little room for the traffic.
    #[must_use]
    pub const fn pushed_out(&self) -> u64 {
        self.pushed_out
    }

    fn forget_old(&mut self, now: Time) {
        while let Some((at, ..)) = self.ages.front() {
            if now.since(*at) < self.settings.window {
                break;
            }
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((_, account, key)) = self.ages.pop_front() else {
            return;
        };
        let Some(events) = self.known.get_mut(&*account) else {
            return;
        };
        events.remove(&key);
        if events.is_empty() {
            self.known.remove(&*account);
        }
    }
}
