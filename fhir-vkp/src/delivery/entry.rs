//! One document and how it is doing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::answer::JournalState;
use crate::clock::{Time, WallMicros};
use crate::identifier::Identifier;
use crate::request::{Document, Resource, StatusAddress};

use super::event::LastAttempt;
use super::lanes::Lane;
use super::state::{EntryState, Parked};

/// A document, without its bytes: they stay in the store.
pub(super) struct Entry {
    pub(super) resource: Resource,
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
    /// What the last attempt to write it came to.
    pub(super) last: Option<LastAttempt>,
    /// Until when its patience lasts at least, after a restart.
    pub(super) patience: Option<Time>,
    /// When what [concerns all](crate::answer::Class::concerns_all) came to this one last.
    pub(super) stopped: Option<Time>,
    /// Whether it did while others went through for which the same pause would hold.
    pub(super) stopped_alone: bool,
    /// How often that was 403 while others went through.
    pub(super) forbidden_alone: u32,
    /// How often it was as from a wrong address while others went through, of this type or another.
    pub(super) turned_away_alone: u32,
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
            resource: document.resource(),
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
            last: None,
            patience: None,
            stopped: None,
            stopped_alone: false,
            forbidden_alone: 0,
            turned_away_alone: 0,
        }
    }

    /// Forgets the failures, before another kind of call or new patience.
    pub(super) const fn start_anew(&mut self) {
        self.tries = 0;
        self.late = false;
        self.last = None;
        self.stopped = None;
        self.stopped_alone = false;
        self.forbidden_alone = 0;
        self.turned_away_alone = 0;
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
