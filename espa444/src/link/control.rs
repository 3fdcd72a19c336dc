//! Owning the line (ESPA reference 4.3).

use core::time::Duration;

use super::event::Pending;
use super::{Link, State};
use crate::codes::EOT;
use crate::diagnosis::FindingKind;
use crate::time::Time;

impl Link {
    /// Starts what a control station has to do on a free line: own calls, then polls.
    pub(super) fn duties(&mut self) {
        if !self.connected
            || !self.in_control()
            || self.state != State::Idle
            || self.quiet_until > self.now
            || !self.wire.has_room()
            || self.lexer.is_open()
        {
            return;
        }
        if self.begin_own_call() {
            return;
        }
        if self.next_poll.is_none_or(|at| at > self.now) {
            return;
        }
        let Some(at) = self.next_station() else {
            return;
        };
        self.polled = at;
        self.put(&[EOT]);
        self.put_enquiry(self.stations[at].address);
        let length = self.wire.len();
        self.enter_after_sending(State::Polling, length, self.profile.timers.poll_answer);
    }

    /// The next station in turn that is not parked.
    fn next_station(&self) -> Option<usize> {
        let count = self.stations.len();
        (1..=count)
            .map(|step| (self.polled + step) % count)
            .find(|&at| self.stations[at].parked_until <= self.now)
    }

    /// When the next duty is due.
    pub(super) fn next_duty(&self) -> Option<Time> {
        if !self.in_control() || self.state != State::Idle || self.lexer.is_open() {
            return None;
        }
        let parked = self
            .stations
            .iter()
            .map(|station| station.parked_until)
            .min();
        let poll = self.next_poll.and_then(|at| Some(at.max(parked?)));
        let call = self.next_call_time();
        let due = match (poll, call) {
            (Some(poll), Some(call)) => poll.min(call),
            (poll, call) => poll.or(call)?,
        };
        Some(due.max(self.quiet_until))
    }

    /// The station polled is there.
    pub(super) fn poll_answered(&mut self) {
        self.went_well();
        self.valid();
        let at = u8::try_from(self.polled).unwrap_or(u8::MAX);
        self.station_answered(at);
        self.poll_over();
    }

    pub(super) fn station_answered(&mut self, at: u8) {
        let now = self.now;
        let Some(station) = self.stations.get_mut(usize::from(at)) else {
            return;
        };
        station.misses = 0;
        station.parked_until = now;
        if core::mem::take(&mut station.silent) {
            self.event(Pending::StationBack(at));
        }
    }

    pub(super) fn poll_over(&mut self) {
        self.next_poll = self
            .profile
            .timers
            .poll_interval
            .map(|interval| self.now + interval);
    }

    /// It did not answer.
    pub(super) fn poll_missed(&mut self) {
        self.poll_over();
        self.release();
        let (limit, park) = (self.profile.sending.misses.max(1), self.profile.timers.park);
        let now = self.now;
        let Some(station) = self.stations.get_mut(self.polled) else {
            return;
        };
        station.misses = station.misses.saturating_add(1);
        if station.misses >= limit {
            station.parked_until = now + park;
            // One poll after the pause decides whether it is parked again.
            station.misses = limit - 1;
            if !core::mem::replace(&mut station.silent, true) {
                let at = u8::try_from(self.polled).unwrap_or(u8::MAX);
                self.event(Pending::StationSilent(at));
            }
        }
    }

    /// After so many polls and calls of our own, what was heard of another control station was
    /// noise.
    const UNDISTURBED: u8 = 16;

    /// A poll was answered, or a call delivered.
    pub(super) fn went_well(&mut self) {
        self.undisturbed = self.undisturbed.saturating_add(1);
        if self.undisturbed >= Self::UNDISTURBED {
            self.foreign = 0;
            self.diagnosis.dismiss(FindingKind::TwoControlStations);
        }
    }

    /// Somebody else polls or selects on our line.
    pub(super) fn foreign_enquiry(&mut self) {
        if self.wire.is_echoing() {
            return;
        }
        self.observe(FindingKind::TwoControlStations);
        self.undisturbed = 0;
        self.foreign = self.foreign.saturating_add(1);
        let enough = u32::from(self.foreign) >= FindingKind::TwoControlStations.threshold();
        if enough {
            self.yielding_until = Some(self.now + self.back_off());
        } else {
            self.quiet_until = self.now + Duration::from_secs(1);
        }
    }

    /// Differs by the address, so that two of a kind do not come back together.
    pub(super) fn back_off(&self) -> Duration {
        let digit = self.address.as_bytes().last().copied().unwrap_or(0) & 0x0F;
        self.profile.timers.regain + Duration::from_millis(500) * u32::from(digit)
    }

    /// The other control station has been quiet for long enough.
    pub(super) fn yielding_over(&mut self) {
        self.yielding_until = None;
        self.release();
    }
}
