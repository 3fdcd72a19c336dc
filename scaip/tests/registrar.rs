//! Where units are reached: line 40 of the conformance list (SCAIP reference 15 and 5.4), and
//! REGISTER as in RFC 3261 10.3. Time is an argument.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use scaip::ControllerId;
use scaip::registrar::{
    Config, Event, PathError, RegisterError, RegisterWarning, Registered, Registrar, Route,
};
use scaip::sip::{
    self, ConnectionId, Endpoint, Message, Method, OutgoingMessage, Path, SipLimits, Transport,
};

const CID: &str = "40211870";

fn unit() -> ControllerId<'static> {
    ControllerId::new(CID)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn server() -> SocketAddr {
    "192.0.2.1:5060".parse().unwrap()
}

fn udp(port: u16) -> Path {
    Path::udp(server(), SocketAddr::from(([198, 51, 100, 7], port)))
}

fn tcp(endpoint: &mut Endpoint, port: u16) -> (ConnectionId, Path) {
    let remote = SocketAddr::from(([198, 51, 100, 7], port));
    let id = endpoint
        .connection_opened(Transport::Tcp, server(), remote)
        .unwrap();
    let mut path = Path::udp(server(), remote);
    path.transport = Transport::Tcp;
    path.connection = Some(id);
    (id, path)
}

/// A REGISTER; `lines` are further header lines.
struct Register<'a> {
    to: &'a str,
    call_id: &'a str,
    cseq: u32,
    lines: &'a [&'a str],
}

impl<'a> Register<'a> {
    fn new(cseq: u32, lines: &'a [&'a str]) -> Self {
        Register {
            to: "<sip:40211870@arc.example.net>",
            call_id: "r1",
            cseq,
            lines,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let more: String = self
            .lines
            .iter()
            .map(|line| format!("{line}\r\n"))
            .collect();
        format!(
            "REGISTER sip:arc.example.net SIP/2.0\r\n\
             Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKr{};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:40211870@arc.example.net>;tag=1\r\n\
             To: {}\r\n\
             Call-ID: {}\r\n\
             CSeq: {} REGISTER\r\n\
             {more}Content-Length: 0\r\n\r\n",
            self.cseq, self.to, self.call_id, self.cseq
        )
        .into_bytes()
    }

    fn message(&self) -> Message {
        Message::parse_datagram(self.bytes().into(), &SipLimits::default()).unwrap()
    }
}

fn registrar() -> Registrar {
    Registrar::new(Config::new())
}

fn register(
    registrar: &mut Registrar,
    now: Instant,
    cseq: u32,
    lines: &[&str],
) -> Result<Registered, RegisterError> {
    registrar.register(now, udp(40_000), &Register::new(cseq, lines).message())
}

fn uris(registered: &Registered) -> Vec<(String, u64)> {
    registered
        .contacts
        .iter()
        .map(|contact| (contact.uri.to_string(), contact.expires.as_secs()))
        .collect()
}

fn routes(registrar: &Registrar, now: Instant) -> Vec<Route<'_>> {
    registrar.routes(now, &unit()).collect()
}

const HOME: &str = "Contact: <sip:40211870@192.0.2.7:5062>";
const HOME_URI: &str = "sip:40211870@192.0.2.7:5062";

#[test]
fn line_40_a_sender_that_registers_is_reached_by_its_registration_until_it_expires() {
    let now = Instant::now();
    let mut config = sip::Config::new([7; 16]);
    config.methods.push(Method::Register);
    let mut endpoint = Endpoint::new(config).unwrap();
    let mut registrar = registrar();
    let bytes = Register::new(1, &[HOME, "Expires: 60"]).bytes();
    endpoint.handle_datagram(now, udp(40_000), bytes.into());
    let Some(sip::Event::Request { id, path, message }) = endpoint.poll_event() else {
        panic!()
    };
    let registered = registrar.register(now, path, &message).unwrap();
    assert_eq!(registered.controller, unit());
    let headers = registered.headers();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let ok = sip::Response {
        headers: &headers,
        ..sip::Response::new(sip::StatusCode::OK)
    };
    endpoint.respond(now, id, &ok).unwrap();
    let sent = endpoint.poll_transmit().unwrap();
    let text = String::from_utf8(sent.bytes.to_vec()).unwrap();
    assert!(text.starts_with("SIP/2.0 200 OK\r\n"), "{text}");
    let contact = format!("\r\nContact: <{HOME_URI}>;expires=60\r\n");
    assert!(text.contains(&contact), "{text}");

    // A message to it goes the way it came, through its NAT.
    let expected = [Route::Path(udp(40_000)), Route::Contact(HOME_URI)];
    assert_eq!(routes(&registrar, now), expected);
    let Some(Route::Path(path)) = registrar.routes(now, &unit()).next() else {
        panic!()
    };
    let mrs = OutgoingMessage::scaip(HOME_URI, "sip:alarm@arc.example.net", b"<mrs/>");
    let sent = endpoint.send_message(now, &path, &mrs).unwrap();
    assert!(!sent.oversize);
    assert_eq!(endpoint.poll_transmit().unwrap().path, udp(40_000));

    let over = now + seconds(60);
    assert_eq!(registrar.poll_timeout(), Some(over));
    assert_eq!(
        registrar.poll_event(over),
        Some(Event::Expired { controller: unit() })
    );
    assert_eq!(registrar.poll_event(over), None);
    assert_eq!(routes(&registrar, over), [Route::Path(udp(40_000))]);
}

#[test]
fn line_40_a_sender_that_does_not_register_is_reached_where_it_called_from() {
    let now = Instant::now();
    let mut registrar = registrar();
    assert_eq!(routes(&registrar, now), []);
    registrar.remember_path(now, &unit(), udp(41_000)).unwrap();
    assert_eq!(routes(&registrar, now), [Route::Path(udp(41_000))]);
    // Kept as long as the longest heartbeat interval, then forgotten.
    let days = seconds(32 * 86_400);
    assert_eq!(routes(&registrar, now + days), []);
    assert_eq!(registrar.poll_event(now + days), None);
    assert!(registrar.is_empty());
}

#[test]
fn line_40_a_sender_that_moves_is_reached_at_its_new_address_first() {
    let now = Instant::now();
    let mut registrar = registrar();
    register(&mut registrar, now, 1, &[HOME, "Expires: 600"]).unwrap();
    let moved = now + seconds(30);
    registrar
        .remember_path(moved, &unit(), udp(41_000))
        .unwrap();
    let expected = [
        Route::Path(udp(41_000)),
        Route::Path(udp(40_000)),
        Route::Contact(HOME_URI),
    ];
    assert_eq!(routes(&registrar, moved), expected);
    // It registers from there with its new address and takes the old one away.
    let lines = [
        "Contact: <sip:40211870@192.0.2.8:5062>",
        "Contact: <sip:40211870@192.0.2.7:5062>;expires=0",
    ];
    let message = Register::new(2, &lines).message();
    let later = moved + seconds(10);
    registrar.register(later, udp(41_000), &message).unwrap();
    let expected = [
        Route::Path(udp(41_000)),
        Route::Contact("sip:40211870@192.0.2.8:5062"),
    ];
    assert_eq!(routes(&registrar, later), expected);
}

#[test]
fn line_40_a_closed_connection_is_no_way_and_the_contact_stays() {
    let now = Instant::now();
    let mut endpoint = Endpoint::new(sip::Config::new([7; 16])).unwrap();
    let (first, first_path) = tcp(&mut endpoint, 50_000);
    let (second, second_path) = tcp(&mut endpoint, 50_001);
    let mut registrar = registrar();
    let message = Register::new(1, &[HOME]).message();
    registrar.register(now, first_path, &message).unwrap();
    registrar.remember_path(now, &unit(), second_path).unwrap();
    registrar.connection_closed(first);
    let expected = [Route::Path(second_path), Route::Contact(HOME_URI)];
    assert_eq!(routes(&registrar, now), expected);
    registrar.connection_closed(second);
    assert_eq!(routes(&registrar, now), [Route::Contact(HOME_URI)]);
    // A unit that never registered is gone with its connection.
    let (third, third_path) = tcp(&mut endpoint, 50_002);
    let other = ControllerId::new("40211871");
    registrar.remember_path(now, &other, third_path).unwrap();
    assert_eq!(registrar.len(), 2);
    registrar.connection_closed(third);
    assert_eq!(registrar.len(), 1);
}

#[test]
fn expiry_comes_from_the_contact_then_the_header_then_the_default() {
    let now = Instant::now();
    let mut registrar = registrar();
    let lines = [
        "Contact: <sip:a@192.0.2.7>;expires=100, \"b, c\" <sip:b@192.0.2.7>",
        "m: sip:c@192.0.2.7;expires=30",
        "Expires: 200",
    ];
    let registered = register(&mut registrar, now, 1, &lines).unwrap();
    assert_eq!(
        uris(&registered),
        [
            ("sip:a@192.0.2.7".to_owned(), 100),
            ("sip:b@192.0.2.7".to_owned(), 200),
            ("sip:c@192.0.2.7".to_owned(), 30),
        ]
    );
    let query = register(&mut registrar, now + seconds(10), 2, &[]).unwrap();
    let left: Vec<u64> = uris(&query).into_iter().map(|(_, left)| left).collect();
    assert_eq!(left, [90, 190, 20]);
    let plain = register(&mut registrar, now, 3, &["Contact: <sip:d@192.0.2.7>"]).unwrap();
    assert!(uris(&plain).contains(&("sip:d@192.0.2.7".to_owned(), 3600)));
}

#[test]
fn a_long_expiry_is_shortened_and_an_unreadable_one_is_an_hour() {
    let now = Instant::now();
    let mut registrar = registrar();
    for (expires, granted, warned) in [
        ("18446744073709551616", 86_400, false),
        ("86401", 86_400, false),
        ("soon", 3600, true),
        ("-1", 3600, true),
    ] {
        let line = format!("Expires: {expires}");
        let lines = [HOME, line.as_str()];
        let mut fresh = Register::new(1, &lines);
        fresh.call_id = expires;
        let registered = registrar
            .register(now, udp(40_000), &fresh.message())
            .unwrap();
        assert_eq!(uris(&registered), [(HOME_URI.to_owned(), granted)]);
        let expected: &[RegisterWarning] = if warned {
            &[RegisterWarning::ExpiresUnreadable]
        } else {
            &[]
        };
        assert_eq!(registered.warnings, expected);
    }
}

#[test]
fn an_expiry_that_is_too_short_is_423_with_min_expires_and_changes_nothing() {
    let now = Instant::now();
    let mut registrar = registrar();
    register(&mut registrar, now, 1, &[HOME, "Expires: 60"]).unwrap();
    let lines = ["Contact: <sip:b@192.0.2.7>;expires=60, <sip:c@192.0.2.7>;expires=9"];
    let error = register(&mut registrar, now, 2, &lines).unwrap_err();
    assert_eq!(
        error,
        RegisterError::IntervalTooBrief {
            minimum: seconds(10)
        }
    );
    assert_eq!(error.status().get(), 423);
    assert_eq!(error.headers(), [("Min-Expires", "10".to_owned())]);
    assert_eq!(registrar.contacts(now, &unit()).len(), 1);
}

#[test]
fn expires_0_removes_one_contact_and_a_star_removes_all() {
    let now = Instant::now();
    let mut registrar = registrar();
    let two = ["Contact: <sip:a@192.0.2.7>, <sip:b@192.0.2.7>"];
    register(&mut registrar, now, 1, &two).unwrap();
    let one = ["Contact: <SIP:a@192.0.2.7>;expires=0"];
    let registered = register(&mut registrar, now, 2, &one).unwrap();
    assert_eq!(uris(&registered), [("sip:b@192.0.2.7".to_owned(), 3600)]);
    for lines in [
        &["Contact: *"][..],
        &["Contact: *", "Expires: 60"],
        &["Contact: *, <sip:a@192.0.2.7>", "Expires: 0"],
    ] {
        let refused = register(&mut registrar, now, 3, lines);
        assert_eq!(refused, Err(RegisterError::WildcardMisused), "{lines:?}");
    }
    let registered = register(&mut registrar, now, 3, &["Contact: *", "Expires: 0"]).unwrap();
    assert_eq!(registered.contacts, []);
    assert_eq!(routes(&registrar, now), [Route::Path(udp(40_000))]);
    // Taken away on purpose: nothing expires later.
    assert_eq!(registrar.poll_event(now + seconds(7200)), None);
}

#[test]
fn an_overtaken_register_changes_nothing_but_a_restarted_unit_is_let_in() {
    let now = Instant::now();
    let mut registrar = registrar();
    register(&mut registrar, now, 5, &[HOME]).unwrap();
    let late = [HOME, "Expires: 0"];
    let soon = now + seconds(31);
    assert_eq!(
        register(&mut registrar, soon, 4, &late),
        Err(RegisterError::OutOfOrder)
    );
    assert_eq!(
        register(&mut registrar, soon, 4, &["Contact: *", "Expires: 0"]),
        Err(RegisterError::OutOfOrder)
    );
    let same = register(&mut registrar, now, 5, &[HOME]).unwrap();
    assert_eq!(same.warnings, [RegisterWarning::CSeqRepeated]);
    let restarted = register(&mut registrar, now + seconds(32), 1, &[HOME]).unwrap();
    assert_eq!(restarted.warnings, [RegisterWarning::CSeqRestarted]);
    // Another Call-ID counts for itself.
    let mut other = Register::new(1, &late);
    other.call_id = "r2";
    let gone = registrar
        .register(now, udp(40_000), &other.message())
        .unwrap();
    assert_eq!(gone.contacts, []);
    // To the letter of RFC 3261, if that is wanted.
    let mut config = Config::new();
    config.order_window = Duration::MAX;
    let mut strict = Registrar::new(config);
    register(&mut strict, now, 5, &[HOME]).unwrap();
    assert_eq!(
        register(&mut strict, now + seconds(3000), 4, &[HOME]),
        Err(RegisterError::OutOfOrder)
    );
}

#[test]
fn to_names_the_unit_and_from_only_when_to_does_not() {
    let now = Instant::now();
    let mut registrar = registrar();
    let mut other = Register::new(1, &[HOME]);
    other.to = "<sip:40211999@arc.example.net>";
    let registered = registrar
        .register(now, udp(40_000), &other.message())
        .unwrap();
    assert_eq!(registered.controller.as_str(), "40211999");
    assert_eq!(registered.warnings, [RegisterWarning::FromUnlikeTo]);
    other.to = "<sip:arc.example.net>";
    let registered = registrar
        .register(now, udp(40_000), &other.message())
        .unwrap();
    assert_eq!(registered.controller, unit());
    assert_eq!(registered.warnings, [RegisterWarning::ToWithoutUser]);
}

#[test]
fn what_cannot_be_a_contact_is_400_and_another_method_is_no_register() {
    let now = Instant::now();
    let mut registrar = registrar();
    let long = format!("Contact: <sip:{}@192.0.2.7>", "1".repeat(300));
    for (line, error) in [
        ("Contact: 40211870", RegisterError::ContactUnreadable),
        ("Contact: <sip:>", RegisterError::ContactUnreadable),
        ("Contact: <sip:a@b", RegisterError::ContactUnreadable),
        (long.as_str(), RegisterError::ContactTooLong),
    ] {
        assert_eq!(register(&mut registrar, now, 1, &[line]), Err(error));
        assert_eq!(error.status().get(), 400);
    }
    let message = String::from_utf8(Register::new(1, &[HOME]).bytes())
        .unwrap()
        .replace("REGISTER", "OPTIONS");
    let message = Message::parse_datagram(message.into(), &SipLimits::default()).unwrap();
    assert_eq!(
        registrar.register(now, udp(40_000), &message),
        Err(RegisterError::NotRegister)
    );
    assert!(registrar.is_empty(), "nobody is known by a mistake");
}

#[test]
fn units_and_contacts_are_bounded() {
    let now = Instant::now();
    let mut config = Config::new();
    config.controllers = 1;
    config.contacts = 2;
    let mut registrar = Registrar::new(config);
    let three = ["Contact: <sip:a@192.0.2.7>, <sip:b@192.0.2.7>, <sip:c@192.0.2.7>"];
    let too_many = Err(RegisterError::TooManyContacts { limit: 2 });
    assert_eq!(register(&mut registrar, now, 1, &three), too_many);
    let two = ["Contact: <sip:a@192.0.2.7>, <sip:b@192.0.2.7>"];
    register(&mut registrar, now, 2, &two).unwrap();
    let third = ["Contact: <sip:c@192.0.2.7>"];
    assert_eq!(register(&mut registrar, now, 3, &third), too_many);
    // One may take the place of another in one request.
    let swap = ["Contact: <sip:a@192.0.2.7>;expires=0, <sip:c@192.0.2.7>"];
    register(&mut registrar, now, 4, &swap).unwrap();
    let other = ControllerId::new("40211871");
    assert_eq!(
        registrar.remember_path(now, &other, udp(1)),
        Err(PathError::TooManyControllers { limit: 1 })
    );
    let mut of_other = Register::new(1, &[HOME]);
    of_other.to = "<sip:40211871@arc.example.net>";
    let error = registrar
        .register(now, udp(40_000), &of_other.message())
        .unwrap_err();
    assert_eq!(error, RegisterError::TooManyControllers { limit: 1 });
    assert_eq!(error.status().get(), 503);
    assert!(registrar.remove(&unit()));
    assert!(!registrar.remove(&unit()));
    assert_eq!(registrar.poll_timeout(), None);
    registrar.remember_path(now, &other, udp(1)).unwrap();
}

#[test]
fn debug_output_hides_contacts() {
    let now = Instant::now();
    let mut registrar = registrar();
    let lines = ["Contact: <tel:+4799999999>"];
    let registered = register(&mut registrar, now, 1, &lines).unwrap();
    let text = format!("{registrar:?} {registered:?} {:?}", routes(&registrar, now));
    assert!(!text.contains("9999"), "{text}");
}

#[test]
fn ten_thousand_registered_units_cost_less_than_six_hundred_bytes_each() {
    let now = Instant::now();
    let many = 10_000_u32;
    let messages: Vec<Message> = (0..many)
        .map(|number| {
            let to = format!("<sip:{}@arc.example.net>", 40_000_000 + number);
            let contact = format!("Contact: <sip:{}@192.0.2.7:5062>", 40_000_000 + number);
            let lines = [contact.as_str()];
            let mut register = Register::new(1, &lines);
            register.to = &to;
            register.message()
        })
        .collect();
    let mut held = None;
    let cost = allocation_counter::measure(|| {
        let mut registrar = registrar();
        for message in &messages {
            registrar.register(now, udp(40_000), message).unwrap();
        }
        held = Some(registrar);
    });
    let each = cost.bytes_current / i64::from(many);
    println!("{each} bytes for each registered unit");
    assert!(each > 16 && each < 600, "{each}");
    let mut registrar = held.unwrap();
    let cost = allocation_counter::measure(|| {
        let name = ControllerId::new("40000007");
        let later = now + seconds(1);
        registrar.remember_path(later, &name, udp(40_000)).unwrap();
    });
    assert_eq!(cost.count_total, 0, "the same path again");
}

#[test]
fn a_unit_that_connects_anew_for_every_message_leaves_nothing_behind() {
    let now = Instant::now();
    let mut endpoint = Endpoint::new(sip::Config::new([7; 16])).unwrap();
    let paths: Vec<Path> = (0..5000)
        .map(|number| tcp(&mut endpoint, 10_000 + number).1)
        .collect();
    let mut registrar = registrar();
    registrar.remember_path(now, &unit(), udp(1)).unwrap();
    let cost = allocation_counter::measure(|| {
        for &path in &paths {
            registrar.remember_path(now, &unit(), path).unwrap();
        }
    });
    assert!(cost.bytes_current < 1000, "{cost:?}");
}

#[derive(Debug, Clone)]
enum Step {
    Register(usize, usize, u64),
    Clear(usize),
    Remember(usize, u16),
    Remove(usize),
    Pause(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, 0..4_usize, prop_oneof![Just(0_u64), 10..400_u64])
            .prop_map(|(unit, contact, expires)| Step::Register(unit, contact, expires)),
        1 => (0..3_usize).prop_map(Step::Clear),
        3 => (0..3_usize, 1..5_u16).prop_map(|(unit, port)| Step::Remember(unit, port)),
        1 => (0..3_usize).prop_map(Step::Remove),
        3 => (0..200_u64).prop_map(Step::Pause),
    ]
}

proptest! {
    #[test]
    fn any_order_of_registers_and_messages_keeps_what_a_plain_table_keeps(
        steps in prop::collection::vec((any_step(), any::<bool>()), 0..60),
    ) {
        let start = Instant::now();
        let (mut now, mut cseq) = (0_u64, 0_u32);
        let mut registrar = registrar();
        // Contact and its end, and the latest path, for each unit.
        let mut bindings: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        let mut latest: BTreeMap<usize, u16> = BTreeMap::new();
        for (step, asks) in steps {
            let at = start + seconds(now);
            cseq += 1;
            match step {
                Step::Register(unit, contact, expires) => {
                    let to = format!("<sip:{unit}@arc.example.net>");
                    let line = format!("Contact: <sip:c{contact}@192.0.2.7>;expires={expires}");
                    let lines = [line.as_str()];
                    let mut register = Register::new(cseq, &lines);
                    register.to = &to;
                    registrar.register(at, udp(9), &register.message()).unwrap();
                    latest.insert(unit, 9);
                    bindings.insert((unit, contact), now + expires);
                }
                Step::Clear(unit) => {
                    let to = format!("<sip:{unit}@arc.example.net>");
                    let mut register = Register::new(cseq, &["Contact: *", "Expires: 0"]);
                    register.to = &to;
                    registrar.register(at, udp(9), &register.message()).unwrap();
                    latest.insert(unit, 9);
                    bindings.retain(|&(owner, _), _| owner != unit);
                }
                Step::Remember(unit, port) => {
                    let name = ControllerId::new(unit.to_string());
                    registrar.remember_path(at, &name, udp(port)).unwrap();
                    latest.insert(unit, port);
                }
                Step::Remove(unit) => {
                    registrar.remove(&ControllerId::new(unit.to_string()));
                    latest.remove(&unit);
                    bindings.retain(|&(owner, _), _| owner != unit);
                }
                Step::Pause(pause) => now += pause,
            }
            let at = start + seconds(now);
            if asks {
                while let Some(Event::Expired { controller }) = registrar.poll_event(at) {
                    let unit: usize = controller.as_str().parse().unwrap();
                    let live = bindings.iter().any(|(&(owner, _), &end)| owner == unit && end > now);
                    prop_assert!(!live);
                }
                prop_assert!(registrar.poll_timeout().is_none_or(|next| next > at));
            }
            bindings.retain(|_, &mut end| end > now);
            for unit in 0..3 {
                let name = ControllerId::new(unit.to_string());
                let mut uris: Vec<String> = registrar
                    .contacts(at, &name)
                    .iter()
                    .map(|contact| contact.uri.to_string())
                    .collect();
                uris.sort_unstable();
                let expected: Vec<String> = bindings
                    .keys()
                    .filter(|(owner, _)| *owner == unit)
                    .map(|(_, contact)| format!("sip:c{contact}@192.0.2.7"))
                    .collect();
                prop_assert_eq!(uris, expected);
                let first = registrar.routes(at, &name).next();
                prop_assert_eq!(first, latest.get(&unit).map(|&port| Route::Path(udp(port))));
            }
            prop_assert_eq!(registrar.len(), latest.len());
        }
    }

    #[test]
    fn no_contact_panics_and_none_breaks_the_answer(
        contacts in prop::collection::vec("[ -~]{0,40}|[<>\"*,;=sip:@a-c0-9.-]{0,30}", 0..4),
        expires in prop::option::of("[0-9a-z]{0,22}"),
    ) {
        let mut lines: Vec<String> = contacts.iter().map(|c| format!("Contact: {c}")).collect();
        lines.extend(expires.map(|expires| format!("Expires: {expires}")));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut registrar = registrar();
        if let Ok(registered) = register(&mut registrar, Instant::now(), 1, &lines) {
            prop_assert!(registered.contacts.len() <= 8);
            for (name, value) in registered.headers() {
                prop_assert_eq!(name, "Contact");
                let read = sip::NameAddress::parse(sip::HeaderName::Contact, value.as_bytes());
                let expires = read.unwrap().parameters.text("expires").map(str::to_owned);
                prop_assert!(expires.is_some_and(|e| e.bytes().all(|b| b.is_ascii_digit())));
            }
        }
    }
}
