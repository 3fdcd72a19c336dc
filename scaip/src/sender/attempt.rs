//! One receiver after the other.

use std::time::{Duration, Instant};

use super::alarm::{Alarm, Exchange, Relaying, State, bit};
use super::config::from;
use super::link::Link;
use super::{AlarmId, Event, FailureReason, ReceiverId, Sender, ShortenCause};
use crate::digest::{Challenge, Session, hexadecimal, keyed};
use crate::sip::{
    ConnectionId, Message, Method, OutgoingMessage, Path, RequestHead, SendError, StatusCode,
    UDP_SAFE_LENGTH, parse_retry_after, write_request,
};

const METHOD: &str = "MESSAGE";
/// The headers of digest challenges, of a server and of a proxy (RFC 3261 22).
const ASKS: [&str; 2] = ["WWW-Authenticate", "Proxy-Authenticate"];

/// About the length of a digest answer.
const DIGEST_LENGTH: usize = 320;
/// The first wait after credentials were refused.
const CREDENTIALS_WAIT: Duration = Duration::from_secs(60);

impl Sender {
    /// Goes on to the next receiver that takes the message, or backs off.
    pub(super) fn advance(&mut self, now: Instant, id: AlarmId) {
        loop {
            let Some(alarm) = self.alarms.get(&id) else {
                return;
            };
            let Some((receiver, left)) = self.choose(now, alarm) else {
                self.exhausted(now, id);
                return;
            };
            let Some(alarm) = self.alarms.get_mut(&id) else {
                return;
            };
            Self::share_time(alarm, now, left);
            alarm.tried |= bit(receiver);
            alarm.shortened = false;
            alarm.repeats = 0;
            match self.attempt(now, id, receiver) {
                Ok(()) => return,
                Err(reason) => self.failed(now, id, receiver, reason),
            }
        }
    }

    /// The receiver to ask now, and how many are left with it: the first one in the order, but one
    /// that did not answer lately after the others, and none that asked to be left alone.
    fn choose(&self, now: Instant, alarm: &Alarm) -> Option<(usize, usize)> {
        let over = |relaying: &Relaying| relaying.until <= now;
        if alarm.relaying.as_ref().is_some_and(over) {
            return None;
        }
        let passed = |at: Option<Instant>| at.is_none_or(|at| at <= now);
        let open = || {
            alarm
                .left(self.links.len())
                .filter_map(|place| Some((place, self.links.get(place)?)))
                .filter(|(_, link)| passed(link.not_before))
        };
        // A heartbeat can wait, so it is the one to find out whether somebody is back.
        let lively = |(_, link): &(usize, &Link)| alarm.heartbeat || passed(link.silent_until);
        let first = open().find(lively).or_else(|| open().next())?;
        // What is too long for a datagram goes to a stream first (SCAIP reference 5.3).
        let is_stream = |(_, link): &(usize, &Link)| link.address.transport.is_stream();
        let stream = || open().filter(is_stream).find(lively);
        let better = (!is_stream(&first))
            .then(stream)
            .flatten()
            .filter(|_| self.is_oversize(alarm, first.1));
        Some((better.unwrap_or(first).0, open().count()))
    }

    /// Whether the SIP message to a receiver would be longer than UDP carries safely.
    fn is_oversize(&self, alarm: &Alarm, link: &Link) -> bool {
        let address = &link.address;
        let local = address.local.unwrap_or(self.config.local);
        let sample = [b'0'; 55];
        let head = RequestHead {
            method: Method::Message,
            path: &Path::udp(local, address.address),
            // As long as those of the endpoint and of an exchange.
            branch: &sample,
            request_uri: &address.account,
            to: &address.account,
            from: &from(alarm.request.controller_id.as_str(), &address.domain),
            from_tag: &sample[..16],
            call_id: &sample[..32],
            cseq: 1,
            headers: &[],
            content_type: crate::receiver::CONTENT_TYPE,
        };
        let mut whole = Vec::with_capacity(UDP_SAFE_LENGTH);
        let written = write_request(&mut whole, &head, &alarm.full).is_ok();
        let digests = link.sessions.iter().flatten().count();
        written && whole.len() + digests * DIGEST_LENGTH > UDP_SAFE_LENGTH
    }

    /// Asks the same receiver again, or goes on if that fails or if it has asked to be left alone
    /// since.
    pub(super) fn retry(&mut self, now: Instant, id: AlarmId, receiver: usize) {
        let outcome = if self.left_alone_until(now, receiver).is_some() {
            Err(FailureReason::AskedToWait)
        } else {
            self.attempt(now, id, receiver)
        };
        if let Err(reason) = outcome {
            self.give_up(now, id, receiver, reason);
        }
    }

    /// Until when a receiver has asked for no new request, if that is still to come.
    pub(super) fn left_alone_until(&self, now: Instant, receiver: usize) -> Option<Instant> {
        let link = self.links.get(receiver)?;
        link.not_before.filter(|until| *until > now)
    }

    /// Gives a receiver up and goes on.
    pub(super) fn give_up(
        &mut self,
        now: Instant,
        id: AlarmId,
        receiver: usize,
        reason: FailureReason,
    ) {
        self.failed(now, id, receiver, reason);
        self.advance(now, id);
    }

    fn failed(&mut self, now: Instant, alarm: AlarmId, receiver: usize, reason: FailureReason) {
        let silent = matches!(
            reason,
            FailureReason::ResolveFailed
                | FailureReason::ConnectFailed
                | FailureReason::ConnectTimeout
                | FailureReason::NoOk
                | FailureReason::NoResponse
        );
        if let (true, Some(link)) = (silent, self.links.get_mut(receiver)) {
            link.silent_until = Some(now + self.config.silent_wait);
            let address_at_fault =
                matches!(reason, FailureReason::ConnectTimeout | FailureReason::NoOk);
            if address_at_fault {
                link.next_address();
            }
        }
        if reason == FailureReason::NoOk {
            let state = self.alarms.get(&alarm).map(|alarm| &alarm.state);
            if let Some(State::Sent {
                connection, since, ..
            }) = state
            {
                self.leave_if_dead(receiver, *connection, *since);
            }
        }
        self.keep_failure(alarm, reason);
        let receiver = ReceiverId(receiver);
        self.note(Event::AttemptFailed {
            alarm,
            receiver,
            reason,
        });
    }

    /// A connection that has not carried a single SIP message since the request left may be dead
    /// without anybody saying so, such as when a router has forgotten it: it is closed, so that the
    /// next attempt opens another one. One that answers other requests is kept.
    pub(super) fn leave_if_dead(
        &mut self,
        receiver: usize,
        connection: Option<ConnectionId>,
        since: Instant,
    ) {
        let (Some(connection), Some(link)) = (connection, self.links.get_mut(receiver)) else {
            return;
        };
        if link.connection == Some(connection) {
            if link.heard.is_some_and(|heard| heard >= since) {
                return;
            }
            link.connection = None;
        }
        self.endpoint.close_connection(connection);
    }

    fn exhausted(&mut self, now: Instant, id: AlarmId) {
        if self.give_relayed_up(now, id) {
            return;
        }
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
        let by_chance = |whole: Duration| {
            let wait = whole.mul_f64(0.5 + share / 2.0);
            now + wait.max(Duration::from_millis(1))
        };
        // Who said when to come again is asked then; the others when the wait is over.
        let (soonest, latest) = (by_chance(first), by_chance(whole));
        let retry_at = alarm
            .targets(count)
            .filter_map(|place| self.links.get(place))
            .map(|link| link.not_before.filter(|at| *at > now).unwrap_or(latest))
            .min()
            .unwrap_or(latest)
            .max(soonest);
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
                let mut reason = FailureReason::ConnectTimeout;
                if let Some(link) = self.links.get_mut(receiver) {
                    link.connecting = false;
                    if std::mem::take(&mut link.resolving) {
                        reason = FailureReason::ResolveFailed;
                    }
                }
                self.give_up(now, id, receiver, reason);
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
        let Some(path) = self.path(now, receiver) else {
            let until = now + self.config.connect_wait;
            let until = self
                .alarms
                .get(&id)
                .map_or(until, |alarm| alarm.capped(until));
            self.set_state(id, State::Connecting { receiver, until });
            self.request_connection(now, receiver);
            return Ok(());
        };
        let exchange = self.exchange();
        self.send(now, id, receiver, &path, exchange)?;
        self.note(Event::Attempt {
            alarm: id,
            receiver: ReceiverId(receiver),
        });
        Ok(())
    }

    /// A new Call-ID and From tag.
    pub(super) fn exchange(&mut self) -> Exchange {
        self.last_token += 1;
        let number = self.last_token.to_be_bytes();
        let token = |purpose: &[u8]| keyed(&self.config.endpoint.seed, &[purpose, &number]);
        Exchange {
            call_id: hexadecimal(&token(b"call")),
            from_tag: hexadecimal(&token(b"from")[..8]),
            cseq: 1,
            answers: 0,
            answered: [false; 2],
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
        let headers = link.digest_headers(METHOD, &link.address.account.clone());
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
        let until = alarm.capped(now + self.config.ok_wait);
        let state = State::Sent {
            receiver,
            connection: path.connection,
            message: sent.id,
            exchange,
            since: now,
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
                self.heed_retry_after(now, receiver, status, response);
                self.give_up(now, id, receiver, FailureReason::Refused(status));
                return;
            }
        };
        if let Err(reason) = self.answer_challenge(now, id, receiver, slot, response) {
            if let Some(link) = self.links.get_mut(receiver) {
                link.sessions[slot] = None;
            }
            self.spare_credentials(now, receiver, reason);
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
        let path = self.path(now, receiver).ok_or(FailureReason::Transport)?;
        let Some(alarm) = self.alarms.get_mut(&id) else {
            return Err(FailureReason::Transport);
        };
        let State::Sent { exchange, .. } = &mut alarm.state else {
            return Err(FailureReason::Transport);
        };
        let before = std::mem::replace(exchange, Exchange::none());
        let next = self.open_session(receiver, slot, response, before)?;
        self.send(now, id, receiver, &path, next)
    }

    /// Takes a challenge up; gives the next request of the exchange.
    pub(super) fn open_session(
        &mut self,
        receiver: usize,
        slot: usize,
        response: &Message,
        before: Exchange,
    ) -> Result<Exchange, FailureReason> {
        let Some(link) = self.links.get_mut(receiver) else {
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
        let wrong = before.answered[slot] && !challenge.stale;
        if wrong || before.answers >= self.config.challenge_answers {
            return Err(FailureReason::CredentialsRefused);
        }
        self.last_token += 1;
        let number = self.last_token.to_be_bytes();
        let client_nonce = keyed(&self.config.endpoint.seed, &[b"nonce", &number]);
        link.sessions[slot] = Some(Session::new(challenge, hexadecimal(&client_nonce)));
        let mut next = before;
        next.answered[slot] = true;
        next.answers += 1;
        next.cseq += 1;
        Ok(next)
    }

    /// Wrong credentials do not become right by being shown often, and too many tries may lock the
    /// account: whoever refused them is left alone, longer each time.
    fn spare_credentials(&mut self, now: Instant, receiver: usize, reason: FailureReason) {
        let refusals = self.links.get(receiver).map_or(0, |link| link.refusals);
        let wait = self.credentials_wait(refusals);
        let Some(link) = self.links.get_mut(receiver) else {
            return;
        };
        if reason != FailureReason::CredentialsRefused || wait.is_zero() {
            return;
        }
        link.refusals = refusals.saturating_add(1);
        let until = now + wait;
        link.not_before = link.not_before.max(Some(until));
        let receiver = ReceiverId(receiver);
        self.note(Event::Postponed { receiver, until });
    }

    /// How long to keep refused credentials to ourselves, after as many refusals in a row before.
    pub(super) fn credentials_wait(&self, before: u32) -> Duration {
        let doubled = 1_u32.checked_shl(before).unwrap_or(u32::MAX);
        let longest = self.config.longest_credentials_wait;
        CREDENTIALS_WAIT.saturating_mul(doubled).min(longest)
    }

    /// A receiver that says when to come again is not asked before (RFC 3261 20.33).
    pub(super) fn heed_retry_after(
        &mut self,
        now: Instant,
        receiver: usize,
        status: StatusCode,
        response: &Message,
    ) {
        if !matches!(status.get(), 500 | 503) {
            return;
        }
        let seconds = response
            .header_named("Retry-After")
            .and_then(|value| parse_retry_after(value).ok());
        let wait = Duration::from_secs(seconds.unwrap_or(0)).min(self.config.longest_retry_after);
        if wait.is_zero() {
            return;
        }
        if let Some(link) = self.links.get_mut(receiver) {
            let until = now + wait;
            link.not_before = Some(until);
            let receiver = ReceiverId(receiver);
            self.note(Event::Postponed { receiver, until });
        }
    }
}
