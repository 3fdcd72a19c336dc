//! Which call of the Partner API a method and a path name.

use sensio_partner::queue::EventMethod;
use sensio_partner::wire::Paths;
use sensio_partner::{DeviceIdentifier, EventType, IdentifierRules, InvalidIdentifier};

/// What a body belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Call {
    /// A call about an event. Without device or code its body is read, and there is no event of the
    /// shared model.
    Event {
        /// What is done.
        method: EventMethod,
        /// Which device.
        device: Option<DeviceIdentifier>,
        /// Which event of it.
        event_type: Option<EventType>,
    },
    /// The status of one device.
    Status {
        /// Which device.
        device: DeviceIdentifier,
    },
    /// The statuses of many devices.
    Statuses,
    /// The call for a token. Its content is secret and not shown.
    Token,
}

/// A method and path that name no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCall {
    /// No path of the interface.
    #[error("the path is none of the Partner API")]
    Path,
    /// A path of the interface with a method that it does not take.
    #[error("the method is not one of this path")]
    Method,
    /// The event type is no number.
    #[error("the event type in the path is not an alarm code")]
    EventType,
    /// The device cannot be one.
    #[error("the device in the path: {0}")]
    Device(InvalidIdentifier),
    /// Not a method, a blank and a path.
    #[error("write METHOD PATH, such as POST /partner/api/v1/devices/SN-1/events/906")]
    Form,
}

impl InvalidCall {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            InvalidCall::Path => "path",
            InvalidCall::Method => "method",
            InvalidCall::EventType => "event-type",
            InvalidCall::Device(_) => "device",
            InvalidCall::Form => "form",
        }
    }
}

impl Call {
    /// Reads `METHOD PATH`.
    ///
    /// # Errors
    ///
    /// [`InvalidCall`].
    pub fn from_text(text: &str, paths: &Paths) -> Result<Self, InvalidCall> {
        let mut words = text.split_ascii_whitespace();
        match (words.next(), words.next()) {
            (Some(method), Some(target)) => Self::read(method, target, paths),
            _ => Err(InvalidCall::Form),
        }
    }

    /// Reads a method and a path, or a whole URL, whatever base stands before it. Segments are split
    /// before anything is decoded (Partner API reference 4.1).
    ///
    /// # Errors
    ///
    /// [`InvalidCall`].
    pub fn read(method: &str, target: &str, paths: &Paths) -> Result<Self, InvalidCall> {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path.ends_with(&paths.token) {
            return match method {
                "POST" => Ok(Call::Token),
                _ => Err(InvalidCall::Method),
            };
        }
        let devices = format!("{}/devices/", paths.api);
        let (_, rest) = path.split_once(&devices).ok_or(InvalidCall::Path)?;
        let segments: Vec<_> = rest.split('/').collect();
        match segments.as_slice() {
            ["status"] => put(method, Call::Statuses),
            [device, "status"] => put(
                method,
                Call::Status {
                    device: identifier(device)?,
                },
            ),
            [device, "events", code] => Ok(Call::Event {
                method: match method {
                    "POST" => EventMethod::Post,
                    "PUT" => EventMethod::Put,
                    "DELETE" => EventMethod::Delete,
                    _ => return Err(InvalidCall::Method),
                },
                device: Some(identifier(device)?),
                event_type: Some(event_type(code)?),
            }),
            _ => Err(InvalidCall::Path),
        }
    }

    /// What it is, in a word.
    #[must_use]
    pub const fn item(&self) -> &'static str {
        match self {
            Call::Event { .. } => "event",
            Call::Status { .. } => "status",
            Call::Statuses => "statuses",
            Call::Token => "token",
        }
    }
}

fn put(method: &str, call: Call) -> Result<Call, InvalidCall> {
    match method {
        "PUT" => Ok(call),
        _ => Err(InvalidCall::Method),
    }
}

fn identifier(segment: &str) -> Result<DeviceIdentifier, InvalidCall> {
    // Whatever a capture holds: a slash does no harm here.
    let rules = IdentifierRules { slashes: true };
    DeviceIdentifier::from_path_segment(segment, rules).map_err(InvalidCall::Device)
}

fn event_type(segment: &str) -> Result<EventType, InvalidCall> {
    let digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    match segment.parse() {
        Ok(code) if digits => Ok(EventType(code)),
        _ => Err(InvalidCall::EventType),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_behind_any_base() {
        let paths = Paths::default();
        let fall = Call::Event {
            method: EventMethod::Post,
            device: Some(DeviceIdentifier::new("SN 1").unwrap()),
            event_type: Some(EventType::FALL),
        };
        for (text, expected) in [
            (
                "POST /partner/api/v1/devices/SN%201/events/906",
                Ok(fall.clone()),
            ),
            (
                "POST https://unity.example.net/api/v1/devices/SN%201/events/906?x=1 HTTP/1.1",
                Ok(fall),
            ),
            ("PUT /api/v1/devices/status", Ok(Call::Statuses)),
            (
                "POST /partner/api/v1/tokens/oauth/accesstoken",
                Ok(Call::Token),
            ),
            ("POST /api/v1/devices/status", Err(InvalidCall::Method)),
            ("PATCH /api/v1/devices/a/events/1", Err(InvalidCall::Method)),
            (
                "POST /api/v1/devices/a/events/fall",
                Err(InvalidCall::EventType),
            ),
            (
                "POST /api/v1/devices/a/events/+1",
                Err(InvalidCall::EventType),
            ),
            (
                "POST /api/v1/devices/../events/1",
                Err(InvalidCall::Device(InvalidIdentifier::DotSegment)),
            ),
            ("POST /api/v1/devices/a/b/events/1", Err(InvalidCall::Path)),
            ("POST /", Err(InvalidCall::Path)),
            ("POST", Err(InvalidCall::Form)),
        ] {
            assert_eq!(Call::from_text(text, &paths), expected, "{text}");
        }
    }
}
