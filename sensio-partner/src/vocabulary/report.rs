//! What is wrong with a file, and where.

use core::fmt;

use alarm_codes::Kind;

use super::read::ReadError;
use crate::codes::EventType;

/// What [`check`](super::check) found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Report {
    /// What makes the file unusable, in order of lines.
    pub problems: Vec<Problem>,
    /// What somebody should look at.
    pub warnings: Vec<Problem>,
    /// Rows of the table of events.
    pub rows: usize,
    /// Samples that were read.
    pub samples: usize,
}

impl Report {
    /// Whether the file can be used.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "error: {problem}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        write!(f, "{} rows, {} samples", self.rows, self.samples)
    }
}

impl std::error::Error for Report {}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What it is.
    pub kind: ProblemKind,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

/// What is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemKind {
    /// More than a mebibyte.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// Not TOML, or a member that is missing, unknown or of the wrong type.
    #[error("{0}")]
    Syntax(String),
    /// A form of file that this release does not know.
    #[error("format {0} is not known; this release reads format 1")]
    Format(i64),
    /// A text that must not be empty.
    #[error("`{0}` must not be empty")]
    Empty(&'static str),
    /// No JSON Pointer of RFC 6901.
    #[error("{0:?} is no JSON Pointer: empty, or begins with / and holds ~ only as ~0 or ~1")]
    Path(String),
    /// A name that is not in the list.
    #[error("{found:?} is no {expected}")]
    Name {
        /// What it should have been.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A number outside its range.
    #[error("`{member}` is {least} to {most}")]
    Range {
        /// Which one.
        member: &'static str,
        /// The least value.
        least: i64,
        /// The greatest.
        most: i64,
    },
    /// A row that raises an event has neither `kind` nor `sensio`.
    #[error("the row needs `kind` or `sensio`")]
    NoMeaning,
    /// The code of a row is in no table, and no kind is given.
    #[error("code {0} is in no table, so the row needs `kind`")]
    UnknownCode(EventType),
    /// Two rows for one event and state.
    #[error("the event and state stand in line {0} already")]
    DuplicateRow(usize),
    /// A condition that asks for nothing, or for several things.
    #[error("a condition needs one of `equals`, `one_of` and `present`")]
    ConditionWithoutTest,
    /// A condition that changes nothing.
    #[error("a condition needs `action` or `phase`")]
    ConditionWithoutEffect,
    /// A condition on something that is no text, number or boolean.
    #[error("a condition compares with a text, number or boolean")]
    ConditionValue,
    /// A path for the state, and nothing that looks at it; or the other way round.
    #[error("{0}")]
    StateUnused(&'static str),
    /// No sample at all.
    #[error("the file has no sample")]
    NoSample,
    /// A sample that cannot be read.
    #[error("the sample is not read: {0}")]
    SampleNotRead(ReadError),
    /// A sample with another number of events.
    #[error("the sample gives {found} events, {expected} were expected")]
    SampleCount {
        /// As the file says.
        expected: usize,
        /// As it was read.
        found: usize,
    },
    /// An expectation that is not known.
    #[error("{0:?} is nothing that a sample can expect")]
    SampleMember(String),
    /// A sample that is read otherwise.
    #[error("event {event} of the sample: `{member}` is {found}, {expected} was expected")]
    SampleDiffers {
        /// Which event, from 1.
        event: usize,
        /// Which member.
        member: &'static str,
        /// As the file says.
        expected: String,
        /// As it was read.
        found: String,
    },
    /// A row that no sample shows; a warning.
    #[error("no sample shows this row")]
    RowWithoutSample,
    /// A code that the vendor does not document; a warning.
    #[error("code {0} is not documented")]
    UndocumentedCode(EventType),
    /// The crosswalk takes the code for another kind; a warning.
    #[error("code {event_type} means {means}, the row says {kind}")]
    OtherKind {
        /// The code.
        event_type: EventType,
        /// What the crosswalk says.
        means: Kind,
        /// What the row says.
        kind: Kind,
    },
}
