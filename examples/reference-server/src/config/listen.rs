//! Where to listen: one address, several, or nowhere.

use std::fmt;
use std::net::SocketAddr;
use std::slice;
use std::str::FromStr;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Addresses to listen on, or `off`.
///
/// An IPv6 address is that alone, `[::]` included: to listen on IPv4 too, name both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Not at all.
    Off,
    /// There; port 0 lets the operating system choose.
    On(SocketAddr),
    /// On each of these, two or more.
    Several(Vec<SocketAddr>),
}

impl Listen {
    /// The addresses; none when off.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        match self {
            Self::Off => &[],
            Self::On(address) => slice::from_ref(address),
            Self::Several(addresses) => addresses,
        }
    }

    /// Whether there is any address.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.addresses().is_empty()
    }

    /// The addresses that can be reached from elsewhere.
    pub fn outside_loopback(&self) -> impl Iterator<Item = SocketAddr> {
        self.addresses()
            .iter()
            .copied()
            .filter(|address| !address.ip().to_canonical().is_loopback())
    }

    fn of(mut addresses: Vec<SocketAddr>) -> Self {
        match addresses.len() {
            0 => Self::Off,
            1 => Self::On(addresses.remove(0)),
            _ => Self::Several(addresses),
        }
    }
}

/// The text is neither addresses nor `off`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an address with a port, such as 127.0.0.1:5060 or [::1]:5060, several of them, or \
     \"off\""
)]
pub struct ParseListenError;

impl FromStr for Listen {
    type Err = ParseListenError;

    /// One address, or several with commas between them, or `off`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self::Off);
        }
        let addresses: Result<_, _> = text.split(',').map(|one| one.trim().parse()).collect();
        addresses.map(Self::of).map_err(|_| ParseListenError)
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrList;
        impl<'de> Visitor<'de> for OneOrList {
            type Value = Listen;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address with a port, a list of them, or \"off\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Listen, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Listen, A::Error> {
                let mut addresses = Vec::new();
                while let Some(text) = list.next_element::<String>()? {
                    let address = text
                        .parse()
                        .map_err(|_| de::Error::custom(ParseListenError))?;
                    addresses.push(address);
                }
                Ok(Listen::of(addresses))
            }
        }
        deserializer.deserialize_any(OneOrList)
    }
}

impl Serialize for Listen {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Off => serializer.serialize_str("off"),
            Self::On(address) => serializer.collect_str(address),
            Self::Several(addresses) => serializer.collect_seq(addresses),
        }
    }
}
