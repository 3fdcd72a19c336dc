//! Values of the protocol crate as they stand in a configuration file.

use std::fmt;

use espa444::{Address, CharacterSet, Profile};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Span;

/// Texts that stand for a value of the protocol crate.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident($inner:ty), $read:expr, $write:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub struct $name(pub $inner);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let write: fn(&$inner) -> &str = $write;
                write!(f, "{:?}", write(&self.0))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let write: fn(&$inner) -> &str = $write;
                serializer.serialize_str(write(&self.0))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let read: fn(&str) -> Result<$inner, String> = $read;
                let text = String::deserialize(deserializer)?;
                read(&text).map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

fn unknown<'n>(what: &str, name: &str, known: impl Iterator<Item = &'n str>) -> String {
    let known: Vec<_> = known.collect();
    format!(
        "there is no {what} {name:?}; there are {}",
        known.join(", ")
    )
}

named!(
    /// A dialect of `espa444`, by its name.
    ProfileName(Profile),
    |name| Profile::named(name)
        .ok_or_else(|| unknown("profile", name, Profile::ALL.iter().map(|one| one.name))),
    |profile| profile.name
);

named!(
    /// A character set of `espa444`, by its name.
    Characters(CharacterSet),
    |name| CharacterSet::from_name(name).ok_or_else(|| unknown(
        "character set",
        name,
        CharacterSet::ALL.iter().map(|one| one.name())
    )),
    |set| set.name()
);

named!(
    /// The address of a station: 1 to 16 printable characters.
    StationAddress(Address),
    |text| Address::new(text.as_bytes()).map_err(|error| error.to_string()),
    |address| address.as_str()
);

/// A length of time, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanOrOff {
    /// Never.
    Off,
    /// After this time.
    After(Span),
}

impl<'de> Deserialize<'de> for SpanOrOff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "off" => Ok(Self::Off),
            text => text
                .parse()
                .map(Self::After)
                .map_err(|error| serde::de::Error::custom(format!("{error}, or \"off\""))),
        }
    }
}

impl Serialize for SpanOrOff {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str("off"),
            Self::After(span) => span.serialize(serializer),
        }
    }
}
