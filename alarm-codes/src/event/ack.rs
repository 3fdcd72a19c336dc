//! Proof of delivery: who was told, who confirmed.

use alloc::string::String;

use crate::lifecycle::Handling;
use crate::names::names;
use crate::private::Private;
use crate::time::Timestamp;

names! {
    /// How safe the event was when the sender was answered.
    pub enum StorageStep ("storage step") {
        /// Not stored at all. A positive answer then would be a promise nobody can keep.
        None = "none",
        /// In memory only.
        Memory = "memory",
        /// On a disk or in a database, flushed.
        Durable = "durable",
    }
}

/// One acknowledgement.
///
/// An answer of a transport says at most that a machine has the message. Only the handling steps of
/// people and their systems say that somebody took it (taxonomy reference section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "by", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Ack {
    /// What the sender was told.
    Sender {
        /// The protocol's answer, for example `snu 0` or `HTTP 200`.
        answer: String,
        /// When it left.
        at: Timestamp,
        /// How safe the event was by then.
        after: StorageStep,
    },
    /// What an operator did.
    Operator {
        /// Who.
        operator: Private<String>,
        /// When.
        at: Timestamp,
        /// Which step of the handling track.
        step: Handling,
    },
    /// What a receiver of the forwarded event answered.
    Receiver {
        /// Which receiver.
        receiver: String,
        /// When it answered.
        at: Timestamp,
        /// Its answer.
        answer: String,
    },
}
