//! Hands for the sender's tests: a sender on one clock, and receivers that answer as told.
#![allow(dead_code, reason = "each test program uses its part")]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scaip::digest::{Credentials, Secret};
use scaip::sender::{About, AlarmId, Config, Event, FailureReason, ReceiverAddress, Sender};
use scaip::sip::{
    ConnectionId, Message, Method, Path, Response, SipLimits, StatusCode, Transport, write_response,
};
use scaip::{ControllerId, DecodeOptions, DeviceType, Reference, Request, Text, decode_request};

pub(crate) fn unit() -> SocketAddr {
    "192.0.2.7:5060".parse().unwrap()
}

/// The address of receiver `n`.
pub(crate) fn arc(n: usize) -> SocketAddr {
    format!("198.51.100.{}:5060", n + 1).parse().unwrap()
}

pub(crate) fn receiver(n: usize, transport: Transport) -> ReceiverAddress {
    let account = format!("sip:alarm@arc{n}.example.net");
    ReceiverAddress::new(format!("arc{n}"), transport, arc(n), account)
}

pub(crate) fn config(count: usize) -> Config {
    let receivers = (0..count).map(|n| receiver(n, Transport::Udp)).collect();
    Config::new([5; 16], unit(), receivers)
}

pub(crate) fn alarm() -> Request<'static> {
    Request::new(
        Reference::new("0"),
        ControllerId::new("40211870"),
        DeviceType::PERSONAL_TRIGGER,
    )
}

/// An alarm with every text as long as it may be.
pub(crate) fn long_alarm() -> Request<'static> {
    let mut request = alarm();
    request.device_text = Some(Text::new("x".repeat(32)));
    request.status_text = Some(Text::new("y".repeat(32)));
    request.location_text = Some(Text::new("z".repeat(32)));
    request.information_text = Some(Text::new("æ".repeat(128)));
    request
}

/// A sender with these settings and an alarm, and the one request it leaves as.
#[track_caller]
pub(crate) fn pressed(config: Config) -> (Bench, AlarmId, Sent) {
    let mut bench = Bench::new(config);
    let (alarm, sent) = bench.press();
    (bench, alarm, sent)
}

/// A sender with these settings and an alarm that cannot leave before the driver has done its part.
#[track_caller]
pub(crate) fn waiting(config: Config) -> (Bench, AlarmId) {
    let mut bench = Bench::new(config);
    let alarm = bench.submit();
    bench.none();
    (bench, alarm)
}

pub(crate) fn with_credentials(count: usize, password: &str) -> Config {
    let mut config = config(count);
    for receiver in &mut config.receivers {
        receiver.credentials = Some(Credentials::new("40211870", Secret::password(password)));
    }
    config
}

/// A request that the sender sent, read.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) path: Path,
    pub(crate) message: Message,
    pub(crate) request: Request<'static>,
}

impl Sent {
    /// Which receiver it went to.
    pub(crate) fn to(&self) -> usize {
        (0..9).find(|n| arc(*n) == self.path.remote).unwrap()
    }

    pub(crate) fn reference(&self) -> String {
        self.request.reference.as_str().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let value = self.message.header_named(name)?;
        Some(String::from_utf8(value.to_vec()).unwrap())
    }

    /// An answer of SIP to it.
    pub(crate) fn answer(&self, response: &Response<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        write_response(&mut out, &self.message, unit(), b"t1", response).unwrap();
        out
    }

    pub(crate) fn mrs(&self, snu: u32) -> String {
        mrs(&self.reference(), snu)
    }
}

pub(crate) fn mrs(reference: &str, snu: u32) -> String {
    format!("<mrs><ref>{reference}</ref><snu>{snu}</snu></mrs>")
}

pub(crate) struct Bench {
    pub(crate) sender: Sender,
    pub(crate) now: Instant,
    pub(crate) events: Vec<Event>,
    /// SIP answers of the sender to requests of receivers: status lines.
    pub(crate) answers: Vec<String>,
    /// REGISTER requests of the sender, with where they went.
    pub(crate) registers: Vec<(Path, Message)>,
    /// Whether somebody else's bodies may be among what is sent.
    pub(crate) lenient: bool,
    serial: u32,
}

impl Bench {
    pub(crate) fn new(config: Config) -> Self {
        Bench {
            sender: Sender::new(config).unwrap(),
            now: Instant::now(),
            events: Vec::new(),
            answers: Vec::new(),
            registers: Vec::new(),
            lenient: false,
            serial: 0,
        }
    }

    pub(crate) fn submit(&mut self) -> AlarmId {
        self.submit_as(alarm(), About::New)
    }

    pub(crate) fn submit_as(&mut self, request: Request<'static>, about: About) -> AlarmId {
        self.sender.submit(self.now, request, about).unwrap()
    }

    /// An alarm, and the one request it leaves as.
    #[track_caller]
    pub(crate) fn press(&mut self) -> (AlarmId, Sent) {
        (self.submit(), self.one())
    }

    fn events(&mut self) {
        while let Some(event) = self.sender.poll_event(self.now) {
            self.events.push(event);
        }
    }

    /// Everything the sender sends now; repeats of the transaction layer included.
    pub(crate) fn sent(&mut self) -> Vec<Sent> {
        self.events();
        let mut sent = Vec::new();
        while let Some(transmit) = self.sender.poll_transmit() {
            if transmit.bytes.is_empty() {
                continue;
            }
            let message =
                Message::parse_datagram(transmit.bytes.clone(), &SipLimits::default()).unwrap();
            if message.status().is_some() {
                let line = transmit.bytes.split(|b| *b == b'\r').next().unwrap();
                self.answers.push(String::from_utf8(line.to_vec()).unwrap());
                continue;
            }
            if message.method() == Some(Method::Register) {
                self.registers.push((transmit.path, message));
                continue;
            }
            let body = message.body();
            let options = if self.lenient {
                DecodeOptions::lenient()
            } else {
                DecodeOptions::strict()
            };
            let request = decode_request(&body, &options)
                .unwrap()
                .into_owned()
                .into_message();
            sent.push(Sent {
                path: transmit.path,
                message,
                request,
            });
        }
        sent
    }

    /// The one request there is.
    #[track_caller]
    pub(crate) fn one(&mut self) -> Sent {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "{sent:?} {:?}", self.events);
        sent.remove(0)
    }

    /// The one request there is, which goes to receiver `n`.
    #[track_caller]
    pub(crate) fn one_to(&mut self, n: usize) -> Sent {
        let sent = self.one();
        assert_eq!(sent.to(), n);
        sent
    }

    /// The first receiver alone has failed, for this reason, and the second one is asked.
    #[track_caller]
    pub(crate) fn moved_on(&mut self, reason: FailureReason) -> Sent {
        let sent = self.one_to(1);
        assert_eq!(self.failures(), [(0, reason)]);
        sent
    }

    #[track_caller]
    pub(crate) fn none(&mut self) {
        let sent = self.sent();
        assert!(sent.is_empty(), "{sent:?}");
    }

    pub(crate) fn hand_in(&mut self, from: SocketAddr, bytes: impl Into<Vec<u8>>) {
        let path = Path::udp(unit(), from);
        self.sender
            .handle_datagram(self.now, path, bytes.into().into());
        self.events();
    }

    /// What a receiver says to a request comes back the way the request went.
    fn hand_back(&mut self, sent: &Sent, response: &Response<'_>) {
        let bytes = sent.answer(response);
        match sent.path.connection {
            Some(connection) => {
                self.sender.handle_stream(self.now, connection, &bytes);
                self.events();
            }
            None => self.hand_in(sent.path.remote, bytes),
        }
    }

    /// The receiver answers a request on the level of SIP.
    pub(crate) fn answer(&mut self, sent: &Sent, status: u16) {
        self.hand_back(sent, &Response::new(StatusCode::new(status).unwrap()));
    }

    /// The same with headers.
    pub(crate) fn answer_headed(&mut self, sent: &Sent, status: u16, headers: &[(&str, &str)]) {
        let response = Response::new(StatusCode::new(status).unwrap());
        self.hand_back(
            sent,
            &Response {
                headers,
                ..response
            },
        );
    }

    /// The receiver asks for credentials.
    pub(crate) fn challenge(&mut self, sent: &Sent, value: &str) {
        self.answer_headed(sent, 401, &[("WWW-Authenticate", value)]);
    }

    /// The receiver answers 200 with a body.
    pub(crate) fn answer_with(&mut self, sent: &Sent, body: &str) {
        let body = body.as_bytes();
        let response = Response::new(StatusCode::OK);
        self.hand_back(sent, &Response { body, ..response });
    }

    /// The driver has connected to a receiver.
    pub(crate) fn connect(&mut self, name: &str) -> ConnectionId {
        let to = self.sender.receiver_named(name).unwrap();
        self.sender.connected(self.now, to, unit()).unwrap()
    }

    /// Receiver `n` sends a MESSAGE.
    pub(crate) fn message(&mut self, n: usize, body: &str) {
        self.message_to("40211870", n, body);
    }

    /// Receiver `n` sends a MESSAGE to a unit.
    pub(crate) fn message_to(&mut self, unit: &str, n: usize, body: &str) {
        self.serial += 1;
        let bytes = format!(
            "MESSAGE sip:{unit}@arc{n}.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP {};branch=z9hG4bK{}\r\n\
             From: <sip:alarm@arc{n}.example.net>;tag=1\r\n\
             To: <sip:{unit}@arc{n}.example.net>\r\n\
             Call-ID: r{}\r\n\
             CSeq: 1 MESSAGE\r\n\
             Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            arc(n),
            self.serial,
            self.serial,
            body.len()
        );
        self.hand_in(arc(n), bytes);
    }

    /// 200, then the `mrs` in a MESSAGE.
    pub(crate) fn respond(&mut self, sent: &Sent, snu: u32) {
        self.answer(sent, 200);
        self.message(sent.to(), &sent.mrs(snu));
    }

    /// Lets time pass, running every timer on the way; gives the requests sent meanwhile.
    pub(crate) fn pass(&mut self, time: Duration) -> Vec<Sent> {
        let end = self.now + time;
        let mut sent = self.sent();
        while let Some(at) = self.sender.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.sender.handle_timeout(self.now);
            sent.extend(self.sent());
        }
        self.now = end;
        sent
    }

    /// Lets time pass until a request goes to receiver `n`.
    #[track_caller]
    pub(crate) fn until(&mut self, n: usize, longest: Duration) -> Sent {
        let end = self.now + longest;
        loop {
            let found = self.sent().into_iter().rev().find(|sent| sent.to() == n);
            if let Some(sent) = found {
                return sent;
            }
            let at = self.sender.poll_timeout().filter(|at| *at <= end);
            let Some(at) = at else {
                panic!("nothing for {n}: {:?}", self.events)
            };
            self.now = self.now.max(at);
            self.sender.handle_timeout(self.now);
        }
    }

    /// Who accepted what, in order.
    pub(crate) fn accepted(&self) -> Vec<(AlarmId, usize)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Accepted {
                    alarm, receiver, ..
                } => Some((*alarm, receiver.index())),
                _ => None,
            })
            .collect()
    }

    /// Who failed and why, in order.
    pub(crate) fn failures(&self) -> Vec<(usize, FailureReason)> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::AttemptFailed {
                    receiver, reason, ..
                } => Some((receiver.index(), *reason)),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn has(&self, wanted: impl Fn(&Event) -> bool) -> bool {
        self.events.iter().any(wanted)
    }

    pub(crate) fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(event)).count()
    }

    /// How often the driver was asked for a connection.
    pub(crate) fn connects(&self) -> usize {
        self.count(|event| matches!(event, Event::Connect { .. }))
    }

    /// Every transaction ends and nothing is left to wait for.
    pub(crate) fn rest(&mut self) {
        assert_eq!(self.sender.open(), 0);
        let _ = self.pass(Duration::from_secs(60));
        assert_eq!(self.sender.poll_timeout(), None);
    }
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}
