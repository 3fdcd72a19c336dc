//! What is kept of the crosswalk's answer.

use alloc::string::String;

use crate::mapping::{Mapping, Relation};
use crate::system::{Profile, System};

/// How the kind was found, or what was lost when the event was encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RecordedMapping {
    /// The code system.
    pub system: System,
    /// The profile whose row answered; `any` when none did.
    pub profile: Profile,
    /// The code as received, or as sent.
    pub code: String,
    /// How the code stands to the kind. Anything but `equal` is a loss.
    pub relation: Relation,
    /// True when no public source confirms the row.
    pub uncertain: bool,
}

impl RecordedMapping {
    /// Records an answer of the crosswalk with the code as it was received or sent.
    pub fn new(mapping: &Mapping, code: impl Into<String>) -> Self {
        Self {
            system: mapping.system(),
            profile: mapping.profile(),
            code: code.into(),
            relation: mapping.relation(),
            uncertain: mapping.uncertain(),
        }
    }
}
