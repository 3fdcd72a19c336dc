//! Heartbeats of many controllers: one by one, and an hour of them.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use scaip::ControllerId;
use scaip::supervision::{Allowance, Config, Event, Interval, Supervisor};

/// How many controllers an alarm receiver of a region has.
pub const CONTROLLERS: usize = 40_000;

/// A step that has no divisor in common with [`CONTROLLERS`]: the order of the heartbeats is not
/// that of the memory.
const STRIDE: usize = 17_389;

const MINUTE: Duration = Duration::from_secs(60);

/// How many heartbeats may be missing, times the interval.
const ALLOWED: Duration = Duration::from_secs(180);

/// Names of eight digits.
#[must_use]
pub fn names() -> Vec<String> {
    (0..CONTROLLERS)
        .map(|number| (40_200_000 + number).to_string())
        .collect()
}

/// A supervisor of a heartbeat a minute.
///
/// # Panics
///
/// Never: a minute is an interval.
#[must_use]
pub fn supervisor(now: Instant) -> Supervisor {
    let minute = Interval::new(MINUTE).expect("a minute is an interval");
    Supervisor::new(now, Config::new(Allowance::new(minute)))
}

/// Controllers that send a heartbeat a minute, in turn.
#[derive(Debug)]
pub struct Turns {
    names: Vec<String>,
    at: usize,
    start: Instant,
    now: Instant,
}

impl Default for Turns {
    fn default() -> Self {
        Turns::new()
    }
}

impl Turns {
    /// Nobody has sent anything.
    #[must_use]
    pub fn new() -> Self {
        let start = Instant::now();
        Turns {
            names: names(),
            at: 0,
            start,
            now: start,
        }
    }

    /// Lets everybody be heard once in the order of the names, so that the order of the turns is
    /// not that in which memory was taken.
    pub fn fill(&mut self, mut heard: impl FnMut(Instant, &str)) {
        for name in &self.names {
            self.now += Duration::from_micros(1_500);
            heard(self.now, name);
        }
    }

    /// The next controller and its time.
    pub fn next_one(&mut self) -> (Instant, &str) {
        self.at = (self.at + STRIDE) % CONTROLLERS;
        self.now += Duration::from_micros(1_500);
        (self.now, &self.names[self.at])
    }
}

/// A supervisor that knows every controller.
#[derive(Debug)]
pub struct SupervisorRound {
    supervisor: Supervisor,
    turns: Turns,
}

impl Default for SupervisorRound {
    fn default() -> Self {
        SupervisorRound::new()
    }
}

impl SupervisorRound {
    /// A new one; everybody has been heard once.
    #[must_use]
    pub fn new() -> Self {
        let mut turns = Turns::new();
        let mut supervisor = supervisor(turns.start);
        turns.fill(|now, name| {
            let heard = supervisor.sign_of_life(now, &ControllerId::new(name));
            debug_assert_eq!(heard, Ok(()));
        });
        SupervisorRound { supervisor, turns }
    }

    /// One heartbeat.
    ///
    /// # Panics
    ///
    /// When it is not taken.
    pub fn run(&mut self) {
        let (now, name) = self.turns.next_one();
        self.supervisor
            .sign_of_life(now, &ControllerId::new(name))
            .expect("there is room");
    }

    /// One heartbeat, and a look whether anybody is lost.
    ///
    /// # Panics
    ///
    /// When somebody is: all send in time.
    pub fn run_and_look(&mut self) {
        self.run();
        assert_eq!(self.supervisor.poll_event(self.turns.now), None);
    }
}

/// What one writes first: a map from name to time, walked over to find who is overdue.
#[derive(Debug)]
pub struct MapRound {
    map: HashMap<String, Instant>,
    turns: Turns,
}

impl Default for MapRound {
    fn default() -> Self {
        MapRound::new()
    }
}

impl MapRound {
    /// A new one; everybody has been heard once.
    #[must_use]
    pub fn new() -> Self {
        let mut turns = Turns::new();
        let mut map = HashMap::new();
        turns.fill(|now, name| {
            map.insert(name.to_owned(), now);
        });
        MapRound { map, turns }
    }

    /// One heartbeat, the plain way: the name is copied each time.
    pub fn insert(&mut self) {
        let (now, name) = self.turns.next_one();
        self.map.insert(name.to_owned(), now);
    }

    /// One heartbeat without a copy of the name.
    pub fn update(&mut self) {
        let (now, name) = self.turns.next_one();
        if let Some(at) = self.map.get_mut(name) {
            *at = now;
        } else {
            self.map.insert(name.to_owned(), now);
        }
    }

    /// A look at everybody: how many are overdue.
    #[must_use]
    pub fn overdue(&self) -> usize {
        let now = self.turns.now;
        let late = |at: &&Instant| now.saturating_duration_since(**at) >= ALLOWED;
        self.map.values().filter(late).count()
    }
}

/// How a caller asks for events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// At the time that `poll_timeout` names.
    WhenTold,
    /// Twice a second.
    TwiceASecond,
}

/// What an hour of heartbeats came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hour {
    /// Heartbeats taken.
    pub heartbeats: u32,
    /// Controllers that went silent and were told so.
    pub lost: u32,
    /// Of these, those that were heard again and told so.
    pub restored: u32,
    /// How often events were asked for.
    pub looks: u32,
    /// What it took, the simulation around the supervisor included.
    pub spent: Duration,
    /// The longest single look.
    pub longest_look: Duration,
    /// How late the latest loss was told, from the end of the allowance.
    pub latest: Duration,
}

impl Hour {
    /// What part of a core the supervision of so many controllers keeps busy.
    #[must_use]
    pub fn of_a_core(&self) -> f64 {
        self.spent.as_secs_f64() / 3600.0
    }
}

/// Which controllers go silent: one of a hundred, from a minute of their own on.
fn silent_from(number: usize) -> Option<u64> {
    (number % 100 == 7).then(|| 2 + (number as u64 / 100) % 50)
}

/// For how many minutes: one is within the allowance, five are not, and some never come back.
fn silent_minutes(number: usize) -> u64 {
    match number / 100 % 3 {
        0 => 1,
        1 => 5,
        _ => 100,
    }
}

fn speaks(number: usize, minute: u64) -> bool {
    silent_from(number).is_none_or(|from| minute < from || minute >= from + silent_minutes(number))
}

/// An hour in simulated time: every controller sends a heartbeat a minute, spread evenly, and
/// one of a hundred falls silent for a while.
///
/// # Panics
///
/// When a loss is told early, twice, or not at all.
#[must_use]
pub fn an_hour(looks: Looks) -> Hour {
    let names = names();
    let start = Instant::now();
    let mut supervisor = supervisor(start);
    for name in &names {
        // As after a start from a list of units: not in the order in which they will be heard.
        supervisor
            .declare(start, &ControllerId::new(&**name), None)
            .expect("there is room");
    }
    let mut last_heard = vec![start; CONTROLLERS];
    let mut is_lost = vec![false; CONTROLLERS];
    let mut hour = Hour::default();
    let number_of = |controller: &ControllerId<'_>| {
        controller.as_str().parse::<usize>().expect("digits") - 40_200_000
    };
    let mut next_look = start;
    let mut spent = Duration::ZERO;
    for minute in 0..60_u64 {
        let clock = Instant::now();
        for turn in 0..CONTROLLERS {
            let number = turn * STRIDE % CONTROLLERS;
            let at = start
                + MINUTE * u32::try_from(minute).expect("small")
                + Duration::from_micros(1_500) * u32::try_from(turn).expect("small");
            // Everything that is due before this heartbeat.
            loop {
                let due = match looks {
                    Looks::WhenTold => supervisor.poll_timeout(),
                    Looks::TwiceASecond => Some(next_look),
                };
                let Some(due) = due.filter(|due| *due <= at) else {
                    break;
                };
                next_look = due + Duration::from_millis(500);
                hour.looks += 1;
                let looked = Instant::now();
                while let Some(event) = supervisor.poll_event(due) {
                    match event {
                        Event::Lost { controller, .. } => {
                            let number = number_of(&controller);
                            let end = last_heard[number] + ALLOWED;
                            assert!(due >= end, "told too early");
                            assert!(!is_lost[number], "told twice");
                            is_lost[number] = true;
                            hour.lost += 1;
                            hour.latest = hour.latest.max(due - end);
                        }
                        Event::Restored { controller, .. } => {
                            let number = number_of(&controller);
                            assert!(is_lost[number], "it was never lost");
                            is_lost[number] = false;
                            hour.restored += 1;
                        }
                        other => panic!("an event that is not known here: {other:?}"),
                    }
                }
                hour.longest_look = hour.longest_look.max(looked.elapsed());
            }
            if speaks(number, minute) {
                supervisor
                    .sign_of_life(at, &ControllerId::new(&*names[number]))
                    .expect("there is room");
                last_heard[number] = at;
                hour.heartbeats += 1;
            }
        }
        spent += clock.elapsed();
    }
    // Who is silent at the end for longer than allowed has been told.
    let end = start + MINUTE * 60;
    for (number, heard) in last_heard.iter().enumerate() {
        assert_eq!(is_lost[number], *heard + ALLOWED <= end, "{number}");
    }
    hour.spent = spent;
    hour
}
