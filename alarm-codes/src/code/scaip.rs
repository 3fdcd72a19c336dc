//! The part of a SCAIP message that decides the kind.

use core::fmt;

/// The SCAIP message type (`mty`). A message without one is an ordinary message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScaipMessageType {
    /// `ME`: alarm or event; the default.
    #[default]
    Message,
    /// `RE`: reset, an alarm is withdrawn.
    Reset,
    /// `IN`: information, an update to an ongoing alarm.
    Information,
    /// `PI`: heartbeat. Never an alarm, whatever else the message says.
    Heartbeat,
}

impl ScaipMessageType {
    /// The two letters on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Message => "ME",
            Self::Reset => "RE",
            Self::Information => "IN",
            Self::Heartbeat => "PI",
        }
    }

    /// The message type of two letters, in either case.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Message,
            Self::Reset,
            Self::Information,
            Self::Heartbeat,
        ]
        .into_iter()
        .find(|message_type| message_type.code().eq_ignore_ascii_case(code))
    }
}

/// What a SCAIP message says about its kind: message type, device type, status code and companions.
///
/// Codes are numbers here, because senders leave leading zeros out; keep the text as received in
/// the raw evidence. Every absent value is `None`: the defaults of the protocol (two
/// implementations disagree on the one for `stc`) belong to the decoder of the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScaipCode {
    /// `mty`, judged before any code.
    pub message_type: ScaipMessageType,
    /// `dty`. Mandatory in a message by its meaning; `None` when the sender left it out.
    pub device_type: Option<u32>,
    /// `stc`.
    pub status: Option<u32>,
    /// `lco`.
    pub location: Option<u32>,
    /// `cha`. How to answer; never decides the kind.
    pub call_handling: Option<u32>,
}

impl ScaipCode {
    /// An ordinary message of a device type.
    #[must_use]
    pub const fn new(device_type: u32) -> Self {
        Self {
            message_type: ScaipMessageType::Message,
            device_type: Some(device_type),
            status: None,
            location: None,
            call_handling: None,
        }
    }

    /// An ordinary message with device type and status code, the usual pair.
    #[must_use]
    pub const fn pair(device_type: u32, status: u32) -> Self {
        Self::new(device_type).with_status(status)
    }

    /// The same code with a status code.
    #[must_use]
    pub const fn with_status(self, status: u32) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    /// The same code with another device type.
    #[must_use]
    pub const fn with_device_type(self, device_type: u32) -> Self {
        Self {
            device_type: Some(device_type),
            ..self
        }
    }

    /// The same code with a location code.
    #[must_use]
    pub const fn with_location(self, location: u32) -> Self {
        Self {
            location: Some(location),
            ..self
        }
    }

    /// The same code with a call handling.
    #[must_use]
    pub const fn with_call_handling(self, call_handling: u32) -> Self {
        Self {
            call_handling: Some(call_handling),
            ..self
        }
    }

    /// The same code with another message type.
    #[must_use]
    pub const fn with_message_type(self, message_type: ScaipMessageType) -> Self {
        Self {
            message_type,
            ..self
        }
    }
}

impl fmt::Display for ScaipCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if self.message_type != ScaipMessageType::Message || self.is_bare() {
            write!(f, "mty={}", self.message_type.code())?;
            separator = ";";
        }
        for (name, value, width) in [
            ("dty", self.device_type, 4),
            ("stc", self.status, 4),
            ("lco", self.location, 3),
            ("cha", self.call_handling, 1),
        ] {
            if let Some(value) = value {
                write!(f, "{separator}{name}={value:0width$}")?;
                separator = ";";
            }
        }
        Ok(())
    }
}

impl ScaipCode {
    const fn is_bare(&self) -> bool {
        self.device_type.is_none()
            && self.status.is_none()
            && self.location.is_none()
            && self.call_handling.is_none()
    }
}
