//! Random characters in front of encrypted text.

use core::fmt;

/// Up to 15 characters that fill encrypted text to blocks of 16 bytes (Climax reference 5.4).
///
/// They come from the caller's source of random numbers, because with a start vector of zero they
/// are all that keeps equal reports from looking equal. Fresh ones for each frame.
#[derive(Clone, Copy)]
pub struct Padding(#[cfg_attr(not(feature = "aes"), allow(dead_code))] [u8; 15]);

impl Padding {
    /// From random bytes. Letters and digits come out, which no receiver takes for anything else.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
        let mut characters = [0; 15];
        for (character, byte) in characters.iter_mut().zip(bytes) {
            *character = LETTERS[usize::from(byte % 64)];
        }
        Padding(characters)
    }

    /// Characters that are given, for tests; `None` with `|`, `[`, `]` or a control character.
    #[must_use]
    pub fn from_characters(characters: [u8; 15]) -> Option<Self> {
        let plain = |byte: &u8| matches!(byte, 0x20..=0x7E) && !matches!(byte, b'|' | b'[' | b']');
        characters.iter().all(plain).then_some(Padding(characters))
    }

    /// The characters that fill a text of this length to whole blocks.
    #[cfg(feature = "aes")]
    pub(super) fn for_length(&self, length: usize) -> &[u8] {
        &self.0[..(16 - length % 16) % 16]
    }
}

impl fmt::Debug for Padding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Padding(hidden)")
    }
}
