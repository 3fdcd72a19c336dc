//! Texts and identifiers: borrowed where they can be, silent in `Debug` where they are personal.

use std::borrow::Cow;
use std::fmt;

use crate::tag::{Mismatch, Tag};

macro_rules! text_type {
    ($( #[$doc:meta] )* $type:ident, $debug:expr) => {
        $( #[$doc] )*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type<'a>(Cow<'a, str>);

        impl<'a> $type<'a> {
            /// Wraps a text; white space around it is removed, as it is when reading.
            pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
                $type(trimmed(text.into()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The same, no longer borrowed.
            #[must_use]
            pub fn into_owned(self) -> $type<'static> {
                $type(Cow::Owned(self.0.into_owned()))
            }
        }

        impl<'a> From<&'a str> for $type<'a> {
            fn from(text: &'a str) -> Self {
                $type::new(text)
            }
        }

        impl From<String> for $type<'_> {
            fn from(text: String) -> Self {
                $type::new(text)
            }
        }

        impl AsRef<str> for $type<'_> {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $type<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let show: fn(&str, &mut fmt::Formatter<'_>) -> fmt::Result = $debug;
                show(&self.0, f)
            }
        }
    };
}

/// Removes white space at both ends without copying a borrowed text.
pub(crate) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Shows what keeps to the pattern of an identifier; anything else could be a name or a number.
fn identifier(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain {
        fmt::Debug::fmt(text, f)
    } else {
        hidden(text, f)
    }
}

/// Shows digits only.
fn number(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain {
        fmt::Debug::fmt(text, f)
    } else {
        hidden(text, f)
    }
}

/// Shows what looks like a hardware address.
fn hardware(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if plain {
        fmt::Debug::fmt(text, f)
    } else {
        hidden(text, f)
    }
}

fn hidden(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "<{} characters>", text.chars().count())
}

text_type! {
    /// `ref`: the sender's own name for this message, 1 to 16 of `0-9 A-Z a-z` (SCAIP reference 3).
    ///
    /// An identifier, not a number: zeros in front count, case counts. A receiver echoes it
    /// exactly, also when it breaks the pattern. `Debug` shows it only when it keeps the pattern.
    Reference, identifier
}

text_type! {
    /// `cid`: the unit that reports, 1 to 16 digits (SCAIP reference 3).
    ///
    /// An identifier, not a number: zeros in front count.
    ControllerId, number
}

text_type! {
    /// `did`: the thing the event is about, 1 to 8 characters; twelve are met in the field
    /// (SCAIP reference 3).
    DeviceId, hardware
}

text_type! {
    /// Free text for people. May name a person or a place, so `Debug` prints its length only.
    Text, hidden
}

impl Reference<'_> {
    /// Whether the reference keeps to the published pattern.
    #[must_use]
    pub fn is_conforming(&self) -> bool {
        Tag::Reference.check(self.as_str()).is_ok()
    }
}

impl ControllerId<'_> {
    /// Whether the identifier keeps to the published pattern.
    #[must_use]
    pub fn is_conforming(&self) -> bool {
        Tag::ControllerId.check(self.as_str()).is_ok()
    }
}

impl DeviceId<'_> {
    /// Whether the identifier keeps to the published length.
    #[must_use]
    pub fn is_conforming(&self) -> bool {
        Tag::DeviceId.check(self.as_str()) != Err(Mismatch::TooLong)
    }
}
