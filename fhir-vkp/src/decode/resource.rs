//! One resource of a document.

use core::fmt;

use super::flags::Flags;
use super::node::{Node, Value};
use super::write::{Purpose, write};
use crate::DateTime;
use crate::finding::shown;

/// A resource as it was read: root of a document, entry of a Bundle, or contained in another.
///
/// Cheap to copy. The [views](crate::view) give its elements names; [`node`](Self::node) reaches
/// everything.
#[derive(Clone, Copy)]
pub struct Resource<'r> {
    node: &'r Node<'r>,
}

impl<'r> Resource<'r> {
    pub(crate) const fn new(node: &'r Node<'r>) -> Self {
        Resource { node }
    }

    /// The `resourceType` as written; empty where an entry has none.
    #[must_use]
    pub fn resource_type(self) -> &'r str {
        self.node.text("resourceType").unwrap_or_default()
    }

    /// The type for a log or a screen: as written where R4 has it, else `?`, since anything may
    /// stand there, the name of a person too.
    #[must_use]
    pub fn shown_type(self) -> &'r str {
        shown(self.resource_type())
    }

    /// Whether the type is one that this crate looks into. Others are kept as they came.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !self.node.flags.has(Flags::UNKNOWN)
    }

    /// Whether its sections are nested deeper than
    /// [`Limits::section_depth`](super::Limits::section_depth): what lies deeper was not looked into.
    #[must_use]
    pub const fn is_refused(self) -> bool {
        self.node.flags.has(Flags::REFUSED)
    }

    /// The logical id, `Resource.id`.
    #[must_use]
    pub fn id(self) -> Option<&'r str> {
        self.node.text("id")
    }

    /// The profiles it claims, `meta.profile`.
    pub fn profiles(self) -> impl Iterator<Item = &'r str> {
        self.meta_list("profile").iter().filter_map(Node::as_str)
    }

    /// When the server changed it last, `meta.lastUpdated`.
    #[must_use]
    pub fn last_updated(self) -> Option<DateTime> {
        let text = self.node.get("meta")?.text("lastUpdated")?;
        DateTime::parse(text).ok().map(|(date_time, _)| date_time)
    }

    /// The code of the tag with this system, `meta.tag`: JFT tells the sender there
    /// (FHIR reference 9.2).
    #[must_use]
    pub fn tag(self, system: &str) -> Option<&'r str> {
        let tags = self.meta_list("tag").iter();
        let mut tags = tags.filter(|tag| tag.text("system") == Some(system));
        tags.next().and_then(|tag| tag.text("code"))
    }

    /// The system of the tag with the organisation number of the municipality (FHIR reference 9.2), for
    /// [`tag`](Self::tag).
    pub const PARENT_ORGANISATION_NUMBER: &'static str =
        "https://fhir.jft.nhn.no/parent-organization-number";
    /// The system of the tag with the id of the client that wrote.
    pub const SOURCE_CLIENT_ID: &'static str = "https://fhir.jft.nhn.no/source-client-id";
    /// The system of the tag with the name of the client that wrote.
    pub const SOURCE_CLIENT_NAME: &'static str = "https://fhir.jft.nhn.no/source-client-name";
    /// The system of the tag with the name of the system that wrote.
    pub const SOURCE_SYSTEM_NAME: &'static str = "https://fhir.jft.nhn.no/source-system-name";

    /// The resource contained in this one under `#id`.
    #[must_use]
    pub fn contained(self, id: &str) -> Option<Resource<'r>> {
        let contained = self.node.list("contained").iter().map(Resource::new);
        contained.into_iter().find(|inner| inner.id() == Some(id))
    }

    /// The tree.
    #[must_use]
    pub const fn node(self) -> &'r Node<'r> {
        self.node
    }

    /// The text it was read from, byte for byte: for forwarding, signing and keeping.
    #[must_use]
    pub const fn original(self) -> &'r str {
        self.node.raw
    }

    /// Whether it was read without a repair, so that the original is also what was understood.
    #[must_use]
    pub const fn is_as_written(self) -> bool {
        !self.node.flags.has(Flags::REPAIRED)
    }

    /// The repaired resource as JSON: arrays where arrays belong, nothing empty, the last of repeated
    /// keys. Members that FHIR does not know stay; numbers keep their digits.
    #[must_use]
    pub fn to_json(self) -> String {
        let mut out = String::with_capacity(self.node.raw.len());
        write(&mut out, self.node, Purpose::Repaired);
        out
    }

    /// The members that FHIR R4 does not know at their place, at any depth, with their names.
    #[must_use]
    pub fn unknown_members(self) -> Vec<(&'r str, &'r Node<'r>)> {
        let mut found = Vec::new();
        gather_unknown(self.node, &mut found);
        found
    }

    fn meta_list(self, name: &str) -> &'r [Node<'r>] {
        self.node.get("meta").map_or(&[], |meta| meta.list(name))
    }
}

fn gather_unknown<'r>(node: &'r Node<'r>, found: &mut Vec<(&'r str, &'r Node<'r>)>) {
    match &node.value {
        Value::Object(members) => {
            for member in members {
                if member.node.is_unknown() && member.name != "resource" {
                    found.push((member.name(), &member.node));
                } else {
                    gather_unknown(&member.node, found);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                gather_unknown(item, found);
            }
        }
        _ => {}
    }
}

impl fmt::Debug for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Resource({})", self.shown_type())
    }
}
