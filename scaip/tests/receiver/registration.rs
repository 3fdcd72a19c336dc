//! Line 40 through the receiver: units that register, that do not, and that move.

use std::collections::HashMap;

use scaip::digest::{Account, ChallengerConfig, Credentials, Secret, Session};
use scaip::receiver::{Event, IncomingRegistration, Listener, ListenerConfig, RefusalReason};
use scaip::registrar::{self, Change, RegisterError, Route};
use scaip::sip::{Method, StatusCode, Transport};
use scaip::{Response, StatusNumber};

use crate::bench::{Bench, CID, Sip, challenge_of, incoming, mrq, refusal, seconds, udp, unit};

const CONTACT: &str = "Contact: <sip:40211870@192.0.2.7:5062>";
const URI: &str = "sip:40211870@192.0.2.7:5062";

fn bench() -> Bench {
    Bench::new(|config| {
        config.registrar = Some(registrar::Config::new());
        config.endpoint.methods.push(Method::Register);
    })
}

fn registration(events: Vec<Event>) -> IncomingRegistration {
    match <[Event; 1]>::try_from(events) {
        Ok([Event::Registered(registration)]) => *registration,
        other => panic!("expected a registration, got {other:?}"),
    }
}

#[test]
fn line_40_a_unit_that_registers_is_answered_and_reached_until_it_expires() {
    let mut bench = bench();
    let (events, answer) = bench.exchange(&Sip::register(1, &[CONTACT, "Expires: 120"]));
    let registration = registration(events);
    assert_eq!(registration.registered.controller, unit());
    assert_eq!(registration.registered.change, Change::Registered);
    assert_eq!(registration.identity, None);
    assert_eq!(answer.status(), Some(StatusCode::OK));
    let contact = answer.header_named("Contact").unwrap();
    assert_eq!(
        String::from_utf8_lossy(contact),
        format!("<{URI}>;expires=120")
    );
    let routes = [Route::Path(bench.path), Route::Contact(URI)];
    assert_eq!(bench.receiver.routes(bench.now, &unit()), routes);

    let due = bench.receiver.poll_timeout().unwrap();
    assert!(due <= bench.now + seconds(120));
    bench.wait(seconds(120));
    let events = bench.events();
    let [Event::Registrar(registrar::Event::Expired { controller })] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(*controller, unit());
    let routes = [Route::Path(bench.path)];
    assert_eq!(bench.receiver.routes(bench.now, &unit()), routes);
}

#[test]
fn line_40_what_a_register_changes_is_told() {
    let mut bench = bench();
    let mut change = |port: u16, cseq: u32, lines: &[&str]| {
        bench.path = udp(port);
        let (events, answer) = bench.exchange(&Sip::register(cseq, lines));
        assert_eq!(answer.status(), Some(StatusCode::OK));
        registration(events).registered.change
    };
    assert_eq!(change(5062, 1, &[]), Change::Queried);
    assert_eq!(change(5062, 2, &[CONTACT]), Change::Registered);
    assert_eq!(change(5062, 3, &[CONTACT]), Change::Refreshed);
    assert_eq!(change(5062, 4, &[]), Change::Queried);
    assert_eq!(change(6000, 5, &[CONTACT]), Change::Moved);
    let other = "Contact: <sip:40211870@192.0.2.8:5062>";
    assert_eq!(change(6000, 6, &[other]), Change::Moved);
    assert_eq!(change(6000, 7, &[CONTACT, other]), Change::Refreshed);
    assert_eq!(
        change(6000, 8, &[other, "Expires: 0"]),
        Change::Moved,
        "one of two is gone"
    );
    assert_eq!(
        change(6000, 9, &["Contact: *", "Expires: 0"]),
        Change::Unregistered
    );
    assert_eq!(
        change(6000, 10, &["Contact: *", "Expires: 0"]),
        Change::Queried
    );
}

#[test]
fn line_40_a_unit_that_does_not_register_and_one_that_moves_are_reached_where_they_are() {
    let mut bench = bench();
    bench.accept(mrq("a1", CID, ""));
    assert_eq!(
        bench.receiver.routes(bench.now, &unit()),
        [Route::Path(udp(5062))]
    );
    bench.path = udp(6000);
    bench.accept(mrq("a22", CID, ""));
    assert_eq!(
        bench.receiver.routes(bench.now, &unit()),
        [Route::Path(udp(6000))]
    );
    // One that nobody has accepted changes nothing.
    bench.path = udp(7000);
    bench.send(&Sip::message(mrq("a333", CID, "")));
    assert_eq!(
        bench.receiver.routes(bench.now, &unit()),
        [Route::Path(udp(6000))]
    );
}

#[test]
fn line_40_a_closed_connection_is_no_way_and_the_contact_stays() {
    let mut bench = bench();
    let id = bench.connect(Transport::Tcp, "192.0.2.1:5060");
    registration(bench.send(&Sip::register(1, &[CONTACT])));
    assert_eq!(bench.receiver.routes(bench.now, &unit()).len(), 2);
    bench.receiver.connection_closed(id);
    assert_eq!(
        bench.receiver.routes(bench.now, &unit()),
        [Route::Contact(URI)]
    );
}

#[test]
fn line_40_a_connection_that_closes_before_the_decision_is_no_way_either() {
    let mut bench = bench();
    let id = bench.connect(Transport::Tcp, "192.0.2.1:5060");
    let alarm = incoming(bench.send(&Sip::message(mrq("a1", CID, ""))));
    bench.receiver.connection_closed(id);
    let response = Response::new("a1".into(), StatusNumber::OK);
    bench
        .receiver
        .answer(bench.now, alarm.id, response)
        .unwrap();
    assert!(bench.receiver.routes(bench.now, &unit()).is_empty());
    // A REGISTER that is looked at only after its connection has gone: the contact is good.
    let id = bench.connect(Transport::Tcp, "192.0.2.1:5060");
    let bytes = Sip::register(1, &[CONTACT]).bytes();
    bench.receiver.handle_stream(bench.now, id, &bytes);
    bench.receiver.connection_closed(id);
    bench.events();
    let routes = [Route::Contact(URI)];
    assert_eq!(bench.receiver.routes(bench.now, &unit()), routes);
}

#[test]
fn a_register_that_cannot_be_carried_out_hears_why() {
    let mut bench = Bench::new(|config| {
        let mut registrar = registrar::Config::new();
        registrar.controllers = 1;
        registrar.contacts = 1;
        config.registrar = Some(registrar);
        config.endpoint.methods.push(Method::Register);
    });
    let mut refused = |sip: &Sip| {
        let (events, answer) = bench.exchange(sip);
        let refusal = refusal(events);
        assert_eq!(answer.status(), Some(refusal.status));
        (refusal, answer)
    };
    let (refusal, answer) = refused(&Sip::register(1, &[CONTACT, "Expires: 5"]));
    assert_eq!(refusal.status, StatusCode::INTERVAL_TOO_BRIEF);
    assert_eq!(answer.header_named("Min-Expires").unwrap(), b"10");
    assert_eq!(refusal.controller_id, Some(unit()));

    let two = Sip::register(2, &["Contact: <sip:1@192.0.2.7>, <sip:2@192.0.2.7>"]);
    assert_eq!(refused(&two).0.status, StatusCode::FORBIDDEN);

    let star = Sip::register(3, &["Contact: *"]);
    let (refusal, _) = refused(&star);
    assert_eq!(
        refusal.reason,
        RefusalReason::Registration(RegisterError::WildcardMisused)
    );
    assert_eq!(refusal.status, StatusCode::BAD_REQUEST);

    registration(bench.exchange(&Sip::register(4, &[CONTACT])).0);
    let mut other = Sip::register(1, &["Contact: <sip:40211871@192.0.2.8>"]);
    other.cid = "40211871".into();
    other.call_id = "r2".into();
    let (events, answer) = bench.exchange(&other);
    assert!(matches!(events[..], [Event::Refused(_)]));
    assert_eq!(answer.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
}

#[test]
fn a_register_shows_the_credentials_of_the_unit_it_is_about() {
    let account = |password: &str| Account::controller(vec![Secret::password(password)]);
    let mut bench = Bench::new(|config| {
        config.registrar = Some(registrar::Config::new());
        config.endpoint.methods.push(Method::Register);
        let accounts = HashMap::from([
            (CID.to_owned(), account("pendant")),
            ("40211871".to_owned(), account("other")),
        ]);
        let challenger = ChallengerConfig::new("arc.example.net", [9; 32]);
        let listener = ListenerConfig::digest(Listener::Any, challenger, accounts);
        config.listeners.push(listener);
    });
    let register = Sip::register(1, &[CONTACT]);
    let (events, answer) = bench.exchange(&register);
    assert!(matches!(events[..], [Event::Challenged { .. }]));
    assert_eq!(answer.status(), Some(StatusCode::UNAUTHORIZED));
    let mut session = Session::new(challenge_of(&answer), "77");

    let other = Credentials::new("40211871", Secret::password("other"));
    let (events, answer) = bench.exchange(&register.answering(&mut session, &other));
    assert_eq!(refusal(events).reason, RefusalReason::ForeignController);
    assert_eq!(answer.status(), Some(StatusCode::FORBIDDEN));
    assert!(bench.receiver.registrar().unwrap().is_empty());

    let mut right = register.again();
    right = right.answering(
        &mut session,
        &Credentials::new(CID, Secret::password("pendant")),
    );
    let registration = registration(bench.exchange(&right).0);
    assert_eq!(registration.identity.unwrap().username, CID);
}

#[test]
fn register_hears_405_unless_both_the_registrar_and_the_method_are_set() {
    for (registrar, method) in [(false, false), (true, false), (false, true)] {
        let mut bench = Bench::new(|config| {
            config.registrar = registrar.then(registrar::Config::new);
            if method {
                config.endpoint.methods.push(Method::Register);
            }
        });
        let (events, answer) = bench.exchange(&Sip::register(1, &[CONTACT]));
        assert!(events.is_empty());
        assert_eq!(answer.status(), Some(StatusCode::METHOD_NOT_ALLOWED));
        assert_eq!(answer.header_named("Allow").unwrap(), b"MESSAGE, OPTIONS");
    }
}
