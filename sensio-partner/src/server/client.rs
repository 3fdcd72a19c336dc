//! Who may ask for a token.

use core::fmt;
use std::sync::Arc;

use crate::secret::Secret;
use crate::webhook::{InvalidToken, Verifier};

/// The name of a client, as it stands in its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(Arc<str>);

impl ClientId {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A client with its accepted secrets: the present one and, while it is being changed, the next.
#[derive(Debug, Clone)]
pub struct Client {
    pub(super) id: ClientId,
    pub(super) secrets: Verifier,
}

/// Why a client cannot be configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidClient {
    /// A client without a name.
    #[error("a client needs an id")]
    EmptyId,
    /// A secret that is none.
    #[error("the secret of a client: {0}")]
    Secret(InvalidToken),
}

impl Client {
    /// A client by its `client_id` (or `username`) and its secrets.
    ///
    /// # Errors
    ///
    /// [`InvalidClient`] when the id is empty, there is no secret, or one of them is empty.
    pub fn new(id: &str, secrets: &[Secret]) -> Result<Self, InvalidClient> {
        if id.is_empty() {
            return Err(InvalidClient::EmptyId);
        }
        Ok(Self {
            id: ClientId(id.into()),
            secrets: Verifier::with_any_text(secrets).map_err(InvalidClient::Secret)?,
        })
    }
}
