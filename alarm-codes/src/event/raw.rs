//! The evidence: what was received, from whom, and what read it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::private::Private;

/// The exact bytes received, with the facts of the transport and the decoder that read them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Raw {
    /// The bytes as received.
    pub bytes: Private<Bytes>,
    /// How they arrived.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Transport::is_empty")
    )]
    pub transport: Transport,
    /// What read them.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub decoder: Option<Decoder>,
}

impl Raw {
    /// Bytes of which nothing else is known.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: Private::new(Bytes(bytes.into())),
            transport: Transport::default(),
            decoder: None,
        }
    }
}

/// Facts of the transport.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default))]
pub struct Transport {
    /// For example `sip+tls`, `https`, `serial`.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub protocol: Option<String>,
    /// Address of the peer: host and port, or the serial line.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub peer: Option<String>,
    /// The identity that the peer proved by its certificate.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub tls_identity: Option<String>,
}

impl Transport {
    /// True when nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The program that read the bytes; tells which events to read again after a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Decoder {
    /// Name of the decoder.
    pub name: String,
    /// Version of the decoder.
    pub version: String,
}

/// Bytes that JSON shows as readable as they allow.
///
/// `{"text": "..."}` when they are UTF-8 without control characters other than tab, carriage return and
/// line feed, otherwise `{"hex": "..."}` in lower case. Both forms are read back.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Bytes(pub Vec<u8>);

impl Bytes {
    /// The bytes as text, when JSON would show them as text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        let text = core::str::from_utf8(&self.0).ok()?;
        let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\r' | '\n');
        text.chars().all(plain).then_some(text)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

#[cfg(feature = "serde")]
mod json {
    use alloc::string::String;
    use alloc::vec::Vec;
    use core::fmt;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Bytes;

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Written<'a> {
        Text(&'a str),
        Hex(Hex<'a>),
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Read {
        Text(String),
        Hex(String),
    }

    struct Hex<'a>(&'a [u8]);

    impl fmt::Display for Hex<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }
    }

    impl Serialize for Hex<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.as_text() {
                Some(text) => Written::Text(text).serialize(serializer),
                None => Written::Hex(Hex(&self.0)).serialize(serializer),
            }
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            match Read::deserialize(deserializer)? {
                Read::Text(text) => Ok(Self(text.into_bytes())),
                Read::Hex(hex) => unhex(&hex)
                    .map(Self)
                    .ok_or_else(|| serde::de::Error::custom("not pairs of hexadecimal digits")),
            }
        }
    }

    fn unhex(hex: &str) -> Option<Vec<u8>> {
        let digit = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        if hex.len() % 2 != 0 {
            return None;
        }
        let pairs = hex.as_bytes().chunks_exact(2);
        pairs
            .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
            .collect()
    }
}
