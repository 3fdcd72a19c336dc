//! Order, limits and priorities.

use sensio_partner::queue::{Event, EventCall, EventMethod};
use sensio_partner::{EventParameters, EventType, Time};

use crate::bench::{Bench, DONE, WALL, delete, device, of, post, rich, sent};

#[test]
fn a_call_under_way_at_a_crash_is_sent_again_with_the_same_body() {
    let mut bench = Bench::new();
    let call = EventCall::post(device("a"), EventType::FALL, WALL, rich());
    let id = bench.submit(&call);
    bench.submit(&EventCall::delete(device("a"), EventType::FALL, WALL));
    bench.next();
    let mut bench = bench.restart();
    let again = bench.once(DONE);
    assert_eq!(sent(&again), rich());
    let Event::Delivered(delivered) = bench.event() else {
        panic!()
    };
    assert_eq!(delivered.id, id);
    assert_eq!(of(&bench.next()).1, EventMethod::Delete);
}

#[test]
fn each_pair_is_in_order_and_pairs_run_side_by_side() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c", "d", "e"] {
        bench.submit(&post(name));
        bench.submit(&delete(name));
    }
    let calls: Vec<_> = std::iter::from_fn(|| bench.call()).collect();
    let names: Vec<_> = calls.iter().map(|call| of(call).0).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(bench.queue.poll_timeout(), Some(Time::from_millis(60_000)));
    bench.end(&calls[0], DONE);
    let next = bench.call().expect("there is room again");
    assert_eq!(of(&next), ("e".to_owned(), EventMethod::Post));
    bench.end(&calls[1], DONE);
    let next = bench.call().expect("there is room again");
    assert_eq!(of(&next), ("a".to_owned(), EventMethod::Delete));
}

#[test]
fn ten_calls_begin_in_a_second() {
    let mut bench = Bench::new();
    for number in 0..25 {
        bench.submit(&post(&number.to_string()));
    }
    let mut times = Vec::new();
    for _ in 0..25 {
        bench.once(DONE);
        times.push(bench.now.elapsed().as_secs());
    }
    let expected: Vec<u64> = (0..25).map(|number| number / 10).collect();
    assert_eq!(times, expected);
}

#[test]
fn alarms_go_before_a_storm_of_operational_alerts() {
    let mut bench = Bench::new();
    for number in 0..100 {
        let name = number.to_string();
        let offline = EventType::OFFLINE;
        bench.submit(&EventCall::post(
            device(&name),
            offline,
            WALL,
            EventParameters::new(),
        ));
    }
    bench.submit(&post("pendant"));
    assert_eq!(of(&bench.next()).0, "pendant");
}

#[test]
fn the_two_numbers_of_medicine_not_taken_are_one_event_in_order() {
    let mut bench = Bench::new();
    let (old, new) = (EventType(917), EventType::MEDICINE_NOT_TAKEN);
    let parameters = EventParameters::new;
    bench.submit(&EventCall::post(device("a"), old, WALL, parameters()));
    bench.submit(&EventCall::delete(device("a"), new, WALL));
    bench.submit(&EventCall::post(device("a"), new, WALL, parameters()));
    let first = bench.next();
    assert!(bench.call().is_none(), "one at a time");
    bench.end(&first, DONE);
    assert_eq!(of(&first).1, EventMethod::Post);
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Delete);
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Post);
}
