//! Deviations that a reader tolerates.

use core::fmt;

/// One tolerated deviation and where it stands. It never shows a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Warning {
    /// What deviates.
    pub kind: WarningKind,
    /// The member's documented name; `None` for the whole body and for members without a name here.
    pub member: Option<&'static str>,
    /// Which element of an array, from 0.
    pub index: Option<usize>,
}

/// What a warning is about (Partner API reference 4.2, 4.3 and 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// A byte order mark before the body; skipped.
    ByteOrderMark,
    /// A name in another case.
    NameCase,
    /// `null`, `""`, `[]` or `{}` for "not used": such a member must be left out.
    NotUsed,
    /// A member without a place in the typed value; kept as data.
    UnknownMember,
    /// A number written as a string.
    NumberAsText,
    /// A string written as an integer.
    TextAsNumber,
    /// A description of more than 200 characters: shortened, kept whole beside the value.
    DescriptionTooLong,
    /// White space or line breaks inside base64.
    Base64LineBreaks,
    /// Base64 without its padding.
    Base64Padding,
    /// The last character of base64 says more than a whole number of bytes: the rest of it was dropped.
    Base64TrailingBits,
    /// A `data:` prefix before base64.
    DataPrefix,
}

impl WarningKind {
    /// Every kind there is.
    pub const ALL: &'static [Self] = &[
        Self::ByteOrderMark,
        Self::NameCase,
        Self::NotUsed,
        Self::UnknownMember,
        Self::NumberAsText,
        Self::TextAsNumber,
        Self::DescriptionTooLong,
        Self::Base64LineBreaks,
        Self::Base64Padding,
        Self::Base64TrailingBits,
        Self::DataPrefix,
    ];

    /// A stable name for machines.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte-order-mark",
            Self::NameCase => "name-case",
            Self::NotUsed => "not-used",
            Self::UnknownMember => "unknown-member",
            Self::NumberAsText => "number-as-text",
            Self::TextAsNumber => "text-as-number",
            Self::DescriptionTooLong => "description-too-long",
            Self::Base64LineBreaks => "base64-line-breaks",
            Self::Base64Padding => "base64-padding",
            Self::Base64TrailingBits => "base64-trailing-bits",
            Self::DataPrefix => "data-prefix",
        }
    }

    /// One line for a reader.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "a byte order mark before the body",
            Self::NameCase => "a member name in another case",
            Self::NotUsed => "an unused member that should have been left out",
            Self::UnknownMember => "an unknown member, kept as data",
            Self::NumberAsText => "a number written as a string",
            Self::TextAsNumber => "a string written as an integer",
            Self::DescriptionTooLong => "a description of more than 200 characters, shortened",
            Self::Base64LineBreaks => "white space inside base64",
            Self::Base64Padding => "base64 without padding",
            Self::Base64TrailingBits => "base64 with bits behind the last byte",
            Self::DataPrefix => "a data: prefix before base64",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind)?;
        write_place(f, self.member, self.index)
    }
}

/// ` (member imageData, element 2)`.
pub(crate) fn write_place(
    f: &mut fmt::Formatter<'_>,
    member: Option<&str>,
    index: Option<usize>,
) -> fmt::Result {
    match (member, index) {
        (None, None) => Ok(()),
        (Some(member), None) => write!(f, " (member {member})"),
        (None, Some(index)) => write!(f, " (element {index})"),
        (Some(member), Some(index)) => write!(f, " (member {member}, element {index})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = WarningKind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), WarningKind::ALL.len());
    }
}
