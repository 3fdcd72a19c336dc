//! Deviations that a lenient reader tolerates; a strict one refuses the first of them.

use std::fmt;

use crate::codes::StatusNumber;
use crate::tag::Tag;

/// One tolerated deviation and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Warning {
    /// What deviates.
    pub kind: WarningKind,
    /// Byte offset in the body as received.
    pub offset: usize,
}

/// What a warning is about (SCAIP reference 11 unless said otherwise).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// White space around a value; trimmed.
    WhiteSpace(Tag),
    /// A value longer than its element allows; kept whole.
    TooLong(Tag),
    /// A value outside the pattern of its element; kept.
    Pattern(Tag),
    /// An element that must not be empty; read as absent.
    Empty(Tag),
    /// A value that cannot be read at all; kept among the extra elements.
    Unreadable(Tag),
    /// An element that came again; the first one counts, the rest are kept.
    Repeated(Tag),
    /// `mreq`, or several `crd` or `tnu`, in a message held against SS 91100
    /// (SCAIP reference 2 and 14).
    NewerEdition(Tag),
    /// An element of the other document; kept among the extra elements.
    WrongDocument(Tag),
    /// An element that the reference does not know; kept.
    UnknownElement,
    /// A tag or the root in upper case.
    LetterCase,
    /// A namespace, declared or used as a prefix; ignored.
    Namespace,
    /// An attribute; ignored.
    Attribute,
    /// Text between the elements; ignored.
    StrayText,
    /// A character that XML does not allow; kept inside values.
    ControlCharacter,
    /// Blank space in front of the XML declaration.
    BlankBeforeDeclaration,
    /// NUL bytes behind the root element.
    NulAfterRoot,
    /// A declared encoding other than UTF-8.
    DeclaredEncoding,
    /// Bytes that are not UTF-8 and no declaration; read as Windows-1252.
    AssumedWindows1252,
    /// The root `scaip` of a private dialect, switched on by the caller.
    PrivateRoot,
}

impl WarningKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::WhiteSpace(_) => "white-space",
            WarningKind::TooLong(_) => "too-long",
            WarningKind::Pattern(_) => "pattern",
            WarningKind::Empty(_) => "empty",
            WarningKind::Unreadable(_) => "unreadable",
            WarningKind::Repeated(_) => "repeated",
            WarningKind::NewerEdition(_) => "newer-edition",
            WarningKind::WrongDocument(_) => "wrong-document",
            WarningKind::UnknownElement => "unknown-element",
            WarningKind::LetterCase => "letter-case",
            WarningKind::Namespace => "namespace",
            WarningKind::Attribute => "attribute",
            WarningKind::StrayText => "stray-text",
            WarningKind::ControlCharacter => "control-character",
            WarningKind::BlankBeforeDeclaration => "blank-before-declaration",
            WarningKind::NulAfterRoot => "nul-after-root",
            WarningKind::DeclaredEncoding => "declared-encoding",
            WarningKind::AssumedWindows1252 => "assumed-windows-1252",
            WarningKind::PrivateRoot => "private-root",
        }
    }

    /// The element concerned, if one is.
    #[must_use]
    pub const fn tag(self) -> Option<Tag> {
        match self {
            WarningKind::WhiteSpace(tag)
            | WarningKind::TooLong(tag)
            | WarningKind::Pattern(tag)
            | WarningKind::Empty(tag)
            | WarningKind::Unreadable(tag)
            | WarningKind::Repeated(tag)
            | WarningKind::NewerEdition(tag)
            | WarningKind::WrongDocument(tag) => Some(tag),
            _ => None,
        }
    }

    /// What a strict receiver answers (SCAIP reference 9): 1 when too long, 7 when a mandatory
    /// element is blank, 3 when a value is wrong, 2 when the form is.
    #[must_use]
    pub const fn status_number(self) -> StatusNumber {
        match self {
            WarningKind::TooLong(_) => StatusNumber::MESSAGE_TOO_LONG,
            WarningKind::Empty(
                Tag::Reference | Tag::ControllerId | Tag::DeviceType | Tag::StatusNumber,
            ) => StatusNumber::MANDATORY_TAG_MISSING,
            WarningKind::WhiteSpace(_)
            | WarningKind::Pattern(_)
            | WarningKind::Empty(_)
            | WarningKind::Unreadable(_)
            | WarningKind::NewerEdition(_) => StatusNumber::WRONG_DATA_CONTENT,
            _ => StatusNumber::INVALID_FORMAT,
        }
    }
}

impl fmt::Display for WarningKind {
    /// One line for people; names the element, never its value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WarningKind::WhiteSpace(tag) => write!(f, "white space around the value of {tag}"),
            WarningKind::TooLong(tag) => {
                write!(f, "{tag} is longer than {} characters", tag.length().1)
            }
            WarningKind::Pattern(tag) => write!(f, "{tag} does not fit its pattern"),
            WarningKind::Empty(tag) => write!(f, "{tag} is empty"),
            WarningKind::Unreadable(tag) => write!(f, "{tag} cannot be read and is set aside"),
            WarningKind::Repeated(tag) => write!(f, "{tag} came again, the first one counts"),
            WarningKind::NewerEdition(tag) => {
                write!(f, "this use of {tag} belongs to the newer edition")
            }
            WarningKind::WrongDocument(tag) => write!(f, "{tag} belongs to the other document"),
            WarningKind::UnknownElement => f.write_str("unknown element"),
            WarningKind::LetterCase => f.write_str("tag not in lower case"),
            WarningKind::Namespace => f.write_str("namespace ignored"),
            WarningKind::Attribute => f.write_str("attribute ignored"),
            WarningKind::StrayText => f.write_str("text between the elements ignored"),
            WarningKind::ControlCharacter => f.write_str("character that XML does not allow"),
            WarningKind::BlankBeforeDeclaration => {
                f.write_str("blank space in front of the XML declaration")
            }
            WarningKind::NulAfterRoot => f.write_str("NUL bytes behind the root"),
            WarningKind::DeclaredEncoding => f.write_str("declared encoding is not UTF-8"),
            WarningKind::AssumedWindows1252 => f.write_str("not UTF-8, read as Windows-1252"),
            WarningKind::PrivateRoot => f.write_str("root element scaip of a private dialect"),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}
