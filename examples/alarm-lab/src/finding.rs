//! What somebody should know, and what to do about it.

use serde::Serialize;

/// Something that is wrong, or cannot be told, with advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// A stable name for machines.
    pub code: &'static str,
    /// What was seen.
    pub detail: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}
