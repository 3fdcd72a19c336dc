//! What becomes of a request: credentials, body, and what else stands against it.

use std::time::Instant;

use bytes::Bytes;

use super::answer::outline;
use super::inquiry::{Addresses, Finding, examine};
use super::listener::{Known, Passage};
use super::repeats::Recognised;
use super::{
    AnswerMode, Event, Incoming, IncomingId, Pending, Receiver, ReceiverWarning, RefusalReason,
    RefusedRequest, WayBack,
};
use crate::decode::Decoded;
use crate::digest::Identity;
use crate::message::{Request, Response};
use crate::options::Root;
use crate::sip::{self, Method, Path, RequestId, StatusCode};
use crate::text::ControllerId;

/// A MESSAGE that may be answered, whatever is in it.
pub(super) struct Arrival<'m> {
    pub(super) id: IncomingId,
    request: RequestId,
    pub(super) path: Path,
    pub(super) message: &'m sip::Message,
    pub(super) identity: Option<Identity>,
}

impl Receiver {
    pub(super) fn handle_request(
        &mut self,
        now: Instant,
        request: RequestId,
        path: Path,
        message: &sip::Message,
    ) -> Event {
        let known = match self.gates.pass(now, &path, message) {
            Passage::Open => None,
            Passage::Known(known) => Some(known),
            Passage::Challenge { stale, values } => {
                let headers: Vec<_> = values
                    .into_iter()
                    .map(|value| ("WWW-Authenticate", value))
                    .collect();
                self.respond_with(now, request, StatusCode::UNAUTHORIZED, &headers);
                return Event::Challenged { path, stale };
            }
            Passage::Refused { refusal, status } => {
                self.respond(now, request, status);
                let reason = RefusalReason::Credentials(refusal);
                let raw = self.evidence.keep(message.raw());
                return Event::Refused(RefusedRequest::new(path, reason, status, raw));
            }
            Passage::Unnamed => {
                let status = StatusCode::FORBIDDEN;
                self.respond(now, request, status);
                let raw = self.evidence.keep(message.raw());
                let reason = RefusalReason::UnnamedListener;
                return Event::Refused(RefusedRequest::new(path, reason, status, raw));
            }
        };
        if message.method() == Some(Method::Register) {
            return self.handle_register(now, request, path, message, known);
        }
        self.handle_body(now, request, path, message, known)
    }

    fn handle_body(
        &mut self,
        now: Instant,
        request: RequestId,
        path: Path,
        message: &sip::Message,
        known: Option<Known>,
    ) -> Event {
        let id = self.next_id();
        let body = message.body();
        let finding = self.vet(examine(message, &body, &self.config), known.as_ref());
        let arrival = Arrival {
            id,
            request,
            path,
            message,
            identity: known.map(|known| known.identity),
        };
        match finding {
            Finding::Good { decoded, warnings } => {
                self.handle_good(now, arrival, decoded, warnings)
            }
            Finding::Answerable {
                reason,
                controller,
                response,
                root,
            } => self.refuse_with(now, arrival, reason, controller, &response, root),
            Finding::Unanswerable {
                reason,
                status,
                controller,
            } => {
                self.respond(now, request, status);
                let raw = self.evidence.keep(message.raw());
                Event::Refused(RefusedRequest {
                    controller_id: controller,
                    identity: arrival.identity,
                    ..RefusedRequest::new(path, reason, status, raw)
                })
            }
        }
    }

    fn handle_good(
        &mut self,
        now: Instant,
        arrival: Arrival<'_>,
        decoded: Decoded<'static, Request<'static>>,
        mut warnings: Vec<ReceiverWarning>,
    ) -> Event {
        // First of all: what was accepted is answered so, also during a call.
        let key = match self.recognise(now, &arrival, &decoded) {
            Recognised::Repeat(event) => return event,
            Recognised::New { key, reused } => {
                if reused {
                    warnings.push(ReceiverWarning::ReferenceReused);
                }
                key
            }
        };
        if let Some(response) = self.services.turn_away(decoded.message()) {
            let controller = Some(decoded.message().controller_id.clone());
            let (reason, root) = (RefusalReason::InCall, decoded.root());
            return self.refuse_with(now, arrival, reason, controller, &response, root);
        }
        let size = arrival.message.raw().len();
        let full = self.pending.len() >= self.config.pending
            || self.pending_bytes + size > self.config.pending_bytes;
        if full {
            return self.turn_away_busy(now, &arrival, &decoded);
        }
        let pending = Pending {
            way: self.way_of(now, &arrival, &decoded),
            outline: outline(decoded.message()),
            deadline: now + self.config.decision_time,
            size,
            key,
            repeats: Vec::new(),
        };
        if let (Some(duplicates), Some(key)) = (&mut self.duplicates, key) {
            duplicates.begun(key, arrival.id);
        }
        self.put(arrival.id, pending);
        Event::Request(Box::new(Incoming {
            id: arrival.id,
            path: arrival.path,
            decoded,
            warnings,
            identity: arrival.identity,
            raw: sip::RawBytes(arrival.message.raw().clone()),
        }))
    }

    /// Refuses with an `mrs`, without asking anybody.
    fn refuse_with(
        &mut self,
        now: Instant,
        arrival: Arrival<'_>,
        reason: RefusalReason,
        controller: Option<ControllerId<'static>>,
        response: &Response<'static>,
        root: Root,
    ) -> Event {
        let way = WayBack {
            path: arrival.path,
            request: self.acknowledge(now, arrival.request),
            addresses: Addresses::of(arrival.message, &arrival.path),
            root,
        };
        // When it fails nothing is lost: the sender hears nothing and goes on.
        let sent = self.send(now, None, &way, response).is_ok();
        let raw = self.evidence.keep(arrival.message.raw());
        Event::Refused(RefusedRequest {
            status_number: Some(response.status_number),
            reference: Some(response.reference.clone()),
            controller_id: controller,
            identity: arrival.identity,
            answer: sent.then(|| sip::RawBytes(Bytes::copy_from_slice(&self.body))),
            ..RefusedRequest::new(arrival.path, reason, StatusCode::OK, raw)
        })
    }

    /// The way that a response to a request goes: its 200 leaves at once, or waits for it.
    pub(super) fn way_of(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        decoded: &Decoded<'static, Request<'static>>,
    ) -> WayBack {
        let addresses = Addresses::of(arrival.message, &arrival.path);
        WayBack {
            path: arrival.path,
            request: self.acknowledge(now, arrival.request),
            addresses: addresses.with_controller(&decoded.message().controller_id),
            root: decoded.root(),
        }
    }

    /// 503: there is no room for it.
    pub(super) fn turn_away_busy(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        decoded: &Decoded<'static, Request<'static>>,
    ) -> Event {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        self.respond(now, arrival.request, status);
        let request = decoded.message();
        let raw = self.evidence.keep(arrival.message.raw());
        Event::Refused(RefusedRequest {
            reference: Some(request.reference.clone()),
            controller_id: Some(request.controller_id.clone()),
            identity: arrival.identity.clone(),
            ..RefusedRequest::new(arrival.path, RefusalReason::Busy, status, raw)
        })
    }

    /// Whether credentials that are another unit's stand against a message.
    fn vet(&self, finding: Finding, known: Option<&Known>) -> Finding {
        let controller = match &finding {
            Finding::Good { decoded, .. } => Some(&decoded.message().controller_id),
            Finding::Answerable { controller, .. } => controller.as_ref(),
            Finding::Unanswerable { .. } => None,
        };
        if let (Some(known), Some(controller)) = (known, controller) {
            if !self.gates.allows(known, controller) {
                return Finding::Unanswerable {
                    reason: RefusalReason::ForeignController,
                    status: StatusCode::FORBIDDEN,
                    controller: Some(controller.clone()),
                };
            }
        }
        finding
    }

    /// The 200 that goes ahead of the response; in the other mode the request waits.
    fn acknowledge(&mut self, now: Instant, request: RequestId) -> Option<RequestId> {
        match self.config.answer_mode {
            AnswerMode::SeparateMessage => {
                self.respond(now, request, StatusCode::OK);
                None
            }
            AnswerMode::BodyInOk => Some(request),
        }
    }
}
