//! SIP messages for `tokio_util::codec`, for callers that frame a connection themselves.

use bytes::{Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::sip::{Framed, Message, SipError, SipLimits, StreamFramer};

/// One thing found in a stream.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Frame {
    /// A whole message.
    Message(Message),
    /// A whole message that cannot be read; the stream goes on behind it.
    Unreadable(SipError),
    /// A double line end, to be answered with one line end (RFC 5626 3.5.1).
    KeepAlive,
}

/// Why a stream cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// Where the next message begins is unknown: close the connection.
    #[error(transparent)]
    Sip(#[from] SipError),
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Frames SIP messages in a stream, within limits.
#[derive(Debug)]
pub struct SipCodec {
    framer: StreamFramer,
}

impl SipCodec {
    /// A codec with these limits.
    #[must_use]
    pub fn new(limits: SipLimits) -> Self {
        SipCodec {
            framer: StreamFramer::new(limits),
        }
    }
}

impl Decoder for SipCodec {
    type Item = Frame;
    type Error = CodecError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<Frame>, CodecError> {
        if !source.is_empty() {
            self.framer.push(&source.split());
        }
        match self.framer.poll() {
            Framed::Message(message) => Ok(Some(Frame::Message(message))),
            Framed::Unreadable(rejected) => Ok(Some(Frame::Unreadable(rejected.error()))),
            Framed::KeepAlive => Ok(Some(Frame::KeepAlive)),
            Framed::NeedMore => Ok(None),
            Framed::Wrong(rejected) => Err(rejected.error().into()),
        }
    }
}

impl Encoder<Bytes> for SipCodec {
    type Error = CodecError;

    fn encode(&mut self, message: Bytes, out: &mut BytesMut) -> Result<(), CodecError> {
        out.extend_from_slice(&message);
        Ok(())
    }
}
