//! REGISTER: who may, and what it hears (RFC 3261 10.3; SCAIP reference 5.4).

use std::time::Instant;

use super::listener::Known;
use super::{Event, IncomingRegistration, Receiver, RefusalReason, RefusedRequest};
use crate::registrar::{RegisterError, Registered, Registrar};
use crate::sip::{self, Path, RequestId, StatusCode};

impl Receiver {
    pub(super) fn handle_register(
        &mut self,
        now: Instant,
        request: RequestId,
        path: Path,
        message: &sip::Message,
        known: Option<Known>,
    ) -> Event {
        let foreign = known.as_ref().is_some_and(|known| {
            Registrar::controller_of(message)
                .is_ok_and(|controller| !self.gates.allows(known, &controller))
        });
        let identity = known.map(|known| known.identity);
        if foreign {
            let (reason, status) = (RefusalReason::ForeignController, StatusCode::FORBIDDEN);
            let raw = self.evidence.keep(message.raw());
            let mut refusal = RefusedRequest::new(path, reason, status, raw);
            refusal.controller_id = Registrar::controller_of(message).ok();
            refusal.identity = identity;
            self.respond(now, request, refusal.status);
            return Event::Refused(refusal);
        }
        let outcome = match &mut self.services.registrar {
            Some(registrar) => registrar.register(now, path, message),
            // Without a registrar the method is not handed up.
            None => Err(RegisterError::NotRegister),
        };
        match outcome {
            Ok(registered) => {
                let Registered { controller, .. } = &registered;
                self.services.heard(now, controller, &mut self.events);
                self.forget_if_closed(&path);
                self.respond_with(now, request, StatusCode::OK, &registered.headers());
                Event::Registered(Box::new(IncomingRegistration {
                    path,
                    identity,
                    registered,
                }))
            }
            Err(error) => {
                let (reason, status) = (RefusalReason::Registration(error), error.status());
                let raw = self.evidence.keep(message.raw());
                let mut refusal = RefusedRequest::new(path, reason, status, raw);
                refusal.controller_id = Registrar::controller_of(message).ok();
                refusal.identity = identity;
                match error.headers() {
                    headers if headers.is_empty() => self.respond(now, request, refusal.status),
                    headers => self.respond_with(now, request, refusal.status, &headers),
                }
                Event::Refused(refusal)
            }
        }
    }
}
