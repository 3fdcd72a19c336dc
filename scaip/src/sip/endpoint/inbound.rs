//! What happens to a message that came in.

use std::time::Instant;

use super::answer;
use super::{Endpoint, Event, MessageId, Path, RawBytes, Response};
use crate::sip::layout::Head;
use crate::sip::transaction::client::Answer;
use crate::sip::transaction::server::Arrival;
use crate::sip::{Message, Method, Rejected, SipWarning, StatusCode};

impl Endpoint {
    pub(super) fn handle_message(&mut self, now: Instant, path: Path, message: Message) {
        match (message.method(), message.status()) {
            (Some(method), _) => self.handle_request(now, path, method, message),
            (None, Some(status)) => self.handle_response(now, status, message),
            (None, None) => {}
        }
    }

    fn handle_response(&mut self, now: Instant, status: StatusCode, response: Message) {
        let number = response
            .top_via()
            .ok()
            .and_then(|via| via.branch())
            .and_then(|branch| self.identifiers.number_of(branch))
            .filter(|_| matches!(response.cseq_method(), Method::Message | Method::Register));
        let answer = number.map(|number| (number, self.client.receive(now, number, status)));
        match answer {
            Some((_, Answer::Provisional)) => {}
            Some((number, Answer::Final)) => {
                let id = MessageId(number);
                self.events.push_back(if status.is_success() {
                    self.counters.delivered += 1;
                    Event::Delivered {
                        id,
                        status,
                        response,
                    }
                } else {
                    self.counters.refused += 1;
                    Event::Refused {
                        id,
                        status,
                        response,
                    }
                });
            }
            Some((_, Answer::Stray)) | None => self.counters.stray_responses += 1,
        }
    }

    fn handle_request(&mut self, now: Instant, path: Path, method: Method, mut message: Message) {
        if method == Method::Ack {
            self.counters.acks += 1;
            return;
        }
        if !self.config.methods.contains(&method) {
            self.counters.answered_here += 1;
            self.answer_here(path, message.head(), method);
            return;
        }
        let (key, branch) = self.server.key(&path, &message);
        if let Some(Arrival::Repeated { id, answer }) = self.server.find(key) {
            self.counters.retransmissions += 1;
            let answered = answer.is_some();
            if let Some(bytes) = answer {
                self.transmit(path, bytes);
            }
            self.note(Event::Retransmission { id, path, answered });
            return;
        }
        if self.overloaded && method == Method::Message {
            self.counters.overloaded += 1;
            self.turn_away(path, message.head());
            return;
        }
        if self.events.len() >= self.config.queue {
            self.counters.full += 1;
            self.turn_away(path, message.head());
            return;
        }
        match self.server.begin(now, key, branch, &path, &message) {
            Arrival::New { id, branch_reused } => {
                self.counters.requests += 1;
                if branch_reused {
                    self.counters.new_despite_branch += 1;
                    message.warn(SipWarning::BranchReused);
                }
                self.events.push_back(Event::Request { id, path, message });
            }
            Arrival::Repeated { .. } | Arrival::Full => {
                self.counters.full += 1;
                self.turn_away(path, message.head());
            }
        }
    }

    fn answer_here(&mut self, path: Path, head: &Head, method: Method) {
        let allow = ("Allow", self.allow.as_str());
        let accept = ("Accept", self.config.accept.as_str());
        let (status, headers): (_, &[(&str, &str)]) = if method == Method::Options {
            (StatusCode::OK, &[allow, accept])
        } else {
            (StatusCode::METHOD_NOT_ALLOWED, &[allow])
        };
        let response = Response {
            headers,
            ..Response::new(status)
        };
        let written = answer::write(&mut self.scratch, &self.identifiers, &path, head, &response);
        if let Ok(bytes) = written {
            self.transmit(path, bytes);
        }
    }

    fn turn_away(&mut self, path: Path, head: &Head) {
        let response = Response {
            headers: &[("Retry-After", self.retry_after.as_str())],
            ..Response::new(StatusCode::SERVICE_UNAVAILABLE)
        };
        let written = answer::write(&mut self.scratch, &self.identifiers, &path, head, &response);
        if let Ok(bytes) = written {
            self.transmit(path, bytes);
        }
    }

    /// Answers what cannot be read if that is possible, closes the connection if it must be, and tells.
    pub(super) fn reject(&mut self, path: Path, rejected: &Rejected, close: bool) {
        self.counters.bad += 1;
        let bytes = rejected.head().and_then(|head| {
            let response = Response::new(rejected.error().status());
            answer::write(&mut self.scratch, &self.identifiers, &path, head, &response).ok()
        });
        let answered = bytes.as_ref().and_then(|_| rejected.answer());
        if answered.is_some() {
            self.counters.bad_answered += 1;
        }
        match (path.connection, bytes) {
            (Some(id), bytes) if close => self.close(id, bytes.unwrap_or_default()),
            (_, Some(bytes)) => self.transmit(path, bytes),
            _ => {}
        }
        self.note(Event::Bad {
            path,
            error: rejected.error(),
            answered,
            raw: RawBytes(rejected.raw().clone()),
        });
    }
}
