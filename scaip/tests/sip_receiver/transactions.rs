//! What is a repeat and what is new, how long it is known, and what happens when there is no room.

use std::time::Duration;

use scaip::sip::{Event, Method, Path, RespondError, Response, SipWarning, StatusCode};

use crate::bench::{Bench, heard};
use crate::sip_support::{BODY, alarm, request, server_address, text, unit};

#[test]
fn test_35_a_retransmission_gets_the_same_answer_and_raises_nothing() {
    let mut bench = Bench::new();
    bench.hear(alarm("a"));
    bench.hear(alarm("a"));
    let (id, _) = bench.take();
    let early = bench.events();
    assert!(
        matches!(early[..], [Event::Retransmission { answered: false, id: first, .. }] if first == id)
    );
    let first = bench.ok_to(id);
    bench.pass_to(bench.now + Duration::from_millis(31_999));
    assert_eq!(bench.answer_to(alarm("a")), first);
    assert!(matches!(
        bench.events()[..],
        [Event::Retransmission { answered: true, .. }]
    ));
    assert_eq!(bench.endpoint.counters().requests(), 1);
    assert_eq!(bench.endpoint.counters().retransmissions(), 2);
}

#[test]
fn a_finished_transaction_is_kept_for_timer_j_and_no_longer() {
    let (mut bench, id, _) = heard(alarm("a"));
    bench.now += Duration::from_secs(3);
    bench.ok(id);
    let end = bench.now + Duration::from_secs(32);
    assert_eq!(bench.endpoint.poll_timeout(), Some(end));
    bench.pass_to(end);
    assert_eq!(bench.endpoint.poll_timeout(), None);
    assert_eq!(bench.endpoint.load(), (0, 0, 0));
    assert!(bench.endpoint.poll_event().is_none());
}

#[test]
fn test_36_every_new_alarm_counts_though_the_branch_stays_the_same() {
    let same = |call: &str, body: &str| request("MESSAGE", "z9hG4bK1", call, body);
    let other_number = same("a", BODY).replace("CSeq: 1", "CSeq: 2");
    let other_body = same("a", "<mrq><ref>2</ref></mrq>");
    let mut bench = Bench::new();
    let elsewhere = Path::udp(server_address(), "192.0.2.8:40123".parse().unwrap());
    let arrivals = [
        (unit(), same("a", BODY)),
        (unit(), same("b", BODY)),
        (unit(), other_number),
        (unit(), other_body),
        (elsewhere, same("a", BODY)),
    ];
    for (path, text) in &arrivals {
        bench.hear_from(*path, text.clone());
        let (id, message) = bench.take();
        let reused = message.warnings().contains(&SipWarning::BranchReused);
        assert_eq!(reused, *path == unit() && *text != arrivals[0].1);
        bench.ok(id);
    }
    assert_eq!(bench.endpoint.counters().requests(), 5);
    assert_eq!(bench.endpoint.counters().new_despite_branch(), 3);
    let answers = bench.transmits();
    assert!(text(&answers[1]).contains("Call-ID: b\r\n"));
    assert!(text(&answers[2]).contains("CSeq: 2 MESSAGE\r\n"));
    // And each repetition is still known.
    for (path, text) in arrivals {
        bench.hear_from(path, text);
    }
    assert_eq!(bench.endpoint.counters().retransmissions(), 5);
}

#[test]
fn requests_without_a_branch_or_with_a_foreign_one_are_matched_all_the_same() {
    for (via, warning) in [
        ("10.0.0.7:5062", SipWarning::MissingBranch),
        ("10.0.0.7:5062;branch=1", SipWarning::ForeignBranch),
        ("10.0.0.7:5062;branch", SipWarning::MissingBranch),
        (";;;", SipWarning::ViaUnreadable),
    ] {
        let make = |call| alarm(call).replace("10.0.0.7:5062;branch=z9hG4bK77;rport", via);
        let mut bench = Bench::new();
        bench.hear(make("a"));
        bench.hear(make("a"));
        bench.hear(make("b"));
        let (id, message) = bench.take();
        assert_eq!(message.warnings(), [warning]);
        bench.ok(id);
        let lead = format!("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP {via}");
        let answer = bench.only();
        assert!(answer.starts_with(&lead), "{answer}");
        assert_eq!(bench.endpoint.counters().requests(), 2);
    }
}

#[test]
fn overload_turns_new_alarms_away_and_still_answers_old_ones() {
    let (mut bench, id, _) = heard(alarm("a"));
    let first = bench.ok_to(id);
    bench.endpoint.set_overloaded(true);
    assert_eq!(bench.answer_to(alarm("a")), first);
    let _ = bench.events();
    let answer = bench.answer_to(alarm("b"));
    assert!(answer.starts_with("SIP/2.0 503 Service Unavailable\r\n"));
    assert!(answer.contains("\r\nRetry-After: 5\r\n"));
    assert!(bench.endpoint.poll_event().is_none());
    bench.hear(request("OPTIONS", "z9hG4bK1", "o", ""));
    assert_eq!(bench.statuses(), ["SIP/2.0 200 OK"]);
    bench.endpoint.set_overloaded(false);
    bench.hear(alarm("b"));
    bench.take();
    assert_eq!(bench.endpoint.counters().overloaded(), 1);
}

#[test]
fn a_table_full_of_unfinished_requests_answers_503_and_of_finished_ones_makes_room() {
    let mut bench = Bench::with(|config| config.server_transactions = 2);
    for call in ["a", "b", "c"] {
        bench.hear(alarm(call));
    }
    let (a, _) = bench.take();
    let (_b, _) = bench.take();
    assert!(bench.endpoint.poll_event().is_none());
    let answer = bench.only();
    assert!(answer.starts_with("SIP/2.0 503") && answer.contains("Call-ID: c\r\n"));
    bench.ok(a);
    bench.hear(alarm("c"));
    bench.take();
    let counters = bench.endpoint.counters();
    assert_eq!(
        (counters.full(), counters.evicted(), counters.requests()),
        (1, 1, 3)
    );
}

#[test]
fn a_queue_that_is_not_drained_drops_datagrams_and_counts_them() {
    let mut bench = Bench::with(|config| config.queue = 3);
    for call in 0..5 {
        bench.hear(alarm(&call.to_string()));
    }
    assert_eq!(bench.events().len(), 3);
    assert_eq!(bench.endpoint.counters().undrained(), 2);
    bench.hear(alarm("3"));
    bench.take();
}

#[test]
fn a_request_nobody_answers_expires_and_can_come_again() {
    let (mut bench, id, _) = heard(alarm("a"));
    let end = bench.now + Duration::from_secs(32);
    assert_eq!(bench.endpoint.poll_timeout(), Some(end));
    bench.pass_to(end);
    assert!(matches!(bench.events()[..], [Event::Expired { id: gone }] if gone == id));
    let late = bench.respond(id, &Response::new(StatusCode::OK));
    assert_eq!(late, Err(RespondError::NotWaiting));
    let (second, _) = bench.receive(alarm("a"));
    assert_ne!(id, second);
    // The old name does not answer the new request.
    assert!(bench.respond(id, &Response::new(StatusCode::OK)).is_err());
    bench.ok(second);
}

#[test]
fn overload_concerns_alarms_only() {
    let mut bench = Bench::with(|config| config.methods = vec![Method::Message, Method::Register]);
    bench.endpoint.set_overloaded(true);
    let register = request("REGISTER", "z9hG4bK1", "a", "");
    bench.hear(register);
    assert_eq!(bench.take().1.method(), Some(Method::Register));
}
