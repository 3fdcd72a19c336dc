//! Reading: bytes to a repaired tree with findings (FHIR reference 13).
//!
//! [`decode`] reads a whole document and fails only when no resource can be made out. Every
//! deviation it reads past is a [`Finding`](crate::Finding) with the path of the element. The
//! original text stays reachable from every value.
//!
//! ```
//! use fhir_vkp::decode::{DecodeOptions, decode};
//! use fhir_vkp::view::DetectedIssue;
//! use fhir_vkp::{AlertCode, FindingKind};
//!
//! let body = br#"{"resourceType": "DetectedIssue", "status": "final",
//!     "identifier": {"system": "https://example.net/alarm", "value": 17},
//!     "code": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090",
//!                          "code": "4.1"}]}}"#;
//! let decoded = decode(body, DecodeOptions::lenient())?;
//! let issue = DetectedIssue::of(decoded.resource()).expect("it says so");
//! assert_eq!(issue.alert_code(), Some(AlertCode::FALL));
//!
//! let findings: Vec<String> = decoded.findings().iter().map(|found| found.to_string()).collect();
//! assert_eq!(findings, [
//!     "DetectedIssue.identifier: a single value where an array belongs",
//!     "DetectedIssue.identifier[0].value: a string written as a number",
//! ]);
//! # Ok::<(), fhir_vkp::decode::DecodeError>(())
//! ```

mod bundle;
mod elements;
mod entries;
mod error;
mod findings;
pub(crate) mod flags;
mod json;
mod limits;
pub(crate) mod node;
mod primitive;
mod repair;
mod resource;
mod text;
pub(crate) mod write;

pub(crate) use elements::is_name;

pub use bundle::{Bundle, Entry, Page, SearchMode};
pub use entries::{DecodedEntry, Entries};
pub use error::{DecodeError, DecodeErrorKind, JsonFault};
pub use findings::Findings;
pub use limits::{DecodeOptions, Limits, Mode};
pub use node::{JsonKind, Member, Node};
pub use resource::Resource;

use core::fmt;

use json::Reader;
use repair::Repair;

/// A document that was read: the repaired tree, the findings, the original text.
#[derive(Clone, PartialEq)]
pub struct Decoded<'a> {
    node: Node<'a>,
    findings: Findings,
    text: &'a str,
}

/// Reads one document: a resource of any type, a Bundle among them.
///
/// # Errors
///
/// [`DecodeError`] when no resource can be made out: other formats, broken JSON, no `resourceType`,
/// or a limit that was passed. In strict mode also for the first deviation.
pub fn decode(body: &[u8], options: DecodeOptions) -> Result<Decoded<'_>, DecodeError> {
    let opened = text::open(body, options)?;
    let (text, skipped) = (opened.text, opened.skipped);
    let mut reader = Reader::new(text, 0, opened.limits);
    let read = reader.value(0).and_then(|node| {
        reader.end()?;
        Ok(node)
    });
    let mut node = read.map_err(|error| error.into_error("Resource", skipped))?;
    let start = skipped + (text.len() - text.trim_start().len());
    if node.kind() != JsonKind::Object {
        return Err(DecodeError::new(DecodeErrorKind::NotAnObject, start));
    }
    if node.text("resourceType").is_none_or(str::is_empty) {
        return Err(DecodeError::new(DecodeErrorKind::NoResourceType, start));
    }
    let mut repair = Repair::starting_with(opened.findings, &opened.limits);
    let within_limits = repair.document(&mut node);
    let findings = repair.into_findings();
    if !within_limits {
        let limit = opened.limits.section_depth;
        let kind = DecodeErrorKind::SectionsTooDeep { limit };
        return Err(DecodeError::new(kind, start));
    }
    if let (Mode::Strict, Some(finding)) = (options.mode, findings.first_deviation()) {
        return Err(DecodeError::deviation(finding));
    }
    Ok(Decoded {
        node,
        findings,
        text,
    })
}

/// JSON as it is, without a look at FHIR.
#[cfg(feature = "fhir-sdk")]
pub(crate) fn parse_plain(text: &str, limits: Limits) -> Option<Node<'_>> {
    Reader::new(text, 0, limits.bounded()).value(0).ok()
}

impl<'a> Decoded<'a> {
    /// The resource.
    #[must_use]
    pub const fn resource(&self) -> Resource<'_> {
        Resource::new(&self.node)
    }

    /// The Bundle, if it is one.
    #[must_use]
    pub fn bundle(&self) -> Option<Bundle<'_>> {
        Bundle::of(self.resource())
    }

    /// What deviates.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Whether something speaks for the older STU3 interface: a `MessageHeader` with a receiver, a
    /// `Flag`, or a profile that ends with `-v05` or `-v06` (FHIR reference 1).
    #[must_use]
    pub fn is_older_release(&self) -> bool {
        let mut old = self.findings.of(crate::FindingKind::OlderRelease);
        old.next().is_some()
    }

    /// The text as it came, without a byte-order mark.
    #[must_use]
    pub const fn original(&self) -> &'a str {
        self.text
    }
}

impl fmt::Debug for Decoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoded")
            .field("resource", &self.resource())
            .field("findings", &self.findings)
            .finish()
    }
}
