//! What is wrong with a layout, and where.

use crate::f1::FamilyError;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// One fault of a layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
#[non_exhaustive]
pub struct LayoutError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub kind: LayoutErrorKind,
}

/// Every fault of a layout, in the order of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutErrors(pub(super) Vec<LayoutError>);

impl LayoutErrors {
    /// The most that are reported.
    pub const MOST: usize = 200;

    /// The faults; at least one.
    #[must_use]
    pub fn errors(&self) -> &[LayoutError] {
        &self.0
    }
}

impl fmt::Display for LayoutErrors {
    /// One line for each.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl core::error::Error for LayoutErrors {}

/// What is wrong with a layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutErrorKind {
    /// The text is longer than a layout may be.
    #[error("the layout is longer than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// A table with more entries than it may have.
    #[error("`{key}` has more than {limit} entries")]
    TooMany {
        /// The table.
        key: String,
        /// The limit.
        limit: usize,
    },
    /// No TOML.
    #[error("{0}")]
    Toml(Box<str>),
    /// A version that this crate does not know.
    #[error("version {found} is not known; this is version 1")]
    Version {
        /// What stands there.
        found: i128,
    },
    /// A key that is not part of the format, or not of this place.
    #[error("`{key}` is no key of {section}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table it stands in.
        section: String,
    },
    /// A key that must be there.
    #[error("{section} needs `{key}`")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// The table it belongs in.
        section: String,
    },
    /// A value of another type.
    #[error("`{key}` must be {expected}")]
    WrongType {
        /// The key.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A number outside of its range.
    #[error("`{key}` must be from {least} to {most}")]
    OutOfRange {
        /// The key.
        key: String,
        /// The least.
        least: i128,
        /// The most.
        most: i128,
    },
    /// A word that is not one of the choices.
    #[error("`{key}` must be one of: {choices}")]
    UnknownChoice {
        /// The key.
        key: String,
        /// The choices.
        choices: String,
    },
    /// Keys that do not go together, or one that needs another.
    #[error("{0}")]
    Combination(&'static str),
    /// A name, number or value that is there already.
    #[error("{what} `{name}` is there already, in line {first}")]
    Duplicate {
        /// What it is the name of.
        what: &'static str,
        /// The name.
        name: String,
        /// The line of the first one.
        first: usize,
    },
    /// A name that nothing has.
    #[error("there is no {what} `{name}`")]
    UnknownName {
        /// What is meant.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A condition on a field that stands further down, or on itself.
    #[error("a condition can only be about a field further up; `{name}` is not")]
    ConditionOrder {
        /// The field that the condition is about.
        name: String,
    },
    /// A value that the field can never have.
    #[error("field `{field}` can never be {value}")]
    ImpossibleValue {
        /// The field.
        field: String,
        /// The value.
        value: String,
    },
    /// A field that ends behind the longest frame.
    #[error("field `{field}` ends behind byte {limit}, the longest that there can be")]
    BeyondMaximum {
        /// The field.
        field: String,
        /// The longest frame or payload.
        limit: usize,
    },
    /// The range of the check lies outside of the shortest frame, or over the check itself.
    #[error("the range of the checksum {0}")]
    ChecksumRange(&'static str),
    /// Marks, escapes and heartbeats that cannot be told apart.
    #[error("{0}")]
    Ambiguous(&'static str),
    /// A check over digits, and a field in it that is not written in digits.
    #[error("mod15 adds digits, and field `{field}` is not written in digits")]
    NotDigits {
        /// The field.
        field: String,
    },
    /// A frame family that cannot be.
    #[error("{0}")]
    FrameFamily(FamilyError),
    /// A kind that the shared event model does not have.
    #[error("the event model has no kind `{name}`")]
    UnknownKind {
        /// The kind.
        name: String,
    },
}

/// Something in a layout that works and is perhaps not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LayoutWarning {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What it is.
    pub kind: LayoutWarningKind,
}

impl fmt::Display for LayoutWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.kind
        )
    }
}

/// What a warning about a layout is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LayoutWarningKind {
    /// Two fields share bits and can both be there.
    Overlap {
        /// The later field.
        field: String,
        /// What it overlaps: a field, or a part of the framing.
        with: String,
    },
    /// No samples: nothing shows that the layout is right.
    Untested,
    /// No check: damage goes unseen.
    NoChecksum,
    /// No start mark and no end mark: after garbage, frames are found by their check alone, or not
    /// at all.
    NoMarks,
    /// A binary check without escapes can look like the end mark.
    CheckLooksLikeEnd,
    /// The escape does not cover the first byte of the end mark.
    EndNotEscaped,
    /// An event that can never be reported, because its type of device does not declare it.
    EventNotDeclared {
        /// The event.
        event: String,
        /// The type of device.
        device_type: String,
    },
    /// No field has the role `device`: frames cannot be told apart by their sender.
    NoDevice,
    /// Frames are acknowledged by the application, and the layout has no bytes for it.
    NoAck,
}

impl LayoutWarningKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Overlap { .. } => "overlap",
            Self::Untested => "untested",
            Self::NoChecksum => "no-checksum",
            Self::NoMarks => "no-marks",
            Self::CheckLooksLikeEnd => "check-looks-like-end",
            Self::EndNotEscaped => "end-not-escaped",
            Self::EventNotDeclared { .. } => "event-not-declared",
            Self::NoDevice => "no-device",
            Self::NoAck => "no-ack",
        }
    }
}

impl fmt::Display for LayoutWarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overlap { field, with } => write!(f, "field `{field}` overlaps {with}"),
            Self::Untested => f.write_str("there are no samples: the layout is untested"),
            Self::NoChecksum => f.write_str("there is no checksum: damage goes unseen"),
            Self::NoMarks => f.write_str("there is neither start nor end mark to find a frame by"),
            Self::CheckLooksLikeEnd => {
                f.write_str("without escapes a binary checksum can look like the end mark")
            }
            Self::EndNotEscaped => {
                f.write_str("the escape does not cover the first byte of the end mark")
            }
            Self::EventNotDeclared { event, device_type } => write!(
                f,
                "event `{event}` is for device type `{device_type}`, which does not list it"
            ),
            Self::NoDevice => f.write_str("no field has the role `device`"),
            Self::NoAck => f.write_str("there is no ack: nothing is ever answered"),
        }
    }
}
