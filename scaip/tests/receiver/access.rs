//! Line 38: digest, per listener.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use scaip::digest::{
    self, Account, Algorithm, ChallengerConfig, ChallengerError, Credentials, Secret, Session,
};
use scaip::receiver::{
    AnswerMode, Config, ConfigError, Event, Listener, ListenerConfig, Receiver, RefusalReason,
};
use scaip::sip::{Method, Path, StatusCode, Transport};
use scaip::{Response, StatusNumber};

use crate::bench::{Bench, CID, Sip, challenge_of, incoming, mrq, refusal, seconds, server};

fn accounts() -> HashMap<String, Account> {
    let secret = |text: &str| vec![Secret::password(text)];
    HashMap::from([
        (CID.to_owned(), Account::controller(secret("pendant"))),
        ("40211871".to_owned(), Account::controller(secret("other"))),
        ("gateway7".to_owned(), Account::gateway(secret("of many"))),
    ])
}

fn challenger() -> ChallengerConfig {
    ChallengerConfig::new("arc.example.net", [9; 32])
}

fn guarded(listener: Listener) -> Bench {
    Bench::new(|config| {
        let listener = ListenerConfig::digest(listener, challenger(), accounts());
        config.listeners.push(listener);
    })
}

fn credentials(username: &str, password: &str) -> Credentials {
    Credentials::new(username, Secret::password(password))
}

fn pendant() -> Credentials {
    credentials(CID, "pendant")
}

fn alarm() -> Sip {
    Sip::message(mrq("a1", CID, ""))
}

/// Asks for a challenge.
fn challenged(bench: &mut Bench, sip: &Sip) -> Session {
    let (events, answer) = bench.exchange(sip);
    assert!(
        matches!(&events[..], [Event::Challenged { stale: false, .. }]),
        "{events:?}"
    );
    assert_eq!(answer.status(), Some(StatusCode::UNAUTHORIZED));
    Session::new(challenge_of(&answer), "5c0e2f")
}

#[test]
fn line_38_without_credentials_a_challenge_with_the_right_ones_the_alarm() {
    let mut bench = guarded(Listener::Any);
    let mut session = challenged(&mut bench, &alarm());
    let request = alarm().answering(&mut session, &pendant());
    let incoming = incoming(bench.send(&request));
    let identity = incoming.identity.expect("it was asked for");
    assert_eq!(identity.username, CID);
    assert_eq!(identity.algorithm, Algorithm::Sha256);
    assert_eq!(bench.sent()[0].status(), Some(StatusCode::OK));
    let response = Response::new("x".into(), StatusNumber::OK);
    bench
        .receiver
        .answer(bench.now, incoming.id, &response)
        .unwrap();
    assert_eq!(bench.mrs().reference.as_str(), "a1");
}

#[test]
fn line_38_wrong_credentials_are_refused_and_nothing_is_handed_out() {
    let mut bench = guarded(Listener::Any);
    for wrong in [credentials(CID, "guess"), credentials("nobody", "pendant")] {
        let mut session = challenged(&mut bench, &alarm());
        let (events, answer) = bench.exchange(&alarm().answering(&mut session, &wrong));
        let refusal = refusal(events);
        let reason = RefusalReason::Credentials(digest::CredentialsFault::Credentials);
        assert_eq!(refusal.reason, reason);
        assert_eq!(refusal.identity, None);
        assert_eq!(answer.status(), Some(StatusCode::FORBIDDEN));
        bench.now += seconds(40);
        bench.receiver.handle_timeout(bench.now);
    }
    assert_eq!(bench.receiver.pending(), 0);
}

#[test]
fn line_38_unreadable_credentials_are_refused_with_400() {
    let mut bench = guarded(Listener::Any);
    let mut request = alarm();
    request.lines.push("Authorization: Digest username=".into());
    let (events, answer) = bench.exchange(&request);
    let reason = RefusalReason::Credentials(digest::CredentialsFault::Malformed);
    assert_eq!(refusal(events).reason, reason);
    assert_eq!(answer.status(), Some(StatusCode::BAD_REQUEST));
}

#[test]
fn line_38_a_stale_nonce_and_a_repeated_count_are_challenged_again() {
    let mut bench = guarded(Listener::Any);
    let mut session = challenged(&mut bench, &alarm());
    let first = alarm().answering(&mut session, &pendant());
    incoming(bench.send(&first));
    bench.sent();
    // The same answer in another request: somebody plays it back.
    let mut replay = first.again();
    replay.call_id = "replay".into();
    let (events, answer) = bench.exchange(&replay);
    assert!(matches!(
        events[..],
        [Event::Challenged { stale: true, .. }]
    ));
    let value = answer.header_named("WWW-Authenticate").unwrap();
    assert!(String::from_utf8_lossy(value).contains("stale=true"));
    // The next count is good, and then the nonce is too old.
    let mut second = alarm().answering(&mut session, &pendant());
    second.call_id = "second".into();
    incoming(bench.send(&second));
    bench.sent();
    bench.wait(seconds(301));
    bench.events();
    bench.sent();
    let mut late = alarm().answering(&mut session, &pendant());
    late.call_id = "late".into();
    let (events, answer) = bench.exchange(&late);
    assert!(matches!(
        events[..],
        [Event::Challenged { stale: true, .. }]
    ));
    let mut session = Session::new(challenge_of(&answer), "77");
    let mut fresh = alarm().answering(&mut session, &pendant());
    fresh.call_id = "fresh".into();
    incoming(bench.send(&fresh));
}

#[test]
fn line_38_a_retransmission_of_an_authenticated_request_is_no_replay() {
    let mut bench = guarded(Listener::Any);
    let mut session = challenged(&mut bench, &alarm());
    let request = alarm().answering(&mut session, &pendant());
    incoming(bench.send(&request));
    bench.sent();
    let (events, answer) = bench.exchange(&request);
    assert!(matches!(
        events[..],
        [Event::Retransmission { answered: true, .. }]
    ));
    assert_eq!(answer.status(), Some(StatusCode::OK));
}

#[test]
fn line_38_listeners_ask_each_for_themselves() {
    let tls = Listener::address(Transport::Tls, "0.0.0.0:5061".parse().unwrap());
    let mut bench = Bench::new(|config| {
        let mut legacy = challenger();
        legacy.realm = "legacy".into();
        legacy.algorithms = vec![Algorithm::Md5];
        config.listeners = vec![
            ListenerConfig::digest(tls, challenger(), accounts()),
            ListenerConfig::digest(Listener::Transport(Transport::Tcp), legacy, accounts()),
            ListenerConfig::open(Listener::address(Transport::Udp, server())),
            ListenerConfig::digest(
                Listener::Any,
                challenger(),
                HashMap::<String, Account>::new(),
            ),
        ];
    });
    // The open one.
    assert_eq!(incoming(bench.send(&alarm())).identity, None);
    bench.sent();
    // TLS: the local address of a connection is not that of its listener.
    bench.connect(Transport::Tls, "192.0.2.1:5061");
    let mut session = challenged(&mut bench, &alarm());
    let request = alarm().answering(&mut session, &pendant());
    assert!(incoming(bench.send(&request)).identity.is_some());
    bench.sent();
    // TCP: another realm, MD5 alone. An answer for the realm of TLS is of no use.
    bench.connect(Transport::Tcp, "192.0.2.1:5060");
    let (_, answer) = bench.exchange(&alarm().answering(&mut session, &pendant()));
    assert_eq!(answer.status(), Some(StatusCode::UNAUTHORIZED));
    let mut session = challenged(&mut bench, &alarm());
    let request = alarm().answering(&mut session, &pendant());
    let identity = incoming(bench.send(&request)).identity.unwrap();
    assert_eq!(identity.algorithm, Algorithm::Md5);
    bench.sent();
    // Everything else, where nobody is known.
    bench.path = Path::udp("192.0.2.9:5060".parse().unwrap(), bench.path.remote);
    let mut session = challenged(&mut bench, &alarm());
    let (events, _) = bench.exchange(&alarm().answering(&mut session, &pendant()));
    assert!(matches!(
        refusal(events).reason,
        RefusalReason::Credentials(digest::CredentialsFault::Credentials)
    ));
}

#[test]
fn line_38_a_listener_that_is_not_named_beside_others_is_closed_and_not_open() {
    // The address that the operator knows; the socket is bound to another one.
    let mistaken = Listener::address(Transport::Udp, "192.0.2.9:5060".parse().unwrap());
    let register = Sip::register(1, &["Contact: <sip:40211870@10.11.12.13>"]);
    let mut bench = Bench::new(|config| {
        config.registrar = Some(scaip::registrar::Config::new());
        config.endpoint.methods.push(Method::Register);
        let listener = ListenerConfig::digest(mistaken, challenger(), accounts());
        config.listeners.push(listener);
    });
    for request in [alarm(), register] {
        let (events, answer) = bench.exchange(&request);
        let refusal = refusal(events);
        assert_eq!(refusal.reason, RefusalReason::UnnamedListener);
        assert_eq!(refusal.raw.0, request.bytes());
        assert_eq!(answer.status(), Some(StatusCode::FORBIDDEN));
    }
    assert_eq!(bench.receiver.pending(), 0);
    // Open, when it is said.
    let mut bench = Bench::new(|config| {
        let listener = ListenerConfig::digest(mistaken, challenger(), accounts());
        config.listeners = vec![listener, ListenerConfig::open(Listener::Any)];
    });
    assert_eq!(incoming(bench.send(&alarm())).identity, None);
}

#[test]
fn line_38_a_user_speaks_for_its_own_cid_and_a_gateway_for_every_one() {
    let mut bench = guarded(Listener::Any);
    let mut session = challenged(&mut bench, &alarm());
    let other = credentials("40211871", "other");
    let (events, answer) = bench.exchange(&alarm().answering(&mut session, &other));
    let refusal = refusal(events);
    assert_eq!(refusal.reason, RefusalReason::ForeignController);
    assert_eq!(refusal.controller_id.unwrap().as_str(), CID);
    assert_eq!(refusal.identity.unwrap().username, "40211871");
    assert_eq!(answer.status(), Some(StatusCode::FORBIDDEN));
    assert_eq!(bench.receiver.pending(), 0);

    let mut again = alarm();
    again.call_id = "gateway".into();
    let mut session = challenged(&mut bench, &again);
    let gateway = credentials("gateway7", "of many");
    let incoming = incoming(bench.send(&again.answering(&mut session, &gateway)));
    assert_eq!(incoming.identity.unwrap().username, "gateway7");
}

#[test]
fn line_38_what_is_refused_by_its_body_is_refused_by_its_credentials_first() {
    let mut bench = guarded(Listener::Any);
    let unknown = Sip::message(mrq("a1", CID, "<mty>XX</mty>"));
    let mut session = challenged(&mut bench, &unknown);
    let other = credentials("40211871", "other");
    let (events, answer) = bench.exchange(&unknown.answering(&mut session, &other));
    assert_eq!(refusal(events).reason, RefusalReason::ForeignController);
    assert_eq!(answer.status(), Some(StatusCode::FORBIDDEN));
    // Nothing is said about the body to who has not shown credentials.
    for body in ["<mrq><ref>a1</ref></mrq>", "rubbish"] {
        let mut request = Sip::message(body.into());
        request.call_id = body.len().to_string();
        let (events, answer) = bench.exchange(&request);
        assert!(matches!(events[..], [Event::Challenged { .. }]));
        assert_eq!(answer.status(), Some(StatusCode::UNAUTHORIZED));
    }
}

#[test]
fn several_secrets_are_right_while_one_is_rotated() {
    let mut bench = guarded(Listener::Any);
    let mut both = accounts();
    both.get_mut(CID)
        .unwrap()
        .secrets
        .push(Secret::password("next"));
    assert!(bench.receiver.set_accounts(Listener::Any, Arc::new(both)));
    for (index, password) in ["pendant", "next"].into_iter().enumerate() {
        let mut request = alarm();
        request.call_id = password.into();
        let mut session = challenged(&mut bench, &request);
        let answer = request.answering(&mut session, &credentials(CID, password));
        let identity = incoming(bench.send(&answer)).identity.unwrap();
        assert_eq!(identity.secret, index);
        bench.sent();
    }
    let udp = Listener::Transport(Transport::Udp);
    let none = Arc::new(HashMap::<String, Account>::new());
    assert!(!bench.receiver.set_accounts(udp, none), "nobody there asks");
}

#[test]
fn options_is_answered_without_credentials() {
    let mut bench = guarded(Listener::Any);
    let mut options = alarm();
    options.method = "OPTIONS";
    options.body.clear();
    let (events, answer) = bench.exchange(&options);
    assert!(events.is_empty());
    assert_eq!(answer.status(), Some(StatusCode::OK));
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let error = |listeners: Vec<ListenerConfig>| {
        let mut config = Config::new([7; 16]);
        config.listeners = listeners;
        Receiver::new(config).unwrap_err()
    };
    let listener = Listener::Any;
    let twice = vec![ListenerConfig::open(listener); 2];
    assert_eq!(error(twice), ConfigError::ListenerTwice { listener });
    let mut mute = challenger();
    mute.algorithms.clear();
    assert_eq!(
        error(vec![ListenerConfig::digest(listener, mute, accounts())]),
        ConfigError::Challenger {
            listener,
            error: ChallengerError::NoAlgorithm
        }
    );
}

#[test]
fn times_and_capacities_that_cannot_be_are_refused() {
    let error = |change: fn(&mut Config)| {
        let mut config = Config::new([7; 16]);
        change(&mut config);
        Receiver::new(config).err()
    };
    let zero = |setting| Some(ConfigError::Zero { setting });
    assert_eq!(error(|config| config.pending = 0), zero("pending"));
    assert_eq!(
        error(|config| config.pending_bytes = 0),
        zero("pending_bytes")
    );
    let long = |limit| {
        let setting = "decision_time";
        Some(ConfigError::TooLong { setting, limit })
    };
    let day = seconds(24 * 60 * 60);
    for (mode, limit) in [
        (AnswerMode::SeparateMessage, day),
        (AnswerMode::BodyInOk, seconds(32)),
    ] {
        let with = |time| {
            let mut config = Config::new([7; 16]);
            config.answer_mode = mode;
            config.decision_time = time;
            Receiver::new(config).err()
        };
        assert_eq!(with(Duration::ZERO), zero("decision_time"));
        assert_eq!(with(Duration::from_millis(1)), None);
        assert_eq!(with(limit), None);
        assert_eq!(with(limit + Duration::from_nanos(1)), long(limit));
        assert_eq!(with(Duration::MAX), long(limit));
    }
}

#[test]
fn the_longest_decision_time_runs_its_course() {
    let mut bench = Bench::new(|config| config.decision_time = seconds(24 * 60 * 60));
    let id = incoming(bench.send(&alarm())).id;
    bench.wait(seconds(24 * 60 * 60 - 1));
    assert!(bench.events().is_empty());
    bench.wait(seconds(1));
    assert!(matches!(bench.events()[..], [Event::Undecided { id: late }] if late == id));
}

#[test]
fn secrets_do_not_print() {
    let mut config = Config::new([7; 16]);
    let listener = ListenerConfig::digest(Listener::Any, challenger(), accounts());
    config.listeners.push(listener);
    let mut all = format!("{config:?}");
    let mut bench = guarded(Listener::Any);
    all += &format!("{:?}", bench.receiver);
    let mut session = challenged(&mut bench, &alarm());
    let request = alarm().answering(&mut session, &pendant());
    all += &format!("{:?}", bench.send(&request));
    for secret in ["pendant", "of many", "9, 9", "response="] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}
