//! What a webhook says.

use core::fmt;

use crate::codes::EventType;
use crate::external_event_id::ExternalEventId;
use crate::identifier::DeviceIdentifier;

/// The two kinds of call, as the header `X-SensioPartner-EventName` names them (Partner API reference
/// 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventName {
    /// Information: the state of an event has changed.
    EventStateChanged,
    /// A command: deactivate this event, then send the DELETE.
    RequestDeactivateEvent,
}

impl EventName {
    /// Every kind there is.
    pub const ALL: &'static [Self] = &[Self::EventStateChanged, Self::RequestDeactivateEvent];

    /// The value of the header.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EventStateChanged => "EventStateChanged",
            Self::RequestDeactivateEvent => "RequestDeactivateEvent",
        }
    }
}

impl fmt::Display for EventName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A call from Sensio to the partner (Partner API reference 6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Webhook {
    /// Follow the event's state.
    EventStateChanged(EventStateChanged),
    /// Deactivate the event.
    RequestDeactivateEvent(RequestDeactivateEvent),
}

/// The state of an event has changed at Sensio's side, which needs no answer beyond the 200.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventStateChanged {
    /// Which device.
    pub device: DeviceIdentifier,
    /// Which event of it.
    pub event_type: EventType,
    /// Whether it is active now. Whether Sensio ever says `true` is unknown.
    pub is_active: bool,
    /// The partner's own id of the event, since 6.11.
    pub external_event_id: Option<ExternalEventId>,
}

/// Staff wants an event closed that only the partner can close.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestDeactivateEvent {
    /// Which device.
    pub device: DeviceIdentifier,
    /// Which event of it.
    pub event_type: EventType,
    /// The partner's own id of the event, since 6.11.
    pub external_event_id: Option<ExternalEventId>,
}

impl EventStateChanged {
    /// The event is over, without an id.
    #[must_use]
    pub const fn inactive(device: DeviceIdentifier, event_type: EventType) -> Self {
        Self {
            device,
            event_type,
            is_active: false,
            external_event_id: None,
        }
    }

    /// The same with the partner's id.
    #[must_use]
    pub fn with_external_event_id(mut self, id: ExternalEventId) -> Self {
        self.external_event_id = Some(id);
        self
    }
}

impl RequestDeactivateEvent {
    /// The event of this device, without an id.
    #[must_use]
    pub const fn new(device: DeviceIdentifier, event_type: EventType) -> Self {
        Self {
            device,
            event_type,
            external_event_id: None,
        }
    }

    /// The same with the partner's id.
    #[must_use]
    pub fn with_external_event_id(mut self, id: ExternalEventId) -> Self {
        self.external_event_id = Some(id);
        self
    }
}

impl Webhook {
    /// Which of the two it is.
    #[must_use]
    pub const fn name(&self) -> EventName {
        match self {
            Self::EventStateChanged(_) => EventName::EventStateChanged,
            Self::RequestDeactivateEvent(_) => EventName::RequestDeactivateEvent,
        }
    }

    /// Which device.
    #[must_use]
    pub const fn device(&self) -> &DeviceIdentifier {
        match self {
            Self::EventStateChanged(changed) => &changed.device,
            Self::RequestDeactivateEvent(request) => &request.device,
        }
    }

    /// Which event of it.
    #[must_use]
    pub const fn event_type(&self) -> EventType {
        match self {
            Self::EventStateChanged(changed) => changed.event_type,
            Self::RequestDeactivateEvent(request) => request.event_type,
        }
    }

    /// The partner's own id of the event.
    #[must_use]
    pub const fn external_event_id(&self) -> Option<&ExternalEventId> {
        match self {
            Self::EventStateChanged(changed) => changed.external_event_id.as_ref(),
            Self::RequestDeactivateEvent(request) => request.external_event_id.as_ref(),
        }
    }
}

impl From<EventStateChanged> for Webhook {
    fn from(changed: EventStateChanged) -> Self {
        Self::EventStateChanged(changed)
    }
}

impl From<RequestDeactivateEvent> for Webhook {
    fn from(request: RequestDeactivateEvent) -> Self {
        Self::RequestDeactivateEvent(request)
    }
}
