//! Lines 65 and 66 through the receiver: who has gone silent, and who is told an `hbi`.

use std::time::Duration;

use scaip::call::CallSettings;
use scaip::receiver::{Event, NotTracked};
use scaip::sip::Method;
use scaip::supervision::{
    self, Allowance, HeartbeatPolicy, Interval, Presence, Saved, SupervisionError, WallMicros,
};
use scaip::{
    ControllerId, DecodeOptions, HeartbeatInterval, MediaReply, Response, StatusNumber,
    decode_request, registrar,
};

use crate::bench::{Bench, CID, Sip, incoming, mrq, seconds, unit};

const MINUTE: Duration = Duration::from_secs(60);
const WALL: WallMicros = WallMicros(1_900_000_000_000_000);

fn settings() -> supervision::Config {
    supervision::Config::new(Allowance::new(Interval::new(MINUTE).unwrap()))
}

fn bench() -> Bench {
    Bench::new(|config| {
        config.supervision = Some(settings());
        config.registrar = Some(registrar::Config::new());
        config.endpoint.methods.push(Method::Register);
    })
}

fn with_calls() -> Bench {
    Bench::new(|config| {
        config.supervision = Some(settings());
        config.calls = Some(CallSettings::default());
    })
}

fn changes(bench: &mut Bench) -> Vec<supervision::Event> {
    bench
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Supervision(event) => Some(event),
            _ => None,
        })
        .collect()
}

fn presence(bench: &Bench) -> Option<Presence> {
    let status = bench.receiver.supervisor()?.status(bench.now, &unit())?;
    Some(status.presence)
}

#[test]
fn line_65_a_unit_late_by_three_is_lost_once_and_comes_back_once() {
    let mut bench = bench();
    bench.accept(mrq("h1", CID, "<mty>PI</mty>"));
    // The transactions of the exchange end first.
    bench.wait(MINUTE);
    assert_eq!(bench.events().len(), 1, "the mrs was not confirmed");
    bench.wait(MINUTE);
    assert!(bench.events().is_empty(), "late by one is no loss");
    assert_eq!(bench.receiver.poll_timeout(), Some(bench.now + MINUTE));
    bench.wait(MINUTE);
    let lost = changes(&mut bench);
    let [
        supervision::Event::Lost {
            controller,
            silent_for,
            late_by,
            ..
        },
    ] = &lost[..]
    else {
        panic!("{lost:?}")
    };
    assert_eq!(*controller, unit());
    assert_eq!(*silent_for, Some(MINUTE * 3));
    assert_eq!(*late_by, MINUTE * 2);
    bench.wait(MINUTE * 60);
    assert!(changes(&mut bench).is_empty(), "once");

    bench.accept(mrq("a22", CID, ""));
    let back = changes(&mut bench);
    assert!(
        matches!(&back[..], [supervision::Event::Restored { absent_for, .. }] if *absent_for == MINUTE * 63),
        "{back:?}"
    );
}

#[test]
fn line_63_a_heartbeat_with_the_status_of_an_alarm_is_a_sign_of_life_and_expects_no_call() {
    for status in ["0009", "0102", "0010"] {
        let mut bench = with_calls();
        let status = format!("<mty>PI</mty><crd>sip:</crd><stc>{status}</stc>");
        let mrs = bench.accept_with_voice(mrq("h1", CID, &status));
        assert_eq!(mrs.status_number, StatusNumber::OK);
        assert_eq!(mrs.media_reply, MediaReply::NO_VOICE);
        assert_eq!(presence(&bench), Some(Presence::Present));
        assert_eq!(bench.receiver.calls().unwrap().expected(), 0);
    }
}

#[test]
fn line_64_a_test_transmission_is_a_sign_of_life_and_expects_no_call() {
    let test = "<crd>no-voice:</crd><stc>0102</stc>";
    let mut bench = with_calls();
    let mrs = bench.accept_with_voice(mrq("t1", CID, test));
    assert_eq!(mrs.status_number, StatusNumber::OK);
    assert_eq!(mrs.media_reply, MediaReply::NO_VOICE);
    assert_eq!(presence(&bench), Some(Presence::Present));
    assert_eq!(bench.receiver.calls().unwrap().expected(), 0);
    // The next one in time keeps the unit present; without it the unit is lost.
    bench.wait(MINUTE * 2);
    assert!(changes(&mut bench).is_empty());
    bench.accept_with_voice(mrq("t22", CID, test));
    bench.wait(MINUTE * 2);
    assert!(changes(&mut bench).is_empty());
    bench.wait(MINUTE);
    let lost = changes(&mut bench);
    assert!(
        matches!(lost[..], [supervision::Event::Lost { .. }]),
        "{lost:?}"
    );
}

#[test]
fn line_65_every_accepted_message_is_a_sign_of_life_and_nothing_else_is() {
    for mty in ["ME", "RE", "IN", "PI"] {
        let mut bench = bench();
        bench.accept(mrq("a1", CID, &format!("<mty>{mty}</mty>")));
        assert_eq!(presence(&bench), Some(Presence::Present), "{mty}");
    }
    let mut bench = bench();
    bench.send(&Sip::register(1, &[]));
    assert_eq!(presence(&bench), Some(Presence::Present), "REGISTER");

    let mut bench = self::bench();
    let mut options = Sip::message(String::new());
    options.method = "OPTIONS";
    bench.send(&options);
    // Refused by the application, by the time, and by the receiver.
    let refused = incoming(bench.send(&Sip::message(mrq("a1", CID, ""))));
    let response = Response::new("a1".into(), StatusNumber::NOT_TREATED);
    bench
        .receiver
        .answer(bench.now, refused.id, &response)
        .unwrap();
    incoming(bench.send(&Sip::message(mrq("a22", CID, ""))));
    bench.wait(seconds(11));
    bench.send(&Sip::message(mrq("a333", CID, "<mty>XX</mty>")));
    assert_eq!(presence(&bench), None);
    assert!(bench.receiver.routes(bench.now, &unit()).is_empty());
}

#[test]
fn line_65_what_is_stored_survives_a_restart() {
    let mut before = bench();
    before.accept(mrq("h1", CID, "<mty>PI</mty>"));
    let silent = ControllerId::new("40211871");
    let supervisor = before.receiver.supervisor_mut().unwrap();
    supervisor.declare(before.now, &silent, None).unwrap();
    before.wait(MINUTE * 2);
    before.events();
    let wall = WallMicros(WALL.0 + 120_000_000);
    let stored: Vec<_> = before
        .receiver
        .supervisor()
        .unwrap()
        .snapshot(before.now, wall)
        .map(Saved::into_owned)
        .collect();
    assert_eq!(stored.len(), 2);

    // An hour later, in another process.
    let mut after = bench();
    let wall = WallMicros(wall.0 + 3_600_000_000);
    for saved in &stored {
        let supervisor = after.receiver.supervisor_mut().unwrap();
        supervisor.restore(after.now, wall, saved).unwrap();
    }
    after.wait(MINUTE - seconds(1));
    assert!(changes(&mut after).is_empty(), "down time does not count");
    after.accept(mrq("h2", CID, "<mty>PI</mty>"));
    after.wait(seconds(2));
    let lost = changes(&mut after);
    let [
        supervision::Event::Lost {
            controller,
            silent_for: None,
            ..
        },
    ] = &lost[..]
    else {
        panic!("{lost:?}")
    };
    assert_eq!(*controller, silent);
}

#[test]
fn a_caller_without_room_for_events_is_not_kept_busy_and_finds_them_later() {
    let mut bench = bench();
    let supervisor = bench.receiver.supervisor_mut().unwrap();
    supervisor.declare(bench.now, &unit(), None).unwrap();
    bench.wait(MINUTE * 3);
    assert_eq!(bench.receiver.poll_timeout(), None, "it was told");
    bench.now += MINUTE;
    assert_eq!(changes(&mut bench).len(), 1);
}

#[test]
fn a_unit_for_which_there_is_no_room_is_told_and_its_message_accepted() {
    let mut bench = Bench::new(|config| {
        let mut supervision = settings();
        supervision.controllers = 0;
        config.supervision = Some(supervision);
    });
    let response = bench.accept(mrq("h1", CID, "<mty>PI</mty>"));
    assert_eq!(response.status_number, StatusNumber::OK);
    let events = bench.events();
    let [Event::NotTracked { controller, reason }] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(*controller, unit());
    let error = SupervisionError::TooManyControllers { limit: 0 };
    assert_eq!(*reason, NotTracked::Supervision(error));
}

#[test]
fn line_66_hbi_only_when_configured_and_only_to_a_unit_that_takes_it() {
    let heartbeat = |hbo: &str| mrq("h1", CID, &format!("<mty>PI</mty><hbo>{hbo}</hbo>"));
    let hbi = |configured: Option<u16>, hbo: &str| {
        let mut bench = Bench::new(|config| {
            let mut policy = HeartbeatPolicy::new();
            if let Some(number) = configured {
                policy
                    .configure(&unit(), HeartbeatInterval::new(number))
                    .unwrap();
            }
            config.heartbeat_policy = Some(policy);
        });
        bench.accept(heartbeat(hbo)).heartbeat_interval
    };
    assert_eq!(hbi(None, "1"), None);
    assert_eq!(hbi(Some(2), "0"), None);
    for hbo in ["1", "001"] {
        assert_eq!(hbi(Some(2), hbo), Some(HeartbeatInterval::new(2)));
    }
}

#[test]
fn line_66_an_unknown_hbi_of_the_caller_does_not_leave_with_a_policy() {
    let mut bench = Bench::new(|config| config.heartbeat_policy = Some(HeartbeatPolicy::new()));
    let body = mrq("h1", CID, "<mty>PI</mty><hbo>1</hbo>");
    let incoming = incoming(bench.send(&Sip::message(body)));
    let mut response = Response::new("h1".into(), StatusNumber::OK);
    response.heartbeat_interval = Some(HeartbeatInterval::new(4));
    bench
        .receiver
        .answer(bench.now, incoming.id, &response)
        .unwrap();
    assert_eq!(bench.mrs().heartbeat_interval, None);
    // It can be configured while running.
    let policy = bench.receiver.heartbeat_policy_mut().unwrap();
    policy
        .configure(&unit(), HeartbeatInterval::new(3))
        .unwrap();
    let response = bench.accept(mrq("h22", CID, "<mty>PI</mty><hbo>1</hbo>"));
    assert_eq!(response.heartbeat_interval, Some(HeartbeatInterval::new(3)));
}

#[test]
fn line_66_an_hbi_in_a_request_is_an_unknown_element_and_changes_nothing() {
    let mut bench = bench();
    let response = bench.accept(mrq("h1", CID, "<mty>PI</mty><hbi>9</hbi>"));
    assert_eq!(response.status_number, StatusNumber::OK);
    assert_eq!(response.heartbeat_interval, None);
    let status = bench.receiver.supervisor().unwrap();
    let status = status.status(bench.now, &unit()).unwrap();
    assert_eq!(status.allowance, settings().allowance);
}

#[test]
fn a_message_over_another_transport_counts_and_is_answered_the_same() {
    let mut bench = Bench::new(|config| {
        config.supervision = Some(settings());
        let mut policy = HeartbeatPolicy::new();
        policy
            .configure(&unit(), HeartbeatInterval::new(2))
            .unwrap();
        config.heartbeat_policy = Some(policy);
    });
    let body = mrq("h1", CID, "<mty>PI</mty><hbo>1</hbo>");
    let decoded = decode_request(body.as_bytes(), &DecodeOptions::lenient()).unwrap();
    let request = decoded.message();
    assert_eq!(bench.receiver.turn_away(request), None);
    let refusal = Response::new("other".into(), StatusNumber::NOT_TREATED);
    let refusal = bench.receiver.complete(bench.now, request, refusal);
    assert_eq!(refusal.heartbeat_interval, None);
    assert_eq!(presence(&bench), None);

    let response = Response::new("other".into(), StatusNumber::OK);
    let response = bench.receiver.complete(bench.now, request, response);
    assert_eq!(response.reference.as_str(), "h1");
    assert_eq!(response.heartbeat_interval, Some(HeartbeatInterval::new(2)));
    assert_eq!(presence(&bench), Some(Presence::Present));
    assert!(bench.sent().is_empty());

    bench.wait(MINUTE * 3);
    assert_eq!(changes(&mut bench).len(), 1);
    bench.receiver.sign_of_life(bench.now, &unit());
    assert_eq!(changes(&mut bench).len(), 1, "it is back");
}
