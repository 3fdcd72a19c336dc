//! What comes in, byte by byte, and where it goes.

use core::time::Duration;

use super::wire::Echo;
use super::{FailureReason, Link, State, Token};
use crate::codes::NakPrefix;
use crate::diagnosis::FindingKind;
use crate::time::Time;

/// Garbage after an own transmission that makes it a collision.
const COLLISION: u8 = 4;

/// How long after the last byte an echo may still arrive: a converter with a latency timer holds
/// bytes for 16 ms, and a busy machine reads late.
const LATE_ECHO: Duration = Duration::from_millis(100);

impl Link {
    /// Takes bytes from the line and gives how many were taken.
    ///
    /// It is fewer than given when an event or bytes to send must be fetched first; give the rest
    /// after that. A block is always followed by such a stop, so that a call never has to be kept
    /// beside another.
    #[must_use = "the rest must be given again"]
    pub fn handle_bytes(&mut self, now: Time, bytes: &[u8]) -> usize {
        self.handle_timeout(now);
        for (taken, &byte) in bytes.iter().enumerate() {
            if !self.has_room() {
                return taken;
            }
            self.byte(byte);
        }
        self.duties();
        bytes.len()
    }

    /// A character that the port received with a parity or framing error. As with
    /// [`handle_bytes`](Self::handle_bytes), `false` when it must be given again.
    #[must_use = "it must be given again"]
    pub fn handle_byte_error(&mut self, now: Time) -> bool {
        self.handle_timeout(now);
        if !self.connected {
            return true;
        }
        if !self.has_room() {
            return false;
        }
        self.heard();
        self.observe(FindingKind::FramingErrors);
        let token = self.lexer.push_error();
        self.follow_block();
        self.token(token);
        self.duties();
        true
    }

    fn heard(&mut self) {
        if !self.lexer.is_open() {
            self.after_pause = self
                .profile
                .tolerance
                .pause_makes_poll
                .is_some_and(|pause| self.now.since(self.heard_at) >= pause);
        }
        self.heard_at = self.now;
        self.release_at = self.release_at.max(self.now + self.profile.line.turnaround);
    }

    fn byte(&mut self, received: u8) {
        if !self.connected {
            return;
        }
        match self.wire.heard(received) {
            Echo::Own => return,
            Echo::Collision => self.collision(),
            Echo::Absent => {}
        }
        // An echo comes with the sending; the same enquiry later is one of a second control station.
        if self.now.since(self.sent_at) > LATE_ECHO {
            self.wire.no_echo();
        }
        let slave = self.state == State::Ready;
        if self.wire.looks_like_echo(received, slave) {
            self.observe(FindingKind::Echo);
        }
        self.heard();
        let token = self.lexer.push(received);
        if self.lexer.parity_found {
            self.observe(FindingKind::ParityInData);
        }
        self.follow_block();
        self.token(token);
    }

    /// Keeps the clocks of characters and blocks.
    fn follow_block(&mut self) {
        self.gap = self
            .lexer
            .is_open()
            .then(|| self.now + self.character_gap());
        if !self.lexer.is_in_block() {
            self.block_until = None;
        } else if self.block_until.is_none() {
            self.block_until = Some(self.now + self.longest_block());
        }
    }

    fn token(&mut self, token: Token) {
        match token {
            Token::Partial | Token::Padding | Token::Garbage => {}
            _ if self.lexer.is_guessing() => {}
            _ => self.diagnosis.dismiss(FindingKind::Garbage),
        }
        match token {
            Token::Partial | Token::Padding => {}
            Token::Garbage => self.on_garbage(),
            Token::Enquiry(address) => self.on_enquiry(address),
            Token::Ack => self.on_ack(),
            Token::Nak(prefix) => self.on_nak(prefix),
            Token::Eot | Token::Aborted => self.on_eot(),
            Token::BlockStart(_) => self.on_block_start(),
            Token::Block => self.on_block(),
            Token::BlockThenEot => {
                self.observe(FindingKind::BccMissing);
                self.on_block_then_eot();
            }
            Token::Oversize => self.on_oversize(),
            Token::Headless => self.on_headless(),
        }
        // Silence is counted from the last byte, whatever it was.
        if self.state == State::Unknown && !self.in_control() {
            self.deadline = Some(self.now + self.profile.timers.regain);
        }
    }

    fn on_garbage(&mut self) {
        self.observe(FindingKind::Garbage);
        self.garbage = self.garbage.saturating_add(1);
        match self.state {
            State::Idle if !self.in_control() => self.lose_track(),
            State::Selecting | State::Sending | State::Polling if self.garbage >= COLLISION => {
                self.collision();
            }
            State::Ready | State::Deciding => self.doubt(),
            _ => {}
        }
    }

    pub(super) fn on_eot(&mut self) {
        match self.state {
            State::Selecting | State::Sending => {
                self.wire.drop_block();
                self.abort(FailureReason::LineTaken);
            }
            State::Polling => self.poll_answered(),
            State::Ready if self.nak_sent == Some(NakPrefix::TRANSMISSION_ERROR) => {
                self.observe(FindingKind::NakIgnored);
            }
            _ => {}
        }
        self.idle();
        self.settle();
    }
}
