//! The supervisor beside a naive one, which walks over all units each time it is asked.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::ControllerId;
use scaip::supervision::{
    Allowance, Config, Event, Interval, MissedLimit, Presence, Saved, SupervisionError, Supervisor,
    WallMicros,
};

use crate::wire::text;

const UNITS: u8 = 8;
const LIMIT: usize = 6;
const OPERATIONS: usize = 200;
const GRACE: Duration = Duration::from_secs(60);

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Heard {
        unit: u8,
    },
    /// The caller's clock is behind.
    HeardLate {
        unit: u8,
        milliseconds: u16,
    },
    Declare {
        unit: u8,
        allowance: u8,
    },
    Forget {
        unit: u8,
    },
    /// Time passes and every timer is heeded.
    Wait {
        milliseconds: u16,
        thousands: bool,
    },
    /// Time passes and nobody asks.
    Sleep {
        milliseconds: u16,
        thousands: bool,
    },
    Poll,
    /// All units are stored; the wall clock shows anything.
    Snapshot {
        wall: i64,
    },
    /// The program stops and starts again from what was stored.
    Restart {
        down_seconds: u16,
        wall: i64,
    },
    /// Something stored by somebody else.
    Foreign {
        unit: u8,
        silence: u64,
        seen: Option<i64>,
        allowance: u8,
        lost: bool,
        wall: i64,
    },
}

fn allowance(number: u8) -> Option<Allowance> {
    let day = 24 * 60 * 60;
    let (seconds, missed) = match number % 6 {
        0 => return None,
        1 => (10, MissedLimit::Two),
        2 => (10, MissedLimit::Three),
        3 => (60, MissedLimit::Two),
        4 => (3600, MissedLimit::Three),
        _ => (32 * day, MissedLimit::Three),
    };
    let interval = Interval::new(Duration::from_secs(seconds)).expect("within range");
    let mut allowance = Allowance::new(interval);
    allowance.missed = missed;
    Some(allowance)
}

fn usual() -> Allowance {
    allowance(3).expect("it is one")
}

fn name(unit: u8) -> ControllerId<'static> {
    let unit = unit % UNITS;
    if unit == UNITS - 1 {
        ControllerId::new("9".repeat(65))
    } else {
        ControllerId::new(format!("4021187{unit}"))
    }
}

/// A unit as one would keep it without caring for cost. Times are microseconds since the first
/// start, and may lie before it.
#[derive(Clone, Debug)]
struct Unit {
    allowance: Option<Allowance>,
    counted_from: i128,
    seen: i128,
    heard: bool,
    /// The loss was told.
    lost: bool,
    /// It was lost and then heard, and nobody has asked since: the last sign of life before and
    /// the first one after, and whether the loss was told before.
    returned: Option<(i128, i128)>,
    /// Of the loss that is still to be told, at `returned`.
    untold: Option<(bool, i128)>,
}

impl Unit {
    fn silence(&self) -> i128 {
        micros(self.allowance.unwrap_or(usual()).silence())
    }

    fn interval(&self) -> i128 {
        micros(self.allowance.unwrap_or(usual()).interval.get())
    }

    fn overdue(&self, now: i128) -> bool {
        now - self.counted_from >= self.silence()
    }
}

fn micros(length: Duration) -> i128 {
    i128::try_from(length.as_micros()).unwrap_or(i128::MAX)
}

type Units = BTreeMap<String, Unit>;

struct World {
    supervisor: Supervisor,
    /// The start of the first supervisor: model times count from here.
    origin: Instant,
    now: Instant,
    /// The latest time that the present supervisor was told.
    told: i128,
    model: Units,
    stored: Vec<Saved<'static>>,
    stored_model: Units,
    stored_at: i128,
}

/// Runs the operations: both find the same units overdue, at the same time.
pub fn scaip_supervision(data: &[u8]) {
    let start = Instant::now();
    let mut world = World {
        supervisor: supervisor(start),
        origin: start,
        now: start,
        told: 0,
        model: Units::new(),
        stored: Vec::new(),
        stored_model: Units::new(),
        stored_at: 0,
    };
    let mut input = Unstructured::new(data);
    extremes(&mut input);
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
    }
    // Left alone, every unit is lost in the end.
    world.poll();
    let last = world.now;
    while let Some(at) = world.supervisor.poll_timeout() {
        assert!(at > world.now, "due and not done");
        assert!(at - last <= Duration::from_secs(96 * 24 * 60 * 60));
        world.now = at;
        world.poll();
    }
    assert!(world.model.values().all(|unit| unit.lost));
}

fn supervisor(now: Instant) -> Supervisor {
    let mut config = Config::new(usual());
    config.controllers = LIMIT;
    config.restart_grace = GRACE;
    Supervisor::new(now, config)
}

/// Any name and any length.
fn extremes(input: &mut Unstructured<'_>) {
    let controller = ControllerId::new(text(input));
    let length = Duration::new(input.arbitrary().unwrap_or_default(), 0);
    if let Ok(interval) = Interval::new(length) {
        assert!((Interval::SHORTEST..=Interval::LONGEST).contains(&interval));
    }
    let now = Instant::now();
    let mut supervisor = supervisor(now);
    if let Err(error) = supervisor.sign_of_life(now, &controller) {
        assert_eq!(error, SupervisionError::ControllerIdTooLong);
        assert!(controller.as_str().len() > 64);
        return;
    }
    let status = supervisor.status(now, &controller).expect("it is known");
    assert_eq!(status.presence, Presence::Present);
}

impl World {
    fn time(&self) -> i128 {
        micros(self.now - self.origin)
    }

    /// What the supervisor takes for the present when it is told this.
    fn tell(&mut self, at: i128) -> i128 {
        self.told = self.told.max(at);
        self.told
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Heard { unit } => self.heard(self.now, unit),
            Operation::HeardLate { unit, milliseconds } => {
                let earlier = Duration::from_millis(milliseconds.into());
                let at = self.now.checked_sub(earlier).unwrap_or(self.now);
                self.heard(at.max(self.origin), unit);
            }
            Operation::Declare { unit, allowance } => self.declare(unit, allowance),
            Operation::Forget { unit } => {
                let controller = name(unit);
                let known = self.supervisor.forget(&controller);
                let modelled = self.model.remove(controller.as_str()).is_some();
                assert_eq!(known, modelled);
            }
            Operation::Wait {
                milliseconds,
                thousands,
            } => {
                let end = self.now + length(milliseconds, thousands);
                self.poll();
                while let Some(at) = self.supervisor.poll_timeout().filter(|at| *at <= end) {
                    assert!(at > self.now, "due and not done");
                    self.now = at;
                    self.poll();
                }
                self.now = end;
                self.poll();
            }
            Operation::Sleep {
                milliseconds,
                thousands,
            } => self.now += length(milliseconds, thousands),
            Operation::Poll => self.poll(),
            Operation::Snapshot { wall } => self.snapshot(wall),
            Operation::Restart { down_seconds, wall } => self.restart(down_seconds, wall),
            Operation::Foreign {
                unit,
                silence,
                seen,
                allowance: number,
                lost,
                wall,
            } => {
                let mut saved = Saved::new(name(unit), seen.map(WallMicros));
                saved.silence = Duration::from_micros(silence);
                saved.allowance = allowance(number);
                if lost {
                    saved.presence = Presence::Lost;
                }
                let now = self.time();
                let now = self.tell(now);
                let result = self.supervisor.restore(self.now, WallMicros(wall), &saved);
                self.restored(now, wall, &saved, result);
            }
        }
        assert_eq!(self.supervisor.len(), self.model.len());
        for (name, unit) in &self.model {
            let controller = ControllerId::new(&**name);
            let status = self.supervisor.status(self.now, &controller);
            let status = status.expect("it is known");
            assert_eq!(status.silent_for.is_some(), unit.heard);
            assert_eq!(status.allowance, unit.allowance.unwrap_or(usual()));
            let lost = status.presence == Presence::Lost;
            assert_eq!(lost, unit.lost, "{name}");
        }
    }

    fn heard(&mut self, at: Instant, unit: u8) {
        let controller = name(unit);
        let now = self.tell(micros(at - self.origin));
        let result = self.supervisor.sign_of_life(at, &controller);
        let fresh = Unit {
            allowance: None,
            counted_from: now,
            seen: now,
            heard: true,
            lost: false,
            returned: None,
            untold: None,
        };
        let Some(unit) = self.model.get_mut(controller.as_str()) else {
            self.added(controller.as_str(), fresh, result);
            return;
        };
        assert_eq!(result, Ok(()));
        if unit.returned.is_none() && (unit.lost || unit.overdue(now)) {
            unit.returned = Some((unit.seen, now));
            if !unit.lost {
                unit.untold = Some((unit.heard, now - unit.counted_from));
            }
        }
        unit.seen = now;
        unit.heard = true;
        unit.counted_from = now;
    }

    fn declare(&mut self, unit: u8, number: u8) {
        let controller = name(unit);
        let now = self.time();
        let now = self.tell(now);
        let own = allowance(number);
        let result = self.supervisor.declare(self.now, &controller, own);
        if let Some(unit) = self.model.get_mut(controller.as_str()) {
            assert_eq!(result, Ok(()));
            unit.allowance = own;
            return;
        }
        let fresh = Unit {
            allowance: own,
            counted_from: now,
            seen: now,
            heard: false,
            lost: false,
            returned: None,
            untold: None,
        };
        self.added(controller.as_str(), fresh, result);
    }

    fn added(&mut self, name: &str, unit: Unit, result: Result<(), SupervisionError>) {
        let expected = if name.len() > 64 {
            Err(SupervisionError::ControllerIdTooLong)
        } else if self.model.len() >= LIMIT {
            Err(SupervisionError::TooManyControllers { limit: LIMIT })
        } else {
            self.model.insert(name.to_owned(), unit);
            Ok(())
        };
        assert_eq!(result, expected);
    }

    /// Takes every event and compares them with those of the walk over all units. Both are exact
    /// to the microsecond.
    fn poll(&mut self) {
        let now = self.time();
        let now = self.tell(now);
        let mut found: Vec<Event> =
            std::iter::from_fn(|| self.supervisor.poll_event(self.now)).collect();
        let mut expected = Vec::new();
        for (name, unit) in &mut self.model {
            let before = expected.len();
            walk(name, unit, now, &mut expected);
            assert!(expected.len() - before <= 3);
        }
        let key = |event: &Event| match event {
            Event::Lost { controller, .. } | Event::Restored { controller, .. } => {
                controller.as_str().to_owned()
            }
            _ => String::new(),
        };
        // The order is that of the timers; of one unit it is that of what happened.
        found.sort_by_key(key);
        assert_eq!(found.len(), expected.len(), "{found:?} {expected:?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(Told::of(found), *expected);
        }
        // And it wants to be asked again no later than the next one is overdue.
        let present = self.model.values().filter(|unit| !unit.lost);
        let next = present.map(|unit| unit.counted_from + unit.silence()).min();
        let asked = self.supervisor.poll_timeout();
        let asked = asked.map(|at| micros(at - self.origin));
        assert_eq!(next.is_some(), asked.is_some());
        assert!(next >= asked, "asked after it is due");
    }

    fn snapshot(&mut self, wall: i64) {
        self.poll();
        let saved = self.supervisor.snapshot(self.now, WallMicros(wall));
        self.stored = saved.map(Saved::into_owned).collect();
        assert_eq!(self.stored.len(), self.model.len());
        self.stored_model = self.model.clone();
        self.stored_at = self.time();
        for saved in &self.stored {
            let unit = &self.model[saved.controller.as_str()];
            assert_eq!(saved.presence == Presence::Lost, unit.lost);
            assert_eq!(saved.last_seen.is_some(), unit.heard);
            assert_eq!(saved.allowance, unit.allowance);
            assert_eq!(micros(saved.silence), self.stored_at - unit.counted_from);
        }
    }

    /// What was not stored is lost with the program; what was counts on from the snapshot.
    fn restart(&mut self, down_seconds: u16, wall: i64) {
        self.now += Duration::from_secs(down_seconds.into());
        self.supervisor = supervisor(self.now);
        let now = self.time();
        self.told = now;
        self.model.clear();
        let stored = std::mem::take(&mut self.stored);
        for saved in &stored {
            let result = self.supervisor.restore(self.now, WallMicros(wall), saved);
            self.restored(now, wall, saved, result);
            let unit = &self.model[saved.controller.as_str()];
            let before = &self.stored_model[saved.controller.as_str()];
            // The time of being down counts for nobody, and nobody is lost at once.
            assert!(now - unit.counted_from <= self.stored_at - before.counted_from);
            let grace = micros(GRACE).min(unit.silence());
            assert!(unit.lost || unit.counted_from + unit.silence() >= now + grace);
        }
        self.stored = stored;
    }

    fn restored(
        &mut self,
        now: i128,
        wall: i64,
        saved: &Saved<'_>,
        result: Result<(), SupervisionError>,
    ) {
        let name = saved.controller.as_str();
        if self.model.contains_key(name) {
            assert_eq!(result, Ok(()));
            return;
        }
        let allowance = saved.allowance.unwrap_or(usual());
        let silence = micros(allowance.silence());
        let counted = now - micros(saved.silence);
        let earliest = now + micros(GRACE).min(silence) - silence;
        let seen = saved.last_seen.map_or(counted, |WallMicros(seen)| {
            let ago = (i128::from(wall) - i128::from(seen)).max(0);
            counted.min(now - ago)
        });
        let unit = Unit {
            allowance: saved.allowance,
            counted_from: counted.max(earliest),
            seen,
            heard: saved.last_seen.is_some(),
            lost: saved.presence == Presence::Lost,
            returned: None,
            untold: None,
        };
        self.added(name, unit, result);
    }
}

fn length(milliseconds: u16, thousands: bool) -> Duration {
    let factor = if thousands { 1000 } else { 1 };
    Duration::from_millis(u64::from(milliseconds) * factor)
}

/// An event in times of the model.
#[derive(Debug, PartialEq)]
enum Told {
    Lost(String, Option<i128>, i128),
    Restored(String, i128),
}

/// Longer than this a time is not told apart: the supervisor counts in 63 bits.
const ENDLESS: i128 = i64::MAX as i128 / 4;

impl Told {
    fn of(event: &Event) -> Told {
        let capped = |length: &Duration| micros(*length).min(ENDLESS);
        match event {
            Event::Lost {
                controller,
                silent_for,
                late_by,
            } => Told::Lost(
                controller.as_str().to_owned(),
                silent_for.as_ref().map(capped),
                capped(late_by),
            ),
            Event::Restored {
                controller,
                absent_for,
            } => Told::Restored(controller.as_str().to_owned(), capped(absent_for)),
            other => panic!("an event that is not known here: {other:?}"),
        }
    }
}

/// What a unit has to tell at `now`.
fn walk(name: &str, unit: &mut Unit, now: i128, told: &mut Vec<Told>) {
    let capped = |length: i128| length.clamp(0, ENDLESS);
    if let Some((gone_since, back_at)) = unit.returned.take() {
        if let Some((heard, silence)) = unit.untold.take() {
            let silent_for = heard.then(|| capped(back_at - gone_since));
            let late_by = capped(silence - unit.interval());
            told.push(Told::Lost(name.to_owned(), silent_for, late_by));
        }
        let absent_for = capped(back_at - gone_since);
        told.push(Told::Restored(name.to_owned(), absent_for));
        unit.lost = false;
    }
    if !unit.lost && unit.overdue(now) {
        unit.lost = true;
        let silent_for = unit.heard.then(|| capped(now - unit.seen));
        let late_by = capped(now - unit.counted_from - unit.interval());
        told.push(Told::Lost(name.to_owned(), silent_for, late_by));
    }
}
