//! Which alert code an event has, or why none (FHIR reference 11.3, 11.4).

use alarm_codes::{
    Class, Code, DeviceKind, Event, Kind, Loss, Phase, Priority, Profile, RecordedMapping,
    Relation, System, codes_of,
};

use crate::codes::CodeSystem;
use crate::note::ExtraCoding;
use crate::{AlertCode, DispenseEvent, EncounterReason, Severity};

/// What kind of system raised an alarm. The code list has a family for each, and help calls say
/// nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AlarmSystem {
    /// Trygghetsalarm: family 3.
    SocialAlarm,
    /// Digitalt tilsyn: family 4.
    DigitalSupervision,
    /// Sykesignalanlegg: family 7.
    NurseCall,
}

/// The alert code of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alert {
    /// The code.
    pub code: AlertCode,
    /// What it does not say as the kind does; `None` where both mean the same.
    pub loss: Option<Loss>,
}

/// No alert code says what happened (FHIR reference 11.3). Not a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no alert code for {kind}: {reason}")]
#[non_exhaustive]
pub struct NotJournalable {
    /// What happened.
    pub kind: Kind,
    /// Why it is not journaled.
    pub reason: NotJournalableReason,
    /// The code of the whole family, for a caller who insists: it says less and nothing wrong. The text
    /// of the alarm then says what happened. Never a neighbouring code. Of what
    /// [ends another event](NotJournalableReason::Ended) there is no note at all.
    pub family: AlertCode,
}

/// Why an event is not journaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum NotJournalableReason {
    /// It may concern the person, and the list has no code for it: gas, carbon monoxide, a vital sign
    /// outside its limits.
    #[error("the list has no code for it")]
    NoCode,
    /// Technical or about staff: no patient care.
    #[error("no patient care")]
    NotCare,
    /// A test.
    #[error("a test")]
    Test,
    /// A message that ends or withdraws another: no alarm, whatever code is asked for. Journal the event
    /// that it ends, with its log.
    #[error("it ends or withdraws another event")]
    Ended,
    /// Medicine was handed out: a MedicationDispense, not an alert
    /// ([`medication_dispense`](super::medication_dispense)).
    #[error("medicine handed out is no alert")]
    Dispense(DispenseEvent),
}

/// The severity of a priority (FHIR reference 11.4).
#[must_use]
pub const fn severity_of(priority: Priority) -> Severity {
    match priority {
        Priority::Critical | Priority::High => Severity::High,
        Priority::Medium => Severity::Moderate,
        Priority::Low | Priority::Info => Severity::Low,
    }
}

/// The severity that somebody stated, for all that the event tells: that of its priority where this is
/// not the one that the kind has by itself. `None` means unknown, and is left out (FHIR reference 11.4).
///
/// The shared model keeps one priority, the default of the kind unless a rule sets another, and does not
/// say which of the two it is; so one that was set to the very default is not told apart. The words of
/// the source ([`Event::source_priority`]) are not interpreted: scales differ. Who knows more sets
/// [`Context::severity`](super::Context::severity).
#[must_use]
pub fn stated_severity(event: &Event) -> Option<Severity> {
    (event.priority != event.kind.default_priority()).then(|| severity_of(event.priority))
}

/// Codes that FHIR reference 11.3 names for a kind without a row in the crosswalk.
const NO_ROW: Loss = Loss {
    relation: Relation::Overlap,
    note: "Named by FHIR reference 11.3; the crosswalk has no row.",
};

/// As [`NO_ROW`], for a code that says one half of what the kind says.
const NO_MOVEMENT: Loss = Loss {
    relation: Relation::Overlap,
    note: "FHIR reference 11.3 names lack of movement; the kind may tell of a lying posture instead.",
};

/// The code of the family that the device belongs to, for an alarm that says nothing more.
const OF_FAMILY: Loss = Loss {
    relation: Relation::CodeBroader,
    note: "The code of the family; the crosswalk has no row.",
};

/// The alert code of an event (FHIR reference 11.3), by the crosswalk of `alarm-codes`.
///
/// An event that came as an alert code keeps it. Where every code of the crosswalk claims more than the
/// kind says, the code of the family is taken and the loss told. `supervised` says of a camera visit
/// whether it was planned.
///
/// # Errors
///
/// [`NotJournalable`].
pub fn alert_of(
    event: &Event,
    alarm_system: Option<AlarmSystem>,
    supervised: Option<EncounterReason>,
) -> Result<Alert, NotJournalable> {
    let family = family_of(event, alarm_system);
    let refuse = |reason| {
        Err(NotJournalable {
            kind: event.kind,
            reason,
            family,
        })
    };
    if event.test || event.class == Class::Test {
        return refuse(NotJournalableReason::Test);
    }
    if is_end(event) {
        return refuse(NotJournalableReason::Ended);
    }
    if let Some(dispense) = super::dispense_event_of(event) {
        return refuse(NotJournalableReason::Dispense(dispense));
    }
    if let Some(code) = own_code(event.mapping.as_ref()) {
        return Ok(Alert { code, loss: None });
    }
    if let Some(code) = by_circumstances(event, alarm_system, supervised) {
        let mut rows = codes_of(event.kind, System::VkpAlert, Profile::V090).codes();
        let row = rows.find(|row| row.code_text() == code.code());
        let no_row = match event.kind {
            Kind::CallAlarmGeneric => OF_FAMILY,
            Kind::ManDown => NO_MOVEMENT,
            _ => NO_ROW,
        };
        let loss = row.map_or(Some(no_row), |row| row.loss());
        return Ok(Alert { code, loss });
    }
    let best = codes_of(event.kind, System::VkpAlert, Profile::V090).best();
    let Some(best) = best.filter(|_| of_dispenser(event) || !of_dispensers_only(event.kind)) else {
        return refuse(match event.class {
            Class::Care | Class::LifeSafety | Class::Unknown => NotJournalableReason::NoCode,
            _ => NotJournalableReason::NotCare,
        });
    };
    let narrower = best.relation() == Relation::CodeNarrower && !of_dispensers_only(event.kind);
    let code = if narrower {
        None
    } else {
        AlertCode::from_code(best.code_text())
    };
    Ok(Alert {
        code: code.unwrap_or(family),
        loss: best.loss(),
    })
}

/// Whether an event ends or withdraws another.
pub(super) fn is_end(event: &Event) -> bool {
    event.kind == Kind::Cancel || event.phase == Phase::End
}

/// The code that the event came with, if it was an alert code.
fn own_code(mapping: Option<&RecordedMapping>) -> Option<AlertCode> {
    let mapping = mapping.filter(|mapping| mapping.system == System::VkpAlert)?;
    AlertCode::from_code(&mapping.code)
}

/// What the list tells apart and the kind alone does not.
fn by_circumstances(
    event: &Event,
    alarm_system: Option<AlarmSystem>,
    supervised: Option<EncounterReason>,
) -> Option<AlertCode> {
    Some(match event.kind {
        Kind::HelpCall => match (alarm_system, event.device.kind) {
            (Some(AlarmSystem::NurseCall), _) => AlertCode::NURSE_CALL_SYSTEM,
            (_, Some(DeviceKind::PullCord)) => AlertCode::CORD_PULLED,
            (Some(AlarmSystem::DigitalSupervision), _) => AlertCode::BUTTON_PRESSED,
            _ => AlertCode::SOCIAL_ALARM,
        },
        // A localisation unit, a dispenser or a lock is no digital supervision.
        Kind::CallAlarmGeneric => family_of_system(event, alarm_system),
        Kind::CameraVisit => match supervised? {
            EncounterReason::PLANNED => AlertCode::PLANNED_CAMERA_SUPERVISION,
            _ => AlertCode::TRIGGERED_CAMERA_SUPERVISION,
        },
        // The reference names heat detectors beside smoke and fire; the crosswalk has no row.
        Kind::Heat => AlertCode::FIRE,
        // It names "no movement", too; the crosswalk has no row for one that a worn device reports.
        Kind::ManDown => AlertCode::NO_MOVEMENT,
        Kind::BatteryCritical if of_dispenser(event) => AlertCode::BATTERY_LOW,
        Kind::LinkFailure if of_dispenser(event) => AlertCode::NO_CONTACT,
        Kind::Malfunction if of_dispenser(event) => AlertCode::TECHNICAL_FAULT,
        Kind::Tamper if of_dispenser(event) => AlertCode::BREAK_IN,
        _ => return None,
    })
}

fn of_dispenser(event: &Event) -> bool {
    event.device.kind == Some(DeviceKind::MedicineDispenser)
}

/// Kinds whose codes speak of a medicine dispenser, though the kind is one of any device.
const fn of_dispensers_only(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::DeviceOffline | Kind::BatteryLow | Kind::BatteryFailure | Kind::MainsFailure
    )
}

/// The code of the family that an event belongs to.
fn family_of(event: &Event, alarm_system: Option<AlarmSystem>) -> AlertCode {
    match event.kind {
        Kind::MedicationNotTaken
        | Kind::MedicationTaken
        | Kind::MedicationReminder
        | Kind::MedicationLow
        | Kind::MedicationEmpty
        | Kind::MedicationPlanIssue
        | Kind::DispenserFault
        | Kind::DispenserOpened => AlertCode::MEDICATION_SUPPORT,
        Kind::RespirationRate
        | Kind::OxygenSaturation
        | Kind::HeartRate
        | Kind::MeasurementReported
        | Kind::MeasurementMissing => AlertCode::HOME_FOLLOW_UP,
        Kind::AssistanceCall => AlertCode::NURSE_CALL_SYSTEM,
        Kind::LockState | Kind::UnauthorizedAccess => AlertCode::ELECTRONIC_DOOR_LOCK,
        Kind::GeofenceCrossed | Kind::PositionOutdated => AlertCode::LOCATION_TECHNOLOGY,
        _ => family_of_system(event, alarm_system),
    }
}

fn family_of_system(event: &Event, alarm_system: Option<AlarmSystem>) -> AlertCode {
    match (alarm_system, event.device.kind) {
        (_, Some(DeviceKind::MedicineDispenser)) => AlertCode::MEDICATION_SUPPORT,
        (_, Some(DeviceKind::TrackingDevice)) => AlertCode::LOCATION_TECHNOLOGY,
        (_, Some(DeviceKind::AccessController)) => AlertCode::ELECTRONIC_DOOR_LOCK,
        (Some(AlarmSystem::NurseCall), _) => AlertCode::NURSE_CALL_SYSTEM,
        (Some(AlarmSystem::DigitalSupervision), _) => AlertCode::DIGITAL_SUPERVISION,
        (Some(AlarmSystem::SocialAlarm), _)
        | (
            None,
            Some(DeviceKind::BaseUnit | DeviceKind::PersonalTrigger | DeviceKind::FixedTrigger),
        ) => AlertCode::SOCIAL_ALARM,
        (None, _) => AlertCode::DIGITAL_SUPERVISION,
    }
}

/// The source's own code as a coding, if its system has an address (FHIR reference 11.2, 11.3).
pub(super) fn source_coding(event: &Event) -> Option<ExtraCoding> {
    /// The partition of the sensor kinds.
    const PARTITION: u32 = 130 << 16;
    let mapping = event.mapping.as_ref()?;
    match Code::parse(mapping.system, &mapping.code).ok()? {
        Code::Ieee11073(code) => Some(ExtraCoding::ieee_11073(PARTITION | u32::from(code.device))),
        Code::SnomedCt(concept) => {
            ExtraCoding::new(CodeSystem::SNOMED_CT.url(), concept.0.to_string(), None).ok()
        }
        _ => None,
    }
}
