//! Tables `[scaip.registration]`, `[scaip.supervision]` and `[scaip.calls]`.

use std::time::Duration;

use scaip::supervision::Interval;
use serde::{Deserialize, Serialize};

use super::{ConfigError, Span, holds};

/// Table `[scaip.registration]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegistrationConfig {
    /// Whether REGISTER is taken.
    pub enabled: bool,
    /// The least expiry; a shorter one hears 423.
    pub min_expires: Span,
    /// The greatest expiry; a longer one is shortened.
    pub max_expires: Span,
    /// What counts when a request names none.
    pub default_expires: Span,
    /// Most controllers whose paths and registrations are remembered.
    pub controllers: usize,
}

impl Default for RegistrationConfig {
    fn default() -> Self {
        let defaults = scaip::registrar::Config::new();
        Self {
            enabled: false,
            min_expires: Span(defaults.min_expires),
            max_expires: Span(defaults.max_expires),
            default_expires: Span(defaults.default_expires),
            controllers: defaults.controllers,
        }
    }
}

impl RegistrationConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        holds([
            (
                self.min_expires.0 <= Duration::from_secs(3600),
                "scaip.registration.min_expires",
                "must be at most 1h",
            ),
            (
                self.max_expires.0 >= self.min_expires.0
                    && self.max_expires.0 >= Duration::from_secs(1),
                "scaip.registration.max_expires",
                "must be at least min_expires, and 1s",
            ),
            (
                self.default_expires.0 >= self.min_expires.0
                    && self.default_expires.0 <= self.max_expires.0,
                "scaip.registration.default_expires",
                "must be between min_expires and max_expires",
            ),
            (
                self.controllers > 0,
                "scaip.registration.controllers",
                "must be at least 1",
            ),
        ])
    }
}

/// Table `[scaip.supervision]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SupervisionConfig {
    /// Whether units are supervised.
    pub enabled: bool,
    /// The time between two heartbeats of a unit that has none of its own, 10 s to 32 days.
    pub interval: Span,
    /// How many heartbeats in a row may be missing, 2 or 3.
    pub missed: u8,
    /// Which units are supervised.
    pub units: SupervisedUnits,
    /// Most units that are supervised.
    pub controllers: usize,
    /// After a restart nobody counts as silent sooner than this.
    pub restart_grace: Span,
    /// How often what changed is stored, 100 ms to 1 h.
    pub store_interval: Span,
}

/// Which units are supervised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SupervisedUnits {
    /// Each from its first message on.
    #[default]
    All,
    /// Those that have a `[[controller]]` table, from the start of the server on.
    Listed,
}

impl Default for SupervisionConfig {
    fn default() -> Self {
        Self {
            enabled: false,
            interval: Span(Duration::from_secs(3600)),
            missed: 3,
            units: SupervisedUnits::All,
            controllers: 100_000,
            restart_grace: Span(Duration::from_secs(60)),
            store_interval: Span(Duration::from_secs(1)),
        }
    }
}

pub(super) fn is_interval(span: Span) -> bool {
    Interval::new(span.0).is_ok()
}

pub(super) fn is_missed(missed: u8) -> bool {
    (2..=3).contains(&missed)
}

impl SupervisionConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        holds([
            (
                is_interval(self.interval),
                "scaip.supervision.interval",
                "must be 10s to 768h (32 days)",
            ),
            (
                is_missed(self.missed),
                "scaip.supervision.missed",
                "must be 2 or 3",
            ),
            (
                self.controllers > 0,
                "scaip.supervision.controllers",
                "must be at least 1",
            ),
            (
                (Duration::from_millis(100)..=Duration::from_secs(3600))
                    .contains(&self.store_interval.0),
                "scaip.supervision.store_interval",
                "must be 100ms to 1h",
            ),
        ])
    }
}

/// Table `[scaip.calls]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CallsConfig {
    /// How long to wait for the call that an alarm was asked for.
    pub wait: Span,
    /// Most calls that are waited for at a time.
    pub expected: usize,
}

impl Default for CallsConfig {
    fn default() -> Self {
        let defaults = scaip::call::CallSettings::default();
        Self {
            wait: Span(defaults.wait),
            expected: defaults.calls,
        }
    }
}

impl CallsConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        holds([
            (
                (Duration::from_secs(1)..=Duration::from_secs(3600)).contains(&self.wait.0),
                "scaip.calls.wait",
                "must be 1s to 1h",
            ),
            (
                self.expected > 0,
                "scaip.calls.expected",
                "must be at least 1",
            ),
        ])
    }
}
