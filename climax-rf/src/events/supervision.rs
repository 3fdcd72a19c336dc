//! Who has gone silent: devices by the interval of their class, accounts by their check-ins
//! (Climax reference 3.1 and 5.6).
//!
//! Silence says when somebody was last heard and nothing else. A resting transmitter, a flat
//! battery and a unit that was taken away look the same from here, so nothing is ever called
//! absent.
//!
//! ```
//! use std::time::Duration;
//! use climax_rf::Time;
//! use climax_rf::events::Supervision;
//! use climax_rf::events::supervision::{DeviceClass, Event, Settings, Watch};
//!
//! let minute = Duration::from_secs(60);
//! let start = Time::from_millis(0);
//! let mut supervision = Supervision::new(Settings::default());
//! supervision.declare(start, &("4711", 5), Watch::Device(DeviceClass::Common))?;
//! supervision.heard(start, &("4711", 5), None);
//!
//! // 2.5 times 50 min.
//! let late = start + 125 * minute;
//! assert_eq!(supervision.poll_timeout(), Some(late));
//! let Some(Event::Silent { who, last_seen, .. }) = supervision.poll_event(late) else { panic!() };
//! assert_eq!((who, last_seen), (("4711", 5), Some(start)));
//! # Ok::<(), climax_rf::events::supervision::Full>(())
//! ```

mod class;

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use core::time::Duration;

pub use class::{CheckIn, DeviceClass, Interval, Watch};

use crate::time::Time;

/// Settings of [`Supervision`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Devices and lines together, default 100,000.
    pub entries: usize,
    /// After a restart nobody is reported sooner than this, or than the whole allowance where that
    /// is shorter. Default 60 s.
    pub restart_grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            entries: 100_000,
            restart_grace: Duration::from_secs(60),
        }
    }
}

/// As many are supervised as the settings allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} devices and lines")]
#[non_exhaustive]
pub struct Full {
    /// The limit.
    pub limit: usize,
}

/// A change that is reported once.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<K> {
    /// A device has been silent for longer than its class allows.
    Silent {
        /// The device.
        who: K,
        /// Its class.
        class: DeviceClass,
        /// When it was last heard; `None` if it was declared, or heard before a restart only. The
        /// wall-clock time is the caller's to keep.
        last_seen: Option<Time>,
        /// How long that is, what was counted before a restart included.
        silent_for: Duration,
    },
    /// An account has missed its check-ins: the line is lost.
    LineLost {
        /// The account.
        who: K,
        /// The period and how many were missed.
        check_in: CheckIn,
        /// When it was last heard, as in [`Silent`](Self::Silent).
        last_seen: Option<Time>,
        /// How long that is.
        silent_for: Duration,
    },
    /// Heard again after [`Silent`](Self::Silent) or [`LineLost`](Self::LineLost).
    HeardAgain {
        /// Who.
        who: K,
        /// How it is watched.
        watch: Watch,
        /// How long it was silent.
        after: Duration,
    },
}

/// How somebody stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// How it is watched.
    pub watch: Watch,
    /// When it was last heard; `None` if it was declared, or heard before a restart only.
    pub last_seen: Option<Time>,
    /// How long it has been silent.
    pub silent_for: Duration,
    /// Whether the silence is longer than allowed, reported or not.
    pub silent: bool,
}

/// What survives a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Saved<K> {
    /// Who.
    pub who: K,
    /// How it is watched.
    pub watch: Watch,
    /// The silence that counts against it. A time in which the receiver was down does not.
    pub silence: Duration,
    /// Whether its battery was low.
    pub battery_low: bool,
    /// Whether its silence was reported.
    pub reported: bool,
}

impl<K> Saved<K> {
    /// Just heard, its battery good.
    #[must_use]
    pub const fn new(who: K, watch: Watch) -> Self {
        Self {
            who,
            watch,
            silence: Duration::ZERO,
            battery_low: false,
            reported: false,
        }
    }
}

struct Entry {
    watch: Watch,
    battery_low: bool,
    last_seen: Option<Time>,
    /// Where the silence begins that counts, and what was counted before.
    since: Time,
    before: Duration,
    reported: bool,
    /// Its place among the timers.
    armed: Option<Time>,
}

impl Entry {
    fn silence(&self, now: Time) -> Duration {
        now.since(self.since).saturating_add(self.before)
    }

    fn due(&self) -> Option<Time> {
        let allowance = self.watch.allowance(self.battery_low)?;
        let left = allowance.saturating_sub(self.before);
        (!self.reported).then(|| self.since + left)
    }
}

/// Supervises devices and lines; see the [module](self).
///
/// `K` names them: an account, or an account with a zone. After each input, and at
/// [`poll_timeout`](Self::poll_timeout), take events until there is none.
pub struct Supervision<K> {
    settings: Settings,
    entries: BTreeMap<K, Entry>,
    timers: BTreeSet<(Time, K)>,
    /// Who was heard again; each at most once, so there are never more than entries.
    returned: VecDeque<Event<K>>,
}

impl<K> core::fmt::Debug for Supervision<K> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Supervision")
            .field("settings", &self.settings)
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

impl<K: Ord + Clone> Supervision<K> {
    /// Nobody is supervised.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            entries: BTreeMap::new(),
            timers: BTreeSet::new(),
            returned: VecDeque::new(),
        }
    }

    /// How many are supervised, those included whose silence means nothing.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nobody is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds somebody, silence counting from now, or changes how somebody is watched.
    ///
    /// # Errors
    ///
    /// [`Full`] for somebody new when there is no room.
    pub fn declare(&mut self, now: Time, who: &K, watch: Watch) -> Result<(), Full> {
        if let Some(entry) = self.entries.get_mut(who) {
            entry.watch = watch;
            self.arm(who);
            return Ok(());
        }
        self.add(who, new_entry(now, watch))
    }

    /// Hears somebody: call it for every accepted message, whatever it says. For a line any
    /// message restarts the watchdog.
    ///
    /// `battery_low` is what the message says of the battery, if it does; a fall sensor with a low
    /// battery reports twice as often. Whether `who` is supervised: others are not added, because
    /// nobody said how they are to be watched.
    pub fn heard(&mut self, now: Time, who: &K, battery_low: Option<bool>) -> bool {
        let Some(entry) = self.entries.get_mut(who) else {
            return false;
        };
        let after = entry.silence(now);
        let returned = core::mem::take(&mut entry.reported);
        entry.last_seen = Some(now);
        entry.since = now;
        entry.before = Duration::ZERO;
        if let Some(low) = battery_low {
            entry.battery_low = low;
        }
        if returned {
            self.returned.push_back(Event::HeardAgain {
                who: who.clone(),
                watch: entry.watch,
                after,
            });
        }
        // The timer stays where it is when it is early enough: it looks again when it fires.
        let due = entry.due();
        if entry.armed.is_none() || due.is_none_or(|due| entry.armed.is_some_and(|at| due < at)) {
            self.arm(who);
        }
        true
    }

    /// Ends the supervision of somebody. Whether it was supervised.
    pub fn forget(&mut self, who: &K) -> bool {
        let Some((key, entry)) = self.entries.remove_entry(who) else {
            return false;
        };
        if let Some(at) = entry.armed {
            self.timers.remove(&(at, key));
        }
        self.returned
            .retain(|event| !matches!(event, Event::HeardAgain { who: key, .. } if key == who));
        true
    }

    /// How somebody stands; `None` if it is not supervised.
    #[must_use]
    pub fn status(&self, now: Time, who: &K) -> Option<Status> {
        let entry = self.entries.get(who)?;
        Some(Status {
            watch: entry.watch,
            last_seen: entry.last_seen,
            silent_for: entry.silence(now),
            silent: entry.reported || entry.due().is_some_and(|due| due <= now),
        })
    }

    /// When to ask for events next. It may turn out that there is none then.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        if self.returned.is_empty() {
            self.timers.first().map(|(at, _)| *at)
        } else {
            Some(Time::ZERO)
        }
    }

    /// The next event that is due.
    pub fn poll_event(&mut self, now: Time) -> Option<Event<K>> {
        if let Some(event) = self.returned.pop_front() {
            return Some(event);
        }
        loop {
            let fires = self.timers.first().is_some_and(|(at, _)| *at <= now);
            let (_, who) = fires.then(|| self.timers.pop_first())??;
            let Some(entry) = self.entries.get_mut(&who) else {
                continue;
            };
            entry.armed = None;
            if entry.due().is_none_or(|due| due > now) {
                self.arm(&who);
                continue;
            }
            entry.reported = true;
            let (last_seen, silent_for) = (entry.last_seen, entry.silence(now));
            return Some(match entry.watch {
                Watch::Device(class) => Event::Silent {
                    who,
                    class,
                    last_seen,
                    silent_for,
                },
                Watch::Line(check_in) => Event::LineLost {
                    who,
                    check_in,
                    last_seen,
                    silent_for,
                },
            });
        }
    }

    /// Everybody as they stand, to be stored. Take all events first: one that waits is not saved.
    pub fn snapshot(&self, now: Time) -> impl Iterator<Item = Saved<&K>> {
        self.entries.iter().map(move |(who, entry)| Saved {
            who,
            watch: entry.watch,
            silence: entry.silence(now),
            battery_low: entry.battery_low,
            reported: entry.reported,
        })
    }

    /// Takes somebody back after a restart. The time in which nobody was there to hear does not
    /// count, nobody is reported within [`Settings::restart_grace`], and what was reported before
    /// is not reported again. Somebody who is supervised already keeps what is known.
    ///
    /// # Errors
    ///
    /// [`Full`] when there is no room.
    pub fn restore(&mut self, now: Time, saved: &Saved<K>) -> Result<(), Full> {
        if self.entries.contains_key(&saved.who) {
            return Ok(());
        }
        let mut entry = new_entry(now, saved.watch);
        entry.battery_low = saved.battery_low;
        entry.reported = saved.reported;
        entry.before = saved.silence;
        if let (Some(allowance), false) = (saved.watch.allowance(saved.battery_low), saved.reported)
        {
            let grace = self.settings.restart_grace.min(allowance);
            entry.before = entry.before.min(allowance - grace);
        }
        self.add(&saved.who, entry)
    }

    fn add(&mut self, who: &K, entry: Entry) -> Result<(), Full> {
        let limit = self.settings.entries;
        if self.entries.len() >= limit {
            return Err(Full { limit });
        }
        self.entries.insert(who.clone(), entry);
        self.arm(who);
        Ok(())
    }

    /// Puts the timer of somebody where it belongs.
    fn arm(&mut self, who: &K) {
        let Some(entry) = self.entries.get_mut(who) else {
            return;
        };
        let due = entry.due();
        if entry.armed == due {
            return;
        }
        let old = core::mem::replace(&mut entry.armed, due);
        if let Some(at) = old {
            self.timers.remove(&(at, who.clone()));
        }
        if let Some(at) = due {
            self.timers.insert((at, who.clone()));
        }
    }
}

const fn new_entry(now: Time, watch: Watch) -> Entry {
    Entry {
        watch,
        battery_low: false,
        last_seen: None,
        since: now,
        before: Duration::ZERO,
        reported: false,
        armed: None,
    }
}
