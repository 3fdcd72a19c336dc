//! Is the channel blocked? The rule of the panels, from reports that it is busy.

use alloc::collections::VecDeque;
use core::time::Duration;

use crate::time::Time;

/// When a channel counts as blocked: busy for more than `blocked` within `window`.
///
/// The default is 30 s within 60 s. One document says that, another 60 s within 120 s (Climax
/// reference 3.4), so it is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct InterferenceSettings {
    /// Busy time that has to be passed.
    pub blocked: Duration,
    /// Within this time, 60 ms to a day; anything else counts as the nearer of the two.
    pub window: Duration,
}

impl InterferenceSettings {
    /// More than 30 s within 60 s.
    pub const DEFAULT: InterferenceSettings = InterferenceSettings {
        blocked: Duration::from_secs(30),
        window: Duration::from_secs(60),
    };

    /// More than 60 s within 120 s.
    pub const LONGER: InterferenceSettings = InterferenceSettings {
        blocked: Duration::from_secs(60),
        window: Duration::from_secs(120),
    };
}

impl Default for InterferenceSettings {
    fn default() -> Self {
        InterferenceSettings::DEFAULT
    }
}

/// Whether the receiver hears something on the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// A carrier, or noise above the receiver's threshold.
    Busy,
    /// Nothing.
    Free,
}

/// The channel became blocked, or free again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InterferenceEvent {
    /// More busy time in the window than the setting.
    Began(Time),
    /// No longer.
    Ended(Time),
}

/// Estimates interference. Reports of busy and free in, events out.
///
/// The window is kept in sixty parts, so that memory is the same however often the channel changes;
/// the part that falls out of the window counts in proportion. With the default the estimate is
/// within a second of the exact busy time.
///
/// ```
/// use climax_rf::Time;
/// use climax_rf::f1::{Channel, Interference, InterferenceEvent, InterferenceSettings};
///
/// let mut interference = Interference::new(InterferenceSettings::DEFAULT, Time::ZERO);
/// interference.handle_channel(Time::ZERO, Channel::Busy);
/// interference.handle_timeout(Time::from_millis(30_000));
/// assert_eq!(interference.poll_event(), None);
/// interference.handle_timeout(Time::from_millis(30_001));
/// assert!(matches!(interference.poll_event(), Some(InterferenceEvent::Began(_))));
/// ```
#[derive(Debug, Clone)]
pub struct Interference {
    settings: InterferenceSettings,
    channel: Channel,
    /// Up to when busy time was counted.
    counted: Time,
    /// When the last part began.
    part_began: Time,
    part: Duration,
    /// Busy time of the parts of the window and of the one before; the present one is last.
    parts: [Duration; PARTS + 1],
    total: Duration,
    blocked: bool,
    events: VecDeque<InterferenceEvent>,
    unread: u64,
}

const PARTS: usize = 60;
const SHORTEST_PART: Duration = Duration::from_millis(1);
const LONGEST_PART: Duration = Duration::from_secs(24 * 60);
const EVENTS: usize = 16;

impl Interference {
    /// Begins at `now` with a free channel.
    #[must_use]
    pub fn new(settings: InterferenceSettings, now: Time) -> Self {
        Interference {
            settings,
            channel: Channel::Free,
            counted: now,
            part_began: now,
            part: (settings.window / 60).clamp(SHORTEST_PART, LONGEST_PART),
            parts: [Duration::ZERO; PARTS + 1],
            total: Duration::ZERO,
            blocked: false,
            events: VecDeque::with_capacity(EVENTS),
            unread: 0,
        }
    }

    /// The channel is so from `now` on, until the next report.
    pub fn handle_channel(&mut self, now: Time, channel: Channel) {
        self.handle_timeout(now);
        self.channel = channel;
    }

    /// Counts up to `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        if now < self.counted {
            return;
        }
        self.skip_pause(now);
        loop {
            let end = self.part_began + self.part;
            // At the end of all time a part takes none.
            if end > now || end == self.part_began {
                break;
            }
            self.count(end);
            self.judge(end);
            self.parts.rotate_left(1);
            self.parts[PARTS] = Duration::ZERO;
            self.part_began = end;
        }
        self.count(now);
        self.judge(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) so that events are not late by more
    /// than a sixtieth of the window; `None` while nothing can change.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let rising = self.channel == Channel::Busy && !self.blocked;
        let falling = self.channel == Channel::Free && self.blocked;
        (rising || falling).then(|| self.part_began + self.part)
    }

    /// What happened, in order. Of more than 16 waiting ones the oldest are dropped.
    pub fn poll_event(&mut self) -> Option<InterferenceEvent> {
        self.events.pop_front()
    }

    /// Busy time within the window up to the last report, as estimated.
    #[must_use]
    pub fn busy(&self) -> Duration {
        let inside: Duration = self.parts[1..].iter().sum();
        // The share of the oldest part that is still in the window.
        let left = self
            .part
            .saturating_sub(self.counted.since(self.part_began));
        let share = self.parts[0].as_nanos() * left.as_nanos() / self.part.as_nanos();
        inside + Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// Whether the channel counts as blocked.
    #[must_use]
    pub const fn is_blocked(&self) -> bool {
        self.blocked
    }

    /// Busy time since the beginning.
    #[must_use]
    pub const fn total(&self) -> Duration {
        self.total
    }

    /// Events that were dropped because nobody polled.
    #[must_use]
    pub const fn unread(&self) -> u64 {
        self.unread
    }

    /// After a pause of more than all parts, those that are over are all alike.
    fn skip_pause(&mut self, now: Time) {
        let window = self.part * 61;
        if now.since(self.part_began) <= window * 2 {
            return;
        }
        let until = Time::from(now.elapsed().saturating_sub(window));
        let busy = self.channel == Channel::Busy;
        if busy {
            self.total = self.total.saturating_add(until.since(self.counted));
        }
        self.parts = [if busy { self.part } else { Duration::ZERO }; PARTS + 1];
        self.parts[PARTS] = Duration::ZERO;
        (self.part_began, self.counted) = (until, until);
        self.judge(until);
    }

    fn count(&mut self, until: Time) {
        if self.channel == Channel::Busy {
            let busy = until.since(self.counted);
            self.parts[PARTS] += busy;
            self.total = self.total.saturating_add(busy);
        }
        self.counted = until;
    }

    fn judge(&mut self, now: Time) {
        let blocked = self.busy() > self.settings.blocked;
        if blocked == self.blocked {
            return;
        }
        self.blocked = blocked;
        if self.events.len() == EVENTS {
            self.events.pop_front();
            self.unread += 1;
        }
        self.events.push_back(if blocked {
            InterferenceEvent::Began(now)
        } else {
            InterferenceEvent::Ended(now)
        });
    }
}
