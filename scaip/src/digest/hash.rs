//! The hashes of RFC 7616 3.4.

use md5::Md5;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A digest algorithm (RFC 7616 3.3). In the `-sess` forms the client's nonce enters the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `MD5`: what a challenge without an algorithm means. Still the only one many units know.
    Md5,
    /// `MD5-sess`.
    Md5Session,
    /// `SHA-256`.
    Sha256,
    /// `SHA-256-sess`.
    Sha256Session,
}

/// Longest hash in hexadecimal digits.
const LONGEST: usize = 64;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A hash as lower-case hexadecimal text.
#[derive(Clone, Copy)]
pub(super) struct Hex {
    text: [u8; LONGEST],
    length: usize,
}

impl Hex {
    fn of(hash: &[u8]) -> Self {
        let mut hex = Hex {
            text: [0; LONGEST],
            length: hash.len() * 2,
        };
        for (pair, byte) in hex.text.chunks_exact_mut(2).zip(hash) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 0xf)];
        }
        hex
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.text[..self.length]
    }

    pub(super) fn as_str(&self) -> &str {
        // Only ASCII digits are in there.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }
}

impl Algorithm {
    /// The name in headers.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Md5Session => "MD5-sess",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha256Session => "SHA-256-sess",
        }
    }

    /// The algorithm of that name in any letter case; `None` if it is not known here.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Algorithm::Md5,
            Algorithm::Md5Session,
            Algorithm::Sha256,
            Algorithm::Sha256Session,
        ]
        .into_iter()
        .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))
    }

    /// The hash below it: MD5 or SHA-256.
    #[must_use]
    pub const fn base(self) -> Self {
        match self {
            Algorithm::Md5 | Algorithm::Md5Session => Algorithm::Md5,
            Algorithm::Sha256 | Algorithm::Sha256Session => Algorithm::Sha256,
        }
    }

    pub(super) const fn is_session(self) -> bool {
        matches!(self, Algorithm::Md5Session | Algorithm::Sha256Session)
    }

    /// Hexadecimal digits of a hash: 32 or 64.
    pub(super) const fn digits(self) -> usize {
        match self.base() {
            Algorithm::Md5 => 32,
            _ => LONGEST,
        }
    }

    /// The hash of parts joined by colons.
    fn hash(self, parts: &[&[u8]]) -> Hex {
        fn feed(hasher: &mut impl sha2::digest::Update, parts: &[&[u8]]) {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    hasher.update(b":");
                }
                hasher.update(part);
            }
        }
        match self.base() {
            Algorithm::Md5 => {
                let mut hasher = Md5::default();
                feed(&mut hasher, parts);
                Hex::of(&hasher.finalize())
            }
            _ => {
                let mut hasher = Sha256::default();
                feed(&mut hasher, parts);
                Hex::of(&hasher.finalize())
            }
        }
    }

    /// H(username:realm:password), the secret that servers may keep instead of the password.
    pub(super) fn secret(self, username: &str, realm: &str, password: &[u8]) -> Zeroizing<Vec<u8>> {
        let hash = self.hash(&[username.as_bytes(), realm.as_bytes(), password]);
        Zeroizing::new(hash.bytes().to_vec())
    }
}

/// Everything but the secret that goes into a response.
#[derive(Clone, Copy)]
pub(super) struct Exchange<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) nonce: &'a str,
    /// Count (as written) and client nonce, with `qop` auth.
    pub(super) protection: Option<(&'a str, &'a str)>,
    /// The client nonce of a `-sess` algorithm without `qop`.
    pub(super) client_nonce: &'a str,
    pub(super) method: &'a str,
    pub(super) uri: &'a str,
}

impl Exchange<'_> {
    /// The value of `response` for a secret H(username:realm:password) (RFC 7616 3.4.1).
    pub(super) fn response(&self, secret: &[u8]) -> Hex {
        let algorithm = self.algorithm;
        let client_nonce = self
            .protection
            .map_or(self.client_nonce, |(_, client_nonce)| client_nonce);
        let session = algorithm
            .is_session()
            .then(|| algorithm.hash(&[secret, self.nonce.as_bytes(), client_nonce.as_bytes()]));
        let first = session.as_ref().map_or(secret, Hex::bytes);
        let second = algorithm.hash(&[self.method.as_bytes(), self.uri.as_bytes()]);
        match self.protection {
            Some((count, client_nonce)) => algorithm.hash(&[
                first,
                self.nonce.as_bytes(),
                count.as_bytes(),
                client_nonce.as_bytes(),
                b"auth",
                second.bytes(),
            ]),
            None => algorithm.hash(&[first, self.nonce.as_bytes(), second.bytes()]),
        }
    }
}

/// A keyed hash for nonces and identifiers: the first half of SHA-256 over key and parts of fixed
/// number. Half of it is withheld, so it cannot be extended.
pub(crate) fn keyed(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(key);
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    let mut out = [0; 16];
    out.copy_from_slice(&hasher.finalize()[..16]);
    out
}

/// Sixteen bytes as 32 hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case_and_written_as_registered() {
        assert_eq!(Algorithm::from_name("sha-256"), Some(Algorithm::Sha256));
        assert_eq!(
            Algorithm::from_name("md5-SESS"),
            Some(Algorithm::Md5Session)
        );
        assert_eq!(Algorithm::from_name("SHA-512-256"), None);
    }

    #[test]
    fn keyed_hashes_tell_apart_where_parts_end() {
        assert_ne!(keyed(b"k", &[b"ab", b""]), keyed(b"k", &[b"a", b"b"]));
    }
}
