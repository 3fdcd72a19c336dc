//! What cannot be read, and what was tolerated.

use alloc::vec::Vec;

/// An answer that cannot be read. Nothing of its content is in the error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// More bytes than [`Limits::bytes`](super::Limits::bytes).
    #[error("an answer of {length} bytes, at most {limit} are read")]
    TooLong {
        /// Its length.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// More rows than [`Limits::rows`](super::Limits::rows).
    #[error("more than {limit} rows")]
    TooManyRows {
        /// The limit.
        limit: usize,
    },
    /// Nested deeper than [`Limits::depth`](super::Limits::depth).
    #[error("nested deeper than {limit} at byte {position}")]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Where, in bytes from 0 of the answer as UTF-8.
        position: usize,
    },
    /// Not JSON, not even nearly.
    #[error("not JSON even when cleaned: line {line}, column {column} of the cleaned text")]
    Syntax {
        /// Line of the cleaned text, from 1.
        line: usize,
        /// Column of the cleaned text, from 1.
        column: usize,
    },
    /// Neither a list of rows nor an object with one.
    #[error("no rows in the answer")]
    NoRows,
    /// No member that holds a token.
    #[error("no token in the answer")]
    NoToken,
}

/// A deviation that was tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// Not UTF-8; taken as Latin-1, which is a guess.
    NotUtf8,
    /// A byte order mark at the beginning.
    ByteOrderMark,
    /// Wrapped in `/*-secure-` and `*/`.
    Wrapped,
    /// Control characters were removed from texts.
    ControlCharacters {
        /// How many.
        count: usize,
    },
    /// Names without quotes.
    UnquotedNames {
        /// How many.
        count: usize,
    },
    /// Values that are neither quoted nor JSON; taken as text.
    UnquotedValues {
        /// How many.
        count: usize,
    },
    /// Texts in single quotes.
    SingleQuotes {
        /// How many.
        count: usize,
    },
    /// A backslash before a character that JSON does not escape; taken as it is.
    Escapes {
        /// How many.
        count: usize,
    },
    /// A comma before the end of a list or object.
    SpareCommas {
        /// How many.
        count: usize,
    },
    /// Something after the end; ignored.
    AfterTheEnd,
    /// A row that is no object; left out.
    RowIsNoObject {
        /// Its place, from 0.
        row: usize,
    },
    /// A member that does not hold what its name promises; kept among the others.
    Unreadable {
        /// The row, from 0.
        row: usize,
        /// The member, by the name it has here.
        member: &'static str,
    },
    /// Flag and text of a row contradict each other. The flag wins and both are kept.
    FlagAgainstText {
        /// The row, from 0.
        row: usize,
    },
    /// The code of a report event has a qualifier that contradicts `Trigger` or `Restore`. The code
    /// wins.
    QualifierAgainstTrigger {
        /// The row, from 0.
        row: usize,
    },
}

impl Warning {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not-utf8",
            Self::ByteOrderMark => "byte-order-mark",
            Self::Wrapped => "wrapped",
            Self::ControlCharacters { .. } => "control-characters",
            Self::UnquotedNames { .. } => "unquoted-names",
            Self::UnquotedValues { .. } => "unquoted-values",
            Self::SingleQuotes { .. } => "single-quotes",
            Self::Escapes { .. } => "escapes",
            Self::SpareCommas { .. } => "spare-commas",
            Self::AfterTheEnd => "after-the-end",
            Self::RowIsNoObject { .. } => "row-is-no-object",
            Self::Unreadable { .. } => "unreadable",
            Self::FlagAgainstText { .. } => "flag-against-text",
            Self::QualifierAgainstTrigger { .. } => "qualifier-against-trigger",
        }
    }
}

/// Warnings up to a limit.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    pub(crate) kept: Vec<Warning>,
    pub(crate) more: usize,
    pub(crate) limit: usize,
}

impl Warnings {
    pub(crate) fn push(&mut self, warning: Warning) {
        if self.kept.len() < self.limit {
            self.kept.push(warning);
        } else {
            self.more += 1;
        }
    }
}
