//! Objects: members by name, compared without case.

use core::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::reader::Reader;
use crate::error::{DecodeErrorKind, Expected};
use crate::warning::WarningKind;

/// Takes the members of one object.
pub(super) trait TakeMembers<'de> {
    /// The names that have a place; at most 32.
    const NAMES: &'static [&'static str];

    /// Whether any other name is welcome.
    const OPEN: bool = false;

    /// Reads the value of the name at this place in [`Self::NAMES`].
    fn take<A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        which: usize,
        object: &mut A,
    ) -> Result<(), A::Error>;

    /// Keeps a member that has no place.
    fn keep(&mut self, name: String, value: Value);
}

/// Reads one object into what takes its members; `null` is tolerated as an empty one.
pub(super) struct ObjectSeed<'r, T> {
    pub(super) reader: &'r mut Reader,
    pub(super) members: &'r mut T,
    pub(super) name: Option<&'static str>,
}

impl<'de, T: TakeMembers<'de>> DeserializeSeed<'de> for ObjectSeed<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, T: TakeMembers<'de>> Visitor<'de> for ObjectSeed<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    /// `null` where an object belongs says "nothing".
    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.reader.tolerate(WarningKind::NotUsed)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Self {
            reader,
            members,
            name: own_name,
        } = self;
        let limit = reader.options.limits.members;
        let mut seen = 0u32;
        let mut unknown = Map::new();
        let mut count = 0;
        while let Some(name) = object.next_key_seed(NameSeed(T::NAMES))? {
            count += 1;
            if count > limit {
                return Err(reader.refuse(DecodeErrorKind::TooManyMembers { limit }));
            }
            match name {
                Name::Known { which, exact } => {
                    reader.expect(Some(T::NAMES[which]), Expected::String);
                    if seen & (1 << which) != 0 {
                        return Err(reader.refuse(DecodeErrorKind::DuplicateMember));
                    }
                    seen |= 1 << which;
                    if !exact {
                        reader.tolerate(WarningKind::NameCase)?;
                    }
                    members.take(reader, which, &mut object)?;
                }
                Name::Unknown(name) => {
                    reader.expect(None, Expected::Object);
                    if !T::OPEN {
                        reader.tolerate(WarningKind::UnknownMember)?;
                    }
                    let value = object.next_value::<Value>()?;
                    if unknown
                        .insert(name.to_ascii_lowercase(), ().into())
                        .is_some()
                    {
                        return Err(reader.refuse(DecodeErrorKind::DuplicateMember));
                    }
                    members.keep(name, value);
                }
            }
        }
        reader.expect(own_name, Expected::Object);
        Ok(())
    }
}

enum Name {
    Known { which: usize, exact: bool },
    Unknown(String),
}

struct NameSeed(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Name, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = Name;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Name, E> {
        let found = self
            .0
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name));
        Ok(match found {
            Some(which) => Name::Known {
                which,
                exact: self.0[which] == name,
            },
            None => Name::Unknown(name.to_owned()),
        })
    }
}
