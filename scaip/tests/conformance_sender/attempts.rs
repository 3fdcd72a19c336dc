//! Lines 48, 49 and 51: the next receiver, the same reference, and no end before a yes.

use std::collections::HashSet;

use scaip::Reference;
use scaip::sender::{About, Event, FailureReason, ReferenceState, SubmitError, Waiting};
use scaip::sip::StatusCode;

use crate::sender_support::{Bench, alarm, config, pressed, seconds};

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
        let sent = bench.one_to(n);
        bench.answer(&sent, status);
        let status = StatusCode::new(status).unwrap();
        assert_eq!(bench.failures()[n], (n, FailureReason::Refused(status)));
    }
    let sent = bench.one();
    bench.respond(&sent, 0);
    assert_eq!(bench.accepted(), [(alarm, 3)]);
}

#[test]
fn line_49_repeats_keep_the_ref_and_a_new_event_gets_a_new_one() {
    let (mut bench, _, first) = pressed(config(2));
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
            let (_, sent) = bench.press();
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
