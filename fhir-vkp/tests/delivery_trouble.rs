//! Documents under lasting trouble: at one kind of call, at one address, over changed settings.
#![cfg(feature = "requests")]

#[path = "delivery/support.rs"]
#[allow(dead_code)]
mod support;

use core::time::Duration;

use fhir_vkp::answer::{Class, Failure, Outcome, PAUSE_LIMIT, Refusal};
use fhir_vkp::delivery::{Calls, Config, EntryState, Event, ParkReason, Retried, Target};
use fhir_vkp::request::{Action, BaseAddress, JftRequests, Resource, StatusAddress};
use support::{
    Answer, accepted, asked, at, delivery, events, exchange, followed, jft, open, parked, reply,
    sent, serve, submitted, vkp,
};

fn elsewhere() -> Target {
    let base = |text| BaseAddress::new(text).expect("an address");
    Target::Jft(JftRequests::new(
        base("https://new.example.net"),
        base("https://new-read.example.net"),
    ))
}

#[test]
fn what_was_taken_is_never_posted_again_by_a_retry_while_its_status_is_known() {
    let mut first = delivery(jft());
    let id = followed(&mut first, 1);
    // Another address was configured: the kept one may not be asked, the token would go there.
    let mut second = open(elsewhere(), Config::default(), first.into_store());
    let now = second.poll_timeout().expect("a question");
    assert!(second.poll_call(now).is_none());
    assert!(matches!(events(&mut second)[..], [Event::Parked { id: parked, .. }] if parked == id));
    let Some(EntryState::Parked { status, .. }) = second.state(id) else {
        panic!("parked");
    };
    assert!(status.is_some());
    // Somebody has it tried again, and nothing may be done.
    assert_eq!(second.retry(now, id), Ok(Retried::TakenBefore));
    assert_eq!((second.parked().count(), second.poll_timeout()), (1, None));
    // The address is put right, and somebody has it tried again.
    let mut third = open(jft(), Config::default(), second.into_store());
    assert_eq!(third.retry(at(0), id), Ok(Retried::Asked));
    let now = third.poll_timeout().expect("a question");
    let _ = sent(&mut third, now, Action::Status);
}

#[test]
fn trouble_with_questions_holds_up_no_write() {
    for trouble in [401, 403, 302, 407, 429, 503] {
        let mut delivery = delivery(jft());
        let (mut now, mut number, mut worst) = (at(0), 0, Duration::ZERO);
        let mut due = at(0);
        let mut waits = std::collections::BTreeMap::new();
        while now < at(2 * 3_600_000) {
            if now >= due {
                number += 1;
                waits.insert(submitted(&mut delivery, now, number, None), now);
                due = now + Duration::from_secs(600);
            }
            delivery.handle_timeout(now);
            while let Some(call) = delivery.poll_call(now) {
                let answer = match call.request.call().action {
                    Action::Write => {
                        let since = waits.remove(&call.entry).expect("written once");
                        worst = worst.max(now.since(since));
                        accepted()
                    }
                    _ => Answer::of(trouble).with(("Retry-After", "240")),
                };
                reply(&mut delivery, now, &call, &answer);
            }
            now = delivery.poll_timeout().map_or(due, |next| next.min(due));
        }
        assert_eq!(
            (number, waits.len(), worst),
            (12, 0, Duration::ZERO),
            "{trouble}"
        );
    }
}

#[test]
fn a_wrong_path_parks_no_document_but_lets_all_wait() {
    for status in [404, 405, 406, 410, 415] {
        let mut delivery = delivery(jft());
        for number in 1..=5 {
            submitted(&mut delivery, at(0), number, None);
        }
        let mut now = at(0);
        while now < at(3_600_000) {
            serve(&mut delivery, now, |_| status);
            now = delivery.poll_timeout().expect("it goes on");
        }
        assert_eq!(delivery.parked().count(), 0, "{status}");
        let events = events(&mut delivery);
        assert!(matches!(events[0], Event::Paused { .. }), "{events:?}");
        let late = |event: &&Event| matches!(event, Event::Late { .. });
        assert_eq!(events.iter().filter(late).count(), 5);
        // The deployment is over.
        let mut taken = 0;
        while taken < 5 {
            delivery.handle_timeout(now);
            while let Some(call) = delivery.poll_call(now) {
                taken += u32::from(call.request.call().action == Action::Write);
                reply(&mut delivery, now, &call, &accepted());
            }
            now = delivery.poll_timeout().expect("it goes on");
        }
    }
}

#[test]
fn a_pause_is_shown_as_long_as_nothing_goes_through_and_something_waits() {
    let mut delivery = delivery(jft());
    submitted(&mut delivery, at(0), 1, None);
    for step in 0..360 {
        let now = at(step * 10_000);
        serve(&mut delivery, now, |_| 404);
        assert!(delivery.is_paused(Calls::Writes), "{now:?}");
    }
    // At the end of the day it waits with an operator.
    let mut now = at(3_600_000);
    while delivery.parked().count() == 0 {
        serve(&mut delivery, now, |_| 404);
        now = delivery.poll_timeout().unwrap_or(now);
    }
    serve(&mut delivery, now + Duration::from_secs(900), |_| 404);
    assert!(!delivery.is_paused(Calls::Writes), "nothing waits");
}

#[test]
fn a_conflict_after_a_lost_answer_does_not_read_like_a_refusal() {
    let mut delivery = delivery(vkp());
    let id = submitted(&mut delivery, at(0), 1, None);
    let call = sent(&mut delivery, at(0), Action::Write);
    let lost = Outcome::failed(call.request.call(), Failure::ConnectionLost);
    delivery.handle_outcome(at(0), call.id, &lost);
    let now = delivery.poll_timeout().expect("a repeat");
    exchange(&mut delivery, now, Action::Write, &Answer::of(409));
    let conflict = ParkReason::Refused(Refusal::Conflict);
    let events = events(&mut delivery);
    assert_eq!(events, [parked(id, conflict, true)]);
    let Event::Parked { why, .. } = &events[0] else {
        panic!("parked");
    };
    assert!(why.may_have_arrived() && why.to_string().contains("arrived"));
}

#[test]
fn what_may_have_arrived_is_known_for_every_way_in_which_a_document_is_parked() {
    let later = ("Retry-After", "1");
    for (lost, maybe_taken) in [
        // Proxies that have handed the document on say so, too.
        (Answer::of(503), true),
        (Answer::of(503).with(later), false),
        (Answer::of(429), false),
        (Answer::of(500), true),
        (Answer::of(502), true),
        (Answer::of(502).with(later), true),
        (Answer::of(504), true),
    ] {
        for (status, reason) in [
            (400, ParkReason::Refused(Refusal::Uncoded)),
            (413, ParkReason::TooLarge),
        ] {
            let mut delivery = delivery(vkp());
            let id = submitted(&mut delivery, at(0), 1, None);
            exchange(&mut delivery, at(0), Action::Write, &lost);
            let now = delivery.poll_timeout().expect("a repeat");
            exchange(&mut delivery, now, Action::Write, &Answer::of(status));
            assert_eq!(events(&mut delivery), [parked(id, reason, maybe_taken)]);
            // It is so after a restart, too.
            let mut again = open(vkp(), Config::default(), delivery.into_store());
            assert_eq!(again.retry(at(0), id), Ok(Retried::Written));
            exchange(&mut again, at(0), Action::Write, &Answer::of(413));
            let parked = parked(id, ParkReason::TooLarge, maybe_taken);
            assert_eq!(events(&mut again), [parked]);
        }
    }
}

#[test]
fn a_question_without_an_answer_says_nothing_about_the_writing() {
    let mut delivery = delivery(jft());
    let id = followed(&mut delivery, 1);
    let now = delivery.poll_timeout().expect("a question");
    let call = sent(&mut delivery, now, Action::Status);
    let lost = Outcome::failed(call.request.call(), Failure::ConnectionLost);
    delivery.handle_outcome(now, call.id, &lost);
    asked(&mut delivery, r#"{"failed":"code 7"}"#);
    let failed = ParkReason::Failed("code 7".into());
    assert_eq!(events(&mut delivery)[1..], [parked(id, failed, false)]);
    // What failed is written again.
    assert_eq!(delivery.retry(now, id), Ok(Retried::Written));
    let _ = sent(&mut delivery, now, Action::Write);
}

#[test]
fn what_was_taken_without_a_status_is_written_again_only_by_somebody_who_says_so() {
    let mut delivery = delivery(jft());
    let id = submitted(&mut delivery, at(0), 1, None);
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(202));
    assert_eq!(
        events(&mut delivery),
        [parked(id, ParkReason::WithoutStatus, false)]
    );
    assert_eq!(delivery.retry(at(0), id), Ok(Retried::TakenBefore));
    assert_eq!(delivery.poll_timeout(), None);
    assert_eq!(delivery.write_again(at(0), id), Ok(true));
    assert_eq!(delivery.write_again(at(0), id), Ok(false));
    assert_eq!(delivery.retry(at(0), id), Ok(Retried::NotParked));
    exchange(&mut delivery, at(0), Action::Write, &Answer::of(400));
    let refused = ParkReason::Refused(Refusal::Uncoded);
    assert_eq!(events(&mut delivery), [parked(id, refused, true)]);
}

#[test]
fn what_jft_took_is_not_written_to_another_service_by_a_retry() {
    let mut first = delivery(jft());
    let id = followed(&mut first, 1);
    let mut second = open(vkp(), Config::default(), first.into_store());
    let now = second.poll_timeout().expect("a question");
    assert!(second.poll_call(now).is_none());
    let events = events(&mut second);
    assert_eq!(events, [parked(id, ParkReason::WithoutStatus, false)]);
    assert_eq!(second.retry(now, id), Ok(Retried::TakenBefore));
}

#[test]
fn a_refused_question_pauses_questions_and_says_so() {
    let mut delivery = delivery(jft());
    followed(&mut delivery, 1);
    let now = delivery.poll_timeout().expect("a question");
    exchange(&mut delivery, now, Action::Status, &Answer::of(403));
    let paused = Event::Paused {
        calls: Calls::Questions,
        resource: None,
        class: Class::Permission,
        until: now + Duration::from_secs(60),
    };
    assert_eq!(events(&mut delivery)[1..], [paused]);
    assert!(delivery.is_paused(Calls::Questions) && !delivery.is_paused(Calls::Writes));
    // A write that goes through ends no pause of questions.
    submitted(&mut delivery, now, 2, None);
    exchange(&mut delivery, now, Action::Write, &accepted());
    assert!(delivery.is_paused(Calls::Questions));
    delivery.resume(now);
    assert!(!delivery.is_paused(Calls::Questions));
}

#[test]
fn questions_without_an_answer_leave_a_call_to_writes() {
    let mut delivery = delivery(jft());
    for number in 1..=6 {
        submitted(&mut delivery, at(0), number, None);
    }
    while let Some(call) = delivery.poll_call(at(0)) {
        reply(&mut delivery, at(0), &call, &accepted());
    }
    let now = at(10_000);
    let calls = core::iter::from_fn(|| delivery.poll_call(now));
    assert_eq!(calls.count(), 3, "one of four is left");
    submitted(&mut delivery, now, 7, None);
    let _ = sent(&mut delivery, now, Action::Write);
}

#[test]
fn a_document_that_alone_is_turned_away_does_not_hold_up_the_others() {
    let mut delivery = delivery(vkp());
    let bad = submitted(&mut delivery, at(0), 0, None);
    let (mut now, mut number, mut pauses) = (at(0), 0, 0);
    while now < at(2 * 3_600_000) {
        number += 1;
        submitted(&mut delivery, now, number, None);
        serve(&mut delivery, now, |call| {
            if call.entry == bad { 405 } else { 200 }
        });
        let paused = |event: &Event| matches!(event, Event::Paused { .. });
        pauses += events(&mut delivery).into_iter().filter(paused).count();
        now = now + Duration::from_secs(30);
    }
    assert_eq!((pauses, delivery.open_documents()), (1, 0));
    let (id, why, _) = delivery.parked().next().expect("parked");
    assert_eq!((id, &why.reason), (bad, &ParkReason::TurnedAway));
}

#[test]
fn a_server_that_asks_for_a_day_is_left_alone_as_long_as_the_documents_say() {
    let mut delivery = delivery(vkp());
    submitted(&mut delivery, at(0), 1, None);
    let busy = Answer::of(503).with(("Retry-After", "86400"));
    exchange(&mut delivery, at(0), Action::Write, &busy);
    assert_eq!(delivery.poll_timeout(), Some(at(300_000)));
    assert_eq!(PAUSE_LIMIT, Duration::from_secs(300));
}

#[test]
fn a_question_is_about_the_type_that_was_written() {
    let Target::Jft(jft) = jft() else {
        panic!("JFT")
    };
    for (path, expected) in [
        ("/v1/Bundle/7/$status", Some(Resource::Bundle)),
        ("/v1/Composition/7/$status", Some(Resource::Composition)),
        (
            "/v1/MedicationDispense/7/$status?a=/Bundle/",
            Some(Resource::MedicationDispense),
        ),
        ("/v1/status/7", None),
    ] {
        let address = StatusAddress::new(&format!("https://write.example.net{path}"));
        let request = jft.status(&address).expect("a request");
        assert_eq!(request.resource(), expected, "{path}");
        assert_eq!(request.scope(), Some("nhn:jft/api"));
    }
}
