//! Any mixture of requests, credentials, connections, decisions and time keeps the promises.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;
use scaip::call::{CallEnd, CallSettings, IncomingCall, VoiceReply, VoiceTarget};
use scaip::digest::{Account, ChallengerConfig, Credentials, Secret, Session};
use scaip::receiver::{Answer, Event, IncomingId, Listener, ListenerConfig};
use scaip::sip::{ConnectionId, Message, Method, Path, SipLimits, StatusCode, Transport};
use scaip::supervision::{self, Allowance, Interval};
use scaip::{ControllerId, DecodeOptions, MediaReply, Response, StatusNumber, registrar};

use crate::bench::{Bench, Sip, challenge_of, mrq, seconds, udp};

const UNITS: u8 = 6;
const KNOWN: usize = 4;
const PENDING: usize = 3;

#[derive(Debug, Clone, Copy)]
enum Credential {
    None,
    Right,
    Wrong,
    Gateway,
    AnotherUnit,
}

#[derive(Debug, Clone)]
enum Step {
    Message(u8, &'static str, Credential, u8),
    Register(u8, u8, Credential),
    Options(u8),
    Open,
    Close(u8),
    Answer(u8, u16, bool),
    Call(u8, u8),
    Wait(u32),
}

fn any_credential() -> impl Strategy<Value = Credential> {
    prop_oneof![
        2 => Just(Credential::None),
        4 => Just(Credential::Right),
        1 => Just(Credential::Wrong),
        2 => Just(Credential::Gateway),
        1 => Just(Credential::AnotherUnit),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let mty = prop::sample::select(vec!["ME", "ME", "PI", "RE", "IN", "XX"]);
    prop_oneof![
        8 => (0..UNITS, mty, any_credential(), any::<u8>())
            .prop_map(|(unit, mty, credential, over)| Step::Message(unit, mty, credential, over)),
        4 => (0..UNITS, any::<u8>(), any_credential())
            .prop_map(|(unit, expires, credential)| Step::Register(unit, expires, credential)),
        1 => (0..UNITS).prop_map(Step::Options),
        2 => Just(Step::Open),
        2 => any::<u8>().prop_map(Step::Close),
        8 => (any::<u8>(), 0..7_u16, any::<bool>())
            .prop_map(|(which, number, voice)| Step::Answer(which, number, voice)),
        2 => (0..UNITS, 0..3_u8).prop_map(|(unit, what)| Step::Call(unit, what)),
        4 => prop_oneof![0..20_000_u32, 0..4_000_000_u32].prop_map(Step::Wait),
    ]
}

fn cid(unit: u8) -> String {
    format!("4021187{unit}")
}

struct World {
    bench: Bench,
    session: Option<Session>,
    connections: Vec<ConnectionId>,
    closed: Vec<ConnectionId>,
    waiting: Vec<IncomingId>,
    references: HashMap<IncomingId, String>,
    accepted: HashSet<String>,
    /// Whether the last event about a unit was its loss.
    lost: BTreeMap<String, bool>,
    number: u32,
}

impl World {
    fn new() -> World {
        let secret = |text: &str| vec![Secret::password(text)];
        let mut accounts: HashMap<String, Account> = (0..UNITS)
            .map(|unit| (cid(unit), Account::controller(secret(&cid(unit)))))
            .collect();
        accounts.insert("gateway".into(), Account::gateway(secret("many")));
        let bench = Bench::new(|config| {
            let challenger = ChallengerConfig::new("arc.example.net", [9; 32]);
            let tls = Listener::Transport(Transport::Tls);
            config.listeners = vec![
                ListenerConfig::digest(tls, challenger, accounts),
                ListenerConfig::open(Listener::Any),
            ];
            let mut registrar = registrar::Config::new();
            registrar.controllers = KNOWN;
            config.registrar = Some(registrar);
            config.endpoint.methods.push(Method::Register);
            let minute = Interval::new(seconds(60)).unwrap();
            let mut supervision = supervision::Config::new(Allowance::new(minute));
            supervision.controllers = KNOWN;
            config.supervision = Some(supervision);
            let mut calls = CallSettings::default();
            calls.calls = KNOWN;
            config.calls = Some(calls);
            config.pending = PENDING;
        });
        World {
            bench,
            session: None,
            connections: Vec::new(),
            closed: Vec::new(),
            waiting: Vec::new(),
            references: HashMap::new(),
            accepted: HashSet::new(),
            lost: BTreeMap::new(),
            number: 0,
        }
    }

    fn send(&mut self, mut sip: Sip, unit: u8, credential: Credential, over: u8) {
        self.number += 1;
        sip.cid = cid(unit);
        sip.call_id = format!("c{}", self.number);
        let credentials = match credential {
            Credential::None => None,
            Credential::Right => Some((cid(unit), cid(unit))),
            Credential::Wrong => Some((cid(unit), "guess".into())),
            Credential::Gateway => Some(("gateway".into(), "many".into())),
            Credential::AnotherUnit => {
                let other = cid((unit + 1) % UNITS);
                Some((other.clone(), other))
            }
        };
        if let (Some((username, password)), Some(session)) = (credentials, &mut self.session) {
            let credentials = Credentials::new(username, Secret::password(password));
            sip = sip.answering(session, &credentials);
        }
        let bytes = sip.bytes();
        let now = self.bench.now;
        let index = usize::from(over) % (self.connections.len() + 1);
        match self.connections.get(index) {
            Some(&id) => self.bench.receiver.handle_stream(now, id, &bytes),
            None => {
                let path = udp(5062 + u16::from(unit));
                self.bench.receiver.handle_datagram(now, path, bytes.into());
            }
        }
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Message(unit, mty, credential, over) => {
                let reference = format!("m{}", self.number);
                let body = mrq(&reference, &cid(unit), &format!("<mty>{mty}</mty>"));
                self.send(Sip::message(body), unit, credential, over);
            }
            Step::Register(unit, expires, credential) => {
                let contact = format!("Contact: <sip:{}@192.0.2.7>;expires={expires}", cid(unit));
                let register = Sip::register(1, &[&contact]);
                self.send(register, unit, credential, expires);
            }
            Step::Options(unit) => {
                let mut options = Sip::message(String::new());
                options.method = "OPTIONS";
                self.send(options, unit, Credential::None, unit);
            }
            Step::Open => {
                let local = "192.0.2.1:5061".parse().unwrap();
                let remote = udp(40_000).remote;
                let opened = self
                    .bench
                    .receiver
                    .connection_opened(Transport::Tls, local, remote);
                self.connections.push(opened.unwrap());
            }
            Step::Close(which) => {
                if !self.connections.is_empty() {
                    let index = usize::from(which) % self.connections.len();
                    let id = self.connections.remove(index);
                    self.bench.receiver.connection_closed(id);
                    self.closed.push(id);
                }
            }
            Step::Answer(which, number, voice) => self.answer(which, number, voice),
            Step::Call(unit, what) => {
                let (now, cid) = (self.bench.now, cid(unit));
                let unit = ControllerId::new(cid.clone());
                let calls = self.bench.receiver.calls_mut().unwrap();
                match what {
                    0 => {
                        let call = IncomingCall {
                            from_user: Some(&cid),
                            ..IncomingCall::default()
                        };
                        calls.incoming(now, &call);
                    }
                    // Beyond the limit it is refused.
                    1 => drop(calls.call_started(now, &unit)),
                    _ => {
                        calls.call_ended(now, &unit, CallEnd::Dropped);
                    }
                }
            }
            Step::Wait(milliseconds) => {
                self.bench
                    .wait(Duration::from_millis(u64::from(milliseconds)));
            }
        }
    }

    fn answer(&mut self, which: u8, number: u16, voice: bool) {
        if self.waiting.is_empty() {
            return;
        }
        let index = usize::from(which) % self.waiting.len();
        let id = self.waiting.remove(index);
        let number = StatusNumber::new(number);
        let mut answer = Answer::from(Response::new("x".into(), number));
        if voice {
            let target = VoiceTarget::Configured;
            answer = answer.with_voice(VoiceReply::new(MediaReply::DUPLEX, target));
        }
        if number.is_accepted() {
            self.accepted.insert(self.references[&id].clone());
        }
        self.bench
            .receiver
            .answer(self.bench.now, id, answer)
            .unwrap();
    }

    fn take_outputs(&mut self) {
        for event in self.bench.events() {
            let _ = format!("{event:?}");
            match event {
                Event::Request(incoming) => {
                    let request = incoming.decoded.message();
                    if incoming.path.transport == Transport::Tls {
                        let user = incoming.identity.expect("it was asked for").username;
                        assert!(user == request.controller_id.as_str() || user == "gateway");
                    } else {
                        assert_eq!(incoming.identity, None);
                    }
                    let reference = request.reference.as_str().to_owned();
                    self.references.insert(incoming.id, reference);
                    self.waiting.push(incoming.id);
                }
                Event::Registered(registration) => {
                    let asked = registration.path.transport == Transport::Tls;
                    assert_eq!(registration.identity.is_some(), asked);
                    let unit = &registration.registered.controller;
                    let user = registration.identity.map(|identity| identity.username);
                    assert!(user.is_none_or(|user| user == unit.as_str() || user == "gateway"));
                }
                Event::Challenged { path, .. } => assert_eq!(path.transport, Transport::Tls),
                Event::Undecided { id } => self.waiting.retain(|&waiting| waiting != id),
                Event::Supervision(event) => {
                    let (controller, lost) = match event {
                        supervision::Event::Lost { controller, .. } => (controller, true),
                        supervision::Event::Restored { controller, .. } => (controller, false),
                        other => panic!("{other:?}"),
                    };
                    let before = self.lost.insert(controller.as_str().to_owned(), lost);
                    assert_eq!(before.unwrap_or(false), !lost, "lost and back alternate");
                }
                _ => {}
            }
        }
        while let Some(transmit) = self.bench.receiver.poll_transmit() {
            let limits = SipLimits::default();
            let message = Message::parse_datagram(transmit.bytes, &limits).unwrap();
            if message.status() == Some(StatusCode::UNAUTHORIZED) {
                self.session = Some(Session::new(challenge_of(&message), "77"));
            }
            let body = message.body();
            if !body.is_empty() {
                let decoded = scaip::decode_response(&body, &DecodeOptions::strict()).unwrap();
                let response = decoded.message();
                let reference = response.reference.as_str();
                assert!(
                    !response.status_number.is_accepted() || self.accepted.contains(reference),
                    "positive before the answer"
                );
            }
        }
        let receiver = &self.bench.receiver;
        for unit in 0..UNITS {
            let unit = ControllerId::new(cid(unit));
            for route in receiver.routes(self.bench.now, &unit) {
                if let registrar::Route::Path(Path {
                    connection: Some(id),
                    ..
                }) = route
                {
                    assert!(!self.closed.contains(&id), "a way that is gone");
                }
            }
        }
        assert!(receiver.pending() <= PENDING);
        assert!(receiver.registrar().unwrap().len() <= KNOWN);
        assert!(receiver.supervisor().unwrap().len() <= KNOWN);
        assert!(receiver.calls().unwrap().expected() <= KNOWN);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_passes_unasked_everything_is_bounded_and_it_comes_to_rest(
        steps in prop::collection::vec(any_step(), 0..120),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.run(step);
            world.take_outputs();
        }
        // Every timer ends: the longest is that of a path, after 32 days.
        let mut turns = 0;
        while let Some(at) = world.bench.receiver.poll_timeout() {
            world.bench.now = world.bench.now.max(at);
            world.bench.wait(Duration::ZERO);
            world.take_outputs();
            turns += 1;
            prop_assert!(turns < 10_000, "it does not come to rest");
        }
        prop_assert_eq!(world.bench.receiver.pending(), 0);
        prop_assert!(world.bench.receiver.registrar().unwrap().is_empty());
        prop_assert_eq!(world.bench.receiver.calls().unwrap().expected(), 0);
    }
}
