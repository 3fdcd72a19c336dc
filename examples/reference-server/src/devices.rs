//! The units that are supervised: when each was heard last, over what, and whether it is silent.
//!
//! Small on purpose: with 40,000 units it is walked through once a second.

mod reporting;
mod saved;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

pub use reporting::{Reporting, ReportingDevice};
pub use saved::{Restored, SavedState};

use crate::time::Timestamp;

/// Over what a unit was heard last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DevicePath {
    /// SIP over UDP.
    Udp,
    /// SIP over TCP.
    Tcp,
    /// SIP over TLS.
    Tls,
    /// HTTPS, or HTTP on loopback.
    Https,
    /// A REGISTER; it can be reached where it registered.
    Registered,
}

/// Whether a unit shows signs of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DevicePresence {
    /// Never heard, and its time is not yet over.
    Awaited,
    /// Heard within its time.
    Present,
    /// Silent for too long, and reported.
    Silent,
}

/// How long a unit may be silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// The time between two heartbeats.
    pub interval: Duration,
    /// How many may be missing.
    pub missed: u32,
}

/// One supervised unit. `Debug` leaves out which.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Device {
    /// The controller identifier.
    pub controller: Arc<str>,
    /// When it was heard last.
    pub last_heard: Option<Timestamp>,
    /// How long it may be silent.
    pub patience: Patience,
    /// Whether it shows signs of life.
    pub presence: DevicePresence,
    /// Over what it was heard last; unknown after a restart, until it is heard.
    pub path: Option<DevicePath>,
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("presence", &self.presence)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Which units are watched, and how long each may be silent.
#[derive(Clone)]
pub struct Rules {
    /// For units without a patience of their own.
    pub patience: Patience,
    /// Those that have one.
    pub own: HashMap<String, Patience>,
    /// Whether units that are not in `own` are watched too.
    pub unlisted: bool,
    /// Most units.
    pub limit: usize,
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules")
            .field("patience", &self.patience)
            .field("own", &self.own.len())
            .field("unlisted", &self.unlisted)
            .field("limit", &self.limit)
            .finish()
    }
}

impl Rules {
    fn patience(&self, controller: &str) -> Patience {
        self.own.get(controller).copied().unwrap_or(self.patience)
    }

    fn watches(&self, controller: &str) -> bool {
        self.unlisted || self.own.contains_key(controller)
    }
}

/// What a sign of life meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Its first one.
    New,
    /// Not the first one.
    Known,
    /// The unit is not watched, or there is no room for it.
    Unwatched,
}

/// How many units there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that are supervised.
    pub supervised: usize,
    /// Those that are silent.
    pub silent: usize,
}

/// The supervised units of a server, shared by those who hear and those who ask. Empty until
/// supervision is switched on.
#[derive(Clone, Default)]
pub struct Devices(Arc<Mutex<Option<Table>>>, Reporting);

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Devices").field(&self.counts()).finish()
    }
}

struct Table {
    rules: Rules,
    units: BTreeMap<Arc<str>, Unit>,
    silent: usize,
    /// Since when this process watches.
    began: Instant,
    /// Microseconds that earlier processes watched.
    watched_before: u64,
}

/// Kept small: there are many. Times of the wall clock are microseconds since 1970; `counted_from`
/// counts the microseconds that the server has watched, across restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unit {
    /// 0 when never.
    last_heard: i64,
    counted_from: u64,
    /// While silent: when it was last heard before.
    silent_since: i64,
    silent: bool,
    dirty: bool,
    path: Option<DevicePath>,
}

impl Table {
    /// Microseconds that the server has watched by now, the times it was down not counted.
    fn watched(&self) -> u64 {
        let now = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.watched_before.saturating_add(now)
    }

    fn unit(&mut self, controller: &str, counted_from: u64) -> Option<(&mut Unit, bool)> {
        if !self.units.contains_key(controller) {
            if !self.rules.watches(controller) || self.units.len() >= self.rules.limit {
                return None;
            }
            let unit = Unit {
                last_heard: 0,
                counted_from,
                silent_since: 0,
                silent: false,
                dirty: true,
                path: None,
            };
            self.units.insert(controller.into(), unit);
            return self.units.get_mut(controller).map(|unit| (unit, true));
        }
        self.units.get_mut(controller).map(|unit| (unit, false))
    }

    fn device(&self, controller: &Arc<str>, unit: &Unit) -> Device {
        Device {
            controller: Arc::clone(controller),
            last_heard: (unit.last_heard != 0).then(|| Timestamp::from_micros(unit.last_heard)),
            patience: self.rules.patience(controller),
            presence: match (unit.silent, unit.last_heard) {
                (true, _) => DevicePresence::Silent,
                (false, 0) => DevicePresence::Awaited,
                (false, _) => DevicePresence::Present,
            },
            path: unit.path,
        }
    }
}

impl Devices {
    fn table(&self) -> MutexGuard<'_, Option<Table>> {
        // Every step leaves the table whole, also one that panics.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The devices that report by themselves and are not watched.
    #[must_use]
    pub fn reporting(&self) -> &Reporting {
        &self.1
    }

    /// Begins to watch.
    pub fn begin(&self, rules: Rules) {
        *self.table() = Some(Table {
            rules,
            units: BTreeMap::new(),
            silent: 0,
            began: Instant::now(),
            watched_before: 0,
        });
    }

    /// Whether anybody watches.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.table().is_some()
    }

    /// A sign of life.
    pub fn heard(&self, controller: &str, at: Timestamp, path: DevicePath) -> Heard {
        let mut guard = self.table();
        let Some(table) = guard.as_mut() else {
            return Heard::Unwatched;
        };
        let watched = table.watched();
        match table.unit(controller, watched) {
            None => Heard::Unwatched,
            Some((unit, new)) => {
                let first = new || unit.last_heard == 0;
                unit.last_heard = at.as_micros();
                unit.counted_from = watched;
                unit.path = Some(path);
                unit.dirty = true;
                if first { Heard::New } else { Heard::Known }
            }
        }
    }

    /// Watches a unit before it is heard. `false` when it is watched already, or cannot be.
    pub fn expect(&self, controller: &str) -> bool {
        let mut guard = self.table();
        let Some(table) = guard.as_mut() else {
            return false;
        };
        let watched = table.watched();
        table.unit(controller, watched).is_some_and(|(_, new)| new)
    }

    /// Its registration is over: it is reached where its last message came from, if at all.
    pub fn unregistered(&self, controller: &str) {
        if let Some(table) = self.table().as_mut()
            && let Some(unit) = table.units.get_mut(controller)
            && unit.path == Some(DevicePath::Registered)
        {
            unit.path = None;
        }
    }

    /// How one unit stands.
    #[must_use]
    pub fn get(&self, controller: &str) -> Option<Device> {
        let guard = self.table();
        let table = guard.as_ref()?;
        let (name, unit) = table.units.get_key_value(controller)?;
        Some(table.device(name, unit))
    }

    /// Since when a silent unit is silent: when it was heard last before. `None` when it is not.
    #[must_use]
    pub fn silent_since(&self, controller: &str) -> Option<Timestamp> {
        let guard = self.table();
        let unit = guard.as_ref()?.units.get(controller)?;
        unit.silent
            .then(|| Timestamp::from_micros(unit.silent_since))
    }

    /// It was reported as silent since then.
    pub fn went_silent(&self, controller: &str, since: Timestamp) {
        self.turn(controller, true, since.as_micros());
    }

    /// It was reported as back.
    pub fn came_back(&self, controller: &str) {
        self.turn(controller, false, 0);
    }

    fn turn(&self, controller: &str, silent: bool, since: i64) {
        if let Some(table) = self.table().as_mut()
            && let Some(unit) = table.units.get_mut(controller)
        {
            match (unit.silent, silent) {
                (false, true) => table.silent += 1,
                (true, false) => table.silent -= 1,
                _ => {}
            }
            unit.silent = silent;
            unit.silent_since = since;
            unit.dirty = true;
        }
    }

    /// How many there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.table()
            .as_ref()
            .map_or_else(Counts::default, |table| Counts {
                supervised: table.units.len(),
                silent: table.silent,
            })
    }

    /// The units after `after` in the order of their names, at most `limit`.
    #[must_use]
    pub fn page(&self, after: Option<&str>, limit: usize) -> Vec<Device> {
        let guard = self.table();
        let Some(table) = guard.as_ref() else {
            return Vec::new();
        };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        table
            .units
            .range::<str, _>((from, Bound::Unbounded))
            .take(limit)
            .map(|(name, unit)| table.device(name, unit))
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn rules() -> Rules {
        Rules {
            patience: Patience {
                interval: Duration::from_secs(60),
                missed: 3,
            },
            own: HashMap::new(),
            unlisted: true,
            limit: 3,
        }
    }

    const AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn units_are_listed_by_name_page_by_page() {
        let devices = Devices::default();
        assert_eq!(
            devices.heard("1", AT, DevicePath::Udp),
            Heard::Unwatched,
            "nobody watches"
        );
        devices.begin(rules());
        for name in ["3", "1", "2"] {
            assert_eq!(devices.heard(name, AT, DevicePath::Udp), Heard::New);
        }
        assert_eq!(devices.heard("1", AT, DevicePath::Tls), Heard::Known);
        assert_eq!(
            devices.heard("4", AT, DevicePath::Udp),
            Heard::Unwatched,
            "no room"
        );
        let names = |after, limit| {
            let page = devices.page(after, limit);
            page.iter()
                .map(|device| device.controller.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(None, 2), ["1", "2"]);
        assert_eq!(names(Some("2"), 2), ["3"]);
        assert_eq!(names(Some("3"), 2), [""; 0]);
        assert_eq!(devices.get("1").expect("there").path, Some(DevicePath::Tls));
    }

    #[test]
    fn a_unit_is_awaited_then_present_then_silent_then_present() {
        let devices = Devices::default();
        devices.begin(rules());
        let presence = || devices.get("1").expect("there").presence;
        assert!(devices.expect("1"));
        assert!(!devices.expect("1"));
        assert_eq!(presence(), DevicePresence::Awaited);
        assert_eq!(devices.heard("1", AT, DevicePath::Udp), Heard::New);
        assert_eq!(presence(), DevicePresence::Present);
        devices.went_silent("1", AT);
        assert_eq!(presence(), DevicePresence::Silent);
        assert_eq!(devices.silent_since("1"), Some(AT));
        assert_eq!(devices.counts().silent, 1);
        devices.came_back("1");
        assert_eq!(presence(), DevicePresence::Present);
        assert_eq!(
            (devices.counts().silent, devices.silent_since("1")),
            (0, None)
        );
    }

    #[test]
    fn only_listed_units_are_watched_when_the_rules_say_so() {
        let devices = Devices::default();
        let mut rules = rules();
        rules.unlisted = false;
        rules.own.insert("1".into(), rules.patience);
        devices.begin(rules);
        assert_eq!(devices.heard("1", AT, DevicePath::Udp), Heard::New);
        assert_eq!(devices.heard("2", AT, DevicePath::Udp), Heard::Unwatched);
        assert_eq!(devices.counts().supervised, 1);
    }
}
