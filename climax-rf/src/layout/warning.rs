//! What a decoder tolerates in a frame.

use core::fmt;

/// One tolerated deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Warning {
    /// What deviates.
    pub kind: WarningKind,
    /// The index of the field that it is about.
    pub field: Option<usize>,
    /// Byte offset in the frame without escapes.
    pub offset: usize,
}

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// The frame ends before a field that is not optional; it has no value.
    FieldMissing,
    /// The bytes are not what the field is declared to be; they are kept as bytes.
    Unreadable,
    /// Hexadecimal digits in lower case.
    LowerCase,
    /// A number in text with other padding than declared.
    Padding,
    /// A value without a name in the enumeration; kept as its number.
    UnknownLabel,
    /// A device type that the layout does not declare; kept as its number.
    UnknownDeviceType,
    /// An event code that no event of the layout takes; kept as its value.
    UnknownEvent,
    /// An event that the device type is not declared to send; reported all the same.
    UnexpectedEvent,
    /// Data behind the last field.
    Undescribed,
    /// A byte was escaped that need not be.
    NeedlessEscape,
}

impl WarningKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FieldMissing => "field-missing",
            Self::Unreadable => "unreadable",
            Self::LowerCase => "lower-case",
            Self::Padding => "padding",
            Self::UnknownLabel => "unknown-label",
            Self::UnknownDeviceType => "unknown-device-type",
            Self::UnknownEvent => "unknown-event",
            Self::UnexpectedEvent => "unexpected-event",
            Self::Undescribed => "undescribed",
            Self::NeedlessEscape => "needless-escape",
        }
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FieldMissing => "the frame ends before a field",
            Self::Unreadable => "a field is not what it is declared to be; its bytes are kept",
            Self::LowerCase => "hexadecimal digits in lower case",
            Self::Padding => "a number is padded otherwise than declared",
            Self::UnknownLabel => "a value has no name in the enumeration",
            Self::UnknownDeviceType => "the device type is not declared",
            Self::UnknownEvent => "no event is declared for the code",
            Self::UnexpectedEvent => "the device type is not declared to send the event",
            Self::Undescribed => "there is data behind the last field",
            Self::NeedlessEscape => "a byte is escaped without need",
        })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.kind, self.offset)
    }
}
