//! Settings of reading.

use crate::mode::Mode;

/// How to read a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Lenient or strict.
    pub mode: Mode,
}

impl DecodeOptions {
    /// What a station should use.
    #[must_use]
    pub const fn lenient() -> Self {
        DecodeOptions {
            mode: Mode::Lenient,
        }
    }

    /// The standard as the reference has it; the raw CRC is taken even so.
    #[must_use]
    pub const fn strict() -> Self {
        DecodeOptions { mode: Mode::Strict }
    }
}
