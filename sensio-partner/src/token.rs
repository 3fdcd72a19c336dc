//! Tokens: asking, reading, keeping, renewing (Partner API reference 3).
//!
//! [`Tokens`] is a machine without clock and socket. Time and answers go in; requests and events come
//! out. It keeps one token per customer, renews it early, one renewal at a time, and lets calls use
//! the old one while it is valid.

mod answer;
mod credentials;
mod machine;

pub use answer::TokenAnswerError;
pub use credentials::{Credentials, CredentialsError, token_request};
pub use machine::{Access, AttemptId, Config, Event, Problem, Tokens, Transmit};

pub(crate) use answer::read_token;

use core::fmt;
use std::sync::Arc;

use crate::secret::Secret;

/// A token as the value of an `Authorization` header. Cheap to clone; does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken {
    pub(crate) authorization: Arc<Secret>,
    pub(crate) generation: u64,
}

impl AccessToken {
    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> &Secret {
        &self.authorization
    }

    /// Which of the tokens of this machine it is, from 1.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessToken(hidden, generation {})", self.generation)
    }
}
