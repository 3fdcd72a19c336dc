//! From when to when.

use crate::DateTime;

/// A stretch of time of which at least one end is known, and which does not end before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    start: Option<DateTime>,
    end: Option<DateTime>,
}

/// The end is before the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the period ends before it begins")]
pub struct PeriodReversed;

impl Period {
    /// Both ends are known.
    ///
    /// # Errors
    ///
    /// [`PeriodReversed`].
    pub fn between(start: DateTime, end: DateTime) -> Result<Self, PeriodReversed> {
        if end.unix_micros() < start.unix_micros() {
            return Err(PeriodReversed);
        }
        Ok(Self {
            start: Some(start),
            end: Some(end),
        })
    }

    /// Only the start is known.
    #[must_use]
    pub const fn since(start: DateTime) -> Self {
        Self {
            start: Some(start),
            end: None,
        }
    }

    /// Only the end is known.
    #[must_use]
    pub const fn until(end: DateTime) -> Self {
        Self {
            start: None,
            end: Some(end),
        }
    }

    /// When it began.
    #[must_use]
    pub const fn start(&self) -> Option<&DateTime> {
        self.start.as_ref()
    }

    /// When it ended.
    #[must_use]
    pub const fn end(&self) -> Option<&DateTime> {
        self.end.as_ref()
    }
}
