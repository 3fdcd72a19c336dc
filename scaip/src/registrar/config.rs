//! Settings of the registrar.

use std::time::Duration;

use super::RegisterError;
use super::kept::{Tick, ticks};

/// Settings of a [`Registrar`](super::Registrar).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Least expiry; a shorter one is answered 423. At most an hour counts (RFC 3261 10.3).
    /// Default 10 s.
    pub min_expires: Duration,
    /// Greatest expiry; a longer one is shortened. Default a day.
    pub max_expires: Duration,
    /// What counts when the request names none. Default an hour.
    pub default_expires: Duration,
    /// How long after a REGISTER one with a lower CSeq is refused. Default 32 s: so long a
    /// datagram can be on its way in a transaction. [`Duration::MAX`] is what RFC 3261 says.
    pub order_window: Duration,
    /// How long a path is kept after its last message. Default 32 days, the longest heartbeat
    /// interval. At most a year counts.
    pub path_lifetime: Duration,
    /// Most contacts of one unit. Default 8.
    pub contacts: usize,
    /// Most units. Default 100,000.
    pub controllers: usize,
}

impl Config {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Config {
        Config {
            min_expires: Duration::from_secs(10),
            max_expires: Duration::from_secs(24 * 60 * 60),
            default_expires: Duration::from_secs(60 * 60),
            order_window: Duration::from_secs(32),
            path_lifetime: Duration::from_secs(32 * 24 * 60 * 60),
            contacts: 8,
            controllers: 100_000,
        }
    }

    /// When a path that was last used at `seen` is no longer kept.
    pub(super) fn path_end(&self, seen: Tick) -> Tick {
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        seen.saturating_add(ticks(self.path_lifetime.min(year)))
    }

    pub(super) fn minimum(&self) -> Duration {
        let hour = Duration::from_secs(60 * 60);
        Duration::from_secs(self.min_expires.min(hour).as_secs())
    }

    /// The expiry that is granted for what was asked; zero removes.
    pub(super) fn grant(&self, asked: Option<u64>) -> Result<Duration, RegisterError> {
        let asked = asked.map_or(self.default_expires, Duration::from_secs);
        let minimum = self.minimum();
        if !asked.is_zero() && asked < minimum {
            return Err(RegisterError::IntervalTooBrief { minimum });
        }
        Ok(asked.min(self.max_expires))
    }
}

impl Default for Config {
    fn default() -> Self {
        Config::new()
    }
}
