//! Composition: the journal note of an alarm, and the tree of care measures (FHIR reference 5.4, 6).

use super::{
    CodeableConcept, Identifier, Narrative, Period, Reference, accessors, element_view,
    resource_view,
};
use crate::{CodeSystem, DateTime, NoteCategory, NoteEvent, NoteSection};

resource_view! {
    /// A note, or a plan of measures ("tiltaksplan").
    Composition
}

accessors! { Composition:
    /// The business identifier.
    identifier: one Identifier "identifier";
    /// `final`, `amended`, `entered-in-error` …
    status: text "status";
    /// What kind of document it is. Official material has LOINC codes, alert codes and texts here.
    type_: one CodeableConcept "type";
    /// Which kind of follow-up it belongs to.
    categories: many CodeableConcept "category";
    /// Whom it is about.
    subject: one Reference "subject";
    /// The Encounter of the follow-up.
    encounter: one Reference "encounter";
    /// When it was saved.
    date: time "date";
    /// Who wrote it.
    authors: many Reference "author";
    /// Its title.
    title: text "title";
    /// The narrative of the whole.
    text: one Narrative "text";
    /// The log: what was done, and when.
    events: many LogEvent "event";
    /// The sections, each with sections in it.
    sections: many Section "section";
}

impl<'r> Composition<'r> {
    /// The category by VKP's list; `None` for another or an unknown one.
    #[must_use]
    pub fn category(self) -> Option<NoteCategory> {
        self.categories()
            .filter_map(|category| category.code_in(CodeSystem::NOTE_CATEGORY))
            .find_map(NoteCategory::from_code)
    }

    /// Whether it is a plan of measures: type code `3` of a system nobody names, or the word itself
    /// (FHIR reference 15).
    #[must_use]
    pub fn is_care_measures(self) -> bool {
        let Some(type_) = self.type_() else {
            return false;
        };
        let is_word = |text: &str| text.trim().eq_ignore_ascii_case("tiltaksplan");
        let is_alert = |coding: super::Coding<'r>| coding.code_in(CodeSystem::ALERT_CODE).is_some();
        type_.text().is_some_and(is_word)
            || type_.codings().any(|coding| {
                coding.display().is_some_and(is_word)
                    || (coding.code() == Some("3") && !is_alert(coding))
            })
    }

    /// What this one replaces, in a correction: `relatesTo` with the code `replaces`. This crate writes
    /// the identifier of the Bundle before it.
    pub fn replaces(self) -> impl Iterator<Item = Identifier<'r>> + use<'r> {
        let related = self.node.list("relatesTo").iter();
        let replaced = related.filter(|related| related.text("code") == Some("replaces"));
        replaced.filter_map(|related| super::one(related, "targetIdentifier"))
    }

    /// All sections, each with how deep it lies (0 for the outermost), in the order of a reader.
    #[must_use]
    pub fn all_sections(self) -> Vec<(usize, Section<'r>)> {
        // Nesting is bounded by the limits of reading.
        fn gather<'r>(
            sections: impl Iterator<Item = Section<'r>>,
            depth: usize,
            all: &mut Vec<(usize, Section<'r>)>,
        ) {
            for section in sections {
                all.push((depth, section));
                gather(section.sections(), depth + 1, all);
            }
        }
        let mut all = Vec::new();
        gather(self.sections(), 0, &mut all);
        all
    }
}

element_view! {
    /// One line of the log.
    LogEvent
}

accessors! { LogEvent:
    /// What was done.
    codes: many CodeableConcept "code";
    /// When it was done.
    period: one Period "period";
    /// What it was done about.
    details: many Reference "detail";
}

impl<'r> LogEvent<'r> {
    /// What was done, by VKP's list; `None` for another or an unknown code.
    #[must_use]
    pub fn event(self) -> Option<NoteEvent> {
        self.codes()
            .filter_map(|code| code.code_in(CodeSystem::NOTE_EVENT))
            .find_map(NoteEvent::from_code)
    }

    /// The words to it: the operator, the cause, the measure.
    #[must_use]
    pub fn text(self) -> Option<&'r str> {
        self.codes().find_map(CodeableConcept::text)
    }

    /// When it was done.
    #[must_use]
    pub fn start(self) -> Option<DateTime> {
        self.period()?.start()
    }
}

element_view! {
    /// A section: of a note its text, of a plan of measures one element of the tree.
    Section
}

accessors! { Section:
    /// Its heading; in a plan of measures the element.
    title: text "title";
    /// What kind of section it is.
    code: one CodeableConcept "code";
    /// Who wrote it, where it was somebody else.
    authors: many Reference "author";
    /// The text.
    text: one Narrative "text";
    /// What it is about: the alarms.
    entries: many Reference "entry";
    /// Sections in it.
    sections: many Section "section";
}

impl<'r> Section<'r> {
    /// What kind of section it is, by VKP's list; `None` for another or an unknown code.
    #[must_use]
    pub fn section(self) -> Option<NoteSection> {
        NoteSection::from_code(self.code()?.code_in(CodeSystem::NOTE_SECTION)?)
    }

    /// The heading to show: the title, else the words of the code.
    #[must_use]
    pub fn heading(self) -> Option<&'r str> {
        self.title()
            .or_else(|| self.code().and_then(CodeableConcept::shown))
    }

    /// The text without markup, for showing.
    #[must_use]
    pub fn plain_text(self) -> Option<String> {
        self.text()?.plain_text()
    }
}
