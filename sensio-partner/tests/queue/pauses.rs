//! 401, 403 and 3xx, Retry-After, outages.

use sensio_partner::Time;
use sensio_partner::queue::{Event, Outcome, PauseReason};

use crate::bench::{BUSY, Bench, DONE, of, post, seconds};

#[test]
fn a_403_pauses_the_customer_longer_and_longer() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.submit(&post(name));
    }
    let mut pauses = Vec::new();
    for _ in 0..7 {
        let call = bench.next();
        if !pauses.is_empty() {
            assert!(bench.call().is_none(), "one goes ahead");
        }
        bench.end(&call, Outcome::Permission);
        let before = bench.now;
        for event in bench.events() {
            if let Event::Paused { reason, until } = event {
                assert_eq!(reason, PauseReason::Permission);
                pauses.push(until.since(before).as_secs() / 60);
            }
        }
    }
    assert_eq!(pauses, [1, 2, 4, 8, 15, 15, 15]);
    assert!(bench.queue.is_paused());
    assert_eq!(bench.queue.waiting(), 3, "nothing is discarded");
    bench.queue.resume(bench.now);
    assert!(matches!(bench.event(), Event::Resumed));
    assert!(!bench.queue.is_paused());
    bench.pass(seconds(1));
    let calls: Vec<_> = std::iter::from_fn(|| bench.call()).collect();
    assert_eq!(calls.len(), 2, "all but the one that was refused last");
}

#[test]
fn a_success_ends_the_pause_for_all() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.submit(&post(name));
    }
    bench.once(Outcome::Token);
    let probe = bench.next();
    assert_eq!(of(&probe).0, "b", "another one goes ahead");
    bench.end(&probe, DONE);
    assert!(bench.events().iter().any(|e| matches!(e, Event::Resumed)));
    assert_eq!(of(&bench.next()).0, "c");
}

#[test]
fn one_forbidden_device_does_not_hold_the_others_for_ever() {
    let mut bench = Bench::new();
    bench.submit(&post("forbidden"));
    bench.once(Outcome::Permission);
    let mut taken = 0;
    let mut own = 0;
    let end = bench.now + seconds(3600);
    while bench.now < end {
        bench.submit(&post("good"));
        bench.pass(seconds(5));
        while let Some(call) = bench.call() {
            match of(&call).0.as_str() {
                "good" => {
                    taken += 1;
                    bench.end(&call, DONE);
                }
                _ => bench.end(&call, Outcome::Permission),
            }
        }
        for event in bench.events() {
            own += u32::from(matches!(event, Event::PairPaused { .. }));
        }
    }
    assert!(taken > 700, "{taken}");
    assert!((4..10).contains(&own), "{own}");
}

#[test]
fn retry_after_to_an_event_is_honoured_by_all_and_bounded() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    bench.once(Outcome::Repeat {
        after: Some(seconds(3600)),
    });
    bench.submit(&post("b"));
    bench.status("c");
    assert!(bench.call().is_none());
    bench.next();
    assert_eq!(bench.now, Time::from_millis(60_000));
}

#[test]
fn retry_after_to_a_status_or_a_slot_does_not_hold_up_an_alarm() {
    let after = Some(seconds(60));
    let mut bench = Bench::new();
    bench.status("a");
    bench.once(Outcome::Repeat { after });
    bench.submit(&post("pendant"));
    assert_eq!(of(&bench.call().expect("at once")).0, "pendant");
    assert!(bench.call().is_none(), "the status waits");

    let mut bench = Bench::new();
    bench.queue.submit_slot(bench.now).expect("there is room");
    bench.once(Outcome::Repeat { after });
    bench.submit(&post("pendant"));
    bench.status("a");
    bench.once(DONE);
    assert_eq!(bench.now, Time::ZERO);
    bench.next();
    assert_eq!(bench.now, Time::from_millis(60_000), "the status waits");
}

#[test]
fn an_outage_is_no_storm_and_is_caught_up_with() {
    let mut bench = Bench::new();
    for number in 0..500 {
        bench.submit(&post(&number.to_string()));
    }
    let mut attempts = 0;
    while bench.now < Time::from_millis(3_600_000) {
        bench.once(BUSY);
        attempts += 1;
    }
    // 500 first attempts, the burst, and two a second.
    assert!(attempts <= 500 + 20 + 2 * 3600 + 2, "{attempts}");
    let late = bench
        .events()
        .iter()
        .filter(|e| matches!(e, Event::Late { .. }))
        .count();
    assert_eq!(late, 500, "each once");
    let recovered = bench.now;
    while bench.queue.waiting() > 0 {
        bench.once(DONE);
    }
    let took = bench.now.since(recovered);
    assert!(took < seconds(120), "{took:?}");
}
