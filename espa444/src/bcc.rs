//! The block check character (ESPA reference 6.1).
//!
//! It is the XOR of every byte after SOH up to and including ETX: SOH is out; header, STX,
//! records and ETX are in. It may have any value.

/// The XOR of all bytes, eight at a time.
///
/// ```
/// // ESPA reference 13, example B, without SOH and BCC.
/// let summed = b"1\x021\x1F31\x1E2\x1FTEST\x03";
/// assert_eq!(espa444::bcc::xor(summed), 0x39);
/// ```
#[must_use]
#[inline]
pub fn xor(bytes: &[u8]) -> u8 {
    let mut words = bytes.chunks_exact(8);
    let mut sum = 0_u64;
    for word in &mut words {
        sum ^= word.try_into().map_or(0, u64::from_le_bytes);
    }
    let rest = words.remainder();
    if let (Some(last), false) = (bytes.last_chunk::<8>(), rest.is_empty()) {
        // The last eight bytes once more, those already summed shifted out.
        sum ^= u64::from_le_bytes(*last) >> (64 - 8 * rest.len());
    } else {
        for &byte in rest {
            sum ^= u64::from(byte);
        }
    }
    sum ^= sum >> 32;
    sum ^= sum >> 16;
    sum ^= sum >> 8;
    sum.to_le_bytes()[0]
}

/// A block check character that was accepted, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Bcc {
    /// The byte on the line, parity included; `None` when there was none.
    pub received: Option<u8>,
    /// What it should be by the exact rule over the bytes as received, all eight bits.
    pub computed: u8,
    /// How the two go together.
    pub variant: BccVariant,
}

/// How a received BCC fits the computed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BccVariant {
    /// All eight bits are right.
    Exact,
    /// Right but for bit 7: the sender masks the sum to seven bits, or its line does.
    SevenBit,
    /// Every byte of the block, BCC included, carries even parity in bit 7, and the sum is right.
    ParityInData,
    /// There was none, and the options allow that.
    Missing,
}

impl BccVariant {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            BccVariant::Exact => "exact",
            BccVariant::SevenBit => "seven-bit",
            BccVariant::ParityInData => "parity-in-data",
            BccVariant::Missing => "missing",
        }
    }
}

impl Bcc {
    /// Compares a received BCC with the sum over a block; `None` when it is wrong.
    ///
    /// Accepts what fits in the lower seven bits (ESPA reference 6.1).
    #[must_use]
    #[inline]
    pub const fn compare(received: u8, computed: u8) -> Option<Self> {
        let variant = match received ^ computed {
            0 => BccVariant::Exact,
            0x80 => BccVariant::SevenBit,
            _ => return None,
        };
        Some(Bcc {
            received: Some(received),
            computed,
            variant,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_the_same_byte_by_byte() {
        let bytes: std::vec::Vec<u8> = (0..=255).cycle().skip(7).take(999).collect();
        for length in 0..bytes.len() {
            let slow = bytes[..length].iter().fold(0, |sum, byte| sum ^ byte);
            assert_eq!(xor(&bytes[..length]), slow);
        }
    }

    #[test]
    fn case_03_of_all_pairs_only_equal_ones_and_bit_7_fit() {
        for received in 0..=255_u8 {
            for computed in 0..=255_u8 {
                let fits = Bcc::compare(received, computed);
                assert_eq!(fits.is_some(), (received ^ computed) & 0x7F == 0);
                if let Some(bcc) = fits {
                    assert_eq!(bcc.variant == BccVariant::Exact, received == computed);
                }
            }
        }
    }
}
