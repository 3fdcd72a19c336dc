//! Where a patient lives.

use core::fmt;

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
    /// The same by its number.
    pub municipality_code: Option<MunicipalityCode>,
    /// The urban district, where the municipality has some.
    pub urban_district: Option<UrbanDistrictCode>,
    /// The properties that the address is on.
    pub properties: Vec<Property>,
    /// The electronic lock of the door, in words; absent means none.
    pub electronic_lock: Option<Text>,
    /// Whether it is the address of the national register.
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
            municipality_code: None,
            urban_district: None,
            properties: Vec::new(),
            electronic_lock: None,
            official: None,
        }
    }
}

/// Defines a number of so many digits that names a place. `Debug` hides it: it is where somebody lives.
macro_rules! place_code {
    ($(#[$meta:meta])* $name:ident, $digits:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; $digits]);

        impl $name {
            #[doc = concat!("Takes ", stringify!($digits), " digits; `None` for anything else.")]
            #[must_use]
            pub fn new(digits: &str) -> Option<Self> {
                let digits = <[u8; $digits]>::try_from(digits.as_bytes()).ok()?;
                digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
            }

            /// The digits, leading zeros kept.
            #[must_use]
            pub fn as_str(&self) -> &str {
                core::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    };
}

place_code! {
    /// A municipality by its number, four digits (FHIR reference 3).
    MunicipalityCode, 4
}
place_code! {
    /// An urban district by its number: four digits of the municipality and two of its own (FHIR
    /// reference 3; the length is that of Statistics Norway).
    UrbanDistrictCode, 6
}

/// A property in the cadastre (FHIR reference 7). `Debug` hides it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Property {
    /// The municipality whose cadastre it is in.
    pub municipality: Option<MunicipalityCode>,
    /// Gårdsnummer.
    pub cadastral_unit_number: Option<u16>,
    /// Bruksnummer.
    pub property_unit_number: Option<u16>,
    /// Festenummer.
    pub leasehold_number: Option<u16>,
    /// Seksjonsnummer.
    pub condominium_unit_number: Option<u16>,
}

impl fmt::Debug for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Property(hidden)")
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
