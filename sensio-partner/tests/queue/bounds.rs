//! What is full, unknown or hidden.

use sensio_partner::queue::{EventCall, Outcome, SubmitError};
use sensio_partner::{DeviceStatus, EventType};

use crate::bench::{BAD_REQUEST, Bench, DONE, WALL, device, post, rich};

#[test]
fn a_full_queue_says_so() {
    let mut bench = Bench::with(|config| {
        config.entries = 2;
        config.statuses = 1;
        config.slots = 0;
    });
    bench.submit(&post("a"));
    let both = bench.queue.submit_all(bench.now, &[post("b"), post("c")]);
    assert!(matches!(both, Err(SubmitError::Full)), "all or none");
    assert_eq!(bench.queue.store().len(), 1);
    bench.once(BAD_REQUEST);
    bench.submit(&post("b"));
    let third = bench.queue.submit(bench.now, &post("c"));
    assert!(matches!(third, Err(SubmitError::Full)), "parked ones count");
    bench.status("a");
    bench.status("a");
    let status = bench
        .queue
        .submit_status(bench.now, device("b"), DeviceStatus::heartbeat());
    assert!(matches!(status, Err(SubmitError::Full)));
    assert!(matches!(
        bench.queue.submit_slot(bench.now),
        Err(SubmitError::Full)
    ));
}

#[test]
fn an_unknown_outcome_changes_nothing() {
    let mut bench = Bench::new();
    bench.submit(&post("a"));
    let call = bench.once(DONE);
    assert!(!bench.queue.handle_outcome(bench.now, call.id, DONE));
}

#[test]
fn texts_and_identifiers_do_not_print() {
    let mut bench = Bench::new();
    let mut call = EventCall::post(device("SN-40211870"), EventType::FALL, WALL, rich());
    call.occurred = WALL;
    bench.submit(&call);
    let mut printed = format!("{call:?} {:?}", bench.queue);
    let sent = bench.next();
    printed += &format!("{sent:?}");
    bench.end(&sent, Outcome::NotFound);
    printed += &format!("{:?}", bench.events());
    for hidden in ["40211870", "synthetic text", "31"] {
        assert!(!printed.contains(hidden), "{hidden}");
    }
}
