//! SIP messages through an endpoint and a receiver.

use std::time::{Duration, Instant};

use bytes::Bytes;
use scaip::receiver::{self, AnswerMode, Receiver};
use scaip::sip::{Config, Endpoint, Event, Path, Response, StatusCode};
use scaip::{Response as Mrs, StatusNumber};

/// Where the digits of the Call-ID stand in [`Datagrams`].
const MARK: &str = "0000000000";

/// An alarm as a unit sends it over UDP, each with a Call-ID of its own.
#[derive(Clone, Debug)]
pub struct Datagrams {
    template: Vec<u8>,
    at: usize,
    number: u64,
}

impl Datagrams {
    /// Datagrams around this body.
    ///
    /// # Panics
    ///
    /// Never: the template holds its mark.
    #[must_use]
    pub fn of(body: &str) -> Self {
        let text = format!(
            "MESSAGE sip:alarm@example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK77;rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:40211870@example.net>;tag=8f2a\r\n\
             To: <sip:alarm@example.net>\r\n\
             Call-ID: {MARK}@192.0.2.7\r\n\
             CSeq: 1 MESSAGE\r\n\
             User-Agent: example\r\n\
             Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        Datagrams {
            at: text.find(MARK).expect("the mark"),
            template: text.into_bytes(),
            number: 0,
        }
    }

    /// The next one, in a buffer of its own as a socket would give it.
    ///
    /// # Panics
    ///
    /// Never: a digit fits into a byte.
    pub fn next_one(&mut self) -> Bytes {
        self.number += 1;
        let mut rest = self.number;
        for place in (self.at..self.at + MARK.len()).rev() {
            self.template[place] = b'0' + u8::try_from(rest % 10).expect("a digit");
            rest /= 10;
        }
        Bytes::copy_from_slice(&self.template)
    }
}

fn path() -> Path {
    Path::udp(([192, 0, 2, 1], 5060).into(), ([192, 0, 2, 7], 5062).into())
}

/// An endpoint that answers 200 to a new request each millisecond, so that 32,000 finished
/// transactions are alive as in a busy hour.
#[derive(Debug)]
pub struct EndpointRound {
    endpoint: Endpoint,
    datagrams: Datagrams,
    now: Instant,
}

impl EndpointRound {
    /// A new one.
    ///
    /// # Panics
    ///
    /// Never: the settings are good.
    #[must_use]
    pub fn new(body: &str) -> Self {
        EndpointRound {
            endpoint: Endpoint::new(Config::new([7; 16])).expect("the settings are good"),
            datagrams: Datagrams::of(body),
            now: Instant::now(),
        }
    }

    /// A request, its event, the answer, the bytes to send.
    ///
    /// # Panics
    ///
    /// When the endpoint does not do its work.
    pub fn run(&mut self) -> Bytes {
        self.now += Duration::from_millis(1);
        self.endpoint.handle_timeout(self.now);
        self.endpoint
            .handle_datagram(self.now, path(), self.datagrams.next_one());
        let Some(Event::Request { id, .. }) = self.endpoint.poll_event() else {
            panic!("no request");
        };
        self.endpoint
            .respond(self.now, id, &Response::new(StatusCode::OK))
            .expect("the request waits");
        self.endpoint.poll_transmit().expect("the answer").bytes
    }
}

/// A receiver that decodes each alarm and accepts it with the `mrs` in the 200.
#[derive(Debug)]
pub struct ReceiverRound {
    receiver: Receiver,
    datagrams: Datagrams,
    now: Instant,
}

impl ReceiverRound {
    /// A new one.
    ///
    /// # Panics
    ///
    /// Never: the settings are good.
    #[must_use]
    pub fn new(body: &str) -> Self {
        let mut config = receiver::Config::new([7; 16]);
        config.answer_mode = AnswerMode::BodyInOk;
        ReceiverRound {
            receiver: Receiver::new(config).expect("the settings are good"),
            datagrams: Datagrams::of(body),
            now: Instant::now(),
        }
    }

    /// A request, its decoded event, the answer, the bytes to send.
    ///
    /// # Panics
    ///
    /// When the receiver does not do its work.
    pub fn run(&mut self) -> Bytes {
        self.now += Duration::from_millis(1);
        self.receiver.handle_timeout(self.now);
        self.receiver
            .handle_datagram(self.now, path(), self.datagrams.next_one());
        let Some(receiver::Event::Request(incoming)) = self.receiver.poll_event(self.now) else {
            panic!("no alarm");
        };
        let reference = incoming.decoded.message().reference.clone();
        let accepted = Mrs::new(reference, StatusNumber::OK);
        self.receiver
            .answer(self.now, incoming.id, &accepted)
            .expect("the alarm waits");
        while self.receiver.poll_event(self.now).is_some() {}
        self.receiver.poll_transmit().expect("the answer").bytes
    }
}
