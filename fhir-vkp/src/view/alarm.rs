//! The alarms of a Bundle, each with what belongs to it (FHIR reference 2).

use core::fmt;
use std::collections::HashMap;

use super::{
    Composition, DetectedIssue, Device, Encounter, Observation, QuestionnaireResponse, Reference,
    Section,
};
use crate::decode::{Bundle, Entry, Resource};

/// One alarm of a Bundle with its device, note and follow-up, as far as they are there.
#[derive(Clone)]
#[non_exhaustive]
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
    /// The sections of the note that name this alarm.
    pub sections: Vec<Section<'r>>,
    /// The measurements it is about.
    pub observations: Vec<Observation<'r>>,
    /// The answered questionnaires it is about. What is missing is told by
    /// [`DetectedIssue::implicated`] alone.
    pub questionnaires: Vec<QuestionnaireResponse<'r>>,
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
            .field("questionnaires", &self.questionnaires.len())
            .finish()
    }
}

impl<'r> Bundle<'r> {
    /// The alarms, in order, of a Bundle of any type.
    #[must_use]
    pub fn alarms(&self) -> Vec<AlarmReading<'r>> {
        let compositions: Vec<Composition<'r>> =
            self.resources().filter_map(Composition::of).collect();
        let notes = self.notes(&compositions);
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
        notes: &Notes<'r>,
        only_device: Option<Device<'r>>,
        only_encounter: Option<Encounter<'r>>,
    ) -> AlarmReading<'r> {
        let author = issue.author();
        let device = author.and_then(|author| Device::of(self.target(author, issue.resource())?));
        // An author who is somebody else is not replaced by a device.
        let names_nothing = author.is_none_or(|author| author.reference().is_none());
        let device = device.or(only_device.filter(|_| names_nothing));
        let about = notes.about.get(&entry.index());
        let composition = about.map(|about| about.composition).or(notes.only);
        let named = composition.and_then(Composition::encounter);
        let encounter = match named {
            Some(named) => self
                .target(named, issue.resource())
                .and_then(Encounter::of)
                .or(only_encounter),
            None => only_encounter,
        };
        let implicated: Vec<_> = issue
            .implicated()
            .filter_map(|reference| self.target(reference, issue.resource()))
            .collect();
        let observations = implicated.iter().copied().filter_map(Observation::of);
        let questionnaires = implicated.iter().copied();
        let questionnaires = questionnaires.filter_map(QuestionnaireResponse::of);
        AlarmReading {
            entry,
            issue,
            device,
            composition,
            encounter,
            sections: about.map_or_else(Vec::new, |about| about.sections.clone()),
            observations: observations.collect(),
            questionnaires: questionnaires.collect(),
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

    /// Which note and which of its sections name an entry. The first note that does has it.
    fn notes(&self, compositions: &[Composition<'r>]) -> Notes<'r> {
        let mut about: HashMap<usize, About<'r>> = HashMap::new();
        for &composition in compositions {
            for (_, section) in composition.all_sections() {
                let entries = section.entries().filter_map(Reference::reference);
                for entry in entries.filter_map(|reference| self.resolve(reference)) {
                    let about = about.entry(entry.index()).or_insert_with(|| About {
                        composition,
                        sections: Vec::new(),
                    });
                    let same_note = about.composition.is_same(composition);
                    let repeated = about.sections.last().is_some_and(|s| s.is_same(section));
                    if same_note && !repeated {
                        about.sections.push(section);
                    }
                }
            }
        }
        Notes {
            about,
            only: only(compositions.iter().copied()),
        }
    }
}

/// The notes of a Bundle, by the entries they are about.
struct Notes<'r> {
    about: HashMap<usize, About<'r>>,
    only: Option<Composition<'r>>,
}

struct About<'r> {
    composition: Composition<'r>,
    sections: Vec<Section<'r>>,
}

impl<'r> AlarmReading<'r> {
    /// The sections of the note that name nothing at all: about the whole, this alarm among it.
    pub fn general_sections(&self) -> impl Iterator<Item = Section<'r>> + use<'r> {
        let sections = self.composition.into_iter();
        sections
            .flat_map(Composition::all_sections)
            .map(|(_, section)| section)
            .filter(|section| section.entries().next().is_none())
    }
}

/// The only one there is.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}
