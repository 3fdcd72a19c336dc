//! What is unusual about a frame, typed.

use core::fmt;

/// One thing that is unusual about a frame. None of them alters its [`State`](super::State).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
#[repr(u8)]
pub enum WarningKind {
    /// A length that was not seen before (Climax reference 2.1).
    UnseenLength,
    /// Payload byte 2 at or above 0x40, which no capture shows (Climax reference 2.3, 2.7).
    SuspectByte,
    /// Wrong bits in the sync word, within those allowed.
    SyncErrors,
    /// Found with all bits inverted: the radio has the tones the other way round.
    Inverted,
    /// The row began inside the sync word (Climax reference 2.7, rule 2).
    LateRow,
    /// Accepted although the last bit of the CRC is wrong.
    LastBitLost,
    /// Accepted although the CRC is cut short.
    CrcCutShort,
    /// The chip says whether the CRC was right, its bytes were not seen.
    CrcByChip,
    /// The family declares no check.
    NoCrc,
    /// Bytes follow the packet; ignored. Some chips append their own.
    TrailingBytes,
}

impl WarningKind {
    /// Every kind there is.
    pub const ALL: &'static [WarningKind] = &[
        WarningKind::UnseenLength,
        WarningKind::SuspectByte,
        WarningKind::SyncErrors,
        WarningKind::Inverted,
        WarningKind::LateRow,
        WarningKind::LastBitLost,
        WarningKind::CrcCutShort,
        WarningKind::CrcByChip,
        WarningKind::NoCrc,
        WarningKind::TrailingBytes,
    ];

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::UnseenLength => "unseen-length",
            WarningKind::SuspectByte => "suspect-byte",
            WarningKind::SyncErrors => "sync-errors",
            WarningKind::Inverted => "inverted",
            WarningKind::LateRow => "late-row",
            WarningKind::LastBitLost => "last-bit-lost",
            WarningKind::CrcCutShort => "crc-cut-short",
            WarningKind::CrcByChip => "crc-by-chip",
            WarningKind::NoCrc => "no-crc",
            WarningKind::TrailingBytes => "trailing-bytes",
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u8
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WarningKind::UnseenLength => "a payload length that was not seen before",
            WarningKind::SuspectByte => "payload byte above what was ever seen",
            WarningKind::SyncErrors => "wrong bits in the sync word",
            WarningKind::Inverted => "all bits inverted",
            WarningKind::LateRow => "the row begins inside the sync word",
            WarningKind::LastBitLost => "the last bit of the CRC is wrong",
            WarningKind::CrcCutShort => "the CRC is cut short",
            WarningKind::CrcByChip => "the chip checked the CRC, its bytes were not seen",
            WarningKind::NoCrc => "the family has no check",
            WarningKind::TrailingBytes => "bytes follow the packet",
        })
    }
}

/// The warnings of one frame. No heap.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Warnings(u16);

impl Warnings {
    /// None.
    pub const NONE: Warnings = Warnings(0);

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether that one is among them.
    #[must_use]
    pub const fn contains(self, kind: WarningKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// One after the other.
    pub fn iter(self) -> impl Iterator<Item = WarningKind> {
        WarningKind::ALL
            .iter()
            .copied()
            .filter(move |kind| self.contains(*kind))
    }

    pub(super) fn add(&mut self, kind: WarningKind) {
        self.0 |= kind.bit();
    }

    pub(super) fn add_if(&mut self, condition: bool, kind: WarningKind) {
        if condition {
            self.add(kind);
        }
    }
}

impl fmt::Debug for Warnings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
