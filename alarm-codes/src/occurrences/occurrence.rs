//! One entry of the active list.

use alloc::string::String;

use crate::device_kind::DeviceKind;
use crate::event::{Event, EventId};
use crate::kind::Kind;
use crate::lifecycle::{Condition, Handling};
use crate::time::{DeviceTime, Timestamp};

/// An open occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occurrence {
    /// The id of the event that began it.
    pub id: EventId,
    /// What happened.
    pub kind: Kind,
    /// Whether it still goes on.
    pub condition: Condition,
    /// How far people have come with it.
    pub handling: Handling,
    /// How many updates were matched.
    pub updates: u32,
    /// How often the sender repeated the message that began it.
    pub repeats: u32,
    pub(super) source_ref: Option<String>,
    pub(super) source: Source,
}

impl Occurrence {
    pub(super) fn new(event: &Event) -> Self {
        Self {
            id: event.event_id,
            kind: event.kind,
            condition: event.condition,
            handling: event.handling,
            updates: 0,
            repeats: 0,
            source_ref: event.correlation.source_ref.clone(),
            source: Source::new(event),
        }
    }

    pub(super) fn ref_key(&self) -> Option<(String, String)> {
        Some((self.source.controller.clone()?, self.source_ref.clone()?))
    }

    /// True when a message from this source can be about this occurrence.
    pub(super) fn may_belong_to(&self, message: &Source) -> bool {
        self.source.may_be(message) && !message.is_before(&self.source)
    }
}

/// Where and when a message came from, as far as matching needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) controller: Option<String>,
    device: Option<String>,
    component: Option<String>,
    kind: Option<DeviceKind>,
    device_time: Option<DeviceTime>,
    received: Timestamp,
}

impl Source {
    pub(super) fn new(event: &Event) -> Self {
        Self {
            controller: event.device.controller.clone(),
            device: event.device.device.clone(),
            component: event.device.component.clone(),
            kind: event.device.kind,
            device_time: event.times.device.clone(),
            received: event.times.received.at,
        }
    }

    /// Controller and device. A message without a controller may come from anybody and has no key.
    pub(super) fn device_key(&self) -> Option<(String, Option<String>)> {
        Some((self.controller.clone()?, self.device.clone()))
    }

    /// Same controller and device, and nothing else known that contradicts.
    pub(super) fn may_be(&self, other: &Self) -> bool {
        fn contradict<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> bool {
            matches!((a, b), (Some(a), Some(b)) if a != b)
        }
        self.controller.is_some()
            && self.controller == other.controller
            && self.device == other.device
            && !contradict(self.component.as_ref(), other.component.as_ref())
            && !contradict(self.kind.as_ref(), other.kind.as_ref())
    }

    /// Certainly earlier, by the device's clock where both show it, else by ours.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        match (&self.device_time, &other.device_time) {
            (Some(a), Some(b)) => a.is_before(b),
            _ => self.received < other.received,
        }
    }

    /// Certainly earlier by the device's clock.
    pub(super) fn device_clock_before(&self, other: &Self) -> bool {
        matches!((&self.device_time, &other.device_time), (Some(a), Some(b)) if a.is_before(b))
    }
}
