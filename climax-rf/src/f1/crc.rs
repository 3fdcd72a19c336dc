//! The check behind a frame, as parameters.

/// Parameters of a cyclic redundancy check, as the catalogues print them: polynomial and initial
/// value not reflected.
///
/// Computed without a table: a frame has a dozen bytes, and a family may be declared while the
/// program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CrcParameters {
    /// Bits: 8, 16, 24 or 32.
    pub width: u8,
    /// Without the highest term.
    pub polynomial: u32,
    /// What the register holds before the first byte.
    pub initial: u32,
    /// Whether bytes enter with their lowest bit first.
    pub reflect_input: bool,
    /// Whether the result is reflected.
    pub reflect_output: bool,
    /// What is added to the result at the end.
    pub final_xor: u32,
    /// Which byte of the result goes on the air first.
    pub byte_order: ByteOrder,
    /// What the sum covers.
    pub over: CrcOver,
}

/// Which byte of a check goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ByteOrder {
    /// The highest.
    HighFirst,
    /// The lowest.
    LowFirst,
}

/// What a check covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CrcOver {
    /// The length byte, then the payload.
    LengthAndPayload,
    /// The payload alone.
    Payload,
}

impl CrcParameters {
    /// CRC-16/CMS over length and payload, high byte first (Climax reference 2.2).
    pub const CMS: CrcParameters = CrcParameters {
        width: 16,
        polynomial: 0x8005,
        initial: 0xFFFF,
        reflect_input: false,
        reflect_output: false,
        final_xor: 0,
        byte_order: ByteOrder::HighFirst,
        over: CrcOver::LengthAndPayload,
    };

    /// Whether width and values fit each other.
    pub(super) const fn is_valid(&self) -> bool {
        if !matches!(self.width, 8 | 16 | 24 | 32) {
            return false;
        }
        let beyond = !self.mask();
        (self.polynomial & beyond) == 0
            && (self.initial & beyond) == 0
            && (self.final_xor & beyond) == 0
    }

    const fn mask(&self) -> u32 {
        u32::MAX >> (32 - self.width)
    }

    /// The check over `bytes` as a number. A width other than 8, 16, 24 or 32 counts as 32.
    #[must_use]
    pub fn compute(&self, bytes: &[u8]) -> u32 {
        self.compute_parts(None, bytes)
    }

    pub(super) fn compute_parts(&self, first: Option<u8>, bytes: &[u8]) -> u32 {
        let unused = match self.width {
            width @ (8 | 16 | 24) => 32 - u32::from(width),
            _ => 0,
        };
        let polynomial = self.polynomial << unused;
        let mut register = self.initial << unused;
        for byte in first.iter().chain(bytes) {
            let byte = if self.reflect_input {
                byte.reverse_bits()
            } else {
                *byte
            };
            register ^= u32::from(byte) << 24;
            for _ in 0..8 {
                let carry = register >> 31;
                register = (register << 1) ^ (polynomial & 0_u32.wrapping_sub(carry));
            }
        }
        let result = if self.reflect_output {
            register.reverse_bits()
        } else {
            register >> unused
        };
        result ^ self.final_xor
    }

    /// The check over length byte and payload, in the order of the air: the bit that goes first
    /// is the highest of `width`.
    pub(super) fn on_air(&self, length: Option<u8>, payload: &[u8]) -> u32 {
        let first = match self.over {
            CrcOver::LengthAndPayload => length,
            CrcOver::Payload => None,
        };
        let result = self.compute_parts(first, payload);
        match self.byte_order {
            ByteOrder::HighFirst => result,
            ByteOrder::LowFirst => result.swap_bytes() >> (32 - u32::from(self.width.min(32))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crc::{Algorithm, Crc};

    const CHECK: &[u8] = b"123456789";

    fn ours(width: u8, algorithm: &Algorithm<u32>) -> CrcParameters {
        CrcParameters {
            width,
            polynomial: algorithm.poly,
            initial: algorithm.init,
            reflect_input: algorithm.refin,
            reflect_output: algorithm.refout,
            final_xor: algorithm.xorout,
            byte_order: ByteOrder::HighFirst,
            over: CrcOver::LengthAndPayload,
        }
    }

    #[test]
    fn the_numbers_of_section_13_hold() {
        let rows: [(&[u8], u32); 3] = [
            (CHECK, 0xAEE7),
            (b"\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8", 0x24F8),
            (b"\x05\x00\x00\x11\x33\x44", 0xB211),
        ];
        for (input, output) in rows {
            assert_eq!(CrcParameters::CMS.compute(input), output);
        }
    }

    #[test]
    fn the_crc_over_the_crc_is_zero() {
        let whole = b"\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8\x24\xf8";
        assert_eq!(CrcParameters::CMS.compute(whole), 0);
    }

    #[test]
    fn every_algorithm_of_the_catalogue_gives_its_check_value() {
        macro_rules! check {
            ($($width:literal $inner:ty: $($name:ident)*;)*) => {$($({
                let algorithm = &crc::$name;
                let wide = Algorithm::<u32> {
                    width: algorithm.width,
                    poly: algorithm.poly.into(),
                    init: algorithm.init.into(),
                    refin: algorithm.refin,
                    refout: algorithm.refout,
                    xorout: algorithm.xorout.into(),
                    check: algorithm.check.into(),
                    residue: 0,
                };
                assert_eq!(ours($width, &wide).compute(CHECK), wide.check, stringify!($name));
                let theirs: u32 = Crc::<$inner>::new(algorithm).checksum(b"other bytes").into();
                assert_eq!(ours($width, &wide).compute(b"other bytes"), theirs);
            })*)*};
        }
        check! {
            8 u8: CRC_8_SMBUS CRC_8_MAXIM_DOW CRC_8_CDMA2000 CRC_8_ROHC CRC_8_I_432_1;
            16 u16: CRC_16_CMS CRC_16_ARC CRC_16_MODBUS CRC_16_KERMIT CRC_16_XMODEM CRC_16_GENIBUS
                CRC_16_DNP CRC_16_RIELLO;
            24 u32: CRC_24_OPENPGP CRC_24_BLE CRC_24_OS_9;
            32 u32: CRC_32_ISO_HDLC CRC_32_ISCSI CRC_32_BZIP2 CRC_32_MPEG_2;
        }
    }

    #[test]
    fn the_low_byte_goes_first_when_declared_so() {
        let low = CrcParameters {
            byte_order: ByteOrder::LowFirst,
            ..CrcParameters::CMS
        };
        let payload = b"\x00\x00\x11\x33\x44";
        assert_eq!(CrcParameters::CMS.on_air(Some(5), payload), 0xB211);
        assert_eq!(low.on_air(Some(5), payload), 0x11B2);
    }

    #[test]
    fn parameters_beyond_the_width_are_invalid() {
        assert!(CrcParameters::CMS.is_valid());
        for width in [0, 7, 8, 33, 255] {
            assert!(
                !CrcParameters {
                    width,
                    ..CrcParameters::CMS
                }
                .is_valid()
            );
        }
        let beyond = CrcParameters {
            polynomial: 0x1_8005,
            ..CrcParameters::CMS
        };
        assert!(!beyond.is_valid());
    }
}
