//! A person as VKP refers to one.

use core::fmt;

use super::Identifier;

/// A logical reference: identifier and name, no address (FHIR reference 3). `Debug` hides both.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Person {
    /// The identifier, if one is known.
    pub identifier: Option<Identifier>,
    /// The name, if it is known: given name, middle name, family name.
    pub name: Option<String>,
}

impl Person {
    /// A person with identifier and name.
    #[must_use]
    pub fn new(identifier: Identifier, name: impl Into<String>) -> Self {
        Self {
            identifier: Some(identifier),
            name: Some(name.into()),
        }
    }
}

impl From<Identifier> for Person {
    fn from(identifier: Identifier) -> Self {
        Self {
            identifier: Some(identifier),
            name: None,
        }
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(private)")
    }
}
