//! One document and how it is doing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::answer::JournalState;
use crate::clock::{Time, WallMicros};
use crate::identifier::Identifier;
use crate::request::{Document, StatusAddress};

use super::lanes::Lane;
use super::state::{EntryState, ParkReason};

/// A document, without its bytes: they stay in the store.
pub(super) struct Entry {
    pub(super) lane: Option<Lane>,
    pub(super) identifier: Option<Identifier>,
    /// Tells bytes from others with the same identifier.
    pub(super) fingerprint: u64,
    pub(super) submitted: WallMicros,
    pub(super) stage: Stage,
    pub(super) in_flight: bool,
    /// An attempt ended without an answer.
    pub(super) maybe_taken: bool,
    /// Failures in a row, or questions asked, for the length of the pause.
    pub(super) tries: u32,
    /// When it is to be written or asked for, as it stands among the writes or the asks.
    pub(super) due: Option<Time>,
    /// When it is late or its time is over, as it stands among the alarms.
    pub(super) alarm: Option<Time>,
    pub(super) late: bool,
    /// Since when 403 came to this one, and how often while others went through.
    pub(super) forbidden: Option<Time>,
    pub(super) forbidden_alone: u32,
}

pub(super) enum Stage {
    Waiting {
        /// `None`: since it was submitted.
        since: Option<WallMicros>,
    },
    Following {
        status: StatusAddress,
        since: WallMicros,
        state: Option<JournalState>,
    },
    Parked {
        reason: ParkReason,
        at: WallMicros,
        status: Option<StatusAddress>,
    },
}

impl Entry {
    pub(super) fn new(document: &Document, lane: Option<Lane>, submitted: WallMicros) -> Self {
        Self {
            lane,
            identifier: document.identifier().cloned(),
            fingerprint: fingerprint(document),
            submitted,
            stage: Stage::Waiting { since: None },
            in_flight: false,
            maybe_taken: false,
            tries: 0,
            due: None,
            alarm: None,
            late: false,
            forbidden: None,
            forbidden_alone: 0,
        }
    }

    pub(super) fn state(&self) -> EntryState {
        match &self.stage {
            Stage::Waiting { since } => EntryState::Waiting { since: *since },
            Stage::Following { status, since, .. } => EntryState::Taken {
                status: status.clone(),
                since: *since,
            },
            Stage::Parked { reason, at, status } => EntryState::Parked {
                reason: reason.clone(),
                at: *at,
                status: status.clone(),
            },
        }
    }
}

pub(super) fn fingerprint(document: &Document) -> u64 {
    let mut hasher = DefaultHasher::new();
    document.body().hash(&mut hasher);
    hasher.finish()
}
