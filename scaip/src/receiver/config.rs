//! Settings of the receiver.

use std::time::Duration;

use super::{DuplicateSettings, Listener, ListenerConfig};
use crate::call::CallSettings;
use crate::digest::ChallengerError;
use crate::options::{DecodeOptions, EncodeOptions};
use crate::supervision::{self, HeartbeatPolicy};
use crate::{registrar, sip};

/// The shortest and the longest a decision may take: below the one no application can decide, and
/// sums of times stay far from their end.
const SHORTEST: Duration = Duration::from_millis(1);
pub(super) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Where the `mrs` goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AnswerMode {
    /// 200 without body at once, then the `mrs` in a MESSAGE of its own: the normal exchange
    /// (SCAIP reference 5.1).
    #[default]
    SeparateMessage,
    /// The `mrs` in the body of the 200, which then waits for the decision. Against RFC 3428,
    /// but some parties expect it.
    BodyInOk,
}

/// Settings of a [`Receiver`](super::Receiver).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// Settings of the SIP layer. Of [`methods`](sip::Config::methods) MESSAGE counts, and
    /// REGISTER together with a [`registrar`](Self::registrar); OPTIONS is answered by the SIP
    /// layer, and everything else with 405.
    pub endpoint: sip::Config,
    /// How bodies are read; lenient by default.
    pub decode: DecodeOptions,
    /// How responses are written.
    pub encode: EncodeOptions,
    /// Where the `mrs` goes.
    pub answer_mode: AnswerMode,
    /// Refuse every other content type with 415 instead of accepting it with a warning.
    pub strict_content_type: bool,
    /// Hand messages of an unknown `mty` to the application instead of answering `snu` 3.
    pub accept_unknown_message_types: bool,
    /// How long the application may take to decide; then the sender hears `snu` 5. 10 s by
    /// default, below the 20 s that senders wait (SCAIP reference 10). At most 32 s in the mode
    /// body-in-200, where the SIP transaction ends then.
    pub decision_time: Duration,
    /// Alarms that may wait for a decision, at least 1; one more hears 503. 10,000 by default.
    pub pending: usize,
    /// Bytes of the SIP messages of these alarms; beyond it one more hears 503. 64 MiB by default.
    pub pending_bytes: usize,
    /// Bytes of messages that were refused ([`Event::Refused`](super::Event::Refused)) or are none
    /// ([`Event::Bad`](super::Event::Bad)), counted until the application drops them. Beyond it
    /// such an event comes without them, so that rubbish costs no more memory than this. 16 MiB by
    /// default; zero leaves them all out.
    pub evidence_bytes: usize,
    /// Know repeats of what was accepted, and answer them again without asking; off by default.
    ///
    /// Switch it on unless the application knows repeats itself. One that keeps alarms durably does
    /// so better there: this forgets with the process, and each receiver knows only its own.
    pub duplicates: Option<DuplicateSettings>,
    /// Which listeners ask for credentials, and which do not. As soon as one is named, a message
    /// over one that is not hears 403 ([`RefusalReason::UnnamedListener`]), so that an address
    /// mistyped here opens nothing; [`ListenerConfig::open`] with [`Listener::Any`] opens the rest.
    /// Empty by default: nobody is asked.
    ///
    /// [`RefusalReason::UnnamedListener`]: super::RefusalReason::UnnamedListener
    pub listeners: Vec<ListenerConfig>,
    /// Remember where each unit can be reached; off by default. For REGISTER add it to
    /// [`sip::Config::methods`] too.
    pub registrar: Option<registrar::Config>,
    /// Tell which units have gone silent; off by default.
    pub supervision: Option<supervision::Config>,
    /// Which `hbi` the units are told. With a policy it alone decides, and none is sent to a unit
    /// that it does not name; without one, the default, that of the caller's response leaves.
    pub heartbeat_policy: Option<HeartbeatPolicy>,
    /// Expect the calls that responses ask for; off by default.
    pub calls: Option<CallSettings>,
}

/// Why there is no receiver with these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The SIP layer cannot be made.
    #[error(transparent)]
    Endpoint(#[from] sip::ConfigError),
    /// A time below 1 ms, or a capacity of zero.
    #[error("{setting} is zero")]
    Zero {
        /// The field of the settings.
        setting: &'static str,
    },
    /// A time longer than it can be.
    #[error("{setting} is longer than {limit:?}")]
    TooLong {
        /// The field of the settings.
        setting: &'static str,
        /// The longest it can be.
        limit: Duration,
    },
    /// A listener cannot challenge.
    #[error("{listener:?}: {error}")]
    Challenger {
        /// The listener.
        listener: Listener,
        /// Why.
        error: ChallengerError,
    },
    /// A listener is named twice.
    #[error("{listener:?} is named twice")]
    ListenerTwice {
        /// The listener.
        listener: Listener,
    },
}

impl Config {
    /// The defaults. `seed` is 16 random bytes, fresh for each start of the process.
    #[must_use]
    pub fn new(seed: [u8; 16]) -> Self {
        let decode = DecodeOptions::lenient();
        let mut endpoint = sip::Config::new(seed);
        // The codec says `snu` 1 to what is a little too long; beyond twice that SIP says 413.
        endpoint.limits.body = decode.limits.body * 2;
        endpoint.limits.message = endpoint
            .limits
            .message
            .max(endpoint.limits.head + endpoint.limits.body);
        Config {
            endpoint,
            decode,
            encode: EncodeOptions::new(),
            answer_mode: AnswerMode::SeparateMessage,
            strict_content_type: false,
            accept_unknown_message_types: false,
            decision_time: Duration::from_secs(10),
            pending: 10_000,
            pending_bytes: 64 * 1024 * 1024,
            evidence_bytes: 16 * 1024 * 1024,
            duplicates: None,
            listeners: Vec::new(),
            registrar: None,
            supervision: None,
            heartbeat_policy: None,
            calls: None,
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (setting, zero) in [
            ("decision_time", self.decision_time < SHORTEST),
            ("pending", self.pending == 0),
            ("pending_bytes", self.pending_bytes == 0),
        ] {
            if zero {
                return Err(ConfigError::Zero { setting });
            }
        }
        if let Some(duplicates) = &self.duplicates {
            for (setting, zero) in [
                ("duplicates.window", duplicates.window < SHORTEST),
                ("duplicates.entries", duplicates.entries == 0),
                ("duplicates.bytes", duplicates.bytes == 0),
            ] {
                if zero {
                    return Err(ConfigError::Zero { setting });
                }
            }
            if duplicates.window > LONGEST {
                let (setting, limit) = ("duplicates.window", LONGEST);
                return Err(ConfigError::TooLong { setting, limit });
            }
        }
        let limit = match self.answer_mode {
            AnswerMode::SeparateMessage => LONGEST,
            AnswerMode::BodyInOk => self.endpoint.timers.transaction().min(LONGEST),
        };
        if self.decision_time > limit {
            let setting = "decision_time";
            return Err(ConfigError::TooLong { setting, limit });
        }
        Ok(())
    }
}
