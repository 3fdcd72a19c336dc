//! Branches, tags and Call-IDs of our own, from a seed and a counter.

use std::hash::{DefaultHasher, Hasher};

const DIGITS: &[u8; 16] = b"0123456789abcdef";
const COOKIE: &[u8; 7] = b"z9hG4bK";

/// Length of one of our branches: cookie, number, check.
pub(crate) const BRANCH: usize = 7 + 16 + 32;

/// Makes identifiers: the standard hasher over seed, purpose and number. Whoever does not know the seed
/// cannot foretell a branch, so no response can be forged from off the path.
#[derive(Clone)]
pub(crate) struct Identifiers {
    seed: [u8; 16],
}

/// Sixteen hexadecimal digits.
fn hex(number: u64, out: &mut [u8]) {
    for (pair, byte) in out.chunks_exact_mut(2).zip(number.to_be_bytes()) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xf)];
    }
}

fn unhex(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = DIGITS.iter().position(|digit| digit == byte)?;
        Some((number << 4) | digit as u64)
    })
}

impl Identifiers {
    pub(crate) fn new(seed: [u8; 16]) -> Self {
        Self { seed }
    }

    fn keyed(&self, purpose: u8, parts: &[&[u8]]) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(&self.seed);
        hasher.write_u8(purpose);
        for part in parts {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
        hasher.finish()
    }

    /// The branch of message `number`.
    pub(crate) fn branch(&self, number: u64) -> [u8; BRANCH] {
        let mut out = [0; BRANCH];
        let bytes = number.to_be_bytes();
        out[..7].copy_from_slice(COOKIE);
        hex(number, &mut out[7..23]);
        hex(self.keyed(b'b', &[&bytes]), &mut out[23..39]);
        hex(self.keyed(b'c', &[&bytes]), &mut out[39..]);
        out
    }

    /// The number of a branch, if it is one of ours.
    pub(crate) fn number_of(&self, branch: &[u8]) -> Option<u64> {
        let number = unhex(branch.get(7..23)?)?;
        (branch == self.branch(number)).then_some(number)
    }

    /// The From tag of message `number`.
    pub(crate) fn sender_tag(&self, number: u64) -> [u8; 16] {
        let mut out = [0; 16];
        hex(self.keyed(b'f', &[&number.to_be_bytes()]), &mut out);
        out
    }

    /// The Call-ID of message `number`.
    pub(crate) fn call_id(&self, number: u64) -> [u8; 32] {
        let mut out = [0; 32];
        let bytes = number.to_be_bytes();
        hex(self.keyed(b'i', &[&bytes]), &mut out[..16]);
        hex(self.keyed(b'j', &[&bytes]), &mut out[16..]);
        out
    }

    /// The To tag of an answer: the same for the same request, so that answers without a transaction agree
    /// (RFC 3261 8.2.7).
    pub(crate) fn answer_tag(&self, request: &[&[u8]]) -> [u8; 16] {
        let mut out = [0; 16];
        hex(self.keyed(b't', request), &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_recognised_and_forgeries_are_not() {
        let ours = Identifiers::new([1; 16]);
        let branch = ours.branch(0x1234);
        assert_eq!(ours.number_of(&branch), Some(0x1234));
        assert_eq!(Identifiers::new([2; 16]).number_of(&branch), None);
        let mut forged = branch;
        forged[54] ^= 1;
        assert_eq!(ours.number_of(&forged), None);
        assert_eq!(ours.number_of(&branch[..54]), None);
        assert_eq!(ours.number_of(b"z9hG4bK1"), None);
    }

    #[test]
    fn identifiers_differ_by_number_and_purpose() {
        let ours = Identifiers::new([1; 16]);
        assert_ne!(ours.branch(1), ours.branch(2));
        assert_ne!(ours.sender_tag(1), ours.sender_tag(2));
        assert_ne!(ours.call_id(1), ours.call_id(2));
        assert_eq!(
            ours.answer_tag(&[b"a", b"b"]),
            ours.answer_tag(&[b"a", b"b"])
        );
        assert_ne!(
            ours.answer_tag(&[b"a", b"b"]),
            ours.answer_tag(&[b"ab", b""])
        );
    }
}
