//! Which event a webhook means, and what follows from it.

#[allow(dead_code, reason = "each test file uses a part")]
mod webhook_calls;

use proptest::prelude::*;
use sensio_partner::webhook::{
    Action, Correlator, CorrelatorConfig, Delete, EventKey, EventStateChanged, NothingToDo,
    RequestDeactivateEvent,
};
use sensio_partner::{DeviceIdentifier, EventType, Time};
use webhook_calls::{device, id, inactive, request};

fn closes(key: EventKey) -> Action {
    Action::Deactivate(key)
}

const ON: fn(NothingToDo) -> Action = Action::Nothing;

fn correlator() -> Correlator {
    Correlator::new(CorrelatorConfig::default())
}

fn raise(correlator: &mut Correlator, external: Option<&str>) -> EventKey {
    correlator
        .raised(device(), EventType::FALL, external.map(id))
        .expect("room")
}

#[test]
fn information_closes_without_a_delete_and_a_command_with_one() {
    for (webhook, deletes) in [(inactive(Some("a")), false), (request(Some("a")), true)] {
        let mut correlator = correlator();
        let key = raise(&mut correlator, Some("a"));
        assert_eq!(correlator.handle_webhook(Time::ZERO, &webhook), closes(key));
        let delete: Option<Delete> = correlator.deactivated(Time::ZERO, key);
        assert_eq!(delete.is_some(), deletes);
        // Repeats and echoes of either kind.
        for late in [
            inactive(Some("a")),
            inactive(None),
            request(Some("a")),
            request(None),
        ] {
            let action = correlator.handle_webhook(Time::ZERO, &late);
            assert_eq!(action, ON(NothingToDo::ClosedAlready), "{late:?}");
        }
        assert_eq!(correlator.deactivated(Time::ZERO, key), None);
    }
}

#[test]
fn a_failed_deactivation_sends_nothing_and_can_be_tried_again() {
    let mut correlator = correlator();
    let key = raise(&mut correlator, None);
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(None)),
        closes(key)
    );
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(None)),
        ON(NothingToDo::UnderWay)
    );
    correlator.deactivation_failed(key);
    assert_eq!(correlator.deactivated(Time::ZERO, key), None);
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(None)),
        closes(key)
    );
    assert!(correlator.deactivated(Time::ZERO, key).is_some());
}

#[test]
fn a_newer_event_is_not_closed_by_a_call_about_an_older_one() {
    let mut correlator = correlator();
    let old = raise(&mut correlator, Some("old"));
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(Some("old"))),
        closes(old)
    );
    let new = raise(&mut correlator, Some("new"));
    // The DELETE for the old one would close the new one.
    assert_eq!(correlator.deactivated(Time::ZERO, old), None);
    for late in [
        request(Some("old")),
        inactive(Some("old")),
        inactive(Some("never-seen")),
    ] {
        let action = correlator.handle_webhook(Time::ZERO, &late);
        assert_eq!(action, ON(NothingToDo::NewerEvent), "{late:?}");
    }
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &inactive(Some("new"))),
        closes(new)
    );
}

#[test]
fn after_409_the_id_that_the_server_kept_means_the_newer_event() {
    let mut correlator = correlator();
    let closed = raise(&mut correlator, Some("closed"));
    correlator.closed(Time::ZERO, &device(), EventType::FALL);
    raise(&mut correlator, Some("kept"));
    let newer = raise(&mut correlator, Some("newer"));
    let fall = EventType::FALL;
    // Of another one, or not of the newest: says nothing about it.
    for other in [Some(id("kept")), None] {
        correlator.already_active(&device(), fall, other.as_ref());
        let action = correlator.handle_webhook(Time::ZERO, &request(Some("kept")));
        assert_eq!(action, ON(NothingToDo::NewerEvent));
    }
    correlator.already_active(&device(), fall, Some(&id("newer")));
    for other in ["closed", "never-seen"] {
        let action = correlator.handle_webhook(Time::ZERO, &request(Some(other)));
        assert_eq!(action, ON(NothingToDo::NewerEvent), "{other}");
    }
    let action = correlator.handle_webhook(Time::ZERO, &request(Some("kept")));
    assert_eq!(action, closes(newer));
    let delete = correlator.deactivated(Time::ZERO, newer).expect("a DELETE");
    assert_eq!(delete.external_event_id, Some(id("newer")));
    // Once it is closed, all of them are.
    let action = correlator.handle_webhook(Time::ZERO, &inactive(Some("kept")));
    assert_eq!(action, ON(NothingToDo::ClosedAlready));
    assert_ne!(closed, newer);
    // The next one is its own again.
    raise(&mut correlator, Some("next"));
    let action = correlator.handle_webhook(Time::ZERO, &request(Some("kept")));
    assert_eq!(action, ON(NothingToDo::NewerEvent));
}

#[test]
fn an_echo_without_an_id_does_not_close_what_was_raised_meanwhile() {
    let mut correlator = correlator();
    raise(&mut correlator, None);
    correlator.closed(Time::ZERO, &device(), EventType::FALL);
    let new = raise(&mut correlator, None);
    let soon = Time::from_millis(2_000);
    assert_eq!(
        correlator.handle_webhook(soon, &inactive(None)),
        ON(NothingToDo::PerhapsEcho)
    );
    // One per DELETE: the next one is meant.
    assert_eq!(
        correlator.handle_webhook(soon, &inactive(None)),
        closes(new)
    );

    let mut correlator = self::correlator();
    raise(&mut correlator, None);
    correlator.closed(Time::ZERO, &device(), EventType::FALL);
    let new = raise(&mut correlator, None);
    let late = Time::from_millis(31_000);
    assert_eq!(
        correlator.handle_webhook(late, &inactive(None)),
        closes(new)
    );
}

#[test]
fn an_id_of_another_device_or_code_closes_nothing() {
    let mut correlator = correlator();
    let other = DeviceIdentifier::new("SN-2").expect("valid");
    correlator
        .raised(other, EventType::FALL, Some(id("theirs")))
        .expect("room");
    correlator
        .raised(device(), EventType::LOW_BATTERY, Some(id("battery")))
        .expect("room");
    raise(&mut correlator, Some("ours"));
    for wrong in ["theirs", "battery"] {
        let action = correlator.handle_webhook(Time::ZERO, &request(Some(wrong)));
        assert_eq!(action, ON(NothingToDo::Mismatch));
    }
    let active = EventStateChanged {
        is_active: true,
        ..EventStateChanged::inactive(device(), EventType::FALL)
    };
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &active.into()),
        ON(NothingToDo::StillActive)
    );
    let unknown = RequestDeactivateEvent::new(device(), EventType(4));
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &unknown.into()),
        ON(NothingToDo::Unknown)
    );
}

#[test]
fn the_two_numbers_of_medicine_not_taken_are_one_event() {
    let mut correlator = correlator();
    let key = correlator
        .raised(device(), EventType(917), None)
        .expect("room");
    let request = RequestDeactivateEvent::new(device(), EventType(923));
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request.into()),
        closes(key)
    );
    let delete = correlator.deactivated(Time::ZERO, key).expect("a command");
    assert_eq!(delete.event_type, EventType(917), "as it was raised");
}

#[test]
fn memory_is_bounded_and_open_events_are_never_forgotten() {
    let mut config = CorrelatorConfig::default();
    config.events = 4;
    let mut correlator = Correlator::new(config);
    let open = raise(&mut correlator, Some("open"));
    for n in 1..100 {
        let code = EventType(n);
        correlator.raised(device(), code, None).expect("room");
        correlator.closed(Time::ZERO, &device(), code);
    }
    assert_eq!(
        correlator.handle_webhook(Time::ZERO, &request(Some("open"))),
        closes(open)
    );
    let mut correlator = Correlator::new(config);
    for n in 1..=4 {
        correlator
            .raised(device(), EventType(n), None)
            .expect("room");
    }
    let full = correlator.raised(device(), EventType(5), None);
    assert_eq!(full.expect_err("full").limit, 4);
    correlator
        .raised(device(), EventType(4), None)
        .expect("it takes the place of the open one");
    assert_eq!(correlator.open(), 4);
}

proptest! {
    /// Whatever comes in whatever order: a DELETE follows only a command, at most one for each event
    /// that was raised, and never while a newer event of the pair is open.
    #[test]
    fn no_order_of_calls_makes_two_systems_close_for_ever(
        steps in prop::collection::vec((0..7u8, prop::option::of(0..4u8)), 1..80)
    ) {
        let mut correlator = correlator();
        let (mut raised, mut deletes, mut commands) = (0u32, 0u32, 0u32);
        let mut newest = None;
        for (at, (step, external)) in steps.into_iter().enumerate() {
            let now = Time::from_millis(at as u64 * 1_000);
            let text = external.map(|n| n.to_string());
            let external = text.as_deref();
            match step {
                0 => {
                    raised += 1;
                    newest = Some(raise(&mut correlator, external));
                }
                1 => correlator.closed(now, &device(), EventType::FALL),
                6 => {
                    let id = external.map(id);
                    correlator.already_active(&device(), EventType::FALL, id.as_ref());
                }
                _ => {
                    let command = step < 4;
                    let webhook = if command { request(external) } else { inactive(external) };
                    commands += u32::from(command);
                    if let Action::Deactivate(key) = correlator.handle_webhook(now, &webhook) {
                        prop_assert_eq!(Some(key), newest);
                        if let Some(delete) = correlator.deactivated(now, key) {
                            prop_assert!(command);
                            prop_assert_eq!(delete.device, device());
                            deletes += 1;
                        }
                        prop_assert_eq!(correlator.open(), 0);
                    }
                }
            }
        }
        prop_assert!(deletes <= raised && deletes <= commands);
    }
}
