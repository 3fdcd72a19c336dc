//! Cyclic redundancy checks whose parameters are known only while the program runs.

/// How wide a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "u8", into = "u8"))]
#[non_exhaustive]
pub enum CrcWidth {
    /// 8 bits, one byte.
    Bits8,
    /// 16 bits, two bytes.
    Bits16,
    /// 24 bits, three bytes.
    Bits24,
    /// 32 bits, four bytes.
    Bits32,
}

/// A number of bits that no check here has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a check has 8, 16, 24 or 32 bits, not {0}")]
pub struct InvalidCrcWidth(
    /// The number that was refused.
    pub u8,
);

impl CrcWidth {
    /// From the number of bits: 8, 16, 24 or 32.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            8 => Some(Self::Bits8),
            16 => Some(Self::Bits16),
            24 => Some(Self::Bits24),
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
            Self::Bits24 => 24,
            Self::Bits32 => 32,
        }
    }

    /// The largest value.
    #[must_use]
    pub const fn mask(self) -> u32 {
        u32::MAX >> self.unused()
    }

    /// Bits of 32 that the check does not have.
    const fn unused(self) -> u8 {
        32 - self.bits()
    }
}

impl TryFrom<u8> for CrcWidth {
    type Error = InvalidCrcWidth;

    fn try_from(bits: u8) -> Result<Self, InvalidCrcWidth> {
        Self::from_bits(bits).ok_or(InvalidCrcWidth(bits))
    }
}

impl From<CrcWidth> for u8 {
    fn from(width: CrcWidth) -> u8 {
        width.bits()
    }
}

/// The parameters of a check, in the words of the catalogue of parametrised CRC algorithms:
/// polynomial and initial value are not reflected.
///
/// The crate `crc` takes its algorithms as `&'static`; a declared family or layout brings them while
/// the program runs.
///
/// ```
/// use climax_rf::checksum::CrcParameters;
///
/// assert_eq!(CrcParameters::CMS.compute(b"123456789"), 0xAEE7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
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
    /// CRC-16/CMS, the check of an F1 frame (Climax reference 2.2).
    pub const CMS: CrcParameters = CrcParameters {
        width: CrcWidth::Bits16,
        polynomial: 0x8005,
        initial: 0xFFFF,
        reflect_in: false,
        reflect_out: false,
        xor_out: 0,
    };

    /// Whether the values fit the width.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        let beyond = !self.width.mask();
        (self.polynomial & beyond) == 0
            && (self.initial & beyond) == 0
            && (self.xor_out & beyond) == 0
    }

    /// The check over `bytes`, without a table: a frame has a dozen bytes.
    #[must_use]
    pub fn compute(&self, bytes: &[u8]) -> u32 {
        self.compute_parts(None, bytes)
    }

    /// The check over a byte, if there is one in front, and `bytes`.
    pub(crate) fn compute_parts(&self, first: Option<u8>, bytes: &[u8]) -> u32 {
        let polynomial = self.polynomial << self.width.unused();
        let register = first
            .iter()
            .chain(bytes)
            .fold(self.start(), |register, &byte| {
                shift_byte(register ^ u32::from(self.entering(byte)) << 24, polynomial)
            });
        self.finish(register)
    }

    /// The register stands at the top of 32 bits, so that one loop serves every width.
    const fn start(&self) -> u32 {
        self.initial << self.width.unused()
    }

    const fn entering(&self, byte: u8) -> u8 {
        if self.reflect_in {
            byte.reverse_bits()
        } else {
            byte
        }
    }

    const fn finish(&self, register: u32) -> u32 {
        let value = if self.reflect_out {
            register.reverse_bits()
        } else {
            register >> self.width.unused()
        };
        (value ^ self.xor_out) & self.width.mask()
    }
}

/// The register after the eight bits at its top have left.
const fn shift_byte(mut register: u32, polynomial: u32) -> u32 {
    let mut bit = 0;
    while bit < 8 {
        let carry = register >> 31;
        register = register << 1 ^ (polynomial & 0_u32.wrapping_sub(carry));
        bit += 1;
    }
    register
}

/// Parameters with a table of 256 entries, for long frames.
#[cfg(feature = "layout")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CrcTable {
    parameters: CrcParameters,
    table: alloc::boxed::Box<[u32; 256]>,
}

#[cfg(feature = "layout")]
impl CrcTable {
    pub(crate) fn new(parameters: CrcParameters) -> Self {
        let polynomial = parameters.polynomial << parameters.width.unused();
        let mut table = alloc::boxed::Box::new([0u32; 256]);
        for (entry, index) in table.iter_mut().zip(0u32..) {
            *entry = shift_byte(index << 24, polynomial);
        }
        CrcTable { parameters, table }
    }

    pub(crate) const fn parameters(&self) -> &CrcParameters {
        &self.parameters
    }

    pub(crate) fn compute(&self, bytes: &[u8]) -> u32 {
        let parameters = &self.parameters;
        let register = bytes.iter().fold(parameters.start(), |register, &byte| {
            let top = register.to_be_bytes()[0] ^ parameters.entering(byte);
            register << 8 ^ self.table[usize::from(top)]
        });
        parameters.finish(register)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_over_the_crc_is_zero() {
        let whole = b"\x0a\x00\x00\x2b\x5a\x10\xc3\x7e\x91\x04\xd8\x24\xf8";
        assert_eq!(CrcParameters::CMS.compute(whole), 0);
    }

    #[test]
    fn every_algorithm_of_the_catalogue_gives_its_check_value() {
        macro_rules! check {
            ($($inner:ty: $($name:ident)*;)*) => {$($({
                let algorithm = &crc::$name;
                let ours = CrcParameters {
                    width: CrcWidth::from_bits(algorithm.width).expect("a width"),
                    polynomial: algorithm.poly.into(),
                    initial: algorithm.init.into(),
                    reflect_in: algorithm.refin,
                    reflect_out: algorithm.refout,
                    xor_out: algorithm.xorout.into(),
                };
                assert!(ours.is_valid());
                for bytes in [&b"123456789"[..], b"other bytes", b"", &[0xFF; 300]] {
                    let theirs: u32 = crc::Crc::<$inner>::new(algorithm).checksum(bytes).into();
                    assert_eq!(ours.compute(bytes), theirs, stringify!($name));
                    #[cfg(feature = "layout")]
                    assert_eq!(CrcTable::new(ours).compute(bytes), theirs, stringify!($name));
                }
            })*)*};
        }
        check! {
            u8: CRC_8_SMBUS CRC_8_MAXIM_DOW CRC_8_CDMA2000 CRC_8_ROHC CRC_8_I_432_1 CRC_8_WCDMA;
            u16: CRC_16_CMS CRC_16_ARC CRC_16_MODBUS CRC_16_KERMIT CRC_16_XMODEM CRC_16_GENIBUS
                CRC_16_DNP CRC_16_RIELLO CRC_16_TMS37157;
            u32: CRC_24_OPENPGP CRC_24_BLE CRC_24_OS_9;
            u32: CRC_32_ISO_HDLC CRC_32_ISCSI CRC_32_BZIP2 CRC_32_MPEG_2 CRC_32_JAMCRC;
        }
    }

    #[test]
    fn parameters_beyond_the_width_are_invalid() {
        let beyond = CrcParameters {
            polynomial: 0x1_8005,
            ..CrcParameters::CMS
        };
        assert!(!beyond.is_valid());
        for bits in [0, 7, 33, 255] {
            assert_eq!(CrcWidth::try_from(bits), Err(InvalidCrcWidth(bits)));
        }
    }
}
