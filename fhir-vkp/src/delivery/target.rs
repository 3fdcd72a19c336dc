//! To whom documents go.

use crate::answer::Outcome;
use crate::request::{
    Document, JftRequests, PitRequests, Request, RequestError, StatusAddress, VkpRequests,
};

/// The service that documents are written to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// VKP: 2xx is the end. Where VKP forwards to JFT, it answers for it.
    Vkp(VkpRequests),
    /// JFT: the status is followed.
    Jft(JftRequests),
    /// PIT: 2xx is the end.
    Pit(PitRequests),
}

impl Target {
    /// The request that writes a document.
    ///
    /// # Errors
    ///
    /// [`RequestError`] when the service does not take it.
    pub fn write(&self, document: &Document) -> Result<Request, RequestError> {
        match self {
            Self::Vkp(vkp) => vkp.write(document),
            Self::Jft(jft) => jft.write(document),
            Self::Pit(pit) => pit.write(document),
        }
    }

    pub(super) fn status(&self, address: &StatusAddress) -> Option<Request> {
        match self {
            Self::Jft(jft) => jft.status(address).ok(),
            _ => None,
        }
    }

    pub(super) const fn confirms_at_once(&self) -> bool {
        !matches!(self, Self::Jft(_))
    }

    /// Where the answer to a write says that the status is.
    pub(crate) fn status_address(&self, outcome: &Outcome) -> Option<StatusAddress> {
        match self {
            Self::Jft(jft) => jft.status_address(outcome.location()?).ok(),
            _ => None,
        }
    }
}
