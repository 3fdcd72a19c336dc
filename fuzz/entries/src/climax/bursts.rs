//! Bursts, interference and the survey under a list of operations, beside lists that are walked
//! (Climax reference 2.5 and 3.4).

use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use climax_rf::Time;
use climax_rf::f1::bursts::{CLASH, COPIES, EQUAL, GAP, LONGEST};
use climax_rf::f1::{
    BurstEvent, Bursts, Channel, ChipCrc, ClosedBy, CopyRole, Description, DeviceNumber, Doubles,
    Family, Frame, Interference, InterferenceEvent, InterferenceSettings, LikelyBurst, Likeness,
    Occurrence, Scale, SignalLevel, Strength, Survey, SurveyEvent, packet,
};

const OPERATIONS: usize = 200;

#[derive(Debug, Arbitrary)]
struct Input {
    room: u8,
    doubles: u8,
    longer: bool,
    operations: Vec<Operation>,
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Operation {
    Frame {
        milliseconds: u16,
        payload: u8,
        damaged: bool,
        strength: Option<(u8, i8)>,
    },
    Channel {
        milliseconds: u16,
        busy: bool,
    },
    /// To the next timeout, or a little before it.
    Timeout {
        early: bool,
    },
    Pause {
        seconds: u8,
    },
    Report,
}

/// A burst as the rules make it.
#[derive(Debug)]
struct Walked {
    copies: Vec<(Time, u8)>,
    extra: u16,
    damaged: u16,
    closed: Option<ClosedBy>,
}

impl Walked {
    fn last(&self) -> Time {
        self.copies[self.copies.len() - 1].0
    }

    fn end(&self) -> (Time, ClosedBy) {
        let silence = (self.last() + GAP, ClosedBy::Silence);
        let length = (self.copies[0].0 + LONGEST, ClosedBy::Length);
        if length.0 < silence.0 {
            length
        } else {
            silence
        }
    }

    fn is_due(&self, now: Time) -> bool {
        let since = now.since(self.last());
        self.closed.is_none() && since >= CLASH && since < GAP
    }

    fn is(&self, burst: &LikelyBurst) -> bool {
        let same = self.copies.iter().all(|copy| copy.1 == self.copies[0].1);
        let likeness = match self.copies.len() {
            1 => Likeness::Single,
            _ if same => Likeness::Equal,
            _ => Likeness::Different,
        };
        burst.first == self.copies[0].0
            && burst.last == self.last()
            && usize::from(burst.copies) == self.copies.len()
            && (burst.extra, burst.damaged) == (self.extra, self.damaged)
            && burst.likeness == likeness
    }
}

/// The bursts by the rules of the reference, none forgotten.
#[derive(Default)]
struct Walk {
    bursts: Vec<Walked>,
    closed: Vec<usize>,
}

impl Walk {
    fn expire(&mut self, now: Time) {
        loop {
            let open = self.bursts.iter().enumerate();
            let open = open.filter(|(_, burst)| burst.closed.is_none());
            let first = open.map(|(index, burst)| (burst.end().0, index)).min();
            match first {
                Some((end, index)) if end <= now => {
                    self.bursts[index].closed = Some(self.bursts[index].end().1);
                    self.closed.push(index);
                }
                _ => return,
            }
        }
    }

    fn due(&self, now: Time) -> Option<usize> {
        let usual = Duration::from_millis(400);
        let due = self.bursts.iter().enumerate();
        due.filter(|(_, burst)| burst.is_due(now))
            .min_by_key(|(_, burst)| now.since(burst.last()).abs_diff(usual))
            .map(|(index, _)| index)
    }

    /// What a frame is, and in which burst.
    fn frame(&mut self, now: Time, payload: u8, damaged: bool) -> Option<(usize, CopyRole)> {
        self.expire(now);
        if damaged {
            let index = self.due(now)?;
            self.bursts[index].damaged += 1;
            return Some((index, CopyRole::Damaged));
        }
        let equal = self.bursts.iter().position(|burst| {
            let equal = |copy: &(Time, u8)| copy.1 == payload && now.since(copy.0) <= EQUAL;
            burst.copies.iter().any(equal)
        });
        let further = match equal {
            Some(index) => {
                let burst = &mut self.bursts[index];
                let full = burst.copies.len() == usize::from(COPIES);
                if full || now.since(burst.last()) < CLASH {
                    burst.extra += 1;
                    return Some((index, CopyRole::Extra));
                }
                Some(index)
            }
            None => self.due(now),
        };
        let Some(index) = further else {
            self.bursts.push(Walked {
                copies: vec![(now, payload)],
                extra: 0,
                damaged: 0,
                closed: None,
            });
            return Some((self.bursts.len() - 1, CopyRole::First));
        };
        let burst = &mut self.bursts[index];
        burst.copies.push((now, payload));
        if burst.closed.is_none() && burst.copies.len() == usize::from(COPIES) {
            burst.closed = Some(ClosedBy::SixCopies);
            self.closed.push(index);
        }
        Some((index, CopyRole::Further))
    }
}

/// A frame of a few, right or damaged.
fn frame(payload: u8, damaged: bool) -> Frame {
    let bytes = [10, 0, 0, payload, 1, 2, 3, 4, 5, 6, 7];
    let crc = if damaged {
        ChipCrc::Failed
    } else {
        ChipCrc::Passed
    };
    packet(&bytes, crc, &Family::F1).expect("a frame")
}

fn strength((scale, value): (u8, i8)) -> Strength {
    match scale % 3 {
        0 => Strength::deci_dbm(i16::from(value) * 10),
        1 => Strength::raw(i16::from(value)),
        _ => SignalLevel::new(value.unsigned_abs() % 10)
            .expect("0 to 9")
            .into(),
    }
}

/// Runs the operations.
pub fn climax_bursts(data: &[u8]) {
    let Ok(input) = Input::arbitrary(&mut Unstructured::new(data)) else {
        return;
    };
    let settings = if input.longer {
        InterferenceSettings::LONGER
    } else {
        InterferenceSettings::DEFAULT
    };
    let mut all = All {
        now: Time::ZERO,
        bursts: Bursts::with_room(OPERATIONS),
        small: Bursts::with_room(usize::from(input.room % 5)),
        small_open: Vec::new(),
        survey: Survey::new(settings, Time::ZERO),
        channel: Busy::new(settings),
        doubles: Doubles::with_room(usize::from(input.doubles % 8)),
        doubles_room: usize::from(input.doubles % 8).max(1),
        seen: Vec::new(),
        walk: Walk::default(),
        told: Vec::new(),
        frames: 0,
        report_bursts: Vec::new(),
    };
    for operation in input.operations.iter().take(OPERATIONS) {
        all.run(*operation);
    }
    all.end();
}

/// Busy time, walked.
struct Busy {
    settings: InterferenceSettings,
    estimate: Interference,
    channel: Channel,
    since: Time,
    /// From and to.
    busy: Vec<(Time, Time)>,
    blocked: bool,
}

impl Busy {
    fn new(settings: InterferenceSettings) -> Self {
        Busy {
            settings,
            estimate: Interference::new(settings, Time::ZERO),
            channel: Channel::Free,
            since: Time::ZERO,
            busy: Vec::new(),
            blocked: false,
        }
    }

    fn set(&mut self, now: Time, channel: Channel) {
        self.estimate.handle_channel(now, channel);
        self.walk(now);
        self.channel = channel;
        self.check(now);
    }

    fn timeout(&mut self, now: Time) {
        self.estimate.handle_timeout(now);
        self.walk(now);
        self.check(now);
    }

    fn walk(&mut self, now: Time) {
        if self.channel == Channel::Busy && now > self.since {
            self.busy.push((self.since, now));
        }
        self.since = now;
    }

    fn check(&mut self, now: Time) {
        while let Some(event) = self.estimate.poll_event() {
            let (at, blocked) = match event {
                InterferenceEvent::Began(at) => (at, true),
                InterferenceEvent::Ended(at) => (at, false),
                other => panic!("{other:?}"),
            };
            assert!(at <= now);
            assert_ne!(self.blocked, blocked, "begin and end alternate");
            self.blocked = blocked;
        }
        // More changes than events are kept cannot be between two polls.
        assert_eq!(self.estimate.unread(), 0);
        assert_eq!(self.estimate.is_blocked(), self.blocked);
        let total: Duration = self.busy.iter().map(|(from, to)| to.since(*from)).sum();
        assert_eq!(self.estimate.total(), total);
        let window = self.settings.window;
        let begin = Time::from(now.elapsed().saturating_sub(window));
        let exact: Duration = self
            .busy
            .iter()
            .map(|(from, to)| to.since(begin.max(*from)))
            .sum();
        let part = window / 60;
        let apart = self.estimate.busy().abs_diff(exact);
        assert!(apart <= part, "the estimate is {apart:?} off");
        if exact > self.settings.blocked + part {
            assert!(self.blocked);
        } else if exact + part < self.settings.blocked {
            assert!(!self.blocked);
        }
    }
}

struct All {
    now: Time,
    bursts: Bursts,
    small: Bursts,
    small_open: Vec<u64>,
    survey: Survey,
    channel: Busy,
    doubles: Doubles,
    doubles_room: usize,
    /// When, what, how often.
    seen: Vec<(Time, u8, u32)>,
    walk: Walk,
    /// Closed bursts, as told.
    told: Vec<usize>,
    frames: u64,
    report_bursts: Vec<u8>,
}

impl All {
    fn run(&mut self, operation: Operation) {
        match operation {
            Operation::Frame {
                milliseconds,
                payload,
                damaged,
                strength,
            } => {
                self.pass(Duration::from_millis(u64::from(milliseconds % 1500)));
                self.frame(payload % 6, damaged, strength);
            }
            Operation::Channel { milliseconds, busy } => {
                self.pass(Duration::from_millis(u64::from(milliseconds)));
                let channel = if busy { Channel::Busy } else { Channel::Free };
                self.channel.set(self.now, channel);
                self.survey.handle_channel(self.now, channel);
            }
            Operation::Timeout { early } => {
                let timers = [self.survey.poll_timeout(), self.bursts.poll_timeout()];
                if let Some(due) = timers.into_iter().flatten().min() {
                    let early = Duration::from_millis(u64::from(early));
                    let at = Time::from(due.elapsed().saturating_sub(early));
                    self.pass(at.since(self.now));
                }
            }
            Operation::Pause { seconds } => self.pass(Duration::from_secs(u64::from(seconds))),
            Operation::Report => {
                let report = self.survey.report(self.now);
                assert_eq!(report.duration, self.now.elapsed());
                assert_eq!(report.states.total(), self.frames);
                assert!(report.silence <= report.longest_silence);
                for scale in Scale::ALL {
                    if let Some(summary) = report.strength(scale) {
                        assert!(summary.weakest <= summary.mean());
                        assert!(summary.mean() <= summary.strongest);
                    }
                }
            }
        }
        self.drain();
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
        let now = self.now;
        self.channel.timeout(now);
        self.survey.handle_timeout(now);
        self.bursts.handle_timeout(now);
        self.small.handle_timeout(now);
        self.walk.expire(now);
        for timer in [self.survey.poll_timeout(), self.bursts.poll_timeout()] {
            assert!(timer.is_none_or(|due| due > now), "a timer that ran is due");
        }
    }

    fn frame(&mut self, payload: u8, damaged: bool, strong: Option<(u8, i8)>) {
        let (now, heard) = (self.now, frame(payload, damaged));
        let strong = strong.map(strength);
        self.frames += 1;
        let walked = self.walk.frame(now, payload, damaged);
        let grouped = self.bursts.handle_frame(now, &heard, strong);
        let surveyed = self.survey.handle_frame(now, &heard, strong);
        assert_eq!(
            grouped.map(|grouped| (usize::try_from(grouped.burst.number()).ok(), grouped.role)),
            walked.map(|(index, role)| (Some(index), role))
        );
        if let (Some(grouped), Some((index, _))) = (grouped, walked) {
            let copies = self.walk.bursts[index].copies.len();
            assert_eq!(usize::from(grouped.copies), copies);
        }
        if self.walk.bursts.len() <= 16 {
            assert_eq!(surveyed, grouped, "the survey has room for sixteen");
        }
        let _ = self.small.handle_frame(now, &heard, strong);
        assert!(self.small.open() <= 4);
        if !damaged {
            self.described(payload);
        }
    }

    /// Doubles of what a codec says.
    fn described(&mut self, event: u8) {
        let now = self.now;
        let description =
            Description::new(DeviceNumber(u64::from(event % 2)), u32::from(event / 2));
        self.seen.retain(|seen| now.since(seen.0) < Doubles::WINDOW);
        let expected = match self.seen.iter_mut().find(|seen| seen.1 == event) {
            Some(seen) => {
                seen.2 += 1;
                Occurrence::Again(seen.2)
            }
            None => {
                if self.seen.len() == self.doubles_room {
                    self.seen.remove(0);
                }
                self.seen.push((now, event, 1));
                Occurrence::First
            }
        };
        assert_eq!(self.doubles.handle(now, &description), expected);
    }

    fn drain(&mut self) {
        while let Some(event) = self.bursts.poll_event() {
            match event {
                BurstEvent::Opened(burst) => assert_eq!(burst.copies, 1),
                BurstEvent::Closed(burst, by) => {
                    let index = usize::try_from(burst.id.number()).expect("few bursts");
                    assert_eq!(self.walk.bursts[index].closed, Some(by));
                    self.told.push(index);
                }
                BurstEvent::Rejoined { burst, role } => {
                    let index = usize::try_from(burst.id.number()).expect("few bursts");
                    assert!(self.told.contains(&index));
                    assert!(matches!(role, CopyRole::Further | CopyRole::Extra));
                    assert!(self.walk.bursts[index].is(&burst), "{burst:?}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(self.bursts.unread(), 0);
        assert_eq!(self.told, self.walk.closed, "each is closed once, in order");
        let open = self
            .walk
            .bursts
            .iter()
            .filter(|burst| burst.closed.is_none());
        assert_eq!(self.bursts.open(), open.count());
        self.drain_small();
        while let Some(event) = self.survey.poll_event() {
            match event {
                SurveyEvent::Burst(burst, _) => self.report_bursts.push(burst.copies),
                SurveyEvent::Corrected(burst) => assert!(burst.copies <= COPIES),
                _ => {}
            }
        }
    }

    /// With too little room each burst that was opened is still closed, once.
    fn drain_small(&mut self) {
        while let Some(event) = self.small.poll_event() {
            match event {
                BurstEvent::Opened(burst) => self.small_open.push(burst.id.number()),
                BurstEvent::Closed(burst, _) => {
                    let id = burst.id.number();
                    let at = self.small_open.iter().position(|open| *open == id);
                    self.small_open.remove(at.expect("it was open"));
                }
                _ => {}
            }
        }
        assert_eq!(self.small.open(), self.small_open.len());
    }

    fn end(&mut self) {
        self.pass(Duration::from_secs(10));
        self.drain();
        assert_eq!((self.bursts.open(), self.small.open()), (0, 0));
        assert_eq!(self.bursts.poll_timeout(), None);
        let report = self.survey.report(self.now);
        let told: u64 = report.bursts.iter().sum();
        assert_eq!(told, self.report_bursts.len() as u64);
        if self.walk.bursts.len() <= 16 {
            for (copies, count) in (1..).zip(report.bursts) {
                let walked = self.walk.bursts.iter();
                let walked = walked.filter(|burst| burst.copies.len() == copies);
                assert_eq!(count, walked.count() as u64);
            }
            let extra: u64 = self.walk.bursts.iter().map(|b| u64::from(b.extra)).sum();
            let damaged: u64 = self.walk.bursts.iter().map(|b| u64::from(b.damaged)).sum();
            assert_eq!((report.extra, report.damaged_copies), (extra, damaged));
        }
        assert_eq!(report.busy, self.channel.estimate.total());
        assert_eq!(report.blocked, self.channel.blocked);
    }
}
