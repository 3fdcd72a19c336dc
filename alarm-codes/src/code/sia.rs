//! SIA DC-03: two letters.

use core::fmt;

/// A two-letter SIA event code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiaCode([u8; 2]);

impl SiaCode {
    /// The code of two ASCII letters in either case; stored in upper case.
    #[must_use]
    pub const fn new(letters: [u8; 2]) -> Option<Self> {
        if letters[0].is_ascii_alphabetic() && letters[1].is_ascii_alphabetic() {
            Some(Self([
                letters[0].to_ascii_uppercase(),
                letters[1].to_ascii_uppercase(),
            ]))
        } else {
            None
        }
    }

    /// The two letters in upper case.
    #[must_use]
    pub const fn letters(self) -> [u8; 2] {
        self.0
    }
}

impl fmt::Display for SiaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0[0] as char, self.0[1] as char)
    }
}
