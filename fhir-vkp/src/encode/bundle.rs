//! Bundle: documents, and batches for PMD (FHIR reference 2, 5.6, 11.2).

use std::collections::BTreeMap;

use super::json::{Array, Object};
use super::{EncodeError, composition, detected_issue, device, encounter};
use super::{medication_dispense, observation, part, questionnaire_response};
use crate::note::{
    AlarmNote, BatchEntry, DeviceRef, DispenseNote, Implicated, Individual, JournalNote,
    MedicationDispense, ObservationMethod,
};
use crate::{DateTime, Identifier, Person, Role, Uuid};

/// The Bundle of a note about alarms.
pub(super) fn alarm_document(o: &mut Object<'_, '_>, note: &AlarmNote) {
    let subjects: Vec<Uuid> = note.alarms.iter().map(detected_issue::uuid).collect();
    if has_repeats(&subjects) {
        return o.fail(EncodeError::DuplicateId);
    }
    let devices = device::uuids(note);
    let entries = composition::Entries {
        date: note.date(),
        encounter: note.supervision.as_ref().map(|_| encounter::uuid(note)),
        subjects: &subjects,
    };
    document(o, &note.journal, note.timestamp(), &entries, |a| {
        for (alarm, uuid) in note.alarms.iter().zip(&subjects) {
            entry(a, *uuid, |o| {
                detected_issue::inside(o, note, alarm, *uuid, &devices);
            });
        }
        if let (Some(supervision), Some(uuid)) = (&note.supervision, entries.encounter) {
            entry(a, uuid, |o| {
                encounter::in_document(o, note, supervision, uuid, &devices);
            });
        }
        for (index, (device, uuid)) in note.devices().iter().zip(&devices).enumerate() {
            // Everything in a document is reached from its Composition.
            if is_named(note, DeviceRef(index)) {
                entry(a, *uuid, |o| device::inside(o, device));
            }
        }
        implicated(a, note);
    });
}

/// Whether an alarm or a participation names a device.
fn is_named(note: &AlarmNote, device: DeviceRef) -> bool {
    let mut participations = note
        .supervision
        .iter()
        .flat_map(|found| found.participants.iter());
    note.alarms.iter().any(|alarm| alarm.device == Some(device))
        || participations
            .any(|found| matches!(&found.individual, Some(Individual::Device(named)) if *named == device))
}

/// What alarms of home follow-up are about; what several of them are about is written once.
fn implicated(a: &mut Array<'_, '_>, note: &AlarmNote) {
    let patient = &note.journal.patient;
    let mut written: BTreeMap<Uuid, &Implicated> = BTreeMap::new();
    for found in note.alarms.iter().flat_map(|alarm| &alarm.implicated) {
        let uuid = match found {
            Implicated::Measurement(measurement) => observation::uuid(measurement),
            Implicated::Questionnaire(answers) => questionnaire_response::uuid(answers),
            Implicated::MissingMeasurement(_) | Implicated::MissingQuestionnaire(_) => continue,
        };
        match written.insert(uuid, found) {
            Some(before) if before == found => continue,
            Some(_) => return a.fail(EncodeError::DuplicateId),
            None => {}
        }
        entry(a, uuid, |o| implicated_entry(o, found, patient));
    }
}

fn implicated_entry(o: &mut Object<'_, '_>, found: &Implicated, patient: &Person) {
    match found {
        Implicated::Measurement(measurement) => {
            observation::inside(o, measurement, patient, None);
        }
        Implicated::Questionnaire(answers) => questionnaire_response::inside(o, answers, patient),
        Implicated::MissingMeasurement(_) | Implicated::MissingQuestionnaire(_) => {}
    }
}

/// The Bundle of a note over medicine handed out.
pub(super) fn dispense_document(o: &mut Object<'_, '_>, note: &DispenseNote) {
    let patient = note.journal.patient.identifier.as_ref();
    let is_other = |patient: &Identifier| {
        let mut subjects = note.dispenses.iter().map(MedicationDispense::subject);
        subjects.any(|subject| !subject.means_same_as(patient))
    };
    if patient.is_some_and(is_other) {
        return o.fail(EncodeError::OtherPatient);
    }
    let subjects: Vec<Uuid> = note
        .dispenses
        .iter()
        .map(medication_dispense::uuid)
        .collect();
    if has_repeats(&subjects) {
        return o.fail(EncodeError::DuplicateId);
    }
    let entries = composition::Entries {
        date: note.date(),
        encounter: None,
        subjects: &subjects,
    };
    document(o, &note.journal, entries.date, &entries, |a| {
        for (dispense, uuid) in note.dispenses.iter().zip(&subjects) {
            entry(a, *uuid, |o| {
                medication_dispense::inside(o, dispense, *uuid);
            });
        }
    });
}

/// A document: identifier, timestamp, Composition first (bdl-9, bdl-10, bdl-11).
fn document(
    o: &mut Object<'_, '_>,
    note: &JournalNote,
    timestamp: &DateTime,
    entries: &composition::Entries<'_>,
    more: impl FnOnce(&mut Array<'_, '_>),
) {
    o.constant("resourceType", "Bundle");
    let identifier = note.id.uuid(Role::Bundle, note.version.number());
    o.object("identifier", |o| part::uuid_identifier(o, identifier));
    o.constant("type", "document");
    o.instant("timestamp", timestamp, "Bundle.timestamp");
    o.array("entry", |a| {
        entry(a, note.id.uuid(Role::Composition, 0), |o| {
            composition::in_document(o, note, entries);
        });
        more(a);
    });
}

fn entry(a: &mut Array<'_, '_>, uuid: Uuid, fill: impl FnOnce(&mut Object<'_, '_>)) {
    a.object(|o| {
        o.uuid("fullUrl", uuid);
        o.object("resource", fill);
    });
}

/// Measurements for PMD.
pub(super) fn measurement_batch(o: &mut Object<'_, '_>, entries: &[BatchEntry]) {
    if entries.is_empty() {
        return o.fail(EncodeError::EmptyBatch);
    }
    let uuids: Vec<Uuid> = entries
        .iter()
        .map(|entry| observation::uuid(&entry.measurement))
        .collect();
    if has_repeats(&uuids) {
        return o.fail(EncodeError::DuplicateId);
    }
    o.constant("resourceType", "Bundle");
    o.constant("type", "batch");
    o.array("entry", |a| {
        for (entry, uuid) in entries.iter().zip(uuids) {
            a.object(|o| batch_entry(o, entry, uuid));
        }
    });
}

fn batch_entry(o: &mut Object<'_, '_>, entry: &BatchEntry, uuid: Uuid) {
    let id = match &entry.method {
        ObservationMethod::Post => None,
        ObservationMethod::Put(id) => Some(id),
    };
    o.uuid("fullUrl", uuid);
    o.object("resource", |o| {
        observation::for_pmd(o, &entry.measurement, &entry.subject, id);
    });
    o.object("request", |o| match id {
        None => {
            o.constant("method", "POST");
            o.constant("url", "Observation");
        }
        Some(id) => {
            o.constant("method", "PUT");
            o.any_text("url", &format!("Observation/{}", id.as_str()));
        }
    });
}

/// Whether a `fullUrl` would stand twice (bdl-7).
fn has_repeats(uuids: &[Uuid]) -> bool {
    if uuids.len() < 2 {
        return false;
    }
    let mut sorted = uuids.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| pair[0] == pair[1])
}
