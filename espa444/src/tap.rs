//! A passive listener: hears a line, sends nothing, says what is going on.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::address::Address;
use crate::codes::{ENQ, EOT, NakPrefix};
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
    /// Blocks that could not be read.
    pub damaged: u32,
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
        self.ready == Some(true) && self.blocks == 0 && self.damaged == 0
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
    /// What has not come back on the other wire.
    unechoed: VecDeque<u8>,
    /// The last bytes, without bit 7, the newest lowest.
    tail: u64,
    /// How many of them in a row had been heard on the other wire.
    echoed: u8,
}

/// What a byte is against what was heard before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Echo {
    None,
    /// It may be.
    Part,
    /// The ENQ of an enquiry that came back.
    Enquiry,
}

/// Bytes of one wire that are looked for on the other.
const ECHO: usize = 64;
/// Polls in turn after which what looked like another control station was something else.
const UNDISTURBED: u8 = 16;

/// Hears one line, both directions merged or each on its own [`Side`].
///
/// Of the findings, [`FindingKind::TwoControlStations`] needs each direction on its own side, and
/// [`FindingKind::WrongAddress`] the address of a [station](Self::for_station). An echo shows when
/// what one side said comes back on the other, or when each byte of a merged line comes twice;
/// a whole burst that comes twice on a merged line may as well be a repeat, and is no finding.
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
    /// Whose address is compared with those polled and selected.
    station: Option<Address>,
    /// The wire whose last item was an EOT, if nothing was heard since.
    released: Option<usize>,
    /// The wire that polls, and how often in a row.
    controller: Option<(usize, u8)>,
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
const EVENTS: usize = 20;
/// The most that one byte causes.
const EVENTS_PER_STEP: usize = 8;

impl Tap {
    /// A tap on a line; of the profile it needs options, timers and serial settings.
    #[must_use]
    pub fn new(profile: &Profile, now: Time) -> Self {
        let lane = || Lane {
            lexer: Lexer::new(&profile.decode, true),
            block: Vec::with_capacity(profile.decode.limits.largest_block()),
            gap: None,
            garbage: false,
            unechoed: VecDeque::with_capacity(ECHO),
            tail: 0,
            echoed: 0,
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
            station: None,
            released: None,
            controller: None,
            last_valid: now,
            silent: false,
            now,
        }
    }

    /// The same, for whoever knows the address that a station of the line is set to:
    /// [`FindingKind::WrongAddress`] when others are polled and selected, and this one never.
    #[must_use]
    pub const fn for_station(mut self, address: Address) -> Self {
        self.station = Some(address);
        self
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
            let echo = self.follow_echo(lane, byte);
            if echo == Echo::Enquiry {
                self.observe(FindingKind::Echo);
            }
            let held = self.lanes[lane].lexer.block().len();
            let token = self.lanes[lane].lexer.push(byte);
            if self.lanes[lane].lexer.parity_found {
                self.observe(FindingKind::ParityInData);
            }
            let cut = match token {
                Token::BlockStart(true) => Some(DecodeErrorKind::Restarted),
                Token::Aborted => Some(DecodeErrorKind::Aborted),
                _ => None,
            };
            if let Some(kind) = cut {
                let error = DecodeError::new(kind, held);
                self.refused(error);
            }
            self.follow_control(lane, token, echo);
            self.token(lane, token);
        }
        bytes.len()
    }

    /// Follows what comes back: byte by byte on the other wire, or each byte twice where both
    /// directions are merged.
    fn follow_echo(&mut self, at: usize, byte: u8) -> Echo {
        let (left, right) = self.lanes.split_at_mut(1);
        let (own, other) = match (left, right) {
            ([left], [right]) if at == 0 => (left, right),
            ([left], [right]) => (right, left),
            _ => return Echo::None,
        };
        own.tail = own.tail << 8 | u64::from(byte & 0x7F);
        if other.unechoed.front() == Some(&byte) {
            other.unechoed.pop_front();
            own.echoed = own.echoed.saturating_add(1);
        } else {
            other.unechoed.clear();
            own.echoed = 0;
        }
        if own.unechoed.len() < ECHO {
            own.unechoed.push_back(byte);
        }
        let [.., a, b, c, d, e, f] = own.tail.to_be_bytes();
        let doubled = a == b && matches!(a, EOT | ENQ) && c == d && c.is_ascii_graphic() && e == f;
        // An answer may begin like what it answers; a whole transmission is never answered by
        // itself, nor a part of that length.
        let whole = own.echoed >= 2 && other.unechoed.is_empty();
        let back = e.is_ascii_graphic() && (own.echoed >= 4 || whole);
        if f == ENQ && (doubled || back) {
            Echo::Enquiry
        } else if own.echoed >= 2 {
            Echo::Part
        } else {
            Echo::None
        }
    }

    /// An EOT and a poll behind it on one wire are those of a control station.
    fn follow_control(&mut self, at: usize, token: Token, echo: Echo) {
        match token {
            Token::Partial | Token::Padding => {}
            Token::Eot | Token::Aborted => self.released = Some(at),
            Token::Enquiry(Some(_)) if self.released.take() == Some(at) && echo == Echo::None => {
                match &mut self.controller {
                    Some((controller, _)) if *controller != at => {
                        self.observe(FindingKind::TwoControlStations);
                        self.controller = Some((at, 0));
                    }
                    Some((_, polls)) => {
                        *polls = polls.saturating_add(1);
                        if *polls >= UNDISTURBED {
                            self.diagnosis.dismiss(FindingKind::TwoControlStations);
                        }
                    }
                    None => self.controller = Some((at, 0)),
                }
            }
            _ => self.released = None,
        }
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
        self.refused(DecodeError::new(kind, length));
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
                self.refused(DecodeError::new(kind, limit));
            }
            Token::Headless => {
                self.expects = Expects::Either;
                self.observe(FindingKind::BlockWithoutStart);
                let error = DecodeError::new(DecodeErrorKind::SohMissing, 0);
                self.refused(error);
            }
            Token::BlockStart(_) | Token::Partial | Token::Padding | Token::Garbage => {}
        }
    }

    fn refused(&mut self, error: DecodeError) {
        self.dialogue.damaged = self.dialogue.damaged.saturating_add(1);
        self.events.push_back(Pending::Refused(error));
    }

    fn enquiry(&mut self, address: Option<Address>) {
        let expects = core::mem::replace(&mut self.expects, Expects::Select);
        if let Some(address) = address {
            if self.station == Some(address) {
                self.diagnosis.dismiss(FindingKind::WrongAddress);
            } else if self.station.is_some() {
                self.observe(FindingKind::WrongAddress);
            }
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
                self.refused(error);
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
