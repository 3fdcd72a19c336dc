//! One document and how it is doing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::answer::JournalState;
use crate::clock::{Time, WallMicros};
use crate::identifier::Identifier;
use crate::request::{Document, StatusAddress};

use super::lanes::Lane;
use super::state::{EntryState, Parked};

/// A document, without its bytes: they stay in the store.
pub(super) struct Entry {
    pub(super) lane: Option<Lane>,
    pub(super) identifier: Option<Identifier>,
    /// Tells bytes from others with the same identifier.
    pub(super) fingerprint: u64,
    pub(super) submitted: WallMicros,
    pub(super) stage: Stage,
    pub(super) in_flight: bool,
    /// Nobody knows what became of an attempt to write it.
    pub(super) maybe_taken: bool,
    /// Failures in a row, or questions asked, for the length of the pause.
    pub(super) tries: u32,
    /// When it is to be written or asked for, as it stands among the writes or the asks.
    pub(super) due: Option<Time>,
    /// When it is late or its time is over, as it stands among the alarms.
    pub(super) alarm: Option<Time>,
    pub(super) late: bool,
    /// When what [concerns all](crate::answer::Class::concerns_all) came to this one last, whether it did
    /// while others went through, and how often that was 403.
    pub(super) stopped: Option<Time>,
    pub(super) stopped_alone: bool,
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
        why: Parked,
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
            stopped: None,
            stopped_alone: false,
            forbidden_alone: 0,
        }
    }

    /// Forgets the failures, before another kind of call or new patience.
    pub(super) const fn start_anew(&mut self) {
        self.tries = 0;
        self.late = false;
        self.stopped = None;
        self.stopped_alone = false;
        self.forbidden_alone = 0;
    }

    pub(super) fn state(&self) -> EntryState {
        match &self.stage {
            Stage::Waiting { since } => EntryState::Waiting { since: *since },
            Stage::Following { status, since, .. } => EntryState::Taken {
                status: status.clone(),
                since: *since,
            },
            Stage::Parked { why, at, status } => EntryState::Parked {
                why: why.clone(),
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
