//! Which alarms become documents, and with which code.

use alarm_codes::Event;
use fhir_vkp::AlertCode;
use fhir_vkp::alarm::{AlarmSystem, NotJournalableReason, alert_of};

use crate::config::{FhirOutputConfig, UncodedCare};

/// How alarms are coded.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Coding {
    pub(super) alarm_system: Option<AlarmSystem>,
    pub(super) uncoded_care: UncodedCare,
}

impl Coding {
    pub(super) fn new(config: &FhirOutputConfig) -> Self {
        Self {
            alarm_system: config.alarm_system.map(Into::into),
            uncoded_care: config.uncoded_care,
        }
    }

    /// The code that an alarm becomes a note with, though it is not its own; `None` where it has one.
    pub(super) fn code_of(&self, event: &Event) -> Result<Option<AlertCode>, NotJournalableReason> {
        match alert_of(event, self.alarm_system, None) {
            Ok(_) => Ok(None),
            Err(no) => match (no.reason, self.uncoded_care) {
                (NotJournalableReason::NoCode, UncodedCare::Family) => Ok(Some(no.family)),
                (reason, _) => Err(reason),
            },
        }
    }
}
