//! What values of several tables are made of.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, written like `10m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span(pub Duration);

/// The text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a length of time such as \"500ms\", \"10s\" or \"10m\"")]
pub struct ParseSpanError;

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let span: jiff::SignedDuration = text.parse().map_err(|_| ParseSpanError)?;
        Duration::try_from(span)
            .map(Self)
            .map_err(|_| ParseSpanError)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match jiff::SignedDuration::try_from(self.0) {
            Ok(span) => serializer.collect_str(&format_args!("{span:#}")),
            Err(_) => Err(serde::ser::Error::custom("length of time out of range")),
        }
    }
}

/// A text that `Debug` does not show: a telephone number, an address of a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Private(String);

impl<'de> Deserialize<'de> for Private {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Says what is wrong without saying the value.
        struct Text;
        impl Text {
            fn wrong<E: serde::de::Error>() -> E {
                E::custom("expected a text in quotation marks")
            }
        }
        impl serde::de::Visitor<'_> for Text {
            type Value = Private;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotation marks")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Private, E> {
                Ok(Private::new(text))
            }

            fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Private, E> {
                Err(Self::wrong())
            }

            fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Private, E> {
                Err(Self::wrong())
            }

            fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Private, E> {
                Err(Self::wrong())
            }

            fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Private, E> {
                Err(Self::wrong())
            }
        }
        deserializer.deserialize_any(Text)
    }
}

impl Private {
    /// Wraps a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() {
            "Private(none)"
        } else {
            "Private(hidden)"
        })
    }
}
