//! Tables `[[controller]]`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Span;

/// One table `[[controller]]`.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerConfig {
    /// The controller identifier, 1 to 16 digits (SCAIP reference 3).
    pub id: String,
    /// The name of the dialect that it speaks.
    #[serde(default = "standard")]
    pub profile: String,
    /// The time between two of its heartbeats, 10 s to 32 days; that of `scaip.supervision`
    /// without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Span>,
    /// How many of its heartbeats in a row may be missing, 2 or 3; that of `scaip.supervision`
    /// without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<u8>,
    /// The `hbi` that it is told if it takes one, 0 to 4 (SCAIP reference 7.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hbi: Option<u8>,
    /// Whether it is supervised from the start of the server on, before its first message.
    #[serde(default)]
    pub known: bool,
}

fn standard() -> String {
    "standard".into()
}

impl ControllerConfig {
    /// A controller of which nothing but its identifier is known.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            profile: standard(),
            interval: None,
            missed: None,
            hbi: None,
            known: false,
        }
    }
}

impl fmt::Debug for ControllerConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The identifier stands for somebody's home.
        f.debug_struct("ControllerConfig")
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
