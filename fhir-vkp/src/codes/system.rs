//! Code systems and their tables.

use super::generated::TABLES;

/// One code of a code system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The code.
    pub code: &'static str,
    /// The text of the code system; empty where the reference prints none.
    pub display: &'static str,
}

/// The table behind a code system.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) url: &'static str,
    pub(super) entries: &'static [Entry],
}

/// A code system that this crate knows (FHIR reference 8).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeSystem(pub(super) u8);

impl CodeSystem {
    const fn table(self) -> &'static Table {
        const ALL: &[Table] = &TABLES;
        &ALL[self.0 as usize]
    }

    /// The name in the address, `vkp-alert-code`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.table().name
    }

    /// The canonical address, as it is written.
    #[must_use]
    pub const fn url(self) -> &'static str {
        self.table().url
    }

    /// The codes. All of them for a code system of VKP; of the foreign ones those that VKP uses.
    #[must_use]
    pub const fn entries(self) -> &'static [Entry] {
        self.table().entries
    }

    /// The entry with exactly this code.
    #[must_use]
    pub fn entry(self, code: &str) -> Option<&'static Entry> {
        self.table().entries.iter().find(|entry| entry.code == code)
    }
}

impl core::fmt::Debug for CodeSystem {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "CodeSystem({})", self.table().name)
    }
}
