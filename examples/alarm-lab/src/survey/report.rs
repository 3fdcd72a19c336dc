//! What a survey tells.

use std::time::Duration;

use climax_rf::Time;
use climax_rf::f1::{ClosedBy, LikelyBurst, Likeness, Scale, StateCounts, Strength};
use serde::Serialize;

use crate::Finding;

/// Something to tell; as JSON an object with `event` first.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A burst is over, or one that was told has a frame more.
    Burst(BurstShown),
    /// The channel is blocked, or free again.
    Channel {
        /// `blocked` or `free`.
        state: &'static str,
        /// Seconds since the first time of the log.
        at_s: f64,
    },
}

/// Frames that are likely copies of one event.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct BurstShown {
    /// Its number, from 0.
    pub number: u64,
    /// When it began, in seconds since the first time of the log.
    pub at_s: f64,
    /// From the first copy to the last one, in seconds.
    pub duration_s: f64,
    /// Copies received, of six.
    pub copies: u8,
    /// Frames equal to a copy that cannot be one.
    pub extra: u16,
    /// Damaged frames that came when a copy was due.
    pub damaged: u16,
    /// Whether the payloads of the copies are equal.
    pub likeness: Likeness,
    /// Wrong bits in the sync words.
    pub sync_errors: u16,
    /// The strongest copy, with its unit.
    pub strongest: Option<String>,
    /// The weakest copy.
    pub weakest: Option<String>,
    /// Why it is over; null for one that was told before and has a frame more.
    pub closed_by: Option<ClosedBy>,
}

impl BurstShown {
    pub(super) fn of(burst: &LikelyBurst, closed_by: Option<ClosedBy>) -> Self {
        BurstShown {
            number: burst.id.number(),
            at_s: seconds(burst.first),
            duration_s: burst.duration().as_secs_f64(),
            copies: burst.copies,
            extra: burst.extra,
            damaged: burst.damaged,
            likeness: burst.likeness,
            sync_errors: burst.sync_errors,
            strongest: burst.strongest.map(strength),
            weakest: burst.weakest.map(strength),
            closed_by,
        }
    }
}

pub(super) fn seconds(time: Time) -> f64 {
    time.elapsed().as_secs_f64()
}

/// Numbers of the receiver's own are kept in tenths.
fn strength(strength: Strength) -> String {
    match strength.scale {
        Scale::Raw => format!("{:.1}", f64::from(strength.value) / 10.0),
        _ => strength.to_string(),
    }
}

/// All there is to say about a link.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LinkReport {
    /// Lines of the log.
    pub lines: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows that could not be read.
    pub rows_unreadable: u64,
    /// Rows without a frame: noise, or another transmitter.
    pub rows_without_frame: u64,
    /// The family that frames were read as, and how sure it is that they look so.
    pub family: String,
    /// How sure the family is.
    pub provenance: climax_rf::Provenance,
    /// Frames by state.
    pub frames: StateCounts,
    /// Frames of lines without a time, in `frames` and not in `timed`.
    pub frames_without_time: u64,
    /// Frames found with all bits inverted.
    pub inverted: u64,
    /// Frames with a suspect payload byte.
    pub suspect: u64,
    /// Events by wrong bits in the sync word: 0, 1, 2, 3.
    pub sync_errors: [u64; 4],
    /// Strengths of events, by their unit.
    pub strengths: Vec<StrengthRange>,
    /// What needs times; null without any.
    pub timed: Option<Timed>,
    /// What the log does not say, and what may be wrong.
    pub findings: Vec<Finding>,
}

impl LinkReport {
    /// Events: frames whose check was right.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.frames.ok + self.frames.unseen_length
    }
}

/// The part of a report that needs times.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Timed {
    /// From the first time of the log to the last, in seconds.
    pub duration_s: f64,
    /// Likely bursts by copies received, one copy first, six last; null where the times are too
    /// coarse to tell.
    pub bursts: Option<[u64; 6]>,
    /// Copies received out of those expected, 0 to 1; null without bursts.
    pub link_quality: Option<f64>,
    /// Frames equal to a copy that cannot be one.
    pub extra: Option<u64>,
    /// Damaged frames that came when a copy was due.
    pub damaged_copies: Option<u64>,
    /// The longest time without an event, in seconds.
    pub longest_silence_s: f64,
    /// From the last event to the end, in seconds.
    pub silence_s: f64,
    /// How long the channel was busy, in seconds, where the log says so.
    pub busy_s: f64,
    /// How often it became blocked.
    pub interference: u64,
    /// Whether it is blocked at the end.
    pub blocked: bool,
}

/// Strengths in one unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StrengthRange {
    /// `dBm`, `of 9`, or `relative`: the receiver's own.
    pub unit: &'static str,
    /// How many.
    pub count: u64,
    /// The weakest.
    pub weakest: f64,
    /// The mean.
    pub mean: f64,
    /// The strongest.
    pub strongest: f64,
}

impl Finding {
    pub(super) const NO_TIMES: Finding = Finding {
        code: "no-times",
        detail: "The log has no times, so that bursts and silences cannot be told.",
        advice: "Let the tool write a time with fractions before each row: rtl_433 -M time:usec.",
    };
    pub(super) const SOME_TIMES: Finding = Finding {
        code: "some-times",
        detail: "Some frames have no time of their own and are in no burst.",
        advice: "Write one row to a line, each with its time.",
    };
    pub(super) const WHOLE_SECONDS: Finding = Finding {
        code: "whole-seconds",
        detail: "The times are whole seconds, and copies come every 0.4 s: bursts cannot be told.",
        advice: "Let the tool write fractions of a second: rtl_433 -M time:usec.",
    };
    pub(super) const CLOCK_STEPS: Finding = Finding {
        code: "clock-steps",
        detail: "The times went back by more than a second; the log is read on from there.",
        advice: "Read logs in their order, and set the clock before a survey.",
    };
    pub(super) const REORDERED: Finding = Finding {
        code: "reordered",
        detail: "Some lines are a little older than those before; they count as of the same time.",
        advice: "Sort the log by its times.",
    };
    pub(super) const UNREADABLE: Finding = Finding {
        code: "rows-unreadable",
        detail: "Some rows cannot be read.",
        advice: "alarm-lab decode climax-f1 --rows says which and why.",
    };
    pub(super) const NOTHING: Finding = Finding {
        code: "no-events",
        detail: "No frame with a right check is in the log.",
        advice: "Press a known button near the receiver; then look at frequency, bit rate and --tolerance.",
    };
}

/// Seconds of a duration.
pub(super) const fn as_seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}
