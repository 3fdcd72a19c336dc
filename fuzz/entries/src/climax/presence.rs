//! Presence and passages beside lists that are walked (Climax reference 10).

use std::time::Duration;

use arbitrary::Arbitrary;
use climax_rf::Time;
use climax_rf::presence::{
    Change, Contact, Direction, DoorPassage, Presences, Settings, Side, Sighting, SightingKind,
    State, Strength,
};

const OPERATIONS: usize = 200;

#[derive(Debug, Arbitrary)]
pub(super) struct Input {
    devices: u8,
    leave: u8,
    hysteresis: u8,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation {
    Sight {
        device: u8,
        receiver: u8,
        /// How long ago, now and then.
        ago: u8,
        step: bool,
        strength: i8,
        button: bool,
    },
    Forget(u8),
    Wait {
        seconds: u8,
    },
    Timeout,
    Motion {
        two: bool,
    },
    Contact {
        open: bool,
    },
}

struct Walked {
    device: u8,
    place: u8,
    state: State,
    since: Time,
    last: Time,
    strength: Strength,
    sightings: u32,
    /// Told that it is silent.
    told: bool,
}

struct All {
    now: Time,
    settings: Settings,
    presences: Presences<u8, u8>,
    walked: Vec<Walked>,
    door: DoorPassage,
    contact: Contact,
    motion: Option<(Time, Side)>,
}

pub(super) fn presence(input: &Input) {
    let mut settings = Settings::default();
    settings.devices = usize::from(input.devices % 5);
    settings.leave = Duration::from_secs(u64::from(input.leave));
    settings.hysteresis_db = u16::from(input.hysteresis % 20);
    settings.hysteresis_steps = input.hysteresis % 4;
    let mut all = All {
        now: Time::ZERO,
        settings,
        presences: Presences::new(settings),
        walked: Vec::new(),
        door: DoorPassage::default(),
        contact: Contact::Unknown,
        motion: None,
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        all.run(*operation);
        all.stands();
    }
}

impl All {
    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Sight {
                device,
                receiver,
                ago,
                step,
                strength,
                button,
            } => {
                let ago = Duration::from_secs(u64::from(ago.saturating_sub(240)));
                self.sight(&Sighting {
                    device: device % 4,
                    receiver: receiver % 3,
                    at: Time::from(self.now.elapsed().saturating_sub(ago)),
                    strength: if step {
                        Strength::Step(strength.unsigned_abs() % 10)
                    } else {
                        Strength::Dbm(i16::from(strength))
                    },
                    kind: [SightingKind::Beacon, SightingKind::Button][usize::from(button)],
                });
            }
            Operation::Forget(device) => {
                let device = device % 4;
                let known = self
                    .walked
                    .iter()
                    .position(|walked| walked.device == device);
                let forgotten = self.presences.forget(&device);
                assert_eq!(forgotten.is_some(), known.is_some());
                if let Some(at) = known {
                    self.walked.remove(at);
                }
            }
            Operation::Wait { seconds } => {
                self.now = self.now + Duration::from_secs(u64::from(seconds));
            }
            Operation::Timeout => self.timeout(),
            Operation::Motion { two } => self.motion([Side::One, Side::Two][usize::from(two)]),
            Operation::Contact { open } => {
                self.contact = [Contact::Closed, Contact::Open][usize::from(open)];
                self.door.contact(self.contact);
            }
        }
    }

    fn enters(&self, strength: Strength) -> bool {
        match strength {
            Strength::Dbm(dbm) => dbm >= self.settings.enter_dbm,
            Strength::Step(step) => step >= self.settings.enter_step,
            other => panic!("{other:?}"),
        }
    }

    /// Whether a receiver is stronger by the hysteresis; other scales cannot be compared.
    fn is_stronger(&self, new: Strength, old: Strength) -> bool {
        let (above, needed) = match (new, old) {
            (Strength::Dbm(new), Strength::Dbm(old)) => (
                i32::from(new) - i32::from(old),
                i32::from(self.settings.hysteresis_db),
            ),
            (Strength::Step(new), Strength::Step(old)) => (
                i32::from(new) - i32::from(old),
                i32::from(self.settings.hysteresis_steps),
            ),
            _ => return false,
        };
        above > 0 && above >= needed
    }

    fn sight(&mut self, sighting: &Sighting<u8, u8>) {
        let (device, place) = (sighting.device, sighting.receiver);
        let done = self.presences.sight(sighting);
        let enters = self.enters(sighting.strength);
        let begun = |at| Walked {
            device,
            place,
            state: State::Present,
            since: at,
            last: at,
            strength: sighting.strength,
            sightings: 1,
            told: false,
        };
        let entered = Ok(Change::Entered { device, place });
        let Some(index) = self
            .walked
            .iter()
            .position(|walked| walked.device == device)
        else {
            if !enters {
                assert_eq!(done, Ok(Change::None));
            } else if self.walked.len() >= self.settings.devices {
                assert!(done.is_err());
            } else {
                assert_eq!(done, entered);
                self.walked.push(begun(sighting.at));
            }
            return;
        };
        let walked = &self.walked[index];
        let at = sighting.at.max(walked.last);
        let present = walked.state == State::Present && at.since(walked.last) < self.settings.leave;
        if !present {
            if enters {
                assert_eq!(done, entered);
                self.walked[index] = begun(at);
            } else {
                assert_eq!(done, Ok(Change::None));
            }
        } else if walked.place == place {
            assert_eq!(done, Ok(Change::None));
            let walked = &mut self.walked[index];
            (walked.last, walked.strength) = (at, sighting.strength);
            (walked.sightings, walked.told) = (walked.sightings + 1, false);
        } else if enters && self.is_stronger(sighting.strength, walked.strength) {
            let from = walked.place;
            assert_eq!(
                done,
                Ok(Change::Moved {
                    device,
                    from,
                    place
                })
            );
            self.walked[index] = begun(at);
        } else {
            assert_eq!(done, Ok(Change::None));
        }
    }

    /// Takes every event; now and then at the next timeout.
    fn timeout(&mut self) {
        let due = |walked: &Walked| walked.last + self.settings.leave;
        let open = || self.walked.iter().filter(|walked| !walked.told);
        assert_eq!(self.presences.poll_timeout(), open().map(due).min());
        self.now = self
            .now
            .max(self.presences.poll_timeout().unwrap_or(self.now));
        while let Some(change) = self.presences.poll_event(self.now) {
            let Change::LastSeen { device, place, at } = change else {
                panic!("{change:?}");
            };
            let leave = self.settings.leave;
            let walked = self
                .walked
                .iter_mut()
                .find(|walked| walked.device == device);
            let walked = walked.expect("it is known");
            assert_eq!((walked.place, walked.last, walked.told), (place, at, false));
            assert!(at + leave <= self.now);
            (walked.state, walked.told) = (State::LastSeen, true);
        }
        let late = |walked: &Walked| !walked.told && walked.last + self.settings.leave <= self.now;
        assert!(!self.walked.iter().any(late), "silent and not told");
    }

    fn stands(&self) {
        assert_eq!(self.presences.len(), self.walked.len());
        for walked in &self.walked {
            let presence = self.presences.get(&walked.device).expect("it is known");
            assert_eq!(
                (presence.place, presence.state),
                (walked.place, walked.state)
            );
            assert_eq!(
                (presence.since, presence.last_sighting),
                (walked.since, walked.last)
            );
            assert_eq!(
                (presence.strength, presence.sightings),
                (walked.strength, walked.sightings)
            );
        }
    }

    fn motion(&mut self, side: Side) {
        let passage = self.door.motion(self.now, side);
        let window = Duration::from_secs(10);
        let before = self.motion.replace((self.now, side));
        let Some((at, other)) = before.filter(|(_, other)| *other != side) else {
            assert!(passage.is_none());
            return;
        };
        let took = self.now.since(at);
        if took > window {
            assert!(passage.is_none());
            return;
        }
        self.motion = None;
        if took.is_zero() {
            assert!(passage.is_none(), "there is no order");
            return;
        }
        let passage = passage.expect("one zone after the other");
        let direction = match other {
            Side::One => Direction::OneToTwo,
            Side::Two => Direction::TwoToOne,
        };
        assert_eq!((passage.direction, passage.at), (direction, self.now));
        assert_eq!((passage.took, passage.contact), (took, self.contact));
    }
}
