//! Deviations that a reader tolerates.

use core::fmt;

/// One tolerated deviation and where it stands.
pub type Warning = crate::warnings::Warning<WarningKind>;
/// All deviations of one report.
pub type Warnings = crate::warnings::Warnings<WarningKind>;

/// What a warning is about (Climax reference 5.2 and 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// More or fewer spaces than the form has.
    Spaces,
    /// Bytes without meaning around the report, such as a line end.
    Surroundings,
    /// The angle form without its angles. Strict reading takes it too.
    DelimitersMissing,
    /// A lower-case hexadecimal digit.
    LowerCase,
    /// The letter `A` among the digits of the event; read as 0. Strict reading takes it too.
    LetterA,
    /// A qualifier other than 1, 3 and 6.
    UnusualQualifier,
    /// Message type 98. Strict reading takes it too.
    AlternativeMessageType,
    /// An account that is longer than 32 bytes or has characters other than printable ASCII.
    UnusualAccount,
    /// No checksum.
    ChecksumMissing,
    /// A checksum of fewer than four digits; it is not compared.
    ChecksumShort,
    /// A wrong checksum, where the options allow it.
    ChecksumWrong,
    /// The check digit cannot be computed, because the account is a word.
    CheckDigitUnknown,
}

impl WarningKind {
    /// Every kind there is.
    pub const ALL: &'static [WarningKind] = &[
        WarningKind::Spaces,
        WarningKind::Surroundings,
        WarningKind::DelimitersMissing,
        WarningKind::LowerCase,
        WarningKind::LetterA,
        WarningKind::UnusualQualifier,
        WarningKind::AlternativeMessageType,
        WarningKind::UnusualAccount,
        WarningKind::ChecksumMissing,
        WarningKind::ChecksumShort,
        WarningKind::ChecksumWrong,
        WarningKind::CheckDigitUnknown,
    ];

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::Spaces => "spaces",
            WarningKind::Surroundings => "surroundings",
            WarningKind::DelimitersMissing => "delimiters-missing",
            WarningKind::LowerCase => "lower-case",
            WarningKind::LetterA => "letter-a",
            WarningKind::UnusualQualifier => "unusual-qualifier",
            WarningKind::AlternativeMessageType => "alternative-message-type",
            WarningKind::UnusualAccount => "unusual-account",
            WarningKind::ChecksumMissing => "checksum-missing",
            WarningKind::ChecksumShort => "checksum-short",
            WarningKind::ChecksumWrong => "checksum-wrong",
            WarningKind::CheckDigitUnknown => "check-digit-unknown",
        }
    }

    /// Whether strict reading takes it as well.
    #[must_use]
    pub const fn is_allowed_when_strict(self) -> bool {
        matches!(
            self,
            WarningKind::DelimitersMissing
                | WarningKind::LetterA
                | WarningKind::AlternativeMessageType
        )
    }
}

impl fmt::Display for WarningKind {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WarningKind::Spaces => "more or fewer spaces than the form has",
            WarningKind::Surroundings => "bytes without meaning around the report",
            WarningKind::DelimitersMissing => "angle form without its angles",
            WarningKind::LowerCase => "lower-case hexadecimal digit",
            WarningKind::LetterA => "letter A read as 0",
            WarningKind::UnusualQualifier => "qualifier other than 1, 3 and 6",
            WarningKind::AlternativeMessageType => "message type 98",
            WarningKind::UnusualAccount => "unusual account",
            WarningKind::ChecksumMissing => "checksum is missing",
            WarningKind::ChecksumShort => "checksum is short and not compared",
            WarningKind::ChecksumWrong => "checksum is wrong",
            WarningKind::CheckDigitUnknown => "check digit cannot be computed for this account",
        })
    }
}
