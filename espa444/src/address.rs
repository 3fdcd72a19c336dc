//! Addresses of stations (ESPA reference 3.1).

use core::fmt;

/// The address of a station: 1 to 16 printable characters without blanks.
///
/// The standard has single digits; some software allows more, so an address is the run of
/// printable characters directly before ENQ.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    // Padded with NUL, which no address holds, so that the derived order is that of the text.
    bytes: [u8; Self::LONGEST],
    length: u8,
}

/// Not 1 to 16 printable characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a station address is 1 to 16 printable characters without blanks")]
#[non_exhaustive]
pub struct InvalidAddress;

impl Address {
    /// The most characters an address may have.
    pub const LONGEST: usize = 16;

    /// `'1'`: the caller, on a line with two stations.
    pub const CALLER: Address = Address::from_character(b'1');

    /// `'2'`: the receiver, on a line with two stations.
    pub const RECEIVER: Address = Address::from_character(b'2');

    /// An address from 1 to 16 printable characters (21 to 7E).
    ///
    /// # Errors
    ///
    /// [`InvalidAddress`] for anything else.
    pub fn new(bytes: &[u8]) -> Result<Self, InvalidAddress> {
        let length = u8::try_from(bytes.len()).map_err(|_| InvalidAddress)?;
        if bytes.is_empty() || bytes.len() > Self::LONGEST {
            return Err(InvalidAddress);
        }
        if !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(InvalidAddress);
        }
        let mut own = [0; Self::LONGEST];
        own[..bytes.len()].copy_from_slice(bytes);
        Ok(Address { bytes: own, length })
    }

    /// One character, known to be printable.
    #[inline]
    pub(crate) const fn from_character(character: u8) -> Self {
        let mut bytes = [0; Self::LONGEST];
        bytes[0] = character;
        Address { bytes, length: 1 }
    }

    /// The characters.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// The characters as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// Whether it is one digit, as the standard wants it.
    #[must_use]
    pub const fn is_standard(&self) -> bool {
        self.length == 1 && self.bytes[0].is_ascii_digit()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({:?})", self.as_str())
    }
}

impl core::str::FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, InvalidAddress> {
        Address::new(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_to_sixteen_printable_characters() {
        assert_eq!(Address::new(b"2"), Ok(Address::RECEIVER));
        assert_eq!(
            Address::new(b"0123456789ABCDEF").map(|a| a.is_standard()),
            Ok(false)
        );
        for bad in [&b""[..], b"0123456789ABCDEF0", b"1 ", b"\x81", b"\x05"] {
            assert_eq!(Address::new(bad), Err(InvalidAddress));
        }
    }
}
