//! Seeds of the duplicate rule: operations, whose variants are those of `Operation` in
//! `src/duplicates.rs`, in order.

use super::{Operations, Seed, milliseconds};

const SAME: u8 = 0;
const OTHER: u8 = 1;
const BLANK: u8 = 2;
const HEARTBEAT: u8 = 3;

/// An hour, ten entries, 20 kB.
fn roomy() -> Operations {
    with(8, 10, 200)
}

/// Eighths of an hour, entries, tenths of a kilobyte.
fn with(window: u8, entries: u8, bytes: u8) -> Operations {
    Operations::new(&[window, entries, bytes], 4)
}

impl Operations {
    fn see(self, unit: u8, reference: u8, content: u8) -> Self {
        self.then(0, &[unit, reference, content])
    }

    /// Accepted, without a text.
    fn keep(self, unit: u8, reference: u8, content: u8) -> Self {
        self.keep_as(unit, reference, content, [0, 0, 0])
    }

    fn keep_as(self, unit: u8, reference: u8, content: u8, [number, text, voice]: [u8; 3]) -> Self {
        self.then(1, &[unit, reference, content, number, text, voice])
    }

    fn pause(self, time: u16) -> Self {
        self.then(2, &milliseconds(time))
    }

    fn jump(self, minutes: u8) -> Self {
        self.then(3, &[minutes])
    }
}

pub(super) fn duplicates() -> Vec<Seed> {
    vec![
        (
            "kept_and_seen",
            roomy()
                .see(0, 0, SAME)
                .keep(0, 0, SAME)
                .see(0, 0, SAME)
                .done(),
        ),
        (
            "same_ref_and_other_contents",
            roomy()
                .keep(1, 2, SAME)
                .see(1, 2, OTHER)
                .keep(1, 2, OTHER)
                .see(1, 2, BLANK)
                .see(1, 2, HEARTBEAT)
                .done(),
        ),
        (
            "another_sender",
            roomy()
                .keep(0, 1, SAME)
                .see(1, 0, SAME)
                .see(1, 1, SAME)
                .done(),
        ),
        (
            "heartbeats",
            roomy()
                .keep(0, 0, HEARTBEAT)
                .see(0, 0, HEARTBEAT)
                .see(0, 0, SAME)
                .done(),
        ),
        (
            "a_heartbeat_after_the_window",
            roomy()
                .keep(0, 0, SAME)
                .jump(61)
                .see(0, 0, HEARTBEAT)
                .see(0, 0, SAME)
                .done(),
        ),
        (
            "not_accepted",
            roomy()
                .keep_as(0, 0, SAME, [132, 0, 0])
                .keep_as(0, 0, SAME, [128, 9, 0])
                .see(0, 0, SAME)
                .done(),
        ),
        (
            "the_first_answer_counts",
            roomy()
                .keep_as(0, 0, SAME, [0, 9, 0])
                .keep_as(0, 0, SAME, [0, 5, 1])
                .keep_as(0, 0, SAME, [200, 5, 1])
                .done(),
        ),
        (
            "to_the_end_of_the_window",
            roomy()
                .keep(0, 0, SAME)
                .jump(1)
                .see(0, 0, SAME)
                .jump(0)
                .see(0, 0, SAME)
                .done(),
        ),
        (
            "longer_than_a_day",
            with(255, 10, 200)
                .keep(0, 0, SAME)
                .jump(255)
                .pause(9_000)
                .jump(1)
                .see(0, 0, SAME)
                .jump(0)
                .done(),
        ),
        (
            "no_window",
            with(0, 10, 200).keep(0, 0, SAME).see(0, 0, SAME).done(),
        ),
        (
            "more_than_entries",
            (0..3)
                .fold(with(8, 2, 200), |list, unit| {
                    list.keep(unit, 0, SAME).pause(500)
                })
                .see(0, 0, SAME)
                .done(),
        ),
        (
            "more_than_bytes",
            (0..3)
                .fold(with(8, 10, 12), |list, unit| {
                    list.keep_as(unit, 0, SAME, [0, 90, 6])
                })
                .see(2, 0, SAME)
                .done(),
        ),
        (
            "one_that_is_larger_than_all_room",
            with(8, 10, 5)
                .keep(0, 0, SAME)
                .keep_as(0, 0, OTHER, [0, 255, 7])
                .done(),
        ),
        ("no_entries", with(8, 0, 200).keep(0, 0, SAME).done()),
        (
            "kept_again_after_the_window",
            roomy()
                .keep(0, 0, SAME)
                .jump(61)
                .keep(0, 0, SAME)
                .jump(30)
                .see(0, 0, SAME)
                .done(),
        ),
    ]
}
