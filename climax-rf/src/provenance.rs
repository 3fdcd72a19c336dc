//! How a fact came to be known.

use core::fmt;

/// Where the knowledge about an item comes from.
///
/// The maker publishes little, so everything that this crate names, from a frame family to the name
/// of a code, says how sure it is (Climax reference 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Provenance {
    /// At least two sources that do not depend on each other (mark C2).
    Confirmed,
    /// One source (mark C1).
    SingleSource,
    /// Stated nowhere; concluded from captures or by arithmetic (mark INF).
    Inferred,
    /// A published general standard, not the maker (mark STD).
    Standard,
    /// The user of this crate said so, for instance in a declared layout.
    User,
}

impl Provenance {
    /// The name in JSON and in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::SingleSource => "single_source",
            Self::Inferred => "inferred",
            Self::Standard => "standard",
            Self::User => "user",
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
