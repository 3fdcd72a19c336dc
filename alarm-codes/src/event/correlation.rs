//! What a message has to do with other messages.

use alloc::string::String;
use alloc::vec::Vec;

use crate::event::EventId;
use crate::kind::Kind;

/// What a message has to do with other messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Correlation {
    /// The peer's id of this message: SCAIP `ref`, Sensio `externalEventId`, DC-09 sequence number,
    /// VKP bundle identifier.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub source_ref: Option<String>,
    /// What finds a duplicate, when that is not the `source_ref` alone.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub dedup_key: Option<String>,
    /// The occurrence that this message ends, when the message names it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub clears: Option<Reference>,
    /// The kinds whose condition this message ends, when the message names no occurrence.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub clears_kinds: Vec<Kind>,
    /// The occurrence that this message adds to.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub updates: Option<Reference>,
    /// What led to this event, for example the lost heartbeat behind an offline event.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub caused_by: Option<Reference>,
}

impl Correlation {
    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A pointer to another event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Reference {
    /// By our own id.
    Event(EventId),
    /// By the peer's id, which counts within one controller.
    SourceRef(String),
}
