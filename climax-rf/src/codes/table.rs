//! The shape of a code table.

use crate::provenance::Provenance;

/// What one source calls a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Entry {
    pub(crate) name: &'static str,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "str::is_empty"))]
    pub(crate) note: &'static str,
    pub(crate) provenance: Provenance,
}

/// For the generated tables, which have one of these per line.
pub(crate) const fn entry(name: &'static str, note: &'static str, provenance: Provenance) -> Entry {
    Entry {
        name,
        note,
        provenance,
    }
}

impl Entry {
    /// The name, in English.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What else the source says; often empty.
    #[must_use]
    pub const fn note(&self) -> &'static str {
        self.note
    }

    /// How the name came to be known.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        self.provenance
    }
}

/// A code with all the names that sources give it; the first one is the one to use (Climax
/// reference 7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Row<C: 'static> {
    pub(crate) code: C,
    pub(crate) entries: &'static [Entry],
}

impl<C: Copy> Row<C> {
    /// The code.
    #[must_use]
    pub const fn code(&self) -> C {
        self.code
    }

    /// The first name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.entries {
            [first, ..] => first.name,
            [] => "",
        }
    }

    /// The note to the first name; often empty.
    #[must_use]
    pub const fn note(&self) -> &'static str {
        match self.entries {
            [first, ..] => first.note,
            [] => "",
        }
    }

    /// How the first name came to be known.
    #[must_use]
    pub const fn provenance(&self) -> Provenance {
        match self.entries {
            [first, ..] => first.provenance,
            [] => Provenance::Inferred,
        }
    }

    /// Every name, in the order of the data file; at least one.
    #[must_use]
    pub const fn entries(&self) -> &'static [Entry] {
        self.entries
    }
}

/// A table of codes, sorted.
///
/// `C` is `u16` for codes that are numbers and `&str` for those that are text. Looking up searches
/// by halves and does not allocate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table<C: 'static> {
    pub(crate) name: &'static str,
    pub(crate) rows: &'static [Row<C>],
}

impl<C> Table<C> {
    /// The name of the table in the data file.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Every row: numbers in order, text in the order of its lower-case bytes.
    #[must_use]
    pub const fn rows(&self) -> &'static [Row<C>] {
        self.rows
    }

    /// How many codes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Table<u16> {
    /// The row of a code; `None` when no source names it, which is no error.
    #[must_use]
    pub fn get(&self, code: u16) -> Option<&'static Row<u16>> {
        let found = self.rows.binary_search_by_key(&code, |row| row.code).ok()?;
        self.rows.get(found)
    }
}

impl Table<&'static str> {
    /// The row of a code, compared without regard to the case of ASCII letters; `None` when no
    /// source names it, which is no error.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&'static Row<&'static str>> {
        let folded = |text: &'static str| text.bytes().map(|b| b.to_ascii_lowercase());
        let wanted = || code.bytes().map(|b| b.to_ascii_lowercase());
        let found = self
            .rows
            .binary_search_by(|row| folded(row.code).cmp(wanted()))
            .ok()?;
        self.rows.get(found)
    }
}
