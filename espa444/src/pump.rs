//! What the drivers share: a link, the decisions of the application, and events that wait.
//! No I/O and no clock.

mod backoff;
mod decide;
mod event;
mod settings;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use crate::link::{self, Link, Refusal, Role};
use crate::profile::Profile;
use crate::time::Time;

pub(crate) use backoff::Backoff;
pub use decide::{Decide, Decision};
pub(crate) use event::owned;
pub use event::{Event, Status};
pub use settings::{DecideError, Ended, SendBlockError, Settings};

/// Where events go. One sender only, so that room which is there stays there.
pub(crate) trait Sink {
    fn has_room(&self) -> bool;
    /// Only while there is room.
    fn send(&mut self, event: Event);
}

/// What the application wants; runs where the link is.
pub(crate) type Command = Box<dyn FnOnce(&mut Pump, Time) + Send>;

/// A link and what surrounds it.
pub(crate) struct Pump {
    pub(crate) link: Link,
    decider: Option<Box<dyn Decide>>,
    /// A refusal reaches the caller.
    answers: bool,
    /// What found no room.
    waiting: VecDeque<Event>,
    limit: usize,
    refused: u64,
    missed: u64,
    /// The application is busy, or is going.
    busy: bool,
    pub(crate) patience: Option<Duration>,
    /// There has been a connection, or an attempt that failed.
    begun: bool,
    connected: bool,
}

impl Pump {
    pub(crate) fn new(role: Role, profile: &Profile, settings: &Settings) -> Self {
        Pump {
            answers: profile.answers && !role.listener,
            link: Link::new(role, profile, Time::ZERO),
            decider: None,
            waiting: VecDeque::new(),
            limit: settings.events.max(16),
            refused: 0,
            missed: 0,
            busy: false,
            patience: None,
            begun: false,
            connected: false,
        }
    }

    pub(crate) fn set_decider(&mut self, decider: Box<dyn Decide>) {
        self.decider = Some(decider);
    }

    pub(crate) const fn has_decider(&self) -> bool {
        self.decider.is_some()
    }

    #[cfg(feature = "tokio")]
    pub(crate) const fn has_begun(&self) -> bool {
        self.begun
    }

    pub(crate) fn set_busy(&mut self, busy: bool) {
        self.busy = busy;
    }

    pub(crate) fn status(&self) -> Status {
        Status {
            connected: self.connected,
            lost: self.link.is_lost(),
            queued: self.link.queued(),
            state: self.link.state(),
        }
    }

    /// Nothing is left to be done before the end.
    pub(crate) fn is_done(&self) -> bool {
        self.link.queued() == 0 && self.link.state() != link::State::Deciding
    }

    /// A connection is there. The first one finds the link as new.
    pub(crate) fn connected(&mut self, now: Time) {
        if self.begun {
            self.link.handle_connected(now);
        }
        self.begun = true;
        self.connected = true;
        self.keep(Event::Connected);
    }

    /// There is none, or no longer.
    pub(crate) fn disconnected(&mut self, now: Time, why: std::io::ErrorKind) {
        self.begun = true;
        self.link.handle_disconnected(now);
        if core::mem::replace(&mut self.connected, false) {
            self.keep(Event::Disconnected(why));
        }
    }

    /// The first connection takes so long that the link counts as lost.
    #[cfg(feature = "tokio")]
    pub(crate) fn waited_too_long(&mut self, now: Time) {
        self.begun = true;
        self.link.handle_disconnected(now);
    }

    /// Bytes from the line. Fewer are taken than given while something has to wait.
    pub(crate) fn input(
        &mut self,
        now: Time,
        bytes: &[u8],
        sink: &mut dyn Sink,
        out: &mut Vec<u8>,
    ) -> usize {
        let mut taken = 0;
        loop {
            self.settle(now, sink, out);
            let more = self.link.handle_bytes(now, &bytes[taken..]);
            taken += more;
            self.settle(now, sink, out);
            if more == 0 || taken == bytes.len() {
                return taken;
            }
        }
    }

    /// A character with a parity or framing error; `false` when it must be given again.
    pub(crate) fn byte_error(&mut self, now: Time, sink: &mut dyn Sink, out: &mut Vec<u8>) -> bool {
        self.settle(now, sink, out);
        let taken = self.link.handle_byte_error(now);
        self.settle(now, sink, out);
        taken
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Time, sink: &mut dyn Sink, out: &mut Vec<u8>) {
        if self.connected {
            self.link.handle_timeout(now);
        }
        self.settle(now, sink, out);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Time> {
        self.link.poll_timeout().filter(|_| self.connected)
    }

    /// Whether events wait for room.
    pub(crate) fn is_stalled(&self) -> bool {
        !self.waiting.is_empty() || self.refused + self.missed > 0
    }

    /// What still waits, at the end.
    pub(crate) fn take_waiting(&mut self) -> VecDeque<Event> {
        core::mem::take(&mut self.waiting)
    }

    /// Reads events, decides, and fetches what is to be sent.
    fn settle(&mut self, now: Time, sink: &mut dyn Sink, out: &mut Vec<u8>) {
        self.hand_out(sink);
        while self.next_event(now, sink) {}
        // Without a decider every block needs room, and a select is the place to say so.
        let full = self.decider.is_none() && self.answers && !self.has_room(sink);
        self.link
            .set_busy(self.busy || full || self.patience.is_some());
        if !self.connected {
            return;
        }
        let mut buffer = [0; 256];
        loop {
            let length = self.link.poll_transmit(&mut buffer);
            if length == 0 {
                break;
            }
            out.extend_from_slice(&buffer[..length]);
        }
        while self.next_event(now, sink) {}
    }

    /// Room for one more, behind nothing that waits.
    fn has_room(&self, sink: &dyn Sink) -> bool {
        self.waiting.is_empty() && sink.has_room()
    }

    fn hand_out(&mut self, sink: &mut dyn Sink) {
        while sink.has_room() {
            let Some(event) = self.waiting.pop_front() else {
                break;
            };
            sink.send(event);
        }
        if self.refused + self.missed > 0 && self.has_room(sink) {
            let (refused, missed) = (self.refused, self.missed);
            (self.refused, self.missed) = (0, 0);
            sink.send(Event::Congested { refused, missed });
        }
    }

    fn next_event(&mut self, now: Time, sink: &mut dyn Sink) -> bool {
        let room = self.has_room(sink);
        let Some(event) = self.link.poll_event() else {
            return false;
        };
        let link::Event::Block(received) = event else {
            let event = Event::Link(owned(event));
            self.offer(event, sink);
            return true;
        };
        if received.accepted {
            let event = Event::Link(owned(link::Event::Block(received)));
            self.offer(event, sink);
            return true;
        }
        let id = received.id;
        let decision = match &mut self.decider {
            Some(decider) => decider.decide(&received),
            None => Decision::Ask,
        };
        // The link has just handed the block out: it holds it, and a decision finds it.
        match decision {
            Decision::Accept => {
                let _ = self.link.accept(now, id);
            }
            Decision::Refuse(refusal) => {
                let _ = self.link.refuse(now, id, refusal);
            }
            Decision::Queue | Decision::Ask if !room && self.answers => {
                let _ = self.link.refuse(now, id, Refusal::Busy);
                self.refused += 1;
            }
            Decision::Queue => {
                let event = Event::Queued(event::received(received));
                self.offer(event, sink);
                let _ = self.link.accept(now, id);
            }
            Decision::Ask => {
                let event = Event::Link(owned(link::Event::Block(received)));
                self.offer(event, sink);
            }
        }
        true
    }

    fn offer(&mut self, event: Event, sink: &mut dyn Sink) {
        if self.has_room(sink) {
            sink.send(event);
        } else {
            self.keep(event);
        }
    }

    /// Bounded: what only explains is counted beyond the limit, what matters beyond twice that.
    fn keep(&mut self, event: Event) {
        let limit = if event.matters() {
            self.limit * 2
        } else {
            self.limit
        };
        if let (Some(before), true) = (self.waiting.back(), self.waiting.len() >= self.limit) {
            // A link that comes and goes: the last state is enough.
            if event.undoes(before) {
                self.waiting.pop_back();
                self.missed += 1;
            }
        }
        if self.waiting.len() < limit {
            self.waiting.push_back(event);
        } else {
            self.missed += 1;
        }
    }
}

impl fmt::Debug for Pump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pump")
            .field("link", &self.link)
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Room for so many events, and all that came.
    struct Shelf(usize, Vec<Event>);

    impl Sink for Shelf {
        fn has_room(&self) -> bool {
            self.0 > self.1.len()
        }

        fn send(&mut self, event: Event) {
            assert!(self.has_room());
            self.1.push(event);
        }
    }

    #[test]
    fn what_waits_for_an_application_that_sleeps_is_bounded_and_counted() {
        let settings = Settings::default();
        let mut pump = Pump::new(Role::receiver(), &Profile::FIELD, &settings);
        let (mut shelf, mut out) = (Shelf(0, Vec::new()), Vec::new());
        let mut now = Time::ZERO;
        for _ in 0..10_000 {
            now = now + Duration::from_millis(10);
            pump.connected(now);
            assert_eq!(pump.input(now, b"\x041\x052\x05", &mut shelf, &mut out), 5);
            pump.disconnected(now, std::io::ErrorKind::UnexpectedEof);
            pump.tick(now, &mut shelf, &mut out);
            assert!(pump.waiting.len() <= 2 * settings.events);
        }
        assert!(out.ends_with(b"2\x15"), "busy and not silent");
        shelf.0 = usize::MAX;
        pump.tick(now, &mut shelf, &mut out);
        assert!(!pump.is_stalled());
        let Some(&Event::Congested { refused: 0, missed }) = shelf.1.last() else {
            panic!("not told")
        };
        // Connected, restored, disconnected, lost; the first connection restores nothing.
        let told = u64::try_from(shelf.1.len()).unwrap() - 1;
        assert_eq!(told + missed, 4 * 10_000 - 1);
    }

    #[test]
    fn a_line_without_answers_keeps_its_calls_until_there_is_room() {
        let settings = Settings::default();
        let mut pump = Pump::new(Role::listener(), &Profile::LISTEN_ONLY, &settings);
        let (mut shelf, mut out) = (Shelf(0, Vec::new()), Vec::new());
        pump.connected(Time::ZERO);
        let call = b"\x041\x052\x05\x06\x011\x021\x1F31\x1E2\x1FTEST\x03\x39\x06\x04";
        for _ in 0..100 {
            pump.input(Time::ZERO, call, &mut shelf, &mut out);
        }
        shelf.0 = usize::MAX;
        pump.tick(Time::ZERO, &mut shelf, &mut out);
        let is_call = |event: &&Event| matches!(event, Event::Link(link::Event::Block(_)));
        assert_eq!(shelf.1.iter().filter(is_call).count(), 100);
        assert_eq!(out, []);
    }
}
