//! Text for people.

use super::{Reference, accessors, element_view};
use crate::plain_text;

element_view! {
    /// The narrative of a resource or section.
    Narrative
}

accessors! { Narrative:
    /// `additional` for what people wrote, `generated` for what machines did (FHIR reference 5.4).
    status: text "status";
    /// XHTML as it came. It may be plain text and may hold anything: do not put it into a page
    /// unescaped (FHIR reference 13 rule 11).
    div: text "div";
}

impl Narrative<'_> {
    /// The text without markup, for showing.
    #[must_use]
    pub fn plain_text(self) -> Option<String> {
        self.div().map(plain_text)
    }
}

element_view! {
    /// A note, with who and when.
    Annotation
}

accessors! { Annotation:
    /// The note.
    text: text "text";
    /// When it was made.
    time: time "time";
    /// Who made it.
    author: one Reference "authorReference";
    /// Who made it, by name alone.
    author_name: text "authorString";
}
