//! A passive listener: hears a line, sends nothing, says what is going on.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::address::Address;
use crate::codes::NakPrefix;
use crate::decode::{Decoded, decode, decode_prefix};
use crate::diagnosis::{Diagnosis, Finding, FindingKind};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::link::{Gap, Lexer, Token};
use crate::options::DecodeOptions;
use crate::profile::Profile;
use crate::time::Time;

/// Which wire a byte was heard on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The control station, or both directions merged.
    Control,
    /// The other direction, of a tap on both wires.
    Other,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Heard<'a> {
    /// Address and ENQ directly after EOT (ESPA reference 3.3).
    Poll(Address),
    /// Address and ENQ later.
    Select(Address),
    /// The first one after the start or after garbage: either.
    PollOrSelect(Address),
    /// ENQ without an address.
    BareEnquiry,
    /// ACK.
    Acknowledgement,
    /// NAK.
    NegativeAcknowledgement(Option<NakPrefix>),
    /// A block that could be read.
    Block(Decoded<'a>),
    /// A block that could not.
    RefusedBlock(DecodeError),
    /// Bytes that fit nothing; one report for each run of them.
    Garbage,
    /// EOT, and what was done since the one before.
    EndOfTransmission(Dialogue),
    /// Something is wrong with the line.
    Finding(Finding),
}

/// What happened between two EOTs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Dialogue {
    /// The station polled.
    pub polled: Option<Address>,
    /// The station selected last.
    pub selected: Option<Address>,
    /// The answer to the select.
    pub ready: Option<bool>,
    /// Blocks that could be read, repeats included.
    pub blocks: u32,
    /// Blocks that were acknowledged.
    pub acknowledged: u32,
    /// Blocks that were refused.
    pub refused: u32,
}

impl Dialogue {
    /// Selected and acknowledged without a block: the heartbeat of some callers (ESPA reference
    /// 3.4).
    #[must_use]
    pub fn is_link_test(&self) -> bool {
        self.ready == Some(true) && self.blocks == 0
    }
}

#[derive(Clone, Copy)]
enum Pending {
    Enquiry(Option<Address>, Expects),
    Acknowledgement,
    NegativeAcknowledgement(Option<NakPrefix>),
    Block(usize),
    Refused(DecodeError),
    Garbage,
    EndOfTransmission(Dialogue),
    Finding(Finding),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    Either,
    Poll,
    Select,
}

struct Lane {
    lexer: Lexer,
    /// The last block that was read.
    block: Vec<u8>,
    gap: Option<Time>,
    /// Garbage has been reported, and nothing valid since.
    garbage: bool,
}

/// Hears one line, both directions merged or each on its own [`Side`].
///
/// ```
/// use espa444::tap::{Heard, Side};
/// use espa444::{Profile, Tap, Time};
///
/// let mut tap = Tap::new(&Profile::FIELD, Time::ZERO);
/// let merged = b"\x041\x052\x05\x06\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x06\x04";
/// let (mut at, mut blocks) = (0, 0);
/// while at < merged.len() {
///     at += tap.handle_bytes(Time::ZERO, Side::Control, &merged[at..]);
///     while let Some(heard) = tap.poll_event() {
///         match heard {
///             Heard::Block(_) => blocks += 1,
///             Heard::EndOfTransmission(dialogue) if dialogue.blocks > 0 => {
///                 assert_eq!(dialogue.acknowledged, 1);
///             }
///             _ => {}
///         }
///     }
/// }
/// assert_eq!(blocks, 1);
/// ```
pub struct Tap {
    lanes: [Lane; 2],
    options: DecodeOptions,
    character_gap: Duration,
    supervision: Option<Duration>,
    events: VecDeque<Pending>,
    expects: Expects,
    dialogue: Dialogue,
    /// What an ACK or NAK would be an answer to.
    answers: Answers,
    diagnosis: Diagnosis,
    last_valid: Time,
    silent: bool,
    now: Time,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    Nothing,
    Select,
    Block,
    /// A NAK was the answer.
    AfterNak,
}

/// Events that may wait.
const EVENTS: usize = 12;
/// The most that one byte causes.
const EVENTS_PER_STEP: usize = 4;

impl Tap {
    /// A tap on a line; of the profile it needs options, timers and serial settings.
    #[must_use]
    pub fn new(profile: &Profile, now: Time) -> Self {
        let lane = || Lane {
            lexer: Lexer::new(&profile.decode, true),
            block: Vec::with_capacity(profile.decode.limits.largest_block()),
            gap: None,
            garbage: false,
        };
        let floor = profile.serial.character_time() * 20;
        Tap {
            lanes: [lane(), lane()],
            options: profile.decode,
            character_gap: profile.timers.character.max(floor),
            supervision: profile.timers.supervision,
            events: VecDeque::with_capacity(EVENTS),
            expects: Expects::Either,
            dialogue: Dialogue::default(),
            answers: Answers::Nothing,
            diagnosis: Diagnosis::new(),
            last_valid: now,
            silent: false,
            now,
        }
    }

    /// Takes bytes and gives how many; read the events and give the rest when it is fewer.
    #[must_use = "the rest must be given again"]
    pub fn handle_bytes(&mut self, now: Time, side: Side, bytes: &[u8]) -> usize {
        self.handle_timeout(now);
        let lane = side as usize;
        for (taken, &byte) in bytes.iter().enumerate() {
            if !self.has_room() {
                return taken;
            }
            let token = self.lanes[lane].lexer.push(byte);
            if self.lanes[lane].lexer.parity_found {
                self.observe(FindingKind::ParityInData);
            }
            self.token(lane, token);
        }
        bytes.len()
    }

    /// A character with a parity or framing error; `false` when it must be given again.
    #[must_use = "it must be given again"]
    pub fn handle_byte_error(&mut self, now: Time, side: Side) -> bool {
        self.handle_timeout(now);
        if !self.has_room() {
            return false;
        }
        let lane = side as usize;
        self.observe(FindingKind::FramingErrors);
        let token = self.lanes[lane].lexer.push_error();
        self.token(lane, token);
        true
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) {
        self.now = self.now.max(now);
        for lane in 0..self.lanes.len() {
            if self.has_room() && self.lanes[lane].gap.is_some_and(|at| at <= self.now) {
                self.on_gap(lane);
            }
        }
        if self.has_room() && self.silence_due().is_some_and(|at| at <= self.now) {
            self.silent = true;
            self.observe(FindingKind::Silence);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        if !self.has_room() {
            return None;
        }
        let gaps = self.lanes.iter().filter_map(|lane| lane.gap);
        gaps.chain(self.silence_due()).min()
    }

    /// What was heard, oldest first.
    pub fn poll_event(&mut self) -> Option<Heard<'_>> {
        Some(match self.events.pop_front()? {
            Pending::Enquiry(None, _) => Heard::BareEnquiry,
            Pending::Enquiry(Some(address), Expects::Poll) => Heard::Poll(address),
            Pending::Enquiry(Some(address), Expects::Select) => Heard::Select(address),
            Pending::Enquiry(Some(address), Expects::Either) => Heard::PollOrSelect(address),
            Pending::Acknowledgement => Heard::Acknowledgement,
            Pending::NegativeAcknowledgement(prefix) => Heard::NegativeAcknowledgement(prefix),
            Pending::Block(lane) => match decode_prefix(&self.lanes[lane].block, &self.options) {
                Ok(decoded) => Heard::Block(decoded),
                Err(error) => Heard::RefusedBlock(error),
            },
            Pending::Refused(error) => Heard::RefusedBlock(error),
            Pending::Garbage => Heard::Garbage,
            Pending::EndOfTransmission(dialogue) => Heard::EndOfTransmission(dialogue),
            Pending::Finding(finding) => Heard::Finding(finding),
        })
    }

    /// What is known to be wrong with the line.
    #[must_use]
    pub const fn diagnosis(&self) -> &Diagnosis {
        &self.diagnosis
    }

    fn has_room(&self) -> bool {
        self.events.len() + EVENTS_PER_STEP <= EVENTS
            && !self
                .events
                .iter()
                .any(|event| matches!(event, Pending::Block(_)))
    }

    fn silence_due(&self) -> Option<Time> {
        let limit = self.supervision.filter(|_| !self.silent)?;
        Some(self.last_valid + limit)
    }

    fn observe(&mut self, kind: FindingKind) {
        if let Some(finding) = self.diagnosis.observe(kind) {
            self.events.push_back(Pending::Finding(finding));
        }
    }

    fn on_gap(&mut self, at: usize) {
        let lane = &mut self.lanes[at];
        lane.gap = None;
        let kind = match lane.lexer.gap() {
            Gap::Nothing | Gap::Run => return,
            Gap::Headless => DecodeErrorKind::SohMissing,
            Gap::Block => DecodeErrorKind::Truncated,
            Gap::BlockWithoutBcc => DecodeErrorKind::BccMissing,
        };
        let length = lane.lexer.block().len();
        if kind == DecodeErrorKind::SohMissing {
            self.observe(FindingKind::BlockWithoutStart);
        }
        if kind == DecodeErrorKind::BccMissing {
            self.observe(FindingKind::BccMissing);
            if self.options.accept_missing_bcc {
                self.block(at);
                return;
            }
        }
        self.events
            .push_back(Pending::Refused(DecodeError::new(kind, length)));
    }

    fn token(&mut self, at: usize, token: Token) {
        let open = self.lanes[at].lexer.is_open();
        self.lanes[at].gap = open.then(|| self.now + self.character_gap);
        match token {
            Token::Partial | Token::Padding => return,
            Token::Garbage => {
                self.observe(FindingKind::Garbage);
                self.expects = Expects::Either;
                if !core::mem::replace(&mut self.lanes[at].garbage, true) {
                    self.events.push_back(Pending::Garbage);
                }
                return;
            }
            _ => {}
        }
        self.lanes[at].garbage = false;
        if !self.lanes[at].lexer.is_guessing() {
            self.diagnosis.dismiss(FindingKind::Garbage);
        }
        self.last_valid = self.now;
        self.silent = false;
        match token {
            Token::Enquiry(address) => self.enquiry(address),
            Token::Ack => {
                match self.answers {
                    Answers::Select => self.dialogue.ready = Some(true),
                    Answers::Block => self.dialogue.acknowledged += 1,
                    _ => {}
                }
                self.answers = Answers::Nothing;
                self.events.push_back(Pending::Acknowledgement);
            }
            Token::Nak(prefix) => {
                match self.answers {
                    Answers::Select => self.dialogue.ready = Some(false),
                    Answers::Block => self.dialogue.refused += 1,
                    _ => {}
                }
                let first = prefix.is_none_or(|one| one == NakPrefix::TRANSMISSION_ERROR);
                self.answers = if self.answers == Answers::Block && first {
                    Answers::AfterNak
                } else {
                    Answers::Nothing
                };
                self.events
                    .push_back(Pending::NegativeAcknowledgement(prefix));
            }
            Token::Eot | Token::Aborted => self.end(),
            Token::Block => self.block(at),
            Token::BlockThenEot => {
                self.observe(FindingKind::BccMissing);
                self.block(at);
                self.end();
            }
            Token::Oversize => {
                self.expects = Expects::Select;
                let limit = self.options.limits.largest_block();
                let kind = DecodeErrorKind::TooLarge { limit };
                self.events
                    .push_back(Pending::Refused(DecodeError::new(kind, limit)));
            }
            Token::Headless => {
                self.expects = Expects::Either;
                self.observe(FindingKind::BlockWithoutStart);
                let error = DecodeError::new(DecodeErrorKind::SohMissing, 0);
                self.events.push_back(Pending::Refused(error));
            }
            Token::BlockStart(_) | Token::Partial | Token::Padding | Token::Garbage => {}
        }
    }

    fn enquiry(&mut self, address: Option<Address>) {
        let expects = core::mem::replace(&mut self.expects, Expects::Select);
        if let Some(address) = address {
            if expects == Expects::Poll {
                self.dialogue.polled = Some(address);
            } else {
                // Selected again after blocks: the EOT between the two is missing.
                if self.dialogue.acknowledged > 0 {
                    self.observe(FindingKind::EotMissing);
                    self.dialogue = Dialogue::default();
                }
                self.dialogue.selected = Some(address);
                self.answers = Answers::Select;
            }
        }
        self.events.push_back(Pending::Enquiry(address, expects));
    }

    fn end(&mut self) {
        if self.answers == Answers::AfterNak {
            self.observe(FindingKind::NakIgnored);
        }
        self.answers = Answers::Nothing;
        self.expects = Expects::Poll;
        let dialogue = core::mem::take(&mut self.dialogue);
        self.events.push_back(Pending::EndOfTransmission(dialogue));
    }

    /// The bytes are in the lexer.
    fn block(&mut self, at: usize) {
        let lane = &mut self.lanes[at];
        let result = if lane.lexer.is_damaged() {
            Err(DecodeError::new(DecodeErrorKind::Parity, 0))
        } else {
            decode(lane.lexer.block(), &self.options).map(|_| ())
        };
        self.answers = Answers::Block;
        self.expects = Expects::Select;
        match result {
            Ok(()) => {
                lane.lexer.swap(&mut lane.block);
                self.dialogue.blocks += 1;
                if self.dialogue.selected.is_none() {
                    self.observe(FindingKind::BlockWithoutSelect);
                }
                self.events.push_back(Pending::Block(at));
            }
            Err(error) => {
                if matches!(
                    error.kind,
                    DecodeErrorKind::Bcc { .. } | DecodeErrorKind::Parity
                ) {
                    self.observe(FindingKind::BccErrors);
                }
                self.events.push_back(Pending::Refused(error));
            }
        }
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap")
            .field("dialogue", &self.dialogue)
            .finish_non_exhaustive()
    }
}
