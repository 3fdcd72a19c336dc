//! Bytes and time come in.

use alloc::vec::Vec;

use super::answers::Held;
use super::shadow::Shadow;
use super::{Received, Receiver, ReceiverEvent};
use crate::Time;
use crate::layout::DecodeErrorKind;
use crate::layout::assemble::Step;
use crate::layout::framing::Terminator;

impl Receiver {
    /// Takes bytes from the line and gives how many were taken.
    ///
    /// It is fewer than given when an event must be fetched first, when
    /// [`MOST_UNDECIDED`](Self::MOST_UNDECIDED) frames wait, or when too many answers wait for
    /// [`poll_transmit`](Self::poll_transmit); give the rest after that.
    #[must_use = "the rest must be given again"]
    pub fn handle_bytes(&mut self, now: Time, bytes: &[u8]) -> usize {
        self.handle_timeout(now);
        for (taken, &byte) in bytes.iter().enumerate() {
            self.pump();
            if !self.may_read() {
                return taken;
            }
            self.heard = self.now;
            self.silent = false;
            // A byte after the time-out belongs to what comes, not to what was cut short.
            self.flushing = false;
            self.received += 1;
            self.byte(byte);
        }
        bytes.len()
    }

    /// Tells the time.
    pub fn handle_timeout(&mut self, now: Time) {
        self.now = self.now.max(now);
        while let Some((token, unanswered)) = self.answers.expire(self.now) {
            self.events.push_back(ReceiverEvent::Undecided(token));
            if unanswered.is_some() {
                self.leave_in_shadow(unanswered, self.position());
            }
        }
        self.release();
        if self.frame_deadline().is_some_and(|at| at <= self.now) {
            self.cut_short();
        }
        self.pump();
        if let Some(after) = self.framing.silence {
            if !self.silent && self.heard + after <= self.now {
                self.silent = true;
                let since = self.heard;
                self.events.push_back(ReceiverEvent::Silence { since });
            }
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); `None`: there is nothing to wait for.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let silence = self.framing.silence.filter(|_| !self.silent);
        let times = [
            self.frame_deadline(),
            self.answers.next_expiry(),
            silence.map(|after| self.heard + after),
        ];
        times.into_iter().flatten().min()
    }

    /// A frame is on its way in, or bytes were skipped and not yet reported.
    fn frame_deadline(&self) -> Option<Time> {
        let half_read = !self.assembler.wire.is_empty() && !self.kept_mark;
        let waits = (half_read || self.skipped > 0) && !self.flushing && self.replay.is_empty();
        waits.then(|| self.heard + self.framing.timeout)
    }

    fn may_read(&self) -> bool {
        self.events.is_empty() && self.replay.is_empty() && !self.answers.is_full()
    }

    /// How many bytes of the line were read, without those to be read again.
    pub(super) fn position(&self) -> u64 {
        let again = u64::try_from(self.replay.len()).unwrap_or(u64::MAX);
        self.received.saturating_sub(again)
    }

    /// A frame that ended at `end` goes without an answer.
    pub(super) fn leave_in_shadow(&mut self, raw: Option<Vec<u8>>, end: u64) {
        if self.framing.is_nameless() {
            let until = self.now + self.framing.timeout;
            self.shadow = Some(Shadow { until, end, raw });
        }
    }

    /// Sets answers free that nothing undecided stands before.
    pub(super) fn release(&mut self) {
        while let Some(token) = self.answers.release() {
            self.events.push_back(ReceiverEvent::Withheld(token));
        }
    }

    /// Whether the frame just read came along behind one without an answer.
    fn is_in_shadow(&mut self, raw: &[u8]) -> bool {
        let Some(shadow) = &self.shadow else {
            return false;
        };
        let length = u64::try_from(raw.len()).unwrap_or(u64::MAX);
        let mut begin = self.position().saturating_sub(length);
        if self.framing.start == self.framing.end {
            // The mark can have been the end of the one before.
            begin += u64::try_from(self.framing.start.len()).unwrap_or(0);
        }
        let covered = shadow.covers(self.now, begin, raw);
        if !covered && begin >= shadow.end {
            self.shadow = None;
        }
        covered
    }

    /// Reads again what is to be read again, up to the next event.
    pub(super) fn pump(&mut self) {
        while self.events.is_empty() && !self.answers.is_full() {
            if let Some(byte) = self.replay.pop_front() {
                self.byte(byte);
            } else if self.flushing && !self.assembler.wire.is_empty() && !self.kept_mark {
                self.drop_first();
            } else if self.flushing {
                self.flushing = false;
                self.report_skipped();
                return;
            } else if self.frame_deadline().is_some_and(|at| at <= self.now) {
                // Read again so late that its time is over.
                self.cut_short();
            } else {
                return;
            }
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.overlong {
            self.overlong_byte(byte);
            return;
        }
        self.kept_mark = false;
        let step = if self.in_heartbeat {
            self.assembler.wire.push(byte);
            Step::NotStart
        } else {
            self.assembler.push(&self.framing, byte)
        };
        let wire = self.assembler.wire.as_slice();
        if self.framing.heartbeats.iter().any(|known| known == wire) {
            self.start_over();
            self.event(ReceiverEvent::Heartbeat);
            self.answers.own(&self.framing.heartbeat_answer);
            return;
        }
        match step {
            Step::More => {}
            Step::NotStart => {
                let begins = |known: &Vec<u8>| known.starts_with(wire);
                self.in_heartbeat = self.framing.heartbeats.iter().any(begins);
                if !self.in_heartbeat {
                    self.drop_first();
                }
            }
            Step::Complete => self.complete(),
            Step::Bad { kind, length } => self.bad(kind, length),
            Step::Restarted { keep, empty } => self.restarted(keep, empty),
        }
    }

    fn start_over(&mut self) {
        self.assembler.clear();
        self.in_heartbeat = false;
        self.kept_mark = false;
    }

    /// Puts bytes of the assembler from `from` on before the replay, and begins again.
    fn again_from(&mut self, from: usize) {
        for &byte in self.assembler.wire.iter().skip(from).rev() {
            self.replay.push_front(byte);
        }
        self.start_over();
    }

    fn drop_first(&mut self) {
        self.skipped = self.skipped.saturating_add(1);
        self.again_from(1);
    }

    fn event(&mut self, event: ReceiverEvent) {
        self.report_skipped();
        self.events.push_back(event);
    }

    fn report_skipped(&mut self) {
        let bytes = core::mem::take(&mut self.skipped);
        if bytes > 0 {
            self.events.push_back(ReceiverEvent::Skipped { bytes });
        }
    }

    fn complete(&mut self) {
        let raw = self.assembler.wire.clone();
        let framing = &self.framing;
        match self.layout.decode_assembled(&self.assembler) {
            Ok(decoded) => {
                let answer = |answer: &Option<_>| {
                    let answer = answer.as_ref();
                    answer.map_or_else(Vec::new, |one| {
                        self.layout.answer(one, &self.assembler.frame)
                    })
                };
                let (ack, nak) = (answer(&framing.ack), answer(&framing.nak));
                let until = self.now + framing.answer_timeout;
                let withheld = self.is_in_shadow(&raw);
                let token = self.answers.hold(Held {
                    raw: raw.clone(),
                    until,
                    ack,
                    nak,
                    withheld,
                });
                let repeats_previous = self.last_frame == raw;
                self.last_frame.clone_from(&raw);
                self.event(ReceiverEvent::Frame(Received {
                    token,
                    raw,
                    decoded,
                    repeats_previous,
                }));
            }
            // Whole and undamaged, but of another kind: nobody is asked to repeat it.
            Err(error) => self.event(ReceiverEvent::Refused { error, raw }),
        }
        self.start_over();
        self.keep_mark();
    }

    /// Where one mark serves as end and start, the end of a frame may begin the next.
    fn keep_mark(&mut self) {
        if self.framing.start.is_empty() || self.framing.start != self.framing.end {
            return;
        }
        for &byte in &self.framing.start {
            // A mark is no whole frame: the step is always `More`.
            let _ = self.assembler.push(&self.framing, byte);
        }
        self.kept_mark = true;
    }

    fn bad(&mut self, kind: DecodeErrorKind, length: usize) {
        let raw = self.assembler.wire[..length].to_vec();
        let nak = self.framing.nak.as_ref();
        if let Some(nak) = nak.filter(|_| kind.is_damage() && self.framing.answer_damaged) {
            let answer = self.layout.answer(nak, &self.assembler.frame);
            self.answers.own(&answer);
        } else {
            let behind = self.assembler.wire.len() - length;
            let behind = u64::try_from(behind).unwrap_or(u64::MAX);
            self.leave_in_shadow(None, self.position().saturating_sub(behind));
        }
        let error = kind.at(length);
        self.event(ReceiverEvent::Refused { error, raw });
        let by_mark = self.framing.terminator == Terminator::Mark;
        if !self.framing.start.is_empty() || !by_mark {
            // The true start may stand inside.
            self.again_from(1);
        } else {
            // Without a start mark a line ends where it ends.
            // Unless the byte too many has ended it.
            self.overlong = matches!(kind, DecodeErrorKind::TooLong { .. })
                && !self.assembler.wire.ends_with(&self.framing.end);
            // The end mark may have begun in it.
            let begun = if self.overlong {
                let begun = self.framing.end.len().saturating_sub(1).min(length);
                self.assembler.wire[length - begun..length].to_vec()
            } else {
                Vec::new()
            };
            self.again_from(length);
            self.assembler.wire.extend_from_slice(&begun);
        }
    }

    fn restarted(&mut self, keep: usize, empty: bool) {
        if empty {
            self.start_over();
            self.keep_mark();
            return;
        }
        let cut = self.assembler.wire.len() - keep;
        let raw = self.assembler.wire[..cut].to_vec();
        let error = DecodeErrorKind::Restarted.at(cut);
        let kept = u64::try_from(keep).unwrap_or(u64::MAX);
        self.leave_in_shadow(None, self.position().saturating_sub(kept));
        self.event(ReceiverEvent::Refused { error, raw });
        self.again_from(cut);
    }

    /// One byte of a line that is too long.
    fn overlong_byte(&mut self, byte: u8) {
        self.skipped = self.skipped.saturating_add(1);
        let wire = &mut self.assembler.wire;
        wire.push(byte);
        if wire.ends_with(&self.framing.end) {
            self.overlong = false;
            self.start_over();
        } else if wire.len() >= self.framing.end.len() {
            wire.remove(0);
        }
    }

    /// No more bytes came in time.
    fn cut_short(&mut self) {
        let wire = self.assembler.wire.len();
        if self.overlong {
            self.overlong = false;
            self.start_over();
        } else if let Some((kind, length)) = self.assembler.doubtful() {
            self.flushing = true;
            self.bad(kind, length);
            return;
        } else if wire > 0 && !self.in_heartbeat && !self.assembler.in_start(&self.framing) {
            let raw = self.assembler.wire.clone();
            let error = DecodeErrorKind::Truncated.at(wire);
            self.event(ReceiverEvent::Refused { error, raw });
            let startless = self.framing.start.is_empty();
            self.again_from(if startless { wire } else { 1 });
        } else {
            self.skipped += wire;
            self.start_over();
        }
        self.flushing = true;
    }
}
