//! What happened to an occurrence.

use alloc::string::String;

use crate::event::EventId;
use crate::lifecycle::{Condition, Handling};
use crate::private::Private;
use crate::time::Timestamp;

/// One entry of the append-only list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// What.
    pub change: Change,
    /// Who, when a person or another system did it.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub by: Option<Private<String>>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Change {
    /// The condition track took a step.
    Condition(Condition),
    /// The handling track took a step.
    Handling(Handling),
    /// A message added something.
    UpdatedBy(EventId),
    /// The sender repeated a message; the repeat is counted, not raised.
    RepeatedBy(EventId),
    /// Somebody wrote something.
    Note(Private<String>),
}
