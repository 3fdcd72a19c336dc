//! Sending calls and status as temporary master (ESPA reference 4.2).

use core::time::Duration;

use super::event::Pending;
use super::{CallId, Current, FailureReason, Link, State};
use crate::codes::{EOT, NakPrefix};
use crate::time::Time;

/// Between the steps of a caller that waits for no answers (ESPA reference 5: 0.5 s is seen).
const PACE: Duration = Duration::from_millis(500);

impl Link {
    /// The next call whose time has come; of one station, if given.
    fn next_call(&self, station: Option<u8>) -> Option<CallId> {
        self.outbox.next(self.now, |entry| {
            let at = usize::from(entry.station);
            station.is_none_or(|station| station == entry.station)
                && self
                    .stations
                    .get(at)
                    .is_some_and(|station| station.not_before <= self.now)
        })
    }

    /// When the next call may be sent.
    pub(super) fn next_call_time(&self) -> Option<Time> {
        self.outbox.next_time(|at| {
            self.stations
                .get(usize::from(at))
                .map_or(Time::ZERO, |station| station.not_before)
        })
    }

    /// We have been polled. `false` when there is nothing to send.
    pub(super) fn begin_as_temporary_master(&mut self) -> bool {
        self.next_call(None).is_some_and(|id| self.select(id))
    }

    /// We own the line, and it is free.
    pub(super) fn begin_own_call(&mut self) -> bool {
        let Some(id) = self.next_call(None) else {
            return false;
        };
        self.put(&[EOT]);
        if self.profile.sending.own_poll {
            self.put_enquiry(self.address);
        }
        self.select(id)
    }

    fn select(&mut self, id: CallId) -> bool {
        let Some(&entry) = self.outbox.get(id) else {
            return false;
        };
        let remote = self.station_address(entry.station);
        self.put_enquiry(remote);
        self.current = Some(Current {
            id,
            station: entry.station,
            repeats: 0,
            blocks: 0,
        });
        let patience = if self.profile.answers {
            self.profile.timers.select_answer
        } else {
            PACE
        };
        let length = self.wire.len();
        self.enter_after_sending(State::Selecting, length, patience);
        true
    }

    fn send_block(&mut self, id: CallId) {
        // A doubled ACK is over before the block begins.
        let settle = self.profile.serial.character_time() * 2;
        self.release_at = self.release_at.max(self.now + settle);
        self.garbage = 0;
        self.wire.put_block(id);
        let patience = if self.profile.answers {
            self.profile.timers.block_answer
        } else {
            PACE
        };
        let length = self.outbox.block(id).len() + self.wire.len();
        self.enter_after_sending(State::Sending, length, patience);
    }

    pub(super) fn on_ack(&mut self) {
        // An ACK to what has not gone out is none.
        if !self.wire.is_empty() {
            return;
        }
        match (self.state, self.current) {
            (State::Selecting, Some(current)) => {
                self.select_answered(current.station);
                if let Some(station) = self.stations.get_mut(usize::from(current.station)) {
                    station.delay = Duration::ZERO;
                }
                self.send_block(current.id);
            }
            (State::Sending, Some(current)) => self.delivered(current, true),
            _ => {}
        }
    }

    /// A block is done; the next one follows, or EOT.
    fn delivered(&mut self, mut current: Current, acknowledged: bool) {
        self.valid();
        self.went_well();
        let before = super::recent::hash(self.outbox.block(current.id));
        self.outbox.remove(current.id);
        self.event(Pending::Delivered {
            id: current.id,
            acknowledged,
        });
        current.blocks = current.blocks.saturating_add(1);
        let next = (current.blocks < self.profile.sending.blocks_per_transaction)
            .then(|| self.next_call(Some(current.station)))
            .flatten()
            // Equal blocks in one transaction would pass for a repeat.
            .filter(|&id| super::recent::hash(self.outbox.block(id)) != before);
        match next {
            Some(id) => {
                self.current = Some(Current {
                    id,
                    repeats: 0,
                    ..current
                });
                self.send_block(id);
            }
            None => {
                self.current = None;
                self.release();
                self.settle();
            }
        }
    }

    pub(super) fn on_nak(&mut self, prefix: Option<NakPrefix>) {
        if !self.wire.is_empty() {
            return;
        }
        if self.current.is_some() {
            self.settle();
        }
        match (self.state, self.current, prefix) {
            (State::Selecting, Some(current), prefix) => {
                self.select_answered(current.station);
                self.release();
                self.attempt_failed(match prefix {
                    Some(NakPrefix::BUSY) => FailureReason::Busy,
                    _ => FailureReason::NotReady,
                });
                self.delay_station(current.station);
            }
            (State::Sending, Some(_), Some(NakPrefix::BUSY)) => {
                self.release();
                self.attempt_failed(FailureReason::Busy);
            }
            (State::Sending, Some(current), Some(NakPrefix::INVALID_MESSAGE)) => {
                self.release();
                self.attempt_failed(FailureReason::InvalidMessage);
                self.outbox.remove(current.id);
            }
            (State::Sending, Some(_), _) => self.repeat(FailureReason::TransmissionError),
            _ => {}
        }
    }

    /// The block once more, or EOT.
    fn repeat(&mut self, reason: FailureReason) {
        let Some(current) = &mut self.current else {
            self.release();
            return;
        };
        if current.repeats < self.profile.sending.repeats {
            current.repeats += 1;
            let id = current.id;
            self.send_block(id);
        } else {
            self.release();
            self.attempt_failed(reason);
        }
    }

    /// No answer in time, or the pace of a caller that waits for none.
    pub(super) fn answer_overdue(&mut self) {
        match (self.state, self.current) {
            (State::Selecting, Some(current)) if !self.profile.answers => {
                self.send_block(current.id);
            }
            (State::Sending, Some(current)) if !self.profile.answers => {
                self.delivered(current, false);
            }
            (State::Selecting, Some(current)) => {
                self.release();
                self.attempt_failed(FailureReason::NoAnswerToSelect);
                self.delay_station(current.station);
            }
            (State::Sending, _) => self.repeat(FailureReason::NoAnswerToBlock),
            _ => self.release(),
        }
    }

    /// The other side has said something to a select: it is there.
    fn select_answered(&mut self, station: u8) {
        self.valid();
        self.station_answered(station);
    }

    fn delay_station(&mut self, station: u8) {
        let timers = &self.profile.timers;
        if let Some(station) = self.stations.get_mut(usize::from(station)) {
            station.select_failed(self.now, timers.retry, timers.longest_retry);
        }
    }

    /// The call being sent stays queued, for a later transaction.
    pub(super) fn attempt_failed(&mut self, reason: FailureReason) {
        let Some(current) = self.current.take() else {
            return;
        };
        // After a failed select all calls to the station wait; after a failed block this one.
        let own_delay = !matches!(
            reason,
            FailureReason::NoAnswerToSelect | FailureReason::NotReady
        );
        let timers = &self.profile.timers;
        let delay = own_delay.then_some((timers.retry, timers.longest_retry));
        let Some(transactions) = self.outbox.failed(current.id, self.now, delay) else {
            return;
        };
        let sending = &self.profile.sending;
        let id = current.id;
        if reason == FailureReason::InvalidMessage
            || sending
                .give_up_after
                .is_some_and(|most| transactions >= most)
        {
            self.outbox.remove(id);
            self.event(Pending::Failed(id, reason, transactions));
        } else if transactions % sending.report_after.max(1) == 0 {
            self.event(Pending::Failing(id, reason, transactions));
        }
    }

    /// The transaction is taken from us. After a select nothing is sent to the station for a
    /// while: its ACK may still be on the way, and would pass for one to the next select.
    pub(super) fn abort(&mut self, reason: FailureReason) {
        let station = self.current.map(|current| current.station);
        let selecting = self.state == State::Selecting;
        self.attempt_failed(reason);
        if let (Some(station), true) = (station, selecting) {
            self.delay_station(station);
        }
    }

    /// Something else than an answer came: stop, and find the line again.
    pub(super) fn collision(&mut self) {
        match self.state {
            State::Selecting | State::Sending => {
                self.wire.clear();
                self.abort(FailureReason::Collision);
                self.lose_track();
            }
            State::Polling => {
                self.poll_over();
                self.lose_track();
            }
            State::Deciding => {}
            _ if !self.in_control() => self.lose_track(),
            _ => {}
        }
    }
}
