//! Names of sites, groups, employees and persons.

use core::fmt;

use alarm_codes::national_identity_number::holds_identity_number;
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidId {
    /// Nothing but white space.
    #[error("an id must not be empty")]
    Empty,
    /// More than 256 bytes.
    #[error("an id has at most 256 bytes")]
    TooLong,
    /// A control character.
    #[error("an id must not hold control characters")]
    ControlCharacter,
    /// A person's id that holds a national identity number, which no plan or report may show.
    #[error("a person's id must not hold a national identity number")]
    IdentityNumber,
}

fn checked(text: &str) -> Result<Box<str>, InvalidId> {
    let text = text.trim();
    match text.len() {
        0 => Err(InvalidId::Empty),
        1..=256 if text.chars().any(char::is_control) => Err(InvalidId::ControlCharacter),
        1..=256 => Ok(text.into()),
        _ => Err(InvalidId::TooLong),
    }
}

/// Takes a JSON string or a whole number.
struct IdVisitor<T>(fn(&str) -> Result<T, InvalidId>);

impl<T> Visitor<'_> for IdVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id as text or whole number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }
}

macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $check:expr) => {
        $(#[$meta])*
        ///
        /// Trimmed, 1 to 256 bytes, no control characters; opaque otherwise. JSON may write it as
        /// text or whole number.
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Trims and keeps the text.
            ///
            /// # Errors
            ///
            /// [`InvalidId`].
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                let check: fn(&str) -> Result<(), InvalidId> = $check;
                check(text)?;
                checked(text).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(IdVisitor($name::new))
            }
        }
    };
}

id! {
    /// The server's id of a site.
    SiteId, |_| Ok(())
}
id! {
    /// The server's id of a group.
    GroupId, |_| Ok(())
}
id! {
    /// The server's id of an employee.
    EmployeeId, |_| Ok(())
}
id! {
    /// The identity system's own id of a person. It appears in plans and reports, so it must not
    /// hold a national identity number.
    PersonId, |text| match holds_identity_number(text) {
        true => Err(InvalidId::IdentityNumber),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_trimmed_and_may_be_numbers_in_json() {
        let id: SiteId = serde_json::from_str("17").expect("a number");
        assert_eq!(Ok(id), SiteId::new(" 17 "));
        assert_eq!(GroupId::new(" "), Err(InvalidId::Empty));
        assert_eq!(GroupId::new("a\u{0}"), Err(InvalidId::ControlCharacter));
        assert_eq!(EmployeeId::new(&"x".repeat(257)), Err(InvalidId::TooLong));
    }

    #[test]
    fn a_person_is_not_named_by_the_national_identity_number() {
        assert_eq!(PersonId::new("15813410033"), Err(InvalidId::IdentityNumber));
        assert!(PersonId::new("A10023").is_ok());
    }
}
