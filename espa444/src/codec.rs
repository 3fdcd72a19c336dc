//! What is on the line as frames for `tokio_util::codec`: for taps, tools and tests.
//!
//! A station is no codec: it needs time and turns, and is driven by [`driver`](crate::driver).
//!
//! ```
//! use bytes::BytesMut;
//! use espa444::codec::{EspaCodec, Frame};
//! use espa444::{DecodeOptions, EncodeOptions};
//! use tokio_util::codec::Decoder;
//!
//! let mut codec = EspaCodec::new(DecodeOptions::lenient(), EncodeOptions::new());
//! let mut line = BytesMut::from(&b"\x042\x05"[..]);
//! assert_eq!(codec.decode(&mut line)?, Some(Frame::EndOfTransmission));
//! let Some(Frame::Poll(station)) = codec.decode(&mut line)? else { panic!("not a poll") };
//! assert_eq!(station.as_str(), "2");
//! # Ok::<(), espa444::codec::CodecError>(())
//! ```

use core::fmt;
use core::ops::ControlFlow;
use std::collections::VecDeque;
use std::io;
use std::vec::Vec;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::address::Address;
use crate::block::Block;
use crate::builder::BlockBuf;
use crate::codes::{ACK, ENQ, EOT, NAK, NakPrefix};
use crate::decode::{Decoded, decode};
use crate::encode::encode;
use crate::error::{DecodeError, DecodeErrorKind, EncodeError};
use crate::link::{Gap, Lexer, Token};
use crate::options::{DecodeOptions, EncodeOptions};

/// Something on the line. The names are those of [`Item`](crate::Item).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frame {
    /// Address and ENQ directly after EOT (ESPA reference 3.3).
    Poll(Address),
    /// Address and ENQ later in a transaction.
    Select(Address),
    /// The first address and ENQ at the start or after garbage: either of the two.
    PollOrSelect(Address),
    /// ENQ without an address.
    BareEnquiry,
    /// ACK.
    Acknowledgement,
    /// NAK, with its prefix if it had one.
    NegativeAcknowledgement(Option<NakPrefix>),
    /// EOT.
    EndOfTransmission,
    /// A block that can be read.
    Block(BlockFrame),
    /// A block that cannot: too long, damaged, cut off, without SOH.
    RefusedBlock(DecodeError),
    /// So many bytes that fit nothing; what a line ends with in the middle counts as one. Padding between frames is not reported.
    Garbage(usize),
}

/// The bytes of a block that can be read. `Debug` shows their number only.
#[derive(Clone, PartialEq, Eq)]
pub struct BlockFrame {
    bytes: Bytes,
    options: DecodeOptions,
}

impl BlockFrame {
    /// SOH to BCC, as received.
    #[must_use]
    pub const fn as_bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The block.
    ///
    /// # Errors
    ///
    /// None: it was read once with the same options.
    pub fn decoded(&self) -> Result<Decoded<'_>, DecodeError> {
        decode(&self.bytes, &self.options)
    }
}

impl fmt::Debug for BlockFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockFrame({} bytes)", self.bytes.len())
    }
}

/// Why a frame cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The block breaks a limit or the grammar.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// What stands for a fault of the line is not written.
    #[error("a fault of the line is not written")]
    NotWritable,
    /// The connection failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    Either,
    Poll,
    Select,
}

/// Reads and writes frames. A block takes no more memory than its limit
/// ([`Limits::block`](crate::Limits::block)); reading never fails by what is on the line.
pub struct EspaCodec {
    lexer: Lexer,
    decode: DecodeOptions,
    encode: EncodeOptions,
    expects: Expects,
    garbage: usize,
    /// Found at once with another, and given after it.
    next: VecDeque<Frame>,
    buffer: Vec<u8>,
}

impl EspaCodec {
    /// A codec for one direction of a line, or both merged in the order of time.
    #[must_use]
    pub fn new(decode: DecodeOptions, encode: EncodeOptions) -> Self {
        EspaCodec {
            lexer: Lexer::new(&decode, true),
            decode,
            encode,
            expects: Expects::Either,
            garbage: 0,
            next: VecDeque::new(),
            buffer: Vec::new(),
        }
    }

    fn block(&mut self) -> Frame {
        self.expects = Expects::Select;
        match decode(self.lexer.block(), &self.decode) {
            Ok(_) => Frame::Block(BlockFrame {
                bytes: Bytes::copy_from_slice(self.lexer.block()),
                options: self.decode,
            }),
            Err(error) => Frame::RefusedBlock(error),
        }
    }

    fn refused(&mut self, kind: DecodeErrorKind) -> Frame {
        Frame::RefusedBlock(DecodeError::new(kind, self.lexer.block().len()))
    }

    fn enquiry(&mut self, address: Option<Address>) -> Frame {
        let expects = core::mem::replace(&mut self.expects, Expects::Select);
        match (address, expects) {
            (None, _) => Frame::BareEnquiry,
            (Some(address), Expects::Poll) => Frame::Poll(address),
            (Some(address), Expects::Select) => Frame::Select(address),
            (Some(address), Expects::Either) => Frame::PollOrSelect(address),
        }
    }

    fn end(&mut self) -> Frame {
        self.expects = Expects::Poll;
        Frame::EndOfTransmission
    }

    /// Breaks with a frame.
    fn push(&mut self, byte: u8) -> ControlFlow<Frame> {
        let frame = match self.lexer.push(byte) {
            Token::Partial | Token::Padding | Token::BlockStart(false) => {
                return ControlFlow::Continue(());
            }
            Token::Garbage => {
                self.expects = Expects::Either;
                self.garbage = self.garbage.saturating_add(1);
                return ControlFlow::Continue(());
            }
            Token::Enquiry(address) => self.enquiry(address),
            Token::Ack => Frame::Acknowledgement,
            Token::Nak(prefix) => Frame::NegativeAcknowledgement(prefix),
            Token::Eot => self.end(),
            Token::BlockStart(true) => self.refused(DecodeErrorKind::Restarted),
            Token::Block => self.block(),
            Token::BlockThenEot => {
                let block = self.block();
                let end = self.end();
                return ControlFlow::Break(self.both(block, end));
            }
            Token::Oversize => {
                self.expects = Expects::Select;
                let limit = self.decode.limits.largest_block();
                self.refused(DecodeErrorKind::TooLarge { limit })
            }
            Token::Headless => {
                self.expects = Expects::Either;
                self.refused(DecodeErrorKind::SohMissing)
            }
            Token::Aborted => {
                let block = self.refused(DecodeErrorKind::Aborted);
                let end = self.end();
                return ControlFlow::Break(self.both(block, end));
            }
        };
        ControlFlow::Break(frame)
    }

    fn both(&mut self, first: Frame, second: Frame) -> Frame {
        self.next.push_back(second);
        first
    }

    fn take_garbage(&mut self) -> Option<Frame> {
        let garbage = core::mem::take(&mut self.garbage);
        (garbage > 0).then_some(Frame::Garbage(garbage))
    }
}

impl Decoder for EspaCodec {
    type Item = Frame;
    type Error = CodecError;

    fn decode(&mut self, source: &mut BytesMut) -> Result<Option<Frame>, CodecError> {
        if let Some(frame) = self.next.pop_front() {
            return Ok(Some(frame));
        }
        while source.has_remaining() {
            if let ControlFlow::Break(frame) = self.push(source.get_u8()) {
                return Ok(Some(match self.take_garbage() {
                    Some(garbage) => {
                        self.next.push_front(frame);
                        garbage
                    }
                    None => frame,
                }));
            }
        }
        Ok(if self.lexer.is_open() {
            None
        } else {
            self.take_garbage()
        })
    }

    /// What is half done when the line ends is given, too.
    fn decode_eof(&mut self, source: &mut BytesMut) -> Result<Option<Frame>, CodecError> {
        if let Some(frame) = self.decode(source)? {
            return Ok(Some(frame));
        }
        if let Some(garbage) = self.take_garbage() {
            return Ok(Some(garbage));
        }
        Ok(match self.lexer.gap() {
            Gap::Nothing => None,
            Gap::Run => Some(Frame::Garbage(1)),
            Gap::Block => Some(self.refused(DecodeErrorKind::Truncated)),
            Gap::Headless => Some(self.refused(DecodeErrorKind::SohMissing)),
            Gap::BlockWithoutBcc if self.decode.accept_missing_bcc => Some(self.block()),
            Gap::BlockWithoutBcc => Some(self.refused(DecodeErrorKind::BccMissing)),
        })
    }
}

impl Encoder<Frame> for EspaCodec {
    type Error = CodecError;

    /// A block goes out as it came in.
    fn encode(&mut self, frame: Frame, out: &mut BytesMut) -> Result<(), CodecError> {
        match frame {
            Frame::Poll(address) | Frame::Select(address) | Frame::PollOrSelect(address) => {
                out.put_slice(address.as_bytes());
                out.put_u8(ENQ);
            }
            Frame::BareEnquiry => out.put_u8(ENQ),
            Frame::Acknowledgement => out.put_u8(ACK),
            Frame::NegativeAcknowledgement(None) => out.put_u8(NAK),
            Frame::NegativeAcknowledgement(Some(prefix)) => out.put_slice(&prefix.answer()),
            Frame::EndOfTransmission => out.put_u8(EOT),
            Frame::Block(block) => out.put_slice(&block.bytes),
            Frame::RefusedBlock(_) | Frame::Garbage(_) => return Err(CodecError::NotWritable),
        }
        Ok(())
    }
}

impl Encoder<&Block<'_>> for EspaCodec {
    type Error = CodecError;

    fn encode(&mut self, block: &Block<'_>, out: &mut BytesMut) -> Result<(), CodecError> {
        self.buffer.clear();
        encode(block, &self.encode, &mut self.buffer)?;
        out.put_slice(&self.buffer);
        Ok(())
    }
}

impl Encoder<&BlockBuf> for EspaCodec {
    type Error = CodecError;

    fn encode(&mut self, block: &BlockBuf, out: &mut BytesMut) -> Result<(), CodecError> {
        self.encode(&block.as_block(), out)
    }
}

impl fmt::Debug for EspaCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EspaCodec")
            .field("decode", &self.decode)
            .field("encode", &self.encode)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CALL: &[u8] = b"\x011\x021\x1F31\x1E2\x1FTEST\x03\x39";

    fn codec() -> EspaCodec {
        EspaCodec::new(DecodeOptions::lenient(), EncodeOptions::new())
    }

    /// The frames of a line that comes in these pieces.
    fn frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Frame> {
        let (mut codec, mut source, mut frames) = (codec(), BytesMut::new(), Vec::new());
        for piece in pieces {
            source.extend_from_slice(piece);
            while let Some(frame) = codec.decode(&mut source).unwrap() {
                frames.push(frame);
            }
            assert!(source.is_empty());
        }
        while let Some(frame) = codec.decode_eof(&mut source).unwrap() {
            frames.push(frame);
        }
        frames
    }

    #[test]
    fn section_3_4_a_dialogue_is_frames_however_it_is_cut() {
        let line = [b"\x041\x052\x05\x06", CALL, b"\x061\x15\x04"].concat();
        let whole = frames([&line[..]]);
        assert_eq!(whole.len(), 8);
        assert_eq!(whole[1], Frame::Poll(Address::CALLER));
        assert_eq!(whole[2], Frame::Select(Address::RECEIVER));
        let Frame::Block(block) = &whole[4] else {
            panic!("no block")
        };
        assert_eq!(&block.as_bytes()[..], CALL);
        assert!(block.decoded().is_ok());
        assert_eq!(std::format!("{block:?}"), "BlockFrame(16 bytes)");
        for at in 0..line.len() {
            assert_eq!(frames([&line[..at], &line[at..]]), whole);
        }
    }

    #[test]
    fn garbage_comes_before_what_follows_it_and_faults_do_not_end_the_line() {
        let line = [&b"\xFF\xFE\xFD"[..], b"\x06", b"\x011\x02abc\x04", CALL].concat();
        let frames = frames([&line[..]]);
        assert_eq!(frames[..2], [Frame::Garbage(3), Frame::Acknowledgement]);
        assert!(matches!(frames[2], Frame::RefusedBlock(error)
            if error.kind == DecodeErrorKind::Aborted));
        assert_eq!(frames[3], Frame::EndOfTransmission);
        assert!(matches!(frames[4], Frame::Block(_)));
        assert_eq!(frames.len(), 5);
    }

    #[test]
    fn a_block_without_end_takes_no_more_memory_than_its_limit() {
        let mut codec = codec();
        let mut source = BytesMut::new();
        source.extend_from_slice(b"\x011\x02");
        for _ in 0..1000 {
            source.extend_from_slice(&[b'x'; 1000]);
            assert_eq!(codec.decode(&mut source).unwrap(), None);
            assert!(source.is_empty());
        }
        source.extend_from_slice(b"\x03\x00\x06");
        assert!(matches!(
            codec.decode(&mut source).unwrap(),
            Some(Frame::RefusedBlock(error))
                if matches!(error.kind, DecodeErrorKind::TooLarge { limit: 512 })
        ));
        assert_eq!(
            codec.decode(&mut source).unwrap(),
            Some(Frame::Acknowledgement)
        );
    }

    #[test]
    fn a_fault_of_the_line_is_not_written_and_a_block_of_ones_own_is() {
        let (mut codec, mut out) = (codec(), BytesMut::new());
        let garbage = codec.encode(Frame::Garbage(1), &mut out);
        assert!(matches!(garbage, Err(CodecError::NotWritable)));
        let mut call = BlockBuf::call(b"31").unwrap();
        call.push(crate::RecordId::DISPLAY_MESSAGE, b"TEST")
            .unwrap();
        codec.encode(&call, &mut out).unwrap();
        assert_eq!(&out[..], CALL);
    }

    fn frame() -> impl Strategy<Value = Frame> {
        let address = (0_u8..10).prop_map(|digit| Address::from_character(b'0' + digit));
        let block = frames([CALL]).remove(0);
        prop_oneof![
            address.prop_map(Frame::Select),
            Just(Frame::BareEnquiry),
            Just(Frame::Acknowledgement),
            Just(Frame::NegativeAcknowledgement(None)),
            Just(Frame::NegativeAcknowledgement(Some(NakPrefix::BUSY))),
            Just(Frame::EndOfTransmission),
            Just(block),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(written in proptest::collection::vec(frame(), 0..20)) {
            let (mut codec, mut out) = (codec(), BytesMut::new());
            for frame in &written {
                codec.encode(frame.clone(), &mut out).unwrap();
            }
            let read = frames([&out[..]]);
            prop_assert_eq!(read.len(), written.len());
            for (read, written) in read.iter().zip(&written) {
                match (read, written) {
                    (
                        Frame::Poll(read) | Frame::Select(read) | Frame::PollOrSelect(read),
                        Frame::Select(written),
                    ) => prop_assert_eq!(read, written),
                    _ => prop_assert_eq!(read, written),
                }
            }
        }

        #[test]
        fn any_bytes_are_read_to_the_end_and_alike_in_any_pieces(
            line in proptest::collection::vec(any::<u8>(), 0..400),
            cut in 0_usize..400,
        ) {
            let cut = cut.min(line.len());
            let plain = |frames: Vec<Frame>| -> Vec<Frame> {
                // A cut may divide garbage.
                let garbage = |frame: &Frame| matches!(frame, Frame::Garbage(_));
                frames.into_iter().filter(|frame| !garbage(frame)).collect()
            };
            let whole = plain(frames([&line[..]]));
            prop_assert_eq!(plain(frames([&line[..cut], &line[cut..]])), whole);
        }
    }
}
