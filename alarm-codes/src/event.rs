//! The event record of taxonomy reference section 3.

use alloc::string::String;
use alloc::vec::Vec;

use crate::class::Class;
use crate::kind::Kind;
use crate::lifecycle::{Condition, Handling};
use crate::mapping::{Mapping, Phase, Relation};
use crate::priority::Priority;
use crate::time::Timestamp;

mod ack;
mod attachment;
mod correlation;
mod device;
mod history;
mod id;
mod location;
mod raw;
mod recorded;
mod subject;
mod times;
mod voice;

pub use ack::{Ack, StorageStep};
pub use attachment::{Attachment, Measurement, Picture};
pub use correlation::{Correlation, Reference};
pub use device::Device;
pub use history::{Change, HistoryEntry};
pub use id::{EventId, InvalidEventId};
pub use location::{Latitude, Location, Longitude, Position};
pub use raw::{Bytes, Decoder, Raw, Transport};
pub use recorded::RecordedMapping;
pub use subject::{FoundBy, Subject};
pub use times::{Reading, Times};
pub use voice::{Voice, VoiceDirection, VoiceMode};

/// One message about one occurrence: something begins, changes or ends.
///
/// Built with [`Event::new`] or [`Event::from_mapping`]; every field is public and may be set
/// afterwards. The struct is `non_exhaustive` because the model grows.
///
/// With the feature `serde` the JSON form is stable: names in snake_case as below, absent and empty
/// fields left out, unknown fields ignored on reading. `schema/event.schema.json` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Event {
    /// Own unique id: case number for logs, idempotency key for forwarding.
    pub event_id: EventId,
    /// What happened. May be wrong, and can be recomputed from `raw`.
    pub kind: Kind,
    /// The source's own code where it says something that the kind does not.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub detail: Option<String>,
    /// What the event is routed by.
    pub class: Class,
    /// The kind's default unless a profile, device or subject overrides it.
    pub priority: Priority,
    /// The source's own priority, as it wrote it. Kept, not interpreted.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub source_priority: Option<String>,
    /// What this message says about the occurrence.
    pub phase: Phase,
    /// Whether what happened still goes on.
    pub condition: Condition,
    /// How far people and receivers have come with it.
    pub handling: Handling,
    /// Which unit and which sensor.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Device::is_empty")
    )]
    pub device: Device,
    /// Candidate persons: none, one or several. Two people may share one unit.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub subjects: Vec<Subject>,
    /// Where.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Location::is_empty")
    )]
    pub location: Location,
    /// When, by which clock.
    pub times: Times,
    /// What it has to do with other messages.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Correlation::is_empty")
    )]
    pub correlation: Correlation,
    /// Whether and how to speak with the person.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Voice::is_empty")
    )]
    pub voice: Voice,
    /// Pictures, texts and measurements.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub attachments: Vec<Attachment>,
    /// The evidence: the bytes as received. Stored before the sender is told anything.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub raw: Option<Raw>,
    /// How the kind was found and how far to trust it.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub mapping: Option<RecordedMapping>,
    /// Who was told or has confirmed what.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub acks: Vec<Ack>,
    /// What happened to the occurrence, oldest first. Append only.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Vec::is_empty")
    )]
    pub history: Vec<HistoryEntry>,
    /// Whether a test caused this message. Every output has to carry it.
    pub test: bool,
}

impl Event {
    /// An event that begins now: class and priority from the kind, condition active, handling received.
    /// A `cancel` alone begins nothing and has phase end.
    ///
    /// The caller supplies the id; a UUID of version 7 sorts by time. Kinds of class test are marked as
    /// tests.
    #[must_use]
    pub fn new(id: EventId, kind: Kind, received: Timestamp) -> Self {
        Self {
            event_id: id,
            kind,
            detail: None,
            class: kind.class(),
            priority: kind.default_priority(),
            source_priority: None,
            phase: if kind == Kind::Cancel {
                Phase::End
            } else {
                Phase::Start
            },
            condition: if kind == Kind::Cancel {
                Condition::Cleared
            } else {
                Condition::Active
            },
            handling: Handling::Received,
            device: Device::default(),
            subjects: Vec::new(),
            location: Location::default(),
            times: Times::received(received),
            correlation: Correlation::default(),
            voice: Voice::default(),
            attachments: Vec::new(),
            raw: None,
            mapping: None,
            acks: Vec::new(),
            history: Vec::new(),
            test: kind.class() == Class::Test,
        }
    }

    /// An event from an answer of the crosswalk, with the source's code as it was received.
    ///
    /// Sets kind, class, priority, phase, condition, the kinds that an end clears, and the record of
    /// the mapping. Where the code says something that the kind does not, it is kept as detail.
    #[must_use]
    pub fn from_mapping(
        id: EventId,
        received: Timestamp,
        mapping: &Mapping,
        code: impl Into<String>,
    ) -> Self {
        let mut event = Self::new(id, mapping.kind(), received);
        event.apply_mapping(mapping, code);
        event
    }

    /// Takes over another answer of the crosswalk, for example after a corrected profile.
    ///
    /// Sets what [`Event::from_mapping`] sets and leaves everything else alone. A test stays a test.
    pub fn apply_mapping(&mut self, mapping: &Mapping, code: impl Into<String>) {
        let code = code.into();
        let kind = mapping.kind();
        self.kind = kind;
        self.class = kind.class();
        self.priority = kind.default_priority();
        self.phase = mapping.phase();
        self.condition = match mapping.phase() {
            Phase::Start | Phase::Update => Condition::Active,
            Phase::End => Condition::Cleared,
        };
        self.test |= self.class == Class::Test;
        // A row with alternatives (locked or unlocked) leaves open which one it was.
        let says_more = mapping.code_text().contains('|')
            || matches!(
                mapping.relation(),
                Relation::CodeNarrower | Relation::Overlap
            );
        self.detail = says_more.then(|| code.clone());
        self.correlation.clears_kinds = mapping.clears().to_vec();
        self.mapping = Some(RecordedMapping::new(mapping, code));
    }

    /// True while the event belongs on the active list: until handling is closed.
    ///
    /// A cleared condition alone does not take it off (taxonomy reference section 6).
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.handling.is_open()
    }

    /// Takes a step of the handling track and writes it into the history.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`](crate::IllegalTransition) when the step is not legal; nothing changes then.
    pub fn advance(
        &mut self,
        to: Handling,
        at: Timestamp,
    ) -> Result<(), crate::IllegalTransition<Handling>> {
        self.handling = self.handling.advance(to)?;
        self.history.push(HistoryEntry {
            at,
            change: Change::Handling(to),
            by: None,
        });
        Ok(())
    }

    /// Notes that the condition is over and writes it into the history. Handling stays as it is.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`](crate::IllegalTransition) when it was over already; nothing changes then.
    pub fn clear(&mut self, at: Timestamp) -> Result<(), crate::IllegalTransition<Condition>> {
        self.condition = self.condition.advance(Condition::Cleared)?;
        let change = Change::Condition(Condition::Cleared);
        self.history.push(HistoryEntry {
            at,
            change,
            by: None,
        });
        Ok(())
    }
}
