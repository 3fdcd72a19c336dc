//! The first byte of a kind, quick both where it is near and where it is far.

/// One in every byte of a word.
pub(crate) const ONES: u64 = u64::MAX / 0xFF;
/// Bit 7 of every byte of a word.
pub(crate) const HIGH: u64 = ONES << 7;

/// Where the first byte of a kind stands, from `from` on.
///
/// `is` says what the kind is. `marks` does so for the eight bytes of a word, the first one lowest:
/// bit 7 of a byte is set if it is one, and above the lowest that is set nothing counts. A first
/// word is looked at by itself, since most that is looked for is near; then `CHUNK` bytes at once,
/// of which compilers make vector instructions.
#[inline(always)]
pub(crate) fn first<const CHUNK: usize>(
    bytes: &[u8],
    from: usize,
    marks: impl Fn(u64) -> u64,
    is: impl Fn(u8) -> bool,
) -> Option<usize> {
    let word_at = |at: usize| {
        let word = bytes.get(at..)?.first_chunk::<8>()?;
        Some(marks(u64::from_le_bytes(*word)) & HIGH)
    };
    let within = |found: u64| (found.trailing_zeros() / 8) as usize;
    let mut at = from;
    if let Some(found) = word_at(at) {
        if found != 0 {
            return Some(at + within(found));
        }
        at += 8;
    }
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<CHUNK>) {
        if chunk.iter().fold(false, |any, &byte| any | is(byte)) {
            break;
        }
        at += CHUNK;
    }
    while let Some(found) = word_at(at) {
        if found != 0 {
            return Some(at + within(found));
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    let found = rest.iter().position(|&byte| is(byte));
    found.map(|offset| at + offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_first_one_is_found_wherever_it_stands(
            length in 0_usize..100,
            places in prop::collection::vec(0_usize..100, 0..4),
            from in 0_usize..110,
        ) {
            let mut bytes = std::vec![b'x'; length];
            for place in places {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte = 0x1E;
                }
            }
            let rest = bytes.get(from..).unwrap_or_default();
            let slow = rest.iter().position(|&byte| byte == 0x1E).map(|at| from + at);
            let marks = |word: u64| {
                let differing = word ^ (ONES * 0x1E);
                differing.wrapping_sub(ONES) & !differing
            };
            prop_assert_eq!(first::<16>(&bytes, from, marks, |byte| byte == 0x1E), slow);
            prop_assert_eq!(first::<32>(&bytes, from, marks, |byte| byte == 0x1E), slow);
        }
    }
}
