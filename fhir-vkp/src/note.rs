//! What is written, as plain data: journal notes about alarms, medicine handed out, measurements,
//! questionnaires and patients (FHIR reference 5, 6, 11).
//!
//! What a resource cannot be without is an argument of the constructor; the rest are public fields.
//! Texts are never empty ([`Text`]), lists that need a member have one ([`AtLeastOne`]), and
//! `Debug` shows neither persons nor texts. The [`encode`](crate::encode) module turns all of this
//! into JSON.

mod address;
mod alarm;
mod at_least_one;
mod coding;
mod decimal;
mod device;
mod dispense;
mod implicated;
mod journal;
mod measurement;
mod operator;
mod patient;
mod period;
mod questionnaire;
mod record_id;
mod supervision;
mod text;
mod value;
mod version;

pub use address::{Address, AddressUse, MunicipalityCode, Property, UrbanDistrictCode};
pub use alarm::{Alarm, AlarmNote, AlarmRef};
pub use at_least_one::AtLeastOne;
pub use coding::{ExtraCoding, InvalidCoding};
pub(crate) use coding::{is_address, is_visible_ascii};
pub use decimal::{Decimal, InvalidDecimal};
pub use device::{Device, DeviceRef};
pub use dispense::{DispenseNote, DispenseStatus, InvalidSubject, MedicationDispense, Performer};
pub use implicated::{Implicated, MissingMeasurement, MissingQuestionnaire};
pub use journal::{JournalNote, LogEntry, Section, TextStatus};
pub use measurement::{BatchEntry, Measurement, MeasurementStatus, ObservationMethod, Reading};
pub use operator::Operator;
pub use patient::{
    Contact, Country, Gender, HumanName, Patient, PatientProfile, PhoneOrMail, TelecomSystem,
    TelecomUse,
};
pub use period::{Period, PeriodReversed};
pub use questionnaire::{Answer, Item, Questionnaire, QuestionnaireStatus};
pub use record_id::RecordId;
pub use supervision::{Individual, Participation, Supervision, SupervisionKind};
pub use text::Text;
pub use value::{Concept, Quantity};
pub use version::{RecordStatus, Version};

pub use crate::resource_id::{InvalidResourceId, ResourceId};
