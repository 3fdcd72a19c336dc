//! Cyclic redundancy checks with parameters that are known only when the layout is read.

use alloc::boxed::Box;

/// How wide a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CrcWidth {
    /// 8 bits, one byte.
    Bits8,
    /// 16 bits, two bytes.
    Bits16,
    /// 32 bits, four bytes.
    Bits32,
}

impl CrcWidth {
    /// From the number of bits: 8, 16 or 32.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            8 => Some(Self::Bits8),
            16 => Some(Self::Bits16),
            32 => Some(Self::Bits32),
            _ => None,
        }
    }

    /// The number of bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::Bits8 => 8,
            Self::Bits16 => 16,
            Self::Bits32 => 32,
        }
    }

    /// The largest value.
    #[must_use]
    pub const fn mask(self) -> u32 {
        u32::MAX >> (32 - self.bits())
    }
}

/// The parameters of a check, in the words of the catalogue of parametrised CRC algorithms.
///
/// ```
/// use climax_rf::layout::{CrcParameters, CrcWidth};
///
/// // CRC-16/CMS (Climax reference 13)
/// let cms = CrcParameters {
///     width: CrcWidth::Bits16,
///     polynomial: 0x8005,
///     initial: 0xFFFF,
///     reflect_in: false,
///     reflect_out: false,
///     xor_out: 0,
/// };
/// assert_eq!(cms.compute(b"123456789"), 0xAEE7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CrcParameters {
    /// Width of the register and of the result.
    pub width: CrcWidth,
    /// The polynomial without its highest term, highest power first.
    pub polynomial: u32,
    /// The register before the first byte.
    pub initial: u32,
    /// Each byte enters with its lowest bit first.
    pub reflect_in: bool,
    /// The register is reversed before [`xor_out`](Self::xor_out).
    pub reflect_out: bool,
    /// Added to the result by exclusive or.
    pub xor_out: u32,
}

impl CrcParameters {
    /// The check over `bytes`, one table of 256 entries built for it. A declared layout keeps its
    /// table.
    #[must_use]
    pub fn compute(&self, bytes: &[u8]) -> u32 {
        Crc::new(*self).compute(bytes)
    }

    const fn shift(&self) -> u8 {
        32 - self.width.bits()
    }
}

/// Parameters with their table. The `crc` crate takes its algorithm as `&'static`; these are read
/// at run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crc {
    parameters: CrcParameters,
    table: Box<[u32; 256]>,
}

impl Crc {
    pub(super) fn new(parameters: CrcParameters) -> Self {
        let polynomial = parameters.polynomial << parameters.shift();
        let mut table = Box::new([0u32; 256]);
        for (entry, index) in table.iter_mut().zip(0u32..) {
            let mut register = index << 24;
            for _ in 0..8 {
                let carry = register >> 31 == 1;
                register <<= 1;
                if carry {
                    register ^= polynomial;
                }
            }
            *entry = register;
        }
        Crc { parameters, table }
    }

    pub(super) const fn parameters(&self) -> &CrcParameters {
        &self.parameters
    }

    pub(super) fn compute(&self, bytes: &[u8]) -> u32 {
        let parameters = &self.parameters;
        let shift = parameters.shift();
        // The register stands at the top of 32 bits, so that one loop serves every width.
        let mut register = parameters.initial << shift;
        for &byte in bytes {
            let byte = if parameters.reflect_in {
                byte.reverse_bits()
            } else {
                byte
            };
            register = register << 8 ^ self.table[usize::from(register.to_be_bytes()[0] ^ byte)];
        }
        let value = if parameters.reflect_out {
            register.reverse_bits()
        } else {
            register >> shift
        };
        (value ^ parameters.xor_out) & parameters.width.mask()
    }
}

#[cfg(test)]
mod tests {
    use super::{Crc, CrcParameters, CrcWidth};
    use proptest::prelude::*;

    macro_rules! same_as_the_crate {
        ($algorithm:expr, $number:ty, $bytes:expr) => {{
            let algorithm = &$algorithm;
            let ours = Crc::new(CrcParameters {
                width: CrcWidth::from_bits(algorithm.width).unwrap(),
                polynomial: u32::from(algorithm.poly),
                initial: u32::from(algorithm.init),
                reflect_in: algorithm.refin,
                reflect_out: algorithm.refout,
                xor_out: u32::from(algorithm.xorout),
            });
            let theirs = crc::Crc::<$number>::new(algorithm).checksum($bytes);
            prop_assert_eq!(ours.compute($bytes), u32::from(theirs));
            prop_assert_eq!(ours.compute(b"123456789"), u32::from(algorithm.check));
        }};
    }

    proptest! {
        #[test]
        fn every_width_agrees_with_the_catalogue(
            bytes in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            same_as_the_crate!(crc::CRC_8_SMBUS, u8, &bytes);
            same_as_the_crate!(crc::CRC_8_MAXIM_DOW, u8, &bytes);
            same_as_the_crate!(crc::CRC_8_ROHC, u8, &bytes);
            same_as_the_crate!(crc::CRC_8_WCDMA, u8, &bytes);
            same_as_the_crate!(crc::CRC_16_CMS, u16, &bytes);
            same_as_the_crate!(crc::CRC_16_ARC, u16, &bytes);
            same_as_the_crate!(crc::CRC_16_MODBUS, u16, &bytes);
            same_as_the_crate!(crc::CRC_16_GENIBUS, u16, &bytes);
            same_as_the_crate!(crc::CRC_16_TMS37157, u16, &bytes);
            same_as_the_crate!(crc::CRC_32_ISO_HDLC, u32, &bytes);
            same_as_the_crate!(crc::CRC_32_BZIP2, u32, &bytes);
            same_as_the_crate!(crc::CRC_32_JAMCRC, u32, &bytes);
        }
    }
}
