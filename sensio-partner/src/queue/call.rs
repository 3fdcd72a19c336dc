//! What goes into the queue, what comes out of it, and what became of it.

use core::fmt;
use core::hash::{Hash, Hasher};
use core::time::Duration;
use std::sync::Arc;

use crate::codes::EventType;
use crate::event::EventParameters;
use crate::identifier::DeviceIdentifier;
use crate::status::StatusEntry;
use crate::version::UnityVersion;

use super::wall::WallMicros;
use crate::member::Members;

/// An event call that waits. Later calls have greater numbers, also after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub u64);

/// One attempt at a call, valid until its outcome is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallId(pub(super) u64);

/// A place in the limits for a call that the queue does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub(super) u64);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What identifies an active event: device and code (Partner API reference 4.4). Calls for one pair
/// are kept in order.
///
/// 917 and 923 are one event under two numbers, of which a server knows one
/// ([`EventType::for_version`]): pairs that differ in nothing else are equal.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The device.
    pub device: DeviceIdentifier,
    /// The code.
    pub event_type: EventType,
}

impl Pair {
    fn code(&self) -> EventType {
        self.event_type.for_version(UnityVersion::LATEST)
    }
}

impl PartialEq for Pair {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code() && self.device == other.device
    }
}

impl Eq for Pair {}

impl Hash for Pair {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.device.hash(state);
        self.code().hash(state);
    }
}

/// What is done to an event, without what goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventMethod {
    /// Trigger.
    Post,
    /// Update.
    Put,
    /// Deactivate.
    Delete,
}

/// What is done to an event (Partner API reference 4). There is no body with DELETE.
#[derive(Debug, Clone, PartialEq)]
pub enum EventAction {
    /// Trigger it.
    Post(Arc<EventParameters>),
    /// Update it while it is active.
    Put(Arc<EventParameters>),
    /// Deactivate it.
    Delete,
}

impl EventAction {
    /// The action without its parameters.
    #[must_use]
    pub const fn method(&self) -> EventMethod {
        match self {
            Self::Post(_) => EventMethod::Post,
            Self::Put(_) => EventMethod::Put,
            Self::Delete => EventMethod::Delete,
        }
    }

    /// What goes with it; `None` for DELETE.
    #[must_use]
    pub const fn parameters(&self) -> Option<&Arc<EventParameters>> {
        match self {
            Self::Post(parameters) | Self::Put(parameters) => Some(parameters),
            Self::Delete => None,
        }
    }
}

/// A call about an event, to be [submitted](super::Queue::submit).
#[derive(Debug, Clone, PartialEq)]
pub struct EventCall {
    /// Device and code.
    pub pair: Pair,
    /// What to do.
    pub action: EventAction,
    /// When it happened, by the wall clock. The interface has no field for it; see
    /// [`LateDescription`](super::LateDescription).
    pub occurred: WallMicros,
}

impl EventCall {
    /// Trigger an event.
    #[must_use]
    pub fn post(
        device: DeviceIdentifier,
        event_type: EventType,
        occurred: WallMicros,
        parameters: EventParameters,
    ) -> Self {
        let action = EventAction::Post(Arc::new(parameters));
        Self::new(device, event_type, occurred, action)
    }

    /// Update an active event.
    #[must_use]
    pub fn put(
        device: DeviceIdentifier,
        event_type: EventType,
        occurred: WallMicros,
        parameters: EventParameters,
    ) -> Self {
        let action = EventAction::Put(Arc::new(parameters));
        Self::new(device, event_type, occurred, action)
    }

    /// Deactivate an event.
    #[must_use]
    pub const fn delete(
        device: DeviceIdentifier,
        event_type: EventType,
        occurred: WallMicros,
    ) -> Self {
        Self::new(device, event_type, occurred, EventAction::Delete)
    }

    const fn new(
        device: DeviceIdentifier,
        event_type: EventType,
        occurred: WallMicros,
        action: EventAction,
    ) -> Self {
        Self {
            pair: Pair { device, event_type },
            action,
            occurred,
        }
    }
}

/// One attempt that is to be made now. Its outcome must be handed in, whatever happens: until then
/// nothing else goes for the same pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// To be given back with the outcome.
    pub id: CallId,
    /// How often it was tried since the start of the process, this time included.
    pub attempt: u32,
    /// What to send.
    pub work: Work,
}

/// What a call sends.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Work {
    /// An event.
    Event(EventWork),
    /// The status of one device (`PUT devices/{id}/status`) or, with several entries, of many
    /// (`PUT devices/status`). Never empty.
    Statuses(Arc<[StatusEntry]>),
    /// The place that was [asked for](super::Queue::submit_slot): the caller makes a call of its own.
    Slot(SlotId),
}

/// An event that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct EventWork {
    /// Which of the waiting calls it is.
    pub entry: EntryId,
    /// Device and code.
    pub pair: Arc<Pair>,
    /// What to send.
    pub action: EventAction,
    /// What was submitted and is not in `action`, since the server refused more.
    pub left_out: Members,
}

/// What became of a call: the classes of Partner API reference 8.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Any 2xx.
    Done,
    /// Any 2xx to an event without these members: the client did not write them, since a server of
    /// this version does not know them or the event has no states (Partner API reference 10.2 and
    /// 10.4).
    DoneWithout(Members),
    /// 409 to POST: the event is active already.
    AlreadyActive,
    /// 404 or 410 to DELETE: the event was not active.
    WasNotActive,
    /// 404 or 410 to anything else: the device is unknown (POST, status) or no such event is active
    /// (PUT).
    NotFound,
    /// Nothing was sent: name resolution, connection or TLS failed. Also when no token can be had
    /// for the moment.
    NotSent,
    /// 408, 425, 429, 502, 503, 504 and other 5xx.
    Repeat {
        /// How long the server wants to be left alone.
        after: Option<Duration>,
    },
    /// The answer was lost or late; the server may have the call.
    Ambiguous,
    /// A refusal that a repeat does not change: 400, 405, 406, 411, 415, 422 and other 4xx.
    Permanent {
        /// The status; `None` when the client refused to send it. Bodies are made smaller for 400,
        /// 422 and `None`.
        status: Option<u16>,
    },
    /// 413.
    TooLarge,
    /// 500: something unnecessary in the body, or a passing fault.
    ServerFault,
    /// 401 in spite of a fresh token, or credentials refused.
    Token,
    /// 403.
    Permission,
    /// 3xx and other answers that no server of this interface gives.
    Configuration,
}
