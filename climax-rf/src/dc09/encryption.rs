//! AES-CBC with a start vector of zero, as DC-09 has it (Climax reference 5.4).

use alloc::vec::Vec;
use core::fmt;

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use zeroize::{Zeroize, Zeroizing};

use super::decode::{Decoded, read_clear};
use super::encode::{check_clear, put_clear};
use super::error::EncodeError;
use super::frame::{Clear, Content};
use super::padding::Padding;
use super::warning::{WarningKind, Warnings};

/// A key of 128, 192 or 256 bits. `Debug` hides it; the memory is wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    bytes: Zeroizing<[u8; 32]>,
    size: Size,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Aes128,
    Aes192,
    Aes256,
}

/// Text that is no key: 32, 48 or 64 hexadecimal digits are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key has 32, 48 or 64 hexadecimal digits")]
#[non_exhaustive]
pub struct InvalidKey;

/// Encrypted text that this key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecryptError {
    /// What comes out is no content of a frame: another key was used.
    #[error("the key does not fit")]
    WrongKey,
    /// The frame is not encrypted, or not in whole blocks.
    #[error("there is no encrypted text")]
    NotEncrypted,
}

impl Key {
    /// From 32, 48 or 64 hexadecimal digits of any letter case.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`].
    pub fn from_hexadecimal(digits: &str) -> Result<Self, InvalidKey> {
        let size = match digits.len() {
            32 => Size::Aes128,
            48 => Size::Aes192,
            64 => Size::Aes256,
            _ => return Err(InvalidKey),
        };
        let mut bytes = Zeroizing::new([0; 32]);
        if read_hexadecimal(digits.as_bytes(), &mut *bytes).is_none() {
            return Err(InvalidKey);
        }
        Ok(Key { bytes, size })
    }

    /// Bits of the key: 128, 192 or 256.
    #[must_use]
    pub const fn bits(&self) -> u16 {
        match self.size {
            Size::Aes128 => 128,
            Size::Aes192 => 192,
            Size::Aes256 => 256,
        }
    }

    fn encrypt_blocks(&self, text: &mut [u8]) {
        match self.size {
            Size::Aes128 => encrypt_with::<cbc::Encryptor<Aes128>>(&self.bytes, text),
            Size::Aes192 => encrypt_with::<cbc::Encryptor<Aes192>>(&self.bytes, text),
            Size::Aes256 => encrypt_with::<cbc::Encryptor<Aes256>>(&self.bytes, text),
        }
    }

    fn decrypt_blocks(&self, text: &mut [u8]) {
        match self.size {
            Size::Aes128 => decrypt_with::<cbc::Decryptor<Aes128>>(&self.bytes, text),
            Size::Aes192 => decrypt_with::<cbc::Decryptor<Aes192>>(&self.bytes, text),
            Size::Aes256 => decrypt_with::<cbc::Decryptor<Aes256>>(&self.bytes, text),
        }
    }

    /// Encrypts content and writes it as hexadecimal digits behind what the buffer holds: what
    /// [`Content::Encrypted`] takes.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TimestampMissing`] and [`EncodeError::Data`].
    pub fn encrypt(
        &self,
        clear: &Clear<'_>,
        padding: Padding,
        out: &mut Vec<u8>,
    ) -> Result<(), EncodeError> {
        if clear.timestamp.is_none() {
            return Err(EncodeError::TimestampMissing);
        }
        check_clear(clear)?;
        let length = 1 + clear.data.len() + 1 + clear.extended.len() + 20;
        let mut text = Zeroizing::new(Vec::with_capacity(length + 16));
        text.extend_from_slice(padding.for_length(length));
        text.push(b'|');
        put_clear(clear, &mut text);
        self.encrypt_blocks(&mut text);
        out.reserve(2 * text.len());
        let digit = |value: u8| b"0123456789ABCDEF"[usize::from(value & 0xF)];
        out.extend(
            text.iter()
                .flat_map(|&byte| [digit(byte >> 4), digit(byte)]),
        );
        Ok(())
    }

    /// Decrypts the content of a frame into a buffer, which is cleared first, and reads it.
    ///
    /// A wrong key is noticed by what comes out: noise has no valid time behind a bracket, or is
    /// no text.
    ///
    /// # Errors
    ///
    /// [`DecryptError`].
    pub fn decrypt<'b>(
        &self,
        decoded: &Decoded<'b>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Decoded<'b>, DecryptError> {
        let Content::Encrypted(digits) = decoded.frame.content else {
            return Err(DecryptError::NotEncrypted);
        };
        buffer.clear();
        buffer.resize(digits.len() / 2, 0);
        let whole = !digits.is_empty() && digits.len() % 32 == 0;
        if !whole || read_hexadecimal(digits, buffer).is_none() {
            return Err(DecryptError::NotEncrypted);
        }
        self.decrypt_blocks(buffer);
        let buffer: &'b [u8] = buffer;
        opened(decoded, buffer)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} bits, hidden)", self.bits())
    }
}

/// The same frame with decrypted text for its content.
pub(super) fn opened<'b>(
    decoded: &Decoded<'b>,
    text: &'b [u8],
) -> Result<Decoded<'b>, DecryptError> {
    let wrong = DecryptError::WrongKey;
    let start = memchr::memchr(b'|', text).ok_or(wrong)? + 1;
    let mut warnings = Warnings::NONE;
    let clear = read_clear(&text[start..], false, &mut warnings).map_err(|_| wrong)?;
    if clear.timestamp.is_none() {
        // Without a time only the text itself tells noise from sense.
        if !text.iter().all(|byte| matches!(byte, 0x20..=0x7E)) {
            return Err(wrong);
        }
        warnings.add(WarningKind::TimestampMissing, decoded.raw.len() - 1);
    }
    let mut opened = *decoded;
    opened.warnings.extend(&warnings);
    opened.frame.content = Content::Clear(clear);
    Ok(opened)
}

fn cipher_of<C: KeyIvInit>(key: &[u8; 32]) -> C {
    let mut own = Array::<u8, C::KeySize>::from_fn(|i| key[i]);
    let cipher = C::new(&own, &Array::default());
    own.as_mut_slice().zeroize();
    cipher
}

fn encrypt_with<C: KeyIvInit + BlockModeEncrypt>(key: &[u8; 32], text: &mut [u8]) {
    let (blocks, _) = Array::slice_as_chunks_mut(text);
    cipher_of::<C>(key).encrypt_blocks(blocks);
}

fn decrypt_with<C: KeyIvInit + BlockModeDecrypt>(key: &[u8; 32], text: &mut [u8]) {
    let (blocks, _) = Array::slice_as_chunks_mut(text);
    cipher_of::<C>(key).decrypt_blocks(blocks);
}

/// Reads pairs of digits; `None` for anything else or when there is no room.
fn read_hexadecimal(digits: &[u8], bytes: &mut [u8]) -> Option<()> {
    let nibble = |digit: u8| {
        let value = char::from(digit).to_digit(16)?;
        u8::try_from(value).ok()
    };
    for (i, pair) in digits.chunks_exact(2).enumerate() {
        *bytes.get_mut(i)? = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(())
}
