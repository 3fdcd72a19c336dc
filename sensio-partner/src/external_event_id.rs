//! The partner's own name for an event.

use core::fmt;

/// The partner's own id of an event; it comes back in webhooks since 6.11 and takes no part in
/// addressing (Partner API reference 4.2 and 4.4). Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExternalEventId(Box<str>);

/// An empty id, which must be left out instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an external event id must not be empty: leave it out")]
pub struct InvalidExternalEventId;

impl ExternalEventId {
    /// Keeps the text.
    ///
    /// # Errors
    ///
    /// [`InvalidExternalEventId`] when it is empty.
    pub fn new(text: &str) -> Result<Self, InvalidExternalEventId> {
        if text.is_empty() {
            return Err(InvalidExternalEventId);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
