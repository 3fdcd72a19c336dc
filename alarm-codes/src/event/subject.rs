//! The person whom it may be about.

use alloc::string::String;

use crate::names::names;
use crate::private::Private;

names! {
    /// How a candidate was found.
    #[non_exhaustive]
    pub enum FoundBy ("way to find a subject") {
        /// The registry names the person for the device.
        DeviceRegistry = "device_registry",
        /// The message named the person.
        Message = "message",
        /// An operator said so.
        Operator = "operator",
    }
}

/// One candidate. Never print a single name when the data hold several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Subject {
    /// The person's identifier in the registry that knows them.
    pub id: Private<String>,
    /// Name for people to read.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub name: Option<Private<String>>,
    /// How the candidate was found.
    pub found_by: FoundBy,
    /// True when somebody made sure that it is this person.
    pub confirmed: bool,
}

impl Subject {
    /// A candidate that nobody has confirmed yet.
    pub fn new(id: impl Into<String>, found_by: FoundBy) -> Self {
        Self {
            id: Private::new(id.into()),
            name: None,
            found_by,
            confirmed: false,
        }
    }
}
