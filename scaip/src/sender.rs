//! The alarm sender, sans-I/O: alarms in, SIP out, until a receiver has taken responsibility.
//!
//! [`Sender`] keeps each alarm until a receiver answers `snu` 0. It tries the receivers in their
//! order, waits as long as SCAIP reference 10 says, repeats with the same `ref`, answers digest
//! challenges, and does what section 9 asks for each status number:
//!
//! | `mrs` or SIP answer | what it does |
//! |---|---|
//! | `snu` 0 | done: [`Event::Accepted`] |
//! | `snu` 1 | once more without texts, then the next receiver |
//! | `snu` 2, 3, 7 | next receiver; this one does not get the same bytes again while another is left |
//! | `snu` 4, 6 | waits and repeats, a set number of times, then the next receiver |
//! | `snu` 5, any other | next receiver |
//! | 401, 407 | answers with CSeq + 1, the same Call-ID and From tag |
//! | 500, 503 with Retry-After | next receiver; this one is left alone for that long, at most a minute unless set otherwise |
//! | any other refusal, no 200, no `mrs`, no connection | next receiver |
//! | all have failed | keeps the alarm, backs off, begins again with the first |
//!
//! The `mrs` counts wherever it is: in a MESSAGE, in the 200, before the 200, or late from a
//! receiver that was given up. Nothing is dropped but heartbeats, which are tried once through the
//! list. [`Sender::status`] tells at any time what an alarm waits for. Alarms live in memory: a
//! caller that must survive a restart keeps request and `ref` and calls [`Sender::resume`].
//!
//! A receiver that did not answer is asked after the others for a minute, so that only the first
//! alarm waits for a dead one; when all are well the caller's order holds. Receivers may be named
//! by host name ([`ReceiverAddress::named`]), want a [`Registration`], and get messages of other
//! parties byte for byte ([`Sender::relay`]).
//!
//! It places no call. With feature `tokio`, `scaip::driver::sender` runs it over sockets.
//!
//! ```
//! use std::time::Instant;
//! use scaip::sender::{About, Config, Event, ReceiverAddress, Sender};
//! use scaip::sip::{Path, Transport};
//! use scaip::{ControllerId, DeviceType, Reference, Request, StatusCode};
//!
//! let (unit, arc) = ("192.0.2.7:5060".parse()?, "192.0.2.1:5060".parse()?);
//! let first = ReceiverAddress::new("first", Transport::Udp, arc, "sip:alarm@example.net");
//! let mut sender = Sender::new(Config::new([7; 16], unit, vec![first]))?;
//!
//! // The sender gives the reference; the one here is replaced.
//! let (controller, pendant) = (ControllerId::new("40211870"), DeviceType::PERSONAL_TRIGGER);
//! let mut request = Request::new(Reference::new("0"), controller, pendant);
//! request.status_code = Some(StatusCode::MANUAL_ALARM);
//! let alarm = sender.submit(Instant::now(), request, About::New)?;
//!
//! // The driver: send what there is, hand in what comes, wait no longer than poll_timeout.
//! let sent = sender.poll_transmit().expect("the MESSAGE");
//! # let reference = sender.status(alarm).expect("open").reference;
//! # let body = format!("<mrs><ref>{}</ref><snu>0</snu></mrs>", reference.as_str());
//! # let datagram = format!("MESSAGE sip:40211870@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK77\r\nFrom: <sip:alarm@example.net>;tag=1\r\nTo: <sip:40211870@example.net>\r\nCall-ID: a1\r\nCSeq: 1 MESSAGE\r\nContent-Type: application/scaip+xml\r\n\r\n{body}");
//! let now = Instant::now();
//! sender.handle_datagram(now, Path::udp(unit, arc), datagram.into());
//! while let Some(event) = sender.poll_event(now) {
//!     if let Event::Accepted { alarm: done, response, .. } = event {
//!         assert_eq!(done, alarm);
//!         assert!(response.message().status_number.is_accepted());
//!     }
//! }
//! # assert_eq!(sender.open(), 0);
//! # let _ = sent;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alarm;
mod attempt;
mod config;
mod event;
mod inbound;
mod link;
mod memory;
mod reach;
mod reference;
mod registration;
mod relay;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

pub use alarm::{AlarmStatus, Waiting};
pub use config::{Config, ConfigError, ReceiverAddress, Registration};
pub use event::{
    About, AlarmId, ConnectedError, Event, FailureReason, ReceiverId, Refusal, ShortenCause,
    SubmitError,
};
pub use reference::{ReferenceSource, ReferenceState};
pub use relay::Relayed;

use crate::message::Request;
use crate::sip::{
    ConnectionId, Counters, Endpoint, MessageId, Path, TooManyConnections, Transmit, Transport,
};
use crate::text::Reference;
use alarm::{Alarm, State};
use link::Link;
use memory::Memory;

/// Sends SCAIP over any number of sockets and connections, without owning any of them.
///
/// Inputs are [`submit`](Self::submit) and the `handle_*` and `connect*` methods; after each one
/// take every [`poll_event`](Self::poll_event), then every [`poll_transmit`](Self::poll_transmit),
/// then ask [`poll_timeout`](Self::poll_timeout). Time never runs backwards.
///
/// A response is known by its `ref`, not by where it comes from: receivers answer from other
/// addresses, and nobody off the path can foretell a `ref` (see [`ReferenceSource`]).
pub struct Sender {
    config: Config,
    endpoint: Endpoint,
    references: ReferenceSource,
    links: Vec<Link>,
    alarms: BTreeMap<AlarmId, Alarm>,
    deadlines: BTreeSet<(Instant, AlarmId)>,
    /// Several only when messages of several units are relayed.
    by_reference: HashMap<Reference<'static>, Vec<AlarmId>>,
    by_message: HashMap<MessageId, (AlarmId, usize)>,
    memory: Memory,
    events: VecDeque<Event>,
    /// Connections that are gone; whoever awaits a response on one gives it up.
    closed: Vec<ConnectionId>,
    last_alarm: u64,
    last_token: u64,
    left_out: u64,
    scratch: Vec<u8>,
}

impl std::fmt::Debug for Sender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sender")
            .field("receivers", &self.links.len())
            .field("alarms", &self.alarms.len())
            .field("events", &self.events.len())
            .field("events_left_out", &self.left_out)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl Sender {
    /// A sender with these settings.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: a setting that could send nothing, or a receiver that cannot be written.
    pub fn new(mut config: Config) -> Result<Self, ConfigError> {
        config.check()?;
        let endpoint = Endpoint::new(config.endpoint.clone())?;
        let links = config.receivers.iter().cloned().map(Link::new).collect();
        Ok(Sender {
            references: ReferenceSource::new(config.endpoint.seed, config.references),
            memory: Memory::new(config.remembered),
            endpoint,
            links,
            alarms: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            by_reference: HashMap::new(),
            by_message: HashMap::new(),
            events: VecDeque::new(),
            closed: Vec::new(),
            last_alarm: 0,
            last_token: 0,
            left_out: 0,
            scratch: Vec::new(),
            config,
        })
    }

    // Commands.

    /// Takes an event and sends it until a receiver accepts. The reference is replaced by a new
    /// one: each event has its own (SCAIP reference 10).
    ///
    /// A request of type `PI` with [`About::New`] is a heartbeat: tried once through the list,
    /// then dropped with [`Event::HeartbeatDropped`].
    ///
    /// # Errors
    ///
    /// [`SubmitError`]; nothing was taken.
    pub fn submit(
        &mut self,
        now: Instant,
        request: Request<'_>,
        about: About,
    ) -> Result<AlarmId, SubmitError> {
        let mut request = request.into_owned();
        loop {
            request.reference = self.references.next_reference();
            if !self.is_used(&request.reference) {
                break;
            }
        }
        self.take(now, request, about)
    }

    /// Takes an event that an earlier run of the program had submitted, with the reference it had
    /// then: a receiver that has accepted it before knows it again.
    ///
    /// # Errors
    ///
    /// [`SubmitError`]; nothing was taken.
    pub fn resume(
        &mut self,
        now: Instant,
        request: Request<'_>,
        about: About,
    ) -> Result<AlarmId, SubmitError> {
        let request = request.into_owned();
        if self.is_used(&request.reference) {
            return Err(SubmitError::ReferenceInUse);
        }
        self.take(now, request, about)
    }

    fn is_used(&self, reference: &Reference<'static>) -> bool {
        self.by_reference.contains_key(reference) || self.memory.finished(reference).is_some()
    }

    fn has_room(&self) -> Result<(), SubmitError> {
        let open = self.alarms.len();
        if open >= self.config.open_alarms || self.events.len() >= self.config.endpoint.queue {
            return Err(SubmitError::Full { open });
        }
        Ok(())
    }

    fn take(
        &mut self,
        now: Instant,
        request: Request<'static>,
        about: About,
    ) -> Result<AlarmId, SubmitError> {
        self.has_room()?;
        let mut waits = State::BackingOff { until: now };
        let only = match about {
            About::New => None,
            About::Receiver(receiver) => {
                self.link(receiver).ok_or(SubmitError::UnknownReceiver)?;
                Some(receiver.0)
            }
            About::Alarm(alarm) if self.alarms.contains_key(&alarm) => {
                waits = State::AfterAlarm(alarm);
                None
            }
            About::Alarm(alarm) => {
                let receiver = self.memory.accepted_by(alarm);
                Some(receiver.ok_or(SubmitError::UnknownAlarm)?)
            }
        };
        let alarm = Alarm::new(now, request, about, only, waits, &self.config.encode)?;
        Ok(self.begin(now, alarm))
    }

    fn begin(&mut self, now: Instant, alarm: Alarm) -> AlarmId {
        self.last_alarm += 1;
        let id = AlarmId(self.last_alarm);
        let ready = !matches!(alarm.state, State::AfterAlarm(_));
        self.by_reference
            .entry(alarm.request.reference.clone())
            .or_default()
            .push(id);
        self.alarms.insert(id, alarm);
        if ready {
            self.advance(now, id);
        }
        id
    }

    /// Gives an open alarm up and hands it back; the caller answers for it now. What waits for its
    /// acceptance goes to the receivers in their order.
    pub fn abandon(&mut self, now: Instant, id: AlarmId) -> Option<Request<'static>> {
        let alarm = self.finish(id, None)?;
        self.release(now, id, None);
        Some(alarm.request)
    }

    /// Tells that another day has begun; see [`ReferenceState::day`].
    pub fn set_day(&mut self, day: u32) {
        self.references.set_day(day);
    }

    // Inputs.

    /// Takes one UDP datagram; see [`Endpoint::handle_datagram`].
    pub fn handle_datagram(&mut self, now: Instant, path: Path, datagram: Bytes) {
        self.endpoint.handle_datagram(now, path, datagram);
    }

    /// Takes a connection that a peer has opened; see [`Endpoint::connection_opened`].
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

    /// Tells that a connection is gone. Alarms under way on it go to the next receiver.
    pub fn connection_closed(&mut self, id: ConnectionId) {
        self.endpoint.connection_closed(id);
        self.closed.push(id);
    }

    /// Tells that sending failed for good; see [`Endpoint::transport_failed`].
    pub fn transport_failed(&mut self, id: MessageId) {
        self.endpoint.transport_failed(id);
    }

    /// Runs what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        // An answer that is here already comes before the end of the wait for it.
        while self.pump(now) {}
        self.endpoint.handle_timeout(now);
        while self.pump(now) {}
        while let Some(&(deadline, id)) = self.deadlines.first() {
            if deadline > now {
                break;
            }
            self.deadlines.pop_first();
            self.handle_deadline(now, id);
        }
        self.renew_registrations(now);
    }

    // Outputs.

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let alarm = self.deadlines.first().map(|&(deadline, _)| deadline);
        [
            alarm,
            self.endpoint.poll_timeout(),
            self.next_registration(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Transmit> {
        let transmit = self.endpoint.poll_transmit()?;
        if let Some(connection) = transmit.path.connection.filter(|_| transmit.close_after) {
            self.closed.push(connection);
        }
        Some(transmit)
    }

    /// The next event. Handing one out may queue bytes to send.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if !self.pump(now) {
                return None;
            }
        }
    }

    // Questions.

    /// An open alarm: its request with the reference it was given, and what it belongs to. This is
    /// what to keep over a restart, for [`resume`](Self::resume).
    #[must_use]
    pub fn request(&self, id: AlarmId) -> Option<(&Request<'static>, About)> {
        self.alarms
            .get(&id)
            .map(|alarm| (&alarm.request, alarm.about))
    }

    /// How many alarms and heartbeats are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.alarms.len()
    }

    /// What is open, in the order it was submitted.
    pub fn alarms(&self) -> impl Iterator<Item = (AlarmId, AlarmStatus)> {
        self.alarms.iter().map(|(id, alarm)| (*id, alarm.status()))
    }

    /// What an open alarm waits for; `None` when it is not open.
    #[must_use]
    pub fn status(&self, id: AlarmId) -> Option<AlarmStatus> {
        self.alarms.get(&id).map(Alarm::status)
    }

    /// The receiver that accepted an alarm, while it is remembered.
    #[must_use]
    pub fn accepted_by(&self, id: AlarmId) -> Option<ReceiverId> {
        self.memory.accepted_by(id).map(ReceiverId)
    }

    /// A receiver of the list.
    #[must_use]
    pub fn receiver(&self, id: ReceiverId) -> Option<&ReceiverAddress> {
        self.link(id).map(|link| &link.address)
    }

    /// The receiver of that name.
    #[must_use]
    pub fn receiver_named(&self, name: &str) -> Option<ReceiverId> {
        let place = self.links.iter().position(|link| link.address.name == name);
        place.map(ReceiverId)
    }

    /// Where the references stand; keep it over a restart.
    #[must_use]
    pub fn references(&self) -> ReferenceState {
        self.references.state()
    }

    /// Counts of the SIP layer.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.endpoint.counters()
    }

    /// Reports that were left out because nobody took events.
    #[must_use]
    pub fn events_left_out(&self) -> u64 {
        self.left_out
    }

    // Inside.

    fn link(&self, id: ReceiverId) -> Option<&Link> {
        self.links.get(id.0)
    }

    /// An event that may be left out.
    fn note(&mut self, event: Event) {
        let _ = self.ask(event);
    }

    /// The same where it matters whether it was: then it has to be asked again.
    fn ask(&mut self, event: Event) -> bool {
        let room = self.events.len() < self.config.endpoint.queue;
        if room {
            self.events.push_back(event);
        } else {
            self.left_out += 1;
        }
        room
    }

    fn set_state(&mut self, id: AlarmId, state: State) {
        if let Some(alarm) = self.alarms.get_mut(&id) {
            if let Some(old) = alarm.state.deadline() {
                self.deadlines.remove(&(old, id));
            }
            if let Some(new) = state.deadline() {
                self.deadlines.insert((new, id));
            }
            alarm.state = state;
        }
    }

    /// Takes an alarm out and stops what is under way for it.
    fn finish(&mut self, id: AlarmId, accepted_by: Option<usize>) -> Option<Alarm> {
        let alarm = self.alarms.remove(&id)?;
        if let Some(deadline) = alarm.state.deadline() {
            self.deadlines.remove(&(deadline, id));
        }
        for (message, _) in &alarm.outstanding {
            self.by_message.remove(message);
            self.endpoint.transport_failed(*message);
        }
        let reference = &alarm.request.reference;
        if let Some(open) = self.by_reference.get_mut(reference) {
            open.retain(|other| *other != id);
            if open.is_empty() {
                self.by_reference.remove(reference);
            }
        }
        self.memory
            .finish(reference.clone(), id, accepted_by, !alarm.heartbeat);
        Some(alarm)
    }

    /// Lets go what waited for an alarm: to whoever accepted it, or to all.
    fn release(&mut self, now: Instant, parent: AlarmId, receiver: Option<usize>) {
        let waits = |alarm: &Alarm| matches!(alarm.state, State::AfterAlarm(of) if of == parent);
        let waiting: Vec<AlarmId> = self
            .alarms
            .iter()
            .filter(|(_, alarm)| waits(alarm))
            .map(|(id, _)| *id)
            .collect();
        for id in waiting {
            if let Some(alarm) = self.alarms.get_mut(&id) {
                alarm.only = receiver;
            }
            self.advance(now, id);
        }
    }
}
