//! Requests that come again: answered again, raised once (SCAIP reference 10).

use std::time::Instant;

use super::duplicates::Key;
use super::request::Arrival;
use super::{Answer, Event, IncomingId, Pending, Receiver, Repeat, Seen};
use crate::decode::Decoded;
use crate::message::{Request, Response};

/// Repeats of one undecided alarm that are kept waiting with it. A sender has no reason for more:
/// each is an attempt of several seconds, and a decision takes no longer than
/// [`Config::decision_time`](super::Config::decision_time).
const MOST_REPEATS: usize = 16;

type Read = Decoded<'static, Request<'static>>;

/// What the comparison says.
// One of these lives for a moment on the stack.
#[allow(clippy::large_enum_variant)]
pub(super) enum Recognised {
    /// It is new; with a key its decision is to be remembered.
    New { key: Option<Key>, reused: bool },
    /// It was a repeat and is taken care of.
    Repeat(Event),
}

impl Receiver {
    pub(super) fn recognise(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        decoded: &Read,
    ) -> Recognised {
        let new = |key, reused| Recognised::New { key, reused };
        let Some(duplicates) = &mut self.duplicates else {
            return new(None, false);
        };
        let Some(key) = Key::of(decoded) else {
            return new(None, false);
        };
        match duplicates.look(now, key) {
            Seen::Accepted { first, answer } => {
                let answer = answer.clone();
                Recognised::Repeat(self.answer_again(now, arrival, decoded, first, answer))
            }
            Seen::Undecided { first } => {
                Recognised::Repeat(self.hold(now, arrival, decoded, first))
            }
            seen => new(Some(key), seen == Seen::ReferenceReused),
        }
    }

    /// Gives the answer that was given before.
    fn answer_again(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        decoded: &Read,
        first: Option<IncomingId>,
        answer: Answer<'static>,
    ) -> Event {
        let request = decoded.message();
        let way = self.way_of(now, arrival, decoded);
        let prepared = self.services.prepare(request, answer);
        if (self.send(now, Some(arrival.id), &way, &prepared.response)).is_err() {
            // Kept by the application, and it breaks a limit: the bare verdict still goes out.
            let number = prepared.response.status_number;
            let bare = Response::new(request.reference.clone(), number);
            let _ = self.send(now, Some(arrival.id), &way, &bare);
        }
        let (path, events) = (arrival.path, &mut self.events);
        let services = &mut self.services;
        services.repeated(now, path, request, &prepared, events);
        self.forget_if_closed(&path);
        self.repeat(arrival, decoded, first, true)
    }

    /// Lets a repeat wait for the decision that is due.
    fn hold(
        &mut self,
        now: Instant,
        arrival: &Arrival<'_>,
        decoded: &Read,
        first: IncomingId,
    ) -> Event {
        let size = arrival.message.raw().len();
        let repeats = self.pending.get(&first).map_or(0, |one| one.repeats.len());
        if repeats >= MOST_REPEATS || self.pending_bytes + size > self.config.pending_bytes {
            return self.turn_away_busy(now, arrival, decoded);
        }
        let way = self.way_of(now, arrival, decoded);
        if let Some(pending) = self.pending.get_mut(&first) {
            pending.repeats.push((arrival.id, way));
            pending.size += size;
            self.pending_bytes += size;
        }
        self.repeat(arrival, decoded, Some(first), false)
    }

    fn repeat(
        &mut self,
        arrival: &Arrival<'_>,
        decoded: &Read,
        first: Option<IncomingId>,
        answered: bool,
    ) -> Event {
        self.repeats += 1;
        let request = decoded.message();
        Event::Repeated(Box::new(Repeat {
            id: arrival.id,
            first,
            path: arrival.path,
            controller_id: request.controller_id.clone(),
            reference: request.reference.clone(),
            identity: arrival.identity.clone(),
            answered,
        }))
    }

    /// Sends the response to the repeats that waited for it.
    pub(super) fn send_to_repeats(
        &mut self,
        now: Instant,
        pending: &Pending,
        response: &Response<'_>,
    ) {
        for (id, way) in &pending.repeats {
            // The body is that of the first, which could be written.
            let _ = self.send(now, Some(*id), way, response);
        }
    }
}
