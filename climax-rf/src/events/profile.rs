//! Which kind of equipment reports.

use core::fmt;
use core::str::FromStr;

/// The kind of equipment behind an account (Climax reference 7.1).
///
/// One number means a fall from a care unit and an attack from an intrusion panel, so the profile
/// belongs to the account in the registry. It is never guessed from a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Profile {
    /// Care unit A, which reports the visit of a carer.
    CareUnitA,
    /// Care unit B, with panel.
    CareUnitB,
    /// Mobile care unit.
    Mobile,
    /// Intrusion panel.
    Intrusion,
    /// A cloud of the maker or of a rebrand, with the maker's own list.
    Cloud,
    /// Nobody said. Every meaning of an event is given then.
    #[default]
    Unknown,
}

impl Profile {
    /// Every profile, [`Unknown`](Self::Unknown) last.
    pub const ALL: [Self; 6] = [
        Self::CareUnitA,
        Self::CareUnitB,
        Self::Mobile,
        Self::Intrusion,
        Self::Cloud,
        Self::Unknown,
    ];

    /// The name in configuration and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CareUnitA => "care-unit-a",
            Self::CareUnitB => "care-unit-b",
            Self::Mobile => "mobile",
            Self::Intrusion => "intrusion",
            Self::Cloud => "cloud",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it is a unit for care, fixed or mobile.
    #[must_use]
    pub const fn is_care(self) -> bool {
        matches!(self, Self::CareUnitA | Self::CareUnitB | Self::Mobile)
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that names no [`Profile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no profile of this name: care-unit-a, care-unit-b, mobile, intrusion, cloud or unknown")]
#[non_exhaustive]
pub struct UnknownProfile;

impl FromStr for Profile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.name() == text)
            .ok_or(UnknownProfile)
    }
}
