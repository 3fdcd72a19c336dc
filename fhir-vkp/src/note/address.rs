//! Where a patient lives.

use crate::note::{AtLeastOne, Text};

/// An address (FHIR reference 6, 7).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// What it is for.
    pub purpose: Option<AddressUse>,
    /// Street and number, one line each.
    pub lines: AtLeastOne<Text>,
    /// How to find the door. It is written as a part of the first line.
    pub door_hint: Option<Text>,
    /// Postal code.
    pub postal_code: Option<Text>,
    /// Post town.
    pub city: Option<Text>,
    /// Municipality, by name.
    pub municipality: Option<Text>,
    /// The electronic lock of the door, in words; absent means none.
    pub electronic_lock: Option<Text>,
    /// Whether it is the address of the national register. The profile of VKP has no place for it; that of
    /// the basis has.
    pub official: Option<bool>,
}

impl Address {
    /// An address of one line.
    #[must_use]
    pub fn new(line: Text) -> Self {
        Self {
            purpose: None,
            lines: line.into(),
            door_hint: None,
            postal_code: None,
            city: None,
            municipality: None,
            electronic_lock: None,
            official: None,
        }
    }
}

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressUse {
    /// `home`
    Home,
    /// `temp`: for some time only.
    Temporary,
    /// `old`: no longer.
    Old,
}

impl AddressUse {
    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Temporary => "temp",
            Self::Old => "old",
        }
    }
}
