//! Settings of a driver, and what its handle may answer.

use core::time::Duration;

use crate::link::{NotHeld, SendError};

/// Settings of a driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Events that may wait for the application, 256 by default. When it falls behind, the line
    /// hears busy; as many other events and twice that are kept beside.
    pub events: usize,
    /// Before the first attempt to connect again, 500 ms by default. Doubles each time.
    pub reconnect: Duration,
    /// What the doubling stops at, 30 s by default.
    pub longest_reconnect: Duration,
    /// How long the port or connection may take no byte before it counts as gone, 10 s by
    /// default.
    pub write_time: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            events: 256,
            reconnect: Duration::from_millis(500),
            longest_reconnect: Duration::from_secs(30),
            write_time: Duration::from_secs(10),
        }
    }
}

/// The driver has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the driver has ended")]
#[non_exhaustive]
pub struct Ended;

/// A decision that had no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecideError {
    /// Decided already, or another block has come; the caller sends it again, where it hears
    /// answers.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The driver has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
}

/// A block that is not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendBlockError {
    /// The link does not take it.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The driver has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
}
