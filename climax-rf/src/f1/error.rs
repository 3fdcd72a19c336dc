//! What cannot be read, declared or written.

/// More bits asked for than there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{len} bits asked for, the bytes hold {held}")]
pub struct BitsError {
    /// Bits asked for.
    pub len: usize,
    /// Bits there are.
    pub held: usize,
}

/// A family that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FamilyError {
    /// No name.
    #[error("the family has no name")]
    NameMissing,
    /// A preamble of more than 64 bytes.
    #[error("the preamble has {length} bytes, at most 64 are taken")]
    PreambleTooLong {
        /// Its bytes.
        length: usize,
    },
    /// A sync word shorter than 16 bits or longer than 64.
    #[error("a sync word of {length} bits, 16 to 64 are taken")]
    SyncLength {
        /// Its bits.
        length: u8,
    },
    /// A sync word with bits beyond its length.
    #[error("the sync word has bits beyond its length")]
    SyncValue,
    /// A length range without a length in it, or with length 0.
    #[error("no payload length fits {min} to {max}, and 0 is none")]
    LengthRange {
        /// The shortest declared.
        min: u8,
        /// The longest declared.
        max: u8,
    },
    /// An expected length that is not accepted.
    #[error("the expected length {length} is outside {min} to {max}")]
    ExpectedLength {
        /// The expected length.
        length: u8,
        /// The shortest declared.
        min: u8,
        /// The longest declared.
        max: u8,
    },
    /// A CRC whose width is not 8, 16, 24 or 32, or whose values do not fit it.
    #[error("the CRC needs a width of 8, 16, 24 or 32 and values that fit it")]
    Crc,
    /// A suspect byte that the shortest payload does not have.
    #[error("payload byte {byte} is watched, the shortest payload has {shortest}")]
    SeenBelow {
        /// The byte watched.
        byte: u8,
        /// Bytes of the shortest payload.
        shortest: u8,
    },
    /// A bit rate of nothing.
    #[error("the bit rate is zero")]
    BitRateZero,
}

/// Bytes in which there is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No bytes.
    #[error("there are no bytes")]
    Empty,
    /// No sync word, in either polarity.
    #[error("no sync word in {bits} bits")]
    NoSync {
        /// Bits searched.
        bits: usize,
    },
    /// A length that the family does not take: for F1 0 to 2 and 62 to 255 (Climax reference 2.7).
    #[error("a payload of {length} bytes is refused")]
    Length {
        /// The length byte.
        length: u8,
    },
}

/// A row that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (character {offset})")]
#[non_exhaustive]
pub struct RowError {
    /// Why.
    pub kind: RowErrorKind,
    /// Byte offset in the text given.
    pub offset: usize,
}

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowErrorKind {
    /// Text without `{`.
    #[error("no row: a row begins with {{bitcount}}")]
    NoRow,
    /// `{` without `}`.
    #[error("the brace is not closed")]
    BraceOpen,
    /// Something other than a decimal number in the braces.
    #[error("the bit count is not a number")]
    BitCount,
    /// A bit count above [`MAX_ROW_BITS`](super::MAX_ROW_BITS).
    #[error("a row of {bits} bits, at most {limit} are taken")]
    TooLong {
        /// Bits announced.
        bits: usize,
        /// Bits taken.
        limit: usize,
    },
    /// Fewer hexadecimal digits than the bit count needs.
    #[error("{digits} hexadecimal digits for {bits} bits")]
    TooShort {
        /// Bits announced.
        bits: usize,
        /// Digits there are.
        digits: usize,
    },
    /// More hexadecimal digits than the bit count covers.
    #[error("more hexadecimal digits than {bits} bits need")]
    TooManyDigits {
        /// Bits announced.
        bits: usize,
    },
    /// The caller's buffer is shorter than the row.
    #[error("the row needs {needed} bytes of buffer")]
    BufferTooSmall {
        /// Bytes of the row.
        needed: usize,
    },
}

/// Text that is no signal strength on the scale of panels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignalError {
    /// No number in it.
    #[error("no number from 0 to 9")]
    LevelMissing,
    /// A number above 9.
    #[error("the level is above 9")]
    LevelTooHigh,
}

/// A frame that cannot be written; nothing was.
#[cfg(feature = "encoder")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A payload length that the family does not take.
    #[error("the family takes no payload of {length} bytes")]
    Length {
        /// Bytes of the payload.
        length: usize,
    },
    /// The caller's buffer is shorter than the frame.
    #[error("the frame needs {needed} bytes of buffer")]
    BufferTooSmall {
        /// Bytes of the frame.
        needed: usize,
    },
}
