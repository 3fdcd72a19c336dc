//! Text that does not print.

use alloc::string::String;
use core::fmt;

/// A key, a password or an address. `Debug` and `Display` hide it; with feature `aes` its memory
/// is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself. Do not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The key that it is.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](crate::dc09::InvalidKey).
    #[cfg(feature = "aes")]
    pub fn to_key(&self) -> Result<crate::dc09::Key, crate::dc09::InvalidKey> {
        crate::dc09::Key::from_hexadecimal(&self.0)
    }

    pub(super) fn write(&self, out: &mut dyn fmt::Write, show: bool) -> fmt::Result {
        out.write_str(if show { &self.0 } else { "***" })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(feature = "aes")]
impl Drop for Secret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}
