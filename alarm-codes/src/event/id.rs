//! The id of an event.

use core::fmt;
use core::str::FromStr;

/// The id of an event: 128 bits, printed as a UUID.
///
/// The crate has no clock and no randomness, so the caller supplies it. A UUID of version 7 is a good
/// choice: it sorts by time, which keeps a database's primary key in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u128);

/// The text is no UUID in the hyphenated form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidEventId;

impl fmt::Display for InvalidEventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID in the form 01234567-89ab-cdef-0123-456789abcdef")
    }
}

impl core::error::Error for InvalidEventId {}

impl From<u128> for EventId {
    fn from(id: u128) -> Self {
        Self(id)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            self.0 >> 96,
            self.0 >> 80 & 0xFFFF,
            self.0 >> 64 & 0xFFFF,
            self.0 >> 48 & 0xFFFF,
            self.0 & 0xFFFF_FFFF_FFFF
        )
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 36 {
            return Err(InvalidEventId);
        }
        let mut id = 0;
        for (i, c) in text.bytes().enumerate() {
            let hyphen = matches!(i, 8 | 13 | 18 | 23);
            match (char::from(c).to_digit(16), hyphen) {
                (Some(digit), false) => id = id << 4 | u128::from(digit),
                (None, true) if c == b'-' => {}
                _ => return Err(InvalidEventId),
            }
        }
        Ok(Self(id))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for EventId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::deserialize(deserializer, "a hyphenated UUID", |t| t.parse().ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_id_is_printed_as_a_uuid_and_read_back() {
        let id = EventId(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef);
        assert_eq!(id.to_string(), "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!("01234567-89AB-cdef-0123-456789abcdef".parse(), Ok(id));
        assert!(
            "0123456789abcdef0123456789abcdef"
                .parse::<EventId>()
                .is_err()
        );
        assert!(
            "01234567-89ab-cdef-0123-456789abcdeg"
                .parse::<EventId>()
                .is_err()
        );
        assert!(
            "0123456-789ab-cdef-0123-456789abcdef"
                .parse::<EventId>()
                .is_err()
        );
    }
}
