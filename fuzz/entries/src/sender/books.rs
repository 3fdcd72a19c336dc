//! The books of the sender: what it sends and tells, held against what it was given.

use std::collections::HashSet;
use std::time::Duration;

use scaip::sender::{About, AlarmId, Event};
use scaip::sip::{Message, Method, Response, SipLimits, StatusCode, Transmit, write_response};
use scaip::{DecodeOptions, decode_request};

use super::{End, OPEN, QUEUE, RECEIVERS, World, address};
use crate::wire::server;

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
        self.balance();
        if let Some(at) = self.sender.poll_timeout() {
            // Nothing is due that the timer would not do.
            if at <= self.now {
                self.timer();
                self.take_outputs();
            }
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
        assert_eq!(message.method(), Some(Method::Message));
        assert_eq!(message.warnings(), []);
        let body = message.body();
        let decoded = decode_request(&body, &DecodeOptions::strict()).expect("strict out");
        let reference = decoded.message().reference.as_str();
        let alarm = self.by_reference.get(reference);
        // A heartbeat may be over before anybody could ask for its reference.
        if let Some(alarm) = alarm.copied() {
            let held = self.held_operations > 0;
            assert!(held || !over.contains(&alarm), "sent after its end");
            let known = self.known.get_mut(&alarm).expect("it was submitted");
            known.bodies.insert(body.to_vec());
            assert!(known.bodies.len() <= 2, "the same in each repeat");
            let parent = match known.about {
                About::Alarm(parent) => self.known.get(&parent).and_then(|known| known.end),
                _ => None,
            };
            let about = self.known[&alarm].about;
            let only = match (about, parent) {
                (About::Receiver(receiver), _) => Some(receiver),
                (About::Alarm(_), Some(End::Accepted(receiver))) => Some(receiver),
                (About::Alarm(_), None) => panic!("sent before what it belongs to"),
                _ => None,
            };
            if let Some(only) = only {
                assert_eq!(transmit.path.remote, address(only.index()), "the wrong one");
            }
        } else {
            assert!(!self.good);
        }
        if self.names.insert(id) {
            self.sent.push((id, transmit.path, message));
        }
    }

    fn happened(&mut self, event: Event) {
        let shown = format!("{event:?}");
        assert!(!shown.contains("pendant"), "a secret shows");
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
            }
            Event::HeartbeatDropped { alarm } => {
                let known = self.known.get_mut(&alarm).expect("it was submitted");
                assert!(known.heartbeat, "an alarm is dropped");
                assert_eq!(known.end, None, "it ended twice");
                known.end = Some(End::Dropped);
            }
            Event::AllFailed {
                alarm, retry_at, ..
            } => {
                assert!(self.known.contains_key(&alarm));
                assert!(retry_at > self.now || self.held_operations > 0);
            }
            Event::Connect { receiver, .. } => {
                assert_eq!(receiver.index(), 1, "only one is a stream");
                if self.good {
                    self.connect(1);
                }
            }
            Event::AttemptFailed { reason, .. } => {
                let _ = reason.code();
            }
            Event::UnknownResponse { reference, .. } => {
                let known = self.by_reference.get(reference.as_str());
                let open = known.is_some_and(|id| self.sender.status(*id).is_some());
                assert!(
                    !open || self.held_operations > 0,
                    "an open alarm is not unknown"
                );
            }
            _ => {}
        }
    }

    /// From here on every receiver connects when it is asked to and accepts: all that is open is
    /// accepted in time.
    pub(super) fn finish(&mut self) {
        self.held = false;
        self.good = true;
        self.take_outputs();
        for id in std::mem::take(&mut self.open) {
            self.sender.connection_closed(id);
        }
        self.take_outputs();
        let last = self.now;
        let mut answered = self.sent.len();
        while self.sender.open() > 0 {
            let at = self.sender.poll_timeout();
            let at = at.expect("an open alarm that waits for nothing");
            self.now = self.now.max(at);
            self.timer();
            self.take_outputs();
            while let Some((_, path, message)) = self.sent.get(answered) {
                let body = message.body();
                let decoded = decode_request(&body, &DecodeOptions::strict());
                let decoded = decoded.expect("strict out");
                let reference = decoded.message().reference.as_str();
                let body = format!("<mrs><ref>{reference}</ref><snu>0</snu></mrs>");
                let answer = Response {
                    body: body.as_bytes(),
                    ..Response::new(StatusCode::OK)
                };
                let mut out = Vec::new();
                write_response(&mut out, message, server(), b"t", &answer).expect("an answer");
                let path = *path;
                answered += 1;
                self.hand_in(path, out);
                self.take_outputs();
            }
            assert!(
                self.now - last <= Duration::from_secs(600),
                "an alarm does not arrive"
            );
        }
        while let Some(at) = self.sender.poll_timeout() {
            self.now = self.now.max(at);
            self.timer();
            self.take_outputs();
            assert!(
                self.now - last <= Duration::from_secs(900),
                "it does not come to rest"
            );
        }
    }
}
