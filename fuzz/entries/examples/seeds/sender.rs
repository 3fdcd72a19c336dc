//! Seeds of the sender: operations, whose variants are those of `Operation` in `src/sender.rs`, in
//! order.

use super::{Operations, Seed, milliseconds};

pub(super) fn senders() -> Vec<Seed> {
    let list = |settings: [u8; 4]| {
        let settings = [&settings[..], &[0, 0]].concat();
        Operations::new(&settings, 24)
    };
    let named = || Operations::new(&[0, 0, 1, 0, 1, 0], 24);
    let registering = || Operations::new(&[0, 0, 0, 0, 0, 1], 24);
    let usual = || list([0, 0, 1, 0]);
    let [ok_low, ok_high] = 200_u16.to_le_bytes();
    let [busy_low, busy_high] = 503_u16.to_le_bytes();
    vec![
        (
            "accepted_in_a_message",
            usual()
                .then(0, &[0, 0, 0])
                .then(3, &[0, ok_low, ok_high])
                .then(6, &[0, 0, 0])
                .done(),
        ),
        (
            "accepted_in_the_ok_then_the_reset",
            usual()
                .then(0, &[0, 0, 0])
                .then(0, &[3, 2, 0])
                .then(4, &[0, 0, 0])
                .then(4, &[0, 1, 0])
                .done(),
        ),
        (
            "accepted_before_the_ok_and_again",
            usual()
                .then(0, &[0, 0, 0])
                .then(6, &[0, 0, 0])
                .then(6, &[0, 0, 0])
                .then(6, &[2, 0, 0])
                .done(),
        ),
        (
            "every_status_number",
            (0..10)
                .fold(usual().then(0, &[2, 0, 0]), |list, number| {
                    list.then(4, &[0, 0, number])
                        .then(8 + 2, &[1])
                        .then(14, &[0])
                })
                .done(),
        ),
        (
            "all_receivers_fail",
            usual()
                .then(0, &[0, 0, 0])
                .then(3, &[0, busy_low, busy_high])
                .then(10, &[1])
                .then(3, &[0, busy_low, busy_high])
                .then(14, &[0])
                .then(14, &[1])
                .done(),
        ),
        (
            "over_a_connection_that_closes",
            usual()
                .then(0, &[0, 0, 0])
                .then(3, &[0, busy_low, busy_high])
                .then(9, &[1])
                .then(3, &[0, ok_low, ok_high])
                .then(11, &[0])
                .then(14, &[0])
                .done(),
        ),
        (
            "asked_for_credentials",
            usual()
                .then(0, &[0, 0, 0])
                .then(5, &[0, 0])
                .then(5, &[0, 3])
                .then(5, &[0, 4])
                .then(6, &[0, 0, 0])
                .done(),
        ),
        (
            "asked_and_there_are_none",
            list([0, 0, 0, 0])
                .then(0, &[0, 0, 0])
                .then(5, &[0, 0])
                .then(14, &[0])
                .done(),
        ),
        (
            "heartbeat_dropped",
            usual()
                .then(0, &[1, 0, 0])
                .then(6, &[0, 0, 6])
                .then(0, &[1, 0, 0])
                .then(10, &[1])
                .then(14, &[1])
                .then(10, &[1])
                .then(14, &[1])
                .done(),
        ),
        (
            "nobody_answers",
            (0..8)
                .fold(usual().then(0, &[0, 0, 0]), |list, _| list.then(14, &[0]))
                .done(),
        ),
        (
            "waits_of_a_millisecond",
            (0..6)
                .fold(list([1, 1, 1, 1]).then(0, &[2, 0, 0]), |list, _| {
                    list.then(13, &milliseconds(1)).then(15, &[])
                })
                .done(),
        ),
        (
            "follow_up_of_one_given_up",
            usual()
                .then(0, &[0, 0, 0])
                .then(0, &[3, 2, 0])
                .then(2, &[0])
                .done(),
        ),
        (
            "response_to_another_alarm_in_the_ok",
            usual()
                .then(0, &[0, 0, 0])
                .then(0, &[0, 0, 0])
                .then(4, &[0, 0, 0])
                .then(4, &[0, 1, 0])
                .done(),
        ),
        (
            "all_find_fault",
            usual()
                .then(0, &[0, 0, 0])
                .then(4, &[0, 0, 2])
                .then(9, &[1])
                .then(4, &[0, 0, 3])
                .then(4, &[0, 0, 7])
                .done(),
        ),
        (
            "reset_to_the_third_who_accepted",
            usual()
                .then(0, &[0, 0, 0])
                .then(0, &[3, 2, 0])
                .then(3, &[0, busy_low, busy_high])
                .then(10, &[1])
                .then(4, &[0, 0, 0])
                .done(),
        ),
        (
            "only_one_receiver_and_no_connection",
            (0..4)
                .fold(usual().then(0, &[0, 3, 1]), |list, _| list.then(14, &[0]))
                .done(),
        ),
        (
            "resumed",
            usual()
                .then(1, &[0, 1])
                .then(1, &[0, 0])
                .then(6, &[0, 0, 0])
                .then(1, &[0, 0])
                .done(),
        ),
        (
            "more_than_may_be_open_while_outputs_are_held",
            (0..8)
                .fold(usual().then(17, &[1]), |list, place| {
                    list.then(0, &[0, 0, place]).then(6, &[0, place, 0])
                })
                .then(17, &[0])
                .done(),
        ),
        (
            "damaged",
            usual()
                .then(0, &[0, 0, 0])
                .then(8, &[0, 9, 0, 0, b'9'])
                .then(7, &[0, 0, 120, 1, 0, b'<'])
                .then(6, &[0, 250, 0])
                .then(12, &[0])
                .then(16, &[2])
                .done(),
        ),
        (
            "relayed_unchanged",
            usual()
                .then(18, &[1, 0, 1, 9, 60])
                .then(3, &[0, ok_low, ok_high])
                .then(6, &[0, 0, 0])
                .done(),
        ),
        (
            "relayed_and_given_up",
            usual()
                .then(18, &[1, 0, 0, 9, 15])
                .then(4, &[0, 0, 6])
                .then(10, &[1])
                .then(4, &[0, 0, 1])
                .then(18, &[1, 0, 3, 2, 3])
                .then(14, &[1])
                .done(),
        ),
        (
            "two_units_share_a_reference",
            usual()
                .then(18, &[1, 0, 0, 9, 60])
                .then(18, &[2, 0, 0, 9, 60])
                .then(19, &[0, 0, 0, 3])
                .then(19, &[0, 0, 0, 2])
                .then(19, &[0, 0, 0, 1])
                .done(),
        ),
        (
            "two_units_share_a_reference_in_the_ok",
            usual()
                .then(18, &[1, 0, 0, 9, 60])
                .then(18, &[2, 0, 0, 9, 60])
                .then(4, &[0, 0, 0])
                .then(4, &[1, 0, 0])
                .done(),
        ),
        (
            "relayed_with_the_reference_of_an_alarm",
            usual()
                .then(0, &[0, 0, 0])
                .then(18, &[1, 1, 0, 9, 60])
                .then(18, &[0, 1, 0, 9, 60])
                .then(19, &[0, 0, 0, 3])
                .then(19, &[0, 0, 0, 0])
                .then(1, &[1, 0])
                .done(),
        ),
        (
            "relayed_like_an_alarm_that_is_over_while_outputs_are_held",
            usual()
                .then(17, &[1])
                .then(0, &[0, 0, 0])
                .then(6, &[0, 0, 0])
                .then(15, &[])
                .then(18, &[0, 1, 3, 9, 60])
                .then(17, &[0])
                .done(),
        ),
        (
            "relayed_again_after_its_end",
            usual()
                .then(18, &[1, 0, 0, 9, 60])
                .then(6, &[0, 0, 0])
                .then(18, &[1, 0, 0, 9, 60])
                .then(19, &[0, 0, 0, 3])
                .then(6, &[0, 1, 0])
                .done(),
        ),
        (
            "looked_up_and_the_next_address",
            named()
                .then(0, &[0, 3, 2])
                .then(23, &[2, 7])
                .then(14, &[0])
                .then(14, &[0])
                .then(0, &[0, 3, 1])
                .then(23, &[1, 3])
                .then(10, &[1])
                .then(10, &[1])
                .then(14, &[1])
                .done(),
        ),
        (
            "not_found",
            named()
                .then(0, &[0, 3, 2])
                .then(23, &[2, 0])
                .then(14, &[1])
                .done(),
        ),
        (
            "registered_and_renewed",
            registering()
                .then(20, &[])
                .then(21, &[0, 1])
                .then(9, &[1])
                .then(21, &[0, 0])
                .then(14, &[0])
                .then(14, &[0])
                .done(),
        ),
        (
            "registered_too_briefly",
            registering()
                .then(20, &[])
                .then(21, &[0, 3])
                .then(21, &[0, 2])
                .then(14, &[0])
                .then(21, &[0, 4])
                .done(),
        ),
        (
            "registered_twice_before_the_answer",
            registering().then(20, &[]).then(20, &[]).done(),
        ),
        (
            "registered_while_outputs_are_held",
            (0..6)
                .fold(registering().then(17, &[1]), |list, _| {
                    list.then(0, &[0, 3, 0])
                })
                .then(14, &[1])
                .then(14, &[1])
                .then(20, &[])
                .then(17, &[0])
                .done(),
        ),
        (
            "registration_due_while_it_asks_to_wait",
            registering()
                .then(20, &[])
                .then(21, &[0, 1])
                .then(0, &[0, 0, 0])
                .then(22, &[0, 0, 60])
                .then(13, &milliseconds(10_100))
                .then(15, &[])
                .done(),
        ),
        (
            "relayed_and_nobody_answers",
            usual()
                .then(18, &[1, 0, 0, 0, 3])
                .then(13, &milliseconds(3_000))
                .done(),
        ),
        (
            "asked_to_wait",
            usual()
                .then(0, &[0, 0, 0])
                .then(22, &[0, 0, 30])
                .then(0, &[0, 0, 0])
                .then(10, &[1])
                .then(14, &[0])
                .done(),
        ),
        (
            "held_and_asked_to_wait_meanwhile",
            usual()
                .then(0, &[0, 0, 0])
                .then(0, &[0, 0, 0])
                .then(22, &[0, 1, 30])
                .then(6, &[0, 0, 6])
                .then(13, &milliseconds(6_000))
                .then(15, &[])
                .done(),
        ),
    ]
}
