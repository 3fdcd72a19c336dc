//! Text that is there.

use core::fmt;

/// A text with something in it. FHIR has no empty strings (FHIR reference 1, 13).
///
/// White space at both ends is dropped, and control characters other than tab and line breaks,
/// which a FHIR string must not hold, become `U+FFFD`. `Debug` hides the text, for it may be about
/// a person.
///
/// ```
/// use fhir_vkp::note::Text;
///
/// assert_eq!(Text::new(" Fall på bad ").expect("not empty").as_str(), "Fall på bad");
/// assert_eq!(Text::new(" "), None);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// Takes the text; `None` if there is nothing but white space in it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text: String = text.into();
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return None;
        }
        if trimmed.contains(is_forbidden) {
            return Some(Self(trimmed.replace(is_forbidden, "\u{FFFD}").into()));
        }
        Some(Self(if trimmed.len() == text.len() {
            text.into()
        } else {
            trimmed.into()
        }))
    }

    /// The text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&crate::Uuid> for Text {
    /// In lower case with hyphens.
    fn from(uuid: &crate::Uuid) -> Self {
        let mut place = uuid::Uuid::encode_buffer();
        Self((*uuid.hyphenated().encode_lower(&mut place)).into())
    }
}

/// Characters that neither a FHIR string nor XHTML may hold.
fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_replaced_and_line_breaks_are_kept() {
        let text = Text::new("a\u{0}b\r\nc\td\u{9f}").expect("text");
        assert_eq!(text.as_str(), "a\u{FFFD}b\r\nc\td\u{FFFD}");
    }

    #[test]
    fn debug_hides_the_text() {
        let text = Text::new("BLID FJELLREV");
        assert_eq!(format!("{text:?}"), "Some(Text(hidden))");
    }
}
