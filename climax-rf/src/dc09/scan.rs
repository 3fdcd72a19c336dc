//! A stream of frames, cut at their lengths.

use alloc::vec::Vec;
use core::fmt;

use super::decode::{Envelope, LF, LONGEST_FRAME};
use super::error::DecodeErrorKind;

/// Something found in a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// LF to CR, to be read by [`decode`](super::decode()).
    Frame(&'a [u8]),
    /// The start of a frame with a length that cannot be right. The search goes on behind its LF.
    Broken(DecodeErrorKind),
    /// So many bytes that belong to no frame. Zero bytes between frames do not count.
    Junk(usize),
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Frame(bytes) => write!(f, "Frame({} bytes)", bytes.len()),
            Item::Broken(kind) => write!(f, "Broken({})", kind.code()),
            Item::Junk(count) => write!(f, "Junk({count})"),
        }
    }
}

/// Cuts a stream into frames, however it was cut into segments. It never looks for CR, which may
/// be part of a raw CRC (Climax reference 5.4). Holds [`LONGEST_FRAME`] bytes at most.
///
/// ```
/// use climax_rf::dc09::{Item, Scanner};
///
/// let mut scanner = Scanner::new();
/// let mut segment = &b"\n47CC0027\"ADM-CID\"0042L0#47"[..];
/// assert_eq!(scanner.next(&mut segment), None);
/// let mut segment = &b"11[#4711|1101 01 005]\r\0\0"[..];
/// let Some(Item::Frame(frame)) = scanner.next(&mut segment) else { panic!() };
/// assert_eq!(frame.len(), 49);
/// ```
#[derive(Clone, Default)]
pub struct Scanner {
    /// The start of a frame, from LF on.
    held: Vec<u8>,
    /// So many of them were handed out.
    spent: usize,
}

impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scanner({} bytes held)", self.held())
    }
}

impl Scanner {
    /// Nothing seen yet.
    #[must_use]
    pub const fn new() -> Self {
        Scanner {
            held: Vec::new(),
            spent: 0,
        }
    }

    /// Bytes of a frame that has not ended.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len() - self.spent
    }

    /// Forgets everything that is held.
    pub fn reset(&mut self) -> usize {
        let held = self.held();
        self.held.clear();
        self.spent = 0;
        held
    }

    /// The next item; takes its bytes off the segment. `None` when the segment is used up.
    pub fn next<'s, 'i: 's>(&'s mut self, segment: &mut &'i [u8]) -> Option<Item<'s>> {
        self.settle();
        if self.held.is_empty() {
            let input = *segment;
            if let Some(junk) = to_line_feed(input) {
                *segment = &input[junk.length..];
                if junk.count > 0 {
                    return Some(Item::Junk(junk.count));
                }
            }
            // Nearly always a frame is in one segment, and is not copied.
            if let Ok(envelope) = Envelope::find(segment) {
                let (frame, rest) = segment.split_at(envelope.length);
                *segment = rest;
                return Some(Item::Frame(frame));
            }
        }
        self.go_on(segment)
    }

    fn settle(&mut self) {
        self.held.drain(..self.spent);
        self.spent = 0;
    }

    fn go_on<'s>(&'s mut self, segment: &mut &[u8]) -> Option<Item<'s>> {
        loop {
            if let Some(junk) = to_line_feed(&self.held) {
                self.held.drain(..junk.length);
                if junk.count > 0 {
                    return Some(Item::Junk(junk.count));
                }
            }
            match Envelope::find(&self.held).map_err(|error| error.kind) {
                Ok(envelope) => {
                    self.spent = envelope.length;
                    return Some(Item::Frame(&self.held[..self.spent]));
                }
                Err(DecodeErrorKind::Truncated { needed }) => {
                    if segment.is_empty() {
                        return None;
                    }
                    let wanted = needed.min(LONGEST_FRAME).saturating_sub(self.held.len());
                    let (taken, rest) = segment.split_at(wanted.min(segment.len()));
                    self.held.extend_from_slice(taken);
                    *segment = rest;
                }
                Err(kind) => {
                    self.held.remove(0);
                    return Some(if kind == DecodeErrorKind::NoFrame {
                        Item::Junk(1)
                    } else {
                        Item::Broken(kind)
                    });
                }
            }
        }
    }
}

struct Skipped {
    length: usize,
    /// Those that are not zero.
    count: usize,
}

/// What stands before the first LF; `None` when nothing does.
fn to_line_feed(bytes: &[u8]) -> Option<Skipped> {
    let length = memchr::memchr(LF, bytes).unwrap_or(bytes.len());
    let count = bytes[..length].iter().filter(|&&byte| byte != 0).count();
    (length > 0).then_some(Skipped { length, count })
}
