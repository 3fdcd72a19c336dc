//! Extensions.

use super::{CodeableConcept, accessors, element_view, one};
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
