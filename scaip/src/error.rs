//! What cannot be read or written, and the protocol's own answer to it.

use crate::codes::StatusNumber;
use crate::message::Response;
use crate::options::Root;
use crate::tag::Tag;
use crate::text::{Reference, Text};
use crate::warning::{Warning, WarningKind};

/// A body that is no SCAIP message, or one that strict rules refuse.
///
/// [`DecodeError::refusal`] gives the `mrs` to answer with. The text names elements and places,
/// never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (byte {offset})")]
#[non_exhaustive]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// Byte offset in the body as received.
    pub offset: usize,
    /// The reference of the message, if one could be made out.
    pub reference: Option<Reference<'static>>,
    /// The root the message had, as far as it was read; answer in kind.
    pub root: Root,
}

/// Why a body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// No body, or nothing but white space.
    #[error("the body is empty")]
    EmptyBody,
    /// More bytes than [`Limits::body`](crate::Limits::body).
    #[error("the body is longer than {limit} bytes")]
    TooLarge {
        /// The limit that was passed.
        limit: usize,
    },
    /// Nested deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("elements are nested more than {limit} deep")]
    TooDeep {
        /// The limit that was passed.
        limit: usize,
    },
    /// More elements than [`Limits::elements`](crate::Limits::elements).
    #[error("more than {limit} elements")]
    TooManyElements {
        /// The limit that was passed.
        limit: usize,
    },
    /// A UTF-16 or UTF-32 body.
    #[error("the encoding is neither UTF-8 nor a one-byte Latin encoding")]
    Encoding,
    /// Not XML: a tag not closed, wrongly closed, or something that is no markup.
    #[error("not well-formed XML: {0}")]
    NotWellFormed(NotWellFormed),
    /// A document type definition; never read, whatever it says.
    #[error("a document type definition is refused")]
    DocumentType,
    /// An entity other than the five of XML; never resolved.
    #[error("an entity reference is refused")]
    Entity,
    /// The root is neither `mrq` nor `mrs`.
    #[error("the root element is neither mrq nor mrs")]
    Root,
    /// The other document was asked for.
    #[error("expected the other document")]
    WrongDocument,
    /// A mandatory element is missing or blank.
    #[error("{0} is missing")]
    Missing(Tag),
    /// A mandatory element has a value that cannot be read.
    #[error("{0} cannot be read")]
    Unreadable(Tag),
    /// Strict mode: the first deviation.
    #[error("{0}")]
    Deviation(WarningKind),
}

/// What is wrong with the XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotWellFormed {
    /// Markup that does not parse.
    #[error("markup cannot be read")]
    Markup,
    /// An end tag that does not match, or none at all.
    #[error("start and end tags do not match")]
    Tags,
    /// The body ends inside an element.
    #[error("the end is missing")]
    Truncated,
    /// Something stands before or behind the root element.
    #[error("content outside the root element")]
    OutsideRoot,
    /// A character reference that names no character.
    #[error("impossible character reference")]
    CharacterReference,
}

impl DecodeError {
    pub(crate) fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        DecodeError {
            kind,
            offset,
            reference: None,
            root: Root::Standard,
        }
    }

    pub(crate) fn deviation(warning: Warning) -> Self {
        DecodeError::new(DecodeErrorKind::Deviation(warning.kind), warning.offset)
    }

    /// The status number that fits (SCAIP reference 9).
    #[must_use]
    pub const fn status_number(&self) -> StatusNumber {
        match self.kind {
            DecodeErrorKind::TooLarge { .. } | DecodeErrorKind::TooManyElements { .. } => {
                StatusNumber::MESSAGE_TOO_LONG
            }
            DecodeErrorKind::Missing(_) => StatusNumber::MANDATORY_TAG_MISSING,
            DecodeErrorKind::Unreadable(_) => StatusNumber::WRONG_DATA_CONTENT,
            DecodeErrorKind::Deviation(warning) => warning.status_number(),
            _ => StatusNumber::INVALID_FORMAT,
        }
    }

    /// The `mrs` to refuse with, `None` without a reference: then only the layer below can
    /// answer (SIP 400, or 413 when too large; SCAIP reference 5.7).
    #[must_use]
    pub fn refusal(&self) -> Option<Response<'static>> {
        let mut response = Response::new(self.reference.clone()?, self.status_number());
        response.status_text = Some(Text::new(self.kind.to_string()));
        Some(response)
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.kind {
            DecodeErrorKind::EmptyBody => "empty-body",
            DecodeErrorKind::TooLarge { .. } => "too-large",
            DecodeErrorKind::TooDeep { .. } => "too-deep",
            DecodeErrorKind::TooManyElements { .. } => "too-many-elements",
            DecodeErrorKind::Encoding => "encoding",
            DecodeErrorKind::NotWellFormed(_) => "not-well-formed",
            DecodeErrorKind::DocumentType => "document-type",
            DecodeErrorKind::Entity => "entity",
            DecodeErrorKind::Root => "root",
            DecodeErrorKind::WrongDocument => "wrong-document",
            DecodeErrorKind::Missing(_) => "missing",
            DecodeErrorKind::Unreadable(_) => "unreadable",
            DecodeErrorKind::Deviation(warning) => warning.code(),
        }
    }
}

/// A value that cannot be written; nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Present but empty.
    #[error("{0} is empty: leave it out instead")]
    Empty(Tag),
    /// Longer than the element allows.
    #[error("{0} is longer than {limit} characters", limit = .0.length().1)]
    TooLong(Tag),
    /// Characters or digits that the pattern of the element does not allow.
    #[error("{0} does not fit its pattern")]
    Pattern(Tag),
    /// A control character, or another one that XML cannot carry.
    #[error("{0} holds a control character")]
    ControlCharacter(Tag),
    /// `mreq`, or a second `crd` or `tnu`, with the older edition set.
    #[error("this use of {0} belongs to the newer edition")]
    NewerEdition(Tag),
}
