//! When, by which clock.

use alloc::string::String;

use crate::time::{DeviceTime, Timestamp};

/// The times of an event. None ever overwrites another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Times {
    /// What the device wrote, by the device's clock.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub device: Option<DeviceTime>,
    /// When the message arrived. Response times count from here.
    pub received: Reading,
    /// When it was durably stored.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub stored: Option<Reading>,
}

impl Times {
    /// Received now; nothing else known yet.
    #[must_use]
    pub const fn received(at: Timestamp) -> Self {
        Self {
            device: None,
            received: Reading { at, clock: None },
            stored: None,
        }
    }
}

/// A point in time and the clock that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reading {
    /// The point in time.
    pub at: Timestamp,
    /// Which clock, for example the name of the host; `None` for the receiver's own.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub clock: Option<String>,
}

impl From<Timestamp> for Reading {
    fn from(at: Timestamp) -> Self {
        Self { at, clock: None }
    }
}
