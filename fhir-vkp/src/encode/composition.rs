//! Composition: the journal note (FHIR reference 5.4).

use super::EncodeError;
use super::json::{Array, Object};
use super::part;
use crate::note::{JournalNote, LogEntry, Section, Text};
use crate::{DateTime, NoteSection, Role, Uuid};

const PROFILE: &str = "http://ehelse.no/fhir/StructureDefinition/vkp-Composition-v090";
const TITLE: &str = "Journalnotat for respons på hendelse";

/// What the Composition of a document knows of the other entries.
pub(super) struct Entries<'a> {
    /// When the note is said to be saved.
    pub(super) date: &'a DateTime,
    /// The Encounter.
    pub(super) encounter: Option<Uuid>,
    /// What sections are about, by the index that [`Section::alarms`] counts with.
    pub(super) subjects: &'a [Uuid],
}

/// A Composition outside of a Bundle.
pub(super) fn alone(o: &mut Object<'_, '_>, note: &JournalNote) {
    part::head(o, "Composition", Some(PROFILE));
    let uuid = note.id.uuid(Role::Composition, 0);
    o.object("identifier", |o| part::uuid_identifier(o, uuid));
    top(o, note, None, note.date());
    log(o, note);
    o.array("section", |a| {
        for section in &note.sections {
            a.object(|o| written(o, section, &[]));
        }
    });
}

/// The Composition of a document.
pub(super) fn in_document(o: &mut Object<'_, '_>, note: &JournalNote, entries: &Entries<'_>) {
    part::head(o, "Composition", Some(PROFILE));
    top(o, note, entries.encounter, entries.date);
    if let Some(replaced) = note.version.replaced() {
        let replaced = note.id.uuid(Role::Bundle, replaced);
        o.array_of_one("relatesTo", |o| {
            o.constant("code", "replaces");
            o.object("targetIdentifier", |o| part::uuid_identifier(o, replaced));
        });
    }
    log(o, note);
    o.array("section", |a| sections(a, note, entries.subjects));
}

/// From the status to the title.
fn top(o: &mut Object<'_, '_>, note: &JournalNote, encounter: Option<Uuid>, date: &DateTime) {
    o.constant("status", note.version.status().code());
    o.object("type", |o| {
        o.array_of_one("coding", |o| {
            o.constant("system", "http://loinc.org");
            o.constant("code", "34133-9");
            o.constant("display", "Summary of episode note");
        });
    });
    o.array_of_one("category", |o| part::concept_of(o, note.category));
    part::patient(o, "subject", &note.patient, "Composition.subject");
    if let Some(encounter) = encounter {
        o.object("encounter", |o| o.uuid("reference", encounter));
    }
    o.date_time("date", date);
    o.array("author", |a| {
        for author in note.authors.iter() {
            a.object(|o| part::operator(o, author, "Composition.author"));
        }
    });
    match &note.title {
        Some(title) => o.any_text("title", title.as_str()),
        None => o.constant("title", TITLE),
    }
}

/// The log in order of time; equal times stay in the order of the source (FHIR reference 11.5).
fn log(o: &mut Object<'_, '_>, note: &JournalNote) {
    let time = |entry: &LogEntry| entry.at.unix_micros();
    o.array("event", |a| {
        if note.log.is_sorted_by_key(time) {
            note.log
                .iter()
                .for_each(|entry| a.object(|o| event(o, entry)));
        } else {
            let mut sorted: Vec<&LogEntry> = note.log.iter().collect();
            sorted.sort_by_key(|entry| time(entry));
            sorted
                .into_iter()
                .for_each(|entry| a.object(|o| event(o, entry)));
        }
    });
}

fn event(o: &mut Object<'_, '_>, entry: &LogEntry) {
    o.array_of_one("code", |o| {
        part::concept_of(o, entry.event);
        o.text("text", entry.text.as_ref());
    });
    o.object("period", |o| o.date_time("start", &entry.at));
}

/// The sections, and one more for the alarms that none of them is about.
fn sections(a: &mut Array<'_, '_>, note: &JournalNote, subjects: &[Uuid]) {
    for section in &note.sections {
        if section.alarms.iter().any(|alarm| alarm.0 >= subjects.len()) {
            return a.fail(EncodeError::UnknownAlarm);
        }
        a.object(|o| written(o, section, subjects));
    }
    if note
        .sections
        .iter()
        .any(|section| section.alarms.is_empty())
    {
        return;
    }
    let mut is_named = vec![false; subjects.len()];
    for alarm in note.sections.iter().flat_map(|section| &section.alarms) {
        is_named[alarm.0] = true;
    }
    let all = subjects.iter().zip(is_named);
    let left: Vec<&Uuid> = all
        .filter_map(|(uuid, named)| (!named).then_some(uuid))
        .collect();
    if !left.is_empty() {
        a.object(|o| {
            heading(o, NoteSection::EVENT, None);
            entries(o, left.into_iter());
        });
    }
}

fn written(o: &mut Object<'_, '_>, section: &Section, subjects: &[Uuid]) {
    heading(o, section.code, section.title.as_ref());
    o.object("text", |o| {
        o.constant("status", section.status.code());
        o.narrative("div", &section.text);
    });
    if section.alarms.is_empty() {
        entries(o, subjects.iter());
    } else {
        entries(
            o,
            section
                .alarms
                .iter()
                .filter_map(|alarm| subjects.get(alarm.0)),
        );
    }
}

fn heading(o: &mut Object<'_, '_>, code: NoteSection, title: Option<&Text>) {
    match title {
        Some(title) => o.any_text("title", title.as_str()),
        None => o.capitalised("title", code.display()),
    }
    o.object("code", |o| part::concept_of(o, code));
}

fn entries<'u>(o: &mut Object<'_, '_>, subjects: impl Iterator<Item = &'u Uuid>) {
    o.array("entry", |a| {
        for uuid in subjects {
            a.object(|o| o.uuid("reference", *uuid));
        }
    });
}
