//! Presence by sightings: hysteresis, last seen and never gone (Climax reference 10).

use std::time::Duration;

use climax_rf::Time;
use climax_rf::presence::{
    Change, Contact, Direction, DoorPassage, Presences, Settings, Side, Sighting, SightingKind,
    State, Strength,
};
use proptest::prelude::*;

fn at(seconds: u64) -> Time {
    Time::from(Duration::from_secs(seconds))
}

fn seen(receiver: u8, seconds: u64, strength: Strength) -> Sighting<u8, u8> {
    Sighting {
        device: 1,
        receiver,
        at: at(seconds),
        strength,
        kind: SightingKind::Beacon,
    }
}

#[test]
fn another_receiver_takes_over_by_the_hysteresis_and_not_by_less() {
    for (weaker, enough, start) in [
        (Strength::Dbm(-65), Strength::Dbm(-64), Strength::Dbm(-70)),
        (Strength::Step(5), Strength::Step(6), Strength::Step(5)),
    ] {
        let mut presences = Presences::new(Settings::default());
        presences.sight(&seen(1, 0, start)).expect("room");
        let change = presences.sight(&seen(2, 1, weaker)).expect("room");
        assert_eq!(change, Change::None);
        let change = presences.sight(&seen(2, 2, enough)).expect("room");
        let moved = Change::Moved {
            device: 1,
            from: 1,
            place: 2,
        };
        assert_eq!(change, moved);
    }
}

#[test]
fn two_scales_are_never_compared() {
    let mut presences = Presences::new(Settings::default());
    presences
        .sight(&seen(1, 0, Strength::Dbm(-94)))
        .expect("room");
    let change = presences.sight(&seen(2, 1, Strength::Step(9)));
    assert_eq!(change, Ok(Change::None));
}

#[test]
fn a_weak_sighting_begins_nothing_and_keeps_what_is_there() {
    let mut presences = Presences::new(Settings::default());
    let weak = Strength::Dbm(-96);
    assert_eq!(presences.sight(&seen(1, 0, weak)), Ok(Change::None));
    assert!(presences.is_empty());
    presences
        .sight(&seen(1, 1, Strength::Dbm(-95)))
        .expect("room");
    presences.sight(&seen(1, 100, weak)).expect("room");
    assert_eq!(presences.poll_event(at(219)), None);
    let last = Change::LastSeen {
        device: 1,
        place: 1,
        at: at(100),
    };
    assert_eq!(presences.poll_event(at(220)), Some(last));
    assert_eq!(presences.poll_event(at(9_999_999)), None);
    assert_eq!(presences.get(&1).map(|p| p.state), Some(State::LastSeen));
}

#[test]
fn a_full_table_refuses_a_new_transmitter_and_keeps_the_old() {
    let mut settings = Settings::default();
    settings.devices = 1;
    let mut presences = Presences::new(settings);
    let strong = Strength::Dbm(-50);
    presences.sight(&seen(1, 0, strong)).expect("room");
    let mut other = seen(1, 0, strong);
    other.device = 2;
    assert!(presences.sight(&other).is_err());
    assert!(presences.get(&1).is_some());
    presences.forget(&1);
    assert_eq!(presences.poll_timeout(), None);
    assert!(presences.sight(&other).is_ok());
}

#[test]
fn the_order_of_zones_within_the_window_gives_the_direction() {
    let mut door = DoorPassage::default();
    assert_eq!(door.motion(at(0), Side::Two), None);
    assert_eq!(door.motion(at(11), Side::One), None); // too late, begins anew
    door.contact(Contact::Closed);
    let passage = door.motion(at(12), Side::Two).expect("passed");
    assert_eq!(passage.direction, Direction::OneToTwo);
    assert_eq!(passage.contact, Contact::Closed);
    assert_eq!(door.motion(at(13), Side::One), None); // consumed
    assert_eq!(door.motion(at(13), Side::Two), None); // at once: no order
    assert_eq!(door.motion(at(14), Side::Two), None);
    let back = door.motion(at(15), Side::One).expect("passed");
    assert_eq!(back.direction, Direction::TwoToOne);
}

fn strengths() -> impl Strategy<Value = Strength> {
    prop_oneof![
        (-120i16..-30).prop_map(Strength::Dbm),
        (0u8..=12).prop_map(Strength::Step),
    ]
}

proptest! {
    #[test]
    fn a_transmitter_once_seen_is_never_gone_and_memory_is_bounded(
        steps in prop::collection::vec((0u8..6, 0u8..4, 0u64..300, strengths(), any::<bool>()), 0..120),
    ) {
        let mut settings = Settings::default();
        settings.devices = 4;
        let mut presences = Presences::new(settings);
        let mut now = 0;
        let mut known = std::collections::BTreeSet::new();
        for (device, receiver, later, strength, poll) in steps {
            now += later;
            let sighting = Sighting {
                device, receiver, at: at(now), strength, kind: SightingKind::Beacon,
            };
            let before = presences.get(&device).copied();
            match presences.sight(&sighting) {
                Ok(Change::Entered { .. }) => { known.insert(device); }
                Ok(Change::Moved { from, place, .. }) => {
                    let before = before.expect("was somewhere");
                    prop_assert_eq!(before.place, from);
                    prop_assert_ne!(from, place);
                    // Hysteresis: a move needs a stronger signal on the same scale.
                    let above = strength.above(before.strength);
                    let needed = if matches!(strength, Strength::Dbm(_)) { 6 } else { 1 };
                    prop_assert!(above.is_some_and(|above| above >= needed));
                }
                Ok(_) => {}
                Err(_) => prop_assert_eq!(presences.len(), 4),
            }
            if poll {
                while let Some(change) = presences.poll_event(at(now)) {
                    let silent = matches!(change, Change::LastSeen { at: last, .. }
                        if at(now).since(last) >= Duration::from_secs(120));
                    prop_assert!(silent);
                }
            }
            prop_assert!(presences.len() <= 4);
            for device in &known {
                prop_assert!(presences.get(device).is_some());
            }
        }
    }
}
