//! The fast way over a block without deviations.
//!
//! Nearly every block is one: header `'1'` to `'5'`, records of one-character identifiers, no
//! control character but the separators. It is read here by the positions of its control
//! characters, found 64 bytes at a time; anything else is left to the general reader in `decode`.
//! A property test holds the two to the same result.

use crate::codes::{ETX, RS, SOH, STX, US};
use crate::options::Limits;

/// First byte of the records: after SOH, one character of header, and STX.
const RECORDS: usize = 3;

/// First of the 64 identifiers that are taken here: digits, capital and most small letters.
const FIRST: u8 = b'0';

/// Where ETX stands, if `bytes` start with a block without any deviation whose BCC is exact.
#[inline(always)]
pub(crate) fn skim(bytes: &[u8], block: usize, address: usize, text: usize) -> Option<usize> {
    let [SOH, header @ b'1'..=b'5', STX, ..] = *bytes else {
        return None;
    };
    let mut controls = Controls::new(bytes, RECORDS);
    let mut seen = 0_u64;
    let mut start = RECORDS;
    let etx = loop {
        // A record: one character, US, data, and then RS or ETX.
        let us = start + 1;
        if controls.next()? != us {
            return None;
        }
        let &[identifier, US] = bytes.get(start..)?.first_chunk()? else {
            return None;
        };
        let place = identifier.wrapping_sub(FIRST);
        // Others are rare, and one word of bits is much cheaper than two.
        if place >= 64 {
            return None;
        }
        let bit = 1 << place;
        if seen & bit != 0 {
            return None;
        }
        seen |= bit;
        let end = controls.next()?;
        let longest = match identifier {
            b'1' => address,
            b'2' => text,
            _ => usize::MAX,
        };
        if end - us - 1 > longest {
            return None;
        }
        match bytes[end] {
            RS => start = end + 1,
            ETX => break end,
            _ => return None,
        }
    };
    let needed = match header {
        b'2' => 1 << (b'7' - FIRST) | 1 << (b'8' - FIRST),
        b'5' => u64::MAX,
        _ => 1 << (b'1' - FIRST),
    };
    if seen & needed == 0 || etx + 2 > block {
        return None;
    }
    // SOH is left out of the sum.
    let received = *bytes.get(etx + 1)?;
    (crate::bcc::xor(&bytes[1..=etx]) == received).then_some(etx)
}

/// The thresholds of a clean block under these limits.
#[inline(always)]
pub(crate) fn clean(bytes: &[u8], limits: &Limits) -> Option<usize> {
    skim(
        bytes,
        limits.largest_block(),
        limits.address.min(Limits::ADDRESS),
        limits.text.min(Limits::TEXT),
    )
}

/// The positions of the bytes below 20, in order.
struct Controls<'a> {
    bytes: &'a [u8],
    /// Where the window of `mask` begins.
    base: usize,
    /// One bit for every control character of the window not yet given.
    mask: u64,
}

const WINDOW: usize = 64;

impl<'a> Controls<'a> {
    #[inline(always)]
    fn new(bytes: &'a [u8], base: usize) -> Self {
        Controls {
            bytes,
            base,
            mask: mask(bytes, base),
        }
    }

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.base += WINDOW;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.mask = mask(self.bytes, self.base);
        }
        let at = self.base + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }
}

/// Which of the 64 bytes from `base` on are below 20; those past the end are not.
#[inline(always)]
fn mask(bytes: &[u8], base: usize) -> u64 {
    let rest = bytes.get(base..).unwrap_or_default();
    match rest.first_chunk::<WINDOW>() {
        Some(window) => mask_window(window),
        None => {
            let mut window = [b' '; WINDOW];
            window[..rest.len()].copy_from_slice(rest);
            mask_window(&window)
        }
    }
}

#[inline(always)]
fn mask_window(window: &[u8; WINDOW]) -> u64 {
    /// Brings bit 0 of each byte together in the top byte, in order.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    // Sixteen bytes at a time, as compilers make of it.
    let mut below = [0_u8; WINDOW];
    for (below, &byte) in below.iter_mut().zip(window) {
        *below = u8::from(byte < b' ');
    }
    let mut mask = 0;
    for (index, word) in below.chunks_exact(8).enumerate() {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        mask |= (word.wrapping_mul(GATHER) >> 56) << (8 * index);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_has_a_bit_for_every_control_character() {
        for byte in 0..=255_u8 {
            for at in 0..WINDOW {
                let mut window = [b'x'; WINDOW];
                window[at] = byte;
                assert_eq!(
                    mask_window(&window),
                    u64::from(byte < 0x20) << at,
                    "{byte:02X}"
                );
            }
        }
        assert_eq!(mask_window(&[0; WINDOW]), u64::MAX);
        assert_eq!(mask_window(&[0xFF; WINDOW]), 0);
    }
}
