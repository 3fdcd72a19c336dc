//! The code systems of VKP, complete, and the foreign codes that it takes (FHIR reference 8, 5.6,
//! 11.3).
//!
//! Codes are strings: `1.10` is another code than `1.1`. Everything here is generated from
//! `data/codes.csv`.

#[rustfmt::skip]
mod generated;
mod address;
mod measure;
mod system;

pub use address::{SystemMatch, canonical_address, is_old_version, same_system, volven_number};
pub use generated::{
    AlertCode, CarePlanCategory, DeviceTypeCode, DispenseEvent, EncounterMode, EncounterReason,
    NoteCategory, NoteEvent, NoteSection, OutcomeCode, SnomedConcept,
};
pub use measure::Measure;
pub use system::{CodeSystem, Entry};

/// An array of the first so many values of a type that counts from zero.
macro_rules! numbered {
    ($type:ident, $count:expr) => {{
        let mut all = [$type(0); $count];
        let (mut index, mut number) = (0, 0);
        while index < all.len() {
            all[index] = $type(number);
            index += 1;
            number += 1;
        }
        all
    }};
}
use numbered;

/// Defines the type of a code list over its generated table.
macro_rules! code_list {
    ($(#[$meta:meta])* $name:ident, $system:expr, $table:expr) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u8);

        impl $name {
            /// Every code, in the order of the code system.
            pub const ALL: [Self; $table.len()] = $crate::codes::numbered!(Self, $table.len());

            /// The code system.
            pub const SYSTEM: $crate::codes::CodeSystem = $system;

            /// The code, for example `1.10`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                $table[self.0 as usize].code
            }

            /// The text of the code system; empty where the reference prints none.
            #[must_use]
            pub const fn display(self) -> &'static str {
                $table[self.0 as usize].display
            }

            /// The code with exactly this text. White space, leading zeros and numbers that look
            /// alike are other texts.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|entry| entry.code() == code)
            }

            /// The code as a coding with system and display.
            #[must_use]
            pub fn coding(self) -> $crate::codes::Coding {
                $crate::codes::Coding {
                    system: Some(Self::SYSTEM.url().into()),
                    code: Some(self.code().into()),
                    display: Some(self.display()).filter(|text| !text.is_empty()).map(Into::into),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({} {})", stringify!($name), self.code(), self.display())
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.code())
            }
        }
    };
}
use code_list;

/// A coding as it was read or is to be written. Nothing in it is checked. `Debug` shows the system only:
/// a code may be somebody's diagnosis.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Coding {
    /// The address of the code system.
    pub system: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// The text that came with it; the code rules where they differ (FHIR reference 13, rule 5).
    pub display: Option<String>,
}

impl core::fmt::Debug for Coding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Coding")
            .field("system", &self.system)
            .finish_non_exhaustive()
    }
}

/// How grave an issue is (FHIR reference 11.4). Absent means unknown, not low.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `low`
    Low,
    /// `moderate`
    Moderate,
    /// `high`
    High,
}

impl core::fmt::Display for Severity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.code())
    }
}

impl Severity {
    /// Every severity, the least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Moderate, Self::High];

    /// The code of FHIR.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }

    /// The severity of a code; codes are compared exactly.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.code() == code)
    }
}
