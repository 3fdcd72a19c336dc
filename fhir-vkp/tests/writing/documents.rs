//! Documents: corrections, sections, what belongs to a note, and how large it may be.

use fhir_vkp::encode::{self, EncodeError};
use fhir_vkp::note::{Alarm, Device, JournalNote, Section};
use fhir_vkp::{AlertCode, NoteSection};
use serde_json::Value;

use crate::samples;
use crate::support::{bytes, document, id, identifier, minimal, read, resource, resources, text};

#[test]
fn a_resend_is_the_same_to_the_byte() {
    let first = samples::all().expect("samples");
    assert_eq!(first, samples::all().expect("samples"));
}

#[test]
fn a_correction_replaces_the_bundle_before_it_and_keeps_the_identifiers_of_its_alarms() {
    let mut note = samples::fall_alarm().expect("a note");
    let first = document(&note);
    note.amend();
    let second = document(&note);
    note.retract();
    let third = document(&note);
    for (before, after, status) in [
        (&first, &second, ["amended", "final", "finished"]),
        (
            &second,
            &third,
            ["entered-in-error", "entered-in-error", "entered-in-error"],
        ),
    ] {
        assert_ne!(before["identifier"], after["identifier"]);
        let composition = resource(after, "Composition");
        let replaced = &composition["relatesTo"][0];
        assert_eq!(replaced["code"], "replaces");
        assert_eq!(replaced["targetIdentifier"], before["identifier"]);
        let (issue, encounter) = (
            resource(after, "DetectedIssue"),
            resource(after, "Encounter"),
        );
        assert_eq!(
            issue["identifier"],
            resource(before, "DetectedIssue")["identifier"]
        );
        let written = [composition, issue, encounter].map(|resource| &resource["status"]);
        assert_eq!(written, status);
    }
    assert_eq!(resource(&first, "Composition").get("relatesTo"), None);
}

#[test]
fn a_preliminary_note_is_completed_when_the_alarm_is_closed() {
    let samples = samples::all().expect("samples");
    let (_, json) = samples
        .iter()
        .find(|(name, _)| *name == "preliminary-alarm")
        .expect("sample");
    let bundle = read(json);
    assert_eq!(resource(&bundle, "Composition")["status"], "preliminary");
    assert_eq!(resource(&bundle, "DetectedIssue")["status"], "preliminary");
    let mut note = minimal();
    note.complete();
    let bundle = document(&note);
    assert_eq!(resource(&bundle, "Composition")["status"], "final");
    assert!(resource(&bundle, "Composition").get("relatesTo").is_some());
}

#[test]
fn one_megabyte_is_the_limit() {
    let limit = encode::MAX_BYTES;
    let mut note = minimal();
    note.add_section(Section::new(NoteSection::NOTE, text("x")));
    let rest = limit - bytes(&note).expect("written").len();
    note.journal.sections[0].text = text(&"x".repeat(rest + 1));
    assert_eq!(bytes(&note).expect("written").len(), limit);
    note.journal.sections[0].text = text(&"x".repeat(rest + 2));
    assert_eq!(bytes(&note), Err(EncodeError::TooLarge { limit }));
    note.journal.sections[0].text = text(&"<".repeat(rest));
    assert_eq!(bytes(&note), Err(EncodeError::TooLarge { limit }));
}

#[test]
fn devices_and_alarms_of_another_note_are_refused() {
    let sensor = || Device::new(identifier("urn:x:y", "1"));
    let mut other = minimal();
    let device = other.add_device(sensor());
    let alarm = other.add_alarm(Alarm::new(id("other"), AlertCode::FALL));

    let mut note = minimal();
    for alarm in note.alarms.iter_mut() {
        alarm.device = Some(device);
    }
    let element = "DetectedIssue.author";
    assert_eq!(bytes(&note), Err(EncodeError::UnknownDevice { element }));

    let mut note = minimal();
    note.add_section(Section::new(NoteSection::NOTE, text("x")));
    note.journal.sections[0].alarms.push(alarm);
    assert_eq!(bytes(&note), Err(EncodeError::UnknownAlarm));
    note.add_section(Section::new(NoteSection::NOTE, text("about all")));
    assert_eq!(bytes(&note), Err(EncodeError::UnknownAlarm));
}

#[test]
fn a_device_that_nothing_names_is_not_written() {
    let mut note = minimal();
    note.add_device(Device::new(identifier("urn:x:y", "1")));
    assert_eq!(resources(&document(&note), "Device"), Vec::<&Value>::new());
}

#[test]
fn two_alarms_with_one_id_are_refused() {
    let mut note = minimal();
    note.add_alarm(Alarm::new(note.alarms.first().id.clone(), AlertCode::FALL));
    assert_eq!(bytes(&note), Err(EncodeError::DuplicateId));
}

#[test]
fn every_alarm_is_in_a_section() {
    let bundle = document(&samples::two_alarms().expect("note"));
    let composition = resource(&bundle, "Composition");
    let named: Vec<_> = composition["section"]
        .as_array()
        .expect("sections")
        .iter()
        .map(|section| {
            section["entry"][0]["reference"]
                .as_str()
                .expect("reference")
        })
        .collect();
    let urls = |index: usize| bundle["entry"][index]["fullUrl"].as_str().expect("url");
    assert_eq!(named, [urls(2), urls(2), urls(1)]);
    assert_eq!(composition["section"][2].get("text"), None);
}

#[test]
fn a_note_alone_is_known_by_its_own_identifier() {
    let mut note = samples::fall_alarm().expect("note").journal;
    let write = |note: &JournalNote| {
        let mut out = Vec::new();
        encode::composition(note, &mut out).expect("written");
        read(&out)
    };
    let first = write(&note);
    note.version = note.version.amended();
    let second = write(&note);
    assert_eq!(first["identifier"], second["identifier"]);
    assert_eq!(second["status"], "amended");
    for absent in ["encounter", "relatesTo"] {
        assert_eq!(second.get(absent), None);
    }
    assert_eq!(second["section"][0].get("entry"), None);
}

#[test]
fn a_supervision_alone_names_its_devices_by_identifier() {
    let mut out = Vec::new();
    assert_eq!(
        encode::encounter(&minimal(), &mut out),
        Err(EncodeError::NoSupervision)
    );
    encode::encounter(&samples::fall_alarm().expect("note"), &mut out).expect("written");
    let encounter = read(&out);
    let device = &encounter["participant"][1]["individual"];
    assert_eq!(device["identifier"]["value"], "RS-00417-A");
    assert_eq!(device.get("reference"), None);
}
