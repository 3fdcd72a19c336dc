//! What becomes of a request: credentials, body, and what else stands against it.

use std::time::Instant;

use bytes::Bytes;

use super::answer::outline;
use super::inquiry::{Addresses, Finding, examine};
use super::listener::{Known, Passage};
use super::{AnswerMode, Event, Incoming, Pending, Receiver, Refusal, RefusalReason, WayBack};
use crate::sip::{self, Method, Path, RequestId, StatusCode};

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
                return Event::Refused(Refusal::new(path, reason, status, raw));
            }
            Passage::Unnamed => {
                let status = StatusCode::FORBIDDEN;
                self.respond(now, request, status);
                let raw = self.evidence.keep(message.raw());
                let reason = RefusalReason::UnnamedListener;
                return Event::Refused(Refusal::new(path, reason, status, raw));
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
        let addresses = Addresses::of(message, &path);
        let finding = self.vet(examine(message, &body, &self.config), known.as_ref());
        let identity = known.map(|known| known.identity);
        match finding {
            Finding::Good { decoded, warnings } => {
                let size = message.raw().len();
                let full = self.pending.len() >= self.config.pending
                    || self.pending_bytes + size > self.config.pending_bytes;
                if full {
                    let status = StatusCode::SERVICE_UNAVAILABLE;
                    self.respond(now, request, status);
                    let request = decoded.into_message();
                    let raw = self.evidence.keep(message.raw());
                    return Event::Refused(Refusal {
                        reference: Some(request.reference),
                        controller_id: Some(request.controller_id),
                        identity,
                        ..Refusal::new(path, RefusalReason::Busy, status, raw)
                    });
                }
                let pending = Pending {
                    way: WayBack {
                        path,
                        request: self.acknowledge(now, request),
                        addresses: addresses.with_controller(&decoded.message().controller_id),
                        root: decoded.root(),
                    },
                    outline: outline(decoded.message()),
                    deadline: now + self.config.decision_time,
                    size,
                };
                self.put(id, pending);
                Event::Request(Box::new(Incoming {
                    id,
                    path,
                    decoded,
                    warnings,
                    identity,
                    raw: sip::RawBytes(message.raw().clone()),
                }))
            }
            Finding::Answerable {
                reason,
                controller,
                response,
                root,
            } => {
                let way = WayBack {
                    path,
                    request: self.acknowledge(now, request),
                    addresses,
                    root,
                };
                // When it fails nothing is lost: the sender hears nothing and goes on.
                let sent = self.send(now, None, &way, &response).is_ok();
                let raw = self.evidence.keep(message.raw());
                Event::Refused(Refusal {
                    status_number: Some(response.status_number),
                    reference: Some(response.reference),
                    controller_id: controller,
                    identity,
                    answer: sent.then(|| sip::RawBytes(Bytes::copy_from_slice(&self.body))),
                    ..Refusal::new(path, reason, StatusCode::OK, raw)
                })
            }
            Finding::Unanswerable {
                reason,
                status,
                controller,
            } => {
                self.respond(now, request, status);
                let raw = self.evidence.keep(message.raw());
                Event::Refused(Refusal {
                    controller_id: controller,
                    identity,
                    ..Refusal::new(path, reason, status, raw)
                })
            }
        }
    }

    /// What stands against a message besides its content: credentials that are another unit's,
    /// and a call that is going on.
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
        match finding {
            Finding::Good { decoded, warnings } => {
                match self.services.turn_away(decoded.message()) {
                    Some(response) => Finding::Answerable {
                        reason: RefusalReason::InCall,
                        controller: Some(decoded.message().controller_id.clone()),
                        response,
                        root: decoded.root(),
                    },
                    None => Finding::Good { decoded, warnings },
                }
            }
            other => other,
        }
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
