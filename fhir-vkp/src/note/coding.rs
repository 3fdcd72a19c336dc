//! Codes of other systems, beside those of VKP.

use std::borrow::Cow;

use crate::codes::AlertCode;

/// A code of a system that has an address: the source's own code, or one of SNOMED CT or ISO/IEEE
/// 11073 that the caller asks for. Never a second code of VKP itself.
///
/// A code without a real system address cannot be written as a coding; its text belongs in
/// [`Alarm::text`](crate::note::Alarm::text) (FHIR reference 11.2).
///
/// ```
/// use fhir_vkp::note::ExtraCoding;
///
/// let own = ExtraCoding::new("https://example.net/codes", "FALL-2", None)?;
/// assert_eq!(own.code(), "FALL-2");
/// assert!(ExtraCoding::new("panel codes", "FALL-2", None).is_err());
/// # Ok::<(), fhir_vkp::note::InvalidCoding>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExtraCoding {
    system: Cow<'static, str>,
    code: Cow<'static, str>,
    display: Option<Cow<'static, str>>,
}

/// Why a coding cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCoding {
    /// The system is no absolute address (`https:`, `urn:oid:` …), or holds white space.
    #[error("the code system has no absolute address")]
    System,
    /// The system is that of the alert codes: a second one would contradict the first.
    #[error("an alert code of VKP cannot be a second coding")]
    OwnSystem,
    /// The code is empty or has white space at an end, or more than one in a row inside.
    #[error("not the form of a FHIR code")]
    Code,
}

const SNOMED: &str = "http://snomed.info/sct";

impl ExtraCoding {
    /// SNOMED CT "Fall (event)" (FHIR reference 11.3).
    pub const SNOMED_FALL: Self = Self::fixed(SNOMED, "1912002", "Fall (event)");
    /// SNOMED CT "Wandering (finding)": only if a person judged so (FHIR reference 11.3).
    pub const SNOMED_WANDERING: Self = Self::fixed(SNOMED, "50239007", "Wandering (finding)");
    /// SNOMED CT "Patient forgets to take medication": only if a person judged so (FHIR reference
    /// 11.3).
    pub const SNOMED_FORGETS_MEDICATION: Self =
        Self::fixed(SNOMED, "408367005", "Patient forgets to take medication");

    const fn fixed(system: &'static str, code: &'static str, display: &'static str) -> Self {
        Self {
            system: Cow::Borrowed(system),
            code: Cow::Borrowed(code),
            display: Some(Cow::Borrowed(display)),
        }
    }

    /// A code with its system. An empty display counts as none.
    ///
    /// # Errors
    ///
    /// [`InvalidCoding`].
    pub fn new(
        system: impl Into<Cow<'static, str>>,
        code: impl Into<Cow<'static, str>>,
        display: Option<&str>,
    ) -> Result<Self, InvalidCoding> {
        let (system, code) = (system.into(), code.into());
        if !is_address(&system) {
            return Err(InvalidCoding::System);
        }
        if system == AlertCode::SYSTEM.url() {
            return Err(InvalidCoding::OwnSystem);
        }
        if !is_code(&code) {
            return Err(InvalidCoding::Code);
        }
        let display = display.map(str::trim).filter(|text| !text.is_empty());
        Ok(Self {
            system,
            code,
            display: display.map(|text| Cow::Owned(text.to_owned())),
        })
    }

    /// A code of a device or sensor by ISO/IEEE 11073-10101: `528455`, `8519681` … (FHIR reference
    /// 5.2, 11.3).
    #[must_use]
    pub fn ieee_11073(code: u32) -> Self {
        Self {
            system: Cow::Borrowed("urn:iso:std:iso:11073:10101"),
            code: Cow::Owned(code.to_string()),
            display: None,
        }
    }

    /// The address of the code system.
    #[must_use]
    pub fn system(&self) -> &str {
        &self.system
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The text of the code system.
    #[must_use]
    pub fn display(&self) -> Option<&str> {
        self.display.as_deref()
    }
}

/// An absolute URI: a scheme of RFC 3986 3.1, a colon, something after it, nothing that could not
/// stand in a URI.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let of_uri = |c: char| !c.is_whitespace() && !c.is_control();
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(of_scheme)
        && !rest.is_empty()
        && (is_visible_ascii(rest) || rest.chars().all(of_uri))
}

/// Whether there is nothing but visible ASCII, as nearly always: without a way out of the loop the compiler
/// takes many bytes at a time.
pub(crate) fn is_visible_ascii(text: &str) -> bool {
    let visible = |all, byte: u8| all & byte.is_ascii_graphic();
    text.bytes().fold(true, visible)
}

/// The FHIR type `code`: no white space at the ends, and only single ones inside.
fn is_code(text: &str) -> bool {
    !text.chars().any(char::is_control)
        && !text.is_empty()
        && text
            .split(' ')
            .all(|part| !part.is_empty() && !part.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coding_needs_a_system_with_an_address_and_a_code() {
        let new = |system: &'static str, code: &'static str| ExtraCoding::new(system, code, None);
        assert!(new("urn:oid:2.16.578.1.12.4.1.1.7280", "NPU02187").is_ok());
        assert!(new("http://example.net/a", "two words").is_ok());
        for system in [
            "",
            "example.net",
            "1http://example.net",
            "http:",
            "http://a b",
            ":x",
        ] {
            assert_eq!(new(system, "1"), Err(InvalidCoding::System), "{system}");
        }
        for code in ["", " 1", "1 ", "a  b", "a\tb"] {
            assert_eq!(new("urn:x:y", code), Err(InvalidCoding::Code), "{code}");
        }
        assert_eq!(
            new(AlertCode::SYSTEM.url(), "4.1"),
            Err(InvalidCoding::OwnSystem)
        );
    }
}
