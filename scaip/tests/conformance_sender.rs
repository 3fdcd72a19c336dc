//! The sender over SIP: lines 46 to 52 of the conformance list (SCAIP reference 15), and line 38
//! seen from the sender. No socket and no clock: time is an argument.

#![cfg(feature = "sip")]
#![allow(clippy::unwrap_used)]

#[path = "conformance_sender/chaos.rs"]
mod chaos;
#[path = "conformance_sender/lossy.rs"]
mod lossy;
#[path = "conformance_sender/reach.rs"]
mod reach;
#[path = "conformance_sender/registration.rs"]
mod registration;
#[path = "conformance_sender/relay.rs"]
mod relay;
mod sender_support;
#[path = "conformance_sender/streams.rs"]
mod streams;

use std::collections::{HashMap, HashSet};

use scaip::digest::{Challenger, ChallengerConfig, Credentials, Secret, Verdict};
use scaip::sender::{
    About, ConfigError, ConnectedError, Event, FailureReason, ReceiverAddress, ReferenceState,
    Sender, ShortenCause, SubmitError, Waiting,
};
use scaip::sip::{Response, StatusCode, Transport};
use scaip::{ControllerId, MessageType, Reference, Request, StatusNumber, Text};
use sender_support::*;

// Line 46.

#[test]
fn line_46_an_mrs_in_a_message_of_its_own_is_taken_and_answered() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let sent = bench.one();
    bench.answer(&sent, 200);
    assert!(matches!(
        bench.sender.status(alarm).unwrap().waiting,
        Waiting::Response { .. }
    ));
    bench.message(0, &sent.mrs(0));
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert_eq!(bench.answers, ["SIP/2.0 200 OK"]);
    assert_eq!(bench.sender.status(alarm), None);
    bench.rest();
}

#[test]
fn line_46_an_mrs_in_the_200_is_taken() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let sent = bench.one();
    bench.answer_with(&sent, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    bench.rest();
}

#[test]
fn line_46_an_mrs_in_both_places_is_taken_once() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let sent = bench.one();
    bench.answer_with(&sent, &sent.mrs(0));
    bench.message(0, &sent.mrs(0));
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert_eq!(bench.answers, ["SIP/2.0 200 OK"]);
    assert!(
        bench.has(|event| matches!(event, Event::LateResponse { alarm: of, .. } if *of == alarm))
    );
    bench.rest();
}

#[test]
fn line_46_an_mrs_in_the_200_to_another_alarm_is_known_by_its_ref() {
    let mut bench = Bench::new(config(2));
    let first = bench.submit();
    let one = bench.one();
    let second = bench.submit();
    let two = bench.one();
    bench.answer_with(&two, &one.mrs(0));
    assert_eq!(bench.accepted(), [(first, 0)]);
    assert!(!bench.has(|event| matches!(event, Event::UnknownResponse { .. })));
    bench.message(0, &two.mrs(0));
    assert_eq!(bench.accepted(), [(first, 0), (second, 0)]);
    bench.rest();
}

#[test]
fn line_46_an_mrs_before_the_200_is_taken() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let sent = bench.one();
    bench.message(0, &sent.mrs(0));
    bench.answer(&sent, 200);
    bench.none();
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    // The request is not repeated once it is settled.
    assert!(bench.pass(seconds(40)).is_empty());
    bench.rest();
}

#[test]
fn line_46_202_is_as_good_as_200_and_a_late_mrs_of_an_earlier_receiver_counts() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let first = bench.one();
    bench.answer(&first, 202);
    let second = bench.until(1, seconds(21));
    assert_eq!(bench.failures(), [(0, FailureReason::NoResponse)]);
    // A refusal of the one given up changes nothing, its yes does.
    bench.message(0, &first.mrs(5));
    assert!(bench.has(|event| matches!(event, Event::LateResponse { .. })));
    bench.message(0, &first.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    // The second one took it as well: somebody should know.
    bench.respond(&second, 0);
    assert_eq!(bench.accepted().len(), 1);
    assert!(bench.has(
        |event| matches!(event, Event::AlsoAccepted { receiver, .. } if receiver.index() == 1)
    ));
    bench.none();
    bench.rest();
}

// Line 47.

#[test]
fn line_47_an_mrs_with_an_unknown_ref_is_answered_200_ignored_and_told() {
    let mut bench = Bench::new(config(1));
    let alarm = bench.submit();
    let sent = bench.one();
    bench.message(0, &mrs("nobody", 0));
    bench.none();
    assert_eq!(bench.answers, ["SIP/2.0 200 OK"]);
    assert!(bench.has(|event| matches!(
        event,
        Event::UnknownResponse { reference, .. } if reference.as_str() == "nobody"
    )));
    // The same in a 200.
    bench.answer_with(&sent, &mrs("someone", 0));
    assert!(bench.accepted().is_empty());
    assert!(bench.sender.status(alarm).is_some());
    bench.message(0, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

#[test]
fn line_47_what_is_no_mrs_is_refused_and_told() {
    let mut bench = Bench::new(config(2));
    let _ = bench.submit();
    let sent = bench.one();
    bench.message(0, "<mrq><ref>a</ref><cid>1</cid><dty>1</dty></mrq>");
    bench.message(0, "gibberish");
    bench.none();
    assert_eq!(bench.answers, ["SIP/2.0 400 Bad Request"; 2]);
    assert!(bench.failures().is_empty());
    // An answer to our alarm that cannot be read is not a yes.
    bench.answer(&sent, 200);
    bench.message(0, &format!("<mrs><ref>{}</ref></mrs>", sent.reference()));
    let next = bench.one();
    assert_eq!(next.to(), 1);
    assert!(matches!(
        bench.failures()[..],
        [(0, FailureReason::Unreadable(_))]
    ));
}

// Line 48.

#[test]
fn line_48_without_a_200_the_next_receiver_is_tried_after_ten_seconds() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let start = bench.now;
    assert_eq!(bench.one().to(), 0);
    let next = bench.until(1, seconds(30));
    assert_eq!(bench.now - start, seconds(10));
    assert_eq!(bench.failures(), [(0, FailureReason::NoOk)]);
    bench.respond(&next, 0);
    assert_eq!(bench.accepted(), [(alarm, 1)]);
}

#[test]
fn line_48_without_an_mrs_the_next_receiver_is_tried_after_twenty_seconds() {
    let mut bench = Bench::new(config(2));
    let _ = bench.submit();
    let start = bench.now;
    let sent = bench.one();
    bench.answer(&sent, 200);
    let _ = bench.until(1, seconds(30));
    assert_eq!(bench.now - start, seconds(20));
    assert_eq!(bench.failures(), [(0, FailureReason::NoResponse)]);
}

#[test]
fn line_48_after_4xx_and_5xx_the_next_receiver_is_tried_at_once() {
    let mut bench = Bench::new(config(4));
    let alarm = bench.submit();
    for (n, status) in [(0, 404), (1, 503), (2, 603)] {
        let sent = bench.one();
        assert_eq!(sent.to(), n);
        bench.answer(&sent, status);
        let status = StatusCode::new(status).unwrap();
        assert_eq!(bench.failures()[n], (n, FailureReason::Refused(status)));
    }
    let sent = bench.one();
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 3)]);
}

// Line 49.

#[test]
fn line_49_repeats_keep_the_ref_and_a_new_event_gets_a_new_one() {
    let mut bench = Bench::new(config(2));
    let _ = bench.submit();
    let first = bench.one();
    let mut references = HashSet::new();
    for _ in 0..4 {
        for n in [1, 0] {
            let again = bench.until(n, seconds(80));
            assert_eq!(again.request, first.request);
            references.insert(again.reference());
        }
    }
    assert_eq!(references.len(), 1);
    let other = bench.submit();
    assert_ne!(
        bench.sender.status(other).unwrap().reference.as_str(),
        first.reference()
    );
    // Each attempt is a request of its own.
    let again = bench.until(0, seconds(80));
    assert_ne!(again.message.call_id(), first.message.call_id());
}

#[test]
fn line_49_no_ref_comes_again_over_a_day_of_restarts() {
    let mut seen = HashSet::new();
    let mut state = ReferenceState {
        day: 20_000,
        counter: 0,
    };
    for start in 0..50 {
        let mut config = config(1);
        config.references = state;
        // Half the starts forget the state and get a fresh seed instead.
        if start % 2 == 1 {
            config.references = ReferenceState {
                day: 20_000,
                counter: 0,
            };
            config.endpoint.seed = [100 + start; 16];
        }
        let mut bench = Bench::new(config);
        for _ in 0..40 {
            let _ = bench.submit();
            let sent = bench.one();
            assert!(sent.request.reference.is_conforming());
            assert!(seen.insert(sent.reference()), "came again");
            bench.respond(&sent, 0);
            bench.none();
        }
        if start % 2 == 0 {
            state = bench.sender.references();
        }
    }
    assert_eq!(seen.len(), 2000);
}

#[test]
fn line_49_an_alarm_resumed_after_a_restart_keeps_its_ref() {
    let mut bench = Bench::new(config(1));
    let mut request = alarm();
    request.reference = Reference::new("Zt41LxB0aE7Kq2m9");
    let resumed = bench
        .sender
        .resume(bench.now, request.clone(), About::New)
        .unwrap();
    let sent = bench.one();
    assert_eq!(sent.reference(), "Zt41LxB0aE7Kq2m9");
    let twice = bench.sender.resume(bench.now, request, About::New);
    assert_eq!(twice, Err(SubmitError::ReferenceInUse));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(resumed, 0)]);
}

// Line 50, and 38 with a real challenger.

fn with_credentials(count: usize, password: &str) -> scaip::sender::Config {
    let mut config = config(count);
    for receiver in &mut config.receivers {
        receiver.credentials = Some(Credentials::new("40211870", Secret::password(password)));
    }
    config
}

struct Guard {
    challenger: Challenger,
    accounts: HashMap<String, Vec<Secret>>,
}

impl Guard {
    fn new(bench: &Bench) -> Self {
        let config = ChallengerConfig::new("arc0.example.net", [8; 32]);
        Guard {
            challenger: Challenger::new(config, bench.now).unwrap(),
            accounts: HashMap::from([("40211870".into(), vec![Secret::password("right")])]),
        }
    }

    /// Judges a request; answers it unless it is good.
    fn admits(&mut self, bench: &mut Bench, sent: &Sent, proxy: bool) -> bool {
        let (ask, answer, status) = if proxy {
            ("Proxy-Authenticate", "Proxy-Authorization", 407)
        } else {
            ("WWW-Authenticate", "Authorization", 401)
        };
        let verdict = self.challenger.verify(
            bench.now,
            "MESSAGE",
            sent.message.request_uri_raw().unwrap(),
            sent.message.header_named(answer),
            &self.accounts,
        );
        match verdict {
            Verdict::Accepted(identity) => {
                assert!(!identity.other_uri);
                return true;
            }
            Verdict::Challenge { stale } => {
                let values = self.challenger.challenge(bench.now, stale);
                let headers: Vec<_> = values.iter().map(|value| (ask, &**value)).collect();
                let bytes = sent.answer(&Response {
                    headers: &headers,
                    ..Response::new(StatusCode::new(status).unwrap())
                });
                bench.hand_in(sent.path.remote, bytes);
            }
            refused @ Verdict::Refused(_) => {
                bench.answer(sent, refused.status().unwrap().get());
            }
        }
        false
    }
}

fn tag(sent: &Sent) -> Vec<u8> {
    sent.message.from().unwrap().tag().unwrap().to_vec()
}

#[test]
fn line_50_a_401_is_answered_with_cseq_plus_one_and_the_same_call_id_and_from_tag() {
    let mut bench = Bench::new(with_credentials(2, "right"));
    let mut guard = Guard::new(&bench);
    let alarm = bench.submit();
    let first = bench.one();
    assert!(!guard.admits(&mut bench, &first, false));
    let second = bench.one();
    assert_eq!(second.to(), 0);
    assert_eq!(second.message.cseq(), first.message.cseq() + 1);
    assert_eq!(second.message.call_id(), first.message.call_id());
    assert_eq!(tag(&second), tag(&first));
    assert_eq!(second.request, first.request);
    assert!(second.header("Authorization").unwrap().contains("SHA-256"));
    assert!(guard.admits(&mut bench, &second, false));
    bench.respond(&second, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert!(bench.failures().is_empty());
    // The next alarm goes through at once, with the next nonce count.
    let _ = bench.submit();
    let third = bench.one();
    assert!(
        third
            .header("Authorization")
            .unwrap()
            .contains("nc=00000002")
    );
    assert!(guard.admits(&mut bench, &third, false));
    bench.respond(&third, 0);
    // Until the nonce is stale: one more round, no failure.
    let _ = bench.pass(seconds(400));
    let _ = bench.submit();
    let stale = bench.one();
    assert!(!guard.admits(&mut bench, &stale, false));
    let fresh = bench.one();
    assert!(guard.admits(&mut bench, &fresh, false));
    bench.respond(&fresh, 0);
    assert_eq!(bench.accepted().len(), 3);
    assert!(bench.failures().is_empty());
}

#[test]
fn line_50_a_407_of_a_proxy_and_a_401_behind_it_are_both_answered() {
    let mut bench = Bench::new(with_credentials(1, "right"));
    let (mut proxy, mut server) = (Guard::new(&bench), Guard::new(&bench));
    let alarm = bench.submit();
    let first = bench.one();
    assert!(!proxy.admits(&mut bench, &first, true));
    let second = bench.one();
    assert!(proxy.admits(&mut bench, &second, true));
    assert!(!server.admits(&mut bench, &second, false));
    let third = bench.one();
    assert_eq!(third.message.cseq(), 3);
    assert!(proxy.admits(&mut bench, &third, true));
    assert!(server.admits(&mut bench, &third, false));
    bench.respond(&third, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

#[test]
fn line_50_wrong_missing_or_useless_credentials_end_in_the_next_receiver() {
    // Wrong, with a server that says 403.
    let mut bench = Bench::new(with_credentials(2, "wrong"));
    let mut guard = Guard::new(&bench);
    let _ = bench.submit();
    for _ in 0..2 {
        let sent = bench.one();
        assert!(!guard.admits(&mut bench, &sent, false));
    }
    assert_eq!(bench.one().to(), 1);
    let forbidden = FailureReason::Refused(StatusCode::FORBIDDEN);
    assert_eq!(bench.failures(), [(0, forbidden)]);
    // Wrong, with a server that asks again for ever.
    let mut bench = Bench::new(with_credentials(2, "wrong"));
    let mut guard = Guard::new(&bench);
    let _ = bench.submit();
    for stale in [false, false] {
        let sent = bench.one();
        assert_eq!(sent.to(), 0);
        let values = guard.challenger.challenge(bench.now, stale);
        let bytes = sent.answer(&Response {
            headers: &[("WWW-Authenticate", &values[0])],
            ..Response::new(StatusCode::UNAUTHORIZED)
        });
        bench.hand_in(arc(0), bytes);
    }
    assert_eq!(bench.one().to(), 1);
    assert_eq!(bench.failures(), [(0, FailureReason::CredentialsRefused)]);
    // Always stale: bounded.
    let mut bench = Bench::new(with_credentials(2, "right"));
    let _ = bench.submit();
    for _ in 0..4 {
        let sent = bench.one();
        assert_eq!(sent.to(), 0);
        let values = guard.challenger.challenge(bench.now, true);
        let bytes = sent.answer(&Response {
            headers: &[("WWW-Authenticate", &values[0])],
            ..Response::new(StatusCode::UNAUTHORIZED)
        });
        bench.hand_in(arc(0), bytes);
    }
    assert_eq!(bench.one().to(), 1);
    assert_eq!(bench.failures(), [(0, FailureReason::CredentialsRefused)]);
    // None, and a kind nobody knows.
    for (config, reason) in [
        (config(2), FailureReason::CredentialsMissing),
        (
            with_credentials(2, "right"),
            FailureReason::ChallengeNotUnderstood,
        ),
    ] {
        let mut bench = Bench::new(config);
        let _ = bench.submit();
        let sent = bench.one();
        let bytes = sent.answer(&Response {
            headers: &[("WWW-Authenticate", "Negotiate dG9rZW4=")],
            ..Response::new(StatusCode::UNAUTHORIZED)
        });
        bench.hand_in(arc(0), bytes);
        assert_eq!(bench.one().to(), 1);
        assert_eq!(bench.failures(), [(0, reason)]);
    }
}

// Line 51.

#[test]
fn line_51_when_all_fail_the_alarm_is_kept_backs_off_tries_again_and_reports() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let mut waits = Vec::new();
    for round in 0..10 {
        for n in 0..2 {
            let sent = bench.until(n, seconds(70));
            if n == 0 && round > 0 {
                waits.push(sent.request.reference.clone());
            }
            bench.answer(&sent, 500);
        }
        let status = bench.sender.status(alarm).unwrap();
        assert_eq!(status.rounds, round + 1);
        let Waiting::BackOff { until } = status.waiting else {
            panic!("{status:?}")
        };
        // 1 s doubling to 60 s; between half and the whole, by chance.
        let whole = seconds(1 << round).min(seconds(60));
        let wait = until - bench.now;
        assert!(wait >= whole / 2 && wait <= whole, "{round}: {wait:?}");
        assert!(bench.has(|event| matches!(
            event,
            Event::AllFailed { alarm: of, rounds, retry_at }
                if *of == alarm && *rounds == round + 1 && *retry_at == until
        )));
    }
    let sent = bench.until(0, seconds(70));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    assert!(
        waits
            .iter()
            .all(|reference| reference.as_str() == sent.reference())
    );
    bench.rest();
}

#[test]
fn line_51_with_nobody_there_nothing_is_dropped_for_a_day() {
    let mut bench = Bench::new(config(3));
    let alarm = bench.submit();
    let _ = bench.pass(seconds(24 * 3600));
    assert!(bench.sender.status(alarm).unwrap().rounds > 900);
    let sent = bench.until(0, seconds(100));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    bench.rest();
}

#[test]
fn line_51_as_many_alarms_as_set_are_taken_and_one_more_is_given_back() {
    let mut config = config(1);
    config.open_alarms = 2;
    let mut bench = Bench::new(config);
    let (_, second) = (bench.submit(), bench.submit());
    let third = bench.sender.submit(bench.now, alarm(), About::New);
    assert_eq!(third, Err(SubmitError::Full { open: 2 }));
    assert!(bench.sender.abandon(bench.now, second).is_some());
    assert!(bench.sender.abandon(bench.now, second).is_none());
    let _ = bench.submit();
    assert_eq!(bench.sender.alarms().count(), 2);
}

// Line 52.

#[test]
fn line_52_snu_4_and_6_wait_and_repeat_the_same() {
    for snu in [4, 6] {
        let config = config(2);
        let (wait, repeats) = match snu {
            4 => (config.hold_wait, config.hold_repeats),
            _ => (config.busy_wait, config.busy_repeats),
        };
        let mut bench = Bench::new(config);
        let alarm = bench.submit();
        let first = bench.one();
        bench.respond(&first, snu);
        bench.none();
        assert!(bench.has(|event| matches!(
            event,
            Event::Held { status_number, .. } if status_number.number() == snu
        )));
        let start = bench.now;
        let again = bench.until(0, seconds(60));
        assert_eq!(bench.now - start, wait);
        assert_eq!(again.request, first.request);
        bench.respond(&again, 0);
        assert_eq!(bench.accepted(), [(alarm, 0)]);
        // Not for ever: somebody else may have time.
        let _ = bench.submit();
        for _ in 0..=repeats {
            let sent = bench.until(0, seconds(60));
            bench.respond(&sent, snu);
        }
        let next = bench.one();
        assert_eq!(next.to(), 1);
        bench.respond(&next, 0);
        assert_eq!(bench.accepted().len(), 2);
    }
}

#[test]
fn line_52_a_yes_during_hold_ends_the_alarm() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let sent = bench.one();
    bench.respond(&sent, 4);
    bench.message(0, &sent.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 0)]);
    bench.none();
    bench.rest();
}

fn long_alarm() -> Request<'static> {
    let mut request = alarm();
    request.device_text = Some(Text::new("x".repeat(32)));
    request.status_text = Some(Text::new("y".repeat(32)));
    request.location_text = Some(Text::new("z".repeat(32)));
    request.information_text = Some(Text::new("æ".repeat(128)));
    request
}

#[test]
fn line_52_snu_1_shortens_once_and_then_moves_on() {
    let mut bench = Bench::new(config(2));
    let alarm = bench
        .sender
        .submit(bench.now, long_alarm(), About::New)
        .unwrap();
    let first = bench.one();
    assert!(first.request.information_text.is_some());
    // In both places: the second does not count against the shortened one.
    bench.answer_with(&first, &first.mrs(1));
    bench.message(0, &first.mrs(1));
    let short = bench.one();
    assert_eq!((short.to(), short.reference()), (0, first.reference()));
    let texts = [
        &short.request.device_text,
        &short.request.status_text,
        &short.request.location_text,
        &short.request.information_text,
    ];
    assert!(texts.iter().all(|text| text.is_none()));
    assert!(bench.has(|event| matches!(
        event,
        Event::Shortened {
            cause: ShortenCause::TooLong,
            ..
        }
    )));
    bench.respond(&short, 1);
    let next = bench.one();
    assert_eq!(next.to(), 1);
    assert!(next.request.information_text.is_some());
    bench.respond(&next, 0);
    assert_eq!(bench.accepted(), [(alarm, 1)]);
    // Without texts there is nothing to leave out.
    let _ = bench.submit();
    let plain = bench.one();
    bench.respond(&plain, 1);
    assert_eq!(bench.one().to(), 1);
}

#[test]
fn line_52_snu_2_3_5_7_and_unknown_ones_move_on() {
    for snu in [2, 3, 5, 7, 8, 99, 12345] {
        let mut bench = Bench::new(config(2));
        let alarm = bench.submit();
        let first = bench.one();
        bench.respond(&first, snu);
        let next = bench.one();
        assert_eq!(next.to(), 1);
        let reason = FailureReason::Response(StatusNumber::new(u16::try_from(snu).unwrap()));
        assert_eq!(bench.failures(), [(0, reason)]);
        bench.respond(&next, 0);
        assert_eq!(bench.accepted(), [(alarm, 1)]);
    }
}

#[test]
fn line_52_who_found_fault_with_the_bytes_does_not_get_them_again_while_another_is_left() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let first = bench.one();
    bench.respond(&first, 3);
    for _ in 0..4 {
        let sent = bench.until(1, seconds(70));
        bench.answer(&sent, 503);
    }
    // Nor after 5, which is not about the bytes: the other one gets them again.
    for snu in [5, 7] {
        let sent = bench.until(1, seconds(70));
        bench.respond(&sent, snu);
    }
    let first = bench.failures().iter().filter(|(n, _)| *n == 0).count();
    assert_eq!(first, 1, "{:?}", bench.failures());
    // When all have found fault the alarm still goes on.
    let sent = bench.until(0, seconds(61));
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 0)]);
}

// Follow-ups and heartbeats (section 10).

fn follow_up(message_type: MessageType<'static>) -> Request<'static> {
    let mut request = alarm();
    request.message_type = message_type;
    request
}

#[test]
fn reset_and_information_go_to_the_receiver_that_accepted() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    // Before anybody has accepted they wait.
    let early = bench
        .sender
        .submit(
            bench.now,
            follow_up(MessageType::Information),
            About::Alarm(alarm),
        )
        .unwrap();
    let first = bench.one();
    assert_eq!(
        bench.sender.status(early).unwrap().waiting,
        Waiting::Alarm(alarm)
    );
    bench.answer(&first, 503);
    let second = bench.one();
    bench.respond(&second, 0);
    let information = bench.one();
    assert_eq!(information.to(), 1);
    assert_eq!(information.request.message_type, MessageType::Information);
    bench.respond(&information, 0);
    // And there only, also when it fails there.
    let reset = bench
        .sender
        .submit(
            bench.now,
            follow_up(MessageType::Reset),
            About::Alarm(alarm),
        )
        .unwrap();
    let sent = bench.one();
    assert_eq!(sent.to(), 1);
    bench.answer(&sent, 500);
    let again = bench.until(1, seconds(5));
    assert_eq!(again.reference(), sent.reference());
    bench.respond(&again, 0);
    assert_eq!(bench.accepted(), [(alarm, 1), (early, 1), (reset, 1)]);
    assert_eq!(
        bench.sender.accepted_by(alarm).map(|id| id.index()),
        Some(1)
    );
    // After a restart the caller says who it was.
    let mut bench = Bench::new(config(2));
    let about = About::Alarm(alarm);
    let unknown = bench
        .sender
        .submit(bench.now, follow_up(MessageType::Reset), about);
    assert_eq!(unknown, Err(SubmitError::UnknownAlarm));
    let about = About::Receiver(bench.sender.receiver_named("arc1").unwrap());
    let _ = bench
        .sender
        .submit(bench.now, follow_up(MessageType::Reset), about)
        .unwrap();
    assert_eq!(bench.one().to(), 1);
}

#[test]
fn what_waits_for_an_abandoned_alarm_goes_to_the_receivers_in_their_order() {
    let mut bench = Bench::new(config(2));
    let alarm = bench.submit();
    let about = About::Alarm(alarm);
    let _ = bench
        .sender
        .submit(bench.now, follow_up(MessageType::Reset), about)
        .unwrap();
    let _ = bench.one();
    assert!(bench.sender.abandon(bench.now, alarm).is_some());
    let sent = bench.one();
    assert_eq!(
        (sent.to(), sent.request.message_type),
        (0, MessageType::Reset)
    );
}

#[test]
fn a_heartbeat_is_tried_once_through_the_list_and_then_dropped() {
    let mut bench = Bench::new(config(2));
    let beat = || Request::heartbeat(Reference::new("0"), ControllerId::new("40211870"));
    let id = bench.sender.submit(bench.now, beat(), About::New).unwrap();
    for n in 0..2 {
        let sent = bench.one();
        assert_eq!(sent.to(), n);
        bench.answer(&sent, 503);
    }
    bench.none();
    let dropped =
        |event: &Event| matches!(event, Event::HeartbeatDropped { alarm } if *alarm == id);
    assert!(bench.has(dropped));
    // One that is answered is accepted like anything else; busy is answer enough to let go.
    let accepted = bench.sender.submit(bench.now, beat(), About::New).unwrap();
    let sent = bench.one();
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(accepted, 0)]);
    let _ = bench.sender.submit(bench.now, beat(), About::New).unwrap();
    let sent = bench.one();
    bench.respond(&sent, 6);
    bench.none();
    bench.rest();
}

// Section 5.3.

#[test]
fn a_message_above_1300_bytes_on_udp_is_told_or_shortened_as_set() {
    let mut request = long_alarm();
    request.caller_ids = [scaip::CallAddress::new(format!("sip:{}", "c".repeat(250)))]
        .into_iter()
        .collect();
    for shorten in [false, true] {
        let mut config = config(1);
        config.shorten_oversize = shorten;
        config.receivers[0].domain = format!("{}.example.net", "d".repeat(100));
        config.receivers[0].account = format!("sip:alarm@{}.example.net", "d".repeat(160));
        let mut bench = Bench::new(config);
        let _ = bench
            .sender
            .submit(bench.now, request.clone(), About::New)
            .unwrap();
        let sent = bench.one();
        let length = sent.message.raw().len();
        assert_eq!(sent.request.information_text.is_none(), shorten);
        assert_eq!(length > 1300, !shorten, "{length}");
        assert!(bench.has(|event| match event {
            Event::Oversize { length: told, .. } => !shorten && *told == length,
            Event::Shortened {
                cause: ShortenCause::Oversize { .. },
                ..
            } => shorten,
            _ => false,
        }));
    }
}

// Streams.

fn stream_config() -> scaip::sender::Config {
    let receivers = vec![receiver(0, Transport::Tls), receiver(1, Transport::Udp)];
    scaip::sender::Config::new([5; 16], unit(), receivers)
}

fn connects(bench: &Bench) -> usize {
    bench
        .events
        .iter()
        .filter(|event| matches!(event, Event::Connect { .. }))
        .count()
}

#[test]
fn a_stream_receiver_is_connected_to_once_and_the_connection_used_again() {
    let mut bench = Bench::new(stream_config());
    let (first, second) = (bench.submit(), bench.submit());
    bench.none();
    assert_eq!(connects(&bench), 1);
    let to = bench.sender.receiver_named("arc0").unwrap();
    let connection = bench.sender.connected(bench.now, to, unit()).unwrap();
    let sent = bench.sent();
    assert_eq!(sent.len(), 2);
    assert!(
        sent.iter()
            .all(|sent| sent.path.connection == Some(connection))
    );
    for sent in &sent {
        let bytes = sent.answer(&Response {
            body: sent.mrs(0).as_bytes(),
            ..Response::new(StatusCode::OK)
        });
        bench.sender.handle_stream(bench.now, connection, &bytes);
    }
    bench.none();
    assert_eq!(bench.accepted(), [(first, 0), (second, 0)]);
    let _ = bench.submit();
    assert_eq!(bench.one().path.connection, Some(connection));
    assert_eq!(connects(&bench), 1);
}

#[test]
fn a_connection_that_fails_is_late_or_breaks_ends_in_the_next_receiver() {
    // Refused.
    let mut bench = Bench::new(stream_config());
    let to = bench.sender.receiver_named("arc0").unwrap();
    let _ = bench.submit();
    bench.none();
    bench.sender.connect_failed(bench.now, to);
    assert_eq!(bench.one().to(), 1);
    // Never answered.
    let mut bench = Bench::new(stream_config());
    let _ = bench.submit();
    bench.none();
    let start = bench.now;
    let _ = bench.until(1, seconds(11));
    assert!(bench.now - start <= seconds(10));
    // Broken before the 200, and before the mrs.
    for with_ok in [false, true] {
        let mut bench = Bench::new(stream_config());
        let _ = bench.submit();
        bench.none();
        let connection = bench.sender.connected(bench.now, to, unit()).unwrap();
        let sent = bench.one();
        if with_ok {
            let bytes = sent.answer(&Response::new(StatusCode::OK));
            bench.sender.handle_stream(bench.now, connection, &bytes);
            bench.none();
        }
        bench.sender.connection_closed(connection);
        assert_eq!(bench.one().to(), 1);
        assert_eq!(bench.failures(), [(0, FailureReason::Transport)]);
        // The next alarm asks for a new connection.
        let _ = bench.submit();
        bench.none();
        assert_eq!(connects(&bench), 2);
    }
    // A stream that turns to nonsense is closed by the sender.
    let mut bench = Bench::new(stream_config());
    let _ = bench.submit();
    bench.none();
    let connection = bench.sender.connected(bench.now, to, unit()).unwrap();
    let sent = bench.one();
    let ok = sent.answer(&Response::new(StatusCode::OK));
    bench.sender.handle_stream(bench.now, connection, &ok);
    bench
        .sender
        .handle_stream(bench.now, connection, b"MESSAGE sip:a SIP/2.0\r\n\r\n");
    assert_eq!(bench.one().to(), 1);
    assert_eq!(bench.failures(), [(0, FailureReason::Transport)]);
    let udp = bench.sender.receiver_named("arc1").unwrap();
    let refused = bench.sender.connected(bench.now, udp, unit());
    assert_eq!(refused, Err(ConnectedError::NotAStream));
}

#[test]
fn receivers_of_both_families_are_reached_each_from_an_address_of_its_own() {
    let mut config = config(2);
    config.receivers[1].address = "[2001:db8::1]:5060".parse().unwrap();
    config.receivers[1].local = Some("[2001:db8::7]:5060".parse().unwrap());
    let mut bench = Bench::new(config);
    let alarm = bench.submit();
    let first = bench.one();
    assert_eq!(first.path.local, unit());
    bench.answer(&first, 503);
    let second = bench.one();
    assert_eq!(second.path.local, "[2001:db8::7]:5060".parse().unwrap());
    assert_eq!(second.path.remote, "[2001:db8::1]:5060".parse().unwrap());
    bench.answer_with(&second, &second.mrs(0));
    assert_eq!(bench.accepted(), [(alarm, 1)]);
}

// Settings and secrets.

#[test]
fn settings_that_could_send_nothing_are_refused() {
    let refused = |change: fn(&mut scaip::sender::Config)| {
        let mut config = config(1);
        change(&mut config);
        Sender::new(config).unwrap_err()
    };
    assert_eq!(refused(|c| c.receivers.clear()), ConfigError::NoReceiver);
    assert_eq!(
        refused(|c| c.ok_wait = seconds(0)),
        ConfigError::Zero { setting: "ok_wait" }
    );
    assert_eq!(
        refused(|c| c.longest_back_off = seconds(90_000)),
        ConfigError::TooLong {
            setting: "longest_back_off"
        }
    );
    for account in ["", "alarm", "sip:a b@c", "sip:alarm@"] {
        let mut config = config(1);
        config.receivers = vec![ReceiverAddress::new("x", Transport::Udp, arc(0), account)];
        let refused = Sender::new(config).unwrap_err();
        assert!(
            matches!(refused, ConfigError::Receiver { index: 0, .. }),
            "{account}"
        );
    }
}

#[test]
fn neither_texts_nor_secrets_nor_seeds_are_printed() {
    let mut config = with_credentials(1, "open sesame");
    config.endpoint.seed = [77; 16];
    let mut bench = Bench::new(config.clone());
    let mut request = alarm();
    request.information_text = Some(Text::new("lives alone"));
    let _ = bench.sender.submit(bench.now, request, About::New).unwrap();
    let all = format!("{config:?} {:?}", bench.sender);
    // As text, and as the numbers of its bytes.
    for hidden in ["sesame", "lives alone", "77, 77", "108, 105, 118"] {
        assert!(!all.contains(hidden), "{hidden}");
    }
}

#[test]
fn line_52_a_refusal_while_the_repeat_is_waited_for_ends_the_wait_at_once() {
    for (first, then) in [(4, 5), (6, 3), (4, 99)] {
        let mut bench = Bench::new(config(2));
        let _ = bench.submit();
        let sent = bench.one();
        bench.respond(&sent, first);
        bench.none();
        bench.message(0, &sent.mrs(then));
        assert_eq!(bench.one().to(), 1, "{first} then {then}");
    }
    // The same word again, in the 200 and in a MESSAGE, changes nothing.
    let mut bench = Bench::new(config(2));
    let _ = bench.submit();
    let sent = bench.one();
    bench.answer_with(&sent, &sent.mrs(4));
    bench.message(0, &sent.mrs(4));
    bench.none();
    let held = |event: &&Event| matches!(event, Event::Held { .. });
    assert_eq!(bench.events.iter().filter(held).count(), 1);
}
