//! What an accepted message means beyond its answer: a sign of life, a path, a call to expect.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{AlarmKey, Answer, Config, Event, NotTracked};
use crate::call::{CallError, CallExpectations, VoiceTarget};
use crate::codes::StatusNumber;
use crate::message::{MessageType, Request, Response};
use crate::registrar::Registrar;
use crate::sip::Path;
use crate::supervision::{HeartbeatPolicy, Supervisor};
use crate::text::{ControllerId, Text};

/// Those that are switched on.
#[derive(Debug)]
pub(super) struct Services {
    pub(super) registrar: Option<Registrar>,
    pub(super) supervisor: Option<Supervisor>,
    pub(super) heartbeat_policy: Option<HeartbeatPolicy>,
    pub(super) calls: Option<CallExpectations<AlarmKey>>,
}

/// A response as it leaves, and the call to expect after it.
pub(super) struct Prepared<'a> {
    pub(super) response: Response<'a>,
    target: VoiceTarget<'a>,
    wait: Option<Duration>,
}

impl Services {
    pub(super) fn new(config: &mut Config) -> Services {
        Services {
            registrar: config.registrar.map(Registrar::new),
            supervisor: config.supervision.map(Supervisor::unstarted),
            heartbeat_policy: config.heartbeat_policy.take(),
            calls: config.calls.map(CallExpectations::new),
        }
    }

    /// Completes a response. Nothing changes yet.
    pub(super) fn prepare<'a>(&self, request: &Request<'_>, answer: Answer<'a>) -> Prepared<'a> {
        let Answer {
            mut response,
            voice,
            wait,
        } = answer;
        response.reference = request.reference.clone().into_owned();
        if let Some(voice) = &voice {
            // Whatever forbids the call is in the request, which the caller has.
            let _ = voice.fill(request, &mut response);
        }
        if let Some(calls) = &self.calls {
            calls.silence(request, &mut response);
        }
        if let Some(policy) = &self.heartbeat_policy {
            policy.fill(request, &mut response);
        }
        Prepared {
            response,
            target: voice.map_or(VoiceTarget::Configured, |voice| voice.target),
            wait,
        }
    }

    /// Takes note of a decided message. One that was not accepted changes nothing.
    pub(super) fn decided(
        &mut self,
        now: Instant,
        path: Option<Path>,
        request: &Request<'_>,
        prepared: &Prepared<'_>,
        events: &mut VecDeque<Event>,
    ) {
        if !prepared.response.status_number.is_accepted() {
            return;
        }
        self.met(now, path, request, events);
        match request.message_type {
            MessageType::Message => self.expect_call(now, request, prepared, events),
            MessageType::Reset => {
                if let Some(calls) = &mut self.calls {
                    let controller = &request.controller_id;
                    calls.cancel_where(controller, |alarm| alarm.is_withdrawn_by(request));
                }
            }
            _ => {}
        }
    }

    /// Takes note of the repeat of an accepted message. A reset withdraws nothing again: there may
    /// be a new alarm since.
    pub(super) fn repeated(
        &mut self,
        now: Instant,
        path: Path,
        request: &Request<'_>,
        prepared: &Prepared<'_>,
        events: &mut VecDeque<Event>,
    ) {
        self.met(now, Some(path), request, events);
        if request.message_type == MessageType::Message {
            self.expect_call(now, request, prepared, events);
        }
    }

    /// A sign of life, and a path.
    fn met(
        &mut self,
        now: Instant,
        path: Option<Path>,
        request: &Request<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let controller = &request.controller_id;
        self.heard(now, controller, events);
        if let (Some(registrar), Some(path)) = (&mut self.registrar, path) {
            if let Err(error) = registrar.remember_path(now, controller, path) {
                events.push_back(not_tracked(controller, NotTracked::Path(error)));
            }
        }
    }

    /// Expects the call that a response asks for.
    fn expect_call(
        &mut self,
        now: Instant,
        request: &Request<'_>,
        prepared: &Prepared<'_>,
        events: &mut VecDeque<Event>,
    ) {
        let Some(calls) = &mut self.calls else { return };
        let (response, target) = (&prepared.response, &prepared.target);
        let alarm = AlarmKey::of(request);
        let expected = match prepared.wait {
            Some(wait) => calls.expect_within(now, wait, alarm, request, response, target),
            None => calls.expect(now, alarm, request, response, target),
        };
        match expected {
            // That no call will come is what the response says.
            Ok(_) | Err(CallError::NoCall(_)) => {}
            Err(error) => {
                events.push_back(not_tracked(&request.controller_id, NotTracked::Call(error)));
            }
        }
    }

    /// Hears a unit.
    pub(super) fn heard(
        &mut self,
        now: Instant,
        controller: &ControllerId<'_>,
        events: &mut VecDeque<Event>,
    ) {
        if let Some(supervisor) = &mut self.supervisor {
            if let Err(error) = supervisor.sign_of_life(now, controller) {
                events.push_back(not_tracked(controller, NotTracked::Supervision(error)));
            }
        }
    }

    /// What a message hears before anybody is asked, if a call with its unit stands against it.
    pub(super) fn turn_away(&self, request: &Request<'_>) -> Option<Response<'static>> {
        let busy = self
            .calls
            .as_ref()
            .is_some_and(|calls| calls.is_busy_for(request));
        busy.then(|| {
            let reference = request.reference.clone().into_owned();
            let mut response = Response::new(reference, StatusNumber::BUSY);
            response.status_text = Some(Text::new("a call is going on"));
            response
        })
    }

    pub(super) fn poll_event(&mut self, now: Instant) -> Option<Event> {
        if let Some(event) = self.supervisor.as_mut().and_then(|one| one.poll_event(now)) {
            return Some(Event::Supervision(event));
        }
        if let Some(event) = self.calls.as_mut().and_then(|one| one.poll_event(now)) {
            return Some(Event::Call(event));
        }
        let event = self.registrar.as_mut().and_then(|one| one.poll_event(now));
        event.map(Event::Registrar)
    }

    /// The times at which there may be events.
    pub(super) fn timeouts(&self) -> impl Iterator<Item = Instant> {
        [
            self.supervisor.as_ref().and_then(Supervisor::poll_timeout),
            self.calls.as_ref().and_then(CallExpectations::poll_timeout),
            self.registrar.as_ref().and_then(Registrar::poll_timeout),
        ]
        .into_iter()
        .flatten()
    }
}

fn not_tracked(controller: &ControllerId<'_>, reason: NotTracked) -> Event {
    Event::NotTracked {
        controller: controller.clone().into_owned(),
        reason,
    }
}
