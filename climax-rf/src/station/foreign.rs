//! Formats that this crate does not know.

use alloc::vec::Vec;

use super::Detected;

/// What a handler makes of the bytes so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Framing {
    /// No message has ended yet.
    More,
    /// The first so many bytes are a message. 0 counts as [`More`](Self::More).
    Message(usize),
    /// The first so many bytes mean nothing. 0 counts as [`More`](Self::More).
    Skip(usize),
    /// This is nothing for the handler: the connection is of no use.
    Refuse,
}

/// Cuts and answers messages of a format that is not public (Climax reference 5.5). One for each
/// connection.
pub trait ForeignHandler {
    /// Finds the end of the first message.
    fn frame(&mut self, format: Detected, bytes: &[u8]) -> Framing;

    /// Writes the answer to a message that was accepted; nothing where the format has none.
    fn answer(&mut self, format: Detected, message: &[u8], answer: &mut Vec<u8>);

    /// Writes the answer to a message that was refused; nothing unless implemented.
    fn refusal(&mut self, format: Detected, message: &[u8], answer: &mut Vec<u8>) {
        let _ = (format, message, answer);
    }
}

impl<H: ForeignHandler + ?Sized> ForeignHandler for alloc::boxed::Box<H> {
    fn frame(&mut self, format: Detected, bytes: &[u8]) -> Framing {
        (**self).frame(format, bytes)
    }

    fn answer(&mut self, format: Detected, message: &[u8], answer: &mut Vec<u8>) {
        (**self).answer(format, message, answer);
    }

    fn refusal(&mut self, format: Detected, message: &[u8], answer: &mut Vec<u8>) {
        (**self).refusal(format, message, answer);
    }
}

/// Handles nothing: formats that are not known are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NoHandler;

impl ForeignHandler for NoHandler {
    fn frame(&mut self, _: Detected, _: &[u8]) -> Framing {
        Framing::Refuse
    }

    fn answer(&mut self, _: Detected, _: &[u8], _: &mut Vec<u8>) {}
}
