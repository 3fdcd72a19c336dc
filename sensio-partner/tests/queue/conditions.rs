//! Conditions that last.

use sensio_partner::queue::EventMethod;
use sensio_partner::{EventParameters, EventType};

use crate::bench::{Bench, DONE, WALL, device, of};

#[test]
fn a_condition_is_posted_once_while_it_lasts_also_across_restarts() {
    let begin = |bench: &mut Bench| {
        let parameters = EventParameters::new();
        let code = EventType::LOW_BATTERY;
        bench
            .queue
            .begin_condition(bench.now, device("a"), code, WALL, parameters)
            .expect("kept")
    };
    let end = |bench: &mut Bench| {
        let code = EventType::LOW_BATTERY;
        bench
            .queue
            .end_condition(bench.now, device("a"), code, WALL)
            .expect("kept")
    };
    let mut bench = Bench::new();
    assert!(end(&mut bench).is_none(), "nothing to end");
    assert!(begin(&mut bench).is_some());
    assert!(begin(&mut bench).is_none());
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Post);
    let mut bench = bench.restart();
    assert!(begin(&mut bench).is_none());
    assert_eq!(bench.queue.conditions().count(), 1);
    assert!(end(&mut bench).is_some());
    assert_eq!(of(&bench.once(DONE)).1, EventMethod::Delete);
    assert!(begin(&mut bench).is_some(), "it may begin anew");
}
