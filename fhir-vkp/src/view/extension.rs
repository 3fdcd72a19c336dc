//! Extensions.

use super::{CodeableConcept, Coding, accessors, element_view, one};
use crate::decode::Node;

element_view! {
    /// An extension, known or not.
    Extension
}

accessors! { Extension:
    /// What it means.
    url: text "url";
    /// The text of a `valueString`.
    string: text "valueString";
    /// The value of a `valueBoolean`.
    boolean: flag "valueBoolean";
    /// Extensions in it.
    extensions: many Extension "extension";
}

impl<'r> Extension<'r> {
    /// The concept of a `valueCodeableConcept`.
    #[must_use]
    pub fn concept(self) -> Option<CodeableConcept<'r>> {
        one(self.node, "valueCodeableConcept")
    }

    /// The code of a `valueCoding`.
    #[must_use]
    pub fn coding(self) -> Option<Coding<'r>> {
        one(self.node, "valueCoding")
    }

    /// The whole number of a `valueInteger`.
    #[must_use]
    pub fn integer(self) -> Option<i64> {
        self.node.get("valueInteger")?.as_number()?.parse().ok()
    }

    /// The first extension in it with this address.
    pub(super) fn part(self, url: &'static str) -> Option<Self> {
        extensions(self.node, url).next()
    }
}

/// The extensions with this address.
pub(super) fn extensions<'r>(
    node: &'r Node<'r>,
    url: &'static str,
) -> impl Iterator<Item = Extension<'r>> + use<'r> {
    super::many::<Extension<'r>>(node, "extension")
        .filter(move |extension| extension.url() == Some(url))
}

/// The text of the first extension with this address.
pub(super) fn extension_string<'r>(node: &'r Node<'r>, url: &'static str) -> Option<&'r str> {
    extensions(node, url).find_map(Extension::string)
}
