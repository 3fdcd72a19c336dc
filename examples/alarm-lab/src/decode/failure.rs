//! What cannot be decoded, with what could be read of it.

use serde::Serialize;

/// Something that cannot be decoded, or must not count although it can be read in part.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Failure<D> {
    /// What could be read.
    #[serde(flatten)]
    pub decoded: Option<Box<D>>,
    /// Why it does not count.
    pub error: Reason,
}

/// The reason of a [`Failure`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Reason {
    /// A stable name for machines.
    pub code: &'static str,
    /// One line for people; never a value of the message.
    pub detail: String,
    /// What is wrong, and what the offset counts in.
    pub layer: &'static str,
    /// Where; null where no place is known.
    pub offset: Option<usize>,
    /// What to do next, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

impl Reason {
    /// A reason without advice.
    pub(crate) fn new(
        code: &'static str,
        detail: impl std::fmt::Display,
        layer: &'static str,
        offset: impl Into<Option<usize>>,
    ) -> Self {
        Reason {
            code,
            detail: detail.to_string(),
            layer,
            offset: offset.into(),
            advice: None,
        }
    }

    /// The same with what to do next.
    pub(crate) fn advising(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    /// A failure of which nothing could be read.
    pub(crate) fn alone<D>(self) -> Failure<D> {
        Failure {
            decoded: None,
            error: self,
        }
    }

    /// A failure with what could be read.
    pub(crate) fn about<D>(self, decoded: D) -> Failure<D> {
        Failure {
            decoded: Some(Box::new(decoded)),
            error: self,
        }
    }
}

/// A deviation that was tolerated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Warning {
    /// A stable name for machines.
    pub code: &'static str,
    /// One line for people; never a value of the message.
    pub detail: String,
    /// Byte offset in the input, where a place is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
}

impl Warning {
    pub(crate) fn new(
        code: &'static str,
        detail: impl std::fmt::Display,
        offset: impl Into<Option<usize>>,
    ) -> Self {
        Warning {
            code,
            detail: detail.to_string(),
            offset: offset.into(),
        }
    }
}

impl<D> Failure<D> {
    /// A line of a text that could not be read at all.
    #[must_use]
    pub fn in_line(line: usize, code: &'static str, error: impl std::fmt::Display) -> Self {
        Reason::new(code, format!("{error} (line {line})"), "line", None).alone()
    }
}
