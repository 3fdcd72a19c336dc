//! The two non-INVITE transactions of RFC 3261 17.1.2 and 17.2.2: tables with time as an argument.

use std::time::Duration;

pub(crate) mod client;
pub(crate) mod server;

/// The base timers of RFC 3261 17.1.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerSettings {
    /// Round-trip estimate; first retransmission interval on UDP. Default 500 ms.
    pub t1: Duration,
    /// Greatest retransmission interval. Default 4 s.
    pub t2: Duration,
    /// How long a message may stay in the network. Default 5 s.
    pub t4: Duration,
}

impl Default for TimerSettings {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            t2: Duration::from_secs(4),
            t4: Duration::from_secs(5),
        }
    }
}

impl TimerSettings {
    /// 64 T1: Timers F and J, 32 s by default.
    #[must_use]
    pub fn transaction(&self) -> Duration {
        self.t1.saturating_mul(64)
    }
}
