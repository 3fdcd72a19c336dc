//! Journal notes and medicine handed out, in FHIR of VKP and JFT (FHIR reference 5, 11).

use alarm_codes::{Event, Timestamp};
use fhir_vkp::alarm::{self, device_of, dispense_event_of, journal_note};
use fhir_vkp::identifier::{Admission, Stage};
use fhir_vkp::note::{Device, Operator, Performer, Text};
use fhir_vkp::{Identifier, Person, UuidNames, encode};
use serde_json::Value;

use super::context::{time, wrong};
use super::{Context, EncodeFailure, InvalidContext, Unread};

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Target {
    /// A MedicationDispense for medicine that was handed out, else a document.
    #[default]
    Auto,
    /// A document Bundle about an alarm.
    Document,
    /// A MedicationDispense.
    Dispense,
}

/// What was written.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// `Bundle` or `MedicationDispense`.
    pub resource_type: &'static str,
    /// The JSON, without line breaks: health data.
    pub json: Vec<u8>,
    /// What to know about it; no personal data.
    pub remarks: Vec<String>,
}

impl std::fmt::Debug for Encoded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Encoded")
            .field("resource_type", &self.resource_type)
            .field("bytes", &self.json.len())
            .field("remarks", &self.remarks)
            .finish()
    }
}

/// Reads an event: alone, as `event` of an answer of the reference server, or as `alarm` of a line that
/// a decoder of this crate wrote.
///
/// # Errors
///
/// [`EncodeFailure::Event`].
pub fn read_event(json: &[u8]) -> Result<Event, EncodeFailure> {
    let unread = |error: &serde_json::Error| EncodeFailure::Event(error.into());
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    let mut value: Value = serde_json::from_slice(json).map_err(|error| unread(&error))?;
    if value.get("event_id").is_none() {
        let inner = ["event", "alarm"]
            .into_iter()
            .find(|name| value.get(name).is_some_and(Value::is_object));
        let Some(inner) = inner else {
            let why = "there is no event_id, and no event or alarm that could have one";
            return Err(EncodeFailure::Event(Unread::because(why)));
        };
        value = value[inner].take();
    }
    serde_json::from_value(value).map_err(|error| unread(&error))
}

/// Writes an event. The same event and context always give the same bytes.
///
/// # Errors
///
/// [`EncodeFailure`]; [`EncodeFailure::NotJournalable`] is no fault, but an answer.
pub fn encode(
    event: &Event,
    context: &Context,
    target: Target,
    stage: Option<Stage>,
) -> Result<Encoded, EncodeFailure> {
    let mut remarks = Vec::new();
    let patient = context.patient.person("patient")?;
    if let Some(identifier) = &patient.identifier {
        if let Some(warning) = identifier.warning() {
            remarks.push(format!("the identifier of the patient: {warning}"));
        }
        // By the time of the event, not the clock: the same event is always answered alike.
        let at = event.times.received.at;
        let admission = stage.map(|stage| stage.admits_person_at(identifier, at));
        if admission == Some(Admission::Refused) {
            return Err(EncodeFailure::Stage(match stage {
                _ if identifier.hidden_identity_number().is_some() => {
                    "a national number of the other environment, under a system that has none (or by chance a \
                     local number like one)"
                }
                Some(Stage::Test) => "a real person in the test environment",
                _ => "a synthetic person in production",
            }));
        }
        // In the test environment the number may have been made to try the rule: a remark says so.
        if (admission, stage) == (Some(Admission::NotYetIssued), Some(Stage::Production)) {
            return Err(EncodeFailure::Stage(
                "a number of the rule from 2032, before that year: in practice a typing error",
            ));
        }
        if admission == Some(Admission::Unknown) {
            let remark =
                "whether the environment takes the patient cannot be told from the identifier";
            remarks.push(remark.to_owned());
        }
    }
    let dispensed = dispense_event_of(event).is_some() && context.code.is_none();
    let (resource_type, json) = match target {
        Target::Dispense => dispense(event, context, patient)?,
        Target::Auto if dispensed => dispense(event, context, patient)?,
        _ => document(event, context, patient, &mut remarks)?,
    };
    Ok(Encoded {
        resource_type,
        json,
        remarks,
    })
}

fn document(
    event: &Event,
    context: &Context,
    patient: Person,
    remarks: &mut Vec<String>,
) -> Result<(&'static str, Vec<u8>), EncodeFailure> {
    let author = Operator::from_person(context.author.person("author")?).ok_or_else(|| {
        wrong(
            "author",
            "somebody wrote the note: give an identifier or a name",
        )
    })?;
    let mut note_context = event_context(event, context, patient, author.clone())?;
    note_context.supervision = context.supervision(&author)?;
    note_context.device = device(event, context)?;
    note_context.log = context.log()?;
    note_context.sections = context.sections()?;
    note_context.code = context.code()?;
    note_context.severity = context.severity()?;
    let journaled = journal_note(event, note_context)?;
    if let Some(loss) = journaled.loss {
        let code = journaled.note.alarms.first().code;
        let (code, display) = (code.code(), code.display());
        let note = Some(loss.note).filter(|note| !note.is_empty());
        let note = note.map(|note| format!(": {note}")).unwrap_or_default();
        let relation = loss.relation;
        let kind = event.kind;
        remarks.push(format!(
            "{code} {display} is not the same as {kind} ({relation}){note}"
        ));
    }
    if event.is_open() {
        remarks.push("the event is not closed: the note is preliminary".to_owned());
    }
    let mut json = Vec::new();
    encode::alarm_document(&journaled.note, &mut json)?;
    Ok(("Bundle", json))
}

fn dispense(
    event: &Event,
    context: &Context,
    patient: Person,
) -> Result<(&'static str, Vec<u8>), EncodeFailure> {
    let dispenser = dispenser(event, context)?;
    // Of the context of a note, the author is not used.
    let author = Operator::from(dispenser.identifier.clone());
    let note_context = event_context(event, context, patient, author)?;
    let mut dispense = alarm::medication_dispense(event, &note_context, dispenser)?;
    dispense.medicine = context.medicine.as_deref().and_then(Text::new);
    let doses = context.doses.iter();
    dispense.dosage = doses.filter_map(|dose| Text::new(dose.as_str())).collect();
    let mut json = Vec::new();
    encode::medication_dispense(&dispense, &mut json)?;
    Ok(("MedicationDispense", json))
}

/// What both have in common.
fn event_context(
    event: &Event,
    context: &Context,
    patient: Person,
    author: Operator,
) -> Result<alarm::Context, EncodeFailure> {
    let sender = context.sender.as_deref().filter(|it| !it.trim().is_empty());
    let sender = sender.ok_or_else(|| {
        wrong(
            "sender",
            "missing: an address that is always the same, for the identifiers",
        )
    })?;
    let saved = match &context.saved {
        Some(text) => time("saved", text)?.timestamp(),
        None => last_change(event),
    };
    let mut common = alarm::Context::new(UuidNames::new(sender), patient, author, saved);
    common.zone = context.zone();
    common.alarm_system = context.alarm_system();
    Ok(common)
}

/// When the event changed last: the same for every repeat, unlike the clock.
fn last_change(event: &Event) -> Timestamp {
    let steps = event.history.iter().map(|entry| entry.at);
    steps.fold(event.times.received.at, Timestamp::max)
}

fn device(event: &Event, context: &Context) -> Result<Option<Device>, InvalidContext> {
    let Some(known) = &context.device else {
        return Ok(None);
    };
    let device = device_of(event, &known.system).map_err(|error| wrong("device.system", error))?;
    let text = |text: &Option<String>| text.as_deref().and_then(Text::new);
    Ok(device.map(|mut device| {
        device.name = text(&known.name);
        device.manufacturer = text(&known.manufacturer);
        device.model_name = text(&known.model_name);
        device.model_number = text(&known.model_number);
        device.serial_number = text(&known.serial_number);
        device
    }))
}

fn dispenser(event: &Event, context: &Context) -> Result<Performer, InvalidContext> {
    let name = context.dispenser.name.as_deref().and_then(Text::new);
    if let Some(identifier) = context.dispenser.identifier("dispenser")? {
        return Ok(Performer::new(identifier, name));
    }
    let system = context.device.as_ref().map(|device| &device.system);
    let id = event
        .device
        .device
        .as_ref()
        .or(event.device.controller.as_ref());
    match (system, id) {
        (Some(system), Some(id)) => {
            let identifier = Identifier::new(system.as_str(), id.as_str());
            let identifier = identifier.map_err(|error| wrong("device.system", error))?;
            let of_device = context.device.as_ref().and_then(|it| it.name.as_deref());
            Ok(Performer::new(
                identifier,
                name.or(of_device.and_then(Text::new)),
            ))
        }
        _ => Err(wrong(
            "dispenser",
            "missing: system and value, or device.system for a device of the event",
        )),
    }
}

#[cfg(test)]
mod tests;
