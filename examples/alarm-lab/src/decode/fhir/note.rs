//! Journal notes and plans of measures: Composition, with its log and its texts.

use fhir_vkp::decode::Bundle;
use fhir_vkp::view::{CodeableConcept, Composition, Encounter, LogEvent, Section};
use fhir_vkp::{CodeSystem, NoteCategory};
use serde::Serialize;

use super::coded::{ShownCode, at, code};
use super::mask::{Mask, Referred, period};

/// One note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownNote {
    /// Where it stands.
    pub path: String,
    /// Whether it is a plan of measures ("tiltaksplan") and no journal note.
    #[serde(skip_serializing_if = "is_false")]
    pub care_measures: bool,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Which kind of follow-up it belongs to, by VKP's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<&'static str>,
    /// `final`, `amended` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When it was saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patient: Option<Referred>,
    /// Who wrote it.
    pub authors: Vec<Referred>,
    /// The log.
    pub log: Vec<ShownStep>,
    /// The texts, each with how deep it lies.
    pub sections: Vec<ShownSection>,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownStep {
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<ShownCode>,
}

/// One section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownSection {
    /// How many sections it lies in.
    pub depth: usize,
    /// Its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// What kind of section it is, by VKP's list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The text without markup.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `additional` for what people wrote, `generated` for what machines did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A follow-up or a planned supervision: Encounter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownFollowUp {
    /// Where it stands.
    pub path: String,
    /// `VR` for digital, `HH` for a visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ShownCode>,
    /// `start/end`; an open end is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// By which means, by whom.
    pub participants: Vec<ShownParticipant>,
    /// Where; hidden, for it is the person's home.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<String>,
}

/// Somebody or something with a means of supervision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShownParticipant {
    /// The means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<ShownCode>,
    /// Who or what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub individual: Option<Referred>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

pub(super) fn note(
    path: String,
    note: Composition<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownNote {
    let referred = |reference, member| mask.reference(reference, member, bundles);
    ShownNote {
        path,
        care_measures: note.is_care_measures(),
        title: note.title().map(|text| mask.text(text)),
        category: note.category().map(NoteCategory::display),
        status: note.status().map(|text| mask.plain(text)),
        date: at(note.date()),
        patient: note.subject().map(|subject| referred(subject, "subject")),
        authors: note
            .authors()
            .map(|author| referred(author, "author"))
            .collect(),
        log: note.events().map(|event| step(event, mask)).collect(),
        sections: note
            .all_sections()
            .into_iter()
            .map(|(depth, one)| section(depth, one, mask))
            .collect(),
    }
}

fn step(event: LogEvent<'_>, mask: &Mask) -> ShownStep {
    let in_list = |concept: &CodeableConcept<'_>| concept.code_in(CodeSystem::NOTE_EVENT).is_some();
    let concept = event.codes().find(in_list);
    let concept = concept.or_else(|| event.codes().next());
    ShownStep {
        at: at(event.start()),
        code: concept.map(|concept| code(concept, Some(CodeSystem::NOTE_EVENT), mask)),
    }
}

pub(super) fn section(depth: usize, section: Section<'_>, mask: &Mask) -> ShownSection {
    ShownSection {
        depth,
        heading: section.heading().map(|text| mask.text(text)),
        code: section.section().map(fhir_vkp::NoteSection::code),
        text: section.plain_text().map(|text| mask.text(&text)),
        status: section
            .text()
            .and_then(|text| text.status())
            .map(|text| mask.plain(text)),
    }
}

pub(super) fn follow_up(
    path: String,
    encounter: Encounter<'_>,
    mask: &Mask,
    bundles: &[Bundle<'_>],
) -> ShownFollowUp {
    let participants = encounter.participants().map(|one| ShownParticipant {
        mode: one
            .types()
            .next()
            .map(|mode| code(mode, Some(CodeSystem::ENCOUNTER_MODE), mask)),
        individual: one
            .individual()
            .map(|who| mask.reference(who, "individual", bundles)),
    });
    ShownFollowUp {
        path,
        class: encounter
            .class()
            .and_then(|class| class.code())
            .map(|text| mask.plain(text)),
        reason: encounter
            .reasons()
            .next()
            .map(|reason| code(reason, Some(CodeSystem::ENCOUNTER_REASON), mask)),
        period: encounter.period().and_then(period),
        participants: participants.collect(),
        places: encounter
            .locations()
            .map(|place| mask.private(place))
            .collect(),
    }
}
