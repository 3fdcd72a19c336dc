//! Alerts for conditions that last.

use std::collections::HashSet;

use crate::codes::EventType;
use crate::event::EventParameters;
use crate::identifier::DeviceIdentifier;
use crate::time::Time;

use super::Queue;
use super::call::{EntryId, EventCall, Pair};
use super::store::{ConditionChange, Store};
use super::submit::SubmitError;
use super::wall::WallMicros;

/// The pairs whose condition lasts.
pub(super) type Conditions = HashSet<Pair>;

impl<S: Store> Queue<S> {
    /// A condition such as a low battery begins: POST once, and not again while it lasts, also after a
    /// restart (Partner API reference 11). `None` when it was known to last.
    ///
    /// Meant for the [operational codes](EventType::is_operational); any code will do.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when nothing is kept.
    pub fn begin_condition(
        &mut self,
        now: Time,
        device: DeviceIdentifier,
        event_type: EventType,
        occurred: WallMicros,
        parameters: EventParameters,
    ) -> Result<Option<EntryId>, SubmitError> {
        let call = EventCall::post(device, event_type, occurred, parameters);
        if self.conditions.contains(&call.pair) {
            return Ok(None);
        }
        if self.conditions.len() >= self.config.conditions {
            return Err(SubmitError::Full);
        }
        let pair = call.pair.clone();
        let id = self.submit_changing(now, &call, ConditionChange::Begins)?;
        self.conditions.insert(pair);
        Ok(Some(id))
    }

    /// The condition is over: DELETE. `None` when it was not known to last.
    ///
    /// # Errors
    ///
    /// [`SubmitError`] when nothing is kept.
    pub fn end_condition(
        &mut self,
        now: Time,
        device: DeviceIdentifier,
        event_type: EventType,
        occurred: WallMicros,
    ) -> Result<Option<EntryId>, SubmitError> {
        let call = EventCall::delete(device, event_type, occurred);
        if !self.conditions.contains(&call.pair) {
            return Ok(None);
        }
        let id = self.submit_changing(now, &call, ConditionChange::Ends)?;
        self.conditions.remove(&call.pair);
        Ok(Some(id))
    }

    /// The conditions that last.
    pub fn conditions(&self) -> impl Iterator<Item = &Pair> {
        self.conditions.iter()
    }
}
