//! Keeping registrations with receivers that want one (SCAIP reference 5.4, RFC 3261 10.2).

use std::time::{Duration, Instant};

use super::alarm::Exchange;
use super::config::{Registration, from};
use super::{Event, FailureReason, ReceiverId, Sender};
use crate::digest::keyed;
use crate::sip::{
    ConnectionId, Message, MessageId, Method, NameAddress, OutgoingMessage, StatusCode, Transport,
};

/// Shortest time a registration is asked for or believed to hold: an answer of zero would be a
/// busy loop.
const SHORTEST: Duration = Duration::from_secs(1);
/// Longest time one is believed to hold.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// One registration on its way or in force.
pub(super) struct Registering {
    settings: Registration,
    /// What is asked for: more than the settings when the receiver said so.
    interval: Duration,
    /// Call-ID and CSeq, the same run for all of them (RFC 3261 10.2).
    exchange: Option<Exchange>,
    /// The request at hand.
    waiting: Option<Waiting>,
    /// The request is due and waits for a connection or a name.
    connecting: bool,
    /// When the next request is due.
    due: Option<Instant>,
    /// When what the receiver granted ends.
    expires: Option<Instant>,
    /// The connection it was taken on.
    connection: Option<ConnectionId>,
    failures: u32,
    /// When the one in force was granted.
    granted: Option<Instant>,
    /// Connections lost soon after it, in a row.
    losses: u32,
}

/// A request without an answer.
#[derive(Clone, Copy)]
struct Waiting {
    message: MessageId,
    since: Instant,
    until: Instant,
}

impl Registering {
    pub(super) fn new(settings: Registration) -> Self {
        Registering {
            interval: settings.interval,
            settings,
            exchange: None,
            waiting: None,
            connecting: false,
            due: None,
            expires: None,
            connection: None,
            failures: 0,
            granted: None,
            losses: 0,
        }
    }

    fn deadline(&self) -> Option<Instant> {
        // What is due begins when the request at hand is over.
        let next = self.waiting.map_or(self.due, |waiting| Some(waiting.until));
        [next, self.expires].into_iter().flatten().min()
    }
}

impl Sender {
    /// Registers with every receiver that has a [`Registration`], and keeps it up from now on.
    /// What comes of it is told by [`Event::Registered`], [`Event::RegistrationFailed`] and
    /// [`Event::RegistrationLapsed`]; alarms do not wait for any of it.
    pub fn begin_registrations(&mut self, now: Instant) {
        for link in &mut self.links {
            if let Some(registering) = &mut link.registering {
                registering.due = Some(now);
            }
        }
        self.renew_registrations(now);
    }

    /// Whether a registration with this receiver is in force.
    #[must_use]
    pub fn is_registered(&self, receiver: ReceiverId) -> bool {
        self.link(receiver)
            .and_then(|link| link.registering.as_ref())
            .is_some_and(|registering| registering.expires.is_some())
    }

    pub(super) fn next_registration(&self) -> Option<Instant> {
        self.links
            .iter()
            .filter_map(|link| link.registering.as_ref()?.deadline())
            .min()
    }

    /// Runs what is due.
    pub(super) fn renew_registrations(&mut self, now: Instant) {
        for receiver in 0..self.links.len() {
            let Some(registering) = self.registering(receiver) else {
                continue;
            };
            if registering.expires.is_some_and(|at| at <= now) {
                registering.expires = None;
                let receiver = ReceiverId(receiver);
                self.note(Event::RegistrationLapsed { receiver });
            }
            let Some(registering) = self.registering(receiver) else {
                continue;
            };
            if let Some(waiting) = registering.waiting {
                if waiting.until <= now {
                    let connection = registering.connection;
                    registering.waiting = None;
                    self.endpoint.transport_failed(waiting.message);
                    self.registration_failed(now, receiver, FailureReason::NoOk);
                    self.leave_if_dead(receiver, connection, waiting.since);
                }
            } else if registering.due.is_some_and(|at| at <= now) {
                if registering.connecting {
                    // Nobody has told; the next time the driver is asked again.
                    if let Some(link) = self.links.get_mut(receiver) {
                        link.connecting = false;
                        link.resolving = false;
                    }
                    self.registration_failed(now, receiver, FailureReason::ConnectTimeout);
                } else {
                    self.register(now, receiver);
                }
            }
        }
    }

    /// The receiver knows us by a connection that is gone: register on the new one at once.
    pub(super) fn register_on_connection(&mut self, now: Instant, receiver: usize) {
        let connection = self.links.get(receiver).and_then(|link| link.connection);
        let Some(registering) = self.registering(receiver) else {
            return;
        };
        registering.connecting = false;
        let begun = registering.due.is_some() || registering.exchange.is_some();
        if begun && registering.connection != connection {
            registering.due = Some(now);
            if registering.waiting.is_none() {
                self.register(now, receiver);
            }
        }
    }

    /// A name has been looked up: what waited for that goes on.
    pub(super) fn register_if_waiting(&mut self, now: Instant, receiver: usize) {
        let registering = self.registering(receiver);
        if registering.is_some_and(|state| std::mem::take(&mut state.connecting)) {
            self.register(now, receiver);
        }
    }

    /// There is no way to the receiver.
    pub(super) fn registration_unreachable(
        &mut self,
        now: Instant,
        receiver: usize,
        reason: FailureReason,
    ) {
        let registering = self.registering(receiver);
        if registering.is_some_and(|state| state.connecting) {
            self.registration_failed(now, receiver, reason);
        }
    }

    /// A connection is gone, and with it what was registered on it: the receiver has no other way
    /// to us. The next one is asked for at once, but less and less often from a receiver that
    /// closes soon after each.
    pub(super) fn registration_lost(&mut self, now: Instant, closed: ConnectionId) {
        let lasting = self.config.longest_back_off;
        for receiver in 0..self.links.len() {
            let Some(registering) = self.registering(receiver) else {
                continue;
            };
            if registering.connection != Some(closed) {
                continue;
            }
            registering.connection = None;
            if registering.expires.take().is_none() {
                continue;
            }
            if registering.failures == 0 {
                let held = registering
                    .granted
                    .map(|at| now.saturating_duration_since(at));
                if held.is_none_or(|held| held >= lasting) {
                    registering.losses = 0;
                }
                let losses = registering.losses;
                registering.losses = losses.saturating_add(1);
                let wait = match losses {
                    0 => Duration::ZERO,
                    losses => self.registration_wait(receiver, losses),
                };
                if let Some(registering) = self.registering(receiver) {
                    registering.due = Some(now + wait);
                }
            }
            let receiver = ReceiverId(receiver);
            self.note(Event::RegistrationLapsed { receiver });
        }
    }

    fn registering(&mut self, receiver: usize) -> Option<&mut Registering> {
        self.links.get_mut(receiver)?.registering.as_mut()
    }

    fn register(&mut self, now: Instant, receiver: usize) {
        if let Some(until) = self.left_alone_until(now, receiver) {
            if let Some(registering) = self.registering(receiver) {
                registering.due = Some(until);
            }
            return;
        }
        let wait = self.config.connect_wait;
        if self.path(now, receiver).is_none() {
            // When the connection opens it is done there; this is for when it does not.
            if let Some(registering) = self.registering(receiver) {
                registering.due = Some(now + wait);
                registering.connecting = true;
            }
            self.request_connection(now, receiver);
            return;
        }
        let fresh = self.exchange();
        let Some(registering) = self.registering(receiver) else {
            return;
        };
        let next = match registering.exchange.take() {
            Some(before) => Exchange {
                cseq: before.cseq.wrapping_add(1).max(1),
                answers: 0,
                answered: [false; 2],
                ..before
            },
            None => fresh,
        };
        self.send_register(now, receiver, next);
    }

    fn send_register(&mut self, now: Instant, receiver: usize, exchange: Exchange) {
        let until = now + self.config.ok_wait;
        let path = self.path(now, receiver);
        let (Some(path), Some(link)) = (path, self.links.get_mut(receiver)) else {
            self.registration_failed(now, receiver, FailureReason::Transport);
            return;
        };
        let Some(settings) = &link.address.registration else {
            return;
        };
        let controller = settings.controller_id.as_str();
        let registrar = format!("sip:{}", link.address.domain);
        let account = from(controller, &link.address.domain);
        let here = from(controller, &path.local.to_string());
        let digest = link.digest_headers("REGISTER", &registrar);
        let Some(registering) = &mut link.registering else {
            return;
        };
        let transport = match path.transport {
            Transport::Udp => "",
            Transport::Tcp => ";transport=tcp",
            // Not of RFC 3261, but what is met and understood.
            Transport::Tls => ";transport=tls",
        };
        let contact = format!("<{here}{transport}>");
        let expires = registering.interval.as_secs().max(1).to_string();
        let mut headers = vec![("Contact", contact.as_str()), ("Expires", expires.as_str())];
        headers.extend(digest.iter().map(|(name, value)| (*name, value.as_str())));
        let message = OutgoingMessage {
            method: Method::Register,
            from_tag: Some(&exchange.from_tag),
            call_id: Some(&exchange.call_id),
            cseq: exchange.cseq,
            headers: &headers,
            to: &account,
            ..OutgoingMessage::scaip(&registrar, &account, b"")
        };
        match self.endpoint.send_message(now, &path, &message) {
            Ok(sent) => {
                registering.waiting = Some(Waiting {
                    message: sent.id,
                    since: now,
                    until,
                });
                registering.exchange = Some(exchange);
                registering.connection = path.connection;
                registering.due = None;
            }
            Err(error) => {
                registering.exchange = Some(exchange);
                self.registration_failed(now, receiver, FailureReason::NotSent(error));
            }
        }
    }

    /// Takes the answer to a REGISTER, or why there is none; `false` if the message was no REGISTER.
    pub(super) fn registration_answered(
        &mut self,
        now: Instant,
        message: MessageId,
        status: StatusCode,
        response: Result<&Message, FailureReason>,
    ) -> bool {
        let place = self.links.iter().position(|link| {
            let waiting = link.registering.as_ref().and_then(|state| state.waiting);
            waiting.is_some_and(|waiting| waiting.message == message)
        });
        let Some(receiver) = place else {
            return false;
        };
        let current = self.links.get(receiver).and_then(|link| link.connection);
        let Some(registering) = self.registering(receiver) else {
            return true;
        };
        let waiting = registering.waiting.take();
        let connection = registering.connection;
        let response = match response {
            Ok(response) => response,
            Err(reason) => {
                self.registration_failed(now, receiver, reason);
                if let (FailureReason::NoOk, Some(waiting)) = (reason, waiting) {
                    self.leave_if_dead(receiver, connection, waiting.since);
                }
                return true;
            }
        };
        if let Some(link) = self.links.get_mut(receiver) {
            link.heard = Some(now);
        }
        let Some(registering) = self.registering(receiver) else {
            return true;
        };
        if status.is_success() {
            if let Some(link) = self.links.get_mut(receiver) {
                link.refusals = 0;
            }
            let Some(registering) = self.registering(receiver) else {
                return true;
            };
            let granted = granted(response, &registering.settings).unwrap_or(registering.interval);
            let expires = granted.clamp(SHORTEST, LONGEST);
            registering.failures = 0;
            registering.granted = Some(now);
            registering.expires = Some(now + expires);
            // Another connection may have been opened meanwhile.
            let renew = if connection == current {
                expires / 2
            } else {
                Duration::ZERO
            };
            registering.due = Some(now + renew);
            let receiver = ReceiverId(receiver);
            self.note(Event::Registered { receiver, expires });
            return true;
        }
        let slot = match status.get() {
            401 => 0,
            407 => 1,
            _ => {
                // RFC 3261 10.2.8: ask for as long as it wants.
                let least = response
                    .header_named("Min-Expires")
                    .and_then(|value| std::str::from_utf8(value).ok()?.trim().parse().ok())
                    .map(Duration::from_secs)
                    .filter(|least| *least > registering.interval && *least <= LONGEST);
                if let (423, Some(least)) = (status.get(), least) {
                    registering.interval = least;
                    self.register(now, receiver);
                    return true;
                }
                self.heed_retry_after(now, receiver, status, response);
                self.registration_failed(now, receiver, FailureReason::Refused(status));
                return true;
            }
        };
        let before = registering.exchange.take().unwrap_or_else(Exchange::none);
        let (call_id, from_tag) = (before.call_id.clone(), before.from_tag.clone());
        let cseq = before.cseq;
        match self.open_session(receiver, slot, response, before) {
            Ok(next) => self.send_register(now, receiver, next),
            Err(reason) => {
                let exchange = Exchange {
                    call_id,
                    from_tag,
                    cseq,
                    ..Exchange::none()
                };
                if let Some(link) = self.links.get_mut(receiver) {
                    link.sessions[slot] = None;
                    if let Some(registering) = &mut link.registering {
                        registering.exchange = Some(exchange);
                    }
                }
                self.registration_failed(now, receiver, reason);
            }
        }
        true
    }

    fn registration_failed(&mut self, now: Instant, receiver: usize, reason: FailureReason) {
        let Some(registering) = self.registering(receiver) else {
            return;
        };
        registering.connecting = false;
        registering.failures = registering.failures.saturating_add(1);
        let failures = registering.failures;
        let retry_at = now + self.registration_wait(receiver, failures);
        let not_before = self.links.get(receiver).and_then(|link| link.not_before);
        let retry_at = retry_at.max(not_before.unwrap_or(now));
        // The registrar alone is spared: it may want credentials where alarms need none.
        let spared = match reason {
            FailureReason::CredentialsRefused => self.credentials_wait(failures - 1),
            _ => Duration::ZERO,
        };
        let retry_at = retry_at.max(now + spared);
        if let Some(registering) = self.registering(receiver) {
            registering.due = Some(retry_at);
        }
        let receiver = ReceiverId(receiver);
        self.note(Event::RegistrationFailed {
            receiver,
            reason,
            retry_at,
        });
    }

    /// The back-off after so many failures in a row, at least one.
    fn registration_wait(&self, receiver: usize, failures: u32) -> Duration {
        let (first, longest) = (self.config.first_back_off, self.config.longest_back_off);
        let seed = self.config.endpoint.seed;
        let doubled = 1_u32
            .checked_shl(failures.saturating_sub(1))
            .unwrap_or(u32::MAX);
        let whole = first.saturating_mul(doubled).min(longest);
        let parts = [
            u64::try_from(receiver).unwrap_or(0).to_be_bytes(),
            u64::from(failures).to_be_bytes(),
        ];
        let chance = keyed(&seed, &[b"register", &parts[0], &parts[1]]);
        let share = f64::from(u16::from_be_bytes([chance[0], chance[1]])) / f64::from(u16::MAX);
        whole
            .mul_f64(0.5 + share / 2.0)
            .max(Duration::from_millis(1))
    }
}

/// What a 200 grants: `expires` of our own Contact, else Expires (RFC 3261 10.2.4).
fn granted(response: &Message, settings: &Registration) -> Option<Duration> {
    let number = |text: &str| text.trim().parse::<u32>().ok().map(u64::from);
    let ours = response
        .headers()
        .filter(|(name, _)| {
            name.eq_ignore_ascii_case(b"Contact") || name.eq_ignore_ascii_case(b"m")
        })
        .filter_map(|(_, value)| NameAddress::parse(crate::sip::HeaderName::Contact, value).ok())
        .filter(|contact| {
            let user = contact.uri.user.unwrap_or_default();
            super::config::is_user(user.as_bytes(), settings.controller_id.as_str())
        })
        .find_map(|contact| contact.parameters.text("expires").and_then(number));
    let expires = || {
        let value = response.header_named("Expires")?;
        number(std::str::from_utf8(value).ok()?)
    };
    ours.or_else(expires).map(Duration::from_secs)
}
