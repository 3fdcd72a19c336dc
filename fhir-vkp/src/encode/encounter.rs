//! Encounter: digital or physical supervision (FHIR reference 5.3).

use super::EncodeError;
use super::json::Object;
use super::part;
use crate::note::{AlarmNote, DeviceRef, Individual, Participation, Supervision, SupervisionKind};
use crate::{Role, Uuid};

const PROFILE: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-Encounter-v090";
const INDIVIDUAL: &str = "Encounter.participant.individual";

/// An Encounter outside of a Bundle: devices are named by identifier.
pub(super) fn alone(o: &mut Object<'_, '_>, note: &AlarmNote, supervision: &Supervision) {
    inside(o, note, supervision, uuid(note), None);
}

/// The Encounter of a document, in which the devices are entries.
pub(super) fn in_document(
    o: &mut Object<'_, '_>,
    note: &AlarmNote,
    supervision: &Supervision,
    uuid: Uuid,
    devices: &[Uuid],
) {
    inside(o, note, supervision, uuid, Some(devices));
}

fn inside(
    o: &mut Object<'_, '_>,
    note: &AlarmNote,
    supervision: &Supervision,
    uuid: Uuid,
    devices: Option<&[Uuid]>,
) {
    part::head(o, "Encounter", Some(PROFILE));
    part::own_identifier(o, uuid);
    // A note that should not have been written had no encounter either.
    let is_error = note.journal.version.status() == crate::note::RecordStatus::EnteredInError;
    o.constant(
        "status",
        if is_error {
            "entered-in-error"
        } else {
            "finished"
        },
    );
    o.object("class", |o| {
        let (code, display) = match supervision.kind {
            SupervisionKind::Virtual => ("VR", "virtual"),
            SupervisionKind::Physical => ("HH", "home health"),
        };
        o.constant("system", "http://terminology.hl7.org/CodeSystem/v3-ActCode");
        o.constant("code", code);
        o.constant("display", display);
    });
    part::patient(o, "subject", &note.journal.patient, "Encounter.subject");
    o.array("participant", |a| {
        for participation in supervision.participants.iter() {
            a.object(|o| participant(o, note, participation, devices));
        }
    });
    o.object("period", |o| part::period(o, supervision.period()));
    if let Some(reason) = supervision.reason {
        o.array_of_one("reasonCode", |o| part::concept_of(o, reason));
    }
    o.array_of_one("location", |o| {
        o.object("location", |o| {
            o.text("display", supervision.location.as_ref());
        });
    });
}

fn participant(
    o: &mut Object<'_, '_>,
    note: &AlarmNote,
    participation: &Participation,
    devices: Option<&[Uuid]>,
) {
    match participation.mode {
        Some(mode) => {
            o.array_of_one("type", |o| part::concept_of(o, mode));
        }
        None => o.fail(EncodeError::NoMode),
    }
    if let Some(period) = &participation.period {
        o.object("period", |o| part::period(o, period));
    }
    o.object("individual", |o| match &participation.individual {
        None => {}
        Some(Individual::Person(person)) => part::person(o, person, INDIVIDUAL),
        Some(Individual::Device(found)) => device(o, note, *found, devices),
    });
}

fn device(o: &mut Object<'_, '_>, note: &AlarmNote, found: DeviceRef, devices: Option<&[Uuid]>) {
    let Some(device) = note.devices().get(found.0) else {
        return o.fail(EncodeError::UnknownDevice {
            element: INDIVIDUAL,
        });
    };
    match devices.and_then(|devices| devices.get(found.0)) {
        Some(uuid) => {
            o.uuid("reference", *uuid);
            o.text("display", device.name.as_ref());
        }
        None => {
            o.constant("type", "Device");
            part::logical_device(o, device, INDIVIDUAL);
        }
    }
}

/// The `fullUrl` and identifier of the supervision of a note.
pub(super) fn uuid(note: &AlarmNote) -> Uuid {
    note.journal.id.uuid(Role::Encounter, 0)
}
