//! From codes that were read to kinds.

use alarm_codes::{Code, Ieee11073Code, Kind, Mapping, Profile, SnomedConcept, kind_of};

use crate::codes::{CodeSystem, Coding, SystemMatch};
use crate::view::{CodeableConcept, DetectedIssue, MedicationDispense};

/// What an alert code means. One that the list does not hold is [`Kind::Unmapped`]: a care event.
///
/// ```
/// use alarm_codes::Kind;
/// use fhir_vkp::alarm::mapping_of_alert;
///
/// assert_eq!(mapping_of_alert("4.1").kind(), Kind::Fall);
/// assert_eq!(mapping_of_alert("4.99").kind(), Kind::Unmapped);
/// ```
#[must_use]
pub fn mapping_of_alert(code: &str) -> Mapping {
    kind_of(Profile::V090, &Code::VkpAlert(code))
}

/// What a dispense event means.
#[must_use]
pub fn mapping_of_dispense(code: &str) -> Mapping {
    kind_of(Profile::V090, &Code::VkpDispense(code))
}

/// What the codings of a DetectedIssue or a MedicationDispense mean: the one of VKP, whatever address
/// its system was written with, or else one of another system that the crosswalk knows.
///
/// `None` where no coding is of a known system, and for older versions of the code lists, whose numbers
/// mean other things.
#[must_use]
pub fn mapping_of<'a>(codings: impl IntoIterator<Item = &'a Coding>) -> Option<Mapping> {
    let pairs = codings
        .into_iter()
        .map(|it| (it.system.as_deref(), it.code.as_deref()));
    mapping_of_pairs(pairs)
}

/// What a DetectedIssue that was read tells of; as [`mapping_of`].
///
/// ```
/// use alarm_codes::Kind;
/// use fhir_vkp::decode::{DecodeOptions, decode};
/// use fhir_vkp::alarm::mapping_of_issue;
/// use fhir_vkp::view::DetectedIssue;
///
/// let body = br#"{"resourceType": "DetectedIssue", "status": "final",
///     "code": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090",
///                          "code": "4.20"}]}}"#;
/// let decoded = decode(body, DecodeOptions::lenient())?;
/// let issue = DetectedIssue::of(decoded.resource()).expect("it says so");
/// assert_eq!(mapping_of_issue(issue).map(|mapping| mapping.kind()), Some(Kind::BedEntered));
/// # Ok::<(), fhir_vkp::decode::DecodeError>(())
/// ```
#[must_use]
pub fn mapping_of_issue(issue: DetectedIssue<'_>) -> Option<Mapping> {
    mapping_of_concept(issue.code()?)
}

/// What a MedicationDispense that was read tells of; as [`mapping_of`].
#[must_use]
pub fn mapping_of_medication(dispense: MedicationDispense<'_>) -> Option<Mapping> {
    mapping_of_concept(dispense.category()?)
}

fn mapping_of_concept(concept: CodeableConcept<'_>) -> Option<Mapping> {
    mapping_of_pairs(
        concept
            .codings()
            .map(|coding| (coding.system(), coding.code())),
    )
}

/// The same of pairs of system and code. The first of VKP wins, then the first that is known.
fn mapping_of_pairs<'a>(
    pairs: impl Iterator<Item = (Option<&'a str>, Option<&'a str>)>,
) -> Option<Mapping> {
    let mut other = None;
    for (system, code) in pairs {
        let (Some(system), Some(code)) = (system, code) else {
            continue;
        };
        let system = CodeSystem::recognise(system).and_then(SystemMatch::same_codes);
        match system {
            Some(CodeSystem::ALERT_CODE) => return Some(mapping_of_alert(code)),
            Some(CodeSystem::DISPENSE_EVENT) => return Some(mapping_of_dispense(code)),
            Some(system) => other = other.or_else(|| mapping_of_other(system, code)),
            None => {}
        }
    }
    other
}

/// What a code of a system that is not VKP's means, if the crosswalk has a row for it.
fn mapping_of_other(system: CodeSystem, code: &str) -> Option<Mapping> {
    let code = code.parse().ok()?;
    let code = match system {
        CodeSystem::SNOMED_CT => Code::SnomedCt(SnomedConcept(code)),
        CodeSystem::IEEE_11073 => {
            // Partition 130; the code beside it is the sensor kind.
            let code = u32::try_from(code).ok().filter(|code| code >> 16 == 130)?;
            let device = u16::try_from(code & 0xffff).ok()?;
            Code::Ieee11073(Ieee11073Code {
                device,
                event: None,
            })
        }
        _ => return None,
    };
    Some(kind_of(Profile::Standard, &code)).filter(|mapping| mapping.kind() != Kind::Unmapped)
}
