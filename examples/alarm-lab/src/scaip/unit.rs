//! The simulated unit without sockets and clock: bytes and time in, bytes and outcomes out.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::receiver::CONTENT_TYPE;
use scaip::sip::{
    self, ConfigError, ConnectionId, Endpoint, Framed, Message, MessageId, OutgoingMessage, Path,
    RequestHead, SipLimits, StatusCode, StreamFramer, Transport, UndeliveredReason, write_request,
};
use scaip::{ControllerId, DecodeOptions, Reference, Request, Response, Text, decode_response};

use super::Fault;
use super::body::write_body;
use super::hand_made::{Due, ONE_BRANCH, Transactions, mangle};
use super::outcome::{Direction, Outcome, Silence, Verdict, WireMessage};
use super::settings::SenderSettings;

/// Answers to responses that are kept for their retransmissions: one unit needs few.
const KEPT_ANSWERS: usize = 1024;

/// Bytes to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to; on a stream along the connection.
    pub to: SocketAddr,
    /// What.
    pub bytes: Bytes,
    /// Whether it is an alarm, and not an answer to the receiver.
    pub is_request: bool,
}

/// An alarm on its way.
struct Open {
    reference: String,
    planned: Instant,
    sent: Instant,
    status: Option<StatusCode>,
}

/// One simulated unit: writes requests with its habits, repeats them as RFC 3261 17.1.2 says,
/// takes the `mrs` from wherever it comes (a MESSAGE of its own, the body of the 200, before the
/// 200; SCAIP reference 5.1), answers it, and gives up after a time.
///
/// After every input take [`poll_transmit`](Self::poll_transmit) and
/// [`poll_outcome`](Self::poll_outcome) until they are empty, then ask
/// [`poll_timeout`](Self::poll_timeout).
pub struct Unit {
    settings: Arc<SenderSettings>,
    controller: String,
    account: String,
    from: String,
    local: SocketAddr,
    connection: Option<ConnectionId>,
    endpoint: Endpoint,
    /// Set when a fault of the head forbids the endpoint to write requests.
    hand_made: Option<Transactions>,
    framer: StreamFramer,
    /// In front of the running number: makes references unique across runs and units.
    prefix: String,
    next: u64,
    open: HashMap<u64, Open>,
    by_message: HashMap<MessageId, u64>,
    by_reference: HashMap<String, VecDeque<u64>>,
    /// In the order of sending, which is that of the deadlines.
    deadlines: VecDeque<(Instant, u64)>,
    transmits: VecDeque<Outgoing>,
    outcomes: VecDeque<Outcome>,
    transcript: Option<(Instant, Vec<WireMessage>)>,
    strays: u64,
    body: Vec<u8>,
    head: Vec<u8>,
}

impl std::fmt::Debug for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unit")
            .field("controller", &self.controller)
            .field("local", &self.local)
            .field("open", &self.open.len())
            .finish_non_exhaustive()
    }
}

impl Unit {
    /// Unit number `index` of those that share these settings, at this local address. `run` makes
    /// the references of this run differ from those of others.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] never in practice: the settings of the SIP layer are fixed here.
    pub fn new(
        settings: Arc<SenderSettings>,
        index: usize,
        local: SocketAddr,
        run: u64,
    ) -> Result<Self, ConfigError> {
        let mut seed = [0; 16];
        seed[..8].copy_from_slice(&run.to_be_bytes());
        seed[8..].copy_from_slice(&(index as u64).to_be_bytes());
        let mut config = sip::Config::new(seed);
        config.server_transactions = KEPT_ANSWERS;
        let controller = settings.controller(index);
        let account = settings.account();
        let domain = account.rsplit('@').next().unwrap_or_default();
        let user = if settings.has(Fault::FromUnlikeController) {
            "unit"
        } else {
            &controller
        };
        let by_hand = settings.faults.iter().any(|f| f.needs_hand_made_head());
        Ok(Unit {
            from: format!("sip:{user}@{domain}"),
            endpoint: Endpoint::new(config)?,
            hand_made: by_hand.then(Transactions::default),
            framer: StreamFramer::new(SipLimits::default()),
            prefix: prefix(run, index),
            settings,
            controller,
            account,
            local,
            connection: None,
            next: 0,
            open: HashMap::new(),
            by_message: HashMap::new(),
            by_reference: HashMap::new(),
            deadlines: VecDeque::new(),
            transmits: VecDeque::new(),
            outcomes: VecDeque::new(),
            transcript: None,
            strays: 0,
            body: Vec::new(),
            head: Vec::new(),
        })
    }

    /// The `cid` of the unit.
    #[must_use]
    pub fn controller(&self) -> &str {
        &self.controller
    }

    /// Keeps every SIP message from now on, for [`take_transcript`](Self::take_transcript).
    pub fn record(&mut self, now: Instant) {
        self.transcript = Some((now, Vec::new()));
    }

    /// The messages since [`record`](Self::record), which ends with this.
    pub fn take_transcript(&mut self) -> Vec<WireMessage> {
        self.transcript
            .take()
            .map_or_else(Vec::new, |(_, messages)| messages)
    }

    /// Responses that belong to no open alarm: late, repeated or unknown.
    #[must_use]
    pub fn strays(&self) -> u64 {
        self.strays
    }

    /// Alarms without a verdict.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Whether nothing is open, also not on the level of SIP.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let unanswered = match &self.hand_made {
            Some(transactions) => !transactions.is_empty(),
            None => !self.by_message.is_empty(),
        };
        self.open.is_empty() && !unanswered && self.transmits.is_empty()
    }

    // Inputs.

    /// Tells of the connection to the receiver.
    pub fn connection_opened(&mut self, local: SocketAddr) {
        self.local = local;
        self.framer = StreamFramer::new(SipLimits::default());
        self.connection = self
            .endpoint
            .connection_opened(Transport::Tcp, local, self.settings.to)
            .ok();
    }

    /// Tells that the connection is gone: no answer can come any more.
    pub fn connection_closed(&mut self, now: Instant) {
        let Some(id) = self.connection.take() else {
            return;
        };
        self.endpoint.connection_closed(id);
        if let Some(transactions) = &mut self.hand_made {
            transactions.clear();
        }
        self.drain(now);
        let mut left: Vec<u64> = self.open.keys().copied().collect();
        left.sort_unstable();
        for number in left {
            self.finish(now, number, Verdict::Unanswered(Silence::Closed), None);
        }
    }

    /// Takes one datagram.
    pub fn handle_datagram(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        let datagram = Bytes::copy_from_slice(datagram);
        if self.hand_made.is_some() {
            let message = Message::parse_datagram(datagram.clone(), &SipLimits::default());
            if let Some(message) = message.ok().filter(|m| m.status().is_some()) {
                self.handle_hand_made_answer(now, &message);
                return;
            }
        }
        let path = Path::udp(self.local, from);
        self.endpoint.handle_datagram(now, path, datagram);
        self.drain(now);
    }

    /// Takes bytes off the connection.
    pub fn handle_stream(&mut self, now: Instant, bytes: &[u8]) {
        let Some(id) = self.connection else { return };
        if self.hand_made.is_none() {
            self.endpoint.handle_stream(now, id, bytes);
            self.drain(now);
            return;
        }
        self.framer.push(bytes);
        loop {
            match self.framer.poll() {
                Framed::Message(message) if message.status().is_some() => {
                    self.handle_hand_made_answer(now, &message);
                }
                Framed::Message(message) => {
                    self.endpoint.handle_stream(now, id, message.raw());
                    self.drain(now);
                }
                Framed::NeedMore | Framed::Wrong(_) => break,
                _ => {}
            }
        }
    }

    /// Runs what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        while let Some(due) = self.hand_made.as_mut().and_then(|t| t.expire(now)) {
            match due {
                Due::Resend(bytes) => self.transmit(now, self.settings.to, bytes, true),
                Due::TimedOut(number) => {
                    self.finish(now, number, Verdict::Unanswered(Silence::Complete), None);
                }
            }
        }
        self.drain(now);
        while let Some(&(deadline, number)) = self.deadlines.front() {
            if deadline > now && self.open.contains_key(&number) {
                break;
            }
            self.deadlines.pop_front();
            if let Some(open) = self.open.get(&number) {
                let silence = match open.status {
                    Some(_) => Silence::NoResponse,
                    None => Silence::Complete,
                };
                self.finish(now, number, Verdict::Unanswered(silence), None);
            }
        }
    }

    // Commands.

    /// Sends the alarm of the settings, which was due at `planned`.
    pub fn send(&mut self, now: Instant, planned: Instant) {
        let settings = Arc::clone(&self.settings);
        self.send_request(now, planned, &settings.request);
    }

    /// Sends another alarm; controller and reference are the unit's own.
    pub fn send_request(&mut self, now: Instant, planned: Instant, request: &Request<'static>) {
        let number = self.next;
        self.next += 1;
        let repeat = self.settings.has(Fault::RepeatReference);
        let mut reference = self.prefix.clone();
        push_base36(&mut reference, if repeat { 0 } else { number }, 1);
        let mut request = request.clone();
        request.reference = Reference::new(reference.clone());
        request.controller_id = ControllerId::new(self.controller.clone());
        if repeat {
            request.information_text = Some(Text::new(format!("event {}", number + 1)));
        }
        let open = Open {
            reference: reference.clone(),
            planned,
            sent: now,
            status: None,
        };
        self.open.insert(number, open);
        self.by_reference
            .entry(reference)
            .or_default()
            .push_back(number);
        self.deadlines
            .push_back((now + self.settings.timeout, number));
        if !self.write_and_send(now, number, &request) {
            self.finish(now, number, Verdict::NotSent, None);
        }
    }

    fn write_and_send(&mut self, now: Instant, number: u64, request: &Request<'_>) -> bool {
        let stream = self.settings.transport.is_stream();
        if stream && self.connection.is_none() {
            return false;
        }
        if write_body(request, &self.settings.faults, &mut self.body).is_err() {
            return false;
        }
        let path = self
            .connection
            .and_then(|id| self.endpoint.connection_path(id))
            .unwrap_or(Path::udp(self.local, self.settings.to));
        let content_type = if self.settings.has(Fault::WrongContentType) {
            "text/plain"
        } else {
            CONTENT_TYPE
        };
        let Some(transactions) = &mut self.hand_made else {
            let message = OutgoingMessage {
                content_type,
                ..OutgoingMessage::scaip(&self.account, &self.from, &self.body)
            };
            let Ok(sent) = self.endpoint.send_message(now, &path, &message) else {
                return false;
            };
            self.by_message.insert(sent.id, number);
            self.drain(now);
            return true;
        };
        let branch = format!("z9hG4bK{}{number}", self.prefix);
        let call_id = format!("{number}-{}", self.prefix);
        let same = self.settings.has(Fault::SameBranch);
        let head = RequestHead {
            method: sip::Method::Message,
            path: &path,
            branch: if same { ONE_BRANCH } else { branch.as_bytes() },
            request_uri: &self.account,
            to: &self.account,
            from: &self.from,
            from_tag: self.prefix.as_bytes(),
            call_id: call_id.as_bytes(),
            cseq: 1,
            headers: &[],
            content_type,
        };
        self.head.clear();
        if write_request(&mut self.head, &head, &self.body).is_err() {
            return false;
        }
        let bytes = mangle(&self.head, &self.settings.faults);
        transactions.begin(now, number, bytes.clone(), stream);
        self.transmit(now, self.settings.to, bytes, true);
        true
    }

    // Outputs.

    /// The next bytes to send.
    pub fn poll_transmit(&mut self) -> Option<Outgoing> {
        self.transmits.pop_front()
    }

    /// What became of the next alarm.
    pub fn poll_outcome(&mut self) -> Option<Outcome> {
        self.outcomes.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        [
            self.deadlines.front().map(|&(at, _)| at),
            self.endpoint.poll_timeout(),
            self.hand_made
                .as_ref()
                .and_then(Transactions::next_deadline),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    // Inside.

    fn transmit(&mut self, now: Instant, to: SocketAddr, bytes: Bytes, is_request: bool) {
        self.note(now, Direction::Sent, &bytes);
        self.transmits.push_back(Outgoing {
            to,
            bytes,
            is_request,
        });
    }

    fn note(&mut self, now: Instant, direction: Direction, bytes: &Bytes) {
        if let Some((start, messages)) = &mut self.transcript {
            let after = now.saturating_duration_since(*start);
            messages.push(WireMessage::new(direction, after, bytes.clone()));
        }
    }

    /// Takes everything out of the endpoint.
    fn drain(&mut self, now: Instant) {
        while let Some(event) = self.endpoint.poll_event() {
            self.handle_event(now, event);
        }
        while let Some(transmit) = self.endpoint.poll_transmit() {
            if !transmit.bytes.is_empty() {
                let is_request = transmit.message.is_some();
                self.transmit(now, transmit.path.remote, transmit.bytes, is_request);
            }
        }
    }

    fn handle_event(&mut self, now: Instant, event: sip::Event) {
        match event {
            sip::Event::Delivered {
                id,
                status,
                response,
            }
            | sip::Event::Refused {
                id,
                status,
                response,
            } => {
                if let Some(number) = self.by_message.remove(&id) {
                    self.handle_status(now, number, status, &response);
                }
            }
            sip::Event::Undelivered { id, reason } => {
                if let Some(number) = self.by_message.remove(&id) {
                    let silence = match reason {
                        UndeliveredReason::Transport => Silence::Closed,
                        _ => Silence::Complete,
                    };
                    self.finish(now, number, Verdict::Unanswered(silence), None);
                }
            }
            sip::Event::Request { id, message, .. } => {
                self.note(now, Direction::Received, message.raw());
                let body = message.body();
                let decoded = decode_response(&body, &DecodeOptions::lenient());
                let status = match decoded {
                    Ok(_) => StatusCode::OK,
                    Err(_) => StatusCode::BAD_REQUEST,
                };
                // It fails only when the connection is gone; then nobody waits.
                let _ = self.endpoint.respond(now, id, &sip::Response::new(status));
                if let Ok(decoded) = decoded {
                    self.handle_response(now, &decoded.into_message());
                }
            }
            _ => {}
        }
    }

    fn handle_hand_made_answer(&mut self, now: Instant, message: &Message) {
        let number = std::str::from_utf8(message.call_id())
            .ok()
            .and_then(|id| id.strip_suffix(self.prefix.as_str()))
            .and_then(|id| id.strip_suffix('-'))
            .and_then(|number| number.parse().ok());
        let (Some(number), Some(status)) = (number, message.status()) else {
            return;
        };
        if status.is_provisional() {
            return;
        }
        let known = self
            .hand_made
            .as_mut()
            .is_some_and(|transactions| transactions.finish(number));
        if known {
            self.handle_status(now, number, status, message);
        }
    }

    /// The final SIP answer to an alarm.
    fn handle_status(&mut self, now: Instant, number: u64, status: StatusCode, message: &Message) {
        self.note(now, Direction::Received, message.raw());
        if let Some(open) = self.open.get_mut(&number) {
            open.status = Some(status);
        }
        if !status.is_success() {
            self.finish(now, number, Verdict::RefusedBySip(status), None);
            return;
        }
        let body = message.body();
        if let Ok(decoded) = decode_response(&body, &DecodeOptions::lenient()) {
            self.handle_response(now, &decoded.into_message());
        }
    }

    fn handle_response(&mut self, now: Instant, response: &Response<'_>) {
        let number = self
            .by_reference
            .get(response.reference.as_str())
            .and_then(|numbers| numbers.front().copied());
        let Some(number) = number else {
            self.strays += 1;
            return;
        };
        let verdict = if response.status_number.is_accepted() {
            Verdict::Accepted
        } else {
            Verdict::Refused(response.status_number)
        };
        self.finish(now, number, verdict, Some(response.clone().into_owned()));
    }

    fn finish(
        &mut self,
        now: Instant,
        number: u64,
        verdict: Verdict,
        response: Option<Response<'static>>,
    ) {
        let Some(open) = self.open.remove(&number) else {
            return;
        };
        if let Some(numbers) = self.by_reference.get_mut(&open.reference) {
            numbers.retain(|&other| other != number);
            if numbers.is_empty() {
                self.by_reference.remove(&open.reference);
            }
        }
        self.outcomes.push_back(Outcome {
            number,
            controller: self.controller.clone(),
            reference: open.reference,
            verdict,
            sip_status: open.status,
            response,
            latency: now.saturating_duration_since(open.planned),
            lag: open.sent.saturating_duration_since(open.planned),
        });
    }

    /// Whether every open alarm that the receiver may still answer waits for SIP only.
    pub(crate) fn lingers(&self) -> bool {
        self.open.is_empty() && !self.is_idle()
    }

    /// How long to stay for the SIP answers after the last verdict.
    pub(crate) const LINGER: Duration = Duration::from_millis(300);
}

/// Eight characters: five of the run, three of the unit.
fn prefix(run: u64, index: usize) -> String {
    let mut text = String::with_capacity(16);
    push_base36(&mut text, run % 36_u64.pow(5), 5);
    push_base36(&mut text, index as u64 % 36_u64.pow(3), 3);
    text
}

fn push_base36(text: &mut String, mut number: u64, width: usize) {
    let mut digits = [b'0'; 13];
    let mut start = digits.len();
    while number > 0 {
        start -= 1;
        digits[start] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(number % 36) as usize];
        number /= 36;
    }
    start = start.min(digits.len() - width);
    text.extend(digits[start..].iter().map(|&digit| char::from(digit)));
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
