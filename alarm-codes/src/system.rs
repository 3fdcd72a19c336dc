//! The code systems of the crosswalk and their dialects.

use crate::names::names;

names! {
    /// A code system of the crosswalk.
    #[non_exhaustive]
    pub enum System ("system") {
        /// Sensio Partner API: event codes and the requests that carry meaning by themselves.
        Sensio = "sensio",
        /// Sensio Partner API: states of the pull cord. A number space of its own.
        SensioState = "sensio-state",
        /// SCAIP (SS 91100, CLC/TS 50134-9): device type, status code and their companions.
        Scaip = "scaip",
        /// Contact ID: qualifier and three-digit event.
        ContactId = "contact-id",
        /// SIA DC-03: two-letter event codes.
        SiaDc03 = "sia-dc03",
        /// SIA DC-09: what the envelope itself says.
        SiaDc09 = "sia-dc09",
        /// ISO/IEEE 11073-10471, the activity hub: sensor class and event.
        Ieee11073 = "ieee-11073-10471",
        /// VKP alert codes.
        VkpAlert = "vkp-alert",
        /// VKP dispense events, sent as a MedicationDispense and not as an alert.
        VkpDispense = "vkp-dispense",
        /// Safemate event labels (text only).
        SafemateText = "safemate-text",
        /// ESPA 4.4.4 call types.
        Espa444 = "espa444",
        /// SNOMED CT concepts, for confirmed findings only.
        SnomedCt = "snomed-ct",
        /// Digit and letter codes of a Climax panel for CPC.
        CpcDigit = "cpc-digit",
        /// Codes of a Climax panel for its Tunstall-like format.
        Ttnew = "ttnew",
    }
}

names! {
    /// A dialect of a code system: a vendor, a version, or the standard itself.
    ///
    /// The profile belongs to the registry entry of the controller; it is never guessed from a
    /// message (taxonomy reference section 3, rule 4).
    #[non_exhaustive]
    pub enum Profile ("profile") {
        /// The published list of the system itself. Works for every system: where a system prints
        /// no list under this name, its [base profile](System::base_profile) answers.
        Standard = "standard",
        /// Sensio Partner API since 6.13.4.
        PartnerApi6134 = "partner-api-6.13.4",
        /// Sensio Partner API before 6.13.4.
        PartnerApiBefore6134 = "partner-api-before-6.13.4",
        /// Contact ID as a Climax medical panel sends it.
        ClimaxMp = "climax-mp",
        /// Contact ID as a Climax-built panel family (Vesta) sends it.
        ClimaxVesta = "climax-vesta",
        /// Contact ID as Climax CTC-1052 sends it.
        ClimaxCtc1052 = "climax-ctc1052",
        /// Contact ID as evalink talos documents it.
        Evalink = "evalink",
        /// VKP code lists, version 0.9.0.
        V090 = "v090",
        /// Safemate labels in either language.
        NorwegianOrEnglishLabel = "norwegian-or-english-label",
        /// CPC digits of a Climax panel.
        ClimaxCpc = "climax-cpc",
        /// Tunstall-like codes of a Climax panel.
        ClimaxTtnew = "climax-ttnew",
        /// No dialect at all: what answers when no row knows a code.
        Any = "any",
    }
}

impl System {
    /// The profiles that have rows of their own, the base profile first.
    #[must_use]
    pub const fn profiles(self) -> &'static [Profile] {
        match self {
            Self::Sensio => &[Profile::PartnerApi6134, Profile::PartnerApiBefore6134],
            Self::SensioState => &[Profile::PartnerApi6134],
            Self::ContactId => &[
                Profile::Standard,
                Profile::ClimaxMp,
                Profile::ClimaxVesta,
                Profile::ClimaxCtc1052,
                Profile::Evalink,
            ],
            Self::Scaip
            | Self::SiaDc03
            | Self::SiaDc09
            | Self::Ieee11073
            | Self::Espa444
            | Self::SnomedCt => &[Profile::Standard],
            Self::VkpAlert | Self::VkpDispense => &[Profile::V090],
            Self::SafemateText => &[Profile::NorwegianOrEnglishLabel],
            Self::CpcDigit => &[Profile::ClimaxCpc],
            Self::Ttnew => &[Profile::ClimaxTtnew],
        }
    }

    /// The profile whose rows answer when the profile asked for has none.
    #[must_use]
    pub const fn base_profile(self) -> Profile {
        // Every list above has a first entry.
        self.profiles()[0]
    }
}
