//! One answer of the crosswalk: which kind, which code, and what the step between them loses.

use crate::code::Code;
use crate::kind::Kind;
use crate::names::names;
use crate::pattern::Pattern;
use crate::system::{Profile, System};

names! {
    /// How the meaning of a code stands to the meaning of the kind (taxonomy reference section 1).
    pub enum Relation ("relation") {
        /// Same meaning.
        Equal = "equal",
        /// The code also stands for other kinds.
        CodeBroader = "code-broader",
        /// Code and kind share a part of their meaning.
        Overlap = "overlap",
        /// The code is a special case of the kind; what it adds goes into `detail`.
        CodeNarrower = "code-narrower",
        /// The system has no code for the kind.
        None = "none",
    }
}

names! {
    /// Which way a row may be used.
    pub enum Direction ("direction") {
        /// Both ways.
        Both = "both",
        /// From code to kind only.
        Decode = "decode",
        /// From kind to code only.
        Encode = "encode",
    }
}

names! {
    /// What a message says about an occurrence (taxonomy reference section 3).
    pub enum Phase ("phase") {
        /// It begins.
        Start = "start",
        /// It goes on or has changed.
        Update = "update",
        /// It ends or is withdrawn.
        End = "end",
    }
}

/// One row of the crosswalk.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) kind: Kind,
    /// `None` in the row that answers for every unknown code.
    pub(crate) system: Option<System>,
    pub(crate) profile: Profile,
    pub(crate) code: &'static str,
    pub(crate) relation: Relation,
    pub(crate) direction: Direction,
    pub(crate) uncertain: bool,
    pub(crate) note: &'static str,
    pub(crate) source: &'static str,
    pub(crate) pattern: Pattern,
}

/// An answer of the crosswalk.
///
/// Copies freely: it points into static tables and holds no text of the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    pub(crate) row: &'static Row,
    pub(crate) system: System,
    pub(crate) phase: Phase,
    pub(crate) clears: &'static [Kind],
}

/// Why a mapping does not say exactly the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Loss {
    /// How the code stands to the kind; never [`Relation::Equal`].
    pub relation: Relation,
    /// The remark of the row: what is lost, or which trap to avoid. May be empty.
    pub note: &'static str,
}

impl Mapping {
    /// The kind. [`Kind::Unmapped`] when no row knows the code.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.row.kind
    }

    /// The code system.
    #[must_use]
    pub const fn system(&self) -> System {
        self.system
    }

    /// The profile whose row answered: the one asked for, or the system's base profile, or
    /// [`Profile::Any`] when no row knows the code.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.row.profile
    }

    /// The code as the row writes it, for example `dty=0004;stc=0010` or `QA/QH`; `-` without a code.
    #[must_use]
    pub const fn code_text(&self) -> &'static str {
        self.row.code
    }

    /// How the code stands to the kind.
    #[must_use]
    pub const fn relation(&self) -> Relation {
        self.row.relation
    }

    /// Which way the row may be used.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.row.direction
    }

    /// True when no public source confirms the row or sources disagree. Treat it as a default that a
    /// profile may override.
    #[must_use]
    pub const fn uncertain(&self) -> bool {
        self.row.uncertain
    }

    /// What is lost, or which trap to avoid. May be empty.
    #[must_use]
    pub const fn note(&self) -> &'static str {
        self.row.note
    }

    /// Keys of the sources behind the row, as in taxonomy reference section 2.
    #[must_use]
    pub const fn source(&self) -> &'static str {
        self.row.source
    }

    /// What the code says about the occurrence.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// The kinds whose condition this message ends. Empty unless the phase is [`Phase::End`];
    /// empty also for a `cancel` that does not say what it withdraws.
    #[must_use]
    pub const fn clears(&self) -> &'static [Kind] {
        self.clears
    }

    /// What the row loses; `None` exactly when the relation is equal.
    ///
    /// A target system also loses fields beside the kind: see [`System::lost`].
    #[must_use]
    pub const fn loss(&self) -> Option<Loss> {
        match self.row.relation {
            Relation::Equal => None,
            relation => Some(Loss {
                relation,
                note: self.row.note,
            }),
        }
    }

    /// The typed form of the row's code.
    #[must_use]
    pub const fn pattern(&self) -> Pattern {
        self.row.pattern
    }

    /// The code to send for this row in a phase, if the row alone decides it.
    ///
    /// `None` when the system cannot say that phase with this row (SCAIP has an end only where a
    /// status code of its own clears the condition; Sensio withdraws by request), or when the row has
    /// no code. Where a row allows several codes the first is given; when they tell things apart, such as
    /// locked and unlocked, choose from [`Mapping::pattern`] by the event's detail instead. A SCAIP row for any device type
    /// leaves `device_type` empty: fill in the device's own with [`ScaipCode::with_device_type`].
    ///
    /// [`ScaipCode::with_device_type`]: crate::ScaipCode::with_device_type
    #[must_use]
    pub fn code(&self, phase: Phase) -> Option<Code<'static>> {
        self.row.pattern.code(self.row.kind, phase)
    }
}

impl core::fmt::Debug for Mapping {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Mapping")
            .field("kind", &self.kind())
            .field("system", &self.system)
            .field("profile", &self.profile())
            .field("code", &self.code_text())
            .field("relation", &self.relation())
            .field("uncertain", &self.uncertain())
            .field("phase", &self.phase)
            .field("clears", &self.clears)
            .finish_non_exhaustive()
    }
}
