//! The name of a device in the path of a request.

use core::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays as it is in a path segment: letters, digits and the unreserved marks of RFC 3986 2.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The identifier under which the customer registered a device, such as a serial number.
///
/// It is kept exactly as given: alphabet, greatest length and comparison are not documented (Partner
/// API reference 4.1). Its `Debug` form is shortened, since identifiers lead to persons.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceIdentifier(Box<str>);

/// What an identifier may hold beyond the careful default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IdentifierRules {
    /// Take `/` and `\`, which many servers decode or refuse. Off by default.
    pub slashes: bool,
}

/// Why a text cannot name a device in a path (Partner API reference 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidIdentifier {
    /// An empty segment turns a call for one device into the call for many.
    #[error("a device identifier must not be empty")]
    Empty,
    /// `.` and `..`, which URL libraries remove from a path, percent-encoded or not.
    #[error("a device identifier must not be \".\" or \"..\": a path cannot carry it")]
    DotSegment,
    /// A control character.
    #[error("a device identifier must not hold control characters")]
    ControlCharacter,
    /// `/` or `\` without [`IdentifierRules::slashes`].
    #[error("a device identifier with a slash is refused unless the customer is known to use them")]
    Slash,
    /// White space at either end, nearly always a copying mistake in the registration.
    #[error("a device identifier must not begin or end with white space")]
    OuterWhiteSpace,
}

impl DeviceIdentifier {
    /// Checks and keeps the text.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier`] for texts that a path cannot carry safely.
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        Self::with_rules(text, IdentifierRules::default())
    }

    /// Checks by the customer's rules and keeps the text.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier`] for texts that a path cannot carry safely.
    pub fn with_rules(text: &str, rules: IdentifierRules) -> Result<Self, InvalidIdentifier> {
        if text.is_empty() {
            return Err(InvalidIdentifier::Empty);
        }
        if text.trim() != text {
            return Err(InvalidIdentifier::OuterWhiteSpace);
        }
        if matches!(text, "." | "..") {
            return Err(InvalidIdentifier::DotSegment);
        }
        if text.chars().any(char::is_control) {
            return Err(InvalidIdentifier::ControlCharacter);
        }
        if !rules.slashes && text.contains(['/', '\\']) {
            return Err(InvalidIdentifier::Slash);
        }
        Ok(Self(text.into()))
    }

    /// Reads one path segment: decoded once, and once only.
    ///
    /// # Errors
    ///
    /// [`InvalidIdentifier`], also [`InvalidIdentifier::ControlCharacter`] for bytes that are not
    /// UTF-8.
    pub fn from_path_segment(
        segment: &str,
        rules: IdentifierRules,
    ) -> Result<Self, InvalidIdentifier> {
        let text = percent_decode_str(segment)
            .decode_utf8()
            .map_err(|_| InvalidIdentifier::ControlCharacter)?;
        Self::with_rules(&text, rules)
    }

    /// The identifier as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier as one percent-encoded path segment.
    pub fn path_segment(&self) -> impl fmt::Display + '_ {
        utf8_percent_encode(&self.0, SEGMENT)
    }
}

impl fmt::Debug for DeviceIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start: String = self.0.chars().take(2).collect();
        write!(f, "DeviceIdentifier({start}…, {} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_a_path_cannot_carry() {
        for (text, error) in [
            ("", InvalidIdentifier::Empty),
            (".", InvalidIdentifier::DotSegment),
            ("..", InvalidIdentifier::DotSegment),
            ("a/b", InvalidIdentifier::Slash),
            ("a\\b", InvalidIdentifier::Slash),
            (" SN-1", InvalidIdentifier::OuterWhiteSpace),
            ("SN\u{7}1", InvalidIdentifier::ControlCharacter),
        ] {
            assert_eq!(DeviceIdentifier::new(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn is_one_segment_and_comes_back() {
        let rules = IdentifierRules { slashes: true };
        for text in ["SN-004711", "rom 12#?%", "a/b", "blåbær", "...", "%2e"] {
            let identifier = DeviceIdentifier::with_rules(text, rules).expect("valid");
            let segment = identifier.path_segment().to_string();
            assert!(!segment.contains(['/', '?', '#', ' ']), "{segment}");
            assert_eq!(
                DeviceIdentifier::from_path_segment(&segment, rules),
                Ok(identifier)
            );
        }
    }

    #[test]
    fn debug_is_shortened() {
        let identifier = DeviceIdentifier::new("SN-004711").expect("valid");
        assert_eq!(format!("{identifier:?}"), "DeviceIdentifier(SN…, 9 bytes)");
    }
}
