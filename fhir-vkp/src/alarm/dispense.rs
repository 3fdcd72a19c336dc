//! Medicine that was taken (FHIR reference 5.5).

use alarm_codes::{Event, Profile, System, codes_of};

use super::code::is_end;
use super::{Context, JournalError, NotJournalable, NotJournalableReason, happened_at, record_id};
use crate::note::{MedicationDispense, Performer, Text};
use crate::{AlertCode, DispenseEvent};

/// The dispense event of an event; `None` for one that is none. An event that came as a dispense event
/// keeps its code.
#[must_use]
pub fn dispense_event_of(event: &Event) -> Option<DispenseEvent> {
    let own = event
        .mapping
        .as_ref()
        .filter(|mapping| mapping.system == System::VkpDispense);
    let own = own.and_then(|mapping| DispenseEvent::from_code(&mapping.code));
    own.or_else(|| {
        let best = codes_of(event.kind, System::VkpDispense, Profile::V090).best()?;
        DispenseEvent::from_code(best.code_text())
    })
}

/// The MedicationDispense of an event about medicine that was handed out. Of the context, names,
/// patient and zone are used; every part of the result may still be changed.
///
/// # Errors
///
/// [`JournalError::NoPatient`], [`JournalError::Subject`] for a patient without a national number, and
/// [`JournalError::NotJournalable`] for an event that hands out nothing, for a test, and for one that
/// ends another.
pub fn medication_dispense(
    event: &Event,
    context: &Context,
    dispenser: Performer,
) -> Result<MedicationDispense, JournalError> {
    let Some(subject) = context.patient.identifier.clone() else {
        return Err(JournalError::NoPatient);
    };
    let refuse = |reason| {
        let family = AlertCode::MEDICATION_SUPPORT;
        JournalError::NotJournalable(NotJournalable {
            kind: event.kind,
            reason,
            family,
        })
    };
    if event.test {
        return Err(refuse(NotJournalableReason::Test));
    }
    if is_end(event) {
        return Err(refuse(NotJournalableReason::Ended));
    }
    let code = dispense_event_of(event).ok_or(refuse(NotJournalableReason::NoCode))?;
    let id = record_id(&context.names, event);
    let mut dispense = MedicationDispense::new(id, code, subject, dispenser)?;
    dispense.subject_name = context.patient.name.as_deref().and_then(Text::new);
    dispense.at = Some(happened_at(event, context.zone)?);
    Ok(dispense)
}
