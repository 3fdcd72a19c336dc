//! Deviations found while reading, kept without the heap.

use core::fmt;

/// One tolerated deviation and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Warning<K> {
    /// What deviates.
    pub kind: K,
    /// Byte offset of its first place in the bytes given.
    pub offset: usize,
}

impl<K: fmt::Display> fmt::Display for Warning<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

/// More kinds than any reader of this crate has.
const ROOM: usize = 16;

/// The deviations of one message in the order met, each kind once with its first place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Warnings<K> {
    found: [Option<(K, u16)>; ROOM],
}

impl<K: Copy + PartialEq> Warnings<K> {
    pub(crate) const NONE: Self = Warnings {
        found: [None; ROOM],
    };

    pub(crate) fn add(&mut self, kind: K, offset: usize) {
        for place in &mut self.found {
            match place {
                Some((known, _)) if *known == kind => return,
                Some(_) => {}
                None => {
                    *place = Some((kind, u16::try_from(offset).unwrap_or(u16::MAX)));
                    return;
                }
            }
        }
    }

    #[cfg(feature = "aes")]
    pub(crate) fn extend(&mut self, other: &Self) {
        for warning in other.iter() {
            self.add(warning.kind, warning.offset);
        }
    }

    /// Every deviation.
    pub fn iter(&self) -> impl Iterator<Item = Warning<K>> + '_ {
        self.found.iter().flatten().map(|&(kind, offset)| Warning {
            kind,
            offset: usize::from(offset),
        })
    }

    /// Whether this kind was met.
    #[must_use]
    pub fn contains(&self, kind: K) -> bool {
        self.iter().any(|warning| warning.kind == kind)
    }

    /// Whether the message was as the rules have it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.found[0].is_none()
    }

    /// How many kinds were met.
    #[must_use]
    pub fn len(&self) -> usize {
        self.iter().count()
    }
}

impl<K: Copy + PartialEq + fmt::Debug> fmt::Debug for Warnings<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
