//! `hbo` and `hbi`: who sets the interval of the heartbeat (SCAIP reference 7.4).

use std::collections::HashMap;

use super::{Interval, LONGEST_CONTROLLER_ID, SupervisionError};
use crate::codes::{HeartbeatInterval, HeartbeatOptions};
use crate::message::{Request, Response};
use crate::text::ControllerId;

/// The receiver's side: which `hbi` a unit is told.
///
/// The lengths behind the digits are not public, so nothing is ever sent that was not configured,
/// and only to a unit that says with `hbo` 1 (also written `001`) that it takes one.
///
/// ```
/// use scaip::supervision::HeartbeatPolicy;
/// use scaip::{ControllerId, HeartbeatInterval, HeartbeatOptions, Reference, Request};
///
/// let unit = ControllerId::new("40211870");
/// let mut policy = HeartbeatPolicy::new();
/// policy.configure(&unit, HeartbeatInterval::new(2))?;
///
/// let mut heartbeat = Request::heartbeat(Reference::new("H1"), unit);
/// assert_eq!(policy.reply_to(&heartbeat), None);
/// heartbeat.heartbeat_options = HeartbeatOptions::ADJUSTABLE;
/// assert_eq!(policy.reply_to(&heartbeat), Some(HeartbeatInterval::new(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct HeartbeatPolicy {
    configured: HashMap<Box<str>, HeartbeatInterval>,
    controllers: usize,
}

/// The greatest `hbi` of the schema.
const GREATEST: u32 = 4;

/// An `hbi` other than 0 to 4, or more units than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeartbeatPolicyError {
    /// The schema has the digits 0 to 4.
    #[error("an hbi is 0 to 4, got {0}")]
    NotADigit(u32),
    /// The unit cannot be entered.
    #[error(transparent)]
    Controller(#[from] SupervisionError),
}

impl Default for HeartbeatPolicy {
    fn default() -> Self {
        HeartbeatPolicy::new()
    }
}

impl HeartbeatPolicy {
    /// Nothing configured; at most 100,000 units.
    #[must_use]
    pub fn new() -> Self {
        HeartbeatPolicy::with_limit(100_000)
    }

    /// Nothing configured; at most this many units.
    #[must_use]
    pub fn with_limit(controllers: usize) -> Self {
        HeartbeatPolicy {
            configured: HashMap::new(),
            controllers,
        }
    }

    /// Sets what a unit is told.
    ///
    /// # Errors
    ///
    /// [`HeartbeatPolicyError`]; then nothing has changed.
    pub fn configure(
        &mut self,
        controller: &ControllerId<'_>,
        interval: HeartbeatInterval,
    ) -> Result<(), HeartbeatPolicyError> {
        if interval.number() > GREATEST {
            return Err(HeartbeatPolicyError::NotADigit(interval.number()));
        }
        let name = controller.as_str();
        if let Some(configured) = self.configured.get_mut(name) {
            *configured = interval;
            return Ok(());
        }
        if name.len() > LONGEST_CONTROLLER_ID {
            return Err(SupervisionError::ControllerIdTooLong.into());
        }
        if self.configured.len() >= self.controllers {
            let limit = self.controllers;
            return Err(SupervisionError::TooManyControllers { limit }.into());
        }
        self.configured.insert(name.into(), interval);
        Ok(())
    }

    /// Tells the unit nothing from now on. Whether anything was configured.
    pub fn remove(&mut self, controller: &ControllerId<'_>) -> bool {
        self.configured.remove(controller.as_str()).is_some()
    }

    /// The `hbi` for the response to this request, if any.
    #[must_use]
    pub fn reply_to(&self, request: &Request<'_>) -> Option<HeartbeatInterval> {
        if request.heartbeat_options != HeartbeatOptions::ADJUSTABLE {
            return None;
        }
        self.configured.get(request.controller_id.as_str()).copied()
    }

    /// Puts the `hbi` into a positive response; a refusal carries none.
    pub fn fill(&self, request: &Request<'_>, response: &mut Response<'_>) {
        response.heartbeat_interval = if response.status_number.is_accepted() {
            self.reply_to(request)
        } else {
            None
        };
    }
}

/// The sender's side: what the digits of `hbi` mean to this product.
///
/// The lengths are not public (SCAIP reference 7.4), so the table starts empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IntervalTable([Option<Interval>; GREATEST as usize + 1]);

impl IntervalTable {
    /// A table without entries.
    #[must_use]
    pub const fn new() -> Self {
        IntervalTable([None; GREATEST as usize + 1])
    }

    /// The same table with one more entry; a number above 4 is no `hbi` and changes nothing.
    #[must_use]
    pub fn with(mut self, code: HeartbeatInterval, interval: Interval) -> Self {
        if let Some(entry) = usize::try_from(code.number())
            .ok()
            .and_then(|number| self.0.get_mut(number))
        {
            *entry = Some(interval);
        }
        self
    }

    /// The length of an `hbi`, `None` if the table does not know it.
    #[must_use]
    pub fn interval_of(&self, code: HeartbeatInterval) -> Option<Interval> {
        let number = usize::try_from(code.number()).ok()?;
        self.0.get(number).copied().flatten()
    }

    /// The interval to keep after this response: the one it asks for if the table knows it, else
    /// the present one. A refusal changes nothing.
    #[must_use]
    pub fn after(&self, present: Interval, response: &Response<'_>) -> Interval {
        response
            .heartbeat_interval
            .filter(|_| response.status_number.is_accepted())
            .and_then(|code| self.interval_of(code))
            .unwrap_or(present)
    }
}
