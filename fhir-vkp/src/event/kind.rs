//! From codes that were read to kinds.

use alarm_codes::{Code, Ieee11073Code, Kind, Mapping, Profile, SnomedConcept, System, kind_of};

use crate::codes::{CodeSystem, Coding, SystemMatch};

/// What an alert code means. One that the list does not hold is [`Kind::Unmapped`]: a care event.
///
/// ```
/// use alarm_codes::Kind;
/// use fhir_vkp::event::mapping_of_alert;
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
pub fn mapping_of<'a>(codings: impl IntoIterator<Item = &'a Coding> + Clone) -> Option<Mapping> {
    let own = codings.clone().into_iter().find_map(|coding| {
        let code = coding.code.as_deref()?;
        match system_of(coding)? {
            CodeSystem::ALERT_CODE => Some(mapping_of_alert(code)),
            CodeSystem::DISPENSE_EVENT => Some(mapping_of_dispense(code)),
            _ => None,
        }
    });
    own.or_else(|| codings.into_iter().find_map(mapping_of_other))
}

/// What a coding of a system that is not VKP's means, if the crosswalk has a row for it.
fn mapping_of_other(coding: &Coding) -> Option<Mapping> {
    let code = coding.code.as_deref()?.parse().ok()?;
    let code = match system_of(coding)? {
        CodeSystem::SNOMED_CT => Code::SnomedCt(SnomedConcept(code)),
        CodeSystem::IEEE_11073 => {
            // Partition 130; the code beside it is the sensor kind.
            let device = u32::try_from(code).ok().filter(|code| code >> 16 == 130)?;
            let device = u16::try_from(device & 0xffff).ok()?;
            Code::Ieee11073(Ieee11073Code {
                device,
                event: None,
            })
        }
        _ => return None,
    };
    let profile = match code.system() {
        System::Ieee11073 | System::SnomedCt => Profile::Standard,
        system => system.base_profile(),
    };
    Some(kind_of(profile, &code)).filter(|mapping| mapping.kind() != Kind::Unmapped)
}

fn system_of(coding: &Coding) -> Option<CodeSystem> {
    CodeSystem::recognise(coding.system.as_deref()?).and_then(SystemMatch::same_codes)
}
