//! What an event loses on its way into another system (taxonomy reference section 8).

use crate::kind::Kind;
use crate::lookup::{Encoding, codes_of};
use crate::names::names;
use crate::system::{Profile, System};

names! {
    /// A part of an event that a target system keeps or loses.
    #[non_exhaustive]
    pub enum Part ("part of an event") {
        /// What happened, as far as the system has a code; see [`System::unsayable`].
        Kind = "kind",
        /// How urgent it is.
        Priority = "priority",
        /// Start and end.
        Phase = "phase",
        /// How far people have come with it.
        Handling = "handling",
        /// Which unit and sensor.
        Device = "device",
        /// What kind of device.
        DeviceKind = "device_kind",
        /// The person.
        Subject = "subject",
        /// Place, as code or in words.
        Location = "location",
        /// Position on the globe.
        Position = "position",
        /// The device's own time.
        DeviceTime = "device_time",
        /// An id that comes back in the answer.
        SourceRef = "source_ref",
        /// The wish to speak.
        Voice = "voice",
        /// Text for people.
        Text = "text",
        /// Pictures.
        Pictures = "pictures",
        /// Measured values.
        Measurements = "measurements",
    }
}

/// A part that a system keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// The part.
    pub part: Part,
    /// How much of it: characters of text, pictures, or steps of priority. `None` without a known limit.
    pub at_most: Option<u16>,
}

const fn whole(part: Part) -> Kept {
    Kept {
        part,
        at_most: None,
    }
}

const fn up_to(part: Part, limit: u16) -> Kept {
    Kept {
        part,
        at_most: Some(limit),
    }
}

impl System {
    /// The parts of an event that a message to this system carries.
    ///
    /// Only what the reference states: a part that is neither kept nor [lost](Self::lost) was not
    /// looked at. Empty for systems that are only read.
    #[must_use]
    pub const fn kept(self) -> &'static [Kept] {
        match self {
            Self::Scaip => {
                const {
                    &[
                        whole(Part::Kind),
                        whole(Part::DeviceKind),
                        whole(Part::Location),
                        whole(Part::SourceRef),
                        whole(Part::Voice),
                    ]
                }
            }
            Self::Sensio | Self::SensioState => {
                const {
                    &[
                        whole(Part::Kind),
                        up_to(Part::Pictures, 5),
                        up_to(Part::Text, 200),
                        whole(Part::SourceRef),
                    ]
                }
            }
            Self::ContactId => {
                const { &[whole(Part::Kind), whole(Part::Device), whole(Part::Phase)] }
            }
            // The reference marks the position as unconfirmed.
            Self::SiaDc03 => {
                const {
                    &[
                        whole(Part::Kind),
                        whole(Part::Device),
                        whole(Part::Phase),
                        whole(Part::Text),
                        whole(Part::DeviceTime),
                        whole(Part::Position),
                    ]
                }
            }
            Self::Ieee11073 => const { &[whole(Part::Kind), whole(Part::DeviceKind)] },
            Self::VkpAlert => {
                const {
                    &[
                        whole(Part::Kind),
                        whole(Part::Priority),
                        whole(Part::Subject),
                        whole(Part::Device),
                        whole(Part::Text),
                        whole(Part::Handling),
                    ]
                }
            }
            Self::Espa444 => {
                const {
                    &[
                        whole(Part::Device),
                        up_to(Part::Text, 128),
                        up_to(Part::Priority, 3),
                    ]
                }
            }
            Self::SnomedCt => const { &[whole(Part::Kind)] },
            Self::SiaDc09
            | Self::VkpDispense
            | Self::SafemateText
            | Self::CpcDigit
            | Self::Ttnew => &[],
        }
    }

    /// The parts of an event that a message to this system cannot carry.
    #[must_use]
    pub const fn lost(self) -> &'static [Part] {
        match self {
            // SCAIP has a priority digit, but no public scale for it.
            Self::Scaip => &[
                Part::Priority,
                Part::Subject,
                Part::Pictures,
                Part::Measurements,
            ],
            Self::Sensio | Self::SensioState => &[
                Part::Location,
                Part::Position,
                Part::Subject,
                Part::Priority,
                Part::DeviceTime,
            ],
            Self::ContactId => &[
                Part::Text,
                Part::Location,
                Part::Subject,
                Part::Position,
                Part::DeviceTime,
            ],
            Self::Ieee11073 => &[Part::Priority, Part::Handling],
            Self::Espa444 => &[
                Part::Kind,
                Part::Phase,
                Part::Handling,
                Part::DeviceKind,
                Part::Subject,
                Part::Location,
                Part::Position,
                Part::DeviceTime,
                Part::SourceRef,
                Part::Voice,
                Part::Pictures,
                Part::Measurements,
            ],
            Self::SnomedCt => &[Part::Device, Part::DeviceKind, Part::Handling],
            Self::SiaDc03
            | Self::SiaDc09
            | Self::VkpAlert
            | Self::VkpDispense
            | Self::SafemateText
            | Self::CpcDigit
            | Self::Ttnew => &[],
        }
    }

    /// The kinds that cannot be said to this system in a profile, because it has no code for them.
    pub fn unsayable(self, profile: Profile) -> impl Iterator<Item = Kind> {
        Kind::ALL
            .iter()
            .copied()
            .filter(move |kind| !matches!(codes_of(*kind, self, profile), Encoding::Codes(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn no_part_is_both_kept_and_lost() {
        for &system in System::ALL {
            for kept in system.kept() {
                assert!(
                    !system.lost().contains(&kept.part),
                    "{system} {}",
                    kept.part
                );
            }
        }
    }

    #[test]
    fn contact_id_cannot_say_a_fall_and_a_vendor_profile_can() {
        let unsayable = |p| System::ContactId.unsayable(p).collect::<Vec<_>>();
        assert!(unsayable(Profile::Standard).contains(&Kind::Fall));
        assert!(!unsayable(Profile::ClimaxMp).contains(&Kind::Fall));
        assert!(!unsayable(Profile::Standard).contains(&Kind::CarbonMonoxide));
    }
}
