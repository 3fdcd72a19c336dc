//! What stands behind the server side.

use core::time::Duration;
use std::net::IpAddr;

use super::client::ClientId;
use super::warning::ServerWarning;
use crate::codes::EventType;
use crate::event::EventParameters;
use crate::identifier::DeviceIdentifier;
use crate::json::Decoded;
use crate::status::StatusEntry;

/// Takes the calls of partners.
///
/// `Ok` means durable: the 200 that follows lets the partner forget the event. A future may be dropped
/// when the partner goes away or [`Config::backend_timeout`](super::Config::backend_timeout) has passed;
/// the partner repeats then, so every call may come again.
///
/// [`ActiveEvents`](super::ActiveEvents) holds the rules for repeated and late calls.
pub trait Backend: Send + Sync + 'static {
    /// Triggers, updates or deactivates an event.
    fn event(&self, call: EventCall) -> impl Future<Output = Result<(), Refused>> + Send;

    /// Takes the status of one device or of many. Whether one unknown device refuses a whole batch is
    /// not documented.
    fn statuses(&self, call: StatusCall) -> impl Future<Output = Result<(), Refused>> + Send;
}

/// Which of the three calls about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventAction {
    /// POST.
    Trigger,
    /// PUT.
    Update,
    /// DELETE.
    Deactivate,
}

/// A call about an event.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EventCall {
    /// Whose token came with it.
    pub client: ClientId,
    /// Who is connected, where the server hands it on.
    pub source: Option<IpAddr>,
    /// What to do.
    pub action: EventAction,
    /// Which device, as it is registered.
    pub device: DeviceIdentifier,
    /// Which event, under the number of the configured version: 917 and 923 are one event.
    pub event_type: EventType,
    /// The number that was sent.
    pub sent_as: EventType,
    /// The parameters, and members of the body that have no place in them.
    pub decoded: Decoded<EventParameters>,
    /// What was tolerated.
    pub warnings: Vec<ServerWarning>,
}

/// A call with statuses.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StatusCall {
    /// Whose token came with it.
    pub client: ClientId,
    /// Who is connected, where the server hands it on.
    pub source: Option<IpAddr>,
    /// Whether it is the batch call.
    pub batch: bool,
    /// The statuses; one, unless it is the batch call.
    pub entries: Vec<StatusEntry>,
    /// What was tolerated.
    pub warnings: Vec<ServerWarning>,
}

/// Why a call was not taken. None of the statuses is documented by the vendor (Partner API reference
/// 4.1 and 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// 404: the device is not registered.
    #[error("the device is not registered")]
    UnknownDevice,
    /// 404: the code does not belong to the type of the device.
    #[error("the event type does not belong to the type of the device")]
    WrongDeviceType,
    /// 404 to PUT, and to DELETE in strict mode; DELETE is 200 in lenient mode.
    #[error("no such event is active")]
    NotActive,
    /// 403: the client may not do this.
    #[error("the client is not permitted to do this")]
    Forbidden,
    /// 429.
    #[error("too many calls")]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// 503: not now.
    #[error("the call cannot be taken now")]
    Unavailable,
    /// 500: it could not be made durable.
    #[error("the call could not be kept")]
    Failed,
}

impl Refused {
    pub(super) const fn status(self) -> u16 {
        match self {
            Self::UnknownDevice | Self::WrongDeviceType | Self::NotActive => 404,
            Self::Forbidden => 403,
            Self::TooMany { .. } => 429,
            Self::Unavailable => 503,
            Self::Failed => 500,
        }
    }
}
