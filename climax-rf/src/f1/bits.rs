//! A run of bits, as a software radio slices them.

use super::error::BitsError;

/// Bits in the order of the air: bit 7 of the first byte came first (Climax reference 0).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> Bits<'a> {
    /// The first `len` bits of `bytes`.
    ///
    /// # Errors
    ///
    /// [`BitsError`] when `bytes` holds fewer bits than that.
    pub fn new(bytes: &'a [u8], len: usize) -> Result<Self, BitsError> {
        let held = bytes.len().saturating_mul(8);
        if len > held {
            return Err(BitsError { len, held });
        }
        Ok(Bits {
            bytes: &bytes[..len.div_ceil(8)],
            len,
        })
    }

    /// All bits of `bytes`.
    #[must_use]
    pub const fn of_bytes(bytes: &'a [u8]) -> Self {
        Bits {
            bytes,
            len: bytes.len().saturating_mul(8),
        }
    }

    /// How many bits there are.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The bytes behind the bits. What follows the last bit in the last byte has no meaning.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The bit at `at`, `None` behind the end.
    #[must_use]
    pub fn get(self, at: usize) -> Option<bool> {
        if at >= self.len {
            return None;
        }
        self.bytes
            .get(at / 8)
            .map(|byte| byte & (0x80 >> (at % 8)) != 0)
    }

    /// `count` bits (1 to 64) from `at` as a number, the first one highest. Behind the end there
    /// is anything.
    #[inline]
    pub(crate) fn window(self, at: usize, count: u32) -> u64 {
        let byte = at / 8;
        let shift = at % 8;
        let head = load(self.bytes, byte) << shift;
        let rest = self.bytes.get(byte + 8).copied().unwrap_or(0);
        let top = head | (u64::from(rest) << shift >> 8);
        top >> (64 - count)
    }

    /// Eight bits from `at`.
    #[inline]
    pub(crate) fn byte(self, at: usize) -> u8 {
        self.window(at, 8).to_be_bytes()[7]
    }
}

impl core::fmt::Debug for Bits<'_> {
    /// Only the number: a recorded frame can be replayed (Climax reference 2.6), so it does not
    /// belong into a log.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Bits({} bits)", self.len)
    }
}

/// Eight bytes from `at` as a number, zeros behind the end.
#[inline(always)]
pub(super) fn load(bytes: &[u8], at: usize) -> u64 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => load_end(bytes, at),
    }
}

#[cold]
fn load_end(bytes: &[u8], at: usize) -> u64 {
    let mut chunk = [0; 8];
    let rest = bytes.get(at..).unwrap_or(&[]);
    for (to, from) in chunk.iter_mut().zip(rest) {
        *to = *from;
    }
    u64::from_be_bytes(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_the_bits_one_by_one() {
        let bytes: [u8; 13] = [
            0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x0F, 0xA5, 0x5A, 0xFF, 0x01,
        ];
        let bits = Bits::of_bytes(&bytes);
        for count in [1_u32, 8, 16, 31, 32, 64] {
            for at in 0..=bits.len() - count as usize {
                let slow = (at..at + count as usize).fold(0_u64, |number, bit| {
                    (number << 1) | u64::from(bits.get(bit).unwrap())
                });
                assert_eq!(bits.window(at, count), slow, "{count} bits at {at}");
            }
        }
    }

    #[test]
    fn a_count_beyond_the_bytes_is_refused() {
        assert!(Bits::new(&[0; 2], 16).is_ok());
        assert_eq!(Bits::new(&[0; 2], 17), Err(BitsError { len: 17, held: 16 }));
        assert_eq!(Bits::new(&[0xFF; 2], 3).unwrap().get(3), None);
    }
}
