//! The findings of one document, bounded.

use crate::{Finding, FindingKind, Path};

/// What reading found, much in the order of the document, at most
/// [`Limits::findings`](super::Limits::findings) of them; the rest is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    limit: usize,
    uncounted: usize,
    /// Kept even where there is no more room: strict reading asks for it.
    deviation: Option<Box<Finding>>,
}

impl Findings {
    pub(super) const fn new(limit: usize) -> Self {
        Findings {
            kept: Vec::new(),
            limit,
            uncounted: 0,
            deviation: None,
        }
    }

    #[cold]
    pub(super) fn push(&mut self, kind: FindingKind, path: impl FnOnce() -> Path) {
        let has_room = self.kept.len() < self.limit;
        let is_first = kind.is_deviation() && self.deviation.is_none();
        if !has_room {
            self.uncounted += 1;
        }
        if has_room || is_first {
            let finding = Finding::new(path(), kind);
            if is_first {
                self.deviation = Some(Box::new(finding.clone()));
            }
            if has_room {
                self.kept.push(finding);
            }
        }
    }

    /// Those that were kept.
    #[must_use]
    pub fn as_slice(&self) -> &[Finding] {
        &self.kept
    }

    /// How many more there were.
    #[must_use]
    pub const fn more(&self) -> usize {
        self.uncounted
    }

    /// Whether there was none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty() && self.uncounted == 0
    }

    /// The first one that strict reading refuses; told even where it was not kept.
    #[must_use]
    pub fn first_deviation(&self) -> Option<&Finding> {
        self.deviation.as_deref()
    }

    /// Those that were kept, one by one.
    pub fn iter(&self) -> core::slice::Iter<'_, Finding> {
        self.kept.iter()
    }

    /// Those that were kept of one kind.
    pub fn of(&self, kind: FindingKind) -> impl Iterator<Item = &Finding> {
        self.iter().filter(move |finding| finding.kind == kind)
    }

    /// Those that were kept at `path` or below it: of one entry of a Bundle, for example.
    pub fn below<'s>(&'s self, path: &'s Path) -> impl Iterator<Item = &'s Finding> {
        self.iter().filter(move |finding| {
            let rest = finding.path.as_str().strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

impl<'s> IntoIterator for &'s Findings {
    type Item = &'s Finding;
    type IntoIter = core::slice::Iter<'s, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
