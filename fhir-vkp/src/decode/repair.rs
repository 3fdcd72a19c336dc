//! The tolerant pass: walks the tree along the element tables, repairs what can be repaired and
//! reports every deviation (FHIR reference 13).
//!
//! Clean input is only looked at: nothing is copied and no path is built.

mod bundle;
mod coded;
mod element;
mod object;

use std::borrow::Cow;
use std::collections::HashSet;

use super::elements::{self, Shape};
use super::findings::Findings;
use super::flags::Flags;
use super::limits::Limits;
use super::node::{Node, Value};
use crate::codes::is_old_version;
use crate::{CodeSystem, FindingKind, Path};

/// One step down from the root.
#[derive(Clone, Copy)]
enum Step {
    Member(&'static str),
    /// `_name`, beside a primitive.
    Twin(&'static str),
    Item(usize),
}

/// The walk and what it has found so far.
pub(super) struct Repair<'a> {
    root: String,
    steps: Vec<Step>,
    findings: Findings,
    section_depth: usize,
    deepest_section: usize,
    /// The addresses of the entries of the Bundle that is walked; `None` outside a Bundle.
    full_urls: Option<HashSet<Cow<'a, str>>>,
    /// The code system that the coded element being walked takes.
    expected: Option<CodeSystem>,
    /// The section limit was passed in the resource being walked.
    too_deep: bool,
}

impl<'a> Repair<'a> {
    pub(super) fn new(limits: &Limits) -> Self {
        Self::starting_with(Findings::new(limits.findings), limits)
    }

    /// Adds to findings that were made before.
    pub(super) fn starting_with(findings: Findings, limits: &Limits) -> Self {
        Repair {
            root: String::new(),
            steps: Vec::new(),
            findings,
            section_depth: 0,
            deepest_section: limits.section_depth,
            full_urls: None,
            expected: None,
            too_deep: false,
        }
    }

    /// Walks a whole document. Whether its sections are nested within the limit.
    pub(super) fn document(&mut self, node: &mut Node<'a>) -> bool {
        self.root = node.text("resourceType").unwrap_or("Resource").to_owned();
        self.resource(node);
        !node.flags.has(Flags::REFUSED)
    }

    /// Walks an entry that was read alone, as entry `index` of a Bundle.
    pub(super) fn entry(&mut self, node: &mut Node<'a>, index: usize) {
        "Bundle".clone_into(&mut self.root);
        self.steps.clear();
        self.steps.push(Step::Member("entry"));
        self.steps.push(Step::Item(index));
        self.object(node, elements::entry());
        self.steps.clear();
    }

    pub(super) fn into_findings(self) -> Findings {
        self.findings
    }

    #[cold]
    pub(super) fn note(&mut self, kind: FindingKind) {
        let (root, steps) = (&self.root, &self.steps);
        self.findings.push(kind, || path(root, steps));
    }

    /// A finding at a member of the present place, by a name from the text.
    #[cold]
    fn note_member(&mut self, kind: FindingKind, name: &str) {
        let (root, steps) = (&self.root, &self.steps);
        self.findings.push(kind, || path(root, steps).member(name));
    }

    /// Runs `inside` one step further down.
    fn down<T>(&mut self, step: Step, inside: impl FnOnce(&mut Self) -> T) -> T {
        self.steps.push(step);
        let result = inside(self);
        self.steps.pop();
        result
    }

    /// A resource of any type: the root, an entry's, or a contained one.
    fn resource(&mut self, node: &mut Node<'a>) {
        let Value::Object(_) = node.value else {
            self.wrong_type(node);
            return;
        };
        let shape: Option<&'static Shape> = node.text("resourceType").and_then(elements::resource);
        self.older_release(node);
        let Some(shape) = shape else {
            let invalid = node.flags.has(Flags::REPAIRED);
            node.flags.add(Flags::UNKNOWN);
            node.flags.add(Flags::FOREIGN);
            self.note(FindingKind::UnknownResource);
            if invalid {
                self.note(FindingKind::InvalidString);
            }
            return;
        };
        // Sections and coded elements are counted within one resource.
        let sections = core::mem::take(&mut self.section_depth);
        let too_deep = core::mem::take(&mut self.too_deep);
        let expected = self.expected.take();
        if shape.name == "Bundle" {
            self.bundle(node);
        } else {
            self.object(node, shape);
        }
        if self.too_deep {
            node.flags.add(Flags::REFUSED);
        }
        self.section_depth = sections;
        self.too_deep = too_deep;
        self.expected = expected;
    }

    /// The signs of STU3 (FHIR reference 1).
    fn older_release(&mut self, node: &Node<'_>) {
        let is_old = match node.text("resourceType") {
            Some("Flag") => true,
            Some("MessageHeader") => node.get("receiver").is_some(),
            _ => false,
        };
        if is_old {
            self.note(FindingKind::OlderRelease);
        }
        let profiles = node
            .get("meta")
            .map_or(&[][..], |meta| meta.list("profile"));
        for (index, profile) in profiles.iter().enumerate() {
            if profile.as_str().is_some_and(is_old_version) {
                let (root, steps) = (&self.root, &self.steps);
                self.findings.push(FindingKind::OlderRelease, || {
                    path(root, steps)
                        .member("meta")
                        .member("profile")
                        .index(index)
                });
            }
        }
    }

    /// A value of another type than the element has: kept, and left out for a typed model.
    #[cold]
    fn wrong_type(&mut self, node: &mut Node<'_>) {
        node.flags.add(Flags::OMIT);
        self.note(FindingKind::WrongType);
    }
}

/// Builds a path as FHIRPath prints it.
fn path(root: &str, steps: &[Step]) -> Path {
    let mut path = Path::new(root);
    for step in steps {
        match *step {
            Step::Member(name) => path.push_member(name),
            Step::Twin(name) => path.push_member(&format!("_{name}")),
            Step::Item(index) => path.push_index(index),
        }
    }
    path
}
