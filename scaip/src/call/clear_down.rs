//! The end of a call (SCAIP reference 6.5).

use std::time::{Duration, Instant};

use crate::dtmf::{Digit, ToneLength};

/// What to do to the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClearDownOutput {
    /// Send this digit for this long.
    SendDigit {
        /// `0`.
        digit: Digit,
        /// How long it sounds.
        length: ToneLength,
    },
    /// Hang up: the device has not done so.
    HangUp,
}

/// How the call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClearedBy {
    /// The device hung up, as it should.
    Device,
    /// The receiver hung up after the wait. The device may take this for a failure and call
    /// again.
    Force,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Digit,
    Waits,
    HangUp,
    Over(ClearedBy),
}

/// Ends one call: sends 0, waits for the device to hang up, hangs up itself when it does not.
///
/// ```
/// use std::time::{Duration, Instant};
/// use scaip::call::{ClearDown, ClearDownOutput, ClearedBy};
/// use scaip::dtmf::{Digit, ToneLength};
///
/// let now = Instant::now();
/// let mut clear_down = ClearDown::new(now, ClearDown::USUAL_WAIT, ToneLength::USUAL);
/// let zero = ClearDownOutput::SendDigit { digit: Digit::ZERO, length: ToneLength::USUAL };
/// assert_eq!(clear_down.poll_output(now), Some(zero));
/// clear_down.hung_up();
/// assert_eq!(clear_down.outcome(), Some(ClearedBy::Device));
/// ```
#[derive(Debug, Clone)]
pub struct ClearDown {
    stage: Stage,
    deadline: Instant,
    length: ToneLength,
}

impl ClearDown {
    /// How long a device gets to hang up: 10 s. One source.
    pub const USUAL_WAIT: Duration = Duration::from_secs(10);

    /// Begins at `now`; the wait counts from here and is at most an hour.
    #[must_use]
    pub fn new(now: Instant, wait: Duration, length: ToneLength) -> Self {
        ClearDown {
            stage: Stage::Digit,
            deadline: now + wait.min(Duration::from_secs(3600)),
            length,
        }
    }

    /// What to do now. Each output comes once.
    pub fn poll_output(&mut self, now: Instant) -> Option<ClearDownOutput> {
        if self.stage == Stage::Waits && self.deadline <= now {
            self.stage = Stage::HangUp;
        }
        match self.stage {
            Stage::Digit => {
                self.stage = Stage::Waits;
                Some(ClearDownOutput::SendDigit {
                    digit: Digit::ZERO,
                    length: self.length,
                })
            }
            Stage::HangUp => {
                self.stage = Stage::Over(ClearedBy::Force);
                Some(ClearDownOutput::HangUp)
            }
            Stage::Waits | Stage::Over(_) => None,
        }
    }

    /// The call is gone, whoever noticed. Nothing more is to be done.
    pub fn hung_up(&mut self) {
        if !matches!(self.stage, Stage::Over(_)) {
            self.stage = Stage::Over(ClearedBy::Device);
        }
    }

    /// When to ask for an output next, once the one that waits is taken.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.stage {
            Stage::Digit | Stage::Waits => Some(self.deadline),
            Stage::HangUp | Stage::Over(_) => None,
        }
    }

    /// How it ended; `None` while it goes on.
    #[must_use]
    pub const fn outcome(&self) -> Option<ClearedBy> {
        match self.stage {
            Stage::Over(by) => Some(by),
            _ => None,
        }
    }
}
