//! DetectedIssue: the alarm (FHIR reference 5.1).

use super::EncodeError;
use super::json::{Array, Object};
use super::part;
use crate::note::{Alarm, AlarmNote, Implicated};
use crate::{Identifier, Role, Uuid};

const PROFILE: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-DetectedIssue-v090";

/// An alarm of a note. `devices` are the `fullUrl`s of the devices of the note.
pub(super) fn inside(
    o: &mut Object<'_, '_>,
    note: &AlarmNote,
    alarm: &Alarm,
    uuid: Uuid,
    devices: &[Uuid],
) {
    part::head(o, "DetectedIssue", Some(PROFILE));
    part::own_identifier(o, uuid);
    o.constant("status", alarm.status.code());
    o.object("code", |o| {
        o.array("coding", |a| {
            a.object(|o| part::coding(o, alarm.code));
            part::extra_codings(a, &alarm.codings);
        });
        o.text("text", alarm.text.as_ref());
    });
    if let Some(severity) = alarm.severity {
        o.constant("severity", severity.code());
    }
    part::patient(o, "patient", &note.journal.patient, "DetectedIssue.patient");
    if let Some(at) = &alarm.at {
        o.date_time("identifiedDateTime", at);
    }
    if let Some(found) = alarm.device {
        match (note.devices().get(found.0), devices.get(found.0)) {
            (Some(device), Some(uuid)) => {
                o.object("author", |o| {
                    o.uuid("reference", *uuid);
                    o.text("display", device.name.as_ref());
                });
            }
            _ => o.fail(EncodeError::UnknownDevice {
                element: "DetectedIssue.author",
            }),
        }
    }
    o.array("implicated", |a| {
        for implicated in &alarm.implicated {
            about(a, implicated);
        }
    });
    o.text("detail", alarm.detail.as_ref());
}

/// A reference to an entry, or to what is missing by its name.
fn about(a: &mut Array<'_, '_>, implicated: &Implicated) {
    let mut missing = |kind, identifier: Option<&Identifier>, display| {
        a.object(|o| {
            o.constant("type", kind);
            if let Some(identifier) = identifier {
                o.object("identifier", |o| {
                    part::identifier(o, identifier, "DetectedIssue.implicated");
                });
            }
            o.text("display", display);
        });
    };
    match implicated {
        Implicated::MissingMeasurement(gone) => {
            missing("Observation", gone.identifier(), gone.display());
        }
        Implicated::MissingQuestionnaire(gone) => {
            missing("QuestionnaireResponse", gone.identifier(), gone.display());
        }
        Implicated::Measurement(measurement) => {
            let uuid = super::observation::uuid(measurement);
            a.object(|o| o.uuid("reference", uuid));
        }
        Implicated::Questionnaire(questionnaire) => {
            let uuid = super::questionnaire_response::uuid(questionnaire);
            a.object(|o| o.uuid("reference", uuid));
        }
    }
}

/// The `fullUrl` and identifier of an alarm.
pub(super) fn uuid(alarm: &Alarm) -> Uuid {
    alarm.id.uuid(Role::DetectedIssue, 0)
}
