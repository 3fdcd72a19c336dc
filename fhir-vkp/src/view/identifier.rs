//! Business identifiers and references.

use super::{CodeableConcept, Period, accessors, element_view};
use crate::{IdentifierKind, Person};

element_view! {
    /// A business identifier, of any system: an EPJ may use a local one for its patients
    /// (FHIR reference 13 rule 7).
    Identifier
}

accessors! { Identifier:
    /// The system it belongs to.
    system: text "system";
    /// The value in clear.
    reveal: text "value";
    /// `official`, `usual` …
    usage: text "use";
    /// What kind it is.
    type_: one CodeableConcept "type";
    /// When it is or was valid.
    period: one Period "period";
    /// Who gave it out.
    assigner: one Reference "assigner";
}

impl<'r> Identifier<'r> {
    pub(crate) const fn new(node: &'r crate::decode::Node<'r>) -> Self {
        Identifier { node }
    }

    /// What kind of identifier the system says it is, by any of its addresses.
    #[must_use]
    pub fn kind(self) -> IdentifierKind {
        IdentifierKind::of_system(self.system().unwrap_or_default())
    }

    /// The same as data of its own; `None` without system or value.
    #[must_use]
    pub fn to_identifier(self) -> Option<crate::Identifier> {
        crate::Identifier::new(self.system()?, self.reveal()?).ok()
    }
}

element_view! {
    /// A reference: to another resource, or to somebody by identifier and name alone
    /// (FHIR reference 3).
    Reference
}

accessors! { Reference:
    /// The address: `urn:uuid:…`, `Patient/17`, `#contained`.
    reference: text "reference";
    /// The name, for people.
    display: text "display";
    /// The logical reference.
    identifier: one Identifier "identifier";
    /// The type of what it leads to.
    type_: text "type";
}

impl<'r> Reference<'r> {
    /// Identifier and name, as a logical reference carries them.
    #[must_use]
    pub fn to_person(self) -> Person {
        Person {
            identifier: self.identifier().and_then(Identifier::to_identifier),
            name: self.display().map(str::to_owned),
        }
    }
}
