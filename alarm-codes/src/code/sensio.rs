//! The three code spaces of the Sensio Partner API.

use core::fmt;

/// A Sensio event code. Up to 10014 is in use: more than one byte and more than four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SensioEvent(pub u32);

impl fmt::Display for SensioEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A state beside a Sensio event. State 10 (emergency call) is not event 10 (wandering).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SensioState {
    /// The event that the state belongs to; the documented states belong to event 2, the pull cord.
    pub event: SensioEvent,
    /// The state value.
    pub state: u32,
}

impl fmt::Display for SensioState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.event, self.state)
    }
}

/// A Sensio request that carries meaning by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SensioRequest {
    /// Status of one device or of many: a sign of life.
    DeviceStatus,
    /// Withdrawal of the active event of one type. The type is in the path: look its kind up as a
    /// [`SensioEvent`] and put it into the event's `clears_kinds`.
    DeactivateEvent,
}

impl SensioRequest {
    /// Method and path as the crosswalk writes them.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::DeviceStatus => "PUT devices/{id}/status",
            Self::DeactivateEvent => "DELETE devices/{id}/events/{eventType}",
        }
    }

    /// The request of a method and path; the form for many devices is accepted too.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text {
            "PUT devices/{id}/status" | "PUT devices/status" => Some(Self::DeviceStatus),
            "DELETE devices/{id}/events/{eventType}" => Some(Self::DeactivateEvent),
            _ => None,
        }
    }
}

impl fmt::Display for SensioRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
