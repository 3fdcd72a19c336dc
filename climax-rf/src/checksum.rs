//! The checksums of panel reports and frames (Climax reference 13).
//!
//! ```
//! use climax_rf::checksum;
//!
//! assert_eq!(checksum::fletcher_256(b"4711 18110101005"), 0xFF0F);
//! assert_eq!(checksum::contact_id_digit(b"4711 18 1101 01 005"), Some(b'4'));
//! assert_eq!(checksum::crc_16_arc(b"\"NULL\"0000L0#4711[]"), 0xF22F);
//! ```

mod parameters;

#[cfg(feature = "layout")]
pub(crate) use parameters::CrcTable;
pub use parameters::{CrcParameters, CrcWidth, InvalidCrcWidth};

use crc::{CRC_16_ARC, CRC_16_CMS, Crc};

static ARC: Crc<u16> = Crc::<u16>::new(&CRC_16_ARC);
static CMS: Crc<u16> = Crc::<u16>::new(&CRC_16_CMS);

/// Fletcher's sum of 8 bits with modulus 256 (not 255): the second sum in the high byte, the
/// first in the low one, as bracket and short message print them (Climax reference 5.2).
#[must_use]
pub const fn fletcher_256(bytes: &[u8]) -> u16 {
    let (mut a, mut b) = (0_u8, 0_u8);
    let mut i = 0;
    while i < bytes.len() {
        a = a.wrapping_add(bytes[i]);
        b = b.wrapping_add(a);
        i += 1;
    }
    (b as u16) << 8 | a as u16
}

/// The check digit of Contact ID as it is printed: it makes the sum of all digits a multiple of
/// 15, where 0 (and `A`) counts 10 and `B` to `F` count 11 to 15 (Climax reference 5.3).
///
/// Spaces are passed over. `None` when a character is no hexadecimal digit, as in an account that
/// is a word.
#[must_use]
pub const fn contact_id_digit(characters: &[u8]) -> Option<u8> {
    let mut sum = 0_u8;
    let mut i = 0;
    while i < characters.len() {
        let value = match characters[i] {
            b' ' => 0,
            b'0' | b'A' | b'a' => 10,
            digit @ b'1'..=b'9' => digit - b'0',
            digit @ b'B'..=b'F' => digit - b'B' + 11,
            digit @ b'b'..=b'f' => digit - b'b' + 11,
            _ => return None,
        };
        sum = (sum + value) % 15;
        i += 1;
    }
    Some(match 15 - sum {
        10 => b'0',
        digit @ 1..=9 => b'0' + digit,
        letter => b'B' + (letter - 11),
    })
}

/// CRC-16/ARC, over the body of a DC-09 frame (Climax reference 5.4).
#[must_use]
pub const fn crc_16_arc(bytes: &[u8]) -> u16 {
    ARC.checksum(bytes)
}

/// CRC-16/CMS, over length and payload of an F1 frame (Climax reference 2.2).
#[must_use]
pub const fn crc_16_cms(bytes: &[u8]) -> u16 {
    CMS.checksum(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_13_every_value_of_the_check_list() {
        assert_eq!(crc_16_cms(b"123456789"), 0xAEE7);
        let payload = [
            0x0a, 0x00, 0x00, 0x2b, 0x5a, 0x10, 0xc3, 0x7e, 0x91, 0x04, 0xd8,
        ];
        assert_eq!(crc_16_cms(&payload), 0x24F8);
        assert_eq!(crc_16_cms(&[0x05, 0x00, 0x00, 0x11, 0x33, 0x44]), 0xB211);
        assert_eq!(crc_16_arc(b"123456789"), 0xBB3D);
        assert_eq!(crc_16_arc(b"\"NULL\"0000L0#4711[]"), 0xF22F);
        assert_eq!(fletcher_256(b"123456789"), 0x15DD);
        assert_eq!(fletcher_256(b"4711 18110101005"), 0xFF0F);
        assert_eq!(contact_id_digit(b"4711 18 1101 01 005"), Some(b'4'));
        assert_eq!(contact_id_digit(b"4711 18 3401 00 001"), Some(b'9'));
    }

    #[test]
    fn section_5_3_ten_prints_as_0_and_fifteen_as_f() {
        assert_eq!(contact_id_digit(b"5"), Some(b'0'));
        assert_eq!(contact_id_digit(b"F"), Some(b'F'));
        assert_eq!(contact_id_digit(b""), Some(b'F'));
        assert_eq!(contact_id_digit(b"4"), Some(b'B'));
        assert_eq!(contact_id_digit(b"1"), Some(b'E'));
        assert_eq!(contact_id_digit(b"0A"), contact_id_digit(b"AA"));
        assert_eq!(contact_id_digit(b"room"), None);
    }
}
