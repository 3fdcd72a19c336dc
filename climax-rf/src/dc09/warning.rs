//! Deviations that a reader tolerates.

use core::fmt;

/// One tolerated deviation and where it stands.
pub type Warning = crate::warnings::Warning<WarningKind>;
/// All deviations of one frame or of its data.
pub type Warnings = crate::warnings::Warnings<WarningKind>;

/// What a warning is about (Climax reference 5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// A lower-case hexadecimal digit.
    LowerCase,
    /// A token that is not known; handed on as data. Strict reading takes it too.
    UnknownToken,
    /// 0000 for a report, or another number than 0000 for `NULL` or `NAK`.
    UnusualSequence,
    /// No line number.
    LineMissing,
    /// An account other than 3 to 16 hexadecimal characters.
    UnusualAccount,
    /// Something at the place of the time that is none.
    TimestampInvalid,
    /// No time in an encrypted frame, where it is required.
    TimestampMissing,
    /// Bytes behind the data that are neither further data nor a time.
    TrailingData,
    /// The account inside of the data is another one than outside. The outer one counts.
    InnerAccountDiffers,
    /// The account inside of the data has no `#`.
    InnerAccountWithoutHash,
    /// More or fewer spaces than the data has.
    Spaces,
    /// The letter `A` among the digits of Contact ID; read as 0. Strict reading takes it too.
    LetterA,
    /// A qualifier other than 1, 3 and 6.
    UnusualQualifier,
    /// Data of SIA that begins with something else than `N` and is no event by itself.
    UnusualBlock,
}

impl WarningKind {
    /// Every kind there is.
    pub const ALL: &'static [WarningKind] = &[
        WarningKind::LowerCase,
        WarningKind::UnknownToken,
        WarningKind::UnusualSequence,
        WarningKind::LineMissing,
        WarningKind::UnusualAccount,
        WarningKind::TimestampInvalid,
        WarningKind::TimestampMissing,
        WarningKind::TrailingData,
        WarningKind::InnerAccountDiffers,
        WarningKind::InnerAccountWithoutHash,
        WarningKind::Spaces,
        WarningKind::LetterA,
        WarningKind::UnusualQualifier,
        WarningKind::UnusualBlock,
    ];

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::LowerCase => "lower-case",
            WarningKind::UnknownToken => "unknown-token",
            WarningKind::UnusualSequence => "unusual-sequence",
            WarningKind::LineMissing => "line-missing",
            WarningKind::UnusualAccount => "unusual-account",
            WarningKind::TimestampInvalid => "timestamp-invalid",
            WarningKind::TimestampMissing => "timestamp-missing",
            WarningKind::TrailingData => "trailing-data",
            WarningKind::InnerAccountDiffers => "inner-account-differs",
            WarningKind::InnerAccountWithoutHash => "inner-account-without-hash",
            WarningKind::Spaces => "spaces",
            WarningKind::LetterA => "letter-a",
            WarningKind::UnusualQualifier => "unusual-qualifier",
            WarningKind::UnusualBlock => "unusual-block",
        }
    }

    /// Whether strict reading takes it as well.
    #[must_use]
    pub const fn is_allowed_when_strict(self) -> bool {
        matches!(self, WarningKind::UnknownToken | WarningKind::LetterA)
    }
}

impl fmt::Display for WarningKind {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WarningKind::LowerCase => "lower-case hexadecimal digit",
            WarningKind::UnknownToken => "token that is not known",
            WarningKind::UnusualSequence => "sequence number that does not fit the token",
            WarningKind::LineMissing => "no line number",
            WarningKind::UnusualAccount => "account other than 3 to 16 hexadecimal characters",
            WarningKind::TimestampInvalid => "no valid time at the place of the time",
            WarningKind::TimestampMissing => "no time in an encrypted frame",
            WarningKind::TrailingData => "bytes behind the data",
            WarningKind::InnerAccountDiffers => {
                "account inside of the data differs, outer one counts"
            }
            WarningKind::InnerAccountWithoutHash => "account inside of the data without #",
            WarningKind::Spaces => "more or fewer spaces than the data has",
            WarningKind::LetterA => "letter A read as 0",
            WarningKind::UnusualQualifier => "qualifier other than 1, 3 and 6",
            WarningKind::UnusualBlock => "data that begins with something else than N",
        })
    }
}
