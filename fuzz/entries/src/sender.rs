//! The sender, driven by a list of operations against receivers that do what they like.

mod books;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::digest::{Credentials, Secret};
use scaip::sender::{About, AlarmId, Config, ReceiverAddress, ReceiverId, Sender, SubmitError};
use scaip::sip::{
    ConnectionId, Message, MessageId, Path, Response, StatusCode, Transport, write_response,
};
use scaip::{ControllerId, DecodeOptions, DeviceType, MessageType, Reference, Request, Text};

use crate::wire::{Change, pick, server, unit};

const OPEN: usize = 6;
const QUEUE: usize = 12;
const CONNECTIONS: usize = 3;
const OPERATIONS: usize = 150;
const RECEIVERS: usize = 3;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    strict: bool,
    shorten: bool,
    credentials: bool,
    short_waits: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    Submit {
        kind: u8,
        about: u8,
        place: u8,
    },
    /// After a restart of the program.
    Resume {
        place: u8,
        new: bool,
    },
    Abandon {
        place: u8,
    },
    /// A receiver answers a request on the level of SIP.
    Answer {
        request: u8,
        status: u16,
    },
    /// 200 with the `mrs` inside.
    AnswerWith {
        request: u8,
        reference: u8,
        number: u8,
    },
    /// 401 or 407.
    Ask {
        request: u8,
        kind: u8,
    },
    /// A MESSAGE with an `mrs`, from a receiver or from anybody.
    Respond {
        from: u8,
        reference: u8,
        number: u8,
    },
    /// The same with a changed byte.
    Damaged {
        from: u8,
        reference: u8,
        change: Change,
    },
    /// The answer to a request with a changed byte.
    DamagedAnswer {
        request: u8,
        change: Change,
    },
    Connected {
        receiver: u8,
    },
    ConnectFailed {
        receiver: u8,
    },
    Close {
        connection: u8,
    },
    Fail {
        message: u8,
    },
    Wait {
        milliseconds: u16,
    },
    /// To the next timer, or an hour on.
    Jump {
        far: bool,
    },
    Timer,
    Day {
        day: u8,
    },
    /// Outputs are not taken for a while.
    Hold {
        on: bool,
    },
}

/// What is known of an alarm that was submitted.
struct Known {
    reference: Reference<'static>,
    about: About,
    heartbeat: bool,
    end: Option<End>,
    /// The bodies it was sent with: the whole one and the one without texts.
    bodies: HashSet<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Accepted(ReceiverId),
    Dropped,
    Abandoned,
}

struct World {
    sender: Sender,
    now: Instant,
    held: bool,
    /// Operations since outputs were last taken.
    held_operations: usize,
    known: BTreeMap<AlarmId, Known>,
    by_reference: HashMap<String, AlarmId>,
    ids: Vec<AlarmId>,
    open: Vec<ConnectionId>,
    /// The requests as they left: the message and the way.
    sent: Vec<(MessageId, Path, Message)>,
    names: HashSet<MessageId>,
    serial: u32,
    /// The receivers do as they should, at the end.
    good: bool,
}

fn address(receiver: usize) -> SocketAddr {
    let place = u8::try_from(receiver).unwrap_or(0);
    SocketAddr::new([198, 51, 100, place + 1].into(), 5060)
}

fn receiver(place: usize, transport: Transport) -> ReceiverAddress {
    ReceiverAddress::new(
        format!("arc{place}"),
        transport,
        address(place),
        format!("sip:alarm@arc{place}.example.net"),
    )
}

fn alarm(reference: &str, kind: u8) -> Request<'static> {
    let controller = ControllerId::new("40211870");
    let reference = Reference::new(reference.to_owned());
    if kind % 4 == 1 {
        return Request::heartbeat(reference, controller);
    }
    let mut request = Request::new(reference, controller, DeviceType::PERSONAL_TRIGGER);
    match kind % 4 {
        2 => request.status_text = Some(Text::new("pressed twice")),
        3 => request.message_type = MessageType::Reset,
        _ => {}
    }
    request
}

/// Runs the operations; then the receivers behave, and no alarm may be left.
pub fn scaip_sender(data: &[u8]) {
    let mut input = Unstructured::new(data);
    let Ok(settings) = Settings::arbitrary(&mut input) else {
        return;
    };
    let mut world = World::new(settings);
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
        world.take_outputs();
    }
    world.finish();
}

impl World {
    fn new(settings: Settings) -> World {
        let mut receivers = vec![
            receiver(0, Transport::Udp),
            receiver(1, Transport::Tls),
            receiver(2, Transport::Udp),
        ];
        if settings.credentials {
            for receiver in &mut receivers[..2] {
                receiver.credentials =
                    Some(Credentials::new("40211870", Secret::password("pendant")));
            }
        }
        let mut config = Config::new([5; 16], unit(0), receivers);
        config.open_alarms = OPEN;
        config.remembered = 4;
        config.shorten_oversize = settings.shorten;
        config.endpoint.queue = QUEUE;
        config.endpoint.connections = CONNECTIONS;
        config.endpoint.client_transactions = 8;
        config.endpoint.server_transactions = 8;
        if settings.strict {
            config.decode = DecodeOptions::strict();
        }
        if settings.short_waits {
            config.ok_wait = Duration::from_millis(1);
            config.response_wait = Duration::from_millis(1);
            config.longest_back_off = Duration::from_millis(1);
            config.hold_repeats = 0;
        }
        World {
            sender: Sender::new(config).expect("the settings are good"),
            now: Instant::now(),
            held: false,
            held_operations: 0,
            known: BTreeMap::new(),
            by_reference: HashMap::new(),
            ids: Vec::new(),
            open: Vec::new(),
            sent: Vec::new(),
            names: HashSet::new(),
            serial: 0,
            good: false,
        }
    }

    fn apply(&mut self, operation: Operation) {
        let now = self.now;
        match operation {
            Operation::Submit { kind, about, place } => {
                let about = self.about(about, place);
                let before = self.sender.open();
                let result = self.sender.submit(now, alarm("0", kind), about);
                self.submitted(result, kind, about, before);
            }
            Operation::Resume { place, new } => {
                let reference = match pick(&self.ids, place).filter(|_| !new) {
                    Some(id) => self.known[&id].reference.as_str().to_owned(),
                    None => format!("resumed{place}"),
                };
                let before = self.sender.open();
                let result = self.sender.resume(now, alarm(&reference, 0), About::New);
                // A reference that is open is never taken twice.
                let id = self.by_reference.get(&reference);
                if id.is_some_and(|id| self.sender.status(*id).is_some()) && result.is_ok() {
                    let ours = result == Ok(*id.expect("it is some"));
                    assert!(ours, "two open alarms with one reference");
                }
                self.submitted(result, 0, About::New, before);
            }
            Operation::Abandon { place } => {
                if let Some(id) = pick(&self.ids, place) {
                    let given = self.sender.abandon(now, id);
                    let known = self.known.get_mut(&id).expect("it was submitted");
                    if let Some(request) = given {
                        assert_eq!(known.end, None, "it was over");
                        assert_eq!(request.reference, known.reference);
                        known.end = Some(End::Abandoned);
                    }
                    assert_eq!(self.sender.status(id), None);
                }
            }
            Operation::Answer { request, status } => {
                if let Some(status) = StatusCode::new(status % 800) {
                    self.answer(request, &Response::new(status), None);
                }
            }
            Operation::AnswerWith {
                request,
                reference,
                number,
            } => {
                let body = self.mrs(reference, number);
                let answer = Response {
                    body: body.as_bytes(),
                    ..Response::new(StatusCode::OK)
                };
                self.answer(request, &answer, None);
            }
            Operation::Ask { request, kind } => self.ask(request, kind),
            Operation::Respond {
                from,
                reference,
                number,
            } => {
                let body = self.mrs(reference, number);
                self.message(from, &body, None);
            }
            Operation::Damaged {
                from,
                reference,
                change,
            } => {
                let body = self.mrs(reference, 0);
                self.message(from, &body, Some(change));
            }
            Operation::DamagedAnswer { request, change } => {
                self.answer(request, &Response::new(StatusCode::OK), Some(change));
            }
            Operation::Connected { receiver } => self.connect(usize::from(receiver % 4)),
            Operation::ConnectFailed { receiver } => {
                if let Some(id) = self.receiver(usize::from(receiver) % RECEIVERS) {
                    self.sender.connect_failed(now, id);
                }
            }
            Operation::Close { connection } => {
                if let Some(id) = pick(&self.open, connection) {
                    self.sender.connection_closed(id);
                }
            }
            Operation::Fail { message } => {
                let index = usize::from(message) % self.sent.len().max(1);
                if let Some((id, _, _)) = self.sent.get(index) {
                    self.sender.transport_failed(*id);
                }
            }
            Operation::Wait { milliseconds } => {
                self.now += Duration::from_millis(milliseconds.into());
            }
            Operation::Jump { far } => {
                self.now = match self.sender.poll_timeout().filter(|_| !far) {
                    Some(at) => self.now.max(at),
                    None => self.now + Duration::from_secs(3600),
                };
                self.timer();
            }
            Operation::Timer => self.timer(),
            Operation::Day { day } => self.sender.set_day(day.into()),
            Operation::Hold { on } => self.held = on,
        }
    }

    fn about(&self, about: u8, place: u8) -> About {
        match about % 4 {
            0 | 1 => About::New,
            2 => pick(&self.ids, place).map_or(About::New, About::Alarm),
            _ => self
                .receiver(usize::from(place) % RECEIVERS)
                .map_or(About::New, About::Receiver),
        }
    }

    fn receiver(&self, place: usize) -> Option<ReceiverId> {
        self.sender.receiver_named(&format!("arc{place}"))
    }

    fn submitted(
        &mut self,
        result: Result<AlarmId, SubmitError>,
        kind: u8,
        about: About,
        before: usize,
    ) {
        match result {
            Ok(id) => {
                assert!(before < OPEN);
                let status = self.sender.status(id);
                // A heartbeat that could not even be sent is over at once.
                let reference = match &status {
                    Some(status) => status.reference.clone(),
                    None => Reference::new(format!("gone{}", id.get())),
                };
                let heartbeat = kind % 4 == 1 && about == About::New;
                assert!(status.is_some() || heartbeat, "it is gone");
                if let Some(earlier) = self.by_reference.insert(reference.as_str().to_owned(), id) {
                    // Only a resumed one has the reference of one that is over and forgotten.
                    assert!(self.sender.status(earlier).is_none());
                }
                let known = Known {
                    reference,
                    about,
                    heartbeat,
                    end: None,
                    bodies: HashSet::new(),
                };
                assert!(self.known.insert(id, known).is_none(), "an id came twice");
                self.ids.push(id);
            }
            Err(SubmitError::Full { open }) => assert!(open == OPEN || self.held),
            Err(SubmitError::UnknownAlarm) => assert!(matches!(about, About::Alarm(_))),
            Err(SubmitError::ReferenceInUse) => {}
            Err(error) => panic!("{error}"),
        }
        assert!(self.sender.open() <= OPEN);
    }

    fn timer(&mut self) {
        self.sender.handle_timeout(self.now);
        if let Some(at) = self.sender.poll_timeout() {
            assert!(at > self.now, "a timer that is run is not due again");
        }
    }

    fn mrs(&self, reference: u8, number: u8) -> String {
        let known = pick(&self.ids, reference).map(|id| self.known[&id].reference.as_str());
        let reference = match known {
            Some(known) if reference < 240 => known,
            _ => "nobodys",
        };
        let number = number % 11;
        format!("<mrs><ref>{reference}</ref><snu>{number}</snu></mrs>")
    }

    fn hand_in(&mut self, path: Path, bytes: Vec<u8>) {
        match path.connection {
            Some(id) => self.sender.handle_stream(self.now, id, &bytes),
            None => self.sender.handle_datagram(self.now, path, bytes.into()),
        }
    }

    fn answer(&mut self, request: u8, answer: &Response<'_>, change: Option<Change>) {
        let index = usize::from(request) % self.sent.len().max(1);
        // The latest ones are what is waited for.
        let Some((_, path, message)) = self.sent.iter().rev().nth(index) else {
            return;
        };
        let path = *path;
        let mut out = Vec::new();
        write_response(&mut out, message, server(), b"t", answer)
            .expect("our own request can be answered");
        if let Some(change) = change {
            change.apply(&mut out);
        }
        self.hand_in(path, out);
    }

    fn ask(&mut self, request: u8, kind: u8) {
        let values = [
            "Digest realm=\"arc\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"",
            "Digest realm=\"arc\", nonce=\"n2\"",
            "Digest realm=\"arc\", nonce=\"n3\", qop=\"auth\", stale=true",
            "Digest realm=\"arc\", nonce=\"n4\", algorithm=SHA-512-256",
            "Basic realm=\"arc\"",
            "Digest",
        ];
        let value = values[usize::from(kind / 2) % values.len()];
        let (status, header) = if kind % 2 == 0 {
            (StatusCode::UNAUTHORIZED, "WWW-Authenticate")
        } else {
            let status = StatusCode::new(407).expect("a status");
            (status, "Proxy-Authenticate")
        };
        let headers = [(header, value)];
        let answer = Response {
            headers: &headers,
            ..Response::new(status)
        };
        self.answer(request, &answer, None);
    }

    fn message(&mut self, from: u8, body: &str, change: Option<Change>) {
        self.serial += 1;
        let place = usize::from(from % 4);
        let serial = self.serial;
        let text = format!(
            "MESSAGE sip:40211870@arc{place}.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 198.51.100.9:5060;branch=z9hG4bK{serial}\r\n\
             From: <sip:alarm@arc{place}.example.net>;tag=1\r\n\
             To: <sip:40211870@arc{place}.example.net>\r\n\
             Call-ID: r{serial}\r\n\
             CSeq: 1 MESSAGE\r\n\
             Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut bytes = text.into_bytes();
        if let Some(change) = change {
            change.apply(&mut bytes);
        }
        let mut path = Path::udp(unit(0), address(place));
        if place == 1 {
            // Over the newest connection, which may be closed.
            path.connection = self.open.last().copied();
        }
        self.hand_in(path, bytes);
    }

    fn connect(&mut self, place: usize) {
        let result = match self.receiver(place) {
            Some(id) => self
                .sender
                .connected(self.now, id, unit(7))
                .map_err(|error| error.to_string()),
            // Somebody else calls.
            None => self
                .sender
                .connection_opened(Transport::Tcp, unit(7), server())
                .map_err(|error| error.to_string()),
        };
        self.open.extend(result);
    }
}
