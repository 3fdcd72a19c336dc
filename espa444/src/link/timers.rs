//! What happens when nothing happens. Every state is left by itself.

use core::time::Duration;

use super::event::Pending;
use super::{Gap, Link, State};
use crate::diagnosis::FindingKind;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::time::Time;

impl Link {
    /// Does what is due. Too early or too late does no harm.
    pub fn handle_timeout(&mut self, now: Time) {
        self.advance(now);
        if !self.connected || !self.has_room() {
            return;
        }
        if due(self.gap, self.now) {
            self.gap = None;
            self.on_gap();
        }
        if due(self.block_until, self.now) {
            self.on_endless_block();
        }
        if due(self.deadline, self.now) {
            self.on_deadline();
        }
        if due(self.yielding_until, self.now) {
            self.yielding_over();
        }
        if due(self.supervision_due(), self.now) {
            self.lost = true;
            self.event(Pending::LinkLost);
            self.observe(FindingKind::Silence);
        }
        self.duties();
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; `None` while there is
    /// nothing to wait for, or events must be read or bytes sent first.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        if !self.connected {
            return None;
        }
        let release =
            (!self.wire.is_empty() && self.release_at > self.now).then_some(self.release_at);
        if !self.has_room() {
            // Room comes when what waits has left, which may not be before then.
            return release;
        }
        [
            self.gap,
            self.block_until,
            self.deadline,
            self.yielding_until,
            self.supervision_due(),
            self.next_duty(),
            release,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The time of supervision. Without polls of its own a control station hears nothing when idle.
    pub(super) fn supervision(&self) -> Option<Duration> {
        let timers = &self.profile.timers;
        let blind = self.control && timers.poll_interval.is_none();
        timers.supervision.filter(|_| !blind)
    }

    fn supervision_due(&self) -> Option<Time> {
        let limit = self.supervision().filter(|_| !self.lost)?;
        Some(self.last_valid + limit)
    }

    /// The longest pause between two characters.
    pub(super) fn character_gap(&self) -> Duration {
        let floor = self.profile.serial.character_time() * 20;
        self.profile.timers.character.max(floor)
    }

    /// The longest a block may take, all of it: generous to a slow sender, since a pause between
    /// characters is noticed much earlier.
    pub(super) fn longest_block(&self) -> Duration {
        let bytes = u32::try_from(self.profile.decode.limits.largest_block()).unwrap_or(u32::MAX);
        self.profile.timers.regain * 3 + self.profile.serial.character_time() * bytes * 2
    }

    /// When so many bytes will have left the port.
    pub(super) fn after_sending(&self, bytes: usize) -> Time {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let duration = self.profile.serial.character_time().saturating_mul(bytes);
        self.now.max(self.release_at) + duration
    }

    pub(super) fn enter_after_sending(&mut self, state: State, bytes: usize, limit: Duration) {
        self.state = state;
        self.deadline = Some(self.after_sending(bytes) + limit);
    }

    fn on_gap(&mut self) {
        self.wire.forget_echo();
        let gap = self.lexer.gap();
        self.block_until = None;
        if gap == Gap::Headless {
            self.on_headless();
            return;
        }
        let missing_bcc = gap == Gap::BlockWithoutBcc;
        if missing_bcc {
            self.observe(FindingKind::BccMissing);
            if self.profile.decode.accept_missing_bcc {
                self.on_block();
                return;
            }
        }
        if self.state == State::Ready && (missing_bcc || gap == Gap::Block) {
            let kind = if missing_bcc {
                DecodeErrorKind::BccMissing
            } else {
                DecodeErrorKind::Truncated
            };
            self.refuse_block(DecodeError::new(kind, self.lexer.block().len()));
        }
    }

    /// Characters come and come, and none of them ends the block.
    fn on_endless_block(&mut self) {
        self.block_until = None;
        self.gap = None;
        self.lexer.abandon();
        match self.state {
            State::Ready => {
                let limit = self.profile.decode.limits.largest_block();
                let mut error = DecodeError::new(DecodeErrorKind::TooLarge { limit }, limit);
                // Nobody listens while sending.
                error.answer = None;
                self.event(Pending::Refused(error));
                self.lose_track();
            }
            State::OtherMaster | State::Watching => self.lose_track(),
            _ => {}
        }
    }

    fn on_deadline(&mut self) {
        self.deadline = None;
        match self.state {
            State::Deciding => self.undecided(),
            State::Selecting | State::Sending => self.answer_overdue(),
            State::Polling => self.poll_missed(),
            _ if self.in_control() => self.release(),
            _ => self.idle(),
        }
    }
}

fn due(at: Option<Time>, now: Time) -> bool {
    at.is_some_and(|at| at <= now)
}
