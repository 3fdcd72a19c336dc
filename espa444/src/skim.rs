//! The fast way over a block without deviations.
//!
//! Nearly every block is one: header `'1'` to `'5'`, records of one-character identifiers, no
//! control character but the separators. It is read here in one go; anything else is left to the
//! general reader in `decode`.
//! A property test holds the two to the same result.

use crate::codes::{ETX, RS, SOH, STX, US};
use crate::options::Limits;
use crate::search::{self, ONES};

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
    let mut seen = 0_u64;
    let mut start = RECORDS;
    let etx = loop {
        // A record: one character, US, data, and then RS or ETX.
        let &[identifier, US, data, next] = bytes.get(start..)?.first_chunk()? else {
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
        // Most hold one character.
        let (end, separator) = if data >= b' ' && next < b' ' {
            (start + 3, next)
        } else {
            let end = first_control(bytes, start + 2)?;
            (end, bytes[end])
        };
        let longest = match identifier {
            b'1' => address,
            b'2' => text,
            _ => usize::MAX,
        };
        if end - start - 2 > longest {
            return None;
        }
        match separator {
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
    (crate::bcc::xor(&bytes[1..etx + 1]) == received).then_some(etx)
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

/// The first byte below 20 from `from` on.
#[inline(always)]
fn first_control(bytes: &[u8], from: usize) -> Option<usize> {
    // None of the three high bits is set.
    let marks = |word: u64| {
        let high_bits = word & (ONES * 0xE0);
        !(((high_bits & (ONES * 0x7F)) + ONES * 0x7F) | high_bits)
    };
    search::first::<16>(bytes, from, marks, |byte| byte < b' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_control_character_is_found_and_nothing_else() {
        for byte in 0..=255_u8 {
            for at in 0..20 {
                let mut bytes = [b'x'; 20];
                bytes[at] = byte;
                let found = (byte < 0x20).then_some(at);
                assert_eq!(first_control(&bytes, 0), found, "{byte:02X}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_first_control_character_is_found_from_any_place(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            from in 0_usize..50,
        ) {
            let rest = bytes.get(from..).unwrap_or_default();
            let slow = rest.iter().position(|&byte| byte < b' ').map(|at| from + at);
            prop_assert_eq!(first_control(&bytes, from), slow);
        }
    }
}
