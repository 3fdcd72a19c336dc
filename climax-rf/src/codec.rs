//! Codecs for `tokio_util::codec`: brackets and DC-09 frames on a stream, for tools and tests.
//!
//! A station is no codec: it decides, and is driven by [`driver`](crate::driver).
//!
//! ```
//! use bytes::BytesMut;
//! use climax_rf::codec::{BracketCodec, BracketItem};
//! use tokio_util::codec::Decoder;
//!
//! let mut codec = BracketCodec::new();
//! let mut stream = BytesMut::from(&b"??[4711 18110101005FF0F]"[..]);
//! assert_eq!(codec.decode(&mut stream)?, Some(BracketItem::Junk(2)));
//! let Some(BracketItem::Message(message)) = codec.decode(&mut stream)? else { panic!() };
//! assert_eq!(message.as_bytes(), b"[4711 18110101005FF0F]");
//! # Ok::<(), climax_rf::codec::CodecError>(())
//! ```

use std::io;
use std::vec::Vec;

use bytes::{Buf, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::{contact_id, dc09};

/// Why something cannot be read or written. Reading never fails by what is on the stream.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// A report that cannot be written.
    #[error(transparent)]
    ContactId(#[from] contact_id::EncodeError),
    /// A frame that cannot be written.
    #[error(transparent)]
    Dc09(#[from] dc09::EncodeError),
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Something on a stream of brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
// Messages are what nearly all items are.
#[allow(clippy::large_enum_variant)]
pub enum BracketItem {
    /// A message with its brackets.
    Message(contact_id::Message),
    /// So many bytes that belong to no message.
    Junk(usize),
    /// So many bytes of a message that did not end in time.
    TooLong(usize),
}

/// The answer to an accepted report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Acknowledgement;

/// Reads and writes reports in brackets.
#[derive(Debug, Clone, Default)]
pub struct BracketCodec {
    scanner: contact_id::Scanner,
}

impl BracketCodec {
    /// A codec for one direction of a connection.
    #[must_use]
    pub const fn new() -> Self {
        BracketCodec {
            scanner: contact_id::Scanner::new(),
        }
    }
}

impl Decoder for BracketCodec {
    type Item = BracketItem;
    type Error = CodecError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<BracketItem>, CodecError> {
        let mut segment = &source[..];
        let item = self.scanner.next(&mut segment).map(|item| match item {
            contact_id::Item::Message(bytes) => match contact_id::Message::new(bytes) {
                Some(message) => BracketItem::Message(message),
                None => BracketItem::TooLong(bytes.len()),
            },
            contact_id::Item::Junk(count) => BracketItem::Junk(count),
            contact_id::Item::TooLong(count) => BracketItem::TooLong(count),
        });
        let left = segment.len();
        source.advance(source.len() - left);
        Ok(item)
    }

    /// A message that is cut short by the end counts as junk.
    fn decode_eof(&mut self, source: &mut BytesMut) -> Result<Option<BracketItem>, CodecError> {
        if let Some(item) = self.decode(source)? {
            return Ok(Some(item));
        }
        let held = self.scanner.reset();
        Ok((held > 0).then_some(BracketItem::Junk(held)))
    }
}

impl Encoder<contact_id::Report<'_>> for BracketCodec {
    type Error = CodecError;

    fn encode(
        &mut self,
        report: contact_id::Report<'_>,
        out: &mut BytesMut,
    ) -> Result<(), CodecError> {
        let form = contact_id::Form::Bracket;
        let mut buffer = [0; contact_id::LONGEST_MESSAGE + 2];
        let length = contact_id::encode_into(&report, form, &mut buffer)?;
        out.extend_from_slice(&buffer[..length]);
        Ok(())
    }
}

impl Encoder<Acknowledgement> for BracketCodec {
    type Error = CodecError;

    fn encode(&mut self, _: Acknowledgement, out: &mut BytesMut) -> Result<(), CodecError> {
        out.extend_from_slice(contact_id::ACK);
        Ok(())
    }
}

/// Something on a stream of DC-09 frames.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dc09Item {
    /// LF to CR, to be read by [`dc09::decode`](crate::dc09::decode()).
    Frame(Bytes),
    /// The start of a frame with a length that cannot be right.
    Broken(dc09::DecodeErrorKind),
    /// So many bytes that belong to no frame.
    Junk(usize),
}

impl core::fmt::Debug for Dc09Item {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Dc09Item::Frame(bytes) => write!(f, "Frame({} bytes)", bytes.len()),
            Dc09Item::Broken(kind) => write!(f, "Broken({})", kind.code()),
            Dc09Item::Junk(count) => write!(f, "Junk({count})"),
        }
    }
}

/// Reads and writes DC-09 frames.
#[derive(Debug, Clone, Default)]
pub struct Dc09Codec {
    scanner: dc09::Scanner,
}

impl Dc09Codec {
    /// A codec for one direction of a connection.
    #[must_use]
    pub const fn new() -> Self {
        Dc09Codec {
            scanner: dc09::Scanner::new(),
        }
    }
}

impl Decoder for Dc09Codec {
    type Item = Dc09Item;
    type Error = CodecError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<Dc09Item>, CodecError> {
        let mut segment = &source[..];
        let item = self.scanner.next(&mut segment).map(|item| match item {
            dc09::Item::Frame(bytes) => Dc09Item::Frame(Bytes::copy_from_slice(bytes)),
            dc09::Item::Broken(kind) => Dc09Item::Broken(kind),
            dc09::Item::Junk(count) => Dc09Item::Junk(count),
        });
        let left = segment.len();
        source.advance(source.len() - left);
        Ok(item)
    }

    /// A frame that is cut short by the end counts as junk.
    fn decode_eof(&mut self, source: &mut BytesMut) -> Result<Option<Dc09Item>, CodecError> {
        if let Some(item) = self.decode(source)? {
            return Ok(Some(item));
        }
        let held = self.scanner.reset();
        Ok((held > 0).then_some(Dc09Item::Junk(held)))
    }
}

impl Encoder<(dc09::Frame<'_>, dc09::CrcForm)> for Dc09Codec {
    type Error = CodecError;

    fn encode(
        &mut self,
        (frame, form): (dc09::Frame<'_>, dc09::CrcForm),
        out: &mut BytesMut,
    ) -> Result<(), CodecError> {
        let mut bytes = Vec::with_capacity(128);
        dc09::encode(&frame, form, &mut bytes)?;
        out.extend_from_slice(&bytes);
        Ok(())
    }
}
