//! Which byte of a number comes first.

/// Which byte of a number comes first, on the air or on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ByteOrder {
    /// The highest.
    #[default]
    HighFirst,
    /// The lowest.
    LowFirst,
}
