//! A stream of brackets, split into messages.

use core::fmt;

use super::decode::{Decoded, decode_bracket};
use super::error::DecodeError;
use super::options::DecodeOptions;

/// Bytes between the brackets (Climax reference 5.2).
pub const LONGEST_MESSAGE: usize = 128;

/// Something found in a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A message with its brackets, to be read by [`decode_bracket`].
    Message(&'a [u8]),
    /// So many bytes that belong to no message.
    Junk(usize),
    /// A bracket was opened and not closed for more than [`LONGEST_MESSAGE`] bytes; so many were
    /// dropped.
    TooLong(usize),
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Item::Message(bytes) => write!(f, "Message({} bytes)", bytes.len()),
            Item::Junk(count) => write!(f, "Junk({count})"),
            Item::TooLong(count) => write!(f, "TooLong({count})"),
        }
    }
}

/// Splits a stream on `[` and `]`, however it was cut into segments. Memory is fixed.
///
/// ```
/// use climax_rf::contact_id::{Item, Scanner};
///
/// let mut scanner = Scanner::new();
/// let mut segment = &b"??[4711 18110101005FF0F][47"[..];
/// assert_eq!(scanner.next(&mut segment), Some(Item::Junk(2)));
/// let message = Item::Message(b"[4711 18110101005FF0F]");
/// assert_eq!(scanner.next(&mut segment), Some(message));
/// assert_eq!(scanner.next(&mut segment), None);
/// let mut segment = &b"11 183101010051111]"[..];
/// let message = Item::Message(b"[4711 183101010051111]");
/// assert_eq!(scanner.next(&mut segment), Some(message));
/// ```
#[derive(Clone)]
pub struct Scanner {
    /// An open message, from its bracket on.
    held: [u8; LONGEST_MESSAGE + 2],
    length: usize,
    /// The message in `held` was handed out.
    spent: bool,
}

impl Default for Scanner {
    fn default() -> Self {
        Scanner::new()
    }
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
            held: [0; LONGEST_MESSAGE + 2],
            length: 0,
            spent: false,
        }
    }

    /// Bytes of a message that has not ended.
    #[must_use]
    pub const fn held(&self) -> usize {
        if self.spent { 0 } else { self.length }
    }

    /// Forgets a message that has not ended, and says how long it was.
    pub fn reset(&mut self) -> usize {
        let held = self.held();
        self.length = 0;
        self.spent = false;
        held
    }

    /// The next item; takes its bytes off the segment. `None` when the segment is used up.
    pub fn next<'s, 'i: 's>(&'s mut self, segment: &mut &'i [u8]) -> Option<Item<'s>> {
        if self.spent {
            self.reset();
        }
        if self.length == 0 {
            let input = *segment;
            if input.is_empty() {
                return None;
            }
            let start = memchr::memchr(b'[', input).unwrap_or(input.len());
            if start > 0 {
                *segment = &input[start..];
                return Some(Item::Junk(start));
            }
            // Nearly always a message is in one segment, and is not copied.
            let end = memchr::memchr2(b'[', b']', &input[1..]).map(|at| at + 1);
            if let Some(end) = end {
                if input[end] == b']' && end <= LONGEST_MESSAGE + 1 {
                    *segment = &input[end + 1..];
                    return Some(Item::Message(&input[..=end]));
                }
            }
            self.held[0] = b'[';
            self.length = 1;
            *segment = &input[1..];
        }
        self.go_on(segment)
    }

    /// Goes on with the message that is held.
    fn go_on<'s, 'i: 's>(&'s mut self, segment: &mut &'i [u8]) -> Option<Item<'s>> {
        let input = *segment;
        let room = LONGEST_MESSAGE + 1 - self.length;
        let end = memchr::memchr2(b'[', b']', &input[..input.len().min(room + 1)]);
        let taken = end.unwrap_or(input.len());
        if taken > room {
            // Cannot end in time: what was held and fits was for nothing.
            let dropped = self.reset() + room;
            *segment = &input[room..];
            return Some(Item::TooLong(dropped));
        }
        self.held[self.length..self.length + taken].copy_from_slice(&input[..taken]);
        self.length += taken;
        *segment = &input[taken..];
        match end.map(|at| input[at]) {
            None => None,
            Some(b'[') => Some(Item::Junk(self.reset())),
            Some(_) => {
                self.held[self.length] = b']';
                self.length += 1;
                self.spent = true;
                *segment = &input[taken + 1..];
                Some(Item::Message(&self.held[..self.length]))
            }
        }
    }
}

/// A bracket message that is kept, in a fixed place. `Debug` shows its length only.
#[derive(Clone, Copy)]
pub struct Message {
    bytes: [u8; LONGEST_MESSAGE + 2],
    length: u8,
}

impl Message {
    /// Keeps a message; `None` when it is longer than [`LONGEST_MESSAGE`] and its brackets.
    #[must_use]
    pub fn new(message: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST_MESSAGE + 2];
        bytes.get_mut(..message.len())?.copy_from_slice(message);
        Some(Message {
            bytes,
            length: u8::try_from(message.len()).ok()?,
        })
    }

    /// The bytes as received, with their brackets.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// What it says.
    ///
    /// # Errors
    ///
    /// As [`decode_bracket`]; none with the options of the station that handed it out.
    pub fn decode(&self, options: &DecodeOptions) -> Result<Decoded<'_>, DecodeError> {
        decode_bracket(self.as_bytes(), options)
    }
}

impl PartialEq for Message {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Message {}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({} bytes)", self.length)
    }
}
