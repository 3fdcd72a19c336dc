//! SIA event codes: two letters, and the Contact ID that a service provider's table gives them.

use core::fmt;

use super::tables::SIA_TO_CID_MAP;
use super::{Entry, table};
use crate::contact_id::{EventCode, Qualifier};

/// A two-letter SIA event code, in upper case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiaCode([u8; 2]);

impl SiaCode {
    /// From two ASCII letters in either case.
    #[must_use]
    pub const fn new(letters: [u8; 2]) -> Option<Self> {
        if letters[0].is_ascii_alphabetic() && letters[1].is_ascii_alphabetic() {
            Some(Self([
                letters[0].to_ascii_uppercase(),
                letters[1].to_ascii_uppercase(),
            ]))
        } else {
            None
        }
    }

    /// The two letters in upper case.
    #[must_use]
    pub const fn letters(self) -> [u8; 2] {
        self.0
    }

    /// The row of the map to Contact ID; `None` when it does not have the code.
    #[must_use]
    pub fn row(self) -> Option<&'static SiaRow> {
        let found = SIA_TO_CID_MAP
            .binary_search_by_key(&self, |row| row.code)
            .ok()?;
        SIA_TO_CID_MAP.get(found)
    }
}

impl fmt::Display for SiaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0[0] as char, self.0[1] as char)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SiaCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An SIA event code and the Contact ID events that it can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SiaRow {
    pub(crate) code: SiaCode,
    pub(crate) entries: &'static [SiaEntry],
}

impl SiaRow {
    /// The code.
    #[must_use]
    pub const fn code(&self) -> SiaCode {
        self.code
    }

    /// What it can stand for, at least one; the first one is the one to use.
    #[must_use]
    pub const fn entries(&self) -> &'static [SiaEntry] {
        self.entries
    }

    /// The first name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.entries {
            [first, ..] => first.entry.name(),
            [] => "",
        }
    }
}

/// One Contact ID event that an SIA code can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SiaEntry {
    entry: Entry,
    /// 1000 times the qualifier plus the event.
    number: u16,
}

impl SiaEntry {
    /// Name, note and provenance.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }

    /// The qualifier of the Contact ID event.
    #[must_use]
    pub fn qualifier(&self) -> Qualifier {
        if self.number / 1000 == 3 {
            Qualifier::RESTORE
        } else {
            Qualifier::EVENT
        }
    }

    /// The Contact ID event.
    ///
    /// Never `None` for a row of the table; a test reads them all.
    #[must_use]
    pub const fn code(&self) -> Option<EventCode> {
        EventCode::new(self.number % 1000)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SiaEntry {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("SiaEntry", 4)?;
        out.serialize_field("name", self.entry.name())?;
        out.serialize_field("note", self.entry.note())?;
        out.serialize_field("provenance", &self.entry.provenance())?;
        out.serialize_field("contact_id", &self.number)?;
        out.end()
    }
}

/// For the generated table: exactly two upper-case letters.
pub(crate) const fn sia(letters: &str) -> SiaCode {
    let bytes = letters.as_bytes();
    SiaCode([bytes[0], bytes[1]])
}

/// For the generated table.
pub(crate) const fn to(number: u16, entry: table::Entry) -> SiaEntry {
    SiaEntry { entry, number }
}
