//! Statuses and slots.

use sensio_partner::queue::{Event, Outcome, RefusalReason, Work};
use sensio_partner::{DeviceStatus, Time};

use crate::bench::{BUSY, Bench, DONE, device, devices, of, post, seconds};

#[test]
fn only_the_newest_status_of_a_device_goes() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    bench.status("a");
    bench.status("b");
    let newest = DeviceStatus::heartbeat()
        .with("batteryLevel", 78)
        .expect("valid");
    let taken = bench
        .queue
        .submit_status(bench.now, device("a"), newest.clone());
    taken.expect("there is room");
    assert_eq!(of(&bench.next()).0, "a", "events first");
    let call = bench.next();
    let Work::Statuses(entries) = &call.work else {
        panic!()
    };
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].status, newest);
    bench.end(&call, DONE);
    assert_eq!(bench.queue.waiting_statuses(), 0);
}

#[test]
fn a_status_that_comes_meanwhile_replaces_the_one_that_failed() {
    let mut bench = Bench::new();
    bench.status("a");
    let call = bench.next();
    let newest = DeviceStatus::heartbeat()
        .with("batteryLevel", 78)
        .expect("valid");
    let taken = bench
        .queue
        .submit_status(bench.now, device("a"), newest.clone());
    taken.expect("there is room");
    bench.end(&call, BUSY);
    let call = bench.next();
    let Work::Statuses(entries) = &call.work else {
        panic!()
    };
    assert_eq!((entries.len(), &entries[0].status), (1, &newest));
    bench.end(&call, DONE);
    assert_eq!(bench.queue.waiting_statuses(), 0);
}

#[test]
fn a_refused_batch_is_halved_until_the_bad_element_is_found() {
    let mut bench = Bench::new();
    for number in 0..250 {
        bench.status(&format!("SN-{number}"));
    }
    let mut calls = 0;
    let mut largest = 0;
    while bench.queue.waiting_statuses() > 0 {
        let call = bench.next();
        calls += 1;
        let devices = devices(&call);
        largest = largest.max(devices.len());
        let outcome = match devices.contains(&"SN-77") {
            true => Outcome::NotFound,
            false => DONE,
        };
        bench.end(&call, outcome);
    }
    assert_eq!(largest, 100);
    assert!(calls < 20, "{calls}");
    let Event::StatusRefused { device, reason } = bench.event() else {
        panic!()
    };
    assert_eq!(device.as_str(), "SN-77");
    assert_eq!(reason, RefusalReason::UnknownDevice);
}

#[test]
fn statuses_are_dropped_after_some_minutes() {
    let mut bench = Bench::new();
    bench.status("a");
    bench.status("b");
    let end = Time::from_millis(10 * 60_000);
    let mut last = Time::ZERO;
    while let Some(at) = bench.queue.poll_timeout().filter(|at| *at < end) {
        bench.now = at;
        if let Some(call) = bench.call() {
            bench.end(&call, Outcome::NotSent);
            last = bench.now;
        }
    }
    assert!(last > Time::from_millis(120_000), "tried until then");
    assert!(matches!(bench.event(), Event::StatusesDropped { count: 2 }));
    assert_eq!(bench.queue.waiting_statuses(), 0);
    assert!(bench.now < Time::from_millis(5 * 60_000));
}

#[test]
fn statuses_and_slots_leave_room_for_an_alarm() {
    let mut bench = Bench::with(|config| config.status_batch = std::num::NonZeroUsize::MIN);
    for number in 0..20 {
        bench.status(&number.to_string());
        bench.queue.submit_slot(bench.now).expect("there is room");
    }
    let lower: Vec<_> = std::iter::from_fn(|| bench.call()).collect();
    assert_eq!(lower.len(), 3, "one of four is kept free");
    assert!(
        matches!(lower[0].work, Work::Statuses(_)),
        "statuses before slots"
    );
    bench.submit(&post("pendant"));
    let call = bench.call().expect("at once");
    assert_eq!(of(&call).0, "pendant");
}

#[test]
fn lower_calls_leave_a_share_of_the_rate() {
    let mut bench = Bench::with(|config| config.status_batch = std::num::NonZeroUsize::MIN);
    for number in 0..20 {
        bench.status(&number.to_string());
    }
    for _ in 0..8 {
        let call = bench.call().expect("within the rate");
        bench.end(&call, DONE);
    }
    assert!(bench.call().is_none());
    bench.submit(&post("pendant"));
    assert!(bench.call().is_some());
}

#[test]
fn the_refusal_of_a_slot_is_its_own_affair() {
    let mut bench = Bench::new();
    let asked = bench.queue.submit_slot(bench.now).expect("there is room");
    let call = bench.call().expect("nothing else waits");
    assert_eq!(call.work, Work::Slot(asked));
    bench.end(&call, Outcome::Permission);
    assert!(!bench.queue.is_paused());
    assert!(bench.events().is_empty());
}

#[test]
fn refused_statuses_do_not_hold_alarms_for_ever() {
    let mut bench = Bench::new();
    let mut delivered = 0;
    while bench.now < Time::from_millis(3_600_000) {
        bench.status("a");
        bench.submit(&post("b"));
        bench.pass(seconds(10));
        while let Some(call) = bench.call() {
            match call.work {
                Work::Statuses(_) => bench.end(&call, Outcome::Permission),
                _ => {
                    delivered += 1;
                    bench.end(&call, DONE);
                }
            }
        }
    }
    assert!(delivered > 340, "{delivered}");
    let events = bench.events();
    assert!(
        events
            .iter()
            .any(|e| matches!(e, Event::StatusesPaused { .. }))
    );
}
