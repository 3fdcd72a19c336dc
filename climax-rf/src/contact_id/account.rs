//! Who reports.

use core::fmt::{self, Write as _};

/// The account of a report: text as it was received, without spaces.
///
/// Usually 4 to 6 digits, but words and the tail of a hardware address are met (Climax reference
/// 5.2). Two accounts are equal when their bytes are. `Display` shows the text; `Debug` only its
/// length, because an account leads to a person's home.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Account<'a>(&'a [u8]);

/// Text that no report can carry as an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an account has 1 to {} printable ASCII characters, without space and []<>|\"",
    Account::LONGEST
)]
#[non_exhaustive]
pub struct InvalidAccount;

impl<'a> Account<'a> {
    /// Characters of an account that is written.
    pub const LONGEST: usize = 32;

    /// An account to be written.
    ///
    /// # Errors
    ///
    /// [`InvalidAccount`] for more than [`LONGEST`](Self::LONGEST) characters, for none, and for
    /// characters that the report forms use for themselves.
    pub const fn new(text: &'a str) -> Result<Self, InvalidAccount> {
        let account = Account(text.as_bytes());
        if account.is_writable() {
            Ok(account)
        } else {
            Err(InvalidAccount)
        }
    }

    /// Whatever stood in its place.
    pub(crate) const fn received(bytes: &'a [u8]) -> Self {
        Account(bytes)
    }

    /// Whether a writer takes it; what was received may be odder.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        let bytes = self.0;
        if bytes.is_empty() || bytes.len() > Self::LONGEST {
            return false;
        }
        let mut i = 0;
        while i < bytes.len() {
            if !matches!(bytes[i], 0x21..=0x7E)
                || matches!(bytes[i], b'[' | b']' | b'<' | b'>' | b'|' | b'"')
            {
                return false;
            }
            i += 1;
        }
        true
    }

    /// The bytes as received.
    #[must_use]
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.0
    }

    /// The text, when it is UTF-8 as nearly always.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }
}

impl<'a> TryFrom<&'a str> for Account<'a> {
    type Error = InvalidAccount;

    fn try_from(text: &'a str) -> Result<Self, InvalidAccount> {
        Account::new(text)
    }
}

impl fmt::Display for Account<'_> {
    /// The text; bytes that are no UTF-8 are read as Latin-1.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_str() {
            Some(text) => f.pad(text),
            None => self
                .0
                .iter()
                .try_for_each(|&byte| f.write_char(char::from(byte))),
        }
    }
}

impl fmt::Debug for Account<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn debug_does_not_show_the_account() {
        let account = Account::new("4711").unwrap();
        assert_eq!(format!("{account:?} {account}"), "Account(4 bytes) 4711");
        assert_eq!(format!("{}", Account::received(b"v\xE5rd")), "vård");
    }

    #[test]
    fn what_would_break_a_report_is_refused() {
        for text in ["", "a b", "[1", "1]", "<1", "1>", "a|b", "\"", "å", "a\r"] {
            assert_eq!(Account::new(text), Err(InvalidAccount));
        }
        assert!(Account::new("room-217").is_ok());
        assert!(Account::new(&"7".repeat(33)).is_err());
    }
}
