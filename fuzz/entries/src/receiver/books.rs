//! The books of the receiver: what comes out, held against what went in.

use std::time::Duration;

use scaip::receiver::{AnswerMode, Event, IncomingId, NotTracked, ReceiverWarning, RefusalReason};
use scaip::registrar::Route;
use scaip::sip::{Message, Method, Path, SipLimits, StatusCode, Transmit};
use scaip::{ControllerId, HeartbeatOptions, MessageType, Response, supervision};

use super::units::{GATEWAY, LIFE, asks, cid, interval_of, is_named};
use super::{DECISION, EVIDENCE, KNOWN, Known, PENDING, QUEUE, REMEMBERED, UNITS, World};
use crate::digest::naive;

impl World {
    pub(super) fn take_outputs(&mut self) {
        if self.held {
            self.held_operations += 1;
            return;
        }
        let (mut events, mut transmits) = (0, 0);
        loop {
            let before = events + transmits;
            while let Some(event) = self.receiver.poll_event(self.now) {
                events += 1;
                self.happened(event);
            }
            while let Some(transmit) = self.receiver.poll_transmit() {
                transmits += 1;
                self.transmitted(&transmit);
            }
            if before == events + transmits {
                break;
            }
        }
        // Handing an event of the SIP layer out may make some more.
        let most = (QUEUE + 8 * PENDING + 4 * KNOWN) * (self.held_operations + 2) * 2;
        assert!(
            !self.settings.cramped || (events <= most && transmits <= most),
            "{events} events, {transmits} transmits"
        );
        self.held_operations = 0;
        self.must_pass = false;
        assert_eq!(self.awaited.take(), None, "a message is lost");
        self.bounds();
    }

    fn bounds(&self) {
        let receiver = &self.receiver;
        assert!(receiver.pending() <= PENDING);
        assert_eq!(receiver.repeats(), self.repeats);
        let duplicates = receiver.duplicates();
        assert_eq!(duplicates.is_some(), self.settings.duplicates);
        assert!(duplicates.is_none_or(|one| one.len() <= REMEMBERED));
        assert!(receiver.registrar().is_none_or(|one| one.len() <= KNOWN));
        assert!(receiver.supervisor().is_none_or(|one| one.len() <= KNOWN));
        assert!(receiver.calls().is_none_or(|one| one.expected() <= KNOWN));
        for unit in 0..UNITS {
            let name = cid(unit);
            let controller = ControllerId::new(name.clone());
            let supervisor = receiver.supervisor();
            let status = supervisor.and_then(|one| one.status(self.now, &controller));
            assert!(
                status.is_none() || self.vouched.contains(&name),
                "a stranger keeps a unit alive"
            );
            let routes = receiver.routes(self.now, &controller);
            assert!(
                routes.is_empty() || self.reachable.contains(&name),
                "a stranger says where a unit is"
            );
            for route in routes {
                if let Route::Path(Path {
                    connection: Some(id),
                    ..
                }) = route
                {
                    assert!(!self.closed.contains(&id), "a way that is gone");
                }
            }
        }
    }

    fn transmitted(&mut self, transmit: &Transmit) {
        if transmit.close_after {
            self.closed.extend(transmit.path.connection);
        }
        let limits = SipLimits::default();
        let Ok(message) = Message::parse_datagram(transmit.bytes.clone(), &limits) else {
            // Only what was echoed may be odd, or nothing at all when a stream is closed.
            return;
        };
        if message.status() == Some(StatusCode::UNAUTHORIZED) {
            assert!(asks(self.settings, &transmit.path).is_some(), "asked here");
            self.sessions.take(self.now, &message);
        }
        let of_message = message.cseq_method() == Method::Message;
        let taken = message.status().is_some_and(StatusCode::is_success);
        if taken && of_message {
            self.acknowledged.insert(transmit.bytes.clone());
            assert!(
                self.acknowledged.len() <= self.taken_in,
                "a 200 that nobody earned"
            );
        }
        let body = message.body();
        if let Ok(response) = scaip::decode_response(&body, &scaip::DecodeOptions::lenient()) {
            self.responded(transmit, response.message());
        } else {
            assert!(body.is_empty(), "only an mrs leaves");
            let decided = taken && of_message;
            assert!(!decided || self.mode == AnswerMode::SeparateMessage);
        }
        if let Some(id) = transmit.message {
            self.sent.push((id, message));
        }
    }

    fn responded(&mut self, transmit: &Transmit, response: &Response<'_>) {
        let reference = response.reference.as_str();
        if !response.status_number.is_accepted() {
            assert_eq!(response.heartbeat_interval, None, "a refusal sets nothing");
            return;
        }
        assert!(
            self.accepted.contains(reference),
            "positive before the answer"
        );
        if !self.positive.contains(&transmit.bytes) {
            self.positive.push(transmit.bytes.clone());
            assert!(
                self.positive.len() <= self.allowed,
                "positive before the answer"
            );
        }
        let text = response.status_text.as_ref();
        let same = |known: &&Known| {
            let its = Some(known.text).filter(|length| *length > 0);
            known.answered
                && known.reference == reference
                && its == text.map(|text| text.as_str().len())
        };
        let told = |known: &Known| self.interval(&known.controller, known.adjustable);
        assert!(
            self.incoming
                .values()
                .filter(same)
                .any(|known| told(known) == response.heartbeat_interval),
            "another interval, or another text"
        );
    }

    /// The interval that a unit is told with a positive answer.
    fn interval(&self, controller: &str, adjustable: bool) -> Option<scaip::HeartbeatInterval> {
        let policy = self.settings.off & 4 == 0 && adjustable;
        policy.then(|| interval_of(controller)).flatten()
    }

    pub(super) fn right_interval(
        &self,
        response: &Response<'_>,
        controller: &str,
        adjustable: bool,
    ) {
        let accepted = response.status_number.is_accepted();
        let expected = self.interval(controller, adjustable && accepted);
        assert_eq!(response.heartbeat_interval, expected);
    }

    /// Credentials that were let pass are ones that a unit has written, for this listener, not
    /// too long ago, and not before.
    fn passed(&mut self, path: &Path, username: &str, raw: &[u8]) {
        let gate = asks(self.settings, path).expect("nobody asked");
        let limits = SipLimits::default();
        let message = Message::parse_datagram(raw.to_vec().into(), &limits);
        let message = message.expect("it was read before");
        let now = self.now;
        let taken = message
            .headers()
            .filter(|(name, _)| name.eq_ignore_ascii_case(b"Authorization"))
            .filter_map(|(_, value)| naive(value))
            .find(|key| {
                let Some(issued) = self.sessions.issued.get_mut(key) else {
                    return false;
                };
                let good = issued.username == username
                    && issued.gate == gate
                    && now <= issued.at + LIFE
                    && !issued.taken;
                issued.taken |= good;
                good
            });
        assert!(taken.is_some(), "{username} passes unproven");
        let revoked = self.revoked.is_some_and(|unit| username == cid(unit));
        assert!(!revoked, "{username} has no account");
    }

    /// Who speaks for this unit here.
    pub(super) fn vouch(
        &mut self,
        path: &Path,
        username: Option<&str>,
        unit: &str,
        raw: Option<&[u8]>,
    ) {
        assert!(is_named(self.settings, path), "it came in by no door");
        let Some(username) = username else {
            assert_eq!(asks(self.settings, path), None, "a stranger is let in");
            return;
        };
        assert!(username == unit || username == GATEWAY, "for another one");
        if let Some(raw) = raw {
            self.passed(path, username, raw);
        }
    }

    fn seen(&mut self, raw: &[u8]) {
        let held = self.evidence_held();
        // There may be no room for the bytes.
        let no_room = |one: &[u8]| raw.is_empty() && held + one.len() > EVIDENCE;
        let awaited = self.awaited.as_deref();
        if awaited.is_some_and(|one| one == raw || (self.little_evidence() && no_room(one))) {
            self.awaited = None;
        }
    }

    fn happened(&mut self, event: Event) {
        let shown = format!("{event:?}");
        assert!(!shown.contains("secret of"), "a secret shows");
        match event {
            Event::Request(incoming) => {
                self.taken_in += 1;
                self.seen(&incoming.raw.0);
                let request = incoming.decoded.message();
                let reference = request.reference.as_str();
                assert!(!reference.chars().any(char::is_control));
                let unit = request.controller_id.as_str();
                let username = incoming.identity.as_ref().map(|known| &*known.username);
                self.vouch(&incoming.path, username, unit, Some(&incoming.raw.0));
                let known = Known {
                    reference: reference.to_owned(),
                    controller: unit.to_owned(),
                    adjustable: request.heartbeat_options == HeartbeatOptions::ADJUSTABLE,
                    since: Some(self.now),
                    body: incoming.decoded.raw().to_vec(),
                    heartbeat: request.message_type == MessageType::Heartbeat,
                    ..Known::default()
                };
                let calls = self.receiver.calls();
                let in_call = calls.is_some_and(|calls| calls.is_busy_for(request));
                assert!(!in_call, "it should be busy");
                let reused = incoming
                    .warnings
                    .contains(&ReceiverWarning::ReferenceReused);
                self.is_new(&known, reused);
                let new = self.incoming.insert(incoming.id, known);
                assert!(new.is_none(), "an id came twice");
                self.ids.push(incoming.id);
            }
            Event::Repeated(repeat) => self.repeated(&repeat),
            Event::Refused(refusal) => {
                self.seen(&refusal.raw.0);
                self.taken_in += usize::from(refusal.status.is_success());
                let number = refusal.status_number;
                assert!(number.is_none_or(|number| !number.is_accepted()));
                let _ = refusal.reason.code();
                let gate = asks(self.settings, &refusal.path);
                match refusal.reason {
                    RefusalReason::Credentials(_) => {
                        assert!(gate.is_some() && !self.must_pass, "right ones are refused");
                        assert!(refusal.identity.is_none());
                    }
                    RefusalReason::ForeignController => assert!(refusal.identity.is_some()),
                    RefusalReason::InCall => assert!(self.settings.busy && self.in_call),
                    RefusalReason::UnnamedListener => {
                        assert!(!is_named(self.settings, &refusal.path), "it is named");
                        assert!(refusal.identity.is_none());
                    }
                    _ => {}
                }
                // Both say whom they answer.
                if matches!(refusal.reason, RefusalReason::InCall | RefusalReason::Busy) {
                    let unit = refusal.controller_id.as_ref().expect("it was read");
                    let reference = refusal.reference.as_ref().expect("it was read");
                    let (unit, reference) = (unit.as_str(), reference.as_str());
                    let kept = self.is_kept(unit, reference, &refusal.raw.0);
                    assert!(!kept, "what was accepted is turned away");
                }
                let credentials = matches!(refusal.reason, RefusalReason::Credentials(_));
                match &refusal.identity {
                    Some(_) if refusal.raw.0.is_empty() => {}
                    Some(known) => self.passed(&refusal.path, &known.username, &refusal.raw.0),
                    None => assert!(credentials || gate.is_none(), "judged before it was known"),
                }
                self.hold_evidence(refusal.raw);
            }
            Event::Challenged { path, .. } => {
                assert!(asks(self.settings, &path).is_some());
                assert!(!self.must_pass, "right credentials are not enough");
            }
            Event::Registered(registration) => {
                assert_eq!(self.settings.off & 1, 0, "there is no registrar");
                let unit = registration.registered.controller.as_str().to_owned();
                let username = registration.identity.as_ref().map(|known| &*known.username);
                self.vouch(&registration.path, username, &unit, None);
                self.vouched.insert(unit.clone());
                self.reachable.insert(unit);
            }
            Event::Registrar(_) => assert_eq!(self.settings.off & 1, 0),
            Event::Call(_) => assert_eq!(self.settings.off & 8, 0),
            Event::Supervision(event) => {
                assert_eq!(self.settings.off & 2, 0);
                let (controller, lost) = match event {
                    supervision::Event::Lost { controller, .. } => (controller, true),
                    supervision::Event::Restored { controller, .. } => (controller, false),
                    other => panic!("an event that is not known here: {other:?}"),
                };
                let before = self.lost.insert(controller.as_str().to_owned(), lost);
                assert_eq!(before.unwrap_or(false), !lost, "lost and back alternate");
            }
            Event::NotTracked { reason, .. } => {
                let service = match reason {
                    NotTracked::Path(_) => 1,
                    NotTracked::Supervision(_) => 2,
                    NotTracked::Call(_) => 8,
                    other => panic!("a reason that is not known here: {other:?}"),
                };
                assert_eq!(self.settings.off & service, 0);
            }
            Event::Undecided { id } => {
                let known = self.incoming.get_mut(&id).expect("it was handed out");
                assert!(!known.answered && !known.undecided);
                let since = known.since.expect("it was handed out");
                assert!(self.now - since >= DECISION, "no time to decide");
                assert!(known.repeat.is_none(), "it ends with its first");
                known.undecided = true;
                self.decided(id, false);
            }
            Event::AnswerDelivered { id, status } => {
                assert!(status.is_success());
                self.ended(id);
            }
            Event::AnswerRefused { id, status } => {
                assert!(!status.is_success());
                self.ended(id);
            }
            Event::AnswerSent { id } => {
                assert_eq!(self.mode, AnswerMode::BodyInOk);
                self.ended(id);
            }
            Event::AnswerUndelivered { id, .. } => self.ended(id),
            Event::Bad { raw, .. } => self.hold_evidence(raw),
            Event::Retransmission { .. } => {}
            other => panic!("an event that is not known here: {other:?}"),
        }
    }

    fn ended(&mut self, id: IncomingId) {
        // What the receiver refuses by itself has a number too, which nobody was told.
        if let Some(known) = self.incoming.get_mut(&id) {
            assert!(known.answered || known.undecided, "an outcome of nothing");
            known.outcomes += 1;
            assert_eq!(known.outcomes, 1, "two outcomes for one answer");
        }
    }

    /// Left alone, everything ends and nothing is kept.
    pub(super) fn finish(&mut self) {
        self.held = false;
        self.take_outputs();
        let last = self.now;
        let mut turns = 0;
        while let Some(at) = self.receiver.poll_timeout() {
            self.now = self.now.max(at);
            self.timer();
            self.take_outputs();
            turns += 1;
            // The longest is the time of a path, 32 days; the SIP layer alone is sooner done.
            let alone = self.settings.off & 11 == 11;
            let long = alone && self.now - last > Duration::from_secs(110);
            assert!(turns < 10_000 && !long, "it does not come to rest");
        }
        assert_eq!(self.receiver.pending(), 0);
        assert!(self.receiver.registrar().is_none_or(|one| one.is_empty()));
        assert!(self.receiver.calls().is_none_or(|one| one.expected() == 0));
        for known in self.incoming.values() {
            assert_ne!(known.answered, known.undecided, "decided by one side");
            assert_eq!(known.outcomes, 1);
        }
    }
}
