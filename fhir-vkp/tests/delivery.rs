//! Documents on their way (FHIR reference 9.1 and 9.2).
#![cfg(feature = "requests")]

#[path = "delivery/support.rs"]
#[allow(dead_code)]
mod support;

use core::time::Duration;

use fhir_vkp::answer::{Class, JournalState, Refusal};
use fhir_vkp::delivery::{
    Calls, Config, Delivery, EntryState, Event, Lane, LastAttempt, MemoryStore, Order, ParkReason,
    Retried, SubmitError, Target,
};
use fhir_vkp::request::{Action, RequestError};
use fhir_vkp::{OutcomeCode, Random, Time, WallMicros};
use support::{
    Answer, accepted, asked, at, bundle, delivery, events, exchange, followed, jft, open, parked,
    reply, sent, serve, submitted, vkp,
};

const JOURNALED: &str =
    r#"{"registered":"2026-03-14T02:20:00Z","journaled":"2026-03-14T02:21:00Z","failed":null}"#;
const REGISTERED: &str = r#"{"registered":"2026-03-14T02:20:00Z","journaled":null,"failed":null}"#;

#[test]
fn vkp_has_it_with_2xx() {
    let mut delivery = delivery(vkp());
    let id = submitted(&mut delivery, at(0), 1, None);
    let call = sent(&mut delivery, at(0), Action::Write);
    assert_eq!(call.request.body(), bundle(1).body());
    reply(&mut delivery, at(1), &call, &Answer::of(200));
    assert_eq!(events(&mut delivery), [Event::Done { id }]);
    assert_eq!(
        (
            delivery.open_documents(),
            delivery.store().entries().count()
        ),
        (0, 0)
    );
    assert_eq!(delivery.poll_timeout(), None);
}

#[test]
fn jft_is_followed_until_it_says_journaled() {
    let mut delivery = delivery(jft());
    let id = submitted(&mut delivery, at(0), 1, None);
    let call = sent(&mut delivery, at(0), Action::Write);
    reply(&mut delivery, at(1), &call, &accepted());
    assert_eq!(events(&mut delivery), [Event::Taken { id }]);
    assert!(matches!(delivery.state(id), Some(EntryState::Taken { .. })));
    assert!(delivery.poll_call(at(1)).is_none(), "not at once");
    let mut now = at(1);
    let mut pauses = Vec::new();
    for body in [REGISTERED, REGISTERED, "<html>", JOURNALED] {
        let due = delivery.poll_timeout().expect("a question");
        pauses.push(due.since(now));
        now = due;
        let call = sent(&mut delivery, now, Action::Status);
        assert_eq!(
            call.request.url(),
            "https://write.example.net/v1/Bundle/7/$status"
        );
        reply(&mut delivery, now, &call, &Answer::of(200).body(body));
    }
    assert!(
        pauses.iter().all(|pause| *pause <= Duration::from_secs(16)),
        "{pauses:?}"
    );
    let events = events(&mut delivery);
    let state = JournalState::Registered;
    assert_eq!(events[0], Event::Progress { id, state });
    assert!(matches!(&events[1..], [Event::Journaled { id: journaled, .. }] if *journaled == id));
    assert_eq!(delivery.open_documents(), 0);
}

#[test]
fn a_repeat_is_byte_for_byte_the_same() {
    let mut delivery = delivery(jft());
    submitted(&mut delivery, at(0), 1, None);
    let mut now = at(0);
    for answer in [None, Some(503), Some(500), Some(429), None] {
        let call = sent(&mut delivery, now, Action::Write);
        assert_eq!(call.request.body(), bundle(1).body());
        match answer {
            Some(status) => {
                reply(&mut delivery, now, &call, &Answer::of(status));
            }
            None => {
                now = call.deadline;
                delivery.handle_timeout(now);
                // The answer that comes too late does not count.
                let late = accepted().read(&call);
                delivery.handle_outcome(now, call.id, &late);
            }
        }
        assert!(delivery.poll_call(now).is_none(), "not at once");
        now = delivery.poll_timeout().expect("another attempt");
    }
    assert_eq!(events(&mut delivery), []);
}

#[test]
fn retry_after_is_heeded() {
    let mut delivery = delivery(vkp());
    submitted(&mut delivery, at(0), 1, None);
    submitted(&mut delivery, at(0), 2, None);
    let call = sent(&mut delivery, at(0), Action::Write);
    let busy = Answer::of(503).with(("Retry-After", "120"));
    reply(&mut delivery, at(0), &call, &busy);
    assert!(delivery.poll_call(at(119_999)).is_none());
    assert!(delivery.poll_call(at(120_000)).is_some());
}

#[test]
fn a_refusal_is_parked_with_its_code_and_holds_up_nobody() {
    let mut delivery = delivery(vkp());
    let lane = Some(Lane(7));
    let first = submitted(&mut delivery, at(0), 1, lane);
    let second = submitted(&mut delivery, at(0), 2, lane);
    let call = sent(&mut delivery, at(0), Action::Write);
    assert!(delivery.poll_call(at(0)).is_none(), "the lane is taken");
    let body =
        r#"{"resourceType":"OperationOutcome","issue":[{"diagnostics":"MissingActiveService"}]}"#;
    reply(&mut delivery, at(1), &call, &Answer::of(400).body(body));
    let reason = ParkReason::Refused(Refusal::Coded(OutcomeCode::NO_ACTIVE_SERVICE));
    assert_eq!(events(&mut delivery), [parked(first, reason, false)]);
    let call = sent(&mut delivery, at(1), Action::Write);
    assert_eq!(call.entry, second);
    reply(&mut delivery, at(2), &call, &Answer::of(204));
    // The parked one is still there, for an operator.
    assert_eq!(delivery.parked().count(), 1);
    assert_eq!(delivery.retry(at(3), first), Ok(Retried::Written));
    let call = sent(&mut delivery, at(3), Action::Write);
    assert_eq!(call.request.body(), bundle(1).body());
    reply(&mut delivery, at(4), &call, &Answer::of(422));
    assert!(delivery.dismiss(first).expect("removed"));
    assert!(!delivery.dismiss(first).expect("nothing to remove"));
    assert_eq!(delivery.store().entries().count(), 0);
}

#[test]
fn what_jft_fails_is_shown_with_its_raw_text_and_never_called_journaled() {
    for (body, reason) in [
        (
            r#"{"failed":"code 7"}"#,
            ParkReason::Failed("code 7".into()),
        ),
        (
            r#"{"failed":{"a":1}}"#,
            ParkReason::Failed(r#"{"a":1}"#.into()),
        ),
    ] {
        let mut delivery = delivery(jft());
        let id = followed(&mut delivery, 1);
        asked(&mut delivery, body);
        assert_eq!(events(&mut delivery)[1..], [parked(id, reason, false)]);
    }
}

#[test]
fn what_is_not_confirmed_in_time_is_shown_and_may_be_followed_again() {
    let mut delivery = delivery(jft());
    let id = followed(&mut delivery, 1);
    let (mut now, mut questions) = (at(0), 0);
    while delivery.parked().count() == 0 {
        now = delivery.poll_timeout().expect("it does not stop by itself");
        questions += serve(&mut delivery, now, |_| 404);
    }
    assert!(
        now >= at(72 * 3_600_000) && now <= at(73 * 3_600_000),
        "{now:?}"
    );
    assert!((288..5_000).contains(&questions), "{questions}");
    let reason = ParkReason::Unconfirmed;
    assert_eq!(
        events(&mut delivery).last(),
        Some(&parked(id, reason, false))
    );
    assert_eq!(delivery.poll_timeout(), None);
    // It is followed again, not written again.
    assert_eq!(delivery.retry(now, id), Ok(Retried::Asked));
    asked(&mut delivery, JOURNALED);
    assert!(matches!(
        events(&mut delivery)[..],
        [Event::Journaled { .. }]
    ));
}

#[test]
fn what_is_not_taken_is_late_and_then_parked() {
    let mut delivery = delivery(vkp());
    let id = submitted(&mut delivery, at(0), 1, None);
    let mut now = at(0);
    while delivery.parked().count() == 0 {
        serve(&mut delivery, now, |_| 503);
        now = delivery.poll_timeout().unwrap_or(now);
    }
    let last = Some(LastAttempt {
        class: Class::Transient,
        status: Some(503),
    });
    assert_eq!(
        events(&mut delivery),
        [
            Event::Late { id, last },
            parked(id, ParkReason::NotTaken, true)
        ]
    );
}

#[test]
fn accepted_without_a_status_to_follow_is_not_called_journaled() {
    let elsewhere = ("Location", "https://elsewhere.example.org/7");
    for answer in [Answer::of(202), Answer::of(202).with(elsewhere)] {
        let mut delivery = delivery(jft());
        let id = submitted(&mut delivery, at(0), 1, None);
        exchange(&mut delivery, at(0), Action::Write, &answer);
        let reason = ParkReason::WithoutStatus;
        assert_eq!(events(&mut delivery), [parked(id, reason, false)]);
    }
}

#[test]
fn a_refused_client_pauses_all_and_one_goes_ahead() {
    let mut delivery = delivery(vkp());
    for number in 1..=4 {
        submitted(&mut delivery, at(0), number, None);
    }
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(403));
    let (class, until) = (Class::Permission, at(60_000));
    let calls = Calls::Writes;
    let paused = Event::Paused {
        calls,
        resource: None,
        class,
        until,
    };
    assert_eq!(events(&mut delivery), [paused]);
    assert!(delivery.is_paused(calls) && !delivery.is_paused(Calls::Questions));
    assert!(delivery.poll_call(at(59_999)).is_none());
    let probe = sent(&mut delivery, at(60_000), Action::Write);
    assert!(delivery.poll_call(at(60_000)).is_none(), "one at a time");
    reply(&mut delivery, at(60_000), &probe, &Answer::of(200));
    assert!(matches!(
        events(&mut delivery)[..],
        [Event::Resumed { .. }, Event::Done { .. }]
    ));
    assert!(delivery.poll_call(at(60_000)).is_some() && delivery.poll_call(at(60_000)).is_some());
}

#[test]
fn a_document_that_alone_is_forbidden_is_parked_in_the_end() {
    let mut delivery = delivery(vkp());
    let bad = submitted(&mut delivery, at(0), 0, None);
    let (mut now, mut number) = (at(0), 0);
    while delivery.parked().count() == 0 {
        number += 1;
        assert!(number < 100, "it goes on for ever");
        submitted(&mut delivery, now, number, None);
        serve(&mut delivery, now, |call| {
            if call.entry == bad { 403 } else { 200 }
        });
        now = now + Duration::from_secs(30);
    }
    let reason = ParkReason::NotPermitted;
    assert!(events(&mut delivery).contains(&parked(bad, reason, false)));
}

#[test]
fn the_order_of_a_lane_may_be_kept_until_journaled() {
    let mut config = Config::default();
    config.order = Order::Journaled;
    let mut delivery = open(jft(), config, MemoryStore::new());
    let lane = Some(Lane(7));
    submitted(&mut delivery, at(0), 1, lane);
    let second = submitted(&mut delivery, at(0), 2, lane);
    exchange(&mut delivery, at(0), Action::Write, &accepted());
    let now = delivery.poll_timeout().expect("a question");
    let call = sent(&mut delivery, now, Action::Status);
    assert!(delivery.poll_call(now).is_none());
    reply(&mut delivery, now, &call, &Answer::of(200).body(JOURNALED));
    assert_eq!(sent(&mut delivery, now, Action::Write).entry, second);
}

#[test]
fn repeats_are_recognised_by_their_identifier() {
    let mut delivery = delivery(jft());
    let first = submitted(&mut delivery, at(0), 1, None);
    let again = delivery
        .submit(at(1), &bundle(1), None)
        .expect("taken over");
    assert_eq!((again.id, again.repeated), (first, true));
    let other = String::from_utf8(bundle(1).body().to_vec()).expect("text");
    let other = other.replace("\"document\"", "\"collection\"");
    let other = fhir_vkp::request::Document::from_json(other.as_bytes()).expect("a document");
    assert_eq!(
        delivery.submit(at(2), &other, None),
        Err(SubmitError::IdentifierReused)
    );
    assert_eq!(delivery.open_documents(), 1);
}

#[test]
fn what_the_service_would_not_take_is_refused_at_once_and_so_is_too_much() {
    let mut config = Config::default();
    config.capacity = 1;
    let mut delivery = open(jft(), config, MemoryStore::new());
    let patient = fhir_vkp::request::Document::from_json(&br#"{"resourceType":"Patient"}"#[..]);
    let refused = delivery.submit(at(0), &patient.expect("a document"), None);
    assert!(matches!(
        refused,
        Err(SubmitError::Request(RequestError::NotTaken { .. }))
    ));
    submitted(&mut delivery, at(0), 1, None);
    assert_eq!(
        delivery.submit(at(0), &bundle(2), None),
        Err(SubmitError::Full)
    );
}

#[test]
fn after_a_restart_it_goes_on_where_it_was() {
    let mut first = delivery(jft());
    let waiting = followed(&mut first, 1);
    let second = submitted(&mut first, at(0), 2, None);
    let _lost = sent(&mut first, at(0), Action::Write);
    let mut delivery = open(jft(), Config::default(), first.into_store());
    assert!(matches!(
        delivery.state(waiting),
        Some(EntryState::Taken { .. })
    ));
    let call = sent(&mut delivery, at(0), Action::Write);
    assert_eq!(
        (call.entry, call.request.body()),
        (second, bundle(2).body())
    );
    let third = submitted(&mut delivery, at(0), 3, None);
    assert!(third > second, "ids are not used again");
    // What was submitted long ago is out of time, once it was tried.
    let target: Target = jft();
    let (later, random) = (WallMicros(support::WALL.0 + 90_000_000_000), Random::new(7));
    let store = delivery.into_store();
    let mut late = Delivery::open(Time::ZERO, later, target, store, Config::default(), random)
        .expect("opened");
    late.handle_timeout(Time::ZERO);
    assert!(matches!(
        late.state(second),
        Some(EntryState::Waiting { .. })
    ));
    late.handle_timeout(at(3_600_000));
    assert!(events(&mut late).contains(&parked(second, ParkReason::NotTaken, true)));
}

#[test]
fn what_is_tried_again_has_its_new_time_after_a_restart_too() {
    let mut first = delivery(vkp());
    let id = submitted(&mut first, at(0), 1, None);
    let wall = |day: i64| WallMicros(support::WALL.0 + day * 86_400_000_000);
    let reopen = |store: MemoryStore, day| {
        let (mut config, random) = (Config::default(), Random::new(7));
        config.after_restart = Duration::ZERO;
        Delivery::open(Time::ZERO, wall(day), vkp(), store, config, random).expect("opened")
    };
    let mut delivery = reopen(first.into_store(), 2);
    delivery.handle_timeout(Time::ZERO);
    let reason = ParkReason::NotTaken;
    // Late says that it goes on being tried, which it does not.
    assert_eq!(events(&mut delivery), [parked(id, reason, true)]);
    assert_eq!(delivery.retry(Time::ZERO, id), Ok(Retried::Written));
    let waits = Some(EntryState::Waiting {
        since: Some(wall(2)),
    });
    assert_eq!(delivery.state(id), waits);
    let mut delivery = reopen(delivery.into_store(), 2);
    delivery.handle_timeout(Time::ZERO);
    assert_eq!(delivery.state(id), waits);
    assert_eq!(events(&mut delivery), []);
    assert!(delivery.poll_call(Time::ZERO).is_some());
    // Its new time ends, too.
    let mut delivery = reopen(delivery.into_store(), 3);
    delivery.handle_timeout(Time::ZERO);
    assert_eq!(delivery.parked().count(), 1);
}
