//! What the digits tell of an event that no table has.

use super::meaning::{Claim, Meaning, Source};
use crate::codes::entry;
use crate::contact_id::EventCode;
use crate::provenance::Provenance;

macro_rules! classes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The class of an event, by its first digit and within the alarms by its second (Climax
        /// reference 6).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        #[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
        #[non_exhaustive]
        pub enum EventClass {
            $($(#[$doc])* $variant),+
        }

        impl EventClass {
            /// The name, in English.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            pub(super) fn meanings(self) -> &'static [Meaning] {
                match self {
                    $(Self::$variant => {
                        static MEANINGS: [Meaning; 1] = [Meaning {
                            distinction: None,
                            claims: &[Claim {
                                source: Source::Class,
                                meaning: $name,
                                names: &[entry($name, "", Provenance::Standard)],
                            }],
                        }];
                        &MEANINGS
                    }),+
                }
            }

            pub(super) const fn claim(self) -> &'static Claim {
                match self {
                    $(Self::$variant => &const {
                        Claim {
                            source: Source::Class,
                            meaning: $name,
                            names: &[entry($name, "", Provenance::Standard)],
                        }
                    }),+
                }
            }
        }
    };
}

classes! {
    /// 10x.
    Medical = "medical alarm",
    /// 11x.
    Fire = "fire alarm",
    /// 12x.
    Panic = "panic alarm",
    /// 13x.
    Burglary = "burglary alarm",
    /// 14x.
    GeneralAlarm = "general alarm",
    /// 15x, 16x and the rest of 1xx.
    OtherAlarm = "other alarm",
    /// 2xx.
    FireSupervision = "fire supervision",
    /// 3xx.
    Trouble = "trouble",
    /// 4xx.
    OpenCloseAccess = "open, close or access",
    /// 5xx.
    Bypass = "bypass",
    /// 6xx.
    TestOther = "test or other",
    /// 9xx, which the standard keeps for downloads.
    Download = "download",
    /// The rest: 7xx is not assigned, and nothing is said of 0xx, 8xx and B to F.
    Unassigned = "not assigned",
}

impl EventClass {
    /// The class of an event.
    #[must_use]
    pub const fn of(code: EventCode) -> Self {
        match code.class_digit() {
            1 => match code.packed() >> 4 & 0xF {
                0 => Self::Medical,
                1 => Self::Fire,
                2 => Self::Panic,
                3 => Self::Burglary,
                4 => Self::GeneralAlarm,
                _ => Self::OtherAlarm,
            },
            2 => Self::FireSupervision,
            3 => Self::Trouble,
            4 => Self::OpenCloseAccess,
            5 => Self::Bypass,
            6 => Self::TestOther,
            9 => Self::Download,
            _ => Self::Unassigned,
        }
    }

    /// Whether it is one of the classes of 1xx.
    #[must_use]
    pub const fn is_alarm(self) -> bool {
        matches!(
            self,
            Self::Medical
                | Self::Fire
                | Self::Panic
                | Self::Burglary
                | Self::GeneralAlarm
                | Self::OtherAlarm
        )
    }
}
