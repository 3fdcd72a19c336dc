//! Seeds of the receiver: operations, whose variants are those of `Operation` in
//! `src/receiver.rs`, in order.

use super::{Operations, Seed, milliseconds, one_of};

const ALARM: u64 = 0;
const HEARTBEAT: u64 = 1;
const ADJUSTABLE: u64 = 2;
const RESET: u64 = 3;
const UNKNOWN: u64 = 5;

const NONE: u64 = 0;
const RIGHT: u64 = 1;
const WRONG: u64 = 2;
const GATEWAY: u64 = 3;
const ANOTHER_UNIT: u64 = 4;
const ELSEWHERE: u64 = 5;

const OK: u16 = 200;

/// Operations there are.
const VARIANTS: u64 = 23;
/// The contents of what is said again.
const SAME: u8 = 0;
const OTHER: u8 = 1;
const BLANK: u8 = 2;
const OTHER_UNIT: u8 = 3;

/// Which listeners ask, and what is off.
fn with(listeners: u8, off: u8) -> Operations {
    Operations::new(&[0, 0, 0, 0, listeners, off, 0, 0, 0], VARIANTS)
}

/// Everything is on and nobody asks.
fn open() -> Operations {
    with(0, 0)
}

fn in_ok() -> Operations {
    Operations::new(&[1, 0, 0, 0, 0, 0, 0, 0, 0], VARIANTS)
}

/// Repeats are known; the answer in the 200, busy during a call, little room.
fn known(in_ok: bool, listeners: u8, busy: bool, cramped: bool) -> Operations {
    let [in_ok, busy, cramped] = [in_ok, busy, cramped].map(u8::from);
    let settings = [in_ok, 0, 0, 0, listeners, 0, busy, cramped, 1];
    Operations::new(&settings, VARIANTS)
}

fn strict() -> Operations {
    Operations::new(&[0, 1, 1, 1, 0, 0, 0, 0, 0], VARIANTS)
}

impl Operations {
    fn message(self, unit: u8, kind: u64, credential: u64, way: u8) -> Self {
        let fields = [
            vec![unit],
            one_of(kind, 6),
            one_of(credential, 6),
            vec![way],
        ];
        self.then(0, &fields.concat())
    }

    fn register(self, unit: u8, expires: u8, credential: u64, way: u8) -> Self {
        let fields = [vec![unit, expires], one_of(credential, 6), vec![way]];
        self.then(1, &fields.concat())
    }

    fn body(self, call: u8, sequence: u8, body: u8) -> Self {
        self.then(3, &[call, sequence, body, 0])
    }

    fn damaged(self, credential: u64, way: u8, change: [u8; 4]) -> Self {
        let fields = [&[0][..], &one_of(credential, 6), &[way], &change];
        self.then(4, &fields.concat())
    }

    fn piece(self, length: u16) -> Self {
        let [low, high] = length.to_le_bytes();
        self.then(9, &[0, 0, low, high])
    }

    fn wait(self, time: u16) -> Self {
        self.then(10, &milliseconds(time)).then(12, &[])
    }

    fn minute(self) -> Self {
        self.wait(33_000).wait(33_000)
    }

    fn answer(self, incoming: u8, number: u8) -> Self {
        self.then(13, &[incoming, number, 0, 0])
    }

    fn voice(self, incoming: u8) -> Self {
        self.then(13, &[incoming, 0, 0, 1])
    }

    fn acknowledge(self, status: u16) -> Self {
        let [low, high] = status.to_le_bytes();
        self.then(14, &[0, low, high])
    }

    fn again(self, message: u8, content: u8, credential: u64, way: u8) -> Self {
        let fields = [&[message, content][..], &one_of(credential, 6), &[way, 0]];
        self.then(22, &fields.concat())
    }

    fn post_again(self, message: u8, content: u8) -> Self {
        let fields = [&[message, content][..], &one_of(NONE, 6), &[0, 1]];
        self.then(22, &fields.concat())
    }

    fn post(self, unit: u8, kind: u64, number: u8) -> Self {
        let fields = [&[unit][..], &one_of(kind, 6), &[number, 0]];
        self.then(20, &fields.concat())
    }

    fn hold(self, on: bool) -> Self {
        self.then(17, &[on.into()])
    }
}

fn exchange() -> Vec<Seed> {
    vec![
        (
            "accepted_and_delivered",
            open().body(0, 1, 0).answer(0, 0).acknowledge(OK).done(),
        ),
        (
            "accepted_and_never_delivered",
            open().body(0, 1, 0).answer(0, 0).minute().done(),
        ),
        (
            "accepted_in_the_ok",
            in_ok().body(0, 1, 0).answer(0, 0).body(0, 1, 0).done(),
        ),
        (
            "undecided",
            open().body(0, 1, 0).minute().answer(0, 0).done(),
        ),
        (
            "undecided_in_the_ok",
            in_ok().body(0, 1, 0).minute().answer(0, 0).done(),
        ),
        (
            "every_body",
            (0..10)
                .fold(open(), |list, number| list.body(number, number, number))
                .done(),
        ),
        (
            "every_body_strict",
            (0..10)
                .fold(strict(), |list, number| list.body(number, number, number))
                .done(),
        ),
        (
            "every_body_in_the_ok",
            (0..10)
                .fold(in_ok(), |list, number| list.body(number, number, number))
                .done(),
        ),
        (
            "text_too_long_then_right",
            open()
                .body(0, 1, 0)
                .then(13, &[0, 0, 200, 0])
                .then(13, &[0, 0, 20, 0])
                .done(),
        ),
        ("content_type", strict().then(5, &[0]).done()),
        (
            "stream_closed_before_the_answer",
            open()
                .then(7, &[0])
                .piece(1023)
                .then(8, &[0])
                .answer(0, 0)
                .done(),
        ),
        (
            "stream_in_two_pieces",
            open()
                .then(7, &[1])
                .piece(100)
                .wait(33_000)
                .message(0, ALARM, NONE, 2)
                .done(),
        ),
        (
            "answer_fails_on_the_way",
            open().body(0, 1, 0).answer(0, 0).then(15, &[0]).done(),
        ),
        (
            "more_than_may_wait",
            (0..6)
                .fold(open(), |list, unit| list.message(unit, ALARM, NONE, 0))
                .done(),
        ),
        ("overloaded", open().then(16, &[1]).body(0, 1, 0).done()),
        (
            "damaged",
            open()
                .damaged(NONE, 0, [44, 1, 0, b'&'])
                .damaged(NONE, 0, [10, 0, 3, 0])
                .done(),
        ),
        (
            "other_methods",
            (0..5)
                .fold(open(), |list, method| list.then(2, &[0, method, 0]))
                .done(),
        ),
        (
            "outputs_held_with_little_room",
            (0..8)
                .fold(
                    Operations::new(&[0, 0, 0, 0, 0, 0, 0, 1, 0], VARIANTS).hold(true),
                    |list, unit| list.message(unit, ALARM, NONE, 0).wait(9_000),
                )
                .hold(false)
                .done(),
        ),
    ]
}

fn credentials() -> Vec<Seed> {
    // The first message is asked for credentials, the second one has them.
    let asked = |list: Operations, way| list.message(0, ALARM, NONE, way);
    vec![
        (
            "asked_then_right",
            asked(with(2, 0), 1)
                .message(0, ALARM, RIGHT, 1)
                .answer(0, 0)
                .then(6, &[1, 0])
                .minute()
                .then(6, &[1, 0])
                .done(),
        ),
        (
            "asked_then_wrong_and_for_another_unit",
            asked(with(2, 0), 1)
                .message(0, ALARM, WRONG, 1)
                .message(0, ALARM, ANOTHER_UNIT, 1)
                .message(3, ALARM, GATEWAY, 1)
                .done(),
        ),
        (
            "asked_on_a_connection",
            asked(with(1, 0).then(7, &[1]), 2)
                .message(0, ALARM, RIGHT, 2)
                .register(0, 60, RIGHT, 2)
                .answer(0, 0)
                .then(8, &[0])
                .done(),
        ),
        (
            "right_ones_of_another_listener",
            asked(asked(with(3, 0).then(7, &[1]), 1), 2)
                .message(0, ALARM, ELSEWHERE, 1)
                .message(0, ALARM, ELSEWHERE, 2)
                .message(0, ALARM, RIGHT, 1)
                .done(),
        ),
        (
            "the_rest_asks_and_one_does_not",
            asked(asked(with(3, 0).then(7, &[0]), 2), 0)
                .message(0, ALARM, RIGHT, 2)
                .done(),
        ),
        (
            "turns_stale",
            asked(with(2, 0), 1)
                .then(11, &[1])
                .message(0, ALARM, RIGHT, 1)
                .message(0, ALARM, RIGHT, 1)
                .done(),
        ),
        (
            "account_revoked_and_back",
            asked(with(2, 0), 1)
                .then(19, &[0])
                .message(0, ALARM, RIGHT, 1)
                .then(19, &[11])
                .message(0, ALARM, RIGHT, 1)
                .done(),
        ),
        (
            "register_asked",
            with(2, 0)
                .register(1, 60, NONE, 1)
                .register(1, 60, RIGHT, 1)
                .register(1, 5, RIGHT, 1)
                .register(1, 60, ANOTHER_UNIT, 1)
                .done(),
        ),
        (
            "damaged_with_credentials",
            asked(with(2, 0), 1)
                .damaged(RIGHT, 1, [44, 1, 0, b'x'])
                .damaged(RIGHT, 1, [144, 1, 1, b' '])
                .damaged(RIGHT, 1, [3, 0, 0, b'x'])
                .done(),
        ),
        (
            "no_door_of_that_name",
            asked(with(1, 0), 0).register(0, 60, NONE, 1).done(),
        ),
        (
            "the_rest_is_open",
            asked(with(6, 0), 0).register(0, 60, NONE, 0).done(),
        ),
        (
            "evidence_without_room",
            (0..9)
                .fold(with(1, 16), |list, unit| {
                    list.message(unit, ALARM, NONE, 0).wait(500)
                })
                .done(),
        ),
    ]
}

fn services() -> Vec<Seed> {
    vec![
        (
            "registered_heard_and_expired",
            open()
                .register(0, 60, NONE, 0)
                .message(0, HEARTBEAT, NONE, 0)
                .answer(0, 0)
                .then(11, &[0])
                .then(11, &[1])
                .done(),
        ),
        (
            "lost_and_restored",
            open()
                .message(0, HEARTBEAT, NONE, 0)
                .answer(0, 0)
                .then(11, &[1])
                .message(0, HEARTBEAT, NONE, 0)
                .answer(1, 0)
                .done(),
        ),
        (
            "refused_and_no_sign_of_life",
            open()
                .message(0, HEARTBEAT, NONE, 0)
                .answer(0, 5)
                .then(2, &[1, 0, 0])
                .then(21, &[2])
                .done(),
        ),
        (
            "told_its_interval",
            open()
                .message(1, ADJUSTABLE, NONE, 0)
                .message(4, ADJUSTABLE, NONE, 0)
                .message(1, HEARTBEAT, NONE, 0)
                .answer(0, 0)
                .answer(1, 0)
                .answer(2, 0)
                .done(),
        ),
        (
            "called_and_busy",
            Operations::new(&[0, 0, 0, 0, 0, 0, 1, 0, 0], VARIANTS)
                .message(0, ALARM, NONE, 0)
                .voice(0)
                .then(18, &[0, 0])
                .then(18, &[0, 1])
                .message(0, ALARM, NONE, 0)
                .message(0, HEARTBEAT, NONE, 0)
                .then(20, &[&[0][..], &one_of(ALARM, 6), &[0, 1]].concat())
                .then(18, &[0, 2])
                .done(),
        ),
        (
            "not_called_and_withdrawn",
            open()
                .message(0, ALARM, NONE, 0)
                .voice(0)
                .message(1, ALARM, NONE, 0)
                .voice(1)
                .message(0, RESET, NONE, 0)
                .answer(2, 0)
                .then(11, &[0])
                .then(11, &[1])
                .done(),
        ),
        (
            "posted",
            open()
                .then(20, &[&[0][..], &one_of(ADJUSTABLE, 6), &[0, 0]].concat())
                .then(20, &[&[1][..], &one_of(UNKNOWN, 6), &[3, 1]].concat())
                .then(11, &[1])
                .done(),
        ),
        (
            "more_units_than_room",
            (0..6)
                .fold(open(), |list, unit| {
                    list.message(unit, ALARM, NONE, 0)
                        .voice(unit)
                        .register(unit, 60, NONE, 0)
                })
                .done(),
        ),
        (
            "a_way_that_closes_before_the_decision",
            open()
                .then(7, &[0])
                .message(0, ALARM, NONE, 2)
                .register(0, 60, NONE, 2)
                .then(8, &[0])
                .answer(0, 0)
                .done(),
        ),
        (
            "everything_is_off",
            with(0, 15)
                .message(0, ADJUSTABLE, NONE, 0)
                .voice(0)
                .register(0, 60, NONE, 0)
                .then(18, &[0, 1])
                .then(21, &[0])
                .done(),
        ),
    ]
}

fn repeats() -> Vec<Seed> {
    let plain = || known(false, 0, false, false);
    let alarm = |list: Operations| list.message(0, ALARM, NONE, 0);
    vec![
        (
            "repeated_after_the_decision",
            alarm(plain())
                .voice(0)
                .again(0, SAME, NONE, 1)
                .acknowledge(OK)
                .again(0, SAME, NONE, 0)
                .done(),
        ),
        (
            "repeated_before_the_decision",
            alarm(plain())
                .again(0, SAME, NONE, 0)
                .then(7, &[0])
                .again(0, SAME, NONE, 2)
                .then(13, &[1, 0, 0, 0])
                .then(13, &[0, 0, 20, 0])
                .again(0, SAME, NONE, 0)
                .done(),
        ),
        (
            "repeated_before_it_is_undecided",
            alarm(known(true, 0, false, false))
                .again(0, SAME, NONE, 0)
                .minute()
                .again(0, SAME, NONE, 0)
                .answer(2, 0)
                .done(),
        ),
        (
            "repeated_in_the_ok",
            alarm(known(true, 0, false, false))
                .again(0, SAME, NONE, 0)
                .answer(0, 0)
                .again(0, SAME, NONE, 0)
                .done(),
        ),
        (
            "repeated_after_a_refusal",
            alarm(plain())
                .again(0, SAME, NONE, 0)
                .answer(0, 5)
                .again(0, SAME, NONE, 0)
                .answer(2, 0)
                .done(),
        ),
        (
            "same_ref_and_other_contents",
            alarm(plain())
                .again(0, OTHER, NONE, 0)
                .answer(0, 0)
                .again(0, BLANK, NONE, 0)
                .again(0, OTHER_UNIT, NONE, 0)
                .again(1, SAME, NONE, 0)
                .done(),
        ),
        (
            "repeated_after_the_window",
            alarm(plain())
                .answer(0, 0)
                .minute()
                .again(0, SAME, NONE, 0)
                .answer(1, 0)
                .done(),
        ),
        (
            "more_accepted_than_remembered",
            (0..5)
                .fold(plain(), |list, unit| {
                    list.message(unit, ALARM, NONE, 0).answer(unit, 0)
                })
                .again(0, SAME, NONE, 0)
                .again(4, SAME, NONE, 0)
                .done(),
        ),
        (
            "more_repeats_than_may_wait",
            (0..20)
                .fold(alarm(plain()), |list, _| list.again(0, SAME, NONE, 0))
                .answer(0, 0)
                .done(),
        ),
        (
            "heartbeats_are_no_repeats",
            plain()
                .message(0, HEARTBEAT, NONE, 0)
                .answer(0, 0)
                .again(0, SAME, NONE, 0)
                .answer(1, 0)
                .done(),
        ),
        (
            "a_reset_repeated",
            alarm(plain())
                .message(0, RESET, NONE, 0)
                .answer(1, 0)
                .voice(0)
                .again(1, SAME, NONE, 0)
                .done(),
        ),
        (
            "repeated_with_credentials",
            known(false, 2, false, false)
                .message(0, ALARM, NONE, 1)
                .again(0, SAME, RIGHT, 1)
                .again(0, SAME, ANOTHER_UNIT, 1)
                .again(0, SAME, GATEWAY, 1)
                .answer(0, 0)
                .again(0, SAME, NONE, 1)
                .again(0, SAME, RIGHT, 1)
                .done(),
        ),
        (
            "repeated_during_the_call",
            alarm(known(false, 0, true, false))
                .voice(0)
                .then(18, &[0, 0])
                .then(18, &[0, 1])
                .again(0, SAME, NONE, 0)
                .again(0, OTHER, NONE, 0)
                .post_again(0, SAME)
                .done(),
        ),
        (
            "repeated_over_another_transport",
            alarm(plain())
                .post_again(0, SAME)
                .answer(0, 0)
                .post_again(0, SAME)
                .post(1, ALARM, 0)
                .again(3, SAME, NONE, 0)
                .again(3, OTHER, NONE, 0)
                .post_again(3, BLANK)
                .done(),
        ),
        (
            "repeated_while_outputs_are_held",
            alarm(known(false, 0, false, true))
                .again(0, SAME, NONE, 0)
                .hold(true)
                .again(0, SAME, NONE, 0)
                .answer(0, 0)
                .again(0, SAME, NONE, 0)
                .hold(false)
                .done(),
        ),
    ]
}

pub(super) fn receivers() -> Vec<Seed> {
    let mut seeds = exchange();
    seeds.extend(credentials());
    seeds.extend(services());
    seeds.extend(repeats());
    seeds
}
