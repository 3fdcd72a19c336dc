//! A 7-bit line read with 8 bits: even parity left in bit 7 (ESPA reference 1.1).
//!
//! The signature is a block that starts with 81 and a poll that reads `B1 05`. [`strip`] gives
//! the characters back, [`add`] puts parity on an answer for such a line.

/// SOH with even parity.
pub const SOH: u8 = 0x81;
/// EOT with even parity.
pub const EOT: u8 = 0x84;

/// Whether a byte has an even number of ones.
#[must_use]
#[inline]
pub const fn is_even(byte: u8) -> bool {
    byte.count_ones() & 1 == 0
}

/// The character with its even parity in bit 7; a bit 7 that was there is overwritten.
#[must_use]
#[inline]
pub const fn with_even(character: u8) -> u8 {
    let low = character & 0x7F;
    if is_even(low) { low } else { low | 0x80 }
}

/// Where the first byte with odd parity stands.
#[must_use]
pub fn first_odd(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|&byte| !is_even(byte))
}

/// Whether bytes read like a 7-bit line with even parity: an 81 or 84 is among them and every
/// byte has even parity.
///
/// ```
/// use espa444::parity::is_left_in;
///
/// assert!(is_left_in(&[0x84, 0xB1, 0x05, 0xB2, 0x05]));
/// assert!(!is_left_in(&[0x04, 0x31, 0x05, 0x32, 0x05]));
/// ```
#[must_use]
pub fn is_left_in(bytes: &[u8]) -> bool {
    bytes.iter().any(|&byte| byte == SOH || byte == EOT) && first_odd(bytes).is_none()
}

/// Takes bit 7 off every byte.
pub fn strip(bytes: &mut [u8]) {
    for byte in bytes {
        *byte &= 0x7F;
    }
}

/// Puts even parity into bit 7 of every byte. Meant for 7-bit text: bit 7 of other text is lost.
pub fn add(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = with_even(*byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_1_1() {
        for (plain, even) in [
            (0x01, 0x81),
            (0x02, 0x82),
            (0x03, 0x03),
            (0x04, 0x84),
            (0x05, 0x05),
            (0x06, 0x06),
            (0x15, 0x95),
            (0x1E, 0x1E),
            (0x1F, 0x9F),
            (b'1', 0xB1),
            (b'2', 0xB2),
            (b'3', 0x33),
        ] {
            assert_eq!(with_even(plain), even);
        }
    }

    #[test]
    fn every_character_comes_back() {
        let mut all: std::vec::Vec<u8> = (0..0x80).collect();
        add(&mut all);
        assert_eq!(first_odd(&all), None);
        strip(&mut all);
        assert!(all.iter().copied().eq(0..0x80));
    }
}
