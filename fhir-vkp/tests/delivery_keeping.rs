//! What the store could not keep is made good, and a long outage parks nothing untried.
#![cfg(feature = "requests")]

#[path = "delivery/flaky.rs"]
mod flaky;
#[path = "delivery/support.rs"]
#[allow(dead_code)]
mod support;

use core::time::Duration;

use fhir_vkp::delivery::{
    Config, Delivery, EntryState, Event, Lane, ParkReason, Retried, SubmitError,
};
use fhir_vkp::request::Action;
use fhir_vkp::{Random, Time, WallMicros};
use flaky::Flaky;
use support::{
    Answer, accepted, at, bundle, delivery, events, exchange, jft, open, parked, sent, serve,
    submitted, vkp,
};

/// Lets the delivery do what it wants to do by itself, but no calls, for ten minutes.
fn wait(delivery: &mut Delivery<Flaky>, from: Time) -> Time {
    for second in 0..600 {
        delivery.handle_timeout(from + Duration::from_secs(second));
    }
    from + Duration::from_secs(600)
}

#[test]
fn that_it_was_taken_is_kept_in_the_end() {
    for failures in 1..5 {
        let store = Flaky::default();
        let mut delivery = open(jft(), Config::default(), store.clone());
        let id = submitted(&mut delivery, at(0), 1, None);
        store.failures.set(failures);
        exchange(&mut delivery, at(0), Action::Write, &accepted());
        assert!(matches!(store.state(id), Some(EntryState::Waiting { .. })));
        wait(&mut delivery, at(0));
        assert_eq!(store.state(id), delivery.state(id), "{failures}");
        // A restart asks, and does not write again.
        let mut again = open(jft(), Config::default(), store);
        let now = again.poll_timeout().expect("a question");
        let _ = sent(&mut again, now, Action::Status);
    }
}

#[test]
fn what_is_done_leaves_the_store_in_the_end() {
    for failures in 1..5 {
        let store = Flaky::default();
        let mut delivery = open(vkp(), Config::default(), store.clone());
        let id = submitted(&mut delivery, at(0), 1, None);
        store.failures.set(failures);
        exchange(&mut delivery, at(0), Action::Write, &Answer::of(200));
        assert_eq!(store.entries().len(), 1);
        assert!(events(&mut delivery).contains(&Event::Done { id }));
        wait(&mut delivery, at(0));
        assert_eq!(store.entries().len(), 0, "{failures}");
        assert_eq!(delivery.poll_timeout(), None);
    }
}

#[test]
fn what_is_parked_is_a_dead_letter_in_the_end() {
    for failures in 1..5 {
        let store = Flaky::default();
        let mut delivery = open(vkp(), Config::default(), store.clone());
        let id = submitted(&mut delivery, at(0), 1, None);
        store.failures.set(failures);
        exchange(&mut delivery, at(0), Action::Write, &Answer::of(400));
        wait(&mut delivery, at(0));
        assert!(
            matches!(store.state(id), Some(EntryState::Parked { .. })),
            "{failures}"
        );
        assert_eq!(store.state(id), delivery.state(id));
    }
}

#[test]
fn a_retry_that_may_have_been_kept_or_not_leaves_no_doubt() {
    let store = Flaky::default();
    let mut delivery = open(vkp(), Config::default(), store.clone());
    let id = submitted(&mut delivery, at(0), 1, None);
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(400));
    store.failures.set(2);
    assert!(delivery.retry(at(0), id).is_err());
    assert!(delivery.poll_timeout().is_some(), "it is kept once more");
    let now = wait(&mut delivery, at(0));
    assert_eq!((store.failures.get(), delivery.poll_timeout()), (0, None));
    assert_eq!(delivery.retry(now, id), Ok(Retried::Written));
    assert_eq!(store.state(id), delivery.state(id));
}

#[test]
fn what_could_not_be_kept_is_told_once_counted_and_bounded() {
    let store = Flaky::default();
    let mut config = Config::default();
    config.capacity = 2;
    let mut delivery = open(vkp(), config, store.clone());
    for number in 1..=2 {
        submitted(&mut delivery, at(0), number, None);
    }
    store.failures.set(u32::MAX);
    for _ in 1..=2 {
        exchange(&mut delivery, at(0), Action::Write, &Answer::of(200));
    }
    let now = wait(&mut delivery, at(0));
    let failed = |event: &Event| matches!(event, Event::StoreFailed { .. });
    assert_eq!(events(&mut delivery).into_iter().filter(failed).count(), 2);
    assert_eq!(
        (delivery.unkept_documents(), delivery.open_documents()),
        (2, 0)
    );
    let more = delivery.submit(now, &bundle(3), None);
    assert_eq!(
        more,
        Err(SubmitError::Full),
        "the store is not told of more and more"
    );
    store.failures.set(0);
    wait(&mut delivery, now);
    assert_eq!((delivery.unkept_documents(), store.entries().len()), (0, 0));
}

fn reopened(
    store: fhir_vkp::delivery::MemoryStore,
    days: i64,
) -> Delivery<fhir_vkp::delivery::MemoryStore> {
    let wall = WallMicros(support::WALL.0 + days * 86_400_000_000);
    let random = Random::new(7);
    Delivery::open(Time::ZERO, wall, vkp(), store, Config::default(), random).expect("opened")
}

#[test]
fn what_waited_through_a_long_outage_is_tried_before_it_is_parked() {
    let mut first = delivery(vkp());
    let lane = Some(Lane(7));
    for number in 1..=20 {
        submitted(&mut first, at(0), number, lane.filter(|_| number % 2 == 0));
    }
    let mut second = reopened(first.into_store(), 3);
    serve(&mut second, Time::ZERO, |_| 200);
    assert_eq!((second.open_documents(), second.parked().count()), (0, 0));
}

#[test]
fn what_waited_through_a_long_outage_and_is_not_taken_is_parked_in_the_end() {
    let mut first = delivery(vkp());
    let id = submitted(&mut first, at(0), 1, None);
    let mut second = reopened(first.into_store(), 3);
    let mut now = Time::ZERO;
    while second.parked().count() == 0 {
        serve(&mut second, now, |_| 503);
        now = second.poll_timeout().unwrap_or(now);
    }
    assert!(now > at(60_000) && now <= at(2 * 3_600_000), "{now:?}");
    let told = events(&mut second);
    assert_eq!(told.last(), Some(&parked(id, ParkReason::NotTaken, true)));
}
