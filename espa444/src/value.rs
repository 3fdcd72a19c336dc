//! Values that may name people or places: kept out of `Debug`.

use alloc::borrow::Cow;
use core::fmt;

use crate::characters::CharacterSet;

/// Record 1: the number of a pager or group, 1 to 16 characters by the standard.
///
/// A string, not a number: `'31'` and `'031'` differ. `Debug` shows the length only.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CallAddress<'a>(&'a [u8]);

impl<'a> CallAddress<'a> {
    /// The bytes as received.
    #[must_use]
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        CallAddress(bytes)
    }

    /// The bytes as they stand on the line.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The characters, `None` when they are not ASCII.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        if self.0.is_ascii() {
            core::str::from_utf8(self.0).ok()
        } else {
            None
        }
    }
}

impl fmt::Debug for CallAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallAddress({} bytes)", self.0.len())
    }
}

/// Record 2: the text, up to 128 bytes by the standard. `Debug` shows the length only.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DisplayMessage<'a>(&'a [u8]);

impl<'a> DisplayMessage<'a> {
    /// The bytes as received.
    #[must_use]
    pub const fn from_bytes(bytes: &'a [u8]) -> Self {
        DisplayMessage(bytes)
    }

    /// The bytes as they stand on the line.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// The text. Control characters other than CR, LF and TAB are left out of it.
    ///
    /// Borrowed when nothing has to be converted.
    #[must_use]
    pub fn decode(self, characters: CharacterSet) -> Cow<'a, str> {
        characters.decode(self.0)
    }

    /// The text on one line: CR, LF and TAB become blanks, CR LF one blank.
    #[must_use]
    pub fn decode_line(self, characters: CharacterSet) -> Cow<'a, str> {
        let text = characters.decode(self.0);
        if text
            .bytes()
            .any(|byte| matches!(byte, b'\r' | b'\n' | b'\t'))
        {
            Cow::Owned(text.replace("\r\n", " ").replace(['\r', '\n', '\t'], " "))
        } else {
            text
        }
    }
}

impl fmt::Debug for DisplayMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DisplayMessage({} bytes)", self.0.len())
    }
}
