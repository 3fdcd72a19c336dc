//! A receiver on the bench, units that write to it, and their credentials.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use scaip::call::{VoiceReply, VoiceTarget};
use scaip::digest::{Challenge, Credentials, Session};
use scaip::receiver::{Answer, Config, Event, Incoming, Receiver, RefusedRequest};
use scaip::sip::{ConnectionId, HeaderName, Message, Path, SipLimits, Transport};
use scaip::{ControllerId, MediaReply, Response, StatusNumber};

pub(crate) const CID: &str = "40211870";

pub(crate) fn unit() -> ControllerId<'static> {
    ControllerId::new(CID)
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) fn server() -> SocketAddr {
    "192.0.2.1:5060".parse().unwrap()
}

pub(crate) fn udp(port: u16) -> Path {
    Path::udp(server(), SocketAddr::from(([198, 51, 100, 7], port)))
}

/// An `mrq` with further elements.
pub(crate) fn mrq(reference: &str, cid: &str, more: &str) -> String {
    format!("<mrq><ref>{reference}</ref>{more}<cid>{cid}</cid><dty>0003</dty></mrq>")
}

/// A request with adjustable parts.
#[derive(Clone)]
pub(crate) struct Sip {
    pub(crate) method: &'static str,
    pub(crate) cid: String,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    pub(crate) lines: Vec<String>,
    pub(crate) body: String,
}

impl Sip {
    pub(crate) fn message(body: String) -> Self {
        Sip {
            method: "MESSAGE",
            cid: CID.into(),
            call_id: format!("m{:x}@192.0.2.7", body.len()),
            cseq: 31,
            lines: Vec::new(),
            body,
        }
    }

    pub(crate) fn register(cseq: u32, lines: &[&str]) -> Self {
        Sip {
            method: "REGISTER",
            cid: CID.into(),
            call_id: "r1".into(),
            cseq,
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
            body: String::new(),
        }
    }

    pub(crate) fn uri(&self) -> &'static str {
        if self.method == "REGISTER" {
            "sip:arc.example.net"
        } else {
            "sip:alarm@arc.example.net"
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let to = if self.method == "REGISTER" {
            self.cid.as_str()
        } else {
            "alarm"
        };
        let mut text = format!(
            "{method} {uri} SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK{cseq}{call_id};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:{cid}@arc.example.net>;tag=b7720e\r\n\
             To: <sip:{to}@arc.example.net>\r\n\
             Call-ID: {call_id}\r\n\
             CSeq: {cseq} {method}\r\n",
            method = self.method,
            uri = self.uri(),
            cid = self.cid,
            call_id = self.call_id,
            cseq = self.cseq,
        );
        for line in &self.lines {
            text += line;
            text += "\r\n";
        }
        if !self.body.is_empty() {
            text += "Content-Type: application/scaip+xml\r\n";
        }
        text += &format!("Content-Length: {}\r\n\r\n{}", self.body.len(), self.body);
        text.into_bytes()
    }

    /// The same once more, as a unit repeats it after a challenge.
    pub(crate) fn again(&self) -> Self {
        Sip {
            cseq: self.cseq + 1,
            ..self.clone()
        }
    }

    /// The same with the answer to a challenge.
    pub(crate) fn answering(&self, session: &mut Session, credentials: &Credentials) -> Self {
        let answer = session
            .answer(credentials, self.method, self.uri())
            .unwrap();
        let mut again = self.again();
        again
            .lines
            .retain(|line| !line.starts_with("Authorization"));
        again.lines.push(format!("Authorization: {answer}"));
        again
    }
}

/// The strongest challenge of a 401.
pub(crate) fn challenge_of(answer: &Message) -> Challenge {
    let offers = answer
        .headers()
        .filter(|(name, _)| HeaderName::from_bytes(name) == HeaderName::WwwAuthenticate)
        .filter_map(|(_, value)| Challenge::read(value).ok())
        .flatten();
    Challenge::strongest(offers).expect("a challenge that is understood")
}

pub(crate) struct Bench {
    pub(crate) receiver: Receiver,
    pub(crate) now: Instant,
    pub(crate) path: Path,
}

impl Bench {
    pub(crate) fn new(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new([7; 16]);
        change(&mut config);
        Bench {
            receiver: Receiver::new(config).unwrap(),
            now: Instant::now(),
            path: udp(5062),
        }
    }

    pub(crate) fn wait(&mut self, time: Duration) {
        self.now += time;
        self.receiver.handle_timeout(self.now);
    }

    pub(crate) fn send(&mut self, sip: &Sip) -> Vec<Event> {
        let bytes = sip.bytes();
        match self.path.connection {
            Some(id) => self.receiver.handle_stream(self.now, id, &bytes),
            None => self
                .receiver
                .handle_datagram(self.now, self.path, bytes.into()),
        }
        self.events()
    }

    pub(crate) fn connect(&mut self, transport: Transport, local: &str) -> ConnectionId {
        let (local, remote) = (local.parse().unwrap(), udp(40_000).remote);
        let id = self
            .receiver
            .connection_opened(transport, local, remote)
            .unwrap();
        self.path = Path {
            transport,
            local,
            remote,
            connection: Some(id),
        };
        id
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.receiver.poll_event(self.now)).collect()
    }

    pub(crate) fn sent(&mut self) -> Vec<Message> {
        std::iter::from_fn(|| self.receiver.poll_transmit())
            .map(|transmit| Message::parse_datagram(transmit.bytes, &SipLimits::default()).unwrap())
            .collect()
    }

    /// Sends and gives the events and the status of the one answer.
    pub(crate) fn exchange(&mut self, sip: &Sip) -> (Vec<Event>, Message) {
        let events = self.send(sip);
        let [answer] = <[Message; 1]>::try_from(self.sent()).unwrap();
        (events, answer)
    }

    /// Sends a request that is handed out, answers it, and gives the `mrs`.
    pub(crate) fn accept(&mut self, body: String) -> Response<'static> {
        let incoming = incoming(self.send(&Sip::message(body)));
        let reference = incoming.decoded.message().reference.clone();
        let response = Response::new(reference, StatusNumber::OK);
        self.receiver
            .answer(self.now, incoming.id, &response)
            .unwrap();
        self.mrs()
    }

    /// The same with an answer that asks for a call.
    pub(crate) fn accept_with_voice(&mut self, body: String) -> Response<'static> {
        let incoming = incoming(self.send(&Sip::message(body)));
        let response = Response::new("x".into(), StatusNumber::OK);
        let voice = VoiceReply::new(MediaReply::DUPLEX, VoiceTarget::Configured);
        let answer = Answer::from(response).with_voice(voice);
        self.receiver.answer(self.now, incoming.id, answer).unwrap();
        self.mrs()
    }

    /// The one `mrs` among what was sent; the unit takes it.
    pub(crate) fn mrs(&mut self) -> Response<'static> {
        let sent = self.sent();
        let mut all = sent.iter().filter(|message| !message.body().is_empty());
        let body = all.next().expect("an mrs").body();
        assert!(all.next().is_none(), "two of them");
        let options = scaip::DecodeOptions::strict();
        let decoded = scaip::decode_response(&body, &options).unwrap();
        decoded.message().clone().into_owned()
    }
}

pub(crate) fn incoming(events: Vec<Event>) -> Incoming {
    match <[Event; 1]>::try_from(events) {
        Ok([Event::Request(incoming)]) => *incoming,
        other => panic!("expected one request, got {other:?}"),
    }
}

pub(crate) fn refusal(events: Vec<Event>) -> RefusedRequest {
    match <[Event; 1]>::try_from(events) {
        Ok([Event::Refused(refusal)]) => refusal,
        other => panic!("expected one refusal, got {other:?}"),
    }
}
