//! One type of documents in trouble holds up no other.
#![cfg(feature = "requests")]

#[path = "delivery/support.rs"]
#[allow(dead_code)]
mod support;

use core::time::Duration;

use fhir_vkp::Time;
use fhir_vkp::delivery::{Calls, Delivery, DeliveryCall, EntryId, Event, Lane, ParkReason, Store};
use fhir_vkp::request::{Action, Resource};
use support::{
    Answer, at, delivery, dispense, events, exchange, reply, sent, serve, submitted, taken_over,
    vkp,
};

fn handed_out(
    delivery: &mut Delivery<impl Store>,
    now: Time,
    number: u32,
    lane: Option<Lane>,
) -> EntryId {
    taken_over(delivery, now, &dispense(number), lane)
}

/// The path of one type is wrong.
fn dispenses_404(call: &DeliveryCall) -> u16 {
    match call.request.resource() {
        Some(Resource::MedicationDispense) => 404,
        _ => 200,
    }
}

/// Answers what is due until this time.
fn run(
    delivery: &mut Delivery<impl Store>,
    from: Time,
    until: Time,
    status: impl Fn(&DeliveryCall) -> u16 + Copy,
) {
    let mut now = from;
    while now < until {
        serve(delivery, now, status);
        now = delivery.poll_timeout().map_or(until, |next| next.max(now));
    }
}

#[test]
fn a_wrong_path_of_one_type_holds_up_no_other() {
    let mut delivery = delivery(vkp());
    for number in 1..=40 {
        handed_out(&mut delivery, at(0), number, None);
    }
    run(&mut delivery, at(0), at(70_000), dispenses_404);
    let note = submitted(&mut delivery, at(70_000), 99, None);
    let call = sent(&mut delivery, at(70_000), Action::Write);
    assert_eq!(call.entry, note);
    reply(&mut delivery, at(70_000), &call, &Answer::of(200));
    assert!(events(&mut delivery).contains(&Event::Done { id: note }));
    assert!(delivery.is_paused(Calls::Writes), "it is shown");
}

#[test]
fn a_wrong_path_of_one_type_holds_up_nobodys_other_documents() {
    let mut delivery = delivery(vkp());
    let lane = Some(Lane(7));
    for number in 1..=40 {
        handed_out(&mut delivery, at(0), number, lane);
    }
    run(&mut delivery, at(0), at(60_000), dispenses_404);
    let note = submitted(&mut delivery, at(60_000), 99, lane);
    let after = submitted(&mut delivery, at(60_000), 100, lane);
    let call = sent(&mut delivery, at(60_000), Action::Write);
    assert_eq!(call.entry, note);
    // Its own order is kept.
    assert!(
        delivery
            .poll_call(at(60_000))
            .is_none_or(|call| call.entry != after)
    );
    reply(&mut delivery, at(60_000), &call, &Answer::of(200));
    run(&mut delivery, at(60_000), at(120_000), dispenses_404);
    assert!(events(&mut delivery).contains(&Event::Done { id: after }));
}

#[test]
fn a_lane_in_trouble_before_the_note_came_and_one_after_do_not_differ() {
    let mut delivery = delivery(vkp());
    let lane = Some(Lane(7));
    for number in 1..=40 {
        handed_out(&mut delivery, at(0), number, lane);
    }
    let note = submitted(&mut delivery, at(0), 99, lane);
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(404));
    run(&mut delivery, at(0), at(60_000), dispenses_404);
    assert!(events(&mut delivery).contains(&Event::Done { id: note }));
}

#[test]
fn when_the_path_is_mended_a_lane_has_its_order_again() {
    let mut delivery = delivery(vkp());
    let lane = Some(Lane(7));
    let first = handed_out(&mut delivery, at(0), 1, lane);
    let second = handed_out(&mut delivery, at(0), 2, lane);
    let note = submitted(&mut delivery, at(0), 3, lane);
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(404));
    // The note may go ahead, and meets trouble that passes.
    let call = sent(&mut delivery, at(0), Action::Write);
    assert_eq!(call.entry, note);
    let busy = Answer::of(503).with(("Retry-After", "240"));
    reply(&mut delivery, at(0), &call, &busy);
    let now = at(250_000);
    let call = sent(&mut delivery, now, Action::Write);
    let probe = if call.entry == first {
        call
    } else {
        sent(&mut delivery, now, Action::Write)
    };
    assert_eq!(probe.entry, first);
    reply(&mut delivery, now, &probe, &Answer::of(200));
    let call = sent(&mut delivery, now, Action::Write);
    assert_eq!(call.entry, second);
}

#[test]
fn what_alone_finds_no_address_is_parked_with_a_reason_and_may_be_tried_again() {
    let mut delivery = delivery(vkp());
    let bad = handed_out(&mut delivery, at(0), 1, Some(Lane(7)));
    let (mut now, mut number, mut attempts) = (at(0), 1, 0);
    while delivery.parked().count() == 0 {
        number += 1;
        assert!(now < at(2 * 3_600_000), "it goes on");
        submitted(&mut delivery, now, number, None);
        delivery.handle_timeout(now);
        while let Some(call) = delivery.poll_call(now) {
            attempts += u32::from(call.entry == bad);
            reply(&mut delivery, now, &call, &Answer::of(dispenses_404(&call)));
        }
        now = now + Duration::from_secs(30);
    }
    assert!((3..8).contains(&attempts), "{attempts}");
    let (_, why, _) = delivery.parked().next().expect("parked");
    assert_eq!(why.reason, ParkReason::TurnedAway);
    assert!(!why.may_have_arrived());
    let _ = delivery.retry(now, bad).expect("kept");
    now = now + Duration::from_secs(3_600);
    delivery.handle_timeout(now);
    let call = sent(&mut delivery, now, Action::Write);
    reply(&mut delivery, now, &call, &Answer::of(200));
    assert!(events(&mut delivery).contains(&Event::Done { id: bad }));
}

#[test]
fn while_nothing_goes_through_nothing_is_parked() {
    let mut delivery = delivery(vkp());
    for number in 1..=10 {
        handed_out(
            &mut delivery,
            at(0),
            number,
            Some(Lane(u64::from(number % 3))),
        );
        submitted(
            &mut delivery,
            at(0),
            100 + number,
            Some(Lane(u64::from(number % 3))),
        );
    }
    run(&mut delivery, at(0), at(20 * 3_600_000), |_| 404);
    assert_eq!(
        (delivery.parked().count(), delivery.open_documents()),
        (0, 20)
    );
    run(
        &mut delivery,
        at(20 * 3_600_000),
        at(21 * 3_600_000),
        |_| 200,
    );
    assert_eq!(delivery.open_documents(), 0);
}

#[test]
fn one_call_at_a_time_goes_by_turns_through_the_types() {
    for status in [401, 403] {
        let mut delivery = delivery(vkp());
        for number in 1..=40 {
            handed_out(&mut delivery, at(0), number, None);
        }
        run(&mut delivery, at(0), at(30_000), |_| status);
        let note = submitted(&mut delivery, at(30_000), 99, None);
        let answer = |call: &DeliveryCall| if call.entry == note { 200 } else { status };
        run(&mut delivery, at(30_000), at(10 * 60_000), answer);
        assert_eq!(delivery.state(note), None, "{status}: within minutes");
    }
}

#[test]
fn a_gateway_that_looks_at_bodies_first_ends_no_pause() {
    for status in [413, 400, 422, 409] {
        let mut delivery = delivery(vkp());
        let first = submitted(&mut delivery, at(0), 1, None);
        submitted(&mut delivery, at(0), 2, None);
        submitted(&mut delivery, at(0), 3, None);
        exchange(&mut delivery, at(0), Action::Write, &Answer::of(403));
        let mut now = at(60_000);
        let probe = sent(&mut delivery, now, Action::Write);
        assert_ne!(probe.entry, first);
        reply(&mut delivery, now, &probe, &Answer::of(status));
        assert!(delivery.is_paused(Calls::Writes), "{status}");
        assert_eq!(delivery.parked().count(), 1);
        // 403 to all is still nobody's own trouble.
        while now < at(6 * 3_600_000) {
            serve(&mut delivery, now, |_| 403);
            now = delivery.poll_timeout().expect("it goes on");
        }
        assert_eq!(delivery.parked().count(), 1, "{status}");
    }
}

#[test]
fn a_refusal_with_a_code_ends_a_pause() {
    let body =
        r#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"MissingActiveService"}]}"#;
    let mut delivery = delivery(vkp());
    submitted(&mut delivery, at(0), 1, None);
    submitted(&mut delivery, at(0), 2, None);
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(403));
    exchange(
        &mut delivery,
        at(60_000),
        Action::Write,
        &Answer::of(400).body(body),
    );
    assert!(!delivery.is_paused(Calls::Writes));
}

#[test]
fn a_wrong_path_that_is_explained_in_fhir_parks_nothing_either() {
    const SAID: &str = r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"not-found","diagnostics":"Unknown resource type"}]}"#;
    for status in [404, 410] {
        let mut delivery = delivery(vkp());
        for number in 1..=3 {
            submitted(&mut delivery, at(0), number, None);
        }
        let mut now = at(0);
        while now < at(3_600_000) {
            delivery.handle_timeout(now);
            while let Some(call) = delivery.poll_call(now) {
                reply(&mut delivery, now, &call, &Answer::of(status).body(SAID));
            }
            now = delivery.poll_timeout().expect("it goes on");
        }
        assert_eq!(delivery.parked().count(), 0, "{status}");
        assert!(delivery.is_paused(Calls::Writes));
    }
}
