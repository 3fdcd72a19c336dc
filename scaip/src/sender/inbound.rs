//! What receivers say.

use std::time::Instant;

use super::alarm::{Alarm, State, bit};
use super::config::is_user;
use super::link::{HOST_FITS, Link};
use super::{AlarmId, Event, FailureReason, ReceiverId, Sender, ShortenCause};
use crate::codes::StatusNumber;
use crate::decode::{Decoded, decode_response};
use crate::message::Response;
use crate::sip::{
    self, Message, MessageId, Method, Path, RawBytes, RequestId, StatusCode, UndeliveredReason,
};
use crate::text::Reference;

/// Where an `mrs` was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    InOk,
    InMessage,
}

impl Sender {
    /// Works one event of the SIP layer off; `false` if there was none.
    pub(super) fn pump(&mut self, now: Instant) -> bool {
        if let Some(event) = self.endpoint.poll_event() {
            self.handle_event(now, event);
            return true;
        }
        // After the events: a response may have come just before the end of its connection.
        let Some(closed) = self.closed.pop() else {
            return false;
        };
        self.registration_lost(now, closed);
        let waits = |alarm: &Alarm| matches!(alarm.state, State::Awaiting { connection, .. } if connection == Some(closed));
        let waiting: Vec<AlarmId> = self
            .alarms
            .iter()
            .filter(|(_, alarm)| waits(alarm))
            .map(|(id, _)| *id)
            .collect();
        for id in waiting {
            let asked = self.alarms.get(&id).and_then(|alarm| alarm.state.asked());
            if let Some(receiver) = asked {
                self.give_up(now, id, receiver, FailureReason::Transport);
            }
        }
        true
    }

    fn handle_event(&mut self, now: Instant, event: sip::Event) {
        match event {
            sip::Event::Request { id, path, message } => {
                let over = |link: &&mut Link| {
                    link.connection.is_some() && link.connection == path.connection
                };
                if let Some(link) = self.links.iter_mut().find(over) {
                    link.heard = Some(now);
                }
                self.handle_request(now, id, &path, &message);
            }
            sip::Event::Delivered { id, response, .. } => {
                if !self.registration_answered(now, id, StatusCode::OK, Ok(&response)) {
                    self.delivered(now, id, &response);
                }
            }
            sip::Event::Refused {
                id,
                status,
                response,
            } => {
                if self.registration_answered(now, id, status, Ok(&response)) {
                    return;
                }
                if let Some((alarm, receiver, true)) = self.answered(now, id, true) {
                    self.refused(now, alarm, receiver, status, &response);
                }
            }
            sip::Event::Undelivered { id, reason } => {
                let reason = match reason {
                    UndeliveredReason::Timeout => FailureReason::NoOk,
                    UndeliveredReason::Transport => FailureReason::Transport,
                };
                let timeout = StatusCode::REQUEST_TIMEOUT;
                if self.registration_answered(now, id, timeout, Err(reason)) {
                    return;
                }
                if let Some((alarm, receiver, true)) = self.answered(now, id, false) {
                    self.give_up(now, alarm, receiver, reason);
                }
            }
            sip::Event::Bad {
                path,
                error,
                answered,
                raw,
            } => {
                // The SIP layer closes a stream it cannot follow any longer.
                let gone = |id| self.endpoint.connection_path(id).is_none();
                if let Some(connection) = path.connection.filter(|id| gone(*id)) {
                    self.closed.push(connection);
                }
                self.note(Event::Bad {
                    path,
                    error,
                    answered,
                    raw,
                });
            }
            sip::Event::Retransmission { .. } | sip::Event::Expired { .. } => {}
        }
    }

    /// A message has its final answer, or will have none: whose it was, and whether that is the one
    /// waited for.
    fn answered(
        &mut self,
        now: Instant,
        message: MessageId,
        heard: bool,
    ) -> Option<(AlarmId, usize, bool)> {
        let (id, receiver) = self.by_message.remove(&message)?;
        if let (true, Some(link)) = (heard, self.links.get_mut(receiver)) {
            link.heard = Some(now);
        }
        let alarm = self.alarms.get_mut(&id)?;
        alarm.outstanding.retain(|(other, _)| *other != message);
        let waited =
            matches!(&alarm.state, State::Sent { message: at_hand, .. } if *at_hand == message);
        Some((id, receiver, waited))
    }

    fn delivered(&mut self, now: Instant, message: MessageId, response: &Message) {
        let Some((id, receiver, waited)) = self.answered(now, message, true) else {
            return;
        };
        if let Some(link) = self.links.get_mut(receiver) {
            link.refusals = 0;
        }
        let path = self.path_of(receiver);
        let connection = self.alarms.get(&id).and_then(|alarm| match alarm.state {
            State::Sent { connection, .. } => connection,
            _ => None,
        });
        if waited {
            let until = now + self.config.response_wait;
            let state = State::Awaiting {
                receiver,
                connection,
                until: self
                    .alarms
                    .get(&id)
                    .map_or(until, |alarm| alarm.capped(until)),
            };
            self.set_state(id, state);
        }
        let body = response.body();
        if body.is_empty() {
            return;
        }
        match decode_response(&body, &self.config.decode) {
            Ok(decoded) => {
                let decoded = decoded.into_owned();
                // By its `ref`, as in a MESSAGE: it may be that of another alarm. Where several
                // share one, as relayed alarms may, it is that of the alarm the 200 answers.
                let open = self.by_reference.get(&decoded.message().reference);
                let theirs = match open.map_or(&[][..], |open| &open[..]) {
                    open if open.contains(&id) => Some(id),
                    // A receiver that was not asked has no say in what is relayed.
                    [only] => self.was_asked(*only, receiver).then_some(*only),
                    _ => None,
                };
                match theirs {
                    Some(id) => self.handle_response(now, id, receiver, decoded, Place::InOk),
                    None => self.handle_foreign(&path, None, &decoded),
                }
            }
            Err(error) => self.note(Event::Unreadable {
                path,
                error: Some(error.kind),
                answered: None,
                body: RawBytes(body),
            }),
        }
    }

    fn handle_request(&mut self, now: Instant, request: RequestId, path: &Path, message: &Message) {
        if message.method() != Some(Method::Message) {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            self.respond(now, request, status);
            self.note(Event::Unreadable {
                path: *path,
                error: None,
                answered: Some(status),
                body: RawBytes(message.body()),
            });
            return;
        }
        let body = message.body();
        match decode_response(&body, &self.config.decode) {
            Ok(decoded) => {
                self.respond(now, request, StatusCode::OK);
                let decoded = decoded.into_owned();
                match self.addressed(&decoded.message().reference, message) {
                    Some(id) => match self.source(path, message, id) {
                        Some(receiver) => {
                            self.handle_response(now, id, receiver, decoded, Place::InMessage);
                        }
                        // Not from anybody it was sent to: it counts for nothing.
                        None => self.note(Event::UnknownResponse {
                            path: *path,
                            reference: decoded.message().reference.clone(),
                            status_number: decoded.message().status_number,
                        }),
                    },
                    None => self.handle_foreign(path, Some(message), &decoded),
                }
            }
            Err(error) => {
                let status = StatusCode::BAD_REQUEST;
                self.respond(now, request, status);
                self.note(Event::Unreadable {
                    path: *path,
                    error: Some(error.kind),
                    answered: Some(status),
                    body: RawBytes(body),
                });
                // An answer to our alarm all the same, and not a yes.
                let id = error
                    .reference
                    .as_ref()
                    .and_then(|reference| self.addressed(reference, message));
                let asked = id.and_then(|id| self.alarms.get(&id)?.state.asked());
                if let (Some(id), Some(receiver)) = (id, asked) {
                    if self.source(path, message, id) == Some(receiver) {
                        self.give_up(now, id, receiver, FailureReason::Unreadable(error.kind));
                    }
                }
            }
        }
    }

    /// The open alarm that a response in a MESSAGE belongs to. References of our own are never
    /// equal; those that are relayed may be, and then the `cid` it is addressed to decides.
    fn addressed(&self, reference: &Reference<'static>, message: &Message) -> Option<AlarmId> {
        let open = self.by_reference.get(reference)?;
        let to = message.to().ok();
        let users = [
            message.request_uri().and_then(|uri| uri.user),
            to.as_ref().and_then(|to| to.uri.user),
        ];
        let named = |id: &&AlarmId| {
            let Some(alarm) = self.alarms.get(id) else {
                return false;
            };
            let controller = alarm.request.controller_id.as_str();
            let mut users = users.iter().flatten();
            users.any(|user| is_user(user.as_bytes(), controller))
        };
        if let Some(id) = open.iter().find(named) {
            return Some(*id);
        }
        let [id] = open[..] else { return None };
        let alarm = self.alarms.get(&id)?;
        let sure = alarm.relaying.is_none() || self.memory.finished(reference).is_none();
        sure.then_some(id)
    }

    /// Whether a receiver may speak about an alarm: of our own any may, of others who was asked.
    fn was_asked(&self, id: AlarmId, receiver: usize) -> bool {
        self.alarms.get(&id).is_some_and(|alarm| {
            let strict = alarm.relaying.is_some() || self.config.known_sources_only;
            !strict || alarm.asked & bit(receiver) != 0
        })
    }

    fn respond(&mut self, now: Instant, request: RequestId, status: StatusCode) {
        // It fails only when the connection is gone; then nobody waits.
        let _ = self
            .endpoint
            .respond(now, request, &sip::Response::new(status));
    }

    /// Which receiver a request is from: the one that fits best among those asked; in doubt the
    /// one that is asked now.
    ///
    /// The `ref` of a relayed message is its unit's, and a short counter can be guessed: an answer
    /// to it has to come from the host of a receiver that was asked or over our connection to it,
    /// over no weaker a transport than the request. `None` when there is no such receiver. The
    /// setting `known_sources_only` asks the same for references of our own.
    fn source(&self, path: &Path, message: &Message, id: AlarmId) -> Option<usize> {
        let from = message.from().ok();
        let uri = from.as_ref().map(|from| &from.uri);
        let alarm = self.alarms.get(&id);
        let asked = alarm.map_or(u64::MAX, |alarm| alarm.asked);
        let now_asked = alarm.and_then(|alarm| alarm.state.with());
        let relayed = alarm.is_some_and(|alarm| alarm.relaying.is_some());
        let strict = relayed || self.config.known_sources_only;
        // A resumed alarm may be answered for what an earlier run has sent.
        let asked = if asked == 0 && !strict {
            u64::MAX
        } else {
            asked
        };
        let known =
            |link: &Link| link.fit(path, uri) >= HOST_FITS && link.is_as_safe(path.transport);
        self.links
            .iter()
            .enumerate()
            .filter(|(place, link)| asked & bit(*place) != 0 && (!strict || known(link)))
            .max_by_key(|(place, link)| {
                let first = std::cmp::Reverse(*place);
                (link.fit(path, uri), now_asked == Some(*place), first)
            })
            .map(|(place, _)| place)
    }

    /// A response to nothing that is open.
    fn handle_foreign(
        &mut self,
        path: &Path,
        message: Option<&Message>,
        decoded: &Decoded<'static, Response<'static>>,
    ) {
        let response = decoded.message();
        let status_number = response.status_number;
        let Some(finished) = self.memory.finished(&response.reference) else {
            self.note(Event::UnknownResponse {
                path: *path,
                reference: response.reference.clone(),
                status_number,
            });
            return;
        };
        let from = message.and_then(|message| message.from().ok());
        let uri = from.as_ref().map(|from| &from.uri);
        let receiver = self
            .links
            .iter()
            .enumerate()
            .max_by_key(|(place, link)| {
                let accepted = finished.accepted_by == Some(*place);
                (link.fit(path, uri), accepted, std::cmp::Reverse(*place))
            })
            .map_or(0, |(place, _)| place);
        let second = finished.accepted_by.is_some_and(|by| by != receiver);
        let (alarm, receiver) = (finished.id, ReceiverId(receiver));
        self.note(if second && status_number.is_accepted() {
            Event::AlsoAccepted { alarm, receiver }
        } else {
            Event::LateResponse {
                alarm,
                receiver,
                status_number,
            }
        });
    }

    fn handle_response(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        decoded: Decoded<'static, Response<'static>>,
        place: Place,
    ) {
        let status_number = decoded.message().status_number;
        if let Some(link) = self.links.get_mut(receiver) {
            link.is_alive();
        }
        if status_number.is_accepted() {
            self.accepted(now, id, receiver, decoded);
            return;
        }
        let Some(alarm) = self.alarms.get_mut(&id) else {
            return;
        };
        // The same refusal may come in the 200 and in a MESSAGE; the second must not count
        // against the shortened request sent in between.
        let again = alarm.shortened
            && place == Place::InMessage
            && status_number == StatusNumber::MESSAGE_TOO_LONG
            && matches!(alarm.state, State::Sent { .. });
        // It said hold or busy, and now it has decided.
        let decided = !matches!(status_number.number(), 4 | 6)
            && matches!(alarm.state, State::Paused { receiver: with, .. } if with == receiver);
        if alarm.state.asked() != Some(receiver) && !decided || again {
            self.note(Event::LateResponse {
                alarm: id,
                receiver: ReceiverId(receiver),
                status_number,
            });
            return;
        }
        if alarm.relaying.is_some() {
            Self::keep_refusal(alarm, receiver, decoded);
            self.give_up(now, id, receiver, FailureReason::Response(status_number));
            return;
        }
        let (limit, wait) = match status_number.number() {
            4 => (self.config.hold_repeats, self.config.hold_wait),
            6 => (self.config.busy_repeats, self.config.busy_wait),
            1 if alarm.can_be_shortened() => {
                alarm.shortened = true;
                self.note(Event::Shortened {
                    alarm: id,
                    receiver: ReceiverId(receiver),
                    cause: ShortenCause::TooLong,
                });
                self.retry(now, id, receiver);
                return;
            }
            refusal => {
                // A verdict on the bytes: they will not please it the next time either.
                if matches!(refusal, 1 | 2 | 3 | 7) {
                    alarm.barred |= bit(receiver);
                }
                self.give_up(now, id, receiver, FailureReason::Response(status_number));
                return;
            }
        };
        if alarm.heartbeat {
            // It was heard; that is all a heartbeat is for.
            self.drop_heartbeat(now, id);
            return;
        }
        if alarm.repeats >= limit {
            self.give_up(now, id, receiver, FailureReason::Response(status_number));
            return;
        }
        alarm.repeats += 1;
        let repeat_at = now + wait;
        let state = State::Paused {
            receiver,
            until: repeat_at,
        };
        self.set_state(id, state);
        self.note(Event::Held {
            alarm: id,
            receiver: ReceiverId(receiver),
            status_number,
            repeat_at,
        });
    }

    fn accepted(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        decoded: Decoded<'static, Response<'static>>,
    ) {
        let Some(alarm) = self.finish(id, Some(receiver)) else {
            return;
        };
        self.events.push_back(Event::Accepted {
            alarm: id,
            receiver: ReceiverId(receiver),
            response: Box::new(decoded),
            after: now.saturating_duration_since(alarm.submitted),
        });
        self.release(now, id, Some(receiver));
    }

    fn path_of(&self, receiver: usize) -> Path {
        let link = self.links.get(receiver);
        let connected = link
            .and_then(|link| link.connection)
            .and_then(|connection| self.endpoint.connection_path(connection));
        connected.unwrap_or_else(|| {
            let remote = link.map_or(self.config.local, |link| link.address.address);
            Path::udp(self.config.local, remote)
        })
    }
}
