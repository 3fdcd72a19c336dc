//! Settings of the search.

use super::family::Family;

/// Wrong bits that a sync word may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum SyncTolerance {
    /// None.
    Exact,
    /// At most one.
    One,
    /// At most two: the default of the reference.
    #[default]
    Two,
    /// At most three.
    Three,
}

impl SyncTolerance {
    /// All of them, the strictest first.
    pub const ALL: [SyncTolerance; 4] = [
        SyncTolerance::Exact,
        SyncTolerance::One,
        SyncTolerance::Two,
        SyncTolerance::Three,
    ];

    /// How many bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self as u32
    }
}

/// Which polarities are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Polarities {
    /// Both: that a 1 is the upper tone is inferred (Climax reference 1.3).
    #[default]
    Both,
    /// The bits as they are.
    Normal,
    /// The bits inverted.
    Inverted,
}

/// How to search (Climax reference 2.7).
///
/// The default follows the reference: family F1, two wrong bits, both polarities, no leniency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
#[non_exhaustive]
pub struct SearchOptions {
    /// What frames look like.
    pub family: Family,
    /// Wrong bits allowed in the sync word.
    pub tolerance: SyncTolerance,
    /// Which polarities are tried.
    pub polarities: Polarities,
    /// Take a frame when the row begins inside the sync word and all but its first byte is there,
    /// exact. Only with a right check and an expected length.
    pub late_rows: bool,
    /// Take a frame as a record when its check differs in the final bit alone.
    pub last_bit_lost: bool,
    /// Take a frame as a record when its check ends early, three quarters of it are there, and
    /// they are right.
    pub crc_cut_short: bool,
}

impl SearchOptions {
    /// The defaults of the reference.
    #[must_use]
    pub fn new() -> Self {
        SearchOptions::default()
    }

    /// The exact sync word and no leniency.
    #[must_use]
    pub fn strict() -> Self {
        SearchOptions {
            tolerance: SyncTolerance::Exact,
            ..SearchOptions::default()
        }
    }

    /// Everything for recorded material: late rows and both leniencies. What a leniency let in is
    /// a record, never an event.
    #[must_use]
    pub fn recordings() -> Self {
        SearchOptions {
            late_rows: true,
            last_bit_lost: true,
            crc_cut_short: true,
            ..SearchOptions::default()
        }
    }

    /// The same for another family.
    #[must_use]
    pub fn with_family(mut self, family: Family) -> Self {
        self.family = family;
        self
    }

    /// The same with another tolerance.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: SyncTolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The same with other polarities.
    #[must_use]
    pub fn with_polarities(mut self, polarities: Polarities) -> Self {
        self.polarities = polarities;
        self
    }
}
