//! The books of the sender: what it sends and tells, held against what it was given.

use std::collections::HashSet;
use std::time::Duration;

use scaip::sender::{About, AlarmId, Event, ReceiverId};
use scaip::sip::{Message, Method, SipLimits, Transmit};
use scaip::{DecodeOptions, decode_request};

use super::receivers::unit_of;
use super::{End, OPEN, OWN, QUEUE, RECEIVERS, Wanted, World};

impl World {
    pub(super) fn take_outputs(&mut self) {
        if self.held {
            self.held_operations += 1;
            return;
        }
        let over: HashSet<AlarmId> = self
            .known
            .iter()
            .filter(|(_, known)| known.end.is_some())
            .map(|(id, _)| *id)
            .collect();
        let mut events = 0;
        let mut transmits = 0;
        loop {
            let mut any = false;
            while let Some(event) = self.sender.poll_event(self.now) {
                any = true;
                events += 1;
                self.happened(event);
            }
            while let Some(transmit) = self.sender.poll_transmit() {
                any = true;
                transmits += 1;
                self.transmitted(transmit, &over);
            }
            if !any {
                break;
            }
        }
        // What cannot be left out is bounded by what is open; the rest by the queue. Handing an
        // event of the SIP layer out may make some more.
        let most = (QUEUE + OPEN * (2 * RECEIVERS + 4)) * (self.held_operations + 2) * 2;
        assert!(
            events <= most && transmits <= most,
            "{events} events, {transmits} transmits"
        );
        self.held_operations = 0;
        self.addressed = None;
        self.balance();
        if self.sender.poll_timeout().is_some_and(|at| at <= self.now) {
            // Nothing is due that the timer would not do.
            self.timer();
            self.take_outputs();
            return;
        }
        for id in &self.ids {
            let known = &self.known[id];
            let until = known.relayed.as_ref().map(|(_, until)| *until);
            let open = known.end.is_none();
            let late = until.is_some_and(|until| open && until <= self.now);
            assert!(!late, "its sender waits no longer");
        }
    }

    /// Every alarm is open or has ended, exactly one of the two.
    fn balance(&mut self) {
        let mut open = 0;
        for (id, known) in &self.known {
            match self.sender.status(*id) {
                Some(status) => {
                    open += 1;
                    assert_eq!(known.end, None, "over and open");
                    assert_eq!(status.reference, known.reference, "another reference");
                }
                None => assert!(known.end.is_some(), "{id:?} is lost"),
            }
        }
        assert_eq!(open, self.sender.open());
        assert_eq!(open, self.sender.alarms().count());
        if open == 0 && self.good {
            assert!(self.known.values().all(|known| known.end.is_some()));
        }
    }

    fn transmitted(&mut self, transmit: Transmit, over: &HashSet<AlarmId>) {
        let Some(id) = transmit.message else {
            return;
        };
        let limits = SipLimits::default();
        let message = Message::parse_datagram(transmit.bytes, &limits).expect("a request");
        assert_eq!(message.warnings(), []);
        let host = message.request_uri().expect("a request has one").host;
        let place = (0..RECEIVERS)
            .find(|place| host == format!("arc{place}.example.net"))
            .expect("a receiver of ours");
        assert!(
            self.places[place].contains(&transmit.path.remote),
            "nobody said that it is there"
        );
        if message.method() == Some(Method::Register) {
            self.register(place, &message, !self.names.contains(&id));
        } else {
            assert_eq!(message.method(), Some(Method::Message));
            self.alarm(place, &message, over);
        }
        if self.names.insert(id) {
            self.sent.push((id, transmit.path, message));
        }
    }

    /// One registration after the other, in one run of numbers (RFC 3261 10.2).
    fn register(&mut self, place: usize, message: &Message, new: bool) {
        assert!(self.registering, "nobody wants that");
        assert!(message.body().is_empty());
        for name in ["Contact", "Expires"] {
            assert!(message.header_named(name).is_some());
        }
        let to = message.to().expect("it is written well").uri.user;
        assert_eq!(to, Some(OWN));
        let id = self.sender.receiver_named(&format!("arc{place}"));
        let until = id.and_then(|id| self.postponed.get(&id));
        let early = until.is_some_and(|until| self.now < *until);
        // An answer to a challenge goes on with what was asked before.
        let follows = message.header_named("Authorization").is_some()
            || message.header_named("Proxy-Authorization").is_some();
        let held = self.held_operations > 0;
        assert!(
            !new || !early || follows || held,
            "it asked to be left alone"
        );
        let run = (message.call_id().to_vec(), message.cseq());
        if new {
            if let Some((call, number)) = self.registered.insert(place, run) {
                assert_eq!(message.call_id(), call);
                assert!(message.cseq() > number);
            }
        }
    }

    fn alarm(&mut self, place: usize, message: &Message, over: &HashSet<AlarmId>) {
        let body = message.body();
        let decoded = decode_request(&body, &DecodeOptions::lenient()).expect("it can be read");
        let unit = unit_of(decoded.message().controller_id.as_str()).expect("one of ours");
        let reference = decoded.message().reference.as_str().to_owned();
        // A heartbeat may be over before anybody could ask for its reference.
        let key = (reference, unit);
        let Some(alarm) = self.by_reference.get(&key).copied() else {
            assert!(!self.good);
            return;
        };
        let held = self.held_operations > 0;
        if held && self.reused.contains(&key) {
            // It may be of the earlier one.
            return;
        }
        assert!(held || !over.contains(&alarm), "sent after its end");
        let known = self.known.get_mut(&alarm).expect("it was submitted");
        match &known.relayed {
            Some((original, _)) => assert_eq!(body, original, "a byte has changed"),
            None => {
                decode_request(&body, &DecodeOptions::strict()).expect("strict out");
                known.bodies.insert(body.to_vec());
                assert!(known.bodies.len() <= 2, "the same in each repeat");
            }
        }
        let about = known.about;
        let parent = match about {
            About::Alarm(parent) => self.known.get(&parent).and_then(|known| known.end),
            _ => None,
        };
        let only = match (about, parent) {
            (About::Receiver(receiver), _) => Some(receiver),
            (About::Alarm(_), Some(End::Accepted(receiver))) => Some(receiver),
            (About::Alarm(_), None) => panic!("sent before what it belongs to"),
            _ => None,
        };
        assert!(
            only.is_none_or(|only| only.index() == place),
            "the wrong one"
        );
    }

    fn happened(&mut self, event: Event) {
        let shown = format!("{event:?}");
        assert!(!shown.contains("pendant"), "a secret shows");
        // A report that was left out is not held against what follows.
        if self.left_out != self.sender.events_left_out() {
            self.left_out = self.sender.events_left_out();
            self.postponed.clear();
        }
        let held = self.held_operations > 0;
        match event {
            Event::Accepted {
                alarm,
                receiver,
                response,
                ..
            } => {
                let known = self.known.get_mut(&alarm).expect("it was submitted");
                assert!(response.message().status_number.is_accepted());
                assert_eq!(response.message().reference, known.reference);
                assert_eq!(known.end, None, "it ended twice");
                known.end = Some(End::Accepted(receiver));
                if let Some((reference, theirs)) = &self.addressed {
                    let same = *reference == known.reference;
                    assert!(!same || *theirs == Some(alarm), "another unit's response");
                }
            }
            Event::HeartbeatDropped { alarm } => {
                let known = self.known.get_mut(&alarm).expect("it was submitted");
                assert!(known.heartbeat, "an alarm is dropped");
                assert_eq!(known.end, None, "it ended twice");
                known.end = Some(End::Dropped);
            }
            Event::GivenUp {
                alarm,
                reason,
                response,
            } => {
                let known = self.known.get_mut(&alarm).expect("it was submitted");
                assert!(known.relayed.is_some(), "an alarm of our own is given up");
                assert_eq!(known.end, None, "it ended twice");
                known.end = Some(End::GivenUp);
                let _ = reason.code();
                if let Some(refusal) = response {
                    let response = refusal.response.message();
                    assert_eq!(response.reference, known.reference);
                    assert!(!response.status_number.is_accepted());
                }
            }
            Event::AllFailed {
                alarm, retry_at, ..
            } => {
                assert!(self.known[&alarm].relayed.is_none(), "it goes round once");
                assert!(retry_at > self.now || held);
            }
            Event::Held { alarm, .. } | Event::Shortened { alarm, .. } => {
                assert!(self.known[&alarm].relayed.is_none(), "its sender decides");
            }
            Event::Attempt { alarm, receiver } => {
                if let Some(known) = self.known.get_mut(&alarm) {
                    let again = known.attempts.contains(&receiver);
                    assert!(known.relayed.is_none() || !again, "it goes round once");
                    known.attempts.push(receiver);
                }
                let until = self.postponed.get(&receiver);
                let early = until.is_some_and(|until| self.now < *until);
                assert!(!early || held, "it asked to be left alone");
            }
            Event::Postponed { receiver, until } => {
                self.postponed.insert(receiver, until);
            }
            Event::Connect {
                receiver, address, ..
            } => {
                assert_eq!(receiver.index(), 1, "only one is a stream");
                assert!(self.places[1].contains(&address), "nobody said so");
                self.want(receiver, Wanted::Connection);
            }
            Event::Resolve { receiver, host } => {
                assert_eq!(host, format!("arc{}.example.net:5060", receiver.index()));
                self.want(receiver, Wanted::Lookup);
            }
            Event::Registered { expires, .. } => {
                let day = Duration::from_secs(24 * 60 * 60);
                assert!(Duration::from_secs(1) <= expires && expires <= day);
            }
            Event::RegistrationFailed {
                reason, retry_at, ..
            } => {
                let _ = reason.code();
                assert!(retry_at > self.now || held);
            }
            Event::AttemptFailed { reason, .. } => {
                let _ = reason.code();
            }
            Event::UnknownResponse { reference, .. } => {
                let open = self.open_with(reference.as_str());
                // Of several with one reference it may be nobody's.
                let own = matches!(open[..], [id] if self.known[&id].relayed.is_none());
                assert!(held || !own, "an open alarm is not unknown");
            }
            _ => {}
        }
    }

    fn want(&mut self, receiver: ReceiverId, wanted: Wanted) {
        self.wanted.insert((receiver, wanted));
        if self.good {
            self.grant_wishes();
        }
    }

    /// From here on every receiver is found, connects and accepts: all that is open is accepted in
    /// time, or given up if it is somebody else's, and registrations are taken.
    pub(super) fn finish(&mut self) {
        self.held = false;
        self.good = true;
        self.take_outputs();
        for id in std::mem::take(&mut self.open) {
            self.sender.connection_closed(id);
        }
        self.take_outputs();
        self.grant_wishes();
        self.take_outputs();
        let last = self.now;
        let mut answered = self.sent.len();
        self.behave(&mut answered);
        while self.sender.open() > 0 {
            let at = self.sender.poll_timeout();
            let at = at.expect("an open alarm that waits for nothing");
            self.now = self.now.max(at);
            self.timer();
            self.take_outputs();
            self.behave(&mut answered);
            assert!(
                self.now - last <= Duration::from_secs(600),
                "an alarm does not arrive"
            );
        }
        while let Some(at) = self.sender.poll_timeout() {
            if self.registering && self.now - last > Duration::from_secs(900) {
                break;
            }
            self.now = self.now.max(at);
            self.timer();
            self.take_outputs();
            self.behave(&mut answered);
            assert!(
                self.now - last <= Duration::from_secs(1000),
                "it does not come to rest"
            );
        }
        for name in ["arc0", "arc1"] {
            let id = self.sender.receiver_named(name).expect("a receiver");
            assert_eq!(self.sender.is_registered(id), self.registering);
        }
    }
}
