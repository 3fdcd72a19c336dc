//! Parked calls.

use sensio_partner::queue::{Event, EventMethod, Outcome, RefusalReason, RetryError};
use sensio_partner::{EventParameters, State};

use crate::bench::{Bench, DONE, delete, of, post, put, sent};

#[test]
fn an_update_of_nothing_is_parked_and_may_be_sent_as_a_new_event() {
    let mut bench = Bench::new();
    let id = bench.submit(&put("a"));
    bench.once(Outcome::NotFound);
    let Event::Parked(letter) = bench.event() else {
        panic!()
    };
    assert_eq!(letter.reason, RefusalReason::NotActive);
    bench.queue.retry_as_post(bench.now, id).expect("a PUT");

    let mut bench = bench.restart();
    let call = bench.once(DONE);
    assert_eq!(of(&call).1, EventMethod::Post);
    assert_eq!(sent(&call).state, Some(State::PRESENT));
}

#[test]
fn an_update_of_nothing_is_a_new_event_at_once_if_so_configured() {
    let mut bench = Bench::with(|config| config.post_when_not_active = true);
    bench.submit(&put("a"));
    bench.once(Outcome::NotFound);
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Post);
}

#[test]
fn an_unknown_device_is_parked_and_retried_after_its_registration() {
    let mut bench = Bench::new();
    let id = bench.submit(&post("a"));
    bench.once(Outcome::NotFound);
    let Event::Parked(letter) = bench.event() else {
        panic!()
    };
    assert_eq!(letter.reason, RefusalReason::UnknownDevice);
    bench
        .queue
        .retry(bench.now, id)
        .expect("nothing came after it");
    assert_eq!(of(&bench.once(DONE)).0, "a");
    assert_eq!(bench.queue.store().len(), 0);
    let unknown = bench.queue.retry(bench.now, id);
    assert!(matches!(unknown, Err(RetryError::Unknown)));
}

#[test]
fn a_parked_alarm_is_not_raised_after_its_end() {
    let mut bench = Bench::new();
    let raised = bench.submit(&post("a"));
    bench.once(Outcome::NotFound);
    bench.submit(&delete("a"));
    bench.once(Outcome::WasNotActive);
    let retried = bench.queue.retry(bench.now, raised);
    assert!(matches!(retried, Err(RetryError::Superseded)));

    let mut bench = bench.restart();
    let letter = bench.queue.dead_letters().next().expect("still there");
    assert!(letter.superseded);
    let retried = bench.queue.retry(bench.now, raised);
    assert!(matches!(retried, Err(RetryError::Superseded)));
    let kept = bench.queue.parameters(raised).expect("readable");
    assert_eq!(kept.as_deref(), Some(&EventParameters::new()));
    assert!(bench.queue.discard(raised).expect("removable"));
    assert!(!bench.queue.discard(raised).expect("gone"));
    assert!(bench.queue.store().is_empty());
}
