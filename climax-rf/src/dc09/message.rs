//! A frame that is kept.

use alloc::boxed::Box;
use core::fmt;

use super::decode::{Decoded, decode};
use super::error::DecodeError;
use super::options::DecodeOptions;

/// A frame that is kept, decrypted where it came encrypted. `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub(super) frame: Box<[u8]>,
    /// The decrypted text.
    pub(super) text: Option<Box<[u8]>>,
    pub(super) options: DecodeOptions,
}

impl Message {
    /// LF to CR as received; encrypted where it came so.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.frame
    }

    /// The frame, with clear content where it could be decrypted.
    ///
    /// # Errors
    ///
    /// None for a message of [`Event::Frame`](super::Event::Frame): it was read once.
    pub fn decode(&self) -> Result<Decoded<'_>, DecodeError> {
        let decoded = decode(&self.frame, &self.options)?;
        #[cfg(feature = "aes")]
        if let Some(text) = &self.text {
            return Ok(super::encryption::opened(&decoded, text).unwrap_or(decoded));
        }
        Ok(decoded)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.text.is_some() {
            "decrypted"
        } else {
            "as received"
        };
        write!(f, "Message({} bytes, {kind})", self.frame.len())
    }
}
