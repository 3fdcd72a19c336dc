//! Settings of the server side.

use core::fmt;
use core::time::Duration;

use super::client::Client;
use super::faults::Faults;
use crate::options::{Limits, Mode};
use crate::refusal_limit::RefusalLimit;
use crate::version::UnityVersion;
use crate::wire::WireProfile;

/// Settings of a [`Server`](super::Server).
#[derive(Clone)]
#[non_exhaustive]
pub struct Config {
    /// The path before every call: `/partner`. Empty when the router is nested there.
    pub base: String,
    /// Paths and names that are guessed.
    pub profile: WireProfile,
    /// Whether deviations are tolerated, with a warning: lenient.
    pub mode: Mode,
    /// The version to be: the latest.
    pub version: UnityVersion,
    /// What a body may cost. A larger one is answered 413 before it is read whole.
    pub limits: Limits,
    /// How long a body may take: 10 seconds.
    pub body_timeout: Duration,
    /// How long the backend may take before 503 is answered: 30 seconds.
    pub backend_timeout: Duration,
    /// The life of a token: 24 hours.
    pub token_life: Duration,
    /// Tokens of one client that are valid at once, the latest: 64.
    pub tokens_per_client: usize,
    /// How many refused token calls a source may cause.
    pub refusal_limit: Option<RefusalLimit>,
    /// Faults to commit, for test doubles: none.
    pub faults: Faults,
    pub(super) seed: [u8; 32],
    pub(super) clients: Vec<Client>,
}

impl Config {
    /// The defaults. `seed` is 32 random bytes, fresh for each start of the process, secret: tokens are
    /// made of it. Without clients nobody gets a token.
    #[must_use]
    pub fn new(seed: [u8; 32], clients: Vec<Client>) -> Self {
        Self {
            base: "/partner".into(),
            profile: WireProfile::default(),
            mode: Mode::Lenient,
            version: UnityVersion::LATEST,
            limits: Limits::DEFAULT,
            body_timeout: Duration::from_secs(10),
            backend_timeout: Duration::from_secs(30),
            token_life: Duration::from_secs(24 * 60 * 60),
            tokens_per_client: 64,
            refusal_limit: Some(RefusalLimit::default()),
            faults: Faults::default(),
            seed,
            clients,
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("base", &self.base)
            .field("mode", &self.mode)
            .field("version", &self.version)
            .field("limits", &self.limits)
            .field("clients", &self.clients)
            .finish_non_exhaustive()
    }
}
