//! The registrar beside a naive one: a list for each unit, walked from end to end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use arbitrary::{Arbitrary, Unstructured};
use scaip::ControllerId;
use scaip::registrar::{
    Change as Changed, Config, Event, RegisterError, Registered, Registrar, Route,
};
use scaip::sip::{ConnectionId, Endpoint, Message, Path, SipLimits, Transport};

use crate::wire::{Change, pick, server, unit};

const CONTACTS: usize = 3;
const UNITS: usize = 4;
const OPERATIONS: usize = 150;
const MINIMUM: u64 = 10;
const MAXIMUM: u64 = 3600;
const DEFAULT: u64 = 600;
const WINDOW: Duration = Duration::from_secs(32);
const PATH_LIFETIME: Duration = Duration::from_secs(7200);

/// Contacts as they are written and as they are kept. No two are the same binding.
const WRITTEN: [(&str, &str); 6] = [
    (
        "<sip:40211870@192.0.2.7:5062>",
        "sip:40211870@192.0.2.7:5062",
    ),
    (
        "\"A, b\" <SIP:40211870@UNIT.example.net;transport=tcp>",
        "SIP:40211870@UNIT.example.net;transport=tcp",
    ),
    (
        "<sips:40211870:secret@192.0.2.7>",
        "sips:40211870@192.0.2.7",
    ),
    ("sip:40211871@192.0.2.7", "sip:40211871@192.0.2.7"),
    ("<tel:+4700000000>", "tel:+4700000000"),
    (
        "<sip:40211870@[2001:db8::7]:5062?Subject=x>",
        "sip:40211870@[2001:db8::7]:5062",
    ),
];

/// Expiries as they are written and what they mean.
const EXPIRES: [(&str, Option<u64>); 9] = [
    ("", None),
    ("0", Some(0)),
    ("5", Some(5)),
    ("10", Some(10)),
    ("60", Some(60)),
    ("120", Some(120)),
    ("3600", Some(3600)),
    ("999999", Some(999_999)),
    ("soon", Some(3600)),
];

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Wanted {
    contact: u8,
    expires: u8,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Operation {
    /// One header for each contact, or all in one.
    Register {
        unit: u8,
        call: u8,
        sequence: u8,
        path: u8,
        contacts: u8,
        first: Wanted,
        second: Wanted,
        expires: u8,
        one_header: bool,
    },
    RemoveAll {
        unit: u8,
        call: u8,
        sequence: u8,
        path: u8,
        expires: u8,
    },
    /// A REGISTER with a changed byte, to a registrar of its own.
    Damaged {
        contacts: u8,
        change: Change,
    },
    Heard {
        unit: u8,
        path: u8,
    },
    Close {
        connection: u8,
    },
    Remove {
        unit: u8,
    },
    Wait {
        seconds: u16,
        milliseconds: u16,
    },
    Events,
}

#[derive(Clone, PartialEq, Debug)]
struct Binding {
    contact: usize,
    expires: Instant,
    call: u8,
    sequence: u8,
    updated: Instant,
    path: Option<Path>,
}

#[derive(Default, Debug)]
struct Unit {
    latest: Option<(Path, Instant)>,
    bindings: Vec<Binding>,
    /// Something was registered and its end has not been told.
    registered: bool,
}

struct World {
    registrar: Registrar,
    now: Instant,
    connections: Vec<ConnectionId>,
    model: BTreeMap<u8, Unit>,
}

fn config() -> Config {
    let mut config = Config::new();
    config.contacts = CONTACTS;
    config.controllers = UNITS;
    config.min_expires = Duration::from_secs(MINIMUM);
    config.max_expires = Duration::from_secs(MAXIMUM);
    config.default_expires = Duration::from_secs(DEFAULT);
    config.order_window = WINDOW;
    config.path_lifetime = PATH_LIFETIME;
    config
}

fn name(unit: u8) -> String {
    format!("4021187{unit}")
}

/// A REGISTER with these header lines.
fn register(user: &str, call: u8, sequence: u8, lines: &[u8]) -> Vec<u8> {
    let head = format!(
        "REGISTER sip:arc.example.net SIP/2.0\r\n\
         Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK7\r\n\
         From: <sip:{user}@arc.example.net>;tag=1\r\n\
         To: <sip:{user}@arc.example.net>\r\n\
         Call-ID: r{call}\r\n\
         CSeq: {sequence} REGISTER\r\n"
    );
    [head.as_bytes(), lines, b"Content-Length: 0\r\n\r\n"].concat()
}

fn read(bytes: Vec<u8>) -> Option<Message> {
    Message::parse_datagram(bytes.into(), &SipLimits::default()).ok()
}

/// Puts the bytes into a Contact header, then runs them as operations.
pub fn scaip_registrar(data: &[u8]) {
    contact(data);
    let mut endpoint =
        Endpoint::new(scaip::sip::Config::new([1; 16])).expect("the settings are good");
    let connections = (0..3)
        .filter_map(|port| {
            endpoint
                .connection_opened(Transport::Tls, server(), unit(port))
                .ok()
        })
        .collect();
    let mut world = World {
        registrar: Registrar::new(config()),
        now: Instant::now(),
        connections,
        model: BTreeMap::new(),
    };
    let mut input = Unstructured::new(data);
    for _ in 0..OPERATIONS {
        if input.is_empty() {
            break;
        }
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.apply(operation);
        world.compare();
    }
    world.finish();
}

/// Any header value: what is taken in comes out in a form that is taken in as the same.
fn contact(value: &[u8]) {
    let mut lines = b"Contact: ".to_vec();
    lines.extend_from_slice(value);
    lines.extend_from_slice(b"\r\n");
    if let Some(message) = read(register("40211870", 1, 1, &lines)) {
        take(&message);
    }
}

fn take(message: &Message) {
    let now = Instant::now();
    let path = Path::udp(server(), unit(0));
    let mut registrar = Registrar::new(config());
    match registrar.register(now, path, message) {
        Err(error) => {
            assert!(!error.status().is_success());
            let _ = (error.to_string(), error.headers());
            assert!(registrar.is_empty(), "all of it or nothing");
        }
        Ok(registered) => {
            assert!(registered.contacts.len() <= CONTACTS);
            let shown = format!("{registered:?}");
            for contact in &registered.contacts {
                assert!(contact.uri.len() <= 256);
                assert!(contact.expires.as_secs() <= MAXIMUM);
                let personal = contact.uri.len() > 12 && shown.contains(&*contact.uri);
                assert!(!personal, "an address shows");
            }
            again(now, path, &registered);
        }
    }
}

/// The headers of the answer, registered as they are, give the same contacts.
fn again(now: Instant, path: Path, registered: &Registered) {
    if registered.contacts.is_empty() {
        return;
    }
    let lines: String = registered
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    let message = read(register("40211870", 2, 1, lines.as_bytes())).expect("headers are plain");
    let mut config = config();
    // What is left of an earlier registration may be short.
    config.min_expires = Duration::ZERO;
    let mut registrar = Registrar::new(config);
    let back = registrar.register(now, path, &message);
    let back = back.expect("what is written is taken");
    assert_eq!(back.contacts, registered.contacts);
    assert_eq!(back.warnings, []);
}

impl World {
    fn path(&self, path: u8) -> Path {
        let mut way = Path::udp(server(), unit(path % 3));
        if path >= 128 {
            way.transport = Transport::Tls;
            way.connection = pick(&self.connections, path);
        }
        way
    }

    fn apply(&mut self, operation: Operation) {
        match operation {
            Operation::Register {
                unit,
                call,
                sequence,
                path,
                contacts,
                first,
                second,
                expires,
                one_header,
            } => {
                let wanted = &[first, second][..usize::from(contacts % 3)];
                self.register(
                    unit % 6,
                    call % 2,
                    sequence % 8,
                    path,
                    wanted,
                    expires,
                    one_header,
                );
            }
            Operation::RemoveAll {
                unit,
                call,
                sequence,
                path,
                expires,
            } => self.remove_all(unit % 6, call % 2, sequence % 8, path, expires),
            Operation::Damaged { contacts, change } => {
                let (written, _) = WRITTEN[usize::from(contacts) % WRITTEN.len()];
                let line = format!("Contact: {written};expires=60\r\nExpires: 30\r\n");
                let mut bytes = register("40211870", 1, 1, line.as_bytes());
                change.apply(&mut bytes);
                if let Some(message) = read(bytes) {
                    take(&message);
                }
            }
            Operation::Heard { unit, path } => self.heard(unit % 6, path),
            Operation::Close { connection } => {
                if let Some(id) = pick(&self.connections, connection) {
                    self.registrar.connection_closed(id);
                    for unit in self.model.values_mut() {
                        let over = |path: &Path| path.connection == Some(id);
                        unit.latest = unit.latest.filter(|(path, _)| !over(path));
                        for binding in &mut unit.bindings {
                            binding.path = binding.path.filter(|path| !over(path));
                        }
                    }
                }
            }
            Operation::Remove { unit } => {
                let unit = unit % 6;
                let known = self.registrar.remove(&ControllerId::new(name(unit)));
                let modelled = self.model.remove(&unit);
                assert!(known || modelled.is_none_or(|unit| unit.is_empty()));
            }
            Operation::Wait {
                seconds,
                milliseconds,
            } => {
                self.now += Duration::from_secs(u64::from(seconds) % 4000);
                self.now += Duration::from_millis(u64::from(milliseconds) % 1000);
            }
            Operation::Events => self.events(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of the operation")]
    fn register(
        &mut self,
        number: u8,
        call: u8,
        sequence: u8,
        path: u8,
        wanted: &[Wanted],
        expires: u8,
        one_header: bool,
    ) {
        let path = self.path(path);
        let (general_text, general) = EXPIRES[usize::from(expires) % EXPIRES.len()];
        let mut values = Vec::new();
        // The contact and its expiry in seconds; the first mention counts.
        let mut asked: Vec<(usize, u64)> = Vec::new();
        for one in wanted {
            let contact = usize::from(one.contact) % WRITTEN.len();
            let (own_text, own) = EXPIRES[usize::from(one.expires) % EXPIRES.len()];
            let (written, _) = WRITTEN[contact];
            values.push(if own_text.is_empty() {
                written.to_owned()
            } else {
                format!("{written};expires={own_text}")
            });
            if asked.iter().all(|(other, _)| *other != contact) {
                asked.push((contact, own.or(general).unwrap_or(DEFAULT)));
            }
        }
        let mut lines = String::new();
        if one_header && !values.is_empty() {
            lines = format!("Contact: {}\r\n", values.join(" , "));
        } else {
            for value in &values {
                lines += &format!("m: {value}\r\n");
            }
        }
        if !general_text.is_empty() {
            lines += &format!("Expires: {general_text}\r\n");
        }
        let message =
            read(register(&name(number), call, sequence, lines.as_bytes())).expect("it is good");
        self.events();
        let result = self.registrar.register(self.now, path, &message);
        let expected = self.expected(number, call, sequence, &asked);
        match (result, expected) {
            (Ok(registered), Ok(())) => {
                let now = self.now;
                let unit = self.model.entry(number).or_default();
                let before = unit.bindings.len();
                let mut moved = unit.latest.is_some_and(|(latest, _)| latest != path);
                let there = |(contact, _): &&(usize, u64)| {
                    unit.bindings.iter().any(|old| old.contact == *contact)
                };
                let new = asked.len() - asked.iter().filter(there).count();
                let asks = asked.is_empty();
                unit.latest = Some((path, now));
                for (contact, seconds) in asked {
                    unit.bindings.retain(|binding| binding.contact != contact);
                    if seconds > 0 {
                        unit.bindings.push(Binding {
                            contact,
                            expires: now + Duration::from_secs(seconds.min(MAXIMUM)),
                            call,
                            sequence,
                            updated: now,
                            path: Some(path),
                        });
                    }
                }
                unit.registered = !unit.bindings.is_empty();
                moved |= new > 0 || unit.bindings.len() != before;
                let change = match (asks, before > 0, unit.registered) {
                    (true, ..) | (_, false, false) => Changed::Queried,
                    (_, false, true) => Changed::Registered,
                    (_, true, false) => Changed::Unregistered,
                    (_, true, true) if moved => Changed::Moved,
                    (_, true, true) => Changed::Refreshed,
                };
                assert_eq!(registered.change, change);
                assert_eq!(registered.controller.as_str(), name(number));
                assert_eq!(registered.contacts.len(), unit.bindings.len());
                assert_eq!(registered.headers().len(), unit.bindings.len());
                again(now, path, &registered);
            }
            (Err(error), Err(expected)) => assert_eq!(error, expected),
            (result, expected) => panic!("{result:?} instead of {expected:?}"),
        }
    }

    /// What RFC 3261 10.3 says, with the lenience for units that never count.
    fn expected(
        &self,
        number: u8,
        call: u8,
        sequence: u8,
        asked: &[(usize, u64)],
    ) -> Result<(), RegisterError> {
        let empty = Unit::default();
        let unit = self.model.get(&number).unwrap_or(&empty);
        let mut stays = unit.bindings.len();
        for (contact, seconds) in asked {
            if (1..MINIMUM).contains(seconds) {
                let minimum = Duration::from_secs(MINIMUM);
                return Err(RegisterError::IntervalTooBrief { minimum });
            }
            let old = unit.bindings.iter().find(|old| old.contact == *contact);
            if old.is_some_and(|old| self.overtaken(old, call, sequence)) {
                return Err(RegisterError::OutOfOrder);
            }
            stays = match (old.is_some(), *seconds == 0) {
                (true, true) => stays - 1,
                (false, false) => stays + 1,
                _ => stays,
            };
        }
        if stays > CONTACTS {
            return Err(RegisterError::TooManyContacts { limit: CONTACTS });
        }
        if !self.model.contains_key(&number) && self.model.len() >= UNITS {
            return Err(RegisterError::TooManyControllers { limit: UNITS });
        }
        Ok(())
    }

    fn overtaken(&self, old: &Binding, call: u8, sequence: u8) -> bool {
        old.call == call && sequence < old.sequence && self.now - old.updated < WINDOW
    }

    fn remove_all(&mut self, number: u8, call: u8, sequence: u8, path: u8, expires: u8) {
        let path = self.path(path);
        let (text, seconds) = EXPIRES[usize::from(expires) % EXPIRES.len()];
        let mut lines = "Contact: *\r\n".to_owned();
        if !text.is_empty() {
            lines += &format!("Expires: {text}\r\n");
        }
        let message =
            read(register(&name(number), call, sequence, lines.as_bytes())).expect("it is good");
        self.events();
        let result = self.registrar.register(self.now, path, &message);
        let known = self.model.get(&number);
        let overtaken = known.is_some_and(|unit| {
            let mut all = unit.bindings.iter();
            all.any(|old| self.overtaken(old, call, sequence))
        });
        let full = known.is_none() && self.model.len() >= UNITS;
        match result {
            Ok(registered) => {
                assert!(seconds == Some(0) && !overtaken && !full);
                assert!(registered.contacts.is_empty());
                let now = self.now;
                let unit = self.model.entry(number).or_default();
                let change = if unit.bindings.is_empty() {
                    Changed::Queried
                } else {
                    Changed::Unregistered
                };
                assert_eq!(registered.change, change);
                unit.bindings.clear();
                unit.registered = false;
                unit.latest = Some((path, now));
            }
            Err(RegisterError::WildcardMisused) => assert_ne!(seconds, Some(0)),
            Err(RegisterError::OutOfOrder) => assert!(overtaken),
            Err(RegisterError::TooManyControllers { .. }) => assert!(full),
            Err(error) => panic!("{error}"),
        }
    }

    fn heard(&mut self, number: u8, path: u8) {
        let path = self.path(path);
        self.events();
        let controller = ControllerId::new(name(number));
        let known = self.model.contains_key(&number);
        let room = known || self.model.len() < UNITS;
        let result = self.registrar.remember_path(self.now, &controller, path);
        assert_eq!(result.is_ok(), room);
        if room {
            self.model.entry(number).or_default().latest = Some((path, self.now));
        }
    }

    /// Takes the events that are due; afterwards only what lives is counted.
    fn events(&mut self) {
        let mut expired = Vec::new();
        while let Some(event) = self.registrar.poll_event(self.now) {
            match event {
                Event::Expired { controller } => expired.push(controller.as_str().to_owned()),
                other => panic!("an event that is not known here: {other:?}"),
            }
        }
        let now = self.now;
        let mut told = Vec::new();
        for (number, unit) in &mut self.model {
            unit.bindings.retain(|binding| binding.expires > now);
            unit.latest = unit.latest.filter(|(_, at)| *at + PATH_LIFETIME > now);
            if unit.registered && unit.bindings.is_empty() {
                unit.registered = false;
                told.push(name(*number));
            }
        }
        self.model.retain(|_, unit| !unit.is_empty());
        expired.sort();
        assert_eq!(expired, told);
        assert_eq!(self.registrar.len(), self.model.len());
        match self.registrar.poll_timeout() {
            Some(at) => assert!(at > now && !self.model.is_empty()),
            None => assert!(self.model.is_empty()),
        }
    }

    /// The same ways and contacts, whether or not events were taken.
    fn compare(&self) {
        let now = self.now;
        for number in 0..6 {
            let controller = ControllerId::new(name(number));
            let empty = Unit::default();
            let unit = self.model.get(&number).unwrap_or(&empty);
            let mut live: Vec<&Binding> = unit
                .bindings
                .iter()
                .filter(|binding| binding.expires > now)
                .collect();
            let contacts = self.registrar.contacts(now, &controller);
            assert_eq!(contacts.len(), live.len());
            for (contact, binding) in contacts.iter().zip(&live) {
                assert_eq!(&*contact.uri, WRITTEN[binding.contact].1);
                let left = (binding.expires - now).as_secs().max(1);
                assert_eq!(contact.expires.as_secs(), left);
            }
            live.sort_by_key(|binding| std::cmp::Reverse(binding.updated));
            let mut routes: Vec<Route<'_>> = Vec::new();
            let latest = unit.latest.filter(|(_, at)| *at + PATH_LIFETIME > now);
            let paths = latest.map(|(path, _)| path);
            for path in paths
                .into_iter()
                .chain(live.iter().filter_map(|binding| binding.path))
            {
                if !routes.contains(&Route::Path(path)) {
                    routes.push(Route::Path(path));
                }
            }
            routes.extend(
                live.iter()
                    .map(|binding| Route::Contact(WRITTEN[binding.contact].1)),
            );
            assert!(self.registrar.routes(now, &controller).eq(routes));
        }
    }

    /// Left alone, everything expires and nothing is kept.
    fn finish(&mut self) {
        self.events();
        while let Some(at) = self.registrar.poll_timeout() {
            self.now = self.now.max(at);
            self.events();
            self.compare();
        }
        assert!(self.registrar.is_empty());
    }
}

impl Unit {
    fn is_empty(&self) -> bool {
        self.latest.is_none() && self.bindings.is_empty()
    }
}
