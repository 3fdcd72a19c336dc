//! The alarms of a Bundle, each with what belongs to it (FHIR reference 2).

use core::fmt;

use super::{Composition, DetectedIssue, Device, Encounter, Observation, Reference, Section};
use crate::decode::{Bundle, Entry, Resource};

/// One alarm of a Bundle with its device, note and follow-up, as far as they are there.
#[derive(Clone)]
pub struct AlarmReading<'r> {
    /// The entry of the alarm.
    pub entry: Entry<'r>,
    /// The alarm.
    pub issue: DetectedIssue<'r>,
    /// What raised it: the author of the alarm, if it leads to a Device; else the only Device there
    /// is.
    pub device: Option<Device<'r>>,
    /// The note that has it in a section; else the only note there is.
    pub composition: Option<Composition<'r>>,
    /// The follow-up that the note names; else the only one there is.
    pub encounter: Option<Encounter<'r>>,
    /// The sections of the note that are about this alarm. Sections about no alarm at all belong to
    /// every one.
    pub sections: Vec<Section<'r>>,
    /// The measurements it is about.
    pub observations: Vec<Observation<'r>>,
}

impl fmt::Debug for AlarmReading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AlarmReading")
            .field("entry", &self.entry)
            .field("device", &self.device.is_some())
            .field("composition", &self.composition.is_some())
            .field("encounter", &self.encounter.is_some())
            .field("sections", &self.sections.len())
            .field("observations", &self.observations.len())
            .finish()
    }
}

impl<'r> Bundle<'r> {
    /// The alarms, in order, of a Bundle of any type.
    #[must_use]
    pub fn alarms(&self) -> Vec<AlarmReading<'r>> {
        let compositions: Vec<Composition<'r>> =
            self.resources().filter_map(Composition::of).collect();
        let notes: Vec<Note<'r>> = compositions
            .iter()
            .map(|composition| self.note(*composition))
            .collect();
        let device = only(self.resources().filter_map(Device::of));
        let encounter = only(self.resources().filter_map(Encounter::of));
        self.entries()
            .filter_map(|entry| {
                let issue = DetectedIssue::of(entry.resource()?)?;
                Some(self.alarm(entry, issue, &notes, device, encounter))
            })
            .collect()
    }

    fn alarm(
        &self,
        entry: Entry<'r>,
        issue: DetectedIssue<'r>,
        notes: &[Note<'r>],
        only_device: Option<Device<'r>>,
        only_encounter: Option<Encounter<'r>>,
    ) -> AlarmReading<'r> {
        let author = issue.author();
        let device = author.and_then(|author| Device::of(self.target(author, issue.resource())?));
        // An author who is somebody else is not replaced by a device.
        let names_nothing = author.is_none_or(|author| author.reference().is_none());
        let device = device.or(only_device.filter(|_| names_nothing));
        let note = notes
            .iter()
            .find(|note| note.is_about(entry.index()))
            .or_else(|| notes.first().filter(|_| notes.len() == 1));
        let composition = note.map(|note| note.composition);
        let named = composition.and_then(Composition::encounter);
        let encounter = match named {
            Some(named) => self
                .target(named, issue.resource())
                .and_then(Encounter::of)
                .or(only_encounter),
            None => only_encounter,
        };
        let observations = issue
            .implicated()
            .filter_map(|reference| Observation::of(self.target(reference, issue.resource())?))
            .collect();
        AlarmReading {
            entry,
            issue,
            device,
            composition,
            encounter,
            sections: note.map_or_else(Vec::new, |note| note.sections_about(entry.index())),
            observations,
        }
    }

    /// Where a reference leads: into the Bundle, or to a resource contained in the one that refers.
    #[must_use]
    pub fn target(&self, reference: Reference<'r>, from: Resource<'r>) -> Option<Resource<'r>> {
        let address = reference.reference()?;
        match address.strip_prefix('#') {
            Some(id) => from.contained(id),
            None => self.resolve(address)?.resource(),
        }
    }

    fn note(&self, composition: Composition<'r>) -> Note<'r> {
        let sections = composition.all_sections().into_iter();
        let sections = sections
            .map(|(_, section)| {
                let about = section
                    .entries()
                    .filter_map(|entry| self.resolve(entry.reference()?))
                    .map(Entry::index)
                    .collect();
                (section, about)
            })
            .collect();
        Note {
            composition,
            sections,
        }
    }
}

/// A note with the entries that each section is about.
struct Note<'r> {
    composition: Composition<'r>,
    sections: Vec<(Section<'r>, Vec<usize>)>,
}

impl<'r> Note<'r> {
    fn is_about(&self, entry: usize) -> bool {
        self.sections
            .iter()
            .any(|(_, about)| about.contains(&entry))
    }

    fn sections_about(&self, entry: usize) -> Vec<Section<'r>> {
        let sections = self.sections.iter();
        sections
            .filter(|(_, about)| about.is_empty() || about.contains(&entry))
            .map(|(section, _)| *section)
            .collect()
    }
}

/// The only one there is.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}
