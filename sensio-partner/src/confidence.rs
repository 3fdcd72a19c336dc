//! How sure a fact about the interface is.

use core::fmt;

/// Where a fact about the interface comes from (Partner API reference 0).
///
/// What is documented is fixed in the code. What is inferred stands in one
/// place that a user can replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Confidence {
    /// \[D\]: documented by the vendor.
    Documented,
    /// \[P\]: documented in another public source.
    Public,
    /// \[I-high\]: inferred, and very likely.
    InferredHigh,
    /// \[I-medium\]: inferred.
    InferredMedium,
    /// \[I-low\]: inferred, a guess.
    InferredLow,
    /// \[R\]: a choice where the documents leave one open.
    Recommended,
}

impl Confidence {
    /// The mark of the reference.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Documented => "D",
            Self::Public => "P",
            Self::InferredHigh => "I-high",
            Self::InferredMedium => "I-medium",
            Self::InferredLow => "I-low",
            Self::Recommended => "R",
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.mark())
    }
}
