//! REGISTER towards receivers that want it (SCAIP reference 5.4); alarms go their own way.

use std::time::Duration;

use scaip::ControllerId;
use scaip::digest::{Challenge, Credentials, Secret};
use scaip::sender::{Config, ConfigError, Event, FailureReason, Registration, Sender};
use scaip::sip::{ConnectionId, Message, Path, Response, StatusCode, Transport, write_response};

use crate::sender_support::{Bench, config, receiver, seconds, unit};

fn registering(interval: u64) -> Config {
    let mut config = config(2);
    let registration = Registration::new(ControllerId::new("40211870"), seconds(interval));
    config.receivers[0].registration = Some(registration);
    config
}

fn registering_over_tcp() -> Config {
    let mut config = registering(3600);
    let registration = config.receivers[0].registration.take();
    config.receivers[0] = receiver(0, Transport::Tcp);
    config.receivers[0].registration = registration;
    config
}

fn begin(config: Config) -> Bench {
    let mut bench = Bench::new(config);
    bench.sender.begin_registrations(bench.now);
    bench.none();
    bench
}

fn take(bench: &mut Bench) -> (Path, Message) {
    bench.none();
    assert_eq!(bench.registers.len(), 1);
    bench.registers.remove(0)
}

fn header(message: &Message, name: &str) -> String {
    String::from_utf8(message.header_named(name).unwrap().to_vec()).unwrap()
}

/// Lets time pass until the next REGISTER leaves.
fn next(bench: &mut Bench) -> (Path, Message) {
    bench.none();
    bench.registers.clear();
    loop {
        bench.now = bench.sender.poll_timeout().unwrap().max(bench.now);
        bench.sender.handle_timeout(bench.now);
        bench.none();
        if let Some(register) = bench.registers.pop() {
            return register;
        }
    }
}

fn answer(bench: &mut Bench, register: &(Path, Message), response: &Response<'_>) {
    let mut out = Vec::new();
    write_response(&mut out, &register.1, unit(), b"t", response).unwrap();
    match register.0.connection {
        Some(connection) => bench.sender.handle_stream(bench.now, connection, &out),
        None => bench.hand_in(register.0.remote, out),
    }
    bench.none();
}

fn ok(bench: &mut Bench, register: &(Path, Message), headers: &[(&str, &str)]) {
    let response = Response {
        headers,
        ..Response::new(StatusCode::OK)
    };
    answer(bench, register, &response);
}

fn registered(bench: &Bench) -> Vec<Duration> {
    let found = |event: &Event| match event {
        Event::Registered { expires, .. } => Some(*expires),
        _ => None,
    };
    bench.events.iter().filter_map(found).collect()
}

fn failures(bench: &Bench) -> Vec<FailureReason> {
    let found = |event: &Event| match event {
        Event::RegistrationFailed { reason, .. } => Some(*reason),
        _ => None,
    };
    bench.events.iter().filter_map(found).collect()
}

#[test]
fn a_registration_is_asked_for_and_renewed_at_half_of_what_was_granted() {
    let mut bench = begin(registering(3600));
    let arc0 = bench.sender.receiver_named("arc0").unwrap();
    let first = take(&mut bench);
    assert_eq!(
        first.1.request_uri_raw(),
        Some(&b"sip:arc0.example.net"[..])
    );
    for name in ["From", "To"] {
        assert!(header(&first.1, name).starts_with("<sip:40211870@arc0.example.net>"));
    }
    assert_eq!(header(&first.1, "Contact"), "<sip:40211870@192.0.2.7:5060>");
    assert_eq!(header(&first.1, "Expires"), "3600");
    assert!(first.1.body().is_empty());
    assert!(!bench.sender.is_registered(arc0));
    let contact = "<sip:40211870@192.0.2.7:5060>;expires=600";
    ok(
        &mut bench,
        &first,
        &[("Contact", contact), ("Expires", "900")],
    );
    assert_eq!(registered(&bench), [seconds(600)]);
    assert!(bench.sender.is_registered(arc0));
    assert!(bench.pass(seconds(299)).is_empty());
    assert!(bench.registers.is_empty());
    let _ = bench.pass(seconds(2));
    let second = bench.registers.remove(0);
    assert_eq!(second.1.call_id(), first.1.call_id());
    assert_eq!(second.1.cseq(), first.1.cseq() + 1);
    // Without either header: what was asked for.
    ok(&mut bench, &second, &[]);
    assert_eq!(registered(&bench), [seconds(600), seconds(3600)]);
}

#[test]
fn alarms_neither_wait_for_a_registration_nor_end_one() {
    let mut bench = begin(registering(3600));
    let register = take(&mut bench);
    let alarm = bench.submit();
    let sent = bench.one();
    assert_eq!(sent.to(), 0);
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    ok(&mut bench, &register, &[]);
    assert_eq!(registered(&bench), [seconds(3600)]);
}

#[test]
fn a_challenge_is_answered_for_the_method_it_is_about() {
    let mut config = registering(60);
    let credentials = Credentials::new("40211870", Secret::password("pendant"));
    config.receivers[0].credentials = Some(credentials.clone());
    let mut bench = begin(config);
    let first = take(&mut bench);
    let value = "Digest realm=\"arc\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256";
    let ask = Response {
        headers: &[("WWW-Authenticate", value)],
        ..Response::new(StatusCode::UNAUTHORIZED)
    };
    answer(&mut bench, &first, &ask);
    let second = bench.registers.remove(0);
    assert_eq!(second.1.cseq(), first.1.cseq() + 1);
    assert_eq!(second.1.call_id(), first.1.call_id());
    let given = header(&second.1, "Authorization");
    assert!(given.contains("uri=\"sip:arc0.example.net\""), "{given}");
    let nonce = given
        .split("cnonce=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let challenge = Challenge::read(value.as_bytes())
        .unwrap()
        .into_iter()
        .next()
        .unwrap();
    let mut session = scaip::digest::Session::new(challenge, nonce);
    let wanted = session.answer(&credentials, "REGISTER", "sip:arc0.example.net");
    assert_eq!(Some(given), wanted);
    // Asked again: the secret is wrong. It backs off instead of locking the account.
    answer(&mut bench, &second, &ask);
    assert!(bench.registers.is_empty());
    assert_eq!(failures(&bench), [FailureReason::CredentialsRefused]);
    let _ = bench.pass(seconds(59));
    assert!(bench.registers.is_empty());
    let _ = bench.pass(seconds(2));
    assert!(!bench.registers.is_empty());
    // Alarms to the same receiver are not held up by that.
    let _ = bench.submit();
    assert_eq!(bench.one().to(), 0);
}

#[test]
fn a_registration_that_cannot_be_renewed_lapses_is_told_and_tried_on() {
    let mut bench = begin(registering(20));
    let arc0 = bench.sender.receiver_named("arc0").unwrap();
    let first = take(&mut bench);
    ok(&mut bench, &first, &[]);
    let _ = bench.pass(seconds(21));
    let lapsed = |event: &Event| matches!(event, Event::RegistrationLapsed { receiver } if *receiver == arc0);
    assert!(bench.has(lapsed));
    assert!(!bench.sender.is_registered(arc0));
    assert!(failures(&bench).contains(&FailureReason::NoOk));
    bench.registers.clear();
    let _ = bench.pass(seconds(120));
    let asked = bench.registers.len();
    assert!(asked > 1, "{asked}");
    let next = next(&mut bench);
    ok(&mut bench, &next, &[]);
    assert!(bench.sender.is_registered(arc0));
}

#[test]
fn an_interval_too_brief_is_asked_for_as_long_as_the_receiver_wants() {
    let mut bench = begin(registering(60));
    let first = take(&mut bench);
    let brief = Response {
        headers: &[("Min-Expires", "1800")],
        ..Response::new(StatusCode::new(423).unwrap())
    };
    answer(&mut bench, &first, &brief);
    let second = bench.registers.remove(0);
    assert_eq!(header(&second.1, "Expires"), "1800");
    // Once is enough: a receiver that says it again is not believed.
    answer(&mut bench, &second, &brief);
    assert!(bench.registers.is_empty());
    let refused = FailureReason::Refused(StatusCode::new(423).unwrap());
    assert_eq!(failures(&bench), [refused]);
}

#[test]
fn a_receiver_that_knows_no_registration_is_asked_less_and_less() {
    let mut bench = begin(registering(60));
    let first = take(&mut bench);
    let refused = Response::new(StatusCode::METHOD_NOT_ALLOWED);
    answer(&mut bench, &first, &refused);
    let mut waits = Vec::new();
    let mut last = bench.now;
    for _ in 0..10 {
        let register = next(&mut bench);
        waits.push(bench.now - last);
        last = bench.now;
        answer(&mut bench, &register, &refused);
    }
    assert!(waits[0] <= seconds(1));
    assert!(
        waits[9] >= seconds(30) && waits[9] <= seconds(60),
        "{waits:?}"
    );
}

#[test]
fn a_new_connection_is_registered_on_at_once() {
    let mut bench = begin(registering_over_tcp());
    assert!(bench.registers.is_empty());
    assert!(bench.has(|event| matches!(event, Event::Connect { .. })));
    let connection = bench.connect("arc0");
    let first = take(&mut bench);
    assert_eq!(
        header(&first.1, "Contact"),
        "<sip:40211870@192.0.2.7:5060;transport=tcp>"
    );
    ok(&mut bench, &first, &[]);
    bench.sender.connection_closed(connection);
    bench.none();
    // The next alarm brings the next connection, and that the next registration.
    let _ = bench.submit();
    bench.none();
    bench.connect("arc0");
    let sent = bench.sent();
    assert_eq!(sent.len(), 1);
    let second = bench.registers.remove(0);
    assert_ne!(second.0.connection, first.0.connection);
}

#[test]
fn asking_again_while_an_answer_is_waited_for_keeps_nobody_busy() {
    let mut bench = begin(registering(3600));
    let first = take(&mut bench);
    bench.sender.begin_registrations(bench.now);
    bench.none();
    assert!(bench.registers.is_empty());
    assert!(bench.sender.poll_timeout().unwrap() > bench.now);
    ok(&mut bench, &first, &[]);
    assert_eq!(registered(&bench), [seconds(3600)]);
}

#[test]
fn a_receiver_that_asked_an_alarm_to_wait_gets_no_registration_meanwhile_either() {
    let mut bench = begin(registering(20));
    let first = take(&mut bench);
    ok(&mut bench, &first, &[]);
    let _ = bench.submit();
    let sent = bench.one();
    bench.answer_headed(&sent, 503, &[("Retry-After", "15")]);
    let _ = bench.pass(seconds(14));
    assert!(bench.registers.is_empty());
    let _ = bench.pass(seconds(2));
    assert!(!bench.registers.is_empty());
}

#[test]
fn a_connection_is_asked_for_even_where_there_is_no_room_for_reports() {
    let mut config = registering(3600);
    config.receivers.swap(0, 1);
    config.receivers[1].transport = Transport::Tcp;
    // Room for the report of an attempt, and for nothing else.
    config.endpoint.queue = 1;
    let mut bench = Bench::new(config);
    let alarm = scaip::Request::heartbeat("0".into(), ControllerId::new("40211870"));
    let about = scaip::sender::About::New;
    bench.submit_as(alarm, about);
    bench.sender.begin_registrations(bench.now);
    let sent = bench.one();
    assert_eq!(sent.to(), 1);
    bench.respond(&sent, 0);
    let asked = |event: &Event| matches!(event, Event::Connect { .. });
    assert!(bench.has(asked));
}

#[test]
fn a_connection_opened_while_an_answer_is_waited_for_is_registered_on_after_it() {
    let mut bench = begin(registering_over_tcp());
    bench.connect("arc0");
    let first = take(&mut bench);
    let newer = bench.connect("arc0");
    bench.none();
    assert!(bench.registers.is_empty());
    assert!(bench.sender.poll_timeout().unwrap() > bench.now);
    ok(&mut bench, &first, &[]);
    bench.sender.handle_timeout(bench.now);
    let second = take(&mut bench);
    assert_eq!(second.0.connection, Some(newer));
    assert_eq!(second.1.cseq(), first.1.cseq() + 1);
    ok(&mut bench, &second, &[]);
    assert!(bench.sender.poll_timeout().unwrap() > bench.now + seconds(1700));
}

#[test]
fn an_interval_out_of_range_is_refused() {
    let mut config = registering(0);
    assert!(matches!(
        Sender::new(config.clone()),
        Err(ConfigError::Zero { .. })
    ));
    let registration = Registration::new(ControllerId::new("40211870"), seconds(86_401));
    config.receivers[0].registration = Some(registration);
    assert!(matches!(
        Sender::new(config),
        Err(ConfigError::TooLong { .. })
    ));
}

fn over_tcp() -> Bench {
    let mut config = registering(3600);
    config.receivers[0].transport = Transport::Tcp;
    begin(config)
}

fn connect(bench: &mut Bench) -> ConnectionId {
    let id = bench.sender.receiver_named("arc0").unwrap();
    bench.sender.connected(bench.now, id, unit()).unwrap()
}

fn lapses(bench: &Bench) -> usize {
    let lapsed = |event: &&Event| matches!(event, Event::RegistrationLapsed { .. });
    bench.events.iter().filter(lapsed).count()
}

/// Lets time pass until a connection is asked for; gives how long that took.
fn until_connect(bench: &mut Bench) -> Duration {
    let start = bench.now;
    loop {
        bench
            .events
            .retain(|event| !matches!(event, Event::Connect { .. }));
        bench.now = bench.sender.poll_timeout().unwrap().max(bench.now);
        bench.sender.handle_timeout(bench.now);
        bench.none();
        if bench.has(|event| matches!(event, Event::Connect { .. })) {
            return bench.now - start;
        }
    }
}

#[test]
fn a_registration_ends_with_its_connection_and_is_made_again_at_once() {
    let mut bench = over_tcp();
    let connection = connect(&mut bench);
    let register = take(&mut bench);
    ok(&mut bench, &register, &[]);
    let id = bench.sender.receiver_named("arc0").unwrap();
    assert!(bench.sender.is_registered(id));
    let _ = bench.pass(seconds(600));
    bench.sender.connection_closed(connection);
    bench.none();
    assert!(!bench.sender.is_registered(id));
    assert_eq!(lapses(&bench), 1);
    assert_eq!(until_connect(&mut bench), Duration::ZERO);
    let _ = connect(&mut bench);
    let register = take(&mut bench);
    ok(&mut bench, &register, &[]);
    assert!(bench.sender.is_registered(id));
}

#[test]
fn a_receiver_that_closes_after_each_registration_is_not_asked_in_a_tight_loop() {
    let mut bench = over_tcp();
    let start = bench.now;
    for _ in 0..8 {
        let connection = connect(&mut bench);
        let register = take(&mut bench);
        ok(&mut bench, &register, &[]);
        bench.sender.connection_closed(connection);
        bench.none();
        let _ = until_connect(&mut bench);
    }
    assert!(bench.now - start > seconds(60), "{:?}", bench.now - start);
}

#[test]
fn a_registration_that_cannot_connect_is_told_and_tried_less_and_less() {
    let mut bench = over_tcp();
    let id = bench.sender.receiver_named("arc0").unwrap();
    let start = bench.now;
    for _ in 0..9 {
        bench.sender.connect_failed(bench.now, id);
        bench.none();
        let _ = until_connect(&mut bench);
    }
    assert_eq!(failures(&bench), [FailureReason::ConnectFailed; 9]);
    assert!(bench.now - start > seconds(100), "{:?}", bench.now - start);
    // A driver that tells nothing is a failure as well.
    let _ = until_connect(&mut bench);
    assert_eq!(
        failures(&bench).last(),
        Some(&FailureReason::ConnectTimeout)
    );
}

#[test]
fn a_registration_on_a_dead_connection_is_tried_on_another_one() {
    let mut bench = over_tcp();
    let dead = connect(&mut bench);
    let register = take(&mut bench);
    assert_eq!(register.0.connection, Some(dead));
    let _ = until_connect(&mut bench);
    assert_eq!(failures(&bench), [FailureReason::NoOk]);
    let fresh = connect(&mut bench);
    assert_eq!(take(&mut bench).0.connection, Some(fresh));
}
