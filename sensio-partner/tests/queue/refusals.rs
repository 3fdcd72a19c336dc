//! A refused event: less of it, or parked.

use sensio_partner::queue::{Effect, Event, EventCall, Outcome, RefusalReason};
use sensio_partner::{EventType, Images, Member, State, Time};

use crate::bench::{
    BAD_REQUEST, Bench, DONE, WALL, delete, device, members, of, post, put, rich, sent,
};

#[test]
fn a_refused_event_is_sent_with_less_in_the_order_of_the_reference() {
    let mut bench = Bench::new();
    let call = EventCall::post(device("a"), EventType::PATIENT_SIGNAL, WALL, rich());
    bench.submit(&call);
    let whole = bench.once(BAD_REQUEST);
    assert_eq!(sent(&whole), rich());

    let started = bench.now;
    let without_images = sent(&bench.once(Outcome::TooLarge));
    let mut expected = rich();
    expected.images = Images::default();
    assert_eq!(without_images, expected);

    let without_description = sent(&bench.once(Outcome::Permanent { status: Some(422) }));
    expected.description = None;
    assert_eq!(without_description, expected);

    let bare = bench.once(DONE);
    expected.trigger_value = None;
    expected.external_event_id = None;
    assert_eq!(sent(&bare), expected);
    assert_eq!(expected.state, Some(State::ALARM_CALL));
    assert_eq!(bare.attempt, 4);
    assert_eq!(bench.now, started, "a refusal is followed by less at once");

    let Event::Delivered(delivered) = bench.event() else {
        panic!()
    };
    let left_out = [
        Member::Images,
        Member::Description,
        Member::TriggerValue,
        Member::ExternalEventId,
    ];
    assert_eq!(delivered.left_out, members(&left_out));
}

#[test]
fn what_is_refused_with_the_least_is_parked() {
    let mut bench = Bench::new();
    let id = bench.submit(&put("a"));
    bench.once(BAD_REQUEST);
    let Event::Parked(letter) = bench.event() else {
        panic!()
    };
    assert_eq!(letter.id, id);
    assert_eq!(letter.reason, RefusalReason::Refused { status: Some(400) });
    assert_eq!(bench.queue.dead_letters().count(), 1);
    assert_eq!(bench.queue.waiting(), 0);
    assert_eq!(bench.queue.store().len(), 1, "kept for inspection");
}

#[test]
fn other_refusals_are_not_sent_with_less() {
    for status in [405, 406, 411, 415, 451] {
        let mut bench = Bench::new();
        bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
        bench.once(Outcome::Permanent {
            status: Some(status),
        });
        assert!(matches!(bench.event(), Event::Parked(_)), "{status}");
    }
}

#[test]
fn sending_less_can_be_switched_off() {
    let mut bench = Bench::with(|config| config.send_less = false);
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    bench.once(BAD_REQUEST);
    assert!(matches!(bench.event(), Event::Parked(_)));
}

#[test]
fn a_500_is_repeated_twice_before_less_is_sent() {
    let mut bench = Bench::new();
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    for _ in 0..3 {
        let whole = bench.once(Outcome::ServerFault);
        assert_eq!(sent(&whole), rich());
    }
    assert!(sent(&bench.once(Outcome::ServerFault)).images.is_empty());
    assert_eq!(sent(&bench.once(Outcome::ServerFault)).description, None);
    let bare = sent(&bench.once(DONE));
    assert_eq!(bare.external_event_id, None);
    assert!(bench.now < Time::from_millis(60_000));
}

#[test]
fn a_500_to_a_bare_alarm_is_repeated_until_others_show_that_the_server_is_well() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    while bench.now < Time::from_millis(600_000) {
        bench.once(Outcome::ServerFault);
    }
    let parked = |events: &[Event]| events.iter().any(|e| matches!(e, Event::Parked(_)));
    assert!(!parked(&bench.events()), "the fault is the server's");

    bench.submit(&post("b"));
    loop {
        let call = bench.next();
        match of(&call).0.as_str() {
            "a" => {
                bench.end(&call, Outcome::ServerFault);
                if parked(&bench.events()) {
                    break;
                }
            }
            _ => bench.end(&call, DONE),
        }
        assert!(bench.now < Time::from_millis(700_000));
    }
    let letter = bench.queue.dead_letters().next().expect("parked");
    assert_eq!(letter.reason, RefusalReason::ServerFault);
}

#[test]
fn a_step_down_survives_a_restart() {
    let mut bench = Bench::new();
    bench.submit(&EventCall::post(device("a"), EventType::FALL, WALL, rich()));
    bench.once(BAD_REQUEST);
    let mut bench = bench.restart();
    assert!(sent(&bench.once(DONE)).images.is_empty());
}

#[test]
fn answers_that_mean_the_wanted_state_are_deliveries() {
    for (call, outcome, effect) in [
        (post("a"), Outcome::AlreadyActive, Effect::AlreadyActive),
        (delete("a"), Outcome::WasNotActive, Effect::WasNotActive),
        (delete("a"), Outcome::NotFound, Effect::WasNotActive),
    ] {
        let mut bench = Bench::new();
        bench.submit(&call);
        bench.once(outcome);
        let Event::Delivered(delivered) = bench.event() else {
            panic!()
        };
        assert_eq!(delivered.effect, effect);
    }
}
