//! Supervision beside a walk over everybody (Climax reference 3.1 and 5.6).

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::Arbitrary;
use climax_rf::Time;
use climax_rf::events::Supervision;
use climax_rf::events::supervision::{
    CheckIn, DeviceClass, Event, Full, Interval, Saved, Settings, Watch,
};

const OPERATIONS: usize = 200;

#[derive(Debug, Arbitrary)]
pub(super) struct Input {
    entries: u8,
    grace: u16,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation {
    Declare {
        who: u8,
        class: u8,
        seconds: u32,
    },
    Heard {
        who: u8,
        battery_low: Option<bool>,
    },
    Forget {
        who: u8,
    },
    Wait {
        seconds: u16,
    },
    /// To the next timeout, or a little before it.
    Timeout {
        early: bool,
    },
    /// A restart that takes a while.
    Restart {
        seconds: u16,
    },
}

fn watch(class: u8, seconds: u32) -> Watch {
    let time = Duration::from_secs(u64::from(seconds));
    Watch::Device(match class % 14 {
        0 => DeviceClass::Common,
        1 => DeviceClass::NewerContactOrCamera,
        2 => DeviceClass::QuickCameraOrRepeater,
        3 => DeviceClass::RouterOneWay,
        4 => DeviceClass::RouterTwoWay,
        5 => DeviceClass::WanderingDoorContact,
        6 => DeviceClass::FallOrGeo,
        7 => DeviceClass::RoomSensor,
        8 => DeviceClass::WristTransmitter,
        9 => DeviceClass::NotSupervised,
        10 => DeviceClass::Declared(Interval::new(time / 2, time)),
        11 => DeviceClass::Declared(Interval::new(Duration::ZERO, Duration::MAX)),
        12 => return Watch::Line(CheckIn::new(time)),
        _ => return Watch::Line(CheckIn::new(Duration::MAX)),
    })
}

#[derive(Debug, Clone, Copy)]
struct Walked {
    watch: Watch,
    low: bool,
    last_seen: Option<Time>,
    since: Time,
    before: Duration,
    reported: bool,
}

impl Walked {
    fn silence(&self, now: Time) -> Duration {
        now.since(self.since).saturating_add(self.before)
    }

    fn is_overdue(&self, now: Time) -> bool {
        let allowance = self.watch.allowance(self.low);
        allowance.is_some_and(|allowance| self.silence(now) >= allowance)
    }
}

struct All {
    now: Time,
    settings: Settings,
    supervision: Supervision<u8>,
    walked: BTreeMap<u8, Walked>,
    /// Who came back and was not told yet, with the silence.
    back: Vec<(u8, Watch, Duration)>,
}

pub(super) fn supervision(input: &Input) {
    let mut settings = Settings::default();
    settings.entries = usize::from(input.entries % 8);
    settings.restart_grace = Duration::from_secs(u64::from(input.grace % 300));
    let mut all = All {
        now: Time::ZERO,
        settings,
        supervision: Supervision::new(settings),
        walked: BTreeMap::new(),
        back: Vec::new(),
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        all.run(*operation);
        all.drain();
        all.stands();
    }
}

impl All {
    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Declare {
                who,
                class,
                seconds,
            } => {
                let (who, watch) = (who % 8, watch(class, seconds % 20_000));
                let done = self.supervision.declare(self.now, &who, watch);
                if let Some(walked) = self.walked.get_mut(&who) {
                    assert_eq!(done, Ok(()));
                    walked.watch = watch;
                } else if self.is_full() {
                    assert!(matches!(done, Err(Full { .. })));
                } else {
                    assert_eq!(done, Ok(()));
                    self.walked.insert(who, fresh(self.now, watch));
                }
            }
            Operation::Heard { who, battery_low } => {
                let who = who % 8;
                let known = self.supervision.heard(self.now, &who, battery_low);
                assert_eq!(known, self.walked.contains_key(&who));
                if let Some(walked) = self.walked.get_mut(&who) {
                    if walked.reported {
                        self.back
                            .push((who, walked.watch, walked.silence(self.now)));
                    }
                    walked.low = battery_low.unwrap_or(walked.low);
                    (walked.last_seen, walked.since) = (Some(self.now), self.now);
                    (walked.before, walked.reported) = (Duration::ZERO, false);
                }
            }
            Operation::Forget { who } => {
                let who = who % 8;
                let known = self.walked.remove(&who).is_some();
                assert_eq!(self.supervision.forget(&who), known);
                self.back.retain(|back| back.0 != who);
            }
            Operation::Wait { seconds } => {
                self.now = self.now + Duration::from_secs(u64::from(seconds));
            }
            Operation::Timeout { early } => {
                let Some(due) = self.supervision.poll_timeout() else {
                    return;
                };
                // Nobody waits for ever.
                if due.since(self.now) < Duration::from_secs(1_000_000) {
                    let early = Duration::from_millis(u64::from(early));
                    let at = Time::from(due.elapsed().saturating_sub(early));
                    self.now = self.now.max(at);
                }
            }
            Operation::Restart { seconds } => self.restart(seconds),
        }
    }

    fn restart(&mut self, seconds: u16) {
        let saved: Vec<Saved<u8>> = self
            .supervision
            .snapshot(self.now)
            .map(|saved| {
                let mut own = Saved::new(*saved.who, saved.watch);
                own.silence = saved.silence;
                own.battery_low = saved.battery_low;
                own.reported = saved.reported;
                own
            })
            .collect();
        assert!(
            saved
                .iter()
                .map(|saved| saved.who)
                .eq(self.walked.keys().copied())
        );
        self.now = self.now + Duration::from_secs(u64::from(seconds));
        self.supervision = Supervision::new(self.settings);
        for saved in &saved {
            self.supervision
                .restore(self.now, saved)
                .expect("there was room");
            let walked = self.walked.get_mut(&saved.who).expect("it is known");
            assert_eq!(
                (saved.reported, saved.battery_low),
                (walked.reported, walked.low)
            );
            let mut before = saved.silence;
            if let (Some(allowance), false) = (walked.watch.allowance(walked.low), walked.reported)
            {
                let grace = self.settings.restart_grace.min(allowance);
                before = before.min(allowance - grace);
            }
            (walked.before, walked.since, walked.last_seen) = (before, self.now, None);
        }
    }

    fn is_full(&self) -> bool {
        self.walked.len() >= self.settings.entries
    }

    /// Each that is overdue is told once; so is each that came back.
    fn drain(&mut self) {
        let now = self.now;
        while let Some(event) = self.supervision.poll_event(now) {
            let (who, watch, last_seen, silent_for) = match event {
                Event::HeardAgain { who, watch, after } => {
                    assert_eq!(self.back.remove(0), (who, watch, after));
                    continue;
                }
                Event::Silent {
                    who,
                    class,
                    last_seen,
                    silent_for,
                } => (who, Watch::Device(class), last_seen, silent_for),
                Event::LineLost {
                    who,
                    check_in,
                    last_seen,
                    silent_for,
                } => (who, Watch::Line(check_in), last_seen, silent_for),
                other => panic!("{other:?}"),
            };
            let walked = self.walked.get_mut(&who).expect("it is known");
            assert!(walked.is_overdue(now) && !walked.reported);
            assert_eq!((walked.watch, walked.last_seen), (watch, last_seen));
            assert_eq!(walked.silence(now), silent_for);
            walked.reported = true;
        }
        assert!(self.back.is_empty());
    }

    fn stands(&self) {
        let now = self.now;
        assert_eq!(self.supervision.len(), self.walked.len());
        let mut open = false;
        for (who, walked) in &self.walked {
            let overdue = walked.is_overdue(now);
            assert!(!overdue || walked.reported, "overdue and not told");
            let status = self.supervision.status(now, who).expect("it is known");
            assert_eq!(
                (status.watch, status.last_seen),
                (walked.watch, walked.last_seen)
            );
            assert_eq!(
                (status.silent_for, status.silent),
                (walked.silence(now), walked.reported)
            );
            if let (Some(allowance), false) = (walked.watch.allowance(walked.low), walked.reported)
            {
                open = true;
                let left = allowance.saturating_sub(walked.silence(now));
                let at = self
                    .supervision
                    .poll_timeout()
                    .expect("somebody is watched");
                assert!(at <= now + left, "the timer comes too late");
                assert!(at > now, "a timer that ran is due");
            }
        }
        assert_eq!(self.supervision.poll_timeout().is_some(), open);
    }
}

fn fresh(now: Time, watch: Watch) -> Walked {
    Walked {
        watch,
        low: false,
        last_seen: None,
        since: now,
        before: Duration::ZERO,
        reported: false,
    }
}
