//! What an event does not say and a patient record needs.

use std::fmt;

use alarm_codes::national_identity_number::NationalIdentityNumber;
use fhir_vkp::alarm::{AlarmSystem, Zone};
use fhir_vkp::note::{
    Individual, LogEntry, Operator, Participation, Section, Supervision, SupervisionKind, Text,
};
use fhir_vkp::{
    AlertCode, DateTime, EncounterMode, EncounterReason, Identifier, NoteEvent, NoteSection,
    Person, Severity,
};
use serde::Deserialize;

use super::Unread;

/// The context of a note, as JSON. Unknown members are refused, so that a slip is told.
///
/// `Debug` hides it: patient and operator stand in it.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Context {
    /// An address of the sender, always the same: every identifier is made from it.
    pub sender: Option<String>,
    /// Whom it is about.
    pub patient: Party,
    /// Who wrote the note.
    pub author: Party,
    /// When it was saved, with offset; else when the event changed last.
    pub saved: Option<String>,
    /// Minutes east of UTC for every time; else the time of Norway.
    pub offset_minutes: Option<i16>,
    /// `social-alarm`, `digital-supervision` or `nurse-call`: help calls are coded by it.
    pub alarm_system: Option<AlarmSystemName>,
    /// The alert code to write, whatever the kind.
    pub code: Option<String>,
    /// `high`, `moderate` or `low`; else that of a priority that is not the kind's own, or none.
    pub severity: Option<String>,
    /// What raised the alarm.
    pub device: Option<DeviceContext>,
    /// What handed medicine out; else the device.
    pub dispenser: Party,
    /// The medicine; else unknown.
    pub medicine: Option<String>,
    /// Doses in words.
    pub doses: Vec<String>,
    /// Log entries beside those of the event.
    pub log: Vec<LogContext>,
    /// Texts beside the notes of the event.
    pub sections: Vec<SectionContext>,
    /// How somebody looked after the person.
    pub supervision: Option<SupervisionContext>,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Context(private)")
    }
}

/// Somebody or something with an identifier: a national `number`, or `system` and `value`.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Party {
    /// A national identity number, whose system is told by the number.
    pub number: Option<String>,
    /// The system of the identifier.
    pub system: Option<String>,
    /// Its value.
    pub value: Option<String>,
    /// Who gave out a lokalt H-nummer.
    pub assigner: Option<String>,
    /// The name.
    pub name: Option<String>,
}

impl fmt::Debug for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Party(private)")
    }
}

/// What kind of system raised the alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmSystemName {
    /// Trygghetsalarm
    SocialAlarm,
    /// Digitalt tilsyn
    DigitalSupervision,
    /// Sykesignalanlegg
    NurseCall,
}

/// What is known of a device beside what the event says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DeviceContext {
    /// The system of its identifier, an address of its vendor.
    pub system: String,
    /// The name that people use.
    pub name: Option<String>,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// The name of the model.
    pub model_name: Option<String>,
    /// The number of the model.
    pub model_number: Option<String>,
    /// The serial number.
    pub serial_number: Option<String>,
}

/// A line of the log.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LogContext {
    /// A code of `vkp-composition-event`.
    pub event: String,
    /// When, with offset.
    pub at: String,
    /// Cause, measure, or who did it.
    #[serde(default)]
    pub text: Option<String>,
}

impl fmt::Debug for LogContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogContext(private)")
    }
}

/// A text of the note.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SectionContext {
    /// A code of `vkp-composition-section`.
    pub code: String,
    /// The heading; else the words of the code.
    #[serde(default)]
    pub title: Option<String>,
    /// The text.
    pub text: String,
}

impl fmt::Debug for SectionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SectionContext(private)")
    }
}

/// How the author of the note looked after the person.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SupervisionContext {
    /// A code of `vkp-encounter-mode`.
    pub mode: String,
    /// A code of `vkp-encounter-reason`.
    #[serde(default)]
    pub reason: Option<String>,
    /// When it began, if known.
    #[serde(default)]
    pub start: Option<String>,
    /// When it ended.
    pub end: String,
    /// At the person's home, not at a distance.
    #[serde(default)]
    pub physical: bool,
    /// The room; together with `place`.
    #[serde(default)]
    pub room: Option<String>,
    /// The place; together with `room`.
    #[serde(default)]
    pub place: Option<String>,
}

impl fmt::Debug for SupervisionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SupervisionContext(private)")
    }
}

/// What is wrong with a context. Names members, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidContext {
    /// It is no JSON, or of another form.
    #[error("the context cannot be read: {0}")]
    Unread(Unread),
    /// A member that cannot be used.
    #[error("context, {member}: {problem}")]
    Member {
        /// Which.
        member: &'static str,
        /// Why.
        problem: String,
    },
}

/// A problem with a member.
pub(super) fn wrong(member: &'static str, problem: impl fmt::Display) -> InvalidContext {
    let problem = problem.to_string();
    InvalidContext::Member { member, problem }
}

/// A time as FHIR writes it.
pub(super) fn time(member: &'static str, text: &str) -> Result<DateTime, InvalidContext> {
    let (time, _) = DateTime::parse(text).map_err(|error| wrong(member, error))?;
    Ok(time)
}

/// A code of one of the lists.
fn coded<T>(
    member: &'static str,
    list: &'static str,
    found: Option<T>,
) -> Result<T, InvalidContext> {
    found.ok_or_else(|| {
        wrong(
            member,
            format!("no code of the list; alarm-lab fhir-codes {list}"),
        )
    })
}

impl Context {
    /// Reads a context.
    ///
    /// # Errors
    ///
    /// [`InvalidContext::Unread`].
    pub fn read(json: &[u8]) -> Result<Self, InvalidContext> {
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        serde_json::from_slice(json).map_err(|error| InvalidContext::Unread((&error).into()))
    }

    pub(super) fn zone(&self) -> Zone {
        self.offset_minutes.map_or(Zone::Norway, Zone::Fixed)
    }

    pub(super) fn alarm_system(&self) -> Option<AlarmSystem> {
        Some(match self.alarm_system? {
            AlarmSystemName::SocialAlarm => AlarmSystem::SocialAlarm,
            AlarmSystemName::DigitalSupervision => AlarmSystem::DigitalSupervision,
            AlarmSystemName::NurseCall => AlarmSystem::NurseCall,
        })
    }

    pub(super) fn severity(&self) -> Result<Option<Severity>, InvalidContext> {
        let severity = self.severity.as_deref();
        let read = |text| {
            Severity::from_code(text).ok_or_else(|| wrong("severity", "high, moderate or low"))
        };
        severity.map(read).transpose()
    }

    pub(super) fn code(&self) -> Result<Option<AlertCode>, InvalidContext> {
        let code = self.code.as_deref();
        code.map(|code| coded("code", "vkp-alert-code", AlertCode::from_code(code)))
            .transpose()
    }

    pub(super) fn log(&self) -> Result<Vec<LogEntry>, InvalidContext> {
        let entry = |line: &LogContext| {
            let event = NoteEvent::from_code(&line.event);
            let event = coded("log.event", "vkp-composition-event", event)?;
            let mut entry = LogEntry::new(event, time("log.at", &line.at)?);
            entry.text = line.text.as_deref().and_then(Text::new);
            Ok(entry)
        };
        self.log.iter().map(entry).collect()
    }

    pub(super) fn sections(&self) -> Result<Vec<Section>, InvalidContext> {
        let section = |one: &SectionContext| {
            let code = NoteSection::from_code(&one.code);
            let code = coded("sections.code", "vkp-composition-section", code)?;
            let text = Text::new(one.text.as_str());
            let text = text.ok_or_else(|| wrong("sections.text", "an empty text"))?;
            let mut section = Section::new(code, text);
            section.title = one.title.as_deref().and_then(Text::new);
            Ok(section)
        };
        self.sections.iter().map(section).collect()
    }

    pub(super) fn supervision(&self, by: &Operator) -> Result<Option<Supervision>, InvalidContext> {
        let Some(told) = &self.supervision else {
            return Ok(None);
        };
        let mode = EncounterMode::from_code(&told.mode);
        let mode = coded("supervision.mode", "vkp-encounter-mode", mode)?;
        let mut first = Participation::new(mode);
        first.individual = Some(Individual::Person(by.person().clone()));
        let kind = if told.physical {
            SupervisionKind::Physical
        } else {
            SupervisionKind::Virtual
        };
        let end = time("supervision.end", &told.end)?;
        let mut supervision = match &told.start {
            None => Supervision::ended(kind, first, end),
            Some(start) => {
                let start = time("supervision.start", start)?;
                Supervision::new(kind, first, start, end)
                    .map_err(|error| wrong("supervision.end", error))?
            }
        };
        if let Some(reason) = &told.reason {
            let reason = EncounterReason::from_code(reason);
            let reason = coded("supervision.reason", "vkp-encounter-reason", reason)?;
            supervision.reason = Some(reason);
        }
        let text = |text: &Option<String>| text.as_deref().and_then(Text::new);
        match (text(&told.room), text(&told.place)) {
            (Some(room), Some(place)) => supervision.set_location(&room, &place),
            (None, None) => {}
            _ => return Err(wrong("supervision.room", "room and place go together")),
        }
        Ok(Some(supervision))
    }
}

impl Party {
    /// The identifier, if one is given.
    pub(super) fn identifier(
        &self,
        member: &'static str,
    ) -> Result<Option<Identifier>, InvalidContext> {
        match (&self.number, &self.system, &self.value) {
            (None, None, None) => Ok(None),
            (Some(number), None, None) => {
                let number = NationalIdentityNumber::read(number);
                let number = number.map_err(|error| wrong(member, error))?;
                let identifier = match &self.assigner {
                    Some(assigner) => Identifier::h_number(&number, assigner.as_str())
                        .map_err(|error| wrong(member, error))?,
                    None => number.into(),
                };
                Ok(Some(identifier))
            }
            (None, Some(system), Some(value)) => Identifier::new(system.as_str(), value.as_str())
                .map(Some)
                .map_err(|error| wrong(member, error)),
            _ => Err(wrong(member, "write number, or system and value")),
        }
    }

    /// Identifier and name.
    pub(super) fn person(&self, member: &'static str) -> Result<Person, InvalidContext> {
        Ok(Person {
            identifier: self.identifier(member)?,
            name: self.name.clone().filter(|name| !name.trim().is_empty()),
        })
    }
}
