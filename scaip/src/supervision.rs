//! Supervision of heartbeats: which units have gone silent (SCAIP reference 7.4 and 10).
//!
//! A [`Supervisor`] hears of every accepted message, whatever its type: each is a sign of life.
//! A unit that stays silent for its interval times the heartbeats it may miss is
//! [`Lost`](Event::Lost), once; its next sign of life makes it [`Restored`](Event::Restored),
//! once. There is no I/O and no clock here: time is an argument, and it is the monotonic one, so
//! that setting the wall clock changes nothing.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use scaip::ControllerId;
//! use scaip::supervision::{Allowance, Config, Event, Interval, Supervisor};
//!
//! let minute = Interval::new(Duration::from_secs(60))?;
//! let start = Instant::now();
//! let mut supervisor = Supervisor::new(start, Config::new(Allowance::new(minute)));
//! let unit = ControllerId::new("40211870");
//! supervisor.sign_of_life(start, &unit)?;
//!
//! let later = start + Duration::from_secs(180);
//! assert_eq!(supervisor.poll_timeout(), Some(later));
//! let Some(Event::Lost { controller, .. }) = supervisor.poll_event(later) else { panic!() };
//! assert_eq!(controller, unit);
//! assert_eq!(supervisor.poll_event(later), None);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Restarts
//!
//! The caller stores [`Supervisor::snapshot`] and gives it back to [`Supervisor::restore`]. The
//! time at which the receiver was down does not count against a unit: it is lost only after its
//! whole allowance has passed *while a receiver was there to hear it*, before the restart and
//! after it together. On top of that nobody is lost within [`Config::restart_grace`] of the
//! restart, since thousands of units may have to connect again first. A unit that was reported
//! lost before the restart is not reported again.
//!
//! What counts is [`Saved::silence`] as of the snapshot. A caller that stores less often than it
//! stops loses that much of the silence, in favour of the unit: a loss is then found later by at
//! most the age of the snapshot. Whoever knows better (a journal tells until when the receiver
//! was up) may add to `silence` before restoring.
//!
//! # Cost
//!
//! A sign of life is one look-up and two stores: the timer of the unit is left alone, and when it
//! fires it is set again if the unit has been heard since. So each unit costs one move in an
//! ordered set per allowance, not per heartbeat.

mod heartbeat;
mod interval;
mod saved;

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, Instant};

pub use heartbeat::{HeartbeatPolicy, HeartbeatPolicyError, IntervalTable};
pub use interval::{Allowance, Interval, IntervalOutOfRange, MissedLimit};
pub use saved::{Presence, Saved, WallMicros};

use crate::text::ControllerId;
use crate::units::Units;

/// Bytes of the longest `cid` that is supervised. The schema has 16; longer ones are met.
pub const LONGEST_CONTROLLER_ID: usize = 64;

/// Settings of a [`Supervisor`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The allowance of a unit that has none of its own.
    pub allowance: Allowance,
    /// Most units. Default 100,000.
    pub controllers: usize,
    /// After a restart nobody is lost sooner than this, or than the whole allowance where that is
    /// shorter. Default 60 s.
    pub restart_grace: Duration,
}

impl Config {
    /// The defaults with this allowance. The interval is a setting of the product: there is none
    /// to guess.
    #[must_use]
    pub const fn new(allowance: Allowance) -> Config {
        Config {
            allowance,
            controllers: 100_000,
            restart_grace: Duration::from_secs(60),
        }
    }
}

/// Why a unit is not supervised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SupervisionError {
    /// As many units as the settings allow.
    #[error("more than {limit} controllers")]
    TooManyControllers {
        /// The limit.
        limit: usize,
    },
    /// A `cid` of more than [`LONGEST_CONTROLLER_ID`] bytes.
    #[error("a cid of more than {LONGEST_CONTROLLER_ID} bytes")]
    ControllerIdTooLong,
}

/// A unit changed between present and lost. For each unit the two alternate, beginning with
/// [`Event::Lost`] unless it was restored as lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The unit was silent for its whole allowance.
    Lost {
        /// The unit.
        controller: ControllerId<'static>,
        /// How long ago it was last heard, the receiver's own down times included; `None` if it
        /// was declared and has never been heard. The wall-clock time of the last sign of life is
        /// the present one less this.
        silent_for: Option<Duration>,
        /// How long its next heartbeat has been due: the counted silence less one interval.
        late_by: Duration,
    },
    /// The unit was lost and has been heard again.
    Restored {
        /// The unit.
        controller: ControllerId<'static>,
        /// From the last sign of life before the loss (or from its declaration) to the first one
        /// after it.
        absent_for: Duration,
    },
}

/// How a unit stands; see [`Supervisor::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// Present or lost, as reported.
    pub presence: Presence,
    /// How long ago it was last heard; `None` if never.
    pub silent_for: Option<Duration>,
    /// What it is allowed.
    pub allowance: Allowance,
}

/// Microseconds since the supervisor was made; negative before.
type Tick = i64;

/// No timer; so far away that none is ever needed for it.
const UNARMED: Tick = Tick::MAX;

enum State {
    Present,
    Lost,
    /// Heard again, and the events about it are still to be taken.
    Returned(Box<Return>),
}

/// A return from a loss. Rare, and not kept for long.
struct Return {
    /// Last sign of life before the loss.
    gone_since: Tick,
    /// Whether that was a sign of life, not a declaration.
    heard_before: bool,
    /// Where its silence began to count.
    counted_from: Tick,
    /// First sign of life after it.
    back_at: Tick,
    /// Whether the loss has been reported.
    reported: bool,
}

struct Unit {
    allowance: Option<Allowance>,
    /// Last sign of life, or the declaration.
    seen: Tick,
    heard: bool,
    /// Where the silence begins that counts against the unit; later than `seen` after a restart.
    counted_from: Tick,
    /// Its place in the set of timers.
    armed: Tick,
    state: State,
}

/// Supervises any number of units; see the [module](self).
///
/// After each input take events until there is none, and again at
/// [`poll_timeout`](Self::poll_timeout), or simply twice a second. Nothing queues up in a caller
/// that does not: what a unit has to tell is kept with the unit. If it is lost and returns more
/// than once before anybody asks, that is one loss.
pub struct Supervisor {
    config: Config,
    /// When it began, from which ticks count: at the latest with the first unit.
    start: Option<Instant>,
    latest: Tick,
    units: Units<Unit>,
    timers: BTreeSet<(Tick, u32)>,
}

impl Supervisor {
    /// A supervisor without units.
    #[must_use]
    pub fn new(now: Instant, config: Config) -> Self {
        let mut supervisor = Supervisor::unstarted(config);
        supervisor.start = Some(now);
        supervisor
    }

    /// The same, begun with its first use.
    pub(crate) fn unstarted(config: Config) -> Self {
        Supervisor {
            config,
            start: None,
            latest: 0,
            units: Units::new(),
            timers: BTreeSet::new(),
        }
    }

    /// How many units there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.units.len() == 0
    }

    /// Hears a unit: call it for every accepted message. An unknown one is added.
    ///
    /// # Errors
    ///
    /// [`SupervisionError`] for an unknown unit that cannot be added. The message is none the
    /// worse for it.
    pub fn sign_of_life(
        &mut self,
        now: Instant,
        controller: &ControllerId<'_>,
    ) -> Result<(), SupervisionError> {
        let now = self.tick(now);
        let Some(slot) = self.units.find(controller.as_str()) else {
            return self.add(controller.as_str(), Unit::new(now, true));
        };
        let Some((_, unit)) = self.units.get_mut(slot) else {
            return Ok(());
        };
        let lost = match unit.state {
            State::Present => now >= unit.deadline(&self.config),
            State::Lost => true,
            State::Returned(_) => false,
        };
        if lost {
            unit.state = State::Returned(Box::new(Return {
                gone_since: unit.seen,
                heard_before: unit.heard,
                counted_from: unit.counted_from,
                back_at: now,
                reported: matches!(unit.state, State::Lost),
            }));
        }
        unit.seen = now;
        unit.heard = true;
        unit.counted_from = now;
        if lost {
            self.arm(slot, Some(now));
        }
        Ok(())
    }

    /// Adds a unit before it is heard, its silence counting from now; or gives a known one
    /// another allowance, `None` for that of the settings. A unit that is lost stays so until it
    /// is heard.
    ///
    /// # Errors
    ///
    /// [`SupervisionError`] for an unknown unit that cannot be added.
    pub fn declare(
        &mut self,
        now: Instant,
        controller: &ControllerId<'_>,
        allowance: Option<Allowance>,
    ) -> Result<(), SupervisionError> {
        let now = self.tick(now);
        let Some(slot) = self.units.find(controller.as_str()) else {
            let mut unit = Unit::new(now, false);
            unit.allowance = allowance;
            return self.add(controller.as_str(), unit);
        };
        let Some((_, unit)) = self.units.get_mut(slot) else {
            return Ok(());
        };
        unit.allowance = allowance;
        if matches!(unit.state, State::Present) {
            let deadline = unit.deadline(&self.config);
            self.arm(slot, Some(deadline));
        }
        Ok(())
    }

    /// Ends the supervision of a unit without any event. Whether it was supervised.
    pub fn forget(&mut self, controller: &ControllerId<'_>) -> bool {
        let Some(slot) = self.units.find(controller.as_str()) else {
            return false;
        };
        self.arm(slot, None);
        self.units.remove(slot)
    }

    /// How a unit stands; `None` if it is not supervised.
    #[must_use]
    pub fn status(&self, now: Instant, controller: &ControllerId<'_>) -> Option<Status> {
        let now = self.present_tick(now);
        let unit = self.units.get(self.units.find(controller.as_str())?)?;
        Some(Status {
            presence: unit.presence(),
            silent_for: unit.heard.then(|| duration(now.saturating_sub(unit.seen))),
            allowance: unit.allowance(&self.config),
        })
    }

    /// When to ask for events next; in the past if there are some already. It may turn out that
    /// there is none then.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let &(tick, _) = self.timers.first()?;
        self.start?.checked_add(duration(tick))
    }

    /// The next event that is due at `now`.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        let now = self.tick(now);
        loop {
            let &(due, slot) = self.timers.first()?;
            if due > now {
                return None;
            }
            let Some((name, unit)) = self.units.get_mut(slot) else {
                self.timers.remove(&(due, slot));
                continue;
            };
            let (next, event) = unit.due(name, now, &self.config);
            self.arm(slot, next);
            if event.is_some() {
                return event;
            }
        }
    }

    /// Every unit as it stands, to be stored. Take all events first: one that waits is not saved.
    ///
    /// `wall_now` is the wall clock at `now`.
    pub fn snapshot(&self, now: Instant, wall_now: WallMicros) -> impl Iterator<Item = Saved<'_>> {
        let now = self.present_tick(now);
        self.units.iter().map(move |(name, unit)| Saved {
            controller: ControllerId::new(name),
            last_seen: unit
                .heard
                .then(|| wall_now.minus_micros(now.saturating_sub(unit.seen))),
            silence: duration(now.saturating_sub(unit.counted_from)),
            allowance: unit.allowance,
            presence: unit.presence(),
        })
    }

    /// Takes a stored unit back after a restart; the rule is in the [module](self). `wall_now` is
    /// the wall clock at `now`. It serves only [`Event::Lost::silent_for`] and
    /// [`Event::Restored::absent_for`]; a clock that was set back cannot make them shorter than
    /// the counted silence. A unit that is supervised already keeps what is known of it.
    ///
    /// # Errors
    ///
    /// [`SupervisionError`] if there is no room.
    pub fn restore(
        &mut self,
        now: Instant,
        wall_now: WallMicros,
        saved: &Saved<'_>,
    ) -> Result<(), SupervisionError> {
        let now = self.tick(now);
        if self.units.find(saved.controller.as_str()).is_some() {
            return Ok(());
        }
        let allowance = saved.allowance.unwrap_or(self.config.allowance);
        let counted = now.saturating_sub(ticks(saved.silence));
        let grace = self.config.restart_grace.min(allowance.silence());
        let earliest = now
            .saturating_add(ticks(grace))
            .saturating_sub(ticks(allowance.silence()));
        let seen = saved.last_seen.map_or(counted, |WallMicros(seen)| {
            let ago = wall_now.0.saturating_sub(seen).max(0);
            now.saturating_sub(ago).min(counted)
        });
        let unit = Unit {
            allowance: saved.allowance,
            seen,
            heard: saved.last_seen.is_some(),
            counted_from: counted.max(earliest),
            armed: UNARMED,
            state: match saved.presence {
                Presence::Present => State::Present,
                Presence::Lost => State::Lost,
            },
        };
        self.add(saved.controller.as_str(), unit)
    }

    fn add(&mut self, name: &str, unit: Unit) -> Result<(), SupervisionError> {
        if name.len() > LONGEST_CONTROLLER_ID {
            return Err(SupervisionError::ControllerIdTooLong);
        }
        let limit = self.config.controllers;
        let full = SupervisionError::TooManyControllers { limit };
        if self.units.len() >= limit {
            return Err(full);
        }
        let timer = match unit.state {
            State::Present => Some(unit.deadline(&self.config)),
            State::Lost | State::Returned(_) => None,
        };
        let slot = self.units.insert(name, unit).ok_or(full)?;
        self.arm(slot, timer);
        Ok(())
    }

    /// Moves the timer of a unit.
    fn arm(&mut self, slot: u32, tick: Option<Tick>) {
        let Some((_, unit)) = self.units.get_mut(slot) else {
            return;
        };
        let tick = tick.unwrap_or(UNARMED);
        if unit.armed == tick {
            return;
        }
        if unit.armed != UNARMED {
            self.timers.remove(&(unit.armed, slot));
        }
        unit.armed = tick;
        if tick != UNARMED {
            self.timers.insert((tick, slot));
        }
    }

    /// Time never runs backwards here, whatever the caller passes.
    fn tick(&mut self, now: Instant) -> Tick {
        self.start.get_or_insert(now);
        self.latest = self.present_tick(now);
        self.latest
    }

    fn present_tick(&self, now: Instant) -> Tick {
        self.start.map_or(self.latest, |start| {
            ticks(now.saturating_duration_since(start)).max(self.latest)
        })
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervisor")
            .field("config", &self.config)
            .field("controllers", &self.units.len())
            .finish_non_exhaustive()
    }
}

impl Unit {
    fn new(now: Tick, heard: bool) -> Unit {
        Unit {
            allowance: None,
            seen: now,
            heard,
            counted_from: now,
            armed: UNARMED,
            state: State::Present,
        }
    }

    fn allowance(&self, config: &Config) -> Allowance {
        self.allowance.unwrap_or(config.allowance)
    }

    fn deadline(&self, config: &Config) -> Tick {
        self.counted_from
            .saturating_add(ticks(self.allowance(config).silence()))
    }

    fn presence(&self) -> Presence {
        let lost = match &self.state {
            State::Present => false,
            State::Lost => true,
            State::Returned(back) => back.reported,
        };
        if lost {
            Presence::Lost
        } else {
            Presence::Present
        }
    }

    /// What its timer brings: when to look again, and perhaps an event.
    fn due(&mut self, name: &str, now: Tick, config: &Config) -> (Option<Tick>, Option<Event>) {
        let controller = || ControllerId::new(name.to_owned());
        let interval = ticks(self.allowance(config).interval.get());
        let late_by = |until: Tick, counted_from: Tick| {
            duration(until.saturating_sub(counted_from).saturating_sub(interval))
        };
        let deadline = self.deadline(config);
        match &mut self.state {
            State::Present if deadline > now => (Some(deadline), None),
            State::Present => {
                let event = Event::Lost {
                    controller: controller(),
                    silent_for: self.heard.then(|| duration(now.saturating_sub(self.seen))),
                    late_by: late_by(now, self.counted_from),
                };
                self.state = State::Lost;
                (None, Some(event))
            }
            // A lost unit has no timer; it waits for its next sign of life.
            State::Lost => (None, None),
            State::Returned(back) if !back.reported => {
                back.reported = true;
                let absent = duration(back.back_at.saturating_sub(back.gone_since));
                let event = Event::Lost {
                    controller: controller(),
                    silent_for: back.heard_before.then_some(absent),
                    late_by: late_by(back.back_at, back.counted_from),
                };
                (Some(now), Some(event))
            }
            State::Returned(back) => {
                let event = Event::Restored {
                    controller: controller(),
                    absent_for: duration(back.back_at.saturating_sub(back.gone_since)),
                };
                self.state = State::Present;
                (Some(deadline), Some(event))
            }
        }
    }
}

fn ticks(length: Duration) -> Tick {
    Tick::try_from(length.as_micros()).unwrap_or(Tick::MAX)
}

fn duration(ticks: Tick) -> Duration {
    Duration::from_micros(u64::try_from(ticks).unwrap_or(0))
}
