//! The limits that all calls of a customer share.

use core::time::Duration;
use std::collections::VecDeque;

use crate::time::Time;

use super::config::Config;
use super::event::PauseReason;

const SECOND: Duration = Duration::from_secs(1);

/// Who wants to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Events: all of the limits.
    Event,
    /// Statuses and slots: they leave room for an event that comes meanwhile.
    Lower,
}

/// When a call may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Now,
    At(Time),
    /// When another call has ended.
    AfterOutcome,
}

/// Calls at once, calls per second, and times at which nothing is sent.
#[derive(Debug)]
pub(super) struct Gate {
    parallel: usize,
    per_second: usize,
    /// When the calls of the last second began.
    begun: VecDeque<Time>,
    in_flight: usize,
    lower_in_flight: usize,
    /// What the server asked for, of all calls and of those that are no events.
    hold: Time,
    lower_hold: Time,
    pause: Option<Time>,
    /// After a pause one call goes ahead of the others, and is under way.
    probing: bool,
    pauses: u32,
    first_pause: Duration,
    longest_pause: Duration,
    /// Counts the pauses, so that answers to calls from before one do not end it.
    epoch: u32,
    last_done: Option<Time>,
}

/// Refusals of one pair or of statuses that came while the queue was refused.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Refusals {
    last: Option<Time>,
    count: u32,
}

/// How far a refusal reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To all calls; `news` when it is to be reported.
    Customer { until: Time, news: bool },
    /// Only to the one that was refused.
    Own { until: Time },
}

impl Gate {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            parallel: config.parallel.get(),
            per_second: usize::try_from(config.per_second.get()).unwrap_or(usize::MAX),
            begun: VecDeque::new(),
            in_flight: 0,
            lower_in_flight: 0,
            hold: Time::ZERO,
            lower_hold: Time::ZERO,
            pause: None,
            probing: false,
            pauses: 0,
            first_pause: config.first_pause,
            longest_pause: config.longest_pause,
            epoch: 0,
            last_done: None,
        }
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    pub(super) fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    pub(super) fn passage(&self, now: Time, urgency: Urgency) -> Passage {
        let (parallel, per_second) = match urgency {
            Urgency::Event => (self.parallel, self.per_second),
            Urgency::Lower => (
                self.parallel.saturating_sub(1).max(1),
                (self.per_second - self.per_second.div_ceil(5)).max(1),
            ),
        };
        let crowded = self.in_flight >= self.parallel
            || (urgency == Urgency::Lower && self.lower_in_flight >= parallel);
        if self.probing || crowded {
            return Passage::AfterOutcome;
        }
        let mut at = self.hold.max(self.pause.unwrap_or(Time::ZERO));
        if urgency == Urgency::Lower {
            at = at.max(self.lower_hold);
        }
        // Of so many calls the oldest must be a second ago.
        if let Some(index) = self.begun.len().checked_sub(per_second) {
            at = at.max(self.begun[index] + SECOND);
        }
        if at <= now {
            Passage::Now
        } else {
            Passage::At(at)
        }
    }

    pub(super) fn begin(&mut self, now: Time, urgency: Urgency) {
        while self.begun.front().is_some_and(|t| *t + SECOND <= now) {
            self.begun.pop_front();
        }
        self.begun.push_back(now);
        self.probing = self.pause.is_some();
        self.in_flight += 1;
        self.lower_in_flight += usize::from(urgency == Urgency::Lower);
    }

    pub(super) fn end(&mut self, epoch: u32, urgency: Urgency) {
        if epoch == self.epoch {
            self.probing = false;
        }
        self.in_flight -= 1;
        self.lower_in_flight -= usize::from(urgency == Urgency::Lower);
    }

    /// The server took a call.
    pub(super) fn done(&mut self, now: Time) {
        self.last_done = Some(now);
    }

    pub(super) fn done_since(&self, since: Time) -> bool {
        self.last_done.is_some_and(|done| done > since)
    }

    /// The server dealt with a call that began in this epoch; `true` when that ends a pause.
    pub(super) fn answered(&mut self, epoch: u32) -> bool {
        if epoch != self.epoch {
            return false;
        }
        self.pauses = 0;
        self.pause.take().is_some()
    }

    /// The server wants to be left alone. What a status or a slot brought about does not hold up an
    /// alarm.
    pub(super) fn hold(&mut self, urgency: Urgency, until: Time) {
        let hold = match urgency {
            Urgency::Event => &mut self.hold,
            Urgency::Lower => &mut self.lower_hold,
        };
        *hold = until.max(*hold);
    }

    /// An operator has mended it; `true` when there was a pause.
    pub(super) fn resume(&mut self) -> bool {
        self.pauses = 0;
        (self.hold, self.lower_hold) = (Time::ZERO, Time::ZERO);
        self.begin_epoch();
        self.pause.take().is_some()
    }

    /// A call was refused with 401, 403 or 3xx.
    pub(super) fn refused(&mut self, now: Time, epoch: u32, refusals: &mut Refusals) -> Reach {
        let alone = refusals.last.is_some_and(|last| self.done_since(last));
        refusals.last = Some(now);
        if alone {
            let until = now + self.length(refusals.count);
            refusals.count = refusals.count.saturating_add(1);
            return Reach::Own { until };
        }
        // Calls that began before the pause do not make it longer.
        let news = epoch == self.epoch;
        if news {
            self.pause = Some(now + self.length(self.pauses));
            self.pauses = self.pauses.saturating_add(1);
            self.begin_epoch();
        }
        let until = self.pause.unwrap_or(now);
        Reach::Customer { until, news }
    }

    fn begin_epoch(&mut self) {
        self.epoch = self.epoch.wrapping_add(1);
        self.probing = false;
    }

    fn length(&self, before: u32) -> Duration {
        let factor = 1u32.checked_shl(before).unwrap_or(u32::MAX);
        self.first_pause
            .saturating_mul(factor)
            .min(self.longest_pause)
    }
}

/// Why nothing is sent for longer, from an outcome.
pub(super) fn pause_reason(outcome: super::call::Outcome) -> Option<PauseReason> {
    use super::call::Outcome;
    match outcome {
        Outcome::Token => Some(PauseReason::Token),
        Outcome::Permission => Some(PauseReason::Permission),
        Outcome::Configuration => Some(PauseReason::Configuration),
        _ => None,
    }
}
