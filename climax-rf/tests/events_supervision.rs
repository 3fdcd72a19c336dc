//! Silence and doubles (Climax reference 3.1, 5.2, 5.6).

use std::time::Duration;

use climax_rf::Time;
use climax_rf::contact_id::{ContactId, EventCode, Group, Qualifier, Zone};
use climax_rf::events::supervision::{
    CheckIn, DeviceClass, Event, Saved, Settings, Supervision, Watch,
};
use climax_rf::events::{DoubleSettings, Doubles, Seen};
use proptest::prelude::*;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn at(after: Duration) -> Time {
    Time::from(after)
}

fn device(class: DeviceClass) -> Watch {
    Watch::Device(class)
}

#[test]
fn a_device_is_last_seen_after_two_and_a_half_intervals_once_and_heard_again_once() {
    for (class, allowance) in [
        (DeviceClass::Common, 125 * MINUTE),
        (DeviceClass::NewerContactOrCamera, 275 * MINUTE),
        (DeviceClass::QuickCameraOrRepeater, 45 * MINUTE),
        (DeviceClass::RouterTwoWay, 300 * MINUTE),
        (DeviceClass::FallOrGeo, 60 * HOUR),
        (DeviceClass::RoomSensor, 75 * MINUTE),
    ] {
        let mut supervision = Supervision::new(Settings::default());
        supervision
            .declare(Time::ZERO, &5, device(class))
            .expect("room");
        assert!(supervision.heard(at(MINUTE), &5, None));
        let due = MINUTE + allowance;
        assert_eq!(
            supervision.poll_event(at(due - Duration::from_millis(1))),
            None
        );
        assert_eq!(supervision.poll_timeout(), Some(at(due)));
        let silent = Event::Silent {
            who: 5,
            class,
            last_seen: Some(at(MINUTE)),
            silent_for: allowance,
        };
        assert_eq!(supervision.poll_event(at(due)), Some(silent));
        assert_eq!(supervision.poll_event(at(due + 1000 * HOUR)), None);
        let status = supervision.status(at(due), &5).expect("supervised");
        assert!(status.silent);
        assert_eq!(status.last_seen, Some(at(MINUTE)));
        supervision.heard(at(due + HOUR), &5, None);
        let again = Event::HeardAgain {
            who: 5,
            watch: device(class),
            after: allowance + HOUR,
        };
        assert_eq!(supervision.poll_event(at(due + HOUR)), Some(again));
        assert_eq!(supervision.poll_event(at(due + HOUR)), None);
    }
}

#[test]
fn silence_of_a_class_that_is_not_supervised_means_nothing() {
    for class in [DeviceClass::NotSupervised, DeviceClass::WristTransmitter] {
        let mut supervision = Supervision::new(Settings::default());
        supervision
            .declare(Time::ZERO, &"4711", device(class))
            .expect("room");
        supervision.heard(Time::ZERO, &"4711", Some(true));
        assert_eq!(supervision.poll_timeout(), None);
        assert_eq!(supervision.poll_event(at(100_000 * HOUR)), None);
        let status = supervision.status(at(HOUR), &"4711").expect("known");
        assert!(!status.silent);
    }
}

#[test]
fn a_low_battery_halves_the_time_of_a_fall_sensor() {
    let mut supervision = Supervision::new(Settings::default());
    supervision
        .declare(Time::ZERO, &1, device(DeviceClass::FallOrGeo))
        .expect("room");
    supervision.heard(Time::ZERO, &1, Some(true));
    assert_eq!(supervision.poll_timeout(), Some(at(30 * HOUR)));
    supervision.heard(at(HOUR), &1, None);
    assert_eq!(supervision.poll_event(at(30 * HOUR)), None);
    assert_eq!(supervision.poll_timeout(), Some(at(31 * HOUR)));
    supervision.heard(at(2 * HOUR), &1, Some(false));
    assert_eq!(supervision.poll_event(at(61 * HOUR)), None);
    assert!(supervision.poll_event(at(62 * HOUR)).is_some());
}

#[test]
fn a_line_is_lost_after_three_missed_check_ins_and_any_message_restarts_it() {
    let check_in = CheckIn::new(HOUR);
    let mut supervision = Supervision::new(Settings::default());
    supervision
        .declare(Time::ZERO, &"4711", Watch::Line(check_in))
        .expect("room");
    supervision.heard(at(2 * HOUR), &"4711", None);
    assert_eq!(supervision.poll_event(at(5 * HOUR - MINUTE)), None);
    let lost = Event::LineLost {
        who: "4711",
        check_in,
        last_seen: Some(at(2 * HOUR)),
        silent_for: 3 * HOUR,
    };
    assert_eq!(supervision.poll_event(at(5 * HOUR)), Some(lost));
}

#[test]
fn a_stranger_is_not_added_and_a_full_table_refuses() {
    let mut settings = Settings::default();
    settings.entries = 1;
    let mut supervision = Supervision::new(settings);
    assert!(!supervision.heard(Time::ZERO, &1, None));
    let common = device(DeviceClass::Common);
    supervision.declare(Time::ZERO, &1, common).expect("room");
    assert!(supervision.declare(Time::ZERO, &2, common).is_err());
    assert!(supervision.declare(Time::ZERO, &1, common).is_ok());
    assert!(supervision.forget(&1));
    assert_eq!(supervision.poll_timeout(), None);
    assert!(supervision.declare(Time::ZERO, &2, common).is_ok());
}

#[test]
fn a_restart_does_not_count_and_nothing_is_reported_twice() {
    let mut before = Supervision::new(Settings::default());
    let common = device(DeviceClass::Common);
    for who in [1, 2, 3] {
        before.declare(Time::ZERO, &who, common).expect("room");
    }
    before.heard(at(100 * MINUTE), &2, Some(true));
    let now = at(124 * MINUTE + 50 * Duration::from_secs(1));
    before.forget(&3);
    let saved: Vec<Saved<i32>> = before
        .snapshot(now)
        .map(|saved| {
            let mut own = Saved::new(*saved.who, saved.watch);
            own.silence = saved.silence;
            own.battery_low = saved.battery_low;
            own.reported = saved.reported;
            own
        })
        .collect();
    // A new clock begins.
    let mut after = Supervision::new(Settings::default());
    for saved in &saved {
        after.restore(Time::ZERO, saved).expect("room");
    }
    // 1 had ten seconds left and gets the grace of a minute.
    assert_eq!(after.poll_timeout(), Some(at(MINUTE)));
    assert_eq!(after.poll_event(at(59 * Duration::from_secs(1))), None);
    assert!(matches!(
        after.poll_event(at(MINUTE)),
        Some(Event::Silent {
            who: 1,
            last_seen: None,
            ..
        })
    ));
    // 2 had been silent for 24 min 50 s.
    assert_eq!(
        after.poll_timeout(),
        Some(at(100 * MINUTE + Duration::from_secs(10)))
    );

    let reported: Vec<_> = after
        .snapshot(at(MINUTE))
        .filter(|saved| *saved.who == 1)
        .map(|saved| (saved.reported, saved.silence))
        .collect();
    assert!(reported[0].0 && reported[0].1 >= 125 * MINUTE);
    let mut own = Saved::new(1, common);
    own.reported = true;
    own.silence = reported[0].1;
    let mut third = Supervision::new(Settings::default());
    third.restore(Time::ZERO, &own).expect("room");
    assert_eq!(third.poll_event(at(10_000 * HOUR)), None);
    third.heard(at(HOUR), &1, None);
    assert!(matches!(
        third.poll_event(at(HOUR)),
        Some(Event::HeardAgain { .. })
    ));
}

fn press(zone: u16) -> ContactId {
    ContactId {
        qualifier: Qualifier::EVENT,
        code: EventCode::new(101).expect("three digits"),
        group: Group::PANEL,
        zone: Zone::new(zone).expect("three digits"),
    }
}

#[test]
fn section_12_a_double_is_marked_by_path_within_the_window_from_the_first() {
    let mut doubles = Doubles::new(DoubleSettings::default());
    let seconds = |n| at(Duration::from_secs(n));
    assert!(doubles.see(seconds(0), "4711", &press(5), 'e').is_new());
    // Not accepted, so not remembered.
    assert!(doubles.see(seconds(1), "4711", &press(5), 'e').is_new());
    doubles.keep(seconds(1), "4711", &press(5), 'e', 7);
    let other = Seen::OtherPath {
        first: 7,
        path: 'e',
        ago: Duration::from_secs(9),
        count: 1,
    };
    assert_eq!(doubles.see(seconds(10), "4711", &press(5), 'c'), other);
    let again = Seen::Repeated {
        first: 7,
        ago: Duration::from_secs(19),
        count: 2,
    };
    assert_eq!(doubles.see(seconds(20), "4711", &press(5), 'e'), again);
    // Another account, zone or qualifier is another event.
    assert!(doubles.see(seconds(20), "4712", &press(5), 'e').is_new());
    assert!(doubles.see(seconds(20), "4711", &press(6), 'e').is_new());
    let mut restore = press(5);
    restore.qualifier = Qualifier::RESTORE;
    assert!(doubles.see(seconds(20), "4711", &restore, 'e').is_new());
    assert!(!doubles.see(seconds(60), "4711", &press(5), 'e').is_new());
    assert!(doubles.see(seconds(61), "4711", &press(5), 'e').is_new());
    assert!(doubles.is_empty());
}

#[test]
fn the_memory_of_doubles_is_bounded_and_tells_what_it_pushed_out() {
    let mut settings = DoubleSettings::default();
    settings.entries = 3;
    let mut doubles = Doubles::new(settings);
    for zone in 0..10 {
        doubles.keep(Time::ZERO, "4711", &press(zone), (), zone);
    }
    assert_eq!((doubles.len(), doubles.pushed_out()), (3, 7));
    assert!(doubles.see(Time::ZERO, "4711", &press(6), ()).is_new());
    assert_eq!(
        doubles.see(Time::ZERO, "4711", &press(9), ()).first(),
        Some(9)
    );
}

proptest! {
    #[test]
    fn silence_and_return_alternate_and_nobody_is_silent_too_early(
        steps in prop::collection::vec((0u8..5, 0u32..200, 0u8..4, any::<Option<bool>>()), 0..100),
    ) {
        let classes = [
            device(DeviceClass::Common),
            device(DeviceClass::FallOrGeo),
            device(DeviceClass::QuickCameraOrRepeater),
            device(DeviceClass::NotSupervised),
            Watch::Line(CheckIn::new(HOUR)),
        ];
        let mut supervision = Supervision::new(Settings::default());
        let mut silent = [false; 5];
        let mut heard = [Duration::ZERO; 5];
        let mut now = Duration::ZERO;
        for (who, watch) in classes.iter().enumerate() {
            supervision.declare(Time::ZERO, &who, *watch).expect("room");
        }
        for (who, later, what, low) in steps {
            let who = usize::from(who);
            now += later * MINUTE;
            while let Some(event) = supervision.poll_event(at(now)) {
                match event {
                    Event::Silent { who, silent_for, .. } | Event::LineLost { who, silent_for, .. } => {
                        prop_assert!(!silent[who]);
                        silent[who] = true;
                        prop_assert_eq!(silent_for, now - heard[who]);
                        let least = classes[who].allowance(true).expect("supervised");
                        prop_assert!(silent_for >= least);
                    }
                    Event::HeardAgain { who, .. } => {
                        prop_assert!(silent[who]);
                        silent[who] = false;
                    }
                    _ => {}
                }
            }
            if what > 0 {
                supervision.heard(at(now), &who, low);
                heard[who] = now;
            }
            prop_assert_eq!(supervision.len(), 5);
        }
        prop_assert!(!silent[3]);
    }
}
