//! Settings.

use std::time::Duration;

use super::{Method, SipLimits, TimerSettings};

/// Settings of an [`Endpoint`](super::Endpoint).
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// Randomness for branches, tags and Call-IDs: 16 bytes, fresh for each start of the process, secret.
    pub seed: [u8; 16],
    /// Limits of one message.
    pub limits: SipLimits,
    /// T1, T2 and T4.
    pub timers: TimerSettings,
    /// Methods handed up as [`Event::Request`](super::Event::Request). Default: MESSAGE alone. INVITE, ACK
    /// and CANCEL are passed over: they need machinery that is not here. OPTIONS in this list is handed up
    /// instead of answered; every other method is answered 405.
    pub methods: Vec<Method>,
    /// Value of Accept in the answer to OPTIONS. Default `application/scaip+xml`.
    pub accept: String,
    /// Retry-After of a 503, in whole seconds. Default 5 s.
    pub retry_after: Duration,
    /// Most live server transactions. Default 200 000. When full the oldest finished ones go first; if none
    /// is finished, a new request gets a 503.
    pub server_transactions: usize,
    /// Most bytes of answers kept for retransmissions. Default 128 MiB. Beyond it the oldest go first.
    pub answer_bytes: usize,
    /// Most bytes of requests that wait for an answer. Default 128 MiB. Beyond it a new request gets a 503.
    pub waiting_bytes: usize,
    /// Most live client transactions. Default 50 000.
    pub client_transactions: usize,
    /// Most open connections. Default 10 000.
    pub connections: usize,
    /// Most events, and most transmits, that may wait to be taken. Default 4096 each. See the drain contract
    /// of [`Endpoint`](super::Endpoint).
    pub queue: usize,
    /// How long a message on a stream may take from its first byte to its last. Default 32 s.
    pub stream_patience: Duration,
}

impl Config {
    /// The defaults with this seed.
    #[must_use]
    pub fn new(seed: [u8; 16]) -> Self {
        Self {
            seed,
            limits: SipLimits::default(),
            timers: TimerSettings::default(),
            methods: vec![Method::Message],
            accept: String::from("application/scaip+xml"),
            retry_after: Duration::from_secs(5),
            server_transactions: 200_000,
            answer_bytes: 128 * 1024 * 1024,
            waiting_bytes: 128 * 1024 * 1024,
            client_transactions: 50_000,
            connections: 10_000,
            queue: 4096,
            stream_patience: Duration::from_secs(32),
        }
    }
}

impl core::fmt::Debug for Config {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Config")
            .field("seed", &"(hidden)")
            .field("limits", &self.limits)
            .field("timers", &self.timers)
            .field("methods", &self.methods)
            .field("accept", &self.accept)
            .field("retry_after", &self.retry_after)
            .field("server_transactions", &self.server_transactions)
            .field("answer_bytes", &self.answer_bytes)
            .field("waiting_bytes", &self.waiting_bytes)
            .field("client_transactions", &self.client_transactions)
            .field("connections", &self.connections)
            .field("queue", &self.queue)
            .field("stream_patience", &self.stream_patience)
            .finish()
    }
}
