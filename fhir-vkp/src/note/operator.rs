//! Who wrote.

use crate::note::Text;
use crate::{Identifier, Person};

/// Who wrote a note: an operator, or an organisation where no person did (FHIR reference 5.4).
///
/// The identifier is a national number, an HPR number, an organisation number or a user name under an
/// address of the vendor. Identifier, name or both are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator(Person);

impl Operator {
    /// With an identifier, and the name if it is known.
    #[must_use]
    pub fn new(identifier: Identifier, name: Option<Text>) -> Self {
        Self(Person {
            identifier: Some(identifier),
            name: name.map(|name| name.as_str().to_owned()),
        })
    }

    /// Known by name alone.
    #[must_use]
    pub fn named(name: &Text) -> Self {
        Self(Person {
            identifier: None,
            name: Some(name.as_str().to_owned()),
        })
    }

    /// A person of whom an identifier or a name is known; `None` of whom nothing is.
    #[must_use]
    pub fn from_person(person: Person) -> Option<Self> {
        let name = person.name.and_then(Text::new);
        match (person.identifier, name) {
            (Some(identifier), name) => Some(Self::new(identifier, name)),
            (None, Some(name)) => Some(Self::named(&name)),
            (None, None) => None,
        }
    }

    /// Identifier and name.
    #[must_use]
    pub const fn person(&self) -> &Person {
        &self.0
    }
}

impl From<Identifier> for Operator {
    fn from(identifier: Identifier) -> Self {
        Self::new(identifier, None)
    }
}
