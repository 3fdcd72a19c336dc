//! A radio survey: what a receiver hears at a place, from opaque frames.

use alloc::collections::VecDeque;
use core::time::Duration;

use super::bursts::{BurstEvent, Bursts, COPIES, ClosedBy, Grouped, LikelyBurst};
use super::frame::{Frame, Polarity, State};
use super::interference::{Channel, Interference, InterferenceEvent, InterferenceSettings};
use super::signal::{Scale, Strength};
use super::warning::WarningKind;
use crate::time::Time;

/// Counts frames and likely bursts into a report on link quality (Climax reference 2.4).
///
/// It never tells devices apart: an opaque payload does not say which one sent it. For a range test,
/// press one known button and look at the bursts as they come.
#[derive(Debug, Clone)]
pub struct Survey {
    bursts: Bursts,
    interference: Interference,
    report: SurveyReport,
    began: Time,
    last_frame: Time,
    events: VecDeque<SurveyEvent>,
}

/// What the survey has to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SurveyEvent {
    /// A burst is over.
    Burst(LikelyBurst, ClosedBy),
    /// A burst that was told has a frame more.
    Corrected(LikelyBurst),
    /// The channel is blocked, or free again.
    Interference(InterferenceEvent),
}

/// Totals of a survey.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SurveyReport {
    /// From the beginning to the report.
    pub duration: Duration,
    /// Frames by state.
    pub states: StateCounts,
    /// Frames found with all bits inverted.
    pub inverted: u64,
    /// Frames with a suspect payload byte.
    pub suspect: u64,
    /// Events by wrong bits in the sync word: 0, 1, 2, 3.
    pub sync_errors: [u64; 4],
    /// Bursts that are over, by copies received: one copy first, six last.
    pub bursts: [u64; COPIES as usize],
    /// Frames equal to a copy, at a time when none can come.
    pub extra: u64,
    /// Damaged frames that came when a copy was due.
    pub damaged_copies: u64,
    /// Strengths of events in tenths of dBm.
    pub deci_dbm: Option<StrengthSummary>,
    /// Strengths of events on the scale of panels.
    pub level: Option<StrengthSummary>,
    /// Strengths of events as a chip gives them.
    pub raw: Option<StrengthSummary>,
    /// The longest time without an event, the beginning and the end counted. Long against the
    /// supervision intervals of the devices around, it hints at a deaf receiver.
    pub longest_silence: Duration,
    /// From the last event to the report.
    pub silence: Duration,
    /// How long the channel was busy.
    pub busy: Duration,
    /// How often it became blocked.
    pub interference: u64,
    /// Whether it is blocked now.
    pub blocked: bool,
}

/// Frames by [`State`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StateCounts {
    /// [`State::Ok`].
    pub ok: u64,
    /// [`State::UnseenLength`].
    pub unseen_length: u64,
    /// [`State::BadCrc`].
    pub bad_crc: u64,
    /// [`State::Truncated`].
    pub truncated: u64,
    /// [`State::Lenient`].
    pub lenient: u64,
}

impl StateCounts {
    /// All frames.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.ok + self.unseen_length + self.bad_crc + self.truncated + self.lenient
    }

    fn count(&mut self, state: State) {
        *match state {
            State::Ok => &mut self.ok,
            State::UnseenLength => &mut self.unseen_length,
            State::BadCrc => &mut self.bad_crc,
            State::Truncated(_) => &mut self.truncated,
            State::Lenient(_) => &mut self.lenient,
        } += 1;
    }
}

/// Strengths on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StrengthSummary {
    /// How many.
    pub count: u64,
    /// The weakest.
    pub weakest: i16,
    /// The strongest.
    pub strongest: i16,
    /// The sum of all, for the mean.
    pub sum: i64,
}

impl StrengthSummary {
    /// The mean, rounded towards zero.
    #[must_use]
    pub fn mean(&self) -> i16 {
        let count = i64::try_from(self.count).unwrap_or(i64::MAX).max(1);
        // Between the weakest and the strongest.
        i16::try_from(self.sum / count).unwrap_or(self.strongest)
    }

    fn add(summary: &mut Option<Self>, value: i16) {
        let summary = summary.get_or_insert(StrengthSummary {
            count: 0,
            weakest: value,
            strongest: value,
            sum: 0,
        });
        summary.count += 1;
        summary.weakest = summary.weakest.min(value);
        summary.strongest = summary.strongest.max(value);
        summary.sum += i64::from(value);
    }
}

impl SurveyReport {
    /// Copies received out of those expected, of the bursts that are over; `None` without any. A
    /// transmitter that was never heard is in neither number.
    #[must_use]
    pub fn link_quality(&self) -> Option<f64> {
        let bursts: u64 = self.bursts.iter().sum();
        let copies: u64 = (1..).zip(self.bursts).map(|(n, bursts)| n * bursts).sum();
        #[allow(clippy::cast_precision_loss)]
        (bursts > 0).then(|| copies as f64 / (bursts * u64::from(COPIES)) as f64)
    }

    /// Strengths on that scale.
    #[must_use]
    pub const fn strength(&self, scale: Scale) -> Option<StrengthSummary> {
        match scale {
            Scale::DeciDbm => self.deci_dbm,
            Scale::Level => self.level,
            Scale::Raw => self.raw,
        }
    }
}

impl Survey {
    const EVENTS: usize = 64;

    /// Begins at `now`.
    #[must_use]
    pub fn new(interference: InterferenceSettings, now: Time) -> Self {
        Survey {
            bursts: Bursts::new(),
            interference: Interference::new(interference, now),
            report: SurveyReport::default(),
            began: now,
            last_frame: now,
            events: VecDeque::with_capacity(Self::EVENTS),
        }
    }

    /// Takes a frame that began at `now`. Gives its likely burst, if it is in one.
    pub fn handle_frame(
        &mut self,
        now: Time,
        frame: &Frame,
        strength: Option<Strength>,
    ) -> Option<Grouped> {
        let report = &mut self.report;
        report.states.count(frame.state());
        report.inverted += u64::from(frame.polarity() == Polarity::Inverted);
        report.suspect += u64::from(frame.warnings().contains(WarningKind::SuspectByte));
        if frame.state().is_event() {
            let errors = usize::from(frame.sync_errors().unwrap_or(0));
            if let Some(count) = report.sync_errors.get_mut(errors) {
                *count += 1;
            }
            if let Some(Strength { scale, value }) = strength {
                let summary = match scale {
                    Scale::DeciDbm => &mut report.deci_dbm,
                    Scale::Level => &mut report.level,
                    Scale::Raw => &mut report.raw,
                };
                StrengthSummary::add(summary, value);
            }
            let silence = now.since(self.last_frame);
            report.longest_silence = report.longest_silence.max(silence);
            self.last_frame = now;
        }
        let grouped = self.bursts.handle_frame(now, frame, strength);
        self.collect();
        grouped
    }

    /// The channel is so from `now` on.
    pub fn handle_channel(&mut self, now: Time, channel: Channel) {
        self.interference.handle_channel(now, channel);
        self.collect();
    }

    /// Closes what is over by `now`.
    pub fn handle_timeout(&mut self, now: Time) {
        self.bursts.handle_timeout(now);
        self.interference.handle_timeout(now);
        self.collect();
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let timeouts = [self.bursts.poll_timeout(), self.interference.poll_timeout()];
        timeouts.into_iter().flatten().min()
    }

    /// What there is to tell, in order. Of more than 64 waiting ones the oldest are dropped; the
    /// report has counted them.
    pub fn poll_event(&mut self) -> Option<SurveyEvent> {
        self.events.pop_front()
    }

    /// The totals up to `now`. Bursts that are open are not in it; to have them, wait three seconds
    /// after the last frame.
    pub fn report(&mut self, now: Time) -> SurveyReport {
        self.handle_timeout(now);
        let silence = now.since(self.last_frame);
        SurveyReport {
            duration: now.since(self.began),
            longest_silence: self.report.longest_silence.max(silence),
            silence,
            busy: self.interference.total(),
            blocked: self.interference.is_blocked(),
            ..self.report.clone()
        }
    }

    fn collect(&mut self) {
        while let Some(event) = self.bursts.poll_event() {
            match event {
                BurstEvent::Opened(_) => {}
                BurstEvent::Closed(burst, by) => {
                    self.report.bursts[usize::from(burst.copies) - 1] += 1;
                    self.report.extra += u64::from(burst.extra);
                    self.report.damaged_copies += u64::from(burst.damaged);
                    self.push(SurveyEvent::Burst(burst, by));
                }
                BurstEvent::Rejoined { burst, role } => {
                    if role == super::CopyRole::Extra {
                        self.report.extra += 1;
                    } else {
                        self.report.bursts[usize::from(burst.copies) - 2] -= 1;
                        self.report.bursts[usize::from(burst.copies) - 1] += 1;
                    }
                    self.push(SurveyEvent::Corrected(burst));
                }
            }
        }
        while let Some(event) = self.interference.poll_event() {
            let began = matches!(event, InterferenceEvent::Began(_));
            self.report.interference += u64::from(began);
            self.push(SurveyEvent::Interference(event));
        }
    }

    fn push(&mut self, event: SurveyEvent) {
        if self.events.len() == Self::EVENTS {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }
}
