//! How strictly a reader reads.

/// How deviations are met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Accept what is met in the field and report every deviation as a warning.
    #[default]
    Lenient,
    /// Refuse the first deviation; for conformance testing.
    Strict,
}
