//! The alarm receiver, sans-I/O: SIP on one side, alarms and decisions on the other.
//!
//! [`Receiver`] joins the [`sip::Endpoint`] and the codec. It answers by itself what no
//! application has to decide (a body that is no message, a missing element, the wrong content
//! type) and hands everything else out as [`Event::Request`]. A positive response leaves only
//! after [`Receiver::answer`]; without a decision in time the sender hears `snu` 5 and turns to
//! its next receiver (SCAIP reference 5, 9 and 10).
//!
//! ```
//! use std::time::Instant;
//! use scaip::receiver::{Config, Event, Receiver};
//! use scaip::{Response, StatusNumber, sip};
//!
//! let mut receiver = Receiver::new(Config::new([7; 16]))?;
//! let path = sip::Path::udp("192.0.2.1:5060".parse()?, "192.0.2.7:5062".parse()?);
//! let now = Instant::now();
//! # let datagram = "MESSAGE sip:alarm@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK77\r\nFrom: <sip:40211870@example.net>;tag=1\r\nTo: <sip:alarm@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\n\r\n<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>";
//! receiver.handle_datagram(now, path, datagram.into());
//! while let Some(event) = receiver.poll_event(now) {
//!     if let Event::Request(incoming) = event {
//!         let request = incoming.decoded.message();
//!         // Keep the alarm first, durably; then say so.
//!         let response = Response::new(request.reference.clone(), StatusNumber::OK);
//!         receiver.answer(now, incoming.id, &response)?;
//!     }
//! }
//! let ok = receiver.poll_transmit().expect("the 200");
//! let mrs = receiver.poll_transmit().expect("the mrs, in a MESSAGE of its own");
//! assert!(ok.bytes.starts_with(b"SIP/2.0 200 OK\r\n"));
//! assert!(mrs.bytes.ends_with(b"<mrs><ref>a1</ref><snu>0</snu></mrs>"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What can be switched on
//!
//! Everything here is off by default and independent of the rest.
//!
//! | setting | what it does | events |
//! |---|---|---|
//! | [`Config::duplicates`] | answers repeats of what was accepted, and raises them once | [`Event::Repeated`] |
//! | [`Config::listeners`] | asks for digest credentials, per listener | [`Event::Challenged`], [`Event::Refused`] |
//! | [`Config::registrar`] | remembers the latest path of each unit: [`Receiver::routes`] | [`Event::NotTracked`] |
//! | and REGISTER in [`sip::Config::methods`] | registrations too | [`Event::Registered`], [`Event::Registrar`] |
//! | [`Config::supervision`] | tells which units go silent | [`Event::Supervision`] |
//! | [`Config::heartbeat_policy`] | which `hbi` a unit is told | |
//! | [`Config::calls`] | which call to expect, pairing it with its alarm | [`Event::Call`] |
//!
//! ```
//! use std::collections::HashMap;
//! use std::time::{Duration, Instant};
//! use scaip::call::{CallSettings, VoiceReply, VoiceTarget};
//! use scaip::digest::{Account, ChallengerConfig, Secret};
//! use scaip::receiver::{Answer, Config, Event, Listener, ListenerConfig, Receiver};
//! use scaip::sip::{Method, Transport};
//! use scaip::supervision::{self, Allowance, HeartbeatPolicy, Interval, Presence};
//! use scaip::{ControllerId, HeartbeatInterval, MediaReply, Response, StatusNumber, registrar};
//!
//! let unit = ControllerId::new("40211870");
//! let mut config = Config::new([7; 16]); // a random seed, in earnest
//!
//! // TLS trusts nobody without credentials; whatever comes over the other listeners is open,
//! // because it says so: with some named and the rest not, the rest would hear 403.
//! let challenger = ChallengerConfig::new("arc.example.net", [9; 32]); // a random key, too
//! let accounts = HashMap::from([
//!     ("40211870".to_owned(), Account::controller(vec![Secret::password("pendant")])),
//!     ("gateway7".to_owned(), Account::gateway(vec![Secret::password("of many")])),
//! ]);
//! let tls = Listener::address(Transport::Tls, "0.0.0.0:5061".parse()?);
//! config.listeners.push(ListenerConfig::digest(tls, challenger, accounts));
//! config.listeners.push(ListenerConfig::open(Listener::Any));
//!
//! // Units register, or are reached where their last message came from.
//! config.registrar = Some(registrar::Config::new());
//! config.endpoint.methods.push(Method::Register);
//!
//! // A minute between heartbeats, three may be missing; this unit is told `hbi` 2.
//! let minute = Interval::new(Duration::from_secs(60))?;
//! config.supervision = Some(supervision::Config::new(Allowance::new(minute)));
//! let mut policy = HeartbeatPolicy::new();
//! policy.configure(&unit, HeartbeatInterval::new(2))?;
//! config.heartbeat_policy = Some(policy);
//!
//! config.calls = Some(CallSettings::default());
//!
//! let mut receiver = Receiver::new(config)?;
//! let now = Instant::now();
//! # let path = scaip::sip::Path::udp("192.0.2.1:5060".parse()?, "192.0.2.7:5062".parse()?);
//! # let datagram = "MESSAGE sip:alarm@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK77\r\nFrom: <sip:40211870@example.net>;tag=1\r\nTo: <sip:alarm@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\n\r\n<mrq><ref>a1</ref><cid>40211870</cid><dty>0003</dty><stc>0010</stc></mrq>";
//! # receiver.handle_datagram(now, path, datagram.into());
//! # let mut asked = false;
//! while let Some(event) = receiver.poll_event(now) {
//!     if let Event::Request(incoming) = event {
//!         let reference = incoming.decoded.message().reference.clone();
//!         let response = Response::new(reference, StatusNumber::OK);
//!         let desk = VoiceTarget::Shared("sip:desk7@arc.example.net".into());
//!         let voice = VoiceReply::new(MediaReply::DUPLEX, desk);
//!         receiver.answer(now, incoming.id, Answer::from(response).with_voice(voice))?;
//! #       asked = true;
//!     }
//! }
//! # assert!(asked);
//! let status = receiver.supervisor().and_then(|units| units.status(now, &unit)).expect("heard");
//! assert_eq!(status.presence, Presence::Present);
//! assert_eq!(receiver.routes(now, &unit).len(), 1);
//! assert_eq!(receiver.calls().expect("switched on").expected(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What counts
//!
//! - *Credentials*: a request without them, or with a nonce that is used up, hears 401; with wrong
//!   ones 403, and with unreadable ones 400 (SCAIP reference 5.7). Neither is handed out. Right
//!   ones that may not speak for the `cid` of the body, or the To of a REGISTER, hear 403
//!   ([`Accounts::may_speak_for`](crate::digest::Accounts::may_speak_for)). OPTIONS is answered
//!   without credentials: it tells nothing and changes nothing. Over a listener that is not named,
//!   where others are, everything else hears 403.
//! - *A sign of life* is a message that was answered `snu` 0, whatever its type, or a REGISTER that
//!   was carried out. An OPTIONS is none: nobody vouches for its sender, and one that is made up
//!   would hide a dead unit.
//! - *A repeat* has the sender, the `ref` and the bytes of a request that was accepted in the last
//!   ten minutes, or still waits. It hears what the application said to that one, completed for
//!   the present: `hbi` as the policy says now, `mre` 0 while a call with the unit is going on, also
//!   where another alarm would hear `snu` 6. It is a sign of life, its path becomes the latest, and
//!   its call is waited for afresh. One that comes before the decision waits with the first, and
//!   both hear the same. Off by default: an application that keeps alarms knows repeats better.
//! - *A path* is remembered with a message that was answered `snu` 0, and with a REGISTER.
//! - *A call* is expected when the response that leaves asks for one. A reset that was answered
//!   `snu` 0 ends the wait for the calls that it withdraws ([`AlarmKey::is_withdrawn_by`]).
//! - *Another transport* joins in by [`Receiver::turn_away`] and [`Receiver::complete`], so that
//!   supervision and calls are the same ones for SCAIP over HTTPS.

mod answer;
mod config;
mod duplicates;
mod event;
mod evidence;
pub(crate) mod inquiry;
mod listener;
mod reach;
mod registration;
mod repeats;
mod request;
mod services;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

pub use answer::{AlarmKey, Answer};
pub use config::{AnswerMode, Config, ConfigError};
pub use duplicates::{DuplicateSettings, Duplicates, Seen};
pub use event::{
    AnswerError, Event, Incoming, IncomingId, IncomingRegistration, NotTracked, ReceiverWarning,
    RefusalReason, RefusedRequest, Repeat,
};
pub use listener::{Access, Listener, ListenerConfig, SharedAccounts};

use crate::codes::StatusNumber;
use crate::encode::encode_response;
use crate::error::EncodeError;
use crate::message::{Request, Response};
use crate::options::Root;
use crate::sip::{
    self, ConnectionId, Counters, Endpoint, MessageId, Method, OutgoingMessage, Path, RequestId,
    StatusCode, TooManyConnections, Transmit, Transport, UndeliveredReason,
};
use crate::text::Text;
use evidence::Evidence;
use inquiry::Addresses;
use listener::Gates;
use services::Services;

/// The media type of both documents.
pub const CONTENT_TYPE: &str = "application/scaip+xml";

/// The way a response goes.
#[derive(Debug)]
struct WayBack {
    path: Path,
    /// Set while the SIP request itself waits for its answer: mode body-in-200.
    request: Option<RequestId>,
    addresses: Addresses,
    root: Root,
}

/// An alarm that waits for the caller's decision.
#[derive(Debug)]
struct Pending {
    way: WayBack,
    /// As much of the request as the answer depends on.
    outline: Box<Request<'static>>,
    deadline: Instant,
    /// Bytes of the message that the application holds, and of the repeats.
    size: usize,
    /// By which repeats of it are known.
    key: Option<duplicates::Key>,
    /// Repeats that came before the decision, and wait with it.
    repeats: Vec<(IncomingId, WayBack)>,
}

/// Receives SCAIP over any number of sockets and connections, without owning any of them.
///
/// Inputs are the `handle_*` and `connection_*` methods; after each one take every
/// [`poll_event`](Self::poll_event), then every [`poll_transmit`](Self::poll_transmit), then ask
/// [`poll_timeout`](Self::poll_timeout). Not taking events is how a caller says that it cannot
/// keep up: queues are bounded, and what comes on top hears 503 with Retry-After.
#[derive(Debug)]
pub struct Receiver {
    config: Config,
    endpoint: Endpoint,
    gates: Gates,
    services: Services,
    evidence: Evidence,
    duplicates: Option<Duplicates>,
    repeats: u64,
    pending: HashMap<IncomingId, Pending>,
    pending_bytes: usize,
    deadlines: BTreeSet<(Instant, IncomingId)>,
    /// Responses under way, by the message that carries them.
    under_way: HashMap<MessageId, IncomingId>,
    events: VecDeque<Event>,
    /// When timers were last run: until then the caller knows that there may be events.
    timers_run: Option<Instant>,
    last_id: u64,
    body: Vec<u8>,
}

impl Receiver {
    /// A receiver with these settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] when a limit is zero, a time too long, or a listener cannot challenge.
    pub fn new(mut config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        let registers = config.registrar.is_some();
        config.endpoint.methods.retain(|method| match method {
            Method::Message => true,
            Method::Register => registers,
            _ => false,
        });
        Ok(Receiver {
            gates: Gates::new(std::mem::take(&mut config.listeners))?,
            services: Services::new(&mut config),
            evidence: Evidence::new(config.evidence_bytes),
            duplicates: config.duplicates.map(Duplicates::new),
            repeats: 0,
            timers_run: None,
            endpoint: Endpoint::new(config.endpoint.clone())?,
            config,
            pending: HashMap::new(),
            pending_bytes: 0,
            deadlines: BTreeSet::new(),
            under_way: HashMap::new(),
            events: VecDeque::new(),
            last_id: 0,
            body: Vec::new(),
        })
    }

    /// Takes one UDP datagram; see [`Endpoint::handle_datagram`].
    pub fn handle_datagram(&mut self, now: Instant, path: Path, datagram: Bytes) {
        self.endpoint.handle_datagram(now, path, datagram);
    }

    /// Takes a new connection; see [`Endpoint::connection_opened`].
    ///
    /// # Errors
    ///
    /// [`TooManyConnections`]: close it.
    pub fn connection_opened(
        &mut self,
        transport: Transport,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<ConnectionId, TooManyConnections> {
        self.endpoint.connection_opened(transport, local, remote)
    }

    /// Takes bytes off a connection; see [`Endpoint::handle_stream`].
    pub fn handle_stream(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        self.endpoint.handle_stream(now, id, bytes);
    }

    /// Tells that a connection is gone.
    pub fn connection_closed(&mut self, id: ConnectionId) {
        self.endpoint.connection_closed(id);
        if let Some(registrar) = &mut self.services.registrar {
            registrar.connection_closed(id);
        }
    }

    /// Tells that sending failed for good; see [`Endpoint::transport_failed`].
    pub fn transport_failed(&mut self, id: MessageId) {
        self.endpoint.transport_failed(id);
    }

    /// Turns new requests away with 503 while set.
    pub fn set_overloaded(&mut self, overloaded: bool) {
        self.endpoint.set_overloaded(overloaded);
    }

    /// Counts of the SIP layer.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.endpoint.counters()
    }

    /// Requests recognised as repeats of an alarm ([`Config::duplicates`]), since the start.
    #[must_use]
    pub fn repeats(&self) -> u64 {
        self.repeats
    }

    /// How many alarms wait for a decision.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// The alarms that wait for a decision, the one whose time ends first first.
    pub fn undecided(&self) -> impl Iterator<Item = IncomingId> {
        self.deadlines.iter().map(|&(_, id)| id)
    }

    /// Messages that were refused, or were none, and whose bytes were left out of their event
    /// because of [`Config::evidence_bytes`].
    #[must_use]
    pub fn evidence_left_out(&self) -> u64 {
        self.evidence.left_out()
    }

    /// Runs what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.timers_run = Some(now);
        while let Some(&(deadline, id)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            let Some(pending) = self.take(id) else { break };
            let mut response =
                Response::new(pending.outline.reference.clone(), StatusNumber::NOT_TREATED);
            response.status_text = Some(Text::new("no decision in time"));
            self.events.push_back(Event::Undecided { id });
            // The text is short and the reference echoed before: this can be written.
            let _ = self.send(now, Some(id), &pending.way, &response);
            self.send_to_repeats(now, &pending, &response);
            if let (Some(duplicates), Some(key)) = (&mut self.duplicates, pending.key) {
                duplicates.declined(key);
            }
        }
        if let Some(duplicates) = &mut self.duplicates {
            duplicates.forget_old(now);
        }
        self.endpoint.handle_timeout(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) and take events next.
    ///
    /// Events by time alone (a unit gone silent) wait where they are until they are taken; a time
    /// that `handle_timeout` has run for is not given again because of them, so that a caller
    /// without room for events is not kept busy.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let decision = self.deadlines.first().map(|&(deadline, _)| deadline);
        let run = self.timers_run;
        let services = self.services.timeouts();
        let services = services.filter(|&at| run.is_none_or(|run| at > run));
        [decision, self.endpoint.poll_timeout()]
            .into_iter()
            .flatten()
            .chain(services)
            .min()
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        let transmit = self.endpoint.poll_transmit()?;
        if transmit.close_after {
            self.forget_if_closed(&transmit.path);
        }
        Some(transmit)
    }

    /// The next event. Handing one out may queue bytes to send.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            // Alarms go ahead of what time brings.
            let Some(event) = self.endpoint.poll_event() else {
                return self.services.poll_event(now);
            };
            if let Some(event) = self.handle_event(now, event) {
                return Some(event);
            }
        }
    }

    /// Decides about an alarm: `snu` 0 says that it is in safe keeping, anything else refuses it.
    ///
    /// Takes a [`Response`], or an [`Answer`] that also says which call should follow. The
    /// reference is replaced by that of the request, byte for byte; a call is asked for only where
    /// the request allows one and none is going on; `hbi` is as [`Config::heartbeat_policy`] says.
    /// With `snu` 0 the message counts as a sign of life, its path becomes the latest, its call is
    /// expected, and a reset ends the wait for the calls that it withdraws, each as far as it is
    /// switched on. A unit for which there is no room is told as [`Event::NotTracked`].
    ///
    /// Exactly
    /// one of [`Event::AnswerDelivered`], [`Event::AnswerRefused`] and
    /// [`Event::AnswerUndelivered`] follows; the last one at once when the way back is closed.
    /// With [`AnswerMode::BodyInOk`] it is [`Event::AnswerSent`] or [`Event::AnswerUndelivered`].
    ///
    /// # Errors
    ///
    /// [`AnswerError`]. A response that cannot be written leaves the alarm waiting.
    pub fn answer<'a>(
        &mut self,
        now: Instant,
        id: IncomingId,
        answer: impl Into<Answer<'a>>,
    ) -> Result<(), AnswerError> {
        let pending = self.take(id).ok_or(AnswerError::NotWaiting)?;
        let request = &pending.outline;
        let answer = answer.into();
        // What to say to repeats; nothing is kept of a refusal.
        let kept = pending.key.filter(|_| answer.is_accepted());
        let kept = kept.map(|key| (key, answer.clone().into_owned()));
        let prepared = self.services.prepare(request, answer);
        match self.send(now, Some(id), &pending.way, &prepared.response) {
            Ok(()) => {
                self.send_to_repeats(now, &pending, &prepared.response);
                let latest = pending.repeats.last().map_or(&pending.way, |(_, way)| way);
                let (path, events) = (latest.path, &mut self.events);
                let services = &mut self.services;
                services.decided(now, Some(path), request, &prepared, events);
                match (&mut self.duplicates, kept, pending.key) {
                    (Some(duplicates), Some((key, answer)), _) => {
                        duplicates.accepted(now, key, Some(id), answer);
                    }
                    (Some(duplicates), None, Some(key)) => duplicates.declined(key),
                    _ => {}
                }
                self.forget_if_closed(&path);
                Ok(())
            }
            Err(error) => {
                self.put(id, pending);
                Err(error.into())
            }
        }
    }

    /// A path over a connection that is gone by now is no way to reach anybody.
    fn forget_if_closed(&mut self, path: &Path) {
        if let (Some(registrar), Some(id)) = (&mut self.services.registrar, path.connection) {
            if self.endpoint.connection_path(id).is_none() {
                registrar.connection_closed(id);
            }
        }
    }

    fn take(&mut self, id: IncomingId) -> Option<Pending> {
        let pending = self.pending.remove(&id)?;
        self.pending_bytes -= pending.size;
        self.deadlines.remove(&(pending.deadline, id));
        Some(pending)
    }

    fn handle_event(&mut self, now: Instant, event: sip::Event) -> Option<Event> {
        match event {
            sip::Event::Request { id, path, message } => {
                Some(self.handle_request(now, id, path, &message))
            }
            sip::Event::Retransmission { path, answered, .. } => {
                Some(Event::Retransmission { path, answered })
            }
            sip::Event::Delivered { id, status, .. } => {
                let id = self.under_way.remove(&id)?;
                Some(Event::AnswerDelivered { id, status })
            }
            sip::Event::Refused { id, status, .. } => {
                let id = self.under_way.remove(&id)?;
                Some(Event::AnswerRefused { id, status })
            }
            sip::Event::Undelivered { id, reason } => {
                let id = self.under_way.remove(&id)?;
                Some(Event::AnswerUndelivered { id, reason })
            }
            // The decision time ends first, and with it the request.
            sip::Event::Expired { .. } => None,
            sip::Event::Bad {
                path,
                error,
                answered,
                raw,
            } => Some(Event::Bad {
                path,
                error,
                answered,
                raw: self.evidence.keep(&raw.0),
            }),
        }
    }

    fn put(&mut self, id: IncomingId, pending: Pending) {
        self.pending_bytes += pending.size;
        self.deadlines.insert((pending.deadline, id));
        self.pending.insert(id, pending);
    }

    fn next_id(&mut self) -> IncomingId {
        self.last_id += 1;
        IncomingId(self.last_id)
    }

    /// Answers on the level of SIP only.
    fn respond(&mut self, now: Instant, request: RequestId, status: StatusCode) {
        let headers = match status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => vec![("Accept", CONTENT_TYPE.to_owned())],
            StatusCode::SERVICE_UNAVAILABLE => {
                let seconds = self.config.endpoint.retry_after.as_secs().max(1);
                vec![("Retry-After", seconds.to_string())]
            }
            _ => Vec::new(),
        };
        self.respond_with(now, request, status, &headers);
    }

    fn respond_with(
        &mut self,
        now: Instant,
        request: RequestId,
        status: StatusCode,
        headers: &[(&str, String)],
    ) {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let response = sip::Response {
            headers: &headers,
            ..sip::Response::new(status)
        };
        // It fails only when the connection is gone or the time is over; then nobody waits.
        let _ = self.endpoint.respond(now, request, &response);
    }

    /// Sends a response the way the settings say; with an id, what becomes of it is told.
    fn send(
        &mut self,
        now: Instant,
        id: Option<IncomingId>,
        way: &WayBack,
        response: &Response<'_>,
    ) -> Result<(), EncodeError> {
        self.body.clear();
        let options = self.config.encode.with_root(way.root);
        encode_response(response, &options, &mut self.body)?;
        let sent = if let Some(request) = way.request {
            let ok = sip::Response {
                content_type: CONTENT_TYPE,
                body: &self.body,
                ..sip::Response::new(StatusCode::OK)
            };
            let sent = self.endpoint.respond(now, request, &ok).is_ok();
            if let (true, Some(id)) = (sent, id) {
                self.events.push_back(Event::AnswerSent { id });
            }
            sent
        } else {
            let addresses = &way.addresses;
            let message =
                OutgoingMessage::scaip(&addresses.controller, &addresses.account, &self.body);
            let sent = self.endpoint.send_message(now, &way.path, &message);
            if let (Ok(sent), Some(id)) = (&sent, id) {
                self.under_way.insert(sent.id, id);
            }
            sent.is_ok()
        };
        if let (false, Some(id)) = (sent, id) {
            let reason = UndeliveredReason::Transport;
            self.events
                .push_back(Event::AnswerUndelivered { id, reason });
        }
        Ok(())
    }
}
