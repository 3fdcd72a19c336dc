//! Seeds of the roles: operations, whose variants are those of `Operation` in the file of the
//! same name in `src`, in order.

use super::{Operations, Seed, milliseconds};

/// A text as the entries take it: its length, then its bytes.
fn text(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short text");
    [&[length], text.as_bytes()].concat()
}

/// The values are header values too: each input is read as one first.
pub(super) fn digests() -> Vec<Seed> {
    let list = |settings: [u8; 5]| {
        let mut lead = settings.to_vec();
        for part in ["example.net", "40211870", "sip:alarm@example.net", "5c0e2f"] {
            lead.extend(text(part));
        }
        Operations::new(&lead, 7)
    };
    let usual = || list([0, 0, 0, 0, 0]);
    let mut seeds = vec![
        (
            "asked_and_answered",
            usual().then(0, &[0]).then(1, &[0]).then(1, &[0]).done(),
        ),
        (
            "answered_twice_with_the_same",
            usual().then(0, &[0]).then(1, &[0]).then(2, &[0]).done(),
        ),
        (
            "turns_stale",
            usual()
                .then(0, &[0])
                .then(6, &milliseconds(301))
                .then(1, &[0])
                .then(0, &[1])
                .then(1, &[1])
                .done(),
        ),
        (
            "damaged",
            usual()
                .then(0, &[0])
                .then(3, &[0, 30, 0, 0, b'x'])
                // The first digit of the response.
                .then(3, &[0, 154, 0, 0, b'x'])
                .then(3, &[0, 200, 0, 2, 0])
                .then(3, &[0, 0, 0, 4, 0])
                .done(),
        ),
        (
            "elsewhere_and_wrong",
            usual()
                .then(0, &[0])
                .then(4, &[0, 0])
                .then(4, &[0, 1])
                .then(5, &[0])
                .done(),
        ),
        (
            "more_nonces_than_are_remembered",
            (0..5)
                .fold(usual(), |list, session| {
                    list.then(0, &[0]).then(1, &[session])
                })
                .then(1, &[0])
                .then(1, &[4])
                .done(),
        ),
        (
            "oldest_form",
            list([1, 1, 0, 0, 1])
                .then(0, &[0])
                .then(1, &[0])
                .then(1, &[0])
                .done(),
        ),
        (
            "session_algorithm_without_count",
            list([2, 1, 0, 1, 1])
                .then(0, &[0])
                .then(1, &[0])
                .then(4, &[0, 0])
                .done(),
        ),
        (
            "count_wanted_and_missing",
            list([3, 0, 1, 0, 1]).then(0, &[0]).then(1, &[0]).done(),
        ),
    ];
    for (name, value) in [
        (
            "several_challenges",
            "Digest realm=\"r\", nonce=\"1\", qop=\"auth\", Digest realm=\"r\", nonce=\"2\", algorithm=SHA-256, qop=\"auth-int, auth\", opaque=\"o\", stale=TRUE",
        ),
        (
            "escapes",
            "Basic realm=\"a, b=c\",Digest realm=\"x\\\"y\\\\\", nonce=abc== , qop=\"auth\"",
        ),
        (
            "without_quotes",
            "Digest nonce=1,realm=r,algorithm=md5-SESS",
        ),
        (
            "credentials",
            "Digest username=\"40211870\", realm=\"example.net\", nonce=\"1\", uri=\"sip:alarm@example.net\", response=\"0\", algorithm=SHA-256, qop=auth, nc=00000001, cnonce=\"c\"",
        ),
        ("unclosed", "Digest realm=\"a\\"),
    ] {
        seeds.push((name, value.as_bytes().to_vec()));
    }
    seeds
}

pub(super) fn registrars() -> Vec<Seed> {
    let list = || Operations::new(&[], 8);
    let wait = |seconds, rest| [milliseconds(seconds), milliseconds(rest)].concat();
    // Unit, call, sequence, path, contacts, two wanted, expires, in one header.
    let register = |list: Operations, unit, sequence, path, contact, expires| {
        list.then(
            0,
            &[unit, 0, sequence, path, 1, contact, expires, 0, 0, 0, 0],
        )
    };
    let mut seeds = vec![
        (
            "registered_and_expired",
            register(list(), 0, 1, 0, 0, 5)
                .then(6, &wait(119, 700))
                .then(7, &[])
                .then(6, &wait(2, 0))
                .then(7, &[])
                .done(),
        ),
        (
            "refreshed_and_removed",
            register(
                register(register(list(), 0, 1, 0, 0, 5), 0, 2, 1, 0, 5),
                0,
                3,
                1,
                0,
                1,
            )
            .done(),
        ),
        (
            "overtaken_then_restarted",
            register(
                register(register(list(), 0, 5, 0, 0, 6), 0, 1, 0, 0, 6).then(6, &wait(32, 0)),
                0,
                1,
                0,
                0,
                6,
            )
            .done(),
        ),
        (
            "two_contacts_in_one_header",
            list()
                .then(0, &[0, 0, 1, 0, 2, 1, 3, 2, 4, 0, 1])
                .then(0, &[0, 0, 2, 0, 2, 3, 0, 4, 8, 6, 0])
                .then(0, &[0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0])
                .done(),
        ),
        (
            "remove_all",
            register(list(), 0, 1, 0, 0, 5)
                .then(1, &[0, 0, 2, 0, 5])
                .then(1, &[0, 0, 2, 0, 1])
                .done(),
        ),
        (
            "too_brief",
            register(list(), 0, 1, 0, 0, 2).then(7, &[]).done(),
        ),
        (
            "connection_closed",
            register(list().then(3, &[0, 128]), 0, 1, 129, 0, 5)
                .then(4, &[0])
                .then(4, &[1])
                .then(4, &[2])
                .done(),
        ),
        (
            "more_units_than_room",
            (0..6)
                .fold(list(), |list, unit| list.then(3, &[unit, unit]))
                .then(5, &[0])
                .then(3, &[5, 0])
                .done(),
        ),
        (
            "path_forgotten",
            list()
                .then(3, &[0, 0])
                .then(6, &wait(3999, 0))
                .then(3, &[0, 0])
                .then(6, &wait(3999, 0))
                .then(7, &[])
                .then(6, &wait(3999, 0))
                .then(7, &[])
                .done(),
        ),
        (
            "damaged",
            list()
                .then(2, &[0, 250, 0, 0, b','])
                .then(2, &[1, 255, 0, 1, b'<'])
                .done(),
        ),
    ];
    for (name, value) in [
        ("contact_star", "*"),
        (
            "contacts_in_one_value",
            "\"a, \\\"b\" <sip:1@192.0.2.7;transport=tcp>;q=0.5;expires=60 , sip:3@192.0.2.7,tel:+4700000000",
        ),
        (
            "contact_and_expires",
            "<sip:40211870@[2001:db8::7]:5062?x=y>\r\nExpires: 30",
        ),
        ("contact_unclosed", "\"unclosed, <sip:1@192.0.2.7>"),
    ] {
        seeds.push((name, value.as_bytes().to_vec()));
    }
    seeds
}

pub(super) fn supervisors() -> Vec<Seed> {
    // A name and a length, which the entry looks at first.
    let list = || {
        let lead = [text("40211870"), 60_u64.to_le_bytes().to_vec()].concat();
        Operations::new(&lead, 10)
    };
    let wall = |seconds: i64| (seconds * 1_000_000).to_le_bytes();
    let seconds = |time: u16| {
        let [low, high] = time.to_le_bytes();
        [low, high, 1]
    };
    let restart = |down: u16, seconds: i64| [&down.to_le_bytes()[..], &wall(seconds)].concat();
    // Silence in microseconds, seen on the wall clock, the rest.
    let foreign = |unit: u8, silence: u64, seen: i64, lost: u8, now: i64| {
        let mut fields = vec![unit];
        fields.extend(silence.to_le_bytes());
        fields.push(1);
        fields.extend(seen.to_le_bytes());
        fields.extend([0, lost]);
        fields.extend(now.to_le_bytes());
        fields
    };
    vec![
        (
            "lost_and_restored",
            list()
                .then(0, &[0])
                .then(4, &seconds(121))
                .then(0, &[0])
                .then(6, &[])
                .done(),
        ),
        (
            "heard_at_the_last_moment",
            list()
                .then(0, &[0])
                .then(5, &[191, 212, 0])
                .then(0, &[0])
                .then(4, &seconds(119))
                .done(),
        ),
        (
            "declared_and_never_heard",
            list().then(2, &[1, 1]).then(4, &seconds(30)).done(),
        ),
        (
            "lost_and_back_before_anybody_asks",
            list()
                .then(0, &[0])
                .then(5, &seconds(200))
                .then(0, &[0])
                .then(5, &seconds(200))
                .then(6, &[])
                .done(),
        ),
        (
            "another_allowance",
            list()
                .then(0, &[0])
                .then(5, &seconds(90))
                .then(2, &[0, 1])
                .then(6, &[])
                .then(2, &[0, 4])
                .then(0, &[0])
                .then(4, &seconds(65_000))
                .done(),
        ),
        (
            "restarted_while_silent",
            list()
                .then(0, &[0])
                .then(4, &seconds(90))
                .then(7, &wall(1_900_000_000))
                .then(8, &restart(600, 1_900_000_600))
                .then(4, &seconds(61))
                .done(),
        ),
        (
            "restarted_with_the_clock_set_back",
            list()
                .then(0, &[0])
                .then(0, &[1])
                .then(4, &seconds(130))
                .then(0, &[1])
                .then(7, &wall(1_900_000_000))
                .then(8, &restart(5, 0))
                .then(0, &[0])
                .then(6, &[])
                .done(),
        ),
        (
            "restarted_twice_from_the_same",
            list()
                .then(0, &[2])
                .then(7, &wall(1_900_000_000))
                .then(8, &restart(1, 1_900_000_001))
                .then(4, &seconds(90))
                .then(8, &restart(1, 1_900_000_100))
                .then(4, &seconds(200))
                .done(),
        ),
        (
            "clocks_at_their_ends",
            list()
                .then(9, &foreign(0, u64::MAX, i64::MIN, 1, i64::MAX))
                .then(9, &foreign(1, 0, i64::MAX, 0, i64::MIN))
                .then(4, &seconds(10))
                .then(0, &[0])
                .then(6, &[])
                .done(),
        ),
        (
            "more_units_than_room",
            (0..8)
                .fold(list(), |list, unit| list.then(0, &[unit]))
                .then(3, &[0])
                .then(0, &[6])
                .done(),
        ),
        (
            "the_callers_clock_is_behind",
            list()
                .then(5, &seconds(50))
                .then(0, &[0])
                .then(1, &[0, 255, 255])
                .then(4, &seconds(121))
                .done(),
        ),
    ]
}

pub(super) fn calls() -> Vec<Seed> {
    // Interval, wait, eight steps of speech, whether alarms hear busy.
    let list = || {
        let lead = [
            &milliseconds(60_000)[..],
            &milliseconds(10_000)[..],
            &[9, 90, 200, 250, 3, 18, 120, 255],
            &[0],
        ]
        .concat();
        Operations::new(&lead, 9)
    };
    let mut seeds = vec![
        (
            "called_and_cleared_down",
            list()
                .then(0, &[0, 0, 0, 0, 0])
                .then(1, &[0, 255, 255])
                .then(2, &[0])
                .then(3, &[0, 1])
                .done(),
        ),
        (
            "dropped_and_called_again",
            list()
                .then(0, &[0, 0, 0, 0, 0])
                .then(1, &[0, 255, 255])
                .then(2, &[0])
                .then(3, &[0, 0])
                .then(7, &milliseconds(30))
                .then(1, &[0, 255, 255])
                .done(),
        ),
        (
            "dropped_and_not_called_again",
            list()
                .then(0, &[0, 0, 0, 0, 0])
                .then(1, &[0, 255, 255])
                .then(2, &[0])
                .then(3, &[0, 0])
                .then(7, &milliseconds(61))
                .then(8, &[])
                .done(),
        ),
        (
            "two_alarms_and_the_address_of_the_second",
            list()
                .then(0, &[0, 0, 0, 0, 0])
                .then(0, &[0, 1, 0, 23, 0])
                .then(1, &[0, 255, 5])
                .done(),
        ),
        (
            "not_called_then_late",
            list()
                .then(0, &[0, 0, 0, 0, 0])
                .then(7, &milliseconds(61))
                .then(8, &[])
                .then(1, &[0, 255, 255])
                .then(7, &milliseconds(400))
                .then(8, &[])
                .done(),
        ),
        (
            "by_its_number",
            list()
                .then(0, &[0, 0, 2, 0, 0])
                .then(0, &[1, 1, 4, 0, 0])
                .then(1, &[255, 2, 255])
                .then(1, &[255, 3, 255])
                .done(),
        ),
        (
            "by_a_learned_number",
            list()
                .then(0, &[0, 0, 3, 0, 0])
                .then(5, &[0, 8])
                .then(1, &[8, 255, 255])
                .then(6, &[0, 8])
                .then(1, &[8, 255, 255])
                .done(),
        ),
        (
            "by_the_address_called",
            list()
                .then(0, &[0, 0, 0, 3, 0])
                .then(0, &[0, 1, 0, 19, 0])
                .then(1, &[6, 255, 5])
                .then(1, &[6, 255, 0])
                .done(),
        ),
        (
            "one_number_for_two_units",
            list()
                .then(0, &[0, 0, 2, 0, 0])
                .then(0, &[1, 0, 2, 0, 0])
                .then(1, &[255, 2, 255])
                .then(1, &[255, 2, 255])
                .then(1, &[255, 2, 255])
                .done(),
        ),
        (
            "alarm_during_the_call",
            list()
                .then(2, &[0])
                .then(0, &[0, 0, 0, 0, 0])
                .then(2, &[0])
                .then(3, &[0, 0])
                .then(3, &[0, 0])
                .then(3, &[0, 0])
                .done(),
        ),
        (
            "a_call_without_end",
            list()
                .then(0, &[0, 0, 0, 0, 0])
                .then(1, &[0, 255, 255])
                .then(2, &[0])
                .then(7, &milliseconds(799))
                .then(8, &[])
                .then(7, &milliseconds(799))
                .then(8, &[])
                .done(),
        ),
        (
            "no_call_at_all",
            list()
                .then(0, &[0, 0, 1, 0, 0])
                .then(0, &[0, 0, 0, 0, 250])
                .then(0, &[0, 0, 0, 0, 251])
                .then(0, &[0, 0, 0, 0, 252])
                .done(),
        ),
        (
            "waits_of_their_own",
            list()
                .then(0, &[0, 4, 0, 0, 0])
                .then(0, &[0, 9, 0, 0, 0])
                .then(0, &[1, 14, 0, 0, 0])
                .then(8, &[])
                .then(7, &milliseconds(11))
                .then(8, &[])
                .then(1, &[1, 255, 255])
                .then(2, &[2])
                .then(3, &[2, 0])
                .then(7, &milliseconds(399))
                .then(8, &[])
                .done(),
        ),
        (
            "every_other_one_cancelled",
            (0..4)
                .fold(list(), |list, alarm| list.then(0, &[0, alarm, 0, 0, 0]))
                .then(4, &[0, 129])
                .then(4, &[1, 128])
                .then(4, &[0, 128])
                .done(),
        ),
        (
            "more_than_room_and_cancelled",
            (0..10)
                .fold(list(), |list, number| {
                    list.then(0, &[number, number / 4, 0, 0, 0])
                })
                .then(4, &[0, 0])
                .then(4, &[0, 0])
                .done(),
        ),
    ];
    for (name, value) in [
        ("number_international", "+47 00 00 00 01"),
        (
            "number_with_parameters",
            "TEL:+47(0000)0001;phone-context=x",
        ),
        ("number_as_a_user", "sip:004700000001@gateway.example.net"),
        ("digits", "0123456789*#ABCDabcdE"),
    ] {
        seeds.push((name, value.as_bytes().to_vec()));
    }
    seeds
}
