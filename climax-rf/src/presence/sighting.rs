//! A receiver has heard a transmitter.

use crate::time::Time;

/// Why a transmitter was on the air (Climax reference 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SightingKind {
    /// It is being moved.
    Beacon,
    /// Its button was pressed. The alarm is another matter; this is only where it was.
    Button,
    /// Its sign of life.
    Supervision,
}

/// How strong it was, on a scale that has a name. Two scales are never compared: how the steps of
/// a panel relate to dBm is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Strength {
    /// In dBm.
    Dbm(i16),
    /// In the steps of a panel, 0 to 9, 9 the strongest (Climax reference 3.4).
    Step(u8),
}

impl Strength {
    /// How much stronger this is, in dB or steps; `None` on different scales.
    #[must_use]
    pub fn above(self, other: Self) -> Option<i32> {
        match (self, other) {
            (Self::Dbm(this), Self::Dbm(other)) => Some(i32::from(this) - i32::from(other)),
            (Self::Step(this), Self::Step(other)) => Some(i32::from(this) - i32::from(other)),
            _ => None,
        }
    }
}

/// A receiver has heard a transmitter. `D` names transmitters and `R` receivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting<D, R> {
    /// The transmitter.
    pub device: D,
    /// The receiver, which stands for the place.
    pub receiver: R,
    /// When.
    pub at: Time,
    /// How strong.
    pub strength: Strength,
    /// Why it was on the air.
    pub kind: SightingKind,
}
