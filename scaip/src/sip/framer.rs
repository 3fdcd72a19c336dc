//! Cutting a TCP or TLS byte stream into messages.

use bytes::{Buf, Bytes, BytesMut};

use super::layout::Layout;
use super::message::{Framing, Stated, stated_length};
use super::{Message, Rejected, SipError, SipLimits};

/// Buffer kept between messages.
const IDLE_CAPACITY: usize = 4096;

/// What a [`StreamFramer`] found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Framed {
    /// One whole message.
    Message(Message),
    /// One whole message by its length, but unreadable. The stream goes on behind it.
    Unreadable(Rejected),
    /// A keep-alive ping, CRLF CRLF, to be answered with one CRLF (RFC 5626 4.4.1). Several in a row count
    /// as one.
    KeepAlive,
    /// Nothing more for now.
    NeedMore,
    /// The stream cannot be cut any further: answer if possible, then close. Told once; afterwards the framer
    /// takes nothing and says [`Framed::NeedMore`].
    Wrong(Rejected),
}

/// Cuts a byte stream into SIP messages by Content-Length, which is required (RFC 3261 18.3, 20.14).
///
/// After [`push`](Self::push) call [`poll`](Self::poll) until it says [`Framed::NeedMore`]; what then
/// remains is less than one message and bounded by [`SipLimits`]. No byte is searched twice, however the
/// stream is split.
///
/// ```
/// use scaip::sip::{Framed, SipLimits, StreamFramer};
///
/// let mut framer = StreamFramer::new(SipLimits::default());
/// framer.push(b"\r\n\r\n");
/// assert!(matches!(framer.poll(), Framed::KeepAlive));
/// assert!(matches!(framer.poll(), Framed::NeedMore));
/// ```
#[derive(Clone, Debug)]
pub struct StreamFramer {
    limits: SipLimits,
    buffer: BytesMut,
    /// Up to here no end of head begins.
    searched: usize,
    /// The head, once whole, with the length of the whole message.
    head: Option<(Layout, usize)>,
    /// Line ends seen since the last message: two make a ping.
    blank_lines: u8,
    failed: bool,
}

impl StreamFramer {
    /// A framer at the start of a stream.
    #[must_use]
    pub fn new(limits: SipLimits) -> Self {
        Self {
            limits,
            buffer: BytesMut::new(),
            searched: 0,
            head: None,
            blank_lines: 0,
            failed: false,
        }
    }

    /// Takes bytes off the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        if !self.failed {
            self.buffer.extend_from_slice(bytes);
        }
    }

    /// Whether a message was begun and is not whole.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Bytes held.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Gives up and hands out what is held of an unfinished message.
    #[must_use]
    pub fn abandon(&mut self) -> Bytes {
        self.failed = true;
        self.head = None;
        self.buffer.split().freeze()
    }

    /// The next finding.
    pub fn poll(&mut self) -> Framed {
        if self.failed {
            return Framed::NeedMore;
        }
        if self.head.is_none() {
            if self.skip_blank_lines() {
                return Framed::KeepAlive;
            }
            if self.buffer[..] == *b"\r" {
                // Half a line end: whether a start line follows is not known yet.
                return Framed::NeedMore;
            }
            match self.find_head() {
                Ok(true) => {}
                Ok(false) => return Framed::NeedMore,
                Err(rejected) => return Framed::Wrong(*rejected),
            }
        }
        match self.head.take() {
            Some((layout, total)) if self.buffer.len() >= total => {
                self.searched = 0;
                // Copied, so that a message kept for long does not keep the whole buffer.
                let raw = Bytes::copy_from_slice(&self.buffer[..total]);
                self.consume(total);
                match Message::from_layout(raw, layout, Ok(()), Framing::Stream, &self.limits) {
                    Ok(message) => Framed::Message(message),
                    Err(rejected) => Framed::Unreadable(rejected),
                }
            }
            head => {
                self.head = head;
                Framed::NeedMore
            }
        }
    }

    /// Drops bytes from the front; an idle connection keeps no more than [`IDLE_CAPACITY`].
    fn consume(&mut self, length: usize) {
        self.buffer.advance(length);
        if self.buffer.is_empty() && self.buffer.capacity() > IDLE_CAPACITY {
            self.buffer = BytesMut::new();
        }
    }

    /// Drops line ends before a start line; `true` if there was a pair.
    fn skip_blank_lines(&mut self) -> bool {
        let mut ping = false;
        let mut at = 0;
        loop {
            at += match &self.buffer[at..] {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                [] | [b'\r'] => break,
                _ => {
                    self.blank_lines = 0;
                    break;
                }
            };
            self.blank_lines += 1;
            if self.blank_lines == 2 {
                ping = true;
                self.blank_lines = 0;
            }
        }
        if at > 0 {
            self.consume(at);
        }
        ping
    }

    /// Looks for the end of the head from where the last search ended.
    fn find_head(&mut self) -> Result<bool, Box<Rejected>> {
        let mut at = self.searched;
        let end = loop {
            let Some(found) = memchr::memchr(b'\n', &self.buffer[at..]) else {
                self.searched = self.buffer.len();
                break None;
            };
            at += found;
            match &self.buffer[at + 1..] {
                [b'\n', ..] => break Some(at + 2),
                [b'\r', b'\n', ..] => break Some(at + 3),
                [] | [b'\r'] => {
                    self.searched = at;
                    break None;
                }
                _ => at += 1,
            }
        };
        let Some(end) = end else {
            if self.buffer.len() > self.limits.head {
                let limit = self.limits.head;
                return Err(self.fail(SipError::HeadTooLarge { limit }));
            }
            return Ok(false);
        };
        let mut layout = Layout::default();
        if let Err(error) = layout.scan(&self.buffer[..end], 0, &self.limits) {
            return Err(self.fail_with(layout, error));
        }
        let length = match stated_length(&self.buffer, &layout.fields) {
            Stated::Missing => Err(SipError::ContentLengthMissing),
            Stated::Unreadable(offset) => Err(SipError::BadContentLength { offset }),
            Stated::Conflicting => Err(SipError::ConflictingContentLength),
            Stated::Length(length) => self.check_length(length, layout.body_start),
        };
        match length {
            Ok(total) => {
                self.head = Some((layout, total));
                Ok(true)
            }
            Err(error) => Err(self.fail_with(layout, error)),
        }
    }

    /// Head and body together, within the limits: the addition cannot overflow.
    fn check_length(&self, length: u64, head: usize) -> Result<usize, SipError> {
        let limits = &self.limits;
        let body = usize::try_from(length)
            .ok()
            .filter(|body| *body <= limits.body)
            .ok_or(SipError::BodyTooLarge {
                length,
                limit: limits.body,
            })?;
        head.checked_add(body)
            .filter(|total| *total <= limits.message)
            .ok_or(SipError::MessageTooLarge {
                length: length.saturating_add(head as u64),
                limit: limits.message,
            })
    }

    fn fail(&mut self, error: SipError) -> Box<Rejected> {
        // What was read of an endless head may still do for an answer.
        let mut layout = Layout::default();
        let _ = layout.scan(&self.buffer, 0, &self.limits);
        self.fail_with(layout, error)
    }

    fn fail_with(&mut self, layout: Layout, error: SipError) -> Box<Rejected> {
        // The log gets the head and what came with it, within bounds.
        let keep = self.buffer.len().min(self.limits.message);
        let raw = self.abandon().slice(..keep);
        match Message::from_layout(
            raw.clone(),
            layout,
            Err(error),
            Framing::Stream,
            &self.limits,
        ) {
            Ok(_) => Box::new(Rejected::new(error, raw, None)),
            Err(rejected) => Box::new(rejected),
        }
    }
}
