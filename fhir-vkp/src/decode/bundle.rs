//! Bundles: entries, references between them, pages.

use core::cell::OnceCell;
use core::fmt;
use std::borrow::Cow;
use std::collections::HashMap;

use super::node::Node;
use super::resource::Resource;
use crate::{DateTime, Path};

/// A Bundle of any type. One bad entry costs only itself.
#[derive(Clone)]
pub struct Bundle<'r> {
    node: &'r Node<'r>,
    /// Where an entry stands, by `fullUrl` and by `Type/id`.
    index: OnceCell<HashMap<Cow<'r, str>, usize>>,
}

/// One entry of a Bundle.
#[derive(Clone, Copy)]
pub struct Entry<'r> {
    node: &'r Node<'r>,
    index: usize,
}

/// Why an entry is in the answer to a search, `search.mode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SearchMode {
    /// `match`
    Match,
    /// `include`: goes with a match, as the patient does.
    Include,
    /// `outcome`: an OperationOutcome about the search.
    Outcome,
    /// Not stated, or a word that FHIR does not know.
    Unstated,
}

/// One page of an answer to a search (FHIR reference 9.2).
#[derive(Debug, Clone)]
pub struct Page<'r> {
    /// What stands on this page.
    pub entries: Vec<Entry<'r>>,
    /// Where the next page is, to be followed as given; `None` on the last.
    pub next: Option<&'r str>,
}

impl<'r> Bundle<'r> {
    pub(crate) const fn new(node: &'r Node<'r>) -> Self {
        Bundle {
            node,
            index: OnceCell::new(),
        }
    }

    /// The Bundle, if the resource is one.
    #[must_use]
    pub fn of(resource: Resource<'r>) -> Option<Self> {
        (resource.resource_type() == "Bundle").then(|| Self::new(resource.node()))
    }

    /// The Bundle as a resource.
    #[must_use]
    pub const fn resource(&self) -> Resource<'r> {
        Resource::new(self.node)
    }

    /// `document`, `searchset`, `batch` …, as written.
    #[must_use]
    pub fn bundle_type(&self) -> Option<&'r str> {
        self.node.text("type")
    }

    /// The business identifier.
    #[must_use]
    pub fn identifier(&self) -> Option<crate::view::Identifier<'r>> {
        self.node
            .get("identifier")
            .map(crate::view::Identifier::new)
    }

    /// When it was put together.
    #[must_use]
    pub fn timestamp(&self) -> Option<DateTime> {
        let text = self.node.text("timestamp")?;
        DateTime::parse(text).ok().map(|(date_time, _)| date_time)
    }

    /// How many matches there are on all pages.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        self.node.get("total")?.as_number()?.parse().ok()
    }

    /// The address of a link: `self`, `next`, `previous`.
    #[must_use]
    pub fn link(&self, relation: &str) -> Option<&'r str> {
        let mut links = self.node.list("link").iter();
        links
            .find(|link| link.text("relation") == Some(relation))
            .and_then(|link| link.text("url"))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.node.list("entry").len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'r>> + DoubleEndedIterator {
        let entries = self.node.list("entry").iter().enumerate();
        entries.map(|(index, node)| Entry { node, index })
    }

    /// The entry at a place, from 0.
    #[must_use]
    pub fn entry(&self, index: usize) -> Option<Entry<'r>> {
        let node = self.node.list("entry").get(index)?;
        Some(Entry { node, index })
    }

    /// The resources of all entries.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'r>> {
        self.entries().filter_map(Entry::resource)
    }

    /// The resources of one type, wherever they stand (FHIR reference 13 rule 9).
    pub fn of_type(&self, resource_type: &str) -> impl Iterator<Item = Resource<'r>> {
        self.resources()
            .filter(move |resource| resource.resource_type() == resource_type)
    }

    /// The entry a reference leads to (FHIR reference 13 rule 7): by `fullUrl`, then by `Type/id`. `None`
    /// for everything else: dangling references are common.
    #[must_use]
    pub fn resolve(&self, reference: &str) -> Option<Entry<'r>> {
        let index = self.index.get_or_init(|| self.build_index());
        // A version behind the id is no other resource.
        let reference = match reference.split_once("/_history/") {
            Some((reference, _)) => reference,
            None => reference,
        };
        let found = index.get(&*lower_urn(reference)).or_else(|| {
            // An absolute address of the same server, where the entry says only `Type/id`.
            let mut parts = reference.rsplitn(3, '/');
            let (id, resource_type) = (parts.next()?, parts.next()?);
            index.get(&*format!("{resource_type}/{id}"))
        })?;
        self.entry(*found)
    }

    fn build_index(&self) -> HashMap<Cow<'r, str>, usize> {
        let mut index = HashMap::with_capacity(self.len() * 2);
        for entry in self.entries() {
            if let Some(url) = entry.full_url() {
                index.entry(lower_urn(url)).or_insert(entry.index);
            }
            let resource = entry.resource();
            if let Some((resource, id)) = resource.and_then(|r| Some((r, r.id()?))) {
                let key = format!("{}/{id}", resource.resource_type());
                index.entry(Cow::Owned(key)).or_insert(entry.index);
            }
        }
        index
    }

    /// The entries and the link to the next page.
    #[must_use]
    pub fn page(&self) -> Page<'r> {
        Page {
            entries: self.entries().collect(),
            next: self.link("next"),
        }
    }
}

impl<'r> Page<'r> {
    /// What was searched for: entries that are neither included nor an outcome.
    pub fn matches(&self) -> impl Iterator<Item = Resource<'r>> {
        let entries = self.entries.iter().filter(|entry| {
            matches!(
                entry.search_mode(),
                SearchMode::Match | SearchMode::Unstated
            )
        });
        entries.filter_map(|entry| entry.resource())
    }

    /// The matches of one type. Some servers put the patient among them without a mode.
    pub fn matches_of<'s>(&'s self, resource_type: &'s str) -> impl Iterator<Item = Resource<'r>> {
        self.matches()
            .filter(move |resource| resource.resource_type() == resource_type)
    }
}

/// UUIDs are the same in either case.
fn lower_urn(text: &str) -> Cow<'_, str> {
    if text.starts_with("urn:") && text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

impl<'r> Entry<'r> {
    pub(super) const fn new(node: &'r Node<'r>, index: usize) -> Self {
        Entry { node, index }
    }

    /// Its place in the Bundle, from 0.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }

    /// Its path, `Bundle.entry[2]`, to pick its findings by
    /// [`Findings::below`](super::Findings::below).
    #[must_use]
    pub fn path(self) -> Path {
        Path::new("Bundle").member("entry").index(self.index)
    }

    /// The address that other entries refer to.
    #[must_use]
    pub fn full_url(self) -> Option<&'r str> {
        self.node.text("fullUrl")
    }

    /// The resource, of whatever type.
    #[must_use]
    pub fn resource(self) -> Option<Resource<'r>> {
        self.node.get("resource").map(Resource::new)
    }

    /// Why it is in the answer to a search.
    #[must_use]
    pub fn search_mode(self) -> SearchMode {
        match self
            .node
            .get("search")
            .and_then(|search| search.text("mode"))
        {
            Some("match") => SearchMode::Match,
            Some("include") => SearchMode::Include,
            Some("outcome") => SearchMode::Outcome,
            _ => SearchMode::Unstated,
        }
    }

    /// The status line in the answer to a batch: `201 Created` (FHIR reference 5.6).
    #[must_use]
    pub fn response_status(self) -> Option<&'r str> {
        self.node.get("response")?.text("status")
    }

    /// Where the answer to a batch says that it was stored.
    #[must_use]
    pub fn response_location(self) -> Option<&'r str> {
        self.node.get("response")?.text("location")
    }

    /// What the answer to a batch has to say about it: an OperationOutcome.
    #[must_use]
    pub fn response_outcome(self) -> Option<Resource<'r>> {
        let response = self.node.get("response")?;
        response.get("outcome").map(Resource::new)
    }

    /// The entry as it was written.
    #[must_use]
    pub const fn original(self) -> &'r str {
        self.node.raw
    }

    /// The tree.
    #[must_use]
    pub const fn node(self) -> &'r Node<'r> {
        self.node
    }
}

impl fmt::Debug for Bundle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bundle({} entries)", self.len())
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, {:?})", self.index, self.resource())
    }
}
