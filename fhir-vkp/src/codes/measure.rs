//! What home follow-up measures (FHIR reference 5.6).

use super::generated::MEASURES;
use super::{CodeSystem, Coding, SystemMatch, numbered};

/// The start of the address of every Observation profile of PMD.
const PROFILE: &str = "http://hl7.no/fhir/vkpobservation/StructureDefinition/vkp-Observation";

/// The codes of one measure.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeasureCodes {
    pub(super) name: &'static str,
    pub(super) profile: Option<&'static str>,
    pub(super) loinc: Option<&'static str>,
    pub(super) snomed_ct: Option<&'static str>,
    pub(super) nlk: Option<&'static str>,
}

/// What is measured (FHIR reference 5.6), with its codes in LOINC, SNOMED CT and NLK.
///
/// Body weight is LOINC `29463-7`; the guide of home follow-up prints `29563-7`, a slip, which is not
/// read as body weight.
///
/// ```
/// use fhir_vkp::codes::{CodeSystem, Measure};
///
/// assert_eq!(Measure::HEART_RATE.loinc(), Some("8867-4"));
/// assert_eq!(Measure::of("https://loinc.org", "8867-4"), Some(Measure::HEART_RATE));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure(pub(super) u8);

impl Measure {
    /// Every measure of the reference.
    pub const ALL: [Self; MEASURES.len()] = numbered!(Self, MEASURES.len());

    const fn codes(self) -> &'static MeasureCodes {
        const CODES: &[MeasureCodes] = &MEASURES;
        &CODES[self.0 as usize]
    }

    /// The English name, `heart rate`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.codes().name
    }

    /// The LOINC code.
    #[must_use]
    pub const fn loinc(self) -> Option<&'static str> {
        self.codes().loinc
    }

    /// The SNOMED CT code. Those of NEWS2 and consciousness belong to a national extension.
    #[must_use]
    pub const fn snomed_ct(self) -> Option<&'static str> {
        self.codes().snomed_ct
    }

    /// The code of Norsk laboratoriekodeverk.
    #[must_use]
    pub const fn nlk(self) -> Option<&'static str> {
        self.codes().nlk
    }

    /// The address of its profile in PMD; that of the general profile where it has none of its own.
    #[must_use]
    pub fn profile(self) -> String {
        match self.codes().profile {
            Some(end) => format!("{PROFILE}-{end}"),
            None => PROFILE.to_owned(),
        }
    }

    /// Its codes: LOINC, SNOMED CT, NLK, those that there are. Without displays: the reference prints
    /// none.
    #[must_use]
    pub fn codings(self) -> Vec<Coding> {
        let codes = [
            (CodeSystem::LOINC, self.loinc()),
            (CodeSystem::SNOMED_CT, self.snomed_ct()),
            (CodeSystem::NLK, self.nlk()),
        ];
        let coding = |(system, code): (CodeSystem, Option<&str>)| {
            let (system, code) = (system.url().to_owned(), code?.to_owned());
            Some(Coding {
                system: Some(system),
                code: Some(code),
                display: None,
            })
        };
        codes.into_iter().filter_map(coding).collect()
    }

    /// The measure that a code stands for. The system may be any address of it.
    #[must_use]
    pub fn of(system: &str, code: &str) -> Option<Self> {
        let (SystemMatch::Canonical(system) | SystemMatch::Alias(system)) =
            CodeSystem::recognise(system)?
        else {
            return None;
        };
        let of_system = match system {
            CodeSystem::LOINC => Self::loinc,
            CodeSystem::SNOMED_CT => Self::snomed_ct,
            CodeSystem::NLK => Self::nlk,
            _ => return None,
        };
        Self::ALL
            .into_iter()
            .find(|measure| of_system(*measure) == Some(code))
    }
}

impl core::fmt::Debug for Measure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Measure({})", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_leads_back_to_its_measure() {
        for measure in Measure::ALL {
            let codings = measure.codings();
            assert!(!codings.is_empty(), "{measure:?}");
            for coding in codings {
                let (system, code) = (coding.system.unwrap(), coding.code.unwrap());
                assert_eq!(Measure::of(&system, &code), Some(measure));
            }
        }
        assert_eq!(Measure::of(CodeSystem::LOINC.url(), "364075005"), None);
        assert_eq!(Measure::of(CodeSystem::LOINC.url(), "29563-7"), None);
        assert_eq!(Measure::of("urn:oid:1.2.3", "8867-4"), None);
    }

    #[test]
    fn a_measure_without_profile_of_its_own_has_the_general_one() {
        assert!(
            Measure::HEART_RATE
                .profile()
                .ends_with("/vkp-Observation-Heartrate")
        );
        assert!(
            Measure::BLOOD_GLUCOSE
                .profile()
                .ends_with("/vkp-Observation")
        );
    }
}
