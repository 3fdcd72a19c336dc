//! What a waiting event costs in memory.

use sensio_partner::queue::{Config, EventCall, MemoryStore, Outcome, Queue, Store, WallMicros};
use sensio_partner::{
    Description, DeviceIdentifier, EventParameters, EventType, ExternalEventId, Random, Time,
    TriggerValue,
};

const EVENTS: usize = 10_000;
const WALL: WallMicros = WallMicros(1_795_332_425_000_000);

/// An event with all that may go with it but images, its text as long as is allowed.
fn event(number: usize) -> EventCall {
    let mut parameters = EventParameters::new();
    parameters.trigger_value = Some(TriggerValue::from(31));
    parameters.external_event_id = ExternalEventId::new(&format!("01J9Z7P4WQ{number}")).ok();
    parameters.description = Description::new(&"x".repeat(200)).ok();
    #[cfg(feature = "sqlite")]
    {
        let picture = sensio_partner::Image::new(vec![0xFF; 1_000]).expect("not empty");
        if number % 10 == 0 {
            parameters.images = sensio_partner::Images::new(vec![picture]).expect("one");
        }
    }
    let device = DeviceIdentifier::new(&format!("SN-{number:06}")).expect("valid");
    EventCall::post(device, EventType::FALL, WALL, parameters)
}

fn bytes_per_event<S: Store>(store: S) -> i64 {
    let mut config = Config::default();
    config.entries = EVENTS;
    let mut queue = Queue::open(Time::ZERO, WALL, store, config, Random::new(1)).expect("readable");
    let taken = allocation_counter::measure(|| {
        for number in (0..EVENTS).step_by(1_000) {
            let calls: Vec<_> = (number..number + 1_000).map(event).collect();
            queue.submit_all(Time::ZERO, &calls).expect("kept");
        }
    });
    // Most of them were tried once and wait again.
    let mut now = Time::ZERO;
    let tried = allocation_counter::measure(|| {
        for _ in 0..EVENTS {
            while let Some(call) = queue.poll_call(now) {
                queue.handle_outcome(now, call.id, Outcome::NotSent);
            }
            if now < Time::from_millis(50_000) {
                now = queue.poll_timeout().expect("something waits");
            }
        }
    });
    assert_eq!(queue.waiting(), EVENTS);
    (taken.bytes_current + tried.bytes_current) / i64::try_from(EVENTS).expect("small")
}

#[cfg(not(feature = "sqlite"))]
#[test]
fn a_waiting_event_takes_less_than_a_kilobyte_also_with_all_of_it_in_memory() {
    let bytes = bytes_per_event(MemoryStore::new());
    println!("{bytes} bytes per waiting event, parameters included");
    assert!((300..1_000).contains(&bytes), "{bytes}");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_waiting_event_takes_less_than_half_a_kilobyte_when_the_rest_is_on_disk() {
    use sensio_partner::queue::SqliteStore;

    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(folder.path().join("queue.sqlite")).expect("new");
    // SQLite's own memory is not counted here; its page cache is 2 MB at most by default.
    let bytes = bytes_per_event(store);
    println!("{bytes} bytes per waiting event, parameters and images on disk");
    assert!((50..512).contains(&bytes), "{bytes}");
    let _ = MemoryStore::new();
}
