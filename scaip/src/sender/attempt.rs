//! One receiver after the other.

use std::time::{Duration, Instant};

use super::alarm::{Exchange, State, bit};
use super::config::from;
use super::{AlarmId, Event, FailureReason, ReceiverId, Sender, ShortenCause};
use crate::digest::{Challenge, Session, hexadecimal, keyed};
use crate::sip::{
    Message, Method, OutgoingMessage, Path, RequestHead, SendError, StatusCode, UDP_SAFE_LENGTH,
    write_request,
};

const METHOD: &str = "MESSAGE";
/// The headers of digest, of a server and of a proxy (RFC 3261 22).
const ASKS: [&str; 2] = ["WWW-Authenticate", "Proxy-Authenticate"];
const ANSWERS: [&str; 2] = ["Authorization", "Proxy-Authorization"];

impl Sender {
    /// Goes on to the next receiver that takes the message, or backs off.
    pub(super) fn advance(&mut self, now: Instant, id: AlarmId) {
        loop {
            let count = self.links.len();
            let Some(alarm) = self.alarms.get_mut(&id) else {
                return;
            };
            let Some(receiver) = alarm.next_receiver(count) else {
                self.exhausted(now, id);
                return;
            };
            alarm.tried |= bit(receiver);
            alarm.shortened = false;
            alarm.repeats = 0;
            match self.attempt(now, id, receiver) {
                Ok(()) => return,
                Err(reason) => self.failed(id, receiver, reason),
            }
        }
    }

    /// Asks the same receiver again, or goes on if that fails.
    pub(super) fn retry(&mut self, now: Instant, id: AlarmId, receiver: usize) {
        if let Err(reason) = self.attempt(now, id, receiver) {
            self.give_up(now, id, receiver, reason);
        }
    }

    /// Gives a receiver up and goes on.
    pub(super) fn give_up(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        reason: FailureReason,
    ) {
        self.failed(id, receiver, reason);
        self.advance(now, id);
    }

    fn failed(&mut self, alarm: AlarmId, receiver: usize, reason: FailureReason) {
        let receiver = ReceiverId(receiver);
        self.note(Event::AttemptFailed {
            alarm,
            receiver,
            reason,
        });
    }

    fn exhausted(&mut self, now: Instant, id: AlarmId) {
        let count = self.links.len();
        let (first, longest) = (self.config.first_back_off, self.config.longest_back_off);
        let Some(alarm) = self.alarms.get_mut(&id) else {
            return;
        };
        if alarm.heartbeat {
            self.drop_heartbeat(now, id);
            return;
        }
        alarm.rounds = alarm.rounds.saturating_add(1);
        alarm.tried = 0;
        let rounds = alarm.rounds;
        let mut whole = if alarm.is_barred_everywhere(count) {
            // All found fault with it. A receiver may be mended; the alarm is not given up.
            alarm.barred = 0;
            longest
        } else {
            let doubled = 1_u32.checked_shl(rounds - 1).unwrap_or(u32::MAX);
            first.saturating_mul(doubled)
        };
        whole = whole.min(longest);
        let parts = [id.0.to_be_bytes(), u64::from(rounds).to_be_bytes()];
        let chance = keyed(&self.config.endpoint.seed, &[b"wait", &parts[0], &parts[1]]);
        let share = f64::from(u16::from_be_bytes([chance[0], chance[1]])) / f64::from(u16::MAX);
        let wait = whole.mul_f64(0.5 + share / 2.0);
        let retry_at = now + wait.max(Duration::from_millis(1));
        self.set_state(id, State::BackingOff { until: retry_at });
        self.note(Event::AllFailed {
            alarm: id,
            rounds,
            retry_at,
        });
    }

    /// A heartbeat that nobody takes is not worth a second round.
    pub(super) fn drop_heartbeat(&mut self, now: Instant, id: AlarmId) {
        if self.finish(id, None).is_some() {
            self.events.push_back(Event::HeartbeatDropped { alarm: id });
            // What was said to belong to it is not lost with it.
            self.release(now, id, None);
        }
    }

    pub(super) fn handle_deadline(&mut self, now: Instant, id: AlarmId) {
        let Some(alarm) = self.alarms.get_mut(&id) else {
            return;
        };
        match alarm.state {
            State::Connecting { receiver, .. } => {
                if let Some(link) = self.links.get_mut(receiver) {
                    link.connecting = false;
                }
                self.give_up(now, id, receiver, FailureReason::ConnectTimeout);
            }
            State::Sent { receiver, .. } => {
                self.give_up(now, id, receiver, FailureReason::NoOk);
            }
            State::Awaiting { receiver, .. } => {
                self.give_up(now, id, receiver, FailureReason::NoResponse);
            }
            State::Paused { receiver, .. } => self.retry(now, id, receiver),
            State::BackingOff { .. } => self.advance(now, id),
            State::AfterAlarm(_) => {}
        }
    }

    /// Sends an alarm to a receiver, over a connection once there is one.
    pub(super) fn attempt(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
    ) -> Result<(), FailureReason> {
        let Some(path) = self.path(receiver) else {
            let until = now + self.config.connect_wait;
            self.set_state(id, State::Connecting { receiver, until });
            self.request_connection(receiver);
            return Ok(());
        };
        self.last_token += 1;
        let token = |purpose: &[u8]| {
            let number = self.last_token.to_be_bytes();
            keyed(&self.config.endpoint.seed, &[purpose, &number])
        };
        let exchange = Exchange {
            call_id: hexadecimal(&token(b"call")),
            from_tag: hexadecimal(&token(b"from")[..8]),
            cseq: 1,
            answers: 0,
            answered: [false; 2],
        };
        self.send(now, id, receiver, &path, exchange)
    }

    fn path(&self, receiver: usize) -> Option<Path> {
        let link = self.links.get(receiver)?;
        if link.address.transport.is_stream() {
            return self.endpoint.connection_path(link.connection?);
        }
        let local = link.address.local.unwrap_or(self.config.local);
        Some(Path::udp(local, link.address.address))
    }

    fn request_connection(&mut self, receiver: usize) {
        let Some(link) = self.links.get_mut(receiver) else {
            return;
        };
        if !std::mem::replace(&mut link.connecting, true) {
            let event = Event::Connect {
                receiver: ReceiverId(receiver),
                transport: link.address.transport,
                address: link.address.address,
            };
            self.note(event);
        }
    }

    fn send(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        path: &Path,
        exchange: Exchange,
    ) -> Result<(), FailureReason> {
        let (Some(link), Some(alarm)) = (self.links.get_mut(receiver), self.alarms.get_mut(&id))
        else {
            return Err(FailureReason::Transport);
        };
        // An earlier request to the same receiver says the same: this one replaces it.
        alarm.outstanding.retain(|(message, to)| {
            if *to == receiver {
                self.by_message.remove(message);
                self.endpoint.transport_failed(*message);
            }
            *to != receiver
        });
        alarm.asked |= bit(receiver);
        let mut headers: Vec<(&str, String)> = Vec::new();
        for (slot, session) in link.sessions.iter_mut().enumerate() {
            let answer = session.as_mut().zip(link.address.credentials.as_ref());
            let value = answer.and_then(|(session, credentials)| {
                session.answer(credentials, METHOD, &link.address.account)
            });
            match value {
                Some(value) => headers.push((ANSWERS[slot], value)),
                None => *session = None,
            }
        }
        let headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let from = from(alarm.request.controller_id.as_str(), &link.address.domain);
        let account = &link.address.account;
        let mut shortened = None;
        if self.config.shorten_oversize && !path.transport.is_stream() && alarm.can_be_shortened() {
            let head = RequestHead {
                method: Method::Message,
                path,
                // As long as those of the endpoint.
                branch: &[b'z'; 55],
                request_uri: account,
                to: account,
                from: &from,
                from_tag: exchange.from_tag.as_bytes(),
                call_id: exchange.call_id.as_bytes(),
                cseq: exchange.cseq,
                headers: &headers,
                content_type: crate::receiver::CONTENT_TYPE,
            };
            self.scratch.clear();
            write_request(&mut self.scratch, &head, alarm.body())
                .map_err(|error| FailureReason::NotSent(SendError::Write(error)))?;
            let length = self.scratch.len();
            if length > UDP_SAFE_LENGTH {
                alarm.shortened = true;
                shortened = Some(ShortenCause::Oversize { length });
            }
        }
        let message = OutgoingMessage {
            from_tag: Some(&exchange.from_tag),
            call_id: Some(&exchange.call_id),
            cseq: exchange.cseq,
            headers: &headers,
            ..OutgoingMessage::scaip(account, &from, alarm.body())
        };
        let sent = self
            .endpoint
            .send_message(now, path, &message)
            .map_err(FailureReason::NotSent)?;
        alarm.outstanding.push((sent.id, receiver));
        self.by_message.insert(sent.id, (id, receiver));
        let until = now + self.config.ok_wait;
        let state = State::Sent {
            receiver,
            connection: path.connection,
            message: sent.id,
            exchange,
            until,
        };
        self.set_state(id, state);
        let receiver = ReceiverId(receiver);
        if let Some(cause) = shortened {
            self.note(Event::Shortened {
                alarm: id,
                receiver,
                cause,
            });
        }
        if sent.oversize {
            self.note(Event::Oversize {
                alarm: id,
                receiver,
                length: sent.length,
            });
        }
        Ok(())
    }

    /// A SIP refusal of the request at hand: a challenge is answered, anything else goes on.
    pub(super) fn refused(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        status: StatusCode,
        response: &Message,
    ) {
        let slot = match status.get() {
            401 => 0,
            407 => 1,
            _ => {
                self.give_up(now, id, receiver, FailureReason::Refused(status));
                return;
            }
        };
        if let Err(reason) = self.answer_challenge(now, id, receiver, slot, response) {
            if let Some(link) = self.links.get_mut(receiver) {
                link.sessions[slot] = None;
            }
            self.give_up(now, id, receiver, reason);
        }
    }

    fn answer_challenge(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        slot: usize,
        response: &Message,
    ) -> Result<(), FailureReason> {
        let path = self.path(receiver).ok_or(FailureReason::Transport)?;
        let (Some(link), Some(alarm)) = (self.links.get_mut(receiver), self.alarms.get_mut(&id))
        else {
            return Err(FailureReason::Transport);
        };
        let State::Sent { exchange, .. } = &mut alarm.state else {
            return Err(FailureReason::Transport);
        };
        let credentials = link.address.credentials.as_ref();
        let credentials = credentials.ok_or(FailureReason::CredentialsMissing)?;
        let offers = response
            .headers()
            .filter(|(name, _)| name.eq_ignore_ascii_case(ASKS[slot].as_bytes()))
            .filter_map(|(_, value)| Challenge::read(value).ok())
            .flatten()
            .filter(|challenge| credentials.secret.serves(challenge.algorithm));
        let challenge =
            Challenge::strongest(offers).ok_or(FailureReason::ChallengeNotUnderstood)?;
        // Asked again for an answer that was new: the secret is wrong, and more tries might lock
        // the account.
        let wrong = exchange.answered[slot] && !challenge.stale;
        if wrong || exchange.answers >= self.config.challenge_answers {
            return Err(FailureReason::CredentialsRefused);
        }
        self.last_token += 1;
        let number = self.last_token.to_be_bytes();
        let client_nonce = keyed(&self.config.endpoint.seed, &[b"nonce", &number]);
        link.sessions[slot] = Some(Session::new(challenge, hexadecimal(&client_nonce)));
        let mut answered = exchange.answered;
        answered[slot] = true;
        let next = Exchange {
            call_id: std::mem::take(&mut exchange.call_id),
            from_tag: std::mem::take(&mut exchange.from_tag),
            cseq: exchange.cseq + 1,
            answers: exchange.answers + 1,
            answered,
        };
        self.send(now, id, receiver, &path, next)
    }
}
