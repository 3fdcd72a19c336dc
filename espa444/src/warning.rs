//! Deviations that a reader tolerates.

use core::fmt;

use crate::codes::NakPrefix;

/// One tolerated deviation and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Warning {
    /// What deviates.
    pub kind: WarningKind,
    /// Byte offset in the block as received; SOH is 0.
    pub offset: usize,
}

/// What a warning is about (ESPA reference 11 unless said otherwise).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WarningKind {
    /// RS before ETX. Both forms exist; strict reading takes it too.
    SeparatorBeforeEnd,
    /// A record with nothing in it; skipped.
    EmptyRecord,
    /// A record without US; kept, without an identifier.
    RecordWithoutSeparator,
    /// A record that begins with US; kept, with an empty identifier.
    RecordWithoutIdentifier,
    /// No record at all.
    NoRecords,
    /// Blanks around the header or an identifier; ignored in comparisons.
    Blanks,
    /// A header that the standard does not define; handed on as data.
    UnknownHeader,
    /// An identifier that came again; the first one counts, all are kept. Strict reading takes
    /// it too.
    RepeatedRecord,
    /// A call address of more than 16 bytes; kept whole.
    AddressTooLong,
    /// A display message of more than 128 bytes; kept whole.
    TextTooLong,
    /// A control character other than CR, LF and TAB; kept in the bytes, left out of the text.
    ControlCharacter,
    /// A call, request or subscriber line call without record 1; the receiver's default is meant
    /// (ESPA reference 8, inferred). Strict reading takes it too.
    CallAddressMissing,
    /// Status information without record 7 and 8 (ESPA reference 8). Strict reading takes it too.
    StatusMissing,
    /// A BCC that is right but for bit 7.
    SevenBitBcc,
    /// No BCC, where the options allow it.
    BccMissing,
    /// Even parity left in bit 7: the port is set to 8 data bits, the line has 7 (ESPA reference
    /// 1.1).
    ParityInData,
}

impl WarningKind {
    /// Every kind there is.
    pub const ALL: &'static [WarningKind] = &[
        WarningKind::SeparatorBeforeEnd,
        WarningKind::EmptyRecord,
        WarningKind::RecordWithoutSeparator,
        WarningKind::RecordWithoutIdentifier,
        WarningKind::NoRecords,
        WarningKind::Blanks,
        WarningKind::UnknownHeader,
        WarningKind::RepeatedRecord,
        WarningKind::AddressTooLong,
        WarningKind::TextTooLong,
        WarningKind::ControlCharacter,
        WarningKind::CallAddressMissing,
        WarningKind::StatusMissing,
        WarningKind::SevenBitBcc,
        WarningKind::BccMissing,
        WarningKind::ParityInData,
    ];

    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            WarningKind::SeparatorBeforeEnd => "separator-before-end",
            WarningKind::EmptyRecord => "empty-record",
            WarningKind::RecordWithoutSeparator => "record-without-separator",
            WarningKind::RecordWithoutIdentifier => "record-without-identifier",
            WarningKind::NoRecords => "no-records",
            WarningKind::Blanks => "blanks",
            WarningKind::UnknownHeader => "unknown-header",
            WarningKind::RepeatedRecord => "repeated-record",
            WarningKind::AddressTooLong => "address-too-long",
            WarningKind::TextTooLong => "text-too-long",
            WarningKind::ControlCharacter => "control-character",
            WarningKind::CallAddressMissing => "call-address-missing",
            WarningKind::StatusMissing => "status-missing",
            WarningKind::SevenBitBcc => "seven-bit-bcc",
            WarningKind::BccMissing => "bcc-missing",
            WarningKind::ParityInData => "parity-in-data",
        }
    }

    /// What a strict receiver answers instead; `None` for what it takes as well.
    #[must_use]
    pub const fn strict_answer(self) -> Option<NakPrefix> {
        match self {
            WarningKind::SeparatorBeforeEnd
            | WarningKind::RepeatedRecord
            | WarningKind::CallAddressMissing
            | WarningKind::StatusMissing => None,
            WarningKind::SevenBitBcc | WarningKind::BccMissing | WarningKind::ParityInData => {
                Some(NakPrefix::TRANSMISSION_ERROR)
            }
            _ => Some(NakPrefix::INVALID_MESSAGE),
        }
    }
}

impl fmt::Display for WarningKind {
    /// One line for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WarningKind::SeparatorBeforeEnd => "record separator before ETX",
            WarningKind::EmptyRecord => "empty record skipped",
            WarningKind::RecordWithoutSeparator => "record without US, kept without an identifier",
            WarningKind::RecordWithoutIdentifier => "record with an empty identifier",
            WarningKind::NoRecords => "block without records",
            WarningKind::Blanks => "blanks around header or identifier",
            WarningKind::UnknownHeader => "header that the standard does not define",
            WarningKind::RepeatedRecord => "record came again, the first one counts",
            WarningKind::AddressTooLong => "call address longer than 16 bytes",
            WarningKind::TextTooLong => "display message longer than 128 bytes",
            WarningKind::ControlCharacter => "control character inside the block",
            WarningKind::CallAddressMissing => "no call address, the default is meant",
            WarningKind::StatusMissing => "status information without a status",
            WarningKind::SevenBitBcc => "BCC differs in bit 7",
            WarningKind::BccMissing => "BCC is missing",
            WarningKind::ParityInData => {
                "parity left in bit 7: set the port to 7 data bits and even parity"
            }
        })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}
