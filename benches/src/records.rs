//! Patient records: an alarm as a document Bundle, a searchset of ten megabytes, and what one would use instead.

use alarm_codes::{Attachment, DeviceKind, Event, EventId, Handling, Kind, Timestamp};
use fhir_vkp::alarm::{Context, device_of, journal_note};
use fhir_vkp::decode::{DecodeOptions, Entries, decode};
use fhir_vkp::note::{
    Alarm, AlarmNote, Device, LogEntry, Operator, Participation, RecordId, Section, Supervision,
    SupervisionKind, Text,
};
use fhir_vkp::view::Patient;
use fhir_vkp::{
    AlertCode, DateTime, EncounterMode, Identifier, NoteEvent, NoteSection, Person, Severity,
    UuidNames, encode,
};
use serde_json::Value;

/// Patients in [`searchset`].
pub const PATIENTS: usize = 14_900;

fn at(time: &str) -> DateTime {
    let text = format!("2026-03-14T{time}+01:00");
    DateTime::parse(&text).expect("a moment").0
}

fn text(text: &str) -> Text {
    Text::new(text).expect("a text")
}

/// A fall at night with device, supervision, log and text, about somebody who does not exist.
///
/// # Panics
///
/// Never: everything can be written.
#[must_use]
pub fn note() -> AlarmNote {
    let names = UuidNames::new("https://alarm.example.net");
    let identifier = |system, value| Identifier::new(system, value).expect("an identifier");
    let id = RecordId::new(&names, "2026-000417").expect("an id");
    let mut alarm = Alarm::new(id, AlertCode::FALL);
    alarm.severity = Some(Severity::High);
    alarm.at = Some(at("02:17:41"));
    alarm.detail = Some(text(
        "Fall på soverom. Beboeren svarer ikke på toveis tale.",
    ));
    let patient = identifier("urn:oid:2.16.578.1.12.4.1.4.1", "15813410033");
    let operator = identifier("https://alarm.example.net/users", "op-7");
    let operator = Operator::new(operator, Some(text("STØDIG LYSTAVLE")));
    let patient = Person::new(patient, "BLID FJELLREV");
    let mut note = AlarmNote::new(alarm, patient, operator, at("02:31:10"));
    let mut device = Device::new(identifier("https://alarm.example.net/devices", "RS-2093"));
    device.name = Some(text("Romsensor soverom"));
    device.serial_number = Some(text("RS-2093-0017"));
    let device = note.add_device(device);
    note.alarms.get_mut(0).expect("the first").device = Some(device);
    for (event, time) in [
        (NoteEvent::REPORTED, "02:17:44"),
        (NoteEvent::ACKNOWLEDGED, "02:18:20"),
    ] {
        note.journal.log.push(LogEntry::new(event, at(time)));
    }
    let words = text("Nattjenesten overtok og hjalp beboeren i seng. Ingen skade & våken.");
    note.add_section(Section::new(NoteSection::FOLLOW_UP, words));
    let participation = Participation::new(EncounterMode::ALL[0]);
    let kind = SupervisionKind::Virtual;
    note.supervision = Some(Supervision::ended(kind, participation, at("02:31:02")));
    note
}

/// Its document.
///
/// # Panics
///
/// Never: it can be written.
#[must_use]
pub fn document() -> Vec<u8> {
    let mut out = Vec::new();
    encode::alarm_document(&note(), &mut out).expect("written");
    out
}

/// A fall as the event model of `alarm-codes` has it once it is closed, and what the journal needs beside it:
/// the alarm of [`note`] one step earlier.
///
/// # Panics
///
/// Never: all of it is in order.
#[must_use]
pub fn event() -> (Event, Context) {
    let at = |time: &str| -> Timestamp {
        let text = format!("2026-03-14T{time}Z");
        text.parse().expect("a moment")
    };
    let mut event = Event::new(EventId(417), Kind::Fall, at("01:17:41"));
    event.device.device = Some("RS-2093".into());
    event.device.kind = Some(DeviceKind::FallDetector);
    let words = "Fall på soverom. Beboeren svarer ikke på toveis tale.";
    event
        .attachments
        .push(Attachment::Text(words.to_owned().into()));
    for (handling, time) in [
        (Handling::Accepted, "01:18:20"),
        (Handling::Closed, "01:31:02"),
    ] {
        event.advance(handling, at(time)).expect("in order");
    }
    let note = note();
    let names = UuidNames::new("https://alarm.example.net");
    let identifier = Identifier::new("https://alarm.example.net/users", "op-7");
    let operator = Operator::new(
        identifier.expect("an identifier"),
        Some(text("STØDIG LYSTAVLE")),
    );
    let mut context = Context::new(names, note.journal.patient, operator, at("01:31:10"));
    context.sections = note.journal.sections;
    context.supervision = note.supervision;
    (event, context)
}

/// Writes the document of an event: its device, its alert code, its log and texts, and then the JSON.
#[must_use]
pub fn write_event(event: &Event, context: &Context, out: &mut Vec<u8>) -> bool {
    let mut context = context.clone();
    context.device = device_of(event, "https://alarm.example.net/devices").unwrap_or_default();
    journal_note(event, context)
        .is_ok_and(|journaled| encode::alarm_document(&journaled.note, out).is_ok())
}

/// A searchset of a little less than ten megabytes.
#[must_use]
pub fn searchset() -> String {
    let mut json = format!(
        r#"{{"resourceType":"Bundle","type":"searchset","total":{PATIENTS},"link":[{{"relation":"self","url":"https://pit.example.net/Patient"}}],"entry":["#
    );
    for number in 0..PATIENTS {
        let comma = if number == 0 { "" } else { "," };
        json += &format!(
            r#"{comma}{{"fullUrl":"https://pit.example.net/Patient/p{number}","search":{{"mode":"match"}},"resource":{{"resourceType":"Patient","id":"p{number}","extension":[{{"url":"http://ehelse.no/fhir/StructureDefinition/vkp-sone-v090","valueString":"Eksempel|Nord|Sone {}"}}],"identifier":[{{"system":"https://epj.example.net/patient","value":"4711-{number:06}"}}],"active":true,"name":[{{"use":"official","family":"FJELLREV {number}","given":["BLID"]}}],"telecom":[{{"system":"phone","value":"+47 40 21 18 70","use":"mobile"}}],"gender":"unknown","birthDate":"1934-01-15","address":[{{"use":"home","line":["Eksempelveien {number}"],"city":"EKSEMPEL","postalCode":"0001"}}],"contact":[{{"name":{{"text":"NATTUGLE"}}}}]}}}}"#,
            number % 7
        );
    }
    json += "]}";
    json
}

/// Goes through a searchset entry by entry; how many patients have a name.
#[must_use]
pub fn by_entry(body: &str) -> usize {
    let Ok(entries) = Entries::new(body.as_bytes(), DecodeOptions::lenient()) else {
        return 0;
    };
    let named = entries.filter_map(Result::ok).filter(|entry| {
        let patient = entry.entry().resource().and_then(Patient::of);
        patient.is_some_and(|patient| patient.full_name().is_some())
    });
    named.count()
}

/// The same out of serde_json's tree of all of it.
#[must_use]
pub fn by_tree(body: &str) -> usize {
    let Ok(bundle) = serde_json::from_str::<Value>(body) else {
        return 0;
    };
    let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let named = entries.iter().filter(|entry| {
        let name = &entry["resource"]["name"][0];
        name["family"].is_string() || name["given"][0].is_string()
    });
    named.count()
}

/// Reads a document, with findings.
#[must_use]
pub fn read(body: &[u8]) -> bool {
    decode(body, DecodeOptions::lenient()).is_ok_and(|read| read.findings().is_empty())
}

/// Reads a document as serde_json's tree.
#[must_use]
pub fn tree(body: &[u8]) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|tree| tree.is_object())
}

/// Reads a document and gives it types, with what they lose. Not generic, and neither is what it calls: the types
/// of fhir-sdk are compiled where they are read, in minutes.
#[cfg(feature = "fhir-sdk")]
#[must_use]
pub fn read_typed(body: &[u8]) -> bool {
    let Ok(read) = decode(body, DecodeOptions::lenient()) else {
        return false;
    };
    fhir_vkp::typed::bundle(read.resource()).is_ok_and(|typed| typed.lost.is_empty())
}

/// serde_json's tree, and fhir-sdk's own typed parse beside it.
#[cfg(feature = "fhir-sdk")]
#[must_use]
pub fn tree_and_types(body: &[u8]) -> bool {
    tree(body) & types(body)
}

/// fhir-sdk's own typed parse.
#[cfg(feature = "fhir-sdk")]
#[must_use]
pub fn types(body: &[u8]) -> bool {
    serde_json::from_slice::<fhir_sdk::r4b::resources::Bundle>(body).is_ok()
}
