//! What cannot be read at all.

use crate::{FindingKind, Path};

/// A body in which no resource can be made out, or one that strict reading refuses.
///
/// Names places and limits, never a value, and of names only those that FHIR gives ([`Path`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset}, at {path})")]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// Byte offset in the body as received; 0 for a deviation, which the path places.
    pub offset: usize,
    /// The element that was being read.
    pub path: Path,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// No body, or nothing but white space.
    #[error("the body is empty")]
    Empty,
    /// More bytes than [`Limits::bytes`](crate::decode::Limits::bytes).
    #[error("the body is longer than {limit} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// Nested deeper than [`Limits::depth`](crate::decode::Limits::depth).
    #[error("the JSON is nested more than {limit} deep")]
    TooDeep {
        /// The limit that was passed.
        limit: usize,
    },
    /// More values than [`Limits::values`](crate::decode::Limits::values).
    #[error("the JSON holds more than {limit} values")]
    TooManyValues {
        /// The limit that was passed.
        limit: usize,
    },
    /// Sections in sections deeper than
    /// [`Limits::section_depth`](crate::decode::Limits::section_depth).
    #[error("sections are nested more than {limit} deep")]
    SectionsTooDeep {
        /// The limit that was passed.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("the body is not UTF-8")]
    Encoding,
    /// XML where JSON is due. FHIR has an XML form too; VKP and its successors speak JSON.
    #[error("the body is XML, not JSON")]
    Xml,
    /// A web page, as proxies and sign-in services answer.
    #[error("the body is HTML, not JSON")]
    Html,
    /// Not JSON.
    #[error("the body is not well-formed JSON: {0}")]
    Json(JsonFault),
    /// JSON, but no object.
    #[error("the body is no JSON object")]
    NotAnObject,
    /// An object without `resourceType`.
    #[error("the body names no resource type")]
    NoResourceType,
    /// A resource of another type than was asked for.
    #[error("the resource is of another type than {expected}")]
    OtherType {
        /// The type that was asked for.
        expected: &'static str,
    },
    /// Strict mode: the first deviation.
    #[error("{0}")]
    Deviation(FindingKind),
}

/// What is wrong with the JSON (RFC 8259).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonFault {
    /// It ends too early.
    #[error("it ends too early")]
    Truncated,
    /// Something that begins no value.
    #[error("no value begins here")]
    Unexpected,
    /// A member needs a name in quotes.
    #[error("a member name is due")]
    ExpectedName,
    /// A colon is due between name and value.
    #[error("a colon is due")]
    ExpectedColon,
    /// A comma or the end of the array or object is due.
    #[error("a comma or the end is due")]
    ExpectedCommaOrEnd,
    /// A number that is none in JSON.
    #[error("a number is malformed")]
    Number,
    /// An escape that JSON does not know.
    #[error("an escape is malformed")]
    Escape,
    /// More text after the end.
    #[error("text follows after the end")]
    TrailingText,
}

/// A [`DecodeError`] on its way up: the path is gathered from the inside out.
#[derive(Debug)]
pub(super) struct Fault {
    kind: DecodeErrorKind,
    offset: usize,
    trail: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Member(Box<str>),
    Item(usize),
}

impl Fault {
    #[cold]
    pub(super) const fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        Fault {
            kind,
            offset,
            trail: Vec::new(),
        }
    }

    #[cold]
    pub(super) fn inside_member(mut self, name: &str) -> Self {
        // A longer name is not shown anyway.
        let name = if name.len() > 64 { "" } else { name };
        self.trail.push(Step::Member(name.into()));
        self
    }

    #[cold]
    pub(super) fn inside_item(mut self, index: usize) -> Self {
        self.trail.push(Step::Item(index));
        self
    }

    #[cold]
    pub(super) fn into_error(self, root: &str, skipped: usize) -> DecodeError {
        let mut path = Path::new(root);
        for step in self.trail.iter().rev() {
            match step {
                Step::Member(name) => path.push_member(name),
                Step::Item(index) => path.push_index(*index),
            }
        }
        DecodeError {
            kind: self.kind,
            offset: self.offset + skipped,
            path,
        }
    }
}

impl DecodeError {
    #[cold]
    pub(super) fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        Fault::new(kind, offset).into_error("Resource", 0)
    }

    /// What strict reading makes of a finding.
    #[cold]
    pub(super) fn deviation(finding: &crate::Finding) -> Self {
        DecodeError {
            kind: DecodeErrorKind::Deviation(finding.kind),
            offset: 0,
            path: finding.path.clone(),
        }
    }
}
