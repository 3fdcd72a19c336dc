//! Any order of anything: never a panic, nothing forgotten, nothing accepted twice.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;
use scaip::digest::{Credentials, Secret};
use scaip::sender::{About, AlarmId, Config, Event, ReceiverAddress, Relayed, Sender, SubmitError};
use scaip::sip::{ConnectionId, MessageId, Response, StatusCode, Transport};
use scaip::{ControllerId, DecodeOptions, MessageType, Reference, Request, Text, decode_request};

use crate::sender_support::{Bench, Sent, alarm, arc, receiver, seconds, unit};

#[derive(Debug, Clone)]
enum Op {
    Submit {
        kind: u8,
        about: u8,
    },
    Pass(u64),
    /// A SIP answer to a request sent earlier, with a header or body or neither.
    Answer {
        which: usize,
        status: u16,
        with: u8,
    },
    /// An `mrs` to a request sent earlier, from any receiver.
    Mrs {
        which: usize,
        from: usize,
        snu: u32,
    },
    Connected(usize),
    ConnectFailed(usize),
    Closed,
    Stream {
        which: usize,
        snu: u32,
    },
    Failed,
    Abandon(usize),
    /// Somebody else's message, of one of two units, with one of few references.
    Relay {
        which: u8,
        seconds: u64,
    },
    Resolved(bool),
    /// A 503 with Retry-After.
    Later {
        which: usize,
        seconds: u32,
    },
    Garbage(Vec<u8>),
    Foreign(String),
}

fn op() -> impl Strategy<Value = Op> {
    let which = 0_usize..64;
    let status = prop::sample::select(vec![100_u16, 200, 202, 302, 401, 403, 407, 480, 503, 603]);
    let snu = prop::sample::select(vec![0_u32, 1, 2, 3, 4, 5, 6, 7, 8, 99, 12345]);
    prop_oneof![
        4 => (any::<u8>(), any::<u8>()).prop_map(|(kind, about)| Op::Submit { kind, about }),
        4 => (0_u64..70_000).prop_map(Op::Pass),
        4 => (which.clone(), status, any::<u8>())
            .prop_map(|(which, status, with)| Op::Answer { which, status, with }),
        4 => (which.clone(), 0_usize..4, snu.clone())
            .prop_map(|(which, from, snu)| Op::Mrs { which, from, snu }),
        2 => (0_usize..4).prop_map(Op::Connected),
        1 => (0_usize..4).prop_map(Op::ConnectFailed),
        1 => Just(Op::Closed),
        1 => (which.clone(), snu).prop_map(|(which, snu)| Op::Stream { which, snu }),
        1 => Just(Op::Failed),
        1 => which.prop_map(Op::Abandon),
        2 => (any::<u8>(), 0_u64..40).prop_map(|(which, seconds)| Op::Relay { which, seconds }),
        2 => any::<bool>().prop_map(Op::Resolved),
        1 => (which_again(), any::<u32>()).prop_map(|(which, seconds)| Op::Later { which, seconds }),
        1 => any::<Vec<u8>>().prop_map(Op::Garbage),
        1 => r"(<mrs>|<mrq>|</mrs>|<ref>a1</ref>|<snu>0</snu>|x){0,5}".prop_map(Op::Foreign),
    ]
}

fn which_again() -> impl Strategy<Value = usize> {
    0_usize..64
}

fn settings() -> Config {
    let credentials = Credentials::new("40211870", Secret::password("right"));
    let receivers = vec![
        receiver(0, Transport::Udp),
        receiver(1, Transport::Tls).with_credentials(credentials.clone()),
        receiver(2, Transport::Udp).with_credentials(credentials),
        ReceiverAddress::named(
            "arc3",
            Transport::Udp,
            "arc3.example.net:5060",
            "sip:alarm@arc3.example.net",
        ),
    ];
    let mut config = Config::new([5; 16], unit(), receivers);
    config.open_alarms = 12;
    config.remembered = 8;
    config
}

/// What became of everything that was submitted.
#[derive(Default)]
struct Ledger {
    /// Whether it is a heartbeat.
    submitted: BTreeMap<AlarmId, bool>,
    accepted: HashSet<AlarmId>,
    dropped: HashSet<AlarmId>,
    abandoned: HashSet<AlarmId>,
    relayed: HashSet<AlarmId>,
    given_up: HashSet<AlarmId>,
    seen: usize,
}

impl Ledger {
    fn check(&mut self, bench: &Bench) {
        for event in &bench.events[self.seen..] {
            match event {
                Event::Accepted { alarm, .. } => {
                    assert!(self.accepted.insert(*alarm), "accepted twice");
                }
                Event::HeartbeatDropped { alarm } => {
                    assert!(self.submitted[alarm], "an alarm was dropped");
                    assert!(self.dropped.insert(*alarm));
                }
                Event::GivenUp { alarm, .. } => {
                    assert!(self.relayed.contains(alarm), "an alarm was given up");
                    assert!(self.given_up.insert(*alarm));
                }
                _ => {}
            }
        }
        self.seen = bench.events.len();
        for id in self.submitted.keys() {
            let places = usize::from(bench.sender.status(*id).is_some())
                + usize::from(self.accepted.contains(id))
                + usize::from(self.dropped.contains(id))
                + usize::from(self.abandoned.contains(id))
                + usize::from(self.given_up.contains(id));
            assert_eq!(places, 1, "{id:?} is in {places} places");
        }
        assert!(bench.sender.open() <= 12);
    }
}

fn request(kind: u8) -> Request<'static> {
    let mut request = alarm();
    match kind % 5 {
        0 => request = Request::heartbeat(Reference::new("0"), ControllerId::new("40211870")),
        1 => request.message_type = MessageType::Reset,
        2 => request.information_text = Some(Text::new("text")),
        _ => {}
    }
    request
}

fn play(bench: &mut Bench, ledger: &mut Ledger, sent: &mut Vec<Sent>, ops: Vec<Op>) {
    let mut connections: Vec<ConnectionId> = Vec::new();
    for op in ops {
        match op {
            Op::Submit { kind, about } => {
                let about = match about % 4 {
                    0 => {
                        let ids: Vec<AlarmId> = ledger.submitted.keys().copied().collect();
                        ids.get(usize::from(about) % ids.len().max(1))
                            .map_or(About::New, |id| About::Alarm(*id))
                    }
                    1 => About::Receiver(bench.sender.receiver_named("arc1").unwrap()),
                    _ => About::New,
                };
                let request = request(kind);
                let heartbeat =
                    about == About::New && request.message_type == MessageType::Heartbeat;
                match bench.sender.submit(bench.now, request, about) {
                    Ok(id) => {
                        ledger.submitted.insert(id, heartbeat);
                    }
                    Err(SubmitError::Full { open }) => assert_eq!(open, 12),
                    Err(SubmitError::UnknownAlarm) => assert!(about != About::New),
                    Err(other) => panic!("{other}"),
                }
            }
            Op::Pass(time) => sent.extend(bench.pass(Duration::from_millis(time))),
            Op::Answer {
                which,
                status,
                with,
            } => {
                let Some(one) = pick(sent, which) else {
                    continue;
                };
                let body = if with % 3 == 0 {
                    one.mrs(u32::from(with) % 8)
                } else {
                    String::new()
                };
                let challenge = format!("Digest realm=\"r\", nonce=\"{with}\", qop=\"auth\"");
                let headers = [
                    ("WWW-Authenticate", &*challenge),
                    ("Proxy-Authenticate", &*challenge),
                ];
                let status = StatusCode::new(status).unwrap();
                let bytes = one.answer(&Response {
                    headers: if with % 2 == 0 { &headers } else { &[] },
                    body: body.as_bytes(),
                    ..Response::new(status)
                });
                let from = one.path.remote;
                match one.path.connection {
                    Some(connection) => {
                        bench.sender.handle_stream(bench.now, connection, &bytes);
                    }
                    None => bench.hand_in(from, bytes),
                }
            }
            Op::Mrs { which, from, snu } => {
                let Some(body) = pick(sent, which).map(|one| one.mrs(snu)) else {
                    continue;
                };
                bench.message(from, &body);
            }
            Op::Connected(n) => {
                let name = format!("arc{n}");
                if let Some(id) = bench.sender.receiver_named(&name) {
                    connections.extend(bench.sender.connected(bench.now, id, unit()));
                }
            }
            Op::ConnectFailed(n) => {
                let name = format!("arc{n}");
                if let Some(id) = bench.sender.receiver_named(&name) {
                    bench.sender.connect_failed(bench.now, id);
                }
            }
            Op::Closed => {
                if let Some(id) = connections.pop() {
                    bench.sender.connection_closed(id);
                }
            }
            Op::Stream { which, snu } => {
                let body = pick(sent, which).map_or_else(String::new, |one| one.mrs(snu));
                if let Some(id) = connections.last() {
                    let bytes = format!(
                        "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TLS 1.2.3.4;branch=z9hG4bK{which}\r\n\
                         From: <sip:a@b>\r\nTo: <sip:c@d>\r\nCall-ID: {which}\r\nCSeq: {snu} MESSAGE\r\n\
                         Content-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    bench.sender.handle_stream(bench.now, *id, bytes.as_bytes());
                }
            }
            Op::Failed => {
                if let Some(id) = last_message(bench) {
                    bench.sender.transport_failed(id);
                }
            }
            Op::Abandon(which) => {
                let ids: Vec<AlarmId> = bench.sender.alarms().map(|(id, _)| id).collect();
                if let Some(id) = ids.get(which % ids.len().max(1)) {
                    assert!(bench.sender.abandon(bench.now, *id).is_some());
                    ledger.abandoned.insert(*id);
                }
            }
            Op::Relay {
                which,
                seconds: time,
            } => {
                let (unit, reference) = (which % 2, which % 3);
                let body = format!(
                    "<mrq><!--{which}--><ref>{reference}</ref><cid>4021187{unit}</cid><dty>3</dty></mrq>"
                );
                let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
                let relayed = Relayed::new(&decoded, seconds(time));
                match bench.sender.relay(bench.now, relayed) {
                    Ok(id) => {
                        ledger.submitted.insert(id, false);
                        ledger.relayed.insert(id);
                    }
                    Err(SubmitError::Full { open }) => assert_eq!(open, 12),
                    Err(SubmitError::ReferenceInUse) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            Op::Resolved(well) => {
                let id = bench.sender.receiver_named("arc3").unwrap();
                let addresses = if well {
                    vec![arc(3), arc(4)]
                } else {
                    Vec::new()
                };
                bench.sender.resolved(bench.now, id, addresses);
            }
            Op::Later { which, seconds } => {
                let Some(one) = pick(sent, which) else {
                    continue;
                };
                let value = seconds.to_string();
                let bytes = one.answer(&Response {
                    headers: &[("Retry-After", &value)],
                    ..Response::new(StatusCode::SERVICE_UNAVAILABLE)
                });
                let from = one.path.remote;
                match one.path.connection {
                    Some(connection) => {
                        bench.sender.handle_stream(bench.now, connection, &bytes);
                    }
                    None => bench.hand_in(from, bytes),
                }
            }
            Op::Garbage(bytes) => bench.hand_in(arc(0), bytes),
            Op::Foreign(body) => bench.message(3, &body),
        }
        sent.extend(bench.sent());
        ledger.check(bench);
    }
}

fn pick(sent: &[Sent], which: usize) -> Option<&Sent> {
    // Mostly what was sent last.
    sent.len()
        .checked_sub(1 + which % sent.len().max(1))
        .map(|at| &sent[at])
}

/// The driver tells of a failure of the message it sends just now.
fn last_message(bench: &mut Bench) -> Option<MessageId> {
    while bench.sender.poll_event(bench.now).is_some_and(|event| {
        bench.events.push(event);
        true
    }) {}
    bench.sender.poll_transmit()?.message
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn whatever_happens_each_alarm_is_open_or_accepted_once_and_all_comes_to_rest(
        ops in prop::collection::vec(op(), 0..60),
    ) {
        let mut bench = Bench::new(settings());
        bench.lenient = true;
        let (mut ledger, mut sent) = (Ledger::default(), Vec::new());
        play(&mut bench, &mut ledger, &mut sent, ops);
        // Then the world is good again: the receivers answer, and everything ends.
        let to = bench.sender.receiver_named("arc1").unwrap();
        let named = bench.sender.receiver_named("arc3").unwrap();
        for _ in 0..400 {
            if bench.sender.open() == 0 {
                break;
            }
            let connection = bench.sender.connected(bench.now, to, unit()).unwrap();
            bench.sender.resolved(bench.now, named, vec![arc(3)]);
            for one in bench.pass(seconds(1)) {
                let body = one.mrs(0);
                let bytes = one.answer(&Response {
                    body: body.as_bytes(),
                    ..Response::new(StatusCode::OK)
                });
                match one.path.connection {
                    Some(connection) => bench.sender.handle_stream(bench.now, connection, &bytes),
                    None => bench.hand_in(one.path.remote, bytes),
                }
            }
            let _ = bench.sent();
            bench.sender.connection_closed(connection);
            ledger.check(&bench);
        }
        prop_assert_eq!(bench.sender.open(), 0);
        bench.rest();
        ledger.check(&bench);
        prop_assert!(ledger.submitted.len() >= ledger.accepted.len());
    }
}

#[test]
fn when_nobody_takes_events_reports_are_left_out_and_acceptances_are_not() {
    let mut config = settings();
    config.receivers.truncate(1);
    config.endpoint.queue = 16;
    let mut sender = Sender::new(config).unwrap();
    let mut now = std::time::Instant::now();
    let _ = sender.submit(now, alarm(), About::New).unwrap();
    for _ in 0..2000 {
        while sender.poll_transmit().is_some() {}
        let Some(at) = sender.poll_timeout() else {
            break;
        };
        now = now.max(at);
        sender.handle_timeout(now);
    }
    assert!(sender.events_left_out() > 0);
    assert_eq!(sender.open(), 1);
    let full = sender.submit(now, alarm(), About::New);
    assert_eq!(full, Err(SubmitError::Full { open: 1 }));
    let mut taken = 0;
    while sender.poll_event(now).is_some() {
        taken += 1;
    }
    assert_eq!(taken, 16);
    assert!(sender.submit(now, alarm(), About::New).is_ok());
}
