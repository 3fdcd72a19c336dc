//! Identifiers and coded elements: addresses of code systems, unknown codes, codes in another's place, and codes
//! that contradict their text (FHIR reference 13 rules 4 to 6).

use super::super::elements::{CODEABLE_CONCEPT, CODING, Element, Kind, Shape};
use super::super::node::Node;
use super::{Repair, Step};
use crate::codes::SystemMatch;
use crate::identifier::{CheckDigit, OrganisationNumber, system};
use crate::{CodeSystem, FindingKind};

impl<'a> Repair<'a> {
    /// Notes which code system the element about to be walked takes.
    pub(super) fn expect(&mut self, shape: &'static Shape, element: &'static Element) {
        let Kind::Type(inner) = element.kind else {
            return;
        };
        if core::ptr::eq(inner, &CODEABLE_CONCEPT) {
            self.expected = expected_system(shape.name, element.name);
        } else if core::ptr::eq(inner, &CODING) && !core::ptr::eq(shape, &CODEABLE_CONCEPT) {
            self.expected = None;
        }
    }

    pub(super) fn coding(&mut self, node: &Node<'a>) {
        let Some(found) = node.text("system").and_then(CodeSystem::recognise) else {
            return;
        };
        let (SystemMatch::Canonical(system)
        | SystemMatch::Alias(system)
        | SystemMatch::OldVersion(system)) = found;
        match found {
            SystemMatch::Canonical(_) => {}
            SystemMatch::Alias(_) => self.note_at("system", FindingKind::SystemAlias),
            SystemMatch::OldVersion(_) => self.note_at("system", FindingKind::OldSystemVersion),
        }
        if !is_of_vkp(system) {
            return;
        }
        if self.expected.is_some_and(|expected| expected != system) {
            self.note(FindingKind::CodeInWrongPlace);
        }
        // Without a code there is nothing to look up.
        if let (Some(system), Some(code)) = (found.same_codes(), node.text("code")) {
            if system.entry(code).is_none() {
                self.note_at("code", FindingKind::UnknownCode);
            }
        }
    }

    /// A text that names another code of the same system.
    pub(super) fn concept(&mut self, node: &Node<'a>) {
        let Some(text) = node.text("text") else {
            return;
        };
        let contradicts = node.list("coding").iter().any(|coding| {
            let found = coding.text("system").and_then(CodeSystem::recognise);
            let system = found.and_then(SystemMatch::same_codes);
            let system = system.filter(|system| is_of_vkp(*system));
            let entry = system.and_then(|system| system.entry(coding.text("code")?));
            let (Some(system), Some(entry)) = (system, entry) else {
                return false;
            };
            let is_text = |display: &str| same_words(display, text);
            !is_text(entry.display) && system.entries().iter().any(|other| is_text(other.display))
        });
        if contradicts {
            self.note_at("text", FindingKind::CodeContradictsText);
        }
    }

    /// The address of an identifier system, and the check digit of an organisation number (FHIR
    /// reference 3).
    pub(super) fn identifier(&mut self, node: &Node<'a>) {
        let Some(written) = node.text("system") else {
            return;
        };
        let canonical = system::canonical(written);
        if canonical.is_some() {
            self.note_at("system", FindingKind::SystemAlias);
        }
        if canonical.unwrap_or(written) == system::ORGANISATION {
            let number = node.text("value").map(str::parse::<OrganisationNumber>);
            let fits = |number: OrganisationNumber| number.check_digit() == CheckDigit::Fits;
            if !number.is_none_or(|number| number.is_ok_and(fits)) {
                self.note_at("value", FindingKind::CheckDigit);
            }
        }
    }

    fn note_at(&mut self, member: &'static str, kind: FindingKind) {
        self.down(Step::Member(member), |repair| repair.note(kind));
    }
}

/// Whether a code system is one of VKP's own, with a complete list.
fn is_of_vkp(system: CodeSystem) -> bool {
    system.name().starts_with("vkp-")
}

fn same_words(display: &str, text: &str) -> bool {
    let text = text.trim();
    display.len() == text.len()
        && display
            .chars()
            .flat_map(char::to_lowercase)
            .eq(text.chars().flat_map(char::to_lowercase))
}

/// The code system that has its place in an element (FHIR reference 5 and 6); LOINC stands for
/// "none of VKP's own".
fn expected_system(shape: &str, element: &str) -> Option<CodeSystem> {
    match (shape, element) {
        ("DetectedIssue", "code") => Some(CodeSystem::ALERT_CODE),
        ("Composition", "category") => Some(CodeSystem::NOTE_CATEGORY),
        ("Composition", "type") => Some(CodeSystem::LOINC),
        ("Composition.event", "code") => Some(CodeSystem::NOTE_EVENT),
        ("Composition.section", "code") => Some(CodeSystem::NOTE_SECTION),
        ("Encounter.participant", "type") => Some(CodeSystem::ENCOUNTER_MODE),
        ("Encounter", "reasonCode") => Some(CodeSystem::ENCOUNTER_REASON),
        ("MedicationDispense", "category") => Some(CodeSystem::DISPENSE_EVENT),
        ("CarePlan", "category") => Some(CodeSystem::CARE_PLAN_CATEGORY),
        ("OperationOutcome.issue", "details") => Some(CodeSystem::OUTCOME_CODE),
        _ => None,
    }
}
