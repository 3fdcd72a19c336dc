//! Patients, for PIT.

use core::fmt;

use crate::note::{Address, AtLeastOne, ExtraCoding, Text};
use crate::{DateTime, Identifier, Person};

/// A patient as an EPJ hands one out (FHIR reference 6, 7). `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Patient {
    /// The profile that is claimed.
    pub profile: PatientProfile,
    /// National numbers first. A lokalt H-nummer needs its assigner.
    pub identifiers: AtLeastOne<Identifier>,
    /// Whether the record is in use.
    pub active: Option<bool>,
    /// The names.
    pub names: Vec<HumanName>,
    /// Telephones and the like; short internal numbers too.
    pub telecoms: Vec<PhoneOrMail>,
    /// Administrative gender.
    pub gender: Option<Gender>,
    /// A date, or a year, or a year and month; without time of day.
    pub birth_date: Option<DateTime>,
    /// The addresses.
    pub addresses: Vec<Address>,
    /// Next of kin and others; the emergency contact is the main one.
    pub contacts: Vec<Contact>,
    /// General practitioners, by HER-id.
    pub general_practitioners: Vec<Person>,
    /// Zone, from municipality down to sub-zone, any depth.
    pub zone: Vec<Text>,
    /// Of the household: lives alone, pets …
    pub household: Option<Text>,
    /// Citizenships.
    pub citizenships: Vec<Country>,
    /// Nationalities.
    pub nationalities: Vec<Country>,
}

impl Patient {
    /// A patient of whom nothing is known but an identifier: the profiles demand no more.
    #[must_use]
    pub fn new(identifier: Identifier) -> Self {
        Self {
            profile: PatientProfile::Basis,
            identifiers: identifier.into(),
            active: None,
            names: Vec::new(),
            telecoms: Vec::new(),
            gender: None,
            birth_date: None,
            addresses: Vec::new(),
            contacts: Vec::new(),
            general_practitioners: Vec::new(),
            zone: Vec::new(),
            household: None,
            citizenships: Vec::new(),
            nationalities: Vec::new(),
        }
    }
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Patient(private)")
    }
}

/// Which profile a Patient claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PatientProfile {
    /// `no-basis-Patient`. The profile of PIT is not public; this one is always valid (FHIR reference 15).
    #[default]
    Basis,
    /// `vkp-Patient-v090`.
    Vkp,
}

/// A name. The middle name is no part of `given` (FHIR reference 7).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HumanName {
    /// Given names.
    pub given: Vec<Text>,
    /// Middle name, by the Norwegian law on names.
    pub middle: Option<Text>,
    /// Family name.
    pub family: Option<Text>,
}

impl HumanName {
    /// Given name and family name.
    #[must_use]
    pub fn new(given: Text, family: Text) -> Self {
        Self {
            given: vec![given],
            middle: None,
            family: Some(family),
        }
    }
}

/// A telephone number, an e-mail address or the like.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PhoneOrMail {
    /// What it is.
    pub system: TelecomSystem,
    /// The number or address, written as it is here.
    pub value: Text,
    /// What it is for.
    pub purpose: Option<TelecomUse>,
}

impl PhoneOrMail {
    /// A telephone number.
    #[must_use]
    pub const fn phone(number: Text) -> Self {
        Self {
            system: TelecomSystem::Phone,
            value: number,
            purpose: None,
        }
    }

    /// An e-mail address.
    #[must_use]
    pub const fn email(address: Text) -> Self {
        Self {
            system: TelecomSystem::Email,
            value: address,
            purpose: None,
        }
    }
}

/// The codes of a small required value set of FHIR.
macro_rules! codes {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $code, "`")] $variant,)+
        }

        impl $name {
            /// The code of FHIR.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }
    };
}

codes! {
    /// What a way to reach somebody is.
    TelecomSystem {
        Phone = "phone",
        Sms = "sms",
        Email = "email",
        Other = "other",
    }
}

codes! {
    /// What a way to reach somebody is for.
    TelecomUse {
        Home = "home",
        Work = "work",
        Mobile = "mobile",
    }
}

codes! {
    /// Administrative gender.
    Gender {
        Female = "female",
        Male = "male",
        Other = "other",
        Unknown = "unknown",
    }
}

/// Somebody to reach about a patient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// Marks the main one: code `C` of the HL7 table 0131.
    pub emergency_contact: bool,
    /// Other codes of the relationship.
    pub relationship_codings: Vec<ExtraCoding>,
    /// The relationship in words: `Datter`.
    pub relationship: Option<Text>,
    /// The name.
    pub name: Option<HumanName>,
    /// How to reach them.
    pub telecoms: Vec<PhoneOrMail>,
    /// Where they live.
    pub address: Option<Address>,
}

/// A country by its two letters (ISO 3166-1 alpha-2).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Country([u8; 2]);

impl Country {
    /// Takes two letters of any case; `None` for anything else.
    #[must_use]
    pub fn new(letters: &str) -> Option<Self> {
        let letters = <[u8; 2]>::try_from(letters.as_bytes()).ok()?;
        let all_letters = letters.iter().all(u8::is_ascii_alphabetic);
        all_letters.then(|| Self(letters.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The two letters, upper case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Hidden: where somebody is from is personal.
impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Country(hidden)")
    }
}
