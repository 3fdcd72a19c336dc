//! Which events are active (Partner API reference 4.4).

use core::fmt;
use std::collections::HashMap;

use super::backend::{EventAction, EventCall, Refused};
use crate::codes::EventType;
use crate::event::EventParameters;
use crate::identifier::DeviceIdentifier;
use crate::pair::{Pair, pair};

/// The events that are active, at most one for each device and code.
///
/// A POST for an active event changes nothing when it carries the same `externalEventId`, and replaces
/// the parameters otherwise; PUT replaces those that it carries; PUT and DELETE need an active event.
pub struct ActiveEvents {
    events: HashMap<Pair, ActiveEvent>,
    limit: usize,
}

/// An active event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ActiveEvent {
    /// Which device.
    pub device: DeviceIdentifier,
    /// Which event of it.
    pub event_type: EventType,
    /// Its parameters.
    pub parameters: EventParameters,
}

/// What a call has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// The event is active now.
    Raised,
    /// It was active already, with this id: a repeat.
    Unchanged,
    /// It was active already; its parameters are replaced.
    Replaced,
    /// Some of its parameters are replaced.
    Updated,
    /// It is no longer active.
    Closed,
}

impl ActiveEvents {
    /// None is active; at most this many can be.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            events: HashMap::new(),
            limit,
        }
    }

    /// Applies a call.
    ///
    /// # Errors
    ///
    /// [`Refused::NotActive`] for PUT and DELETE without an active event, [`Refused::Unavailable`] when
    /// no more may be active. Nothing has changed then.
    pub fn apply(&mut self, call: &EventCall) -> Result<Change, Refused> {
        let place = pair(&call.device, call.event_type);
        let parameters = call.decoded.message();
        match call.action {
            EventAction::Trigger => {
                let change = match self.events.get(&place) {
                    Some(active) => {
                        let id = &active.parameters.external_event_id;
                        if id.is_some() && *id == parameters.external_event_id {
                            return Ok(Change::Unchanged);
                        }
                        Change::Replaced
                    }
                    None if self.events.len() >= self.limit => return Err(Refused::Unavailable),
                    None => Change::Raised,
                };
                let active = ActiveEvent {
                    device: call.device.clone(),
                    event_type: call.event_type,
                    parameters: parameters.clone(),
                };
                self.events.insert(place, active);
                Ok(change)
            }
            EventAction::Update => {
                let active = self.events.get_mut(&place).ok_or(Refused::NotActive)?;
                update(&mut active.parameters, parameters.clone());
                Ok(Change::Updated)
            }
            EventAction::Deactivate => match self.events.remove(&place) {
                Some(_) => Ok(Change::Closed),
                None => Err(Refused::NotActive),
            },
        }
    }

    /// The active event of this device and code.
    #[must_use]
    pub fn get(&self, device: &DeviceIdentifier, event_type: EventType) -> Option<&ActiveEvent> {
        self.events.get(&pair(device, event_type))
    }

    /// Every active event, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &ActiveEvent> {
        self.events.values()
    }

    /// How many are active.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether none is active.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

fn update(active: &mut EventParameters, update: EventParameters) {
    let EventParameters {
        trigger_value,
        images,
        external_event_id,
        state,
        description,
    } = update;
    active.trigger_value = trigger_value.or(active.trigger_value);
    if !images.is_empty() {
        active.images = images;
    }
    if external_event_id.is_some() {
        active.external_event_id = external_event_id;
    }
    active.state = state.or(active.state);
    if description.is_some() {
        active.description = description;
    }
}

impl fmt::Debug for ActiveEvents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ActiveEvents({} of {})", self.events.len(), self.limit)
    }
}
