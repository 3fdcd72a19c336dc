//! Sensio Partner: everybody writes, reads and delivers the same.

use benches::partner::{
    DEVICES, MapRound, QueueRound, body, event_with_pictures, long_queue, read_with_serde,
    write_with_serde,
};

#[test]
fn the_bodies_are_the_same_and_hold_the_same_pictures() {
    let event = event_with_pictures();
    let body = body(&event);
    let ours: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let theirs: serde_json::Value = serde_json::from_slice(&write_with_serde(&event)).unwrap();
    assert_eq!(ours["images"], theirs["images"]);
    assert_eq!(ours["description"], theirs["description"]);
    let pictures: usize = event.images.iter().map(|image| image.data().len()).sum();
    assert_eq!(read_with_serde(&body), Some(pictures));
    let read = sensio_partner::decode_event(&body, &sensio_partner::DecodeOptions::strict());
    assert_eq!(read.unwrap().message(), &event);
}

#[test]
fn as_many_events_wait_all_the_time() {
    let (mut ours, mut map) = (QueueRound::new(), MapRound::new());
    for round in 1..=30_000 {
        ours.run();
        map.run();
        // What was delivered last leaves the store with the next poll.
        assert_eq!(ours.waiting(), DEVICES + 1);
        if round % 1_000 == 0 {
            assert_eq!(map.waiting(), DEVICES);
        }
    }
    // One in five fails.
    assert!((1.2..1.3).contains(&(ours.made as f64 / 30_000.0)));
}

#[test]
fn a_waiting_event_asks_for_less_than_a_kilobyte() {
    let mut queue = None;
    let asked = allocation_counter::measure(|| queue = Some(long_queue(10_000)));
    let each = asked.bytes_current / 10_000;
    println!("{each} bytes for each event that waits in the delivery queue");
    assert!((300..1024).contains(&each), "{each}");
}
