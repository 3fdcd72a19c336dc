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

mod config;
mod event;
pub(crate) mod inquiry;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

pub use config::{AnswerMode, Config};
pub use event::{
    AnswerError, Event, Incoming, IncomingId, ReceiverWarning, Refusal, RefusalReason,
};

use crate::codes::StatusNumber;
use crate::encode::encode_response;
use crate::error::EncodeError;
use crate::message::Response;
use crate::options::Root;
use crate::sip::{
    self, ConnectionId, Counters, Endpoint, MessageId, OutgoingMessage, Path, RequestId,
    StatusCode, TooManyConnections, Transmit, Transport, UndeliveredReason,
};
use crate::text::{Reference, Text};
use inquiry::{Addresses, Finding, examine};

/// The media type of both documents.
pub const CONTENT_TYPE: &str = "application/scaip+xml";

/// An alarm that waits for the caller's decision.
#[derive(Debug)]
struct Pending {
    path: Path,
    /// Set while the SIP request itself waits for its answer: mode body-in-200.
    request: Option<RequestId>,
    addresses: Addresses,
    reference: Reference<'static>,
    root: Root,
    deadline: Instant,
    /// Bytes of the message that the application holds.
    size: usize,
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
    pending: HashMap<IncomingId, Pending>,
    pending_bytes: usize,
    deadlines: BTreeSet<(Instant, IncomingId)>,
    /// Responses under way, by the message that carries them.
    under_way: HashMap<MessageId, IncomingId>,
    events: VecDeque<Event>,
    last_id: u64,
    body: Vec<u8>,
}

impl Receiver {
    /// A receiver with these settings.
    ///
    /// # Errors
    ///
    /// [`sip::ConfigError`] when a limit is zero.
    pub fn new(config: Config) -> Result<Self, sip::ConfigError> {
        Ok(Receiver {
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

    /// How many alarms wait for a decision.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Runs what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(&(deadline, id)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            let Some(pending) = self.take(id) else { break };
            let mut response = Response::new(pending.reference.clone(), StatusNumber::NOT_TREATED);
            response.status_text = Some(Text::new("no decision in time"));
            self.events.push_back(Event::Undecided { id });
            // The text is short and the reference echoed before: this can be written.
            let _ = self.send(now, Some(id), &pending, &response);
        }
        self.endpoint.handle_timeout(now);
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let decision = self.deadlines.first().map(|&(deadline, _)| deadline);
        [decision, self.endpoint.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        self.endpoint.poll_transmit()
    }

    /// The next event. Handing one out may queue bytes to send.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let event = self.endpoint.poll_event()?;
            if let Some(event) = self.handle_event(now, event) {
                return Some(event);
            }
        }
    }

    /// Decides about an alarm: `snu` 0 says that it is in safe keeping, anything else refuses it.
    ///
    /// The reference of the response is replaced by that of the request, byte for byte. Exactly
    /// one of [`Event::AnswerDelivered`], [`Event::AnswerRefused`] and
    /// [`Event::AnswerUndelivered`] follows; the last one at once when the way back is closed.
    /// With [`AnswerMode::BodyInOk`] it is [`Event::AnswerSent`] or [`Event::AnswerUndelivered`].
    ///
    /// # Errors
    ///
    /// [`AnswerError`]. A response that cannot be written leaves the alarm waiting.
    pub fn answer(
        &mut self,
        now: Instant,
        id: IncomingId,
        response: &Response<'_>,
    ) -> Result<(), AnswerError> {
        let pending = self.take(id).ok_or(AnswerError::NotWaiting)?;
        let result = self.send(now, Some(id), &pending, response);
        if result.is_err() {
            self.put(id, pending);
        }
        Ok(result?)
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
                self.handle_request(now, id, path, &message)
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
                raw,
            }),
        }
    }

    fn handle_request(
        &mut self,
        now: Instant,
        request: RequestId,
        path: Path,
        message: &sip::Message,
    ) -> Option<Event> {
        let id = self.next_id();
        let body = message.body();
        let addresses = Addresses::of(message, &path);
        let raw = sip::RawBytes(message.raw().clone());
        match examine(message, &body, &self.config) {
            Finding::Good { decoded, warnings } => {
                let size = raw.0.len();
                let full = self.pending.len() >= self.config.pending
                    || self.pending_bytes + size > self.config.pending_bytes;
                if full {
                    let status = StatusCode::SERVICE_UNAVAILABLE;
                    self.respond(now, request, status);
                    let request = decoded.into_message();
                    return Some(Event::Refused(Refusal {
                        path,
                        reason: RefusalReason::Busy,
                        status,
                        status_number: None,
                        reference: Some(request.reference),
                        controller_id: Some(request.controller_id),
                        answer: None,
                        raw,
                    }));
                }
                let pending = Pending {
                    path,
                    request: self.acknowledge(now, request),
                    addresses: addresses.with_controller(&decoded.message().controller_id),
                    reference: decoded.message().reference.clone(),
                    root: decoded.root(),
                    deadline: now + self.config.decision_time,
                    size,
                };
                self.put(id, pending);
                Some(Event::Request(Box::new(Incoming {
                    id,
                    path,
                    decoded,
                    warnings,
                    raw,
                })))
            }
            Finding::Answerable {
                reason,
                controller,
                response,
                root,
            } => {
                let pending = Pending {
                    path,
                    request: self.acknowledge(now, request),
                    addresses,
                    reference: response.reference.clone(),
                    root,
                    deadline: now,
                    size: 0,
                };
                // When it fails nothing is lost: the sender hears nothing and goes on.
                let sent = self.send(now, None, &pending, &response).is_ok();
                Some(Event::Refused(Refusal {
                    path,
                    reason,
                    status: StatusCode::OK,
                    status_number: Some(response.status_number),
                    reference: Some(response.reference),
                    controller_id: controller,
                    answer: sent.then(|| sip::RawBytes(Bytes::copy_from_slice(&self.body))),
                    raw,
                }))
            }
            Finding::Unanswerable { reason, status } => {
                self.respond(now, request, status);
                Some(Event::Refused(Refusal {
                    path,
                    reason,
                    status,
                    status_number: None,
                    reference: None,
                    controller_id: None,
                    answer: None,
                    raw,
                }))
            }
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
        let seconds = self
            .config
            .endpoint
            .retry_after
            .as_secs()
            .max(1)
            .to_string();
        let accept = [("Accept", CONTENT_TYPE)];
        let retry = [("Retry-After", seconds.as_str())];
        let response = sip::Response {
            headers: match status {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => &accept,
                StatusCode::SERVICE_UNAVAILABLE => &retry,
                _ => &[],
            },
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
        pending: &Pending,
        response: &Response<'_>,
    ) -> Result<(), EncodeError> {
        let mut response = response.clone();
        response.reference = pending.reference.clone();
        self.body.clear();
        let options = self.config.encode.with_root(pending.root);
        encode_response(&response, &options, &mut self.body)?;
        let sent = if let Some(request) = pending.request {
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
            let addresses = &pending.addresses;
            let message =
                OutgoingMessage::scaip(&addresses.controller, &addresses.account, &self.body);
            let sent = self.endpoint.send_message(now, &pending.path, &message);
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
