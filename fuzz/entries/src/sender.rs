//! The sender, driven by a list of operations against receivers that do what they like.

mod books;
mod receivers;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use scaip::digest::{Credentials, Secret};
use scaip::sender::{
    About, AlarmId, Config, ReceiverAddress, ReceiverId, Registration, Relayed, Sender, SubmitError,
};
use scaip::sip::{ConnectionId, Message, MessageId, Path, Response, StatusCode, Transport};
use scaip::{
    ControllerId, DecodeOptions, DeviceType, MessageType, Reference, Request, Text, decode_request,
};

use crate::wire::{Change, pick, unit};

const OPEN: usize = 6;
const QUEUE: usize = 12;
const CONNECTIONS: usize = 3;
const OPERATIONS: usize = 150;
const RECEIVERS: usize = 3;
/// The unit that sends its own alarms, and those whose messages are passed on.
const OWN: &str = "40211870";
const UNITS: [&str; 3] = [OWN, "40211871", "40211872"];
/// What other units write: clean, odd, and with the length of a good one.
const RELAYED: [(&str, &str); 4] = [
    ("<mrq><ref>", "</ref><cid>{cid}</cid><dty>0003</dty></mrq>"),
    (
        "<mrq>\r\n <ref>",
        " </ref><new>x</new><cid>{cid}</cid><dty>3</dty></mrq>\n",
    ),
    (
        "<mrq><ref>",
        "</ref><mty>PI</mty><cid>{cid}</cid><dty>0002</dty></mrq>",
    ),
    (
        "<mrq><ref>",
        "</ref><cid>{cid}</cid><dty>0003</dty><stt>twice</stt></mrq>",
    ),
];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Settings {
    strict: bool,
    shorten: bool,
    credentials: bool,
    short_waits: bool,
    /// The second and the third receiver are known by name.
    named: bool,
    /// The first two want a registration.
    registrations: bool,
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
    /// A message of another unit, with a reference that several may have.
    Relay {
        unit: u8,
        reference: u8,
        body: u8,
        only: u8,
        seconds: u8,
    },
    /// A MESSAGE with an `mrs`, addressed to this unit.
    RespondTo {
        from: u8,
        reference: u8,
        number: u8,
        to: u8,
    },
    /// Registrations begin.
    Register,
    /// 200 or 423 to a registration, or anything else that is asked.
    Grant {
        request: u8,
        kind: u8,
    },
    /// 500 or 503 with Retry-After.
    Postpone {
        request: u8,
        broken: bool,
        seconds: u8,
    },
    /// A name was looked up: a bit for each of its addresses.
    Resolved {
        receiver: u8,
        addresses: u8,
    },
}

/// What is known of an alarm that was submitted.
struct Known {
    reference: Reference<'static>,
    controller: &'static str,
    about: About,
    heartbeat: bool,
    /// The bytes of another unit's message, and until when they may be tried.
    relayed: Option<(Bytes, Instant)>,
    /// Receivers that it was sent to, each time.
    attempts: Vec<ReceiverId>,
    end: Option<End>,
    /// The bodies it was sent with: the whole one and the one without texts.
    bodies: HashSet<Vec<u8>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Accepted(ReceiverId),
    Dropped,
    GivenUp,
    Abandoned,
}

struct World {
    sender: Sender,
    now: Instant,
    held: bool,
    /// Operations since outputs were last taken.
    held_operations: usize,
    known: BTreeMap<AlarmId, Known>,
    /// The latest with this reference and of this unit.
    by_reference: HashMap<(String, &'static str), AlarmId>,
    /// Those that several have had, one after the other.
    reused: HashSet<(String, &'static str)>,
    ids: Vec<AlarmId>,
    open: Vec<ConnectionId>,
    /// The requests as they left: the message and the way.
    sent: Vec<(MessageId, Path, Message)>,
    names: HashSet<MessageId>,
    serial: u32,
    /// The receivers do as they should, at the end.
    good: bool,
    /// Where each receiver may be reached, as far as it was told.
    places: [BTreeSet<SocketAddr>; RECEIVERS],
    /// What the sender has asked for and was not told.
    wanted: BTreeSet<(ReceiverId, Wanted)>,
    /// When each receiver may be asked again.
    postponed: HashMap<ReceiverId, Instant>,
    /// Registrations have begun; Call-ID and CSeq of the last one with each receiver.
    registering: bool,
    registered: HashMap<usize, (Vec<u8>, u32)>,
    /// Whose response was just handed in: of those with this reference, nobody's but theirs.
    addressed: Option<(Reference<'static>, Option<AlarmId>)>,
    left_out: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Wanted {
    Connection,
    Lookup,
}

fn address(receiver: usize) -> SocketAddr {
    let place = u8::try_from(receiver).unwrap_or(0);
    SocketAddr::new([198, 51, 100, place + 1].into(), 5060)
}

fn receiver(place: usize, transport: Transport, named: bool) -> ReceiverAddress {
    let name = format!("arc{place}");
    let account = format!("sip:alarm@arc{place}.example.net");
    if named {
        let host = format!("arc{place}.example.net:5060");
        return ReceiverAddress::named(name, transport, host, account);
    }
    ReceiverAddress::new(name, transport, address(place), account)
}

fn alarm(reference: &str, kind: u8) -> Request<'static> {
    let controller = ControllerId::new(OWN);
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
            receiver(0, Transport::Udp, false),
            receiver(1, Transport::Tls, settings.named),
            receiver(2, Transport::Udp, settings.named),
        ];
        if settings.registrations {
            for receiver in &mut receivers[..2] {
                let minute = Duration::from_secs(60);
                receiver.registration = Some(Registration::new(ControllerId::new(OWN), minute));
            }
        }
        let mut places = [const { BTreeSet::new() }; RECEIVERS];
        for (place, known) in places.iter_mut().enumerate() {
            if receivers[place].host.is_none() {
                known.insert(address(place));
            }
        }
        if settings.credentials {
            for receiver in &mut receivers[..2] {
                receiver.credentials = Some(Credentials::new(OWN, Secret::password("pendant")));
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
            reused: HashSet::new(),
            ids: Vec::new(),
            open: Vec::new(),
            sent: Vec::new(),
            names: HashSet::new(),
            serial: 0,
            good: false,
            places,
            wanted: BTreeSet::new(),
            postponed: HashMap::new(),
            registering: false,
            registered: HashMap::new(),
            addressed: None,
            left_out: 0,
        }
    }

    fn apply(&mut self, operation: Operation) {
        let now = self.now;
        match operation {
            Operation::Submit { kind, about, place } => {
                let about = self.about(about, place);
                let before = self.sender.open();
                let result = self.sender.submit(now, alarm("0", kind), about);
                self.submitted(result, kind % 4 == 1, about, before);
            }
            Operation::Resume { place, new } => {
                let reference = match pick(&self.ids, place).filter(|_| !new) {
                    Some(id) => self.known[&id].reference.as_str().to_owned(),
                    None => format!("resumed{place}"),
                };
                let before = self.sender.open();
                let taken = !self.open_with(&reference).is_empty();
                let result = self.sender.resume(now, alarm(&reference, 0), About::New);
                assert!(!taken || result == Err(SubmitError::ReferenceInUse));
                self.submitted(result, false, About::New, before);
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
                self.respond(from, reference, number, None, None);
            }
            Operation::Damaged {
                from,
                reference,
                change,
            } => {
                self.respond(from, reference, 0, None, Some(change));
            }
            Operation::DamagedAnswer { request, change } => {
                self.answer(request, &Response::new(StatusCode::OK), Some(change));
            }
            Operation::Connected { receiver } => self.connect(usize::from(receiver % 4)),
            Operation::ConnectFailed { receiver } => {
                if let Some(id) = self.receiver(usize::from(receiver) % RECEIVERS) {
                    self.wanted.remove(&(id, Wanted::Connection));
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
            Operation::Relay {
                unit,
                reference,
                body,
                only,
                seconds,
            } => self.relay(unit, reference, body, only, seconds),
            Operation::RespondTo {
                from,
                reference,
                number,
                to,
            } => self.respond(from, reference, number, Some(to), None),
            Operation::Register => {
                if self.sender.receiver(self.first()).is_some_and(registers) {
                    self.registering = true;
                }
                self.sender.begin_registrations(now);
            }
            Operation::Grant { request, kind } => self.grant(request, kind),
            Operation::Postpone {
                request,
                broken,
                seconds,
            } => self.postpone(request, broken, seconds),
            Operation::Resolved {
                receiver,
                addresses,
            } => self.resolve(usize::from(receiver) % RECEIVERS, addresses),
        }
    }

    fn first(&self) -> ReceiverId {
        self.receiver(0).expect("there is a first one")
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

    /// Those with this reference that the sender still has.
    fn open_with(&self, reference: &str) -> Vec<AlarmId> {
        let open = |id: &AlarmId| self.sender.status(*id).is_some();
        let units = UNITS.iter();
        units
            .filter_map(|unit| self.by_reference.get(&(reference.to_owned(), *unit)))
            .copied()
            .filter(open)
            .collect()
    }

    fn relay(&mut self, unit: u8, reference: u8, body: u8, only: u8, seconds: u8) {
        let unit = UNITS[usize::from(unit) % UNITS.len()];
        let reference = match pick(&self.ids, reference / 2).filter(|_| reference % 2 == 1) {
            Some(id) => self.known[&id].reference.as_str().to_owned(),
            None => format!("R{}", reference % 3),
        };
        let (before, after) = RELAYED[usize::from(body) % RELAYED.len()];
        let body = format!("{before}{reference}{}", after.replace("{cid}", unit));
        let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient());
        let decoded = decoded.expect("it is good enough");
        let time = Duration::from_secs(u64::from(seconds));
        let mut relayed = Relayed::new(&decoded, time);
        let only = self.receiver(usize::from(only));
        if let Some(only) = only {
            relayed = relayed.only_to(only);
        }
        assert_eq!(relayed.body(), body.as_bytes());
        let in_use = self.open_with(&reference);
        let in_use = in_use.iter().any(|id| self.known[id].controller == unit);
        let before = self.sender.open();
        let result = self.sender.relay(self.now, relayed);
        let refused = result == Err(SubmitError::ReferenceInUse);
        assert_eq!(refused, in_use, "two messages that nobody can tell apart");
        let Ok(id) = result else {
            assert!(refused || before == OPEN || self.held);
            return;
        };
        assert!(before < OPEN);
        let body = Bytes::from(body);
        assert!(self.sender.relayed_body(id).is_none_or(|same| same == body));
        let known = Known {
            reference: Reference::new(reference),
            controller: unit,
            about: only.map_or(About::New, About::Receiver),
            heartbeat: false,
            relayed: Some((body, self.now + time)),
            attempts: Vec::new(),
            end: None,
            bodies: HashSet::new(),
        };
        self.take_up(id, known);
    }

    fn take_up(&mut self, id: AlarmId, known: Known) {
        let key = (known.reference.as_str().to_owned(), known.controller);
        if let Some(earlier) = self.by_reference.insert(key.clone(), id) {
            // Only one that is over and forgotten, or that was relayed, has it again.
            assert!(self.sender.status(earlier).is_none());
            self.reused.insert(key);
        }
        assert!(self.known.insert(id, known).is_none(), "an id came twice");
        self.ids.push(id);
        assert!(self.sender.open() <= OPEN);
    }

    fn submitted(
        &mut self,
        result: Result<AlarmId, SubmitError>,
        heartbeat: bool,
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
                let heartbeat = heartbeat && about == About::New;
                assert!(status.is_some() || heartbeat, "it is gone");
                assert_eq!(self.sender.relayed_body(id), None);
                let known = Known {
                    reference,
                    controller: OWN,
                    about,
                    heartbeat,
                    relayed: None,
                    attempts: Vec::new(),
                    end: None,
                    bodies: HashSet::new(),
                };
                self.take_up(id, known);
            }
            Err(SubmitError::Full { open }) => assert!(open == OPEN || self.held),
            Err(SubmitError::UnknownAlarm) => assert!(matches!(about, About::Alarm(_))),
            Err(SubmitError::ReferenceInUse) => {}
            Err(error) => panic!("{error}"),
        }
    }

    fn timer(&mut self) {
        self.sender.handle_timeout(self.now);
        if let Some(at) = self.sender.poll_timeout() {
            assert!(at > self.now, "a timer that is run is not due again");
        }
    }
}

fn registers(receiver: &ReceiverAddress) -> bool {
    receiver.registration.is_some()
}
