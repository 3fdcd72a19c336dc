//! A capture of a line, taken apart.
//!
//! Works on one direction alone or on both merged in the order of time. Every byte of the capture
//! belongs to exactly one item; a BCC is part of its block whatever its value.

use core::iter::FusedIterator;
use core::ops::{ControlFlow, Range};

use crate::address::Address;
use crate::codes::{ACK, ENQ, EOT, NAK, NakPrefix, SOH, STX};
use crate::decode::{Decoded, Frame, clean, frame, general};
use crate::error::DecodeError;
use crate::options::{DecodeOptions, Limits};
use crate::{bcc, parity, skim};

mod blocks;

pub use blocks::Blocks;

/// Something on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Item<'a> {
    /// Address and ENQ directly after EOT: a poll (ESPA reference 3.3).
    Poll(Address),
    /// Address and ENQ later in a transaction: a select.
    Select(Address),
    /// The first address and ENQ at the start of the capture or after garbage: either of the two.
    PollOrSelect(Address),
    /// ENQ without an address.
    BareEnquiry,
    /// ACK. A prefix, which has no meaning, is in the range.
    Acknowledgement,
    /// NAK, with its prefix if it had one.
    NegativeAcknowledgement(Option<NakPrefix>),
    /// EOT. A prefix, which has no meaning, is in the range.
    EndOfTransmission,
    /// A block that could be read.
    Block(Decoded<'a>),
    /// A complete block that could not. Offsets count from the start of the range.
    RefusedBlock(DecodeError),
    /// A block that stops without ETX: at a new SOH, at EOT, or where the capture ends.
    TruncatedBlock,
    /// Header, STX and records without SOH, as one caller repeats a block. Includes the next byte
    /// if that fits as BCC.
    BlockWithoutStart,
    /// CR, LF, NUL and blanks between the rest; without meaning.
    Padding,
    /// Anything else.
    Garbage,
}

/// An [`Item`] and where it stands in the capture.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scanned<'a> {
    /// What it is.
    pub item: Item<'a>,
    /// Its bytes in the capture.
    pub range: Range<usize>,
}

/// Takes a capture apart, without allocating for blocks free of deviations.
///
/// Even parity left in bit 7 is recognised when the options say so; each block then costs an
/// allocation, which [`parity::strip`] over the whole capture beforehand saves.
///
/// ```
/// use espa444::{DecodeOptions, Item, scan};
///
/// let capture = b"\x041\x052\x05\x06\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x06\x04";
/// let items: Vec<_> = scan(capture, &DecodeOptions::lenient()).collect();
/// assert!(matches!(items[1].item, Item::Poll(_)));
/// assert!(matches!(items[2].item, Item::Select(_)));
/// let Item::Block(decoded) = &items[4].item else { panic!() };
/// assert_eq!(decoded.bcc().received, Some(0x39));
/// assert_eq!(items[4].range, 6..22);
/// ```
#[must_use]
pub fn scan<'a>(capture: &'a [u8], options: &DecodeOptions) -> Scan<'a> {
    Scan {
        capture,
        at: 0,
        options: *options,
        expects: Expects::Either,
        with_parity: false,
    }
}

impl<'a> Scan<'a> {
    /// Only the blocks, good or not: [`Item::Block`], [`Item::RefusedBlock`],
    /// [`Item::TruncatedBlock`] and [`Item::BlockWithoutStart`], each as the scan itself gives it.
    ///
    /// Polls, selects and answers are passed over many bytes at a time, which on a line that is
    /// mostly idle is several times quicker than looking at each.
    ///
    /// ```
    /// use espa444::{DecodeOptions, Item, scan};
    ///
    /// let capture = b"\x042\x05\x04\x041\x052\x05\x06\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x06\x04";
    /// let mut blocks = scan(capture, &DecodeOptions::lenient()).blocks();
    /// assert!(matches!(blocks.next(), Some(scanned) if scanned.range == (10..26)));
    /// assert_eq!(blocks.next(), None);
    /// ```
    #[must_use]
    pub const fn blocks(self) -> Blocks<'a> {
        Blocks { scan: self }
    }
}

/// What the next address and ENQ would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    Either,
    Poll,
    Select,
}

/// The items of a capture; see [`scan`].
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    capture: &'a [u8],
    at: usize,
    options: DecodeOptions,
    expects: Expects,
    /// Even parity was recognised, and has to be taken off.
    with_parity: bool,
}

impl<'a> Scan<'a> {
    /// The byte there, parity taken off.
    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        let mask = if self.with_parity { 0x7F } else { 0xFF };
        self.capture.get(at).map(|byte| byte & mask)
    }

    #[inline(always)]
    fn enquiry(&mut self, address: Address) -> Item<'a> {
        match core::mem::replace(&mut self.expects, Expects::Select) {
            Expects::Poll => Item::Poll(address),
            Expects::Select => Item::Select(address),
            Expects::Either => Item::PollOrSelect(address),
        }
    }

    /// Whether parity begins to be left in bit 7 here: 81 or 84, and even parity from there on.
    fn parity_begins(&self, at: usize) -> bool {
        /// Looked at; a line without parity passes by chance once in 2^15.
        const MOST: usize = 16;
        /// Fewer prove nothing.
        const LEAST: usize = 4;
        let rest = &self.capture[at..];
        let looked_at = &rest[..rest.len().min(MOST)];
        self.options.accept_parity
            && matches!(looked_at[0], parity::SOH | parity::EOT)
            && looked_at.len() >= LEAST
            && parity::first_odd(looked_at).is_none()
    }

    fn run(&mut self, start: usize) -> (Item<'a>, usize) {
        let end = self.run_end(start);
        let follows = self.byte(end);
        // How much of the run belongs to what follows it.
        let own = match follows {
            Some(ENQ) => Address::LONGEST,
            Some(NAK | ACK | EOT | STX) => 1,
            _ => 0,
        };
        if end - start > own {
            return self.garbage(end - own);
        }
        let item = match follows {
            Some(ENQ) => {
                let mut characters = [0; Address::LONGEST];
                let characters = &mut characters[..end - start];
                characters.copy_from_slice(&self.capture[start..end]);
                if self.with_parity {
                    parity::strip(characters);
                }
                match Address::new(characters) {
                    Ok(address) => self.enquiry(address),
                    Err(_) => self.bare_enquiry(),
                }
            }
            Some(NAK) => Item::NegativeAcknowledgement(self.byte(start).and_then(NakPrefix::new)),
            Some(EOT) => self.end_of_transmission(),
            Some(STX) => return self.without_start(end),
            _ => Item::Acknowledgement,
        };
        (item, end + 1)
    }

    fn run_end(&self, start: usize) -> usize {
        let mut end = start;
        while self.byte(end).is_some_and(|byte| byte.is_ascii_graphic()) {
            end += 1;
        }
        end
    }

    /// Without an address it is neither poll nor select, and no poll comes behind it: a poll
    /// directly follows an EOT (ESPA reference 3.3).
    fn bare_enquiry(&mut self) -> Item<'a> {
        self.expects = Expects::Select;
        Item::BareEnquiry
    }

    #[inline]
    fn end_of_transmission(&mut self) -> Item<'a> {
        self.expects = Expects::Poll;
        Item::EndOfTransmission
    }

    /// Garbage up to `end` at least, and on as long as nothing else begins.
    fn garbage(&mut self, mut end: usize) -> (Item<'a>, usize) {
        self.expects = Expects::Either;
        while let Some(byte) = self.byte(end) {
            match byte {
                SOH | STX | EOT | ENQ | ACK | NAK | 0 | b'\r' | b'\n' | b' ' => break,
                parity::SOH | parity::EOT if self.parity_begins(end) => break,
                byte if byte.is_ascii_graphic() => {
                    let run = self.run_end(end);
                    // The run belongs at least in part to what follows.
                    if matches!(self.byte(run), Some(ENQ | NAK | ACK | EOT | STX)) {
                        break;
                    }
                    end = run;
                }
                _ => end += 1,
            }
        }
        (Item::Garbage, end)
    }

    /// STX where no block has begun; the header, if any, is already in the item.
    fn without_start(&mut self, stx: usize) -> (Item<'a>, usize) {
        self.expects = Expects::Either;
        let limit = self.options.limits.largest_block();
        let rest = &self.capture[stx..];
        let rest = &rest[..rest.len().min(limit)];
        let Frame::Etx(at) = frame(rest, self.with_parity) else {
            return self.garbage(stx + 1);
        };
        let etx = stx + at;
        // The header is one character, or left out.
        let header = stx.saturating_sub(1).max(self.at);
        let sum = bcc::xor(&self.capture[header..=etx]);
        let fits = self
            .capture
            .get(etx + 1)
            .is_some_and(|&byte| (byte ^ sum) & 0x7F == 0);
        (Item::BlockWithoutStart, etx + 1 + usize::from(fits))
    }

    /// A block that `skim` has not taken.
    fn deviating_block(&mut self, start: usize) -> (Item<'a>, usize) {
        let rest = &self.capture[start..];
        self.expects = Expects::Select;
        let length = match frame(rest, self.with_parity) {
            Frame::Etx(etx) => etx + 2,
            Frame::Soh(at) | Frame::Eot(at) => {
                self.expects = Expects::Either;
                return (Item::TruncatedBlock, start + at);
            }
            Frame::Open => {
                self.expects = Expects::Either;
                return (Item::TruncatedBlock, self.capture.len());
            }
        };
        match general(rest, &self.options) {
            Ok(decoded) => {
                let end = start + decoded.raw().len();
                (Item::Block(decoded), end)
            }
            Err(error) => {
                let end = start + length - usize::from(self.lacks_bcc(start, start + length - 2));
                (Item::RefusedBlock(error), end.min(self.capture.len()))
            }
        }
    }

    /// Whether the EOT behind ETX is no BCC, by the rule that good blocks are read by.
    fn lacks_bcc(&self, start: usize, etx: usize) -> bool {
        let within = etx - start < self.options.limits.largest_block();
        self.options.accept_missing_bcc
            && within
            && self.byte(etx + 1) == Some(EOT)
            && (self.capture[etx + 1] ^ bcc::xor(&self.capture[start + 1..=etx])) & 0x7F != 0
    }

    /// Everything that `next` has not taken.
    fn other(&mut self, received: u8) -> Scanned<'a> {
        let start = self.at;
        if self.with_parity {
            // These two have odd parity: the line is read as it is again.
            self.with_parity = !matches!(received, SOH | EOT);
        } else if received >= 0x80 {
            self.with_parity = self.parity_begins(start);
        }
        let (item, end) = match received & if self.with_parity { 0x7F } else { 0xFF } {
            SOH => self.deviating_block(start),
            EOT => (self.end_of_transmission(), start + 1),
            ACK => (Item::Acknowledgement, start + 1),
            NAK => (Item::NegativeAcknowledgement(None), start + 1),
            ENQ => (self.bare_enquiry(), start + 1),
            STX => self.without_start(start),
            0 | b'\r' | b'\n' | b' ' => {
                let mut end = start + 1;
                while matches!(self.byte(end), Some(0 | b'\r' | b'\n' | b' ')) {
                    end += 1;
                }
                (Item::Padding, end)
            }
            byte if byte.is_ascii_graphic() => self.run(start),
            _ => self.garbage(start + 1),
        };
        self.taken(item, end)
    }

    /// The item up to `end`, which is where the next one begins.
    #[inline(always)]
    fn taken(&mut self, item: Item<'a>, end: usize) -> Scanned<'a> {
        let range = self.at..end;
        self.at = end;
        Scanned { item, range }
    }
}

/// [`Scan::other`] on a copy: no reference to the scanner leaves `next`, and so a loop can keep it
/// in registers.
#[inline(never)]
fn aside<'a>(mut scan: Scan<'a>, received: u8) -> (Scanned<'a>, Expects, bool) {
    let scanned = scan.other(received);
    (scanned, scan.expects, scan.with_parity)
}

impl<'a> Scan<'a> {
    /// Hands the next item on, with what the items so far came to; breaks at the end of the capture.
    ///
    /// What a sound line consists of is taken here, each in a branch of its own that ends in what
    /// the caller does with it; the rest in `other`.
    #[inline(always)]
    fn step<B>(
        &mut self,
        so_far: B,
        hand_on: impl FnOnce(B, Scanned<'a>) -> B,
    ) -> ControlFlow<B, B> {
        let start = self.at;
        let rest = self.capture.get(start..).unwrap_or_default();
        let Some(&received) = rest.first() else {
            return ControlFlow::Break(so_far);
        };
        if !self.with_parity {
            match *rest {
                [EOT, ..] => {
                    let item = self.end_of_transmission();
                    return ControlFlow::Continue(hand_on(so_far, self.taken(item, start + 1)));
                }
                [ACK, ..] => {
                    let item = Item::Acknowledgement;
                    return ControlFlow::Continue(hand_on(so_far, self.taken(item, start + 1)));
                }
                [SOH, ..] => {
                    if let Some(etx) = clean_block(rest, self.options.limits) {
                        self.expects = Expects::Select;
                        let item = Item::Block(clean(rest, etx));
                        let taken = self.taken(item, start + etx + 2);
                        return ControlFlow::Continue(hand_on(so_far, taken));
                    }
                }
                [address @ 0x21..=0x7E, ENQ, ..] => {
                    let item = self.enquiry(Address::from_character(address));
                    return ControlFlow::Continue(hand_on(so_far, self.taken(item, start + 2)));
                }
                _ => {}
            }
        }
        let (scanned, expects, with_parity) = aside(self.clone(), received);
        self.expects = expects;
        self.with_parity = with_parity;
        self.at = scanned.range.end;
        ControlFlow::Continue(hand_on(so_far, scanned))
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Scanned<'a>;

    #[inline]
    fn next(&mut self) -> Option<Scanned<'a>> {
        match self.step(None, |_, scanned| Some(scanned)) {
            ControlFlow::Continue(next) | ControlFlow::Break(next) => next,
        }
    }

    /// Quicker than a loop over `next`; `for_each` and `count` are made of it.
    #[inline]
    fn fold<B, F: FnMut(B, Scanned<'a>) -> B>(mut self, init: B, mut hand_on: F) -> B {
        let mut so_far = init;
        loop {
            match self.step(so_far, &mut hand_on) {
                ControlFlow::Continue(next) => so_far = next,
                ControlFlow::Break(end) => return end,
            }
        }
    }
}

/// Where ETX of a block without deviation stands.
#[inline(never)]
fn clean_block(rest: &[u8], limits: Limits) -> Option<usize> {
    skim::clean(rest, &limits)
}

impl FusedIterator for Scan<'_> {}
