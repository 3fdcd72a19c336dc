//! Bytes to what they are on the line. Knows framing and parity, not whose turn it is.

use alloc::vec::Vec;

use crate::address::Address;
use crate::codes::{ACK, ENQ, EOT, ETX, NAK, NakPrefix, SOH, STX};
use crate::parity;

/// What a byte completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    /// Nothing yet, but it fits.
    Partial,
    /// CR, LF, NUL or blank outside a block.
    Padding,
    /// Address and ENQ; `None` without an address.
    Enquiry(Option<Address>),
    Ack,
    Nak(Option<NakPrefix>),
    Eot,
    /// SOH; `true` when it cut off a block.
    BlockStart(bool),
    /// The BCC has come; the bytes are in the buffer.
    Block,
    /// ETX has come, and an EOT that is no BCC.
    BlockThenEot,
    /// A block beyond the limit has ended.
    Oversize,
    /// A block that began with STX has ended.
    Headless,
    /// EOT inside a block.
    Aborted,
    /// Fits nothing.
    Garbage,
}

/// What was open when the line fell silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gap {
    Nothing,
    /// A printable character that nothing followed; dropped.
    Run,
    /// A block without ETX; dropped.
    Block,
    /// A block that began with STX; dropped.
    Headless,
    /// A block without BCC; its bytes are in the buffer.
    BlockWithoutBcc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    Block,
    Bcc,
    /// Beyond the limit.
    Oversize,
    OversizeBcc,
    /// Begun with STX.
    Headless,
    HeadlessBcc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parity {
    Off,
    /// An 81 or 84 has come, and only even bytes since.
    Suspected,
    LeftIn,
}

pub(crate) struct Lexer {
    buffer: Vec<u8>,
    limit: usize,
    place: Place,
    run: [u8; Address::LONGEST],
    run_length: u8,
    /// How long a run is meant to be: 1, or all of it where longer addresses are in use.
    run_limit: u8,
    /// XOR over the block.
    sum: u8,
    damaged: bool,
    accept_parity: bool,
    accept_missing_bcc: bool,
    parity: Parity,
    /// Parity was proved by the last byte.
    pub(crate) parity_found: bool,
}

impl Lexer {
    pub(crate) fn new(options: &crate::DecodeOptions, long_addresses: bool) -> Self {
        let limit = options.limits.largest_block();
        Lexer {
            buffer: Vec::with_capacity(limit),
            limit,
            place: Place::Outside,
            run: [0; Address::LONGEST],
            run_length: 0,
            run_limit: if long_addresses { 16 } else { 1 },
            sum: 0,
            damaged: false,
            accept_parity: options.accept_parity,
            accept_missing_bcc: options.accept_missing_bcc,
            parity: Parity::Off,
            parity_found: false,
        }
    }

    /// Forgets everything but its memory.
    pub(crate) fn reset(&mut self) {
        self.abandon();
        self.parity = Parity::Off;
    }

    /// Forgets what is half done.
    pub(crate) fn abandon(&mut self) {
        self.place = Place::Outside;
        self.run_length = 0;
        self.damaged = false;
        self.buffer.clear();
    }

    /// Whether something is half done.
    pub(crate) fn is_open(&self) -> bool {
        self.place != Place::Outside || self.run_length > 0
    }

    pub(crate) fn is_in_block(&self) -> bool {
        self.place != Place::Outside
    }

    /// Whether answers need parity in bit 7.
    pub(crate) fn has_parity(&self) -> bool {
        self.parity != Parity::Off
    }

    /// Whether parity is suspected only: what is read may be garbage that looks like it.
    pub(crate) fn is_guessing(&self) -> bool {
        self.parity == Parity::Suspected
    }

    /// The block as received; after [`Token::Block`], [`Token::BlockThenEot`] and
    /// [`Gap::BlockWithoutBcc`].
    pub(crate) fn block(&self) -> &[u8] {
        &self.buffer
    }

    /// Whether a character of the block had a parity or framing error.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Exchanges the buffer for another of the same capacity.
    pub(crate) fn swap(&mut self, other: &mut Vec<u8>) {
        core::mem::swap(&mut self.buffer, other);
        self.buffer.clear();
        self.damaged = false;
    }

    /// A character with a parity or framing error.
    pub(crate) fn push_error(&mut self) -> Token {
        self.run_length = 0;
        self.damaged = true;
        match self.place {
            Place::Bcc => self.outside(Token::Block),
            Place::OversizeBcc => self.outside(Token::Oversize),
            Place::HeadlessBcc => self.outside(Token::Headless),
            Place::Outside => {
                self.damaged = false;
                Token::Garbage
            }
            _ => Token::Partial,
        }
    }

    /// The line fell silent.
    pub(crate) fn gap(&mut self) -> Gap {
        let gap = match self.place {
            Place::Outside if self.run_length > 0 => Gap::Run,
            Place::Outside => Gap::Nothing,
            Place::Bcc => Gap::BlockWithoutBcc,
            Place::Headless | Place::HeadlessBcc => Gap::Headless,
            _ => Gap::Block,
        };
        self.run_length = 0;
        self.place = Place::Outside;
        gap
    }

    fn outside(&mut self, token: Token) -> Token {
        self.place = Place::Outside;
        token
    }

    pub(crate) fn push(&mut self, received: u8) -> Token {
        self.follow_parity(received);
        let token = self.read(received);
        if self.parity == Parity::Suspected {
            match token {
                // Even bytes that make sense without their parity are proof enough.
                Token::Enquiry(Some(_)) | Token::Block => {
                    self.parity = Parity::LeftIn;
                    self.parity_found = true;
                }
                Token::Garbage => self.parity = Parity::Off,
                _ => {}
            }
        }
        token
    }

    fn read(&mut self, received: u8) -> Token {
        let byte = if self.has_parity() {
            received & 0x7F
        } else {
            received
        };
        match self.place {
            Place::Outside => self.push_outside(received, byte),
            Place::Block | Place::Oversize | Place::Headless => self.push_inside(received, byte),
            Place::Bcc => {
                let fits = (received ^ self.sum) & 0x7F == 0;
                if self.accept_missing_bcc && byte == EOT && !fits {
                    return self.outside(Token::BlockThenEot);
                }
                self.keep(received);
                let token = if self.place == Place::Oversize {
                    Token::Oversize
                } else {
                    Token::Block
                };
                self.outside(token)
            }
            Place::OversizeBcc => self.outside(Token::Oversize),
            Place::HeadlessBcc => self.outside(Token::Headless),
        }
    }

    /// Parity left in bit 7 shows in an 81 or 84 outside a block, and even bytes from there on.
    fn follow_parity(&mut self, received: u8) {
        self.parity_found = false;
        let even = parity::is_even(received);
        self.parity = match self.parity {
            Parity::Off
                if self.accept_parity
                    && self.place == Place::Outside
                    && matches!(received, parity::SOH | parity::EOT) =>
            {
                Parity::Suspected
            }
            Parity::Suspected if !even => {
                // What began there was no block.
                self.abandon();
                Parity::Off
            }
            // These have odd parity: the line is read as it is again.
            Parity::LeftIn if self.place == Place::Outside && matches!(received, SOH | EOT) => {
                Parity::Off
            }
            other => other,
        };
    }

    fn keep(&mut self, received: u8) {
        if self.buffer.len() < self.limit {
            self.buffer.push(received);
            self.sum ^= received;
        } else {
            self.place = Place::Oversize;
        }
    }

    fn start(&mut self, received: u8) {
        self.buffer.clear();
        self.damaged = false;
        self.run_length = 0;
        self.place = Place::Block;
        self.keep(received);
        // SOH is not part of it.
        self.sum = 0;
    }

    fn push_inside(&mut self, received: u8, byte: u8) -> Token {
        match byte {
            SOH => {
                self.start(received);
                return Token::BlockStart(true);
            }
            EOT => return self.outside(Token::Aborted),
            _ => {}
        }
        if self.place == Place::Block {
            self.keep(received);
        }
        if byte == ETX {
            self.place = match self.place {
                Place::Block => Place::Bcc,
                Place::Oversize => Place::OversizeBcc,
                _ => Place::HeadlessBcc,
            };
        }
        Token::Partial
    }

    fn push_outside(&mut self, received: u8, byte: u8) -> Token {
        let run = usize::from(self.run_length);
        if byte.is_ascii_graphic() {
            if self.run_length < self.run_limit {
                self.run[run] = byte;
                self.run_length += 1;
                return Token::Partial;
            }
            // The oldest falls out.
            self.run[..run].rotate_left(1);
            self.run[run - 1] = byte;
            return Token::Garbage;
        }
        self.run_length = 0;
        let held = &self.run[..run];
        match byte {
            SOH => {
                self.start(received);
                Token::BlockStart(false)
            }
            STX => {
                self.place = Place::Headless;
                Token::Partial
            }
            EOT => Token::Eot,
            ENQ => Token::Enquiry(Address::new(held).ok()),
            ACK => Token::Ack,
            NAK => Token::Nak(held.last().copied().and_then(NakPrefix::new)),
            0 | b'\r' | b'\n' | b' ' => Token::Padding,
            _ => Token::Garbage,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DecodeOptions;
    use std::vec::Vec;

    fn tokens(bytes: &[u8]) -> Vec<Token> {
        let mut lexer = Lexer::new(&DecodeOptions::lenient(), false);
        bytes
            .iter()
            .map(|&byte| lexer.push(byte))
            .filter(|token| *token != Token::Partial)
            .collect()
    }

    #[test]
    fn a_digit_belongs_to_the_control_character_that_follows() {
        assert_eq!(
            tokens(b"2\x052\x15\x152\x06"),
            [
                Token::Enquiry(Some(Address::RECEIVER)),
                Token::Nak(Some(NakPrefix::BUSY)),
                Token::Nak(None),
                Token::Ack
            ]
        );
    }

    #[test]
    fn a_bcc_is_never_a_control_character() {
        assert_eq!(
            tokens(b"\x011\x021\x1F31\x1E2\x1FDET 15Z\x03\x04\x04"),
            [Token::BlockStart(false), Token::Block, Token::Eot]
        );
    }

    #[test]
    fn section_1_1_parity_is_followed_in_both_directions() {
        let mut lexer = Lexer::new(&DecodeOptions::lenient(), false);
        let found: Vec<_> = [0x84, 0xB1, 0x05, 0xB2, 0x05]
            .map(|byte| (lexer.push(byte), lexer.parity_found))
            .into();
        assert_eq!(found[0], (Token::Eot, false));
        assert_eq!(found[2], (Token::Enquiry(Some(Address::CALLER)), true));
        assert_eq!(found[4].0, Token::Enquiry(Some(Address::RECEIVER)));
        assert!(lexer.has_parity());
        lexer.push(0x04);
        assert!(!lexer.has_parity());
    }

    #[test]
    fn case_12_a_block_beyond_the_limit_keeps_no_more_than_the_limit() {
        let mut lexer = Lexer::new(&DecodeOptions::lenient(), false);
        lexer.push(SOH);
        for _ in 0..1_000_000 {
            assert_eq!(lexer.push(b'x'), Token::Partial);
        }
        assert_eq!(lexer.buffer.capacity(), 512);
        lexer.push(ETX);
        assert_eq!(lexer.push(EOT), Token::Oversize);
        assert_eq!(lexer.push(EOT), Token::Eot);
    }
}
