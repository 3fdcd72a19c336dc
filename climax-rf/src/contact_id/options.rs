//! Settings of reading.

use crate::mode::Mode;

/// How to read a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Lenient or strict.
    pub mode: Mode,
    /// Take a report whose checksum is wrong, marked, for panels whose account text is altered on
    /// the way (Climax reference 5.2). Off by default; strict reading refuses it in any case.
    pub accept_wrong_checksum: bool,
}

impl DecodeOptions {
    /// What a station should use.
    #[must_use]
    pub const fn lenient() -> Self {
        DecodeOptions {
            mode: Mode::Lenient,
            accept_wrong_checksum: false,
        }
    }

    /// The form as written in the reference.
    #[must_use]
    pub const fn strict() -> Self {
        DecodeOptions {
            mode: Mode::Strict,
            accept_wrong_checksum: false,
        }
    }

    /// The same, taking reports with a wrong checksum.
    #[must_use]
    pub const fn accepting_wrong_checksum(mut self) -> Self {
        self.accept_wrong_checksum = true;
        self
    }
}
