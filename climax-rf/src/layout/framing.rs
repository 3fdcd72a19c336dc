//! How frames stand in a stream of bytes (Climax reference 11, item 3).
//!
//! Every offset counts in the frame without escapes, from the first byte of the start mark.

use alloc::vec::Vec;
use core::ops::Range;
use core::time::Duration;

use super::checksum::{Checksum, ChecksumEnd, ChecksumPosition};
use super::hex;
use crate::ByteOrder;

/// How a number is written in a length field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LengthEncoding {
    /// Bytes.
    Binary,
    /// Hexadecimal digits.
    Hex,
    /// Decimal digits.
    Decimal,
}

/// What a length counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LengthCounts {
    /// Every byte of the frame, marks and check included.
    Frame,
    /// What follows the length field, check and end mark included.
    After,
    /// What follows the length field up to the check, or up to the end mark.
    Data,
}

/// The field that says how long a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct LengthField {
    /// Where it stands.
    pub offset: usize,
    /// Bytes or digits it takes, 1 to 4.
    pub bytes: usize,
    /// Byte order.
    pub order: ByteOrder,
    /// How it is written.
    pub encoding: LengthEncoding,
    /// What it counts.
    pub counts: LengthCounts,
    /// Added to the count before it is written.
    pub add: i32,
}

impl LengthField {
    pub(super) const fn end(&self) -> usize {
        self.offset + self.bytes
    }

    /// The number in the field, if it is one.
    fn read(&self, frame: &[u8]) -> Option<u64> {
        let written = frame.get(self.offset..self.end())?;
        let mut value = 0u64;
        for i in 0..written.len() {
            let byte = match (self.encoding, self.order) {
                (LengthEncoding::Binary, ByteOrder::LowFirst) => written[written.len() - 1 - i],
                _ => written[i],
            };
            value = match self.encoding {
                LengthEncoding::Binary => value << 8 | u64::from(byte),
                LengthEncoding::Hex => value << 4 | u64::from(hex::digit(byte)?),
                LengthEncoding::Decimal => {
                    value * 10 + u64::from(byte.is_ascii_digit().then(|| byte - b'0')?)
                }
            };
        }
        Some(value)
    }

    /// Writes a number; false when it does not fit.
    fn write(&self, mut value: u64, frame: &mut [u8]) -> bool {
        let Some(room) = frame.get_mut(self.offset..self.offset + self.bytes) else {
            return false;
        };
        let count = room.len();
        for i in 0..count {
            let at = match (self.encoding, self.order) {
                (LengthEncoding::Binary, ByteOrder::LowFirst) => i,
                _ => count - 1 - i,
            };
            let [low, ..] = value.to_le_bytes();
            (room[at], value) = match self.encoding {
                LengthEncoding::Binary => (low, value >> 8),
                LengthEncoding::Hex => (hex::character(low), value >> 4),
                LengthEncoding::Decimal => {
                    (hex::character((value % 10).to_le_bytes()[0]), value / 10)
                }
            };
        }
        value == 0
    }
}

/// What says where a frame ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Terminator {
    /// The end mark.
    Mark,
    /// A length in the frame. An end mark, if there is one, is checked.
    Length(LengthField),
    /// Every frame has this many bytes. An end mark, if there is one, is checked.
    Fixed(usize),
}

/// How bytes that mean something to the framing are written inside a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Escape {
    /// The byte that announces an escaped one.
    pub byte: u8,
    /// Each escaped byte and what is sent behind the escape byte for it.
    pub codes: Vec<(u8, u8)>,
    /// Set when the code is the byte by exclusive or with this value.
    pub xor: Option<u8>,
}

impl Escape {
    pub(super) fn code(&self, byte: u8) -> Option<u8> {
        let found = self.codes.iter().find(|(original, _)| *original == byte);
        found.map(|(_, code)| *code)
    }

    pub(super) fn covers(&self, byte: u8) -> bool {
        self.code(byte).is_some()
    }

    /// The byte meant by a code. With `xor` every code has one.
    pub(super) fn original(&self, code: u8) -> Option<u8> {
        let found = self.codes.iter().find(|(_, coded)| *coded == code);
        found
            .map(|(original, _)| *original)
            .or(self.xor.map(|xor| code ^ xor))
    }

    pub(super) fn write(&self, byte: u8, wire: &mut Vec<u8>) {
        match self.code(byte) {
            Some(code) => wire.extend_from_slice(&[self.byte, code]),
            None => wire.push(byte),
        }
    }
}

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AnswerPart {
    /// Fixed bytes.
    Bytes(Vec<u8>),
    /// The bytes of a field of the answered frame, by the index of the field.
    Field(usize),
    /// The check over the answer so far, from the first byte that the frame's check covers.
    Checksum,
}

/// The answer to a frame.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Answer {
    pub(super) parts: Vec<AnswerPart>,
}

impl Answer {
    /// Its parts in order.
    #[must_use]
    pub fn parts(&self) -> &[AnswerPart] {
        &self.parts
    }
}

/// How frames stand in a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Framing {
    /// The mark before a frame; may be empty.
    pub start: Vec<u8>,
    /// The mark after a frame; may be empty.
    pub end: Vec<u8>,
    /// What says where a frame ends.
    pub terminator: Terminator,
    /// How marks are written inside a frame.
    pub escape: Option<Escape>,
    /// The check.
    pub checksum: Option<Checksum>,
    /// Sent for a frame that the application accepts.
    pub ack: Option<Answer>,
    /// Sent for a frame that the application refuses.
    pub nak: Option<Answer>,
    /// `nak` is sent by itself for a whole frame with a wrong check.
    pub answer_damaged: bool,
    /// Bytes between frames that only say that the line lives.
    pub heartbeats: Vec<Vec<u8>>,
    /// Sent for each heartbeat; may be empty.
    pub heartbeat_answer: Vec<u8>,
    /// The longest pause inside a frame.
    pub timeout: Duration,
    /// How long a frame waits for the application.
    pub answer_timeout: Duration,
    /// A line without a byte for this long is silent.
    pub silence: Option<Duration>,
    /// The most bytes of a frame, without escapes, marks included.
    pub max_length: usize,
    /// Between the columns of a line of text.
    pub separator: Option<u8>,
    /// What stands in bytes that no field describes.
    pub fill: u8,
}

impl Framing {
    /// There is an acknowledgement, and it does not say which frame it is for.
    pub(super) fn is_nameless(&self) -> bool {
        let named = |part: &AnswerPart| matches!(part, AnswerPart::Field(_));
        let ack = self.ack.as_ref();
        ack.is_some_and(|ack| !ack.parts.is_empty() && !ack.parts.iter().any(named))
    }

    fn check_length(&self) -> usize {
        self.checksum.as_ref().map_or(0, Checksum::length)
    }

    /// Check and prefix where they stand at one side of the end mark.
    fn trailing_check(&self, side: ChecksumPosition) -> usize {
        match &self.checksum {
            Some(check) if check.position == side => check.length() + check.prefix.len(),
            _ => 0,
        }
    }

    /// Bytes from the end mark on.
    pub(super) fn tail(&self) -> usize {
        self.end.len() + self.after_end()
    }

    /// Bytes behind the end mark.
    pub(super) fn after_end(&self) -> usize {
        self.trailing_check(ChecksumPosition::AfterEnd)
    }

    /// Bytes behind the data.
    pub(super) fn trailer(&self) -> usize {
        self.tail() + self.trailing_check(ChecksumPosition::BeforeEnd)
    }

    /// Where the data of a frame of this length stands, length field and all else in front
    /// included.
    pub(super) fn data(&self, length: usize) -> Range<usize> {
        let end = length.saturating_sub(self.trailer());
        self.start.len().min(end)..end
    }

    /// The shortest frame that there can be.
    pub(super) fn min_length(&self) -> usize {
        let mut front = self.start.len();
        if let Terminator::Length(field) = self.terminator {
            front = front.max(field.end());
        }
        if let Some(check) = &self.checksum {
            if let ChecksumPosition::At(offset) = check.position {
                front = front.max(offset + check.length());
            }
        }
        front + self.trailer()
    }

    /// Where the check of a frame of this length stands.
    pub(super) fn check_at(&self, length: usize) -> Option<Range<usize>> {
        let check = self.checksum.as_ref()?;
        let at = match check.position {
            ChecksumPosition::BeforeEnd => length.checked_sub(self.end.len() + check.length())?,
            ChecksumPosition::AfterEnd => length.checked_sub(check.length())?,
            ChecksumPosition::At(offset) => offset,
        };
        (at + check.length() <= length).then(|| at..at + check.length())
    }

    /// What the check of a frame of this length covers.
    pub(super) fn covered(&self, length: usize) -> Option<Range<usize>> {
        let check = self.checksum.as_ref()?;
        let to = match check.to {
            ChecksumEnd::Data => self.data(length).end,
            ChecksumEnd::Checksum => match check.position {
                ChecksumPosition::At(offset) if offset < check.from => self.data(length).end,
                ChecksumPosition::At(offset) => offset,
                _ => self
                    .check_at(length)?
                    .start
                    .checked_sub(check.prefix.len())?,
            },
            ChecksumEnd::Offset(offset) => position(offset, length)?,
        };
        (check.from <= to && to <= length).then_some(check.from..to)
    }

    /// The whole length of a frame whose length field is there.
    pub(super) fn announced(&self, field: &LengthField, frame: &[u8]) -> Option<usize> {
        let value = i64::try_from(field.read(frame)?).ok()?;
        let count = usize::try_from(value.checked_sub(i64::from(field.add))?).ok()?;
        count.checked_add(self.uncounted(field))
    }

    /// Writes the length of the whole frame into its field; false when it does not fit.
    pub(super) fn announce(&self, field: &LengthField, frame: &mut [u8]) -> bool {
        let count = frame.len().checked_sub(self.uncounted(field));
        let value = count
            .and_then(|count| i64::try_from(count).ok())
            .and_then(|count| u64::try_from(count + i64::from(field.add)).ok());
        value.is_some_and(|value| field.write(value, frame))
    }

    /// Bytes of a frame that its length field leaves out.
    fn uncounted(&self, field: &LengthField) -> usize {
        match field.counts {
            LengthCounts::Frame => 0,
            LengthCounts::After => field.end(),
            LengthCounts::Data => field.end() + self.trailer(),
        }
    }

    /// A start mark inside a frame begins a new one: where it cannot be data.
    pub(super) fn restarts(&self) -> bool {
        let Some(&first) = self.start.first() else {
            return false;
        };
        match &self.escape {
            Some(escape) => first == escape.byte || escape.covers(first),
            None => {
                self.checksum.is_none() && matches!(self.terminator, Terminator::Mark)
                    || self.start == self.end
            }
        }
    }

    /// The bytes behind a first end mark among which the true one can stand: a binary check
    /// without escapes can look like the mark.
    pub(super) fn doubt(&self) -> usize {
        match &self.checksum {
            Some(check)
                if self.escape.is_none()
                    && !check.hex
                    && check.position == ChecksumPosition::BeforeEnd =>
            {
                self.check_length() + self.end.len() - 1
            }
            _ => 0,
        }
    }

    /// The most bytes that a frame takes on the line.
    pub(super) fn max_wire(&self) -> usize {
        // Every byte escaped, and what is read in doubt.
        self.max_length * 2 + self.tail() + 8
    }
}

/// An offset, or a distance from the end, of something that is `length` bytes long.
pub(super) fn position(offset: i32, length: usize) -> Option<usize> {
    match usize::try_from(offset) {
        Ok(offset) => Some(offset),
        Err(_) => length.checked_sub(usize::try_from(offset.unsigned_abs()).ok()?),
    }
}
