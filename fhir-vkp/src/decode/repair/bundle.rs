//! What a Bundle as a whole must have, and references inside it (FHIR reference 13 rules 7 and 9).

use std::borrow::Cow;
use std::collections::HashSet;

use super::super::elements::BUNDLE;
use super::super::node::{Node, Value};
use super::{Repair, Step};
use crate::FindingKind;

impl<'a> Repair<'a> {
    pub(super) fn bundle(&mut self, node: &mut Node<'a>) {
        let (urls, repeated) = full_urls(node);
        for index in repeated {
            let full_url = [
                Step::Member("entry"),
                Step::Item(index),
                Step::Member("fullUrl"),
            ];
            self.steps.extend(full_url);
            self.note(FindingKind::DuplicateFullUrl);
            self.steps.truncate(self.steps.len() - full_url.len());
        }
        let outer = self.full_urls.replace(urls);
        self.object(node, &BUNDLE);
        self.full_urls = outer;
        if node.text("type") == Some("document") {
            self.document_rules(node);
        }
    }

    fn document_rules(&mut self, node: &Node<'a>) {
        if let Some(first) = node.list("entry").first() {
            let resource = first.get("resource");
            let first_type = resource.and_then(|resource| resource.text("resourceType"));
            if first_type != Some("Composition") {
                let first = [Step::Member("entry"), Step::Item(0)];
                self.steps.extend(first);
                self.note(FindingKind::CompositionNotFirst);
                self.steps.truncate(self.steps.len() - first.len());
            }
        }
        let identifier = node.get("identifier");
        let is_whole = identifier.is_some_and(|identifier| {
            identifier.get("system").is_some() && identifier.get("value").is_some()
        });
        if !is_whole {
            self.note_member(FindingKind::MissingBundleIdentifier, "identifier");
        }
        if node.get("timestamp").is_none() {
            self.note_member(FindingKind::MissingTimestamp, "timestamp");
        }
    }

    /// A `urn:` that no entry has leads nowhere; other addresses may be outside the Bundle.
    pub(super) fn reference(&mut self, node: &Node<'a>) {
        let (Some(urls), Some(reference)) = (&self.full_urls, node.text("reference")) else {
            return;
        };
        if is_urn(reference) && !urls.contains(&*lower(reference)) {
            self.down(Step::Member("reference"), |repair| {
                repair.note(FindingKind::DanglingReference);
            });
        }
    }
}

fn is_urn(reference: &str) -> bool {
    reference.starts_with("urn:uuid:") || reference.starts_with("urn:oid:")
}

/// UUIDs are the same in either case.
fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The addresses of the entries, and the entries whose address stood before.
fn full_urls<'a>(node: &Node<'a>) -> (HashSet<Cow<'a, str>>, Vec<usize>) {
    let entries = match node.get("entry") {
        Some(entry) if matches!(entry.value, Value::Array(_)) => entry.items(),
        // One object for the array (rule 1).
        Some(entry) => core::slice::from_ref(entry),
        None => &[],
    };
    let mut urls = HashSet::with_capacity(entries.len());
    let mut repeated = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let Some(Value::Text(url)) = entry.get("fullUrl").map(|url| &url.value) else {
            continue;
        };
        if url.is_empty() {
            continue;
        }
        let url = match url {
            Cow::Borrowed(url) => lower(url),
            Cow::Owned(url) => Cow::Owned(url.to_ascii_lowercase()),
        };
        if !urls.insert(url) {
            repeated.push(index);
        }
    }
    (urls, repeated)
}
