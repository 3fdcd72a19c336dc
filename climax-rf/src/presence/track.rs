//! Where each transmitter is, or was last seen.

use alloc::collections::{BTreeMap, BTreeSet};
use core::time::Duration;

use super::sighting::{Sighting, SightingKind, Strength};
use crate::time::Time;

/// Settings of [`Presences`]. All defaults are choices, not facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Transmitters, default 10,000.
    pub devices: usize,
    /// A presence begins at this strength, in dBm: -95.
    pub enter_dbm: i16,
    /// A presence begins at this strength, in steps of a panel: 1.
    pub enter_step: u8,
    /// Another receiver must be stronger by so many dB to take over: 6.
    pub hysteresis_db: u16,
    /// Another receiver must be stronger by so many steps to take over: 1.
    pub hysteresis_steps: u8,
    /// A presence ends after so long a silence: 2 min, for beacons while moving.
    pub leave: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            devices: 10_000,
            enter_dbm: -95,
            enter_step: 1,
            hysteresis_db: 6,
            hysteresis_steps: 1,
            leave: Duration::from_secs(120),
        }
    }
}

impl Settings {
    fn enters(&self, strength: Strength) -> bool {
        match strength {
            Strength::Dbm(dbm) => dbm >= self.enter_dbm,
            Strength::Step(step) => step >= self.enter_step,
        }
    }

    fn takes_over(&self, new: Strength, old: Strength) -> bool {
        let needed = match new {
            Strength::Dbm(_) => i32::from(self.hysteresis_db),
            Strength::Step(_) => i32::from(self.hysteresis_steps),
        };
        // Equal is not stronger, even where no hysteresis is wanted.
        new.above(old).is_some_and(|above| above >= needed.max(1))
    }
}

/// There is no room for another transmitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} transmitters")]
#[non_exhaustive]
pub struct Full {
    /// The limit.
    pub limit: usize,
}

/// Whether a transmitter is at its place now. There is no state for *gone*: silence cannot tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum State {
    /// Heard there within the leave time.
    Present,
    /// Not heard since; nothing else is known.
    LastSeen,
}

/// Where a transmitter is, or was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presence<R> {
    /// The receiver, which stands for the place.
    pub place: R,
    /// Present or last seen.
    pub state: State,
    /// When the presence began.
    pub since: Time,
    /// The last sighting at this place.
    pub last_sighting: Time,
    /// Why it was on the air then.
    pub kind: SightingKind,
    /// How strong it was then: the quality of the presence.
    pub strength: Strength,
    /// How many sightings the presence has.
    pub sightings: u32,
}

/// What a sighting, or the lack of one, changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Change<D, R> {
    /// A presence began.
    Entered {
        /// The transmitter.
        device: D,
        /// The place.
        place: R,
    },
    /// Another receiver took over.
    Moved {
        /// The transmitter.
        device: D,
        /// The old place.
        from: R,
        /// The new one.
        place: R,
    },
    /// Silent for the leave time. Not gone: last seen.
    LastSeen {
        /// The transmitter.
        device: D,
        /// Where.
        place: R,
        /// When.
        at: Time,
    },
    /// Nothing changed: seen again where it is, or too weak elsewhere.
    None,
}

/// Follows transmitters; see the [module](super).
///
/// Take events after each sighting and at [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Presences<D, R> {
    settings: Settings,
    presences: BTreeMap<D, Presence<R>>,
    timers: BTreeSet<(Time, D)>,
}

impl<D: Ord + Clone, R: Eq + Clone> Presences<D, R> {
    /// Nobody was seen.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            presences: BTreeMap::new(),
            timers: BTreeSet::new(),
        }
    }

    /// Where a transmitter is or was last seen; `None` if it was never strong enough.
    #[must_use]
    pub fn get(&self, device: &D) -> Option<&Presence<R>> {
        self.presences.get(device)
    }

    /// Every transmitter with its presence.
    pub fn iter(&self) -> impl Iterator<Item = (&D, &Presence<R>)> {
        self.presences.iter()
    }

    /// How many transmitters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.presences.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.presences.is_empty()
    }

    /// Forgets a transmitter, for instance one that was handed in. Only the caller can know.
    pub fn forget(&mut self, device: &D) -> Option<Presence<R>> {
        let (device, presence) = self.presences.remove_entry(device)?;
        self.timers
            .remove(&(presence.last_sighting + self.settings.leave, device));
        Some(presence)
    }

    /// Takes a sighting.
    ///
    /// A presence begins at a sighting that is strong enough. It moves when another receiver is
    /// stronger by the hysteresis, or hears the transmitter when the present one has not for the
    /// leave time. A sighting that is older than the last one counts as the same moment.
    ///
    /// # Errors
    ///
    /// [`Full`] for a new transmitter when there is no room.
    pub fn sight(&mut self, sighting: &Sighting<D, R>) -> Result<Change<D, R>, Full> {
        let Sighting {
            device,
            receiver,
            at,
            strength,
            kind,
        } = sighting;
        let (device, place) = (device.clone(), receiver.clone());
        let enters = self.settings.enters(*strength);
        let begun = Presence {
            place: place.clone(),
            state: State::Present,
            since: *at,
            last_sighting: *at,
            kind: *kind,
            strength: *strength,
            sightings: 1,
        };
        let Some(presence) = self.presences.get_mut(&device) else {
            if !enters {
                return Ok(Change::None);
            }
            let limit = self.settings.devices;
            if self.presences.len() >= limit {
                return Err(Full { limit });
            }
            self.timers
                .insert((*at + self.settings.leave, device.clone()));
            self.presences.insert(device.clone(), begun);
            return Ok(Change::Entered { device, place });
        };
        let leave = self.settings.leave;
        let timer = presence.last_sighting + leave;
        let now = (*at).max(presence.last_sighting);
        let present = presence.state == State::Present && now.since(presence.last_sighting) < leave;
        let begun = Presence {
            since: now,
            last_sighting: now,
            ..begun
        };
        let change = if present && presence.place == place {
            presence.last_sighting = now;
            presence.kind = *kind;
            presence.strength = *strength;
            presence.sightings = presence.sightings.saturating_add(1);
            Change::None
        } else if present {
            if !enters || !self.settings.takes_over(*strength, presence.strength) {
                return Ok(Change::None);
            }
            let from = core::mem::replace(presence, begun).place;
            Change::Moved {
                device: device.clone(),
                from,
                place,
            }
        } else if enters {
            *presence = begun;
            Change::Entered {
                device: device.clone(),
                place,
            }
        } else {
            return Ok(Change::None);
        };
        self.timers.remove(&(timer, device.clone()));
        self.timers.insert((now + leave, device));
        Ok(change)
    }

    /// When a presence ends by silence next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// The next presence that ended by silence: always [`Change::LastSeen`].
    pub fn poll_event(&mut self, now: Time) -> Option<Change<D, R>> {
        let due = self.timers.first().is_some_and(|(due, _)| *due <= now);
        let (_, device) = due.then(|| self.timers.pop_first())??;
        let presence = self.presences.get_mut(&device)?;
        presence.state = State::LastSeen;
        Some(Change::LastSeen {
            place: presence.place.clone(),
            at: presence.last_sighting,
            device,
        })
    }
}
