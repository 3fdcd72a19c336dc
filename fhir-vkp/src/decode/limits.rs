//! How to read, and what reading may cost.

/// How deviations are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Accept what is met in the field and report every deviation as a finding.
    Lenient,
    /// Refuse the first deviation; for conformance testing.
    Strict,
}

/// What a body may cost (FHIR reference 13 rule 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Bytes of the body: 10,000,000 by default, never more than 4,294,967,295.
    pub bytes: usize,
    /// Nesting of JSON objects and arrays, the root counted: 144 by default, which is room for 64
    /// sections in a Composition in a Bundle. Values above 256 count as 256, so that the stack
    /// stays bounded.
    pub depth: usize,
    /// Nesting of sections in a Composition: 64 by default. A section costs two levels of JSON.
    pub section_depth: usize,
    /// JSON values, members and elements counted: 1,000,000 by default. The tree takes at most 80
    /// bytes for each, and twice that while it grows.
    pub values: usize,
    /// Findings that are kept; the rest is counted: 1,000 by default.
    pub findings: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Self = Limits {
        bytes: 10_000_000,
        depth: 144,
        section_depth: 64,
        values: 1_000_000,
        findings: 1_000,
    };

    /// The deepest nesting that is ever read.
    const DEEPEST: usize = 256;

    pub(super) fn bounded(mut self) -> Self {
        self.bytes = self.bytes.min(u32::MAX as usize);
        self.depth = self.depth.min(Self::DEEPEST);
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// How to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DecodeOptions {
    /// Lenient or strict.
    pub mode: Mode,
    /// What a body may cost.
    pub limits: Limits,
}

impl DecodeOptions {
    /// What a receiver should use.
    #[must_use]
    pub const fn lenient() -> Self {
        DecodeOptions {
            mode: Mode::Lenient,
            limits: Limits::DEFAULT,
        }
    }

    /// The rules as published.
    #[must_use]
    pub const fn strict() -> Self {
        DecodeOptions {
            mode: Mode::Strict,
            ..Self::lenient()
        }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::lenient()
    }
}
