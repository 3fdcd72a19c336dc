//! Plain data to FHIR R4 JSON, strictly (FHIR reference 5, 11, 13).
//!
//! Every function appends one resource to a buffer, or leaves the buffer as it was and says why. What is
//! written has no empty strings, objects or arrays and no `null`; arrays are arrays; times of day have
//! seconds and an offset, which is never shifted; decimals keep their digits. The same value always gives
//! the same bytes, identifiers included, so that a repeat can be recognised.
//!
//! ```
//! use fhir_vkp::note::{Alarm, AlarmNote, Operator, RecordId, Text};
//! use fhir_vkp::{AlertCode, DateTime, Identifier, Person, UuidNames, encode};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let names = UuidNames::new("https://alarm.example.net");
//! let id = RecordId::new(&names, "2026-000417").ok_or("empty")?;
//! let (saved, _) = DateTime::parse("2026-03-14T02:31:10+01:00")?;
//! let patient = Identifier::new("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033")?; // synthetic
//! let operator = Operator::named(&Text::new("STØDIG LYSTAVLE").ok_or("empty")?);
//!
//! let alarm = Alarm::new(id, AlertCode::FALL);
//! let note = AlarmNote::new(alarm, Person::from(patient), operator, saved);
//! let mut json = Vec::new();
//! encode::alarm_document(&note, &mut json)?;
//! assert!(json.starts_with(br#"{"resourceType":"Bundle","#));
//! # Ok(())
//! # }
//! ```

mod bundle;
mod composition;
mod detected_issue;
mod device;
mod encounter;
mod error;
mod json;
mod medication_dispense;
mod observation;
mod part;
mod patient;
mod questionnaire_response;

pub use error::EncodeError;
pub use questionnaire_response::MAX_ITEM_DEPTH;

use crate::Person;
use crate::note::{
    AlarmNote, BatchEntry, DispenseNote, JournalNote, Measurement, MedicationDispense, Patient,
    Questionnaire,
};

/// The longest Bundle, Composition, MedicationDispense … in bytes: JFT takes about 1 MB (FHIR reference 9.2,
/// 11.5).
pub const MAX_BYTES: usize = 1_000_000;

/// The longest Patient in bytes: PIT takes about 900 kB (FHIR reference 9.3).
pub const MAX_PATIENT_BYTES: usize = 900_000;

/// Writes a note about alarms as a document Bundle: Composition first, then the DetectedIssues, the Encounter,
/// the Devices, and what the alarms of home follow-up are about (FHIR reference 2, 11).
///
/// `Composition.date` is [`AlarmNote::date`] and `Bundle.timestamp` is [`AlarmNote::timestamp`]: neither is
/// before the last log entry. An alarm that no section is about gets a section of its own without text, so that
/// everything in the document can be reached from the Composition. A correction says which Bundle it replaces
/// (`Composition.relatesTo`, a choice of this crate: the reference is silent).
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was.
pub fn alarm_document(note: &AlarmNote, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| bundle::alarm_document(o, note))
}

/// Writes a note over medicine handed out as a document Bundle: Composition first, then each MedicationDispense.
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was. [`EncodeError::OtherPatient`] if something was handed out to
/// somebody else.
pub fn dispense_document(note: &DispenseNote, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| bundle::dispense_document(o, note))
}

/// Writes a journal note alone, as a Composition (FHIR reference 5.4).
///
/// It has an identifier of its own, which stays the same in corrections. Sections name no alarms, which would
/// not be there.
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was.
pub fn composition(note: &JournalNote, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| composition::alone(o, note))
}

/// Writes the supervision of a note alone, as an Encounter (FHIR reference 5.3); devices by identifier and name.
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was. [`EncodeError::NoSupervision`] if the note has none.
pub fn encounter(note: &AlarmNote, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let supervision = note
        .supervision
        .as_ref()
        .ok_or(EncodeError::NoSupervision)?;
    json::resource(out, MAX_BYTES, |o| {
        encounter::alone(o, note, supervision);
    })
}

/// Writes medicine handed out, as a MedicationDispense (FHIR reference 5.5).
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was.
pub fn medication_dispense(
    dispense: &MedicationDispense,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| {
        medication_dispense::alone(o, dispense);
    })
}

/// Writes a measurement, as an Observation for PMD (FHIR reference 5.6).
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was. [`EncodeError::WrongIdentifier`] if the subject is not known by a
/// national number.
pub fn observation(
    measurement: &Measurement,
    subject: &Person,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| {
        observation::for_pmd(o, measurement, subject, None);
    })
}

/// Writes measurements, as a batch Bundle for PMD (FHIR reference 5.6).
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was. [`EncodeError::EmptyBatch`] if there is nothing to write,
/// [`EncodeError::DuplicateId`] if two measurements have the same id: an answer could not be matched.
pub fn measurement_batch(entries: &[BatchEntry], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| bundle::measurement_batch(o, entries))
}

/// Writes an answered questionnaire, as a QuestionnaireResponse (FHIR reference 5.6).
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was.
pub fn questionnaire_response(
    questionnaire: &Questionnaire,
    subject: &Person,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    json::resource(out, MAX_BYTES, |o| {
        questionnaire_response::inside(o, questionnaire, subject);
    })
}

/// Writes a patient for PIT (FHIR reference 6, 7, 9.3).
///
/// # Errors
///
/// [`EncodeError`]; `out` is then as it was.
pub fn patient(patient: &Patient, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    json::resource(out, MAX_PATIENT_BYTES, |o| patient::inside(o, patient))
}
