//! The checks that a frame can carry (Climax reference 11).

use super::DecodeErrorKind;
use super::hex;
use crate::ByteOrder;
use crate::checksum::CrcParameters;
use crate::checksum::CrcTable;
use alloc::vec::Vec;

/// How a check is computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sum8,
    Sum16,
    Xor,
    Crc(CrcTable),
    Fletcher { modulus: u16 },
    Mod15,
}

/// What is done to a sum before it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Complement {
    /// Nothing.
    None,
    /// All bits inverted.
    Ones,
    /// Negated, so that bytes and check add up to zero.
    Twos,
}

/// Where a check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumPosition {
    /// Between the data and the end mark.
    BeforeEnd,
    /// Behind the end mark.
    AfterEnd,
    /// At an offset of the frame, from the first byte of the start mark.
    At(usize),
}

/// Where the range of a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChecksumEnd {
    /// Before the check and its prefix. With a check behind the end mark, the mark is covered.
    Checksum,
    /// Before the first of check and end mark.
    Data,
    /// Before this offset of the frame; negative counts from the end of the frame.
    Offset(i32),
}

/// The check of a frame: what is summed, how, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) from: usize,
    pub(super) to: ChecksumEnd,
    pub(super) position: ChecksumPosition,
    pub(super) hex: bool,
    pub(super) order: ByteOrder,
    pub(super) complement: Complement,
    pub(super) initial: u16,
    pub(super) prefix: Vec<u8>,
}

impl Checksum {
    /// The kind as the layout writes it: `sum8`, `sum16`, `xor`, `crc`, `fletcher` or `mod15`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.algorithm {
            Algorithm::Sum8 => "sum8",
            Algorithm::Sum16 => "sum16",
            Algorithm::Xor => "xor",
            Algorithm::Crc(_) => "crc",
            Algorithm::Fletcher { .. } => "fletcher",
            Algorithm::Mod15 => "mod15",
        }
    }

    /// The parameters of a CRC.
    #[must_use]
    pub const fn crc(&self) -> Option<&CrcParameters> {
        match &self.algorithm {
            Algorithm::Crc(crc) => Some(crc.parameters()),
            _ => None,
        }
    }

    /// First covered byte, an offset of the frame.
    #[must_use]
    pub const fn from(&self) -> usize {
        self.from
    }

    /// Where the covered range ends.
    #[must_use]
    pub const fn to(&self) -> ChecksumEnd {
        self.to
    }

    /// Where the check stands.
    #[must_use]
    pub const fn position(&self) -> ChecksumPosition {
        self.position
    }

    /// Bytes of the frame that the check itself takes, without [`prefix`](Self::prefix).
    #[must_use]
    pub const fn length(&self) -> usize {
        let bytes = match &self.algorithm {
            Algorithm::Mod15 => return 1,
            Algorithm::Sum8 | Algorithm::Xor => 1,
            Algorithm::Sum16 | Algorithm::Fletcher { .. } => 2,
            Algorithm::Crc(crc) => (crc.parameters().width.bits() / 8) as usize,
        };
        if self.hex { bytes * 2 } else { bytes }
    }

    /// Fixed bytes directly before the check, such as `*`; never covered.
    #[must_use]
    pub fn prefix(&self) -> &[u8] {
        &self.prefix
    }

    const fn mask(&self) -> u32 {
        match &self.algorithm {
            Algorithm::Mod15 => 0xF,
            Algorithm::Sum8 | Algorithm::Xor => 0xFF,
            Algorithm::Sum16 | Algorithm::Fletcher { .. } => 0xFFFF,
            Algorithm::Crc(crc) => crc.parameters().width.mask(),
        }
    }

    /// The check over `covered`; the error is the place of a byte that is no digit, where digits
    /// are summed.
    pub(super) fn compute(&self, covered: &[u8]) -> Result<u32, usize> {
        let initial = u32::from(self.initial);
        let sum = || {
            covered
                .iter()
                .fold(initial, |sum, &byte| sum.wrapping_add(u32::from(byte)))
        };
        let value = match &self.algorithm {
            Algorithm::Sum8 | Algorithm::Sum16 => sum(),
            Algorithm::Xor => covered
                .iter()
                .fold(initial, |sum, &byte| sum ^ u32::from(byte)),
            Algorithm::Crc(crc) => crc.compute(covered),
            Algorithm::Fletcher { modulus } => {
                let modulus = u32::from(*modulus);
                let (mut low, mut high) = (0u32, 0u32);
                for &byte in covered {
                    low = (low + u32::from(byte)) % modulus;
                    high = (high + low) % modulus;
                }
                high << 8 | low
            }
            Algorithm::Mod15 => {
                let mut sum = 0u32;
                for (offset, &byte) in covered.iter().enumerate() {
                    sum += match hex::digit(byte) {
                        // 0 is sent as ten tones, and `A` stands for it.
                        Some(0) => 10,
                        Some(value) => u32::from(value),
                        None => return Err(offset),
                    };
                }
                15 - sum % 15
            }
        };
        let value = match self.complement {
            Complement::None => value,
            Complement::Ones => !value,
            Complement::Twos => value.wrapping_neg(),
        };
        Ok(value & self.mask())
    }

    /// Writes a value into `room`, which has [`length`](Self::length) bytes.
    pub(super) fn write(&self, value: u32, room: &mut [u8]) {
        let count = room.len();
        for (i, byte) in room.iter_mut().enumerate() {
            // Text keeps its two digits together, whatever the order of the bytes.
            let (unit, digit) = if self.hex && count > 1 {
                (i / 2, i % 2)
            } else {
                (i, 1)
            };
            let units = if self.hex && count > 1 {
                count / 2
            } else {
                count
            };
            let from_low = match self.order {
                ByteOrder::HighFirst => units - 1 - unit,
                ByteOrder::LowFirst => unit,
            };
            let whole = value.to_le_bytes()[from_low & 3];
            *byte = match (&self.algorithm, self.hex) {
                // 10 is written as the digit that it stands for.
                (Algorithm::Mod15, _) if whole == 10 => b'0',
                (_, false) => whole,
                (_, true) if digit == 0 => hex::character(whole >> 4),
                (_, true) => hex::character(whole),
            };
        }
    }

    /// Reads a check as written; the flag says that digits were in lower case.
    fn read(&self, written: &[u8]) -> Option<(u32, bool)> {
        let mut room = [0u8; 4];
        let mut lower = false;
        let count = if self.hex {
            lower = written.iter().any(u8::is_ascii_lowercase);
            if let [single] = written {
                let value = hex::digit(*single)?;
                // Both characters for ten.
                return Some((u32::from(if value == 0 { 10 } else { value }), lower));
            }
            for (byte, pair) in room.iter_mut().zip(written.chunks_exact(2)) {
                *byte = hex::digit(pair[0])? << 4 | hex::digit(pair[1])?;
            }
            written.len() / 2
        } else {
            for (byte, &from) in room.iter_mut().zip(written) {
                *byte = from;
            }
            written.len()
        };
        let bytes = room.get_mut(..count)?;
        if self.order == ByteOrder::HighFirst {
            bytes.reverse();
        }
        Some((u32::from_le_bytes(room), lower))
    }

    /// Compares a written check with the covered bytes. Gives whether it was written in lower
    /// case.
    pub(super) fn verify(&self, covered: &[u8], written: &[u8]) -> Result<bool, DecodeErrorKind> {
        let computed = self
            .compute(covered)
            .map_err(|_| DecodeErrorKind::ChecksumDigits)?;
        match self.read(written) {
            Some((received, lower)) if received == computed => Ok(lower),
            Some((received, _)) => Err(DecodeErrorKind::Checksum { received, computed }),
            None => Err(DecodeErrorKind::ChecksumUnreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Checksum, ChecksumEnd, ChecksumPosition, Complement};
    use crate::ByteOrder;
    use alloc::vec::Vec;

    fn rule(algorithm: Algorithm, hex: bool) -> Checksum {
        Checksum {
            algorithm,
            from: 0,
            to: ChecksumEnd::Checksum,
            position: ChecksumPosition::BeforeEnd,
            hex,
            order: ByteOrder::HighFirst,
            complement: Complement::None,
            initial: 0,
            prefix: Vec::new(),
        }
    }

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().filter(|byte| *byte != b' ').collect()
    }

    #[test]
    fn fletcher_and_mod_15_give_the_values_of_the_check_list() {
        let fletcher = rule(Algorithm::Fletcher { modulus: 256 }, true);
        assert_eq!(fletcher.compute(b"123456789"), Ok(0x15DD));
        assert_eq!(fletcher.compute(b"4711 18110101005"), Ok(0xFF0F));
        let digit = rule(Algorithm::Mod15, true);
        assert_eq!(digit.compute(&digits("4711 18 1101 01 005")), Ok(4));
        assert_eq!(digit.compute(&digits("4711 18 3401 00 001")), Ok(9));
        assert_eq!(digit.compute(b"47 11"), Err(2));
    }

    #[test]
    fn sums_take_their_start_and_their_complement() {
        let mut sum = rule(Algorithm::Sum8, false);
        assert_eq!(sum.compute(&[0xF0, 0x20]), Ok(0x10));
        sum.complement = Complement::Twos;
        assert_eq!(sum.compute(&[0xF0, 0x20]), Ok(0xF0));
        sum.complement = Complement::Ones;
        assert_eq!(sum.compute(&[0xF0, 0x20]), Ok(0xEF));
        let mut sum = rule(Algorithm::Sum16, false);
        assert_eq!(sum.compute(&[0xF0, 0x20]), Ok(0x110));
        sum.initial = 1;
        assert_eq!(sum.compute(&[0xF0, 0x20]), Ok(0x111));
        assert_eq!(rule(Algorithm::Xor, false).compute(&[0xF0, 0x21]), Ok(0xD1));
    }

    #[test]
    fn a_check_is_read_as_it_is_written_in_both_orders_and_forms() {
        for algorithm in [
            Algorithm::Sum8,
            Algorithm::Sum16,
            Algorithm::Fletcher { modulus: 255 },
        ] {
            for hex in [false, true] {
                for order in [ByteOrder::HighFirst, ByteOrder::LowFirst] {
                    let mut check = rule(algorithm.clone(), hex);
                    check.order = order;
                    let value = check.compute(b"\xFE\x31 synthetic").unwrap();
                    let mut room = alloc::vec![0; check.length()];
                    check.write(value, &mut room);
                    assert_eq!(check.verify(b"\xFE\x31 synthetic", &room), Ok(false));
                    room[0] ^= 1;
                    assert!(check.verify(b"\xFE\x31 synthetic", &room).is_err());
                }
            }
        }
        let mut little = rule(Algorithm::Sum16, true);
        little.order = ByteOrder::LowFirst;
        let mut room = [0; 4];
        little.write(0x12AB, &mut room);
        assert_eq!(&room, b"AB12");
    }

    #[test]
    fn ten_is_written_as_zero_and_read_in_both_forms() {
        let check = rule(Algorithm::Mod15, true);
        assert_eq!(check.compute(b"5"), Ok(10));
        let mut room = [0];
        check.write(10, &mut room);
        assert_eq!(&room, b"0");
        assert_eq!(check.verify(b"5", b"0"), Ok(false));
        assert_eq!(check.verify(b"5", b"A"), Ok(false));
        assert!(check.verify(b"5", b"1").is_err());
    }
}
