//! Alarms through a sender, in memory: submitted, sent, answered, accepted.

use std::time::{Duration, Instant};

use scaip::sender::{About, Config, Event, ReceiverAddress, Sender};
use scaip::sip::{Message, Path, Response, SipLimits, StatusCode, Transport, write_response};
use scaip::{
    ControllerId, DecodeOptions, DeviceType, Reference, Request, StatusCode as What, decode_request,
};

fn unit() -> std::net::SocketAddr {
    ([192, 0, 2, 7], 5060).into()
}

fn receiver() -> std::net::SocketAddr {
    ([192, 0, 2, 1], 5060).into()
}

/// What the other side does with a MESSAGE: reads it and its body, and writes a 200 with the `mrs`.
#[derive(Debug, Default)]
pub struct Peer {
    answer: Vec<u8>,
}

impl Peer {
    /// The answer to this datagram.
    ///
    /// # Panics
    ///
    /// When it cannot be read.
    pub fn answer(&mut self, datagram: bytes::Bytes) -> &[u8] {
        let message =
            Message::parse_datagram(datagram, &SipLimits::default()).expect("the MESSAGE");
        let body = message.body();
        let decoded = decode_request(&body, &DecodeOptions::lenient()).expect("an alarm");
        let reference = decoded.message().reference.as_str();
        let body = format!("<mrs><ref>{reference}</ref><snu>0</snu></mrs>");
        let response = Response {
            body: body.as_bytes(),
            ..Response::new(StatusCode::OK)
        };
        self.answer.clear();
        write_response(&mut self.answer, &message, unit(), b"t1", &response).expect("an answer");
        &self.answer
    }
}

/// A sender with one receiver that accepts everything.
#[derive(Debug)]
pub struct SenderRound {
    sender: Sender,
    peer: Peer,
    request: Request<'static>,
    now: Instant,
}

impl Default for SenderRound {
    fn default() -> Self {
        SenderRound::new()
    }
}

impl SenderRound {
    /// A new one.
    ///
    /// # Panics
    ///
    /// Never: the settings are good.
    #[must_use]
    pub fn new() -> Self {
        let account = "sip:alarm@example.net";
        let first = ReceiverAddress::new("first", Transport::Udp, receiver(), account);
        let mut request = Request::new(
            Reference::new("0"),
            ControllerId::new("40211870"),
            DeviceType::PERSONAL_TRIGGER,
        );
        request.status_code = Some(What::MANUAL_ALARM);
        SenderRound {
            sender: Sender::new(Config::new([7; 16], unit(), vec![first])).expect("good settings"),
            peer: Peer::default(),
            request,
            now: Instant::now(),
        }
    }

    /// Submits an alarm; the datagram that carries it.
    ///
    /// # Panics
    ///
    /// When there is none.
    pub fn submit(&mut self) -> bytes::Bytes {
        self.now += Duration::from_millis(1);
        self.sender.handle_timeout(self.now);
        self.sender
            .submit(self.now, self.request.clone(), About::New)
            .expect("there is room");
        self.sender.poll_transmit().expect("the MESSAGE").bytes
    }

    /// One alarm from `submit` to [`Event::Accepted`], the other side's work included.
    ///
    /// # Panics
    ///
    /// When it is not accepted.
    pub fn run(&mut self) {
        let sent = self.submit();
        let answer = bytes::Bytes::copy_from_slice(self.peer.answer(sent));
        let path = Path::udp(unit(), receiver());
        self.sender.handle_datagram(self.now, path, answer);
        let mut accepted = false;
        while let Some(event) = self.sender.poll_event(self.now) {
            accepted |= matches!(event, Event::Accepted { .. });
        }
        assert!(accepted);
        assert_eq!(self.sender.open(), 0);
    }
}
