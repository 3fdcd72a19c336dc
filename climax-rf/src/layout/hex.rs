//! Bytes as text: `"02"`, `"0d 0a"`.

use alloc::string::String;
use alloc::vec::Vec;

/// The digits in upper case.
const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// The value of a hexadecimal digit of either case.
pub(super) const fn digit(character: u8) -> Option<u8> {
    match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'A'..=b'F' => Some(character - b'A' + 10),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    }
}

/// The digit in upper case of the low four bits.
pub(super) const fn character(value: u8) -> u8 {
    DIGITS[(value & 0xF) as usize]
}

/// Reads pairs of digits; blanks, line ends, `:` and `-` may stand between pairs.
pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for character in text.bytes() {
        match (digit(character), high) {
            (Some(value), None) => high = Some(value),
            (Some(value), Some(first)) => {
                bytes.push(first << 4 | value);
                high = None;
            }
            (None, None) if matches!(character, b' ' | b'\t' | b'\r' | b'\n' | b':' | b'-') => {}
            (None, _) => return None,
        }
    }
    if high.is_none() { Some(bytes) } else { None }
}

/// Writes pairs of digits in lower case with a blank between them.
pub(super) fn print(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (i, byte) in bytes.iter().enumerate() {
        if i > 0 {
            text.push(' ');
        }
        for value in [byte >> 4, byte & 0xF] {
            text.push(char::from(character(value).to_ascii_lowercase()));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{parse, print};
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn pairs_are_read_and_half_pairs_are_not() {
        assert_eq!(parse("0d 0A"), Some(vec![0x0d, 0x0a]));
        assert_eq!(parse("0d:0A-ff"), Some(vec![0x0d, 0x0a, 0xff]));
        assert_eq!(parse(""), Some(vec![]));
        assert_eq!(parse("0"), None);
        assert_eq!(parse("0 d"), None);
        assert_eq!(parse("zz"), None);
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(parse(&print(&bytes)), Some(bytes));
        }
    }
}
