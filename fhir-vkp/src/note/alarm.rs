//! Alarms and the note about them.

use crate::note::{
    AtLeastOne, Device, DeviceRef, ExtraCoding, Implicated, JournalNote, Operator, RecordId,
    RecordStatus, Section, Supervision, Text,
};
use crate::{AlertCode, DateTime, NoteCategory, Person, Severity};

/// An alarm (FHIR reference 5.1): the DetectedIssue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alarm {
    /// Stable over resends and corrections: the receiver knows a repeat by it.
    pub id: RecordId,
    /// What happened.
    pub code: AlertCode,
    /// What happened, in the words of the source.
    pub text: Option<Text>,
    /// The source's own code, and codes of other systems that the caller asks for.
    pub codings: Vec<ExtraCoding>,
    /// Absent means unknown, not low.
    pub severity: Option<Severity>,
    /// The severity in the words of the source: `Kritisk`, `gul`.
    pub detail: Option<Text>,
    /// When it happened, by the sensor.
    pub at: Option<DateTime>,
    /// What raised it.
    pub device: Option<DeviceRef>,
    /// What it is about in home follow-up.
    pub implicated: Vec<Implicated>,
    /// `final` unless sent before it was closed, or corrected.
    pub status: RecordStatus,
}

impl Alarm {
    /// An alarm of which nothing is known but its code.
    #[must_use]
    pub const fn new(id: RecordId, code: AlertCode) -> Self {
        Self {
            id,
            code,
            text: None,
            codings: Vec::new(),
            severity: None,
            detail: None,
            at: None,
            device: None,
            implicated: Vec::new(),
            status: RecordStatus::Final,
        }
    }
}

/// A journal note about one or more alarms: a document Bundle of Composition, DetectedIssue, Encounter
/// and Device (FHIR reference 2, 11). Written by
/// [`alarm_document`](crate::encode::alarm_document).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AlarmNote {
    /// The note: patient, operator, log and texts.
    pub journal: JournalNote,
    /// The alarms. [`AlarmNote::add_alarm`] adds one.
    pub alarms: AtLeastOne<Alarm>,
    devices: Vec<Device>,
    /// How somebody looked after the person.
    pub supervision: Option<Supervision>,
    /// When the document was put together. Written as the date of the note if that is later.
    pub assembled: Option<DateTime>,
}

impl AlarmNote {
    /// A note about one alarm, under the id of that alarm.
    #[must_use]
    pub fn new(alarm: Alarm, patient: Person, author: Operator, saved: DateTime) -> Self {
        let journal = JournalNote::new(alarm.id.clone(), patient, author, saved);
        Self::with_journal(journal, alarm)
    }

    /// A note of digital home follow-up (FHIR reference 2, 5.6): an alert code of family 5 about a
    /// measurement or questionnaire that came or is missing.
    #[must_use]
    pub fn home_follow_up(
        alarm: Alarm,
        patient: Person,
        author: Operator,
        saved: DateTime,
    ) -> Self {
        let mut note = Self::new(alarm, patient, author, saved);
        note.journal.category = NoteCategory::HOME_FOLLOW_UP;
        note
    }

    /// A note with an id of its own.
    #[must_use]
    pub fn with_journal(journal: JournalNote, first: Alarm) -> Self {
        Self {
            journal,
            alarms: first.into(),
            devices: Vec::new(),
            supervision: None,
            assembled: None,
        }
    }

    /// Adds an alarm.
    pub fn add_alarm(&mut self, alarm: Alarm) -> AlarmRef {
        self.alarms.push(alarm);
        AlarmRef(self.alarms.len() - 1)
    }

    /// Adds a device for [`Alarm::device`] and
    /// [`Participation::individual`](crate::note::Participation::individual) to name. A device that
    /// nothing names is not written.
    pub fn add_device(&mut self, device: Device) -> DeviceRef {
        // Most notes have one, and it is large: not the four that a vector begins with.
        if self.devices.is_empty() {
            self.devices.reserve_exact(1);
        }
        self.devices.push(device);
        DeviceRef(self.devices.len() - 1)
    }

    /// The devices in the order in which they were added.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// Makes this the next writing of the note: the alarms are closed.
    pub fn complete(&mut self) {
        self.journal.version = self.journal.version.completed();
        self.set_alarm_status(RecordStatus::Final);
    }

    /// Makes this the next writing of the note: texts, log or alarms were changed. Alarms that were
    /// changed are marked with [`Alarm::status`] by the caller.
    pub fn amend(&mut self) {
        self.journal.version = self.journal.version.amended();
    }

    /// Makes this the next writing of the note: neither note nor alarms should have been written.
    pub fn retract(&mut self) {
        self.journal.version = self.journal.version.entered_in_error();
        self.set_alarm_status(RecordStatus::EnteredInError);
    }

    fn set_alarm_status(&mut self, status: RecordStatus) {
        for alarm in self.alarms.iter_mut() {
            alarm.status = status;
        }
    }

    /// When the note is said to be saved: as [`JournalNote::date`], and not before an alarm.
    #[must_use]
    pub fn date(&self) -> &DateTime {
        let alarms = self.alarms.iter().filter_map(|alarm| alarm.at.as_ref());
        alarms.fold(self.journal.date(), super::journal::latest)
    }

    /// When the document is said to be put together: not before [`AlarmNote::date`].
    #[must_use]
    pub fn timestamp(&self) -> &DateTime {
        let date = self.date();
        let assembled = self.assembled.as_ref();
        assembled.map_or(date, |assembled| super::journal::latest(date, assembled))
    }

    /// Adds a text about every alarm of the note.
    pub fn add_section(&mut self, section: Section) {
        self.journal.sections.push(section);
    }
}

/// One of the alarms of a note; good for that note only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AlarmRef(pub(crate) usize);

impl AlarmRef {
    /// The alarm that the note was made with.
    pub const FIRST: Self = Self(0);
}
