//! The units: what they send, and with whose credentials.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use scaip::call::{CallSettings, DuringCall};
use scaip::digest::{Account, Challenge, ChallengerConfig, Credentials, Secret, Session};
use scaip::receiver::{AnswerMode, Config, DuplicateSettings, Listener, ListenerConfig, Receiver};
use scaip::sip::{Message, Method, Path, Transport};
use scaip::supervision::{self, Allowance, HeartbeatPolicy, Interval};
use scaip::{ControllerId, DecodeOptions, HeartbeatInterval, registrar};

use super::{
    CONNECTIONS, DECISION, EVIDENCE, KNOWN, PENDING, QUEUE, REMEMBERED, REPEATABLE, Settings,
    UNITS, WINDOW, World,
};
use crate::digest::naive;
use crate::wire::{Change, server, unit};

/// How long a nonce is good.
pub(super) const LIFE: Duration = Duration::from_secs(300);
/// The gateway speaks for every unit.
pub(super) const GATEWAY: &str = "gateway7";

/// A listener that can ask for credentials, by its realm.
pub(super) type Gate = &'static str;
const SECURE: Gate = "tls.example.net";
const SECOND: Gate = "udp.example.net";
const REST: Gate = "any.example.net";

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Alarm,
    Heartbeat,
    /// A heartbeat of a unit that takes an interval.
    Adjustable,
    Reset,
    Information,
    Unknown,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub(super) enum Credential {
    None,
    Right,
    Wrong,
    Gateway,
    AnotherUnit,
    /// Right ones, of another listener.
    Elsewhere,
}

/// An answer to a challenge that was written with the right secret.
pub(super) struct Issued {
    pub(super) username: String,
    pub(super) gate: Gate,
    pub(super) at: Instant,
    pub(super) taken: bool,
}

/// The challenges that the units have met.
#[derive(Default)]
pub(super) struct Sessions {
    /// The newest one of each listener, and when it was asked.
    newest: HashMap<Gate, (Session, Instant)>,
    nonces: HashSet<String>,
    pub(super) issued: HashMap<Vec<(&'static str, String)>, Issued>,
}

impl Sessions {
    /// Takes up what a 401 asks.
    pub(super) fn take(&mut self, now: Instant, message: &Message) {
        let offers = message
            .headers()
            .filter(|(name, _)| name.eq_ignore_ascii_case(b"WWW-Authenticate"))
            .filter_map(|(_, value)| Challenge::read(value).ok())
            .flatten();
        let challenge = Challenge::strongest(offers).expect("a 401 asks for something");
        let gate = [SECURE, SECOND, REST]
            .into_iter()
            .find(|gate| *gate == challenge.realm)
            .expect("a realm of ours");
        // A repeated 401 asks nothing new.
        if self.nonces.insert(challenge.nonce.clone()) {
            let session = Session::new(challenge, "5c0e2f");
            self.newest.insert(gate, (session, now));
        }
    }
}

pub(super) fn cid(unit: u8) -> String {
    format!("4021187{}", unit % UNITS)
}

fn secret(username: &str) -> Secret {
    Secret::password(format!("secret of {username}"))
}

/// The heartbeat interval that a unit is told; not every unit is.
pub(super) fn interval_of(controller: &str) -> Option<HeartbeatInterval> {
    let told = [cid(0), cid(1), cid(2)];
    let place = told.iter().position(|unit| unit == controller)?;
    u16::try_from(place + 1).ok().map(HeartbeatInterval::new)
}

fn accounts(revoked: Option<u8>) -> HashMap<String, Account> {
    let mut accounts: HashMap<_, _> = (0..UNITS)
        .filter(|unit| Some(*unit) != revoked)
        .map(|unit| (cid(unit), Account::controller(vec![secret(&cid(unit))])))
        .collect();
    let gateway = Account::gateway(vec![Secret::password("earlier"), secret(GATEWAY)]);
    accounts.insert(GATEWAY.to_owned(), gateway);
    accounts
}

fn gates() -> [(Listener, Gate); 3] {
    [
        (Listener::Transport(Transport::Tls), SECURE),
        (Listener::address(Transport::Udp, udp(1).local), SECOND),
        (Listener::Any, REST),
    ]
}

pub(super) fn replace_accounts(receiver: &mut Receiver, revoked: Option<u8>) {
    for (listener, _) in gates() {
        // One that does not ask has none to replace.
        receiver.set_accounts(listener, Arc::new(accounts(revoked)));
    }
}

/// The socket at this port.
pub(super) fn udp(port: u8) -> Path {
    let mut local = server();
    local.set_port(5060 + 10 * u16::from(port % 2));
    Path::udp(local, unit(port))
}

/// Whether a listener is named, or none is at all.
pub(super) fn is_named(settings: Settings, path: &Path) -> bool {
    let arrangement = settings.listeners % 4;
    let any = arrangement % 3 == 0 || settings.listeners & 4 != 0;
    any || asks(settings, path).is_some()
}

/// Whose credentials a listener wants, if any.
pub(super) fn asks(settings: Settings, path: &Path) -> Option<Gate> {
    let arrangement = settings.listeners % 4;
    match path.transport {
        Transport::Tls if arrangement > 0 => Some(SECURE),
        Transport::Udp if arrangement > 1 && path.local.port() != 5060 => Some(SECOND),
        Transport::Tcp if arrangement == 3 => Some(REST),
        _ => None,
    }
}

pub(super) fn config(settings: Settings) -> Config {
    let mut config = Config::new([5; 16]);
    config.pending = PENDING;
    config.decision_time = DECISION;
    config.strict_content_type = settings.strict_content_type;
    config.accept_unknown_message_types = settings.accept_unknown;
    if settings.strict_bodies {
        config.decode = DecodeOptions::strict();
    }
    if settings.body_in_ok {
        config.answer_mode = AnswerMode::BodyInOk;
    }
    config.endpoint.connections = CONNECTIONS;
    if settings.cramped {
        config.endpoint.queue = QUEUE;
        config.endpoint.client_transactions = 8;
        config.endpoint.server_transactions = 8;
    }
    if settings.off & 16 != 0 {
        config.evidence_bytes = EVIDENCE;
    }
    if settings.duplicates {
        let mut duplicates = DuplicateSettings::default();
        duplicates.window = WINDOW;
        duplicates.entries = REMEMBERED;
        config.duplicates = Some(duplicates);
    }
    let asking = gates()
        .into_iter()
        .take(usize::from(settings.listeners % 4));
    for (listener, realm) in asking {
        let mut challenger = ChallengerConfig::new(realm, [9; 32]);
        challenger.key[0] = u8::try_from(realm.len()).unwrap_or(0) ^ realm.as_bytes()[0];
        challenger.nonce_life = LIFE;
        challenger.nonces = 3;
        let listener = ListenerConfig::digest(listener, challenger, accounts(None));
        config.listeners.push(listener);
    }
    if settings.listeners & 4 != 0 && settings.listeners % 4 < 3 {
        // The rest is open.
        config.listeners.push(ListenerConfig::open(Listener::Any));
    }
    if settings.listeners % 4 == 3 {
        // An exception from the rest.
        let open = Listener::address(Transport::Udp, udp(0).local);
        config.listeners.push(ListenerConfig::open(open));
    }
    if settings.off & 1 == 0 {
        let mut registrar = registrar::Config::new();
        registrar.controllers = KNOWN;
        registrar.contacts = 2;
        config.registrar = Some(registrar);
    }
    // Without a registrar it is not taken.
    config.endpoint.methods.push(Method::Register);
    if settings.off & 2 == 0 {
        let minute = Interval::new(Duration::from_secs(60)).expect("within the range");
        let mut supervision = supervision::Config::new(Allowance::new(minute));
        supervision.controllers = KNOWN;
        config.supervision = Some(supervision);
    }
    if settings.off & 4 == 0 {
        let mut policy = HeartbeatPolicy::with_limit(KNOWN);
        for unit in 0..UNITS {
            let controller = cid(unit);
            if let Some(interval) = interval_of(&controller) {
                policy
                    .configure(&ControllerId::new(controller), interval)
                    .expect("there is room");
            }
        }
        config.heartbeat_policy = Some(policy);
    }
    if settings.off & 8 == 0 {
        let mut calls = CallSettings::default();
        calls.calls = KNOWN;
        if settings.busy {
            calls.during_call = DuringCall::Busy;
        }
        config.calls = Some(calls);
    }
    config
}

pub(super) fn mrq(unit: u8, kind: Kind, reference: &str) -> String {
    let cid = cid(unit);
    let (mty, rest) = match kind {
        Kind::Alarm => ("", "<stc>0010</stc>"),
        Kind::Heartbeat => ("<mty>PI</mty>", ""),
        Kind::Adjustable => ("<mty>PI</mty><hbo>1</hbo>", ""),
        Kind::Reset => ("<mty>RE</mty>", ""),
        Kind::Information => ("<mty>IN</mty>", "<ico>011</ico>"),
        Kind::Unknown => ("<mty>ZZ</mty>", ""),
    };
    format!("<mrq><ref>{reference}</ref>{mty}<cid>{cid}</cid><dty>0003</dty>{rest}</mrq>")
}

impl World {
    /// Sends a request with or without credentials, and notes what has to become of it.
    #[expect(clippy::too_many_arguments, reason = "the parts of a request")]
    pub(super) fn send(
        &mut self,
        method: &str,
        unit: u8,
        credential: Credential,
        way: u8,
        line: &str,
        body: &str,
        change: Option<Change>,
    ) {
        self.serial += 1;
        let mut path = self.way(way);
        if let Some(id) = path.connection {
            let secure = self.secure.get(&id).copied().unwrap_or_default();
            path.transport = if secure {
                Transport::Tls
            } else {
                Transport::Tcp
            };
        }
        let gate = asks(self.settings, &path);
        let (authorization, right) = self.authorization(method, unit, credential, gate);
        let (cid, serial) = (cid(unit), self.serial);
        let line = if line.is_empty() {
            String::new()
        } else {
            format!("{line}\r\n")
        };
        let to = if method == "REGISTER" { &cid } else { "alarm" };
        let text = format!(
            "{method} sip:alarm@example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bKu{serial};rport\r\n\
             From: <sip:{cid}@example.net>;tag=1\r\n\
             To: <sip:{to}@example.net>\r\n\
             Call-ID: r{serial}\r\n\
             CSeq: {serial} {method}\r\n\
             {line}{authorization}Content-Type: application/scaip+xml\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut bytes = text.into_bytes();
        if let Some(change) = change {
            change.apply(&mut bytes);
            self.broken.extend(path.connection);
        } else if !self.held && self.held_operations == 0 {
            let whole = path.connection.is_none_or(|id| !self.broken.contains(&id));
            self.must_pass = right && whole;
            let comes_out = matches!(method, "MESSAGE") && path.connection.is_none();
            if comes_out && !self.overloaded && !self.settings.cramped && (right || gate.is_none())
            {
                self.awaited = Some(bytes.clone());
            }
        }
        if self.repeatable.len() == REPEATABLE {
            self.repeatable.remove(0);
        }
        let same = Some(path).filter(|path| path.connection.is_none());
        self.repeatable.push((same, bytes.clone()));
        self.hand_in(path, bytes);
    }

    /// The header, and whether it has to be taken.
    fn authorization(
        &mut self,
        method: &str,
        unit: u8,
        credential: Credential,
        gate: Option<Gate>,
    ) -> (String, bool) {
        let own = cid(unit);
        let (username, secret, right) = match credential {
            Credential::None => return (String::new(), false),
            Credential::Right | Credential::Elsewhere => (own.clone(), secret(&own), true),
            Credential::Wrong => (own, Secret::password("guess"), false),
            Credential::Gateway => (GATEWAY.to_owned(), secret(GATEWAY), true),
            Credential::AnotherUnit => {
                let other = cid(unit.wrapping_add(1) % UNITS);
                (other.clone(), secret(&other), true)
            }
        };
        let asked = match credential {
            Credential::Elsewhere => [SECURE, SECOND, REST]
                .into_iter()
                .find(|other| Some(*other) != gate),
            _ => gate,
        };
        let Some(asked) = asked else {
            return (String::new(), false);
        };
        let Some((session, at)) = self.sessions.newest.get_mut(asked) else {
            return (String::new(), false);
        };
        let fresh = self.now <= *at + LIFE;
        let credentials = Credentials::new(username.clone(), secret);
        let value = session
            .answer(&credentials, method, "sip:alarm@example.net")
            .expect("a password serves");
        let revoked = self.revoked.is_some_and(|unit| username == cid(unit));
        if right {
            let key = naive(value.as_bytes()).expect("what was written is plain");
            let issued = Issued {
                username,
                gate: asked,
                at: *at,
                taken: false,
            };
            self.sessions.issued.insert(key, issued);
        }
        let must = right && fresh && !revoked && Some(asked) == gate;
        let header = format!("Authorization: {value}\r\n");
        // Another unit's are right, but not for this message.
        (header, must)
    }
}
