//! Being polled and selected, and taking blocks (ESPA reference 3.3 and 4.1).

use alloc::vec::Vec;

use super::event::Pending;
use super::{Accepted, BlockId, Link, NotHeld, PossibleRepeat, Received, Refusal, State};
use crate::address::Address;
use crate::codes::NakPrefix;
use crate::decode::decode;
use crate::diagnosis::FindingKind;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::options::DecodeOptions;
use crate::profile::{FirstEnquiry, OtherHeaders};
use crate::time::Time;
use crate::warning::WarningKind;

/// How far the application is with the block that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// Nothing is held, or it is decided.
    Done,
    /// The application has not decided.
    Open,
    /// Accepted, but the caller has not been told.
    AcceptedLate(Time),
}

/// The last good block, until the next one.
pub(crate) struct Held {
    bytes: Vec<u8>,
    id: BlockId,
    decision: Decision,
    repeat: Option<PossibleRepeat>,
    accepted: bool,
    transaction: u32,
    doubted: bool,
    /// Its caller had ended the transaction with it, and waits for no answer.
    ended: bool,
}

impl Held {
    pub(crate) fn new(capacity: usize) -> Self {
        Held {
            bytes: Vec::with_capacity(capacity),
            id: BlockId(0),
            decision: Decision::Done,
            repeat: None,
            accepted: false,
            transaction: 0,
            doubted: true,
            ended: false,
        }
    }

    pub(crate) fn read(&self, options: &DecodeOptions) -> Option<Received<'_>> {
        Some(Received {
            id: self.id,
            block: decode(&self.bytes, options).ok()?,
            possible_repeat: self.repeat,
            accepted: self.accepted,
        })
    }
}

impl Link {
    /// The block is in safety: it is acknowledged.
    ///
    /// # Errors
    ///
    /// [`NotHeld`] when it is decided already or another block has come. The latter happens after
    /// [`Event::Undecided`](super::Event::Undecided), and the caller then sends it again; and on a
    /// line without answers, where no caller waits for a decision and nothing depends on it.
    pub fn accept(&mut self, now: Time, id: BlockId) -> Result<Accepted, NotHeld> {
        self.advance(now);
        self.decide(id)?;
        if !self.profile.answers || self.mute || self.held.ended {
            return Ok(Accepted::NoAnswers);
        }
        if self.state == State::Deciding {
            self.acknowledge();
            self.enter(State::Ready, self.profile.timers.regain);
            return Ok(Accepted::Acknowledged);
        }
        self.held.decision = Decision::AcceptedLate(self.now);
        Ok(Accepted::Late)
    }

    /// The block is not taken: NAK is sent, if the caller still waits for an answer.
    ///
    /// # Errors
    ///
    /// [`NotHeld`] as for [`accept`](Self::accept).
    pub fn refuse(&mut self, now: Time, id: BlockId, refusal: Refusal) -> Result<(), NotHeld> {
        self.advance(now);
        self.decide(id)?;
        self.recent.forget(id);
        if self.state == State::Deciding {
            self.refuse_with(match refusal {
                Refusal::Busy => NakPrefix::BUSY,
                Refusal::Invalid => NakPrefix::INVALID_MESSAGE,
            });
            self.enter(State::Ready, self.profile.timers.regain);
        }
        Ok(())
    }

    fn decide(&mut self, id: BlockId) -> Result<(), NotHeld> {
        if self.held.id != id || self.held.decision != Decision::Open {
            return Err(NotHeld);
        }
        self.held.decision = Decision::Done;
        Ok(())
    }

    pub(super) fn on_enquiry(&mut self, address: Option<Address>) {
        let ours = address == Some(self.address);
        if self.yielding_until.is_some() {
            self.yielding_until = Some(self.now + self.back_off());
        }
        if ours {
            self.diagnosis.dismiss(FindingKind::WrongAddress);
            self.valid();
        } else if address.is_some() && !self.in_control() {
            self.observe(FindingKind::WrongAddress);
        }
        let open = matches!(
            self.state,
            State::OtherMaster | State::Watching | State::Ready
        );
        if self.after_pause && open {
            self.idle();
        }
        let bare = address.is_none() && self.profile.tolerance.bare_enquiry;
        match self.state {
            State::Unknown => {
                let select = self.profile.tolerance.first_enquiry == FirstEnquiry::Select
                    || self.enquiry_seen;
                match address {
                    _ if bare => self.selected(),
                    Some(_) if ours && select => self.selected(),
                    Some(_) if ours => self.enquiry_seen = true,
                    _ => self.enter(State::OtherMaster, self.profile.timers.regain),
                }
            }
            State::Idle => {
                if self.in_control() {
                    self.foreign_enquiry();
                }
                if bare || (ours && self.profile.tolerance.single_enquiry_select) {
                    self.selected();
                } else if ours {
                    self.polled();
                } else {
                    self.enter(State::OtherMaster, self.profile.timers.regain);
                }
            }
            State::OtherMaster if ours || bare => self.selected(),
            State::OtherMaster if address.is_some() => {
                self.enter(State::Watching, self.profile.timers.regain);
            }
            // The master asks again: our answer was lost. Not for a lone ENQ, which may be a doubled
            // one: a second ACK could pass for the answer to the block.
            State::Ready if ours || bare => self.asked_again(),
            State::Ready | State::Deciding if !ours && address.is_some() => {
                self.observe(FindingKind::EotMissing);
                self.idle();
                self.enter(State::OtherMaster, self.profile.timers.regain);
            }
            State::Selecting | State::Sending => {
                if self.in_control() {
                    self.foreign_enquiry();
                }
                self.collision();
            }
            State::Polling => {
                if address.is_some() {
                    self.poll_answered();
                }
                if ours {
                    self.selected();
                } else if address.is_some() {
                    self.enter(State::Watching, self.profile.timers.regain);
                }
            }
            _ => {}
        }
    }

    /// Answers a poll, by EOT or by a select of our own.
    fn polled(&mut self) {
        if self.mute || !self.profile.answers {
            self.enter(State::OtherMaster, self.profile.timers.regain);
        } else if !self.begin_as_temporary_master() {
            self.release();
        }
    }

    /// Answers a select.
    fn selected(&mut self) {
        if self.busy || self.held.decision == Decision::Open && !self.mute {
            self.refuse_with(NakPrefix::BUSY);
            self.enter(State::OtherMaster, self.profile.timers.regain);
        } else {
            self.acknowledge();
            self.enter(State::Ready, self.profile.timers.block_start);
        }
    }

    /// Selected already: the last answer once more. ACK behind a block that was refused would pass
    /// for the answer to it, and lose the call.
    fn asked_again(&mut self) {
        match self.nak_sent {
            Some(prefix) => {
                self.refuse_with(prefix);
                self.enter(State::Ready, self.profile.timers.regain);
            }
            None => self.selected(),
        }
    }

    pub(super) fn on_block_start(&mut self) {
        match self.state {
            State::Ready | State::OtherMaster | State::Watching => {
                let limit = self.longest_block();
                self.deadline = Some(self.now + limit);
                // An SOH begins the clock of the block again.
                self.block_until = self.deadline;
            }
            _ => {}
        }
    }

    /// Whether a block that is complete is for us.
    fn is_ours(&mut self) -> bool {
        match self.state {
            State::Ready | State::Deciding => true,
            State::Unknown | State::Idle | State::OtherMaster => {
                if self.nak_sent.is_some() {
                    self.observe(FindingKind::NakIgnored);
                } else if self.state != State::Unknown {
                    self.observe(FindingKind::BlockWithoutSelect);
                }
                self.profile.tolerance.block_without_select && !self.busy
            }
            _ => false,
        }
    }

    /// Refuses a block that cannot be read.
    pub(super) fn refuse_block(&mut self, error: DecodeError) {
        if let Some(prefix) = error.answer {
            self.refuse_with(prefix);
        }
        self.event(Pending::Refused(error));
        self.enter(State::Ready, self.profile.timers.regain);
    }

    pub(super) fn on_oversize(&mut self) {
        if matches!(self.state, State::Ready | State::Deciding) {
            let limit = self.profile.decode.limits.largest_block();
            let kind = DecodeErrorKind::TooLarge { limit };
            self.refuse_block(DecodeError::new(kind, limit));
        }
    }

    pub(super) fn on_headless(&mut self) {
        if self.state != State::Ready {
            return;
        }
        self.observe(FindingKind::BlockWithoutStart);
        if self.profile.tolerance.refuse_block_without_start {
            let mut error = DecodeError::new(DecodeErrorKind::SohMissing, 0);
            error.answer = Some(NakPrefix::TRANSMISSION_ERROR);
            self.refuse_block(error);
        }
    }

    /// The bytes are in the lexer.
    pub(super) fn on_block(&mut self) {
        if !self.is_ours() {
            return;
        }
        self.valid();
        if self.lexer.is_damaged() {
            self.observe(FindingKind::BccErrors);
            self.refuse_block(DecodeError::new(DecodeErrorKind::Parity, 0));
            return;
        }
        if self.held.bytes == self.lexer.block() {
            match self.held.decision {
                // The application still has it; it is not handed out twice.
                Decision::Open if !self.mute => {
                    self.held.transaction = self.transaction;
                    self.held.ended = false;
                    self.enter(State::Deciding, self.profile.timers.decision);
                    return;
                }
                Decision::AcceptedLate(at) if self.now.since(at) <= self.profile.timers.repeat => {
                    self.hold(true);
                    self.acknowledge();
                    self.enter(State::Ready, self.profile.timers.regain);
                    self.event(Pending::Block);
                    return;
                }
                _ => {}
            }
        }
        let header = match decode(self.lexer.block(), &self.profile.decode) {
            Ok(decoded) => self.profile.headers.takes(decoded.block().header()),
            Err(error) => {
                if matches!(
                    error.kind,
                    DecodeErrorKind::Bcc { .. } | DecodeErrorKind::Parity
                ) {
                    self.observe(FindingKind::BccErrors);
                }
                self.refuse_block(error);
                return;
            }
        };
        match (header, self.profile.headers.others) {
            (true, _) => {
                self.hold(false);
                self.held.decision = Decision::Open;
                if self.mute || !self.profile.answers {
                    self.enter(State::Ready, self.profile.timers.regain);
                } else {
                    self.enter(State::Deciding, self.profile.timers.decision);
                }
                self.event(Pending::Block);
            }
            (false, OtherHeaders::Ignore) => {
                self.hold(false);
                self.acknowledge();
                self.enter(State::Ready, self.profile.timers.regain);
                self.event(Pending::Ignored);
            }
            (false, OtherHeaders::Refuse) => {
                let kind = DecodeErrorKind::Deviation(WarningKind::UnknownHeader);
                self.refuse_block(DecodeError::new(kind, 1));
            }
        }
    }

    /// Keeps the block of the lexer under a new number.
    fn hold(&mut self, accepted: bool) {
        let id = BlockId(self.next_block);
        self.next_block += 1;
        let block = self.lexer.block();
        self.held.repeat = self.recent.find(
            block,
            self.transaction,
            self.now,
            self.profile.timers.repeat,
        );
        self.recent.remember(
            block,
            id,
            self.transaction,
            self.now,
            self.profile.timers.repeat,
        );
        self.lexer.swap(&mut self.held.bytes);
        self.held.id = id;
        self.held.decision = Decision::Done;
        self.held.accepted = accepted;
        self.held.transaction = self.transaction;
        self.held.doubted = false;
        self.held.ended = false;
    }

    /// A block whose BCC was left out, and the EOT directly behind it: nobody waits for an answer
    /// to it (ESPA reference 11).
    pub(super) fn on_block_then_eot(&mut self) {
        self.on_block();
        self.held.ended |= self.state == State::Deciding;
        self.on_eot();
    }

    /// The application has not decided in time.
    pub(super) fn undecided(&mut self) {
        self.refuse_with(NakPrefix::BUSY);
        self.enter(State::Ready, self.profile.timers.regain);
        self.event(Pending::Undecided(self.held.id));
    }

    /// Garbage came behind a block.
    pub(super) fn doubt(&mut self) {
        if !self.held.doubted && self.held.transaction == self.transaction {
            self.held.doubted = true;
            self.event(Pending::Doubtful(self.held.id));
        }
    }
}
